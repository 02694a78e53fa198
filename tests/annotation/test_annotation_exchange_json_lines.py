import json
import re

import pytest

from weibo_nlp.annotation.exchange.base import Item, Passage, Question
from weibo_nlp.annotation.exchange.json_lines import JsonLines
from weibo_nlp.errors import DataError
from weibo_nlp.io import read_jsonl, write_jsonl

ITEMS = {"A001": Item("A001", "=1+1\n😀", above=(Passage("上文", "谁"),)), "A002": Item("A002", "二")}
QUESTIONS = (Question("topic", "topic", "谈什么？", ("credit", "other")), Question("kind", "kind", "", ("a", "b")))
GOOD = {"number": "A001", "labels": {"topic": "other", "kind": None}, "unsure": True, "comment": "两可"}


def read(tmp_path, *rows):
    path = tmp_path / "answers.jsonl"
    write_jsonl(path, rows)
    return JsonLines().read(path, ITEMS, QUESTIONS)


def test_items_and_questions_are_written_as_they_are(tmp_path):
    sheet, asked = JsonLines().write(list(ITEMS.values()), QUESTIONS, tmp_path, stem="甲", language="zh")
    rows = [line.value for line in read_jsonl(sheet)]
    assert rows == [
        {"number": "A001", "text": "=1+1\n😀", "above": [{"text": "上文", "author": "谁"}]},
        {"number": "A002", "text": "二"},
    ]
    content = json.loads(asked.read_text("utf-8"))
    assert [question["name"] for question in content["questions"]] == ["topic", "kind"]


def test_answers_come_back_with_what_was_left_open_missing(tmp_path):
    (answer,), problems = read(tmp_path, GOOD)
    assert problems == []
    assert (answer.number, dict(answer.labels), answer.is_unsure, answer.comment, answer.place) == (
        "A001",
        {"topic": "other"},
        True,
        "两可",
        "line 1",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"number": "A009"}, "'A009' was not dealt", id="number"),
        pytest.param({"number": 1}, "1 was not dealt", id="number-no-text"),
        pytest.param({"labels": ["other"]}, r"labels is \['other'\]; an object", id="labels-list"),
        pytest.param({"labels": {"mood": "a"}}, "'mood' was not asked", id="question"),
        pytest.param({"labels": {"topic": "othr"}}, "topic: 'othr' is no label; write one of 'credit'", id="label"),
        pytest.param({"unsure": "yes"}, "unsure is 'yes'; true or false is expected", id="unsure"),
        pytest.param({"comment": 3}, "comment is 3; text is expected", id="comment"),
        pytest.param({"mood": 1}, "unknown field 'mood'", id="field"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named_by_its_line(tmp_path, change, message):
    answers, (problem,) = read(tmp_path, {"number": "A002", "labels": {}}, GOOD | change)
    assert len(answers) == 1
    assert problem.line == 2
    assert re.search(message, problem.text)


def test_an_item_that_is_answered_twice_is_a_fault_unless_by_two_people(tmp_path):
    answers, (problem,) = read(tmp_path, GOOD, GOOD)
    assert (len(answers), problem.line, problem.text) == (1, 2, "'A001' is answered twice.")
    answers, problems = read(tmp_path, GOOD | {"annotator": "甲"}, GOOD | {"annotator": "乙"})
    assert (len(answers), problems) == (2, [])


def test_a_file_without_any_object_is_of_another_format(tmp_path):
    (tmp_path / "answers.jsonl").write_text("not JSON\n", "utf-8")
    with pytest.raises(DataError, match="no line is a JSON object"):
        JsonLines().read(tmp_path / "answers.jsonl", ITEMS, QUESTIONS)

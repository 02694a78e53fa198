import json

import pytest
import yaml
from exchange_cases import BY_NUMBER, ITEMS, QUESTIONS, ROWS, items_of
from hypothesis import given

from weibo_nlp.annotation.exchange.base import Item, Passage, Question
from weibo_nlp.annotation.exchange.potato import PotatoFormat
from weibo_nlp.errors import DataError

FORMAT = PotatoFormat()


@pytest.fixture
def ids(tmp_path):
    """Number of an item -> what Potato knows it by."""
    items, _ = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="zh")
    return {row["id"].partition("-")[0]: row["id"] for row in map(json.loads, items.read_text("utf-8").splitlines())}


def stored(folder, user, labels):
    """Store labels, by item, as pairs of (scheme, label), as Potato 2.12 does."""
    state = {
        "user_id": user,
        "instance_id_to_label_to_value": {
            item: [[{"schema": scheme, "name": name}, value] for scheme, name, value in said]
            for item, said in labels.items()
        },
    }
    path = folder / user / "user_state.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
    return path


def lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def read(path):
    return FORMAT.read(path, BY_NUMBER, QUESTIONS)


def problem_of(folder, said, ids):
    _, (problem,) = read(stored(folder, "a1", {ids["S001"]: said}))
    return problem.text


def test_the_configuration_asks_every_question_and_shows_titles_and_threads(tmp_path):
    _, path = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="zh")
    configuration = yaml.safe_load(path.read_text("utf-8"))
    assert configuration["data_files"] == ["a1.items.jsonl"]
    schemes = {scheme["name"]: scheme for scheme in configuration["annotation_schemes"]}
    assert list(schemes) == ["topic", "stance_1", "irony", "unsure", "comment"]
    assert schemes["topic"]["labels"] == [
        {"name": "credit", "tooltip": "信用记录与惩戒"},
        "self_media",
        {"name": "other", "tooltip": "其他"},
    ]
    assert schemes["irony"]["labels"] == ["false", "true"]
    assert schemes["stance_1"]["description"] == "对目标是什么态度？\n针对：扫码借书，先实名"
    assert [field["key"] for field in configuration["instance_display"]["fields"]] == ["title", "above", "text"]


def test_no_text_can_end_the_script_that_potato_puts_it_into(tmp_path):
    hostile = "</script><script>alert(1)</script>"
    question = Question("q", "q", hostile, ("a<b", "c"), {"c": hostile}, target=hostile)
    item = Item("S1", hostile, title=hostile, above=(Passage(hostile, hostile),))
    paths = FORMAT.write([item], [question], tmp_path, stem="a1", language="en")
    assert not any("<" in path.read_text("utf-8") for path in paths)
    row = json.loads(paths[0].read_text("utf-8"))
    assert row["text"] == "＜/script>＜script>alert(1)＜/script>"
    path = stored(tmp_path / "answers", "u", {row["id"]: [("q", "a＜b", "a＜b")]})
    (answer,), problems = FORMAT.read(path, {"S1": item}, [question])
    assert (answer.labels, problems) == ({"q": "a<b"}, [])


def test_the_field_that_potato_shows_as_html_is_not_the_text(tmp_path):
    _, path = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="zh")
    assert yaml.safe_load(path.read_text("utf-8"))["item_properties"] == {"id_key": "id", "text_key": "id"}


def test_answers_of_all_users_are_read_from_their_folders(tmp_path, ids):
    folder = tmp_path / "a1.answers"
    said = [
        ("topic", "credit", "credit"),
        ("topic", "other", False),
        ("unsure", "拿不准", "拿不准"),
        ("comment", "text_box", "=好\n的"),
    ]
    stored(folder, "b", {ids["S001"]: said, ids["S002"]: []})
    stored(folder, "a", {ids["S001"]: [("irony", "true", "true")]})
    (folder / "potato.log").write_text("log")
    answers, problems = read(folder)
    assert problems == []
    assert [(answer.annotator, answer.number, answer.labels) for answer in answers] == [
        ("a", "S001", {"irony": "true"}),
        ("b", "S001", {"topic": "credit"}),
    ]
    assert (answers[1].is_unsure, answers[1].comment, answers[1].place) == (True, "=好\n的", "b/user_state.json")
    assert read(folder / "a")[0] == answers[:1]


def test_an_export_as_json_lines_is_read(tmp_path, ids):
    rows = [
        {"instance_id": ids["S001"], "user_id": "a", "labels": {"topic": {"other": "other"}}, "spans": {}},
        {"instance_id": ids["S001"], "user_id": "b", "labels": {}, "spans": {}},
    ]
    (answer,), problems = read(lines(tmp_path / "annotations.jsonl", rows))
    assert (answer.annotator, answer.labels, problems) == ("a", {"topic": "other"}, [])
    assert answer.place.endswith("/annotations.jsonl, line 1")


def test_what_potato_1_2_stored_is_read(tmp_path, ids):
    rows = [{"id": ids["S002"], "displayed_text": "", "label_annotations": {"irony": {"false": "1"}}}]
    lines(tmp_path / "out" / "user@x" / "annotated_instances.jsonl", rows)
    (answer,), problems = read(tmp_path / "out")
    assert (answer.annotator, answer.number, answer.labels, problems) == ("user@x", "S002", {"irony": "false"}, [])


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param([("topic", "credits", "credits")], "topic: 'credits' is no label of this question", id="label"),
        pytest.param(
            [("topic", "credit", "1"), ("topic", "other", "1")], "'credit', 'other' are chosen at once", id="two-labels"
        ),
        pytest.param([("mood", "sad", "sad")], "'mood' was answered, which was not asked", id="unknown-scheme"),
    ],
)
def test_a_fault_in_an_answer_is_named_by_item_and_user(tmp_path, ids, said, message):
    problem = problem_of(tmp_path, said, ids)
    assert problem.startswith(f"'{ids['S001']}' by 'a1': ")
    assert message in problem


def test_an_item_with_another_text_was_not_dealt(tmp_path, ids):
    path = stored(tmp_path, "a1", {"S001-k000000000000": [], ids["S002"]: []})
    _, (problem,) = read(path)
    assert "'S001-k000000000000' was not dealt, or not with this text" in problem.text


def test_an_item_answered_twice_by_one_user_is_a_fault(tmp_path, ids):
    rows = [{"instance_id": ids["S001"], "user_id": "a", "labels": {"topic": {"other": "other"}}}] * 2
    _, (problem,) = read(lines(tmp_path / "annotations.jsonl", rows))
    assert (problem.line, "is answered twice by 'a'" in problem.text) == (2, True)


def test_labels_that_are_none_are_a_fault(tmp_path, ids):
    _, (problem,) = read(lines(tmp_path / "annotations.jsonl", [{"instance_id": ids["S001"], "labels": ["topic"]}]))
    assert "['topic'] are no labels by scheme" in problem.text


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("x/user_state.json", "{}", "holds no answers as Potato stores them", id="no-state"),
        pytest.param("x/user_state.json", "[1]", "an export, python -m potato.export|An export", id="no-object"),
        pytest.param("x/annotated_instances.jsonl", "{", ":1: ", id="broken-line"),
        pytest.param("x/other.txt", "", "neither it nor a folder in it has a user_state.json", id="no-answers"),
    ],
)
def test_what_is_no_answers_of_potato_is_refused(tmp_path, name, content, message):
    path = tmp_path / "answers" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        read(tmp_path / "answers")


def test_answers_to_something_else_are_refused(tmp_path):
    path = lines(tmp_path / "annotations.jsonl", [{"instance_id": "item_1", "user_id": "a", "labels": {}}])
    with pytest.raises(DataError, match=r"none of its 1 answers is to what was dealt"):
        read(path)


@given(ROWS)
def test_whatever_the_texts_the_labels_come_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("potato")
    items = items_of(rows)
    written, configuration = FORMAT.write(items, QUESTIONS, folder, stem="a1", language="en")
    yaml.safe_load(configuration.read_text("utf-8"))
    ids = [json.loads(line)["id"] for line in written.read_text("utf-8").split("\n")[:-1]]
    said = {item: [("topic", label, label)] for item, (*_, label) in zip(ids, rows, strict=True)}
    answers, problems = FORMAT.read(stored(folder, "a", said), {item.number: item for item in items}, QUESTIONS)
    assert problems == []
    assert [answer.labels["topic"] for answer in answers] == [label for *_, label in rows]

import json

import pytest
from exchange_cases import BY_NUMBER, ITEMS, QUESTIONS, ROWS, items_of
from hypothesis import given

from weibo_nlp.annotation.exchange.base import Item, Question
from weibo_nlp.annotation.exchange.doccano import DoccanoFormat
from weibo_nlp.errors import DataError, UsageError

FORMAT = DoccanoFormat()


@pytest.fixture
def rows(tmp_path_factory):
    path, *_ = FORMAT.write(ITEMS, QUESTIONS, tmp_path_factory.mktemp("dealt"), stem="a1", language="zh")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def export(folder, user, rows):
    """Write rows as doccano exports them: with an id of its own first, and comments."""
    path = folder / f"{user}.jsonl"
    lines = [{"id": place, "Comments": [], **row} for place, row in enumerate(rows, start=100)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def read(path):
    return FORMAT.read(path, BY_NUMBER, QUESTIONS)


def problem_of(folder, row):
    _, (problem,) = read(export(folder, "a1", [row]))
    return problem.text


def test_items_and_label_types_are_what_doccano_imports(tmp_path):
    dataset, labels, _ = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="zh")
    first, second, third = (json.loads(line) for line in dataset.read_text("utf-8").splitlines())
    assert (first["text"], first["label"], first["number"]) == (ITEMS[0].text, [], "S001")
    assert second["text"] == "【标题】\n一个标题\n\n【正文】\n=SUM(A1:A9) 也算信用？"
    assert third["text"] == "【上文】\n[1] 甲：都来说说\n[2] （未署名）：\n\n【正文】\n好的，支持\n第二行"
    types = json.loads(labels.read_text("utf-8"))
    assert [one["text"] for one in types] == [
        "topic:credit",
        "topic:self_media",
        "topic:other",
        "stance_1:against",
        "stance_1:none",
        "stance_1:favor",
        "irony:false",
        "irony:true",
        "不确定",
    ]
    assert [one["suffix_key"] for one in types] == list("012345678")
    assert len({one["background_color"] for one in types[:3]}) == 1


def test_the_guideline_says_what_the_labels_mean_and_no_markup_is_run(tmp_path):
    question = Question("q", "q", "<b>要</b>?", ("a", "b"), {"a": "*甲*\n乙"}, target="丙")
    *_, path = FORMAT.write(ITEMS, [question], tmp_path, stem="a1", language="zh")
    lines = path.read_text("utf-8").splitlines()[1:]
    assert lines == ["", "## q", "", r"\<b\>要\</b\>?（丙）", "", r"- `q:a` \*甲\* 乙", "- `q:b`"]


def test_suggestions_are_labels_from_the_beginning(tmp_path):
    item = Item("S1", "文", suggestions={"topic": "credit"})
    dataset, *_ = FORMAT.write([item], QUESTIONS, tmp_path, stem="a1", language="en")
    assert json.loads(dataset.read_text("utf-8"))["label"] == ["topic:credit"]


def test_beyond_the_keys_there_are_label_types_without_one(tmp_path):
    question = Question("q", "q", "", tuple(f"label {n}" for n in range(40)))
    _, labels, _ = FORMAT.write(ITEMS, [question], tmp_path, stem="a1", language="en")
    types = json.loads(labels.read_text("utf-8"))
    assert [one["suffix_key"] for one in types][34:38] == ["y", "z", None, None]
    assert len(types) == 41


def test_the_files_of_two_annotators_are_read_from_their_folder(tmp_path, rows):
    export(
        tmp_path,
        "a",
        [rows[0] | {"label": ["topic:credit", "irony:true", "不确定"], "Comments": ["一", "二"]}, rows[1]],
    )
    export(tmp_path, "b", [rows[0] | {"label": ["topic:other"], "Comments": [{"id": 1, "comment": "三"}]}])
    answers, problems = read(tmp_path)
    assert problems == []
    assert [(one.annotator, one.number, one.labels, one.is_unsure, one.comment, one.place) for one in answers] == [
        ("a", "S001", {"topic": "credit", "irony": "true"}, True, "一\n二", "a.jsonl, line 1"),
        ("b", "S001", {"topic": "other"}, False, "三", "b.jsonl, line 1"),
    ]


def test_an_export_of_all_together_names_nobody(tmp_path, rows):
    (answer,), _ = read(export(tmp_path, "all", [rows[0] | {"label": ["unsure"]}]))
    assert (answer.annotator, answer.labels, answer.is_unsure) == (None, {}, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"label": ["topic:credits"]}, "'topic:credits' is none of the 8 labels", id="label"),
        pytest.param(
            {"label": ["topic:credit", "topic:other"]}, "topic has two labels, 'credit' and 'other'", id="two"
        ),
        pytest.param({"label": [3]}, "'3' is none of the 8 labels", id="number-as-label"),
        pytest.param({"label": "topic:credit"}, "label and Comments must be lists", id="no-list"),
        pytest.param({"text": "别的"}, "the text of 'S001' is not the one that was dealt, but '别的'", id="text"),
        pytest.param({"checksum": "k0"}, "the text of 'S001' is not the one that was dealt", id="checksum"),
    ],
)
def test_a_fault_in_a_row_is_named(tmp_path, rows, change, message):
    assert message in problem_of(tmp_path, rows[0] | change)


def test_a_row_that_was_not_dealt_is_named_by_its_line(tmp_path, rows):
    _, (problem,) = read(export(tmp_path, "a1", [rows[0], rows[1] | {"number": "T9"}]))
    assert (problem.line, "'T9' was not dealt" in problem.text) == (2, True)


def test_an_item_that_is_there_twice_is_named(tmp_path, rows):
    row = rows[0] | {"label": ["topic:other"]}
    _, (problem,) = read(export(tmp_path, "a1", [row, row]))
    assert "'S001' is there twice, first in a1.jsonl, line 1" in problem.text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param('[{"id": 1}]', ":1: .*export from doccano as JSONL", id="json"),
        pytest.param('{"id": 1, "text": "a", "label": []}', "none of its 1 rows has the number", id="another-project"),
    ],
)
def test_what_is_no_export_of_the_project_is_refused(tmp_path, content, message):
    (tmp_path / "a1.jsonl").write_text(content)
    with pytest.raises(DataError, match=message):
        read(tmp_path / "a1.jsonl")


def test_a_folder_without_exports_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds no file whose name ends in \.jsonl"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        pytest.param([Question("q", "q", "", ("x" * 99,))], "100 characters at most", id="too-long"),
        pytest.param(
            [Question("a:b", "q", "", ("c",)), Question("a", "q", "", ("b:c",))],
            "label of two questions",
            id="the-same",
        ),
    ],
)
def test_labels_that_doccano_could_not_hold_apart_are_refused(tmp_path, questions, message):
    with pytest.raises(UsageError, match=message):
        FORMAT.write(ITEMS, questions, tmp_path, stem="a1", language="en")
    assert list(tmp_path.iterdir()) == []


@given(ROWS)
def test_whatever_the_texts_the_labels_come_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("doccano")
    items = items_of(rows)
    dataset, *_ = FORMAT.write(items, QUESTIONS, folder, stem="a1", language="en")
    written = [json.loads(line) for line in dataset.read_text("utf-8").split("\n")[:-1]]
    said = [row | {"label": [f"topic:{label}"]} for row, (*_, label) in zip(written, rows, strict=True)]
    answers, problems = FORMAT.read(export(folder, "b", said), {item.number: item for item in items}, QUESTIONS)
    assert problems == []
    assert [answer.labels["topic"] for answer in answers] == [label for *_, label in rows]

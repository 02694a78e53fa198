import json
from xml.etree import ElementTree

import pytest
from exchange_cases import BY_NUMBER, ITEMS, QUESTIONS, ROWS, TEXT, items_of
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.annotation.exchange.base import Item, LabelledSpan, Question
from weibo_nlp.annotation.exchange.label_studio import LabelStudioFormat
from weibo_nlp.annotation.exchange.label_studio_export import marked_places
from weibo_nlp.annotation.exchange.texts import shown_text
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.records import Span

FORMAT = LabelStudioFormat(span_labels=("mockery", "praise"))


@pytest.fixture
def tasks(tmp_path):
    path, _ = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="zh")
    return json.loads(path.read_text("utf-8"))


def choice(tag, *labels):
    return {"from_name": tag, "to_name": "text", "type": "choices", "value": {"choices": list(labels)}}


def span(start, end, text, label="mockery"):
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {"from_name": "spans", "to_name": "text", "type": "labels", "value": value}


def comment(*lines):
    return {"from_name": "comment", "to_name": "text", "type": "textarea", "value": {"text": list(lines)}}


def annotation(by, *results, **fields):
    return {"id": 1, "completed_by": by, "was_cancelled": False, "result": list(results), **fields}


def exported(tmp_path, tasks, annotations):
    """An export of tasks with annotations by the number of the item."""
    rows = [
        {
            "id": place,
            "data": task["data"],
            "annotations": annotations.get(task["data"]["number"], []),
            "drafts": [{"result": [choice("topic", "other")]}],
            "predictions": [],
        }
        for place, task in enumerate(tasks, start=1)
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return path


def read(tmp_path, tasks, annotations):
    return FORMAT.read(exported(tmp_path, tasks, annotations), BY_NUMBER, QUESTIONS)


def problem_of(tmp_path, tasks, annotations):
    _, (problem,) = read(tmp_path, tasks, annotations)
    return problem.text


def test_tasks_hold_texts_and_threads_and_no_answer(tasks):
    assert [task["data"]["number"] for task in tasks] == ["S001", "S002", "S003"]
    assert tasks[1]["data"]["text"] == "=SUM(A1:A9) 也算信用？"
    assert tasks[2]["data"]["above"] == "[1] 甲：都来说说\n[2] （未署名）："
    assert tasks[0]["data"]["above"] == "（无）"
    assert not any("predictions" in task for task in tasks)


def test_the_interface_asks_every_question_with_its_target(tmp_path):
    _, path = FORMAT.write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="zh")
    root = ElementTree.fromstring(path.read_text("utf-8"))
    asked = {tag.get("name"): [one.get("value") for one in tag] for tag in root.iter("Choices")}
    assert asked == {
        "topic": ["credit", "self_media", "other"],
        "stance_1": ["against", "none", "favor"],
        "irony": ["false", "true"],
        "unsure": ["拿不准"],
    }
    headers = [tag.get("value") for tag in root.iter("Header")]
    assert "针对：扫码借书，先实名" in headers
    assert "credit：信用记录与惩戒" in headers
    assert [tag.get("value") for tag in root.iter("Label")] == ["mockery", "praise"]
    assert {tag.get("toName") for tag in root.iter() if tag.get("toName")} == {"text"}


def test_what_labels_mean_is_said_once_for_targets_that_share_it_and_apart_where_they_do_not(tmp_path):
    alike = {"for": "支持", "against": "反对"}
    questions = [
        Question("stance_1", "stance", "态度？", ("for", "against"), alike, target="甲"),
        Question("stance_2", "stance", "态度？", ("for", "against"), alike, target="乙"),
        Question("stance_3", "stance", "态度？", ("for", "against"), {"for": "要罚"}, target="丙"),
    ]
    _, path = FORMAT.write(ITEMS, questions, tmp_path, stem="a1", language="zh")
    (panel,) = ElementTree.fromstring(path.read_text("utf-8")).iter("Panel")
    told = [tag.get("value") for tag in panel.iter("Header")]
    assert told == ["态度？", "for：支持", "against：反对", "态度？（丙）", "for：要罚"]


def test_what_questions_say_stays_text_in_the_interface(tmp_path):
    hostile = Question('<q name="$x">', "q", '"/><Style>*</Style> $text & more', ("a < b", "$5", 'say "no"'))
    item = Item("S1", "文")
    _, path = FORMAT.write([item], [hostile], tmp_path, stem="a1", language="en")
    root = ElementTree.fromstring(path.read_text("utf-8"))
    (choices,) = [tag for tag in root.iter("Choices") if tag.get("name") == "question_1"]
    assert [tag.get("value") for tag in choices] == ["a < b", "＄5", 'say "no"']
    assert len(list(root.iter("Style"))) == 1
    assert not any(
        "$" in value for tag in root.iter() for key, value in tag.items() if (tag.tag, value) != ("Text", "$text")
    )
    tasks = json.loads((tmp_path / "a1.tasks.json").read_text("utf-8"))
    path = exported(tmp_path, tasks, {"S1": [annotation(1, choice("question_1", "＄5"))]})
    (answer,), problems = FORMAT.read(path, {"S1": item}, [hostile])
    assert (answer.labels, problems) == ({'<q name="$x">': "$5"}, [])


def test_suggestions_become_predictions(tmp_path):
    item = Item("S1", "文", suggestions={"topic": "credit"})
    path, _ = FORMAT.write([item], QUESTIONS, tmp_path, stem="a1", language="en")
    (task,) = json.loads(path.read_text("utf-8"))
    assert task["predictions"] == [{"model_version": "suggested", "result": [choice("topic", "credit")]}]


def test_for_a_text_without_any_signs_stands_a_word(tmp_path):
    item = Item("S1", " \n")
    path, _ = FORMAT.write([item], QUESTIONS, tmp_path, stem="a1", language="zh")
    tasks = json.loads(path.read_text("utf-8"))
    assert tasks[0]["data"]["text"] == "（无）"
    path = exported(tmp_path, tasks, {"S1": [annotation(1, choice("topic", "other"))]})
    (answer,), problems = FORMAT.read(path, {"S1": item}, QUESTIONS)
    assert (answer.labels, problems) == ({"topic": "other"}, [])


def test_two_annotators_in_one_export_are_told_apart(tmp_path, tasks):
    first = annotation(1, choice("topic", "credit"), choice("unsure", "unsure"), comment("一", "二"))
    second = annotation({"id": 2, "email": "b@example.com"}, choice("topic", "other"), choice("irony", "true"))
    answers, problems = read(tmp_path, tasks, {"S001": [first, second]})
    assert problems == []
    assert [(answer.annotator, answer.labels) for answer in answers] == [
        ("1", {"topic": "credit"}),
        ("b@example.com", {"topic": "other", "irony": "true"}),
    ]
    assert (answers[0].is_unsure, answers[0].comment, answers[0].place) == (True, "一\n二", "task 1")
    assert (answers[1].is_unsure, answers[1].comment) == (False, None)


def test_skipped_tasks_and_drafts_are_no_answers(tmp_path, tasks):
    skipped = annotation(1, choice("topic", "credit"), was_cancelled=True)
    assert read(tmp_path, tasks, {"S001": [skipped]}) == ([], [])


def test_two_annotations_by_one_person_that_say_the_same_are_one_answer(tmp_path, tasks):
    twice = [annotation(1, choice("topic", "credit")), annotation(1, choice("topic", "credit"))]
    (answer,), problems = read(tmp_path, tasks, {"S001": twice})
    assert (answer.labels, problems) == ({"topic": "credit"}, [])


def test_two_annotations_by_one_person_that_differ_are_a_fault(tmp_path, tasks):
    twice = [annotation(1, choice("topic", "credit")), annotation(1, choice("topic", "other"))]
    message = problem_of(tmp_path, tasks, {"S001": twice})
    assert "task 1: annotator 1 answered 'S001' twice, and differently; delete one of the annotations" in message


# "图书馆要查信用分，笑死🇨🇳😀": 笑死 stands at 9 to 11; 😀 is code point 13, and unit 15 of UTF-16.
@pytest.mark.parametrize(
    ("result", "place"),
    [
        pytest.param(span(9, 11, "笑死"), Span(9, 11), id="before-any-emoji"),
        pytest.param(span(13, 14, "😀"), Span(13, 14), id="code-points"),
        pytest.param(span(15, 17, "😀"), Span(13, 14), id="utf-16"),
    ],
)
def test_marked_pieces_come_back_in_code_points(tmp_path, tasks, result, place):
    (answer,), problems = read(tmp_path, tasks, {"S001": [annotation(1, result)]})
    assert (answer.spans, problems) == ((LabelledSpan(place, "mockery"),), [])


@pytest.mark.parametrize(
    ("text", "start", "end", "marked", "places"),
    [
        pytest.param("😀哈哈哈", 2, 4, "哈哈", [Span(2, 4)], id="code-points-before-all-else"),
        pytest.param("😀\n😀词", 4, 5, "词", [Span(3, 4)], id="lines-in-code-points-and-units-within"),
        pytest.param("a\nb", 0, 3, "a\\nb", [Span(0, 3)], id="line-feed-written-out"),
        pytest.param("两  个", 0, 4, "两 个", [Span(0, 4)], id="blanks-as-the-browser-showed-them"),
        pytest.param("😀词", 1, 3, None, [], id="beyond-the-end"),
        pytest.param("😀词", 1, 2, "别", [], id="another-text"),
        pytest.param("词", -1, 1, "词", [], id="before-the-beginning"),
        pytest.param("词", 1, 1, "", [], id="nothing-marked"),
    ],
)
def test_the_place_of_a_piece_is_the_one_whose_text_was_marked(text, start, end, marked, places):
    assert marked_places(text, start, end, marked) == places


@given(TEXT, st.data())
def test_a_piece_counted_in_code_points_or_without_the_text_repeating_in_utf_16_is_found(raw, data):
    text = shown_text(raw)
    if not text.strip():
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert marked_places(text, start, end, text[start:end])[0] == Span(start, end)
    piece = text[start:end]
    if text.count(piece) == 1 and not any(sign.isspace() for sign in text) and "\\n" not in text:
        units = [len(text[:place].encode("utf-16-le")) // 2 for place in (start, end)]
        assert marked_places(text, *units, piece) == [Span(start, end)]


@pytest.mark.parametrize(
    ("results", "message"),
    [
        pytest.param([choice("topic", "credits")], "topic: 'credits' is no label of this question", id="label"),
        pytest.param([choice("topic", "credit", "other")], "['credit', 'other'] is not one label", id="two-labels"),
        pytest.param(
            [choice("topic", "credit"), choice("topic", "other")],
            "topic is answered twice in one annotation",
            id="twice",
        ),
        pytest.param([choice("mood", "sad")], "'mood' was answered, which was not asked", id="unknown-tag"),
        pytest.param([span(0, 2, "别的")], "marked from 0 to 2, '别的', is not in the text of 'S001'", id="span-text"),
        pytest.param([span(0, 2, "图书", "irony")], "spans: 'irony' is no label of pieces", id="span-label"),
        pytest.param([span(True, 2, "图书")], "is no marked piece of a text", id="span-places"),
        pytest.param(["topic"], "'topic' is no result with a value", id="no-result"),
    ],
)
def test_a_fault_in_an_annotation_is_named_by_its_task(tmp_path, tasks, results, message):
    problem = problem_of(tmp_path, tasks, {"S001": [annotation(1, *results)]})
    assert problem.startswith("task 1: ")
    assert message in problem


def test_a_task_whose_text_was_changed_is_a_fault(tmp_path, tasks):
    tasks[0]["data"]["text"] = "别的"
    problem = problem_of(tmp_path, tasks, {"S001": [annotation(1, choice("topic", "credit"))]})
    assert "the text of 'S001' is not the one that was dealt, but '别的'" in problem


def test_an_annotation_without_a_result_is_a_fault(tmp_path, tasks):
    assert "an annotation without a result" in problem_of(tmp_path, tasks, {"S001": [{"completed_by": 1}]})


def test_annotations_that_are_no_list_are_a_fault(tmp_path, tasks):
    assert "annotations must be a list" in problem_of(tmp_path, tasks, {"S001": "none"})


def test_a_task_that_was_not_dealt_is_a_fault(tmp_path, tasks):
    tasks[2]["data"]["number"] = "T9"
    assert problem_of(tmp_path, tasks, {}) == "a task has the number 'T9', which was not dealt."


def test_an_export_of_another_project_is_refused(tmp_path, tasks):
    for task in tasks:
        task["data"] = {"number": 1, "image": "a.png"}
    with pytest.raises(DataError, match=r"none of its 3 tasks was dealt here .*Export the project"):
        read(tmp_path, tasks, {})


def test_json_min_is_read_as_json_is(tmp_path):
    item = ITEMS[0]
    path, _ = FORMAT.write([item], QUESTIONS, tmp_path, stem="a1", language="zh")
    (task,) = json.loads(path.read_text("utf-8"))
    rows = [
        {
            **task["data"],
            "id": 7,
            "annotator": 3,
            "annotation_id": 9,
            "topic": "credit",
            "unsure": "unsure",
            "comment": "好",
            "spans": [{"start": 9, "end": 11, "text": "笑死", "labels": ["praise"]}],
            "created_at": "2026-01-01",
            "lead_time": 1.5,
        },
        {**task["data"], "id": 8},
    ]
    (tmp_path / "min.json").write_text(json.dumps(rows), "utf-8")
    (answer,), problems = FORMAT.read(tmp_path / "min.json", BY_NUMBER, QUESTIONS)
    assert problems == []
    assert (answer.annotator, answer.labels, answer.is_unsure, answer.comment) == ("3", {"topic": "credit"}, True, "好")
    assert answer.spans == (LabelledSpan(Span(9, 11), "praise"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "not with a list of tasks", id="empty"),
        pytest.param('{"a": 1}', "not with a list of tasks", id="object"),
        pytest.param('[{"a": 1}', "breaks off", id="cut"),
        pytest.param('[{"a": 1, "a": 2}]', "key 'a' stands twice", id="key-twice"),
        pytest.param("[1, 2]", "task 1: ", id="numbers"),
    ],
)
def test_a_file_that_is_no_export_is_refused(tmp_path, content, message):
    (tmp_path / "export.json").write_text(content)
    with pytest.raises(DataError, match=message):
        FORMAT.read(tmp_path / "export.json", BY_NUMBER, QUESTIONS)


def test_an_export_without_tasks_has_no_answers(tmp_path):
    (tmp_path / "export.json").write_text("[]")
    assert FORMAT.read(tmp_path / "export.json", BY_NUMBER, QUESTIONS) == ([], [])


def test_labels_of_spans_that_are_the_same_are_refused(tmp_path):
    with pytest.raises(UsageError, match="labels of spans: 'a' is there more than once"):
        LabelStudioFormat(("a", "a")).write(ITEMS, QUESTIONS, tmp_path, stem="a1", language="en")


@given(ROWS)
def test_whatever_the_texts_the_labels_come_back(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("project")
    items = items_of(rows)
    path, interface = FORMAT.write(items, QUESTIONS, folder, stem="a1", language="zh")
    ElementTree.fromstring(interface.read_text("utf-8"))
    tasks = json.loads(path.read_text("utf-8"))
    made = {f"S{n}": [annotation(1, choice("topic", label))] for n, (*_, label) in enumerate(rows)}
    path = exported(folder, tasks, made)
    answers, problems = FORMAT.read(path, {item.number: item for item in items}, QUESTIONS)
    assert problems == []
    assert [answer.labels["topic"] for answer in answers] == [label for *_, label in rows]

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.annotation.judgements import by_document, judgement_row, read_judgements, read_round, write_judgements
from weibo_nlp.errors import DataError
from weibo_nlp.records import Judgement
from weibo_nlp.scheme import load_scheme

SCHEME = load_scheme()
ROW = {
    "document_id": "soup-0001",
    "annotator": "a1",
    "round": "r01",
    "topic": "other",
    "sentiment": "positive",
    "irony": False,
    "needs_context": False,
    "stances": {"salt": "favor"},
}
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
judgements = st.builds(
    Judgement,
    document_id=names,
    annotator=st.just("a1"),
    round=st.just("r01"),
    topic=st.sampled_from(SCHEME.task("topic").labels),
    sentiment=st.sampled_from(SCHEME.task("sentiment").labels),
    stances=st.dictionaries(names, st.sampled_from(SCHEME.task("stance").labels), max_size=3),
    frames=st.lists(st.sampled_from(SCHEME.frames), max_size=3).map(tuple),
    confidence=st.sampled_from(SCHEME.confidence),
    model=st.none() | names,
    order=st.none() | st.integers(1, 1000),
)


def write(folder, *rows, annotator="a1"):
    path = folder / "r01" / f"{annotator}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@given(st.lists(judgements, max_size=5))
def test_a_judgement_file_gives_back_what_was_written_sorted_by_document(tmp_path_factory, given_):
    path = tmp_path_factory.mktemp("round") / "r01" / "a1.jsonl"
    path.parent.mkdir()
    assert write_judgements(path, given_) == len(given_)
    read = [item.value for item in read_judgements(path, SCHEME)]
    assert [judgement_row(item) for item in read] == [
        judgement_row(item) for item in sorted(given_, key=lambda item: item.document_id)
    ]


@pytest.mark.parametrize(
    ("change", "level", "message"),
    [
        pytest.param({"topic": "soup"}, 2, "topic 'soup' for soup-0001 is not in the scheme", id="topic"),
        pytest.param({"topic": ["other"]}, 2, r"topic \['other'\] for", id="topic-list"),
        pytest.param({"sentiment": None}, 2, "sentiment None for", id="sentiment-null"),
        pytest.param({"stances": {"salt": "yes"}}, 2, r"stances\.salt 'yes' for soup-0001", id="stance"),
        pytest.param(
            {"stances": ["favor"]},
            1,
            r"stances must be a mapping of names to values, got \['favor'\]",
            id="stances-list",
        ),
        pytest.param({"frames": ["noise"]}, 2, r"frames\[0\] 'noise' for", id="frame"),
        pytest.param({"frames": "humour"}, 1, "frames must be a list, got 'humour'", id="frames-text"),
        pytest.param({"frames": None}, 1, "frames must be a list, got None", id="frames-null"),
        pytest.param({"confidence": "sure"}, 2, "confidence 'sure' for", id="confidence"),
        pytest.param({"irony": 0}, 1, "irony must be true or false, got 0", id="irony-number"),
        pytest.param({"needs_context": "no"}, 1, "needs_context must be true or false", id="context-text"),
        pytest.param({"order": 0}, 1, "order must be a whole number from 1 or null, got 0", id="order-zero"),
        pytest.param({"order": True}, 1, "order must be a whole number or null, got True", id="order-true"),
        pytest.param({"document_id": 12}, 1, "document_id must be text, got 12", id="id-number"),
        pytest.param({"document_id": ""}, 1, "document_id must be text that is not empty", id="id-empty"),
        pytest.param({"model": 4}, 1, "model must be text or null, got 4", id="model-number"),
        pytest.param(
            {"mood": "fine"}, 1, "unknown field 'mood'; a row has annotator, confidence, ", id="unknown-field"
        ),
        pytest.param({"round": "r02"}, 1, r"do not match the file's place r01/a1\.jsonl", id="other-round"),
        pytest.param({"annotator": "a2"}, 1, r"do not match the file's place r01/a1\.jsonl", id="other-annotator"),
    ],
)
def test_a_line_that_cannot_be_used_comes_as_the_problem_that_names_it(tmp_path, change, level, message):
    path = write(tmp_path, ROW, ROW | change, ROW | {"document_id": "soup-0002"})
    good, bad, after = read_judgements(path, SCHEME)
    assert (good.value.document_id, good.where, after.line) == ("soup-0001", f"{path}:1", 3)
    assert (bad.line, bad.level) == (2, level)
    assert re.search(rf"a1\.jsonl:2: .*{message}", str(bad))


@pytest.mark.parametrize("field", sorted(ROW))
def test_a_missing_field_is_named(tmp_path, field):
    (bad,) = read_judgements(write(tmp_path, {k: v for k, v in ROW.items() if k != field}), SCHEME)
    assert re.search(rf"a1\.jsonl:1: field '{field}' is missing; a row has annotator, confidence, ", str(bad))


def test_lines_that_are_no_objects_are_told_with_their_reason(tmp_path):
    path = write(tmp_path, ROW)
    path.write_bytes(path.read_bytes() + b"{broken\n\n\xff\n")
    _, *bad = read_judgements(path, SCHEME)
    assert [str(error).removeprefix(f"{path}:").split(";")[0] for error in bad] == [
        "2: not JSON: Expecting property name enclosed in double quotes at column 2",
        "3: blank line",
        "4: not UTF-8: byte 0xff at byte 0",
    ]


def test_a_round_is_read_by_annotator_and_grouped_without_the_intention(tmp_path):
    for annotator in ("intention", "a2", "a1"):
        write(tmp_path, ROW | {"annotator": annotator}, annotator=annotator)
    judgements = read_round(tmp_path / "r01", SCHEME)
    assert [item.annotator for item in judgements] == ["a1", "a2", "intention"]
    grouped = by_document(reversed(judgements))
    assert [item.annotator for item in grouped["soup-0001"]] == ["a1", "a2"]


def test_a_round_with_bad_lines_is_refused_and_all_are_named(tmp_path):
    write(tmp_path, ROW, ROW | {"topic": "soup"})
    write(tmp_path, ROW | {"annotator": "a2", "irony": "no"}, annotator="a2")
    with pytest.raises(DataError, match=r"a1\.jsonl:2: topic 'soup'.*\n.*a2\.jsonl:1: irony must be true or false"):
        read_round(tmp_path / "r01", SCHEME)

"""Records of JSON documents: read one by one, set aside one by one, wherever the pieces that are read end."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.io import Reject, Row, json_documents, open_table
from weibo_nlp.io.json_documents import TOP, document_records, records_paths

WHERE = Path("a.json")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('好"\\{}[],:\n a'), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["text", "id", "a"]), VALUES, min_size=1), max_size=5)


def values(raw, path):
    return [json.loads(each) for _, each, _ in document_records(io.BytesIO(raw), WHERE, path)]


@given(rows=ROWS, indent=st.none() | st.integers(0, 2), piece=st.integers(1, 40))
def test_records_are_those_of_the_json_module_wherever_a_piece_ends(monkeypatch, rows, indent, piece):
    monkeypatch.setattr(json_documents, "_PIECE", piece)
    array = json.dumps(rows, ensure_ascii=False, indent=indent).encode()
    nested = json.dumps({"n": [1], "é": {"b.c": rows}, "z": [[{}]]}, indent=indent).encode()
    assert values(array, ()) == rows
    assert values(nested, ("é", "b.c")) == rows
    assert values("\n".join(json.dumps(row, indent=indent) for row in rows).encode(), TOP) == rows
    counts = records_paths(io.BytesIO(nested), WHERE)
    assert counts[("é", "b.c")] == len(rows)
    assert set(counts) <= {("é", "b.c")}


def test_a_bad_record_costs_itself_alone(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(
        '[{"text": "一"}, {"text": NaN}, 5, {"text": "二", "text": "三"},\n ["x"], {"text": "四"}]', "utf-8"
    )
    items = list(open_table(path).rows())
    assert [(row.number, row.values) for row in items if isinstance(row, Row)] == [
        (1, {"text": "一"}),
        (6, {"text": "四"}),
    ]
    assert [(item.line, item.reason) for item in items if isinstance(item, Reject)] == [
        (2, "not JSON: NaN is not a JSON value"),
        (3, "not a JSON object but int"),
        (4, "key 'text' stands twice"),
        (5, "not a JSON object but list"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"text": "一"}, {"text": "二"', "breaks off before its brackets are closed"),
        ('[{"text": "一"}, {"text": "二', "breaks off before its brackets are closed"),
        ('[{"text": "一"}]]', "closes with ] what was not opened"),
        ('[{"text": "一"]}', "closes with ] what was not opened"),
        ("[" + '{"a":[' * 200, "is nested deeper than 200 levels"),
    ],
)
def test_a_document_that_is_none_is_refused(tmp_path, content, message):
    path = tmp_path / "a.json"
    path.write_text(content, "utf-8")
    with pytest.raises(DataError, match=f"is no JSON document that can be read: it {message}"):
        list(open_table(path).rows())


def test_a_record_that_is_too_long_is_set_aside_and_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr(json_documents, "MAX_LINE_BYTES", 2_000)
    monkeypatch.setattr(json_documents, "_PIECE", 100)
    long = json.dumps({"text": ["x" * 50] * 200})
    raw = f'[{{"text": "a"}}, {long}, {{"text": "b"}}]'.encode()
    found = [(number, len(each), cut) for number, each, cut in document_records(io.BytesIO(raw), WHERE, ())]
    assert found == [(1, 13, False), (2, 2_000, True), (3, 13, False)]


def test_a_mark_that_never_closes_is_told_before_the_rest_is_held(monkeypatch):
    monkeypatch.setattr(json_documents, "MAX_LINE_BYTES", 1_000)
    monkeypatch.setattr(json_documents, "_PIECE", 100)
    with pytest.raises(DataError, match="holds a text longer than a row may be, or a quotation mark that never closes"):
        list(document_records(io.BytesIO(b'[{"text": "' + b"x" * 5_000), WHERE, ()))

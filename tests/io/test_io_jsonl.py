import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.io import dump_line, jsonl, read_jsonl, write_jsonl
from weibo_nlp.io.jsonl import MAX_DEPTH, JsonLine, parse_json_line, raw_lines

DATA = Path(__file__).parents[1] / "data" / "io"

strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | strings,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strings, inner, max_size=3),
    max_leaves=6,
)


@given(rows=st.lists(st.dictionaries(strings, values, max_size=3), max_size=5))
def test_what_was_written_is_read_back_unchanged(tmp_path, rows):
    path = tmp_path / "rows.jsonl"
    assert write_jsonl(path, rows) == len(rows)
    assert [line.value for line in read_jsonl(path, finite=True)] == rows
    assert [line.reason for line in read_jsonl(path)] == [None] * len(rows)


@given(data=st.binary(max_size=60) | st.lists(st.sampled_from([b'{"a":1}', b"[", b"\xff", b"\r", b""])).map(b"\n".join))
@settings(max_examples=100)
def test_no_bytes_raise_and_every_line_is_a_value_or_a_reason(tmp_path, data):
    path = tmp_path / "any.jsonl"
    path.write_bytes(data)
    lines = list(read_jsonl(path))
    assert all((line.value is None) != (line.reason is None) for line in lines)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("not_utf8", "not UTF-8: byte 0xbb at byte 10"),
        ("truncated", "not JSON: Unterminated string starting at column 10"),
        ("is_a_list", "not a JSON object but list"),
        ("is_a_number", "not a JSON object but int"),
        ("is_null", "not a JSON object but NoneType"),
        ("blank_line", "blank line"),
        ("lone_surrogate", "a lone surrogate (half of an escaped character) stands in it"),
        ("lone_surrogate_in_a_key", "a lone surrogate (half of an escaped character) stands in it"),
        ("nan", "not JSON: NaN is not a JSON value"),
        ("number_too_large", "not JSON: 1e999 is too large a number"),
        ("key_twice", "key 'text' stands twice"),
        ("key_twice_inside", "key 'id' stands twice"),
        ("two_on_a_line", "not JSON: Extra data at column 15"),
    ],
)
def test_a_bad_line_costs_one_line_and_says_why(rule, reason):
    before, bad, after = read_jsonl(DATA / f"reject-{rule}.jsonl", finite=True)
    assert (before.value, after.value) == ({"text": "前"}, {"text": "后"})
    assert (bad.number, bad.value, bad.reason) == (2, None, reason)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_mark_at_the_start_and_blank_lines_at_the_end_are_not_worth_a_word(tmp_path, end):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + f'{{"text": "好"}}{end}{end} {end}'.encode())
    assert [line.value for line in read_jsonl(path)] == [{"text": "好"}]


def nested(levels):
    """An object that is `levels` deep, itself counted."""
    return b'{"x": ' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 5_000, 1_000_000])
def test_what_is_nested_too_deep_is_set_aside(tmp_path, levels):
    path = tmp_path / "deep.jsonl"
    path.write_bytes(nested(levels) + b"\n" + nested(MAX_DEPTH))
    deep, fine = read_jsonl(path)
    assert deep.reason == f"nested deeper than {MAX_DEPTH} levels"
    assert fine.reason is None


def test_many_brackets_side_by_side_are_not_deep(tmp_path):
    path = tmp_path / "flat.jsonl"
    path.write_bytes(b'{"x": [' + b"[]," * 500 + b"[]]}")
    assert [line.reason for line in read_jsonl(path)] == [None]


def test_an_integer_that_takes_too_long_to_read_is_set_aside(tmp_path):
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'{"n": ' + b"9" * 5_000 + b"}")
    (line,) = read_jsonl(path)
    assert line.reason == "not JSON: an integer of thousands of digits"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""], ids=["unix", "windows", "none"])
def test_the_limit_of_a_line_is_exact_and_what_is_beyond_it_is_never_cut_silently(tmp_path, end):
    path = tmp_path / "lines"
    for length in range(1, 25):
        path.write_bytes(b"x" * length + end)
        ((number, raw, too_long),) = raw_lines(path, limit=8)
        assert (number, too_long) == (1, length > 8)
        if not too_long:
            assert raw.removesuffix(b"\r") == b"x" * length


def test_the_line_after_an_overlong_one_is_whole(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"x" * 33 + b"\nshort\n")
    assert list(raw_lines(path, limit=8)) == [(1, b"x" * 8, True), (2, b"short", False)]


def test_chinese_stands_unescaped_so_that_diffs_can_be_read():
    assert dump_line({"b": "好", "a": None}) == '{"b": "好", "a": null}\n'


def test_a_row_that_json_cannot_hold_leaves_the_old_file(tmp_path):
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [{"a": 1}])
    with pytest.raises(ValueError, match="Out of range float"):
        write_jsonl(path, [{"a": 2}, {"a": float("nan")}])
    assert json.loads(path.read_text("utf-8")) == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(b'{"a": -1e999}', "not JSON: -1e999 is too large a number", id="minus"),
        pytest.param(
            b'{"a": ' + b"9" * 400 + b".5}", f"not JSON: {'9' * 40} is too large a number", id="digits-are-cut"
        ),
        pytest.param(b'{"a": Infinity}', "not JSON: Infinity is not a JSON value", id="infinity"),
        pytest.param(b'{"a": -Infinity}', "not JSON: -Infinity is not a JSON value", id="minus-infinity"),
        pytest.param(
            b'{"%s": 1, "%s": 2}' % (b"k" * 41, b"k" * 41), f"key '{'k' * 40}' stands twice", id="names-are-cut"
        ),
        pytest.param(b'{"a": 1, "b": 1, "b": 2}', "key 'b' stands twice", id="second-key"),
        pytest.param(b'{"a" 1}', "not JSON: Expecting ':' delimiter at column 6", id="colon"),
        pytest.param(b'"a"', "not a JSON object but str", id="text"),
        pytest.param(b"{\xff", "not UTF-8: byte 0xff at byte 1", id="no-text"),
        pytest.param("\u3000".encode(), "blank line", id="blank-of-chinese"),
        pytest.param(b" \t\r", "blank line", id="blanks"),
        pytest.param(b"", "blank line", id="nothing"),
    ],
)
def test_a_line_that_is_no_object_comes_with_its_reason_and_beginning(raw, reason):
    raw_shown = "" if reason == "blank line" else raw.decode("utf-8", "backslashreplace")
    assert parse_json_line(raw, 7, finite=True) == JsonLine(7, None, reason, raw_shown)


def test_a_line_that_is_an_object_comes_with_it():
    assert parse_json_line(b'{"a": "\\u597d"}\r', 2) == JsonLine(2, {"a": "好"}, None, '{"a": "\\u597d"}')
    assert parse_json_line(b"\xef\xbb\xbf\xef\xbb\xbf{}", 1).value == {}
    assert parse_json_line(b"\xef\xbb\xbf{}", 2).value is None
    assert parse_json_line(b'{"a": 1e999}', 2).value == {"a": float("inf")}
    assert parse_json_line(b'{"a": 0.5}', 2, finite=True).value == {"a": 0.5}


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff"])
def test_a_line_that_was_cut_is_no_object_whatever_is_left_of_it(raw):
    line = parse_json_line(raw, 3, too_long=True)
    assert (line.number, line.value, line.reason) == (3, None, "line is longer than 4,194,304 bytes")


def test_values_are_counted_by_commas_and_brackets(monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_VALUES", 3)
    assert parse_json_line(b'{"a": [1, 2]}', 1).value == {"a": [1, 2]}
    assert parse_json_line(b'{"a": "bcdefghijk"}', 1).value == {"a": "bcdefghijk"}
    for many in (b'{"a": [1, 2, 3]}', b'{"a": [[[1]]]}', b'{"a":{"b":{"c":{}}}}'):
        assert parse_json_line(many, 1).reason == "more than 3 values"


def test_depth_counts_objects_and_lists(monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_DEPTH", 3)
    for fine in (
        b'{"a": [{}]}',
        b'{"a": [[]], "b": {"c": []}}',
        b'{"a": "[[[[["}',
        b'{"a": [1, [2]], "b": [{"c": 1}]}',
    ):
        assert parse_json_line(fine, 1).reason is None
    for deep in (b'{"a": [[{}]]}', b'{"a": {"b": {"c": {}}}}', b'{"x": 1, "a": [1, {"b": [[1]]}]}'):
        assert parse_json_line(deep, 1).reason == "nested deeper than 3 levels"


def test_blank_lines_inside_are_told_and_those_at_the_end_are_not(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n\n{}\n\n{\n\n \n\n")
    assert [(line.number, line.value, line.reason, line.raw) for line in read_jsonl(path)] == [
        (1, None, "blank line", ""),
        (2, None, "blank line", ""),
        (3, {}, None, "{}"),
        (4, None, "blank line", ""),
        (5, None, "not JSON: Expecting property name enclosed in double quotes at column 2", "{"),
    ]

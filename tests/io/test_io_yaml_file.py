"""YAML made to break a reader is refused with the file's name, in bounded memory."""

import tracemalloc
from datetime import date

import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.io.yaml_file import read_yaml

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "made.yaml"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("[" * 5_000, "nest", id="flow"),
        pytest.param("[" * 101 + "]" * 101, "nested deeper than 100 levels", id="flow-101"),
        pytest.param("{a: " * 5_000, "nest", id="mappings"),
        pytest.param("[{a: " * 51 + "}]" * 51, "nested deeper than 100 levels", id="flow-of-both"),
        pytest.param("\n".join(" " * n + "- " for n in range(5_000)), "line 101: nested deeper than 100", id="block"),
        pytest.param("- " * 5_000 + "x", "nested deeper than 100 levels", id="one-line"),
        pytest.param(BOMB, "more than 1,000,000 values", id="references"),
        pytest.param("a: &a [*a, *a]", r"line 1: \*a stands within what it refers to", id="within-itself"),
        pytest.param("a: 2020-13-45", "month must be in", id="no-date"),
        pytest.param("a: " + "9" * 5_000, "a number or date of 5,000 characters .*, at most 100", id="digits"),
        pytest.param("a:\n  b: 1" + ":1" * 1_500_000, "a number or date of 3,000,001 char", id="base-60"),
        pytest.param("a: 1" + ":1" * 1_500_000 + ".5", "number or date of 3,000,003 char", id="base-60-float"),
        pytest.param("a: !!int '1" + ":1" * 1_500_000 + "'", "number or date of 3,000,001 char", id="base-60-tagged"),
        pytest.param("a: 0x" + "f" * 5_000, "number or date of 5,002 characters", id="hexadecimal"),
        pytest.param("a: 2020-01-01 10:10:10." + "1" * 5_000, "number or date of 5,020 characters", id="time"),
        pytest.param("a: 1\nb: 2\na: 3", "line 3: key 'a' stands twice", id="key-twice"),
        pytest.param("x:\n- {a: 1, 'a': 2}", "line 2: key 'a' stands twice", id="key-twice-inside"),
        pytest.param("yes: 1\ntrue: 2", "line 2: key 'true' stands twice", id="key-twice-in-other-form"),
        pytest.param("!!seq a: 1", "expected a sequence node|unhashable key", id="a-key-that-is-a-list"),
        pytest.param("a: \x00", "special characters|control characters", id="nul"),
        pytest.param("!!python/object/apply:os.system [ls]", "could not determine a constructor", id="code"),
        pytest.param(b"a: \xba\xc3", "decode", id="not-utf8"),
        pytest.param(None, "No such file", id="missing"),
    ],
)
def test_what_is_made_to_harm_is_refused_naming_the_file(path, content, problem):
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=rf"(?s)made\.yaml: cannot be read as YAML: .*({problem})"):
            read_yaml(path)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_a_key_may_stand_in_a_mapping_and_in_one_that_is_merged_into_it(path):
    path.write_text("x: {y: {z: &one {a: 1, b: 1}, w: &two {<<: *one, c: 2}}}\nv: {<<: *two, b: 3}", "utf-8")
    content = read_yaml(path)
    assert content["x"]["y"]["w"] == {"a": 1, "b": 1, "c": 2}
    assert content["v"] == {"a": 1, "b": 3, "c": 2}


def test_depth_and_references_within_the_limits_are_read(path):
    path.write_text("a: &one [1, 2]\nb: [*one, *one]\nc: " + "[" * 90 + "]" * 90, "utf-8")
    content = read_yaml(path)
    assert content["b"] == [[1, 2], [1, 2]]


def test_a_file_beyond_the_limit_is_refused(path, monkeypatch):
    monkeypatch.setattr("weibo_nlp.io.yaml_file.MAX_YAML_BYTES", 10)
    path.write_text("a: 12345678", "utf-8")
    with pytest.raises(DataError, match="longer than 10 bytes"):
        read_yaml(path)
    monkeypatch.setattr("weibo_nlp.io.yaml_file.MAX_YAML_BYTES", 11)
    assert read_yaml(path) == {"a": 12345678}


def test_a_long_text_without_quotes_stays_a_text(path):
    path.write_text(f"a: 2020 was long {'and ' * 50}over\nb: 1:30\nc: 2020-01-31\n")
    assert read_yaml(path) == {"a": f"2020 was long {'and ' * 50}over", "b": 90, "c": date(2020, 1, 31)}

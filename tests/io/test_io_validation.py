import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, LabelError
from weibo_nlp.io.validation import (
    MOST_FAULTS,
    NAME,
    ORDINAL,
    Located,
    Problem,
    RowError,
    field_types,
    label_type,
    list_type,
    mapping_type,
    nested_type,
    read_records,
    row_parser,
    without_problems,
)


@dataclass(frozen=True)
class Dish:
    document_id: str
    taste: str
    hot: bool
    herbs: tuple[str, ...]
    prices: dict[str, str]
    cook: str | None = None
    order: int | None = None


GOOD = {"document_id": "soup-1", "taste": "salty", "hot": True, "herbs": ["姜"], "prices": {"small": "3"}}
PARSE = row_parser(
    Dish,
    field_types(
        Dish,
        document_id=NAME,
        taste=label_type(["salty", "sour"]),
        prices=mapping_type(label_type(["3", "5"])),
        order=ORDINAL | None,
    ),
)


def faults(row, parse=PARSE):
    with pytest.raises(RowError) as caught:
        parse(row)
    return list(map(str, caught.value.faults))


def test_a_row_becomes_a_record_with_the_defaults_of_its_class():
    assert PARSE(GOOD) == Dish("soup-1", "salty", True, ("姜",), {"small": "3"}, None, None)
    assert PARSE(GOOD | {"cook": "王", "order": 2}).order == 2


NOT_IN_SCHEME = (
    "for soup-1 is not in the scheme (salty, sour). Correct the row, or add the label to a new scheme version."
)
FIELDS = "a row has cook, document_id, herbs, hot, order, prices, taste."


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"taste": "汤"}, f"taste '汤' {NOT_IN_SCHEME}", id="label"),
        pytest.param({"taste": ["sour"]}, f"taste ['sour'] {NOT_IN_SCHEME}", id="label-that-does-not-hash"),
        pytest.param({"hot": 1}, "hot must be true or false, got 1.", id="one-is-not-true"),
        pytest.param({"order": "2"}, "order must be a whole number or null, got '2'.", id="text-is-no-number"),
        pytest.param({"order": True}, "order must be a whole number or null, got True.", id="true-is-no-number"),
        pytest.param({"order": 2.0}, "order must be a whole number or null, got 2.0.", id="float-is-no-whole-number"),
        pytest.param({"order": 0}, "order must be a whole number from 1 or null, got 0.", id="below-the-least"),
        pytest.param({"cook": 5}, "cook must be text or null, got 5.", id="optional-text"),
        pytest.param({"document_id": ""}, "document_id must be text that is not empty, got ''.", id="empty-name"),
        pytest.param({"herbs": "姜"}, "herbs must be a list, got '姜'.", id="text-is-no-list"),
        pytest.param({"herbs": ["姜", 1]}, "herbs[1] must be text, got 1.", id="place-in-a-list"),
        pytest.param({"prices": []}, "prices must be a mapping of names to values, got [].", id="list-is-no-mapping"),
        pytest.param({"mood": 1}, f"unknown field 'mood'; {FIELDS}", id="unknown-field"),
        pytest.param({"\u202ex\n": 1}, f"unknown field '\\u202ex\\n'; {FIELDS}", id="unknown-field-made-printable"),
    ],
)
def test_a_fault_says_which_field_what_arrived_and_what_is_allowed(change, fault):
    assert faults(GOOD | change) == [fault]


def test_a_missing_field_is_named():
    assert faults({name: value for name, value in GOOD.items() if name != "hot"}) == [
        f"field 'hot' is missing; {FIELDS}"
    ]


def test_a_label_inside_a_mapping_is_named_with_its_key():
    assert faults(GOOD | {"prices": {"small": "9"}})[0].startswith(
        "prices.small '9' for soup-1 is not in the scheme (3, 5)"
    )


def test_nested_fields_are_named_with_their_place():
    size = nested_type({"zh": str, "price": int})
    parse = row_parser(dict, {"sizes": list_type(size)})
    (one,) = parse({"sizes": [{"zh": "小", "price": 3}]})["sizes"]
    assert (one.zh, one.price) == ("小", 3)
    rows = {"sizes": [{"zh": "小", "price": "3"}, {"zh": "大", "cost": 5}, "大"]}
    assert faults(rows, parse) == [
        "sizes[0].price must be a whole number, got '3'.",
        "field 'sizes[1].price' is missing.",
        "unknown field 'sizes[1].cost'.",
        "sizes[2] must be a mapping of names to values, got '大'.",
    ]


def test_all_faults_of_a_row_come_at_once_and_labels_keep_their_own_error():
    with pytest.raises(RowError) as caught:
        PARSE(GOOD | {"taste": "sweet", "hot": None, "herbs": [1, 2]})
    assert [type(fault) for fault in caught.value.faults] == [LabelError, DataError, DataError, DataError]
    assert str(caught.value).count("; ") == 3


def test_a_row_with_thousands_of_faults_gives_a_few_and_their_number():
    found = faults(GOOD | {"herbs": [0] * 5_000})
    assert len(found) == MOST_FAULTS + 1
    assert found[-1] == f"{5_000 - MOST_FAULTS:,} faults more; mend these first."


@given(st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=5)))
def test_no_row_raises_anything_but_a_row_error(row):
    with pytest.raises(RowError):
        PARSE(row)


def test_a_file_gives_records_with_their_lines_and_problems_with_theirs(tmp_path):
    path = tmp_path / "dishes.jsonl"
    rows = [GOOD, GOOD | {"taste": "sweet", "hot": 0}, GOOD]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n{\n", "utf-8")
    first, label, form, third, broken = read_records(path, PARSE)
    assert (first, third) == (Located(PARSE(GOOD), path, 1), Located(PARSE(GOOD), path, 3))
    assert third.where == f"{path}:3"
    assert [(p.line, p.level, p.rule) for p in (label, form, broken)] == [
        (2, 2, "scheme"),
        (2, 1, "form"),
        (4, 1, "form"),
    ]
    assert form.shown(tmp_path) == "dishes.jsonl:2: [1 form] hot must be true or false, got 0."
    assert broken.text.endswith("; one JSON object a line is expected.")


def test_what_building_a_record_objects_to_is_a_problem_of_the_row(tmp_path):
    def build(text):
        raise DataError(f"{text} is no dish")

    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "car"}\n', "utf-8")
    assert list(read_records(path, row_parser(build, {"text": str}))) == [Problem(path, 1, 1, "form", "car is no dish")]


def test_a_file_that_must_be_right_is_refused_with_every_problem_on_a_line(tmp_path):
    good, bad = Located(1, tmp_path, 1), [Problem(tmp_path, line, 1, "form", "is odd") for line in (2, 0)]
    assert without_problems([good]) == [1]
    with pytest.raises(DataError) as caught:
        without_problems([good, *bad])
    assert str(caught.value) == f"{tmp_path}:2: is odd\n{tmp_path}: is odd"


def test_pydantic_is_loaded_with_the_first_file_and_not_with_the_package():
    rooms = "weibo_nlp.annotation.judgements, weibo_nlp.annotation.campaign, weibo_nlp.release.sources"
    code = f"import sys, {rooms}; sys.exit('pydantic' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize(("value", "kind"), [(b"a", "bytes"), ({"a"}, "set")])
def test_a_value_that_yaml_has_and_no_field_holds_is_a_fault_and_a_date_is_text(value, kind):
    parse = row_parser(dict, {"name": (str, ...)})
    assert parse({"name": date(2024, 5, 1)}) == {"name": "2024-05-01"}
    with pytest.raises(RowError, match=rf"is of type {kind}; write text, a number or a date"):
        parse({"name": value})

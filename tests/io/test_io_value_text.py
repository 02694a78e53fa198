"""Values of rows as text of JSON and of tables."""

import datetime
import math
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import pytest

from weibo_nlp.io.value_text import cell_text, json_text, plain_value

DAY, CODE = datetime.date(2020, 1, 31), "12345678-1234-5678-1234-567812345678"
AS_TEXT = [
    pytest.param(DAY, "2020-01-31", id="date"),
    pytest.param(datetime.datetime(2020, 1, 31, 8), "2020-01-31 08:00:00", id="moment"),
    pytest.param(datetime.time(8, 30), "08:30:00", id="time"),
    pytest.param(datetime.timedelta(hours=1), "1:00:00", id="duration"),
    pytest.param(Decimal("1.50"), "1.50", id="decimal"),
    pytest.param(UUID(CODE), CODE, id="uuid"),
]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({"键": [1, None, True]}, '{"键": [1, null, true]}', id="chinese-unescaped"),
        pytest.param(math.nan, "null", id="nan"),
        pytest.param(math.inf, '"Infinity"', id="infinity"),
        pytest.param([-math.inf, math.nan], '["-Infinity", null]', id="below-and-none"),
        pytest.param(
            {"好": (math.inf, [-math.inf, 0.5]), "d": DAY},
            '{"好": ["Infinity", ["-Infinity", 0.5]], "d": "2020-01-31"}',
            id="deep",
        ),
    ],
)
def test_a_value_as_json(value, expected):
    assert json_text(value) == expected


@pytest.mark.parametrize(("value", "expected"), AS_TEXT)
def test_what_json_lacks_and_parquet_has_is_text(value, expected):
    assert json_text(value) == f'"{expected}"'
    assert cell_text(value) == f'"{expected}"'
    assert plain_value(value) == expected


@pytest.mark.parametrize("value", ["好", None], ids=str)
def test_text_and_nothing_stay_in_a_cell(value):
    assert cell_text(value) is value
    assert plain_value(value) is value


@pytest.mark.parametrize("value", [1, 0.5, True, math.inf])
def test_numbers_stay_as_they_are_where_csv_writes_them(value):
    assert plain_value(value) is value


def test_what_is_nested_is_json_in_a_cell():
    assert cell_text([1]) == plain_value([1]) == plain_value((1,)) == "[1]"
    assert cell_text({"a": 1}) == plain_value({"a": 1}) == '{"a": 1}'
    assert cell_text(1) == "1"


@pytest.mark.parametrize("text", [json_text, cell_text, plain_value])
@pytest.mark.parametrize("value", [b"a", {1}, MappingProxyType], ids=["bytes", "set", "class"])
def test_what_no_table_has_is_refused_and_not_shown_as_python_does(text, value):
    kind = type(value).__name__
    with pytest.raises(TypeError, match=f"^a {kind} is no value of a table; give text, numbers, dates, lists"):
        text(value)

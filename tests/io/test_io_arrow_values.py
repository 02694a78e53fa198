"""Values of Arrow that Python would lose or show as its own: what they are read as."""

import datetime
import uuid

import pandas as pd
import pyarrow as pa
import pytest

from weibo_nlp.io.arrow_values import know_pandas_types, python_values


def extension(type_, storage):
    return pa.ExtensionArray.from_storage(type_, pa.array(storage, type_.storage_type))


STRINGS = pa.map_(pa.string(), pa.string())
OPAQUE = pa.opaque(pa.binary(), "text", "vendor")
UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        pytest.param(pa.array([1, None]), [1, None], id="numbers"),
        pytest.param(pa.array(["好", None]), ["好", None], id="text"),
        pytest.param(pa.array([datetime.time(1)], pa.time64("us")), [datetime.time(1)], id="microseconds"),
        pytest.param(
            pa.array([3_723 * 10**9 + 4, None], pa.time64("ns")), ["01:02:03.000000004", None], id="nanoseconds"
        ),
        pytest.param(
            pa.array([5, 5], pa.time64("ns")).dictionary_encode(), ["00:00:00.000000005"] * 2, id="nanoseconds-again"
        ),
        pytest.param(pa.array(["好".encode(), None], pa.binary()), ["好", None], id="bytes"),
        pytest.param(pa.array([b"a", None], pa.large_binary()), ["a", None], id="many-bytes"),
        pytest.param(pa.array([b"ab", None], pa.binary(2)), ["ab", None], id="two-bytes-each"),
        pytest.param(pa.array([b"a", None], pa.binary_view()), ["a", None], id="views-of-bytes"),
        pytest.param(pa.array([b"a", None, b"a"]).dictionary_encode(), ["a", None, "a"], id="bytes-as-categories"),
        pytest.param(pa.array([[b"a", None], None, []], pa.list_(pa.binary())), [["a", None], None, []], id="lists"),
        pytest.param(pa.array([[1], None]), [[1], None], id="lists-of-numbers"),
        pytest.param(
            pa.array([[("k", b"v")], None], pa.map_(pa.string(), pa.binary())), [[("k", "v")], None], id="map"
        ),
        pytest.param(pa.array([[("k", "v")], None], STRINGS), [[("k", "v")], None], id="map-of-text"),
        pytest.param(
            pa.StructArray.from_arrays([[b"a", b"b"], [1, 2]], ["x", "y"], mask=pa.array([False, True])),
            [{"x": "a", "y": 1}, None],
            id="struct-of-bytes",
        ),
        pytest.param(
            pa.StructArray.from_arrays([[1, 2], ["a", "b"]], ["x", "x"], mask=pa.array([True, False])),
            [None, [["x", 2], ["x", "b"]]],
            id="struct-with-a-name-twice",
        ),
        pytest.param(pa.array([{"x": 1}, None]), [{"x": 1}, None], id="struct-of-numbers"),
        pytest.param(extension(pa.uuid(), [UUID.bytes, None]), [UUID, None], id="uuid"),
        pytest.param(extension(pa.bool8(), [1, 0, None]), [True, False, None], id="truth-in-a-byte"),
        pytest.param(
            pa.array([1, None], pa.timestamp("us", "Mars/Phobos")),
            [datetime.datetime(1970, 1, 1, microsecond=1, tzinfo=datetime.UTC), None],
            id="a-zone-nobody-knows",
        ),
        pytest.param(
            pa.array([[10**9]], pa.list_(pa.timestamp("ns", "+8"))),
            [[pd.Timestamp(1, unit="s", tz="UTC")]],
            id="a-zone-in-a-list",
        ),
        pytest.param(pa.array(pd.array(["2024-05", None], "period[M]")), ["2024-05", None], id="months"),
        pytest.param(
            pa.array(pd.interval_range(0, 2, closed="left")),
            ["[0, 1)", "[1, 2)"],
            id="intervals",
        ),
        pytest.param(
            pa.ListArray.from_arrays([0, 2], pa.array(pd.array(["2024-05", None], "period[M]"))),
            [["2024-05", None]],
            id="months-in-a-list",
        ),
        pytest.param(extension(OPAQUE, [b"a", None]), ["a", None], id="a-vendor-s-bytes"),
        pytest.param(pa.ListArray.from_arrays([0, 2], extension(OPAQUE, [b"a", None])), [["a", None]], id="in-a-list"),
    ],
)
def test_a_value_comes_without_loss(array, expected):
    values = python_values(array)
    assert values == expected
    assert [type(value) for value in values] == [type(value) for value in expected]


def test_a_slice_of_a_list_has_its_own_values():
    array = pa.array([[b"a"], [b"b", b"c"], None], pa.list_(pa.binary()))
    assert python_values(array.slice(1, 1)) == [["b", "c"]]


def test_bytes_that_are_no_text_are_told_by_their_first_bad_byte():
    with pytest.raises(ValueError, match=r"^bytes that are no UTF-8 \(0xff at byte 1\)$"):
        python_values(pa.array([b"a\xff\xfe"]))


@pytest.mark.parametrize("frequency", ["Y", "M", "h"])
def test_a_period_beyond_the_calendar_is_told_and_not_shown_as_another(frequency):
    kind = pa.array(pd.array(["2024"], f"period[{frequency}]")).type
    with pytest.raises(ValueError, match=r"beyond the calendar|Out of bounds"):
        python_values(extension(kind, [2**62]))


def test_a_frequency_that_pandas_does_not_know_is_told():
    kind = type(pa.array(pd.array(["2024"], "period[M]")).type)("nope")
    with pytest.raises(ValueError, match="nope"):
        python_values(extension(kind, [1]))


def test_periods_that_arrow_takes_for_numbers_are_made_known_to_it():
    """Only a program that has made periods of pandas' has told Arrow of them."""
    kind = pa.array(pd.array(["2024-05"], "period[M]")).type
    metadata = {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": '{"freq": "M"}'}
    item = pa.field("p", pa.int64(), metadata=metadata)
    assert know_pandas_types(pa.schema([item]))
    assert know_pandas_types(pa.schema([("in", pa.list_(item))]))
    assert not know_pandas_types(pa.schema([("p", kind), ("n", pa.int64())]))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError
from weibo_nlp.ingest.times import date_order, is_year_last, parse_time


@pytest.mark.parametrize(
    ("value", "order", "moment"),
    [
        ("23/08/2018 13:10", "day", "2018-08-23T13:10+08:00"),
        ("8/23/2018", "month", "2018-08-23"),
        ("03/04/2018", "day", "2018-04-03"),
        ("03/04/2018", "month", "2018-03-04"),
        ("23.8.2018 7:05:09", "day", "2018-08-23T07:05:09+08:00"),
        ("8/23/2018 1:10 PM", "month", "2018-08-23T13:10+08:00"),
        ("8/23/2018 12:05 am", "month", "2018-08-23T00:05+08:00"),
        ("2018-08-23", "month", "2018-08-23"),
        ("23/08/2018", "month", None),  # no month has that number
        ("30/02/2018", "day", None),
        ("23/08-2018", "day", None),
        ("8/23/2018 13:10 PM", "month", None),
        ("##########", "day", None),  # what a spreadsheet shows where the column is too narrow
        ("23/08/2018", None, None),
    ],
)
def test_a_date_whose_year_stands_last_is_read_in_the_order_that_is_said(value, order, moment):
    assert parse_time(value, order=order) == moment


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["01/02/2018", "23/08/2018 13:10", "##########", None, 3], "day"),
        (["1/2/2018", "8/23/2018"], "month"),
        (["2018-08-23", "昨天", ""], None),
        (["99/99/2018", "23/08/2018"], "day"),  # the first is no date, and says nothing
    ],
)
def test_one_number_above_twelve_decides_for_all_dates(values, order):
    assert date_order(values, "a.csv: column date") == order


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["01/02/2018", "03/04/2018"], "a.csv: column date: '01/02/2018' may have its day first or its month"),
        (["23/08/2018", "8/23/2018"], "'23/08/2018' has its day first and '8/23/2018' its month"),
    ],
)
def test_an_order_that_is_unsure_is_refused_with_an_example_and_the_remedy(values, message):
    with pytest.raises(UsageError, match="--date-order day or --date-order month") as refused:
        date_order(values, "a.csv: column date")
    assert message in str(refused.value)


@given(st.dates(), st.sampled_from(["day", "month"]), st.sampled_from("/-."))
def test_a_date_is_read_as_it_was_written(day, order, stroke):
    numbers = (day.day, day.month) if order == "day" else (day.month, day.day)
    written = stroke.join([*map(str, numbers), f"{day.year:04}"])
    assert is_year_last(written)
    assert parse_time(written, order=order) == day.isoformat()

"""Periods of rows in the order of time."""

from made_collection import collection_of

from weibo_nlp.analysis.findings import find


def periods_of(path, days, **options):
    rows = [{"created_at": day, "topic": "other", "topic_score": 0.5} for day in days]
    table = find(collection_of(path / "posts.jsonl", rows), with_texts=False, **options).shares.table
    return dict.fromkeys(table["period"].dropna())


def test_periods_are_in_the_order_of_time_whatever_that_of_rows(tmp_path):
    days = ["2021-01-04", "2020-12-31", "2021-01-03", None, "2020-12-24"]
    assert list(periods_of(tmp_path, days, by=["week"])) == ["2020-W52", "2020-W53", "2021-W01"]


def test_the_period_that_is_named_goes_before_the_one_that_suits(tmp_path):
    assert list(periods_of(tmp_path, ["2021-01-04", "2021-01-05"], by=["year"])) == ["2021"]


def test_rows_without_any_time_have_no_periods(tmp_path):
    assert not periods_of(tmp_path, [None, "刚刚"])

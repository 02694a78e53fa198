"""Groups of rows by columns and by periods of time."""

from pathlib import Path

import pytest

from weibo_nlp.analysis.groups import group_frame, period_of
from weibo_nlp.errors import UsageError
from weibo_nlp.io.collection import Collection, open_collection
from weibo_nlp.io.column_types import DateOrder

POSTS = (
    "id,正文,发布时间,account_type,irony\n"
    "1,好,2023-04-20 08:00,media,True\n"
    "2,坏,2023年12月31日,,False\n"
    "3,行,刚刚,netizen,False\n"
)


@pytest.fixture
def posts(tmp_path: Path) -> Collection:
    path = tmp_path / "posts.csv"
    path.write_text(POSTS, encoding="utf-8")
    return open_collection(path)


def test_months_are_made_of_the_column_of_times_and_a_row_without_a_moment_has_none(posts: Collection) -> None:
    groups = group_frame(posts, ["month", "account_type", "irony"])
    assert groups.values.tolist() == [
        ["2023-04", "media", "true"],
        ["2023-12", None, "false"],
        [None, "netizen", "false"],
    ]


@pytest.mark.parametrize(
    ("moment", "period", "expected"),
    [
        ("2021-01-03", "week", "2020-W53"),  # ISO 8601: a Sunday, the last day of week 53 of 2020
        ("2021-01-04", "week", "2021-W01"),
        ("2023-03-31", "quarter", "2023-Q1"),
        ("2023-04-01", "quarter", "2023-Q2"),
        ("Wed Dec 31 16:30:00 +0000 2014", "year", "2015"),  # half past midnight in China
        ("2023-4-1 7:05", "day", "2023-04-01"),
        (1681948800, "month", "2023-04"),
    ],
)
def test_a_moment_lies_in_the_period_of_chinas_calendar(moment: object, period: str, expected: str) -> None:
    assert period_of(moment, period) == expected  # type: ignore[arg-type]


def test_a_column_called_month_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("正文,month\n好,四月\n", encoding="utf-8")
    assert group_frame(open_collection(path), ["month"])["month"].tolist() == ["四月"]


def test_without_a_column_of_times_a_period_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,正文\n1,好\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--time-column"):
        group_frame(open_collection(path), ["month"])


def test_a_column_without_any_time_is_refused_for_periods(posts: Collection) -> None:
    with pytest.raises(UsageError, match="正文: none of its 3 values is read as a time, the first being '好'"):
        group_frame(posts, ["month"], "正文")


def test_a_group_named_twice_is_refused(posts: Collection) -> None:
    with pytest.raises(UsageError, match="grouped twice by month"):
        group_frame(posts, ["month", "month"])


def of_dates(folder: Path, *dates: str, order: DateOrder | None = None) -> Collection:
    path = folder / "posts.csv"
    path.write_text(
        "id,正文,发布时间\n" + "".join(f"{n},好,{each}\n" for n, each in enumerate(dates)), encoding="utf-8"
    )
    return open_collection(path, date_order=order)


def test_dates_with_strokes_are_read_in_the_order_that_their_column_tells(tmp_path: Path) -> None:
    months = group_frame(of_dates(tmp_path, "03/04/2018", "23/08/2018 13:10", "##########"), ["month"])["month"]
    assert months.tolist() == ["2018-04", "2018-08", None]


def test_dates_that_tell_no_order_are_refused_and_read_where_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="column 发布时间: '03/04/2018' may have its day first or its month"):
        group_frame(of_dates(tmp_path, "03/04/2018"), ["day"])
    assert group_frame(of_dates(tmp_path, "03/04/2018", order="month"), ["day"])["day"].tolist() == ["2018-03-04"]


def test_a_date_with_strokes_far_below_other_dates_is_not_passed_over(tmp_path: Path) -> None:
    posts = of_dates(tmp_path, *["2018-08-23"] * 1000, "23/08/2018")
    with pytest.raises(UsageError, match="'23/08/2018' has its year last, and the first dates have not"):
        group_frame(posts, ["month"])

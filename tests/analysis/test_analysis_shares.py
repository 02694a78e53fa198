"""Raw shares, and the estimates beside them."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_collection import collection_of

from weibo_nlp.analysis.findings import find
from weibo_nlp.errors import DataError, UsageError

POSTS = [
    {"id": "1", "created_at": "2023-04-01", "account": "media", "topic": "credit", "topic_score": 0.9},
    {"id": "2", "created_at": "2023-04-20", "account": "netizen", "topic": "other", "topic_score": 0.8},
    {"id": "3", "created_at": "2023-05-02", "account": "netizen", "topic": "other", "topic_score": 0.4},
    {"id": "4", "created_at": None, "account": None, "topic": "credit", "topic_score": 0.7},
    {"id": "5", "created_at": "2023-05-03", "account": "media", "topic": None, "topic_score": None},
]


def shares_of(collection, **options):
    return find(collection, with_texts=False, **options).shares


def cells(table, **wanted):
    for name, value in wanted.items():
        table = table[table[name].isna() if value is None else table[name] == value]
    return {row.label: (row.count_, row.n) for row in table.rename(columns={"count": "count_"}).itertuples()}


def test_shares_are_counted_in_all_rows_in_each_period_and_in_each_group(tmp_path):
    shares = shares_of(collection_of(tmp_path / "posts.jsonl", POSTS), by=["month", "account"])
    table = shares.table
    assert (shares.period, shares.by, shares.is_corrected) == ("month", ("account",), False)
    nothing = {"self_media": (0, 4), "consumer_nationalism": (0, 4)}
    assert cells(table, period=None, group_by=None) == {"credit": (2, 4), **nothing, "other": (2, 4)}
    assert cells(table, period="2023-04")["credit"] == (1, 2)
    # A row without a label is in no share, and one without a time in no period.
    assert cells(table, period="2023-05")["other"] == (1, 1)
    assert cells(table, group_by="account", group="netizen")["other"] == (2, 2)
    assert set(table["group"].dropna()) == {"media", "netizen"}
    assert table["estimate"].isna().all()


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(["credit", "other", None]), st.sampled_from(["a", "b", None])), min_size=1))
def test_shares_of_a_part_sum_to_one_and_do_not_depend_on_the_order_of_rows(tmp_path_factory, rows):
    posts = [{"topic": label, "topic_score": 0.5, "account": account} for label, account in rows]
    folder = tmp_path_factory.mktemp("shares")
    if all(label is None for label, _ in rows):
        return
    table = shares_of(collection_of(folder / "one.jsonl", posts), by=["account"]).table
    other = shares_of(collection_of(folder / "two.jsonl", posts[::-1]), by=["account"]).table
    pd.testing.assert_frame_equal(table, other)
    for _, part in table.groupby(["group_by", "group"], dropna=False):
        assert part["share"].sum() == pytest.approx(1)
        assert part["count"].sum() == part["n"].iloc[0]


@pytest.mark.parametrize(
    ("days", "period"),
    [
        pytest.param(["2023-04-01", "2023-05-15"], "day", id="45-days"),
        pytest.param(["2023-04-01", "2023-05-16"], "week", id="46-days"),
        pytest.param(["2021-01-01", "2022-12-31"], "month", id="two-years"),
        pytest.param(["2010-01-01", "2020-12-31"], "quarter", id="eleven-years"),
        pytest.param(["2000-01-01", "2023-12-31"], "year", id="24-years"),
    ],
)
def test_the_period_follows_from_the_span_of_time(tmp_path, days, period):
    posts = [{"created_at": day, "topic": "credit", "topic_score": 1.0} for day in days]
    assert shares_of(collection_of(tmp_path / "posts.jsonl", posts)).period == period


def test_stances_have_shares_for_each_target_and_for_all(tmp_path):
    posts = [
        {"stance_target": target, "stance": stance, "stance_score": 0.6}
        for target, stance in [("甲", "favor"), ("甲", "against"), ("乙", "favor"), (None, None)]
    ]
    table = shares_of(collection_of(tmp_path / "posts.jsonl", posts)).table
    assert cells(table, target=None) == {"against": (1, 3), "none": (0, 3), "favor": (2, 3)}
    assert cells(table, target="甲")["favor"] == (1, 2)
    assert cells(table, target="乙")["favor"] == (1, 1)


def estimate(label, share, method="design_based", **others):
    row = {"label_column": "topic", "label": label, "target": None, "month": None, "account": None, "method": method}
    return (
        row | {"share": share, "low": share - 0.1, "high": share + 0.1, "n": 4, "n_sample": 30, "n_units": 30} | others
    )


def estimates_of(collection, rows, **others):
    return {
        "format": 1,
        "kind": "weibo_nlp estimates",
        "collection": {"name": "posts.jsonl", "sha256": collection.sha256, "n": 5},
        "sample": {"n": 30},
        "confidence_level": 0.9,
        "by": ["month", "account"],
        "main_method": "design_based",
        "estimates": rows,
        "differences": [{"label": "credit", "difference": 0.2, "p": 0.03}],
        **others,
    }


def test_estimates_stand_beside_the_shares_that_they_correct(tmp_path):
    collection = collection_of(tmp_path / "posts.jsonl", POSTS)
    rows = [
        estimate("credit", 0.3),
        estimate("credit", 0.9, method="sample"),
        estimate("credit", 0.5, month="2023-04", low=None, high=None, note="too few"),
        estimate("other", 0.2, account="netizen"),
        estimate("other", 0.2, account="netizen", month="2023-05"),
    ]
    path = tmp_path / "estimates.json"
    path.write_text(json.dumps(estimates_of(collection, rows)), "utf-8")
    findings = find(collection, with_texts=False, estimates=path)
    shares = findings.shares
    assert (shares.period, shares.by, shares.is_corrected, shares.confidence_level) == (
        "month",
        ("account",),
        True,
        0.9,
    )
    credit = shares.table[shares.table["label"] == "credit"]
    whole = credit[credit["period"].isna() & credit["group"].isna()].iloc[0]
    assert (whole["share"], whole["estimate"], whole["low"], whole["method"]) == (
        0.5,
        0.3,
        pytest.approx(0.2),
        "design_based",
    )
    april = credit[credit["period"] == "2023-04"].iloc[0]
    assert (april["estimate"], april["note"]) == (0.5, "too few")
    assert pd.isna(april["low"])
    assert shares.unplaced["month"].tolist() == ["2023-05"]
    assert shares.differences["p"].tolist() == [0.03]
    assert findings.estimated_by["sample"] == {"n": 30}


def test_a_label_that_no_row_was_predicted_to_have_is_shown_with_its_estimate(tmp_path):
    collection = collection_of(tmp_path / "posts.jsonl", POSTS)
    shares = shares_of(collection, estimates=estimates_of(collection, [estimate("rumour", 0.1)]))
    row = shares.table[shares.table["label"] == "rumour"].iloc[0]
    assert (row["count"], row["n"], row["share"], row["estimate"]) == (0, 4, 0, 0.1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"collection": {"name": "x.csv", "sha256": "0"}}, "another collection .'x.csv'.", id="other-rows"),
        pytest.param({"kind": "something"}, "kind 'something', format 1", id="kind"),
        pytest.param({"format": 2}, "format 2; 'weibo_nlp estimates' of format 1", id="format"),
        pytest.param({"by": "month"}, "by is no list", id="by"),
        pytest.param({"estimates": [1]}, "estimates is no list", id="rows"),
        pytest.param({"estimates": [estimate("a", 2.0)]}, "row 1 of the estimates: share is no share", id="share"),
        pytest.param({"estimates": [estimate(None, 0.5)]}, "row 1 of the estimates: label is no text", id="label"),
        pytest.param({"estimates": [estimate("a", 0.5, month=3)]}, "month is neither text nor null", id="group"),
    ],
)
def test_what_are_no_estimates_of_the_collection_is_refused(tmp_path, changes, message):
    collection = collection_of(tmp_path / "posts.jsonl", POSTS)
    with pytest.raises(DataError, match=message):
        shares_of(collection, estimates=estimates_of(collection, [estimate("credit", 0.3)]) | changes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"by": ["week", "month"]}, "by one period; by names week and month", id="two-periods"),
        pytest.param({"by": ["city"]}, "no column 'city'", id="no-column"),
        pytest.param({"by": "month"}, "give a list of columns", id="a-string"),
        pytest.param({"time_column": "when"}, "no column 'when'", id="no-time"),
        pytest.param({"estimates": "nowhere.json"}, "nowhere.json: cannot be read: No such file", id="no-file"),
    ],
)
def test_misuse_is_refused(tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        shares_of(collection_of(tmp_path / "posts.jsonl", POSTS), **options)


def test_a_period_needs_a_column_of_times(tmp_path):
    posts = [{"topic": "credit", "topic_score": 1.0}]
    with pytest.raises(UsageError, match="--time-column"):
        shares_of(collection_of(tmp_path / "posts.jsonl", posts), by=["month"])


def test_a_column_of_names_beside_a_score_is_passed_over_and_said(tmp_path):
    posts = [{"topic": "credit", "topic_score": 1.0, "user": f"user {i}", "user_score": i} for i in range(201)]
    findings = find(collection_of(tmp_path / "posts.jsonl", posts), with_texts=False)
    assert findings.passed_over == ("user",)
    assert [each.name for each in findings.label_columns] == ["topic"]


def test_more_groups_than_can_be_shown_are_refused(tmp_path):
    posts = [{"topic": "credit", "topic_score": 1.0, "city": f"city {i}"} for i in range(1001)]
    with pytest.raises(DataError, match="'city' has too many groups to show"):
        shares_of(collection_of(tmp_path / "posts.jsonl", posts), by=["city"])


def test_tables_of_text_are_read_as_those_of_numbers_are(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("topic,topic_score,irony,irony_score\ncredit,0.9,False,0.1\nother,0.2,True,0.7\n", "utf-8")
    from weibo_nlp.io.collection import open_collection

    table = shares_of(open_collection(path)).table
    assert cells(table[table["label_column"] == "irony"]) == {"false": (1, 2), "true": (1, 2)}

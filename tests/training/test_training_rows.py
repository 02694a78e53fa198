"""Labelled rows of users: what is kept, what is set aside and why, and which rows belong together."""

import math

import numpy as np
import pandas as pd
import pytest
from labelled_posts import posts

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.records import Example
from weibo_nlp.training import read_labels

TEXTS, LABELS = posts("food", "weather", n=3)
LONG = "食堂今天的红烧肉又涨价了，排队的人还是那么多"


def test_texts_are_read_as_the_platform_shows_them_and_labels_without_the_blanks_around_them():
    rows = read_labels(["好<br />吃", "难吃"] * 2, [" praise", "blame "] * 2, parents=["楼上", None] * 2)
    assert rows.examples[:2] == (Example("好\n吃", None, "楼上", plain=True), Example("难吃", None, None, plain=True))
    assert rows.labels[:2] == ("praise", "blame")
    assert (rows.counts.with_parent, rows.counts.targets) == (2, 0)


def test_numbers_and_booleans_are_labels_and_a_shuffled_column_is_taken_by_position():
    assert read_labels(TEXTS, [1, 0] * 3).labels == ("1", "0") * 3
    assert read_labels(TEXTS, [True, False] * 3).labels == ("true", "false") * 3
    assert read_labels(TEXTS, pd.Series(list("abababab")[:6], index=[5, 4, 3, 2, 1, 0])).labels == tuple("ababab")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        pytest.param("texts", "", "text is empty", id="empty-text"),
        pytest.param("texts", None, "text is null", id="no-text"),
        pytest.param("texts", "<br />", "text is empty", id="html-that-shows-nothing"),
        pytest.param("texts", "\ud800", "text holds a lone surrogate", id="half-a-character"),
        pytest.param("labels", " ", "label is empty", id="blank-label"),
        pytest.param("labels", math.nan, "label is empty", id="label-nan"),
        pytest.param("labels", pd.NA, "label is empty", id="label-NA"),
        pytest.param("labels", ["a"], "label is no text but list", id="label-is-a-list"),
        pytest.param("labels", np.zeros(2), "label is no text but ndarray", id="label-is-an-array"),
        pytest.param("labels", 1.5, "label is no text but float", id="label-is-a-fraction"),
        pytest.param("targets", None, "target is empty", id="no-target"),
        pytest.param("targets", "国\u200b货", "target holds", id="target-with-a-hidden-sign"),
        pytest.param("targets", "长" * 1001, "target is longer than 1,000 characters", id="long-target"),
        pytest.param("groups", None, "group is empty", id="no-group"),
        pytest.param("parents", "长" * 100_001, "text answered is longer than", id="long-parent"),
    ],
)
def test_a_row_that_lacks_something_is_set_aside_and_counted(column, value, reason):
    columns = {
        "texts": ["多一句", *TEXTS],
        "labels": ["food", *LABELS],
        "targets": ["面条"] * 7,
        "parents": [None] * 7,
        "groups": list("abcdefg"),
    }
    columns[column] = [value, *columns[column][1:]]
    counts = read_labels(**columns).counts
    assert (counts.given, counts.used) == (7, 6)
    ((told, n),) = counts.set_aside.items()
    assert told.startswith(reason)
    assert (n, counts.first[told]) == (1, 0)


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        pytest.param([], [], "none of 0 rows has a text and a label", id="nothing"),
        pytest.param(["好"], [""], r"none of 1 rows .*: label is empty \(1\)", id="nothing-left"),
        pytest.param(["好", "坏"], ["a", "a"], "all 2 rows have the label 'a'; at least two", id="one-label"),
        pytest.param(TEXTS, ["a", "b", "a", "b", "a", "c"], r"'c' has one text; .* takes 2", id="one-text"),
        pytest.param(TEXTS, ["a", "b", "c", "d", "a", "a"], r"'b', 'c', 'd' have one text", id="many-of-one-text"),
        pytest.param(TEXTS, ["=1+1", "b"] * 3, "position 0: label '=1\\+1' begins with .* formula", id="formula"),
        pytest.param(TEXTS, ["a\nb", "b"] * 3, "is not of 1 to 200 printable characters", id="line-end"),
        pytest.param([f"第{n}条" for n in range(1001)], range(1001), "1,001 different labels", id="ids-for-labels"),
    ],
)
def test_what_nothing_can_be_learnt_from_is_refused(texts, labels, message):
    with pytest.raises(DataError, match=message):
        read_labels(texts, labels)


def test_columns_that_do_not_fit_are_refused():
    with pytest.raises(UsageError, match="6 texts, 1 labels; give one of each"):
        read_labels(TEXTS, ["a"])
    with pytest.raises(UsageError, match="texts is a str"):
        read_labels("好", ["a"])


def members(rows):
    """Rows by unit, as sets of places."""
    return {frozenset(place for place, group in enumerate(rows.groups) if group == one) for one in set(rows.groups)}


def test_copies_and_near_copies_are_one_unit_and_so_is_what_shares_a_group_with_them():
    texts = [LONG, LONG + "！", "今天 好热", "今天好热 http://t.cn/abc", "别的话", "另一句", LONG[:-2] + "么多呢"]
    labels = ["a", "b", "a", "b", "a", "b", "a"]
    # The first and last two texts share nearly all 3-grams; the middle two are one but for what models do not see.
    assert members(read_labels(texts, labels)) == {
        frozenset({0, 1, 6}),
        frozenset({2}),
        frozenset({3}),
        frozenset({4}),
        frozenset({5}),
    }
    grouped = read_labels(texts, labels, groups=["x", "y", "z", "x", "w", "v", "v"])
    assert members(grouped) == {frozenset({0, 1, 6, 3, 5}), frozenset({2}), frozenset({4})}
    assert (grouped.counts.groups, grouped.counts.largest_group, grouped.counts.grouped_by) == (3, 5, "groups")


def test_texts_that_recur_are_counted_and_so_are_those_with_different_labels():
    texts = ["好的呀", "好 的呀", "好的呀", "坏的呀", "坏的呀", "别的"]
    rows = read_labels(texts, ["a", "b", "a", "b", "b", "a"])
    # Three copies of the first are two rows more than one, two of the second one more; the first alone is in doubt.
    assert (rows.counts.recurring, rows.counts.contradicted) == (3, 1)
    about = read_labels(texts, ["a", "b", "a", "b", "b", "a"], targets=list("xyxxxx"))
    assert (about.counts.recurring, about.counts.contradicted, about.counts.targets) == (2, 0, 2)
    assert about.groups[0] == about.groups[1] == about.groups[2]


def test_labels_to_be_scored_by_may_be_of_one_kind_or_occur_once():
    assert read_labels(["好", "坏"], ["a", "b"], to_learn=False).labels == ("a", "b")
    assert read_labels(["好", "坏"], ["a", "a"], to_learn=False).counts.labels == {"a": 2}
    with pytest.raises(DataError, match="have one text; to learn a label"):
        read_labels(["好", "坏"], ["a", "b"])

"""Stance by target, what goes together, and frames."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_collection import collection_of

from weibo_nlp.analysis.crossing import independence
from weibo_nlp.analysis.findings import find
from weibo_nlp.labelling.targets import canonical_targets


def stances_of(path, posts):
    return find(collection_of(path / "posts.jsonl", posts), with_texts=False).stance


def test_stances_are_counted_among_all_and_among_those_that_are_expressed(tmp_path):
    canonical = next(iter(canonical_targets().values()))
    posts = [
        {"stance_target": target, "stance": stance}
        for target, stance in [("甲", "none")] * 5 + [(canonical, "favor"), (canonical, "against"), (canonical, "none")]
    ]
    table = stances_of(tmp_path, posts).stance
    # The canonical one first, though the other is more frequent.
    assert table["target"].tolist() == [canonical] * 3 + ["甲"] * 3
    assert table["is_canonical"].tolist() == [True] * 3 + [False] * 3
    first = table.iloc[:3].set_index("label")
    assert first["share"].tolist() == [pytest.approx(1 / 3)] * 3
    assert (first.loc["favor", "share_expressed"], first.loc["favor", "n_expressed"]) == (0.5, 2)
    assert math.isnan(first.loc["none", "share_expressed"])
    assert table.iloc[3:]["share_expressed"].isna().all()


def test_no_more_targets_than_can_be_shown_and_how_many_are_left(tmp_path):
    posts = [{"stance_target": f"目标 {i}", "stance": "favor"} for i in range(25) for _ in range(1 + (i == 24))]
    stances = stances_of(tmp_path, posts)
    assert (stances.stance["target"].nunique(), stances.other_targets) == (20, 5)
    assert stances.stance["target"].iloc[0] == "目标 24"


def test_residuals_by_hand():
    # Sums 30 and 70, 40 and 60: 12 expected of the first cell, 18 of the second.
    expected, residuals = independence(np.array([[20, 10], [20, 50]]))
    assert expected.tolist() == [[12, 18], [28, 42]]
    assert residuals[0].tolist() == pytest.approx([8 / math.sqrt(12), -8 / math.sqrt(18)])


def test_what_is_not_expected_has_no_residual():
    expected, residuals = independence(np.array([[3, 0], [1, 0]]))
    assert np.isnan(expected[:, 1]).all()
    assert np.isnan(residuals[:, 1]).all()
    assert np.isnan(independence(np.zeros((2, 2), dtype=np.int64))[1]).all()


@given(arrays(np.int64, (2, 3), elements=st.integers(0, 1000)))
def test_expected_counts_have_the_sums_of_the_observed(observed):
    expected, _ = independence(observed)
    np.testing.assert_allclose(np.nansum(expected, axis=0), observed.sum(axis=0), atol=1e-9)
    np.testing.assert_allclose(np.nansum(expected, axis=1), observed.sum(axis=1), atol=1e-9)


def test_sentiment_is_crossed_with_each_stance_and_topic_with_sentiment(tmp_path):
    posts = [
        {"topic": "credit", "sentiment": "negative", "stance_target": "甲", "stance": "against"},
        {"topic": "credit", "sentiment": "positive", "stance_target": "乙", "stance": "favor"},
        {"topic": "other", "sentiment": "negative", "stance_target": None, "stance": None},
    ]
    table = stances_of(tmp_path, posts).crossing
    pairs = table[["row_column", "column_column", "target"]].drop_duplicates().values.tolist()
    assert pairs == [
        ["sentiment", "stance", None],
        ["sentiment", "stance", "乙"],
        ["sentiment", "stance", "甲"],
        ["topic", "sentiment", None],
    ]
    counted = table[table["count"] > 0]
    assert counted[counted["target"] == "甲"]["row_label"].tolist() == ["negative"]
    assert table[table["row_column"] == "topic"]["count"].sum() == 3


def test_frames_are_counted_for_all_and_for_each_label(tmp_path):
    posts = [
        {"sentiment": "negative", "frames": ["privacy", "morality"]},
        {"sentiment": "negative", "frames": ["privacy"]},
        {"sentiment": "positive", "frames": []},
    ]
    table = stances_of(tmp_path, posts).frames
    whole = table[table["label"].isna()].set_index("frame")
    assert whole["count"].to_dict() == {"morality": 1, "privacy": 2}
    assert whole.loc["privacy", "share"] == pytest.approx(2 / 3)
    negative = table[table["label"] == "negative"].set_index("frame")
    assert negative["share"].to_dict() == {"morality": 0.5, "privacy": 1}


def test_without_frames_and_stances_their_tables_are_empty_and_have_their_columns(tmp_path):
    stances = stances_of(tmp_path, [{"topic": "credit"}])
    assert len(stances.stance) == len(stances.frames) == len(stances.crossing) == 0
    assert "share_expressed" in stances.stance

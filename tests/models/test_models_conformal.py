"""Prediction sets: hand-worked limits, coverage and monotony as properties, and files that hold something else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models.conformal import ConformalSets

LABELS = ("credit", "self_media", "other")


def two_labels(*right):
    """Sets of two labels whose calibration texts are all of the first, with these probabilities of it."""
    return ConformalSets(("yes", "no"), [[p, 1 - p] for p in right], [0] * len(right))


def test_the_limit_is_the_rank_that_coverage_asks_for():
    right = [0.9, 0.8, 0.7, 0.6]
    sets = ConformalSets(("yes", "no"), [[p, 1 - p] for p in right] + [[1 - p, p] for p in right], [0] * 4 + [1] * 4)
    # Of 4 texts, coverage .2 asks for the highest probability of the right label, .6 for the third: ceil(5 × .6) = 3.
    assert sets.sets([[0.9, 0.1], [0.1, 0.9]], 0.2) == [("yes",), ("no",)]
    assert sets.sets([[0.7, 0.3], [0.31, 0.69]], 0.6) == [("yes",), ("no",)]
    assert sets.undecided(0.8) == ()
    # ceil(5 × .81) is 5, and there are 4.
    assert sets.undecided(0.81) == ("yes", "no")


def test_where_none_passes_the_most_probable_label_is_the_set():
    sets = ConformalSets(LABELS, np.eye(3).repeat(9, axis=0), np.arange(3).repeat(9))
    assert sets.sets([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]], 0.9) == [("self_media",), ("credit",)]


def test_a_label_below_its_rival_is_in_the_set_where_it_passes():
    sets = ConformalSets(("yes", "no"), [[0.3, 0.7]] * 9 + [[0.1, 0.9]] * 9, [0] * 9 + [1] * 9)
    assert sets.sets([[0.3, 0.7], [0.29, 0.71], [0.05, 0.95]], 0.9) == [("yes", "no"), ("no",), ("no",)]


@pytest.mark.parametrize(("n", "is_decided"), [(8, False), (9, True), (10, True)])
def test_a_label_with_too_few_texts_is_in_every_set_and_the_counts_say_so(n, is_decided):
    # (n + 1) × .9 is at most n from 9 on; .9 as a float is a little more, which must not ask for a tenth.
    sets = ConformalSets(("yes", "no"), [[0.9, 0.1]] * n + [[0.1, 0.9]] * 20, [0] * n + [1] * 20)
    assert sets.undecided(0.9) == (() if is_decided else ("yes",))
    assert sets.counts == {"yes": n, "no": 20}
    assert sets.sets([[0.0, 1.0]], 0.9) == [("no",) if is_decided else ("yes", "no")]


def test_no_text_has_no_set():
    assert two_labels(0.9).sets([], 0.5) == []


probabilities = st.lists(
    st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda row: [value / sum(row) for value in row]), min_size=1, max_size=30
)


@given(probabilities, probabilities, st.randoms(use_true_random=False), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_more_coverage_never_makes_a_set_smaller(calibration, texts, dice, one, other):
    sets = ConformalSets(LABELS, calibration, [dice.randrange(3) for _ in calibration])
    less, more = (sets.sets(texts, coverage) for coverage in sorted((one, other)))
    for small, large, row in zip(less, more, texts, strict=True):
        assert set(small) <= set(large)
        assert LABELS[int(np.argmax(row))] in small
        assert list(large) == [label for label in LABELS if label in large]


@pytest.mark.parametrize("coverage", [0.6, 0.8, 0.9])
def test_texts_of_each_label_are_covered_as_often_as_asked_for(coverage):
    rng = np.random.default_rng(0)
    covered, trials = np.zeros(3), np.zeros(3)
    for _ in range(200):
        codes = np.repeat([0, 1, 2], (40, 15, 20))
        rows = rng.dirichlet(np.ones(3), len(codes))
        rows[np.arange(len(codes)), codes] += rng.exponential(1, len(codes))  # a model that knows something
        rows /= rows.sum(axis=1, keepdims=True)
        learnt = rng.permuted(np.repeat([True, False], (60, 15)))
        sets = ConformalSets(LABELS, rows[learnt], codes[learnt]).sets(rows[~learnt], coverage)
        for answer, code in zip(sets, codes[~learnt], strict=True):
            trials[code] += 1
            covered[code] += LABELS[code] in answer
    # Never fewer than asked for, but for chance; texts of one draw share their limits, which takes a wider bound.
    for hits, n in zip(covered, trials, strict=True):
        assert hits >= binom.ppf(1e-4, int(n), coverage)


def test_what_was_saved_gives_the_same_sets():
    sets = ConformalSets(LABELS, np.eye(3)[[0, 1, 1, 2]] * 0.4 + 0.2, [0, 1, 2, 2])
    again = ConformalSets.from_dict(sets.to_dict(), LABELS)
    assert again.to_dict() == sets.to_dict()
    assert sets.to_dict()["other"] == pytest.approx([0.6, 0.2])
    rows = [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]
    assert again.sets(rows, 0.5) == sets.sets(rows, 0.5)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "not a list for each of yes, no", id="none"),
        pytest.param({"yes": [0.5]}, "not a list for each", id="a-label-missing"),
        pytest.param({"yes": [0.5], "no": [], "maybe": []}, "not a list for each", id="a-label-more"),
        pytest.param({"yes": 0.5, "no": []}, "no probabilities", id="no-list"),
        pytest.param({"yes": [1.5], "no": []}, "no probabilities", id="above-1"),
        pytest.param({"yes": [float("nan")], "no": []}, "no probabilities", id="nan"),
        pytest.param({"yes": [True], "no": []}, "no probabilities", id="bool"),
        pytest.param({"yes": ["1"], "no": []}, "no probabilities", id="text"),
        pytest.param({"yes": [], "no": []}, "none or more than", id="empty"),
        pytest.param({"yes": [0.5] * 100_001, "no": []}, "none or more than 100,000", id="too-many"),
    ],
)
def test_a_file_of_something_else_is_refused(content, message):
    with pytest.raises(DataError, match=message):
        ConformalSets.from_dict(content, ("yes", "no"))


@pytest.mark.parametrize("coverage", [0, 1, 1.5, True, "0.9", None, float("nan")])
def test_coverage_is_above_0_and_below_1(coverage):
    with pytest.raises(UsageError, match=r"coverage must be a number above 0 and below 1, such as 0\.9"):
        two_labels(0.9).sets([[0.5, 0.5]], coverage)
    with pytest.raises(UsageError, match="coverage must be"):
        two_labels(0.9).undecided(coverage)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([], "one whole number"),
        ([0.5], "one whole number"),
        ([[0]], "one whole number"),
        ([2], "from 0 to 1"),
        ([-1], "0 to 1"),
    ],
)
def test_codes_are_places_of_labels(codes, message):
    with pytest.raises(DataError, match=message):
        ConformalSets(("yes", "no"), [[0.5, 0.5]], codes)


def test_probabilities_are_distributions_one_for_each_code():
    with pytest.raises(UsageError, match=r"shape \(1, 2\) for 2 texts"):
        ConformalSets(("yes", "no"), [[0.5, 0.5]], [0, 1])
    with pytest.raises(UsageError, match="no probabilities"):
        two_labels(0.9).sets([[0.5, 0.9]], 0.5)

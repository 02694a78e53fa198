"""Learning curves: the law of the gain, and when none is extrapolated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_posts import posts, quick

from weibo_nlp.training import train
from weibo_nlp.training.curve import _gain
from weibo_nlp.training.folds import CrossValidation
from weibo_nlp.training.rows import read_labels


@given(error=st.floats(0.05, 0.9), power=st.floats(0.0, 1.0), size=st.integers(40, 10_000))
def test_errors_that_follow_a_power_law_go_on_to_follow_it(error, power, size):
    sizes = np.array([size / 4, size / 2, size])
    scores = 1 - np.minimum(error * (sizes / size) ** -power, 1.0)
    if scores[0] == 0:
        return
    gain = _gain(sizes, scores[:, None])[0]
    assert gain == pytest.approx(error - error * 2**-power, abs=1e-9)


def test_a_flat_curve_gains_nothing():
    assert _gain(np.array([10.0, 20.0, 40.0]), np.full((3, 1), 0.6))[0] == pytest.approx(0)


def test_a_part_is_of_whole_units_and_of_every_label():
    texts, labels = posts("food", "weather", "work")
    rows = read_labels(texts, labels, groups=[place // 2 for place in range(60)])
    validation = CrossValidation.of(rows, quick(), ("food", "weather", "work"), 0)
    places = np.arange(60)
    part = validation.part_of(places, 0.25, np.random.default_rng(0))
    assert 10 <= len(part) <= 22
    assert {rows.labels[place] for place in part} == {"food", "weather", "work"}
    for group in set(rows.groups[part]):
        assert set(np.flatnonzero(rows.groups == group)) <= set(part)


def test_a_curve_has_the_score_of_all_labels_at_its_end_and_says_what_twice_would_bring(trained):
    report = trained.report
    points = report.curve.points
    assert [point.fraction for point in points] == [0.25, 0.5, 1.0]
    assert [point.rows for point in points] == [12, 27, 54]
    assert points[-1].macro_f1.value == pytest.approx(report.scores.main.value)
    assert points[0].macro_f1.value < points[-1].macro_f1.value
    assert report.curve.gain is not None
    assert 0 <= report.curve.gain.value < 0.1


def test_where_a_part_is_too_little_to_learn_from_the_curve_says_so():
    texts, labels = posts("food", "weather", n=3)
    report = train(texts, labels, classifier=quick()).report
    assert (report.curve.points, report.curve.gain) == ((), None)
    assert report.curve.why_not == "a part of 0.25 of the labels is too little to learn from"

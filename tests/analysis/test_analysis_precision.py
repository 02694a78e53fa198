from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_labelled_posts import write_posts

from weibo_nlp.analysis.drawing import draw_clusters, draw_rows, random_keys
from weibo_nlp.analysis.label_columns import label_columns
from weibo_nlp.analysis.precision import (
    expected_half_widths,
    planned_shares,
    required_sample,
    rows_per_cluster,
    unexplained,
)
from weibo_nlp.errors import UsageError
from weibo_nlp.evaluation import design_based
from weibo_nlp.io.collection import open_collection

LABELS = ("no", "yes")


def test_half_the_width_of_a_half_from_a_thousand_rows_is_three_points():
    # The margin of error that polls print is 1.96 * sqrt(.25 / 1000) = 3.10 points; Wilson's, 1.96 / 2 / sqrt(1003.84).
    (width,) = expected_half_widths(0.5, 2, 10**9, [1000])
    assert width.alone == pytest.approx(0.03093, abs=1e-5)


def test_rows_that_are_already_known_narrow_the_interval():
    # Half of the collection is labelled: sqrt(1 - 1/2) of the width.
    few, half = expected_half_widths(0.5, 2, 2000, [1000])[0], expected_half_widths(0.5, 2, 10**9, [1000])[0]
    assert few.alone == pytest.approx(half.alone * sqrt(0.5), rel=2e-3)


def test_clusters_widen_it_by_the_root_of_the_design_effect():
    (width,) = expected_half_widths(0.5, 2, 10**9, [1000], per_cluster=6, icc=0.2)
    assert width.design_effect == pytest.approx(2.0)
    assert width.alone == pytest.approx(0.03093 * sqrt(2), abs=1e-4)


def test_a_classifier_that_is_never_wrong_leaves_nothing_and_one_that_guesses_leaves_all():
    assert unexplained(0.3, 4, 1.0) == pytest.approx(0)
    assert unexplained(0.3, 2, 0.5) == pytest.approx(1)
    # Predicted share .4, 80 % right: true share .4 * .8 + .6 * .2 = .44; within, .8 * .2 = .16, of .44 * .56 = .2464.
    assert unexplained(0.4, 2, 0.8) == pytest.approx(0.16 / 0.2464)


def test_a_label_that_is_never_found_may_be_there_all_the_same():
    # Wilson's interval of 0 in 300 goes to 3.84 / 303.84 = 1.26 %.
    (width,) = expected_half_widths(0.0, 4, 10**9, [300])
    assert width.alone == pytest.approx(0.0126 / 2, abs=1e-4)
    assert width.with_classifier == width.alone


@pytest.mark.parametrize(("half_width", "n"), [(0.05, 381), (0.03, 1064)])
def test_the_rows_for_a_half_width_are_those_of_wilsons_interval(half_width, n):
    # 1.96 ** 2 * (1 / (4 * h ** 2) - 1): 380.3 and 1063.3.
    assert required_sample(half_width, 0.5, 10**9) == n


@given(st.floats(0.05, 0.95), st.integers(50, 5000), st.floats(0.01, 0.2), st.floats(1, 8), st.floats(0, 0.5))
def test_the_rows_required_are_the_fewest_that_do(share, n_rows, half_width, per_cluster, icc):
    n = required_sample(half_width, share, n_rows, per_cluster=per_cluster, icc=icc)
    for size, is_enough in ((n, True), (n - 1, False)):
        if 0 < size <= n_rows:
            (width,) = expected_half_widths(share, 2, n_rows, [size], per_cluster=per_cluster, icc=icc)
            assert (width.alone <= half_width * (1 + 1e-9)) == is_enough


@pytest.mark.parametrize("bad", [{"share": 1.2}, {"accuracy": 0}, {"icc": 2}, {"per_cluster": 0}])
def test_what_cannot_be_is_refused(bad):
    with pytest.raises(UsageError, match=r"from 0 to 1"):
        expected_half_widths(**{"share": 0.5, "n_labels": 2, "n_rows": 100, **bad})


def test_a_plan_is_made_of_the_predicted_shares_of_the_rows_that_have_a_prediction(tmp_path):
    collection = open_collection(write_posts(tmp_path / "labelled.csv", 100))
    plan = planned_shares(collection, label_columns(collection), [100, 300, 1000])
    shares = {(each.label_column, each.label): each for each in plan}
    assert shares["topic", "credit"].share == pytest.approx(2 / 6)
    assert shares["topic", "consumer_nationalism"].share == 0
    assert [width.n for width in shares["topic", "credit"].widths] == [100, 300]
    # Half of the rows have a target: of 100 rows drawn, 50 say something of a stance.
    assert shares["stance", "favor"].n_rows == 300
    assert shares["stance", "favor"].share == pytest.approx(1 / 3)
    assert [width.n for width in shares["stance", "favor"].widths] == [50, 150]


def test_rows_of_ones_own_cluster_are_counted_by_row():
    # Of five rows, one has itself alone, four have four; of two at most drawn each, 1 and 2.
    assert rows_per_cluster(np.array([1, 4]), None) == pytest.approx(17 / 5)
    assert rows_per_cluster(np.array([1, 4]), 2) == pytest.approx(9 / 5)


def simulated(n_runs, draw, predicted, gold, **options):
    """Mean half width, and coverage, of the share of yes."""
    widths, covered = [], 0
    truth = float(np.mean(gold == 1))
    names = np.array(LABELS, dtype=object)
    for run in range(n_runs):
        places, extra = draw(run)
        estimate = design_based(names[predicted], places, names[gold[places]], LABELS, **options, **extra)
        share = estimate.shares["yes"]
        widths.append((share.high - share.low) / 2)
        covered += share.low <= truth <= share.high
    return np.mean(widths), covered / n_runs


@pytest.mark.slow
@pytest.mark.parametrize(("n", "accuracy"), [(100, 0.7), (300, 0.8), (600, 0.9)])
def test_the_widths_of_simple_samples_are_as_planned(n, accuracy):
    generator = np.random.default_rng(n)
    predicted = (generator.random(5000) < 0.3).astype(int)
    gold = np.where(generator.random(5000) < accuracy, predicted, 1 - predicted)
    zeros = np.zeros(5000, dtype=np.int64)

    def draw(run):
        return draw_rows(random_keys(run, "rows", 5000), zeros, np.array([n])), {}

    width, covered = simulated(200, draw, predicted, gold)
    alone, _ = simulated(100, draw, zeros, gold)
    # The plan takes the predicted share for the true one.
    (at_truth,) = expected_half_widths(float(gold.mean()), 2, 5000, [n])
    (planned,) = expected_half_widths(0.3, 2, 5000, [n], accuracy=accuracy)
    assert alone == pytest.approx(at_truth.alone, rel=0.05)
    assert width == pytest.approx(at_truth.alone * planned.with_classifier / planned.alone, rel=0.08)
    assert covered > 0.9


@pytest.mark.slow
def test_the_widths_of_samples_of_threads_are_about_as_planned():
    generator = np.random.default_rng(1)
    sizes = np.full(1000, 10)
    threads = np.repeat(np.arange(1000), sizes)
    # Of a thread's rows, each is yes by a share of the thread's own; shares of Beta(.7, 2.1) have a correlation of
    # 1 / (.7 + 2.1 + 1) = .263.
    gold = (generator.random(10_000) < generator.beta(0.7, 2.1, 1000)[threads]).astype(int)
    nothing = np.zeros(10_000, dtype=np.int64)

    def draw(run):
        drawn = draw_clusters(run, sizes, 60, 5)
        places = draw_rows(random_keys(run, "rows", 10_000), threads, drawn.rows)
        return places, {"weights": np.ones(places.size)}

    width, covered = simulated(150, draw, nothing, gold, clusters=threads)
    (planned,) = expected_half_widths(
        float(gold.mean()), 2, 10_000, [300], per_cluster=rows_per_cluster(sizes, 5), icc=1 / 3.8
    )
    assert planned.design_effect == pytest.approx(2.05, abs=0.01)
    assert width == pytest.approx(planned.alone, rel=0.15)
    assert covered > 0.9

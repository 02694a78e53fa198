from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.analysis.drawing import draw_clusters, draw_rows, draw_whole_clusters, random_keys, systematic_hits

ROUNDS = 4000


def test_keys_of_a_seed_are_the_same_on_every_machine_and_whatever_their_number():
    # NumPy promises the bits of PCG64 and of SeedSequence (NEP 19); what they are was read off once.
    assert random_keys(0, "rows", 3).tolist() == [17394127715520444142, 5835390491061343638, 13324868866364183597]
    assert random_keys(0, "rows", 2).tolist() == [17394127715520444142, 5835390491061343638]
    assert random_keys(7, "order", 2).tolist() == [18120657278049907532, 1124353887512634286]


def test_every_set_of_rows_of_a_stratum_is_as_likely_as_any_other():
    strata = np.array([0, 0, 1, 1, 1])
    counts = np.zeros(5, dtype=int)
    sets = {}
    for keys in permutations(range(5)):
        places = draw_rows(np.array(keys, dtype=np.uint64), strata, np.array([1, 2]))
        counts[places] += 1
        sets[tuple(places)] = sets.get(tuple(places), 0) + 1
    assert counts.tolist() == [60, 60, 80, 80, 80]  # of 120: a half, and two thirds
    assert sorted(sets.values()) == [20] * 6


def test_the_horvitz_thompson_total_of_a_stratified_sample_is_right_on_average():
    strata, values = np.array([0, 0, 1, 1, 1]), [1, 4, 2, 0, 7]
    chances = [Fraction(1, 2)] * 2 + [Fraction(2, 3)] * 3
    totals = [
        sum(values[place] / chances[place] for place in draw_rows(np.array(keys, np.uint64), strata, np.array([1, 2])))
        for keys in permutations(range(5))
    ]
    assert sum(totals) / len(totals) == sum(values)


@given(st.integers(0, 2**40), st.lists(st.integers(1, 30), min_size=1, max_size=5), st.data())
def test_a_larger_sample_of_a_seed_holds_the_smaller(seed, sizes, data):
    strata = np.repeat(np.arange(len(sizes)), sizes)
    many = [data.draw(st.integers(0, size)) for size in sizes]
    few = [data.draw(st.integers(0, n)) for n in many]
    keys = random_keys(seed, "rows", strata.size)
    larger, smaller = draw_rows(keys, strata, np.array(many)), draw_rows(keys, strata, np.array(few))
    assert np.bincount(strata[larger], minlength=len(sizes)).tolist() == many
    assert set(smaller.tolist()) <= set(larger.tolist())


@pytest.mark.parametrize(
    ("sizes", "n_draws", "per_cluster"),
    [
        pytest.param([1, 2, 5, 4], 2, 2, id="some-smaller-than-what-is-drawn-of-each"),
        pytest.param([1, 1, 9], 3, 1, id="one-that-is-drawn-several-times"),
        pytest.param([3, 3, 3], 2, 3, id="whole-ones"),
        pytest.param([2, 3, 7], 4, 3, id="one-that-has-not-enough"),
    ],
)
def test_the_chance_of_a_row_is_what_all_orders_and_starts_come_to(sizes, n_draws, per_cluster):
    sizes = np.array(sizes)
    measure = np.maximum(sizes, per_cluster)
    total = int(measure.sum())
    expected, totals, n_samples = [Fraction(0)] * sizes.size, Fraction(0), 0
    promised = draw_clusters(0, sizes, n_draws, per_cluster).probabilities
    bits = 20
    for order in permutations(range(sizes.size)):
        for start in range(total):  # between these, no draw moves on to another cluster
            at = -(-(start << bits) // total)
            hits = systematic_hits(np.array(order), measure, n_draws, at, bits)
            assert hits.sum() == n_draws
            drawn = np.minimum(per_cluster * hits, sizes)
            for place, n in enumerate(drawn.tolist()):
                expected[place] += Fraction(n, int(sizes[place]))
            totals += sum(Fraction(int(n)) / Fraction(float(p)) for n, p in zip(drawn, promised, strict=True))
            n_samples += 1
    assert [float(chance / n_samples) for chance in expected] == pytest.approx(promised.tolist(), abs=1e-12)
    # Horvitz and Thompson's count of the rows is right on average.
    assert float(totals / n_samples) == pytest.approx(sizes.sum())


@given(st.lists(st.integers(1, 40), min_size=2, max_size=30), st.integers(1, 5), st.integers(0, 2**32), st.data())
def test_rows_of_all_clusters_have_one_chance_unless_a_cluster_runs_out(sizes, per_cluster, seed, data):
    sizes = np.array(sizes)
    total = int(np.maximum(sizes, per_cluster).sum())
    n_draws = data.draw(st.integers(1, max(1, total // per_cluster // 2)))
    drawn = draw_clusters(seed, sizes, n_draws, per_cluster)
    assert drawn.hits.sum() == n_draws
    assert (drawn.rows <= sizes).all()
    assert (drawn.probabilities <= 1).all()
    enough = per_cluster * (n_draws * np.maximum(sizes, per_cluster) // total + 1) <= sizes
    single = n_draws * np.maximum(sizes, per_cluster) <= total
    assert drawn.probabilities[enough | single] == pytest.approx(n_draws * per_cluster / total)


def test_rows_are_drawn_as_often_as_their_chances_say():
    sizes, k = np.array([1, 2, 3, 10, 24]), 2
    clusters = np.repeat(np.arange(5), sizes)
    counts = np.zeros(40)
    for seed in range(ROUNDS):
        drawn = draw_clusters(seed, sizes, 4, k)
        counts[draw_rows(random_keys(seed, "rows", 40), clusters, drawn.rows)] += 1
    chances = draw_clusters(0, sizes, 4, k).probabilities[clusters]
    error = np.sqrt(chances * (1 - chances) / ROUNDS)
    assert (np.abs(counts / ROUNDS - chances) < 4.5 * error).all()
    assert counts.sum() / ROUNDS == pytest.approx(chances.sum(), abs=0.05)


def test_whole_clusters_have_equal_chances_and_give_all_their_rows():
    sizes = np.array([1, 5, 2, 8])
    drawn = draw_whole_clusters(3, sizes, 2)
    assert drawn.hits.sum() == 2
    assert drawn.rows.tolist() == (drawn.hits * sizes).tolist()
    assert drawn.probabilities.tolist() == [0.5] * 4

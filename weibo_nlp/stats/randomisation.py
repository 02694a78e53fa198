"""Two systems on the same rows: is the difference more than the luck of the units (threads, events) drawn?"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.stats.arguments import require_whole
from weibo_nlp.stats.bootstrap import (
    DEFAULT,
    BootstrapConfig,
    bootstrap_estimates,
    confusion_sums,
    in_order_of_content,
    unit_numbers,
)
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import CountMetric, FloatArray, figures_of

N_PERMUTATIONS = 10_000
_MOST_PERMUTATIONS = 1_000_000_000
_CELLS_AT_ONCE = 1 << 21  # rounds × units, or rounds × confusion cells, in one piece: about 16 MB
_SAME = 1e-6  # statistics this close, as a share of them, are one statistic, computed in another order
_STEP = 1e-4  # of counts, for derivatives: the metrics bend over whole rows
_SMALLEST_ERROR = 1e-8  # one row in a million that differs makes more than that; less is rounding


@dataclass(frozen=True, slots=True)
class PairedTest:
    """How far two systems are apart, and how often chance alone would part them as far.

    Attributes
    ----------
    difference : Estimate
        Metric of `a` less metric of `b`, each the mean over its seeds; its interval is a bootstrap over the units.
    p : float
        Two-sided, of approximate or exact randomisation; never 0.
    n_units, n_differing_units : int
        Units in all; those in which not all runs have the same confusion counts, which alone can tell systems apart.
    n_permutations : int
        Assignments of predictions to systems that were tried.
    method : {"exact", "approximate"}
        Whether these were all there are, or drawn at random.
    """

    difference: Estimate
    p: float
    n_units: int
    n_differing_units: int
    n_permutations: int
    method: Literal["exact", "approximate"]

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {
            "difference": self.difference.to_dict(),
            "p": self.p,
            "n_units": self.n_units,
            "n_differing_units": self.n_differing_units,
            "rounds": self.n_permutations,
            "method": self.method,
        }


def paired_test(
    gold: npt.ArrayLike,
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    groups: Sequence[Hashable] | npt.NDArray[Any],
    n_labels: int,
    metric: CountMetric,
    *,
    n_permutations: int = N_PERMUTATIONS,
    bootstrap: BootstrapConfig = DEFAULT,
) -> PairedTest:
    """Test whether two systems differ, by swapping their predictions in whole units.

    Parameters
    ----------
    gold : array-like of int, shape (n_rows,)
        Label indices in [0, n_labels).
    a, b : array-like of int, shape (n_rows,) or (n_seeds, n_rows)
        Predictions of the two systems on these rows; several rows of an array are one system trained with several
        seeds, of which `a` and `b` may have different numbers.
    groups : sequence, length n_rows
        The unit (thread, event) each row belongs to.
    n_labels : int
        Number of labels of the scheme.
    metric : CountMetric
        A function of confusion counts, see `metrics.count_metrics`.
    n_permutations : int
        Random swaps; where all swaps of the differing units are no more than that, each is tried once instead.
    bootstrap : BootstrapConfig
        How the interval of the difference is made; its seed is that of the swaps as well.

    Returns
    -------
    PairedTest
        Independent of the order of rows and the names of groups; exchanging `a` and `b` turns the sign and keeps p.

    Raises
    ------
    UsageError
        If shapes do not fit, labels are not label indices, an option is out of range, or the metric does not give one
        number for each matrix.
    DataError
        If there are no rows, fewer than two units, or the metric is not defined (NaN, infinite) for one of the systems
        or where units are exchanged: an assignment without a figure can be counted for neither side.

    Notes
    -----
    Approximate randomisation (Noreen 1989; for F scores Yeh 2000), stratified by unit: rows of one unit move together,
    as they stand and fall together. Each unit's predictions are exchanged with probability 1/2; p is the share of
    assignments, the observed one among them, whose statistic is at least as large (Phipson & Smyth 2010).

    *Statistic.* The difference over its standard error, both of the assignment at hand; the error is linearised, from
    the derivatives of the metric by confusion counts and the counts of each unit.

    *Null.* Under the null that units are exchangeable (it does not matter which system said what) the test is exact,
    whatever the statistic. Dividing by the standard error makes it hold its level also under the weaker null that
    asks only whether the metric is the same (Janssen 1997; Chung & Romano 2013), of systems that differ in everything
    else: one that never says a rare label and one that says it too often, or the majority label and guesses. Of 15
    such ties on macro-F1, five pairs of systems on 60 threads, 200 threads and 300 single rows, at 5 % the plain
    difference is rejected in .1 to 6.1 % of 2,000 samples, the studentised one in 4.1 to 6.1 %, but in 8.9 % where
    60 threads hold some twenty rows of the rarer label: ``scripts/simulate_paired_test.py``.

    With several seeds, a swap exchanges a run of `a` for a run of `b`; every run is paired with every other, and the
    difference is the mean over all pairs, which is the mean over the seeds of `a` less that of `b`. So seeds need no
    partner, and their numbers may differ. p speaks of other rows for these very runs: how much a system varies from
    seed to seed is shown by its spread, not by p.
    """
    n_permutations = require_whole(n_permutations, "n_permutations", 1, _MOST_PERMUTATIONS, f"better {N_PERMUTATIONS}")
    units = unit_numbers(groups)
    of_a, of_b = (confusion_sums(gold, runs, units, n_labels, what) for runs, what in ((a, "a"), (b, "b")))
    sums, turned = _in_order_of_content(of_a, of_b)
    n_first = (of_b if turned else of_a).shape[1]

    def score(counts: FloatArray) -> FloatArray:
        return figures_of(metric, counts.reshape(*counts.shape[:-1], n_labels, n_labels))

    def difference(totals: FloatArray) -> dict[str, FloatArray]:
        by_run = score(totals.reshape(len(totals), -1, n_labels**2))
        means = by_run[:, :n_first].mean(axis=1), by_run[:, n_first:].mean(axis=1)
        return {"difference": means[1] - means[0] if turned else means[0] - means[1]}

    estimate = bootstrap_estimates(sums.reshape(len(sums), -1), difference, bootstrap)["difference"]
    first, second = sums[:, :n_first], sums[:, n_first:]
    # Where any run of one differs from any run of the other, some run differs from the very first; and the reverse.
    differing = (sums != sums[:, :1]).any(axis=(1, 2))
    n_differing = int(differing.sum())
    # The exponent is bounded first: 2 to the number of units is no number to compute.
    exact = n_differing < 63 and 2**n_differing <= n_permutations
    tried = 2**n_differing if exact else n_permutations
    observed = float(_statistics(first, second, differing, np.zeros((1, n_differing)), score)[0])
    reached = 0
    for swaps in _assignments(n_differing, tried, None if exact else bootstrap.seed, cells=sums[0].size * n_first):
        statistics = _statistics(first, second, differing, swaps, score)
        if not (np.isfinite(observed) and np.isfinite(statistics).all()):
            raise DataError(
                "the metric is not defined for these predictions, or with some units exchanged; give one that is, such "
                "as macro_f1, which is 0 where a label was never predicted."
            )
        reached += int((statistics >= observed * (1 - _SAME)).sum())
    return PairedTest(
        difference=estimate,
        # Drawn assignments need not hold the observed one, so it is added to them; enumerated ones hold it.
        p=reached / tried if exact else (1 + reached) / (1 + tried),
        n_units=len(sums),
        n_differing_units=n_differing,
        n_permutations=tried,
        method="exact" if exact else "approximate",
    )


def _in_order_of_content(of_a: FloatArray, of_b: FloatArray) -> tuple[FloatArray, bool]:
    """Sums of both systems side by side, and whether `b` comes first: nor may it matter which is called `a`."""
    straight, turned = (in_order_of_content(np.concatenate(pair, axis=1)) for pair in ((of_a, of_b), (of_b, of_a)))
    apart = np.flatnonzero(straight.ravel() != turned.ravel())
    if apart.size and turned.flat[apart[0]] < straight.flat[apart[0]]:
        return turned, True
    return straight, False


def _assignments(n_units: int, tried: int, seed: int | None, cells: int) -> Iterator[FloatArray]:
    """Which units are swapped, 0 or 1, shape (some, n_units), in pieces: drawn with `seed`, or all where it is None."""
    rng = None if seed is None else np.random.default_rng(seed)
    step = max(1, _CELLS_AT_ONCE // max(n_units, cells))
    for start in range(0, tried, step):
        stop = min(start + step, tried)
        if rng is None:
            bits = (np.arange(start, stop)[:, None] >> np.arange(n_units)) & 1
        else:
            bits = rng.integers(0, 2, size=(stop - start, n_units))
        yield bits.astype(np.float64)


def _statistics(
    first: FloatArray, second: FloatArray, differing: npt.NDArray[np.bool_], swaps: FloatArray, score: CountMetric
) -> FloatArray:
    """Distance of the systems in standard errors after each assignment, shape (n_assignments,); over all pairs of runs.

    Parameters
    ----------
    first, second : ndarray of float, shape (n_units, n_runs, n_labels²)
        Confusion counts of the runs of each system; their numbers of runs may differ.
    differing : ndarray of bool, shape (n_units,)
        Units that can be swapped.
    swaps : ndarray of float, shape (n_assignments, n_differing)
        1 where a unit is swapped.
    score : function
        From counts, shape (..., n_labels²), to the metric.
    """
    moved_first, moved_second = (np.tensordot(swaps, sums[differing], axes=1) for sums in (first, second))
    from_first, from_second = moved_first[:, :, None], moved_second[:, None]
    as_first = first.sum(axis=0)[:, None] - from_first + from_second
    as_second = second.sum(axis=0)[None] - from_second + from_first
    (scores, slopes), (other_scores, other_slopes) = (_with_slopes(score, totals) for totals in (as_first, as_second))
    differences = (scores - other_scores).mean(axis=(1, 2))
    # What a unit adds to the difference is linear in its counts, so the mean over pairs is taken of the slopes: over
    # the partners j for a run i of the first system, over i for a run j of the second.
    n_first, n_second = first.shape[1], second.shape[1]
    kept = np.concatenate([slopes.mean(axis=2) / n_first, -other_slopes.mean(axis=1) / n_second], axis=1)
    swapped = np.concatenate([-other_slopes.mean(axis=2) / n_first, slopes.mean(axis=1) / n_second], axis=1)
    counts = np.concatenate([first, second], axis=1).reshape(len(first), -1)
    influence = kept.reshape(len(swaps), -1) @ counts.T
    influence[:, differing] = np.where(
        swaps > 0, swapped.reshape(len(swaps), -1) @ counts[differing].T, influence[:, differing]
    )
    influence -= influence.mean(axis=1, keepdims=True)
    errors = np.sqrt(np.square(influence).sum(axis=1))
    statistics: FloatArray = np.abs(differences) / np.maximum(errors, _SMALLEST_ERROR)
    return statistics


def _with_slopes(score: CountMetric, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Metric of counts, shape (..., n_cells), and its derivative by each; 0 for a cell that no row is in."""
    scores, slopes = score(totals), np.zeros_like(totals)
    for cell in range(totals.shape[-1]):
        more = totals.copy()
        more[..., cell] += _STEP
        slopes[..., cell] = np.where(totals[..., cell] > 0, (score(more) - scores) / _STEP, 0.0)
    return scores, slopes

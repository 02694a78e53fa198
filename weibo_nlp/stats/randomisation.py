"""Two systems on the same rows: is the difference more than the luck of the units (threads, events) drawn?"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import UsageError
from weibo_nlp.stats.bootstrap import (
    DEFAULT,
    BootstrapConfig,
    bootstrap_estimates,
    confusion_sums,
    in_order_of_content,
    unit_numbers,
)
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import CountMetric, FloatArray

N_PERMUTATIONS = 10_000
_CELLS_AT_ONCE = 1 << 21  # rounds × units, or rounds × confusion cells, in one piece: about 16 MB
_SAME = 1e-10  # differences of metrics this close are one difference, computed in another order


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
        If shapes do not fit, labels are not label indices, or an option is out of range.
    DataError
        If there are no rows, or fewer than two units.

    Notes
    -----
    Approximate randomisation (Noreen 1989; for F scores Yeh 2000), stratified by unit: rows of one unit move together,
    as they stand and fall together. Under no difference it does not matter which system said what, so that each unit's
    predictions are exchanged with probability 1/2; p is the share of assignments, the observed one among them, whose
    difference is at least as large (Phipson & Smyth 2010).

    With several seeds, a swap exchanges a run of `a` for a run of `b`; every run is paired with every other, and the
    difference is the mean over all pairs, which is the mean over the seeds of `a` less that of `b`. So seeds need no
    partner, and their numbers may differ. p speaks of other rows for these very runs: how much a system varies from
    seed to seed is shown by its spread, not by p.
    """
    if n_permutations < 1:
        raise UsageError(f"n_permutations must be at least 1, better {N_PERMUTATIONS}; got {n_permutations}.")
    units = unit_numbers(groups)
    of_a, of_b = (confusion_sums(gold, runs, units, n_labels, what) for runs, what in ((a, "a"), (b, "b")))
    sums, turned = _in_order_of_content(of_a, of_b)
    n_first = (of_b if turned else of_a).shape[1]

    def score(counts: FloatArray) -> FloatArray:
        return metric(counts.reshape(*counts.shape[:-1], n_labels, n_labels))

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
    reached = 0
    for swaps in _assignments(n_differing, tried, None if exact else bootstrap.seed, cells=sums[0].size * n_first):
        differences = _swapped_differences(first, second, differing, swaps, score)
        reached += int((np.abs(differences) >= abs(estimate.value) - _SAME).sum())
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


def _swapped_differences(
    first: FloatArray, second: FloatArray, differing: npt.NDArray[np.bool_], swaps: FloatArray, score: CountMetric
) -> FloatArray:
    """Difference of the systems after each assignment, shape (n_assignments,): a mean over all pairs of runs."""
    moved_first, moved_second = (np.tensordot(swaps, sums[differing], axes=1) for sums in (first, second))
    from_first, from_second = moved_first[:, :, None], moved_second[:, None]
    total_first, total_second = first.sum(axis=0)[:, None], second.sum(axis=0)[None]
    mean_first = score(total_first - from_first + from_second).mean(axis=(1, 2))
    differences: FloatArray = mean_first - score(total_second - from_second + from_first).mean(axis=(1, 2))
    return differences

"""One cell of the tables: samples of one design from posts of one kind, and how often their intervals hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimate_coverage.designs import Draw, Drawn
from estimate_coverage.limits import many_share_limits
from estimate_coverage.posts import GROUP_SIZES, N_LABELS, Classifier, Posts, simulated_posts
from weibo_nlp.evaluation.domain_shares import MIN_CLUSTERS, LabelledDomain
from weibo_nlp.evaluation.sample_design import MIN_SAMPLE
from weibo_nlp.stats.cluster_samples import ClusterSample, clustered_share_limits, share_influence
from weibo_nlp.stats.differences import Bounds, correlation_of, difference_limits
from weibo_nlp.stats.metrics import FloatArray, IntArray
from weibo_nlp.stats.prediction_powered import PoweredSample, prediction_powered_shares

LEVEL = 0.95
OF_A_COLLECTION = 100
"""Samples that are drawn of one collection before the next is made."""
COMPARED = (1, 2)
"""Groups that are compared, the last of which is the smallest."""
METHODS = ("design_based", "sample", "ppi", "ppi, probabilities", "ppi-python")
PARTS = ("group", "difference")


@dataclass(frozen=True)
class Intervals:
    """Limits of the first label's share in many samples, NaN where there are none, and the true share of each."""

    low: FloatArray
    high: FloatArray
    truth: FloatArray

    @property
    def given(self) -> int:
        """Number of samples with an interval."""
        return int(np.isfinite(self.low).sum())

    @property
    def coverage(self) -> float:
        """Share of the intervals that hold the truth."""
        covered = (self.low - 1e-12 <= self.truth) & (self.truth <= self.high + 1e-12)
        return float(covered[np.isfinite(self.low)].mean()) if self.given else float("nan")

    @property
    def mean_width(self) -> float:
        """Mean width of the intervals."""
        return float((self.high - self.low)[np.isfinite(self.low)].mean()) if self.given else float("nan")

    def width_beside(self, other: "Intervals") -> float:
        """Mean width as a multiple of that of another method, over the samples for which both have an interval."""
        both = np.isfinite(self.low) & np.isfinite(other.low)
        if not both.any():
            return float("nan")
        return float((self.high - self.low)[both].mean() / (other.high - other.low)[both].mean())


@dataclass(frozen=True)
class Cell:
    """What was simulated, and the intervals of each method and of each of `PARTS`."""

    kind: str
    design: str
    share: float
    intervals: Mapping[str, Intervals]

    @property
    def width(self) -> float:
        """Mean width of the estimate as a multiple of that of the sample alone."""
        return self.intervals["design_based"].width_beside(self.intervals["sample"])


def simulate(
    kind: str,
    design: str,
    share: float,
    classifiers: tuple[Classifier, ...],
    draw: Draw,
    runs: int,
    seed: int,
    *,
    runs_beside: int | None = None,
    alike: bool = False,
) -> Cell:
    """Draw samples, a hundred of each collection, and estimate the first label's share from each.

    Parameters
    ----------
    kind, design, share
        What is simulated, as the cell is called.
    classifiers : tuple of Classifier
        How posts are predicted.
    draw : Draw
        How samples are drawn.
    runs : int
        Number of samples.
    seed : int
        Random seed.
    runs_beside : int, optional
        Number of samples that `ppi-python` estimates as well; by default all.
    alike : bool
        Whether labels are as frequent in one group as in another.
    """
    rng = np.random.default_rng(seed)
    left = runs if runs_beside is None else runs_beside
    chunks: list[dict[str, FloatArray]] = []
    for start in range(0, runs, OF_A_COLLECTION):
        n = min(OF_A_COLLECTION, runs - start)
        posts = simulated_posts(rng, share, classifiers, "threads" in design, alike)
        drawn = draw(rng, posts, n)
        found = _of_threads(posts, drawn) if drawn.in_threads else _of_posts(posts, drawn)
        n_beside = min(n, max(left - start, 0))
        found |= _powered(posts, drawn, n_beside)
        truths = {"group": posts.share(COMPARED[1]), "difference": posts.share(COMPARED[1]) - posts.share(COMPARED[0])}
        chunks.append(
            {name: np.stack([*limits, np.full(n, truths.get(name, posts.share()))]) for name, limits in found.items()}
        )
    joined = {name: np.concatenate([chunk[name] for chunk in chunks], axis=1) for name in (*METHODS, *PARTS)}
    return Cell(kind, design, share, {name: Intervals(*rows) for name, rows in joined.items()})


def _of_posts(posts: Posts, drawn: Drawn) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Limits of the first label where posts were drawn one by one."""
    n_strata, n_groups, k = int(drawn.strata.max()) + 1, len(GROUP_SIZES), N_LABELS
    cells = (drawn.strata * n_groups + posts.group) * k + posts.predicted
    shape = (n_strata, n_groups, k)
    sizes = np.bincount(cells, minlength=n_strata * n_groups * k).reshape(shape)
    n = len(drawn.places)
    at = (cells[drawn.places] * k + posts.gold[drawn.places]) + np.arange(n)[:, None] * (sizes.size * k)
    labelled = np.bincount(at.ravel(), minlength=n * sizes.size * k).reshape(n, *shape, k)
    whole = many_share_limits(sizes.sum(axis=1), labelled.sum(axis=2), LEVEL)
    alone = many_share_limits(_in_first(sizes.sum(axis=1), 1), _in_first(labelled.sum(axis=2), 2), LEVEL)
    groups = {number: _of_group(posts, drawn, number, sizes[:, number], labelled[:, :, number]) for number in COMPARED}
    return {
        "design_based": _first(whole),
        "sample": _first(alone),
        "group": _first(groups[COMPARED[1]]),
        "difference": _first(difference_limits(groups[COMPARED[1]], groups[COMPARED[0]])),
    }


def _of_group(posts: Posts, drawn: Drawn, number: int, sizes: IntArray, labelled: IntArray) -> Bounds:
    """Estimates of one group, by samples and labels; NaN where it has too few of the sample."""
    there = sizes.sum(axis=1) > 0
    sizes, labelled = sizes[there], labelled[:, there]
    n_labelled = labelled.sum(axis=(2, 3))
    is_given = n_labelled.sum(axis=1) >= MIN_SAMPLE
    is_plain = is_given & (n_labelled > 0).all(axis=1)
    bounds = np.full((3, *labelled.shape[:1], N_LABELS), np.nan)
    if is_plain.any():
        bounds[:, is_plain] = many_share_limits(sizes, labelled[is_plain], LEVEL)
    for at in np.flatnonzero(is_given & ~is_plain):  # strata are put together, and weights differ
        places = drawn.places[at]
        domain = LabelledDomain(
            posts.predicted, drawn.strata, places, posts.gold[places], None, drawn.weights, N_LABELS
        )
        found = domain.within(posts.group == number).shares("design_based", LEVEL)
        bounds[:, at] = found.value, found.low, found.high
    return bounds[0], bounds[1], bounds[2]


def _of_threads(posts: Posts, drawn: Drawn) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Limits of the first label where threads were drawn."""
    sizes = np.bincount(posts.predicted, minlength=N_LABELS)[None]
    of_group = {
        number: np.bincount(posts.predicted[posts.by_group[number]], minlength=N_LABELS)[None] for number in COMPARED
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("design_based", "sample", *PARTS)}
    for places in drawn.places:
        thread = np.unique(posts.thread[places], return_inverse=True)[1]
        gold, predicted = posts.gold[places], posts.predicted[places]
        weights = np.ones(places.size)
        sample = ClusterSample(predicted, gold, thread, weights, N_LABELS)
        unseen = ClusterSample(np.zeros_like(predicted), gold, thread, weights, N_LABELS)
        found["design_based"].append(_limits(clustered_share_limits(sizes, sample, LEVEL)))
        found["sample"].append(_limits(clustered_share_limits(_in_first(sizes, 1), unseen, LEVEL)))
        parts: list[tuple[Bounds, tuple[IntArray, FloatArray]]] = []
        for number in COMPARED:
            kept = posts.group[places] == number
            threads, numbered = np.unique(thread[kept], return_inverse=True)
            if kept.sum() >= MIN_SAMPLE and threads.size >= MIN_CLUSTERS:
                part = ClusterSample(predicted[kept], gold[kept], numbered, weights[kept], N_LABELS)
                bounds = clustered_share_limits(of_group[number], part, LEVEL)
                parts.append((bounds, (threads, share_influence(of_group[number], part))))
                if number == COMPARED[1]:
                    found["group"].append(_limits(bounds))
            elif number == COMPARED[1]:
                found["group"].append((np.nan, np.nan))
        if len(parts) < len(COMPARED):
            found["difference"].append((np.nan, np.nan))
            continue
        (one, of_one), (other, of_other) = parts
        correlation = correlation_of(*of_other, *of_one)
        found["difference"].append(_limits(difference_limits(other, one, correlation)))
    return {name: (np.array(rows)[:, 0], np.array(rows)[:, 1]) for name, rows in found.items()}


def _powered(posts: Posts, drawn: Drawn, n: int) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Limits of the first label by `ppi`, and for the first `n` samples by ppi-python; NaN where there are none."""
    n_strata = int(drawn.strata.max()) + 1
    sizes = np.bincount(drawn.strata, minlength=n_strata)
    predictions = {"ppi": np.eye(N_LABELS)[posts.predicted], "ppi, probabilities": posts.scores}
    limits = {name: np.full((2, len(drawn.places)), np.nan) for name in METHODS[2:]}
    means = {
        name: np.stack([np.bincount(drawn.strata, column) for column in of.T], axis=1) / sizes[:, None]
        for name, of in predictions.items()
    }
    weights = drawn.weights / drawn.weights.max()
    for at, places in enumerate(drawn.places):
        outcome = np.eye(N_LABELS)[posts.gold[places]]
        clusters = np.unique(posts.thread[places], return_inverse=True)[1] if drawn.in_threads else None
        for name, of in predictions.items():
            sample = PoweredSample(outcome, of[places], drawn.strata[places], clusters, weights)
            found = prediction_powered_shares(sample, sizes, means[name], LEVEL)
            limits[name][:, at] = found.low[0], found.high[0]
        if at < n and not drawn.in_threads:
            limits["ppi-python"][:, at] = _ppi_python(posts, places, weights)
    return {name: (rows[0], rows[1]) for name, rows in limits.items()}


def _ppi_python(posts: Posts, places: IntArray, weights: FloatArray) -> tuple[float, float]:
    """Limits of ppi-python from predicted labels, NaN where it is not installed."""
    try:
        from ppi_py import ppi_mean_ci
    except ImportError:
        return float("nan"), float("nan")
    is_first = (posts.predicted == 0).astype(float)
    rest = np.delete(is_first, places)
    outcome = (posts.gold[places] == 0).astype(float)
    low, high = ppi_mean_ci(outcome, is_first[places], rest, alpha=1 - LEVEL, w=weights / weights.mean())
    return float(np.ravel(low)[0]), float(np.ravel(high)[0])


def _in_first(counts: IntArray, axis: int) -> IntArray:
    """Counts as if every text had been predicted to be of the first label."""
    together = np.zeros_like(counts)
    np.moveaxis(together, axis, 0)[0] = counts.sum(axis=axis)
    return together


def _first(bounds: Bounds) -> tuple[FloatArray, FloatArray]:
    return bounds[1][:, 0], bounds[2][:, 0]


def _limits(bounds: Bounds) -> tuple[float, float]:
    return float(bounds[1][0]), float(bounds[2][0])

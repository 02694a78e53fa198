"""Results checked against themselves: figures that contradict each other are none, whoever wrote the file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import numpy as np

from weibo_nlp.errors import DataError
from weibo_nlp.io.names import printable_name, quoted
from weibo_nlp.stats import Estimate, count_metrics, holm, metrics
from weibo_nlp.stats.estimate import FEW_UNITS

if TYPE_CHECKING:
    from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
    from weibo_nlp.evaluation.results import Comparison, Scores

TOLERANCE = 1e-6
_MOST = 10**12  # rows that no set has; more would not fit the arithmetic below
# What a model tells of its training, and a machine of itself, is no figure of a result.
_FREE = frozenset({"details", "hardware"})
_COUNTS = frozenset(
    {"n", "n_units", "n_train", "n_changed", "n_differing_units", "rounds", "support", "confusion", "dropped", "votes"}
)
_SHARES = frozenset({"p", "p_holm", "confidence", "accuracy", "accuracy_low", "accuracy_high"})
# (no more than, this field): where a record has both.
_ORDERED = (
    ("n_units", "n"),
    ("n_changed", "n"),
    ("n_differing_units", "n_units"),
    ("p", "p_holm"),
    ("low", "high"),
    ("low", "confidence"),
    ("confidence", "high"),
    ("accuracy_low", "accuracy"),
    ("accuracy", "accuracy_high"),
)
_NOT_NEGATIVE = ("log_loss", "brier", "ece", "soft_cross_entropy", "soft_js")


def require_consistent(contradictions: Iterable[str], where: str) -> None:
    """Raise DataError with the first of some contradictions, if there is one, naming `where`."""
    for fault in contradictions:
        raise DataError(f"{where}: {fault}. Write it again with this version.")


def impossible_figures(value: Any, place: str = "", name: str = "") -> Iterator[str]:
    """Say which figures of a record, or of anything made of records, no data could give.

    Parameters
    ----------
    value : object
        A record, a mapping or sequence of them, or a plain value.
    place, name : str
        Where it stands, as ``slices[0].n``; the field that it belongs to.

    Yields
    ------
    str
        A sentence without its end: what is not finite, counts below 0, shares outside of [0, 1], parts larger than
        their whole.
    """
    if name in _FREE:
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, float) and not math.isfinite(value):
            yield f"{place} is {value}, not a finite number"
        elif name in _COUNTS and not 0 <= value <= _MOST:
            yield f"{place} is {quoted(value)}, not a count from 0"
        elif name in _SHARES and not 0 <= value <= 1:
            yield f"{place} is {value}, not a share from 0 to 1"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from impossible_figures(item, f"{place}.{printable_name(str(key))}", name)
    elif isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from impossible_figures(item, f"{place}[{at}]", name)
    elif is_dataclass(value):
        prefix = f"{place}." if place else ""
        parts = {item.name: getattr(value, item.name) for item in fields(value)}
        for field, part in parts.items():
            yield from impossible_figures(part, f"{prefix}{field}", field)
        for least, most in _ORDERED:
            one, two = parts.get(least), parts.get(most)
            if isinstance(one, int | float) and isinstance(two, int | float) and one > two + TOLERANCE:
                yield f"{prefix}{least} is {one}, more than {most}, which is {two}"
        if "few_units" in parts and parts["few_units"] is not (parts["n_units"] < FEW_UNITS):
            yield f"{prefix}few_units is {parts['few_units']}, but n_units is {parts['n_units']}"


def score_contradictions(scores: Scores) -> Iterator[str]:
    """Say which figures of scores do not follow from the others, as sentences without their end."""
    yield from impossible_figures(scores)
    counts = np.asarray(scores.confusion, dtype=np.int64)
    total, values = int(counts.sum()), scores.seeds.values
    # Results made before seeds were told have no list of them; counts of several seeds are added up.
    n_runs = len(values) or total // max(scores.n, 1)
    if total != n_runs * scores.n:
        yield f"confusion adds up to {total}, not to n, which is {scores.n}" + f", for {n_runs} seeds" * (n_runs > 1)
    for label, row in zip(scores.labels, counts.sum(axis=1).tolist(), strict=True):
        if row != n_runs * scores.per_class[label].support:
            support = scores.per_class[label].support
            yield f"per_class.{printable_name(label)}.support is {support}, but confusion has {row} such rows"
    yield from _not_of_the_counts(scores, counts, n_runs)
    if values:
        yield from _differs("mean of seeds.values", fmean(values), scores.main.value, scores.main_metric)
        sd = stdev(values) if len(values) > 1 else None
        if (sd is None) != (scores.seeds.sd is None):
            yield f"seeds.sd is {scores.seeds.sd}, but there are {len(values)} seeds"
        elif sd is not None and scores.seeds.sd is not None:
            yield from _differs("seeds.sd", scores.seeds.sd, sd, "seeds.values")
    for at, part in enumerate(scores.slices):
        if part.n > scores.n or part.n_units > scores.n_units:
            yield f"slices[{at}] has {part.n} rows of {part.n_units} units, more than all rows"
    if scores.calibration is not None:
        yield from _not_of_the_curve(scores, n_runs)


def _not_of_the_counts(scores: Scores, counts: metrics.IntArray, n_runs: int) -> Iterator[str]:
    """Metrics that are functions of the confusion counts; of several seeds only those that are linear in them."""
    by_label = {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1}
    shares: dict[str, tuple[Estimate, float | None]] = {}
    for name, metric in count_metrics(scores.labels).items():
        if name in scores.metrics:
            shares[f"metrics.{name}"] = (scores.metrics[name], float(metric(counts)))
    for kind, of_labels in by_label.items():
        for label, value in zip(scores.labels, of_labels(counts).tolist(), strict=True):
            shares[f"per_class.{printable_name(label)}.{kind}"] = (getattr(scores.per_class[label], kind), value)
    if scores.main_metric in count_metrics(scores.labels):
        shares |= {f"slices[{at}].score": (part.score, None) for at, part in enumerate(scores.slices)}
    for place, (estimate, value) in shares.items():
        yield from _outside(place, estimate, 1.0)
        if value is not None and (n_runs == 1 or place.endswith((".accuracy", ".recall"))):
            yield from _differs(f"{place}.value", estimate.value, value, "confusion")
    for name in _NOT_NEGATIVE:
        if name in scores.metrics:
            yield from _outside(f"metrics.{name}", scores.metrics[name], math.inf)


def _not_of_the_curve(scores: Scores, n_runs: int) -> Iterator[str]:
    curve = scores.calibration or ()
    rows = sum(part.n for part in curve)
    if rows != n_runs * scores.n:
        yield f"calibration has {rows} rows in all, but n is {scores.n}" + f" for {n_runs} seeds" * (n_runs > 1)
    elif rows and n_runs == 1 and "ece" in scores.metrics:
        error = sum(part.n * abs(part.confidence - part.accuracy) for part in curve) / rows
        yield from _differs("metrics.ece.value", scores.metrics["ece"].value, error, "calibration")


def _outside(place: str, estimate: Estimate, most: float) -> Iterator[str]:
    for part in ("value", "low", "high"):
        figure = getattr(estimate, part)
        if figure is not None and not -TOLERANCE <= figure <= most + TOLERANCE:
            yield f"{place}.{part} is {figure}, not from 0" + (f" to {most:g}" if math.isfinite(most) else "")


def _differs(place: str, stated: float, value: float, source: str) -> Iterator[str]:
    if not abs(stated - value) <= TOLERANCE:
        yield f"{place} is {stated}, but {source} gives {value:.6f}"


def report_contradictions(report: BenchmarkReport) -> Iterator[str]:
    """Say which comparisons of a report do not follow from its results or from each other."""
    mains = {(result.provenance.question, result.scores.main_metric, result.model): result for result in report.results}
    tables: dict[tuple[Any, ...], list[tuple[int, Comparison]]] = {}
    for at, pair in enumerate(report.comparisons):
        table = (pair.question, pair.metric)
        tables.setdefault(table, []).append((at, pair))
        one, two = mains.get((*table, pair.a)), mains.get((*table, pair.b))
        if one is not None and two is not None:
            value = one.main.value - two.main.value
            yield from _differs(f"comparisons[{at}].difference.value", pair.difference.value, value, "results")
    for table_of in tables.values():
        pairs = [frozenset((pair.a, pair.b)) for _, pair in table_of]
        n_systems = len(frozenset().union(*pairs))
        # Of a family that is told in part, what was corrected for is not known.
        if len(pairs) == len(set(pairs)) == n_systems * (n_systems - 1) // 2:
            for (at, pair), p_holm in zip(table_of, holm([pair.p for _, pair in table_of]).tolist(), strict=True):
                yield from _differs(
                    f"comparisons[{at}].p_holm", pair.p_holm, p_holm, "Holm over the pairs of the table"
                )

"""Results that read and write themselves as JSON: what a system scored, how two differ, where figures come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from statistics import stdev
from typing import Any, Self

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.calibration import CalibrationBin
from weibo_nlp.evaluation.consistency import impossible_figures, require_consistent, score_contradictions
from weibo_nlp.evaluation.slices import SliceScore
from weibo_nlp.io.typed_json import from_json, to_json
from weibo_nlp.predictions import PredictionHeader
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.tasks.spec import TaskSpec

ALPHA = 0.05
# Published results call the parts of the bootstrap's settings so.
_SETTINGS = {"n_resamples": "resamples", "confidence_level": "level"}


@dataclass(frozen=True, slots=True)
class LabelScores:
    """How one label fares; ``support`` is the number of gold rows that have it."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    support: int


@dataclass(frozen=True, slots=True)
class SeedScores:
    """The main metric of each training seed, in the order given, and their standard deviation where there are two."""

    values: tuple[float, ...] = ()
    sd: float | None = None

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Take the scores of one system's seeds."""
        return cls(tuple(values), stdev(values) if len(values) > 1 else None)


@dataclass(frozen=True, slots=True)
class Scores:
    """What predictions are worth against the gold labels, the mean over seeds, with what was left out.

    Attributes
    ----------
    task, main_metric : str
        What was scored, and which of `metrics` ranks systems.
    labels : tuple of str
        Order of `confusion`.
    metrics : mapping of str to Estimate
        ``macro_f1``, ``accuracy``, for stance ``favg``; with scores on the predictions also ``log_loss`` and ``brier``,
        and with votes of the annotators ``soft_cross_entropy`` and ``soft_js`` (in nats, see `soft_labels`).

        Without an interval are ``ece``, whose estimate is biased upwards and more so in resamples (simulated 95 %
        percentile intervals covered the true value of a calibrated system in 0 of 200 samples), and, for tasks with 2
        to 50 targets, ``macro_f1_over_targets`` (or another main metric): the mean over targets of the metric on each,
        since the pooled metric can be had from the targets' priors alone. A target's rarer labels vanish from resamples
        of few threads, so that a bootstrap bounds something else (on the corpus' test part percentile bounds of .63 to
        .80 around .79).
    per_class : mapping of str to LabelScores
        By label.
    confusion : tuple of tuple of int
        Rows gold, columns predicted; counts of all seeds added up.
    n, n_units : int
        Rows scored; independent units (threads, events) they belong to.
    few_units : bool
        Whether there are so few units that intervals tend to be too narrow.
    dropped : mapping of str to int
        Rows the caller left out before scoring, by reason.
    bootstrap : BootstrapConfig
        How the intervals were made.
    calibration : tuple of CalibrationBin or None
        The reliability curve, of as many bins as ``ece``; ``None`` for predictions without scores. Of several seeds
        all predictions are pooled, so that ``n`` counts each row once a seed.
    seeds : SeedScores
        The main metric of each seed.
    slices : tuple of SliceScore
        The main metric over each slice asked for.
    header : PredictionHeader or None
        Of the file, where there was one; of several the first.
    """

    task: str
    main_metric: str
    labels: tuple[str, ...]
    metrics: Mapping[str, Estimate]
    per_class: Mapping[str, LabelScores]
    confusion: tuple[tuple[int, ...], ...]
    n: int
    n_units: int
    few_units: bool
    dropped: Mapping[str, int] = field(default_factory=dict)
    bootstrap: BootstrapConfig = DEFAULT
    calibration: tuple[CalibrationBin, ...] | None = None
    seeds: SeedScores = field(default_factory=SeedScores)
    slices: tuple[SliceScore, ...] = ()
    header: PredictionHeader | None = None

    @property
    def main(self) -> Estimate:
        """The main metric."""
        return self.metrics[self.main_metric]

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        content = {item.name: to_json(getattr(self, item.name)) for item in fields(self)}
        content["bootstrap"] = {_SETTINGS.get(name, name): value for name, value in content["bootstrap"].items()}
        content["predictions"] = content.pop("header")
        return content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], where: str = "scores") -> Self:
        """Read what `to_dict` gave.

        Raises
        ------
        DataError
            If parts are missing, are not what they should be, or contradict each other, naming `where` and the part.
        """
        parts = {name: value for name, value in content.items() if value is not None}
        if isinstance(settings := parts.get("bootstrap"), Mapping):
            names = {published: name for name, published in _SETTINGS.items()}
            parts["bootstrap"] = {names.get(name, name): value for name, value in settings.items()}
        if "predictions" in parts:
            parts["header"] = parts.pop("predictions")
        scores = from_json(cls, parts, where)
        if scores.main_metric not in scores.metrics:
            raise DataError(
                f"{where}: main_metric is {scores.main_metric!r}, which is not among the metrics "
                f"({', '.join(scores.metrics)}). Write it again with this version."
            )
        n_labels = len(scores.labels)
        sizes = [len(row) for row in scores.confusion]
        if set(scores.per_class) != set(scores.labels) or sizes != [n_labels] * n_labels:
            raise DataError(
                f"{where}: per_class and confusion are not of the {n_labels} labels, a row and a column for each. "
                "Write it again with this version."
            )
        require_consistent(score_contradictions(scores), where)
        return scores


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where scores come from: what was scored, and who answered.

    Attributes
    ----------
    set, task, protocol, split : str
        The corpus, its real texts or an external set, the task, how what is learnt from is held apart, and the part
        scored.
    units : str
        What `n_units` counts and the bootstrap draws: threads, events, groups or rows.
    model, model_version : str
        Who answered.
    corpus_version : str or None
        Version of the corpus scored, under ``zero_shot`` of the one learnt from.
    scheme : str
        Version of the label scheme.
    """

    set: str
    task: str
    protocol: str
    units: str
    model: str
    model_version: str
    corpus_version: str | None = None
    scheme: str = ""
    split: str = ""

    @classmethod
    def of(cls, spec: TaskSpec, model: str, model_version: str) -> Self:
        """Say of a model that it was scored under a spec."""
        version = spec.version or spec.train_version
        return cls(
            spec.set, spec.name, spec.protocol, spec.units, model, model_version, version, spec.scheme, spec.test
        )

    @property
    def question(self) -> tuple[str, str, str]:
        """Set, task and protocol: what systems must share to be compared."""
        return self.set, self.task, self.protocol


@dataclass(frozen=True, slots=True)
class FoldScore:
    """Main metric of one held-out fold, over all labels of the scheme; ``n`` rows scored, ``n_train`` learnt from."""

    name: str
    n: int
    n_train: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Training:
    n_train: int | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    folds: tuple[FoldScore, ...] = ()
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    n_set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Result(_Training):
    """Scores of one system on one task, with where they come from.

    Attributes
    ----------
    provenance : Provenance
        What was scored, and who answered.
    scores : Scores
        The figures.
    n_train : int or None
        Examples learnt from, where the training was part of the run; of several folds the largest.
    seconds : mapping of str to float
        Wall-clock time to ``train`` and to ``predict``, the mean over seeds.
    folds : tuple of FoldScore
        The main metric of each fold by itself; empty where there is one.
    notes : tuple of str
        What was dropped on the way, in sentences.
    details : mapping
        What the model tells of its training.
    n_set_aside : int
        Rows of a user's copy that should have been scored and could not be read; the notes say why.
    """

    provenance: Provenance
    scores: Scores

    @property
    def model(self) -> str:
        """Name of the system."""
        return self.provenance.model

    @property
    def main(self) -> Estimate:
        """The main metric."""
        return self.scores.main

    @property
    def metrics(self) -> Mapping[str, Estimate]:
        """Every metric by its name."""
        return self.scores.metrics

    def to_dict(self) -> dict[str, Any]:
        """Return the result ready for JSON: ``set, task, protocol, model, metrics`` and everything behind them."""
        return {
            **to_json(self.provenance),
            "n_train": self.n_train,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "folds": to_json(self.folds),
            "notes": list(self.notes),
            "n_set_aside": self.n_set_aside,
            "details": dict(self.details),
            **self.scores.to_dict(),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], where: str = "result") -> Self:
        """Read what `to_dict` gave, in this version or in 0.2.0.

        Raises
        ------
        DataError
            If parts are missing, are not what they should be, or contradict each other, naming `where` and the part.
        """
        parts = {name: value for name, value in content.items() if value is not None}
        training = from_json(_Training, parts, where)
        require_consistent(impossible_figures(training), where)
        return cls(
            from_json(Provenance, {"units": "units", **parts}, where),
            Scores.from_dict(parts, where),
            **{item.name: getattr(training, item.name) for item in fields(training)},
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems on the same rows, `a` less `b`.

    Attributes
    ----------
    set, task, protocol, metric : str
        What they answered, and by which metric they differ.
    a, b : str
        Names of the systems.
    difference : Estimate
        Metric of `a` less metric of `b`, each the mean over its seeds.
    p, p_holm : float
        Of the paired test, see `stats.randomisation.paired_test`; corrected for the pairs that were asked of together
        (see `comparison.compare_runs`), the same as `p` for a pair by itself. Systems tie unless the latter is below
        0.05.
    n_units, n_differing_units, rounds, method
        How the test was made, see `PairedTest`; None in results of 0.2.0 that did not say so.
    """

    set: str
    task: str
    protocol: str
    metric: str
    a: str
    b: str
    difference: Estimate
    p: float
    p_holm: float
    n_units: int | None = None
    n_differing_units: int | None = None
    rounds: int | None = None
    method: str | None = None

    @property
    def tie(self) -> bool:
        """Whether the rows do not tell the two apart."""
        return self.p_holm >= ALPHA

    @property
    def better(self) -> str | None:
        """Name of the better system; None for a tie."""
        return None if self.tie else self.a if self.difference.value > 0 else self.b

    @property
    def question(self) -> tuple[str, str, str]:
        """Set, task and protocol that were answered."""
        return self.set, self.task, self.protocol

    def to_dict(self) -> dict[str, Any]:
        """Return names, difference, p and verdict, ready for JSON."""
        return {**{item.name: to_json(getattr(self, item.name)) for item in fields(self)}, "tie": self.tie}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], where: str = "comparison") -> Self:
        """Read what `to_dict` gave; DataError names what is wrong."""
        comparison = from_json(cls, content, where)
        require_consistent(impossible_figures(comparison), where)
        return comparison


def ranks(names: Sequence[str], comparisons: Sequence[Comparison]) -> dict[str, int]:
    """Rank systems so that no tie decides: 1 + the number of systems that are better.

    "Better" counts directly (`p_holm` below 0.05) or through others: where X beats Y and Y beats Z, X stands
    before Z even if the two alone tie. So a system always ranks below those that beat it, and what ties with the best
    shares rank 1 unless something else beats it. Pages, leaderboards and `weibo-nlp compare` all rank by this.
    """
    beaten_by: dict[str, set[str]] = {name: set() for name in names}
    for comparison in comparisons:
        if (better := comparison.better) is not None:
            beaten_by[comparison.b if better == comparison.a else comparison.a].add(better)
    placed: dict[str, int] = {}
    for name in names:
        above, waiting = set[str](), list(beaten_by[name])
        while waiting:
            if (other := waiting.pop()) not in above:
                above.add(other)
                waiting += beaten_by[other]
        placed[name] = 1 + len(above)
    return placed


def tied_with(name: str, comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    """Names of the systems that one is not told apart from."""
    return tuple(pair.b if pair.a == name else pair.a for pair in comparisons if pair.tie and name in (pair.a, pair.b))

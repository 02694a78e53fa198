"""Systems against each other on the same rows: paired tests of all pairs, corrected for their number, and ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from weibo_nlp.errors import PredictionError, UsageError
from weibo_nlp.evaluation.files import gold_of, score_files
from weibo_nlp.io.shown import shown, shown_name
from weibo_nlp.predictions import PredictionFile, PredictionHeader, check_against, read_predictions
from weibo_nlp.stats.bootstrap import RESAMPLES, Interval
from weibo_nlp.stats.metrics import IntArray, count_metrics
from weibo_nlp.stats.multiplicity import holm
from weibo_nlp.stats.randomisation import ROUNDS, PairedTest, paired_test
from weibo_nlp.tasks import TaskSpec
from weibo_nlp.tasks.folds import TaskData, label_numbers

ALPHA = 0.05
# What two files must have in common; a model's name, version and seed are what is compared.
ABOUT = ("set", "version", "split", "task", "protocol", "scheme")
# The smallest p that drawn rounds can give is 1 / (rounds + 1); under Holm, n pairs need one below ALPHA / n, and
# some room beneath it.
_ROUNDS_PER_PAIR = 40


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems, `a` less `b`.

    ``p_holm`` is corrected for all pairs of the table. Systems tie unless it is below 0.05.
    """

    a: str
    b: str
    metric: str
    test: PairedTest
    p_holm: float

    @property
    def tie(self) -> bool:
        """Whether the rows do not tell the two apart."""
        return self.p_holm >= ALPHA

    @property
    def better(self) -> str | None:
        """Name of the better system; None for a tie."""
        return None if self.tie else self.a if self.test.difference.value > 0 else self.b

    def to_dict(self) -> dict[str, Any]:
        """Return names, difference, p and verdict, ready for JSON."""
        return {
            "metric": self.metric,
            "a": self.a,
            "b": self.b,
            **self.test.to_dict(),
            "p_holm": self.p_holm,
            "tie": self.tie,
        }


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """One of several prediction files: where it lies, what its header says, and its main metric.

    ``name`` tells it from the others.
    """

    name: str
    path: str
    header: PredictionHeader
    main: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return name, file, system and score, ready for JSON."""
        return {
            "name": self.name,
            "file": self.path,
            "system": {"name": self.header.model.name, "version": self.header.model.version},
            "seed": self.header.seed,
            "score": self.main.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class FileComparison:
    """Prediction files about one thing, scored, and every pair of them tested."""

    spec: TaskSpec
    n: int
    files: tuple[ComparedFile, ...]
    comparisons: tuple[Comparison, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        about = {"set": self.spec.set, "task": self.spec.name, "protocol": self.spec.protocol}
        main = self.files[0].main
        return {
            **about,
            "corpus_version": self.spec.version,
            "split": self.spec.test,
            "scheme": self.spec.scheme,
            "units": self.spec.units,
            "main_metric": self.spec.main_metric,
            "n": self.n,
            "n_units": main.n_units,
            "few_units": main.few_units,
            "systems": [file.to_dict() for file in self.files],
            "comparisons": [{**about, **comparison.to_dict()} for comparison in self.comparisons],
        }


def compare_files(
    paths: Sequence[Path],
    *,
    external_path: Path | None = None,
    seed: int = 0,
    rounds: int = ROUNDS,
    resamples: int = RESAMPLES,
) -> FileComparison:
    """Score two or more prediction files about the same thing, and test every pair.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    external_path : Path, optional
        Folder of the user's copy, for an external set.
    seed, rounds, resamples
        See `compare_runs`; the scores' intervals are those that `weibo-nlp evaluate` prints.

    Raises
    ------
    UsageError
        If there are fewer than two files.
    PredictionError
        If a file cannot be scored as it stands, or is about something else than the first.
    """
    if len(paths) < 2:
        raise UsageError(f"{len(paths)} prediction file given; name two or more to compare.")
    files = [read_predictions(path) for path in paths]
    for file in files[1:]:
        _require_same(files[0], file)
    spec, data = gold_of(files[0].header, external_path, where=files[0].where_header)
    names = _told_apart(files)
    runs = {name: aligned_labels(file, spec, data)[None] for name, file in zip(names, files, strict=True)}
    # Scored as `weibo-nlp evaluate` does it, so that the two print the same bounds.
    scored = [score_files([file], external_path=external_path, seed=seed, resamples=resamples)[2] for file in files]
    compared = tuple(
        ComparedFile(name, str(path), file.header, scores.main)
        for name, path, file, scores in zip(names, paths, files, scored, strict=True)
    )
    comparisons = compare_runs(runs, spec, data, seed=seed, rounds=rounds, resamples=resamples)
    return FileComparison(spec, len(data.gold), compared, comparisons)


def compare_runs(
    runs: Mapping[str, IntArray],
    spec: TaskSpec,
    data: TaskData,
    *,
    seed: int = 0,
    rounds: int = ROUNDS,
    resamples: int = RESAMPLES,
) -> tuple[Comparison, ...]:
    """Test every pair of systems by approximate randomisation over the protocol's units, with Holm over all pairs.

    Parameters
    ----------
    runs : mapping of str to ndarray of int, shape (n_seeds, n_rows)
        By system, label indices in the order of ``data.gold``.
    spec, data
        What is scored.
    seed : int
        Of the tests and of the intervals of the differences.
    rounds : int
        Of each test, at least; more where many pairs ask for smaller p.
    resamples : int
        Of each difference's interval.

    Returns
    -------
    tuple of Comparison
        Pairs in the order of `runs`, the first less the second.
    """
    pairs = list(combinations(runs, 2))
    rounds = max(rounds, _ROUNDS_PER_PAIR * len(pairs))
    truth = label_numbers([label.label for label in data.gold], spec)
    metric = count_metrics(spec.labels)[spec.main_metric]
    tests = [
        paired_test(
            truth,
            runs[a],
            runs[b],
            data.units,
            len(spec.labels),
            metric,
            rounds=rounds,
            seed=seed,
            resamples=resamples,
        )
        for a, b in pairs
    ]
    adjusted = holm([test.p for test in tests])
    return tuple(
        Comparison(a, b, spec.main_metric, test, float(p))
        for (a, b), test, p in zip(pairs, tests, adjusted, strict=True)
    )


def ranks(names: Sequence[str], comparisons: Sequence[Comparison]) -> dict[str, int]:
    """Rank systems so that no tie decides: 1 + the number of systems that are better.

    "Better" counts directly (Holm-corrected p below 0.05) or through others: where X beats Y and Y beats Z, X stands
    before Z even if the two alone tie. So a system always ranks below those that beat it, and what ties with the best
    shares rank 1 unless something else beats it.
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


def aligned_labels(file: PredictionFile, spec: TaskSpec, data: TaskData) -> IntArray:
    """Predicted label indices in the order of the gold labels, shape (n_rows,), or PredictionError with all faults."""
    return label_numbers([item.label for item in check_against(file, data.gold, spec.labels)], spec)


def _require_same(first: PredictionFile, other: PredictionFile) -> None:
    for name in ABOUT:
        one, two = getattr(first.header, name), getattr(other.header, name)
        if one != two:
            raise PredictionError(
                f"{other.where_header}: {name} is {shown(two)}, but {shown(one)} in {first.where_header}; "
                "only predictions on the same rows can be compared."
            )


def _told_apart(files: Sequence[PredictionFile]) -> list[str]:
    """Name and version of each system; with the seed, then the file's place on the line, where that is not enough."""
    models = [file.header.model for file in files]
    names = [f"{shown_name(model.name)} {shown_name(model.version, 24)}" for model in models]
    seeded = [
        name if names.count(name) == 1 or file.header.seed is None else f"{name} seed {file.header.seed}"
        for name, file in zip(names, files, strict=True)
    ]
    return [
        name if seeded.count(name) == 1 else f"{name} (file {number})" for number, name in enumerate(seeded, start=1)
    ]

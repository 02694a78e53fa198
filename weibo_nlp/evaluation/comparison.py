"""Systems against each other on the same rows: paired tests of all pairs, corrected for their number, and ranks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, TypeVar

from weibo_nlp.errors import PredictionError, UsageError
from weibo_nlp.evaluation.diagnostics import ContextScore
from weibo_nlp.evaluation.files import resolve_evaluation_set, score_set
from weibo_nlp.evaluation.judges import family_notes
from weibo_nlp.evaluation.results import Comparison, ranks
from weibo_nlp.io.names import printable_name, quoted
from weibo_nlp.predictions import PredictionFile, PredictionHeader, check_against, read_predictions
from weibo_nlp.stats import Estimate, count_metrics, holm, paired_test
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.metrics import IntArray
from weibo_nlp.stats.randomisation import N_PERMUTATIONS
from weibo_nlp.tasks.evaluation_set import EvaluationSet, label_numbers
from weibo_nlp.tasks.spec import TaskSpec

# The smallest p that drawn permutations can give is 1 / (permutations + 1); under Holm, n pairs need one below
# ALPHA / n, and some room beneath it.
_PERMUTATIONS_PER_PAIR = 40
_PLACE = " (file "
_Tested = TypeVar("_Tested", Comparison, ContextScore)
Family = Literal["all pairs", "each pair"]


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """One of several prediction files: where it lies, what its header says, and its main metric.

    ``name`` tells it from the others; ``rank`` is by `results.ranks`, so that files which tie may share one.
    """

    name: str
    path: str
    header: PredictionHeader
    main: Estimate
    rank: int

    def to_dict(self) -> dict[str, Any]:
        """Return name, file, system and score, ready for JSON."""
        return {
            "name": self.name,
            "file": self.path,
            "system": asdict(self.header.model),
            "seed": self.header.seed,
            "rank": self.rank,
            "score": self.main.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class FileComparison:
    """Prediction files about one thing, scored, and every pair of them tested.

    ``notes`` and ``n_set_aside`` tell of rows that were not scored, as those of a `Result` do.
    """

    spec: TaskSpec
    n: int
    files: tuple[ComparedFile, ...]
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()
    n_set_aside: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        about, main = self.spec.about, self.files[0].main
        return {
            "corpus_version": about.pop("version"),
            **about,
            "units": self.spec.units,
            "main_metric": self.spec.main_metric,
            "n": self.n,
            "n_units": main.n_units,
            "few_units": main.few_units,
            "systems": [file.to_dict() for file in self.files],
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
            "notes": list(self.notes),
            "n_set_aside": self.n_set_aside,
        }


def compare(
    paths: Sequence[str | Path],
    *,
    external_path: str | Path | None = None,
    n_permutations: int = N_PERMUTATIONS,
    bootstrap: BootstrapConfig = DEFAULT,
) -> FileComparison:
    """Score two or more prediction files about the same thing, and test every pair, with Holm over all of them.

    Parameters
    ----------
    paths : sequence of str or Path
        The files.
    external_path : str or Path, optional
        Folder of your copy, for predictions on an external set.
    n_permutations : int
        Of each test, see `compare_runs`.
    bootstrap : BootstrapConfig
        How intervals are made; the scores' are those that `weibo-nlp evaluate` prints.

    Raises
    ------
    UsageError
        If there are fewer than two files.
    PredictionError
        If a file cannot be scored as it stands, or is about something else than the first.

    Examples
    --------
    >>> import tempfile, weibo_nlp
    >>> from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
    >>> release = weibo_nlp.corpus.open_release()
    >>> gold = release.gold("irony", "test")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, says in (("right", lambda row: row.label), ("never", lambda row: "false")):
    ...         header = PredictionHeader("corpus", release.version, "test", "irony", "standard",
    ...                                   release.scheme.version, ModelReference(name, "1"))
    ...         rows = [weibo_nlp.Prediction(row.document_id, "irony", says(row), {}) for row in gold]
    ...         write_predictions(f"{folder}/{name}.jsonl", header, rows)
    ...     table = weibo_nlp.compare([f"{folder}/right.jsonl", f"{folder}/never.jsonl"])
    >>> [(file.name, file.rank) for file in table.files], table.comparisons[0].better
    ([('right 1', 1), ('never 1', 2)], 'right 1')
    """
    if len(paths) < 2:
        raise UsageError(f"{len(paths)} prediction file given; name two or more to compare.")
    files = [read_predictions(path) for path in paths]
    for file in files[1:]:
        _require_same(files[0], file)
    spec, evaluation_set = resolve_evaluation_set(files[0].header, external_path, where=files[0].where_header)
    names = distinct_names(files)
    runs = {name: aligned_labels(file, spec, evaluation_set)[None] for name, file in zip(names, files, strict=True)}
    mains = [score_set([file], spec, evaluation_set, bootstrap).main for file in files]
    comparisons = compare_runs(runs, spec, evaluation_set, n_permutations=n_permutations, bootstrap=bootstrap)
    placed = ranks(names, comparisons)
    compared = tuple(
        ComparedFile(name, str(path), file.header, main, placed[name])
        for name, path, file, main in zip(names, paths, files, mains, strict=True)
    )
    notes = (*evaluation_set.notes, *family_notes(names, evaluation_set.judges))
    return FileComparison(spec, len(evaluation_set.gold), compared, comparisons, notes, evaluation_set.n_set_aside)


def compare_runs(
    runs: Mapping[str, IntArray],
    spec: TaskSpec,
    evaluation_set: EvaluationSet,
    *,
    n_permutations: int = N_PERMUTATIONS,
    bootstrap: BootstrapConfig = DEFAULT,
    family: Family = "all pairs",
) -> tuple[Comparison, ...]:
    """Test every pair of systems by approximate randomisation over the protocol's units.

    Parameters
    ----------
    runs : mapping of str to ndarray of int, shape (n_seeds, n_rows)
        By system, label indices in the order of ``evaluation_set.gold``.
    spec, evaluation_set : TaskSpec, EvaluationSet
        What is scored.
    n_permutations : int
        Of each test, at least; more where many pairs ask for smaller p.
    bootstrap : BootstrapConfig
        How the intervals of the differences are made; its seed is that of the tests as well.
    family : {"all pairs", "each pair"}
        What was asked. ``all pairs``: who chose these systems asks of all their pairs together, and Holm's correction
        keeps the chance of one false claim among them below 5 %. ``each pair``: whoever looks up two of the systems
        asks of these two, and `p_holm` is `p`. Only so does the verdict on two systems not depend on what else was
        entered: a correction over all entries has to grow with their number, and fifty worthless ones would turn a
        difference into a tie.

    Returns
    -------
    tuple of Comparison
        Pairs in the order of `runs`, the first less the second.

    Notes
    -----
    Corrections that look robust are not: one that controls false discoveries grows *milder* with every system that is
    easily beaten, and a sequence of tests down the ranking ends at the first tie, which an entry of about equal score
    can make.
    """
    pairs = list(combinations(runs, 2))
    together = family == "all pairs"
    n_permutations = enough_permutations(n_permutations, len(pairs) if together else 1)
    truth = evaluation_set.gold_indices(spec)
    metric, groups, n_labels = count_metrics(spec.labels)[spec.main_metric], evaluation_set.groups, len(spec.labels)
    tests = [
        paired_test(
            truth, runs[a], runs[b], groups, n_labels, metric, n_permutations=n_permutations, bootstrap=bootstrap
        )
        for a, b in pairs
    ]
    question = (spec.set, spec.name, spec.protocol, spec.main_metric)
    p_values = [test.p for test in tests]
    adjusted = holm(p_values).tolist() if together else p_values
    comparisons = []
    for (a, b), test, p_holm in zip(pairs, tests, adjusted, strict=True):
        procedure = (test.n_units, test.n_differing_units, test.n_permutations, test.method)
        comparisons.append(Comparison(*question, a, b, test.difference, test.p, p_holm, *procedure))
    return tuple(comparisons)


def corrected(rows: Iterable[_Tested]) -> tuple[_Tested, ...]:
    """Correct p by Holm over the rows of one table, its family; rows that were not tested stay as they are.

    The one rule of every table that prints several verdicts: one over several tasks is corrected over all of them, or
    most tables of nineteen true ties would show a false difference.
    """
    table = list(rows)
    adjusted = iter(holm([row.p for row in table if row.p is not None]).tolist())
    return tuple(row if row.p is None else replace(row, p_holm=next(adjusted)) for row in table)


def enough_permutations(n_permutations: int, n_pairs: int) -> int:
    """Return as many permutations as were asked for, or more where Holm's correction for so many pairs needs them."""
    return max(n_permutations, _PERMUTATIONS_PER_PAIR * n_pairs)


def aligned_labels(file: PredictionFile, spec: TaskSpec, evaluation_set: EvaluationSet) -> IntArray:
    """Predicted label indices in the order of the gold labels, shape (n_rows,), or PredictionError with all faults."""
    return label_numbers((row.label for row in check_against(file, evaluation_set.gold, spec.labels)), spec.labels)


def _require_same(first: PredictionFile, other: PredictionFile) -> None:
    for name in ("set", "version", "split", "task", "protocol", "scheme"):  # model and seed are what is compared
        one, two = getattr(first.header, name), getattr(other.header, name)
        if one != two:
            raise PredictionError(
                f"{other.where_header}: {name} is {quoted(two)}, but {quoted(one)} in {first.where_header}; "
                "only predictions on the same rows can be compared."
            )


def distinct_names(files: Sequence[PredictionFile]) -> list[str]:
    """Name and version of each system; with the seed, then the file's place on the line, where that is not enough.

    The place stands behind every name that has the beginning of one in it as well: no name can pass for another file's.
    """
    models = [file.header.model for file in files]
    names = [f"{printable_name(model.name)} {printable_name(model.version, 24)}" for model in models]
    seeded = [
        name if names.count(name) == 1 or file.header.seed is None else f"{name} seed {file.header.seed}"
        for name, file in zip(names, files, strict=True)
    ]
    return [
        name if seeded.count(name) == 1 and _PLACE not in name else f"{name}{_PLACE}{number})"
        for number, name in enumerate(seeded, start=1)
    ]

"""What each layer of the corpus teaches: the linear model learnt from composed texts, from public ones, and from both.

The public texts come from a user's own copies. What is scored is seen once: weights of the sets are chosen by
cross-validation inside the training part, over whole groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Self

from benchmarks.answers import compare_pairs
from benchmarks.publishing import estimate_cell, made_by, note_list
from training.recipe import Trials
from training.rows import OPEN_SOURCES, RowWeights, TrainingRows, composed_rows, public_rows

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.run import TARGET_PRIOR, ModelRun, Progress, find_real_texts, run_task
from weibo_nlp.corpus import open_release
from weibo_nlp.models import Classifier, create
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.provenance import hardware
from weibo_nlp.report import markdown
from weibo_nlp.report.display import p_value
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.randomisation import N_PERMUTATIONS
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.external import external_evaluation_set, open_external, zero_shot_tasks
from weibo_nlp.tasks.folds import Fold
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import COMPOSED_TO_REAL, REAL, TaskSpec

BLOCK = "real-layers"
"""Name of the table's place in a Markdown file."""
FORMAT_KEY = "weibo_nlp_real_layers"
FORMAT_VERSION = 1
COMPOSED, PUBLIC, BOTH, OPEN = "composed", "real train", "both", "composed + open sources"
WEIGHTS = (1.0, 3.0, 8.0)
SHORT_WEIGHTS = (0.3, 1.0)
FOLDS = 5
CV_C = 0.5  # the regularisation is tuned once the weights are chosen
TOL = 1e-4
"""Where the solver of the trials stops."""
HEADINGS = ("scored on", "task", "learnt from", "weights", "n", "macro-F1", "accuracy", "both less it", "p (Holm)")

Row = Mapping[str, Any]


def run_layers(
    copies: Path,
    *,
    mission_dev: Path | None = None,
    tasks: Sequence[str] = (),
    scored: str = "test",
    bootstrap: BootstrapConfig = DEFAULT,
    n_permutations: int = N_PERMUTATIONS,
    command: str = "python scripts/benchmark_real_layers.py",
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], list[ModelRun]]:
    """Train on each layer and on both, and score what was learnt on the public test texts and on mission_dev.

    Parameters
    ----------
    copies : Path
        The user's copies of the sets that hold the public texts, see `weibo_nlp.hydrate`.
    mission_dev : Path, optional
        Folder that holds mission_dev; without it, it is not scored.
    tasks : sequence of str
        All when empty.
    scored : {"test", "validation"}
        Part of the public texts; the second for whoever works on this study.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of the folds and of the paired tests as well.
    n_permutations : int
        Of each paired test, at least.
    command, progress
        What was called; called with a line about what is being done.

    Returns
    -------
    dict, list of ModelRun
        Everything, ready for JSON; and the runs it was made from.

    Raises
    ------
    UsageError
        If no public text, or no mission_dev, is there.
    """
    release = open_release()
    real = find_real_texts(release, copies, progress)
    n_found = len(real.texts or ())
    copy = None if mission_dev is None else open_external("mission_dev", mission_dev)
    runs: list[tuple[str, ModelRun]] = []
    chosen: list[dict[str, Any]] = []
    for spec in real_tasks(release.scheme, release.version, tasks, [REAL]):
        training = layer_rows(real, spec)
        spec = replace(spec, test=scored)
        trials: list[tuple[TaskSpec, EvaluationSet]] = [(spec, real.evaluation_set(spec))]
        if copy is not None:
            (shared,) = (each for each in zero_shot_tasks(copy, release) if each.name == spec.name)
            trials.append((shared, external_evaluation_set(copy, shared)))
        for system in (COMPOSED, PUBLIC, BOTH, OPEN):
            rows = _taught(training, system)
            weights = None
            if system in (BOTH, OPEN):
                progress(f"{spec.name}, {system}: choosing weights")
                weights = choose_weights(rows, spec, seed=bootstrap.seed)
                chosen.append({"task": spec.name, "system": system, **weights})
                rows = rows.weighted(_row_weights(*weights["chosen"]))
            model = _Once(spec.labels, random_state=bootstrap.seed)
            for own, evaluation_set in trials:
                own = replace(own, protocol=COMPOSED_TO_REAL) if system == COMPOSED and own is spec else own
                fold = _fold(rows, len(evaluation_set.gold))
                run = run_task(own, evaluation_set, (fold,), _maker(model), seeds=1, bootstrap=bootstrap)
                runs.append((system, run))
            if spec.targeted and system == BOTH:
                folds, _ = real.folds(spec, on_topic=True)
                prior = _maker(create(TARGET_PRIOR, spec.labels))
                runs.append((TARGET_PRIOR, run_task(spec, trials[0][1], folds, prior, seeds=1, bootstrap=bootstrap)))
        progress(f"{spec.name}: done")
    document = {
        FORMAT_KEY: FORMAT_VERSION,
        "command": command,
        "package": __version__,
        "corpus_version": release.version,
        "scored": scored,
        "hardware": hardware(),
        "texts": {"found": n_found, "missing": len(real.sets) - n_found},
        "weights": chosen,
        "results": [run.result.to_dict() | {"system": system} for system, run in runs],
        "comparisons": _comparisons(runs, n_permutations, bootstrap),
        "notes": list(dict.fromkeys(note for _, run in runs for note in run.result.notes)),
    }
    return document, [run for _, run in runs]


def choose_weights(rows: TrainingRows, spec: TaskSpec, *, seed: int) -> dict[str, Any]:
    """Choose what public rows weigh beside composed ones, by `training.recipe.Trials` of the linear model.

    Returns
    -------
    dict
        ``chosen``, the pair of weights (posts and reactions; questions and titles) with the highest score, and
        ``tried``, the score of each pair.
    """
    trials = Trials(rows, spec, LinearClassifier(spec.labels), seed, folds=FOLDS, tol=TOL)
    scores = {pair: trials.score(_row_weights(*pair), CV_C) for pair in product(WEIGHTS, SHORT_WEIGHTS)}
    chosen = max(scores, key=lambda pair: scores[pair])
    return {
        "chosen": list(chosen),
        "tried": [{"weights": list(pair), "score": round(score, 4)} for pair, score in scores.items()],
    }


def markdown_table(document: Row) -> str:
    """Return a document of `run_layers` as a Markdown table, with how it came about below it."""
    tested = {(row["set"], row["task"], row["b"]): row for row in document["comparisons"]}
    weights = {(row["task"], row["system"]): row["chosen"] for row in document["weights"]}
    rows = []
    for row in document["results"]:
        test = tested.get((row["set"], row["task"], row["system"]))
        chosen = weights.get((row["task"], row["system"]))
        rows.append(
            (
                row["set"] if row["set"] != "real" else f"real {document['scored']}",
                row["task"],
                "target prior, both" if row["system"] == TARGET_PRIOR else row["system"],
                "–" if chosen is None else f"{chosen[0]:g}, {chosen[1]:g}",
                f"{row['n']:,}",
                estimate_cell(row["metrics"]["macro_f1"]) + ("*" if row["few_units"] else ""),
                estimate_cell(row["metrics"]["accuracy"]),
                "–" if test is None else estimate_cell(test["difference"], signed=True),
                p_value(None if test is None else test["p_holm"]),
            )
        )
    return markdown.markdown_table(HEADINGS, rows) + note_list(_notes(document))


def _row_weights(weight: float, short: float) -> RowWeights:
    return RowWeights(public=weight, short=short)


class _Once(LinearClassifier):
    """The linear model, which learns once and then answers whatever is scored."""

    def fit(self, X: Any, y: Any, groups: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        if not hasattr(self, "coef_"):
            super().fit(X, y, groups=groups, sample_weight=sample_weight)
        return self


def _maker(model: Classifier) -> Callable[[int], Classifier]:
    """Say of one model that it is what any seed gives."""
    return lambda _: model


def layer_rows(real: RealTexts, spec: TaskSpec) -> TrainingRows:
    """Composed documents of train and validation, and public texts of train; for stance, on their topic's target."""
    public = public_rows(real, spec, "train")
    return composed_rows(real, spec, with_context=True) + public.subset(
        place for place, on_topic in enumerate(public.on_topic) if on_topic
    )


def _taught(rows: TrainingRows, system: str) -> TrainingRows:
    """The rows that a system learns from."""
    if system == PUBLIC:
        return rows.without({None})
    taught: Mapping[str, set[str | None]] = {
        COMPOSED: {None},
        BOTH: set(rows.sources),
        OPEN: {None, *OPEN_SOURCES},
    }
    return rows.of(taught[system])


def _fold(rows: TrainingRows, n_scored: int) -> Fold:
    """A training run on all rows, which answers all that is scored."""
    return Fold("test", rows.examples, rows.labels, rows.groups, rows.weights, tuple(range(n_scored)))


def _comparisons(
    runs: Sequence[tuple[str, ModelRun]], n_permutations: int, bootstrap: BootstrapConfig
) -> list[dict[str, Any]]:
    """Both layers less every other system on the same rows; Holm's correction is over all of them together."""
    pairs = [
        (ours, system, other)
        for name, ours in runs
        if name == BOTH
        for system, other in runs
        if system != BOTH and (other.spec.set, other.spec.name) == (ours.spec.set, ours.spec.name)
    ]
    comparisons = compare_pairs([(ours, other) for ours, _, other in pairs], n_permutations, bootstrap)
    return [
        comparison.to_dict() | {"set": ours.spec.set, "task": ours.spec.name, "a": BOTH, "b": system}
        for comparison, (ours, system, _) in zip(comparisons, pairs, strict=True)
    ]


def _notes(document: Row) -> Iterator[str]:
    yield (
        "linear, learnt from: the composed documents of train and validation; the training part of the public texts; "
        f"both; the composed documents and the public texts of {', '.join(OPEN_SOURCES)} alone."
    )
    yield (
        "Weights: of a public post or reaction, and of a question or title, beside 1 of a composed document (0.3 where "
        f"it needs its thread); chosen from {', '.join(f'{each:g}' for each in WEIGHTS)} and "
        f"{', '.join(f'{each:g}' for each in SHORT_WEIGHTS)} by the main metric in {FOLDS}-fold cross-validation over "
        "the groups of the public training texts. Nothing was tuned on what is scored."
    )
    yield (
        "Intervals: 95 %, bootstrap over groups (of mission_dev, rows). p: approximate randomisation, Holm over "
        f"the {len(document['comparisons'])} comparisons of this table. Stance: towards the canonical target of the "
        "gold topic, over texts on a topic; the target prior answers from the gold topic alone."
    )
    yield from (f"{note}." for note in document["notes"])
    yield made_by(document)

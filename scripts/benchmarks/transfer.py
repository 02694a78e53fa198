"""How far what is learnt on the corpus carries: real text, other programs on the same rows, an older release.

Nothing is tuned on what is scored here. Figures come with the number of rows and an interval over them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.answers import compare_pairs, rows_at
from benchmarks.baselines import PEERS, POLAR, TIMEOUT, Peer, PeerClassifier, PeerError, PolarClassifier, TopicPrior
from benchmarks.publishing import estimate_cell, made_by, note_list
from benchmarks.subprocess_runner import require_known, require_positive

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.run import SEEDS, ModelRun, Progress, run_task
from weibo_nlp.corpus import Release, open_release, versions
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.external import ExternalSet
from weibo_nlp.models import Classifier, create
from weibo_nlp.provenance import hardware
from weibo_nlp.report import markdown
from weibo_nlp.report.display import NOTHING, number, p_value
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.randomisation import N_PERMUTATIONS
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.external import POLARITY, external_evaluation_set, open_external, zero_shot_fold, zero_shot_tasks
from weibo_nlp.tasks.folds import Fold
from weibo_nlp.tasks.spec import TaskSpec

SETS = ("mission_dev", f"smp2020{POLARITY}")
OURS, MAJORITY = "linear", "majority"
TIE_DRAWS = 5
FORMAT_KEY = "weibo_nlp_transfer"
FORMAT_VERSION = 1

BLOCK = "transfer"
"""Name of the table's place in a Markdown file."""
HEADINGS = (
    *("set", "task", "system", "learnt from", "rows", "macro-F1", "accuracy", "ECE", "confidence"),
    *("ours less it", "p (Holm)"),
)
_SETS = {
    "mission_dev": "Labels of mission_dev: the majority of three language-model readers under this package's codebook; "
    "no people, few rows, for development, and no bar.",
    "smp2020-polarity": "Labels of smp2020-polarity: its emotions, happy as positive; angry, sad and fear as negative.",
}

Row = Mapping[str, Any]


def run_transfer(
    external: Path,
    *,
    corpus: Path | None = None,
    sets: Sequence[str] = SETS,
    peers: Sequence[str] = tuple(PEERS),
    seeds: int = SEEDS,
    bootstrap: BootstrapConfig = DEFAULT,
    n_permutations: int = N_PERMUTATIONS,
    timeout: float = TIMEOUT,
    command: str = "python scripts/benchmark_transfer.py",
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], list[ModelRun]]:
    """Score what learnt the corpus on real text, beside majority, topic prior, other programs and an older release.

    Parameters
    ----------
    external : Path
        Folder that holds the user's copies; a set that is not there is noted in the document.
    corpus : Path, optional
        Data set repository to learn from, the newest release and the oldest; without it the shipped one.
    sets : sequence of str
        Sets to score, of those that `tasks.external.open_external` knows.
    peers : sequence of str
        Of `baselines.PEERS`; asked for sentiment. One that is not installed or fails is noted with its reason.
    seeds : int
        Trainings of the linear model.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of the paired tests as well.
    n_permutations : int
        Of each paired test, at least.
    timeout : float
        Seconds for a peer and a set.
    command : str
        What was called.
    progress : callable
        Called with a line about what is being done.

    Returns
    -------
    dict, list of ModelRun
        Everything, ready for JSON; and the runs it was made from, ours first in each task. Sentiment stands there
        twice: with three labels, and with two over the rows that are not neutral.

    Raises
    ------
    UnknownNameError
        If a set or a peer is unknown.
    UsageError
        If there is none of the sets, or nothing to train.
    """
    require_known("peer", peers, PEERS)
    require_positive(seeds=seeds, timeout=timeout)
    newest = open_release(corpus)
    older, missing = _oldest(corpus, newest)
    runs: list[ModelRun] = []
    for name in sets:
        try:
            copy = open_external(name, external)
        except UsageError as error:  # this copy does not hold it
            progress(str(error))
            missing.append({"set": name, "system": None, "reason": "no copy of it that can be read"})
            continue
        for spec in zero_shot_tasks(copy, newest):
            trial = Trial.of(copy, newest, spec, bootstrap, progress)
            systems = [_trained(OURS, trial, seeds), _trained(MAJORITY, trial, 1)]
            if spec.targeted:
                prior = TopicPrior(newest, spec)
                systems.append([trial.run(lambda _: prior)])  # noqa: B023 - called within this turn
            if older is not None:
                (before,) = (each for each in zero_shot_tasks(copy, older) if each.name == spec.name)
                systems.append(_trained(OURS, Trial.of(copy, older, before, bootstrap, progress), seeds))
            for peer in peers if set(POLAR) < set(spec.labels) else ():
                try:
                    systems.append(asked(PEERS[peer], trial, timeout))
                except PeerError as error:
                    progress(f"{peer}: {error}")
                    missing.append({"set": name, "system": peer, "reason": str(error)})
            runs += [system[0] for system in systems] + [run for system in systems for run in system[1:]]
    if not runs:
        raise UsageError(f"{external}: holds no copy of {', '.join(sets)}; name the folder that holds them.")
    document = {
        FORMAT_KEY: FORMAT_VERSION,
        "command": command,
        "package": __version__,
        "corpus_version": newest.version,
        "hardware": hardware(),
        "seeds": seeds,
        "tests": {"seed": bootstrap.seed, "rounds": n_permutations},
        "peers": {name: PEERS[name].rule for name in peers},
        "results": [run.result.to_dict() | {"confidence": _confidence(run)} for run in runs],
        "comparisons": _comparisons(runs, newest, n_permutations, bootstrap),
        "missing": missing,
        "notes": list(dict.fromkeys(f"{run.spec.set}, {note}" for run in runs for note in run.result.notes)),
    }
    return document, runs


def of_three_labels(runs: Iterable[ModelRun]) -> list[ModelRun]:
    """Runs on whole tasks: those over two of the labels of sentiment are the same answers, looked at again."""
    return [run for run in runs if run.spec.labels != POLAR]


def markdown_table(document: Row) -> str:
    """Return a document of `run_transfer` as a Markdown table, with how it came about below it."""
    tested = {_key(row, row["b"]): row for row in document["comparisons"]}
    rows = [_row(row, tested.get(_key(row, row))) for row in document["results"]]
    return markdown.markdown_table(HEADINGS, rows) + note_list(_notes(document))


@dataclass(frozen=True)
class Trial:
    """One task on one set, what may be learnt for it, and how it is scored."""

    spec: TaskSpec
    evaluation_set: EvaluationSet
    fold: Fold
    bootstrap: BootstrapConfig
    progress: Progress

    @classmethod
    def of(
        cls, copy: ExternalSet, release: Release, spec: TaskSpec, bootstrap: BootstrapConfig, progress: Progress
    ) -> Trial:
        """A task on a user's copy of a set, learnt from a release."""
        evaluation_set = external_evaluation_set(copy, spec)
        fold, notes = zero_shot_fold(copy, release, spec)
        return cls(spec, replace(evaluation_set, notes=(*notes, *evaluation_set.notes)), fold, bootstrap, progress)

    def run(self, model: Callable[[int], Classifier], seeds: int = 1) -> ModelRun:
        """Train and score what makes a model from a seed."""
        return run_task(
            self.spec, self.evaluation_set, (self.fold,), model,
            seeds=seeds, bootstrap=self.bootstrap, progress=self.progress,
        )  # fmt: skip

    def polar(self) -> Trial:
        """The choice between negative and positive, over the rows that have one of these labels."""
        rows = self.evaluation_set
        places = [place for place, label in enumerate(rows.gold) if label.label in POLAR]
        kept = rows_at(rows, places)
        fold = replace(self.fold, held_out=tuple(range(len(places))))
        return replace(self, spec=replace(self.spec, labels=POLAR), evaluation_set=kept, fold=fold)

    def untaught(self) -> Trial:
        """The same without anything to learn from."""
        fold = replace(self.fold, train=(), train_labels=(), train_groups=(), train_weights=None)
        return replace(self, spec=replace(self.spec, train_version=None), fold=fold)


def _oldest(corpus: Path | None, newest: Release) -> tuple[Release | None, list[dict[str, Any]]]:
    """First release of the corpus, where it is another than the newest and models can still learn from it."""
    version = versions(corpus)[-1]
    if version == newest.version:
        return None, [{"set": None, "system": "an older release", "reason": f"there is none before {version}"}]
    older = open_release(corpus, version=version)
    try:
        _ = older.scheme
    except DataError as error:
        return None, [{"set": None, "system": f"corpus {version}", "reason": str(error)}]
    return older, []


def _trained(name: str, trial: Trial, seeds: int) -> list[ModelRun]:
    """A registered model; for sentiment also what the same trainings say of the rows that are not neutral."""
    models: dict[int, Classifier] = {}

    def untrained(seed: int) -> Classifier:
        return models.setdefault(seed, create(name, trial.spec.labels, seed=seed))

    runs = [trial.run(untrained, seeds)]
    if set(POLAR) < set(trial.spec.labels):
        runs.append(trial.polar().run(lambda seed: PolarClassifier(models[seed]), seeds))
    return runs


def asked(peer: Peer, trial: Trial, timeout: float) -> list[ModelRun]:
    """A peer on three labels, and which way it leans over the rows that are not neutral; for ties lots are drawn."""
    scores: dict[str, float] = {}
    whole = trial.untaught()
    polar = whole.polar()
    runs = [whole.run(lambda _: PeerClassifier(peer, whole.spec.labels, scores, timeout=timeout))]
    examples = polar.evaluation_set.examples
    n_ties = sum(scores[example.text] == peer.middle for example in examples)
    of_two = polar.run(lambda draw: PeerClassifier(peer, POLAR, scores, draw=draw), TIE_DRAWS if n_ties else 1)
    note = f"sentiment with two labels: {peer.name} leans to neither on {n_ties:,} of {len(examples):,} rows"
    return [*runs, replace(of_two, result=replace(of_two.result, notes=(*of_two.result.notes, note)))]


def _confidence(run: ModelRun) -> float | None:
    """Mean probability of the top label: above the accuracy, the model is surer than it should be."""
    bins = run.result.scores.calibration
    return None if bins is None else sum(each.n * each.confidence for each in bins) / sum(each.n for each in bins)


def _comparisons(
    runs: Sequence[ModelRun], newest: Release, n_permutations: int, bootstrap: BootstrapConfig
) -> list[dict[str, Any]]:
    """Ours less every other system on the same rows; Holm's correction is over all of them together."""
    pairs = [
        (ours, other)
        for ours in runs
        if _system(ours) == {"model": OURS, "corpus_version": newest.version}
        for other in runs
        if other is not ours and _question(other) == _question(ours)
    ]
    comparisons = compare_pairs(pairs, n_permutations, bootstrap)
    return [
        comparison.to_dict() | {"labels": list(ours.spec.labels), "a": _system(ours), "b": _system(other)}
        for comparison, (ours, other) in zip(comparisons, pairs, strict=True)
    ]


def _question(run: ModelRun) -> tuple[str, str, tuple[str, ...]]:
    return run.spec.set, run.spec.name, run.spec.labels


def _system(run: ModelRun) -> dict[str, Any]:
    return {"model": run.model, "corpus_version": run.spec.train_version}


def _row(row: Row, test: Row | None) -> tuple[str, ...]:
    metrics, star = row["metrics"], "*" if row["few_units"] else ""
    corpus = row["corpus_version"]
    return (
        row["set"],
        row["task"] + (", not neutral" if _two(row) else ""),
        row["model"],
        NOTHING if corpus is None else f"corpus {corpus}",
        f"{row['n']:,}",
        estimate_cell(metrics["macro_f1"]) + star,
        estimate_cell(metrics["accuracy"]) + star,
        number(metrics["ece"]["value"]) if "ece" in metrics else NOTHING,
        number(row["confidence"]),
        NOTHING if test is None else estimate_cell(test["difference"], signed=True),
        p_value(None if test is None else test["p_holm"]),
    )


def _notes(document: Row) -> list[str]:
    results = document["results"]
    seeds = document["seeds"]
    notes = [
        *(_SETS[name] for name in dict.fromkeys(row["set"] for row in results) if name in _SETS),
        f"linear learnt from train and validation of the corpus, {seeds} "
        f"{'seed' if seeds == 1 else 'seeds, values their mean'}; majority and topic prior (for stance: the shares of "
        "stances that texts of a topic take towards its canonical target) learnt from the same rows. Nothing was tuned "
        "on what is scored here.",
        "Intervals: 95 %, bootstrap over rows (a star: fewer than 100). ECE: 15 bins. Confidence: mean probability of "
        "the top label. p: approximate randomisation, Holm over the "
        f"{len(document['comparisons'])} comparisons of this table.",
        *(f"{name}: {rule}." for name, rule in document["peers"].items()),
        "Not neutral: the rows labelled negative or positive, as a choice between these two: ours by the larger "
        f"probability, snownlp at 0.5, cnsenti by the larger score; ties by lot, mean of {TIE_DRAWS} draws.",
        *(f"{note}." for note in document["notes"]),
    ]
    versions = {row["model"]: row["model_version"] for row in results if row["model"] in document["peers"]}
    if versions:
        notes.append(f"Versions: {', '.join(versions.values())}.")
    over_targets = [
        f"{row['model']} ({row['corpus_version']}) {number(row['metrics']['macro_f1_over_targets']['value'])}"
        for row in results
        if "macro_f1_over_targets" in row["metrics"]
    ]
    if over_targets:
        notes.append(f"Stance, mean over targets of the macro-F1 on each: {', '.join(over_targets)}.")
    notes += [
        f"Not here: {' on '.join(filter(None, (row['system'], row['set'])))}: {row['reason']}."
        for row in document["missing"]
    ]
    notes.append(made_by(document))
    return notes


def _two(row: Row) -> bool:
    return tuple(row["labels"]) == POLAR


def _key(row: Row, system: Row) -> tuple[Any, ...]:
    return row["set"], row["task"], tuple(row["labels"]), system["model"], system["corpus_version"]

"""What the weights are worth as they are shipped: public texts held back, composed ones, mission_dev, unseen sources.

Nothing is chosen by what is scored here. The test part is scored once a release; ``validation`` is for whoever works on
the page, and flatters the weights, which were calibrated on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.answers import compare_pairs, label_coverage, scored_run
from benchmarks.baselines import PEERS, TIMEOUT
from benchmarks.left_out import SENTIMENT, SMP_SET, across_sources, without_smp
from benchmarks.subprocess_runner import require_known
from benchmarks.transfer import of_three_labels

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.run import TARGET_PRIOR, ModelRun, Progress, find_real_texts
from weibo_nlp.corpus import open_release
from weibo_nlp.labelling.sets import WITH_SETS, conformal_sets
from weibo_nlp.models import Classifier, create, load_model, name_and_version
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.weights import FAST, OPEN, RESEARCH, models_in, weights_folder
from weibo_nlp.provenance import hardware
from weibo_nlp.records import Document, Example
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.randomisation import N_PERMUTATIONS
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.external import external_evaluation_set, open_external, zero_shot_tasks
from weibo_nlp.tasks.folds import corpus_evaluation_set
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import CORPUS, CROSS_SOURCE, REAL, REAL_SET, TaskSpec, corpus_tasks

BLOCK = "weights"
"""Name of the table's place in a Markdown file."""
FORMAT_KEY = "weibo_nlp_weights"
FORMAT_VERSION = 1
SHIPPED = "shipped"
PARTS = (SHIPPED, CROSS_SOURCE, SMP_SET)
"""What is scored: the weights as they are, the recipe across sources, and sentiment beside other programs."""
EVERY_TARGET = "every target"
COVERAGE = 0.9

About = dict[str, Any]


@dataclass(frozen=True)
class Weights:
    """A set of weights by name, and the folder with its models where it is not installed."""

    name: str
    folder: Path | None = None

    def load(self, task: str, mode: str = FAST) -> Classifier:
        """Load the model of a task; raises what `weibo_nlp.models.load_model` does."""
        if self.folder is None:
            return load_model(task, weights=self.name, mode=mode)
        return load_model((self.folder if mode == FAST else self.folder / mode) / task)

    def tasks(self, mode: str) -> list[str]:
        """Tasks that have a model of a mode other than the fast one."""
        folder = weights_folder(self.name) if self.folder is None else self.folder
        return [*models_in(folder / mode)]


def run_weights(
    copies: Path,
    *,
    weights: Sequence[Weights] = (Weights(OPEN), Weights(RESEARCH)),
    tasks: Sequence[str] = (),
    parts: Sequence[str] = PARTS,
    scored: str = "test",
    sources: Sequence[str] = (),
    n_rows: int | None = None,
    peers: Sequence[str] = tuple(PEERS),
    bootstrap: BootstrapConfig = DEFAULT,
    n_permutations: int = N_PERMUTATIONS,
    timeout: float = TIMEOUT,
    command: str = "python scripts/benchmark_weights.py",
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], list[ModelRun]]:
    """Score weights on all that can be scored.

    Parameters
    ----------
    copies : Path
        The user's copies of the sets that hold the public texts, of mission_dev and of SMP2020-EWECT.
    weights : sequence of Weights
        Those to score as they are shipped; ``research`` must be among them for `CROSS_SOURCE`.
    tasks : sequence of str
        All when empty.
    parts : sequence of str
        Of ``PARTS``. What trains comes first, so that what stops it leaves the test part unseen.
    scored : {"test", "validation"}
        Part of the public texts; with ``validation``, neither mission_dev nor the composed test part is looked at.
    sources : sequence of str
        Sources to leave out under `CROSS_SOURCE`; all when empty.
    n_rows : int, optional
        Rows of SMP2020-EWECT to draw, for a rehearsal.
    peers : sequence of str
        Of `baselines.PEERS`.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of the paired tests and of the draw as well.
    n_permutations : int
        Of each paired test, at least.
    timeout : float
        Seconds for a peer.
    command, progress
        What was called; called with a line about what is being done.

    Returns
    -------
    dict, list of ModelRun
        Everything, ready for JSON; and the runs it was made from.

    Raises
    ------
    UnknownNameError
        If a part, a task or a source is unknown, or weights are not there.
    UsageError, DataError
        If a copy is not there, or a model cannot be read.
    """
    require_known("part", parts, PARTS)
    release = open_release()
    names = [spec.name for spec in real_tasks(release.scheme, release.version, tasks)]
    # Whatever is not there is missed before the first training, not after the last.
    models = {(each.name, task): each.load(task) for each in weights for task in names}
    real = find_real_texts(release, copies, progress)
    measured = _Measured(real, copies, bootstrap, progress)
    if CROSS_SOURCE in parts:
        require_known("weights", [RESEARCH], [each.name for each in weights])
        for task in names:
            measured.across_sources(task, models[RESEARCH, task], sources)
    if SMP_SET in parts and SENTIMENT in names:
        measured.without_smp(peers, n_rows, timeout)
    if SHIPPED in parts:
        for task in names:
            measured.shipped(task, {each.name: models[each.name, task] for each in weights}, scored)
    tests = compare_pairs([(ours, other) for _, ours, other in measured.pairs], n_permutations, bootstrap)
    document = {
        FORMAT_KEY: FORMAT_VERSION,
        "command": command,
        "package": __version__,
        "corpus_version": release.version,
        "scored": scored,
        "coverage_asked": COVERAGE,
        "hardware": hardware(),
        "weights": [each.name for each in weights],
        "peers": {name: PEERS[name].rule for name in peers},
        "results": [run.result.to_dict() | about for about, run in measured.results],
        "comparisons": [
            test.to_dict() | about | {"labels": list(ours.spec.labels), "a": ours.model, "b": other.model}
            for test, (about, ours, other) in zip(tests, measured.pairs, strict=True)
        ],
        "sets": measured.sets,
        "sources": measured.sources,
        "missing": measured.missing,
        "notes": list(dict.fromkeys(note for _, run in measured.results for note in _notes(run))),
    }
    return document, [run for _, run in measured.results]


def held_back(runs: Iterable[ModelRun]) -> list[ModelRun]:
    """Runs on what is scored once: external sets and the test part of the public texts; no answer twice."""
    return [run for run in of_three_labels(runs) if run.spec.set != CORPUS and not _for_development(run.spec)]


def _for_development(spec: TaskSpec) -> bool:
    return spec.set == REAL_SET and spec.test.split(",")[0] != "test"


@dataclass(frozen=True)
class _Asked:
    """One task on one set; ``prior`` is whether every row is on the canonical target of its own topic."""

    scored_on: str
    spec: TaskSpec
    rows: EvaluationSet
    prior: bool = False


@dataclass
class _Measured:
    """What has been scored so far, part by part; `About` says on what, and which system answered."""

    real: RealTexts
    copies: Path
    bootstrap: BootstrapConfig
    progress: Progress
    results: list[tuple[About, ModelRun]] = field(default_factory=list)
    pairs: list[tuple[About, ModelRun, ModelRun]] = field(default_factory=list)
    sets: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)

    def across_sources(self, task: str, model: Classifier, sources: Sequence[str]) -> None:
        """Score each source by what has not seen it."""
        across = across_sources(
            self.real, self.copies, task, model,
            coverage=COVERAGE, sources=sources, bootstrap=self.bootstrap, progress=self.progress,
        )  # fmt: skip
        about = _about(CROSS_SOURCE, RESEARCH)
        self.results.append((about, across.run))
        self.sources += [row | {"task": task} for row in across.sources]
        self.sets += [row | about | {"task": task} for row in across.coverage]

    def without_smp(self, peers: Sequence[str], n_rows: int | None, timeout: float) -> None:
        """Score sentiment beside other programs."""
        runs, self.missing = without_smp(
            self.real, self.copies, peers=peers, n_rows=n_rows, timeout=timeout,
            bootstrap=self.bootstrap, progress=self.progress,
        )  # fmt: skip
        ours, others = runs[:2], runs[2:]
        self.results += [(_about(SMP_SET, RESEARCH), run) for run in ours]
        for run in others:
            about = _about(SMP_SET, run.model)
            self.results.append((about, run))
            self.pairs += [(about, each, run) for each in ours if each.spec.labels == run.spec.labels]

    def shipped(self, task: str, models: Mapping[str, Classifier], scored: str) -> None:
        """Score a task by weights as they are, and stance by its target prior."""
        asked = list(_asked(self.real, self.copies, task, scored))
        priors = self._priors(asked)
        for name, model in models.items():
            self.progress(f"weights {name}, {task}")
            for question in asked:
                run = self._answered(f"weights {name}", model, question)
                about = _about(question.scored_on, name)
                self.results.append((about, run))
                if question.scored_on in priors:
                    self.pairs.append((about, run, priors[question.scored_on]))
                if question.scored_on == REAL_SET and task in WITH_SETS:
                    self.sets += [row | about | {"task": task} for row in _covered(model, run)]
        self.results += [(_about(name, TARGET_PRIOR), run) for name, run in priors.items()]

    def _priors(self, asked: Sequence[_Asked]) -> Mapping[str, ModelRun]:
        """The target prior of composed and public training rows on their own topic's target, by what it answers."""
        answered = [question for question in asked if question.prior]
        if not answered:
            return {}
        spec = answered[0].spec
        (fold,), _ = self.real.folds(spec, on_topic=True)
        model = create(TARGET_PRIOR, spec.labels)
        model.fit(fold.train, fold.train_labels, groups=fold.train_groups, sample_weight=fold.train_weights)
        return {question.scored_on: self._answered(TARGET_PRIOR, model, question) for question in answered}

    def _answered(self, system: str, model: Classifier, question: _Asked) -> ModelRun:
        spec, rows = question.spec, question.rows
        probabilities = probabilities_of(model, rows.examples, spec.labels)
        return scored_run(spec, rows, probabilities, system, name_and_version(model)[1], self.bootstrap)


def _notes(run: ModelRun) -> Iterator[str]:
    """Notes of a run, with the set where they do not name it themselves."""
    yield from (note if run.spec.set == REAL_SET else f"{run.spec.set}, {note}" for note in run.result.notes)


def _about(scored_on: str, system: str) -> About:
    return {"scored_on": scored_on, "system": system}


def _asked(real: RealTexts, copies: Path, task: str, scored: str) -> Iterator[_Asked]:
    release = real.release
    (spec,) = real_tasks(release.scheme, release.version, [task], [REAL])
    spec = replace(spec, test=scored)
    yield _Asked(REAL_SET, spec, real.evaluation_set(spec), prior=spec.targeted)
    if spec.targeted:
        yield _Asked(EVERY_TARGET, replace(spec, test=f"{scored}, {EVERY_TARGET}"), _on_every_target(real, spec))
    if scored != "test":
        return
    (own,) = corpus_tasks(release.scheme, release.version, [task])
    yield _Asked(CORPUS, own, corpus_evaluation_set(release, own))
    copy = open_external("mission_dev", copies)
    for shared in zero_shot_tasks(copy, release):
        if shared.name == task:
            yield _Asked(shared.set, shared, external_evaluation_set(copy, shared), prior=shared.targeted)


def _on_every_target(real: RealTexts, spec: TaskSpec) -> EvaluationSet:
    """Labels of all rows on all canonical targets, whatever the topic."""
    labels, texts = real.judged(spec), real.texts or {}
    keys = [label.row["id"] for label in labels]
    return EvaluationSet(
        gold=tuple(label.gold for label in labels),
        groups=tuple(label.row["group"] for label in labels),
        documents=tuple(Document(key, "post", texts[key], thread=key, platform="weibo") for key in keys),
        examples=tuple(Example(texts[key], label.gold.target) for key, label in zip(keys, labels, strict=True)),
    )


def _covered(model: Classifier, run: ModelRun) -> list[dict[str, Any]]:
    """What prediction sets hold, label by label; empty where the model has none."""
    conformal = conformal_sets(model)
    if conformal is None:
        return []
    (file,) = run.files
    probabilities = [[prediction.scores[label] for label in conformal.labels] for prediction in file.predictions]
    gold = [label.label for label in run.evaluation_set.gold]
    sets = conformal.sets(probabilities, COVERAGE)
    return label_coverage(gold, sets, run.spec.labels, conformal.undecided(COVERAGE))

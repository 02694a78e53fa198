"""Running models over tasks: train every fold with every seed, predict into the seam's file format, score."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from weibo_nlp.corpus import Release, open_release
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.evaluation.files import judged_evaluation_set, judged_real_set, score_set
from weibo_nlp.evaluation.judges import family_notes
from weibo_nlp.evaluation.results import FoldScore, Provenance, Result
from weibo_nlp.external import find_texts
from weibo_nlp.io import safe_stem
from weibo_nlp.models import Classifier, create, is_seeded, name_and_version, names
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.registry import is_for, require_known
from weibo_nlp.predictions import (
    ModelReference,
    PredictionFile,
    PredictionHeader,
    require_only_predictions,
    write_predictions,
)
from weibo_nlp.records import Prediction
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.metrics import FloatArray, IntArray, confusion_matrix, count_metrics
from weibo_nlp.tasks.evaluation_set import EvaluationSet, label_numbers
from weibo_nlp.tasks.external import (
    external_evaluation_set,
    external_fold,
    external_task,
    open_external,
    zero_shot_fold,
    zero_shot_tasks,
)
from weibo_nlp.tasks.folds import Fold, corpus_folds
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import (
    COMPOSED_TO_REAL,
    EXTERNAL,
    EXTERNAL_PROTOCOLS,
    REAL,
    STANDARD,
    TaskSpec,
    corpus_tasks,
)

ON_REQUEST = ("stance", "embedding", "embedding_stance")
"""Models that run only where they are named: beside the linear one, this doubles the time of a benchmark."""

Progress = Callable[[str], None]

SEEDS = 5
TARGET_PRIOR = "target_prior"
SHOWN_FILES = 10
# What real text adds is seen beside what composed text reaches alone.
REAL_DEFAULT = (REAL, COMPOSED_TO_REAL)


@dataclass(frozen=True)
class ModelRun:
    """A trained and scored model.

    Attributes
    ----------
    result : Result
        The figures.
    spec, evaluation_set : TaskSpec, EvaluationSet
        What was scored.
    files : tuple of PredictionFile
        One for each training seed.
    trained : tuple of Classifier
        One for each fold, of the first seed; empty where nothing more is to be asked of them.
    """

    result: Result
    spec: TaskSpec
    evaluation_set: EvaluationSet
    files: tuple[PredictionFile, ...]
    trained: tuple[Classifier, ...]

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.result.model

    def predicted_indices(self) -> IntArray:
        """Predicted labels as indices into the spec's labels, shape (n_seeds, n_rows), in the order of the gold."""
        return _predicted_indices(self.spec, self.files)


def run_corpus(
    *,
    tasks: Sequence[str] = (),
    protocols: Sequence[str] = (STANDARD,),
    models: Sequence[str] = (),
    seeds: int = SEEDS,
    bootstrap: BootstrapConfig = DEFAULT,
    predictions: Path | None = None,
    progress: Progress | None = None,
) -> list[ModelRun]:
    """Train and score models on the shipped corpus.

    Parameters
    ----------
    tasks, models : sequence of str
        Names; all of them when empty. A model of targets alone answers the tasks that have targets.
    protocols : sequence of str
        Of `tasks.CORPUS_PROTOCOLS`.
    seeds : int
        Trainings of each model that has randomness in it, with the seeds 0, 1, …; all others are trained once.
    bootstrap : BootstrapConfig
        How intervals are made, over the protocol's units.
    predictions : Path, optional
        Folder to keep every prediction file in; one that holds other JSONL files, or links, is refused.
    progress : callable, optional
        Told in words what is being done.

    Returns
    -------
    list of ModelRun
        Protocol by protocol and task by task, models in the order asked for.

    Raises
    ------
    UnknownNameError, UsageError
        If a name is unknown, two models call themselves alike, or a task has no such protocol; before anything is
        trained.
    """
    named, models = models, _known(models, seeds)
    options: dict[str, Any] = {"seeds": seeds, "bootstrap": bootstrap, "predictions": predictions, "progress": progress}
    release = open_release()
    runs = []
    specs = corpus_tasks(release.scheme, release.version, tasks, protocols)
    _require_own_names(models, specs)
    _require_fitting(named, specs)
    for spec in specs:
        evaluation_set, folds = judged_evaluation_set(release, spec), corpus_folds(release, spec)
        runs += [run_task(spec, evaluation_set, folds, model, **options) for model in fitting_models(models, spec)]
    return runs


def run_external(
    name: str,
    path: Path | str,
    *,
    protocol: str = EXTERNAL,
    tasks: Sequence[str] = (),
    models: Sequence[str] = (),
    seeds: int = SEEDS,
    bootstrap: BootstrapConfig = DEFAULT,
    predictions: Path | None = None,
    progress: Progress | None = None,
) -> list[ModelRun]:
    """Score models on an external set, from the user's own copy.

    Parameters
    ----------
    name : str
        Set, such as ``nlpcc2016``; ``smp2020-polarity`` for its emotions read as sentiment.
    path : Path or str
        Folder of the copy.
    protocol : {"external", "zero_shot"}
        Learn from the set's own training part, or from the corpus.
    tasks : sequence of str
        Under ``zero_shot``, some of the tasks that the set shares with the corpus.
    models, seeds, bootstrap, predictions, progress
        As for :func:`run_corpus`; the bootstrap resamples rows where the set gives no groups.

    Raises
    ------
    UnknownNameError, UsageError
        If a name is unknown, two models call themselves alike, or the set has nothing that could be scored so.
    """
    if protocol not in EXTERNAL_PROTOCOLS:
        raise UnknownNameError("protocol of an external set", protocol, EXTERNAL_PROTOCOLS)
    named, models = models, _known(models, seeds)
    options: dict[str, Any] = {"seeds": seeds, "bootstrap": bootstrap, "predictions": predictions, "progress": progress}
    external = open_external(name, path)
    if protocol == EXTERNAL:
        if tasks:
            raise UsageError(f"{external.name} has a task of its own under {EXTERNAL}; leave {', '.join(tasks)} out.")
        spec = external_task(external)
        trainings = [(spec, external_fold(external, spec))]
    else:
        release = open_release()
        specs = {spec.name: spec for spec in zero_shot_tasks(external, release)}
        if unknown := [task for task in tasks if task not in specs]:
            raise UnknownNameError(f"task of {external.name}", unknown[0], specs)
        trainings = [(specs[task], zero_shot_fold(external, release, specs[task])) for task in tasks or specs]
    runs = []
    _require_own_names(models, [spec for spec, _ in trainings])
    _require_fitting(named, [spec for spec, _ in trainings])
    for spec, (fold, notes) in trainings:
        evaluation_set = external_evaluation_set(external, spec)
        evaluation_set = replace(evaluation_set, notes=(*notes, *evaluation_set.notes))
        runs += [run_task(spec, evaluation_set, [fold], model, **options) for model in fitting_models(models, spec)]
    return runs


def run_real(
    folder: Path | str,
    *,
    protocols: Sequence[str] = REAL_DEFAULT,
    tasks: Sequence[str] = (),
    models: Sequence[str] = (),
    seeds: int = SEEDS,
    bootstrap: BootstrapConfig = DEFAULT,
    predictions: Path | None = None,
    progress: Progress | None = None,
) -> list[ModelRun]:
    """Train and score models on public texts whose labels come with the corpus, from the user's own copies.

    Parameters
    ----------
    folder : Path or str
        Folder of the copies, or a list of texts, see `weibo_nlp.external.find_texts`.
    protocols : sequence of str
        Of `tasks.REAL_PROTOCOLS`. Whoever still chooses between models takes ``cross_source``, which leaves the test
        part unseen.
    tasks, models, seeds, bootstrap, predictions, progress
        As for :func:`run_corpus`. Stance is scored on the canonical target of each text's gold topic; there,
        ``target_prior`` learns from pairs of that kind alone, and so answers from the gold topic.

    Returns
    -------
    list of ModelRun
        Protocol by protocol and task by task. Rows whose text is not in the copies are not scored: notes say so, and
        ``n_set_aside`` counts them.

    Raises
    ------
    UnknownNameError, UsageError
        If a name is unknown, the corpus has no such labels, or the folder none of their texts; before anything is
        trained.
    """
    named, models = models, _known(models, seeds)
    options: dict[str, Any] = {"seeds": seeds, "bootstrap": bootstrap, "predictions": predictions, "progress": progress}
    release = open_release()
    specs = real_tasks(release.scheme, release.version, tasks, protocols)
    _require_own_names(models, specs)
    _require_fitting(named, specs)
    real = find_real_texts(release, folder, progress)
    runs = []
    for spec in specs:
        evaluation_set, fitting = judged_real_set(real, spec), fitting_models(models, spec)
        learnt = {
            on_topic: real.folds(spec, on_topic=on_topic) for on_topic in {name == TARGET_PRIOR for name in fitting}
        }
        for model in fitting:
            folds, notes = learnt[model == TARGET_PRIOR]
            scored = replace(evaluation_set, notes=(*notes, *evaluation_set.notes))
            runs.append(run_task(spec, scored, folds, model, **options))
    return runs


def find_real_texts(release: Release, folder: Path | str, progress: Progress | None = None) -> RealTexts:
    """Look for the texts of a release in a user's copies, once for all tasks.

    Raises
    ------
    UsageError
        If none is there.
    """
    sets = RealTexts(release).sets
    hydration = find_texts(folder, sets, withdrawn=release.withdrawn)
    if not hydration.texts:
        raise UsageError(
            f"{folder}: none of the {len(sets):,} real texts is there; name the folder of your copies of the published "
            "sets. weibo-nlp corpus hydrate tells which they are."
        )
    if progress is not None:
        progress(f"{folder}: {len(hydration.texts):,} of {len(sets):,} real texts found")
        for unread in hydration.unread[:SHOWN_FILES]:
            rows = f" ({unread.rows:,} rows)" if unread.rows else ""
            progress(f"{unread.path}: could not be read, or not all of it: {unread.reason}{rows}")
        if (more := len(hydration.unread) - SHOWN_FILES) > 0:
            progress(f"{more:,} other files could not be read, or not all of them")
    return RealTexts(release, hydration.texts)


def run_task(
    spec: TaskSpec,
    evaluation_set: EvaluationSet,
    folds: Sequence[Fold],
    model: str | Callable[[int], Classifier],
    *,
    seeds: int = SEEDS,
    bootstrap: BootstrapConfig = DEFAULT,
    predictions: Path | None = None,
    progress: Progress | None = None,
) -> ModelRun:
    """Train a model on every fold with every seed, let it answer what the fold holds out, and score the answers.

    Parameters
    ----------
    spec, evaluation_set : TaskSpec, EvaluationSet
        What is scored.
    folds : sequence of Fold
        Training runs that answer every row between them.
    model : str or callable
        Name of a registered model; or what makes an untrained one from a seed, asked for each of `seeds`. One with an
        attribute ``gives_scores`` that is false answers with labels alone: its probabilities choose, and are not kept.
    seeds, bootstrap, predictions, progress
        As for :func:`run_corpus`.
    """
    if predictions is not None:
        require_only_predictions(predictions, "predictions")
    seeded = callable(model) or is_seeded(model)
    trainings = range(seeds if seeded else 1)

    def untrained(seed: int) -> Classifier:
        return create(model, spec.labels, seed=seed) if isinstance(model, str) else model(seed)

    n_train = max(len(fold.train) for fold in folds)
    if progress is not None:
        name = model if isinstance(model, str) else name_and_version(untrained(0))[0]
        in_folds = "" if len(folds) == 1 else f" in {len(folds)} folds"
        times = "" if len(trainings) == 1 else f", {len(trainings)} seeds"
        progress(
            f"{spec.set} {spec.name} {spec.protocol}: {name}, {n_train:,} to learn from, "
            f"{len(evaluation_set.gold):,} to score{in_folds}{times}"
        )
    seconds = {"train": 0.0, "predict": 0.0}
    trained: list[Classifier] = []
    files = []
    for seed in trainings:
        models, probabilities = _answers(spec, evaluation_set, folds, lambda: untrained(seed), seconds)  # noqa: B023
        trained = trained or models
        reference = ModelReference(*name_and_version(models[0]))
        file = prediction_file(spec, evaluation_set, probabilities, reference, seed if seeded else None)
        if not getattr(models[0], "gives_scores", True):
            file = replace(file, predictions=tuple(replace(item, scores={}) for item in file.predictions))
        files.append(file)
    if predictions is not None:
        predictions.mkdir(parents=True, exist_ok=True)
        for file in files:
            path = predictions / prediction_name(file.header)
            write_predictions(path, file.header, file.predictions, within=predictions)
    first = trained[0]
    result = Result(
        Provenance.of(spec, *name_and_version(first)),
        score_set(files, spec, evaluation_set, bootstrap),
        n_train=n_train,
        seconds={what: value / len(trainings) for what, value in seconds.items()},
        folds=_fold_scores(spec, evaluation_set, folds, files),
        notes=(*evaluation_set.notes, *family_notes([name_and_version(first)[0]], evaluation_set.judges)),
        n_set_aside=evaluation_set.n_set_aside,
        details=getattr(first, "trained_on_", {}) if len(folds) == 1 else {},
    )
    return ModelRun(result, spec, evaluation_set, tuple(files), tuple(trained))


def prediction_name(header: PredictionHeader) -> str:
    """File name for a prediction file, safe whatever the system is called."""
    seed = [] if header.seed is None else [f"seed{header.seed}"]
    return f"{safe_stem(header.set, header.task, header.protocol, header.model.name, *seed)}.jsonl"


def prediction_file(
    spec: TaskSpec,
    evaluation_set: EvaluationSet,
    probabilities: FloatArray,
    model: ModelReference,
    seed: int | None = None,
) -> PredictionFile:
    """Put probabilities, shape (n_rows, n_labels), into the seam's own format.

    Parameters
    ----------
    spec, evaluation_set : TaskSpec, EvaluationSet
        What was answered.
    probabilities : ndarray
        A distribution a gold label, columns in the order of the spec's labels.
    model : ModelReference
        Who answered.
    seed : int, optional
        Of the training.
    """
    header = PredictionHeader(**spec.about, model=model, seed=seed)
    rows = zip(evaluation_set.gold, probabilities.tolist(), probabilities.argmax(axis=1).tolist(), strict=True)
    predictions = []
    for label, row, best in rows:
        scores = dict(zip(spec.labels, row, strict=True))
        predictions.append(Prediction(label.document_id, spec.name, spec.labels[best], scores, label.target))
    return PredictionFile(header, tuple(predictions))


def _known(models: Sequence[str], seeds: int) -> Sequence[str]:
    """Models that were named, or all but those of ``ON_REQUEST``; a wrong call is refused before an hour is spent."""
    for name in models:
        require_known(name)
    if seeds < 1:
        raise UsageError(f"seeds must be at least 1, better {SEEDS}; got {seeds}.")
    return models or [name for name in names() if name not in ON_REQUEST]


def _require_own_names(models: Sequence[str], specs: Sequence[TaskSpec]) -> None:
    """Refuse models whose files and results nobody could tell apart, whatever they are registered as."""
    own: dict[str, str] = {}
    for spec, model in product(specs[:1], models):  # what a model is called does not depend on its labels
        name, _ = name_and_version(create(model, spec.labels))
        if name in own:
            raise UsageError(
                f"models {own[name]!r} and {model!r} both call themselves {name!r}; name each once, and give each an "
                "attribute `name` of its own."
            )
        own[name] = model


def fitting_models(models: Sequence[str], spec: TaskSpec) -> list[str]:
    """Models that can answer a task: one of targets alone has nothing to say of a text without any."""
    return [model for model in models if is_for(model, targeted=spec.targeted)]


def _require_fitting(models: Sequence[str], specs: Sequence[TaskSpec]) -> None:
    """Refuse a model that was named and answers none of the tasks."""
    if idle := [model for model in models if specs and not any(fitting_models([model], spec) for spec in specs)]:
        tasks = ", ".join(dict.fromkeys(spec.name for spec in specs))
        raise UsageError(f"model {idle[0]} is of targets, which {tasks} has none of; leave one of them out.")


def _answers(
    spec: TaskSpec,
    evaluation_set: EvaluationSet,
    folds: Sequence[Fold],
    untrained: Callable[[], Classifier],
    seconds: dict[str, float],
) -> tuple[list[Classifier], FloatArray]:
    """Train a model a fold and let each answer what its fold held out; the time taken is added to `seconds`."""
    models = []
    probabilities = np.full((len(evaluation_set.gold), len(spec.labels)), np.nan)
    for fold in folds:
        start = time.perf_counter()
        model = untrained()
        model.fit(fold.train, fold.train_labels, groups=fold.train_groups, sample_weight=fold.train_weights)
        trained = time.perf_counter()
        places = list(fold.held_out)
        examples = [evaluation_set.examples[place] for place in places]
        probabilities[places] = probabilities_of(model, examples, spec.labels)
        seconds["train"] += trained - start
        seconds["predict"] += time.perf_counter() - trained
        models.append(model)
    return models, probabilities


def _predicted_indices(spec: TaskSpec, files: Sequence[PredictionFile]) -> IntArray:
    return np.array([label_numbers((item.label for item in file.predictions), spec.labels) for file in files])


def _fold_scores(
    spec: TaskSpec, evaluation_set: EvaluationSet, folds: Sequence[Fold], files: Sequence[PredictionFile]
) -> tuple[FoldScore, ...]:
    """Main metric of each fold by itself, the mean over seeds; empty where there is one fold."""
    if len(folds) < 2:
        return ()
    truth, answers = evaluation_set.gold_indices(spec), _predicted_indices(spec, files)
    metric = count_metrics(spec.labels)[spec.main_metric]
    scores = []
    for fold in folds:
        held = list(fold.held_out)
        counts = np.array([confusion_matrix(truth[held], answer[held], len(spec.labels)) for answer in answers])
        scores.append(FoldScore(fold.name, len(held), len(fold.train), float(metric(counts).mean())))
    return tuple(scores)

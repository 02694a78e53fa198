"""Running models over tasks: train every fold with every seed, predict into the seam's file format, score."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from weibo_nlp.benchmark.result import FoldScore, Result
from weibo_nlp.corpus import Release, open_release
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.evaluation import score
from weibo_nlp.evaluation.slices import corpus_slices
from weibo_nlp.evaluation.soft_labels import corpus_votes
from weibo_nlp.io import safe_stem
from weibo_nlp.models import Classifier, create, is_seeded, names
from weibo_nlp.predictions import ModelReference, PredictionFile, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.stats.bootstrap import RESAMPLES
from weibo_nlp.stats.metrics import FloatArray, confusion_matrix, count_metrics
from weibo_nlp.tasks import EXTERNAL, EXTERNAL_PROTOCOLS, STANDARD, TaskSpec, corpus_tasks
from weibo_nlp.tasks.external import (
    external_data,
    external_task,
    open_external,
    zero_shot_data,
    zero_shot_tasks,
)
from weibo_nlp.tasks.folds import TaskData, corpus_data, label_numbers

Report = Callable[[str], None]

SEEDS = 5


def run_corpus(
    *,
    tasks: Sequence[str] = (),
    protocols: Sequence[str] = (STANDARD,),
    models: Sequence[str] = (),
    seeds: int = SEEDS,
    seed: int = 0,
    resamples: int = RESAMPLES,
    predictions: Path | None = None,
    report: Report | None = None,
) -> list[Result]:
    """Train and score models on the shipped corpus.

    Parameters
    ----------
    tasks, models : sequence of str
        Names; all of them when empty.
    protocols : sequence of str
        Of `tasks.CORPUS_PROTOCOLS`.
    seeds : int
        Trainings of each model that has randomness in it, with the seeds 0, 1, …; all others are trained once.
    seed, resamples
        Of the bootstrap over the protocol's units.
    predictions : Path, optional
        Folder to keep every prediction file in.
    report : callable, optional
        Told in words what is being done.

    Returns
    -------
    list of Result
        Protocol by protocol and task by task, models in the order asked for.

    Raises
    ------
    UnknownNameError, UsageError
        If a name is unknown, or a task has no such protocol; before anything is trained.
    """
    models, seeds = _known(models), _checked(seeds)
    release = open_release()
    results = []
    for spec in corpus_tasks(release.scheme, release.version, tasks, protocols):
        data = corpus_data(release, spec)
        results += [_run(spec, data, name, seeds, seed, resamples, predictions, report, release) for name in models]
    return results


def run_external(
    name: str,
    path: Path | str,
    *,
    protocol: str = EXTERNAL,
    tasks: Sequence[str] = (),
    models: Sequence[str] = (),
    seeds: int = SEEDS,
    seed: int = 0,
    resamples: int = RESAMPLES,
    predictions: Path | None = None,
    report: Report | None = None,
) -> list[Result]:
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
    models, seeds, seed, resamples, predictions, report
        As for :func:`run_corpus`; the bootstrap resamples rows where the set gives no groups.

    Raises
    ------
    UnknownNameError, UsageError
        If a name is unknown, or the set has nothing that could be scored so.
    """
    if protocol not in EXTERNAL_PROTOCOLS:
        raise UnknownNameError("protocol of an external set", protocol, EXTERNAL_PROTOCOLS)
    models, seeds = _known(models), _checked(seeds)
    external = open_external(name, path)
    if protocol == EXTERNAL:
        if tasks:
            raise UsageError(f"{external.name} has a task of its own under {EXTERNAL}; leave {', '.join(tasks)} out.")
        spec = external_task(external)
        pairs = [(spec, external_data(external, spec))]
    else:
        release = open_release()
        specs = zero_shot_tasks(external, release)
        if unknown := [task for task in tasks if task not in {spec.name for spec in specs}]:
            raise UnknownNameError(f"task of {external.name}", unknown[0], [spec.name for spec in specs])
        specs = [spec for spec in specs if not tasks or spec.name in tasks]
        pairs = [(spec, zero_shot_data(external, release, spec)) for spec in specs]
    return [
        _run(spec, data, model, seeds, seed, resamples, predictions, report) for spec, data in pairs for model in models
    ]


def prediction_name(header: PredictionHeader) -> str:
    """File name for a prediction file, safe whatever the system is called."""
    seed = [] if header.seed is None else [f"seed{header.seed}"]
    return f"{safe_stem(header.set, header.task, header.protocol, header.model.name, *seed)}.jsonl"


def _known(models: Sequence[str]) -> Sequence[str]:
    """All models where none is named; an unknown name is refused before an hour is spent on the known ones."""
    if unknown := [name for name in models if name not in names()]:
        raise UnknownNameError("model", unknown[0], names())
    return models or names()


def _checked(seeds: int) -> int:
    if seeds < 1:
        raise UsageError(f"seeds must be at least 1, better {SEEDS}; got {seeds}.")
    return seeds


def _run(
    spec: TaskSpec,
    data: TaskData,
    name: str,
    seeds: int,
    seed: int,
    resamples: int,
    folder: Path | None,
    report: Report | None,
    release: Release | None = None,
) -> Result:
    trainings = range(seeds if is_seeded(name) else 1)
    if report is not None:
        times = "" if len(trainings) == 1 else f", {len(trainings)} seeds"
        folds = "" if len(data.folds) == 1 else f" in {len(data.folds)} folds"
        report(
            f"{spec.set} {spec.name} {spec.protocol}: {name}, {data.n_train:,} to learn from, "
            f"{len(data.test):,} to score{folds}{times}"
        )
    files, trained, seconds = [], [], {"train": 0.0, "predict": 0.0}
    for training in trainings:
        models, file = _train(spec, data, name, training if is_seeded(name) else None, seconds)
        files.append(file)
        trained.append(models)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            write_predictions(folder / prediction_name(file.header), file.header, file.predictions)
    scores = score(
        files,
        data.gold,
        spec.labels,
        data.units,
        task=spec.name,
        main_metric=spec.main_metric,
        seed=seed,
        resamples=resamples,
        expect={"set": spec.set, "version": spec.version, "split": spec.test},
        votes=corpus_votes(release, data.gold, spec.labels) if release is not None else None,
        slices=corpus_slices(release, data.gold) if release is not None else None,
    )
    return Result(
        spec=spec,
        model=name,
        model_version=trained[0][0].version,
        scores=scores,
        n_train=data.n_train,
        seconds={what: value / len(trainings) for what, value in seconds.items()},
        folds=_fold_scores(spec, data, files),
        notes=data.notes,
        details=getattr(trained[0][0], "trained_on", {}) if len(data.folds) == 1 else {},
        data=data,
        files=tuple(files),
        trained=tuple(trained[0]),
    )


def _train(
    spec: TaskSpec, data: TaskData, name: str, seed: int | None, seconds: dict[str, float]
) -> tuple[list[Classifier], PredictionFile]:
    """Train a model a fold and let each answer what its fold held out; the time taken is added to `seconds`."""
    models = []
    probabilities = np.full((len(data.test), len(spec.labels)), np.nan)
    for fold in data.folds:
        start = time.perf_counter()
        model = create(name, spec.labels, seed=seed or 0)
        model.fit(fold.train, fold.train_labels, groups=fold.train_groups, weights=fold.train_weights)
        trained = time.perf_counter()
        places = list(fold.held_out)
        columns = [model.labels.index(label) for label in spec.labels]
        probabilities[places] = model.predict_proba([data.test[place] for place in places])[:, columns]
        seconds["train"] += trained - start
        seconds["predict"] += time.perf_counter() - trained
        models.append(model)
    reference = ModelReference(models[0].name, models[0].version)
    return models, prediction_file(spec, data, probabilities, reference, seed)


def prediction_file(
    spec: TaskSpec, data: TaskData, probabilities: FloatArray, model: ModelReference, seed: int | None = None
) -> PredictionFile:
    """Put probabilities, shape (n_rows, n_labels), into the seam's own format.

    Parameters
    ----------
    spec, data : TaskSpec, TaskData
        What was answered.
    probabilities : ndarray
        A distribution a gold label, columns in the order of the spec's labels.
    model : ModelReference
        Who answered.
    seed : int, optional
        Of the training.
    """
    header = PredictionHeader(
        set=spec.set,
        version=spec.version,
        split=spec.test,
        task=spec.name,
        protocol=spec.protocol,
        scheme=spec.scheme,
        model=model,
        seed=seed,
    )
    predictions = tuple(
        Prediction(
            label.document_id,
            spec.name,
            spec.labels[int(best)],
            dict(zip(spec.labels, row, strict=True)),
            label.target,
        )
        for label, row, best in zip(data.gold, probabilities.tolist(), probabilities.argmax(axis=1), strict=True)
    )
    return PredictionFile(header, predictions)


def _fold_scores(spec: TaskSpec, data: TaskData, files: Sequence[PredictionFile]) -> tuple[FoldScore, ...]:
    """Main metric of each fold by itself, the mean over seeds; empty where there is one fold."""
    if len(data.folds) < 2:
        return ()
    truth = label_numbers((label.label for label in data.gold), spec)
    answers = [label_numbers((item.label for item in file.predictions), spec) for file in files]
    metric = count_metrics(spec.labels)[spec.main_metric]
    scores = []
    for fold in data.folds:
        held = list(fold.held_out)
        counts = np.array([confusion_matrix(truth[held], answer[held], len(spec.labels)) for answer in answers])
        scores.append(FoldScore(fold.name, len(held), len(fold.train), float(metric(counts).mean())))
    return tuple(scores)

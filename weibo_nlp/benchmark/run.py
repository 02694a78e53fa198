"""Running models over tasks: train, predict into the seam's file format, score."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from weibo_nlp.benchmark.data import TaskData, corpus_data, external_data, external_task
from weibo_nlp.benchmark.result import Result
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UnknownNameError
from weibo_nlp.evaluate import score
from weibo_nlp.evaluate.intervals import RESAMPLES
from weibo_nlp.external import load as load_external
from weibo_nlp.models import Classifier, create, names
from weibo_nlp.predictions import ModelReference, PredictionFile, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.tasks import TaskSpec, corpus_tasks

Report = Callable[[str], None]


def run_corpus(
    *,
    tasks: Sequence[str] = (),
    models: Sequence[str] = (),
    seed: int = 0,
    resamples: int = RESAMPLES,
    predictions: Path | None = None,
    report: Report | None = None,
) -> list[Result]:
    """Train and score models on the shipped corpus, standard protocol.

    Parameters
    ----------
    tasks, models : sequence of str
        Names; all of them when empty.
    seed, resamples
        Of the bootstrap over threads.
    predictions : Path, optional
        Folder to keep every prediction file in.
    report : callable, optional
        Told in words what is being done.

    Returns
    -------
    list of Result
        Task by task, models in the order asked for.
    """
    models = _known(models)
    release = open_release()
    results = []
    for spec in corpus_tasks(release.scheme, release.version, tasks):
        data = corpus_data(release, spec)
        results += [_run(spec, data, name, seed, resamples, predictions, report) for name in models]
    return results


def run_external(
    name: str,
    path: Path | str,
    *,
    models: Sequence[str] = (),
    seed: int = 0,
    resamples: int = RESAMPLES,
    predictions: Path | None = None,
    report: Report | None = None,
) -> list[Result]:
    """Train and score models on an external set's official split, from the user's own copy.

    Parameters
    ----------
    name : str
        Set, such as ``nlpcc2016``.
    path : Path or str
        Folder of the copy.
    models, seed, resamples, predictions, report
        As for :func:`run_corpus`; the bootstrap resamples rows where the set gives no groups.
    """
    models = _known(models)
    external = load_external(name, path)
    spec = external_task(external)
    data = external_data(external, spec)
    return [_run(spec, data, model, seed, resamples, predictions, report) for model in models]


def _known(models: Sequence[str]) -> Sequence[str]:
    """All models where none is named; an unknown name is refused before an hour is spent on the known ones."""
    if unknown := [name for name in models if name not in names()]:
        raise UnknownNameError("model", unknown[0], names())
    return models or names()


def _run(
    spec: TaskSpec, data: TaskData, name: str, seed: int, resamples: int, folder: Path | None, report: Report | None
) -> Result:
    if report is not None:
        report(f"{spec.set} {spec.name}: {name}, {len(data.train):,} to learn from, {len(data.test):,} to score")
    model = create(name, spec.labels)
    start = time.perf_counter()
    model.fit(data.train, data.train_labels, groups=data.train_groups, weights=data.train_weights)
    trained = time.perf_counter()
    file = predict(model, spec, data)
    done = time.perf_counter()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        write_predictions(folder / f"{spec.set}-{spec.name}-{name}.jsonl", file.header, file.predictions)
    scores = score(
        file,
        data.gold,
        spec.labels,
        data.test_groups,
        task=spec.name,
        main_metric=spec.main_metric,
        seed=seed,
        resamples=resamples,
        expect={"set": spec.set, "version": spec.version, "split": spec.test},
    )
    return Result(
        spec=spec,
        model=name,
        model_version=model.version,
        scores=scores,
        n_train=len(data.train),
        seconds={"train": trained - start, "predict": done - trained},
        notes=data.notes,
        details=getattr(model, "trained_on", {}),
    )


def predict(model: Classifier, spec: TaskSpec, data: TaskData) -> PredictionFile:
    """Let a trained model answer a task's scored part, in the seam's own format."""
    header = PredictionHeader(
        set=spec.set,
        version=spec.version,
        split=spec.test,
        task=spec.name,
        protocol=spec.protocol,
        scheme=spec.scheme,
        model=ModelReference(model.name, model.version),
    )
    probabilities = model.predict_proba(data.test)
    predictions = []
    for label, row, best in zip(data.gold, probabilities.tolist(), probabilities.argmax(axis=1), strict=True):
        scores = dict(zip(model.labels, row, strict=True))
        predictions.append(Prediction(label.document_id, spec.name, model.labels[int(best)], scores, label.target))
    return PredictionFile(header, tuple(predictions))

"""Scoring prediction files against the gold labels their headers name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from weibo_nlp.corpus import open_release, versions
from weibo_nlp.errors import PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluation import Scores, score
from weibo_nlp.evaluation.slices import corpus_slices
from weibo_nlp.evaluation.soft_labels import corpus_votes
from weibo_nlp.predictions import PredictionFile, PredictionHeader, read_predictions
from weibo_nlp.stats.bootstrap import RESAMPLES
from weibo_nlp.tasks import CORPUS, CORPUS_PROTOCOLS, EXTERNAL, EXTERNAL_PROTOCOLS, TaskSpec, corpus_tasks
from weibo_nlp.tasks.external import (
    external_data,
    external_task,
    open_external,
    zero_shot_data,
    zero_shot_tasks,
)
from weibo_nlp.tasks.folds import TaskData, corpus_data


def gold_of(
    header: PredictionHeader, external_path: Path | None = None, *, where: str = "header"
) -> tuple[TaskSpec, TaskData]:
    """Find the gold labels that a prediction file's header names.

    Parameters
    ----------
    header : PredictionHeader
        Of the file.
    external_path : Path, optional
        Folder of the user's copy, for an external set.
    where : str
        File and line of the header, for messages.

    Raises
    ------
    PredictionError
        If nothing that is installed is what the header names.
    UsageError
        If an external set's folder is missing, or given without need.
    """
    known = CORPUS_PROTOCOLS if header.set == CORPUS else EXTERNAL_PROTOCOLS
    if header.set == CORPUS and external_path is not None:
        raise UsageError(f"{where}: predictions on the corpus; leave the folder of an external set out.")
    if header.set != CORPUS and external_path is None:
        raise UsageError(f"{where}: predictions on {header.set}; name the folder of your copy with --path.")
    if header.protocol not in known:
        raise PredictionError(
            f"{where}: protocol is {header.protocol!r}, what can be scored on {header.set} is {', '.join(known)}; "
            "predict under one of these."
        )
    if external_path is None:
        spec, data = _corpus_gold(header, where)
    else:
        spec, data = _external_gold(header, external_path, where)
    expected = {
        "set": spec.set,
        "version": spec.version,
        "split": spec.test,
        "task": spec.name,
        "scheme": spec.scheme,
        "protocol": spec.protocol,
    }
    found = {name: getattr(header, name) for name in expected}
    if wrong := [name for name in expected if found[name] != expected[name]]:
        name = wrong[0]
        raise PredictionError(
            f"{where}: {name} is {found[name]!r}, what can be scored here is {expected[name]!r}; "
            "predict that, or install the version the file was made for."
        )
    return spec, data


def score_files(
    files: Sequence[PredictionFile],
    *,
    external_path: Path | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> tuple[TaskSpec, TaskData, Scores]:
    """Score the files of one system, a file a seed, against the gold labels that the first one's header names.

    Raises
    ------
    PredictionError
        If a file cannot be scored as it stands, or is about something else than the first.
    UsageError
        If an external set's folder is missing, or given without need.
    """
    first = files[0]
    spec, data = gold_of(first.header, external_path, where=first.where_header)
    release = open_release(version=spec.version) if spec.set == CORPUS else None
    scores = score(
        files,
        data.gold,
        spec.labels,
        data.units,
        task=spec.name,
        main_metric=spec.main_metric,
        seed=seed,
        resamples=resamples,
        expect={
            "set": spec.set,
            "version": spec.version,
            "split": spec.test,
            "scheme": spec.scheme,
            "protocol": spec.protocol,
        },
        votes=None if release is None else corpus_votes(release, data.gold, spec.labels),
        slices=None if release is None else corpus_slices(release, data.gold),
    )
    return spec, data, scores


def score_file(
    path: Path, *, external_path: Path | None = None, seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Score a prediction file.

    Parameters
    ----------
    path : Path
        The file; its header names set, version, split, task and protocol.
    external_path : Path, optional
        Folder of the user's copy, for an external set.
    seed, resamples
        Of the bootstrap.

    Returns
    -------
    dict
        ``set, task, protocol, units, model`` and everything of `Scores.to_dict`.

    Raises
    ------
    PredictionError
        If the file cannot be scored as it stands.
    UsageError
        If an external set's folder is missing, or given without need.
    """
    file = read_predictions(path)
    spec, _, scores = score_files([file], external_path=external_path, seed=seed, resamples=resamples)
    return {
        "set": spec.set,
        "task": spec.name,
        "protocol": spec.protocol,
        "units": spec.units,
        "model": file.header.model.name,
        "model_version": file.header.model.version,
        **scores.to_dict(),
    }


def _corpus_gold(header: PredictionHeader, where: str) -> tuple[TaskSpec, TaskData]:
    known = versions()
    if header.version not in known:
        raise PredictionError(
            f"{where}: version is {header.version!r}, what can be scored here is {', '.join(map(repr, known))}; "
            "predict that, or install the version the file was made for."
        )
    release = open_release(version=header.version)
    try:
        (spec,) = corpus_tasks(release.scheme, release.version, [header.task], [header.protocol])
        return spec, corpus_data(release, spec)
    except (UnknownNameError, UsageError) as error:
        raise PredictionError(f"{where}: {error}") from None


def _external_gold(header: PredictionHeader, path: Path, where: str) -> tuple[TaskSpec, TaskData]:
    external = open_external(header.set, path)
    if header.protocol == EXTERNAL:
        spec = external_task(external)
        return spec, external_data(external, spec)
    release = open_release()
    specs = {spec.name: spec for spec in zero_shot_tasks(external, release)}
    if header.task not in specs:
        raise PredictionError(f"{where}: task is {header.task!r}, what can be scored here is {', '.join(specs)}.")
    return specs[header.task], zero_shot_data(external, release, specs[header.task])

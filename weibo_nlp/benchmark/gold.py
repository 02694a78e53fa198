"""Scoring a prediction file against the gold labels its header names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from weibo_nlp.benchmark.data import corpus_data, external_data, external_task
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import PredictionError, UnknownNameError, UsageError
from weibo_nlp.evaluate import score
from weibo_nlp.evaluate.intervals import RESAMPLES
from weibo_nlp.external import load
from weibo_nlp.predictions import read_predictions
from weibo_nlp.tasks import CORPUS, corpus_tasks


def score_file(
    path: Path, *, external_path: Path | None = None, seed: int = 0, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Score a prediction file.

    Parameters
    ----------
    path : Path
        The file; its header names set, version, split and task.
    external_path : Path, optional
        Folder of the user's copy, for an external set.
    seed, resamples
        Of the bootstrap.

    Returns
    -------
    dict
        ``set, task, protocol, model`` and everything of `Scores.to_dict`.

    Raises
    ------
    PredictionError
        If the file cannot be scored as it stands.
    UsageError
        If an external set's folder is missing, or given without need.
    """
    file = read_predictions(path)
    header = file.header
    if header.set == CORPUS:
        if external_path is not None:
            raise UsageError(f"{path}: predictions on the corpus; leave the folder of an external set out.")
        release = open_release()
        try:
            (spec,) = corpus_tasks(release.scheme, release.version, [header.task])
        except UnknownNameError as error:
            raise PredictionError(f"{file.where_header}: {error}") from None
        data = corpus_data(release, spec)
    else:
        if external_path is None:
            raise UsageError(f"{path}: predictions on {header.set}; name the folder of your copy with --path.")
        external = load(header.set, external_path)
        spec = external_task(external)
        data = external_data(external, spec)
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
            f"{file.where_header}: {name} is {found[name]!r}, what can be scored here is {expected[name]!r}; "
            "predict that, or install the version the file was made for."
        )
    scores = score(
        file,
        data.gold,
        spec.labels,
        data.test_groups,
        task=spec.name,
        main_metric=spec.main_metric,
        seed=seed,
        resamples=resamples,
    )
    return {
        "set": spec.set,
        "task": spec.name,
        "protocol": spec.protocol,
        "model": header.model.name,
        "model_version": header.model.version,
        **scores.to_dict(),
    }

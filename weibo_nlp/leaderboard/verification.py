"""Entries of a leaderboard scored again: what a table shows is what the stored predictions are worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from weibo_nlp.errors import DataError, WeiboNlpError
from weibo_nlp.evaluation.comparison import aligned_labels
from weibo_nlp.evaluation.files import score_set
from weibo_nlp.leaderboard.entries import PREDICTIONS, RESULTS, Entry
from weibo_nlp.predictions import read_predictions
from weibo_nlp.stats.metrics import IntArray
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.spec import TaskSpec


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file of the leaderboard that no row was made of, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verified:
    """An entry with the figures that its predictions have, and these as label indices, shape (n_rows,)."""

    entry: Entry
    predicted: IntArray


def verified(
    folder: Path, entries: Iterable[Entry], spec: TaskSpec, evaluation_set: EvaluationSet
) -> tuple[list[Verified], list[SetAside]]:
    """Score every entry again from its predictions; those whose stored figures are others are set aside.

    Parameters
    ----------
    folder : Path
        The leaderboard.
    entries : iterable of Entry
        All of one table.
    spec, evaluation_set : TaskSpec, EvaluationSet
        What they answered.
    """
    right: list[Verified] = []
    set_aside: list[SetAside] = []
    for entry in entries:
        path = folder / RESULTS / f"{entry.stem}.json"
        try:
            file = read_predictions(folder / PREDICTIONS / entry.file)
            if file.header != entry.header:
                raise DataError(f"{file.where_header}: the header is not what {path} says; add the predictions again.")
            scores = score_set([file], spec, evaluation_set, entry.scores.bootstrap)
            own = replace(entry, scores=scores, units=spec.units, notes=evaluation_set.notes)
            if (difference := entry.difference(own)) is not None:
                raise DataError(f"{path}: {difference}; add the predictions again.")
        except (WeiboNlpError, OSError) as error:
            set_aside.append(SetAside(str(path), str(error)))
        else:
            right.append(Verified(own, aligned_labels(file, spec, evaluation_set)))
    return right, set_aside

"""Runs of one system: what it predicts with each training seed, in the order of the gold labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from weibo_nlp.errors import PredictionError, UsageError
from weibo_nlp.predictions import PredictionFile, PredictionHeader, align_predictions, check_against
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.stats.metrics import FloatArray, IntArray
from weibo_nlp.tasks.evaluation_set import label_numbers


@dataclass(frozen=True, slots=True)
class Runs:
    """Predictions in the order of the gold labels, one run for each training seed.

    Attributes
    ----------
    predicted : ndarray of int, shape (n_runs, n_rows)
        Label indices.
    probabilities : ndarray of float, shape (n_runs, n_rows, n_labels), or None
        Distributions over the labels; ``None`` for predictions without scores.
    header : PredictionHeader or None
        Of the first run's file, where there was one.
    """

    predicted: IntArray
    probabilities: FloatArray | None
    header: PredictionHeader | None

    def __len__(self) -> int:
        return len(self.predicted)


def align_runs(
    predictions: PredictionFile | Sequence[PredictionFile] | Sequence[Prediction],
    gold: Sequence[GoldLabel],
    labels: Sequence[str],
    expect: Mapping[str, str | None] | None = None,
) -> Runs:
    """Put predictions into the order of the gold labels.

    Parameters
    ----------
    predictions : PredictionFile, sequence of PredictionFile, or sequence of Prediction
        One prediction per gold label, in any order; several files are one system's with different seeds.
    gold : sequence of GoldLabel
        What is scored.
    labels : sequence of str
        The task's labels in the order of the scheme.
    expect : mapping, optional
        Header fields that files must have, see `predictions.check_against`.

    Raises
    ------
    PredictionError
        If the predictions cannot be scored against `gold`, or files are not of one system.
    UsageError
        If `expect` comes without a file.
    """
    if isinstance(predictions, PredictionFile):
        predictions = [predictions]
    if not predictions or isinstance(predictions[0], Prediction):
        if expect:
            raise UsageError(
                "expect compares the header of a file; read the file with read_predictions, or leave it out."
            )
        return _runs([align_predictions(cast("Sequence[Prediction]", predictions), gold, labels)], labels, None)
    files = cast("Sequence[PredictionFile]", predictions)
    aligned = [check_against(file, gold, labels, expect=expect) for file in files]
    first = files[0].header.model
    for file, run in zip(files, aligned, strict=True):
        if file.header.model != first:
            raise PredictionError(
                f"{file.where_header}: is of {file.header.model.name} {file.header.model.version}, the first file of "
                f"{first.name} {first.version}; score two systems one by one."
            )
        if bool(run[0].scores) != bool(aligned[0][0].scores):
            raise PredictionError(
                f"{file.where_header}: has {'scores' if run[0].scores else 'no scores'}, other than the first file; "
                "predict every seed with scores."
            )
    return _runs(aligned, labels, files[0].header)


def require_own_seeds(files: Sequence[PredictionFile]) -> None:
    """Refuse several files of a system that are not runs with different seeds: one counted twice would hide the spread.

    Raises
    ------
    UsageError
        If two have one seed, or one of several has none.
    """
    seeds = [file.header.seed for file in files]
    if doubled := [seed for seed in seeds if seeds.count(seed) > 1]:
        seed = "null" if doubled[0] is None else doubled[0]
        raise UsageError(f"two of the files have seed {seed}; each run has its own.")
    if None in seeds and len(seeds) > 1:
        raise UsageError("one of the files has no seed and others have; each run has its own.")


def _runs(aligned: Sequence[Sequence[Prediction]], labels: Sequence[str], header: PredictionHeader | None) -> Runs:
    predicted = np.array([label_numbers((item.label for item in run), labels) for run in aligned])
    if not aligned[0][0].scores:  # all or none have them, or the checks would have refused
        return Runs(predicted, None, header)
    matrix = np.array([[[item.scores[label] for label in labels] for item in run] for run in aligned], dtype=np.float64)
    # Scores rounded for the file may miss 1 by 1e-3, which is no reason for a loss.
    return Runs(predicted, matrix / matrix.sum(axis=-1, keepdims=True), header)

"""Training on labels of one's own: validated, calibrated, and kept with what is known of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.evaluation.results import Scores
from weibo_nlp.evaluation.scoring import score
from weibo_nlp.models.base import Classifier, FloatArray, name_and_version
from weibo_nlp.models.conformal import ConformalSets
from weibo_nlp.records import GoldLabel, Prediction
from weibo_nlp.stats import BootstrapConfig
from weibo_nlp.stats.bootstrap import DEFAULT
from weibo_nlp.text.plain import HtmlChoice
from weibo_nlp.training.curve import FRACTIONS, LearningCurve, draws_of, learning_curve
from weibo_nlp.training.folder import write_folder
from weibo_nlp.training.folds import CrossValidation
from weibo_nlp.training.learnt_from import LearntFrom
from weibo_nlp.training.report import COVERAGE, TrainingReport
from weibo_nlp.training.rows import LabelledRows, read_labels

MAX_SET_ROWS = 20_000
"""Rows by which prediction sets are fitted; more make the model's file longer and the sets no better."""
BALANCE = 0.5
"""How far labels weigh alike. Of 12 draws of 300 posts with six emotions of SMP2020, models score a macro-F1 of .470 on
other posts with it, .422 without and .458 where they weigh wholly alike, at a log loss of 1.22, 1.21 and 1.31."""
_TASK = "label"
Progress = Callable[[int, int], None]
"""Told how many trainings are done, and how many there are."""


@dataclass(frozen=True)
class TrainedModel:
    """A model, what it is worth, and what it learnt from.

    Attributes
    ----------
    model : Classifier
        Trained on all rows.
    report : TrainingReport
        Cross-validated scores.
    learnt_from : LearntFrom
        Keyed hashes of the texts.
    """

    model: Any
    report: TrainingReport
    learnt_from: LearntFrom

    def save(self, folder: str | Path) -> None:
        """Write the model into a folder that ``label --model NAME=FOLDER`` and :func:`weibo_nlp.load_model` read.

        Beside the model's own files (``config.json``, ``model.safetensors`` and ``manifest.json`` with their checksums)
        stand ``README.md``, a model card made of the report; ``report.json``, all figures; and ``learnt_from.json``,
        which says of a text whether the model learnt from it (:func:`learnt_from`). None of them holds a text. Whatever
        fails, the folder stays as it was; all is on disk before the first file gets its name.

        Raises
        ------
        UsageError
            If the folder cannot be written to, or holds files and none of a model of ours.
        DataError
            If a parameter of the model is no plain value.
        """
        write_folder(folder, self.model, self.report, self.learnt_from)


def train(
    texts: Iterable[Any],
    labels: Iterable[Any],
    *,
    targets: Iterable[Any] | None = None,
    parents: Iterable[Any] | None = None,
    groups: Iterable[Any] | None = None,
    classifier: Classifier | None = None,
    html: HtmlChoice = "auto",
    errors: Literal["raise", "skip"] = "raise",
    curve: bool = True,
    seed: int = 0,
    bootstrap: BootstrapConfig = DEFAULT,
    progress: Progress | None = None,
) -> TrainedModel:
    """Learn labels of one's own, and how far what is learnt can be trusted.

    Parameters
    ----------
    texts : iterable of str
        Raw texts: a list, a Series or an array.
    labels : iterable
        One label for each; whole numbers and booleans become text.
    targets : iterable of str, optional
        What each label is about, as for stance; a text may stand in several rows with one target each.
    parents : iterable of str or None, optional
        The text that each one answers.
    groups : iterable, optional
        Thread, author or page of each text. Rows of one group are never learnt from and scored in turn, and neither are
        texts that are copies of each other, or nearly so, whether groups are given or not.
    classifier : Classifier, optional
        What is trained, cloned for each training; by default :class:`~weibo_nlp.models.LinearClassifier`, and with
        targets :class:`~weibo_nlp.models.StanceClassifier`, either with a ``balance`` of `BALANCE`.
    html : bool or "auto"
        Whether texts are HTML, which is read as text; by default each is looked at.
    errors : {"raise", "skip"}
        What happens where rows have no text, label, target or group: nothing is learnt, or they are left out, counted
        in the report and warned of.
    curve : bool
        Whether to train on parts of the labels as well, for the learning curve; it takes three times as long.
    seed : int
        Of folds, parts, bootstrap and classifier, if none is given; the same seed and rows give the same model.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is `seed`.
    progress : callable, optional
        Told after each training how many are done, and how many there are.

    Returns
    -------
    TrainedModel
        With ``model``, ``report`` and ``save(folder)``.

    Raises
    ------
    DataError
        If rows cannot be learnt from: none is left, a label is none that a table could hold, fewer than two labels
        occur, one of them only once, all are of one group; or, with ``errors="raise"``, if one is incomplete.
    UsageError
        If columns differ in length, or an argument is none that is allowed.

    Notes
    -----
    Scores are those of 5-fold cross-validation over units, pooled; intervals resample units. What the classifier tunes
    (C, calibration) it tunes within what it learns from. The probabilities of the model returned are calibrated by
    margins that its SVM gave to texts held out from it, and its prediction sets by the out-of-fold probabilities of the
    cross-validation (cross-conformal, Vovk 2015): neither by answers to what was learnt from. The models that these
    probabilities come from have learnt from four fifths of the rows and are a little less sure than the one returned,
    so that sets are rather too large than too small.

    Examples
    --------
    >>> from weibo_nlp.models import LinearClassifier
    >>> texts = [f"{day}{what}" for day in ("今天", "昨天", "明天", "周末", "早上") for what in ("的面真香", "下雨了")]
    >>> trained = train(texts, ["food", "weather"] * 5, classifier=LinearClassifier(C=1.0), curve=False)
    >>> trained.model.predict(["晚上的面真香"]).tolist(), trained.report.scores.n
    (['food'], 10)
    """
    if errors not in ("raise", "skip"):
        raise UsageError(f"errors is {errors!r:.40}; it is 'raise', or 'skip' to leave out such rows.")
    rows = read_labels(texts, labels, targets=targets, parents=parents, groups=groups, html=html)
    if n_aside := rows.counts.given - rows.counts.used:
        counts = rows.counts
        why = "; ".join(f"{reason} ({n:,}, first {counts.first[reason]})" for reason, n in counts.set_aside.items())
        told = f"{n_aside:,} of {counts.given:,} rows cannot be learnt from: {why}"
        if errors == "raise":
            raise DataError(f"{told}. Drop or fill these rows, or give errors='skip'.")
        warnings.warn(f"{told}; they are left out.", stacklevel=2)
    return train_on_rows(rows, classifier, curve=curve, seed=seed, bootstrap=bootstrap, progress=progress)


def train_on_rows(
    rows: LabelledRows,
    classifier: Classifier | None = None,
    *,
    curve: bool = True,
    seed: int = 0,
    bootstrap: BootstrapConfig = DEFAULT,
    progress: Progress | None = None,
) -> TrainedModel:
    """Learn from rows that are checked; parameters, result and errors are those of :func:`train`."""
    from weibo_nlp.models import LinearClassifier, MajorityClassifier, StanceClassifier

    bootstrap = BootstrapConfig(bootstrap.n_resamples, seed, bootstrap.confidence_level, bootstrap.method)
    if classifier is None:
        kind = StanceClassifier if rows.counts.targets else LinearClassifier
        classifier = kind(balance=BALANCE, random_state=seed)
    labels = tuple(sorted(rows.counts.labels))
    validation = CrossValidation.of(rows, classifier, labels, seed)
    n_folds = len(validation.folds)
    n_parts = n_folds * len(FRACTIONS) * draws_of(len(rows.labels)) if curve else 0
    total, done = n_folds + n_parts + 1, 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    unseen = validation.out_of_fold(tick)
    guesses = CrossValidation(rows, MajorityClassifier(), labels, validation.folds).out_of_fold(lambda: None)
    points = learning_curve(validation, unseen, seed, bootstrap, tick) if curve else LearningCurve()
    model = validation.fitted(np.arange(len(rows.labels)))
    if progress is not None:
        progress(total, total)
    size = _fit_sets(model, labels, rows, unseen, seed)
    name, version = name_and_version(model)
    report = TrainingReport(
        scores=_scores(rows, labels, unseen, bootstrap),
        baseline=_scores(rows, labels, guesses, bootstrap),
        curve=points,
        rows=rows.counts,
        model=name,
        version=version,
        trained_on=dict(getattr(model, "trained_on_", {})),
        n_folds=n_folds,
        seed=seed,
        set_size=size,
    )
    return TrainedModel(model, report, LearntFrom.of_keys(rows.keys))


def _scores(
    rows: LabelledRows, labels: tuple[str, ...], probabilities: FloatArray, bootstrap: BootstrapConfig
) -> Scores:
    """Score out-of-fold probabilities, with intervals over units."""
    gold, predictions = [], []
    for place, (example, label) in enumerate(zip(rows.examples, rows.labels, strict=True)):
        row = probabilities[place].tolist()
        best = labels[row.index(max(row))]
        gold.append(GoldLabel(str(place), _TASK, label, example.target))
        scored = dict(zip(labels, row, strict=True))
        predictions.append(Prediction(str(place), _TASK, best, scored, example.target))
    units = [str(group) for group in rows.groups.tolist()]
    return score(predictions, gold, labels, units, task=_TASK, main_metric="macro_f1", bootstrap=bootstrap)


def _fit_sets(model: Any, labels: tuple[str, ...], rows: LabelledRows, unseen: FloatArray, seed: int) -> float | None:
    """Give a model that can keep them prediction sets by out-of-fold probabilities; return their mean size."""
    if not hasattr(model, "conformal_"):
        return None
    places = np.arange(len(rows.labels))
    if len(places) > MAX_SET_ROWS:
        places = np.sort(np.random.default_rng(seed).choice(places, MAX_SET_ROWS, replace=False))
    codes = [labels.index(rows.labels[place]) for place in places]
    sets = ConformalSets(labels, unseen[places], codes)
    model.conformal_ = sets
    return float(np.mean([len(each) for each in sets.sets(unseen[places], COVERAGE)]))

"""Training on labels of one's own: validated, calibrated, and kept with what is known of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.evaluation.results import Scores
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.base import Classifier, FloatArray, IntArray, name_and_version
from weibo_nlp.models.conformal import ConformalSets
from weibo_nlp.stats import BootstrapConfig
from weibo_nlp.stats.bootstrap import DEFAULT
from weibo_nlp.text.plain import HtmlChoice
from weibo_nlp.training.card import model_card
from weibo_nlp.training.curve import FRACTIONS, LearningCurve, draws_of, learning_curve
from weibo_nlp.training.folder import write_folder
from weibo_nlp.training.folds import CrossValidation
from weibo_nlp.training.learnt_from import LearntFrom
from weibo_nlp.training.report import COVERAGE, TrainingReport
from weibo_nlp.training.rows import LabelledRows, read_labels
from weibo_nlp.training.run import TrainingRun, settings_of
from weibo_nlp.training.scoring import scores_of
from weibo_nlp.training.trainings import MODEL, Steps, Trainings
from weibo_nlp.training.unfinished import UnfinishedTraining, digest_of, leaves_checkpoints, unfinished_of

MAX_SET_ROWS = 20_000
"""Rows by which prediction sets are fitted; more make the model's file longer and the sets no better."""
BALANCE = 0.5
"""How far labels weigh alike. Of 12 draws of 300 posts with six emotions of SMP2020, models score a macro-F1 of .470 on
other posts with it, .422 without and .458 where they weigh wholly alike, at a log loss of 1.22, 1.21 and 1.31."""
HELD_OUT = 0.2
"""Share of the rows by which a model whose training takes long is scored."""
Progress = Callable[[int, int], None]
"""Told how many trainings are done, and how many there are."""


@dataclass(frozen=True)
class TrainedModel:
    """A model, what it is worth, and what it learnt from.

    Attributes
    ----------
    model : Classifier
        Trained on all rows; where a part was held out to score by, on the others.
    report : TrainingReport
        Scores on rows that were not learnt from.
    learnt_from : LearntFrom
        Keyed hashes of the texts.
    """

    model: Any
    report: TrainingReport
    learnt_from: LearntFrom
    _unfinished: UnfinishedTraining | None = field(default=None, repr=False)

    def save(self, folder: str | Path) -> None:
        """Write the model into a folder that ``label --model NAME=FOLDER`` and :func:`weibo_nlp.load_model` read.

        Beside the model's own files (``config.json``, ``model.safetensors`` and ``manifest.json`` with their checksums)
        stand ``README.md``, a model card made of the report; ``report.json``, all figures; and ``learnt_from.json``,
        which says of a text whether the model learnt from it (:func:`learnt_from`). None of them holds a text. Whatever
        fails, the folder stays as it was; all is on disk before the first file gets its name. The checkpoints of the
        training are then removed.

        Raises
        ------
        UsageError
            If the folder cannot be written to, or holds files and none of a model of ours.
        DataError
            If a parameter of the model is no plain value.
        """
        write_folder(folder, self.model, self.report.to_dict(), model_card(self.report), self.learnt_from)
        if self._unfinished is not None:
            self._unfinished.discard()


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
    folds: int | None = None,
    held_out: float | None = None,
    curve: bool | None = None,
    seed: int = 0,
    bootstrap: BootstrapConfig = DEFAULT,
    checkpoints: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    steps: Steps | None = None,
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
    folds : int, optional
        Folds of a cross-validation, by which the rows are scored; by default 5, of fewer than 2,000 rows 10. Not for a
        model that is fine-tuned, unless it is given.
    held_out : float, optional
        Share of the rows, whole units, to score by instead: they are not learnt from, and the model that is scored is
        the one that is returned. Default for a model that is fine-tuned, `HELD_OUT`.
    curve : bool, optional
        Whether to train on parts of the labels as well, for the learning curve, which takes three times as long; by
        default where the rows are cross-validated and no model is fine-tuned.
    seed : int
        Of folds, parts, bootstrap and classifier, if none is given; the same seed and rows give the same model.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is `seed`.
    checkpoints : str or Path, optional
        Folder in which a model that is fine-tuned leaves what it has learnt so far, and answers of folds that are done.
        It is removed once the model is saved.
    resume : bool
        Go on with the unfinished training in `checkpoints`, which must be of the same rows, parameters and seeds.
    progress : callable, optional
        Told after each training how many are done, and how many there are.
    steps : callable, optional
        Told the name of a training and how far it is, by a model that is fine-tuned.

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
        If columns differ in length, or an argument is none that is allowed; or if an unfinished training lies in
        `checkpoints` and is not gone on with, or is of other rows or parameters.

    Notes
    -----
    Scores are those of cross-validation over units, pooled, or of the part held out; intervals resample units. A
    cross-validation of K folds trains K models that are thrown away, and the one that is returned: an encoder that is
    fine-tuned for an hour would take a day. So a part of the rows is held out for it, once: a score of the very model
    that is returned, with a wider interval, since fewer rows are scored, and with fewer rows learnt from. Where rows
    are few and time is not, give `folds`. What the classifier tunes
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
    return train_on_rows(
        rows,
        classifier,
        folds=folds,
        held_out=held_out,
        curve=curve,
        seed=seed,
        bootstrap=bootstrap,
        checkpoints=checkpoints,
        resume=resume,
        progress=progress,
        steps=steps,
    )


def train_on_rows(
    rows: LabelledRows,
    classifier: Classifier | None = None,
    *,
    folds: int | None = None,
    held_out: float | None = None,
    curve: bool | None = None,
    seed: int = 0,
    bootstrap: BootstrapConfig = DEFAULT,
    checkpoints: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    steps: Steps | None = None,
) -> TrainedModel:
    """Learn from rows that are checked; parameters, result and errors are those of :func:`train`."""
    from weibo_nlp.models import LinearClassifier, StanceClassifier

    bootstrap = BootstrapConfig(bootstrap.n_resamples, seed, bootstrap.confidence_level, bootstrap.method)
    if classifier is None:
        kind = StanceClassifier if rows.counts.targets else LinearClassifier
        classifier = kind(balance=BALANCE, random_state=seed)
    is_slow = leaves_checkpoints(classifier)
    if is_slow and folds is None and held_out is None:
        held_out = HELD_OUT
    curve = _wanted_curve(curve, is_slow, folds, held_out)
    labels = tuple(sorted(rows.counts.labels))
    scoring = {"folds": folds, "held_out": held_out, "curve": curve, "seed": seed}

    def about() -> dict[str, Any]:
        return {"rows": _digest(rows), **settings_of(classifier), **scoring}

    with unfinished_of(classifier, checkpoints, about, resume=resume) as unfinished:
        trainings = Trainings(unfinished, steps)
        if held_out is None:
            validation = CrossValidation.of(rows, classifier, labels, seed, folds, trainings)
        else:
            validation = CrossValidation.holding_out(rows, classifier, labels, seed, held_out, trainings)
        model, unseen, points = _trained(validation, held_out is not None, curve, seed, bootstrap, progress)
    guesses = CrossValidation(rows, _majority(), labels, validation.folds).out_of_fold(lambda: None)
    scored = validation.scored
    size = _fit_sets(model, labels, rows, scored, unseen, seed)
    name, version = name_and_version(model)
    report = TrainingReport(
        scores=_scores(rows, labels, scored, unseen, bootstrap),
        baseline=_scores(rows, labels, scored, guesses, bootstrap),
        curve=points,
        rows=rows.counts,
        model=name,
        version=version,
        trained_on=dict(getattr(model, "trained_on_", {})),
        n_folds=len(validation.folds),
        seed=seed,
        set_size=size,
        held_out=held_out,
        run=TrainingRun.of(model, model.trained_on_, trainings) if is_slow else None,
    )
    learnt = validation.folds[0][0] if held_out is not None else np.arange(len(rows.labels))
    return TrainedModel(model, report, LearntFrom.of_keys(rows.keys[place] for place in learnt), unfinished)


def _wanted_curve(curve: bool | None, is_slow: bool, folds: int | None, held_out: float | None) -> bool:
    """Whether a learning curve is drawn; refuses ways of scoring that exclude each other."""
    if folds is not None and held_out is not None:
        raise UsageError("folds and held_out are two ways to score; give one of them.")
    if folds is not None and (isinstance(folds, bool) or not isinstance(folds, int) or folds < 2):
        raise UsageError(f"folds is {folds!r:.40}; give a whole number from 2, such as 5.")
    if curve and held_out is not None:
        raise UsageError("a learning curve needs folds, and a part is held out; give folds, or leave the curve out.")
    return not is_slow and held_out is None if curve is None else curve


def _trained(
    validation: CrossValidation,
    one_part: bool,
    curve: bool,
    seed: int,
    bootstrap: BootstrapConfig,
    progress: Progress | None,
) -> tuple[Any, FloatArray, LearningCurve]:
    """Return the model, what models said of rows they had not seen, shape (n_rows, n_labels), and the curve."""
    rows, labels = validation.rows, validation.labels
    n_parts = len(validation.folds) * len(FRACTIONS) * draws_of(len(rows.labels)) if curve else 0
    total, done = 1 if one_part else len(validation.folds) + n_parts + 1, 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    if one_part:
        ((learnt, held_out),) = validation.folds
        model = validation.fitted(learnt, MODEL)
        unseen = np.zeros((len(rows.labels), len(labels)))
        unseen[held_out] = probabilities_of(model, validation.examples(held_out), labels)
        tick()
        return model, unseen, LearningCurve()
    unseen = validation.out_of_fold(tick)
    points = learning_curve(validation, unseen, seed, bootstrap, tick) if curve else LearningCurve()
    model = validation.fitted(np.arange(len(rows.labels)), MODEL)
    if progress is not None:
        progress(total, total)
    return model, unseen, points


def _majority() -> Classifier:
    from weibo_nlp.models import MajorityClassifier

    return MajorityClassifier()


def _digest(rows: LabelledRows) -> str:
    texts = ((each.text, each.target, each.parent) for each in rows.examples)
    return digest_of(zip(texts, rows.labels, rows.groups.tolist(), strict=True))


def _scores(
    rows: LabelledRows,
    labels: tuple[str, ...],
    places: IntArray,
    probabilities: FloatArray,
    bootstrap: BootstrapConfig,
) -> Scores:
    """Score what models said of the rows at these places, with intervals over units."""
    examples, given = ([column[place] for place in places] for column in (rows.examples, rows.labels))
    return scores_of(examples, given, rows.groups[places], labels, probabilities[places], bootstrap)


def _fit_sets(
    model: Any, labels: tuple[str, ...], rows: LabelledRows, places: IntArray, unseen: FloatArray, seed: int
) -> float | None:
    """Give a model that can keep them prediction sets by rows it has not seen; return their mean size."""
    if not hasattr(model, "conformal_"):
        return None
    if len(places) > MAX_SET_ROWS:
        places = np.sort(np.random.default_rng(seed).choice(places, MAX_SET_ROWS, replace=False))
    codes = [labels.index(rows.labels[place]) for place in places]
    sets = ConformalSets(labels, unseen[places], codes)
    model.conformal_ = sets
    return float(np.mean([len(each) for each in sets.sets(unseen[places], COVERAGE)]))

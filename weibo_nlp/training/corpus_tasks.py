"""Tasks of the shipped corpus as a model learns them: rows to learn from, and rows that say when it has learnt enough.

What is learnt from, and how much each row weighs, is that of the benchmark; test is neither learnt from nor looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from weibo_nlp.corpus import Release
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.folds import Fold, corpus_evaluation_set, corpus_folds
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import TaskSpec, corpus_tasks
from weibo_nlp.training.unfinished import digest_of

LEARNT, WATCHED = ("train",), "validation"


@dataclass(frozen=True, slots=True)
class CorpusTask:
    """One task.

    Attributes
    ----------
    spec : TaskSpec
        The task; its ``test`` is the validation part.
    fold : Fold
        What is learnt from.
    watched : EvaluationSet
        Rows by which training is stopped and probabilities are calibrated, and which are then scored.
    notes : tuple of str
        What was left out of what is learnt from, in sentences.
    """

    spec: TaskSpec
    fold: Fold
    watched: EvaluationSet
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> list[str]:
        """Gold labels of the rows watched."""
        return [label.label for label in self.watched.gold]

    @property
    def digest(self) -> str:
        """Checksum of all rows."""
        fold, watched = self.fold, self.watched
        weights = fold.train_weights or [None] * len(fold.train)
        learnt = zip(fold.train, fold.train_labels, fold.train_groups, weights, strict=True)
        rows = [((each.text, each.target, each.parent), *rest) for each, *rest in learnt]
        seen = zip(watched.examples, self.labels, strict=True)
        return digest_of([*rows, *(((each.text, each.target, each.parent), label) for each, label in seen)])


def composed_tasks(release: Release, wanted: Sequence[str] = ()) -> list[CorpusTask]:
    """Tasks learnt from the train split of the corpus and watched on its validation split.

    Parameters
    ----------
    release : Release
        The corpus.
    wanted : sequence of str
        Tasks; all when empty.

    Raises
    ------
    UnknownNameError
        If a wanted task is not in the scheme.
    """
    tasks = []
    for each in corpus_tasks(release.scheme, release.version, wanted):
        spec = replace(each, train=LEARNT, test=WATCHED)
        (fold,) = corpus_folds(release, spec)
        tasks.append(CorpusTask(spec, fold, corpus_evaluation_set(release, spec)))
    return tasks


def real_and_composed_tasks(real: RealTexts, wanted: Sequence[str] = ()) -> list[CorpusTask]:
    """Tasks learnt from real train and from the corpus, as under the protocol ``real``, watched on real validation.

    Of the corpus, train and validation are learnt from, since nothing of it is watched.

    Parameters
    ----------
    real : RealTexts
        With the texts of a user's copies.
    wanted : sequence of str
        Tasks; all when empty.

    Raises
    ------
    UnknownNameError
        If a wanted task is not in the scheme.
    DataError
        If the copies have no text of the validation part.
    """
    tasks = []
    for each in real_tasks(real.release.scheme, real.release.version, wanted):
        spec = replace(each, train=LEARNT, test=WATCHED)
        (fold,), notes = real.folds(spec)
        watched = real.evaluation_set(spec)
        tasks.append(CorpusTask(spec, fold, watched, (*notes, *watched.notes)))
    return tasks

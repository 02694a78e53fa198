"""The corpus as spaCy reads what it trains on: ``@readers = "weibo_nlp.Corpus.v1"`` in a configuration.

:func:`textcat_config` is a whole configuration for ``spacy train``.

No ``from __future__ import annotations`` here: spaCy checks a configuration against the annotations themselves.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from spacy.language import Language
from spacy.training import Example as SpacyExample
from spacy.util import logger, registry

from weibo_nlp.corpus import Release, open_release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.external import find_texts
from weibo_nlp.records import Example
from weibo_nlp.tasks import CORPUS_PROTOCOLS, LABELLED_HERE, REAL_PROTOCOLS, STANDARD, EvaluationSet, TaskSpec
from weibo_nlp.tasks.folds import Fold, corpus_evaluation_set, corpus_folds
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import corpus_tasks

READER = "weibo_nlp.Corpus.v1"
"""Name under ``@readers`` in a spaCy configuration."""

SPLITS = ("train", "dev", "test")
DEV_SHARE = 10
"""One group in so many is ``dev``."""

_CONFIG = Path(__file__).resolve().parent.parent / "data" / "textcat.cfg"

# spaCy's own classes are untyped.
Read: TypeAlias = Callable[[Language], Iterator[SpacyExample]]  # type: ignore[no-any-unimported, unused-ignore]


def textcat_config() -> Path:
    """File of the shipped configuration: bag of words beside a small convolutional network, for ``spacy train``.

    Its ``[vars]`` are the task, the protocol and the fold, its ``[paths]`` the folder of your copies of public texts.
    """
    return _CONFIG


@registry.readers(READER)  # type: ignore[untyped-decorator, unused-ignore]
def create_corpus(
    task: str,
    split: str = "train",
    protocol: str = STANDARD,
    fold: str | int | None = None,
    copies: str | None = None,
) -> Read:  # type: ignore[no-any-unimported, unused-ignore]
    """Return what reads the rows of a fold for a text classifier, for ``@readers = "weibo_nlp.Corpus.v1"``.

    Parameters
    ----------
    task : str
        Task of the scheme that has no target.
    split : {"train", "dev", "test"}
        What the fold learns from but for one group (a thread, a hashtag) in ten; that one, which says when to stop
        training and is not scored; or what the fold holds out. Which groups are ``dev`` hangs on their names alone.
    protocol : str
        Of the corpus, as ``standard`` and ``cross_event``, or of the public texts, as ``real``.
    fold : str or int, optional
        Name of the fold, where the protocol has several.
    copies : str, optional
        Folder of your copies of the public texts; `weibo-nlp corpus hydrate` tells which they are.

    Returns
    -------
    callable
        Takes a pipeline and yields an example for every row, in the order of the benchmark: the raw text, cut by the
        pipeline's tokenizer, and in ``cats`` the categories ``task:label``, 1 for the label and 0 for all others.
        A text classifier of spaCy knows no weights of rows: a document that needs its thread counts as any other.

    Raises
    ------
    UnknownNameError
        If there is no such task, split, protocol or fold.
    UsageError
        If the task has a target, a fold has to be named, or the public texts are asked for without copies.
    DataError
        If none of the public texts is there, or a split is empty.
    """
    _spec(open_release(), task, protocol)
    if split not in SPLITS:
        raise UnknownNameError("split of a fold", split, SPLITS)

    def read(nlp: Language) -> Iterator[SpacyExample]:  # type: ignore[no-any-unimported, unused-ignore]
        asked = questions(task, protocol, copies)
        rows = asked.rows(split, fold)
        if not rows:
            raise DataError(f"{task} under {protocol}: {split} of fold {fold!r} has no row; take another fold.")
        for note in asked.evaluation_set.notes:
            logger.info(note)
        for example, label in rows:
            cats = {category(task, name): float(name == label) for name in asked.spec.labels}
            yield SpacyExample.from_dict(nlp.make_doc(example.text), {"cats": cats})

    return read


@dataclass(frozen=True)
class Questions:
    """What a text classifier is asked, and what it may learn from to answer.

    Attributes
    ----------
    spec, evaluation_set : TaskSpec, EvaluationSet
        What is scored; the notes say what is left out of it and of the folds.
    folds : tuple of Fold
        Training runs that answer it between them.
    """

    spec: TaskSpec
    evaluation_set: EvaluationSet
    folds: tuple[Fold, ...]

    def fold(self, name: str | int | None) -> Fold:
        """Return the fold of a name, or the only one there is.

        Raises
        ------
        UnknownNameError, UsageError
            If there is none of that name, or there are several and none is named.
        """
        by_name = {fold.name: fold for fold in self.folds}
        if name is None and len(self.folds) > 1:
            raise UsageError(
                f"{self.spec.name} under {self.spec.protocol} has {len(self.folds)} folds; name one of "
                f"{', '.join(by_name)}, with spacy train as --vars.fold NAME."
            )
        if name is None:
            return self.folds[0]
        if str(name) not in by_name:  # the command line of spaCy reads 0 as a number
            raise UnknownNameError("fold", str(name), by_name)
        return by_name[str(name)]

    def rows(self, split: str, fold: str | int | None = None) -> list[tuple[Example, str]]:
        """Texts and labels of a split of a fold, in their order."""
        own = self.fold(fold)
        if split == "test":
            gold, examples = self.evaluation_set.gold, self.evaluation_set.examples
            return [(examples[place], gold[place].label) for place in own.held_out]
        learnt = zip(own.train, own.train_labels, own.train_groups, strict=True)
        return [(example, label) for example, label, group in learnt if _is_dev(group) == (split == "dev")]


def questions(task: str, protocol: str = STANDARD, copies: Path | str | None = None) -> Questions:
    """Read what a text classifier is asked on a task under a protocol; see :func:`create_corpus`.

    Raises
    ------
    UnknownNameError, UsageError, DataError
        As :func:`create_corpus`.
    """
    # As text: a configuration has no paths, and what was read once is looked up by what was asked.
    return _questions(open_release().path, task, protocol, None if copies is None else str(copies))


def category(task: str, label: str) -> str:
    """Key of ``doc.cats``, as the component ``weibo_labels`` has it: several classifiers fit into one pipeline."""
    return f"{task}:{label}"


# Asked for train and for dev in turn; finding texts in copies takes longer than a hundred steps of training.
@lru_cache(maxsize=1)
def _questions(corpus: Path, task: str, protocol: str, copies: str | None) -> Questions:
    release = open_release(corpus)
    spec = _spec(release, task, protocol)
    if protocol in CORPUS_PROTOCOLS:
        return Questions(spec, corpus_evaluation_set(release, spec), corpus_folds(release, spec))
    if copies is None:
        raise UsageError(
            f"protocol {protocol} needs public texts, which are not shipped; name the folder of your copies, with "
            "spacy train as --paths.copies FOLDER."
        )
    hydration = find_texts(copies, RealTexts(release).sets, withdrawn=release.withdrawn)
    real = RealTexts(release, hydration.texts)
    evaluation_set = real.evaluation_set(spec)
    folds, notes = real.folds(spec)
    return Questions(spec, replace(evaluation_set, notes=(*notes, *evaluation_set.notes)), folds)


def _spec(release: Release, task: str, protocol: str) -> TaskSpec:
    protocols = [name for group in LABELLED_HERE.values() for name in group]
    if protocol not in protocols:
        raise UnknownNameError("protocol", protocol, protocols)
    make = real_tasks if protocol in REAL_PROTOCOLS else corpus_tasks
    (spec,) = make(release.scheme, release.version, [task], [protocol])
    if spec.targeted:
        others = ", ".join(name for name in release.scheme.tasks if name not in release.scheme.targeted)
        raise UsageError(
            f"{task} is about a target, and a text classifier of spaCy sees the text alone; take one of {others}, or "
            "the component weibo_labels, which gives stances."
        )
    return spec


def _is_dev(group: str) -> bool:
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big") % DEV_SHARE == 0

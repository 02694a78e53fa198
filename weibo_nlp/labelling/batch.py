"""A batch of texts, in the forms that models read: each is made once, and only if some model reads it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from weibo_nlp.errors import UsageError
from weibo_nlp.features.context import context_of
from weibo_nlp.features.preparation import PreparedExample, PreparedText, prepare_all
from weibo_nlp.models.answers import distributions, plain_labels
from weibo_nlp.models.base import FloatArray
from weibo_nlp.models.one_pass import TextsRead
from weibo_nlp.records import Example
from weibo_nlp.scheme import Task
from weibo_nlp.text.plain import own_words

_READ_PREPARED = tuple(
    f"weibo_nlp.models.{name}"
    for name in ("linear", "stance", "embedding", "embedding_stance", "transformer.classifier")
)


class Batch:
    """Plain texts that are labelled together.

    Parameters
    ----------
    texts : sequence of str
        As a platform shows them.
    parents : sequence of str or None, optional
        What each answers, where that is known.
    roots : sequence of str or None, optional
        The first text of each one's thread, where that is known.

    Attributes
    ----------
    read : TextsRead or None
        Their n-grams, once they were looked up.
    about_several : dict of str to ndarray, shape (n_texts, n_targets, n_labels)
        Task -> what its model says of each of several targets, once it was asked.
    """

    def __init__(
        self,
        texts: Sequence[str],
        parents: Sequence[str | None] | None = None,
        roots: Sequence[str | None] | None = None,
    ) -> None:
        self.texts, self._parents, self._roots = texts, parents, roots
        self.read: TextsRead | None = None
        self.about_several: dict[str, FloatArray] = {}

    @cached_property
    def plain(self) -> list[Example]:
        """The texts alone."""
        return [Example(text, plain=True) for text in self.texts]

    @cached_property
    def prepared(self) -> list[PreparedText]:
        """The texts as models see them."""
        return prepare_all(self.texts, html=False)

    def examples(
        self,
        places: Sequence[int],
        targets: Sequence[str | None] | None,
        *,
        prepared: bool,
        in_threads: bool = False,
    ) -> Sequence[Example]:
        """Examples of some of the texts: with targets, where they are asked about any, and then what they answer.

        In threads, each has what it answers and the first text of its thread, whatever it is asked about.
        """
        if not prepared and targets is None and not in_threads:
            return self.plain if len(places) == len(self.texts) else [self.plain[at] for at in places]
        nothing: Sequence[str | None] = [None] * len(self.texts)
        above, first, about = nothing, nothing, nothing if targets is None else targets
        if targets is not None or in_threads:
            above = (self._parents_prepared if prepared else self._parents) or nothing
        if in_threads:
            first = (self._roots_prepared if prepared else self._roots) or nothing
        if not prepared:
            return [Example(self.texts[at], about[at], above[at], True, first[at]) for at in places]
        rows = []
        for at in places:
            text, parent, root = self.prepared[at], above[at], first[at]
            parent = parent if parent is not None else text.answered
            rows.append(PreparedExample(text.own, about[at], parent, True, None if root == parent else root))
        return rows

    @cached_property
    def contexts(self) -> list[str | None]:
        """What stands above each text, None where nothing does."""
        nothing: list[str | None] = [None] * len(self.texts)
        if self._parents is None and self._roots is None:
            return nothing
        return [context_of(*each) for each in zip(self._parents or nothing, self._roots or nothing, strict=True)]

    @property
    def answering(self) -> list[int]:
        """Places of the texts that something stands above."""
        return [place for place, context in enumerate(self.contexts) if context is not None]

    def examples_in_context(self, places: Sequence[int]) -> list[Example]:
        """Examples of some of the texts with what stands above them."""
        return [Example(self.texts[at], parent=self.contexts[at], plain=True) for at in places]

    @cached_property
    def _parents_prepared(self) -> list[str | None] | None:
        return None if self._parents is None else _own_words(self._parents)

    @cached_property
    def _roots_prepared(self) -> list[str | None] | None:
        return None if self._roots is None else _own_words(self._roots)

    def given_to(
        self, model: object, places: Sequence[int], targets: Sequence[str | None] | None
    ) -> Sequence[Example] | list[str]:
        """Examples for models that read them, and strings for those of other libraries."""
        from weibo_nlp.models.estimator import TextClassifier  # scikit-learn takes a second

        # Of classes that somebody made from ours, nobody knows what they read.
        is_ours = type(model).__module__ in _READ_PREPARED
        if targets is not None or isinstance(model, TextClassifier):
            return self.examples(places, targets, prepared=is_ours, in_threads=reads_threads(model))
        return [own_words(self.texts[at]) for at in places]


def reads_threads(model: object) -> bool:
    """Whether a model says that it reads the texts above a text."""
    return bool(getattr(model, "reading_context_", False))


def _own_words(texts: Sequence[str | None]) -> list[str | None]:
    """Own words of texts as models see them; each different one is read once."""
    given = list(dict.fromkeys(text for text in texts if text is not None))
    own = dict(zip(given, (each.own for each in prepare_all(given, html=False)), strict=True))
    return [None if text is None else own[text] for text in texts]


def asked(
    model: Any, task: Task, batch: Batch, places: Sequence[int], targets: Sequence[str | None] | None
) -> FloatArray:
    """Ask a model that reads texts by itself about some of a batch, and check what it says.

    Raises
    ------
    UsageError
        If it cannot read texts with a target, or says what :func:`weibo_nlp.models.answers.distributions` refuses.
    """
    try:
        answer = model.predict_proba(batch.given_to(model, places, targets))
    except (AttributeError, TypeError) as error:
        if not task.targeted:
            raise
        raise UsageError(
            f"the model for {task.name!r} cannot read texts with a target ({error}); give one that takes "
            "weibo_nlp.records.Example, such as LinearClassifier."
        ) from error
    what = f"the model for {task.name!r}"
    return distributions(answer, len(places), plain_labels(model.classes_, f"{what} is one"), what)

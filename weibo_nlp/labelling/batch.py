"""A batch of texts, in the forms that models read: each is made once, and only if some model reads it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from weibo_nlp.features.preparation import PreparedText, prepare_all
from weibo_nlp.models.one_pass import TextsRead
from weibo_nlp.records import Example
from weibo_nlp.text.plain import own_words

_READ_PREPARED = ("weibo_nlp.models.linear", "weibo_nlp.models.stance")


class Batch:
    """Plain texts that are labelled together.

    Parameters
    ----------
    texts : sequence of str
        As a platform shows them.
    parents : sequence of str or None, optional
        What each answers, where that is known.

    Attributes
    ----------
    read : TextsRead or None
        Their n-grams, once they were looked up.
    """

    def __init__(self, texts: Sequence[str], parents: Sequence[str | None] | None) -> None:
        self.texts, self._parents = texts, parents
        self.read: TextsRead | None = None

    @cached_property
    def plain(self) -> list[Example]:
        """The texts alone."""
        return [Example(text, plain=True) for text in self.texts]

    @cached_property
    def prepared(self) -> list[PreparedText]:
        """The texts as models see them."""
        return prepare_all(self.texts, html=False)

    def examples(
        self, places: Sequence[int], targets: Sequence[str | None] | None, *, prepared: bool
    ) -> Sequence[Example]:
        """Examples of some of the texts: with targets, where they are asked about any, and then what they answer."""
        if not prepared and targets is None:
            return self.plain
        above = None if targets is None else self._parents_prepared if prepared else self._parents
        about: Sequence[str | None] = [None] * len(self.texts) if targets is None else targets
        if not prepared:
            return [Example(self.texts[at], about[at], None if above is None else above[at], True) for at in places]
        return [
            Example(text.own, about[at], parent if parent is not None else text.answered, True, True)
            for at in places
            for text, parent in ((self.prepared[at], None if above is None else above[at]),)
        ]

    @cached_property
    def _parents_prepared(self) -> list[str | None] | None:
        if self._parents is None:
            return None
        given = list(dict.fromkeys(parent for parent in self._parents if parent is not None))
        own = dict(zip(given, (each.own for each in prepare_all(given, html=False)), strict=True))
        return [None if parent is None else own[parent] for parent in self._parents]

    def given_to(
        self, model: object, places: Sequence[int], targets: Sequence[str | None] | None
    ) -> Sequence[Example] | list[str]:
        """Examples for models that read them, and strings for those of other libraries."""
        from weibo_nlp.models.estimator import TextClassifier  # scikit-learn takes a second

        # Of classes that somebody made from ours, nobody knows what they read.
        is_ours = type(model).__module__ in _READ_PREPARED
        if targets is not None or isinstance(model, TextClassifier):
            return self.examples(places, targets, prepared=is_ours)
        return [own_words(text) for text in self.texts]

"""An encoder's vectors beside n-grams: of a text, and for stance of what it says of its target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone

from weibo_nlp.features.encoders import Encoder, vectors
from weibo_nlp.features.encoders.base import FloatArray
from weibo_nlp.features.preparation import model_text
from weibo_nlp.features.stance import StanceFeatures
from weibo_nlp.features.targeted import TargetedNgrams, copies
from weibo_nlp.records import Example

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class EmbeddedFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Features of n-grams and, behind them, the vectors of an encoder.

    A text's unit vector, less the mean of those learnt from and divided by their mean distance from it, times `scale`:
    encoders crowd all texts into one corner, where the directions that tell them apart are short. With a target, a
    copy of it for each family of targets, and the product of the vectors of text and target, number by number. A text
    without words has zeros.

    Parameters
    ----------
    ngrams : TargetedNgrams
        The features beside which they stand.
    encoder : Encoder or None
        What makes vectors; None where it has still to be given.
    scale : float
        Length of a mean vector beside 1 of the n-grams of a text.

    Attributes
    ----------
    mean_ : ndarray of float32, shape (dims,)
        Mean of the unit vectors of the texts learnt from.
    spread_ : float
        Root of their mean squared distance from it.
    """

    def __init__(self, ngrams: TargetedNgrams, encoder: Encoder | None, scale: float) -> None:
        self.ngrams, self.encoder, self.scale = ngrams, encoder, scale

    def __sklearn_clone__(self) -> Self:
        return type(self)(clone(self.ngrams), self.encoder, self.scale)

    def fit(self, X: Sequence[Example], y: object = None) -> Self:
        """Learn the vocabulary, and where the vectors lie, of examples that are `prepared`."""
        self.ngrams.fit(X)
        found = self._vectors([text for text in dict.fromkeys(example.text for example in X) if text])
        self.mean_ = found.mean(axis=0)
        self.spread_ = float(np.sqrt(np.mean(np.sum((found - self.mean_) ** 2, axis=1)))) or 1.0
        return self

    def transform(self, X: Sequence[Example]) -> csr_matrix:
        """Return features of examples that are `prepared`, shape (n_examples, n_columns).

        Raises
        ------
        DataError
            If an example has no target though those learnt from had one.
        """
        from scipy.sparse import csr_matrix, hstack

        return csr_matrix(hstack([self.ngrams.transform(X), *self._blocks(X)]))

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets that get a copy of the n-grams."""
        return self.ngrams.targets

    @property
    def with_target(self) -> bool:
        """Whether examples have a target."""
        return self.ngrams.with_target

    @property
    def with_parent(self) -> bool:
        """Whether any example has a text that it answers."""
        return self.ngrams.with_parent

    @property
    def family_names(self) -> tuple[str, ...]:
        """Families of targets that get a copy."""
        return self.ngrams.family_names if isinstance(self.ngrams, StanceFeatures) else ()

    def family(self, target: str) -> str:
        """Family of a target, where the features know of families."""
        return self.ngrams.family(target) if isinstance(self.ngrams, StanceFeatures) else ""

    @property
    def vectorizer_(self) -> Any:
        """The vocabulary of the texts."""
        return self.ngrams.vectorizer_

    @vectorizer_.setter
    def vectorizer_(self, vectorizer: Any) -> None:
        self.ngrams.vectorizer_ = vectorizer

    @property
    def dims(self) -> int:
        """Numbers in a vector."""
        return len(self.mean_)

    @property
    def n_vector_columns(self) -> int:
        """Number of columns that come of vectors."""
        return self.dims * (1 + (1 + len(self.family_names) if self.ngrams.with_target else 0))

    @property
    def n_columns(self) -> int:
        """Number of columns that :meth:`transform` returns."""
        return self.ngrams.n_columns + self.n_vector_columns

    def _vectors(self, texts: Sequence[str]) -> FloatArray:
        if self.encoder is None:
            raise AssertionError("the model gives the encoder before it asks for vectors")
        return vectors(self.encoder, texts)

    def _blocks(self, X: Sequence[Example]) -> list[Any]:
        from scipy.sparse import csr_matrix

        texts = [example.text for example in X]
        own = self._placed(texts)
        blocks: list[Any] = [csr_matrix(own * np.float32(self.scale))]
        if not self.ngrams.with_target:
            return blocks
        targets = [example.target or "" for example in X]
        if isinstance(self.ngrams, StanceFeatures):
            families = {target: self.family(target) for target in set(targets)}
            blocks += copies(blocks[0], [families[target] for target in targets], self.family_names)
        names = {target: model_text(target) for target in set(targets)}
        towards = self._placed([names[target] for target in targets])
        # The product of two vectors of length 1 has numbers of 1 / dims: brought back to the size of the others.
        blocks.append(csr_matrix(own * towards * np.float32(self.scale * np.sqrt(self.dims))))
        return blocks

    def _placed(self, texts: Sequence[str]) -> FloatArray:
        """Vectors by what tells them apart; zeros where there is no text."""
        has_words = np.array([bool(text) for text in texts], dtype=bool)[:, None]
        return np.asarray((self._vectors(texts) - self.mean_) / self.spread_ * has_words, dtype=np.float32)

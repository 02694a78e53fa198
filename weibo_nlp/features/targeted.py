"""Features of examples, side by side: the text, the text it answers, the target, and a copy for each known target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from weibo_nlp.errors import DataError
from weibo_nlp.features.layout import PARENT_SCALE, SHARED_SCALE, ColumnLayout
from weibo_nlp.features.ngrams import fit_ngrams
from weibo_nlp.features.preparation import model_text
from weibo_nlp.records import Example

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MIN_TARGET_EXAMPLES = 20  # below that, a copy of the features learns noise, and thousands of targets fill the memory


class TargetedNgrams(TransformerMixin, BaseEstimator):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Character n-grams of examples, as a transformer of scikit-learn.

    Columns are the text's n-grams, those of the text answered, those of the target's own words, and one copy of the
    text's n-grams for each of `targets`. All are counted in the vocabulary of the texts.

    Parameters
    ----------
    targets : tuple of str
        Targets that get a copy of their own; see :meth:`suited_to`.
    with_target, with_parent : bool
        Whether examples have a target, and whether any has a text that it answers.
    min_df : int or float
        An n-gram must occur in this many different texts.

    Attributes
    ----------
    vectorizer_ : TfidfVectorizer
        The vocabulary of the texts.
    """

    def __init__(
        self, targets: tuple[str, ...] = (), with_target: bool = False, with_parent: bool = False, min_df: float = 2
    ) -> None:
        self.targets = targets
        self.with_target = with_target
        self.with_parent = with_parent
        self.min_df = min_df

    @classmethod
    def suited_to(cls, examples: Sequence[Example], min_df: float) -> Self:
        """Return what fits training examples: a copy for each target of at least ``MIN_TARGET_EXAMPLES`` of them.

        Raises
        ------
        DataError
            If some examples have a target and others have none.
        """
        counts = Counter(example.target for example in examples if example.target is not None)
        if counts.total() not in (0, len(examples)):
            raise DataError(f"{counts.total()} of {len(examples)} examples have a target; give it to all or to none.")
        targets = tuple(sorted(target for target, count in counts.items() if count >= MIN_TARGET_EXAMPLES))
        return cls(targets, bool(counts), any(example.parent for example in examples), min_df)

    def fit(self, X: Sequence[Example], y: object = None) -> Self:
        """Learn the vocabulary of examples that are :func:`~weibo_nlp.features.preparation.prepared`."""
        # A text judged on three targets is still one text when n-grams are counted.
        self.vectorizer_ = fit_ngrams(list(dict.fromkeys(example.text for example in X)), self.min_df)
        return self

    def transform(self, X: Sequence[Example]) -> csr_matrix:
        """Return features of examples that are `prepared`, shape (n_examples, n_columns).

        Raises
        ------
        DataError
            If an example has no target though those learnt from had one.
        """
        from scipy.sparse import csr_matrix, hstack

        if self.with_target and (n_missing := sum(example.target is None for example in X)):
            raise DataError(
                f"{n_missing} of {len(X)} examples have no target, and the model has learnt from targets; "
                "give Example(text, target)."
            )
        return csr_matrix(hstack(self._blocks(X)))

    @property
    def layout(self) -> ColumnLayout:
        """Where the features stand among the columns."""
        return ColumnLayout(self.targets, self.with_target, self.with_parent)

    @property
    def n_columns(self) -> int:
        """Number of columns that :meth:`transform` returns."""
        return self.layout.n_columns(len(self.vectorizer_.vocabulary_))

    @property
    def n_blocks(self) -> int:
        """Number of copies of the vocabulary that stand side by side."""
        return self.layout.n_blocks

    def _blocks(self, X: Sequence[Example]) -> list[Any]:
        """Columns of the text, the text answered, the target, and the copies."""
        texts = [example.text for example in X]
        # A text may be judged on many targets; without any, texts hardly recur.
        own = self._recurring(texts) if self.with_target else self.vectorizer_.transform(texts)
        blocks: list[Any] = [own * SHARED_SCALE if self.with_target else own]
        if self.with_parent:
            blocks.append(self._recurring([example.parent or "" for example in X]) * PARENT_SCALE)
        if self.with_target:
            words = {target: model_text(target) for target in {example.target or "" for example in X}}
            blocks.append(self._recurring([words[example.target or ""] for example in X]))
        return blocks + copies(own, [example.target for example in X], self.targets)

    def _recurring(self, texts: Sequence[str]) -> Any:
        """N-grams of targets or parents: one root has thousands of answers and is counted once."""
        distinct, places = np.unique(np.array(texts, dtype=object), return_inverse=True)
        return self.vectorizer_.transform(distinct)[places]


def copies(own: Any, members: Sequence[str | None], names: Sequence[str], scale: float = 1.0) -> list[Any]:
    """One copy of the rows of `own` for each name, times `scale`: zeros but for the rows whose member it is."""
    from scipy.sparse import diags

    return [diags([scale * (member == name) for member in members]) @ own for name in names]

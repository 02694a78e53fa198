"""Log odds of a fitted linear model from counts of n-grams, without its sparse matrix of features.

What :class:`~weibo_nlp.models.LinearClassifier` learnt with scikit-learn is a weight for each label and column. Texts
are given their log odds here by adding up those weights, entry by entry, so that the n-grams of a text are looked up
once for all labels, copies and models that read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.features.layout import (
    CUE_SCALE,
    FAMILY_SCALE,
    N_CUES,
    PARENT_SCALE,
    SHARED_SCALE,
    WINDOW_SCALE,
    ColumnLayout,
    family_cue,
    target_text,
)
from weibo_nlp.features.ngram_index import NgramCounts, NgramIndex, batches
from weibo_nlp.features.ngrams import pack
from weibo_nlp.features.relation import relation
from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.records import Example

Weights = npt.NDArray[np.floating]
_CUE = np.dtype([("alone", np.int64), ("in_family", np.int64), ("weight", np.float64)])


class LinearScorer:
    """A fitted linear model, ready to add up.

    Parameters
    ----------
    layout : ColumnLayout
        What the columns stand for.
    index : NgramIndex
        The vocabulary, of this model or of several; ``len(index)`` is the width of a block.
    idf : ndarray, shape (n_terms,)
        Weight of each n-gram; 0 of those that are other models'.
    coef, intercept : ndarray, shape (n_labels, n_columns) and (n_labels,)
        The margins.
    mixing, offset : ndarray, shape (n_labels, n_labels) and (n_labels,)
        The regression from margins to log odds.
    """

    def __init__(
        self,
        layout: ColumnLayout,
        index: NgramIndex,
        idf: Weights,
        coef: Weights,
        intercept: Weights,
        mixing: Weights,
        offset: Weights,
    ) -> None:
        self.layout, self.index, self.idf, self.coef = layout, index, idf, coef
        self.intercept, self.mixing, self.offset = intercept, mixing.astype(np.float64), offset

    def log_odds(self, examples: Sequence[Example]) -> FloatArray:
        """Return the log odds of prepared examples, shape (n_examples, n_labels).

        Raises
        ------
        DataError
            If the model has learnt from targets, and an example has none.
        """
        self._require_targets(examples)
        numbers: dict[str, int] = {}
        rows = np.array([numbers.setdefault(example.text, len(numbers)) for example in examples], dtype=np.int64)
        texts, order = list(numbers), np.argsort(rows, kind="stable")
        log_odds = np.zeros((len(examples), len(self.offset)))
        for start, stop in batches(list(map(len, texts))):
            first, last = np.searchsorted(rows[order], (start, stop))
            members = order[first:last]
            counts = self.index.read(texts[start:stop]).counts()
            log_odds[members] = self.counted([examples[at] for at in members.tolist()], counts, rows[members] - start)
        return log_odds

    def counted(self, examples: Sequence[Example], counts: NgramCounts, rows: IntArray) -> FloatArray:
        """Return what :meth:`log_odds` does, of examples whose texts are counted already.

        Parameters
        ----------
        examples : sequence of Example
            Prepared; of a model without targets and parents, they may be missing.
        counts : NgramCounts
            Of texts in this model's index.
        rows : ndarray, shape (n_examples,)
            Which of these texts is that of each example.
        """
        layout = self.layout
        self._require_targets(examples)
        asked, rows = np.unique(rows, return_inverse=True)
        if len(asked) < len(counts.bounds) - 1:
            counts, _ = counts.of(asked)
        weights, lengths = counts.weighted(self.idf)
        shared = self._block(0, counts, weights, lengths)
        margins = shared[rows] * (SHARED_SCALE if layout.with_target else 1.0) + self.intercept
        if layout.with_parent:
            margins += self._of_texts(1, [example.parent or "" for example in examples]) * PARENT_SCALE
        if layout.with_target:
            targets = [example.target or "" for example in examples]
            margins += self._of_texts(layout.target_block, [target_text(target) for target in targets])
            copies = [([layout.copies.get(target, -1) for target in targets], 1.0)]
            if layout.is_related:
                kinds = {target: layout.family(target) for target in set(targets)}
                families = [kinds[target] for target in targets]
                copies.append(([layout.family_copies.get(family, -1) for family in families], FAMILY_SCALE))
            for blocks, scale in copies:
                numbers = np.array(blocks, dtype=np.int64)
                members = np.flatnonzero(numbers >= 0)
                # Several examples of one text may be asked of one block.
                pairs, again = np.unique(rows[members] * layout.n_blocks + numbers[members], return_inverse=True)
                some, of_block = np.divmod(pairs, layout.n_blocks)
                counts_of, entries = counts.of(some)
                sums = self._block(of_block, counts_of, weights.take(entries), lengths[some])
                margins[members] += sums[again] * scale
            if layout.is_related:
                margins += self._relations(examples, targets, families)
        return np.asarray(margins @ self.mixing.T + self.offset)

    def _require_targets(self, examples: Sequence[Example]) -> None:
        if self.layout.with_target and (n_missing := sum(example.target is None for example in examples)):
            raise DataError(
                f"{n_missing} of {len(examples)} examples have no target, and the model has learnt from targets; "
                "give Example(text, target)."
            )

    def _block(
        self, number: int | IntArray, counts: NgramCounts, weights: FloatArray, lengths: FloatArray
    ) -> FloatArray:
        """Sums of a block of columns, or of one for each text, for texts of unit length, shape (n_texts, n_labels)."""
        columns = counts.terms.astype(np.int64)
        columns += len(self.index) * (np.repeat(number, np.diff(counts.bounds)) if np.ndim(number) else number)
        return np.stack([counts.sums(weights * row.take(columns)) / lengths for row in self.coef], axis=1)

    def _of_texts(self, number: int, texts: Sequence[str]) -> FloatArray:
        """Sums of one block of columns, of texts that are not counted yet and may come again."""
        numbers: dict[str, int] = {}
        rows = [numbers.setdefault(text, len(numbers)) for text in texts]
        distinct = list(numbers)
        sums = np.zeros((len(distinct), len(self.coef)))
        for start, stop in batches(list(map(len, distinct))):
            counts = self.index.read(distinct[start:stop]).counts()
            sums[start:stop] = self._block(number, counts, *counts.weighted(self.idf))
        return sums[rows]

    def _relations(self, examples: Sequence[Example], targets: Sequence[str], families: Sequence[str]) -> FloatArray:
        """Sums of how texts stand to their targets."""
        words = self.layout.words
        relations = [
            relation(example.text, target_text(target), words.get(target, ()))
            for example, target in zip(examples, targets, strict=True)
        ]
        sums = self._of_texts(self.layout.window_block, [each.window for each in relations]) * WINDOW_SCALE
        rows = np.repeat(np.arange(len(examples)), [len(each.cues) for each in relations])
        # Of many cues, few are different: a number for each stands for its weight, which is looked up once.
        numbers: dict[tuple[str, str], int] = {}
        given = chain.from_iterable(
            zip(repeat(family), each.cues, strict=False) for each, family in zip(relations, families, strict=True)
        )
        places = np.array([numbers.setdefault(cue, len(numbers)) for cue in given], dtype=np.int64)
        table = np.array([family_cue(*cue) for cue in numbers], dtype=_CUE)
        weights = table["weight"] * CUE_SCALE
        for label, row in enumerate(self.coef[:, -N_CUES:]):
            of_both = row.take(table["alone"]).astype(np.float64) + row.take(table["in_family"])
            sums[:, label] += np.bincount(rows, (weights * of_both).take(places), minlength=len(examples))
        return sums


_INDICES: WeakKeyDictionary[Any, tuple[Mapping[str, int], NgramIndex]] = WeakKeyDictionary()


def index_of(vectorizer: Any) -> NgramIndex:
    """Return the index of a fitted ``TfidfVectorizer``, made once for each vocabulary."""
    vocabulary: Mapping[str, int] = vectorizer.vocabulary_
    kept = _INDICES.get(vectorizer)
    if kept is None or kept[0] is not vocabulary or len(kept[1]) != len(vocabulary):
        kept = _INDICES[vectorizer] = (vocabulary, NgramIndex(pack(sorted(vocabulary, key=vocabulary.__getitem__))))
    return kept[1]

"""Several models that read each batch of texts once: one preparation, one vocabulary, one look-up of its n-grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from weibo_nlp.features.ngram_index import NgramCounts, NgramIndex, batches
from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.models.domain_folder import DomainPredictor
from weibo_nlp.models.predictor import LinearPredictor, probabilities
from weibo_nlp.models.scorer import LinearScorer
from weibo_nlp.records import Example


class OnePass:
    """Linear models and a domain detector in one vocabulary.

    Parameters
    ----------
    models : mapping of str to LinearPredictor
        By name.
    domain : DomainPredictor, optional
        What tells texts unlike those learnt from.
    """

    def __init__(self, models: Mapping[str, LinearPredictor], domain: DomainPredictor | None = None) -> None:
        terms = [model.parts.terms for model in models.values()]
        if domain is not None:
            terms.append(domain.terms)
        self._index = NgramIndex(np.unique(np.concatenate(terms) if terms else np.zeros(0, dtype=np.uint64)))
        self._scorers = {name: model.scorer(self._index) for name, model in models.items()}
        self._domain = domain
        self._surprise = None if domain is None else domain.scorer(self._index)

    @property
    def names(self) -> frozenset[str]:
        """Names of the models."""
        return frozenset(self._scorers)

    def reads_examples(self, name: str) -> bool:
        """Whether a model reads more than the text: a target, or what the text answers."""
        layout = self._scorers[name].layout
        return layout.with_target or layout.with_parent

    def read(self, texts: Sequence[str]) -> TextsRead:
        """Look up the n-grams of prepared texts; it takes some 100 bytes a character until the answer is let go of."""
        counts, unlike = [], []
        bounds = list(batches(list(map(len, texts))))
        for start, stop in bounds:
            reading = self._index.read(texts[start:stop])
            counts.append(reading.counts())
            if self._domain is not None and self._surprise is not None:
                unlike.append(self._domain.are_unlike(self._surprise, reading))
        is_unlike = np.concatenate(unlike) if unlike else None
        return TextsRead(self._scorers, bounds, counts, is_unlike)


class TextsRead:
    """Texts that were read once, to be asked about.

    Attributes
    ----------
    is_unlike : ndarray of bool, shape (n_texts,), or None
        Whether texts are unlike those learnt from; None without a detector.
    """

    def __init__(
        self,
        scorers: Mapping[str, LinearScorer],
        bounds: Sequence[tuple[int, int]],
        counts: Sequence[NgramCounts],
        is_unlike: npt.NDArray[np.bool_] | None,
    ) -> None:
        self._scorers, self._bounds, self._counts, self.is_unlike = scorers, bounds, counts, is_unlike

    def probabilities(self, name: str, examples: Sequence[Example], rows: IntArray) -> FloatArray:
        """Return what a model says.

        Parameters
        ----------
        name : str
            Of the model.
        examples : sequence of Example
            Prepared; about texts that were read. Of a model that reads no more than the text, none are needed.
        rows : ndarray, shape (n_examples,)
            Which of the texts each example is about, rising.

        Returns
        -------
        ndarray, shape (n_examples, n_labels)
            Probabilities, rows summing to 1.
        """
        scorer = self._scorers[name]
        log_odds = []
        for (start, stop), counts in zip(self._bounds, self._counts, strict=True):
            first, last = np.searchsorted(rows, (start, stop))
            if first < last:
                log_odds.append(scorer.counted(examples[first:last], counts, rows[first:last] - start))
        return probabilities(np.concatenate(log_odds))

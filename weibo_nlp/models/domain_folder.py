"""What a folder of a domain detector holds, checked: for the detector that can be fitted, and for answers alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.features.ngram_index import NgramIndex, NgramReading
from weibo_nlp.features.ngrams import unpack
from weibo_nlp.features.preparation import prepared
from weibo_nlp.io.names import quoted
from weibo_nlp.models.base import Texts, as_examples
from weibo_nlp.models.limits import Layout
from weibo_nlp.models.storage import read_config, read_model, rebuilding
from weibo_nlp.models.surprise import HAN, SurpriseScorer, is_above, read_in_batches
from weibo_nlp.models.weights import DOMAIN, OPEN, require_not_newer, weights_models

LABELS = ("like", "unlike")
ARRAYS: Layout = MappingProxyType({"ngrams.terms": ("U64", ("ngrams",)), "ngrams.counts": ("U32", ("ngrams",))})
LEAST_VARIANCE = 0.01
_LEAST_PROBABILITY = 1e-12  # smaller ones, of files made to harm, would not be numbers in the end
_PAIR = re.compile(f"[{HAN}]{{2}}")


@dataclass(frozen=True, slots=True, eq=False)
class DomainPredictor:
    """A fitted domain detector as its folder holds it.

    Attributes are those of :class:`weibo_nlp.models.domain.DomainDetector`; ``terms`` are the packed units and
    pairs, ``counts`` how often they occurred.
    """

    share: float
    min_df: int
    terms: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int64]
    total: int
    unseen: float
    mean: float
    within: float
    between: float
    threshold: float
    trained_on: Mapping[str, Any]
    version: str

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Read a folder that a detector was saved to.

        Raises
        ------
        DataError
            If files are missing, damaged, altered, of another kind of model, or do not fit each other.
        """
        config, arrays = read_model(folder, ARRAYS)
        with rebuilding(folder):
            if config["model"] != DOMAIN or config["labels"] != list(LABELS):
                raise DataError(f"the model is {quoted(config['model'])}, not {DOMAIN}")
            numbers = {name: _number(config, name) for name in ("unseen", "mean", "within", "between", "threshold")}
            if not isinstance(config["trained_on"], dict):
                raise DataError(f"trained_on is {quoted(config['trained_on'])}")
            predictor = cls(
                share=_number(config, "share"),
                min_df=_whole(config, "min_df"),
                terms=arrays["ngrams.terms"],
                counts=arrays["ngrams.counts"].astype(np.int64),
                total=_whole(config, "total"),
                trained_on=config["trained_on"],
                version=config["version"],
                **numbers,
            )
            predictor._require_sound()
        return predictor

    def scorer(self, index: NgramIndex | None = None) -> SurpriseScorer:
        """Return what adds up the costs of units, in the vocabulary of an index where one is given."""
        return SurpriseScorer(self.terms, self.counts, self.total, self.unseen, index)

    def is_unlike(self, X: Texts) -> npt.NDArray[np.bool_]:
        """Return whether texts are unlike those learnt from, shape (n_texts,)."""
        scorer = self.scorer()
        texts = [example.text for example in prepared(as_examples(X))]
        unlike = [self.are_unlike(scorer, reading) for reading in read_in_batches(scorer.index, texts)]
        return np.concatenate([np.zeros(0, dtype=bool), *unlike])

    def are_unlike(self, scorer: SurpriseScorer, reading: NgramReading) -> npt.NDArray[np.bool_]:
        """Return whether texts that were read are unlike those learnt from, shape (n_texts,)."""
        return is_above(scorer.scores(reading, self.mean, self.within, self.between), self.threshold)

    def _require_sound(self) -> None:
        terms = unpack(self.terms)
        if len(set(terms)) != len(terms) or not self.counts.all():
            raise DataError("units stand twice, or never occurred")
        units = sum(count for term, count in zip(terms, self.counts.tolist(), strict=True) if not is_pair(term))
        if not 0 < units <= self.total <= 1 / _LEAST_PROBABILITY or not _LEAST_PROBABILITY <= self.unseen <= 1:
            raise DataError(f"{units:,} units of {quoted(self.total)}, {quoted(self.unseen)} for another")
        if self.within < 0 or self.between < LEAST_VARIANCE:
            raise DataError(f"variances of {self.within:g} and {self.between:g}")


def domain_predictor(weights: str = OPEN) -> DomainPredictor | None:
    """Read the detector that comes with weights, as :func:`weibo_nlp.models.domain.load_domain` does."""
    folder = domain_folder(weights)
    return None if folder is None else DomainPredictor.from_pretrained(folder)


def domain_folder(weights: str) -> Path | None:
    """Folder of the detector that comes with weights; None where they have none.

    Raises
    ------
    UnknownNameError, UsageError, DataError
        As :func:`weibo_nlp.models.load_model`.
    """
    folder = weights_models(weights).get(DOMAIN)
    if folder is not None:
        require_not_newer(read_config(folder), folder)
    return folder


def is_pair(term: str) -> bool:
    """Whether a term is a pair of Han characters."""
    return _PAIR.fullmatch(term) is not None


def _number(config: Mapping[str, Any], name: str) -> float:
    value = config[name]
    if type(value) not in (int, float) or not math.isfinite(value):
        raise DataError(f"{name} is {quoted(value)}, no number")
    return float(value)


def _whole(config: Mapping[str, Any], name: str) -> int:
    value = config[name]
    if type(value) is not int:
        raise DataError(f"{name} is {quoted(value)}, no whole number")
    return value

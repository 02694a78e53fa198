"""What is unlike anything learnt: how surprising the characters of a text are, and where an answer becomes a guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, Self
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.ngrams import MAX_N, pack, unpack
from weibo_nlp.features.preparation import prepared
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.models.base import Column, FloatArray, IntArray, Texts, as_examples
from weibo_nlp.models.domain_folder import ARRAYS, LABELS, LEAST_VARIANCE, DomainPredictor, domain_folder, is_pair
from weibo_nlp.models.estimator import NotFittedError
from weibo_nlp.models.limits import Layout
from weibo_nlp.models.storage import rebuilding, write_model
from weibo_nlp.models.surprise import HAN, SINGLE, SurpriseScorer, is_above, read_in_batches
from weibo_nlp.models.weights import DOMAIN, OPEN
from weibo_nlp.stats.units import numbered_ids

SHARE = 0.02
MIN_UNITS = 5
"""Units of a text, from which the spread of its costs says something."""
MIN_CALIBRATION = 50

# A word of an alphabet is one unit: letter by letter, English is less surprising than Chinese, which has so many more
# characters to choose from. Kana and Hangul are counted one by one, as Han is.
_RUN = re.compile(f"([{HAN}]+)|[{SINGLE}]|[^\\W\\d_{HAN}{SINGLE}]+")

Unit = tuple[str, str | None]
"""A unit, and where it is a Han character behind another, that one."""


class DomainDetector(BaseEstimator):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Tells texts that are unlike all that was learnt from, by how surprising their characters are.

    A text is read as units: each Han character, kana or syllable of Hangul, and each word of an alphabet by its first
    three letters. What a unit costs is its negative log probability in bits, learnt from units and from pairs of Han
    characters. The score of a text is its mean cost, in standard deviations above that of the texts it was calibrated
    on, where the deviation is that of a text with as many units: the fewer, the less a rare one proves. Above
    ``threshold_``, which `share` of those texts exceed, it is unlike them. Signs, figures and emoji are no units, and
    what has fewer than ``LEAST_EVIDENCE`` has the score 0.

    It sees language, script, and a choice of words that no text learnt from had: English, Japanese, Cantonese, letters
    at random. One or two characters pass, and English words in a Chinese post mostly do. It knows nothing of meaning:
    a post on other matters, of another time, ironic or untrue is not unlike by that, though one full of terms of a
    trade that nobody wrote about may be; and that a post passes does not say that its labels are right.

    Parameters
    ----------
    share : float
        Share of the texts for calibration that are to be called unlike, above 0 and below 1.
    min_df : int
        A unit or pair counts if it occurs in this many different groups of texts. What is saved holds no other.

    Attributes
    ----------
    threshold_ : float
        Scores above it are unlike.
    mean_, within_, between_ : float
        Of the texts for calibration: their mean cost, the variance of costs inside a text, and of texts' own means.
    counts_ : dict of str to int
        Units and pairs, and how often they occurred.
    total_ : int
        Occurrences of all units, of rare ones too.
    unseen_ : float
        Probability of one unit that is not among them.
    trained_on_ : dict
        ``texts`` and ``calibration``: how many of each.

    Notes
    -----
    Pairs are smoothed by their second character, with a Dirichlet prior of ``PAIR_PRIOR`` (MacKay & Peto 1995). As a
    filter of crawled text by language and domain, the perplexity of an n-gram model is that of CCNet (Wenzek et al.
    2020); that likelihood alone prefers simple text of another domain is known (Ren et al. 2019), hence words as units.
    """

    name: ClassVar[str] = DOMAIN
    layout: ClassVar[Layout] = ARRAYS

    def __init__(self, *, share: float = SHARE, min_df: int = 3) -> None:
        self.share, self.min_df = share, min_df

    @property
    def version(self) -> str:
        """Version of the package that trained the detector."""
        return str(getattr(self, "version_", __version__))

    def fit(self, X: Texts, y: object = None, *, calibration: Texts, groups: Column = None) -> Self:
        """Learn what is usual.

        Parameters
        ----------
        X : iterable of str or Example
            Texts that models learn from.
        y : ignored
            There as scikit-learn has it.
        calibration : iterable of str or Example
            Others of the kind that shall pass; ``MIN_CALIBRATION`` of them with ``MIN_UNITS`` units at the least.
        groups : iterable, optional
            The near-duplicates or thread that each text of `X` belongs to: within one, a unit or pair counts once for
            `min_df`. Without it, each text is its own.

        Raises
        ------
        DataError
            If nothing occurs often enough, there are too few texts to calibrate on, or as many groups as texts are not
            given.
        UsageError
            If a parameter is none, or what is given are no texts.
        """
        self._require_parameters()
        texts, others = _read(X), _read(calibration)
        members: Sequence[int] = range(len(texts))
        if groups is not None:
            members = numbered_ids(groups, "groups")[1].tolist()
        if len(members) != len(texts):
            raise DataError(f"{len(texts)} texts with {len(members)} groups; one group a text is needed.")
        counts, kept, total = _counts(texts, members, int(self.min_df))
        if not kept:
            raise DataError(
                f"{len(texts)} texts hold no word or character that occurs in {self.min_df} groups of them; give more."
            )
        rare = {term: count for term, count in counts.items() if term not in kept and not is_pair(term)}
        self.counts_ = {term: counts[term] for term in sorted(kept)}
        self.total_, self.unseen_ = total, (sum(rare.values()) + 1) / (len(rare) + 1) / (total + 1)
        self._calibrate(others)
        self.trained_on_ = {"texts": len(texts), "calibration": len(others)}
        self.version_ = __version__
        return self

    def score(self, X: Texts) -> FloatArray:
        """Return how surprising texts are, shape (n_texts,): standard deviations above the mean of the usual ones."""
        self._require_fitted()
        return self._scores(_read(X))

    def is_unlike(self, X: Texts) -> npt.NDArray[np.bool_]:
        """Return whether texts are unlike those learnt from, shape (n_texts,)."""
        return is_above(self.score(X), self.threshold_)

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the detector into a folder, as :meth:`weibo_nlp.models.LinearClassifier.save_pretrained` does."""
        place = named_path(folder, "a folder for a model")
        self._require_fitted()
        self._require_parameters()
        config = {
            "model": DOMAIN,
            "version": self.version,
            "labels": LABELS,
            "share": float(self.share),
            "min_df": int(self.min_df),
            "total": self.total_,
            "trained_on": self.trained_on_,
            **{name: getattr(self, f"{name}_") for name in ("unseen", "mean", "within", "between", "threshold")},
        }
        arrays: dict[str, npt.NDArray[Any]] = {
            "ngrams.terms": pack(list(self.counts_)),
            "ngrams.counts": np.array(list(self.counts_.values()), dtype=np.uint32),
        }
        write_model(place, config, arrays, self.layout)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """Read what :meth:`save_pretrained` wrote.

        Raises
        ------
        DataError
            If files are missing, damaged, altered, of another kind of model, or do not fit each other.
        UsageError
            If the folder is an empty name, or none.
        """
        folder = named_path(folder, "a folder of a model")
        kept = DomainPredictor.from_pretrained(folder)
        with rebuilding(folder):
            detector = cls(share=kept.share, min_df=kept.min_df)
            try:
                detector._require_parameters()
            except UsageError as error:
                raise DataError(str(error)) from error
        detector.counts_ = dict(zip(unpack(kept.terms), kept.counts.tolist(), strict=True))
        detector.total_, detector.unseen_, detector.mean_ = kept.total, kept.unseen, kept.mean
        detector.within_, detector.between_, detector.threshold_ = kept.within, kept.between, kept.threshold
        detector.trained_on_, detector.version_ = dict(kept.trained_on), kept.version
        return detector

    def _calibrate(self, texts: Sequence[str]) -> None:
        scorer = self._scorer()
        read = [scorer.costs(reading) for reading in read_in_batches(scorer.index, texts)]
        long_enough = [
            costs for all_costs, sizes in read for costs in _split(all_costs, sizes) if len(costs) >= MIN_UNITS
        ]
        if len(long_enough) < MIN_CALIBRATION:
            raise DataError(
                f"{len(long_enough)} of {len(texts)} texts for calibration have {MIN_UNITS} characters or words; "
                f"{MIN_CALIBRATION} are needed."
            )
        sizes = np.array([len(costs) for costs in long_enough])
        means = np.array([np.mean(costs) for costs in long_enough])
        squares = sum(float(np.var(costs)) * len(costs) for costs in long_enough)
        self.mean_, self.within_ = float(means.mean()), squares / float((sizes - 1).sum())
        # Of the variance between means, what the lengths of texts do not explain (one-way analysis of variance).
        explained = self.within_ * float((1 / sizes).mean())
        self.between_ = max(float(means.var(ddof=1)) - explained, LEAST_VARIANCE)
        self.threshold_ = float(np.quantile(self._scores(texts), 1 - self.share, method="higher"))

    def _scores(self, texts: Sequence[str]) -> FloatArray:
        """Scores of texts that were read."""
        scorer = self._scorer()
        readings = read_in_batches(scorer.index, texts)
        scores = [scorer.scores(each, self.mean_, self.within_, self.between_) for each in readings]
        return np.concatenate([np.zeros(0), *scores])

    def _scorer(self) -> SurpriseScorer:
        """What was learnt, ready to add up; made once for the same counts."""
        learnt = (self.counts_, self.total_, self.unseen_)
        kept = _SCORERS.get(self)
        if kept is None or kept[0][0] is not self.counts_ or kept[0][1:] != learnt[1:]:
            counts = np.array(list(self.counts_.values()), dtype=np.int64)
            kept = learnt, SurpriseScorer(pack(list(self.counts_)), counts, self.total_, self.unseen_)
            _SCORERS[self] = kept
        return kept[1]

    def _require_parameters(self) -> None:
        share, min_df = self.share, self.min_df
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 < share < 1:
            raise UsageError(f"share must be a number above 0 and below 1; got {quoted(share)}.")
        if isinstance(min_df, bool) or not isinstance(min_df, Integral) or min_df < 1:
            raise UsageError(f"min_df must be a whole number of texts from 1; got {quoted(min_df)}.")

    def _require_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError("the domain detector is not trained; call fit first, or load a trained one.")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "version_")


_SCORERS: WeakKeyDictionary[DomainDetector, tuple[tuple[Any, ...], SurpriseScorer]] = WeakKeyDictionary()


def load_domain(weights: str = OPEN) -> DomainDetector | None:
    """Load the detector that comes with weights; None where they have none.

    Parameters
    ----------
    weights : str
        Their name, as for :func:`weibo_nlp.models.load_model`.

    Raises
    ------
    UnknownNameError, UsageError, DataError
        As :func:`weibo_nlp.models.load_model`.
    """
    folder = domain_folder(weights)
    return None if folder is None else DomainDetector.from_pretrained(folder)


def train_domain(texts: Texts, calibration: Texts, groups: Column = None) -> DomainDetector:
    """Learn the detector that is shipped with weights.

    Parameters
    ----------
    texts : iterable of str or Example
        All that the weights learn from; a text that stands there for several tasks or targets counts once.
    calibration : iterable of str or Example
        Validation texts of the real layer.
    groups : iterable, optional
        Near-duplicates or thread of each text; no n-gram is kept of fewer than three of them.

    Raises
    ------
    DataError, UsageError
        As :meth:`DomainDetector.fit`.
    """
    examples = as_examples(texts)
    names = list(range(len(examples))) if groups is None else list(groups)
    if len(names) != len(examples):
        raise DataError(f"{len(examples)} texts with {len(names)} groups; one group a text is needed.")
    once = {example.text: name for example, name in zip(examples, names, strict=True)}
    return DomainDetector().fit(list(once), calibration=calibration, groups=list(once.values()))


def _read(texts: Texts) -> list[str]:
    """Texts as models see them: the author's own words, normalised."""
    return [example.text for example in prepared(as_examples(texts))]


def _split(values: FloatArray, sizes: IntArray) -> list[FloatArray]:
    return np.split(values, np.cumsum(sizes)[:-1])


def _units(text: str) -> Iterator[Unit]:
    for match in _RUN.finditer(text):
        if (han := match[1]) is None:
            yield match[0][:MAX_N], None
        else:
            yield han[0], None
            yield from zip(han[1:], han, strict=False)


def _counts(texts: Iterable[str], groups: Iterable[int], min_df: int) -> tuple[Counter[str], set[str], int]:
    """Occurrences of units and pairs, those that occur in enough groups, and occurrences of units in all."""
    counts, total = Counter[str](), 0
    members: dict[str, set[int]] = {}
    for text, group in zip(texts, groups, strict=True):
        for unit, before in _units(text):
            total += 1
            for term in (unit,) if before is None else (unit, before + unit):
                counts[term] += 1
                seen = members.setdefault(term, set())
                if len(seen) < min_df:
                    seen.add(group)
    return counts, {term for term, seen in members.items() if len(seen) >= min_df}, total

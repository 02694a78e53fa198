"""Prediction sets: as many labels as it takes to hold the right one, class by class, in a share of texts asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import compress
from numbers import Real
from typing import Self

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.models.answers import distributions
from weibo_nlp.models.base import FloatArray
from weibo_nlp.models.limits import require_labels

MAX_CALIBRATION_ROWS = 100_000


class ConformalSets:
    """Sets of labels that hold the right one with a chosen probability, for texts of each label apart.

    Learnt from texts that the model has not seen: a label belongs to the set of a text if its probability there is no
    lower than that of the right label in all but ``1 - coverage`` of the calibration texts of this label. Of new texts
    of a label, drawn like those, at least the share `coverage` have it in their set. Nothing is promised for texts that
    are drawn in another way, such as a crawl of another time or search.

    The most probable label is in every set, whether it passes or not, so that none is empty and none contradicts the
    label that is given; that only raises coverage.

    Parameters
    ----------
    labels : sequence of str
        Labels of the model, in the order of its columns.
    probabilities : array-like, shape (n_texts, n_labels)
        The model's, for the calibration texts.
    codes : array-like of int, shape (n_texts,)
        Place of each text's right label among the labels.

    Raises
    ------
    DataError
        If labels are none of a model, a code is no place of a label, or there is no text.
    UsageError
        If probabilities are no distributions over the labels, one for each code.

    Notes
    -----
    Split conformal prediction (Vovk, Gammerman & Shafer 2005; Angelopoulos & Bates 2023) conditional on the label
    (Mondrian), with the probability as score: the least ambiguous sets of Sadinle, Lei & Wasserman (2019). Of a label
    with n calibration texts, the ceil((n + 1) coverage)-th highest probability is the limit; where that is more than n,
    nothing tells which texts the label can be ruled out for, and it is in every set: see :meth:`undecided`.

    Examples
    --------
    >>> right, wrong = [[0.9, 0.1]] * 9, [[0.2, 0.8]] * 9
    >>> sets = ConformalSets(("for", "against"), right + wrong, [0] * 9 + [1] * 9)
    >>> sets.sets([[0.95, 0.05], [0.5, 0.5]], coverage=0.9)
    [('for',), ('for',)]
    """

    def __init__(self, labels: Sequence[str], probabilities: npt.ArrayLike, codes: npt.ArrayLike) -> None:
        names = list(labels)
        require_labels(names)
        places = np.asarray(codes)
        if places.ndim != 1 or places.dtype.kind not in "iu" or not len(places):
            raise DataError(
                "codes must be one whole number for each calibration text; give the places of their labels."
            )
        if not ((places >= 0) & (places < len(names))).all():
            raise DataError(f"codes must be from 0 to {len(names) - 1}, the places of {', '.join(names)}.")
        rows = distributions(probabilities, len(places), names, "a model to calibrate is one that")
        self._keep(names, [rows[places == place, place] for place in range(len(names))])

    def _keep(self, labels: Sequence[str], right: Sequence[FloatArray]) -> None:
        self.labels = tuple(labels)
        self._right = tuple(np.sort(each)[::-1] for each in right)

    @property
    def counts(self) -> Mapping[str, int]:
        """Label -> its calibration texts."""
        return {label: len(right) for label, right in zip(self.labels, self._right, strict=True)}

    def undecided(self, coverage: float) -> tuple[str, ...]:
        """Labels with too few calibration texts for this coverage, which are in every set.

        Raises
        ------
        UsageError
            If `coverage` is no number above 0 and below 1.
        """
        return tuple(label for label, n in self.counts.items() if _rank(n, require_coverage(coverage)) > n)

    def sets(self, probabilities: Sequence[Sequence[float]] | FloatArray, coverage: float) -> list[tuple[str, ...]]:
        """Return the set of each text.

        Parameters
        ----------
        probabilities : array-like, shape (n_texts, n_labels)
            The model's, with columns in the order of the labels.
        coverage : float
            Share of the texts of each label that shall have it in their set, above 0 and below 1. With more, no set
            gets smaller.

        Returns
        -------
        list of tuple of str
            Labels in the order of the model's, one at the least.

        Raises
        ------
        UsageError
            If `coverage` is out of range, or probabilities are no distributions over the labels.
        """
        coverage = require_coverage(coverage)
        n_texts = len(probabilities)
        if not n_texts:
            return []
        rows = distributions(probabilities, n_texts, self.labels, "a model for prediction sets is one that")
        is_in = rows >= np.array([_limit(right, coverage) for right in self._right])
        is_in[np.arange(n_texts), rows.argmax(axis=1)] = True
        return [tuple(compress(self.labels, row)) for row in is_in.tolist()]

    def to_dict(self) -> dict[str, list[float]]:
        """Return label -> probabilities of the right label in calibration, falling; :meth:`from_dict` takes them."""
        return {label: right.tolist() for label, right in zip(self.labels, self._right, strict=True)}

    @classmethod
    def from_dict(cls, content: object, labels: Sequence[str]) -> Self:
        """Put together what :meth:`to_dict` gave.

        Parameters
        ----------
        content : object
            As a file holds it, whoever wrote it.
        labels : sequence of str
            Labels of the model.

        Raises
        ------
        DataError
            If it is of other labels, or holds what is no probability, or too many or none of them.
        """
        names = list(labels)
        require_labels(names)
        if not isinstance(content, dict) or content.keys() != set(names):
            raise DataError(f"prediction sets are {quoted(content, 60)}, not a list for each of {', '.join(names)}")
        for label in names:
            values = content[label]
            if not isinstance(values, list) or not all(
                type(value) in (int, float) and 0 <= value <= 1 for value in values
            ):
                raise DataError(f"prediction sets hold {quoted(values, 60)} for {label}, no probabilities")
        if not 0 < sum(map(len, content.values())) <= MAX_CALIBRATION_ROWS:
            raise DataError(f"prediction sets of none or more than {MAX_CALIBRATION_ROWS:,} calibration texts")
        sets = cls.__new__(cls)
        sets._keep(names, [np.array(content[label], dtype=np.float64) for label in names])
        return sets


def require_coverage(coverage: object) -> float:
    """Return a coverage as a float.

    Raises
    ------
    UsageError
        If it is no number above 0 and below 1.
    """
    value = float(coverage) if isinstance(coverage, Real) and not isinstance(coverage, bool) else math.nan
    if not 0 < value < 1:
        raise UsageError(f"coverage must be a number above 0 and below 1, such as 0.9; got {quoted(coverage)}.")
    return value


def _is_probability(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]


def _rank(n: int, coverage: float) -> int:
    # As the number is written: 0.9 as a float is a little more, and of 9 texts would ask for 10.
    return math.ceil((n + 1) * Fraction(repr(coverage)))


def _limit(right: FloatArray, coverage: float) -> float:
    """Least probability with which a label is in a set; `right` are those of the right label, falling."""
    rank = _rank(len(right), coverage)
    return 0.0 if rank > len(right) else float(right[rank - 1])

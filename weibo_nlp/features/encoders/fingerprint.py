"""By what an encoder is known again: the vectors that it gives a few fixed texts.

A name is no proof: the same model in another precision, with another prefix or of a later revision gives other vectors,
and a folder on the disk may be called anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from weibo_nlp.features.encoders.base import Encoder, FloatArray, encoded

PROBES = (
    "坚决抵制，再也不买了！",
    "今天食堂的菜有点咸，米饭倒是不错。",
    "为什么老实人要替失信的人买单？支持联合惩戒",
    "笑死[doge] 这也能上热搜⌁",
    "@ 说得对 yyds",
)
"""Texts as models see them; never changed, for heads and caches hold their vectors."""
LEAST_COSINE = 0.999
"""Of the vectors of a probe. Rounding on other machines stays far above it; 4 bits in place of 32 fall below."""


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """What is known of an encoder.

    Attributes
    ----------
    name, precision : str
        What it calls itself: for people to read, and no part of what is compared.
    max_length : int or None
        How much of a text it reads.
    vectors : ndarray of float32, shape (n_probes, dims)
        Unit vectors of ``PROBES``.
    """

    name: str
    precision: str
    max_length: int | None
    vectors: FloatArray

    @property
    def shown(self) -> str:
        """Name and precision for messages."""
        return f"{self.name} ({self.precision}, {self.vectors.shape[1]} dimensions)"

    def matches(self, other: Fingerprint) -> bool:
        """Whether the other's vectors can stand for these."""
        if self.vectors.shape != other.vectors.shape or self.max_length != other.max_length:
            return False
        cosines = np.einsum("ij,ij->i", self.vectors.astype(np.float64), other.vectors)
        return bool((cosines >= LEAST_COSINE).all())


@lru_cache(maxsize=8)
def fingerprint(encoder: Encoder) -> Fingerprint:
    """Encode the probes, once for each encoder.

    Raises
    ------
    DataError
        If its answer is none.
    UsageError
        If it cannot be used here.
    """
    return Fingerprint(encoder.name, encoder.precision, encoder.max_length, encoded(encoder, PROBES))

"""Encoders that need no model: every character has a vector of its own, and a text their mean."""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

import numpy as np


@cache
def vector_of(character, seed, dims):
    digest = sha256(f"{seed} {character}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big")).normal(size=dims)


@dataclass(frozen=True)
class MadeEncoder:
    """Counts what it is asked for; another `seed` is another encoder, `noise` what a machine's rounding adds."""

    seed: int = 0
    dims: int = 12
    noise: float = 0.0
    max_length: int | None = None
    name: str = "made"
    precision: str = "float32"
    asked: list = field(default_factory=list, compare=False, repr=False)

    def encode(self, texts):
        self.asked.extend(texts)
        rows = [np.mean([vector_of(each, self.seed, self.dims) for each in text], axis=0) for text in texts]
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dims) + np.float32(self.noise)

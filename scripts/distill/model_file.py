"""The file format of the runtime `vaporetto` 0.5, written; reading it is the runtime's own business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEADER = b"VaporettoTokenizer 0.5.0\n"
LARGEST = 32767


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A linear classifier of gaps between characters: above 0, a word ends there.

    Attributes
    ----------
    window : int
        How many characters on either side of the gap are looked at.
    characters : mapping of str to sequence of float
        Character n-grams, each with ``2 * window - n + 1`` weights: for the n-gram that starts at ``s`` characters
        from the gap (negative to the left), the one of index ``window - n - s``.
    types : mapping of tuple of int to sequence of float
        n-grams of character types (1 digit, 2 Latin, 3 hiragana, 4 katakana, 5 Chinese, 6 other), likewise.
    words : mapping of str to sequence of float
        Dictionary words of n characters, each with ``n + 1`` weights: for the gap before it, those inside, that behind.
    bias : float
        Weight that every gap has.
    """

    window: int
    characters: Mapping[str, Sequence[float]]
    types: Mapping[tuple[int, ...], Sequence[float]]
    words: Mapping[str, Sequence[float]]
    bias: float

    def to_bytes(self) -> bytes:
        """Return the model as the runtime reads it, weights rounded to 16 bits; the same model gives the same bytes."""
        groups: list[Mapping[str, Sequence[float]] | Mapping[tuple[int, ...], Sequence[float]]]
        groups = [self.characters, self.types, self.words]
        largest = max(
            [abs(self.bias), *(abs(weight) for group in groups for weights in group.values() for weight in weights)]
        )
        scale = LARGEST / largest if largest else 1.0
        parts = [HEADER, _integer(len(self.characters))]
        for gram, weights in sorted(self.characters.items()):
            parts += [_string(gram.encode()), _weights(weights, scale)]
        parts.append(_integer(len(self.types)))
        for types, weights in sorted(self.types.items()):
            parts += [_string(bytes(types)), _weights(weights, scale)]
        parts.append(_integer(len(self.words)))
        for word, weights in sorted(self.words.items()):
            parts += [_string(word.encode()), _weights(weights, scale), _string(b"")]  # the comment is empty
        parts += [_signed(round(self.bias * scale)), bytes([self.window, self.window]), _integer(0)]  # no tag models
        return b"".join(parts)


def _integer(number: int) -> bytes:
    """Write an unsigned integer: one byte below 251, else a byte that tells the width, then little-endian bytes."""
    if number < 251:
        return bytes([number])
    if number < 1 << 16:
        return b"\xfb" + number.to_bytes(2, "little")
    if number < 1 << 32:
        return b"\xfc" + number.to_bytes(4, "little")
    return b"\xfd" + number.to_bytes(8, "little")


def _signed(number: int) -> bytes:
    """Write a signed integer in zig-zag order: 0, -1, 1, -2, …"""
    return _integer(2 * number if number >= 0 else -2 * number - 1)


def _string(data: bytes) -> bytes:
    return _integer(len(data)) + data


def _weights(weights: Sequence[float], scale: float) -> bytes:
    return _integer(len(weights)) + b"".join(_signed(round(weight * scale)) for weight in weights)

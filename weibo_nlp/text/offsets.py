"""Where every character of a rewritten text comes from.

A text is rewritten in passes. A :class:`Tape` holds the text as it stands after the passes so far, and for each of
its characters the place in the raw text; a pass hands it edits and gets the next tape.
"""

from __future__ import annotations

import operator
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from weibo_nlp.errors import UsageError
from weibo_nlp.records import Span
from weibo_nlp.text.markup import Markup, MarkupKind

Edit = tuple[int, int, str, MarkupKind | None]
"""Start, end and replacement of a place; the kind under which it is declared as removed when nothing replaces it."""


class Offsets(Sequence[tuple[int, int]]):
    """Raw ``(start, end)`` of each character of a text, in code points, half-open.

    Eight bytes a character; nothing at all while the text is as long as its raw form, place for place.

    Parameters
    ----------
    length : int
        Number of characters.
    starts, ends : array of unsigned int, shape (length,), optional
        Bounds in the raw text; without them character ``i`` comes from ``[i, i + 1)``.
    """

    __slots__ = ("_length", "ends", "starts")

    def __init__(self, length: int, starts: array[int] | None = None, ends: array[int] | None = None) -> None:
        self._length = length
        self.starts = starts
        self.ends = ends

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[int, int]]: ...

    def __getitem__(self, index: int | slice) -> tuple[int, int] | list[tuple[int, int]]:
        """Return the raw place of one character, or of each character of a slice."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._length))]
        index = operator.index(index)
        place = index + self._length if index < 0 else index
        if not 0 <= place < self._length:
            raise IndexError(f"character {index} of a text of {self._length}")
        if self.starts is None or self.ends is None:
            return place, place + 1
        return self.starts[place], self.ends[place]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        if self.starts is None or self.ends is None:
            return ((i, i + 1) for i in range(self._length))
        return zip(self.starts, self.ends, strict=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Offsets):
            return NotImplemented
        return len(self) == len(other) and all(map(operator.eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        more = ", …" if len(self) > 8 else ""
        return f"Offsets({', '.join(map(str, self[:8]))}{more})"


@dataclass(frozen=True, slots=True)
class Normalised:
    """A rewritten text that knows where each of its characters came from.

    Attributes
    ----------
    text : str
        The rewritten text.
    offsets : Offsets
        For character ``i`` of `text` the raw ``(start, end)``. A character that stands for several raw ones (an
        entity, a ``<br>``) has all of them; the characters of an emoticon that came as a picture share the tag.
    raw : str
        The text as given.
    removed : tuple of Markup
        What vanished, with places in `raw`: sorted, not overlapping, each with its kind. Together with `offsets`
        it accounts for every raw character.
    """

    text: str
    offsets: Offsets
    raw: str
    removed: tuple[Markup, ...]

    def to_raw(self, span: Span) -> Span:
        """Return the place in `raw` that a place in `text` came from.

        Parameters
        ----------
        span : Span
            In code points of `text`. An empty span keeps its place between characters.

        Returns
        -------
        Span
            From the first raw character behind it to the last; what was removed in between is inside.

        Raises
        ------
        UsageError
            If it is no Span, or ends behind the text.
        """
        if not isinstance(span, Span):
            raise UsageError(f"span is {span!r:.60}; pass a Span, such as Span(0, 1).")
        if span.end > len(self.text):
            raise UsageError(
                f"span [{span.start}, {span.end}) ends behind the normalised text of {len(self.text)} characters; "
                f"spans of the raw text are not spans of the normalised one."
            )
        if span.start < span.end:
            return Span(self.offsets[span.start][0], self.offsets[span.end - 1][1])
        if not self.text:
            return Span(0, 0)
        place = self.offsets[span.start][0] if span.start < len(self.text) else self.offsets[-1][1]
        return Span(place, place)


class Tape:
    """A text in the middle of being rewritten; before any pass, the raw text itself."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.text = raw
        self._starts: array[int] | None = None
        self._ends: array[int] | None = None
        self._removed: list[tuple[int, int, MarkupKind]] = []

    def replace_text(self, text: str) -> None:
        """Put a text of the same length in place of the present one, character for character."""
        if len(text) != len(self.text):
            raise UsageError(f"{len(text)} characters cannot replace {len(self.text)} one by one; use edit().")
        self.text = text

    def edit(self, edits: Iterable[Edit]) -> None:
        """Carry out edits that are sorted, not overlapping and not empty.

        A replacement of the same length maps character for character; of any other length, each of its characters
        maps to the whole place.
        """
        text = self.text
        starts = array("I", range(len(text))) if self._starts is None else self._starts
        ends = array("I", range(1, len(text) + 1)) if self._ends is None else self._ends
        pieces: list[str] = []
        new_starts, new_ends = array("I"), array("I")
        position = 0
        for left, right, replacement, kind in edits:
            pieces += [text[position:left], replacement]
            copied = right if len(replacement) == right - left else left
            new_starts += starts[position:copied]
            new_ends += ends[position:copied]
            if copied == left:
                new_starts.extend([starts[left]] * len(replacement))
                new_ends.extend([ends[right - 1]] * len(replacement))
            if not replacement:
                self._removed.append((starts[left], ends[right - 1], kind or "client_residue"))
            position = right
        if position == 0:
            return
        pieces.append(text[position:])
        new_starts += starts[position:]
        new_ends += ends[position:]
        self.text = "".join(pieces)
        self._starts, self._ends = new_starts, new_ends

    def finish(self) -> Normalised:
        """Return the rewritten text with its offsets and what it lost."""
        removed: list[Markup] = []
        reached = 0
        # A later removal may enclose an earlier one: laughter cut short around an invisible sign. It is told once.
        for left, right, kind in sorted(self._removed, key=lambda item: (item[0], -item[1])):
            if right > reached:
                removed.append(Markup(kind, Span(left, right), self.raw[left:right]))
                reached = right
        return Normalised(self.text, Offsets(len(self.text), self._starts, self._ends), self.raw, tuple(removed))

"""What the steps of a reading have taken of a text, so that no step overrules an earlier one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from weibo_nlp.text.markup import Found, gaps


class Claims:
    """The places of a text that are taken, and the gaps that are free.

    Every step looks for its places in a gap and takes them here: a place never reaches over one taken before.

    Attributes
    ----------
    places : list of (start, end, kind, value)
        What is taken: sorted, not overlapping.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.places: list[Found] = []

    def collect(self, finder: Callable[[str, int, int], Iterable[Found]]) -> None:
        """Take what a recogniser finds in the gaps; it gets the text and the bounds of one gap at a time."""
        self.take([place for gap in self.free(0, len(self._text)) for place in finder(self._text, *gap)])

    def take(self, places: list[Found]) -> None:
        """Take places that a step found in the gaps.

        Raises
        ------
        RuntimeError
            If one overlaps another: the step looked outside its gap.
        """
        if not places:
            return
        self.places = sorted(self.places + places)
        for (_, reached, first, _), (start, _, second, _) in pairwise(self.places):
            if start < reached:
                raise RuntimeError(f"offset {start}: {second} overlaps {first}; a step of the grammar left its gap.")

    def free(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the gaps between two offsets."""
        return gaps(self.places[bisect_right(self.places, start, key=_end) :], start, end)

    def free_until(self, start: int, end: int) -> int:
        """Return where the gap that opens at `start` ends: at the next place, or at `end`."""
        index = bisect_right(self.places, start, key=_end)
        return max(start, min(end, self.places[index][0])) if index < len(self.places) else end

    def free_since(self, start: int, end: int) -> int:
        """Return where the gap that ends at `end` opens: at the last place, or at `start`."""
        last = self.before(end)
        return start if last is None else max(start, last[1])

    def before(self, end: int) -> Found | None:
        """Return the last place that ends at `end` or before."""
        index = bisect_right(self.places, end, key=_end) - 1
        return self.places[index] if index >= 0 else None


def _end(place: Found) -> int:
    return place[1]

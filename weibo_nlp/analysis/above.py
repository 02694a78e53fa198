"""What stands above a row in its thread, by the ids that rows name."""

from __future__ import annotations

from dataclasses import dataclass

from weibo_nlp.analysis.coding import places_of_hashes
from weibo_nlp.analysis.scan import Scanned

MOST_SHOWN = 3
MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Chain:
    """Places of rows above one, the first of the thread first: all of them, or the first and the nearest.

    Attributes
    ----------
    places : tuple of int
        At most ``MOST_SHOWN``.
    n : int
        How many there are.
    """

    places: tuple[int, ...]
    n: int


class Chains:
    """Finds what stands above rows."""

    def __init__(self, scanned: Scanned) -> None:
        self._above = None
        if scanned.ids is not None and scanned.aboves is not None:
            self._above = places_of_hashes(scanned.aboves, scanned.ids)
        self._first = None
        if scanned.ids is not None and scanned.threads is not None:
            self._first = places_of_hashes(scanned.threads, scanned.ids)

    def above(self, place: int) -> Chain:
        """Return what stands above the row at a place; ids that run in a circle end where it closes."""
        found: list[int] = []
        at = place
        while self._above is not None and len(found) < MOST_STEPS:
            at = int(self._above[at])
            if at < 0 or at == place or at in found:
                break
            found.append(at)
        if not found and self._first is not None and (first := int(self._first[place])) not in (-1, place):
            found = [first]
        upward = found[::-1]
        shown = upward if len(upward) <= MOST_SHOWN else [upward[0], *upward[-(MOST_SHOWN - 1) :]]
        return Chain(tuple(shown), len(upward))

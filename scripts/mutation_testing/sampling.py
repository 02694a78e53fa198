"""A seeded sample of mutants: rooms in proportion to their places, one fault at each place that is drawn."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from mutation_testing.mutants import Mutant, places_of

ROOMS = ("text", "stats", "evaluation", "predictions", "io")


def places_of_room(root: Path, room: str) -> list[list[Mutant]]:
    """List the places of a room that can be changed, with the mutants of each."""
    places = []
    for path in sorted((root / "weibo_nlp" / room).rglob("*.py")):
        places += places_of(path.relative_to(root).as_posix(), path.read_text("utf-8"))
    return places


def allot(n: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """Divide a sample among rooms in proportion to their sizes, whole numbers by largest remainders."""
    total = sum(sizes.values())
    n = min(n, total)
    shares = {room: divmod(n * size, total) for room, size in sizes.items()}
    left = n - sum(whole for whole, _ in shares.values())
    by_remainder = sorted(shares, key=lambda room: -shares[room][1])
    return {room: shares[room][0] + (room in by_remainder[:left]) for room in sizes}


def draw(places: Mapping[str, Sequence[Sequence[Mutant]]], n: int, seed: int) -> dict[str, list[Mutant]]:
    """Draw places without replacement, and one mutant at each; the same for the same code and seed.

    Parameters
    ----------
    places : mapping of str to sequence of sequence of Mutant
        By room.
    n : int
        Mutants in all; fewer if there are fewer places.
    seed : int
        Of the draw.
    """
    sizes = allot(n, {room: len(found) for room, found in places.items()})
    drawn = {}
    for room, found in places.items():
        chance = random.Random(f"{seed} {room}")  # a room's sample does not hang on the rooms before it
        drawn[room] = [chance.choice(place) for place in chance.sample(found, sizes[room])]
    return drawn

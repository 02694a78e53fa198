"""What stands in several texts: long strings, and whole comments."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.profiling.surface_features import unmarked_pieces
from weibo_nlp.stats.arguments import require_whole
from weibo_nlp.text import MarkupKind

STRING_LENGTH = 10
_MARKS: frozenset[MarkupKind] = frozenset({"url", "mention", "hashtag", "super_topic", "reply_prefix", "repost_prefix"})


@dataclass(frozen=True, slots=True)
class Repeated:
    """A string and the places of the texts that it stands in, ascending."""

    string: str
    places: tuple[int, ...]


def repeated_strings(
    texts: Sequence[str], *, length: int = STRING_LENGTH, names: Iterable[str] = (), least: int = 2
) -> list[Repeated]:
    """Strings of `length` or more characters that stand in several texts, the most frequent and longest first.

    Parameters
    ----------
    texts : sequence of str
        Links, names after an @ and hashtags are taken out: a thread repeats them by its nature.
    length : int
        Shortest string.
    names : iterable of str
        Taken out as well, such as the names that a register gives; an empty one takes nothing out.
    least : int
        Texts in which a string must stand.

    Returns
    -------
    list of Repeated
        Strings that overlap and stand in the same texts are one, as long as they reach.

    Raises
    ------
    UsageError
        If `length` is no whole number from 1, or `names` is a single string, whose characters would all be taken out.
    """
    length = require_whole(length, "length", 1, sys.maxsize, "the characters of the shortest string")
    if isinstance(names, str):
        raise UsageError(f"names is the string {quoted(names)}; give a list of names.")
    longest_first = sorted(set(names) - {""}, key=lambda name: (-len(name), name))
    names_pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")  # the latter stands nowhere
    pieces = [
        [part for piece in unmarked_pieces(text, _MARKS) for part in names_pattern.split(piece) if part]
        for text in texts
    ]
    where: dict[str, set[int]] = defaultdict(set)
    for place, piece in ((place, piece) for place, of_text in enumerate(pieces) for piece in of_text):
        for start in range(len(piece) - length + 1):
            where[piece[start : start + length]].add(place)
    kept = {string: tuple(sorted(places)) for string, places in where.items() if len(places) >= least}
    repeated = {
        item
        for first in {places[0] for places in kept.values()}
        for piece in pieces[first]
        for item in _joined(piece, length, kept)
    }
    return sorted(repeated, key=lambda item: (-len(item.places), -len(item.string), item.string))


def exact_repeats(texts: Iterable[str]) -> list[int]:
    """Places of the texts that repeat an earlier one to the letter."""
    seen: set[str] = set()
    places = []
    for place, text in enumerate(texts):
        if text in seen:
            places.append(place)
        seen.add(text)
    return places


def most_repeated(texts: Iterable[str], most: int) -> list[tuple[str, int]]:
    """Texts that stand more than once, with their number, the most frequent first."""
    counts = sorted(Counter(texts).items(), key=lambda item: (-item[1], item[0]))
    return [(text, number) for text, number in counts[:most] if number > 1]


def _joined(piece: str, length: int, kept: dict[str, tuple[int, ...]]) -> Iterator[Repeated]:
    """Runs of neighbouring windows that stand in the same texts."""
    start, places = 0, None
    for at in range(len(piece) - length + 2):
        of_window = kept.get(piece[at : at + length]) if at <= len(piece) - length else None
        if of_window != places:
            if places is not None:
                yield Repeated(piece[start : at - 1 + length], places)
            start, places = at, of_window

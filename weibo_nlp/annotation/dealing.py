"""Dealing: every annotator gets the texts in another order, under numbers that tell nothing, whole threads together."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from weibo_nlp.errors import UsageError

T = TypeVar("T")
SHARED = "S"
"""Letter of the numbers under which all annotators meet in one project of a program."""
_LETTERS = "ABCDEFGHIJKLMNOPQRTUVWXYZ"
_LEAST_DIGITS = 3


@dataclass(frozen=True)
class Key:
    """The way back from the numbers of one annotator to what was dealt, in the order in which it is read.

    Attributes
    ----------
    annotator : str or None
        Whose numbers they are; None for those of a project that annotators share.
    numbers : mapping of str to str
        Number -> document id, in the order of the sheet.
    """

    annotator: str | None
    numbers: Mapping[str, str]


def numbered(items: Sequence[T], letter: str, width: int = 0) -> dict[str, T]:
    """Neutral numbers for what is dealt, in the order given, which tells nothing: ``T001``, ``T002``."""
    width = width or max(_LEAST_DIGITS, len(str(len(items))))
    return {f"{letter}{number:0{width}d}": item for number, item in enumerate(items, start=1)}


def shuffled(names: Iterable[str], seed: int) -> list[str]:
    """Names in an order that depends on them and the seed alone, not on the order in which they come."""
    order = sorted(names)
    random.Random(seed).shuffle(order)
    return order


def seed_of(seed: int, *parts: str) -> int:
    """Return a seed of its own for a part of what a seed stands for, as each annotator has one."""
    digest = hashlib.sha256("\0".join([str(seed), *parts]).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def letter_of(place: int) -> str:
    """Letter of the numbers of an annotator, by the annotator's place from 0; none has that of what is shared."""
    letter = _LETTERS[place % len(_LETTERS)]
    return letter_of(place // len(_LETTERS) - 1) + letter if place >= len(_LETTERS) else letter


def deal(threads: Mapping[str, Sequence[str]], letter: str, seed: int) -> dict[str, str]:
    """Shuffle whole threads, and number what is in them.

    Parameters
    ----------
    threads : mapping of thread to sequence of document ids
        In the order in which the documents of each are read.
    letter : str
        What the numbers begin with.
    seed : int
        Another one for every annotator, so that nobody reads in another's order.

    Returns
    -------
    dict
        Number -> document id, in the order dealt.
    """
    return numbered([document for thread in shuffled(threads, seed) for document in threads[thread]], letter)


def share_out(
    threads: Mapping[str, Sequence[str]], annotators: Sequence[str], overlap: int | None, seed: int
) -> dict[str, dict[str, Sequence[str]]]:
    """Say which threads each annotator gets.

    Parameters
    ----------
    threads : mapping of thread to sequence of document ids
        What is to be judged.
    annotators : sequence of str
        Names.
    overlap : int, optional
        Documents that all annotators judge, at least, in whole threads drawn at random; the others are shared out, each
        to one annotator. By default all annotators judge everything.
    seed : int
        Of the draw.

    Raises
    ------
    UsageError
        If more are to be shared than there are.
    """
    if overlap is None:
        return {annotator: dict(threads) for annotator in annotators}
    n = sum(map(len, threads.values()))
    if not 0 <= overlap <= n:
        raise UsageError(
            f"--overlap {overlap:,}: from 0 to {n:,} texts can be judged by all; give such a number, or all."
        )
    dealt: dict[str, dict[str, Sequence[str]]] = {annotator: {} for annotator in annotators}
    sizes = dict.fromkeys(annotators, 0)
    n_shared = 0
    for thread in shuffled(threads, seed_of(seed, "overlap")):
        documents = threads[thread]
        everybody = n_shared < overlap
        n_shared += len(documents) if everybody else 0
        for annotator in annotators if everybody else [min(annotators, key=lambda name: sizes[name])]:
            dealt[annotator][thread] = documents
            sizes[annotator] += len(documents)
    return dealt

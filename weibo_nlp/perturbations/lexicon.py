"""The word lists of the robustness edits, and the words of such a list in a text.

The lists are a TOML file that people edit (``data/edits.toml``); its version moves with every change, so that a
blind check can say which list it judged.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from weibo_nlp.errors import DataError

_HAN = "\u3400-\u9fff"


@dataclass(frozen=True, slots=True)
class WordList:
    """Words that an edit writes otherwise, found in linear time: the longest entry that starts at a place wins.

    Attributes
    ----------
    replacements : mapping of str to tuple of str
        What may stand for each word; empty for a word that is passed over as a whole.
    """

    replacements: Mapping[str, tuple[str, ...]]
    _lengths: Mapping[str, tuple[int, ...]]
    _starts: re.Pattern[str]

    @classmethod
    def of(cls, words: Mapping[str, Iterable[str]], keep: Iterable[str] = ()) -> WordList:
        """Build a list from words with their replacements and words to pass over."""
        replacements = {word: tuple(others) for word, others in words.items()} | dict.fromkeys(keep, ())
        lengths: dict[str, set[int]] = {}
        for word in replacements:
            lengths.setdefault(word[0], set()).add(len(word))
        return cls(
            replacements,
            {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()},
            re.compile("[" + "".join(map(re.escape, sorted(lengths))) + "]"),
        )

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Yield start, end and replacements of every word between two offsets, sorted, not overlapping."""
        position = start
        while match := self._starts.search(text, position, end):
            left = match.start()
            position = left + 1
            for size in self._lengths[match.group()]:
                word = text[left : left + size]
                if left + size <= end and word in self.replacements and _whole(text, left, left + size):
                    if self.replacements[word]:
                        yield left, left + size, self.replacements[word]
                    position = left + size
                    break


Trade = tuple[tuple[str, ...], ...]
"""Brands of one trade and origin: rows of corresponding spellings."""


@dataclass(frozen=True, slots=True)
class EditLexicon:
    """Everything that ``data/edits.toml`` holds, with its version."""

    version: str
    homophones: WordList
    initials: WordList
    split_characters: WordList
    emoji: WordList
    cut_words: WordList
    cut_signs: tuple[str, ...]
    trades: tuple[Trade, ...]
    kept_brands: tuple[str, ...]
    spam_tails: tuple[str, ...]


@lru_cache(maxsize=1)
def edit_lexicon() -> EditLexicon:
    """Return the lists this version of the package ships.

    Raises
    ------
    DataError
        If the brands of a trade differ in the number of their spellings.
    """
    from weibo_nlp.text.lexicon import domain_lexicon, evasion_lexicon

    with resources.files(__package__).joinpath("data", "edits.toml").open("rb") as file:
        data = tomllib.load(file)
    trades = {name: tuple(map(tuple, rows)) for name, rows in data["brands"]["trades"].items()}
    for name, rows in trades.items():
        if len(rows) < 2 or len(set(map(len, rows))) > 1:
            raise DataError(f"edits.toml: trade {name!r} needs two brands or more, each with as many spellings.")
    domain, evasive = domain_lexicon(), evasion_lexicon()
    terms = {word for word, kind in domain.kinds.items() if kind not in ("hashtag", "initials")}
    cut = {*data["separators"]["words"], *evasive.cut_words, *terms}
    return EditLexicon(
        version=data["version"],
        **{
            name: WordList.of(data[name]["words"], data[name]["keep"])
            for name in ("homophones", "initials", "split_characters", "emoji")
        },
        # A sign within Latin letters or digits is a hyphen or a decimal point, not a dodge.
        cut_words=WordList.of({word: (word,) for word in cut if re.fullmatch(f"[{_HAN}]{{2,4}}", word)}),
        cut_signs=tuple(data["separators"]["signs"]),
        trades=tuple(trades.values()),
        kept_brands=tuple(data["brands"]["keep"]),
        spam_tails=tuple(data["spam"]["tails"]),
    )


def _whole(text: str, left: int, right: int) -> bool:
    """Tell whether a place that begins or ends with a Latin letter or digit is a whole run of them."""
    ends = (text[max(left - 1, 0) : left + 1], text[right - 1 : right + 1])
    return not any(len(pair) == 2 and pair.isascii() and pair.isalnum() for pair in ends)

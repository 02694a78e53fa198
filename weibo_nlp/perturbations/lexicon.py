"""The word lists of the robustness edits, and the words of such a list in a text.

The lists are a TOML file that people edit (``data/edits.toml``); its version moves with every change, so that a
blind check can say which list it judged.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
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

    def find(
        self, text: str, start: int, end: int, stands: Callable[[int, int], bool] = lambda left, right: True
    ) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Yield start, end and replacements of every word between two offsets, sorted, not overlapping.

        `stands` tells of two offsets whether a word stands there, rather than its characters by chance. An entry of
        one character is found within words as well, and so is one that is passed over.
        """
        position = start
        while match := self._starts.search(text, position, end):
            left = match.start()
            position = left + 1
            for size in self._lengths[match.group()]:
                right = left + size
                others = self.replacements.get(text[left:right]) if right <= end else None
                if others is None or not is_whole(text, left, right, text[left:right]):
                    continue
                if others and size > 1 and not stands(left, right):
                    continue
                if others:
                    yield left, right, others
                position = right
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


# Latin and other letters that are written in runs, and digits: what is neither a sign nor Chinese.
_RUN = f"[^\\W_{_HAN}\uf900-\ufaff\u3040-\u30ff\U00020000-\U0003ffff]"
_RUN_AT_START, _RUN_AT_END = re.compile(_RUN), re.compile(f"{_RUN}\\Z")
# A sign within an address, a name of two parts or a genitive; `nike.com` is no shoe.
_GOES_ON, _COMES_FROM = re.compile(f"[-_.'’&+@]?{_RUN}|[_\u0300-\u036f]"), re.compile(f"(?:{_RUN}[-_.'’&+@]?|_)\\Z")


def is_whole(text: str, left: int, right: int, written: str) -> bool:
    """Tell whether what is written at a place, now or by an edit, is no part of a longer run of letters or digits."""
    inside_left = _RUN_AT_START.match(written) and _COMES_FROM.search(text[max(left - 2, 0) : left])
    inside_right = _RUN_AT_END.search(written) and _GOES_ON.match(text, right)
    return not (inside_left or inside_right)

"""The word lists: which bracketed names are emoticons, what evasive spellings mean, and the domain's own words.

The lists are TOML files that people edit (``text/data/``, and ``data/`` for the domain's words); each carries its
own version, which moves with every change, so that a result can say which list it was read with. They are read on
first use, not on import.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.text.twins import in_simplified

EMOTICON_NAME_LIMIT = 8
"""Longest name between the brackets of an emoticon, in characters."""


@dataclass(frozen=True, slots=True)
class EmoticonLexicon:
    """Names of bracketed emoticons, in lower case and without brackets, with the version of the list."""

    version: str
    names: frozenset[str]

    def __contains__(self, name: object) -> bool:
        """Tell whether a name, in any case and in either script, is an emoticon's."""
        if not isinstance(name, str):
            return False
        name = name.lower()
        return name in self.names or in_simplified(name) in self.names


@dataclass(frozen=True, slots=True)
class EvasionEntry:
    """One evasive spelling: what it stands for, how it was made, whether it also has a plain reading."""

    normal: str
    family: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class EvasionLexicon:
    """Evasive spellings and their normal forms, with the version of the list.

    Attributes
    ----------
    version : str
        Version of the list.
    entries : mapping of str to EvasionEntry
        By surface form; ASCII surfaces in lower case.
    cut_words : frozenset of str
        Words known to be cut with signs between their characters.
    plain : frozenset of str
        Plain words in which the surface of an entry stands by chance: ``某手机`` around ``某手``.
    """

    version: str
    entries: Mapping[str, EvasionEntry]
    cut_words: frozenset[str]
    plain: frozenset[str]


@dataclass(frozen=True, slots=True)
class DomainLexicon:
    """Terms, brands, names, hashtags and slang of the corpus's events, each with its kind, and the list's version."""

    version: str
    kinds: Mapping[str, str]

    @property
    def words(self) -> tuple[str, ...]:
        """The words in the order of the list; a segmenter takes them as its user lexicon."""
        return tuple(self.kinds)

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """Words of one kind; an unknown kind raises UnknownNameError listing the known ones."""
        words = tuple(word for word, its in self.kinds.items() if its == kind)
        if not words:
            raise UnknownNameError("kind of word", kind, set(self.kinds.values()))
        return words


@dataclass(frozen=True, slots=True)
class ScriptLexicon:
    """Simplified forms that a converter's own dictionaries do not know, with the version of the list.

    Attributes
    ----------
    version : str
        Version of the list.
    entries : mapping of str to str
        Words and characters with their simplified forms, which are as long; a word that maps to itself stays.
    shared : frozenset of str
        Characters that a converter changes and texts in simplified script use as well.
    traditional : tuple of str
        Words made of such characters that only the traditional script writes so.
    """

    version: str
    entries: Mapping[str, str]
    shared: frozenset[str]
    traditional: tuple[str, ...]


class WordIndex:
    """Words by their first character, for finding where they stand.

    A search makes one comparison for each place and length that words of one first character have, however many words
    there are.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words) - {""}
        lengths: dict[str, set[int]] = {}
        for word in self.words:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(sizes, reverse=True) for first, sizes in lengths.items()}
        self._opening = re.compile(f"[{re.escape(''.join(lengths))}]" if lengths else "(?!)")

    def at(self, text: str, start: int, end: int) -> Iterable[str]:
        """Return the words that stand at `start` and end at `end` or before, the longest first."""
        if start >= end or text[start] not in self._lengths:
            return ()
        reached = (text[start : start + length] for length in self._lengths[text[start]] if start + length <= end)
        return (word for word in reached if word in self.words)

    def find(
        self, text: str, start: int, end: int, accepts: Callable[[str, int, int], bool] = lambda *_: True
    ) -> Iterator[tuple[int, int]]:
        """Yield places of words without overlap: the leftmost first, of those the longest that `accepts` takes."""
        resume = start
        for match in self._opening.finditer(text, start, end):
            left = match.start()
            for length in self._lengths[match.group()] if left >= resume else ():
                right = left + length
                if text[left:right] in self.words and right <= end and accepts(text, left, right):
                    yield left, right
                    resume = right
                    break


@lru_cache(maxsize=1)
def emoticon_lexicon() -> EmoticonLexicon:
    """Return the emoticon names this version of the package ships."""
    data = _read("emoticons.toml")
    names = frozenset(name.lower() for group in data["groups"].values() for name in group)
    return EmoticonLexicon(data["version"], names)


@lru_cache(maxsize=1)
def evasion_lexicon() -> EvasionLexicon:
    """Return the evasive spellings this version of the package ships."""
    data = _read("evasions.toml")
    entries = {
        surface: EvasionEntry(normal, family, certainty == "ambiguous")
        for family in ("initials", "homophones", "split_characters")
        for certainty, pairs in data[family].items()
        for surface, normal in pairs.items()
    }
    return EvasionLexicon(
        data["version"], entries, frozenset(data["cut_words"]["words"]), frozenset(data["plain"]["words"])
    )


@lru_cache(maxsize=1)
def script_lexicon() -> ScriptLexicon:
    """Return the simplified forms this version of the package ships beside OpenCC's.

    Raises
    ------
    DataError
        If an entry is longer or shorter than what it stands for.
    """
    data = _read("script.toml")
    particle = {word: word.replace("著", data["characters"]["著"]) for word in data["not_kept"]["words"]}
    kept = {word: word for word in data["kept"]["words"]}
    entries = {**data["characters"], **data["words"], **particle, **kept}
    for word, simplified in entries.items():
        if len(word) != len(simplified):
            raise DataError(f"script.toml: {word!r} becomes {simplified!r}; an entry keeps its number of characters.")
    return ScriptLexicon(
        data["version"], entries, frozenset(data["shared"]["characters"]), tuple(data["traditional"]["words"])
    )


@lru_cache(maxsize=1)
def domain_lexicon() -> DomainLexicon:
    """Return the domain's words this version of the package ships (``weibo_nlp/data/lexicon.toml``).

    Raises
    ------
    DataError
        If a word stands under two kinds.
    """
    data = _read("lexicon.toml", package="weibo_nlp")
    kinds: dict[str, str] = {}
    for kind, words in data["words"].items():
        for word in words:
            if word in kinds:
                raise DataError(f"lexicon.toml: {word!r} stands under {kinds[word]} and {kind}; keep one.")
            kinds[word] = kind
    return DomainLexicon(data["version"], kinds)


def _read(name: str, package: str = "weibo_nlp.text") -> dict[str, Any]:
    with resources.files(package).joinpath("data", name).open("rb") as file:
        return tomllib.load(file)

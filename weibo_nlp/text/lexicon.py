"""The word lists: which bracketed names are emoticons, what evasive spellings mean, and the domain's own words.

The lists are TOML files that people edit (``text/data/``, and ``data/`` for the domain's words); each carries its
own version, which moves with every change, so that a result can say which list it was read with. They are read on
first use, not on import.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from weibo_nlp.errors import DataError, UnknownNameError

EMOTICON_NAME_LIMIT = 8
"""Longest name between the brackets of an emoticon, in characters."""


@dataclass(frozen=True, slots=True)
class EmoticonLexicon:
    """Names of bracketed emoticons, in lower case and without brackets, with the version of the list."""

    version: str
    names: frozenset[str]

    def __contains__(self, name: str) -> bool:
        """Tell whether a name, in any case, is an emoticon's."""
        return name.lower() in self.names


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
    """

    version: str
    entries: Mapping[str, EvasionEntry]
    cut_words: frozenset[str]


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
        found = tuple(word for word, its in self.kinds.items() if its == kind)
        if not found:
            raise UnknownNameError("kind of word", kind, set(self.kinds.values()))
        return found


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
    return EvasionLexicon(data["version"], entries, frozenset(data["cut_words"]["words"]))


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

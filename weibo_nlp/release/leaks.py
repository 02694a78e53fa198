"""Whether anything holds a text that is judged and not shipped: a run of its characters, or the whole of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from weibo_nlp.external.hydration import text_key

RUN = 16
LEAST_HAN = 12
LEAST_FIELD = 8
_HAN = re.compile("[㐀-䶿一-鿿\U00020000-\U0003ffff]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Leak:
    """A place that holds what a text's key stands for.

    Attributes
    ----------
    place : str
        File and line, or whatever `contents` calls it.
    key : str
        Key of the text. The text itself is not repeated here.
    whole : bool
        Whether a field is the text; else a run of its characters was found.
    """

    place: str
    key: str
    whole: bool

    @property
    def sentence(self) -> str:
        """What was found, without the place."""
        what = "is the text of" if self.whole else f"holds {RUN} or more characters in a row of"
        return f"{what} {self.key}, which is not shipped; remove it."

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


def runs(text: str) -> Iterator[str]:
    """Pieces of ``RUN`` characters of a text without its white space, those with ``LEAST_HAN`` Chinese ones or more."""
    bare = _SPACE.sub("", text)
    flags = [0, *(_HAN.match(character) is not None for character in bare)]
    for place in range(1, len(flags)):
        flags[place] += flags[place - 1]
    for start in range(len(bare) - RUN + 1):
        if flags[start + RUN] - flags[start] >= LEAST_HAN:
            yield bare[start : start + RUN]


def find_runs(contents: Iterable[tuple[str, str]], texts: Mapping[str, str]) -> Iterator[Leak]:
    """Find contents that share a run of characters with a text.

    Parameters
    ----------
    contents : iterable of (place, text)
        What is searched, such as the lines of files.
    texts : mapping of key to text
        The texts that nothing may hold.

    Yields
    ------
    Leak
        The first for each place.

    Notes
    -----
    Exact; memory grows with the characters of `texts`, some 300 bytes for each.
    """
    key_of: dict[str, str] = {}
    for key, text in texts.items():
        for piece in runs(text):
            key_of.setdefault(piece, key)
    for place, content in contents:
        if (found := next(filter(key_of.__contains__, runs(content)), None)) is not None:
            yield Leak(place, key_of[found], whole=False)


def find_fields(fields: Iterable[tuple[str, str]], keys: Mapping[str, object]) -> Iterator[Leak]:
    """Find fields that are a text as a whole; its key tells, so the texts are not needed.

    Fields under ``LEAST_FIELD`` characters are exempt: 「哈哈」 is everybody's.

    Parameters
    ----------
    fields : iterable of (place, text)
        Values of whole fields.
    keys : mapping with keys of texts
        Of what may stand nowhere.
    """
    for place, field in fields:
        if len(field) >= LEAST_FIELD and (key := text_key(field)) in keys:
            yield Leak(place, key, whole=True)

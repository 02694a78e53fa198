"""What one pass over texts leaves: hashes by which copies are found, where phrases stand, and a sample to read."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from weibo_nlp.analysis.coding import Hashes, hashed_texts
from weibo_nlp.analysis.folded import fold
from weibo_nlp.analysis.stream_sample import StreamSample
from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.labelling.texts import read, text_problem
from weibo_nlp.profiling.duplicates import MIN_CHARACTERS
from weibo_nlp.text.plain import own_words

MOST_PHRASES = 50
LONGEST_PHRASE = 200
LONGEST_READ = 10_000
MOST_CHARACTERS = 100_000_000
"""Characters of a text, and of all texts together, that are kept of those drawn; of longer ones fewer are drawn."""
_MARKS = re.compile(r"https?://[!-~]+|[@＠][\w·-]+|\[[^\[\]\s]{1,8}\]")
_SIGNS = re.compile(r"[\W_]+")

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PhrasePlaces:
    """Rows whose text holds a phrase; whose own words do; and where it is not part of a longer one, ascending each."""

    rows: Places
    own: Places
    apart: Places


@dataclass(frozen=True)
class ScannedTexts:
    """What is kept of the texts of all rows.

    Attributes
    ----------
    exact : ndarray of uint64, shape (n_rows,)
        Hash of the text; 0 for a row without.
    letters : ndarray of uint64, shape (n_rows,)
        Hash of its letters and digits; 0 where they are fewer than ``MIN_CHARACTERS``.
    phrases, folded : tuple of str
        Phrases as they were given and as they were looked for.
    places : tuple of PhrasePlaces
        Of each phrase.
    sample : list of (int, str)
        Rows drawn at random, each with its place and the beginning of its text.
    """

    exact: Hashes
    letters: Hashes
    phrases: tuple[str, ...]
    folded: tuple[str, ...]
    places: tuple[PhrasePlaces, ...]
    sample: list[tuple[int, str]]

    @property
    def n_texts(self) -> int:
        """Rows with a text."""
        return int(np.count_nonzero(self.exact))


class TextScan:
    """Reads texts batch by batch.

    Parameters
    ----------
    phrases : sequence of str
        Phrases to look for.
    sample_size : int
        Rows to draw.
    seed : int
        Of the draw.

    Raises
    ------
    UsageError
        If a phrase is empty or too long, two are the same once they are folded, or there are too many.
    """

    def __init__(self, phrases: Sequence[str], sample_size: int, seed: int) -> None:
        self._phrases = tuple(phrases)
        self._folded = _require_phrases(phrases)
        self._longer = [
            [longer for longer in self._folded if longer != phrase and phrase in longer] for phrase in self._folded
        ]
        self._places = [(array("q"), array("q"), array("q")) for _ in self._phrases]
        self._sample = StreamSample(sample_size, seed, MOST_CHARACTERS)
        self._exact: list[Hashes] = []
        self._letters: list[Hashes] = []

    def add(self, first_place: int, values: pd.Series) -> None:
        """Read the texts of a batch of rows, the first of which has a place."""
        readings = [read(value, "auto") for value in values.tolist()]
        at = [i for i, reading in enumerate(readings) if reading.problem is None]
        texts = [readings[i].text for i in at]
        letters = [text if len(text) >= MIN_CHARACTERS else "" for text in map(letters_of, texts)]
        for kept, hashes in ((self._exact, hashed_texts(texts)), (self._letters, hashed_texts(letters))):
            of_batch = np.zeros(len(readings), dtype=np.uint64)
            of_batch[at] = hashes
            kept.append(of_batch)
        if letters:
            self._letters[-1][[i for i, text in zip(at, letters, strict=True) if not text]] = 0
        places = [first_place + i for i in at]
        self._sample.offer(places, [text[:LONGEST_READ] for text in texts])
        if self._phrases:
            for place, text in zip(places, texts, strict=True):
                self._find(place, text)

    def scanned(self) -> ScannedTexts:
        """Return what was kept of all texts."""
        nothing = np.empty(0, dtype=np.uint64)
        self._exact = [np.concatenate([nothing, *self._exact])]  # held once
        self._letters = [np.concatenate([nothing, *self._letters])]
        return ScannedTexts(
            self._exact[0],
            self._letters[0],
            self._phrases,
            self._folded,
            tuple(PhrasePlaces(*(np.array(each, dtype=np.int64) for each in kept)) for kept in self._places),
            self._sample.drawn(),
        )

    def _find(self, place: int, text: str) -> None:
        folded = fold(text)
        own: str | None = None
        for number, phrase in enumerate(self._folded):
            if phrase not in folded:
                continue
            own = fold(own_words(text)) if own is None else own
            rows, in_own, apart = self._places[number]
            rows.append(place)
            if phrase in own:
                in_own.append(place)
            if _stands_apart(folded, phrase, self._longer[number]):
                apart.append(place)


def letters_of(text: str) -> str:
    """Return the letters and digits of a text in small letters, without those of links, names and emoticons."""
    return _SIGNS.sub("", _MARKS.sub(" ", text)).lower()


def _stands_apart(text: str, phrase: str, longer: Sequence[str]) -> bool:
    """Whether a phrase stands somewhere in a text outside of all longer ones."""
    wholes = [(len(whole), starts) for whole in longer if (starts := _offsets(whole, text))]

    def is_within(start: int) -> bool:
        # Of a longer phrase, the last place at or before this one reaches furthest.
        latest = ((length, starts, bisect_right(starts, start) - 1) for length, starts in wholes)
        return any(at >= 0 and start + len(phrase) <= starts[at] + length for length, starts, at in latest)

    return any(not is_within(start) for start in _offsets(phrase, text))


def _offsets(phrase: str, text: str) -> list[int]:
    """Where a phrase stands in a text, overlapping itself too."""
    offsets = []
    start = text.find(phrase)
    while start >= 0:
        offsets.append(start)
        start = text.find(phrase, start + 1)
    return offsets


def _require_phrases(phrases: Sequence[str]) -> tuple[str, ...]:
    if isinstance(phrases, str):
        raise UsageError(f"phrases is the string {quoted(phrases)}; give a list of phrases.")
    if len(phrases) > MOST_PHRASES:
        raise UsageError(f"{len(phrases):,} phrases; up to {MOST_PHRASES} can be tracked at once.")
    known: dict[str, str] = {}
    for phrase in phrases:
        if (problem := text_problem(phrase)) is not None:
            raise UsageError(f"the phrase {quoted(str(phrase))} cannot be looked for ({problem}); give some words.")
        if len(phrase) > LONGEST_PHRASE:
            raise UsageError(
                f"the phrase {quoted(phrase)} has {len(phrase):,} characters; up to {LONGEST_PHRASE} can be tracked."
            )
        if (folded := fold(phrase)) in known:
            raise UsageError(
                f"the phrases {quoted(known[folded])} and {quoted(phrase)} are one in simplified script, half width "
                "and small letters; leave one out."
            )
        known[folded] = phrase
    return tuple(known)

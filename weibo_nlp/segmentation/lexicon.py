"""A user's lexicon: words that stay whole wherever they stand, whatever the segmenter would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.limits import MAX_FILE_BYTES
from weibo_nlp.io.stable import open_unchanged
from weibo_nlp.text.lexicon import WordIndex

WORD_LIMIT = 64
"""Longest word of a lexicon, in characters; the bound that keeps the search linear."""


class Lexicon:
    """Words to keep whole: the leftmost first, of those the longest.

    Words are compared character by character, in the case and width given. A word that begins or ends with an ASCII
    letter is not cut out of a longer run of ASCII letters (``AI`` stays inside ``MAIL``), nor one that begins or ends
    with a digit out of a longer number.

    Parameters
    ----------
    words : iterable of str
        White space around a word is ignored; inside it counts. Empty strings are ignored.

    Raises
    ------
    UsageError
        If `words` is a single string, whose characters would each become a word.
    DataError
        If a word is no string, longer than ``WORD_LIMIT`` characters, or holds U+0000.
    """

    def __init__(self, words: Iterable[str]) -> None:
        if isinstance(words, str):
            raise UsageError(f"lexicon is the string {words!r}; pass a list of words, or lexicon_from_file(path).")
        self.words: tuple[str, ...] = tuple(sorted({_checked(word, f"word {n}") for n, word in enumerate(words, 1)}))
        self._index = WordIndex(self.words)

    def __len__(self) -> int:
        return len(self._index.words)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of words in `text`, in order and without overlap.

        Time is at most ``WORD_LIMIT`` comparisons for each character of `text`, however many words there are.
        """
        return self._index.find(text, 0, len(text), _stands_alone)


def lexicon_from_file(path: Path | str) -> Lexicon:
    """Read a lexicon: UTF-8, one word a line; empty lines and what follows ``#`` at the start of a line are ignored.

    Raises
    ------
    UsageError
        If the file cannot be read.
    DataError
        If it is not UTF-8, changes while it is read, or a word is not allowed, naming the line.
    """
    path = Path(path)
    try:
        with open_unchanged(path) as handle:
            content = handle.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise DataError(f"{path}: longer than {MAX_FILE_BYTES:,} bytes; leave out words that no text has.")
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8; save the lexicon as UTF-8.") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; name a text file with one word a line.") from error
    words = ((line.strip(), f"{path}:{number}") for number, line in enumerate(lines, 1))
    return Lexicon([_checked(word, where) for word, where in words if word and not word.startswith("#")])


def resolve_lexicon(lexicon: Lexicon | Iterable[str] | Path | str | None) -> Lexicon | None:
    """Return what a caller passed as a lexicon: a path is read, words are indexed; ``None`` for none or no words."""
    if lexicon is None:
        return None
    if isinstance(lexicon, (str, Path)):
        lexicon = lexicon_from_file(lexicon)
    elif not isinstance(lexicon, Lexicon):
        lexicon = Lexicon(lexicon)
    return lexicon if len(lexicon) else None


def _checked(word: object, where: str) -> str:
    if not isinstance(word, str):
        raise DataError(f"lexicon, {where}: {word!r} is {type(word).__name__}, not a string; pass words.")
    word = word.strip()
    if len(word) > WORD_LIMIT:
        raise DataError(
            f"lexicon, {where}: {len(word)} characters, at most {WORD_LIMIT} are allowed; shorten {word!r}."
        )
    if "\x00" in word:
        raise DataError(f"lexicon, {where}: holds U+0000, which no word does; remove it.")
    return word


def _stands_alone(text: str, start: int, stop: int) -> bool:
    return not (_in_one_run(text[max(start - 1, 0) : start + 1]) or _in_one_run(text[stop - 1 : stop + 1]))


def _in_one_run(pair: str) -> bool:
    return len(pair) == 2 and pair.isascii() and (pair.isalpha() or pair.isdigit())

"""A user's lexicon: words that stay whole wherever they stand, whatever the segmenter would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.segmentation.runs import within_run
from weibo_nlp.text.lexicon import WordIndex

WORD_LIMIT = 64
"""Longest word of a lexicon, in characters; the bound that keeps the search linear."""

# Parts of speech in jieba's own dictionary.
_TAGS = frozenset((
    "a", "ad", "ag", "an", "b", "bg", "c", "d", "df", "dg", "e", "eng", "f", "g", "h", "i", "j", "k", "l", "m", "mg",
    "mq", "n", "ng", "nr", "nrfg", "nrt", "ns", "nt", "nz", "o", "p", "q", "r", "rg", "rr", "rz", "s", "t", "tg", "u",
    "ud", "ug", "uj", "ul", "uv", "uz", "v", "vd", "vg", "vi", "vn", "vq", "w", "x", "y", "yg", "z", "zg",
))  # fmt: skip


class Lexicon:
    """Words to keep whole: the leftmost first, of those the longest.

    Words are compared character by character, in the case, width and script given. What stands first in a text binds:
    of two words that overlap, the one that begins first is whole. Only marked places (links, mentions and the like)
    come before words of the lexicon; runs of letters and digits, white space and the segmenter come after, so that
    ``iPhone`` is cut from ``iPhone15``. But a word that begins or ends with a letter is not cut out of a longer run of
    letters (``AI`` stays inside ``MAIL``), nor one that begins or ends with a digit out of a longer number, nor one out
    of a grapheme cluster (``cafe`` before a combining accent).

    Parameters
    ----------
    words : iterable of str
        White space around a word is ignored; inside it counts. Empty strings are ignored.

    Raises
    ------
    UsageError
        If `words` is a single string, whose characters would each become a word, or nothing to iterate over.
    DataError
        If a word is no string, longer than ``WORD_LIMIT`` characters, or holds U+0000.
    """

    def __init__(self, words: Iterable[str]) -> None:
        if isinstance(words, str):
            raise UsageError(f"lexicon is the string {words!r}; pass a list of words, or lexicon_from_file(path).")
        if not isinstance(words, Iterable):
            raise UsageError(f"lexicon is {words!r}; pass a list of words, a path, or None for no lexicon.")
        self.words: tuple[str, ...] = tuple(sorted({_checked(word, f"word {n}") for n, word in enumerate(words, 1)}))
        self._index = WordIndex(self.words)

    def __len__(self) -> int:
        return len(self._index.words)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of words in `text`, in order and without overlap.

        Time is at most ``WORD_LIMIT`` comparisons for each character of `text`, however many words there are.
        """
        return self._index.find(text, 0, len(text), _stands_alone)


def lexicon_from_file(path: Path | str, layout: Literal["auto", "words", "jieba"] = "auto") -> Lexicon:
    """Read a lexicon: UTF-8, one word a line; empty lines and what follows ``#`` at the start of a line are ignored.

    A user dictionary of jieba is read as well: behind the word a frequency, a part of speech or both, separated by
    white space. They are not used: every word is kept whole.

    Parameters
    ----------
    path : Path or str
        The file.
    layout : {"auto", "words", "jieba"}
        ``words``: all of a line is the word, inner blanks included (``New York``). ``jieba``: words with frequency or
        part of speech, or neither. ``auto``: as jieba's if a line shows it (``云计算 5 n``, ``云计算 5``,
        ``云计算 n``), else as words; what could be either, or fits neither, is refused.

    Raises
    ------
    UsageError
        If the file cannot be read, or there is no such layout.
    DataError
        If it is not UTF-8, changes while it is read, or a line is not allowed or not clear, naming the line.
    """
    if layout not in ("auto", "words", "jieba"):
        raise UsageError(f"layout={layout!r}; pass auto, words or jieba.")
    # Reading files takes as long to import as all of this room, and most callers read none.
    from weibo_nlp.io.limits import MAX_FILE_BYTES
    from weibo_nlp.io.stable import open_unchanged

    path = Path(path)
    try:
        with open_unchanged(path) as handle:
            content = handle.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise DataError(f"{path}: longer than {MAX_FILE_BYTES:,} bytes; leave out words that no text has.")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8; save the lexicon as UTF-8.") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; name a text file with one word a line.") from error
    lines = [(f"{path}:{number}", line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(where, line) for where, line in lines if line and not line.startswith("#")]
    if layout == "jieba" or (layout == "auto" and any(_is_jieba_entry(line) for _, line in lines)):
        lines = [(where, _jieba_word(line, where)) for where, line in lines]
    elif layout == "auto":
        for where, line in lines:
            _refuse_unclear(line, where)
    return Lexicon([_checked(word, where) for where, word in lines])


def resolve_lexicon(lexicon: Lexicon | Iterable[str] | Path | str | None) -> Lexicon | None:
    """Return what a caller passed as a lexicon: a path is read, words are indexed; ``None`` for none or no words."""
    if lexicon is None:
        return None
    if lexicon == "":
        raise UsageError("lexicon is an empty string; pass a list of words, a path, or None for no lexicon.")
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


def _split_off(line: str) -> tuple[str, int]:
    """Split off frequency and part of speech; return the word, and how many of the two there were."""
    word, *fields = line.rsplit(maxsplit=2)
    if len(fields) == 2 and _is_number(fields[0]) and fields[1] in _TAGS:
        return word, 2
    word, *fields = line.rsplit(maxsplit=1)
    return (word, 1) if fields and (_is_number(fields[0]) or fields[0] in _TAGS) else (line, 0)


def _is_jieba_entry(line: str) -> bool:
    """Tell whether a line can be nothing but a word with frequency or part of speech: `iPhone 15` is also a name."""
    word, fields = _split_off(line)
    return fields == 2 or (fields == 1 and not word[-1].isascii())


def _jieba_word(line: str, where: str) -> str:
    word, fields = _split_off(line)
    if fields < 2 and len(word.split()) > 1:
        raise DataError(
            f"lexicon, {where}: {line!r} is no line of a jieba user dictionary, as this file is one: a word, then "
            'frequency, part of speech, both or neither. Write both behind a word with blanks ("New York 5 nz"), or '
            'call lexicon_from_file(path, layout="words") if all of every line is the word.'
        )
    return word


def _refuse_unclear(line: str, where: str) -> None:
    if _split_off(line)[1]:
        raise DataError(
            f"lexicon, {where}: {line!r} may be a word with blanks, or a word with frequency or part of speech; call "
            'lexicon_from_file(path, layout="words") or (path, layout="jieba") to say which.'
        )


def _is_number(field: str) -> bool:
    return field.isascii() and field.isdigit()


def _stands_alone(text: str, start: int, stop: int) -> bool:
    return not (within_run(text, start) or within_run(text, stop))

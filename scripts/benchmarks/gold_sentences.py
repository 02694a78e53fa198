"""Gold of word segmentation: files of sentences that people cut into words, read strictly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.jsonl import raw_lines, read_jsonl


@dataclass(frozen=True, slots=True)
class CutSentence:
    """One sentence of the gold.

    Attributes
    ----------
    where : str
        File and line, as errors name it.
    words : tuple of str
        Its words, in order.
    """

    where: str
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words joined: what a segmenter is given."""
        return "".join(self.words)


def read_cut_sentences(path: Path | str) -> list[CutSentence]:
    """Read a gold file: one sentence a line, its words separated by spaces; or JSON Lines with ``words``.

    Parameters
    ----------
    path : Path or str
        UTF-8. A name that ends in ``.jsonl`` means JSON Lines: ``words`` is a list of strings, and ``text``, where a
        row has one, must be the words joined. In the other format white space is no part of the text.

    Returns
    -------
    list of CutSentence
        In the order of the file, at least one.

    Raises
    ------
    UsageError
        If the file cannot be read.
    DataError
        If a line is not what its format promises, naming file and line.
    """
    path = Path(path)
    try:
        sentences = list(_from_rows(path) if path.suffix.lower() == ".jsonl" else _from_lines(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; name a file of sentences cut into words.") from error
    if not sentences:
        raise DataError(f"{path}: holds no sentence; one a line is expected, its words separated by spaces.")
    return sentences


def _from_lines(path: Path) -> Iterator[CutSentence]:
    blank = 0
    for number, raw, too_long in raw_lines(path):
        where = f"{path}:{number}"
        if too_long:
            raise DataError(f"{where}: {len(raw):,} bytes and more in one line; put one sentence on a line.")
        try:
            words = raw.decode("utf-8-sig" if number == 1 else "utf-8").split()
        except UnicodeDecodeError as error:
            raise DataError(
                f"{where}: byte 0x{raw[error.start]:02x} at byte {error.start} is not UTF-8; save the file as UTF-8."
            ) from error
        if not words:
            blank = blank or number
            continue
        # Blank lines at the end of a file are nothing; between sentences one may be a sentence that got lost.
        if blank:
            raise DataError(f"{path}:{blank}: no words; delete the line, or restore its sentence.")
        yield CutSentence(where, tuple(words))


def _from_rows(path: Path) -> Iterator[CutSentence]:
    for line in read_jsonl(path):
        where = f"{path}:{line.number}"
        if line.value is None:
            raise DataError(f"{where}: {line.reason}; one JSON object a line is expected. Mend the line.")
        words = _words(where, line.value)
        text = line.value.get("text")
        if text is not None and text != "".join(words):
            raise DataError(f"{where}: joined, words are not text; correct the one that is wrong, spaces included.")
        yield CutSentence(where, words)


def _words(where: str, row: dict[str, Any]) -> tuple[str, ...]:
    words = row.get("words")
    if not isinstance(words, list) or not words:
        raise DataError(f"{where}: words is {words!r}, not a list of strings; give the sentence's words in order.")
    for number, word in enumerate(words, 1):
        if not isinstance(word, str) or not word:
            raise DataError(f"{where}: word {number} is {word!r}; every word is a string of 1 character or more.")
    return tuple(words)

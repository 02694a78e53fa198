"""Files that are read whole as text: web pages, and lists in Markdown."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from weibo_nlp.errors import DataError
from weibo_nlp.io.compression import Compression, compression_of
from weibo_nlp.io.encodings import guess_encoding
from weibo_nlp.io.jsonl import without_marks
from weibo_nlp.io.limits import MAX_FILE_BYTES, SNIFFED_BYTES
from weibo_nlp.io.stable import FileState, open_unchanged
from weibo_nlp.io.streams import open_stream

Markup = Literal["html", "markdown"]

_PAGE = re.compile(
    r"\s*<(?:!--|!doctype\s+html|(?:html|head|body|table|meta|script|div|ul|ol|section|article|main)\b)", re.IGNORECASE
)
_HEADING = re.compile(r"\s*#{1,3} \S")
_LINK = re.compile(r"^\s*(?:\d+\.|[-*]) \[[^\n]+\]\(https?://", re.MULTILINE)
# Before the first sign: marks of an encoding, the other half of wide characters, white space.
_BLANKS = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_OPENING = 1024
_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_\-]{3,20})", re.IGNORECASE)


@dataclass(frozen=True)
class Prose:
    """A file of text.

    Attributes
    ----------
    markup : {"html", "markdown"}
        What it is written in.
    beginning : str
        Its first million bytes.
    """

    path: Path
    state: FileState
    compression: Compression | None
    encoding: str
    markup: Markup
    beginning: str

    def read(self) -> str:
        """Return all of it.

        Raises
        ------
        DataError
            If it is longer than what is read whole, or changed since it was opened.
        """
        with open_stream(self.path, self.state, self.compression, self.encoding) as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise DataError(f"{self.path}: a page of more than {MAX_FILE_BYTES:,} bytes, which is read whole; part it.")
        return without_marks(raw).decode("utf-8", "replace")


def find_prose(path: Path) -> Prose | None:
    """Tell a web page or a list in Markdown by how it begins; None for any other file."""
    state = FileState.of(path)
    with open_unchanged(path, state) as handle:
        compression = compression_of(handle.read(16))
    with open_stream(path, state, compression) as stream:
        sample = stream.read(SNIFFED_BYTES)
    if not sample[:_OPENING].lstrip(_BLANKS).startswith((b"<", b"#")):
        return None
    encoding = _encoding(sample)
    if encoding is None:
        return None
    beginning = codecs.getincrementaldecoder(encoding)("replace").decode(sample, final=False).lstrip("\ufeff")
    if _PAGE.match(beginning):
        return Prose(path, state, compression, encoding, "html", beginning)
    if _HEADING.match(beginning) and _LINK.search(beginning):
        return Prose(path, state, compression, encoding, "markdown", beginning)
    return None


def _encoding(sample: bytes) -> str | None:
    """Return the encoding that the bytes tell, and where they tell several or none, the one that the page says."""
    guess = guess_encoding(sample)
    if guess.encoding is not None and not guess.alternatives:
        return guess.encoding
    declared = _CHARSET.search(sample[:4096])
    try:
        return None if declared is None else codecs.lookup(declared[1].decode("ascii")).name
    except LookupError:
        return None

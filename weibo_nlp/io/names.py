"""Strangers' text as names and in messages: on one line, without invisible signs, short.

What people call their systems may hold slashes, line ends or ten thousand letters.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

LONGEST = 100
QUOTED_LENGTH = 80
LISTED = 5
# Printable by their category, but without a shape of their own: fillers, the grapheme joiner, Khmer and Mongolian
# marks, the empty pattern of Braille, the joiner of Tifinagh, the filler of Khitan, the empty note head, the place of
# an object, and variation selectors behind nothing that they could vary.
_SELECTOR = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
_SHAPELESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u2d7f\u3164\uffa0\ufffc\U00016fe4\U0001d159]"
    rf"|(?<![0-9#*\x80-\U0010ffff]){_SELECTOR}|(?<={_SELECTOR}){_SELECTOR}"
)
_SELECTORS = re.compile(_SELECTOR)
_BLANKS = re.compile(r"\A +| +\Z|(?<= ) +")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+|^\.+|(?<=\.)\.+")


def safe_stem(*parts: str) -> str:
    """Join parts by hyphens into a file name's stem that every file system takes.

    Parameters
    ----------
    *parts : str
        Any text at all.

    Returns
    -------
    str
        Letters, digits, ``. _ -`` of ASCII, at most ``LONGEST`` + 9 characters. Where something had to be left out, the
        first 8 digits of a checksum of the parts follow, so that two different names stay different.
    """
    plain = "-".join(parts)
    safe = _UNSAFE.sub("_", plain)[:LONGEST]
    # Names that differ in case alone are one file on some systems.
    if safe == plain and safe == safe.lower() and safe and not any("-" in part for part in parts):
        return safe
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe}-{digest[:8]}"


def quoted(value: object, limit: int = QUOTED_LENGTH) -> str:
    """Return ``repr`` of a value read from JSON, cut to about `limit` characters; costs no more than what is shown."""
    if isinstance(value, str):
        return repr(value) if len(value) <= limit else f"{value[:limit]!r}… ({len(value):,} characters)"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4 * limit:
        return f"an integer of {value.bit_length():,} bits"  # its digits may be too many for Python to write
    if isinstance(value, list | tuple | dict) and len(value) > limit:
        return f"{type(value).__name__} of {len(value):,} entries"
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "…"


def quoted_list(values: Sequence[object]) -> str:
    """Return the first values as `quoted` does, with commas, and how many more there are."""
    more = f" and {len(values) - LISTED:,} more" if len(values) > LISTED else ""
    return ", ".join(map(quoted, values[:LISTED])) + more


def printable_name(name: str, limit: int = 48) -> str:
    """Return a name for a table: what is not printable (line ends, controls, direction marks) as escapes, then cut.

    A backslash is doubled, so that no name can pass for the escape of another. Blanks that a page or a table would
    swallow, at either end and beside another, are escapes as well, and so is a sign that varies the one before it.
    """
    text = _BLANKS.sub(lambda match: r"\x20" * len(match.group()), name[:limit].replace("\\", r"\\"))
    text = _SELECTORS.sub(lambda match: _escaped(match.group()), printable(text.replace("\n", r"\n")))
    return text if len(name) <= limit and len(text) <= limit else text[: limit - 1] + "…"


def printable_line(text: str) -> str:
    """Return a text on one line, with what is not printable in it as escapes, line ends as well."""
    return printable(text).replace("\n", r"\n")


def printable(text: str) -> str:
    """Return a message with what is not printable in it as escapes, line ends apart: names of files may be in it."""
    plain = "".join(
        character if character.isprintable() or character == "\n" else _escaped(character) for character in text
    )
    return plain if plain.isascii() else _SHAPELESS.sub(lambda match: _escaped(match.group()), plain)


def _escaped(characters: str) -> str:
    return characters.encode("unicode_escape").decode("ascii")

"""Text from strangers' files, as messages and tables show it: on one line, without invisible signs, and short."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN_LENGTH = 80
SHOWN_NAMES = 5


def shown(value: object, limit: int = SHOWN_LENGTH) -> str:
    """Return ``repr`` of a value read from JSON, cut to about `limit` characters; costs no more than what is shown."""
    if isinstance(value, str):
        return repr(value) if len(value) <= limit else f"{value[:limit]!r}… ({len(value):,} characters)"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4 * limit:
        return f"an integer of {value.bit_length():,} bits"  # its digits may be too many for Python to write
    if isinstance(value, list | tuple | dict) and len(value) > limit:
        return f"{type(value).__name__} of {len(value):,} entries"
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "…"


def shown_list(values: Sequence[object]) -> str:
    """Return the first values as `shown` does, with commas, and how many more there are."""
    more = f" and {len(values) - SHOWN_NAMES:,} more" if len(values) > SHOWN_NAMES else ""
    return ", ".join(map(shown, values[:SHOWN_NAMES])) + more


def shown_name(name: str, limit: int = 48) -> str:
    """Return a name for a table: what is not printable (line ends, controls, direction marks) as escapes, then cut.

    A backslash is doubled, so that no name can pass for the escape of another.
    """
    text = "".join(
        character if character.isprintable() and character != "\\" else _escape(character) for character in name[:limit]
    )
    return text if len(name) <= limit and len(text) <= limit else text[: limit - 1] + "…"


def printable(text: str) -> str:
    """Return a message with what is not printable in it as escapes, line ends apart: names of files may be in it."""
    return "".join(
        character if character.isprintable() or character == "\n" else _escape(character) for character in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")

"""Tables kept in Markdown files between a marker of their own and ``<!-- end -->``, and the cells they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import atomic_path

END = "<!-- end -->"
NOTHING = "–"


def fill_block(text: str, name: str, block: str) -> str:
    """Replace what stands between ``<!-- name -->`` and ``<!-- end -->``.

    Raises
    ------
    DataError
        If the text does not have the first of these lines exactly once, or not the second below it, or the block
        itself holds such a marker.
    """
    if "<!-- " in block:
        raise DataError(f"the block for <!-- {name} --> holds a marker itself; rename the file or program it names.")
    start = f"<!-- {name} -->\n"
    head, marker, rest = text.partition(start)
    old, end, tail = rest.partition(END)
    if not marker or start in rest:
        raise DataError(f"{text.count(start)} lines {start.strip()}, one is needed; put it where the table starts.")
    if not end or "<!-- " in old:
        raise DataError(f"the table has no {END} below {start.strip()}; put it where the table stops.")
    return head + marker + block + end + tail


def check_file(path: Path | str, name: str) -> None:
    """Make sure that a file can take a block, before the work and not after it; errors as in :func:`fill_file`."""
    fill_block(_read(Path(path)), name, "")


def fill_file(path: Path | str, name: str, block: str) -> None:
    """Replace a block in a Markdown file.

    Raises
    ------
    UsageError
        If the file cannot be read or written.
    DataError
        If it does not have the two lines.
    """
    text = fill_block(_read(Path(path)), name, block)
    with atomic_path(path) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")


def figure_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a Markdown table of figures between a first and a last column of text."""
    lines = ["| " + " | ".join(headings) + " |", "|---|" + "---:|" * (len(headings) - 2) + "---|"]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def shown(value: float | None, pattern: str) -> str:
    """Return a figure in a format, or a dash where there is none."""
    return NOTHING if value is None else pattern.format(value)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}; name a Markdown file in UTF-8.") from error


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")

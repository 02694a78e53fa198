"""The places in Markdown files that tables are put in: between ``<!-- name -->`` and ``<!-- end -->``."""

from __future__ import annotations

from pathlib import Path

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import atomic_path

END = "<!-- end -->"


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


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}; name a Markdown file in UTF-8.") from error

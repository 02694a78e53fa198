"""The entry of a version in the changelog of the corpus: drafted with what can be counted, ended by a person."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from releasing.differences import Differences
from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path
from weibo_nlp.release.sources import TO_BE_FILLED_IN

NAME = "CHANGELOG.md"
_HEADING = re.compile(r"^## (?P<version>\S+)[^\n]*\n", re.MULTILINE)


def entry_of(path: Path, version: str) -> str | None:
    """Return the entry of a version without its heading; None where there is none."""
    text = path.read_text("utf-8") if path.exists() else ""
    headings = list(_HEADING.finditer(text))
    for place, heading in enumerate(headings):
        if heading["version"] == version:
            end = headings[place + 1].start() if place + 1 < len(headings) else len(text)
            return text[heading.end() : end]
    return None


def is_written(path: Path, version: str) -> bool:
    """Whether a person has ended the entry of a version."""
    entry = entry_of(path, version)
    return entry is not None and bool(entry.strip()) and TO_BE_FILLED_IN not in entry


def draft(version: str, before: str | None, changes: Differences | None) -> str:
    """Return an entry with what can be counted, and a mark where a person says why."""
    lines = [f"## {version} ({datetime.now(UTC).date().isoformat()})", TO_BE_FILLED_IN]
    if changes is not None:
        counts = {
            "documents more": len(changes.added),
            "documents taken out": len(changes.lost),
            "texts changed": len(changes.reworded),
            "documents in another split": len(changes.moved),
        }
        said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        lines.append(f"- Against {before}: {said or 'no text and no split changed'}.")
        labels = ", ".join(
            f"{task} {n:,} of {of:,} ({n / of:.1%})" for task, (n, of) in changes.relabelled.items() if n
        )
        lines.append(f"- Gold that differs: {labels or 'none'}.")
    return "\n".join(lines) + "\n\n"


def put(path: Path, entry: str) -> None:
    """Put an entry before the newest one.

    Raises
    ------
    DataError
        If there is no changelog.
    """
    if not path.exists():
        raise DataError(f"{path} is not there; begin it with a line '# Changelog of the corpus'.")
    text = path.read_text("utf-8")
    first = _HEADING.search(text)
    place = len(text) if first is None else first.start()
    before = text[:place] if text[:place].endswith("\n\n") else text[:place].rstrip("\n") + "\n\n"
    with atomic_path(path) as temporary:
        temporary.write_text(before + entry + text[place:], "utf-8")

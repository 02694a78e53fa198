"""The file of a summary, beside the output that it is of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import PendingFile, pending_file
from weibo_nlp.io.destination import destination_of
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.labelling.summary import LabelSummary

_LONGEST = 64 * 1024 * 1024  # bytes; labels of one's own make summaries of a megabyte at most
_OWN_KEYS = {"format", "version", "weights", "models", "rows", "labels", "output"}


def summary_path(output: Path) -> Path | None:
    """Where the summary of an output goes.

    Returns
    -------
    Path or None
        ``<output>.summary.json``, of a link beside the file that it leads to; of a stream, none.
    """
    file = destination_of(output).file
    if file is None:
        return None
    named = file if output.is_symlink() else output
    return named.with_name(f"{named.name}.summary.json")


def usable_summary_path(output: Path, source: Path, rejects: Path) -> Path | None:
    """Find where the summary of an output goes, and see before the work that it can.

    Parameters
    ----------
    output, source, rejects : Path
        The output, the input and the file of rejects.

    Raises
    ------
    UsageError
        If it would be written onto one of them or onto a file that holds no summary, or cannot be written.
    """
    path = summary_path(output)
    if path is not None:
        require_distinct({"the output": output, "the file of rejects": rejects, "the summary": path}, [source])
        require_summary_file(path)
        with pending_file(path):
            pass
    return path


def require_summary_file(path: Path) -> None:
    """Refuse to replace a file that holds something else than a summary; an empty one holds nothing.

    Raises
    ------
    UsageError
        If it does, or cannot be read.
    """
    file = destination_of(path).file
    if file is None:
        raise UsageError(
            f"{path} is no file, and the summary of the output goes there; move it, or name another output."
        )
    try:
        is_ours = not file.exists() or file.stat().st_size == 0 or _is_summary(read_json_object(file, _LONGEST))
    except (OSError, DataError):
        is_ours = False
    if not is_ours:
        raise UsageError(
            f"{path} exists and is no summary of labels, which would take its place; move it, or name another output."
        )


def write_summary(summary: LabelSummary, output: Path, file: PendingFile) -> None:
    """Write a summary, to be published with its output."""
    content = summary.to_dict() | {"output": output.name}
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    file.path.write_text(text + "\n", "utf-8", errors="backslashreplace")
    file.complete()


def _is_summary(content: dict[str, Any]) -> bool:
    return content.keys() >= _OWN_KEYS and type(content["format"]) is int

"""The file of rejects: the rows that are set aside, beside the output."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any, Self

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import PendingFile, pending_file
from weibo_nlp.io.destination import destination_of
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.io.jsonl import dump_line
from weibo_nlp.io.rows import Reject

_LONGEST_LINE = 1024 * 1024  # bytes; a reject is much shorter


class RejectWriter:
    """What is set aside, as JSON Lines; the file is made at the first reject, so that a clean run leaves no empty one.

    It is opened by :func:`~weibo_nlp.io.writers.open_outputs`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._pending: PendingFile | None = None
        self._handle: IO[str] | None = None

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        return self

    def write(self, reject: Reject) -> None:
        """Set one record aside."""
        if self._handle is None:
            self._pending = self._stack.enter_context(pending_file(self.path))
            # A file's name may hold bytes that are no UTF-8; Python shows them as lone surrogates.
            file = self._pending.path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
            self._handle = self._stack.enter_context(file)
        self.count += 1
        self._handle.write(dump_line(asdict(reject)))

    def finished(self) -> PendingFile | None:
        """Return the written file, to be published; None if nothing was set aside."""
        if self._handle is not None:
            self._handle.close()
        return self._pending

    def __exit__(self, *details: Any) -> bool | None:
        return self._stack.__exit__(*details)


def rejects_path(output: Path, source: Path) -> Path:
    """Where the rejects of an output go, unless another place is named.

    Parameters
    ----------
    output : Path
        The output.
    source : Path
        The input.

    Returns
    -------
    Path
        ``<output>.rejected.jsonl``; of a link, beside the file it leads to, which may be written to by its own name
        as well; of a stream, ``<source>.stream-rejected.jsonl``, which no file's rejects are called.
    """
    file = destination_of(output).file
    if file is None:
        return source.with_name(f"{source.name}.stream-rejected.jsonl")
    named = file if output.is_symlink() else output
    return named.with_name(f"{named.name}.rejected.jsonl")


def usable_rejects_path(output: Path, source: Path, named: Path | None = None) -> Path:
    """Find where the rejects of an output go, and see before the work that they can.

    Parameters
    ----------
    output, source : Path
        As for :func:`rejects_path`.
    named : Path, optional
        Where the user wants them.

    Raises
    ------
    UsageError
        If input, output and rejects are not three files, the rejects cannot be written, their place is taken by a file
        that holds no rejects, or they are to go elsewhere while those of an earlier run stand beside the output.
    """
    usual = rejects_path(output, source)
    path = usual if named is None else named
    require_distinct({"the output": output, "the file of rejects": path}, [source])
    require_rejects_file(path)
    if path != usual and (file := destination_of(output).file) is not None and file.exists() and usual.exists():
        require_distinct({"the output": output, "the file of rejects": usual})
        raise UsageError(f"{usual}: rejects of an earlier run, which would not fit a new output; move or delete them.")
    try:
        with pending_file(path):
            pass
    except UsageError as error:
        raise UsageError(f"{error} Rows that are set aside go there; --rejects names another file.") from error
    return path


def require_rejects_file(path: Path) -> None:
    """Refuse to replace a file that holds something else than rejects; an empty one holds nothing.

    Raises
    ------
    UsageError
        If it does, or cannot be read.
    """
    file = destination_of(path).file
    if file is not None and file.exists() and not _holds_rejects(file):
        raise UsageError(
            f"{path} exists and is no file of rejects, which would take its place; move it, or name another file."
        )


def _holds_rejects(file: Path) -> bool:
    try:
        with file.open("rb") as handle:
            line = handle.readline(_LONGEST_LINE)
        first = json.loads(line) if line else None
    except (OSError, ValueError, RecursionError):  # unreadable, no JSON, nested to hurt
        return False
    return not line or (isinstance(first, dict) and first.keys() == {field.name for field in fields(Reject)})

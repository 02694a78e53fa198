"""The file of rejects: the rows that are set aside, beside the output."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any, Self

from weibo_nlp.errors import UsageError
from weibo_nlp.io.atomic import PendingFile, pending_file
from weibo_nlp.io.destination import destination_of
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.io.jsonl import dump_line, parse_json
from weibo_nlp.io.rows import Reject

_LONGEST_LINE = 1024 * 1024  # bytes; a reject is much shorter
_OUTPUT = "output"


class RejectWriter:
    """What is set aside, as JSON Lines; the file is made at the first reject, so that a clean run leaves no empty one.

    It is opened by :func:`~weibo_nlp.io.writers.open_outputs`. Every line names the output it is of, as
    :func:`output_of_rejects` does.
    """

    def __init__(self, path: Path, output: str) -> None:
        self.path, self.output = path, output
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
        self._handle.write(reject_line(reject, self.output))

    def finished(self) -> PendingFile | None:
        """Return the written file, to be published; None if nothing was set aside."""
        if self._handle is not None:
            self._handle.close()
        return self._pending

    def __exit__(self, *details: Any) -> bool | None:
        return self._stack.__exit__(*details)


def reject_line(reject: Reject, output: str) -> str:
    """Return the line of a reject, which says what output it is of."""
    return dump_line(asdict(reject) | {_OUTPUT: output})


def output_of_rejects(output: Path, source: Path, place: Path) -> str:
    """Name an output as its rejects do: two runs may be told to set rows aside in one file.

    Parameters
    ----------
    output, source : Path
        The output and the input.
    place : Path
        The file of rejects.

    Returns
    -------
    str
        Path of the output from the folder of the rejects, so that both can be moved together; of a stream, which is no
        place, that of the input. Where the rejects are a stream, paths are from the folder of the input.
    """
    file, folder = destination_of(output).file, (destination_of(place).file or source).parent
    end = os.path.realpath(source if file is None else file)
    try:
        name = os.path.relpath(end, os.path.realpath(folder))
    except ValueError:  # another drive of Windows
        name = end
    return f"stream from {Path(name).as_posix()}" if file is None else Path(name).as_posix()


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
        that holds no rejects or those of another output, or they are to go elsewhere while those of an earlier run
        stand where they would be taken for the output's.
    """
    usual = rejects_path(output, source)
    path = usual if named is None else named
    require_distinct({"the output": output, "the file of rejects": path}, [source])
    require_rejects_file(path, outputs_of_rejects(output, source, path))
    if path != usual and destination_of(output).file is not None and usual.exists():
        require_distinct({"the output": output, "the file of rejects": usual})
        raise UsageError(f"{usual}: rejects of an earlier run, which would not fit a new output; move or delete them.")
    try:
        with pending_file(path):
            pass
    except UsageError as error:
        raise UsageError(f"{error} Rows that are set aside go there; --rejects names another file.") from error
    return path


def outputs_of_rejects(output: Path, source: Path, place: Path) -> Container[str | None]:
    """Names of the outputs whose rejects those of this one may replace; None for no name, which 0.2 did not write.

    What names no output is of the one that it stands beside.
    """
    names = {output_of_rejects(output, source, place)}
    return names | {None} if place == rejects_path(output, source) else names


def require_rejects_file(path: Path, outputs: Container[str | None]) -> None:
    """Refuse to replace a file that holds something else than rejects of certain outputs; an empty one holds nothing.

    Parameters
    ----------
    path : Path
        The file, there or not.
    outputs : container of str or None
        As :func:`outputs_of_rejects` gives them.

    Raises
    ------
    UsageError
        If it does, or cannot be read.
    """
    file = destination_of(path).file
    if file is None or not file.exists():
        return
    for reject in _rejects_in(file):
        if reject is None:
            raise UsageError(
                f"{path} exists and is no file of rejects, which would take its place; move it, or name another file."
            )
        if reject.get(_OUTPUT) not in outputs:
            of = f"another output, {reject[_OUTPUT]}" if _OUTPUT in reject else "an output that it does not name"
            raise UsageError(f"{path} holds the rejects of {of}, which would be lost; move it, or name another file.")


def _rejects_in(file: Path) -> Iterator[dict[str, Any] | None]:
    """Lines of a file of rejects, to which somebody may have added others; None for what is no reject."""
    keys = {field.name for field in fields(Reject)}
    try:
        with file.open("rb") as handle:
            while line := handle.readline(_LONGEST_LINE):
                row = parse_json(line.decode("utf-8-sig"))
                is_reject = isinstance(row, dict) and row.keys() - {_OUTPUT} == keys
                yield row if is_reject and isinstance(row.get(_OUTPUT, ""), str) else None
    except (OSError, ValueError):  # unreadable, no JSON or not plainly
        yield None

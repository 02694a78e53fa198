"""Folders in which a long job leaves finished parts: what lies there, what is done of it, and what is missing.

Parts are tables beside each other, ``part-00000.parquet`` and so on, which pandas, Arrow, DuckDB and `datasets` read as
one; what is told of them has names that begin with ``_``, which these pass over:

``_job.json``
    What was asked, of which inputs, and how they are cut into units: written once, before the first part.
``_manifest.jsonl``
    A line for each part that is finished, on disk and in its place, in the order in which they were.
``_rejected/part-00000.jsonl``
    Rows of a unit that were set aside, where there are any.
``_summary.json``
    What all parts came to: there when the job is finished.
``_lock``
    Held by the process that works in the folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from weibo_nlp.errors import DataError, UsageError, WriteError
from weibo_nlp.io.atomic import sync_folder, write_errors
from weibo_nlp.io.checksum import sha256_of_file
from weibo_nlp.io.formats import OutputFormat
from weibo_nlp.io.jsonl import dump_line, parse_json_line, read_json_object
from weibo_nlp.io.locks import lock
from weibo_nlp.io.typed_json import from_json, to_json

FORMAT = 1
KIND = "weibo_nlp labelling job"
JOB, MANIFEST, SUMMARY, LOCK, REJECTED = "_job.json", "_manifest.jsonl", "_summary.json", "_lock", "_rejected"
MAX_UNITS = 100_000
"""Most units of a job: so many parts have names of five digits, which sort as numbers do."""
PART_FORMATS: tuple[OutputFormat, ...] = ("parquet", "csv", "tsv", "jsonl")
_LONGEST_JOB = 256 * 1024 * 1024  # bytes
_LONGEST_SUMMARY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FinishedPart:
    """A line of the manifest: one unit that is done.

    Attributes
    ----------
    unit : int
        Its number, from 0.
    part : str
        Name of its part in the folder.
    rows, rejected : int
        Rows of the part, and rows of the unit that were set aside.
    bytes : int
        Size of the part.
    sha256 : str
        Of the part.
    rejects_sha256 : str or None
        Of the file of what was set aside, where there is one.
    counts : mapping
        What else was counted, for the summary of all parts.
    """

    unit: int
    part: str
    rows: int
    rejected: int
    bytes: int
    sha256: str
    rejects_sha256: str | None
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartProblem:
    """A file of a part that is not what the manifest says of it."""

    path: Path
    what: str
    is_missing: bool = False

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


@dataclass(frozen=True)
class JobFolder:
    """A job's folder as it was found.

    Attributes
    ----------
    folder : Path
        Where it lies.
    job : mapping
        What ``_job.json`` holds.
    parts : mapping of int to FinishedPart
        Unit -> its line of the manifest; a unit that was done again has its last.
    whole_bytes : int
        Length of the manifest up to the end of its last whole line: a process that was killed may leave half of one.
    """

    folder: Path
    job: Mapping[str, Any]
    parts: Mapping[int, FinishedPart]
    whole_bytes: int

    @property
    def n_units(self) -> int:
        """Units of the job."""
        return int(self.job["n_units"])

    @property
    def format(self) -> OutputFormat:
        """Format of the parts."""
        shape: OutputFormat = self.job["to"]
        return shape

    @property
    def missing(self) -> tuple[int, ...]:
        """Units that no line of the manifest tells of."""
        return tuple(unit for unit in range(self.n_units) if unit not in self.parts)

    @cached_property
    def is_finished(self) -> bool:
        """Whether every unit is done, and all of them summed up."""
        return not self.missing and (self.folder / SUMMARY).is_file()

    @property
    def files(self) -> list[Path]:
        """Paths of the parts that are done, in the order of the rows."""
        return [self.folder / self.parts[unit].part for unit in sorted(self.parts)]

    @property
    def rejects(self) -> list[Path]:
        """Files of what was set aside, in order; each line has ``file``, ``line``, ``reason`` and ``raw``."""
        return [
            rejects_path(self.folder, unit)
            for unit, part in sorted(self.parts.items())
            if part.rejects_sha256 is not None
        ]

    def problem(self, unit: int) -> PartProblem | None:
        """Say why a part is not what the manifest says of it; None where it is, read from its beginning to its end."""
        told = self.parts[unit]
        path, aside = self.folder / told.part, rejects_path(self.folder, unit)
        if problem := _altered(path, told.sha256, told.bytes):
            return problem
        return None if told.rejects_sha256 is None else _altered(aside, told.rejects_sha256)

    def summary(self) -> dict[str, Any]:
        """Return what all parts came to.

        Raises
        ------
        DataError
            If the job is not finished, or the file is damaged.
        """
        self.require_finished()
        return read_json_object(self.folder / SUMMARY, _LONGEST_SUMMARY)

    def require_finished(self) -> None:
        """Refuse a job of which parts are missing.

        Raises
        ------
        DataError
            Saying how many.
        """
        if self.is_finished:
            return
        missing = len(self.missing)
        what = f"{missing:,} of {self.n_units:,} parts are missing" if missing else "its parts are not summed up yet"
        raise DataError(f"{self.folder}: the job is not finished: {what}. The command that began it goes on with it.")


def is_job_folder(folder: Path) -> bool:
    """Whether a job was begun in a folder."""
    # Path.is_dir raises where no file system takes the name, before Python 3.14.
    return os.path.isdir(folder) and (folder / JOB).is_file()  # noqa: PTH112


def part_name(unit: int, shape: OutputFormat) -> str:
    """Name of the part of a unit."""
    return f"part-{unit:05}.{shape}"


def rejects_path(folder: Path, unit: int) -> Path:
    """Where the rows of a unit stand that were set aside."""
    return folder / REJECTED / f"part-{unit:05}.jsonl"


def read_job_folder(folder: Path) -> JobFolder:
    """Read what was asked of a job, and which of its parts are done; the parts themselves are not looked at.

    Raises
    ------
    UsageError
        If there is no job in the folder.
    DataError
        If its files are damaged or of a later version, naming them.
    """
    path = folder / JOB
    remedy = "Write into another folder."
    try:
        job = read_json_object(path, _LONGEST_JOB)
    except FileNotFoundError:
        raise UsageError(f"{folder} holds no job: there is no {JOB} in it; name the folder that one wrote.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. {remedy}") from error
    if job.get("kind") != KIND or not isinstance(job.get("format"), int):
        raise DataError(f"{path}: does not tell of a labelling job. {remedy}")
    if job["format"] > FORMAT:
        raise DataError(
            f"{path}: is of format {job['format']}, and this version reads {FORMAT}. Update weibo_nlp, or write into "
            "another folder."
        )
    n_units = job.get("n_units")
    if (
        type(n_units) is not int
        or not 0 <= n_units <= MAX_UNITS
        or job.get("to") not in ("parquet", "csv", "tsv", "jsonl")
    ):
        raise DataError(f"{path}: is damaged: n_units or to is none. {remedy}")
    parts, whole_bytes = _read_manifest(folder / MANIFEST, n_units, job["to"])
    return JobFolder(folder, job, parts, whole_bytes)


def job_text(job: Mapping[str, Any]) -> str:
    """Return ``_job.json`` as text: with format and kind before what is asked."""
    content = {"format": FORMAT, "kind": KIND, **job}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


@contextmanager
def open_manifest(found: JobFolder) -> Iterator[ManifestWriter]:
    """Open the manifest for further lines, behind its last whole one.

    Raises
    ------
    WriteError
        If the disk is full or fails.
    """
    path = found.folder / MANIFEST
    with write_errors(path), path.open("ab") as handle:
        handle.truncate(found.whole_bytes)
        os.fsync(handle.fileno())
        sync_folder(found.folder)
        yield ManifestWriter(path, handle)


class ManifestWriter:
    """Appends lines to a manifest, each of which is on disk before anything else is done."""

    def __init__(self, path: Path, handle: IO[bytes]) -> None:
        self._path, self._handle = path, handle

    def append(self, part: FinishedPart) -> None:
        """Tell of a part that is in its place.

        Raises
        ------
        WriteError
            If the line cannot be written; half of it is passed over when the job is gone on with.
        """
        with write_errors(self._path):
            self._handle.write(dump_line(to_json(part)).encode())
            self._handle.flush()
            os.fsync(self._handle.fileno())


@contextmanager
def locked_job(folder: Path) -> Iterator[None]:
    """Hold a job's folder against other runs, until the block ends or the process is killed.

    Raises
    ------
    UsageError
        If another run works in it.
    WriteError
        If the lock cannot be made.
    """
    path = folder / LOCK
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {error.strerror}; name a folder that is writable.") from error
    try:
        try:
            lock(handle, wait=False)
        except BlockingIOError:
            raise UsageError(
                f"another run is writing into {folder}; wait for its end, or name another folder."
            ) from None
        yield
    finally:
        os.close(handle)


def _read_manifest(path: Path, n_units: int, shape: OutputFormat) -> tuple[dict[int, FinishedPart], int]:
    parts: dict[int, FinishedPart] = {}
    whole = 0
    try:
        handle = path.open("rb")
    except FileNotFoundError:
        return parts, whole
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. Write into another folder.") from error
    with handle:
        fault = ""
        for number, line in enumerate(handle, start=1):
            if fault:  # what is broken is not the last line, which a killed process may leave
                raise DataError(f"{fault} Correct or delete that line; what it told of is then done again.")
            try:
                part = _part_of(line, f"{path}:{number}", n_units, shape)
            except DataError as error:
                fault = str(error)
                continue
            parts[part.unit] = part
            whole += len(line)
    return parts, whole


def _part_of(line: bytes, where: str, n_units: int, shape: OutputFormat) -> FinishedPart:
    if not line.endswith(b"\n"):
        raise DataError(f"{where}: breaks off.")
    parsed = parse_json_line(line.removesuffix(b"\n"), 2)
    if parsed.value is None:
        raise DataError(f"{where}: {parsed.reason}.")
    part = from_json(FinishedPart, parsed.value, where)
    if not 0 <= part.unit < n_units or part.part != part_name(part.unit, shape):
        raise DataError(f"{where}: tells of {part.part} and unit {part.unit}, which the job does not have.")
    return part


def _altered(path: Path, sha256: str, n_bytes: int | None = None) -> PartProblem | None:
    try:
        if not path.is_file():
            return PartProblem(path, "is missing", is_missing=True)
        if (n_bytes is not None and path.stat().st_size != n_bytes) or sha256_of_file(path) != sha256:
            return PartProblem(path, "was altered")
    except OSError as error:
        return PartProblem(path, f"cannot be read ({error.strerror})")
    return None

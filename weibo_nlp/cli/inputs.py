"""Inputs of a command: several files, folders of files, and standard input, as a list of files that can be opened."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from typer import Option

from weibo_nlp.errors import UsageError

DateOrderName = Literal["day", "month"]
FormatName = Literal["csv", "tsv", "jsonl", "json", "parquet", "xlsx", "xls", "lines"]
Encoding = Annotated[
    str | None,
    Option(metavar="NAME", help="Encoding of the input, such as gb18030, big5 or utf-16; by default found out."),
]
Delimiter = Annotated[
    str | None, Option(metavar="SIGN", help="Sign between the cells of the input; by default found out.")
]
DateOrder = Annotated[
    DateOrderName | None,
    Option(help="Which number stands first in dates such as 03/04/2018; by default told by others of the column."),
]
Header = Annotated[
    bool | None, Option("--header/--no-header", help="Whether the first row holds names; by default found out.")
]
Records = Annotated[
    str | None,
    Option(metavar="KEYS", help="Where in a JSON document the rows are, as data.list; by default found out."),
]
Sheet = Annotated[str | None, Option(metavar="NAME", help="Sheet of a workbook, where several have cells.")]

STANDARD_INPUT = Path("standard_input")
_COPY_PREFIX = "weibo_nlp-stdin-"
_READ = frozenset([".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx", ".xls", ".txt"])
# Tables and texts only where a crawler made them.
_OF_CRAWLERS = frozenset([".db", ".sqlite", ".sqlite3", ".html", ".htm", ".md"])
_OWN = (".rejected.jsonl", ".stream-rejected.jsonl", ".summary.json")


def input_files(paths: Sequence[Path]) -> list[Path]:
    """Files that are named, and those in folders that are named, at any depth: tables and texts by their suffix.

    Databases and pages of crawlers are inputs, too. Results of earlier runs, also of jobs, with what was set aside and
    summed up, are none, nor is the summary of an import. How many other files lie in a folder is said.

    Raises
    ------
    UsageError
        If a folder has no such file, or one is named twice.
    """
    files = [file for path in paths for file in (_files_in(path) if path.is_dir() else [path])]
    if twice := [file for file, count in Counter(file.resolve() for file in files).items() if count > 1]:
        raise UsageError(f"{twice[0]} is named twice; leave one out.")
    return files


def _files_in(folder: Path) -> list[Path]:
    from weibo_nlp.io.terminal import print_line

    held = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_result(path)]
    files = [path for path in held if _is_input(path)]
    if files and (others := [path for path in held if path not in set(files)]):
        more = f" and {len(others) - 1:,} more" if len(others) > 1 else ""
        print_line(f"Passed over in {folder}, as of no table and no text by their names: {others[0]}{more}", err=True)
    if not files:
        raise UsageError(f"{folder} has no file with posts: none ends in {', '.join(sorted(_READ))}, or these packed.")
    return files


def _is_result(path: Path) -> bool:
    from weibo_nlp.ingest.reading import DOCUMENTS, SUMMARY
    from weibo_nlp.io.job_folder import REJECTED, is_job_folder

    name = path.name.casefold()
    if path.name == SUMMARY and (path.parent / DOCUMENTS).is_file():
        return True
    if is_job_folder(path.parent) or (path.parent.name == REJECTED and is_job_folder(path.parent.parent)):
        return True
    return name.startswith(".") or name.endswith(_OWN) or ".labelled." in name or "-labelled." in name


def _is_input(path: Path) -> bool:
    from weibo_nlp.io.compression import without_compression_suffix
    from weibo_nlp.labelling.crawls import find_crawl

    suffix = without_compression_suffix(path).suffix.lower()
    return suffix in _READ or (suffix in _OF_CRAWLERS and find_crawl(path) is not None)


@contextmanager
def standard_input() -> Iterator[Path]:
    """Copy what comes in on standard input into a file, which may be read as often as needed and is then deleted.

    Raises
    ------
    UsageError
        If it is a terminal, where nobody may know that something is waited for.
    WriteError
        If there is no room for the copy.
    """
    from weibo_nlp.io.atomic import write_errors

    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("- stands for standard input, which is a terminal here; pipe posts into it, or name a file.")
    with tempfile.TemporaryDirectory(prefix=_COPY_PREFIX) as folder:
        path = Path(folder, STANDARD_INPUT)
        place = "a copy of standard input where temporary files lie (TMPDIR names another folder)"
        with write_errors(place), path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, 1024 * 1024)
        yield path


def alias_of(path: Path) -> Path | None:
    """What a copy of standard input is called; None for any other file, which is called as it is named."""
    return STANDARD_INPUT if path.name == STANDARD_INPUT.name and path.parent.name.startswith(_COPY_PREFIX) else None


def outputs_for(files: Sequence[Path], folder: Path | None, names: Mapping[Path, str]) -> list[Path | None]:
    """Where the results of several files go: into a folder, each by its name; None for beside its input.

    Raises
    ------
    UsageError
        If the folder is a file, or two results would have one name.
    """
    if folder is None:
        return [None] * len(files)
    if str(folder) == "-" or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder, and several files are labelled; name a folder with -o, or none.")
    counts = Counter(name.casefold() for name in names.values())
    for file, name in names.items():
        if counts[name.casefold()] > 1:
            raise UsageError(f"{file} and another input would both be written as {folder / name}; label them apart.")
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / names[file] for file in files]


def reading_of(**wanted: Any) -> dict[str, Any]:
    """Options of how a file is read as `open_table` takes them; those that were not given left out."""
    return {name: value for name, value in wanted.items() if value is not None}

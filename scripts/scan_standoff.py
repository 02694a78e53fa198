"""Look for texts that are judged and not shipped: in the files of a checkout, in a wheel, and in what commits added.

A run of 16 characters (12 of them Chinese) that stands in such a text is told, and a whole field of 8 or more
characters that has such a text's key. Only places and keys are printed.
"""

import argparse
import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from benchmarks.publishing import FAILED, failure

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.external.hydration import find_texts
from weibo_nlp.release.leaks import LEAST_FIELD, find_fields, find_runs
from weibo_nlp.release.sources import read_sources

ROOT = Path(__file__).resolve().parent.parent
Named = tuple[str, bytes]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, help="folder with copies of the published sets, or a list of the texts")
    parser.add_argument("--root", type=Path, default=ROOT, help="checkout to search")
    parser.add_argument("--wheel", type=Path, help="wheel to search as well")
    parser.add_argument("--since", help="commit after which every commit is searched as well")
    arguments = parser.parse_args()
    try:
        sources = read_sources(arguments.root)
        found = find_texts(arguments.texts, {placed.value.id: placed.value.set for placed in sources.standoff})
    except WeiboNlpError as error:
        return failure(error)
    files = list(_checkout(arguments.root))
    if arguments.wheel:
        files += _wheel(arguments.wheel)
    commits = _commits(arguments.root, arguments.since) if arguments.since else []
    contents = [*((name, " ".join(_strings(name, content))) for name, content in files), *commits]
    fields = [(name, value) for name, content in files for value in _fields(name, content)]
    keys = {placed.value.id: placed for placed in sources.standoff}
    leaks = [*find_runs(contents, found.texts), *find_fields(fields, keys)]
    for leak in leaks:
        print(leak)
    short = sum(len(value) < LEAST_FIELD for _, value in fields)
    print(f"{len(found.texts):,} texts, {found.missing:,} not found in {arguments.texts}")
    print(f"{len(files):,} files and {len(commits):,} commits searched: {len(leaks)} leaks")
    print(f"{len(fields):,} fields, {short:,} of them exempt because they are under {LEAST_FIELD} characters")
    return FAILED if leaks or found.missing else 0


def _checkout(root: Path) -> Iterator[Named]:
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (root / name).is_file():
            yield name, (root / name).read_bytes()


def _wheel(path: Path) -> Iterator[Named]:
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            yield f"{path.name}/{name}", wheel.read(name)


def _commits(root: Path, since: str) -> list[tuple[str, str]]:
    """What each commit added, whichever branch of a merge it came by."""
    command = ["git", "rev-list", f"{since}..HEAD"]
    names = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()
    return [(f"commit {name[:10]}", _added(root, name)) for name in names]


def _added(root: Path, name: str) -> str:
    command = ["git", "show", "--format=%B", "--unified=0", "--no-color", name]
    shown = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode("utf-8", "replace")
    return "\n".join(line.removeprefix("+") for line in shown.split("\n") if not line.startswith("-"))


def _strings(name: str, content: bytes) -> Iterable[str]:
    """All text of a file; of a table its cells, which are compressed in the bytes."""
    return _fields(name, content) if name.endswith(".parquet") else [content.decode("utf-8", "replace")]


def _fields(name: str, content: bytes) -> Iterator[str]:
    """Values of the fields of a file that has fields."""
    if name.endswith(".parquet"):
        yield from _leaves(pq.read_table(io.BytesIO(content)).to_pylist())
    elif name.endswith(".jsonl"):
        yield from chain.from_iterable(_leaves(_json(line)) for line in content.decode("utf-8", "replace").split("\n"))
    elif name.endswith(".json"):
        yield from _leaves(_json(content.decode("utf-8", "replace")))
    elif name.endswith((".csv", ".tsv")):
        delimiter = "," if name.endswith(".csv") else "\t"
        yield from chain.from_iterable(csv.reader(io.StringIO(content.decode("utf-8", "replace")), delimiter=delimiter))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # a fixture that is broken on purpose has no fields; its text is searched for runs
        return None


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(_leaves, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(_leaves, value))


if __name__ == "__main__":
    sys.exit(main())

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
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
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
    commits = list(_commits(arguments.root, arguments.since)) if arguments.since else []
    searched = [(name, content, list(_fields(name, content))) for name, content in (*files, *commits)]
    # Cells and values may be compressed or escaped in the bytes.
    contents = ((name, " ".join([content.decode("utf-8", "replace"), *values])) for name, content, values in searched)
    fields = [(name, value) for name, _, values in searched for value in values]
    keys = {placed.value.id: placed for placed in sources.standoff}
    leaks = [*find_runs(contents, found.texts), *find_fields(fields, keys)]
    for leak in leaks:
        print(leak)
    short = sum(len(value) < LEAST_FIELD for _, value in fields)
    print(f"{len(found.texts):,} texts, {found.missing:,} not found in {arguments.texts}")
    n_commits = sum(" " not in name.removeprefix("commit ") for name, _ in commits)
    print(f"{len(files):,} files and {n_commits:,} commits searched: {len(leaks)} leaks")
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


def _commits(root: Path, since: str) -> Iterator[Named]:
    """Message of each commit, and every file as it added or changed it, whichever branch of a merge it came by."""
    seen = set()
    for name in _git(root, "rev-list", f"{since}..HEAD").decode().split():
        yield f"commit {name[:10]}", _git(root, "show", "--no-patch", "--format=%B", name)
        # Each entry is ":mode mode blob blob status", then, behind a NUL, the path.
        changes = _git(root, "diff-tree", "--root", "-r", "-m", "--no-commit-id", "-z", "--diff-filter=d", name)
        entries = changes.split(b"\0")
        for facts, path in zip(entries[::2], entries[1::2], strict=False):
            mode, blob = facts.decode().split()[1], facts.decode().split()[3]
            if mode.startswith("100") and blob not in seen:
                seen.add(blob)
                yield f"commit {name[:10]} {path.decode('utf-8', 'replace')}", _git(root, "cat-file", "blob", blob)


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


def _fields(name: str, content: bytes) -> Iterator[str]:
    """Values of the fields of a file that has fields."""
    if name.endswith(".parquet"):
        try:
            table = pq.read_table(io.BytesIO(content), use_threads=False)
        except pa.ArrowException:  # a fixture that is broken on purpose
            return
        yield from _leaves(table.to_pylist())
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

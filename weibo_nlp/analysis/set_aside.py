"""Why rows were set aside when a collection was labelled, read from the files that lie beside or in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from weibo_nlp.errors import DataError
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.jsonl import parse_json
from weibo_nlp.io.limits import MAX_REASONS
from weibo_nlp.io.rejects import rejects_path

OTHERS = "another reason"
REJECTED = "_rejected"
"""Folder of a labelling job with what was set aside, a file a part."""
_ENDING = ".rejected.jsonl"
_LONGEST_LINE = 1024 * 1024


def set_aside_reasons(collection: Collection) -> dict[str, int]:
    """Count the reasons for which rows of a labelled collection were set aside; empty where no file of them is there.

    Raises
    ------
    DataError
        If a file of rejects cannot be read.
    """
    reasons = Counter[str]()
    for path in _files(collection.path):
        for reason in _reasons(path):
            known = reason in reasons or len(reasons) < MAX_REASONS
            reasons[reason if known else OTHERS] += 1
    return dict(reasons)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        beside_parts = [file for file in path.iterdir() if file.name.endswith(_ENDING)]
        return sorted(file for file in (*beside_parts, *(path / REJECTED).glob("*.jsonl")) if file.is_file())
    beside = rejects_path(path, path)
    return [beside] if beside.is_file() else []


def _reasons(path: Path) -> Iterator[str]:
    number = 0
    try:
        with path.open("rb") as lines:
            while line := lines.readline(_LONGEST_LINE):
                number += 1
                row = parse_json(line.decode("utf-8-sig"))
                if not isinstance(row, dict) or not isinstance(row.get("reason"), str):
                    raise ValueError("no reject")
                yield row["reason"]
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: line {number}: cannot be read as a file of rejects ({error}); move it.") from None

"""What the texts of the corpus were written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.jsonl import read_jsonl

SPECIFICATIONS = "annotations/specifications"
FIRST_BRIEF = "1.1"
"""Brief of documents whose specification names none, or that have none."""


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a JSON Lines file.

    Raises
    ------
    DataError
        At the first line that is none.
    """
    for line in read_jsonl(path):
        if line.value is None:
            raise DataError(f"{path}, line {line.number}: {line.reason}.")
        yield line.value


def briefs(root: Path) -> Mapping[str, str]:
    """Brief by document id, of the documents whose specification in a repository names one."""
    paths = sorted((root / SPECIFICATIONS).glob("*.jsonl"))
    return {row["document_id"]: row["brief"] for path in paths for row in read_rows(path) if "brief" in row}

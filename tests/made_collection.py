"""Small collections of labelled rows, written as JSON Lines and opened."""

import json
from pathlib import Path

from weibo_nlp.io.collection import Collection, open_collection


def collection_of(path: Path, rows: list[dict]) -> Collection:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return open_collection(path)

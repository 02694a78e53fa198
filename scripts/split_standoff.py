"""Write corpus/standoff.jsonl: the keys of the pool, how each was drawn, and a split that tears no group or copy.

The split is 60/20/20, even over sources and topics; near-duplicates are told by the texts, so the pool's folder is
needed, of which nothing but keys, sets and groups is written.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.publishing import failure
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold

from weibo_nlp.errors import DataError, WeiboNlpError
from weibo_nlp.external.real_sets import REAL_SETS
from weibo_nlp.io.jsonl import read_jsonl, write_jsonl
from weibo_nlp.profiling.duplicates import near_duplicates
from weibo_nlp.release.sources import STANDOFF, read_sources

ROOT = Path(__file__).resolve().parent.parent
SEED = 2026
FIFTHS = ("test", "validation", "train", "train", "train")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pool", type=Path, help="folder with pool.jsonl and drawn.jsonl")
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    arguments = parser.parse_args()
    try:
        pool = sorted(_rows(arguments.pool / "pool.jsonl"), key=lambda row: str(row["id"]))
        drawn = {row["id"]: row["drawn"] for row in _rows(arguments.pool / "drawn.jsonl")}
        gold = {placed.value.document_id: placed.value.topic for placed in read_sources(arguments.root).standoff_gold}
        splits = assign_splits(pool, gold)
        rows = [_row(text, drawn[text["id"]], split) for text, split in zip(pool, splits, strict=True)]
        write_jsonl(arguments.root / "corpus" / STANDOFF, rows)
    except WeiboNlpError as error:
        return failure(error)
    for split in ("train", "validation", "test"):
        topics = [gold[row["id"]] for row in rows if row["split"] == split]
        print(split, len(topics), {topic: topics.count(topic) for topic in sorted(set(topics))})
    return 0


def assign_splits(pool: list[Mapping[str, Any]], topics: Mapping[str, str]) -> Iterator[str]:
    """Split of every text: a fifth for test, one for validation, the rest for training."""
    groups = clusters([row["group"] for row in pool], [row["text"] for row in pool])
    strata = [f"{REAL_SETS[row['set']].source.name} {topics[row['id']]}" for row in pool]
    folds = StratifiedGroupKFold(len(FIFTHS), shuffle=True, random_state=SEED).split(strata, strata, groups)
    fold_of = {place: fold for fold, (_, places) in enumerate(folds) for place in places.tolist()}
    return (FIFTHS[fold_of[place]] for place in range(len(pool)))


def clusters(groups: Iterable[str], texts: list[str]) -> np.ndarray[Any, Any]:
    """Number of each text's cluster, shape (n_texts,): of one group, or near-duplicates, also through others."""
    first: dict[str, int] = {}
    pairs = [(first.setdefault(group, place), place) for place, group in enumerate(groups)]
    pairs += [(i, j) for i, j, _ in near_duplicates(texts)]
    rows, columns = np.array(pairs).T
    graph = coo_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(texts), len(texts)))
    numbers: np.ndarray[Any, Any] = connected_components(graph, directed=False)[1]
    return numbers


def _row(text: Mapping[str, Any], drawn: str, split: str) -> dict[str, str]:
    of_set = REAL_SETS[text["set"]]
    return {
        "id": text["id"],
        "set": text["set"],
        "source": of_set.source.name,
        "group": text["group"],
        "kind": of_set.kind,
        "drawn": drawn,
        "split": split,
    }


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    for line in read_jsonl(path):
        if line.value is None:
            raise DataError(f"{path}:{line.number}: {line.reason}.")
        yield line.value


if __name__ == "__main__":
    sys.exit(main())

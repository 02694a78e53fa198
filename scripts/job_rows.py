"""Posts for trials of jobs: texts of the shipped corpus, drawn by a seed, with ids, authors and dates beside them."""

import csv
from pathlib import Path
from random import Random

from weibo_nlp import load_corpus

NAMES = ("id", "user", "created_at", "text")


def write_rows(path: Path, n: int, seed: int = 0) -> None:
    """Write a CSV with `n` rows; each has a number of its own in its text, so that no two are the same."""
    texts = load_corpus()["text"].tolist()
    dice = Random(seed)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(NAMES)
        for number in range(n):
            day = f"2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
            text = f"{dice.choice(texts)} {number}"
            writer.writerow((4_900_000_000_000_000 + number, f"u{dice.randrange(50_000)}", day, text))

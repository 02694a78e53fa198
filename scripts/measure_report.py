"""Peak memory and CPU time of `weibo-nlp report` on generated rows of two sizes: of a row, a few numbers may stay."""

import argparse
import csv
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from weibo_nlp.io.row_groups import GROUP_ROWS
from weibo_nlp.report.markdown import markdown_table

AUTHORS, ORIGINALS, VOCABULARY = 50_000, 1_000, 20_000
TOPICS = ("credit", "nationalism", "gender", "other")
MOST_BYTES_A_ROW = 300
CHILD = r"""
import re, resource, sys
from weibo_nlp.cli import main
try:
    main(["report", sys.argv[1], "-o", sys.argv[2], "--raw-texts"])
except SystemExit as left:
    peak = re.search(r"VmHWM:\s+([0-9]+) kB", open("/proc/self/status").read())
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(left.code or 0, int(peak[1]) / 1024, used.ru_utime + used.ru_stime)
"""


def rows(n: int) -> Iterator[dict[str, Any]]:
    """Generate labelled rows, which say nothing: 5 to 29 words of two random characters each, by Zipf's law."""
    chance = random.Random(0)
    characters = [chr(0x4E00 + place) for place in range(3000)]
    words = ["".join(chance.choices(characters, k=2)) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    for number in range(n):
        is_repost = number >= ORIGINALS and chance.random() < 0.2
        yield {
            "id": str(4_900_000_000_000_000 + number),
            "user_id": str(100_000 + chance.randrange(AUTHORS)),
            "text": "".join(chance.choices(words, cum_weights=weights, k=chance.randrange(5, 30))),
            "created_at": f"2023-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d} 08:{number % 60:02d}",
            "retweet_id": str(4_900_000_000_000_000 + chance.randrange(ORIGINALS)) if is_repost else None,
            "topic": chance.choice(TOPICS),
            "topic_score": chance.random(),
            "sentiment": chance.choice(("positive", "negative", "neutral")),
            "sentiment_score": chance.random(),
            "stance_target": "国货",
            "stance": chance.choice(("favor", "against", "none")),
            "stance_score": chance.random(),
            "out_of_domain": chance.random() < 0.01,
        }


def write_parquet(path: Path, n: int) -> None:
    """Write rows as ``weibo-nlp label`` does."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.Table.from_pylist(list(rows(10 * ORIGINALS))).schema
    made = rows(n)
    with pq.ParquetWriter(path, schema) as writer:
        while some := list(islice(made, GROUP_ROWS)):
            writer.write_table(pa.Table.from_pylist(some, schema=schema))


def write_csv(path: Path, n: int) -> None:
    """Write rows as a spreadsheet program does."""
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, list(next(rows(1))))
        writer.writeheader()
        writer.writerows(rows(n))


FORMATS: dict[str, Callable[[Path, int], None]] = {"parquet": write_parquet, "csv": write_csv}


def measure(suffix: str, n: int) -> tuple[float, float]:
    """Report rows in a process of its own; return the peak of its memory in megabytes, and CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"labelled.{suffix}")
        FORMATS[suffix](path, n)
        command = [sys.executable, "-c", CHILD, str(path), str(Path(folder, "page.html"))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    match = re.fullmatch(r"0 ([\d.]+) ([\d.]+)", done.stdout.strip())
    if match is None:
        raise SystemExit(f"the report on {n:,} rows of {suffix} failed: {done.stdout}{done.stderr}")
    return float(match[1]), float(match[2])


def main() -> None:
    """Print a table; leave with 1 where each further row takes more than ``MOST_BYTES_A_ROW``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs=2, default=(200_000, 2_000_000), help="rows of both sizes")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    arguments = parser.parse_args()
    few, many = arguments.rows
    table, grows = [], False
    for suffix in arguments.formats:
        small, large = measure(suffix, few), measure(suffix, many)
        a_row = (large[0] - small[0]) * 1024**2 / (many - few)
        grows = grows or a_row > MOST_BYTES_A_ROW
        values = (small[0], large[0], a_row, small[1], large[1])
        table.append((suffix, *(f"{value:,.0f}" for value in values)))
    sizes = f"{few:,} rows", f"{many:,}"
    heads = (*(f"MB at {size}" for size in sizes), "bytes a further row", *(f"CPU s at {size}" for size in sizes))
    print(markdown_table(("format", *heads), table))
    sys.exit(grows)


if __name__ == "__main__":
    main()

"""Peak memory of `weibo-nlp import` on generated crawls of three formats and two sizes: it must not grow with rows."""

import argparse
import csv
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from weibo_nlp.report.markdown import markdown_table

USERS, ORIGINALS = 50_000, 1_000
CHILD = r"""
import re, resource, sys
from weibo_nlp.cli import main
try:
    main(["import", sys.argv[1], "-o", sys.argv[2], "--quiet", *sys.argv[3:]])
except SystemExit as left:
    peak = re.search(r"VmHWM:\s+([0-9]+) kB", open("/proc/self/status").read())
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(left.code or 0, int(peak[1]) / 1024, used.ru_utime + used.ru_stime)
"""


def posts(n: int) -> Iterator[tuple[str, str, str, str]]:
    """Id, author, text and original of generated posts: one in five is a repost, one in three names somebody."""
    for number in range(n):
        above = str(4_900_000_000_000_000 + number % ORIGINALS) if number % 5 == 1 and number >= ORIGINALS else ""
        mention = f"@用户{number % USERS} " if number % 3 == 0 else ""
        text = f"{mention}第{number}次看海，#今天# 的浪有{number % 7}米高" + ("//@小甲:真的吗" if above else "")
        yield str(4_900_000_000_000_000 + number), str(100_000 + number % USERS), text, above


def write_csv(path: Path, n: int) -> None:
    """Write a crawl of weibo-search."""
    names = ("id", "bid", "user_id", "用户昵称", "微博正文", "发布时间", "点赞数", "retweet_id")
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(names)
        for id, user, text, above in posts(n):
            writer.writerow((id, "", user, f"用户{int(user) - 100_000}", text, "2023-05-01 08:00", "1.2万", above))


def write_jsonl(path: Path, n: int) -> None:
    """Write a crawl of nghuyong's WeiboSpider."""
    with path.open("w", encoding="utf-8") as handle:
        for id, user, text, above in posts(n):
            person = {"_id": user, "nick_name": f"用户{int(user) - 100_000}", "verified_type": -1}
            post = {"_id": id, "mblogid": "", "content": text, "created_at": "2023-05-01 08:00:00", "user": person}
            handle.write(json.dumps(post | {"retweet_id": above}, ensure_ascii=False) + "\n")


def write_sqlite(path: Path, n: int) -> None:
    """Write a crawl of weibo-crawler."""
    rows = ((id, user, text, "2023-05-01T08:00:00", 3, above) for id, user, text, above in posts(n))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE weibo (id, user_id, text, created_at, attitudes_count, retweet_id)")
        connection.executemany("INSERT INTO weibo VALUES (?, ?, ?, ?, ?, ?)", rows)


FORMATS: dict[str, Callable[[Path, int], None]] = {"csv": write_csv, "jsonl": write_jsonl, "db": write_sqlite}


def measure(suffix: str, n: int, options: list[str]) -> tuple[float, float]:
    """Import a crawl in a process of its own; return the peak of its memory in megabytes, and CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"crawl.{suffix}")
        FORMATS[suffix](path, n)
        command = [sys.executable, "-c", CHILD, str(path), str(Path(folder, "out")), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    match = re.fullmatch(r"0 ([\d.]+) ([\d.]+)", done.stdout.strip())
    if match is None:
        raise SystemExit(f"the import of {n:,} rows of {suffix} failed: {done.stdout}{done.stderr}")
    return float(match[1]), float(match[2])


def main() -> None:
    """Print a table; leave with 1 where the larger crawl takes a tenth more than the smaller one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs=2, default=(200_000, 2_000_000), help="rows of both sizes")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--keep-raw", action="store_true", help="measure without the protection of people")
    arguments = parser.parse_args()
    options = ["--keep-raw"] if arguments.keep_raw else []
    table, grows = [], False
    for suffix in arguments.formats:
        (small, _), (large, seconds) = (measure(suffix, n, options) for n in arguments.rows)
        grows = grows or large > 1.1 * small
        table.append((suffix, f"{small:,.0f}", f"{large:,.0f}", f"{large / small:.2f}", f"{seconds:,.0f}"))
    few, many = (f"{n:,}" for n in arguments.rows)
    print(markdown_table(("format", f"MB at {few} rows", f"MB at {many}", "ratio", f"CPU s at {many}"), table))
    sys.exit(grows)


if __name__ == "__main__":
    main()

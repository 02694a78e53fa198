"""Compare labellers for speed: posts a second, time for a post, load time and memory, each in a process of its own."""

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path

from benchmarks.answerers import ANSWERERS
from benchmarks.speed_table import BLOCK, markdown_table
from benchmarks.throughput import LIMIT, REPEAT, SECONDS, Posts, corpus_posts, run_speed, spread_posts

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import Row, atomic_path, open_table
from weibo_nlp.labelling import columns_of, guess_text_column
from weibo_nlp.report.marked import check_file, fill_file


def posts_of(path: Path, column: str | None, limit: int) -> Posts:
    table = open_table(path)
    column = column or guess_text_column(columns_of(table))
    values = (row.values.get(column) if isinstance(row, Row) else None for row in table.rows())
    return spread_posts(path.name, values, limit=limit)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=Path, nargs="?", help="CSV, TSV, JSONL, Parquet, a post a line; default: corpus")
    parser.add_argument("--text-column", help="column with the text; guessed by its name")
    parser.add_argument("--limit", type=int, default=LIMIT, help="posts taken, evenly spread (default %(default)s)")
    parser.add_argument("--labellers", default="", help=f"some of {','.join(ANSWERERS)}; all by default")
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--readme", type=Path, help="put the table between <!-- speed --> and <!-- end --> here")
    parser.add_argument("--repeat", type=int, default=REPEAT, help="speeds taken of each (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="work for each of these (default %(default)s)")
    of = parser.parse_args()
    names = [name.strip() for name in of.labellers.split(",") if name.strip()]
    try:
        if of.readme:
            check_file(of.readme, BLOCK)
        posts = posts_of(of.posts, of.text_column, of.limit) if of.posts else corpus_posts(limit=of.limit)
        with atomic_path(of.json) if of.json else nullcontext() as figures:
            report = lambda line: print(line, file=sys.stderr)  # noqa: E731
            found = run_speed(posts, labellers=names, repeat=of.repeat, seconds=of.seconds, report=report)
            table = markdown_table(found)
            print(table, end="")
            if figures:
                figures.write_text(json.dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n", "utf-8")
        if of.readme:
            fill_file(of.readme, BLOCK, table)
    except WeiboNlpError as error:
        print(error, file=sys.stderr)
        return 1
    # Of all there are, some may be missing; one that was asked for by name may not.
    failed = [result for result in found.results if result.reason is not None]
    return 1 if len(failed) == len(found.results) or (names and failed) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Compare labellers for speed: posts a second, time for a post, load time and memory, each in a process of its own."""

import argparse
import sys
from pathlib import Path

from benchmarks.adapters import LABELLERS
from benchmarks.publishing import add_output_options, exit_code, failure, names, publish
from benchmarks.subprocess_runner import Effort
from benchmarks.throughput import BLOCK, EFFORT, LIMIT, corpus_posts, file_posts, markdown_table, run_speed

from weibo_nlp.errors import WeiboNlpError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=Path, nargs="?", help="CSV, TSV, JSONL, Parquet or lines (default: the corpus)")
    parser.add_argument("--text-column", help="name of the column with the texts; guessed without it")
    parser.add_argument("--limit", type=int, default=LIMIT, help="posts taken, evenly spread (default: %(default)s)")
    parser.add_argument("--labellers", type=names, default=[], help=f"some of {','.join(LABELLERS)} (default: all)")
    parser.add_argument("--repeat", type=int, default=EFFORT.repeat, help="speeds taken of each (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=EFFORT.seconds, help="work for each (default: %(default)s)")
    add_output_options(parser, BLOCK)
    given = parser.parse_args()
    try:
        document = publish(
            lambda: run_speed(
                file_posts(given.posts, given.text_column, limit=given.limit)
                if given.posts
                else corpus_posts(limit=given.limit),
                labellers=given.labellers,
                effort=Effort(given.repeat, given.seconds),
                progress=lambda line: print(line, file=sys.stderr),
            ),
            markdown_table,
            BLOCK,
            json_file=given.json,
            page=given.page,
            inputs=[given.posts],
        )
    except WeiboNlpError as error:
        return failure(error)
    return exit_code(document["results"], named=bool(given.labellers))


if __name__ == "__main__":
    sys.exit(main())

"""Compare word segmenters on a gold file: accuracy, speed, load time and memory, each in a process of its own."""

import argparse
import sys
from pathlib import Path

from benchmarks.adapters import SEGMENTERS
from benchmarks.publishing import add_output_options, exit_code, failure, names, publish
from benchmarks.segmenters import BLOCK, EFFORT, markdown_table, run_segmenters
from benchmarks.subprocess_runner import Effort

from weibo_nlp.errors import WeiboNlpError

# Against its own words nothing is unknown: it is no vocabulary for itself.
VOCABULARY = Path(__file__).resolve().parent.parent / "annotations" / "segmentation" / "gold.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, help="a sentence a line, words separated by spaces; or JSONL with words")
    parser.add_argument("--segmenters", type=names, default=[], help=f"some of {','.join(SEGMENTERS)} (default: all)")
    parser.add_argument("--vocabulary", type=Path, help="a file like GOLD whose words are known (default: corpus gold)")
    parser.add_argument("--repeat", type=int, default=EFFORT.repeat, help="speeds taken of each (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=EFFORT.seconds, help="work for each (default: %(default)s)")
    add_output_options(parser, BLOCK)
    given = parser.parse_args()
    own = VOCABULARY if VOCABULARY.exists() and given.gold.resolve() != VOCABULARY else None
    try:
        document = publish(
            lambda: run_segmenters(
                given.gold,
                segmenters=given.segmenters,
                vocabulary=given.vocabulary or own,
                effort=Effort(given.repeat, given.seconds, EFFORT.timeout),
                progress=lambda line: print(line, file=sys.stderr),
            ),
            markdown_table,
            BLOCK,
            json_file=given.json,
            page=given.page,
            inputs=[given.gold, given.vocabulary or own],
        )
    except WeiboNlpError as error:
        return failure(error)
    return exit_code(document["results"], named=bool(given.segmenters))


if __name__ == "__main__":
    sys.exit(main())

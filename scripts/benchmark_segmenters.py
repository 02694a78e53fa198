"""Compare word segmenters on a gold file: accuracy, speed, load time and memory, each in a process of its own."""

import argparse
import sys
from pathlib import Path

from benchmarks.adapters import SEGMENTERS
from benchmarks.publishing import add_output_options, exit_code, failure, names, publish
from benchmarks.segmenters import BLOCK, REPEAT, SECONDS, SegmenterBenchmark, markdown_table, run_segmenters

from weibo_nlp.errors import WeiboNlpError

# Against its own words nothing is unknown: it is no vocabulary for itself.
VOCABULARY = Path(__file__).resolve().parent.parent / "annotations" / "segmentation" / "gold.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, help="a sentence a line, words separated by spaces; or JSONL with words")
    parser.add_argument("--segmenters", type=names, default=[], help=f"some of {','.join(SEGMENTERS)} (default: all)")
    parser.add_argument("--vocabulary", type=Path, help="a file like GOLD whose words are known (default: corpus gold)")
    parser.add_argument("--repeat", type=int, default=REPEAT, help="speeds taken of each (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="work for each speed (default: %(default)s)")
    add_output_options(parser, BLOCK)
    arguments = parser.parse_args()
    own = VOCABULARY if VOCABULARY.exists() and arguments.gold.resolve() != VOCABULARY else None
    try:
        benchmark = publish(
            lambda: run_segmenters(
                arguments.gold,
                segmenters=arguments.segmenters,
                vocabulary=arguments.vocabulary or own,
                repeat=arguments.repeat,
                seconds=arguments.seconds,
                progress=lambda line: print(line, file=sys.stderr),
            ),
            table=markdown_table,
            document=SegmenterBenchmark.to_dict,
            block=BLOCK,
            json_file=arguments.json,
            page=arguments.page,
        )
    except WeiboNlpError as error:
        return failure(error)
    return exit_code([result.outcome for result in benchmark.results], named=bool(arguments.segmenters))


if __name__ == "__main__":
    sys.exit(main())

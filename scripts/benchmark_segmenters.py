"""Compare word segmenters on a gold file: accuracy, speed, load time and memory, each in a process of its own."""

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path

from benchmarks.cutters import CUTTERS
from benchmarks.segmenter_table import BLOCK, markdown_table
from benchmarks.segmenters import REPEAT, SECONDS, run_segmenters

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.report.marked import check_file, fill_file

# Against its own words nothing is unknown: it is no vocabulary for itself.
VOCABULARY = Path(__file__).resolve().parent.parent / "annotations" / "segmentation" / "gold.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, help="a sentence a line, words separated by spaces; or JSONL with words")
    parser.add_argument("--segmenters", default="", help=f"some of {','.join(CUTTERS)}; all by default")
    parser.add_argument("--vocabulary", type=Path, help="a file like GOLD, its words are known; default: corpus gold")
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--readme", type=Path, help="put the table between <!-- segmenters --> and <!-- end --> here")
    parser.add_argument("--repeat", type=int, default=REPEAT, help="speeds taken of each (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="work for each of these (default %(default)s)")
    arguments = parser.parse_args()
    names = [name.strip() for name in arguments.segmenters.split(",") if name.strip()]
    own = VOCABULARY if VOCABULARY.exists() and arguments.gold.resolve() != VOCABULARY else None
    try:
        if arguments.readme:
            check_file(arguments.readme, BLOCK)
        with atomic_path(arguments.json) if arguments.json else nullcontext() as figures:
            found = run_segmenters(
                arguments.gold,
                segmenters=names,
                vocabulary=arguments.vocabulary or own,
                repeat=arguments.repeat,
                seconds=arguments.seconds,
                report=lambda line: print(line, file=sys.stderr),
            )
            table = markdown_table(found)
            print(table, end="")
            if figures:
                figures.write_text(json.dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n", "utf-8")
        if arguments.readme:
            fill_file(arguments.readme, BLOCK, table)
    except WeiboNlpError as error:
        print(error, file=sys.stderr)
        return 1
    # Of all there are, some may be missing; one that was asked for by name may not.
    failed = [result for result in found.results if result.reason is not None]
    return 1 if len(failed) == len(found.results) or (names and failed) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Score what learnt the corpus on real text, beside baselines, other sentiment programs and the oldest release."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.baselines import PEERS
from benchmarks.publishing import Document, add_output_options, failure, publish
from benchmarks.transfer import BLOCK, markdown_table, of_three_labels, run_transfer

from weibo_nlp.benchmark.suite import log_external_runs
from weibo_nlp.errors import WeiboNlpError

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL") or None, help="copies")
    parser.add_argument("--corpus", type=Path, help="data set repository to learn from (default: the shipped one)")
    parser.add_argument(
        "--peers", nargs="*", choices=PEERS, default=tuple(PEERS), help="programs to ask (default: all)"
    )
    parser.add_argument("--seeds", type=int, default=5, help="trainings of the linear model (default: %(default)s)")
    parser.add_argument(
        "--log", type=Path, default=ROOT / "scripts" / "external_runs.jsonl", help="log of external runs"
    )
    add_output_options(parser, BLOCK)
    given = parser.parse_args()
    if not given.external:
        parser.error("no folder with copies of the sets; name it with --external or WEIBO_NLP_EXTERNAL")

    def measure() -> Document:
        document, runs = run_transfer(
            given.external,
            corpus=given.corpus,
            peers=given.peers,
            seeds=given.seeds,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
        )
        log_external_runs(given.log, of_three_labels(runs), date=datetime.now(UTC).date().isoformat())
        return document

    try:
        inputs = [Path(given.external), given.corpus, given.log]
        publish(measure, markdown_table, BLOCK, json_file=given.json, page=given.page, inputs=inputs)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

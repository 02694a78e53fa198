"""Score what learnt the corpus on real text, beside baselines, other sentiment programs and the oldest release."""

import argparse
import sys
from pathlib import Path

from benchmarks.baselines import PEERS
from benchmarks.publishing import (
    Document,
    add_copies_option,
    add_log_option,
    add_output_options,
    failure,
    log_runs,
    parse_with_copies,
    publish,
    tell,
)
from benchmarks.transfer import BLOCK, markdown_table, of_three_labels, run_transfer

from weibo_nlp.errors import WeiboNlpError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_copies_option(parser)
    parser.add_argument("--corpus", type=Path, help="data set repository to learn from (default: the shipped one)")
    parser.add_argument(
        "--peers", nargs="*", choices=PEERS, default=tuple(PEERS), help="programs to ask (default: all)"
    )
    parser.add_argument("--seeds", type=int, default=5, help="trainings of the linear model (default: %(default)s)")
    add_log_option(parser)
    add_output_options(parser, BLOCK)
    given = parse_with_copies(parser)

    def measure() -> Document:
        document, runs = run_transfer(
            given.external,
            corpus=given.corpus,
            peers=given.peers,
            seeds=given.seeds,
            progress=tell,
        )
        log_runs(given.log, of_three_labels(runs))
        return document

    try:
        inputs = [Path(given.external), given.corpus, given.log]
        publish(measure, markdown_table, BLOCK, json_file=given.json, page=given.page, inputs=inputs)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

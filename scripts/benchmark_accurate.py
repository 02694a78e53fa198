"""Score the accurate models of the shipped weights beside the fast ones, on public texts held back."""

import argparse
import sys
from pathlib import Path

from benchmarks.accurate import BLOCK, markdown_accurate, run_accurate
from benchmarks.publishing import (
    Document,
    add_copies_option,
    add_log_option,
    add_output_options,
    add_scored_option,
    failure,
    log_runs,
    parse_with_copies,
    publish,
    tell,
)
from benchmarks.weights import Weights, held_back
from training.weights import WEIGHTS

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.models.weights import RESEARCH


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_copies_option(parser)
    parser.add_argument("--weights", choices=WEIGHTS, action="append", help="may be repeated (default: all)")
    parser.add_argument("--research", type=Path, help="folder with the weights for research, if they are not installed")
    add_scored_option(parser)
    add_log_option(parser)
    add_output_options(parser, BLOCK)
    given = parse_with_copies(parser)

    def measure() -> Document:
        document, runs = run_accurate(
            given.external,
            weights=[Weights(name, given.research if name == RESEARCH else None) for name in given.weights or WEIGHTS],
            scored=given.scored,
            progress=tell,
        )
        log_runs(given.log, held_back(runs))
        return document

    try:
        inputs = [given.external, given.research, given.log]
        publish(measure, markdown_accurate, BLOCK, json_file=given.json, page=given.page, inputs=inputs)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

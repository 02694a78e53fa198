"""Train the linear model on composed texts, on public ones and on both, and score it on public texts it did not see."""

import argparse
import sys
from pathlib import Path

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
from benchmarks.real_layers import BLOCK, markdown_table, run_layers

from weibo_nlp.errors import WeiboNlpError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_copies_option(parser)
    parser.add_argument("--task", action="append", default=[], help="task to score; may be repeated (default: all)")
    add_scored_option(parser)
    add_log_option(parser)
    add_output_options(parser, BLOCK)
    given = parse_with_copies(parser)

    def measure() -> Document:
        document, runs = run_layers(
            given.external,
            # What is scored to choose by is not looked at for development as well.
            mission_dev=given.external if given.scored == "test" else None,
            tasks=given.task,
            scored=given.scored,
            progress=tell,
        )
        if given.scored == "test":
            log_runs(given.log, runs)
        return document

    try:
        inputs = [Path(given.external), given.log]
        publish(measure, markdown_table, BLOCK, json_file=given.json, page=given.page, inputs=inputs)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

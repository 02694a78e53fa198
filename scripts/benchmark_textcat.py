"""Train a text classifier of spaCy on the corpus, and score it beside the linear model."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import (
    Document,
    add_copies_option,
    add_log_option,
    add_output_options,
    failure,
    log_runs,
    publish,
    tell,
)
from benchmarks.textcat import BLOCK, PROTOCOLS, TASKS, markdown_textcat, run_textcat

from weibo_nlp.benchmark.run import SEEDS
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.tasks import STANDARD


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=TASKS, action="append", help="may be repeated (default: all)")
    parser.add_argument("--protocol", choices=PROTOCOLS, action="append", help=f"may be repeated (default: {STANDARD})")
    add_copies_option(parser)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="trainings of each (default: %(default)s)")
    parser.add_argument("--config", type=Path, help="configuration of spacy train (default: the shipped one)")
    parser.add_argument("--predictions", type=Path, help="folder for the prediction files")
    add_log_option(parser)
    add_output_options(parser, BLOCK)
    given = parser.parse_args()

    def measure() -> Document:
        document, runs = run_textcat(
            tasks=given.task or TASKS,
            protocols=given.protocol or [STANDARD],
            copies=given.external,
            seeds=given.seeds,
            config=given.config,
            predictions=given.predictions,
            progress=tell,
        )
        log_runs(given.log, runs)
        return document

    try:
        inputs = [given.external, given.config, given.log]
        publish(measure, markdown_textcat, BLOCK, json_file=given.json, page=given.page, inputs=inputs)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

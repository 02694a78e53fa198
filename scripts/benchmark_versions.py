"""Train the linear model on the composed texts of several versions, and score what each teaches about public texts."""

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
    names,
    parse_with_copies,
    publish,
    tell,
)
from benchmarks.versions import BLOCK, markdown_table, run_versions

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import WeiboNlpError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_copies_option(parser)
    parser.add_argument(
        "--versions",
        type=names,
        default=["0.2.0", "0.3.1", open_release().version],
        help="of the corpus, the first to compare with, with commas (default: %(default)s)",
    )
    parser.add_argument("--task", action="append", default=[], help="task to score; may be repeated (default: all)")
    add_scored_option(parser)
    add_log_option(parser)
    add_output_options(parser, BLOCK)
    given = parse_with_copies(parser)

    def measure() -> Document:
        document, runs = run_versions(
            given.external, given.versions, tasks=given.task, scored=given.scored, progress=tell
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

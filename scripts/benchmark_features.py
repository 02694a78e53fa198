"""Try what could stand beside character n-grams, by cross-validation inside the public training texts."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import (
    Document,
    add_copies_option,
    add_output_options,
    failure,
    names,
    parse_with_copies,
    publish,
    tell,
)
from benchmarks.trial_study import BLOCK, CALIBRATED, CROSS_SOURCE, TRIALS, markdown_table, run_trials

from weibo_nlp.errors import WeiboNlpError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("unlabelled", type=Path, help="JSON Lines of unlabelled texts, with the set of each")
    add_copies_option(parser)
    parser.add_argument(
        "--trials", type=names, default=list(TRIALS), help=f"names separated by commas, of {', '.join(TRIALS)}"
    )
    for option, default, what in (
        ("--calibrated", CALIBRATED, "trials whose labels come from calibrated probabilities as well"),
        ("--cross-source", CROSS_SOURCE, "trials on sources that were not learnt from"),
    ):
        parser.add_argument(option, type=names, default=list(default), help=f"{what} (default: {', '.join(default)})")
    add_output_options(parser, BLOCK)
    given = parse_with_copies(parser)

    def measure() -> Document:
        return run_trials(
            given.external,
            given.unlabelled,
            trials=given.trials,
            calibrated=given.calibrated,
            cross_source=given.cross_source,
            progress=tell,
        )

    try:
        inputs = [given.unlabelled, given.external]
        publish(measure, markdown_table, BLOCK, json_file=given.json, page=given.page, inputs=inputs)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Train the linear model on composed texts, on public ones and on both, and score it on public texts it did not see."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.publishing import Document, add_output_options, failure, publish
from benchmarks.real_layers import BLOCK, markdown_table, run_layers

from weibo_nlp.benchmark.suite import log_external_runs
from weibo_nlp.errors import WeiboNlpError

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL") or None, help="copies")
    parser.add_argument("--task", action="append", default=[], help="task to score; may be repeated (default: all)")
    parser.add_argument(
        "--scored",
        choices=("test", "validation"),
        default="test",
        help="part of the public texts (default: %(default)s)",
    )
    parser.add_argument(
        "--log", type=Path, default=ROOT / "scripts" / "external_runs.jsonl", help="log of external runs"
    )
    add_output_options(parser, BLOCK)
    given = parser.parse_args()
    if not given.external:
        parser.error("no folder with copies of the sets; name it with --external or WEIBO_NLP_EXTERNAL")

    def measure() -> Document:
        document, runs = run_layers(
            given.external,
            # What is scored to choose by is not looked at for development as well.
            mission_dev=given.external if given.scored == "test" else None,
            tasks=given.task,
            scored=given.scored,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
        )
        if given.scored == "test":
            log_external_runs(given.log, runs, date=datetime.now(UTC).date().isoformat())
        return document

    try:
        inputs = [Path(given.external), given.log]
        publish(measure, markdown_table, BLOCK, json_file=given.json, page=given.page, inputs=inputs)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Score the shipped weights on public texts held back, on composed ones, on sources left out and beside others."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.baselines import PEERS
from benchmarks.publishing import Document, add_output_options, failure, publish
from benchmarks.weights import BLOCK, PARTS, Weights, held_back, run_weights
from benchmarks.weights_table import check_cards, fill_cards, markdown_tables
from training.weights import RESEARCH, WEIGHTS

from weibo_nlp.benchmark.suite import log_external_runs
from weibo_nlp.errors import WeiboNlpError

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL") or None, help="copies")
    parser.add_argument("--weights", choices=WEIGHTS, action="append", help="may be repeated (default: all)")
    parser.add_argument("--research", type=Path, help="folder with the weights for research, if they are not installed")
    parser.add_argument("--task", action="append", default=[], help="task to score; may be repeated (default: all)")
    parser.add_argument("--part", choices=PARTS, action="append", help="may be repeated (default: all)")
    parser.add_argument(
        "--scored",
        choices=("test", "validation"),
        default="test",
        help="part of the public texts (default: %(default)s)",
    )
    parser.add_argument("--source", action="append", default=[], help="source to leave out; may be repeated")
    parser.add_argument("--rows", type=int, help="rows of SMP2020-EWECT to draw, for a rehearsal (default: all)")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=tuple(PEERS), help="programs to ask")
    parser.add_argument("--cards", action="store_true", help="put the main figures into the cards of both weights")
    parser.add_argument(
        "--log", type=Path, default=ROOT / "scripts" / "external_runs.jsonl", help="log of external runs"
    )
    add_output_options(parser, BLOCK)
    given = parser.parse_args()
    if not given.external:
        parser.error("no folder with copies of the sets; name it with --external or WEIBO_NLP_EXTERNAL")

    def measure() -> Document:
        document, runs = run_weights(
            given.external,
            weights=[Weights(name, given.research if name == RESEARCH else None) for name in given.weights or WEIGHTS],
            tasks=given.task,
            parts=given.part or PARTS,
            scored=given.scored,
            sources=given.source,
            n_rows=given.rows,
            peers=given.peers,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
        )
        log_external_runs(given.log, held_back(runs), date=datetime.now(UTC).date().isoformat())
        return document

    try:
        if given.cards:
            check_cards(ROOT)
        inputs = [given.external, given.research, given.log]
        document = publish(measure, markdown_tables, BLOCK, json_file=given.json, page=given.page, inputs=inputs)
        if given.cards:
            fill_cards(ROOT, document)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Score the shipped weights on public texts held back, on composed ones, on sources left out and beside others."""

import argparse
import sys
from pathlib import Path

from benchmarks.baselines import PEERS
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
from benchmarks.weights import BLOCK, PARTS, Weights, held_back, run_weights
from benchmarks.weights_table import check_cards, fill_cards, markdown_tables
from training.weights import WEIGHTS

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.models.weights import RESEARCH

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add_copies_option(parser)
    parser.add_argument("--weights", choices=WEIGHTS, action="append", help="may be repeated (default: all)")
    parser.add_argument("--research", type=Path, help="folder with the weights for research, if they are not installed")
    parser.add_argument("--task", action="append", default=[], help="task to score; may be repeated (default: all)")
    parser.add_argument("--part", choices=PARTS, action="append", help="may be repeated (default: all)")
    add_scored_option(parser)
    parser.add_argument("--source", action="append", default=[], help="source to leave out; may be repeated")
    parser.add_argument("--rows", type=int, help="rows of SMP2020-EWECT to draw, for a rehearsal (default: all)")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=tuple(PEERS), help="programs to ask")
    parser.add_argument("--cards", action="store_true", help="put the main figures into the cards of both weights")
    add_log_option(parser)
    add_output_options(parser, BLOCK)
    given = parse_with_copies(parser)

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
            progress=tell,
        )
        log_runs(given.log, held_back(runs))
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

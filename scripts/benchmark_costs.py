"""Measure what every class of model costs: training, posts a second, memory, size; each in a process of its own."""

import argparse
import sys

from benchmarks.adapters import MODELS
from benchmarks.costs import BLOCK, N_ANSWERED, markdown_costs, run_costs
from benchmarks.publishing import add_output_options, exit_code, failure, names, publish, tell

from weibo_nlp.errors import WeiboNlpError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=names, default=[], help=f"some of {','.join(MODELS)} (default: all)")
    parser.add_argument("--encoder", default="", help="id or folder of the encoder that the transformer starts from")
    parser.add_argument("--answered", type=int, default=N_ANSWERED, help="rows answered (default: %(default)s)")
    add_output_options(parser, BLOCK)
    given = parser.parse_args()
    try:
        document = publish(
            lambda: run_costs(models=given.models, encoder=given.encoder, n_answered=given.answered, progress=tell),
            markdown_costs,
            BLOCK,
            json_file=given.json,
            page=given.page,
        )
    except WeiboNlpError as error:
        return failure(error)
    return exit_code(document["results"], named=bool(given.models))


if __name__ == "__main__":
    sys.exit(main())

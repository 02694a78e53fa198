"""Write the samples of an lm_eval run as prediction files, which weibo-nlp evaluate scores with intervals."""

import argparse
import sys
from pathlib import Path

from samples import MAJORITY, read_exports

from weibo_nlp.errors import UsageError, WeiboNlpError
from weibo_nlp.predictions import write_predictions


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, help="results_<time>.json of a run with --log_samples")
    parser.add_argument("--output", type=Path, required=True, help="folder for the files, one a task and prompt")
    parser.add_argument(
        "--unanswered", choices=[MAJORITY], help="label of answers that name none; without it they are refused"
    )
    arguments = parser.parse_args()
    try:
        exports = read_exports(arguments.results, unanswered=arguments.unanswered)
        arguments.output.mkdir(parents=True, exist_ok=True)
        for export in exports:
            path = arguments.output / f"{export.name}.jsonl"
            write_predictions(path, export.header, export.predictions, within=arguments.output)
            counts = f"{len(export.predictions)} rows, {export.unanswered} of them without an answer"
            print(f"{path}\t{counts} ({export.refused} refused, {export.unparseable} unparseable)")
    except (WeiboNlpError, OSError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 3
    return 0


if __name__ == "__main__":
    sys.exit(main())

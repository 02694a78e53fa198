"""Write what lm_eval or inspect_ai logged as prediction files, which weibo-nlp evaluate scores with intervals."""

import argparse
import sys
from pathlib import Path

from samples import MAJORITY, read_exports

from weibo_nlp.errors import UsageError, WeiboNlpError
from weibo_nlp.predictions import write_predictions


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "results", type=Path, nargs="+", help="results_<time>.json of lm_eval --log_samples, or .eval of inspect_ai"
    )
    parser.add_argument("--output", type=Path, required=True, help="folder for the files, one a task and prompt")
    parser.add_argument(
        "--unanswered", choices=[MAJORITY], help="label of answers that name none; without it they are refused"
    )
    arguments = parser.parse_args()
    try:
        exports = [
            export for path in arguments.results for export in read_exports(path, unanswered=arguments.unanswered)
        ]
        names = [export.name for export in exports]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise UsageError(f"{', '.join(twice)} in several of these runs; give each run a folder of its own.")
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

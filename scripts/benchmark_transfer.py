"""Score what learnt the corpus on real text, beside baselines, other sentiment programs and the oldest release."""

import argparse
import json
import os
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers import PEERS
from benchmarks.transfer import of_three_labels, run_transfer
from benchmarks.transfer_table import BLOCK, markdown_table

from weibo_nlp.benchmark.suite import log_external_runs
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.report.marked import check_file, fill_file

ROOT = Path(__file__).resolve().parent.parent
TABLES = (ROOT / "README.md", ROOT / "DATA_CARD.md")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL") or None, help="copies")
    parser.add_argument("--corpus", type=Path, help="data set repository to learn from; default: the shipped one")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=tuple(PEERS), help="programs to ask; default: all")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of the linear model (default %(default)s)")
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--log", type=Path, default=ROOT / "scripts" / "external_runs.jsonl", help="of external runs")
    parser.add_argument("--tables", action="store_true", help="put the table into README.md and DATA_CARD.md")
    of = parser.parse_args()
    if not of.external:
        parser.error("no folder with copies of the sets; name it with --external or WEIBO_NLP_EXTERNAL")
    try:
        for path in TABLES if of.tables else ():
            check_file(path, BLOCK)
        with atomic_path(of.json) if of.json else nullcontext() as figures:
            report = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731
            document, results = run_transfer(
                of.external, corpus=of.corpus, peers=of.peers, seeds=of.seeds, report=report
            )
            log_external_runs(of.log, of_three_labels(results), date=datetime.now(UTC).date().isoformat())
            table = markdown_table(document)
            print(table, end="")
            if figures:
                figures.write_text(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n", "utf-8")
        for path in TABLES if of.tables else ():
            fill_file(path, BLOCK, table)
    except WeiboNlpError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Krippendorff's alpha of every task, recomputed from the judgement files, with intervals over threads."""

import argparse
import json
import sys
from pathlib import Path

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.release.agreement import agreement_by_event, bounds, measure_release
from weibo_nlp.release.sources import read_sources

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--events", action="store_true", help="print alpha event by event, too")
    arguments = parser.parse_args()
    try:
        closed = [arguments.root / name for name in ("corpus", "annotations")]
        require_distinct({"--json": arguments.json}, closed=closed)
        sources = read_sources(arguments.root)
        for problem in sources.problems:
            print(problem.shown(arguments.root), file=sys.stderr)
        if sources.problems:
            return 3  # figures over the rows that happen to be readable would pass for those of all
        agreements = measure_release(sources)
        by_event = agreement_by_event(sources) if arguments.events else {}
    except WeiboNlpError as error:
        print(error, file=sys.stderr)
        return 3
    print(
        f"{'task':12} {'alpha':>6} {'95 % interval':>16} {'pairwise':>9} {'non-unanimous':>14}"
        f" {'units':>6} {'threads':>8}"
    )
    for a in [*agreements, *(a for event in by_event.values() for a in event)]:
        print(
            f"{a.task:12} {a.alpha.value:6.3f} {bounds(a.alpha, ' - '):>16} {a.pairwise:9.3f} {a.non_unanimous:14.3f}"
            f" {a.n_units:6} {a.n_threads:8}"
        )
    if arguments.json:
        rows = [agreement.to_dict() for agreement in agreements]
        with atomic_path(arguments.json) as temporary:
            temporary.write_text(json.dumps(rows, indent=2, allow_nan=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

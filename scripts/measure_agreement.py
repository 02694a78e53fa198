"""Krippendorff's alpha of every task, recomputed from the judgement files, with intervals over threads or groups."""

import argparse
import json
import sys
from itertools import chain
from pathlib import Path

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.release.agreement import (
    agreement_by_event,
    bounds,
    measure_release,
    measure_standoff,
    standoff_sets,
)
from weibo_nlp.release.sources import read_sources

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--real", action="store_true", help="of the texts that are not shipped, not of the documents")
    parser.add_argument("--confidence", action="store_true", help="print alpha by confidence, too")
    parser.add_argument("--events", action="store_true", help="print alpha event by event, too")
    parser.add_argument("--sets", action="store_true", help="with --real: print alpha set by set, too")
    arguments = parser.parse_args()
    try:
        closed = [arguments.root / name for name in ("corpus", "annotations")]
        require_distinct({"--json": arguments.json}, closed=closed)
        sources = read_sources(arguments.root)
        for problem in sources.problems:
            print(problem.shown(arguments.root), file=sys.stderr)
        if sources.problems:
            return 3  # figures over the rows that happen to be readable would pass for those of all
        measured = measure_standoff if arguments.real else measure_release
        agreements = measured(sources)
        for level in sources.scheme.confidence if arguments.confidence else ():
            agreements += measured(sources, confidence=level, suffix=f" {level} confidence")
        if arguments.events:
            agreements += chain.from_iterable(agreement_by_event(sources).values())
        for name in standoff_sets(sources) if arguments.sets else ():
            agreements += measure_standoff(sources, sets={name}, suffix=f" {name}")
    except WeiboNlpError as error:
        print(error, file=sys.stderr)
        return 3
    print(
        f"{'task':32} {'alpha':>6} {'95 % interval':>16} {'pairwise':>9} {'non-unanimous':>14}"
        f" {'units':>6} {'threads':>8}"
    )
    for a in agreements:
        print(
            f"{a.task:32} {a.alpha.value:6.3f} {bounds(a.alpha, ' - '):>16} {a.pairwise:9.3f} {a.non_unanimous:14.3f}"
            f" {a.n_units:6} {a.n_threads:8}"
        )
    if arguments.json:
        rows = [agreement.to_dict() for agreement in agreements]
        with atomic_path(arguments.json) as temporary:
            temporary.write_text(json.dumps(rows, indent=2, allow_nan=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Check the corpus and its annotations at all levels; print each breach as file:line: [level rule] sentence."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import FAILED, failure

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.validate import LEVELS, left_out, validate_sources

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    root = parser.parse_args().root.resolve()
    try:
        sources = read_sources(root)
        problems = validate_sources(sources)
    except WeiboNlpError as error:
        return failure(error)
    for problem in problems:
        print(problem.shown(root))
    missing = left_out(sources)
    for level, reason in missing.items():
        print(f"level {level} left out: {reason}")
    levels = ", ".join(str(level) for level in LEVELS if level not in missing)
    print(f"levels {levels}: " + (f"{len(problems)} problems" if problems else "all rules hold"))
    return FAILED if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""Check the corpus and its annotations at all levels; print each breach as file:line: [level rule] sentence."""

import argparse
import sys
from pathlib import Path

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.release.validate import LEVELS, validate

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    root = parser.parse_args().root.resolve()
    try:
        problems = validate(root)
    except WeiboNlpError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in problems:
        print(problem.shown(root))
    print(f"levels {', '.join(map(str, LEVELS))}: " + (f"{len(problems)} problems" if problems else "all rules hold"))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""Build the data set repository in corpus/ from the texts, registers and annotations: same input, same bytes."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import FAILED, failure

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.release.build import write_release
from weibo_nlp.release.history import keep_predecessor
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables
from weibo_nlp.release.validate import source_problems

ROOT = Path(__file__).resolve().parent.parent
VERSION = "0.2.1"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument("--version", default=VERSION, help="version of the release (default %(default)s)")
    arguments = parser.parse_args()
    try:
        sources = read_sources(arguments.root)
        problems = source_problems(sources)
        for problem in problems:
            print(problem.shown(arguments.root), file=sys.stderr)
        if problems:
            return FAILED
        corpus = arguments.root / "corpus"
        before = keep_predecessor(corpus, arguments.version)
        manifest = write_release(sources, build_tables(sources), corpus, arguments.version, predecessor=before)
    except WeiboNlpError as error:
        return failure(error)
    for name, entry in manifest["files"].items():
        print(f"{name}\t{entry['rows']} rows\t{entry['sha256'][:12]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Build the data set repository in corpus/ from the texts, registers and annotations: same input, same bytes."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.publishing import FAILED, failure

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.release.build import write_release
from weibo_nlp.release.history import keep_predecessor, require_unchanged
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.tables import build_tables
from weibo_nlp.release.validate import source_problems

ROOT = Path(__file__).resolve().parent.parent
VERSION = "0.8.0"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument("--version", default=VERSION, help="version of the release (default %(default)s)")
    parser.add_argument("--replace", action="store_true", help="replace a version of that number, never published, too")
    arguments = parser.parse_args()
    try:
        sources = read_sources(arguments.root)
        problems = source_problems(sources)
        for problem in problems:
            print(problem.shown(arguments.root), file=sys.stderr)
        if problems:
            return FAILED
        corpus, tables = arguments.root / "corpus", build_tables(sources)
        if not arguments.replace:
            with tempfile.TemporaryDirectory() as built:
                write_release(sources, tables, Path(built), arguments.version)
                require_unchanged(corpus, arguments.version, Path(built))
        before = keep_predecessor(corpus, arguments.version)
        manifest = write_release(sources, tables, corpus, arguments.version, predecessor=before)
    except WeiboNlpError as error:
        return failure(error)
    for name, entry in manifest["files"].items():
        print(f"{name}\t{entry['rows']} rows\t{entry['sha256'][:12]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

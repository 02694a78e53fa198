"""Measure the corpus, beside real sets where there are copies, and write the report as HTML, Markdown and JSON."""

import argparse
import json
import os
import sys
from pathlib import Path

from benchmarks.publishing import failure
from corpus_profile.markdown import markdown_corpus
from corpus_profile.page import write_corpus_page
from corpus_profile.report import corpus_document

from weibo_nlp.benchmark.shortcuts import shortcut_gate
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.distinct import require_distinct

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument("--output", type=Path, default=Path("corpus-report"), help="stem of .html, .md and .json")
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL"), help="copies of sets")
    parser.add_argument("--no-shortcuts", action="store_true", help="leave out the shortcut gate, which takes longest")
    arguments = parser.parse_args()
    stem, root = arguments.output, arguments.root
    outputs = {suffix: stem.with_name(stem.name + suffix) for suffix in (".json", ".md", ".html")}
    external = [Path(arguments.external)] if arguments.external else []
    try:
        require_distinct(outputs, external, [root / "corpus", root / "annotations"])
        document = corpus_document(
            root.resolve(),
            command=" ".join(["scripts/corpus_report.py", *sys.argv[1:]]),
            external=external[0] if external else None,
            shortcut_gate=None if arguments.no_shortcuts else shortcut_gate,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
        )
        text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"
        for suffix, content in ((".json", text), (".md", markdown_corpus(document))):
            with atomic_path(outputs[suffix]) as temporary:
                temporary.write_text(content, "utf-8")
        write_corpus_page(outputs[".html"], document)
    except WeiboNlpError as error:
        return failure(error)
    for row in document["deviations"]:
        if row["verdict"] != "inside":
            print(f"{row['figure']}: {row['ours']['value']:.3f}, real {row['low']:.3f} to {row['high']:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Run the whole benchmark (all protocols, external sets where there are copies, checks) to JSON, Markdown, HTML."""

import argparse
import json
import os
import sys
from pathlib import Path

from benchmarks.front_pages import check_pages, fill_pages
from benchmarks.publishing import failure, log_runs

from weibo_nlp._resources import corpus_dir
from weibo_nlp.benchmark.suite import run_everything
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.report import write_page
from weibo_nlp.report.markdown import markdown_document

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("benchmark"), help="stem of the .json, .md and .html files")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each model with randomness in it")
    parser.add_argument("--model", action="append", default=[], help="model to run; may be repeated (default: all)")
    parser.add_argument("--external", type=Path, default=os.environ.get("WEIBO_NLP_EXTERNAL"), help="copies of sets")
    parser.add_argument("--no-external", action="store_true", help="run on the corpus alone")
    parser.add_argument("--processes", type=int, default=1, help="tables that are worked on at a time")
    parser.add_argument(
        "--log", type=Path, default=ROOT / "scripts" / "external_runs.jsonl", help="log of external runs"
    )
    parser.add_argument("--tables", action="store_true", help="fill docs/benchmark.md, the READMEs and DATA_CARD.md")
    arguments = parser.parse_args()
    external = None if arguments.no_external or not arguments.external else Path(arguments.external)
    outputs = {
        suffix: arguments.output.with_name(arguments.output.name + suffix) for suffix in (".json", ".md", ".html")
    }
    try:
        require_distinct({**outputs, "--log": arguments.log}, [external] if external else [], [corpus_dir()])
        if arguments.tables:
            check_pages(ROOT)
        report, runs = run_everything(
            external=external,
            models=arguments.model,
            seeds=arguments.seeds,
            processes=arguments.processes,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
        )
    except WeiboNlpError as error:
        return failure(error)
    log_runs(arguments.log, runs)
    text = json.dumps(report.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    for suffix, content in ((".json", text), (".md", markdown_document(report))):
        with atomic_path(outputs[suffix]) as temporary:
            temporary.write_text(content, "utf-8")
    write_page(outputs[".html"], report)
    if arguments.tables:
        fill_pages(ROOT, report)
    return 0


if __name__ == "__main__":
    sys.exit(main())

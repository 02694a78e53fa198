"""Label the sentences of docs/sentences.md with some weights, and show beside the answers where they are wrong."""

import argparse
import sys
from pathlib import Path

from benchmarks.blocks import fill_file
from benchmarks.publishing import DOCS, failure
from benchmarks.sentences import BLOCK, labelled, markdown_table, read_sentences

from weibo_nlp.errors import WeiboNlpError

SENTENCES = Path(__file__).resolve().parent.parent / "tests" / "data" / "sentences.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", action="append", default=[], help="open or another that is there; may be repeated")
    parser.add_argument("--page", action="store_true", help=f"put the table into {DOCS.name}/{BLOCK}.md")
    given = parser.parse_args()
    try:
        sentences = read_sentences(SENTENCES)
        table = markdown_table(sentences, {name: labelled(sentences, name) for name in given.weights})
        print(table, end="")
        if given.page:
            fill_file(DOCS / f"{BLOCK}.md", BLOCK, table)
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

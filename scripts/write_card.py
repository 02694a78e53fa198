"""Count the figures of DATA_CARD.md again and write them between its markers; with --check only compare."""

import argparse
import sys
from pathlib import Path

from benchmarks.publishing import FAILED, failure
from corpus_profile.card import card_blocks, fill_blocks

from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path
from weibo_nlp.release.sources import read_sources

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with DATA_CARD.md")
    parser.add_argument("--check", action="store_true", help="fail if the card is out of date, write nothing")
    arguments = parser.parse_args()
    card = arguments.root / "DATA_CARD.md"
    try:
        old = card.read_text("utf-8")
        new = fill_blocks(old, card_blocks(read_sources(arguments.root)))
    except WeiboNlpError as error:
        return failure(error)
    if arguments.check and old != new:
        print(f"{card}: figures are out of date; run scripts/write_card.py", file=sys.stderr)
        return FAILED
    if old != new:
        with atomic_path(card) as temporary:
            temporary.write_text(new, "utf-8")
    print(f"{card}: {'written' if old != new else 'up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

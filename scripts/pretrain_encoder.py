"""Train an encoder from scratch on unlabelled posts and the corpus' training texts, to be fine-tuned afterwards.

It shows what a transformer is worth where no pretrained one is at hand. A pretrained Chinese encoder is worth more.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.publishing import failure, tell
from training.pretraining import SIZES, pretrain, pretraining_texts

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import WeiboNlpError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path, required=True, help="folder with copies of the public sets")
    parser.add_argument("--output", type=Path, required=True, help="folder for the encoder")
    parser.add_argument("--size", choices=SIZES, default="small", help="small is for a GPU, toy for a CPU")
    parser.add_argument("--minutes", type=float, default=8.0, help="how long it is trained")
    parser.add_argument("--seed", type=int, default=0, help="random seed of weights, masks and order")
    given = parser.parse_args()
    try:
        release = open_release()
        texts = pretraining_texts(release, given.external)
        tell(f"{len(texts.texts):,} texts to learn from ({texts.left_out:,} left out, which are scored)")
        facts = pretrain(texts.texts, SIZES[given.size], given.output, minutes=given.minutes, seed=given.seed)
    except WeiboNlpError as error:
        return failure(error)
    card = {"size": given.size, "corpus": release.version, "sources": texts.sources, "seed": given.seed, **facts}
    (given.output / "pretraining.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(card, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Train the tokenizer for Hugging Face models on the corpus (train and validation) and write it into the package."""

import argparse
import sys
from pathlib import Path

from tokenizer.train import save_tokenizer, train_tokenizer

from weibo_nlp.corpus import open_release
from weibo_nlp.integrations.hf_tokenizer import tokenizer_dir

ROOT = Path(__file__).resolve().parent.parent
SPLITS = ("train", "validation")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=tokenizer_dir(), help="folder to write the tokenizer into")
    arguments = parser.parse_args()
    release = open_release(ROOT / "corpus")
    documents = [document for split in SPLITS for document in release.documents(split)]
    texts = [part for document in documents for part in (document.title, document.text) if part]
    tokenizer = train_tokenizer(texts)
    save_tokenizer(tokenizer, arguments.output, {"corpus": release.version, "splits": list(SPLITS)})
    size = sum(file.stat().st_size for file in arguments.output.iterdir())
    print(f"{len(texts)} texts\t{tokenizer.get_vocab_size()} tokens\t{size / 1e6:.2f} MB\t{arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

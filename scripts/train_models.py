"""Train the default models on the corpus (train and validation) and write them, without pickle, into the package."""

import argparse
import sys
from pathlib import Path

from weibo_nlp.corpus import open_release
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.tasks import corpus_tasks
from weibo_nlp.tasks.folds import corpus_folds

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "weibo_nlp" / "data" / "models")
    arguments = parser.parse_args()
    release = open_release(ROOT / "corpus")
    for spec in corpus_tasks(release.scheme, release.version):
        (fold,) = corpus_folds(release, spec)
        model = LinearClassifier(spec.labels)
        model.fit(fold.train, fold.train_labels, groups=fold.train_groups, sample_weight=fold.train_weights)
        model.trained_on_ |= {"corpus": release.version, "splits": list(spec.train), "scheme": spec.scheme}
        folder = arguments.output / spec.name
        model.save_pretrained(folder)
        size = sum(file.stat().st_size for file in folder.iterdir())
        n_terms = len(model.features_.vectorizer_.vocabulary_)
        print(f"{spec.name}\t{len(fold.train)} examples\t{n_terms} n-grams\t{size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Learn what is usual, with SWSR and without, from texts of the open sources or of all, and print who falls out."""

import argparse
import random
import string
import sys
from pathlib import Path

import yaml
from training.rows import OPEN_SOURCES

from weibo_nlp.benchmark.run import find_real_texts
from weibo_nlp.corpus import open_release
from weibo_nlp.external import load
from weibo_nlp.models.domain import DomainDetector, train_domain

HERE = Path(__file__).resolve().parent


def noise(dice: random.Random) -> str:
    return "".join(dice.choices(string.ascii_lowercase + " " * 5, k=dice.randint(10, 80)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path, required=True, help="Folder of your copies of the published sets.")
    arguments, dice = parser.parse_args(), random.Random(0)
    release = open_release(HERE.parent / "corpus")
    real = find_real_texts(release, arguments.external)
    rows = {split: [row for row in rows if row["id"] in real.texts] for split, rows in real.rows.items()}
    documents = [*release.documents("train"), *release.documents("validation")]
    composed = [(document.text, document.thread) for document in documents]
    swsr = [document.text for document in load("swsr", arguments.external).part("all").documents]

    def learn(sources: set[str]) -> DomainDetector:
        learnt = [(real.texts[row["id"]], row["group"]) for row in rows["train"] if row["source"] in sources]
        texts, groups = zip(*composed, *learnt, strict=True)
        usual = [real.texts[row["id"]] for row in rows["validation"] if row["source"] in sources]
        return train_domain(texts, usual, groups)

    every = {row["source"] for row in rows["train"]}
    detectors = {"open": learn({*OPEN_SOURCES}), "open less SWSR": learn({*OPEN_SOURCES} - {"SWSR"})}
    detectors |= {"all": learn(every), "all less SWSR": learn(every - {"SWSR"})}
    groups = {"composed, test": [document.text for document in release.documents("test")]}
    for source in sorted(every):
        ids = [row["id"] for row in rows["validation"] if row["source"] == source]
        groups[f"real validation, {source}"] = [real.texts[id_] for id_ in ids]
    groups |= {"real train": [real.texts[row["id"]] for row in rows["train"]], "SWSR, whole set": swsr}
    groups["letters at random"] = [noise(dice) for _ in range(100)]
    groups |= yaml.safe_load((HERE / "domain_probes.yaml").read_text("utf-8"))
    print("| texts | n |", " | ".join(detectors), "|")
    print("|---|---:|---:|---:|---:|---:|")
    for name, texts in groups.items():
        shares = (f"{detector.is_unlike(texts).mean():.3f}" for detector in detectors.values())
        print(f"| {name} | {len(texts):,} |", " | ".join(shares), "|")
    return 0


if __name__ == "__main__":
    sys.exit(main())

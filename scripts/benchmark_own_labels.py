"""Does the report of own labels say what the model is worth? Drawn many times from a copy of SMP2020's six emotions.

    python scripts/benchmark_own_labels.py --external PATH --rows 300 --draws 15

Each draw is trained on as `weibo-nlp train` does, and scored on 4,000 other rows of the same copy; so is a model of
twice the rows. --csv writes the first draw as the file that the guide begins with: its texts are not ours, and stay
where you put them.
"""

import argparse
import csv
import random
from pathlib import Path

from sklearn.base import clone
from sklearn.metrics import f1_score

from weibo_nlp.external import load
from weibo_nlp.training import train

HELD_OUT = 4_000
HEADINGS = "| draw | cross-validated | on other rows | twice would bring | brought |\n|---|---:|---:|---:|---:|"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--external", required=True, help="folder of your copy of SMP2020-EWECT")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--draws", type=int, default=15)
    parser.add_argument("--csv", type=Path, help="write the rows of the first draw here, and train nothing")
    arguments = parser.parse_args()
    part = load("smp2020", arguments.external).part("train")
    texts = {document.id: document.text for document in part.documents}
    rows = [(texts[gold.document_id], gold.label) for gold in part.gold]
    for draw in range(arguments.draws):
        drawn = list(rows)
        random.Random(draw).shuffle(drawn)
        learnt, twice, others = drawn[: arguments.rows], drawn[: 2 * arguments.rows], drawn[-HELD_OUT:]
        if arguments.csv is not None:
            with arguments.csv.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([("text", "emotion"), *learnt])
            return
        trained = train(*zip(*learnt, strict=True), errors="skip")
        asked, gold = zip(*others, strict=True)
        larger = clone(trained.model).fit(*zip(*twice, strict=True))
        one, two = (f1_score(gold, model.predict(asked), average="macro") for model in (trained.model, larger))
        told = [trained.report.scores.main, trained.report.curve.gain]
        said = ["not said" if e is None else f"{e.value:.3f} ({e.low:.3f} to {e.high:.3f})" for e in told]
        if draw == 0:
            print(HEADINGS)
        print(f"| {draw} | {said[0]} | {one:.3f} | {said[1]} | {two - one:+.3f} |", flush=True)


if __name__ == "__main__":
    main()

"""Does the report of own labels say what the model is worth? Drawn many times from a copy of SMP2020's six emotions.

    python scripts/benchmark_own_labels.py --external PATH --rows 300 --draws 15

Each draw is trained on as `weibo-nlp train` does, and scored on 4,000 other rows of the same copy. --csv writes the
first draw as the file that the guide begins with; its texts are not ours, and stay where you put them.
"""

import argparse
import csv
import random
from pathlib import Path

from sklearn.metrics import f1_score

from weibo_nlp.external import load
from weibo_nlp.training import train

HELD_OUT = 4_000


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
    held = expected_held = 0
    print(
        "| draw | cross-validated | expected | on other rows | twice the labels would bring |\n|---|---:|---:|---:|---:|"
    )
    for draw in range(arguments.draws):
        drawn = list(rows)
        random.Random(draw).shuffle(drawn)
        learnt, others = drawn[: arguments.rows], drawn[-HELD_OUT:]
        if arguments.csv is not None:
            with arguments.csv.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([("text", "emotion"), *learnt])
            return
        trained = train(*zip(*learnt, strict=True), errors="skip")
        main_score, expected, gain = trained.report.scores.main, trained.report.expected, trained.report.curve.gain
        score = f1_score([label for _, label in others], trained.model.predict([t for t, _ in others]), average="macro")
        held += main_score.low <= score <= main_score.high
        expected_held += expected.low <= score <= expected.high
        cells = [f"{each.value:.3f} ({each.low:.3f} to {each.high:.3f})" for each in (main_score, expected)]
        cells += [f"{score:.3f}", "not said" if gain is None else f"{gain.value:+.3f}"]
        print(f"| {draw} | {' | '.join(cells)} |", flush=True)
    print(f"\nHeld by the interval: cross-validated {held}, expected {expected_held} of {arguments.draws}.")


if __name__ == "__main__":
    main()

"""Blind check of the robustness edits: draw the sheets, collect the answers, say which edits keep the labels."""

import argparse
import json
import sys
from pathlib import Path

import weibo_nlp.perturbations as package
from weibo_nlp.annotation.perturbation_check import PARTS, PER_EDIT, draw, write_deck
from weibo_nlp.annotation.perturbation_verdicts import collect
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path, sha256_of_file, write_jsonl
from weibo_nlp.perturbations.checked import CHECKED

FOLDER = Path(__file__).resolve().parent.parent / "annotations" / "robustness"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("draw", help="write blind sheets OUTPUT/parts/part-NN.jsonl and OUTPUT/key.jsonl")
    drawing.add_argument("--output", type=Path, required=True)
    drawing.add_argument("--per-edit", type=int, default=PER_EDIT, help="default %(default)s")
    drawing.add_argument("--parts", type=int, default=PARTS, help="default %(default)s")
    drawing.add_argument("--seed", type=int, default=0)
    collecting = commands.add_parser("collect", help="read ANSWERS/part-NN.jsonl, write checks and summary")
    collecting.add_argument("--sheets", type=Path, required=True, help="what draw wrote")
    collecting.add_argument("--answers", type=Path, required=True, help="a file for each part, named like it")
    collecting.add_argument("--model", required=True, help="who judged, as the rounds state it")
    collecting.add_argument("--annotator", default="c", help="name of a judge: this and the part's number")
    collecting.add_argument("--checks", type=Path, default=FOLDER / "checks.jsonl")
    collecting.add_argument("--summary", type=Path, default=Path(package.__file__).parent / CHECKED)
    given = parser.parse_args()
    try:
        if given.command == "draw":
            deck = draw(open_release(), per_edit=given.per_edit, parts=given.parts, seed=given.seed)
            write_deck(deck, given.output)
            print(f"{len(deck.rows)} samples in {len(deck.parts)} parts; {deck.overlaps} are context of another too")
            return 0
        who = {"annotator": given.annotator, "model": given.model}
        prompt = sha256_of_file(FOLDER / "PROMPT.md")
        checks, content = collect(given.sheets, given.answers, open_release(), **who, prompt_sha256=prompt)
        write_jsonl(given.checks, [check.to_row() for check in checks])
        with atomic_path(given.summary) as path:
            path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", "utf-8")
    except WeiboNlpError as error:
        print(error, file=sys.stderr)
        return 1
    for edit, found in content["edits"].items():
        shares = "  ".join(f"{name} {found[name]['value']:.2f}" for name in ("all_equal", "readable"))
        print(f"{edit:18}{found['n']:5}  {shares}  label-preserving: {found['label_preserving']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

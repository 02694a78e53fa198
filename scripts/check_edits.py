"""Blind check of the robustness edits: draw the sheets, collect the answers, say which edits keep the labels."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import weibo_nlp.perturbations as package
from weibo_nlp._resources import corpus_dir
from weibo_nlp.annotation.perturbation_check import PARTS, PER_EDIT, collect, draw, write_deck
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import WeiboNlpError
from weibo_nlp.io import atomic_path, sha256_of_file, write_jsonl
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.perturbations.checked import CHECKED

FOLDER = Path(__file__).resolve().parent.parent / "annotations" / "robustness"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("draw", help="write blind sheets OUTPUT/parts/part-NN.jsonl and OUTPUT/key.jsonl")
    drawing.add_argument("--output", type=Path, required=True)
    drawing.add_argument("--per-edit", type=int, default=PER_EDIT, help="texts for each edit (%(default)s)")
    drawing.add_argument("--parts", type=int, default=PARTS, help="number of sheets (%(default)s)")
    drawing.add_argument("--seed", type=int, default=0, help="random seed of the draw and the edits")
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
        outputs = {"--checks": given.checks, "--summary": given.summary}
        require_distinct(outputs, [FOLDER / "PROMPT.md", given.sheets, given.answers], [corpus_dir()])
        who = {"annotator": given.annotator, "model": given.model}
        prompt = sha256_of_file(FOLDER / "PROMPT.md")
        checks, content = collect(given.sheets, given.answers, open_release(), **who, prompt_sha256=prompt)
        write_jsonl(given.checks, map(asdict, checks))
        with atomic_path(given.summary) as path:
            path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", "utf-8")
    except WeiboNlpError as error:
        print(error, file=sys.stderr)
        return 3
    for edit, check in content["edits"].items():
        shares = "  ".join(f"{name} {check[name]['value']:.2f}" for name in ("all_equal", "readable"))
        print(f"{edit:18}{check['n']:5}  {shares}  label-preserving: {check['label_preserving']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

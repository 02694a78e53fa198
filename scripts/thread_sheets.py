"""Sheets of whole threads for a language model, and the way back: a campaign's texts, each once.

`weibo-nlp annotate export --to jsonl` gives a program one text a line with everything above it. A model that reads a
thread as people do needs each text once: `write` lays a campaign out so, `read` turns answers into what
`weibo-nlp annotate import` takes, naming every line that is not an answer.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from benchmarks.publishing import failure
from composing.packing import in_sheets

from weibo_nlp.annotation import open_campaign
from weibo_nlp.annotation.campaign import Annotator, Campaign
from weibo_nlp.annotation.documents import CampaignDocument
from weibo_nlp.annotation.questions import FRAME, STANCE
from weibo_nlp.errors import DataError, UsageError, WeiboNlpError
from weibo_nlp.io import write_jsonl
from weibo_nlp.records import Document, Target
from weibo_nlp.release.sources import read_sources

ROOT = Path(__file__).resolve().parent.parent
LETTERS: Mapping[str, Mapping[str, str]] = {
    "topic": {"C": "credit", "S": "self_media", "N": "consumer_nationalism", "O": "other"},
    "sentiment": {"+": "positive", "0": "neutral", "-": "negative"},
    "irony": {"i": "true", ".": "false"},
    "needs_context": {"n": "true", ".": "false"},
}
CONFIDENCE = {"h": False, "l": True}
STANCES = {"f": "favor", "a": "against", ".": "none"}
_TARGETS = "STUVWXYZ"
_COLUMNS = 9
thread_of = attrgetter("thread")


@dataclass(frozen=True, slots=True)
class Line:
    """A text on a sheet: the name of its thread there, its place in it, and the number under which it was dealt."""

    thread: str
    place: int
    number: str
    document: CampaignDocument


def lines_of(campaign: Campaign, annotator: Annotator) -> list[Line]:
    """Texts in the order in which they were dealt, thread after thread, named as on the sheet."""
    dealt = campaign.keys[annotator.name].numbers
    documents = [(number, campaign.documents[name]) for number, name in dealt.items()]
    lines = []
    for at, (_, thread) in enumerate(groupby(documents, key=lambda item: item[1].thread), start=1):
        lines += [Line(f"T{at:03}", place, *item) for place, item in enumerate(thread, start=1)]
    return lines


def sheet_of(
    lines: list[Line],
    documents: Mapping[str, Document],
    targets: Mapping[str, Target],
    shown: Mapping[str, CampaignDocument],
) -> Iterator[str]:
    """Yield the lines of a sheet; `targets` are known by what is read of them.

    What stands above a text and is not judged, `shown`, comes before it, numbered ^1, ^2 and on.
    """
    for thread, texts in groupby(lines, key=thread_of):
        members = list(texts)
        yield f"=== {thread}"
        about = members[0].document.targets or ()
        for letter, target in zip(_TARGETS[: len(about)], about, strict=True):
            said = targets[target]
            yield f"{letter}\t{target}\tfavor: {said.favor}\tagainst: {said.against}\tnone: {said.none}"
        above = [each for each in shown.values() if not each.is_judged and each.thread == members[0].document.thread]
        places = {each.id: f"^{place}" for place, each in enumerate(above, start=1)}
        places |= {line.document.id: str(line.place) for line in members}
        for document in (documents[name] for name in places):
            answers = f"↩{places[document.parent]}" if document.parent else "-"
            answers = f"⇄{places[document.repost_of]}" if document.repost_of else answers
            title = f"【{document.title}】" if document.title else ""
            text = re.sub(r"\s*\n\s*", "⏎", (title + document.text).replace("\t", " "))
            place = places[document.id]
            yield f"{place}\t{document.kind}\t{answers}\t{document.author} ({document.account_type})\t{text}"


def answer_of(campaign: Campaign, line: Line, cells: list[str]) -> dict[str, object]:
    """Return an answer as `annotate import` takes it; DataError says what is wrong with the cells."""
    if len(cells) != _COLUMNS:
        raise DataError(f"{len(cells)} columns, {_COLUMNS} are expected with a tab between them")
    topic, sentiment, irony, context, confidence, stances, frames = cells[2:]
    letters = {"topic": topic, "sentiment": sentiment, "irony": irony, "needs_context": context}
    faults = [f"{name} {letter!r}" for name, letter in letters.items() if letter not in LETTERS[name]]
    faults += [f"confidence {confidence!r}"] * (confidence not in CONFIDENCE)
    asked = [question for question in campaign.questions_for(line.document) if question.task == STANCE]
    wanted = {question.target: question.name for question in asked}
    targets = line.document.targets or ()
    if len(stances) != len(targets) or set(stances) - STANCES.keys():
        faults.append(f"stances {stances!r} on {len(targets)} targets")
    named = [] if frames == "." else frames.split(",")
    known = {q.name.removeprefix(FRAME) for q in campaign.questions if q.name.startswith(FRAME)}
    faults += [f"frame {name!r}" for name in named if name not in known]
    if faults:
        raise DataError("; ".join(faults))
    labels = {name: LETTERS[name][letter] for name, letter in letters.items()}
    labels |= {f"{FRAME}{name}": "true" for name in named}  # a frame that is not named is left open
    labels |= {wanted[target]: STANCES[letter] for target, letter in zip(targets, stances, strict=True)}
    return {"number": line.number, "labels": labels, "unsure": CONFIDENCE[confidence]}


def read_answers(campaign: Campaign, lines: list[Line], paths: list[Path]) -> list[dict[str, object]]:
    """Answers to every text of an annotator's sheets.

    Raises
    ------
    DataError
        Naming every line that is no answer, and every text that has none or two.
    """
    by_place = {(line.thread, str(line.place)): line for line in lines}
    answers: dict[str, dict[str, object]] = {}
    faults = []
    for path in paths:
        for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
            cells = text.split("\t")
            if not text.strip():
                continue
            line = by_place.get((cells[0], cells[1])) if len(cells) > 1 else None
            if line is None or line.number in answers:
                faults.append(f"{path}, line {number}: {'no such text' if line is None else 'answered twice'}")
                continue
            try:
                answers[line.number] = answer_of(campaign, line, cells)
            except DataError as error:
                faults.append(f"{path}, line {number}: {error}")
    faults += [f"{line.thread} {line.place} has no answer" for line in lines if line.number not in answers]
    if faults:
        raise DataError("\n".join(faults))
    return list(answers.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("write", "read"))
    parser.add_argument("campaign", type=Path, help="folder of the campaign")
    parser.add_argument("folder", type=Path, help="of the sheets, ANNOTATOR.NN.tsv, and of the answers, .answers.tsv")
    parser.add_argument("--annotator", action="append", default=[], help="whose; by default everybody's")
    parser.add_argument("--root", type=Path, default=ROOT, help="repository with corpus/ and annotations/")
    parser.add_argument("--per-sheet", type=int, default=400, help="texts of a sheet (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        campaign = open_campaign(arguments.campaign)
        people = [each for each in campaign.settings.annotators if each.is_dealt]
        people = [each for each in people if each.name in arguments.annotator] if arguments.annotator else people
        if not people:
            raise UsageError("no such annotator in the campaign.")
        sources = read_sources(arguments.root)
        documents = {document.id: document for document in sources.documents}
        targets = {target.text: target for target in sources.targets.values() if target.id not in sources.retired}
        for each in people:
            lines = lines_of(campaign, each)
            name = each.name.removeprefix("model:")
            if arguments.step == "write":
                arguments.folder.mkdir(parents=True, exist_ok=True)
                for at, part in enumerate(in_sheets(lines, thread_of, arguments.per_sheet), start=1):
                    path = arguments.folder / f"{name}.{at:02}.tsv"
                    page = sheet_of(part, documents, targets, campaign.documents)
                    path.write_text("\n".join(page) + "\n", "utf-8")
                    print(f"{path}: {len(part)} texts")
            else:
                answers = read_answers(campaign, lines, sorted(arguments.folder.glob(f"{name}.*.answers.tsv")))
                path = arguments.folder / f"{name}.jsonl"
                write_jsonl(path, answers)
                print(f"{path}: {len(answers)} answers")
    except WeiboNlpError as error:
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())

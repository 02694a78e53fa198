"""The hand-segmented sentences of a repository: read with their places, checked against texts and annotators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from weibo_nlp.annotation.segmentation import GoldCut, Sentence, cut_problem, gold_cut_problem
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.validation import Located, Parser, Problem, field_types, noting_problems, read_records, row_parser
from weibo_nlp.records import Document, Span

FOLDER = Path("annotations") / "segmentation"
SENTENCES, GOLD, CUTS = FOLDER / "sentences.jsonl", FOLDER / "gold.jsonl", FOLDER / "cuts"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cut:
    """One annotator's cut of a sentence, with everything needed to know how it came about."""

    id: str
    annotator: str
    words: tuple[str, ...]
    model: str
    prompt_sha256: str
    guideline_version: str
    order: int


@dataclass
class Segmentation:
    """Sentences, cuts and gold of a repository, and what is wrong with their files."""

    root: Path
    sentences: dict[str, Located[Sentence]] = field(default_factory=dict)
    cuts: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)  # sentence -> annotator -> words
    gold: dict[str, Located[GoldCut]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def files(self) -> list[Path]:
        """Every file read, sorted."""
        files = [self.root / name for name in (SENTENCES, GOLD) if (self.root / name).exists()]
        return sorted([*files, *(self.root / CUTS).glob("*.jsonl")])


def read_segmentation(root: Path) -> Segmentation:
    """Read the hand segmentation of a repository; one without any gives an empty one."""
    segmentation = Segmentation(root)
    for sentence in _records(root / SENTENCES, _sentence_parser(), segmentation):
        if sentence.value.id in segmentation.sentences:
            segmentation.problems.append(sentence.problem(1, "id", f"sentence {sentence.value.id!r} stands twice."))
        segmentation.sentences[sentence.value.id] = sentence
    prompts = {sha256_of_file(prompt) for prompt in root.glob(f"{FOLDER.as_posix()}/prompts/*.md")}
    parse = row_parser(Cut, field_types(Cut))
    for file in sorted((root / CUTS).glob("*.jsonl")):
        for cut in _records(file, parse, segmentation):
            if reason := _cut_problem(cut.value, file, segmentation, prompts):
                segmentation.problems.append(cut.problem(3, "segmentation", reason))
            else:
                segmentation.cuts.setdefault(cut.value.id, {})[cut.value.annotator] = cut.value.words
    for gold in _records(root / GOLD, _gold_parser(), segmentation):
        name = gold.value.id
        if name in segmentation.gold or name not in segmentation.sentences:
            reason = "stands twice" if name in segmentation.gold else "is not in sentences.jsonl"
            segmentation.problems.append(gold.problem(3, "segmentation", f"sentence {name!r} {reason}."))
        else:
            segmentation.gold[name] = gold
    return segmentation


def segmentation_problems(segmentation: Segmentation, documents: Mapping[str, Document]) -> Iterator[Problem]:
    """Where sentences are not in the documents they were drawn from, or gold is not what the annotators' cuts allow.

    `documents` are by id. What could not be read is in the segmentation's ``problems`` already.
    """
    for name, located in segmentation.sentences.items():
        sentence, problem = located.value, partial(located.problem, 3, "segmentation")
        document = documents.get(sentence.document_id)
        if document is None:
            yield problem(f"{name!r}: document {sentence.document_id!r} does not exist.")
        elif sentence.span.of(document.text) != sentence.text:
            yield problem(f"{name!r}: the text at {sentence.span} is another.")
        if name not in segmentation.gold:
            yield problem(f"{name!r} has no gold cut.")
    for name, gold in segmentation.gold.items():
        cuts = segmentation.cuts.get(name, {})
        if text := gold_cut_problem(gold.value, segmentation.sentences[name].value, cuts):
            yield gold.problem(3, "segmentation", f"{name}: {text}.")


def segmentation_row(segmentation: Segmentation, name: str) -> dict[str, Any]:
    """Row of the configuration ``segmentation``."""
    sentence, gold = segmentation.sentences[name].value, segmentation.gold[name].value
    return {
        "id": name,
        "document_id": sentence.document_id,
        "start": sentence.span.start,
        "end": sentence.span.end,
        "text": sentence.text,
        "words": list(gold.words),
        "settled": gold.resolution,
    }


def _sentence_parser() -> Parser[Sentence]:
    types = field_types(Sentence) | {"start": int, "end": int}
    del types["span"]
    return row_parser(lambda start, end, **values: Sentence(span=Span(start, end), **values), types)


def _gold_parser() -> Parser[GoldCut]:
    types = field_types(GoldCut)
    types["settled"] = types.pop("resolution")
    return row_parser(lambda settled, **values: GoldCut(resolution=settled, **values), types)


def _records(path: Path, parse: Parser[T], segmentation: Segmentation) -> Iterator[Located[T]]:
    """Yield the records of a file, where there is one; problems are noted."""
    items = read_records(path, parse) if path.exists() else ()
    return noting_problems(items, segmentation.problems)


def _cut_problem(cut: Cut, file: Path, segmentation: Segmentation, prompts: set[str]) -> str | None:
    sentence = segmentation.sentences.get(cut.id)
    if sentence is None:
        return f"sentence {cut.id!r} is not in sentences.jsonl."
    if cut.annotator != file.stem:
        return f"annotator {cut.annotator!r} stands in the file of {file.stem!r}."
    if cut.annotator in segmentation.cuts.get(cut.id, {}):
        return f"{cut.id!r} is cut twice by {cut.annotator!r}."
    if cut.prompt_sha256 not in prompts:
        return "prompt_sha256 matches no file in annotations/segmentation/prompts/."
    problem = cut_problem(sentence.value.text, cut.words)
    return f"{cut.id}: {problem}." if problem else None

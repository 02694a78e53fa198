"""The hand-segmented sentences of a repository: read with their places, checked against texts and annotators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.segmentation import GoldCut, Sentence, cut_problem, gold_cut_problem
from weibo_nlp.errors import DataError
from weibo_nlp.io import read_jsonl, sha256_of_file
from weibo_nlp.records import Document, Span

FOLDER = Path("annotations") / "segmentation"
SENTENCES, GOLD, CUTS = FOLDER / "sentences.jsonl", FOLDER / "gold.jsonl", FOLDER / "cuts"
_CUT_FIELDS = {"id", "annotator", "words", "model", "prompt_sha256", "guideline_version", "order"}
_FIELDS: Mapping[str, set[str]] = {
    "sentences": {"id", "document_id", "start", "end", "text"},
    "gold": {"id", "words", "settled", "reason"},
    "cuts": _CUT_FIELDS,
}

Fault = tuple[Path, int, int, str, str]
"""Path, line, level, rule, sentence: what the validator makes a Problem of."""


@dataclass
class Segmentation:
    """Sentences, cuts and gold of a repository; ``lines`` holds the line of each gold cut, ``faults`` what is wrong."""

    root: Path
    sentences: dict[str, Sentence] = field(default_factory=dict)
    cuts: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)  # sentence -> annotator -> words
    gold: dict[str, GoldCut] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def files(self) -> list[Path]:
        """Every file read, sorted."""
        found = [self.root / name for name in (SENTENCES, GOLD) if (self.root / name).exists()]
        return sorted([*found, *(self.root / CUTS).glob("*.jsonl")])


def read_segmentation(root: Path) -> Segmentation:
    """Read the hand segmentation of a repository; one without any gives an empty one."""
    found = Segmentation(root)
    for path, line, row in _rows(root / SENTENCES, "sentences", found):
        try:
            sentence = Sentence(row["id"], row["document_id"], Span(row["start"], row["end"]), row["text"])
        except (DataError, TypeError) as error:
            found.faults.append((path, line, 1, "form", f"{error}"))
            continue
        if sentence.id in found.sentences:
            found.faults.append((path, line, 1, "id", f"sentence {sentence.id!r} stands twice."))
        found.sentences[sentence.id] = sentence
    prompts = {sha256_of_file(prompt) for prompt in root.glob(f"{FOLDER.as_posix()}/prompts/*.md")}
    for file in sorted((root / CUTS).glob("*.jsonl")):
        for path, line, row in _rows(file, "cuts", found):
            fault = _cut_fault(row, file, found, prompts)
            if fault:
                found.faults.append((path, line, 3, "segmentation", fault))
            else:
                found.cuts.setdefault(row["id"], {})[row["annotator"]] = tuple(row["words"])
    for path, line, row in _rows(root / GOLD, "gold", found):
        if row["id"] in found.gold or row["id"] not in found.sentences:
            text = "stands twice" if row["id"] in found.gold else "is not in sentences.jsonl"
            found.faults.append((path, line, 3, "segmentation", f"sentence {row['id']!r} {text}."))
            continue
        found.gold[row["id"]] = GoldCut(row["id"], tuple(row["words"]), row["settled"], row["reason"])
        found.lines[row["id"]] = line
    return found


def segmentation_faults(found: Segmentation, documents: Mapping[str, Document]) -> Iterator[Fault]:
    """Where sentences are not in their documents, or gold is not what the annotators' cuts allow.

    Parameters
    ----------
    found : Segmentation
        As read; what could not be read is in its ``faults`` already.
    documents : mapping of id to Document
        The texts the sentences were drawn from.
    """
    for sentence in found.sentences.values():
        document = documents.get(sentence.document_id)
        path, line = found.root / SENTENCES, 0
        if document is None:
            yield path, line, 3, "segmentation", f"{sentence.id!r}: document {sentence.document_id!r} does not exist."
        elif sentence.span.of(document.text) != sentence.text:
            yield path, line, 3, "segmentation", f"{sentence.id!r}: the text at {sentence.span} is another."
        if sentence.id not in found.gold:
            yield path, line, 3, "segmentation", f"{sentence.id!r} has no gold cut."
    for name, gold in found.gold.items():
        if problem := gold_cut_problem(gold, found.sentences[name], found.cuts.get(name, {})):
            yield found.root / GOLD, found.lines[name], 3, "segmentation", f"{name}: {problem}."


def segmentation_row(found: Segmentation, name: str) -> dict[str, Any]:
    """Row of the configuration ``segmentation``."""
    sentence, gold = found.sentences[name], found.gold[name]
    return {
        "id": name,
        "document_id": sentence.document_id,
        "start": sentence.span.start,
        "end": sentence.span.end,
        "text": sentence.text,
        "words": list(gold.words),
        "settled": gold.settled,
    }


def _rows(path: Path, kind: str, found: Segmentation) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    if not path.exists():
        return
    for line in read_jsonl(path):
        row, fields = line.value, _FIELDS[kind]
        if row is None:
            found.faults.append((path, line.number, 1, "form", f"{line.reason}; one row a line."))
        elif row.keys() != fields:
            odd = ", ".join(sorted(row.keys() ^ fields))
            found.faults.append((path, line.number, 1, "form", f"fields missing or unknown: {odd}."))
        elif not isinstance(row["id"], str) or not isinstance(row.get("words", []), list):
            found.faults.append((path, line.number, 1, "form", "id must be text, words a list."))
        else:
            yield path, line.number, row


def _cut_fault(row: Mapping[str, Any], file: Path, found: Segmentation, prompts: set[str]) -> str | None:
    sentence = found.sentences.get(row["id"])
    if sentence is None:
        return f"sentence {row['id']!r} is not in sentences.jsonl."
    if row["annotator"] != file.stem:
        return f"annotator {row['annotator']!r} stands in the file of {file.stem!r}."
    if row["annotator"] in found.cuts.get(row["id"], {}):
        return f"{row['id']!r} is cut twice by {row['annotator']!r}."
    if row["prompt_sha256"] not in prompts:
        return "prompt_sha256 matches no file in annotations/segmentation/prompts/."
    problem = cut_problem(sentence.text, row["words"])
    return f"{row['id']}: {problem}." if problem else None

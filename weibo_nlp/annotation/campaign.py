"""Blind sheets: texts dealt to an annotator in shuffled order under neutral numbers, and the answers read back.

A document id names its event, and an event gives its topic away; so a sheet carries numbers only, and the
key that leads back to ids is kept apart from what the annotator sees.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from weibo_nlp.annotation.judgements import judgement_parser
from weibo_nlp.corpus.tree import Thread
from weibo_nlp.errors import DataError
from weibo_nlp.io.names import quoted
from weibo_nlp.io.validation import Problem, Row, noting_problems, read_records
from weibo_nlp.records import Document, Judgement, Target
from weibo_nlp.scheme import Scheme

T = TypeVar("T")
Dealt = TypeVar("Dealt")
Number = tuple[Any, ...]
"""What an annotator knows a text by: the values of the columns that number it on the sheet."""
MOST_MISSING = 20
MOST_TEXTS = 400
"""Most texts of a sheet: what one reader goes through in one sitting."""
_TARGET_KEYS = "STUVWXYZ"


@dataclass(frozen=True, slots=True)
class DealtDocument:
    """What a number of a sheet stands for: a document, its place in the sheet from 1, and its targets by their keys."""

    document_id: str
    order: int
    targets: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """What one annotator gets (``rows``), and the way back from the numbers that answers name in ``columns``."""

    rows: tuple[dict[str, Any], ...]
    key: Mapping[Number, DealtDocument]
    columns: tuple[str, ...] = ("thread", "n")


def numbered(items: Sequence[T], letter: str, width: int) -> dict[str, T]:
    """Neutral numbers for what is dealt, in the order given, which tells nothing: ``T001``, ``T002``."""
    return {f"{letter}{number:0{width}d}": item for number, item in enumerate(items, start=1)}


def shown_document(document: Document, *, title: str | None, text: str) -> dict[str, Any]:
    """What an annotator sees of a document, its title and text perhaps edited."""
    seen = {name: getattr(document, name) for name in ("kind", "author", "account_type")}
    return seen | {"title": title, "text": text}


def targets_of(thread: Thread, declared: Sequence[str], targets: Mapping[str, Target]) -> list[Target]:
    """Targets on which a thread is judged: its event's, or one canonical target where the event declares none.

    That one is drawn by the thread's id, so that the absence of targets tells nobody that a thread is `other`.
    """
    if declared:
        return [targets[target] for target in declared]
    canonical = sorted(target.id for target in targets.values() if target.canonical_for)
    draw = int.from_bytes(hashlib.sha256(thread.id.encode()).digest()[:8], "big")
    return [targets[canonical[draw % len(canonical)]]]


def deal(
    threads: Iterable[Thread], declared: Mapping[str, Sequence[str]], targets: Mapping[str, Target], *, seed: int
) -> Sheet:
    """Shuffle whole threads into one annotator's sheet.

    Parameters
    ----------
    threads : iterable of Thread
        The threads to be judged.
    declared : mapping of event id to target ids
        The event register's targets.
    targets : mapping of target id to Target
        The target register.
    seed : int
        Another seed for every annotator, so that nobody reads in another's order.
    """
    order = sorted(threads, key=lambda thread: thread.id)
    random.Random(seed).shuffle(order)
    rows: list[dict[str, Any]] = []
    key: dict[Number, DealtDocument] = {}
    for name, thread in numbered(order, "T", 3).items():
        judged = targets_of(thread, declared[thread.root.event or ""], targets)
        of_thread = {_TARGET_KEYS[i]: target for i, target in enumerate(judged)}
        target_ids = {letter: target.id for letter, target in of_thread.items()}
        numbers = {document.id: n for n, document in enumerate(thread, start=1)}
        documents = []
        for document in thread:
            n = numbers[document.id]
            key[name, n] = DealtDocument(document.id, len(key) + 1, target_ids)
            links = {"reply_to": numbers.get(document.parent or ""), "repost_of": numbers.get(document.repost_of or "")}
            documents.append({"n": n, **links, **shown_document(document, title=document.title, text=document.text)})
        questions = [
            {"key": letter, "text": target.text, "favor": target.favor, "against": target.against, "none": target.none}
            for letter, target in of_thread.items()
        ]
        rows.append({"thread": name, "targets": questions, "documents": documents})
    return Sheet(tuple(rows), key)


def deal_texts(
    texts: Mapping[str, str], targets: Mapping[str, str], *, seed: int, most: int = MOST_TEXTS
) -> list[Sheet]:
    """Shuffle texts that stand alone into the sheets of one annotator.

    Parameters
    ----------
    texts : mapping of key to text
        The texts to be judged; nothing but the text is shown.
    targets : mapping of letter to target id
        The targets on which every text is judged, under the letters that answers call them by.
    seed : int
        Another seed for every annotator, so that nobody reads in another's order.
    most : int
        Texts of a sheet, at most; sheets are of one size but for the last.

    Returns
    -------
    list of Sheet
        Answers name ``n``, the place of a text in all that the annotator reads, from 1.
    """
    order = sorted(texts)
    random.Random(seed).shuffle(order)
    n_sheets = -(-len(order) // most)
    size = -(-len(order) // n_sheets) if order else 0
    sheets = []
    for start in range(0, len(order), size or 1):
        dealt = dict(enumerate(order[start : start + size], start=start + 1))
        rows = tuple({"n": n, "text": texts[key]} for n, key in dealt.items())
        sheets.append(Sheet(rows, {(n,): DealtDocument(key, n, targets) for n, key in dealt.items()}, ("n",)))
    return sheets


def collect(
    path: Path, sheet: Sheet, scheme: Scheme, *, annotator: str, round_name: str, provenance: Mapping[str, Any]
) -> list[Judgement]:
    """Read an annotator's answers back through the key.

    Parameters
    ----------
    path : Path
        JSON Lines with the numbers of a text (``thread`` and ``n``, or ``n`` alone), the labels, and ``stance`` by
        target key.
    sheet : Sheet
        What was dealt.
    provenance : mapping
        ``model``, ``prompt_sha256``, ``guideline_version``, ``layout``: the same for the whole file.

    Raises
    ------
    DataError
        If an answer is malformed, doubled, missing, or answers something that was not dealt; all are named.
    """
    parse = judgement_parser(scheme)

    def judgement(answer: dict[str, Any], dealt: DealtDocument) -> Judgement:
        stance = answer.pop("stance", None) or {}
        if not isinstance(stance, dict):
            raise DataError(f"stance must map target keys to labels, got {quoted(stance)}")
        if set(stance) != set(dealt.targets):
            raise DataError(f"stance has {sorted(stance)}, the text is judged on {sorted(dealt.targets)}")
        known = {"document_id": dealt.document_id, "order": dealt.order, "annotator": annotator, "round": round_name}
        stances = {dealt.targets[letter]: label for letter, label in stance.items()}
        return parse({**answer, **known, **provenance, "stances": stances})

    answers, problems = read_answers(path, sheet.columns, sheet.key, judgement)
    if problems:
        raise DataError("\n".join(problems))
    return answers


def read_answers(
    path: Path, columns: Sequence[str], key: Mapping[Number, Dealt], parse: Callable[[dict[str, Any], Dealt], T]
) -> tuple[list[T], list[str]]:
    """Read the answers to a sheet back through its key.

    Parameters
    ----------
    path : Path
        JSON Lines, one answer each.
    columns : sequence of str
        Columns of an answer whose values are the number of what it answers.
    key : mapping
        What every number that was dealt stands for.
    parse : callable
        Makes a record of the rest of an answer and what its number stands for, or raises DataError.

    Returns
    -------
    tuple of list and list of str
        The records in the order of the file; and what is wrong with it: answers that are malformed, doubled, or answer
        what was not dealt, each with file and line, and what was dealt and has no answer at all.
    """
    answered: set[Number] = set()

    def record(row: Row) -> T:
        number = tuple(row.get(column) for column in columns)
        # A list would not hash, and true would pass for 1.
        if any(type(part) not in (str, int) for part in number) or number not in key:
            raise DataError(f"{'/'.join(map(quoted, number))} was not dealt")
        if number in answered:
            raise DataError(f"{_name(number)} is judged twice")
        answered.add(number)
        return parse({name: value for name, value in row.items() if name not in columns}, key[number])

    noted: list[Problem] = []
    records = [item.value for item in noting_problems(read_records(path, record), noted)]
    problems = list(map(str, noted))
    if missing := [_name(number) for number in key if number not in answered]:
        names = ", ".join(missing[:MOST_MISSING]) + (", …" if len(missing) > MOST_MISSING else "")
        problems.append(f"{path}: {len(missing)} of {len(key)} that were dealt are not judged: {names}")
    return records, problems


def _name(number: Number) -> str:
    return "/".join(map(str, number))

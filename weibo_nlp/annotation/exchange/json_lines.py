"""JSON Lines: a sheet for a language model or a program of one's own, an item a line, and answers a line each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from weibo_nlp.annotation.exchange.base import Answer, Item, Language, Question
from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path, write_jsonl
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.io.validation import Problem, Row, noting_problems, read_records

T = TypeVar("T")
Dealt = TypeVar("Dealt")
Number = tuple[Any, ...]
"""What an annotator knows a text by: the values of the columns that number it on the sheet."""
MOST_MISSING = 20
QUESTIONS = ".questions.json"
_FIELDS = ("number", "labels", "annotator", "unsure", "comment")


class JsonLines:
    """Items as JSON Lines, and the questions as JSON beside them; answers name ``number`` and ``labels`` by question.

    ``unsure``, ``comment`` and ``annotator`` may stand beside them.
    """

    name = "jsonl"

    def write(
        self, items: Sequence[Item], questions: Sequence[Question], folder: Path, *, stem: str, language: Language
    ) -> list[Path]:
        """Write a sheet and its questions."""
        sheet, asked = folder / f"{stem}.jsonl", folder / f"{stem}{QUESTIONS}"
        write_jsonl(sheet, ({name: value for name, value in asdict(item).items() if value} for item in items))
        content = {"language": language, "questions": [asdict(question) for question in questions]}
        with atomic_path(asked) as temporary:
            temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return [sheet, asked]

    def read(
        self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]
    ) -> tuple[list[Answer], list[Problem]]:
        """Read answers back."""
        by_name = {question.name: question for question in questions}
        seen: set[tuple[str, str | None]] = set()
        has_numbers = False

        def answer(row: Row) -> Answer:
            nonlocal has_numbers
            has_numbers |= "number" in row
            faults = list(_faults(row, items, by_name))
            key = (str(row.get("number")), row.get("annotator"))
            if not faults and key in seen:
                faults.append(f"{quoted(key[0])} is answered twice.")
            if faults:
                raise DataError(" ".join(faults))
            seen.add(key)
            labels = {name: label for name, label in row["labels"].items() if label is not None}
            unsure, comment = row.get("unsure") or False, row.get("comment") or None
            return Answer(row["number"], labels, row.get("annotator"), unsure, comment)

        problems: list[Problem] = []
        records = list(noting_problems(read_records(path, answer), problems))
        if not has_numbers:
            raise DataError(f"{path}: no line is a JSON object with the number of an item and its labels.")
        return [_placed(record.value, record.line) for record in records], problems


def _placed(answer: Answer, line: int) -> Answer:
    return Answer(
        answer.number, answer.labels, answer.annotator, answer.is_unsure, answer.comment, place=f"line {line}"
    )


def _faults(row: Row, items: Mapping[str, Item], questions: Mapping[str, Question]) -> Iterator[str]:
    if unknown := sorted(row.keys() - set(_FIELDS)):
        yield f"unknown field {quoted(unknown[0])}; an answer has {', '.join(_FIELDS)}."
    number, labels = row.get("number"), row.get("labels")
    if not isinstance(number, str) or number not in items:
        yield f"{quoted(number)} was not dealt."
    if not isinstance(labels, dict):
        yield f"labels is {quoted(labels)}; an object of question and label is expected."
        return
    for name, label in labels.items():
        if name not in questions:
            yield f"{quoted(name)} was not asked; the questions are {quoted_list(list(questions))}."
        elif label is not None and label not in questions[name].labels:
            yield f"{name}: {quoted(label)} is no label; write one of {quoted_list(questions[name].labels)}."
    for name, allowed in (("unsure", bool), ("comment", str), ("annotator", str)):
        if not isinstance(row.get(name), allowed | None):
            yield f"{name} is {quoted(row[name])}; {'true or false' if allowed is bool else 'text'} is expected."


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

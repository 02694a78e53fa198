"""Answers of a campaign: sheets that come back, every fault named, kept by annotator in the campaign's folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.campaign import Annotator, Campaign, by_questions
from weibo_nlp.annotation.exchange.base import Answer, ExchangeFormat, Question
from weibo_nlp.annotation.sheet_export import DealtItems, find_campaign_texts, format_called, formats
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import write_jsonl
from weibo_nlp.io.locks import locked_folder
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.validation import FORM, Problem, field_types, list_type, read_records, row_parser, without_problems

_LINE = re.compile(r"(?:(?P<file>.+), )?line (?P<line>\d+)\Z", re.DOTALL)
_BY_SUFFIX = {
    ".xlsx": ("xlsx",),
    ".xls": ("xlsx",),
    ".csv": ("csv", "label-studio", "potato"),
    ".tsv": ("csv", "potato"),
    ".json": ("label-studio",),
    ".jsonl": ("jsonl", "doccano", "potato"),
}


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What one annotator said of one document, as the campaign keeps it.

    Attributes
    ----------
    id : str
        Of the document.
    labels : mapping of str to str
        Question -> label.
    number : str or None
        Under which it was dealt; None of labels that were brought in.
    order : int or None
        Its place in what the annotator read, from 1; None where all met in one project, which has orders of its own.
    is_unsure : bool
        Whether the annotator was unsure.
    comment : str or None
        A remark.
    spans : tuple of mapping
        Pieces of the text that were marked, with ``start`` and ``end`` in code points and ``label``.
    file, place : str
        Where it was read: ``甲.xlsx``, ``sheet 标注, row 7``.
    """

    id: str
    labels: Mapping[str, str]
    number: str | None = None
    order: int | None = None
    is_unsure: bool = False
    comment: str | None = None
    spans: tuple[dict[str, Any], ...] = ()
    file: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of importing a file, for one annotator.

    Attributes
    ----------
    annotator : str
        Whose answers they are.
    n_added, n_unchanged, n_replaced : int
        Answers that are new or complete what was left open, that were there already, and that stand in the place of
        others.
    n_open : mapping of str to int
        Question -> answers without a label for it, though it is asked of the document.
    n_missing : int
        Documents that were dealt to the annotator and have no answer yet.
    """

    annotator: str
    n_added: int
    n_unchanged: int
    n_replaced: int
    n_open: Mapping[str, int]
    n_missing: int


def import_answers(
    campaign: Campaign,
    path: Path | str,
    *,
    annotator: str | None = None,
    format: str | None = None,
    people: Mapping[str, str] | None = None,
    texts: Path | None = None,
    skip_faulty: bool = False,
    replace: bool = False,
) -> tuple[list[ImportReport], list[Problem]]:
    """Read a sheet that was filled in, or what a program exported, and keep the answers.

    Parameters
    ----------
    campaign : Campaign
        The campaign.
    path : Path or str
        The file.
    annotator : str, optional
        Who filled it in; by default whoever its numbers were dealt to.
    format : str, optional
        Name of the format; by default the one that the file's suffix and content speak for.
    people : mapping of str to str, optional
        What a program calls an annotator, such as an address -> the annotator's name in the campaign.
    texts : Path, optional
        Copies of the published sets, where the campaign holds keys alone.
    skip_faulty : bool
        Set rows with faults aside and keep the others; by default nothing of a file with faults is kept.
    replace : bool
        Let answers stand in the place of others that the annotator gave before.

    Returns
    -------
    tuple of list of ImportReport and list of Problem
        One report for each annotator; none where nothing was kept because of the problems.

    Raises
    ------
    UsageError
        If it is not known who filled the file in, or other answers of that annotator are there already.
    DataError
        If the file is of another format, or holds no answer.
    """
    path = named_path(path, "a sheet")
    numbers = {number: name for key in campaign.keys.values() for number, name in key.numbers.items()}
    items = DealtItems(campaign, numbers, find_campaign_texts(campaign, texts))
    answers, problems = _read(campaign, path, items, _format(path, format))
    if not answers and not problems:
        raise DataError(f"{path}: no row is answered; fill the sheet in first.")
    by_annotator: dict[str, list[StoredAnswer]] = {}
    reader = _Attribution(campaign, path, annotator, people or {})
    faulty = FaultyRows(problems)
    for answer in answers:
        if faulty.has(answer):
            continue
        name, fault = reader.take(answer)
        if fault is not None:
            problems.append(_problem(path, answer, fault))
        else:
            by_annotator.setdefault(name, []).append(reader.stored(answer, name))
    if problems and not skip_faulty:
        return [], problems
    found = [(campaign.annotator(name), stored) for name, stored in by_annotator.items()]
    return keep_answers(campaign, found, replace=replace), problems


def keep_answers(
    campaign: Campaign, answers: Iterable[tuple[Annotator, Sequence[StoredAnswer]]], *, replace: bool
) -> list[ImportReport]:
    """Add answers to those that the campaign has of an annotator.

    Raises
    ------
    UsageError
        If other answers of the annotator to the same documents are there, and are not to be replaced.
    """
    reports = []
    with locked_folder(campaign.folder):
        merged = [(annotator, new, _merged(campaign, annotator, new, replace)) for annotator, new in answers]
        for annotator, new, (stored, report) in merged:
            campaign.answers_path(annotator).parent.mkdir(exist_ok=True)  # a clone of the folder has no empty ones
            write_jsonl(campaign.answers_path(annotator), (_row(each) for each in stored))
            open_questions = Counter(
                question.name
                for each in new
                for question in campaign.questions_for(campaign.documents[each.id])
                if question.is_required and question.name not in each.labels
            )
            dealt = len(campaign.keys[annotator.name].numbers) if annotator.is_dealt else len(stored)
            n_missing = max(0, dealt - len(stored))
            reports.append(ImportReport(annotator.name, *report, dict(open_questions), n_missing))
    return reports


def read_answers_of(campaign: Campaign, annotator: Annotator) -> list[StoredAnswer]:
    """Answers of an annotator that the campaign keeps, in the order of its documents; none where nothing came back.

    Raises
    ------
    DataError
        If a line of the file cannot be used, or is about a document or a question that the campaign does not have.
    """
    path = campaign.answers_path(annotator)
    if not path.exists():
        return []
    allowed = {question.name: frozenset(question.labels) for question in campaign.questions}

    def checked(**values: Any) -> StoredAnswer:
        answer = StoredAnswer(**values)
        if answer.id not in campaign.documents:
            raise DataError(f"{quoted(answer.id)} is no document of the campaign.")
        for name, label in answer.labels.items():
            if label not in allowed.get(name, ()):
                raise DataError(f"{quoted(label)} is no label of a question {quoted(name)}.")
        return answer

    types = field_types(StoredAnswer, labels=dict[str, str], spans=list_type(dict[str, Any]))
    return without_problems(read_records(path, row_parser(checked, types)))


def all_answers(campaign: Campaign) -> dict[str, list[StoredAnswer]]:
    """Answers of every annotator who gave some, by name, in the order of the campaign."""
    found = {each.name: read_answers_of(campaign, each) for each in campaign.settings.annotators}
    return {name: answers for name, answers in found.items() if answers}


class FaultyRows:
    """Rows that problems are with: those whose place a problem begins with, or whose line it has."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        problems = tuple(problems)
        self._places = {problem.text.partition(":")[0] for problem in problems}
        self._lines = {(problem.path.name, problem.line) for problem in problems if problem.line}
        self._in_any = {problem.line for problem in problems if problem.line}

    def has(self, answer: Answer) -> bool:
        """Whether the row of an answer is among them."""
        if answer.place in self._places:
            return True
        if (line := _LINE.search(answer.place)) is None:
            return False
        number, file = int(line["line"]), line["file"]
        return number in self._in_any if file is None else (Path(file).name, number) in self._lines


class _Attribution:
    """Says whose an answer is: by the numbers of its sheet, by what the program calls people, or as the user says."""

    def __init__(self, campaign: Campaign, path: Path, named: str | None, people: Mapping[str, str]) -> None:
        self._campaign, self._path, self._named, self._people = campaign, path, named, people
        self._owner = {number: key.annotator for key in campaign.keys.values() for number in key.numbers}
        self._order = {
            number: None if key.annotator is None else place
            for key in campaign.keys.values()
            for place, number in enumerate(key.numbers, start=1)
        }
        self._ids = {number: name for key in campaign.keys.values() for number, name in key.numbers.items()}
        self._names = {each.name for each in campaign.settings.annotators if each.is_dealt}
        self._seen: dict[tuple[str, str], str] = {}
        if named is not None and named not in self._names:
            campaign.annotator(named)
            raise UsageError(f"nothing was dealt to {named}; the numbers of a sheet cannot be theirs.")
        if strangers := sorted(set(self._people.values()) - self._names):
            raise UsageError(f"--who names {quoted(strangers[0])}, to whom nothing was dealt.")

    def take(self, answer: Answer) -> tuple[str, str | None]:
        """Name of the annotator of an answer, and what is wrong with it."""
        owner = self._owner[answer.number]
        if owner is not None:
            if self._named not in (None, owner):
                return (
                    owner,
                    f"{answer.number} was dealt to {owner}, and not to {self._named}; name the right annotator.",
                )
            name = owner
        else:
            called = self._named or self._people.get(answer.annotator or "", answer.annotator)
            if called not in self._names or called is None:
                who = "nobody" if answer.annotator is None else quoted(answer.annotator)
                known = ", ".join(sorted(self._names))
                return "", (
                    f"answered by {who}, who is none of {known}; say who that is, with --annotator NAME, or with --who "
                    "WHAT_THE_PROGRAM_CALLS_THEM=NAME."
                )
            name = called
        document = self._ids[answer.number]
        if (name, document) in self._seen:
            return (
                name,
                f"{answer.number} is answered twice by {name}, first at {self._seen[name, document]}; keep one.",
            )
        self._seen[name, document] = answer.place
        asked = {question.name for question in self._campaign.questions_for(self._campaign.documents[document])}
        if odd := sorted(answer.labels.keys() - asked):
            return name, f"{answer.number} is not asked about {', '.join(odd)}; leave that open."
        return name, None

    def stored(self, answer: Answer, name: str) -> StoredAnswer:
        """Return the answer as the campaign keeps it."""
        spans = tuple({"start": each.span.start, "end": each.span.end, "label": each.label} for each in answer.spans)
        return StoredAnswer(
            self._ids[answer.number],
            dict(answer.labels),
            answer.number,
            self._order[answer.number],
            answer.is_unsure,
            answer.comment,
            spans,
            self._path.name,
            answer.place,
        )


def _format(path: Path, named: str | None) -> list[ExchangeFormat]:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name the files in it that were filled in.")
    if named is not None:
        return [format_called(named)]
    known = formats()
    names = [name for name in _BY_SUFFIX.get(path.suffix.lower(), ()) if name in known]
    if not names:
        raise UsageError(
            f"{path}: the suffix does not tell the format; name it with --from, one of {', '.join(known)}."
        )
    return [known[name] for name in names]


def _read(
    campaign: Campaign, path: Path, items: DealtItems, formats: Sequence[ExchangeFormat]
) -> tuple[list[Answer], list[Problem]]:
    """Read a file in the format, and as the sheet of the questions, that fit it best: with the fewest faults."""
    if not path.exists():
        raise UsageError(f"{path} does not exist; name the sheet that was filled in.")
    groups = [questions for questions, _ in by_questions(campaign, items.numbers.values())]
    everything: list[tuple[Question, ...]] = [campaign.questions] if len(groups) > 1 else []
    refused: list[str] = []
    found: list[tuple[list[Answer], list[Problem]]] = []
    for format in formats:
        try:
            for questions in (*groups, *everything):
                found.append(format.read(path, items, questions))
                if found[-1][0] and not found[-1][1]:
                    return found[-1]
        except DataError as error:
            refused.append(f"{format.name}: {error}")
    if found:
        # One in which nothing was found to be read says nothing.
        return min(found, key=lambda reading: (not any(reading), len(reading[1])))
    raise DataError(refused[0].partition(": ")[2] if len(refused) == 1 else "\n".join(refused))


def _problem(path: Path, answer: Answer, fault: str) -> Problem:
    return Problem(path, 0, FORM, "form", f"{answer.place}: {fault}" if answer.place else fault)


def _merged(
    campaign: Campaign, annotator: Annotator, new: Sequence[StoredAnswer], replace: bool
) -> tuple[list[StoredAnswer], tuple[int, int, int]]:
    before = {each.id: each for each in read_answers_of(campaign, annotator)}
    changed = [each for each in new if each.id in before and not _goes_on(before[each.id], each)]
    if changed and not replace:
        first = changed[0]
        raise UsageError(
            f"{first.file}: {annotator.name} gave other answers to {len(changed):,} of these texts before, as to "
            f"{quoted(first.number or first.id)} in {before[first.id].file}; let these stand in their place with "
            "--replace."
        )
    n_unchanged = sum(each.id in before and _is_same(each, before[each.id]) for each in new)
    merged = before | {each.id: each for each in new if each.id not in before or not _is_same(each, before[each.id])}
    order = {name: place for place, name in enumerate(campaign.documents)}
    stored = sorted(merged.values(), key=lambda each: order[each.id])
    return stored, (len(new) - n_unchanged - len(changed), n_unchanged, len(changed))


def _goes_on(before: StoredAnswer, now: StoredAnswer) -> bool:
    """Whether an answer leaves all labels of an earlier one as they are."""
    return all(now.labels.get(name) == label for name, label in before.labels.items())


def _is_same(one: StoredAnswer, other: StoredAnswer) -> bool:
    fields = ("labels", "is_unsure", "comment", "spans")
    return all(getattr(one, name) == getattr(other, name) for name in fields)


def _row(answer: StoredAnswer) -> dict[str, Any]:
    return {name: value for name, value in asdict(answer).items() if name in ("id", "labels") or value}

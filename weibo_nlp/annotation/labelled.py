"""Labels of a table as those of an annotator: of a model that labelled a collection, or the author's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.answers import ImportReport, StoredAnswer, keep_answers
from weibo_nlp.annotation.campaign import Campaign, annotator_of
from weibo_nlp.annotation.documents import ID, CampaignDocument
from weibo_nlp.annotation.exchange.base import Question
from weibo_nlp.annotation.questions import STANCE
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import Collection, open_collection
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.rows import listed
from weibo_nlp.io.validation import FORM, SCHEME, Problem
from weibo_nlp.text.plain import plain_text

GOLD = "gold_"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns of a label: the label itself, and for a stance the one that says what it is about."""

    question: Question
    label: str
    target: str | None = None


def read_labelled(campaign: Campaign, path: Path | str) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """Read the labels that a table has for documents of a campaign.

    Parameters
    ----------
    campaign : Campaign
        The campaign.
    path : Path or str
        A table or a folder, as ``weibo-nlp label`` writes it; labels stand in columns called as the questions, with
        or without ``gold_`` before it, and stances beside ``stance_target``. Rows are found by their id, or by their
        place where documents have none; wherever both have a text, it must be the same.

    Returns
    -------
    tuple of dict and list of Problem
        Document id -> question -> label; and every fault, by row and column.

    Raises
    ------
    DataError
        If it has no column of a question, or no row of a document.
    """
    path = named_path(path, "a labelled table")
    collection = open_collection(path)
    columns = list(_columns(campaign, collection))
    if not columns:
        names = ", ".join(question.name for question in campaign.questions)
        raise DataError(
            f"{path}: no column of the questions {names} among {listed(list(collection.columns))}; label it for these "
            "tasks, or rename its columns."
        )
    labels: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for number, document, row in _rows(campaign, collection, columns):
        if (fault := _other_text(campaign, document, row)) is not None:
            problems.append(Problem(path, number, FORM, "text", f"row {number:,}: {fault}"))
            continue
        if document.id in labels:
            problems.append(Problem(path, number, FORM, "id", f"row {number:,}: {quoted(document.id)} stands twice."))
            continue
        labels[document.id] = {}
        asked = {question.name for question in campaign.questions_for(document)}
        for each in columns:
            value = row[each.label]
            if value is None or each.question.name not in asked:
                continue
            if each.target is not None and row[each.target] != each.question.target:
                continue
            label = ("true" if value else "false") if isinstance(value, bool) else str(value).strip()
            label = label.lower() if label.lower() in ("true", "false") else label
            if label not in each.question.labels:
                allowed = ", ".join(each.question.labels)
                text = f"row {number:,}, column {each.label}: {quoted(label)} is no label; allowed: {allowed}."
                problems.append(Problem(path, number, SCHEME, "scheme", text))
            else:
                labels[document.id][each.question.name] = label
    if not labels and not problems:
        raise DataError(f"{path}: no row is one of the campaign's documents; name the table that they came from.")
    return labels, problems


def import_labelled(
    campaign: Campaign, path: Path | str, annotator: str, *, skip_faulty: bool = False, replace: bool = False
) -> tuple[list[ImportReport], list[Problem]]:
    """Keep the labels of a table as those of an annotator.

    A model is called ``model:NAME``, the author ``intention``; whoever was dealt nothing is compared with the others
    and never decides: gold made by the model that it is to correct would say that the model is right.

    Parameters
    ----------
    campaign, path
        As for :func:`read_labelled`.
    annotator : str
        Whose labels they are; a name that the campaign does not have yet is added to it.
    skip_faulty, replace : bool
        As for :func:`~weibo_nlp.annotation.answers.import_answers`.

    Returns
    -------
    tuple of list of ImportReport and list of Problem
        As there.
    """
    path = named_path(path, "a labelled table")
    labels, problems = read_labelled(campaign, path)
    if problems and not skip_faulty:
        return [], problems
    known = {each.name: each for each in campaign.settings.annotators}
    who = known.get(annotator) or annotator_of(annotator, is_dealt=False)
    if who.name not in known and who.kind == "person":
        raise UsageError(
            f"{annotator} is no annotator of the campaign; name one that is, or model:NAME for a model, or intention "
            "for the author's own labels."
        )
    if any(each.file.casefold() == who.file.casefold() and each.name != who.name for each in known.values()):
        raise UsageError(f"{quoted(annotator)} would have the files of another annotator; choose another name.")
    # In which order a table was labelled, nobody knows.
    answers = [StoredAnswer(name, given, file=path.name) for name, given in labels.items() if given]
    if not answers:
        raise DataError(f"{path}: its rows have no labels for the questions; fill them in first.")
    if who.name not in known:
        campaign = campaign.with_annotator(who)
    return keep_answers(campaign, [(who, answers)], replace=replace), problems


def _columns(campaign: Campaign, collection: Collection) -> Iterator[_Columns]:
    there = collection.columns
    for question in campaign.questions:
        if question.target is None:
            if (name := _called(question.name, there)) is not None:
                yield _Columns(question, name)
            continue
        # Stances are found by what they are about; which number a target has is each file's own matter.
        targets = [name for name in there if name == "stance_target" or name.startswith("stance_target_")]
        for target in targets:
            name = _called(f"{STANCE}{target.removeprefix('stance_target')}", there)
            if name is not None:
                yield _Columns(question, name, target)
        # Where each document has a target of its own, one column holds the stances on all of them.
        named = _called(question.name, there) or _called(STANCE, there)
        if not targets and named is not None:
            yield _Columns(question, named)


def _called(name: str, columns: Mapping[str, Any]) -> str | None:
    return next((each for each in (name, f"{GOLD}{name}") if each in columns), None)


def _rows(
    campaign: Campaign, collection: Collection, columns: Sequence[_Columns]
) -> Iterator[tuple[int, CampaignDocument, dict[str, Any]]]:
    """Rows that are documents of the campaign, with their numbers from 1."""
    origin = campaign.settings.documents
    names = {name for each in columns for name in (each.label, each.target) if name is not None}
    text = origin.text_column
    texts = [text] if text is not None and text in collection.columns and campaign.has_texts else []
    judged = {each.id: each for each in campaign.documents.values() if each.is_judged}
    key = next((name for name in (origin.id_column, ID) if name in collection.columns), None)
    if origin.kind == "sample":
        key = "place" if "place" in collection.columns else None
    keys = [] if key is None else [key]
    for number, row in enumerate(collection.rows([*names, *texts, *keys]), start=1):
        name = str(number - 1) if key is None else "" if row[key] is None else str(row[key]).strip()
        if (document := judged.get(name)) is not None:
            yield number, document, {**row, "_text": row[texts[0]] if texts else None}


def _other_text(campaign: Campaign, document: CampaignDocument, row: Mapping[str, Any]) -> str | None:
    """Say that a row has another text than its document; None where it has the same, or none."""
    text = row["_text"]
    if not isinstance(text, str) or document.text is None:
        return None
    if "".join(text.split()) == "".join(document.text.split()):
        return None
    if "".join(plain_text(text).text.split()) == "".join(document.text.split()):
        return None
    return (
        f"the text of {quoted(document.id)} is another one in the campaign; name the table that its documents came "
        "from, in the same order."
    )

"""What goes out to an annotator and comes back, whatever the format: items, questions, answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from weibo_nlp.io.validation import Problem
from weibo_nlp.records import Span

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Question:
    """One question asked of every item.

    Attributes
    ----------
    name : str
        Column and key of its answers: ``topic``, or ``stance_1`` for the first target.
    task : str
        Task of the scheme, or the name of a category of one's own.
    text : str
        What is asked, as the annotator reads it.
    labels : tuple of str
        What may be answered, in the order shown; an answer is one of them as it is written here.
    meanings : mapping of str to str
        Label -> what it means, for those that are explained.
    target : str or None
        What a stance is about.
    is_required : bool
        Whether an item without an answer is a fault.
    """

    name: str
    task: str
    text: str
    labels: tuple[str, ...]
    meanings: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that stands above an item in its thread, as an annotator sees it: who wrote it, if that is shown."""

    text: str
    author: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledSpan:
    """A label of a piece of an item's text, counted in code points."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Item:
    """One text to be judged, under a neutral number.

    Attributes
    ----------
    number : str
        What it is called on the sheet and in answers; tells nothing about where the text comes from.
    text : str
        The text.
    title : str or None
        Its title, where it has one.
    above : tuple of Passage
        What it answers, from the root of the thread down to its parent.
    suggestions : mapping of str to str
        Question -> label shown beforehand, where suggestions are asked for; empty on a blind sheet.
    """

    number: str
    text: str
    title: str | None = None
    above: tuple[Passage, ...] = ()
    suggestions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one annotator said of one item.

    Attributes
    ----------
    number : str
        Of the item.
    labels : mapping of str to str
        Question -> label; a question that was left open is missing.
    annotator : str or None
        Who answered, where the format says so.
    is_unsure : bool
        Whether the annotator marked the answer as unsure.
    comment : str or None
        A remark.
    spans : tuple of LabelledSpan
        Pieces of the text that were marked.
    place : str
        Where in the file it stands, for errors: ``sheet 标注, row 7``, ``task 12``.
    """

    number: str
    labels: Mapping[str, str]
    annotator: str | None = None
    is_unsure: bool = False
    comment: str | None = None
    spans: tuple[LabelledSpan, ...] = ()
    place: str = ""


class ExchangeFormat(Protocol):
    """A format in which sheets go out and answers come back.

    Attributes
    ----------
    name : str
        What commands call it: ``xlsx``, ``csv``, ``label-studio``, ``doccano``, ``potato``.
    """

    name: str

    def write(
        self, items: Sequence[Item], questions: Sequence[Question], folder: Path, *, stem: str, language: Language
    ) -> list[Path]:
        """Write a sheet, with whatever the program needs beside it, into an existing folder; return the files.

        Parameters
        ----------
        items, questions : sequence
            What is asked of what.
        folder : Path
            Where files go; those of the same names are replaced.
        stem : str
            First part of the files' names.
        language : {"zh", "en"}
            Of headings and instructions; labels stay as they are.
        """
        ...

    def read(
        self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]
    ) -> tuple[list[Answer], list[Problem]]:
        """Read answers back.

        Parameters
        ----------
        path : Path
            A sheet that was filled in, or what the program exported.
        items : mapping of str to Item
            What was dealt, by its number.
        questions : sequence of Question
            What was asked.

        Returns
        -------
        tuple of list of Answer and list of Problem
            Answers in the order of the file, and every fault by its place: labels that a question does not have,
            numbers that were not dealt or are answered twice by one annotator, cells that were changed. Items without
            an answer are not faults here: whoever reads several files counts them.

        Raises
        ------
        DataError
            If the file is not of this format at all.
        """
        ...

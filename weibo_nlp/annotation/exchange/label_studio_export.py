"""Exports of Label Studio read back: whose answer each is, what was chosen, and where marked pieces of a text stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.exchange.base import Answer, Item, LabelledSpan, Question
from weibo_nlp.annotation.exchange.questions import LabelMatcher, require_distinct_names
from weibo_nlp.annotation.exchange.texts import checksum, is_same_text, shown_text
from weibo_nlp.errors import DataError
from weibo_nlp.io.json_documents import document_records
from weibo_nlp.io.jsonl import parse_json_line
from weibo_nlp.io.names import LISTED, quoted, quoted_list
from weibo_nlp.io.stable import open_unchanged
from weibo_nlp.io.validation import FORM, SCHEME, Problem
from weibo_nlp.records import Span

UNSURE, COMMENT, SPANS = "unsure", "comment", "spans"
_DATA = ("number", "title", "above", "text", "checksum")
# What JSON-MIN puts beside the fields of the task and the names of tags.
_OF_EXPORT = frozenset(
    {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "history"}
)
_BLANKS = re.compile(r"\s+|\\n")
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}\Z")


def tag_names(questions: Sequence[Question]) -> dict[str, str]:
    """Names of the questions' tags: their own where those are plain words, so that exports can be read by people."""
    taken = {UNSURE, COMMENT, SPANS, *_DATA, *_OF_EXPORT}
    require_distinct_names(questions)
    return {
        question.name: question.name
        if _PLAIN_NAME.match(question.name) and question.name.lower() not in taken
        else f"question_{place}"
        for place, question in enumerate(questions, start=1)
    }


@dataclass(frozen=True, slots=True)
class _Result:
    """One thing that an annotator said: the tag, what kind of thing, and its value."""

    tag: str
    kind: str
    value: Mapping[str, Any]


class ExportReader:
    """Reads one export, JSON or JSON-MIN.

    Parameters
    ----------
    path : Path
        The file.
    items : mapping of str to Item
        What was dealt.
    questions : sequence of Question
        What was asked.
    span_labels : sequence of str
        Labels of pieces of the text.
    """

    def __init__(
        self, path: Path, items: Mapping[str, Item], questions: Sequence[Question], span_labels: Sequence[str]
    ) -> None:
        self._path, self._items = path, items
        self._questions = {tag: name for name, tag in tag_names(questions).items()}
        self._matchers = {question.name: LabelMatcher(question.labels) for question in questions}
        self._span_labels = LabelMatcher(span_labels)
        self._answers: dict[tuple[str, str | None], Answer] = {}
        self._problems: list[Problem] = []
        self._place = ""

    def read(self) -> tuple[list[Answer], list[Problem]]:
        """Return the answers and problems of all tasks.

        Raises
        ------
        DataError
            If the file is no export, or one of another project.
        """
        n_tasks, foreign = 0, []
        for number, task in self._tasks():
            n_tasks += 1
            self._place = f"task {task.get('id', number)}"
            data = task["data"] if isinstance(task.get("data"), dict) else task
            item = self._item(data.get("number"))
            if item is None:
                foreign.append(data.get("number"))
                continue
            if fault := _changed(item, data):
                self._note(FORM, fault)
                continue
            for annotator, results in self._annotations(task):
                self._take(item, annotator, results)
        if foreign and n_tasks == len(foreign):
            dealt = quoted_list(list(self._items)[: LISTED + 1])
            raise DataError(
                f"{self._path}: none of its {n_tasks:,} tasks was dealt here (their numbers are "
                f"{quoted_list(foreign)}; those dealt are {dealt}). Export the project that these tasks were "
                "imported into, as JSON or JSON-MIN."
            )
        for other in foreign:
            self._problems.append(
                Problem(self._path, 0, FORM, "form", f"a task has the number {quoted(other)}, which was not dealt.")
            )
        return list(self._answers.values()), self._problems

    def _tasks(self) -> Iterator[tuple[int, dict[str, Any]]]:
        with open_unchanged(self._path, regular=True) as handle:
            if (first := handle.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]) != b"[":
                raise DataError(
                    f"{self._path}: begins with {first!r} and not with a list of tasks; export the project as JSON or "
                    "JSON-MIN."
                )
            handle.seek(0)
            for number, raw, too_long in document_records(handle, self._path, ()):
                line = parse_json_line(raw, number, too_long=too_long)
                if line.value is None:
                    raise DataError(f"{self._path}: task {number}: {line.reason}; export the project again.")
                yield number, line.value

    def _item(self, number: Any) -> Item | None:
        return self._items.get(number) if isinstance(number, str) else None

    def _annotations(self, task: Mapping[str, Any]) -> Iterator[tuple[str | None, list[_Result]]]:
        """Yield who answered and what, of every annotation that was submitted."""
        if not isinstance(task.get("data"), dict):
            if task.get("annotation_id") is not None:  # of a task without any, JSON-MIN has a row as well
                yield _person(task.get("annotator")), list(self._flat_results(task))
            return
        annotations = task.get("annotations", [])
        if not isinstance(annotations, list):
            self._note(FORM, f"annotations must be a list, got {quoted(annotations)}; export the project again.")
            return
        for annotation in annotations:
            if not isinstance(annotation, dict) or not isinstance(annotation.get("result"), list):
                self._note(FORM, f"an annotation without a result, {quoted(annotation)}; export the project again.")
            elif not annotation.get("was_cancelled"):
                yield _person(annotation.get("completed_by")), list(self._results(annotation["result"]))

    def _results(self, results: Sequence[Any]) -> Iterator[_Result]:
        for result in results:
            if not isinstance(result, dict) or not isinstance(result.get("value"), dict):
                self._note(FORM, f"{quoted(result)} is no result with a value; export the project again.")
            else:
                yield _Result(str(result.get("from_name")), str(result.get("type")), result["value"])

    def _flat_results(self, row: Mapping[str, Any]) -> Iterator[_Result]:
        """Results of a row of JSON-MIN, where one choice is its text and several are ``{"choices": […]}``."""
        for tag, value in row.items():
            if tag in _DATA or tag in _OF_EXPORT or value in (None, "", []):
                continue
            if tag == SPANS and isinstance(value, list):
                yield from (_Result(tag, "labels", span) for span in value if isinstance(span, dict))
            elif tag == COMMENT:
                yield _Result(tag, "textarea", {"text": value if isinstance(value, list) else [value]})
            else:
                choices = value.get("choices") if isinstance(value, dict) else [value]
                yield _Result(tag, "choices", {"choices": choices})

    def _take(self, item: Item, annotator: str | None, results: Sequence[_Result]) -> None:
        labels: dict[str, str] = {}
        spans: list[LabelledSpan] = []
        is_unsure, comment = False, None
        for result in results:
            if result.tag == UNSURE:
                is_unsure = bool(result.value.get("choices"))
            elif result.tag == COMMENT:
                comment = _joined(result.value.get("text"))
            elif result.tag == SPANS and result.kind == "labels":
                spans += self._spans(item, result.value)
            elif (name := self._questions.get(result.tag)) is not None:
                self._choose(name, result.value.get("choices"), labels)
            else:
                asked = quoted_list(list(self._questions))
                self._note(
                    FORM,
                    f"{quoted(result.tag)} was answered, which was not asked; asked was {asked}. Use the interface as "
                    "it was written.",
                )
        spans.sort(key=lambda marked: (marked.span.start, marked.span.end, marked.label))
        answer = Answer(item.number, labels, annotator, is_unsure, comment, tuple(spans), self._place)
        before = self._answers.setdefault((item.number, annotator), answer)
        if replace(before, place="") != replace(answer, place=""):
            self._note(
                FORM,
                f"annotator {annotator} answered {quoted(item.number)} twice, and differently; delete one of the "
                "annotations in Label Studio, and export again.",
            )

    def _choose(self, name: str, choices: Any, labels: dict[str, str]) -> None:
        if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], str):
            self._note(SCHEME, f"{name}: {quoted(choices)} is not one label; choose one.")
            return
        matcher = self._matchers[name]
        label = matcher.match(choices[0])
        if label is None:
            self._note(SCHEME, f"{name}: {matcher.fault(choices[0])}")
        elif name in labels:
            self._note(
                SCHEME, f"{name} is answered twice in one annotation, {labels[name]!r} and {label!r}; choose one."
            )
        else:
            labels[name] = label

    def _spans(self, item: Item, value: Mapping[str, Any]) -> Iterator[LabelledSpan]:
        start, end, chosen = value.get("start"), value.get("end"), value.get("labels")
        if not (type(start) is type(end) is int and isinstance(chosen, list)):
            self._note(FORM, f"{quoted(value)} is no marked piece of a text with start, end and labels.")
            return
        places = marked_places(shown_text(item.text), start, end, value.get("text"))
        if len(places) != 1:
            self._note(
                FORM,
                f"a piece marked from {start} to {end}, {quoted(value.get('text'))}, is "
                f"{'at several places' if places else 'not'} in the text of {quoted(item.number)}; mark it again.",
            )
            return
        for typed in chosen:
            label = self._span_labels.match(typed) if isinstance(typed, str) else None
            if label is None:
                self._note(
                    SCHEME, f"{SPANS}: {quoted(typed)} is no label of pieces; use the interface as it was written."
                )
            else:
                yield LabelledSpan(places[0], label)

    def _note(self, level: int, text: str) -> None:
        rule = "scheme" if level == SCHEME else "form"
        self._problems.append(Problem(self._path, 0, level, rule, f"{self._place}: {text}"))


def marked_places(text: str, start: int, end: int, marked: Any) -> list[Span]:
    """Find which piece of a text Label Studio means, in code points.

    Parameters
    ----------
    text : str
        As it was shown.
    start, end : int
        As it was exported.
    marked : object
        What was exported as the text of the piece, if any: with the blanks that the browser showed, and a backslash
        and an n for a line feed.

    Returns
    -------
    list of Span
        The place; none where there is no such piece, more where several fit.

    Notes
    -----
    Label Studio 1.23 counts in code points, whatever the browser counts in. Editors before made a node of each line;
    where a line begins they counted in code points, and within it in units of UTF-16, of which most emoji have two
    (``RichText/domManager.ts`` of 1.8). Programs that write spans of their own often count in UTF-16 throughout. So the
    places are tried in this order, and one counts where the text is the one that was marked.
    """
    wanted = _without_blanks(marked) if isinstance(marked, str) else None
    for ends in (_code_point_places, _line_places, _utf16_places):
        places = {
            Span(first, last)
            for first in ends(text, start)
            for last in ends(text, end)
            if 0 <= first < last <= len(text) and (wanted is None or _without_blanks(text[first:last]) == wanted)
        }
        if places:
            return sorted(places, key=lambda span: (span.start, span.end))
    return []


def _without_blanks(piece: str) -> str:
    return _BLANKS.sub("", piece)


def _code_point_places(_: str, place: int) -> list[int]:
    return [place]


def _line_places(text: str, place: int) -> list[int]:
    """Code points that a place may stand for which counts lines in code points and within a line in UTF-16."""
    places, begins = [], 0
    for line in text.split("\n"):
        if begins > place:
            break
        places += [begins + within for within in _utf16_places(line, place - begins)]
        begins += len(line) + 1
    return places


def _utf16_places(text: str, place: int) -> list[int]:
    """Code point that stands at a place counted in units of UTF-16, as a list; none within a pair or behind the end."""
    if place < 0:
        return []
    units = text[:place].encode("utf-16-le", "surrogatepass")[: 2 * place]
    try:
        before = len(units.decode("utf-16-le"))
    except UnicodeDecodeError:  # in the middle of a pair
        return []
    return [before] if len(units) == 2 * place else []


def _changed(item: Item, data: Mapping[str, Any]) -> str:
    stands, text = data.get("checksum"), data.get("text")
    # For a text without any signs stands a word that says so.
    is_shown = isinstance(text, str) and (not item.text.strip() or is_same_text(text, item.text))
    if stands != checksum(item) or not is_shown:
        return (
            f"the text of {quoted(item.number)} is not the one that was dealt, but {quoted(text, 40)}; export the "
            "project that the tasks were imported into."
        )
    return ""


def _person(value: Any) -> str | None:
    """Name an annotator: by the address where the export has it, else by the number of the user."""
    if isinstance(value, dict):
        value = value.get("email") or value.get("id")
    return None if value is None else str(value)


def _joined(texts: Any) -> str | None:
    lines = [text for text in (texts if isinstance(texts, list) else [texts]) if isinstance(text, str) and text.strip()]
    return "\n".join(lines) or None

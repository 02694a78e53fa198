"""Files of doccano's text classification: items and label types to import, and the JSON Lines that it exports.

Of doccano 1.8.4 (``data_import/pipeline`` and ``data_export/pipeline`` of its wheel). It knows one set of labels, of
which a text may have several; so each is written as the question and its label, ``sentiment:negative``.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.exchange.base import Answer, Item, Language, Question
from weibo_nlp.annotation.exchange.questions import LabelMatcher, asked_text, require_askable
from weibo_nlp.annotation.exchange.texts import checksum, shown_text, text_above
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.jsonl import read_jsonl, write_jsonl
from weibo_nlp.io.names import LISTED, quoted, quoted_list
from weibo_nlp.io.validation import FORM, SCHEME, Problem

EVERYBODY = "all"
"""Stem of the export of a project in which all annotate together, so that nobody's labels are told apart."""
UNSURE: Mapping[Language, str] = {"zh": "不确定", "en": "unsure"}
LONGEST_TYPE = 100
"""Characters that doccano has for a label type."""
_SECTIONS: Mapping[Language, Mapping[str, str]] = {
    "zh": {"above": "【上文】", "title": "【标题】", "text": "【正文】", "nothing": "（无）"},
    "en": {"above": "[Texts above]", "title": "[Title]", "text": "[Text]", "nothing": "(none)"},
}
_HOW_TO: Mapping[Language, str] = {
    "zh": "每个问题选一个标签；拿不准时仍请选一个，并加上“不确定”。只就【正文】作答。",
    "en": "Choose one label for each question, also when in doubt, and then add “unsure”. Answer for the [Text] alone.",
}
# Of one question all the same, apart from the next (Okabe and Ito 2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6D00", "#555555")
_KEYS = string.digits + string.ascii_lowercase


class DoccanoFormat:
    """JSON Lines for a doccano project of text classification in which a text may have several labels."""

    name = "doccano"

    def write(
        self, items: Sequence[Item], questions: Sequence[Question], folder: Path, *, stem: str, language: Language
    ) -> list[Path]:
        """Write ``<stem>.jsonl`` and ``<stem>.labels.json``, to be imported as dataset and as labels, and a guideline.

        Label types say no meanings: they stand in ``<stem>.guideline.md``, to be pasted as the project's guideline.
        Suggestions are labels that a text has from the beginning, as doccano knows nothing else.
        """
        require_askable(items, questions)
        types = label_types(questions)
        if too_long := [text for text in types if len(text) > LONGEST_TYPE]:
            raise UsageError(
                f"labels of doccano have {LONGEST_TYPE} characters at most, question included; shorten "
                f"{quoted_list(too_long)}."
            )
        paths = [folder / f"{stem}{suffix}" for suffix in (".jsonl", ".labels.json", ".guideline.md")]
        write_jsonl(paths[0], (_row(item, language) for item in items))
        colours = {question.name: _COLOURS[place % len(_COLOURS)] for place, question in enumerate(questions)}
        colours[""] = _COLOURS[-1]
        named = [(text, colours[name]) for text, (name, _) in types.items()] + [(UNSURE[language], colours[""])]
        labels = [
            {"text": text, "prefix_key": None, "suffix_key": key, "background_color": colour, "text_color": "#ffffff"}
            for (text, colour), key in zip_longest(named, _KEYS[: len(named)])
        ]
        content = json.dumps(labels, ensure_ascii=False, indent=1) + "\n"
        for path, text in zip(paths[1:], (content, _guideline(questions, language)), strict=True):
            with atomic_path(path) as temporary:
                temporary.write_text(text, "utf-8", newline="\n")
        return paths

    def read(
        self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]
    ) -> tuple[list[Answer], list[Problem]]:
        """Read the JSON Lines of one annotator, by whose name doccano calls the file, or a folder of several."""
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise DataError(f"{path}: holds no file whose name ends in .jsonl; unpack the export of doccano, as JSONL.")
        reader = _Reader(path, items, questions)
        for file in files:
            reader.take(file)
        return reader.finish()


def label_types(questions: Sequence[Question]) -> dict[str, tuple[str, str]]:
    """Text of a label type -> the question's name and its label.

    Raises
    ------
    UsageError
        If two are called the same.
    """
    types: dict[str, tuple[str, str]] = {}
    for question in questions:
        for label in question.labels:
            text = f"{question.name}:{label}"
            if text in types or text in UNSURE.values():
                raise UsageError(f"{quoted(text)} would be the label of two questions; rename one of them.")
            types[text] = (question.name, label)
    return types


def _row(item: Item, language: Language) -> dict[str, Any]:
    return {
        "number": item.number,
        "text": _whole_text(item, language),
        "label": [f"{name}:{label}" for name, label in item.suggestions.items()],
        "checksum": checksum(item),
    }


def _guideline(questions: Sequence[Question], language: Language) -> str:
    """What is asked and what the labels mean, in Markdown."""
    lines = [_HOW_TO[language]]
    for question in questions:
        lines.append(f"\n## {question.name}\n\n{_one_line(asked_text(question, language))}\n")
        for label in question.labels:
            meaning = question.meanings.get(label)
            lines.append(f"- `{question.name}:{label}`" + (f" {_one_line(meaning)}" if meaning else ""))
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    """Return a text without line ends, and without signs that Markdown or HTML takes for its own."""
    return re.sub(r"([\\`*_\[\]<>&#|])", r"\\\1", " ".join(shown_text(text).split()))


def _whole_text(item: Item, language: Language) -> str:
    """What doccano shows: one text, in which all that belongs to an item stands under headings."""
    words = _SECTIONS[language]
    text = shown_text(item.text) or words["nothing"]  # doccano takes no empty text
    parts = []
    if item.above:
        parts.append(f"{words['above']}\n{text_above(item.above, language)}")
    if item.title:
        parts.append(f"{words['title']}\n{shown_text(item.title)}")
    return "\n\n".join([*parts, f"{words['text']}\n{text}"]) if parts else text


class _Reader:
    """Makes answers of exported rows, and notes every fault."""

    def __init__(self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]) -> None:
        self._path, self._items = path, items
        self._types = label_types(questions)
        self._matcher = LabelMatcher(list(self._types))
        self._answers: dict[tuple[str, str | None], Answer] = {}
        self._problems: list[Problem] = []
        self._file, self._line = path, 0
        self._n_rows = self._n_foreign = 0

    def take(self, file: Path) -> None:
        """Read the rows of a file; one without labels and comments is an item that was not answered."""
        annotator = None if file.stem == EVERYBODY else file.stem
        for line in read_jsonl(file):
            self._file, self._line = file, line.number
            if line.value is None:
                raise DataError(f"{file}:{line.number}: {line.reason}; export from doccano as JSONL.")
            self._n_rows += 1
            self._take_row(line.value, annotator)

    def finish(self) -> tuple[list[Answer], list[Problem]]:
        """Return the answers and problems of all rows."""
        if self._n_rows and self._n_rows == self._n_foreign:
            dealt = quoted_list(list(self._items)[: LISTED + 1])
            raise DataError(
                f"{self._path}: none of its {self._n_rows:,} rows has the number of an item that was dealt ({dealt}); "
                "export the project that these items were imported into."
            )
        return list(self._answers.values()), self._problems

    def _take_row(self, row: Mapping[str, Any], annotator: str | None) -> None:
        number, labels, comments = row.get("number"), row.get("label", []), row.get("Comments", [])
        item = self._items.get(number) if isinstance(number, str) else None
        if item is None:
            self._n_foreign += 1
            self._note(FORM, f"{quoted(number)} was not dealt; export the project that the items were imported into.")
            return
        if row.get("checksum") != checksum(item) or row.get("text") not in (
            _whole_text(item, "zh"),
            _whole_text(item, "en"),
        ):
            self._note(
                FORM, f"the text of {quoted(number)} is not the one that was dealt, but {quoted(row.get('text'), 40)}."
            )
            return
        if not isinstance(labels, list) or not isinstance(comments, list):
            self._note(FORM, f"label and Comments must be lists, got {quoted(labels)} and {quoted(comments)}.")
            return
        if not labels and not comments:
            return
        is_unsure = any(label in UNSURE.values() for label in labels)
        chosen = dict(self._labels([label for label in labels if label not in UNSURE.values()]))
        comment = "\n".join(filter(None, map(_comment, comments))) or None
        place = f"{self._file.name}, line {self._line}"
        answer = Answer(item.number, chosen, annotator, is_unsure, comment, place=place)
        if (item.number, annotator) in self._answers:
            before = self._answers[item.number, annotator].place
            self._note(FORM, f"{quoted(number)} is there twice, first in {before}; keep one row.")
            return
        self._answers[item.number, annotator] = answer

    def _labels(self, typed: Sequence[Any]) -> Iterator[tuple[str, str]]:
        seen: dict[str, str] = {}
        for text in typed:
            known = self._matcher.match(text) if isinstance(text, str) else None
            if known is None:
                self._note(SCHEME, self._matcher.fault(str(text)))
                continue
            name, label = self._types[known]
            if name in seen:
                self._note(SCHEME, f"{name} has two labels, {seen[name]!r} and {label!r}; choose one.")
                continue
            seen[name] = label
            yield name, label

    def _note(self, level: int, text: str) -> None:
        rule = "scheme" if level == SCHEME else "form"
        self._problems.append(Problem(self._file, self._line, level, rule, text))


def _comment(value: Any) -> str:
    """Text of a comment, which some kinds of projects export with its number."""
    return str(value.get("comment", "")) if isinstance(value, dict) else str(value)

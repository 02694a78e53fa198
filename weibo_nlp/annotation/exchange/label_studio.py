"""Projects of Label Studio: tasks and a labelling interface made of the questions, and answers read from its exports.

Checked against Label Studio 1.23.0: import, two annotators in a browser, export (``scripts/check_label_studio.py``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from weibo_nlp.annotation.exchange.base import Answer, Item, Language, Question
from weibo_nlp.annotation.exchange.label_studio_export import COMMENT, SPANS, UNSURE, ExportReader, tag_names
from weibo_nlp.annotation.exchange.questions import asked_text, require_askable, require_labels
from weibo_nlp.annotation.exchange.texts import checksum, shown_text, text_above
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.validation import Problem

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "above": "上文（先读，不必作答）",
        "text": "请就这条文本作答",
        "target": "针对：",
        "unsure": "拿不准",
        "comment": "备注（可不填）",
        "meanings": "标签的意思",
        "required": "请回答：",
        "spans": "请选一个标签，再在文本中划出相应的词句",
        "nothing": "（无）",
    },
    "en": {
        "above": "Texts above (read them first; no answer needed)",
        "text": "Answer for this text",
        "target": "Target: ",
        "unsure": "unsure",
        "comment": "Comment (optional)",
        "meanings": "What the labels mean",
        "required": "Please answer: ",
        "spans": "Choose a label, then mark the words in the text",
        "nothing": "(none)",
    },
}
# A colour for each of the first labels of spans, apart for most who cannot tell red from green (Okabe and Ito 2008).
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_STYLE = """
.weibo-text {padding: 10px; border: 1px solid #999; border-radius: 6px; margin: 6px 0 14px}
.weibo-above {max-height: 18em; overflow-y: auto; padding: 0 10px; border-left: 3px solid #ccc; margin-bottom: 10px}
.weibo-question {padding: 4px 0 8px; border-bottom: 1px solid #e5e5e5}
"""


class LabelStudioFormat:
    """Tasks and interface of a Label Studio project.

    Parameters
    ----------
    span_labels : sequence of str
        Labels of pieces of the text that annotators mark; by default none are asked for.
    """

    name = "label-studio"

    def __init__(self, span_labels: Sequence[str] = ()) -> None:
        self.span_labels = tuple(span_labels)

    def write(
        self, items: Sequence[Item], questions: Sequence[Question], folder: Path, *, stem: str, language: Language
    ) -> list[Path]:
        """Write ``<stem>.tasks.json`` to be imported and ``<stem>.interface.xml`` to be pasted as labelling interface.

        Suggestions become predictions, which Label Studio shows where its project is set to.
        """
        names = tag_names(questions)
        require_askable(items, questions)
        require_labels("the labels of spans", self.span_labels)
        has_titles, has_above = any(item.title for item in items), any(item.above for item in items)
        interface = self.interface(questions, language, has_titles=has_titles, has_above=has_above)
        tasks = [_task(item, questions, names, language) for item in items]
        paths = [folder / f"{stem}.tasks.json", folder / f"{stem}.interface.xml"]
        content = json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"
        for path, text in zip(paths, (content, interface), strict=True):
            with atomic_path(path) as temporary:
                temporary.write_text(text, "utf-8", newline="\n")
        return paths

    def interface(self, questions: Sequence[Question], language: Language, *, has_titles: bool, has_above: bool) -> str:
        """Return the labelling interface of a project, as XML."""
        words, names = _WORDS[language], tag_names(questions)
        view = _element(None, "View")
        _element(view, "Style").text = _STYLE
        if has_above:
            _element(view, "Header", value=words["above"], size="5")
            above = _element(view, "View", className="weibo-above")
            _element(above, "Text", name="above", value="$above")
        if has_titles:
            _element(view, "Header", value="$title", size="3")
        _element(view, "Header", value=words["text"], size="5")
        if self.span_labels:
            _element(view, "Header", value=words["spans"], size="6")
            labels = _element(view, "Labels", name=SPANS, toName="text")
            for place, label in enumerate(self.span_labels):
                _element(labels, "Label", value=_static(label), background=_COLOURS[place % len(_COLOURS)])
        framed = _element(view, "View", className="weibo-text")
        _element(framed, "Text", name="text", value="$text", granularity="symbol")
        for question in questions:
            _ask(view, question, names[question.name], words)
        unsure = _element(view, "Choices", name=UNSURE, toName="text", choice="multiple", showInline="true")
        _element(unsure, "Choice", value=words["unsure"], alias="unsure")
        _element(
            view, "TextArea", name=COMMENT, toName="text", rows="2", maxSubmissions="1", placeholder=words["comment"]
        )
        _explain(view, questions, language)
        ElementTree.indent(view)
        return ElementTree.tostring(view, encoding="unicode") + "\n"

    def read(
        self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]
    ) -> tuple[list[Answer], list[Problem]]:
        """Read an export, JSON or JSON-MIN, of one or several annotators.

        Skipped tasks and drafts are no answers. Two annotations of a task by one person are one answer if they say the
        same, and a fault otherwise.
        """
        return ExportReader(path, items, questions, self.span_labels).read()


def _task(item: Item, questions: Sequence[Question], names: Mapping[str, str], language: Language) -> dict[str, Any]:
    data: dict[str, Any] = {
        "number": item.number,
        "title": shown_text(item.title or ""),
        "above": text_above(item.above, language) or _WORDS[language]["nothing"],
        "text": shown_text(item.text) if item.text.strip() else _WORDS[language]["nothing"],
        "checksum": checksum(item),
    }
    task: dict[str, Any] = {"data": data}
    if item.suggestions:
        result = [
            {
                "from_name": names[question.name],
                "to_name": "text",
                "type": "choices",
                "value": {"choices": [_static(item.suggestions[question.name])]},
            }
            for question in questions
            if question.name in item.suggestions
        ]
        task["predictions"] = [{"model_version": "suggested", "result": result}]
    return task


def _ask(view: ElementTree.Element, question: Question, name: str, words: Mapping[str, str]) -> None:
    block = _element(view, "View", className="weibo-question")
    asked = " ".join(question.text.split()) or question.name
    _element(block, "Header", value=_static(asked), size="4")
    if question.target:
        _element(block, "Header", value=words["target"] + _static(question.target), size="5")
    required = (
        {"required": "true", "requiredMessage": words["required"] + _static(asked)} if question.is_required else {}
    )
    choices = _element(block, "Choices", name=name, toName="text", choice="single-radio", showInline="true", **required)
    for label in question.labels:
        hint = {"hint": _static(question.meanings[label])} if question.meanings.get(label) else {}
        _element(choices, "Choice", value=_static(label), **hint)


def _explain(view: ElementTree.Element, questions: Sequence[Question], language: Language) -> None:
    """Add what the labels mean, folded away until it is asked for: hints show one at a time.

    Questions whose labels mean the same, as those of several targets do, are explained once.
    """
    colon = "：" if language == "zh" else ": "
    explained: dict[tuple[str, ...], list[Question]] = {}
    for question in questions:
        meanings = [(label, question.meanings.get(label)) for label in question.labels]
        if lines := tuple(f"{label}{colon}{meaning}" for label, meaning in meanings if meaning):
            explained.setdefault(lines, []).append(question)
    if not explained:
        return
    panel = _element(_element(view, "Collapse"), "Panel", value=_WORDS[language]["meanings"])
    block = _element(panel, "View")
    for lines, alike in explained.items():
        asked = alike[0].text if len(alike) > 1 else asked_text(alike[0], language)
        _element(block, "Header", value=_static(asked) or alike[0].name, size="5")
        for line in lines:
            _element(block, "Header", value=_static(line), size="6")


def _element(parent: ElementTree.Element | None, tag: str, **attributes: str) -> ElementTree.Element:
    if parent is None:
        return ElementTree.Element(tag, attributes)
    return ElementTree.SubElement(parent, tag, attributes)


def _static(text: str) -> str:
    """Return a text as the value of a tag that is no reference to a field of the task, which a dollar sign makes it."""
    return re.sub(r"\s+", " ", shown_text(text)).replace("$", "＄")

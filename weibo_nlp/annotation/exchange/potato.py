"""Tasks of Potato: items, a configuration with one scheme a question, and the answers that it stored or exported.

Of Potato 2.12.1 (``davidjurgens/potato``): ``<user>/user_state.json`` below its output folder, and what
``python -m potato.export --format jsonl`` writes; of Potato 1.2: ``<user>/annotated_instances.jsonl``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.exchange.base import Answer, Item, Language, Question
from weibo_nlp.annotation.exchange.questions import LabelMatcher, require_askable, require_distinct_names
from weibo_nlp.annotation.exchange.texts import checksum, shown_text, text_above
from weibo_nlp.errors import DataError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.jsonl import read_json_object, read_jsonl, write_jsonl
from weibo_nlp.io.names import LISTED, quoted, quoted_list
from weibo_nlp.io.validation import FORM, SCHEME, Problem

UNSURE, COMMENT = "unsure", "comment"
STATE, INSTANCES = "user_state.json", "annotated_instances.jsonl"
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}\Z")
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "title": "标题",
        "above": "上文（先读，不必作答）",
        "text": "请就这条文本作答",
        "target": "针对：",
        "unsure": "拿不准时请勾选",
        "is_unsure": "拿不准",
        "comment": "备注（可不填）",
        "nothing": "（无）",
    },
    "en": {
        "title": "Title",
        "above": "Texts above (read them first; no answer needed)",
        "text": "Answer for this text",
        "target": "Target: ",
        "unsure": "Tick this when in doubt",
        "is_unsure": "unsure",
        "comment": "Comment (optional)",
        "nothing": "(none)",
    },
}


class PotatoFormat:
    """A folder that Potato serves: ``potato start <stem>.yaml``, run where the files lie."""

    name = "potato"

    def write(
        self, items: Sequence[Item], questions: Sequence[Question], folder: Path, *, stem: str, language: Language
    ) -> list[Path]:
        """Write ``<stem>.items.jsonl`` and ``<stem>.yaml``, as every format does.

        Answers will lie in ``<stem>.answers``, one folder a user. Suggestions are left out: Potato would store them as
        the annotator's own.
        """
        import yaml

        require_askable(items, questions)
        paths = [folder / f"{stem}.items.jsonl", folder / f"{stem}.yaml"]
        write_jsonl(paths[0], (_row(item, language) for item in items))
        content = yaml.safe_dump(_configuration(items, questions, stem, language), allow_unicode=True, sort_keys=False)
        with atomic_path(paths[1]) as temporary:
            temporary.write_text(content, "utf-8", newline="\n")
        return paths

    def read(
        self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]
    ) -> tuple[list[Answer], list[Problem]]:
        """Read what Potato stored, its whole folder of answers or the file of one user, or exported as JSON Lines."""
        reader = _Reader(path, items, questions)
        for record in _records(path):
            reader.take(record)
        return reader.finish()


@dataclass(frozen=True, slots=True)
class _Record:
    """What one user said of one item: labels by scheme, each label with its value."""

    path: Path
    line: int
    user: str | None
    number: Any
    labels: Any


def scheme_names(questions: Sequence[Question]) -> dict[str, str]:
    """Names of the questions' schemes: their own where those are plain words."""
    require_distinct_names(questions)
    return {
        question.name: question.name
        if _PLAIN_NAME.match(question.name) and question.name.lower() not in (UNSURE, COMMENT)
        else f"question_{place}"
        for place, question in enumerate(questions, start=1)
    }


def _identifier(item: Item) -> str:
    """What Potato knows an item by: nothing else comes back with an answer, so the checksum of the text is in it."""
    return f"{item.number}-{checksum(item)}"


def _harmless(text: str) -> str:
    """Return a text that cannot end the script in which Potato 2.12 puts all fields of an item into its page.

    Where a text holds ``</script>``, what follows is run in the annotator's browser; so its signs become wide ones.
    """
    return shown_text(text).replace("<", "＜")


def _row(item: Item, language: Language) -> dict[str, str]:
    nothing = _WORDS[language]["nothing"]
    return {
        "id": _identifier(item),
        "title": _harmless(item.title or "") or nothing,
        "above": _harmless(text_above(item.above, language)) or nothing,
        "text": _harmless(item.text) or nothing,
    }


def _configuration(
    items: Sequence[Item], questions: Sequence[Question], stem: str, language: Language
) -> dict[str, Any]:
    words, names = _WORDS[language], scheme_names(questions)
    fields = ["text"]
    if any(item.above for item in items):
        fields.insert(0, "above")
    if any(item.title for item in items):
        fields.insert(0, "title")
    schemes: list[dict[str, Any]] = []
    for question in questions:
        asked = _harmless(question.text) or question.name
        if question.target:
            asked += f"\n{words['target']}{_harmless(question.target)}"
        # A wide sign in a label is known again as the narrow one when the label comes back.
        labels = [
            {"name": _harmless(label), "tooltip": _harmless(meaning)} if meaning else _harmless(label)
            for label, meaning in ((label, question.meanings.get(label)) for label in question.labels)
        ]
        scheme = {
            "annotation_type": "radio",
            "name": names[question.name],
            "description": asked,
            "labels": labels,
            "humanize_labels": False,  # which would show self_media as Self Media
        }
        schemes.append(scheme | ({"label_requirement": {"required": True}} if question.is_required else {}))
    schemes.append(
        {
            "annotation_type": "multiselect",
            "name": UNSURE,
            "description": words["unsure"],
            "labels": [words["is_unsure"]],
        }
    )
    schemes.append({"annotation_type": "text", "name": COMMENT, "description": words["comment"], "multiline": True})
    return {
        "annotation_task_name": stem,
        "task_dir": ".",
        "output_annotation_dir": f"{stem}.answers",
        "data_files": [f"{stem}.items.jsonl"],
        # Not the text: Potato puts that field into the page as HTML, and runs what is in it. The fields that are
        # displayed are escaped.
        "item_properties": {"id_key": "id", "text_key": "id"},
        "user_config": {"allow_all_users": True},
        "require_password": False,
        "instance_display": {"fields": [{"key": key, "type": "text", "label": words[key]} for key in fields]},
        "annotation_schemes": schemes,
    }


def _records(path: Path) -> Iterator[_Record]:
    """Yield what is in a file, or in the files of all users below a folder."""
    files = [path]
    if path.is_dir():
        files = sorted(file for name in (STATE, INSTANCES) for file in (*path.glob(name), *path.glob(f"*/{name}")))
        if not files:
            raise DataError(
                f"{path}: neither it nor a folder in it has a {STATE} or {INSTANCES}; name the folder of answers that "
                "the configuration of Potato names, or an export as JSON Lines."
            )
    for file in files:
        yield from _state_records(file) if file.suffix == ".json" else _line_records(file)


def _state_records(file: Path) -> Iterator[_Record]:
    try:
        state = read_json_object(file)
    except DataError as error:
        raise DataError(f"{error} An export, python -m potato.export --format jsonl, has the answers alone.") from error
    stored = state.get("instance_id_to_label_to_value")
    if not isinstance(stored, dict):
        raise DataError(f"{file}: holds no answers as Potato stores them; name a {STATE}, or its folder.")
    for number, pairs in stored.items():
        labels: Any = {}
        for pair in pairs if isinstance(pairs, list) else [pairs]:
            key = pair[0] if isinstance(pair, list) and len(pair) == 2 else None
            if not isinstance(key, dict) or not {"schema", "name"} <= key.keys():
                labels = pair
                break
            labels.setdefault(str(key["schema"]), {})[str(key["name"])] = pair[1]
        yield _Record(file, 0, _text_or_none(state.get("user_id")), number, labels)


def _line_records(file: Path) -> Iterator[_Record]:
    for line in read_jsonl(file):
        if line.value is None:
            raise DataError(f"{file}:{line.number}: {line.reason}; a line for every answer is expected.")
        row = line.value
        if file.name == INSTANCES:
            yield _Record(file, line.number, file.parent.name, row.get("id"), row.get("label_annotations"))
        else:
            yield _Record(
                file, line.number, _text_or_none(row.get("user_id")), row.get("instance_id"), row.get("labels")
            )


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)


class _Reader:
    """Makes answers of records, and notes every fault."""

    def __init__(self, path: Path, items: Mapping[str, Item], questions: Sequence[Question]) -> None:
        self._path = path
        self._items = {_identifier(item): item for item in items.values()}
        self._questions = {scheme: name for name, scheme in scheme_names(questions).items()}
        self._matchers = {question.name: LabelMatcher(question.labels) for question in questions}
        self._answers: dict[tuple[str, str | None], Answer] = {}
        self._problems: list[Problem] = []
        self._n_records = self._n_foreign = 0
        self._record = _Record(path, 0, None, None, None)

    def take(self, record: _Record) -> None:
        """Read one record; one without any label is an item that was only looked at."""
        self._record = record
        self._n_records += 1
        item = self._items.get(record.number) if isinstance(record.number, str) else None
        if item is None:
            self._n_foreign += 1
            self._note(
                FORM, f"{quoted(record.number)} was not dealt, or not with this text; take the answers to this sheet."
            )
            return
        if not isinstance(record.labels, dict) or not all(isinstance(said, dict) for said in record.labels.values()):
            self._note(FORM, f"{quoted(record.labels)} are no labels by scheme; store or export the answers again.")
            return
        said = {scheme: _chosen(values) for scheme, values in record.labels.items()}
        labels = dict(self._labels({scheme: chosen for scheme, chosen in said.items() if chosen}))
        comment = "\n".join(map(str, said.get(COMMENT, {}).values())).strip() or None
        is_unsure = bool(said.get(UNSURE))
        if not (any(said.values()) or comment):
            return
        where = f"{record.path.parent.name}/{record.path.name}" + (f", line {record.line}" if record.line else "")
        answer = Answer(item.number, labels, record.user, is_unsure, comment, place=where)
        if (item.number, record.user) in self._answers:
            self._note(FORM, f"{quoted(item.number)} is answered twice by {quoted(record.user)}; keep one answer.")
            return
        self._answers[item.number, record.user] = answer

    def finish(self) -> tuple[list[Answer], list[Problem]]:
        """Return the answers and problems of all records."""
        if self._n_records and self._n_records == self._n_foreign:
            dealt = quoted_list(list(self._items)[: LISTED + 1])
            raise DataError(
                f"{self._path}: none of its {self._n_records:,} answers is to what was dealt ({dealt}); name the "
                "answers to the items that were written for these questions."
            )
        return list(self._answers.values()), self._problems

    def _labels(self, said: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
        for scheme, chosen in said.items():
            if scheme in (UNSURE, COMMENT):
                continue
            name = self._questions.get(scheme)
            if name is None:
                asked = quoted_list(list(self._questions))
                self._note(FORM, f"{quoted(scheme)} was answered, which was not asked; asked was {asked}.")
            elif len(chosen) > 1:
                self._note(SCHEME, f"{name}: {quoted_list(list(chosen))} are chosen at once; choose one.")
            else:
                (typed,) = chosen
                label = self._matchers[name].match(typed)
                if label is None:
                    self._note(SCHEME, f"{name}: {self._matchers[name].fault(typed)}")
                else:
                    yield name, label

    def _note(self, level: int, text: str) -> None:
        rule, record = "scheme" if level == SCHEME else "form", self._record
        subject = f"{quoted(record.number)} by {quoted(record.user)}: " if isinstance(record.number, str) else ""
        self._problems.append(Problem(record.path, record.line, level, rule, subject + text))


def _chosen(values: Mapping[str, Any]) -> dict[str, Any]:
    """Labels that are chosen: those with a value that does not say that they are not."""
    return {str(label): value for label, value in values.items() if value not in (None, False, "", 0)}

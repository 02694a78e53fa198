"""What the rows of a release must hold to: the rules that the columns declare, and those between rows.

Nothing but the release is needed; `weibo_nlp.release.validate` checks the people's files that it is built from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.adjudication import (
    AdjudicatedLabels,
    adjudication_problems,
    count_votes,
    majority_confidence,
    votes,
)
from weibo_nlp.annotation.judgements import by_document
from weibo_nlp.corpus import schema
from weibo_nlp.corpus.release import document_of
from weibo_nlp.corpus.schema import ABOVE, Column, Label, Many
from weibo_nlp.corpus.tree import build_threads
from weibo_nlp.errors import DataError
from weibo_nlp.external.hydration import is_text_key
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.io.validation import Problem
from weibo_nlp.records import Judgement
from weibo_nlp.scheme import Scheme, Task

SEGMENTATION = "segmentation"
Fault = tuple[int, str, str]
"""Level, rule, sentence."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as it is stored, labels as integers, with its place."""

    values: Mapping[str, Any]
    config: str
    split: str
    path: Path
    number: int

    def problem(self, level: int, rule: str, text: str) -> Problem:
        """Return what is wrong with the row."""
        return Problem(self.path, self.number, level, rule, f"row {self.number}: {text}")


def value_problems(row: StoredRow, scheme: Scheme, version: int) -> Iterator[Problem]:
    """Check each value of a row by what its column says of it: null, labels, vocabularies, bounds."""
    for column in schema.columns_of(row.config, version):
        for fault in _value_faults(column, column.name, row.values[column.name], scheme):
            yield row.problem(*fault)


def row_problems(
    rows: Iterable[StoredRow], scheme: Scheme, version: int, struck: Collection[str] = ()
) -> Iterator[Problem]:
    """Check rows of all configurations against each other: keys, references, copies, threads, splits, gold and votes.

    Their values must hold to the rules of their columns. A sentence that was cut may be of a document in `struck`,
    which is not shipped any more.
    """
    tables = _Tables(frozenset(struck))
    for row in rows:
        tables.rows[row.config].append(row)
        key = tuple(row.values[name] for name in schema.KEYS.get(row.config, ("id",)))
        family = "documents" if row.config in schema.DOCUMENT_CONFIGS else row.config
        if tables.by_key[family].setdefault(key, row) is not row:
            yield row.problem(1, "id", f"{' '.join(map(quoted, key))} stands twice in {family}.")
    yield from _doubled_values(tables, version)
    dangling = list(_dangling(tables, version))
    yield from dangling
    torn = list(_torn_threads(tables))
    yield from torn
    if dangling or torn:  # what there is to compare with is not told
        return
    for config, table in tables.rows.items():
        copied = [column for column in schema.columns_of(config, version) if column.copies]
        for row in table:
            for column in copied:
                if (expected := tables.follow(row, column.copies)) != row.values[column.name]:
                    text = f"{column.name} is {quoted(row.values[column.name])}, {'.'.join(column.copies)} is another:"
                    yield row.problem(3, "copy", f"{text} {quoted(expected)}.")
            for fault in _relation_faults(row, tables, scheme):
                yield row.problem(*fault)
    yield from _contradicted_gold(tables, scheme, version)
    yield from _torn_groups(tables)


@dataclass
class _Tables:
    """Rows by configuration, and by what tells them apart; ids of documents that older releases hold alone."""

    struck: frozenset[str] = frozenset()
    rows: dict[str, list[StoredRow]] = field(default_factory=lambda: defaultdict(list))
    by_key: dict[str, dict[tuple[Any, ...], StoredRow]] = field(default_factory=lambda: defaultdict(dict))

    def find(self, row: StoredRow, config: str, value: str) -> StoredRow | None:
        """Return the row that another one names; a document only of the same split."""
        named = self.by_key[config].get((value,))
        return named if named is None or config != "documents" or named.split == row.split else None

    def follow(self, row: StoredRow, path: tuple[str, ...]) -> Any:
        """Follow references from row to row to a value; null where one of them is."""
        *steps, last = path
        for step in steps:
            value = _above(row) if step == ABOVE else row.values[step]
            config = "documents" if step == ABOVE else _column(row.config, step).refers
            if value is None or config is None or (named := self.find(row, config, value)) is None:
                return None
            row = named
        return row.values[last]


def _column(config: str, name: str) -> Column:
    return next(column for column in schema.CONFIGS[config] if column.name == name)


def _above(row: StoredRow) -> str | None:
    above: str | None = row.values["repost_of"] if row.values["parent"] is None else row.values["parent"]
    return above


def _value_faults(column: Column, place: str, value: Any, scheme: Scheme) -> Iterator[Fault]:
    if value is None:
        if isinstance(column.type, Label) and not column.nullable:
            yield 2, "scheme", f"{place} None is no label of {column.type.task!r}."
        elif not column.nullable:
            yield 1, "null", f"{place} is null, which stands for no value here."
        return
    match column.type:
        case Label(task):
            if value not in range(len(scheme.task(task).labels)):
                yield 2, "scheme", f"{place} {value} is no label of {task!r}."
        case Many(tuple() as fields):
            for count, item in enumerate(value):
                if item is None:
                    yield 1, "null", f"{place}[{count}] is null, which stands for no value here."
                    continue
                for inner in fields:
                    yield from _value_faults(inner, f"{place}[{count}].{inner.name}", item[inner.name], scheme)
        case Many(Label() as label):
            for count, item in enumerate(value):
                yield from _value_faults(Column(column.name, label, ""), f"{place}[{count}]", item, scheme)
        case Many():
            for count, item in enumerate(value):
                if item is None or item == "":
                    yield 1, "null", f"{place}[{count}] is {quoted(item)}, which stands for no value."
                else:
                    yield from _outside(column, f"{place}[{count}]", item, scheme)
        case _:
            if isinstance(value, str) and not value.strip():
                yield 1, "empty", f"{place} is {quoted(value)}; what is unknown is null."
            else:
                yield from _outside(column, place, value, scheme)


def _outside(column: Column, place: str, value: Any, scheme: Scheme) -> Iterator[Fault]:
    """A value that is none of those allowed, or beyond the bounds."""
    allowed = getattr(scheme, column.allowed) if isinstance(column.allowed, str) else column.allowed
    if allowed is not None and value not in allowed:
        yield 2, "scheme", f"{place} {quoted(value)} is not one of {', '.join(map(str, allowed))}."
    least, most = column.least, column.most
    if (least is not None and value < least) or (most is not None and value > most):
        yield 1, "range", f"{place} {value} is not {least} to {most}." if most else f"{place} {value} is below {least}."


def _doubled_values(tables: _Tables, version: int) -> Iterator[Problem]:
    for config, table in tables.rows.items():
        for column in schema.columns_of(config, version):
            seen: set[Any] = set()
            for row in table if column.unique else ():
                value = row.values[column.name]
                if value is not None and value in seen:
                    yield row.problem(3, "unique", f"{column.name} {quoted(value)} stands twice.")
                seen.add(value)


def _dangling(tables: _Tables, version: int) -> Iterator[Problem]:
    """References to what is not there."""
    for config, table in tables.rows.items():
        for column in schema.columns_of(config, version):
            for refers, place, read in _references(column):
                where = " of this split" if refers == "documents" else ""
                for row in table:
                    for value in read(row.values):
                        if value is None or (config == SEGMENTATION and value in tables.struck):
                            continue
                        if tables.find(row, refers, value) is None:
                            yield row.problem(
                                3, "reference", f"{place} {quoted(value)} is none of the {refers}{where}."
                            )


def _references(column: Column) -> Iterator[tuple[str, str, Any]]:
    """(Configuration, place, function that reads the ids) of the references that a column holds."""
    name = column.name
    if column.refers is not None:
        many = isinstance(column.type, Many)
        yield column.refers, name, lambda values: values[name] if many else (values[name],)
    if isinstance(column.type, Many) and isinstance(column.type.of, tuple):
        for inner in column.type.of:
            if inner.refers is not None:
                key = inner.name
                yield inner.refers, f"{name}.{key}", lambda values, key=key: (item[key] for item in values[name])


def _torn_threads(tables: _Tables) -> Iterator[Problem]:
    """Documents of one split that make no trees, and what a document's kind asks of it."""
    splits: dict[str, list[StoredRow]] = defaultdict(list)
    for row in tables.by_key["documents"].values():
        splits[row.split].append(row)
        values, kind = row.values, row.values["kind"]
        if schema.CONFIG_OF_KIND[kind] != row.config:
            yield row.problem(1, "kind", f"a {kind} belongs to {schema.CONFIG_OF_KIND[kind]}, not {row.config}.")
        if (values["title"] is not None) != (kind == "article"):
            yield row.problem(1, "title", "articles have a title, other kinds have null.")
        if (values["parent"] is not None, values["repost_of"] is not None) != (kind == "comment", kind == "repost"):
            yield row.problem(3, "parent", "a comment names its parent, a repost names repost_of, others neither.")
        if values["root"] != (None if values["thread"] == values["id"] else values["thread"]):
            yield row.problem(3, "thread", f"root {quoted(values['root'])} is not that of thread {values['thread']!r}.")
    for rows in splits.values():
        try:
            build_threads(document_of(row.values) for row in rows)
        except DataError as error:
            yield Problem(rows[0].path.parents[1], 0, 3, "thread", str(error))


def _relation_faults(row: StoredRow, tables: _Tables, scheme: Scheme) -> Iterator[Fault]:
    """What a row of some configurations must be, going by the rows it names."""
    values = row.values
    if row.config in schema.DOCUMENT_CONFIGS:
        phases = tables.follow(row, ("event", "phases"))
        if values["phase"] is not None and values["phase"] not in [phase["id"] for phase in phases]:
            yield 3, "phase", f"phase {quoted(values['phase'])} is not one of the event's."
        if values["event"] != tables.follow(row, ("thread", "event")):
            yield 3, "thread", "the root belongs to another event; a thread lies in one event."
    elif row.config == "stances":
        topic = tables.follow(row, ("target_id", "canonical_for"))
        if values["canonical"] != (topic is not None):
            yield 3, "copy", f"canonical is {values['canonical']}, the register of targets says otherwise."
    elif row.config == "annotations":
        targets = [item["target_id"] for item in values["stances"]]
        if len(set(targets)) < len(targets):
            yield 3, "target", "stances hold two on one target."
    elif row.config == schema.REAL:
        yield from _real_faults(row, tables, scheme)
    elif row.config == SEGMENTATION:
        text = tables.follow(row, ("document_id", "text"))
        if text is not None and text[values["start"] : values["end"]] != values["text"]:
            yield 3, "segmentation", f"the text at {values['start']} to {values['end']} is another."
        if "".join(values["words"]) != values["text"]:
            yield 3, "segmentation", "the words, joined, are not the sentence."


def _real_faults(row: StoredRow, tables: _Tables, scheme: Scheme) -> Iterator[Fault]:
    """A text that is not shipped: its key, judged on all canonical targets, with gold labels that its votes give."""
    values = row.values
    if not is_text_key(values["id"]):
        yield 7, "key", f"id {quoted(values['id'])} is no key of a text, r and 12 hex digits."
    targets = [item["target_id"] for item in values["stances"]]
    canonical = [target.values["id"] for target in tables.rows["targets"] if target.values["canonical_for"] is not None]
    if sorted(targets) != sorted(canonical):
        yield 3, "target", f"stances on {quoted_list(targets)}, the canonical targets are {quoted_list(canonical)}."
    counted = [
        (task, values[task.name], values[f"{task.name}_settled"], values[f"{task.name}_votes"])
        for task in scheme.tasks.values()
        if not task.targeted
    ]
    stance = scheme.task("stance")
    counted += [(stance, item["stance"], item["settled"], item["votes"]) for item in values["stances"]]
    for task, label, settled, judged in counted:
        vote = count_votes(tuple(_stored_label(task, place) for place in judged)) if judged else None
        if vote is None or vote.resolution != settled or vote.winner not in (None, _stored_label(task, label)):
            yield 3, "gold", f"{task.name} {label!r}, {settled}, is not what the votes {judged} give."


def _stored_label(task: Task, value: Any) -> str:
    return task.to_label(value) if task.stored == "bool" else task.labels[value]


def _torn_groups(tables: _Tables) -> Iterator[Problem]:
    first: dict[str, StoredRow] = {}
    for row in tables.rows[schema.REAL]:
        if (other := first.setdefault(row.values["group"], row)).split != row.split:
            text = f"group {quoted(row.values['group'])} is in {other.split} as well; a group lies in one split."
            yield row.problem(7, "split", text)


def _contradicted_gold(tables: _Tables, scheme: Scheme, version: int) -> Iterator[Problem]:
    """Gold labels that are not what the judgements of the document, where there are any, make them."""
    judged = by_document(_judgement(row, scheme, version) for row in tables.rows["annotations"])
    stances: dict[str, list[StoredRow]] = defaultdict(list)
    for row in tables.rows["stances"]:
        stances[row.values["document_id"]].append(row)
    for (document_id,), row in tables.by_key["documents"].items():
        if not (judgements := judged.get(document_id)):
            continue
        try:
            # Why an adjudicator ruled as written is not released.
            reasons = {task: "unknown" for task, vote in votes(judgements, scheme).items() if vote.winner is None}
        except DataError as error:
            yield row.problem(3, "gold", f"{document_id} cannot be compared with its annotations: {error}")
            continue
        gold = _gold(row, stances[document_id], reasons, scheme, version)
        for text in adjudication_problems(gold, judgements, scheme):
            yield row.problem(3, "gold", f"{document_id} differs from its annotations: {text}.")
        said = row.values.get("confidence")
        if said is not None and said != (confidence := majority_confidence(judgements)):
            yield row.problem(
                3, "gold", f"{document_id}: confidence is {said!r}, its annotations make it {confidence!r}."
            )


def _judgement(row: StoredRow, scheme: Scheme, version: int) -> Judgement:
    values = schema.decode(row.config, row.values, scheme, version)
    stances = {item["target_id"]: item["stance"] for item in values["stances"]}
    return Judgement(**values | {"frames": tuple(values["frames"]), "stances": stances})


def _gold(
    row: StoredRow, stances: Iterable[StoredRow], reasons: Mapping[str, str], scheme: Scheme, version: int
) -> AdjudicatedLabels:
    """Labels of a document and its stances, as they were before a release was built of them."""
    values = schema.decode(row.config, row.values, scheme, version)
    towards = {
        stance.values["target_id"]: schema.decode("stances", stance.values, scheme, version) for stance in stances
    }
    tasks = [name for name, task in scheme.judged.items() if not task.targeted]
    return AdjudicatedLabels(
        document_id=values["id"],
        **{name: values[name] for name in tasks},
        frames=tuple(values["frames"]),
        stances={target: stance["stance"] for target, stance in towards.items()},
        resolution={name: values[f"{name}_settled"] for name in tasks if f"{name}_settled" in values}
        | {f"stance:{target}": stance["stance_settled"] for target, stance in towards.items()},
        reasons=reasons,
    )

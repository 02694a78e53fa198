"""Texts in, labels out: topic, sentiment, irony and stance with probabilities, for a frame or a file of any size."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Reject, RejectWriter, Row, Table, open_table, open_writer
from weibo_nlp.io.rows import listed
from weibo_nlp.io.types import ColumnType, ValueKind, arrow_types, column_type, column_type_of, value_kind
from weibo_nlp.io.writers import OutputFormat, output_format, require_distinct
from weibo_nlp.models import Classifier, load
from weibo_nlp.records import Example

if TYPE_CHECKING:
    import pandas as pd

TEXT_COLUMNS = (
    "text", "正文", "微博正文", "content", "内容", "text_raw", "full_text", "comment", "评论", "评论内容", "post",
    "微博内容", "content_text", "body", "message", "desc", "sentence", "review",
)  # fmt: skip
BATCH = 2048
# A batch ends early at so many characters and cells, or long articles and wide tables would fill the memory.
BATCH_WEIGHT = 4_000_000
SHOWN_POSITIONS = 5
_TASKS = ("topic", "sentiment", "irony")


class Labeller:
    """The default models, loaded once a process and used for as many batches as there are.

    Parameters
    ----------
    target : str, optional
        Stance target for every text; without it, the canonical target of the predicted topic, and no stance where
        the topic is ``other``.
    all_scores : bool
        Give the probability of every label, not only of the chosen one.
    """

    def __init__(self, *, target: str | None = None, all_scores: bool = False) -> None:
        if target is not None and (problem := text_problem(target)):
            raise UsageError(f"the stance target is no text ({problem}); name one, such as 信用惩戒, or leave it out.")
        self.target = target
        self.all_scores = all_scores

    @property
    def models(self) -> Mapping[str, Classifier]:
        """Task -> model."""
        return _default_models()

    @property
    def canonical(self) -> Mapping[str, str]:
        """Topic -> text of its canonical stance target."""
        return _canonical_targets()

    @property
    def columns(self) -> dict[str, ColumnType]:
        """Output columns in order, with their types."""
        columns: dict[str, ColumnType] = {}
        for task in _TASKS:
            columns |= {task: "bool" if task == "irony" else "string", f"{task}_score": "float"}
        columns |= {"stance_target": "string", "stance": "string", "stance_score": "float"}
        if self.all_scores:
            for task, model in self.models.items():
                columns |= {f"{task}_score_{label}": "float" for label in model.labels}
        return columns

    def label(self, texts: Sequence[str], parents: Sequence[str | None] | None = None) -> list[dict[str, Any]]:
        """Label a batch.

        Parameters
        ----------
        texts : sequence of str
            Raw texts, none empty.
        parents : sequence of str or None, optional
            The text each one answers, where known; only stance makes use of it.

        Returns
        -------
        list of dict
            One a text, in order, with the keys of :attr:`columns`; stance fields are None where there is no target.
        """
        examples = [Example(text) for text in texts]
        rows: list[dict[str, Any]] = [{} for _ in texts]
        scores: list[dict[str, float]] = [{} for _ in texts]
        for task in _TASKS:
            for row, every, (label, probabilities) in zip(rows, scores, self._answers(task, examples), strict=True):
                row[task] = label == "true" if task == "irony" else label
                row[f"{task}_score"] = probabilities[label]
                every |= {f"{task}_score_{name}": value for name, value in probabilities.items()}
        targets = [self.target or self.canonical.get(row["topic"]) for row in rows]
        known = [i for i, target in enumerate(targets) if target]
        asked = [Example(texts[i], targets[i], parents[i] if parents else None) for i in known]
        answers = dict(zip(known, self._answers("stance", asked), strict=True))
        for i, (row, every) in enumerate(zip(rows, scores, strict=True)):
            stance, probabilities = answers.get(i, (None, {}))
            row |= {"stance_target": targets[i], "stance": stance, "stance_score": probabilities.get(stance or "")}
            if self.all_scores:
                row |= every | {f"stance_score_{n}": probabilities.get(n) for n in self.models["stance"].labels}
        return rows

    def _answers(self, task: str, examples: Sequence[Example]) -> list[tuple[str, dict[str, float]]]:
        model = self.models[task]
        if not examples:
            return []
        found = []
        for row in model.predict_proba(examples).tolist():
            probabilities = dict(zip(model.labels, row, strict=True))
            found.append((max(probabilities, key=lambda name: probabilities[name]), probabilities))
        return found


def label(
    texts: str | Iterable[str] | pd.Series[Any] | pd.DataFrame,
    *,
    target: str | None = None,
    text_column: str | None = None,
    parent_column: str | None = None,
    all_scores: bool = False,
) -> pd.DataFrame:
    """Label texts with topic, sentiment, irony and stance.

    Parameters
    ----------
    texts : str, iterable of str, Series or DataFrame
        Raw texts; of a frame, the text column is guessed by its name unless given.
    target : str, optional
        Stance target for all texts; by default the predicted topic's canonical one.
    text_column, parent_column : str, optional
        Columns of the frame with the text, and with the text it answers.
    all_scores : bool
        Add one column for every label's probability.

    Returns
    -------
    pandas.DataFrame
        The frame's columns (or ``text``), then ``topic, topic_score, sentiment, sentiment_score, irony, irony_score,
        stance_target, stance, stance_score``, on the frame's index. A score is the label's probability.

    Raises
    ------
    UsageError
        If there is nothing to iterate over, no text column is found or named, or columns of the frame clash.
    DataError
        If a text is missing, empty or no string, naming positions.
    """
    import pandas as pd

    frame = _as_frame(texts)
    text_column = text_column or guess_text_column(list(frame.columns))
    for name in (text_column, parent_column):
        if name is not None and (found := list(frame.columns).count(name)) != 1:
            how = "stands twice" if found else "is not"
            raise UsageError(f"column {name!r} {how} in the frame; it has {listed(list(frame.columns))}.")
    values = frame[text_column].tolist()
    problems = [(i, reason) for i, value in enumerate(values) if (reason := text_problem(value))]
    if problems:
        shown = "; ".join(f"position {i}: {reason}" for i, reason in problems[:SHOWN_POSITIONS])
        raise DataError(
            f"{len(problems)} of {len(values)} texts cannot be labelled ({shown}). Drop or fill these rows."
        )
    labeller = Labeller(target=target, all_scores=all_scores)
    if clash := [name for name in labeller.columns if name in frame.columns]:
        raise UsageError(f"the frame has columns {', '.join(clash)} already; rename or drop them.")
    parents = [_parent(value) for value in frame[parent_column].tolist()] if parent_column else None
    rows: list[dict[str, Any]] = []
    for start in range(0, len(values), BATCH):
        rows += labeller.label(values[start : start + BATCH], parents[start : start + BATCH] if parents else None)
    labels = pd.DataFrame(rows, columns=list(labeller.columns), index=frame.index)
    # Without rows, or with nulls only, pandas would choose other types.
    types = {"float": "float64", "bool": "bool"}
    labels = labels.astype({name: types[kind] for name, kind in labeller.columns.items() if kind in types})
    return pd.concat([frame, labels], axis=1)


@dataclass(frozen=True)
class LabelledFile:
    """What labelling a file came to: where the rows went, how many, and what was set aside.

    ``reasons`` counts rejects by reason, ``first_lines`` has the line where each reason first occurred, and
    ``renamed`` maps input columns whose names the output needs to the names they got instead.
    """

    output: Path
    rows: int
    rejected: int
    reasons: Mapping[str, int]
    rejects: Path | None
    first_lines: Mapping[str, int] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


def label_file(
    table: Table,
    output: Path,
    labeller: Labeller,
    *,
    text_column: str,
    parent_column: str | None = None,
    advance: Callable[[int], None] | None = None,
) -> LabelledFile:
    """Label a file row by row, in batches and in order; rows that cannot be labelled go to ``<output>.rejected.jsonl``.

    Parameters
    ----------
    table : Table
        The opened input.
    output : Path
        Its suffix decides the format; with an unknown suffix, the input's format is kept.
    labeller : Labeller
        The models.
    text_column, parent_column : str
        Columns with the text, and with the text it answers.
    advance : callable, optional
        Told the number of records done, for a progress bar.

    Returns
    -------
    LabelledFile
        Counts of what was written and set aside.

    Raises
    ------
    UsageError
        If the output, or its file of rejects, is the input, or cannot be written.
    DataError
        If the input breaks off; nothing is written then.
    """
    require_distinct(table.path, output)
    fallback: OutputFormat = "csv" if table.format == "lines" else table.format
    shape = output_format(output, fallback)
    inputs = _input_columns(table, text_column)
    added = labeller.columns
    taken = set(inputs) | set(added)
    renamed = {name: _free_name(name, taken) for name in inputs if name in added}
    columns = {renamed.get(name, name): kind for name, kind in inputs.items()} | added
    kept = {renamed.get(name, name): kind for name, kind in arrow_types(table).items()} if shape == "parquet" else {}
    written, weight, reasons, first_lines = 0, 0, dict[str, int](), dict[str, int]()
    with (
        RejectWriter(output) as rejects,
        open_writer(output, shape, columns, mark=table.has_mark, arrow_types=kept) as writer,
    ):
        batch: list[Row] = []

        def flush() -> None:
            nonlocal written, weight
            texts = [row.values[text_column] for row in batch]
            parents = [_parent(row.values.get(parent_column)) for row in batch] if parent_column else None
            labels = labeller.label(texts, parents)
            writer.write(
                [
                    {renamed.get(name, name): value for name, value in row.values.items()} | new
                    for row, new in zip(batch, labels, strict=True)
                ]
            )
            written += len(batch)
            weight = 0
            batch.clear()

        for done, item in enumerate(table.rows(), start=1):
            if isinstance(item, Row):
                reason = text_problem(item.values.get(text_column), missing=text_column not in item.values)
                if reason is None:
                    batch.append(item)
                    weight += len(item.values[text_column]) + len(item.values)
                else:
                    raw = json.dumps(item.values, ensure_ascii=False, default=str)[:2000]
                    item = Reject(str(table.path), item.number, f"{text_column}: {reason}", raw)
            if isinstance(item, Reject):
                rejects.write(item)
                reasons[item.reason] = reasons.get(item.reason, 0) + 1
                first_lines.setdefault(item.reason, item.line)
            if len(batch) >= BATCH or weight >= BATCH_WEIGHT:
                flush()
            if advance is not None and done % 256 == 0:
                advance(256)
        flush()
    rejected = rejects.path if rejects.count else None
    return LabelledFile(output, written, rejects.count, reasons, rejected, first_lines, renamed)


def guess_text_column(columns: Sequence[str]) -> str:
    """Find the column that holds the text by the names crawlers and people give it.

    Raises
    ------
    UsageError
        If none is known, listing the columns there are.
    """
    if len(columns) == 1:
        return columns[0]
    by_name = {str(column).strip().casefold(): column for column in reversed(columns)}
    for name in TEXT_COLUMNS:
        if name in by_name:
            return by_name[name]
    raise UsageError(f"no text column among {listed(columns)}; name it with --text-column / text_column=.")


def columns_of(table: Table, wanted: Sequence[str] = (), sample: int = 1000) -> list[str]:
    """Columns of a table; of JSON Lines, the keys of its first rows, and of as many more as it takes to see `wanted`.

    Raises
    ------
    DataError
        If no line of a JSON Lines file can be read, naming the first.
    """
    if table.format != "jsonl":
        return list(table.columns)
    keys: dict[str, None] = {}
    first: Reject | None = None
    for count, item in enumerate(table.rows(), start=1):
        if isinstance(item, Row):
            keys |= dict.fromkeys(item.values)
        elif first is None:
            first = item
        if keys and count >= sample and keys.keys() >= set(wanted):
            break
    if not keys and first is not None:
        raise DataError(f"{first.file}:{first.line}: {first.reason}; no line can be read as JSON, name the --format.")
    return list(keys)


def text_problem(value: object, *, missing: bool = False) -> str | None:
    """Say why a value cannot be labelled; None where it can."""
    if missing:
        return "missing"
    # NaN and NaT are unequal to themselves; pandas' NA refuses to be compared, and a list of arrays would answer many.
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value):
        return "null"
    if not isinstance(value, str):
        return f"not a string but {type(value).__name__}"
    if not value.strip():
        return "empty"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "holds a lone surrogate"
    return None


@cache
def _default_models() -> Mapping[str, Classifier]:
    return {task: load(task) for task in (*_TASKS, "stance")}


@cache
def _canonical_targets() -> Mapping[str, str]:
    from weibo_nlp.corpus import open_release

    return {row["canonical_for"]: row["text"] for row in open_release().rows("targets") if row["canonical_for"]}


def _as_frame(texts: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(texts, pd.DataFrame):
        return texts
    if isinstance(texts, pd.Series):
        return pd.DataFrame({"text" if texts.name is None else texts.name: texts})
    if isinstance(texts, Mapping) or not isinstance(texts, Iterable):
        raise UsageError(f"texts is a {type(texts).__name__}; give a string, a list of them, a Series or a DataFrame.")
    return pd.DataFrame({"text": pd.Series([texts] if isinstance(texts, str) else list(texts), dtype=object)})


def _parent(value: object) -> str | None:
    return value if text_problem(value) is None and isinstance(value, str) else None


def _input_columns(table: Table, text_column: str) -> dict[str, ColumnType]:
    """Columns of the input with types; reads JSON Lines once through, since a table needs all its columns up front."""
    if table.format == "parquet":
        return {name: column_type_of(type_) for name, type_ in arrow_types(table).items()}
    if table.format != "jsonl":
        return dict.fromkeys(table.columns, "string")
    kinds: dict[str, set[ValueKind]] = {}
    for item in table.rows():
        # A row to be set aside has no say: one number among the texts would turn them all into JSON.
        if isinstance(item, Row) and text_problem(item.values.get(text_column)) is None:
            for name, value in item.values.items():
                kinds.setdefault(name, set()).add(value_kind(value))
    return {name: column_type(found) for name, found in kinds.items()}


def _free_name(name: str, taken: set[str]) -> str:
    free = f"{name}_input"
    while free in taken:
        free += "_"
    return free


__all__ = [
    "LabelledFile",
    "Labeller",
    "columns_of",
    "guess_text_column",
    "label",
    "label_file",
    "open_table",
    "text_problem",
]

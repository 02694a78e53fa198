"""Prediction files on disk: JSONL, or Parquet with the header in the schema metadata."""

from __future__ import annotations

import json
import math
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, PredictionError, UsageError
from weibo_nlp.io import JsonLine, atomic_path, dump_line, read_jsonl
from weibo_nlp.io.column_names import require_columns
from weibo_nlp.io.destination import require_kept
from weibo_nlp.io.jsonl import parse_json_line
from weibo_nlp.io.limits import MAX_LABELS, MAX_PREDICTIONS, MAX_TEXT_CHARACTERS
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.io.parquet import open_parquet
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.suffixes import require_suffix
from weibo_nlp.predictions.header import (
    FORMAT_KEY,
    FORMAT_VERSION,
    NAME_LENGTH,
    ModelReference,
    PredictionFile,
    PredictionHeader,
    is_parquet,
    raise_if_any,
)
from weibo_nlp.records import Prediction, known_fields

PARQUET_METADATA_KEY = b"weibo_nlp"
# A file of another kind is wrong on every line; nobody needs a million messages, nor the memory they take.
PROBLEMS_READ = 1_000

_ROW_FIELDS = ("document_id", "target", "label", "scores")
_MARK_EXAMPLE = f'{{"{FORMAT_KEY}": {FORMAT_VERSION}, "set": …, "version": …, "split": …, "task": …, …}}'


class _RowError(Exception):
    """What is wrong with one row or header; whoever knows the file and line adds them."""


def read_predictions(path: str | Path) -> PredictionFile:
    """Read a prediction file; what its rows mean is judged later, by `check_against`.

    Parameters
    ----------
    path : str or Path
        ``*.parquet``, or JSONL in UTF-8 under any other name.

    Returns
    -------
    PredictionFile
        Rows in the order of the file.

    Raises
    ------
    PredictionError
        If the file is empty, truncated, not UTF-8, without header, has more than ``MAX_PREDICTIONS`` rows, changes
        while it is read, or has rows of another shape; problems in rows are collected, and each is named with file and
        line. After 1,000 of them reading stops.
    UsageError
        If the file cannot be opened, or is a device.
    """
    path = named_path(path, "a prediction file")
    try:
        mode = path.stat().st_mode
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):  # /dev/zero would be read for ever
            raise UsageError(f"{path}: is a device. Give the path of a file.")
        return _read_parquet(path) if is_parquet(path) else _read_jsonl(path)
    except PredictionError:
        raise
    except DataError as error:  # no Parquet, or changed while it was read
        raise PredictionError(str(error)) from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}). Give the path of a file.") from error


def write_predictions(
    path: str | Path, header: PredictionHeader, predictions: Iterable[Prediction], *, within: Path | None = None
) -> None:
    """Write a prediction file that `read_predictions` takes back unchanged.

    Written beside `path` and renamed, so that a reader never meets half a file.

    Parameters
    ----------
    path : str or Path
        ``*.parquet`` for Parquet, else JSONL.
    header : PredictionHeader
        Written first.
    predictions : iterable of Prediction
        Kept in order; all of the header's task. Empty ``scores`` are left out.
    within : Path, optional
        Folder above `path` whose user named none of the files in it: links there are refused. Otherwise what `path`
        leads to is replaced.

    Raises
    ------
    PredictionError
        If a prediction is of another task, or could not be read back; nothing is written then.
    UsageError
        If the folder does not exist or cannot be written to, the suffix stands for another format, or `path` leads out
        of `within`.
    """
    path = named_path(path, "a prediction file")
    require_suffix(path, ".jsonl", ".ndjson", ".parquet")
    rows: list[dict[str, Any]] = []
    problems: list[str] = []
    for number, prediction in enumerate(predictions, start=1):
        try:
            rows.append(_row_of(prediction, header.task))
        except _RowError as problem:
            problems.append(f"prediction {number}: {problem}")
    raise_if_any(problems, str(path), "Nothing was written.")
    write = _write_parquet if is_parquet(path) else _write_jsonl
    with atomic_path(path, within=within) as temporary:
        write(temporary, header, rows)


def require_only_predictions(folder: Path, option: str) -> None:
    """Refuse a folder for prediction files in which something else, or elsewhere, would be replaced.

    Parameters
    ----------
    folder : Path
        There or not.
    option : str
        What names it, for messages.

    Raises
    ------
    UsageError
        Naming the first ``*.jsonl`` in it that is a link, or does not begin as a prediction file does.
    """
    for path in sorted(folder.glob("*.jsonl")):
        require_kept(folder, path)
        first = next(read_jsonl(path), None)
        if first is not None and (first.value is None or FORMAT_KEY not in first.value):
            raise UsageError(f"{option}: {path} is no prediction file and may be replaced; name another folder.")


def _read_jsonl(path: Path) -> PredictionFile:
    lines = read_jsonl(path)
    first = next(lines, None)
    if first is None:
        raise PredictionError(f"{path}:1: the file is empty; a prediction file begins with {_MARK_EXAMPLE}.")
    try:
        header = _header_from(_json_object(first))
    except _RowError as problem:  # nothing below can be understood without it
        raise PredictionError(f"{path}:{first.number}: {problem}") from problem
    return _collect(path, header, "", ((line.number, partial(_json_object, line)) for line in lines))


def _collect(
    path: Path, header: PredictionHeader, kind: str, rows: Iterable[tuple[int, Callable[[], Mapping[str, Any]]]]
) -> PredictionFile:
    """Read numbered rows, each as it is asked for, up to so many faulty ones; `kind` is what stands before a number."""
    predictions: list[Prediction] = []
    numbers: list[int] = []
    problems: list[str] = []
    for number, row in rows:
        if len(predictions) == MAX_PREDICTIONS:
            raise PredictionError(f"{path}:{kind}{number}: more than {MAX_PREDICTIONS:,} rows; no set has as many.")
        try:
            predictions.append(_prediction_from(row(), header.task))
            numbers.append(number)
        except _RowError as problem:
            problems.append(f"{path}:{kind}{number}: {problem}")
            if len(problems) == PROBLEMS_READ:
                break
    stopped = "Reading stopped there. " if len(problems) == PROBLEMS_READ else ""
    raise_if_any(problems, str(path), f"{stopped}Correct these {'rows' if kind else 'lines'}, or predict again.")
    return PredictionFile(header, tuple(predictions), str(path), tuple(numbers))


def _json_object(line: JsonLine) -> Mapping[str, Any]:
    if line.value is None:
        hint = _hint(line.raw) if line.number == 1 else ""
        raise _RowError(f"{line.reason}; expected one JSON object a line, in UTF-8.{hint}")
    return line.value


def _read_parquet(path: Path) -> PredictionFile:
    with open_parquet(path) as opened:
        header = _header_from_metadata(path, opened.schema.metadata or {})
        require_columns(f"{path}:schema", opened.schema.names)
        return _collect(path, header, "row ", enumerate((partial(_from_arrow, row) for row in opened.rows()), start=1))


def _hint(first_line: str) -> str:
    """Name the other format that a file begins like; bytes that are not UTF-8 arrive as escapes."""
    if first_line.startswith("PAR1"):
        return " It begins like Parquet: let its name end in .parquet."
    return " It begins like gzip: unpack it first." if first_line.startswith("\x1f\\x8b") else ""


def _header_from_metadata(path: Path, metadata: Mapping[bytes, bytes]) -> PredictionHeader:
    line = parse_json_line(metadata.get(PARQUET_METADATA_KEY, b"{}"), 1)
    try:
        if line.value is None:
            raise _RowError(f"{line.reason}.")
        return _header_from(line.value)
    except _RowError as problem:
        raise PredictionError(
            f"{path}:schema metadata: key {PARQUET_METADATA_KEY.decode()!r} must hold the header as JSON: {problem}"
        ) from problem


def _from_arrow(row: dict[str, Any] | str) -> dict[str, Any]:
    """Undo what Arrow makes of the scores: pairs (map type), or a struct with null for absent labels."""
    if isinstance(row, str):
        raise _RowError(f"{row}.")
    scores = row.get("scores")
    if isinstance(scores, list) and all(isinstance(pair, tuple) for pair in scores):
        if len(dict(scores)) != len(scores):
            raise _RowError(f"scores name a label twice: {quoted(scores)}.")
        scores = dict(scores)
    if isinstance(scores, dict):
        scores = {label: score for label, score in scores.items() if score is not None} or None
    return {**row, "scores": scores}


def _write_jsonl(path: Path, header: PredictionHeader, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(dump_line(header.to_dict()))
        stream.writelines(dump_line(row) for row in rows)


def _write_parquet(path: Path, header: PredictionHeader, rows: Sequence[Mapping[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    labels = dict.fromkeys(label for row in rows for label in row.get("scores", ()))
    columns = [("document_id", pa.string()), ("target", pa.string()), ("label", pa.string())]
    if labels:
        columns.append(("scores", pa.struct([(label, pa.float64()) for label in labels])))
    metadata = {PARQUET_METADATA_KEY: json.dumps(header.to_dict(), ensure_ascii=False).encode()}
    schema = pa.schema(columns, metadata=metadata)
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path, compression="zstd")


def _header_from(data: object) -> PredictionHeader:
    if not isinstance(data, dict) or FORMAT_KEY not in data:
        raise _RowError(f"the header is missing; a prediction file begins with {_MARK_EXAMPLE}.")
    fields = dict(data)
    mark = fields.pop(FORMAT_KEY)
    if type(mark) is not int:
        raise _RowError(f"{FORMAT_KEY} is {quoted(mark)}, not the whole number {FORMAT_VERSION}.")
    if mark != FORMAT_VERSION:
        raise _RowError(
            f"format version {quoted(mark)} is not {FORMAT_VERSION}; read it with the release that wrote it."
        )
    _refuse_other_fields("header", fields, known_fields(PredictionHeader), optional={"seed"})
    model = fields.pop("model")
    if not isinstance(model, dict):
        raise _RowError(f'header: model must be {{"name": …, "version": …}}, got {quoted(model)}.')
    _refuse_other_fields("header: model", model, known_fields(ModelReference))
    try:
        return PredictionHeader(model=ModelReference(**model), **fields)
    except PredictionError as error:
        raise _RowError(str(error)) from error


def _refuse_other_fields(
    what: str, content: Mapping[str, Any], known: frozenset[str], *, optional: Set[str] = frozenset()
) -> None:
    if lacking := sorted(known - optional - content.keys()):
        raise _RowError(f"{what} lacks {', '.join(lacking)}; it has {', '.join(sorted(known))}.")
    if foreign := sorted(content.keys() - known):
        raise _RowError(f"{what} has unknown {quoted_list(foreign)}; it has {', '.join(sorted(known))}.")


def _prediction_from(row: Mapping[str, Any], task: str) -> Prediction:
    if FORMAT_KEY in row:
        raise _RowError("a second header; a file has one, on its first line. Were two files joined? Score each alone.")
    # A misspelt `scores` would otherwise cost the calibration figures without a word.
    if foreign := sorted(row.keys() - set(_ROW_FIELDS)):
        raise _RowError(f"unknown field {quoted_list(foreign)}; a row has {', '.join(_ROW_FIELDS)}.")
    document_id, target, label, scores = (row.get(name) for name in _ROW_FIELDS)
    if not isinstance(document_id, str) or not document_id:
        raise _RowError(f"document_id must be a non-empty string, got {quoted(document_id)}.")
    if not isinstance(label, str):
        raise _RowError(f"label for {quoted(document_id)} must be a string, got {quoted(label)}.")
    if target is not None and not isinstance(target, str):
        raise _RowError(f"target of {quoted(document_id)} must be a string or null, got {quoted(target)}.")
    limits = {"document_id": NAME_LENGTH, "label": NAME_LENGTH, "target": MAX_TEXT_CHARACTERS}
    for name, limit in limits.items():
        if len(row.get(name) or "") > limit:
            raise _RowError(f"{name} of {quoted(document_id)} has more than {limit:,} characters; shorten it.")
    return Prediction(document_id, task, label, _scores_from(scores, document_id), target)


def _scores_from(scores: object, document_id: str) -> dict[str, float]:
    if scores is None:
        return {}
    if isinstance(scores, dict) and len(scores) > MAX_LABELS:
        raise _RowError(f"scores for {quoted(document_id)} name {len(scores):,} labels; {MAX_LABELS:,} are allowed.")
    if not isinstance(scores, dict) or not scores:
        raise _RowError(
            f"scores for {quoted(document_id)} must map labels to numbers, got {quoted(scores)}; or leave them out."
        )
    numbers: dict[str, float] = {}
    for label, score in scores.items():
        if not isinstance(label, str) or isinstance(score, bool) or not isinstance(score, int | float):
            raise _RowError(
                f"scores for {quoted(document_id)}: {quoted(label)}: {quoted(score)} is not a label and a number."
            )
        try:
            numbers[label] = float(score)
        except OverflowError:  # an integer of more than 308 digits: left for check_against to refuse
            numbers[label] = math.inf
    return numbers


def _row_of(prediction: Prediction, task: str) -> dict[str, Any]:
    if prediction.task != task:
        raise _RowError(f"task is {prediction.task!r}, but the header says {task!r}.")
    row: dict[str, Any] = {"document_id": prediction.document_id, "label": prediction.label}
    if prediction.target is not None:
        row["target"] = prediction.target
    if prediction.scores:
        row["scores"] = {label: _plain_number(score) for label, score in prediction.scores.items()}
    read_back = _prediction_from(row, task)
    if not all(math.isfinite(score) for score in read_back.scores.values()):
        raise _RowError(f"scores for {prediction.document_id!r} are not all finite; JSON has no such numbers.")
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _RowError(f"{prediction.document_id!r} has half a surrogate pair, not text: {error.reason}.") from error
    return row


def _plain_number(score: object) -> object:
    # numpy's float32 is a number, though none that json would write.
    return float(score) if isinstance(score, Real) and not isinstance(score, int | float) else score

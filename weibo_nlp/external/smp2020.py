"""SMP2020-EWECT, "usual" half: six emotions of everyday Weibo posts, and their reading as polarity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.external.builder import FileReading, Pair, row_part
from weibo_nlp.external.files import UNDECODABLE, CsvRow, read_csv, read_json, undecodable
from weibo_nlp.external.sets import Dropped, ExternalSet, Part, SetInfo
from weibo_nlp.records import GoldLabel

EMOTIONS = ("angry", "fear", "happy", "neutral", "sad", "surprise")
POLARITIES = ("negative", "neutral", "positive")
NOT_A_RECORD = "not a record"
NO_POLARITY = "surprise has no polarity"

INFO = SetInfo(
    name="smp2020",
    description='Six emotions of everyday Weibo posts (SMP2020-EWECT, "usual" half)',
    labels={"emotion": EMOTIONS},
    main_metric="macro_f1",
    licence="none given by the organisers",
    published="the SMP2020-EWECT evaluation (Weibo emotion classification, SMP 2020; Harbin Institute of Technology)",
    files={
        "train": ("train.csv", "usual_train.txt", "train/usual_train.txt"),
        "validation": ("val.csv", "usual_eval_labeled.txt", "eval/usual_eval_labeled.txt"),
        "test": ("test.csv", *(f"{folder}usual_test_labeled.txt" for folder in ("", "test/", "test/real/"))),
    },
    folders=("smp2020-ewect", "smp2020", "SMP2020-EWECT"),
)

_COLUMNS = {"text": ("text", "content"), "label": ("label",)}
MAPPING = "label_mapping.json"
_NAMES = {emotion: emotion for emotion in EMOTIONS}
_POLARITY = {"happy": "positive", "angry": "negative", "sad": "negative", "fear": "negative", "neutral": "neutral"}


def read_part(reading: FileReading) -> Part:
    """Read a part of this set; see `weibo_nlp.external.load`.

    Both forms are read: the organisers' JSON lists, and the CSV mirror whose labels are numbers explained by
    a ``label_mapping.json`` beside it. In a JSON list the number of the record stands for its line, since the
    published lists are one long line.
    """
    path = reading.path
    if _is_json(path):
        rows, names = _json_rows(path), _NAMES
    else:
        rows, names = read_csv(path, _COLUMNS), _NAMES | _numbers(path.with_name(MAPPING))
    return reading.part(_pair(reading, row, names) for row in rows if reading.usable(row))


def texts(path: Path) -> Iterator[CsvRow]:
    """Texts of one of the set's files, whatever their labels."""
    return _json_rows(path) if _is_json(path) else read_csv(path, {"text": _COLUMNS["text"]})


def to_polarity(emotions: ExternalSet) -> ExternalSet:
    """Read the six emotions as sentiment: happy is positive, angry, sad and fear are negative.

    Surprise can be pleasant or not, so its rows are set aside and counted.

    Parameters
    ----------
    emotions : ExternalSet
        The set as loaded.

    Returns
    -------
    ExternalSet
        Task ``sentiment`` with labels negative, neutral, positive; document ids as before.

    Raises
    ------
    UsageError
        If the set has no task ``emotion``.
    """
    if "emotion" not in emotions.labels:
        raise UsageError(
            f"set {emotions.name!r} has the task {', '.join(emotions.tasks)}, not emotion; only smp2020 can be "
            "read as polarity."
        )
    return ExternalSet(
        name=f"{emotions.name}-polarity",
        labels={"sentiment": POLARITIES},
        main_metric="macro_f1",
        parts={name: _polar(part) for name, part in emotions.parts.items()},
    )


def _polar(part: Part) -> Part:
    documents = {document.id: document for document in part.documents}
    pairs = [
        (documents[gold.document_id], GoldLabel(gold.document_id, "sentiment", _POLARITY[gold.label]))
        for gold in part.gold
        if gold.label in _POLARITY
    ]
    surprised = [documents[gold.document_id] for gold in part.gold if gold.label not in _POLARITY]
    return row_part(part.name, pairs, [*part.dropped, *(Dropped.of(document, NO_POLARITY) for document in surprised)])


def _pair(reading: FileReading, row: CsvRow, names: Mapping[str, str]) -> Pair | None:
    raw, path = row.cells["label"], reading.path
    if names == _NAMES and raw.strip().isdecimal():
        raise UsageError(
            f"{path}:{row.line}: label {raw!r} is a number, and there is no {MAPPING} beside the file to say "
            f"which emotion it is; put it into {path.parent}, or use the organisers' .txt files."
        )
    label = reading.label(row.line, raw, names)
    if label is None:
        return None
    extra = {"id": row.cells["id"]} if "id" in row.cells else {}
    document = reading.document(row.line, "post", row.cells["text"], extra=extra)
    return document, GoldLabel(document.id, "emotion", label)


def _is_json(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(".txt")


def _numbers(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    mapping = read_json(path)
    if not isinstance(mapping, dict) or set(mapping) != set(EMOTIONS) or len(set(map(str, mapping.values()))) != 6:
        raise DataError(
            f"{path}: must give each of {', '.join(EMOTIONS)} a number of its own, and nothing else; it holds "
            f"{mapping!r}."
        )
    return {str(number): emotion for emotion, number in mapping.items()}


def _json_rows(path: Path) -> Iterator[CsvRow]:
    items = read_json(path)
    if not isinstance(items, list):
        raise DataError(f"{path}: holds a JSON {type(items).__name__}, not a list of records as published.")
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict) or not isinstance(item.get("content"), str):
            yield CsvRow(number, {}, NOT_A_RECORD, "no text under 'content'")
        elif undecodable(item["content"]):
            yield CsvRow(number, {}, UNDECODABLE)
        else:
            label = item.get("label")
            cells = {"text": item["content"], "label": "" if label is None else str(label)}
            if item.get("id") is not None:
                cells["id"] = str(item["id"])
            yield CsvRow(number, cells)

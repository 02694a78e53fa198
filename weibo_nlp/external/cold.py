"""COLD: offence in comments on race, gender and region."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from weibo_nlp.external.builder import FileReading, Pair
from weibo_nlp.external.files import CsvRow, read_csv
from weibo_nlp.external.sets import Part, SetInfo
from weibo_nlp.records import GoldLabel

INFO = SetInfo(
    name="cold",
    description="Offensive or not: comments from Weibo and Zhihu about race, gender and region",
    labels={"offence": ("not_offensive", "offensive")},
    main_metric="macro_f1",
    licence="Apache-2.0",
    published="Deng et al. (EMNLP 2022), COLD: A Benchmark for Chinese Offensive Language Detection",
    files={"train": ("train.csv",), "validation": ("dev.csv",), "test": ("test.csv",)},
    folders=("cold", "COLD", "COLDataset", "COLDataset/COLDataset"),
)

_COLUMNS = {"text": ("TEXT",), "label": ("label",), "topic": ("topic",)}
_OPTIONAL = {"split": ("split",), "fine_grained_label": ("fine-grained-label",)}
_LABELS = {"0": "not_offensive", "1": "offensive"}


def read_part(reading: FileReading) -> Part:
    """Read a part of this set; see `weibo_nlp.external.load`.

    The file decides the part: half of the published ``dev.csv`` says ``train`` in its own ``split`` column,
    which is kept in ``extra`` beside ``topic`` and, in the test part, ``fine_grained_label``.
    """
    rows = read_csv(reading.path, _COLUMNS, _OPTIONAL)
    return reading.part(_pair(reading, row) for row in rows if reading.usable(row))


def texts(path: Path) -> Iterator[CsvRow]:
    """Texts of one of the set's files, whatever their labels."""
    return read_csv(path, {"text": _COLUMNS["text"]})


def _pair(reading: FileReading, row: CsvRow) -> Pair | None:
    label = reading.label(row.line, row.cells["label"], _LABELS)
    if label is None:
        return None
    extra = {key: row.cells[key] for key in ("topic", *_OPTIONAL) if key in row.cells}
    # The rows do not say which of the two platforms they are from.
    document = reading.document(row.line, "comment", row.cells["text"], platform="weibo_or_zhihu", extra=extra)
    return document, GoldLabel(document.id, "offence", label)

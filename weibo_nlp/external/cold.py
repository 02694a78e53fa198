"""COLD: offence in comments on race, gender and region."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from weibo_nlp.external.builder import FileReading, row_part
from weibo_nlp.external.files import read_csv
from weibo_nlp.external.sets import Part, SetInfo
from weibo_nlp.records import Document, GoldLabel

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


def read(parts: Mapping[str, Path]) -> dict[str, Part]:
    """Read the parts of this set; see `weibo_nlp.external.load`.

    The file decides the part: half of the published ``dev.csv`` says ``train`` in its own ``split`` column,
    which is kept in ``extra`` beside ``topic`` and, in the test part, ``fine_grained_label``.
    """
    return {name: _read_part(name, path) for name, path in parts.items()}


def _read_part(name: str, path: Path) -> Part:
    reading = FileReading(INFO.name, name, path)
    pairs: list[tuple[Document, GoldLabel]] = []
    for row in read_csv(path, _COLUMNS, _OPTIONAL):
        if not reading.usable(row):
            continue
        label = reading.label(row.line, row.cells["label"], _LABELS)
        if label is None:
            continue
        extra = {key: row.cells[key] for key in ("topic", *_OPTIONAL) if key in row.cells}
        # The rows do not say which of the two platforms they are from.
        document = reading.document(row.line, "comment", row.cells["text"], platform="weibo_or_zhihu", extra=extra)
        pairs.append((document, GoldLabel(document.id, "offence", label)))
    return row_part(name, pairs, reading.finish())

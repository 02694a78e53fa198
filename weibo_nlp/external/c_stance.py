"""C-STANCE subtask A: stance of Weibo posts on targets unseen in training, noun phrases and claims."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from weibo_nlp.external.builder import NO_TARGET, STANCE_NAMES, STANCES, FileReading, row_part
from weibo_nlp.external.files import read_csv
from weibo_nlp.external.sets import Part, SetInfo
from weibo_nlp.records import Document, GoldLabel

INFO = SetInfo(
    name="c_stance",
    description="Stance of Weibo posts on noun-phrase and claim targets that training does not show (subtask A)",
    labels={"stance": STANCES},
    main_metric="macro_f1",
    licence="none given by the authors",
    published="Zhao, Li and Caragea (ACL 2023), C-STANCE: A Large Dataset for Chinese Zero-Shot Stance Detection",
    files={
        "train": ("train.csv", "raw_train_all_onecol.csv"),
        "validation": ("val.csv", "raw_val_all_onecol.csv"),
        "test": ("test.csv", "raw_test_all_onecol.csv"),
    },
    folders=(
        "c-stance",
        "c_stance",
        "subtaskA",
        "c_stance_dataset/subtaskA",
        "C-STANCE/c_stance_dataset/subtaskA",
    ),
)

_COLUMNS = {"text": ("Text",), "target": ("Target 1",), "stance": ("Stance 1",)}
_OPTIONAL = {"type": ("Type",), "domain": ("Domain",)}

# The paper says "claims", the files say "clauses"; the two kinds are reported apart, so both names must meet.
_TARGET_TYPES = {
    "noun_phrase": "noun_phrase",
    "noun_phrases": "noun_phrase",
    "claim": "claim",
    "claims": "claim",
    "clauses": "claim",
}


def read(parts: Mapping[str, Path]) -> dict[str, Part]:
    """Read the parts of this set; see `weibo_nlp.external.load`.

    ``extra`` keeps ``type`` and ``domain`` as the file has them, and ``target_type``:
    ``noun_phrase``, ``claim``, or None where the type is neither.
    """
    return {name: _read_part(name, path) for name, path in parts.items()}


def _read_part(name: str, path: Path) -> Part:
    reading = FileReading(INFO.name, name, path)
    pairs: list[tuple[Document, GoldLabel]] = []
    for row in read_csv(path, _COLUMNS, _OPTIONAL):
        if not reading.usable(row):
            continue
        target = row.cells["target"].strip()
        if not target:
            reading.drop(row.line, NO_TARGET)
            continue
        stance = reading.label(row.line, row.cells["stance"], STANCE_NAMES)
        if stance is None:
            continue
        extra: dict[str, str | None] = {key: row.cells[key] for key in _OPTIONAL if key in row.cells}
        if "type" in row.cells:
            extra["target_type"] = _TARGET_TYPES.get(row.cells["type"].strip().casefold())
        document = reading.document(row.line, "post", row.cells["text"], extra=extra)
        pairs.append((document, GoldLabel(document.id, "stance", stance, target)))
    return row_part(name, pairs, reading.finish())

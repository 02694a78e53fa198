"""C-STANCE subtask A: stance of Weibo posts on targets unseen in training, noun phrases and claims."""

from __future__ import annotations

from weibo_nlp.external.builder import NO_TARGET, STANCE_NAMES, STANCES, FileReading, Pair
from weibo_nlp.external.files import CsvRow, read_csv
from weibo_nlp.external.sets import Part, SetInfo
from weibo_nlp.records import GoldLabel
from weibo_nlp.text.markup import visible_name

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
    folders=("c-stance", "c_stance", "subtaskA", "c_stance_dataset/subtaskA", "C-STANCE/c_stance_dataset/subtaskA"),
)

_COLUMNS = {"text": ("Text",), "target": ("Target 1",), "stance": ("Stance 1",)}
_OPTIONAL = {"type": ("Type",), "domain": ("Domain",)}

# The paper says "claims", the files say "clauses"; the two kinds are reported apart, so both names must meet.
_TARGET_TYPES = dict.fromkeys(("noun_phrase", "noun_phrases"), "noun_phrase")
_TARGET_TYPES |= dict.fromkeys(("claim", "claims", "clauses"), "claim")


def read_part(reading: FileReading) -> Part:
    """Read a part of this set; see `weibo_nlp.external.load`.

    ``extra`` keeps ``type`` and ``domain`` as the file has them, and ``target_type``:
    ``noun_phrase``, ``claim``, or None where the type is neither. Targets are as readers see them: seven of the
    published claims have a line end or a zero-width space inside, which no model takes for a name.
    """
    rows = read_csv(reading.path, _COLUMNS, _OPTIONAL)
    return reading.part(_pair(reading, row) for row in rows if reading.usable(row))


def _pair(reading: FileReading, row: CsvRow) -> Pair | None:
    target = visible_name(row.cells["target"])
    if not target:
        reading.drop(row.line, NO_TARGET)
        return None
    stance = reading.label(row.line, row.cells["stance"], STANCE_NAMES)
    if stance is None:
        return None
    extra: dict[str, str | None] = {key: row.cells[key] for key in _OPTIONAL if key in row.cells}
    if "type" in row.cells:
        extra["target_type"] = _TARGET_TYPES.get(row.cells["type"].strip().casefold())
    document = reading.document(row.line, "post", row.cells["text"], extra=extra)
    return document, GoldLabel(document.id, "stance", stance, target)

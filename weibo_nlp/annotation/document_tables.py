"""Tables of what a campaign is about: of any texts, a sample with its design, an import, or keys without texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.documents import ID, PLACE, CampaignDocument, DocumentsKind, DocumentSource
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.external.hydration import is_text_key
from weibo_nlp.io.collection import Collection, open_collection
from weibo_nlp.io.column_kinds import NO_TEXT, column_kind, first_values
from weibo_nlp.io.column_names import TEXT_NAMES
from weibo_nlp.io.formulas import is_executed
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.limits import MAX_TEXT_CHARACTERS
from weibo_nlp.io.names import quoted
from weibo_nlp.io.rows import listed
from weibo_nlp.scheme import load_scheme
from weibo_nlp.text.plain import HtmlChoice, plain_text

DESIGN = ".design.json"
"""What stands behind a sample's name in that of its design."""
DESIGN_KIND = "weibo_nlp sample design"
SAMPLE_SHEET = "sample"
_ABOVE = ("above", "parent", "parent_id", "父评论")
_TEXTS_ABOVE = ("text_above", "texts_above", "context", "parent_text", "上文")
_TARGETS = ("stance_target", "target")
MOST_DOCUMENTS = 200_000
MOST_DESIGN_BYTES = 256 * 1024 * 1024


def read_documents(
    path: Path,
    *,
    text_column: str | None = None,
    id_column: str | None = None,
    parent_column: str | None = None,
    html: HtmlChoice = "auto",
) -> DocumentSource:
    """Read what is to be judged.

    Parameters
    ----------
    path : Path
        A table of texts, or a folder of tables, as :func:`weibo_nlp.io.collection.open_collection` reads them; a sample
        with its design beside it; documents of ``weibo-nlp import``; or keys of texts that are not shipped.
    text_column, id_column, parent_column : str, optional
        Columns; by default those that are called so in the field.
    html : bool or "auto"
        Whether texts of a table are HTML; samples and imports are plain.

    Raises
    ------
    UsageError
        If a column is not there, or it is unsure which one holds the texts.
    DataError
        If ids stand twice, or there is no text at all.
    """
    design = path.with_name(path.name + DESIGN)
    is_sample = design.is_file()
    # A sample's workbook has another sheet, with what the labels mean.
    sheet: dict[str, Any] = {"sheet": SAMPLE_SHEET} if is_sample and path.suffix.lower() == ".xlsx" else {}
    collection = open_collection(path, **sheet)
    content = _design(design) if is_sample else {}
    columns = collection.columns
    for name in (text_column, id_column, parent_column):
        if name is not None and name not in columns:
            raise UsageError(f"{path}: no column {name!r}; there is: {listed(list(columns))}.")
    if text_column is None and (keys := _keys(collection, id_column)) is not None:
        return DocumentSource(keys, "keys", path.name, collection.sha256, id_column or ID)
    text_column = text_column or content.get("text_column") or _text_column(collection)
    id_column = id_column or _first(columns, (ID,), text_column)
    is_import = {"above", "thread", "kind", ID, "text"} <= columns.keys() and not is_sample
    kind: DocumentsKind = "sample" if is_sample else "import" if is_import else "table"
    rows = _Rows(collection, text_column, id_column, parent_column, html if kind == "table" else False, kind)
    rows.drawn = {row.get(PLACE): row for row in content.get("rows") or () if isinstance(row, dict)}
    documents = rows.read()
    if not any(document.is_judged for document in documents):
        raise DataError(f"{path}: column {text_column} holds no text; name another with --text-column.")
    return DocumentSource(
        documents,
        kind,
        path.name,
        collection.sha256,
        PLACE if kind == "sample" or id_column is None else id_column,
        text_column,
        design if is_sample else None,
        rows.set_aside,
        tuple(dict.fromkeys(_tasks(content))),
    )


class _Rows:
    """Rows of a collection as documents; what is no text is counted."""

    def __init__(
        self,
        collection: Collection,
        text_column: str,
        id_column: str | None,
        parent_column: str | None,
        html: HtmlChoice,
        kind: DocumentsKind,
    ) -> None:
        columns = collection.columns
        self.collection, self.text, self.id, self.html, self.kind = collection, text_column, id_column, html, kind
        self.parent = parent_column or (_first(columns, _ABOVE, text_column) if id_column else None)
        self.thread = _first(columns, ("thread",), text_column)
        self.context = _first(columns, _TEXTS_ABOVE, text_column)
        self.target = _first(columns, _TARGETS, text_column)
        self.title = _first(columns, ("title", "标题"), text_column)
        self.author = "author" if kind == "import" else None
        self.place = PLACE if kind == "sample" else None
        if self.place is not None and self.place not in columns:
            raise DataError(f"{collection.path}: no column place, which a sample has; give the sample as it was drawn.")
        self.drawn: Mapping[Any, Mapping[str, Any]] = {}
        self.set_aside: dict[str, int] = {}

    def read(self) -> list[CampaignDocument]:
        names = [self.text, self.id, self.parent, self.thread, self.context, self.target, self.title, self.author]
        columns = list(dict.fromkeys(name for name in (*names, self.place) if name is not None))
        documents: list[CampaignDocument] = []
        seen: dict[str, int] = {}
        doubled: list[str] = []
        for number, row in enumerate(self.collection.rows(columns), start=1):
            document = self._document(number, row)
            if document is None:
                continue
            if document.id in seen:
                doubled.append(f"{quoted(document.id)} in rows {seen[document.id]:,} and {number:,}")
            seen[document.id] = number
            documents.append(document)
            if len(documents) > MOST_DOCUMENTS:
                raise UsageError(
                    f"{self.collection.path}: more than {MOST_DOCUMENTS:,} texts, which nobody reads; draw a sample "
                    "first (weibo-nlp sample)."
                )
        if doubled:
            raise DataError(
                f"{self.collection.path}: {len(doubled):,} ids of column {self.id} stand twice: "
                f"{'; '.join(doubled[:5])}. Give each row its own, or name another column with --id-column."
            )
        return _in_threads(documents)

    def _document(self, number: int, row: Mapping[str, Any]) -> CampaignDocument | None:
        text = row[self.text]
        reason = None if isinstance(text, str) else "no text"
        if reason is None:
            text = plain_text(text if self.kind != "sample" else _as_drawn(text), self.html).text
            reason = "empty" if not text.strip() else "too long" if len(text) > MAX_TEXT_CHARACTERS else None
        if reason is not None:
            self.set_aside[reason] = self.set_aside.get(reason, 0) + 1
            return None
        place = self._place(number, row)
        own = None if self.id is None else _cell(row, self.id)
        if self.id is not None and own is None and place is None:
            raise DataError(f"{self.collection.path}: row {number:,} has no id in column {self.id}; give it one.")
        # In a sample the place is what counts: ids may be missing there, or stand twice in what it was drawn from.
        name = str(place) if place is not None else own if own is not None else str(number - 1)
        drawn = self.drawn.get(place, {}) if place is not None else {}
        if place is not None and place not in self.drawn:
            raise DataError(
                f"{self.collection.path}: row {number:,}: place {place:,} was not drawn, as the design beside it says; "
                "give the sample as it was drawn."
            )
        target = _cell(row, self.target)
        # Of a sample, the design says what each row is asked about; some have no target, and are not asked.
        asked = drawn.get("targets") or None
        targets = None if asked is None else tuple(dict.fromkeys(filter(None, asked.values())))
        return CampaignDocument(
            id=name,
            text=text,
            title=_cell(row, self.title),
            author=_cell(row, self.author),
            thread=_cell(drawn, "cluster") or _cell(row, self.thread),
            parent=_cell(row, self.parent) if place is None else None,
            context=_cell(row, self.context),
            place=place,
            targets=targets if targets is not None or target is None else (target,),
        )

    def _place(self, number: int, row: Mapping[str, Any]) -> int | None:
        if self.place is None:
            return None
        value = _cell(row, self.place)
        try:
            return int(str(value))
        except ValueError:
            raise DataError(
                f"{self.collection.path}: row {number:,}: place is {quoted(value)}, no whole number; give the sample "
                "as it was drawn."
            ) from None


def _as_drawn(text: str) -> str:
    """Return a text of a sample without the apostrophe that keeps a spreadsheet from computing it."""
    return text[1:] if text.startswith("'") and is_executed(text[1:]) else text


def _in_threads(documents: list[CampaignDocument]) -> list[CampaignDocument]:
    """Give each document without a thread that of the one it answers, as far as parents are there."""
    if not any(document.parent for document in documents) or all(document.thread for document in documents):
        return documents
    by_id = {document.id: document for document in documents}

    def root(document: CampaignDocument) -> str:
        seen = {document.id}
        while document.parent in by_id and document.parent not in seen:
            document = by_id[document.parent]
            seen.add(document.id)
        return document.thread or document.id

    return [each if each.thread else replace(each, thread=root(each)) for each in documents]


def _design(path: Path) -> dict[str, Any]:
    content = read_json_object(path, MOST_DESIGN_BYTES)
    if content.get("kind") != DESIGN_KIND:
        raise DataError(f"{path}: is no design of a sample (kind {quoted(content.get('kind'))}); move it elsewhere.")
    return content


def _tasks(design: Mapping[str, Any]) -> Iterator[str]:
    """Tasks of a sample's label columns, as questions are named."""
    labels = design.get("labels") or {}
    for column in design.get("label_columns") or ():
        if column == "stance" or column.startswith("stance_"):
            yield "stance"
        elif column in load_scheme().tasks:
            yield column
        else:
            yield f"{column}={'|'.join(labels.get(column, ()))}"


def _keys(collection: Collection, id_column: str | None) -> list[CampaignDocument] | None:
    """Documents of a file that holds keys and no text, as it is shipped; None of any other."""
    names = [name for name in (id_column, ID, "key", "text") if name is not None and name in collection.columns]
    if not names or (names[0] != "text" and any(name in TEXT_NAMES for name in collection.columns)):
        return None
    keys: dict[str, CampaignDocument] = {}
    rows = list(dict.fromkeys([names[0], *(name for name in ("group",) if name in collection.columns)]))
    for number, row in enumerate(collection.rows(rows), start=1):
        if not is_text_key(row[names[0]]):
            if number == 1:
                return None
            raise DataError(f"{collection.path}: row {number:,}: {quoted(row[names[0]])} is no key; correct the row.")
        key = row[names[0]]
        keys[key] = CampaignDocument(key, thread=_cell(row, "group") if "group" in row else None)
    return list(keys.values())


def _text_column(collection: Collection) -> str:
    """Column of the texts, by its name and then by what is in it."""
    names = [name for name in collection.columns if name not in (PLACE,) and not name.startswith("gold_")]
    plain = {name.strip().casefold(): name for name in reversed(names)}
    values = first_values(collection.rows(names))
    kinds = {name: column_kind(values.get(name, ())) for name in names}
    # A column that is empty in the first rows may be filled further on, but any other comes before.
    for unlikely in (NO_TEXT, NO_TEXT - {"empty"}):
        for known in TEXT_NAMES:
            if known in plain and kinds[plain[known]] not in unlikely:
                return plain[known]
    texts = [name for name in names if kinds[name] == "text"]
    if len(texts) != 1:
        what = f"texts stand in {listed(texts)}" if texts else f"no text column among {listed(names)}"
        raise UsageError(f"{collection.path}: {what}; name the column with --text-column.")
    return texts[0]


def _first(columns: Iterable[str], names: Sequence[str], text_column: str) -> str | None:
    there = set(columns) - {text_column}
    return next((name for name in names if name in there), None)


def _cell(row: Mapping[str, Any], name: str | None) -> str | None:
    """Cell of a column as text; None where there is no column, or nothing in it."""
    value = None if name is None else row.get(name)
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.strip() or None

"""How a sample was drawn: the record that lies beside it, and whether a collection is still the one drawn from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import atomic_path
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.typed_json import from_json, to_json

FORMAT = 1
KIND = "weibo_nlp sample design"
SUFFIX = ".design.json"
GOLD_PREFIX = "gold_"
PLACE = "place"
MAX_DESIGN_BYTES = 1024**3
SHOWN_PLACES = 5

Method = Literal["simple", "stratified", "clusters"]
Allocation = Literal["proportional", "equal", "neyman"]


@dataclass(frozen=True, slots=True)
class DrawnFrom:
    """The collection of a sample: the name of its file or folder, its checksum, and how many rows it has."""

    name: str
    sha256: str
    n: int


@dataclass(frozen=True, slots=True)
class Strata:
    """The strata of a design.

    Attributes
    ----------
    columns : tuple of str
        What they are made of, as :func:`weibo_nlp.analysis.groups.group_frame` takes it.
    sizes : mapping of str to int
        Rows of the collection in each stratum.
    drawn : mapping of str to int
        Rows of the sample in each.
    allocation : {"proportional", "equal", "neyman"}
        By which rule the sample was divided among them.
    merged : tuple of str
        Strata with too few rows to be drawn from apart; together they are the stratum ``MERGED``.
    time_column : str or None
        Column of the times that periods among `columns` are of.
    """

    columns: tuple[str, ...]
    sizes: Mapping[str, int]
    drawn: Mapping[str, int]
    allocation: Allocation
    merged: tuple[str, ...] = ()
    time_column: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """One row of a sample.

    Attributes
    ----------
    place : int
        Its position in the collection, from 0.
    probability : float
        The chance that it had to be drawn, in (0, 1].
    text_sha256 : str
        Of its text, by :func:`text_sha256`.
    stratum, cluster : str or None
        Where it was drawn from.
    targets : mapping of str to str or None
        Label column -> what its label is about, for those about a target; None where the row has none, so that there
        is nothing to be asked.
    """

    place: int
    probability: float
    text_sha256: str
    stratum: str | None = None
    cluster: str | None = None
    targets: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class SampleDesign:
    """How a sample was drawn, as ``<SAMPLE>.design.json`` holds it.

    Attributes
    ----------
    collection : DrawnFrom
        What it was drawn from.
    seed : int
        Which of the possible samples it is.
    method : {"simple", "stratified", "clusters"}
        At random from all rows; a number fixed beforehand from each stratum; or clusters, and rows of these.
    label_columns : tuple of str
        Label columns of the collection that people are asked about; their answers stand in ``gold_<label column>``.
    labels : mapping of str to tuple of str
        Label column -> what may be answered.
    text_column : str
        Column of the collection with the text.
    rows : tuple of DrawnRow
        The sample, by place.
    strata : Strata or None
        For ``stratified`` alone.
    clusters : str or None
        Column of the clusters, or ``thread`` for threads found by `id_column` and `parent_column`.
    per_cluster : int or None
        Rows drawn each time that a cluster was; None for whole clusters.
    n_clusters : int or None
        How often a cluster was drawn.
    id_column, parent_column : str or None
        Columns with a row's id and the id of what it answers, where the collection has them.
    """

    collection: DrawnFrom
    seed: int
    method: Method
    label_columns: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    text_column: str
    rows: tuple[DrawnRow, ...]
    strata: Strata | None = None
    clusters: str | None = None
    per_cluster: int | None = None
    n_clusters: int | None = None
    id_column: str | None = None
    parent_column: str | None = None

    @cached_property
    def by_place(self) -> Mapping[int, DrawnRow]:
        """The rows by their place."""
        return {row.place: row for row in self.rows}

    @property
    def gold_columns(self) -> tuple[str, ...]:
        """Columns of the sample that people fill in, one for each label column."""
        return tuple(f"{GOLD_PREFIX}{name}" for name in self.label_columns)

    def is_asked(self, place: int, label_column: str) -> bool:
        """Whether a label column is asked about a row: all are, but for those about a target that the row has not."""
        targets = self.by_place[place].targets
        return label_column not in targets or targets[label_column] is not None

    def differences(self, collection: Collection) -> tuple[str, ...]:
        """Say in a sentence each how a collection differs from the one that the sample was drawn from; none if not."""
        if collection.sha256 == self.collection.sha256:
            return ()
        if collection.n_rows != self.collection.n:
            return (f"it has {collection.n_rows:,} rows, and the sample was drawn from {self.collection.n:,}",)
        if self.text_column not in collection.columns:
            return (f"it has no column {self.text_column!r}, in which the texts were",)
        texts = collection.rows_at(self.by_place.keys(), [self.text_column])
        other = [
            place
            for place, row in texts
            if text_sha256(str(row[self.text_column] or "")) != self.by_place[place].text_sha256
        ]
        if other:
            first = ", ".join(map(str, other[:SHOWN_PLACES])) + (", …" if len(other) > SHOWN_PLACES else "")
            return (
                f"other texts stand at {len(other):,} of {len(self.rows):,} places drawn (place {first}): its "
                "rows were changed, or stand in another order",
            )
        return (
            "the texts that were drawn stand where they stood, but something else in it is not as it was, as after "
            "labelling again",
        )

    def require_same(self, collection: Collection) -> None:
        """Refuse a collection that the sample was not drawn from.

        Raises
        ------
        DataError
            Naming what differs.
        """
        if found := self.differences(collection):
            raise DataError(
                f"{collection.path} is not the collection that the sample was drawn from ({self.collection.name}): "
                f"{'; '.join(found)}. Give that very file or folder, or draw a sample of this one."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready values."""
        names = self.__dataclass_fields__
        return {"format": FORMAT, "kind": KIND, **{name: to_json(getattr(self, name)) for name in names}}

    def write(self, path: Path) -> None:
        """Write the record, beside and renamed."""
        with atomic_path(path) as temporary:
            self.write_into(temporary)

    def write_into(self, path: Path) -> None:
        """Write the record into a file that the caller renames."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        path.write_text(text + "\n", "utf-8", newline="\n")


def design_path(sample: Path) -> Path:
    """Where the record of a sample lies: beside it."""
    return sample.with_name(sample.name + SUFFIX)


def read_design(sample: Path) -> SampleDesign:
    """Read the record that lies beside a sample, or that is named itself.

    Raises
    ------
    UsageError
        If there is none: then nobody knows how the sample was drawn.
    DataError
        If it is no such record, or contradicts itself.
    """
    path = sample if sample.name.endswith(SUFFIX) else design_path(sample)
    if not sample.exists() and not path.is_file():
        raise UsageError(f"{sample}: there is no such file; name the sample that people filled in.")
    if not path.is_file():
        raise UsageError(
            f"{path} is not there, which says how {sample.name} was drawn; put it beside, or draw a sample with "
            "weibo-nlp sample."
        )
    content = read_json_object(path, MAX_DESIGN_BYTES)
    if content.get("kind") != KIND or content.get("format") != FORMAT:
        raise DataError(
            f"{path}: kind {content.get('kind')!r:.60}, format {content.get('format')!r:.20}; {KIND!r} of format "
            f"{FORMAT} is expected, as weibo-nlp sample of this version writes it."
        )
    design = from_json(SampleDesign, content, str(path))
    _require_consistent(design, path)
    return design


def _require_consistent(design: SampleDesign, path: Path) -> None:
    faults = []
    if len(design.by_place) < len(design.rows):
        faults.append("a place stands twice among its rows")
    if any(not 0 <= row.place < design.collection.n for row in design.rows):
        faults.append(f"a place is none from 0 to {design.collection.n - 1}")
    if any(not 0 < row.probability <= 1 for row in design.rows):
        faults.append("a probability is none above 0, at most 1")
    if (design.method == "stratified") != (design.strata is not None):
        faults.append(f"method {design.method} and strata do not go together")
    if design.strata is not None and any(row.stratum not in design.strata.sizes for row in design.rows):
        faults.append("a row is of a stratum that is not listed")
    if (design.method == "clusters") != (design.clusters is not None):
        faults.append(f"method {design.method} and clusters do not go together")
    if missing := [name for name in design.label_columns if name not in design.labels]:
        faults.append(f"there are no labels for {', '.join(missing)}")
    if faults:
        raise DataError(f"{path}: {'; '.join(faults)}. Take the record as weibo-nlp sample wrote it.")


def text_sha256(text: str) -> str:
    """SHA-256 of a text by what every spreadsheet keeps of it.

    Blanks, line ends, signs that do not show, an apostrophe at the beginning, and what Chinese Windows has no sign for,
    such as emoji, in whose place it saves a question mark, do not count.
    """
    kept = text.replace("\ufffd", "").encode("gbk", "ignore").decode("gbk").replace("?", "")
    seen = "".join(sign for sign in kept if not sign.isspace() and sign.isprintable())
    return hashlib.sha256(seen.lstrip("'").encode()).hexdigest()

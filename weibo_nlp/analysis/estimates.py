"""Estimated shares of labels, by group, and their differences: the table, and the file that holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from weibo_nlp.analysis.design import DrawnFrom
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.io.jsonl import read_json_object

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
KIND = "weibo_nlp estimates"
MAX_BYTES = 256 * 1024 * 1024
EstimateMethod = Literal["uncorrected", "sample", "design_based", "ppi"]
METHODS: tuple[EstimateMethod, ...] = get_args(EstimateMethod)
MAIN_METHOD: EstimateMethod = "design_based"
"""The one that is reported; the others stand beside it. Fixed before the data are seen, never chosen by the result."""

_FIRST: Mapping[str, ColumnType] = {"label_column": "string", "label": "string", "target": "string"}
_LAST: Mapping[str, ColumnType] = {
    "method": "string",
    "share": "float",
    "low": "float",
    "high": "float",
    "n": "int",
    "n_sample": "int",
    "n_units": "int",
    "note": "string",
}


@dataclass(frozen=True, slots=True)
class EstimatedShare:
    """The share of one label in one group, by one method.

    Attributes
    ----------
    label_column, label : str
        Which label of which column.
    target : str or None
        What a stance is about; ``None`` for labels without a target.
    groups : mapping of str to str or None
        What the rows were grouped by -> the group; ``None`` for all.
    method : {"uncorrected", "sample", "design_based", "ppi"}
        How it was estimated.
    share : float or None
        The estimate, in [0, 1]; ``None`` where nothing can be said.
    low, high : float or None
        Limits; ``None`` where there is no interval.
    n, n_sample, n_units : int
        Rows of the group; labelled ones among them; clusters of these, or rows that were drawn one by one.
    note : str or None
        Why there is no interval.
    """

    label_column: str
    label: str
    target: str | None
    groups: Mapping[str, str | None]
    method: EstimateMethod
    share: float | None
    low: float | None
    high: float | None
    n: int
    n_sample: int
    n_units: int
    note: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a flat row, as the file and the table have it."""
        first = {name: getattr(self, name) for name in _FIRST}
        return first | dict(self.groups) | {name: getattr(self, name) for name in _LAST}


@dataclass(frozen=True, slots=True)
class EstimatedDifference:
    """The share of a label in one group less that in another.

    Attributes
    ----------
    label_column, label, target
        As of :class:`EstimatedShare`.
    by : str
        What the rows were grouped by.
    group, other : str
        The groups; of periods, the later one and the one before.
    method : str
        By which the shares were estimated.
    difference, low, high : float
        ``group`` less ``other``, and its limits.
    p, p_holm : float
        Two-sided, of no difference; and adjusted for all differences of the table (Holm 1979).
    """

    label_column: str
    label: str
    target: str | None
    by: str
    group: str
    other: str
    method: EstimateMethod
    difference: float
    low: float
    high: float
    p: float
    p_holm: float

    def to_dict(self) -> dict[str, Any]:
        """Return a flat row."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True)
class Estimates:
    """All shares and differences that were estimated of a collection.

    Attributes
    ----------
    collection : DrawnFrom
        Name, checksum and size of what they are of.
    sample : mapping or None
        How the labelled sample was drawn, and what came back; ``None`` without one.
    confidence_level : float
        Nominal coverage of each interval by itself.
    by : tuple of str
        What the rows were grouped by.
    rows : tuple of EstimatedShare
        Shares.
    differences : tuple of EstimatedDifference
        Differences between groups.
    notes : tuple of str
        What the intervals hold under, and what could not be checked; a sentence each.
    """

    collection: DrawnFrom
    sample: Mapping[str, Any] | None
    confidence_level: float
    by: tuple[str, ...]
    rows: tuple[EstimatedShare, ...]
    differences: tuple[EstimatedDifference, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def columns(self) -> dict[str, ColumnType]:
        """Columns of the table of shares, with their types."""
        return {**_FIRST, **dict.fromkeys(self.by, "string"), **_LAST}

    def frame(self) -> pd.DataFrame:
        """Return the shares as a tidy frame, a row for each label, group and method."""
        import pandas as pd

        return pd.DataFrame([row.to_dict() for row in self.rows], columns=list(self.columns))

    def difference_frame(self) -> pd.DataFrame:
        """Return the differences as a tidy frame."""
        import pandas as pd

        names = list(EstimatedDifference.__slots__)
        return pd.DataFrame([row.to_dict() for row in self.differences], columns=names)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready values."""
        about = {name: getattr(self.collection, name) for name in ("name", "sha256", "n")}
        return {
            "format": FORMAT,
            "kind": KIND,
            "collection": about,
            "sample": None if self.sample is None else dict(self.sample),
            "confidence_level": self.confidence_level,
            "by": list(self.by),
            "main_method": MAIN_METHOD,
            "estimates": [row.to_dict() for row in self.rows],
            "differences": [row.to_dict() for row in self.differences],
            "notes": list(self.notes),
        }

    def write_into(self, path: Path) -> None:
        """Write everything as JSON into a file that the caller renames."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
        path.write_text(text + "\n", "utf-8", errors="backslashreplace", newline="\n")


def read_estimates(path: Path) -> Mapping[str, Any]:
    """Read a file of estimates, as ``weibo-nlp estimate -o`` writes it.

    Returns
    -------
    mapping
        What :meth:`Estimates.to_dict` gave.

    Raises
    ------
    UsageError
        If it cannot be read.
    DataError
        If it is none of this format.
    """
    try:
        content = read_json_object(path, MAX_BYTES)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}; name a file of weibo-nlp estimate -o.") from error
    return require_estimates(content, path)


def require_estimates(content: Mapping[str, Any], where: object) -> Mapping[str, Any]:
    """Return what a file of estimates holds, if it is one.

    Raises
    ------
    DataError
        If it is none of this format, naming what is not as it should be.
    """
    if content.get("kind") != KIND or content.get("format") != FORMAT:
        raise DataError(
            f"{where}: kind {content.get('kind')!r:.60}, format {content.get('format')!r:.20}; {KIND!r} of format "
            f"{FORMAT} is expected, as weibo-nlp estimate -o of this version writes it."
        )
    kinds: Mapping[str, type] = {"estimates": Mapping, "differences": Mapping, "by": str}
    for name, kind in kinds.items():
        values = content.get(name)
        if not isinstance(values, list) or not all(isinstance(value, kind) for value in values):
            raise DataError(f"{where}: {name} is no list of what belongs there; estimate again with this version.")
    return content

"""Types of columns: what a table's column holds, as read from JSON values or from a Parquet schema."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, Literal

from weibo_nlp.io.arrow_values import is_pandas_type
from weibo_nlp.io.parquet import open_parquet
from weibo_nlp.io.rows import Table

ColumnType = Literal["string", "bool", "int", "float", "json"]
DateOrder = Literal["day", "month"]
"""Which number stands first in dates whose year stands last: ``23/08/2018`` has the day there, ``8/23/2018`` not."""
ValueKind = Literal["null", "string", "bool", "int", "long", "float", "json"]


def value_kind(value: object) -> ValueKind:
    """Kind of one JSON value; ``long`` is an integer of 64 bits that a float cannot hold exactly."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if abs(value) <= 2**53 else "long" if -(2**63) <= value < 2**63 else "json"
    return "float" if isinstance(value, float) else "json"


def column_type(kinds: Set[ValueKind]) -> ColumnType:
    """Type of a column by the kinds of its values, nulls aside; what is mixed or nested becomes JSON, strings apart."""
    present = kinds - {"null"}
    if present <= {"string"}:
        return "string"
    if present == {"bool"}:
        return "bool"
    if present <= {"int", "long"}:
        return "int"
    return "float" if present <= {"int", "float"} else "json"


def arrow_schema(table: Table) -> Any:
    """Arrow schema of a Parquet table, with all its metadata."""
    with open_parquet(table.path, table.state, table.sniffed.compression) as opened:
        return opened.schema


def column_type_of(arrow_type: Any) -> ColumnType:
    """Type of a Parquet column where the output has no such type."""
    import pyarrow as pa

    if pa.types.is_dictionary(arrow_type):  # pandas' categories
        return column_type_of(arrow_type.value_type)
    if isinstance(arrow_type, pa.Bool8Type):
        return "bool"
    if is_pandas_type(arrow_type):
        return "string"
    if isinstance(arrow_type, pa.BaseExtensionType):
        return column_type_of(arrow_type.storage_type)
    if pa.types.is_boolean(arrow_type):
        return "bool"
    if pa.types.is_integer(arrow_type):
        return "int"
    if pa.types.is_floating(arrow_type):
        return "float"
    # Dates, times and decimals stand as text; lists and records as JSON.
    return "json" if pa.types.is_nested(arrow_type) else "string"

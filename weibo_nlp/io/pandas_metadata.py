"""What programs wrote into a Parquet file about it: kept true of an output with other rows, columns and names."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from itertools import count
from typing import Any

from weibo_nlp.io.jsonl import parse_json_line

_PANDAS = b"pandas"
_DATASETS = b"huggingface"
# Descriptions of all columns, in languages of programs that would take added columns for none, or others for them.
# Without one, each of these programs goes by the file's own columns.
_SCHEMAS = frozenset(
    {
        b"org.apache.spark.sql.parquet.row.metadata",
        b"avro.schema",
        b"parquet.avro.schema",
        b"iceberg.schema",
        b"pig.schema",
        b"thrift.descriptor",
        b"parquet.proto.descriptor",
    }
)


def renamed_schema(schema: Any, names: Mapping[str, str]) -> Any:
    """Give columns of a schema other names, also in what pandas and `datasets` say, which read columns as told there.

    Schemas that other programs, such as Spark, keep beside the file's own are left out: they list columns that are no
    longer all there are. What is said of columns that the file has not is left out as well, or it would be taken for
    columns that are added; and for pandas, names of columns are said to be text, as those of added ones are.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of a Parquet file.
    names : mapping of str to str
        Old name -> new name.
    """
    import pyarrow as pa

    fields = [item.with_name(names.get(item.name, item.name)) for item in schema]
    metadata, described = schema.metadata, _description(schema)
    if described is not None:
        _rename(described, names, frozenset(schema.names))
        metadata = metadata | {_PANDAS: json.dumps(described).encode()}
    if metadata is not None:
        metadata = {key: value for key, value in metadata.items() if key not in _SCHEMAS}
        if (content := _renamed_features(metadata.get(_DATASETS), names, frozenset(schema.names))) is not None:
            metadata[_DATASETS] = content
    return pa.schema(fields, metadata=metadata)


def _renamed_features(content: bytes | None, names: Mapping[str, str], present: Collection[str]) -> bytes | None:
    """Features of `datasets` under the new names, without any of columns that the file has not; None if there are none.

    A column without a feature is read by its own type. The fingerprint is of the rows as they were, and left out.
    """
    described = (None if content is None else parse_json_line(content, 1).value) or {}
    info = described.get("info")
    if not isinstance(info, dict) or not isinstance(features := info.get("features"), dict):
        return None
    kept = {names.get(name, name): feature for name, feature in features.items() if name in present}
    rest = {key: value for key, value in described.items() if key != "fingerprint"}
    return json.dumps(rest | {"info": {**info, "features": kept}}).encode()


def has_range_index(schema: Any) -> bool:
    """Whether pandas holds the index as first, last and step, which say nothing of a selection of rows."""
    return _range_description(_description(schema)) is not None


def with_index_column(schema: Any, n_rows: int, taken: Collection[str]) -> tuple[Any, str, range | None]:
    """Say that an index of first, last and step is a column, as pandas writes any other.

    Parameters
    ----------
    schema : pyarrow.Schema
        One that :func:`has_range_index` is true of.
    n_rows : int
        Rows of the file that the schema is of.
    taken : collection of str
        Names that the column cannot have.

    Returns
    -------
    schema : pyarrow.Schema
        With other metadata and the same columns.
    name : str
        What the column is to be called.
    index : range or None
        Its value for each row of the file; None if what is said of the index does not fit the file, which has none
        for pandas either: nothing is said of it then, and there is no column.
    """
    described = _description(schema)
    found = _range_description(described)
    if described is None or found is None:
        raise ValueError("the schema has no index of first, last and step; ask has_range_index before.")
    index, label = _fitting_range(found, n_rows), found.get("name")
    label = label if isinstance(label, str) else None
    name = label
    if name is None or name in taken:
        name = next(free for n in count() if (free := f"__index_level_{n}__") not in taken)
    described["index_columns"] = [] if index is None else [name]
    if index is not None:
        entry = {"name": label, "field_name": name, "pandas_type": "int64", "numpy_type": "int64", "metadata": None}
        columns = described.get("columns")
        described["columns"] = [*(columns if isinstance(columns, list) else []), entry]
    return schema.with_metadata(schema.metadata | {_PANDAS: json.dumps(described).encode()}), name, index


def _description(schema: Any) -> dict[str, Any] | None:
    """What pandas says; None where it says nothing, or nothing that it could read either."""
    content = (schema.metadata or {}).get(_PANDAS)
    return None if content is None else parse_json_line(content, 1).value


def _range_description(described: Mapping[str, Any] | None) -> dict[str, Any] | None:
    match (described or {}).get("index_columns"):
        case [{"kind": "range"} as found]:
            return dict(found)
    return None


def _fitting_range(found: Mapping[str, Any], n_rows: int) -> range | None:
    bounds = [found.get(key) for key in ("start", "stop", "step")]
    if not all(isinstance(bound, int) and -(2**63) <= bound < 2**63 for bound in bounds) or bounds[2] == 0:
        return None
    index = range(*map(int, bounds))  # type: ignore[arg-type]
    return index if len(index) == n_rows else None


def _rename(described: dict[str, Any], names: Mapping[str, str], present: Collection[str]) -> None:
    index = described.get("index_columns")
    if isinstance(index, list):
        kept = [item for item in index if not isinstance(item, str) or item in present]
        described["index_columns"] = [names.get(item, item) if isinstance(item, str) else item for item in kept]
    columns = described.get("columns")
    if isinstance(columns, list):
        described["columns"] = [column for column in columns if not _is_of_another(column, present)]
    for column in described["columns"] if isinstance(columns, list) else []:
        place = column.get("field_name") if isinstance(column, dict) else None
        if isinstance(place, str) and place in names:
            column["field_name"] = names[place]
            # An index may be called like a column.
            if column.get("name") == place and not (isinstance(index, list) and place in index):
                column["name"] = names[place]
    levels = described.get("column_indexes")
    if isinstance(levels, list) and levels:
        label = levels[0].get("name") if len(levels) == 1 and isinstance(levels[0], dict) else None
        text = {"pandas_type": "unicode", "numpy_type": "object", "metadata": {"encoding": "UTF-8"}}
        if len(levels) > 1 or not isinstance(levels[0], dict) or levels[0].get("pandas_type") != "unicode":
            described["column_indexes"] = [{"name": label, "field_name": label} | text]


def _is_of_another(column: Any, present: Collection[str]) -> bool:
    """Whether a column is described that the file has not: programs that know nothing of pandas drop some."""
    place = column.get("field_name") if isinstance(column, dict) else None
    return isinstance(place, str) and place not in present

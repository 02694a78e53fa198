"""Arrow's values as Python's, nothing lost on the way: nanoseconds, bytes that are text, pandas' periods."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

_PANDAS_TYPES = ("pandas.period", "pandas.interval")


def know_pandas_types(schema: Any) -> bool:
    """Make known to Arrow what pandas' periods and intervals are, if a schema has some that it takes for their numbers.

    Returns
    -------
    bool
        Whether it has: the schema is then to be read again.
    """
    import pyarrow as pa

    unknown = any(map(_is_unknown_to_arrow, schema))
    if unknown:
        import pandas as pd

        pa.array(pd.array([pd.Period("2000", "Y")]))  # by which pandas tells Arrow of both
    return unknown


def is_pandas_type(kind: Any) -> bool:
    """Whether a type is of pandas' periods or intervals, which are text here, as in ``2024-05`` and ``(0, 1]``."""
    import pyarrow as pa

    return isinstance(kind, pa.BaseExtensionType) and kind.extension_name in _PANDAS_TYPES


def python_values(array: Any) -> list[Any]:
    """Convert a column.

    Unlike with ``to_pylist``, times of nanoseconds are text (Python's end at microseconds), bytes are the text they
    are in UTF-8 (Spark and Impala write text as such), a struct with two fields of one name is a list of pairs, a time
    in a zone that is not known is one in UTC, and pandas' periods and intervals are text.

    Parameters
    ----------
    array : pyarrow.Array
        Of any type.

    Returns
    -------
    list
        A value for each row; null is None.

    Raises
    ------
    ValueError, OverflowError
        If a value is nothing that Python can hold, or bytes that are no UTF-8.
    """
    import pyarrow as pa

    kind = array.type
    if _is_converted_whole(kind):
        return list(array.to_pylist())
    if pa.types.is_dictionary(kind):
        return python_values(array.dictionary_decode())
    if is_pandas_type(kind):
        return _pandas_texts(array)
    if isinstance(array, pa.ExtensionArray):
        return python_values(array.storage)
    if pa.types.is_timestamp(kind):
        return python_values(array.cast(pa.timestamp(kind.unit, "UTC")))
    if _is_bytes(kind):
        return [None if value is None else _text(value) for value in array.to_pylist()]
    if pa.types.is_struct(kind):
        return _structs(array)
    if pa.types.is_nested(kind):  # lists and maps, a map being a list of pairs
        inner = [item.values if item.is_valid else None for item in array]
        rows = [None if values is None else python_values(values) for values in inner]
        if pa.types.is_map(kind):
            return [None if row is None else [tuple(pair.values()) for pair in row] for row in rows]
        return rows
    return list(array.cast(pa.string()).to_pylist())


def _pandas_texts(array: Any) -> list[str | None]:
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of kinds of periods that pandas will give up
            values = [None if pd.isna(value) else value for value in array.to_pandas()]
            for value in values:
                # Beyond its calendar, pandas begins again at another end.
                if isinstance(value, pd.Period) and value.start_time.to_period(value.freqstr) != value:
                    raise ValueError("a period beyond the calendar")
    except (LookupError, TypeError) as error:
        raise ValueError(f"of {array.type}: {error}") from None
    return [None if value is None else str(value) for value in values]


def _structs(array: Any) -> list[Any]:
    names = [array.type.field(place).name for place in range(array.type.num_fields)]
    make: Any = dict if len(set(names)) == len(names) else lambda pairs: [list(pair) for pair in pairs]
    fields = [python_values(field) for field in array.flatten()]
    valid = array.is_valid().to_pylist()
    return [
        make(zip(names, row, strict=True)) if is_valid else None for is_valid, *row in zip(valid, *fields, strict=True)
    ]


@lru_cache(1024)
def _is_converted_whole(kind: Any) -> bool:
    """Whether ``to_pylist`` loses nothing of a type."""
    import pyarrow as pa

    if isinstance(kind, pa.UuidType | pa.Bool8Type):
        return True
    if is_pandas_type(kind) or (pa.types.is_timestamp(kind) and not _is_known_zone(kind)):
        return False
    if _is_bytes(kind) or (pa.types.is_time64(kind) and kind.unit == "ns"):
        return False
    if pa.types.is_struct(kind) and len({field.name for field in kind}) < kind.num_fields:
        return False
    return all(map(_is_converted_whole, _inner_types(kind)))


def _is_known_zone(kind: Any) -> bool:
    import pyarrow as pa

    try:
        pa.scalar(0, kind).as_py()
    except (ValueError, LookupError):
        return kind.tz is None
    return True


def _is_unknown_to_arrow(item: Any) -> bool:
    import pyarrow as pa

    name = (item.metadata or {}).get(b"ARROW:extension:name", b"")
    if name in [known.encode() for known in _PANDAS_TYPES] and not isinstance(item.type, pa.BaseExtensionType):
        return True
    return any(_is_unknown_to_arrow(item.type.field(place)) for place in range(item.type.num_fields))


def _inner_types(kind: Any) -> list[Any]:
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        return [kind.storage_type]
    if pa.types.is_dictionary(kind):
        return [kind.value_type]
    return [kind.field(place).type for place in range(kind.num_fields)]


def _is_bytes(kind: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"bytes that are no UTF-8 (0x{value[error.start]:02x} at byte {error.start})") from None

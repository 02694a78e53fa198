"""Frozen records to JSON-ready values and back: what a record's fields say is what the file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from weibo_nlp.errors import DataError, WeiboNlpError
from weibo_nlp.io.validation import RowError, checked_json

Record = TypeVar("Record")


def to_json(value: Any) -> Any:
    """Turn a record, or anything made of records, into dicts, lists and plain values.

    A record that has a ``to_dict`` of its own, as an `Estimate` has, is asked for it; others give their fields.
    """
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {name: to_json(entry) for name, entry in value.items()}
    return [to_json(entry) for entry in value] if isinstance(value, list | tuple) else value


def from_json(record: type[Record], content: Mapping[str, Any], where: str) -> Record:
    """Read a record back from what `to_json` made of it, whoever wrote it.

    Parameters
    ----------
    record : type
        The record's class; its annotations say what is allowed.
    content : mapping
        JSON object; keys that the record does not have are passed over.
    where : str
        File, or what the content is of, for messages.

    Raises
    ------
    DataError
        If fields are missing or hold what they may not, naming the first of them and what arrived.
    """
    try:
        # In JSON, strict means: no text that passes for a number, no number for a boolean.
        value: Record = checked_json(record, content, get_type_hints(record))
    except RowError as error:
        raise DataError(f"{where}: {' '.join(map(str, error.faults))} Write it again with this version.") from None
    except WeiboNlpError as error:  # of a record that checks itself, as the settings of the bootstrap do
        raise DataError(f"{where}: {error} Write it again with this version.") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise DataError(f"{where}: is no JSON ({error}). Write it again with this version.") from None
    return value

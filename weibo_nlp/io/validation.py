"""Rows checked at the door: values with the place they were read at, and problems that say where.

A row is checked as a whole by pydantic, which is imported when the first file is read and not with the package: it
takes longer to load than a small file does to check.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Annotated, Any, Generic, TypeVar, get_args, get_type_hints

from annotated_types import Ge, MinLen

from weibo_nlp.errors import DataError, LabelError
from weibo_nlp.io.jsonl import read_jsonl
from weibo_nlp.io.names import printable_name, quoted

T = TypeVar("T")
Row = Mapping[str, Any]
Parser = Callable[[Row], T]
NAME, ORDINAL = Annotated[str, MinLen(1)], Annotated[int, Ge(1)]
FORM, SCHEME = 1, 2
MOST_FAULTS = 20
_ALLOWED = {
    "bool_type": "true or false",
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "int_type": "a whole number",
    "float_type": "a number",
    "greater_than_equal": "a whole number from {ge}",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of names to values",
    "mapping_type": "a mapping of names to values",
    "model_type": "a mapping of names to values",
    "dataclass_type": "a mapping of names to values",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule and where: file, line (0 for the whole file), level, rule, sentence."""

    path: Path
    line: int
    level: int
    rule: str
    text: str

    @classmethod
    def all_of(cls, error: DataError, path: Path, line: int) -> list[Problem]:
        """Problems that an error tells of: labels that the scheme does not have, or else matters of form."""
        faults = error.faults if isinstance(error, RowError) else [error]
        places = [(SCHEME, "scheme") if isinstance(fault, LabelError) else (FORM, "form") for fault in faults]
        return [cls(path, line, *place, str(fault)) for place, fault in zip(places, faults, strict=True)]

    def shown(self, root: Path) -> str:
        """``file:line: level rule: sentence``, the file relative to `root`."""
        path = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        place = f"{path}:{self.line}" if self.line else f"{path}"
        return f"{place}: [{self.level} {self.rule}] {self.text}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A value and the line of the file it was read from, counted from 1."""

    value: T
    path: Path
    line: int

    @property
    def where(self) -> str:
        """``file:line`` for messages."""
        return f"{self.path}:{self.line}"

    def problem(self, level: int, rule: str, text: str) -> Problem:
        """Return what is wrong with the value, at its place."""
        return Problem(self.path, self.line, level, rule, text)


class RowError(DataError):
    """Everything that is wrong with one row, as one error for each fault."""

    def __init__(self, faults: Sequence[DataError]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "; ".join(map(str, self.faults))


def read_records(path: Path, parse: Parser[T]) -> Iterator[Located[T] | Problem]:
    """Stream a JSONL file: every row as a record with its place, or as the problems that keep it from being one.

    `parse` makes a record of a row, or raises DataError; :func:`row_parser` makes such functions.
    """
    for line in read_jsonl(path):
        if line.value is None:
            yield Problem(path, line.number, FORM, "form", f"{line.reason}; one JSON object a line is expected.")
            continue
        try:
            yield Located(parse(line.value), path, line.number)
        except DataError as error:
            yield from Problem.all_of(error, path, line.number)


def noting_problems(items: Iterable[Located[T] | Problem], problems: list[Problem]) -> Iterator[Located[T]]:
    """Pass records on and put the problems among them on a list."""
    for item in items:
        if isinstance(item, Problem):
            problems.append(item)
        else:
            yield item


def without_problems(items: Iterable[Located[T] | Problem]) -> list[T]:
    """Return the records of files in which every row must be right.

    Raises
    ------
    DataError
        If any is not; every problem stands on a line of the message.
    """
    problems: list[Problem] = []
    records = [item.value for item in noting_problems(items, problems)]
    if problems:
        raise DataError("\n".join(map(str, problems)))
    return records


def row_parser(build: Callable[..., T], types: Mapping[str, Any]) -> Parser[T]:
    """Return a function that checks all fields of a row and makes a record of them.

    Parameters
    ----------
    build : callable
        Takes the fields as keyword arguments; a DataError that it raises is the row's fault, too.
    types : mapping of str to type
        Type of every field that the row must have, or (type, default) of one that it may leave out: those of
        :func:`field_types`, :func:`label_type`, :func:`nested_type`, or any other that pydantic knows. A list of the
        row becomes a tuple where that is the type; nothing else is converted: ``1`` is not true, ``"1"`` no number.

    Returns
    -------
    callable
        Raises RowError with every missing, unknown or impossible field of a row; labels that are not in the scheme are
        LabelErrors among its faults.
    """
    model = nested_type(types)

    def parse(row: Row) -> T:
        return build(**dict(checked_json(model, row, types, default=_date_text)))

    return parse


def _date_text(value: object) -> str:
    """Text of a date: the registers are YAML, which has dates; and bytes and sets, which no field holds."""
    if isinstance(value, date):
        return str(value)
    raise RowError([DataError(f"{quoted(value)} is of type {type(value).__name__}; write text, a number or a date.")])


def checked_json(type_: Any, content: Row, types: Mapping[str, Any], **options: Any) -> Any:
    """Make a value of a type that pydantic knows of a JSON object.

    Strictly, a list is no tuple unless it comes as JSON; so the object is written as such, as `options` say.

    Raises
    ------
    RowError
        With everything that is wrong with the object, whose fields `types` declare.
    """
    from pydantic import ValidationError

    try:
        return _adapter(type_).validate_json(json.dumps(content, **options), strict=True)
    except ValidationError as error:
        faults = [_fault(item, content, types) for item in error.errors(include_url=False)[:MOST_FAULTS]]
        if error.error_count() > MOST_FAULTS:
            faults.append(DataError(f"{error.error_count() - MOST_FAULTS:,} faults more; mend these first."))
        raise RowError(faults) from None


@cache
def _adapter(type_: Any) -> Any:
    from pydantic import TypeAdapter  # 0.4 s to load, which only readers of files spend

    return TypeAdapter(type_)


def field_types(record: type, **narrower: Any) -> dict[str, Any]:
    """Types of a dataclass's fields for :func:`row_parser`, some of them narrower than the dataclass says.

    A field with a default may be left out of a row.
    """
    types = get_type_hints(record) | narrower
    return {item.name: (types[item.name], ... if item.default is MISSING else item.default) for item in fields(record)}


def label_type(labels: Iterable[str]) -> Any:
    """Type of a field whose value must be a label of the scheme."""
    from pydantic import PlainValidator
    from pydantic_core import PydanticCustomError

    allowed = tuple(labels)

    def check(value: object) -> object:
        if value not in allowed:
            raise PydanticCustomError("label", "{allowed}", {"allowed": ", ".join(allowed)})
        return value

    return Annotated[str, PlainValidator(check)]


def list_type(item: Any) -> Any:
    """Type of a field that holds a list of values of a type, read as a tuple."""
    return GenericAlias(tuple, (item, ...))


def mapping_type(value: Any) -> Any:
    """Type of a field that maps text to values of a type."""
    return GenericAlias(dict, (str, value))


def nested_type(types: Mapping[str, Any]) -> Any:
    """Type of a field that holds a mapping with these fields and no others; read as an object with attributes."""
    from pydantic import ConfigDict, create_model

    return create_model("Row", __config__=ConfigDict(extra="forbid"), **types)


def _fault(error: Any, row: Row, types: Mapping[str, Any]) -> DataError:
    kind, place, value = error["type"], _place(error["loc"]) or "it", quoted(error["input"])
    name, *deeper = error["loc"] or ("",)
    if kind == "label":
        subject = f" for {printable_name(str(row['document_id']))}" if "document_id" in row else ""
        return LabelError(
            f"{place} {value}{subject} is not in the scheme ({error['ctx']['allowed']}). "
            "Correct the row, or add the label to a new scheme version."
        )
    if kind in ("missing", "extra_forbidden"):
        what = f"field '{place}' is missing" if kind == "missing" else f"unknown field '{place}'"
        known = "" if deeper else f"; a row has {', '.join(sorted(types))}"
        return DataError(f"{what}{known}.")
    if kind == "literal_error":
        return DataError(f"{place} {value} is not one of {error['ctx']['expected']}.")
    if kind not in _ALLOWED:
        return DataError(f"{place} cannot be {value}: {error['msg']}.")
    allowed = _ALLOWED[kind].format(**error.get("ctx", {}))
    declared = types.get(name)
    optional = not deeper and type(None) in get_args(declared[0] if isinstance(declared, tuple) else declared)
    return DataError(f"{place} must be {allowed}{' or null' if optional else ''}, got {value}.")


def _place(location: Sequence[str | int]) -> str:
    """``figures[0].value`` for where in a row a value stands."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{printable_name(part)}" for part in location)
    return "".join(parts).removeprefix(".")

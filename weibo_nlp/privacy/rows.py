"""Rows of a table without people: every column is told by its name, but for those that the caller knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from weibo_nlp.io import Reject
from weibo_nlp.io.column_types import ColumnType
from weibo_nlp.privacy.fields import Role, role_of
from weibo_nlp.privacy.protection import Protection, is_nothing

_BETWEEN_NAMES = re.compile("[,，、;；|]")
# What a reason repeats of a row: words in quotation marks, and numbers that may be ids.
_REPEATED = re.compile(r"'[^']*'|\"[^\"]*\"|\d{5,}")
_NUMBERS = ("int", "float", "bool")


class ProtectedRows:
    """Takes people out of the rows of one table.

    Of what would be dropped from a document, a column of names stays as one of pseudonyms: who wrote a row is mostly
    told by nothing else. Columns of pictures, addresses and profiles go.

    Parameters
    ----------
    protection : Protection
        What does it, and counts it.
    columns : mapping of str to ColumnType
        All columns with their types.
    texts, ids : iterable of str
        Columns that are known to hold texts, and ids of rows, whatever they are called.
    """

    def __init__(
        self,
        protection: Protection,
        columns: Mapping[str, ColumnType],
        *,
        texts: Iterable[str] = (),
        ids: Iterable[str] = (),
    ) -> None:
        texts, ids = tuple(texts), tuple(ids)
        known: dict[str, Role] = {**dict.fromkeys(texts, "text"), **dict.fromkeys(ids, "document")}
        self._protection, self._types, self._ids = protection, columns, ids
        self._texts = frozenset(texts)
        self._roles: dict[str, Role] = {name: known.get(name) or role_of(name) for name in columns}

    @property
    def counts(self) -> Counter[str]:
        """How often each kind was replaced."""
        return self._protection.counts

    @property
    def left_out(self) -> tuple[str, ...]:
        """Columns that go: pictures, addresses and profiles."""
        return tuple(name for name, role in self._roles.items() if role == "dropped")

    @property
    def columns(self) -> dict[str, ColumnType]:
        """Columns that stay, with the types of what stands in them then."""
        # JSON may be nested, as a list of names is, whatever stands in it.
        same = {name for name, role in self._kept() if role == "text" or self._types[name] == "json"}
        return {name: self._types[name] if name in same else "string" for name, _ in self._kept()}

    def learn(self, values: Mapping[str, Any]) -> None:
        """Take note of who is named in a row; of all rows, before the first is protected."""
        for name in self._ids:
            if not is_nothing(values.get(name)):
                self._protection.people.add_document(values[name])
        self._protection.learn(values)

    def protected(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row without people."""
        return {name: self._value(name, role, values[name]) for name, role in self._kept() if name in values}

    def _kept(self) -> Iterable[tuple[str, Role]]:
        return ((name, role) for name, role in self._roles.items() if role != "dropped")

    def _value(self, name: str, role: Role, value: Any) -> Any:
        if role == "handles":
            return self._names(value)
        if name in self._texts and isinstance(value, str):  # a post that says no more than somebody's name says a word
            return self._protection.text(value)
        new = self._protection.value(value, "user" if role == "handle" else role)
        if role != "text" and isinstance(new, int | float):  # nobody, as 0: the column is one of text
            return None if new != new else str(new)
        # Where a column holds numbers, the word for what one was cannot stand in it.
        return None if role == "text" and self._types[name] in _NUMBERS and isinstance(new, str) else new

    def _names(self, value: Any) -> Any:
        if isinstance(value, str):
            names = (name.strip() for name in _BETWEEN_NAMES.split(value))
            return ",".join(str(self._protection.user(name)) for name in names if name)
        return self._protection.value(value, "user")


def protected_reason(reason: str) -> str:
    """Return why a row was set aside, without what the reason repeats of it."""
    return _REPEATED.sub("…", reason)


def protected_reject(reject: Reject, file: str = "") -> Reject:
    """Return what is said of a row that was set aside, without anything of the row and without its file's name.

    Parameters
    ----------
    reject : Reject
        As it was read.
    file : str
        What stands in the place of the name, which may be a user's.
    """
    return replace(reject, file=file, reason=protected_reason(reject.reason), raw="")

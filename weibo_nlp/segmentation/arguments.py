"""Arguments that hold many strings: what would be iterated over without a word, and give something else, is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from weibo_nlp.errors import UsageError


def require_strings(name: str, value: object, remedy: str) -> None:
    """Refuse what is no collection of strings, whatever iterating over it would give.

    Parameters
    ----------
    name : str
        Of the argument.
    value : object
        What was passed for it.
    remedy : str
        What to pass instead.

    Raises
    ------
    UsageError
        For a string or bytes, which are iterated by character; for a mapping or a table, which are iterated by key or
        column name; and for what cannot be iterated over.
    """
    from weibo_nlp.io.names import quoted  # takes as long to import as all of this room

    if isinstance(value, (str, bytes, bytearray)):
        kind = "string" if isinstance(value, str) else type(value).__name__
        raise UsageError(
            f"{name} is one {kind}, {quoted(value)}, whose characters would be taken one by one; {remedy}."
        )
    # Tables of pandas, polars and pyarrow are known by their columns, without importing any of them.
    if isinstance(value, Mapping) or hasattr(value, "columns"):
        raise UsageError(f"{name} is a {type(value).__name__}, of which only the names would be taken; {remedy}.")
    if not isinstance(value, Iterable):
        raise UsageError(f"{name} is {quoted(value)}; {remedy}.")

"""Hosts are named before texts go there."""

from __future__ import annotations

import warnings

from weibo_nlp.io.names import printable

_told: set[tuple[str, str]] = set()


def tell_host(host: str, model: str) -> None:
    """Warn, once a process, that texts are about to be sent to a host."""
    if (host, model) not in _told:
        warnings.warn(sentence(host, model), stacklevel=5)
        is_told(host, model)


def is_told(host: str, model: str) -> None:
    """Take note that somebody else has told the user."""
    _told.add((host, model))


def sentence(host: str, model: str, texts: int | None = None, *, raw: bool = False) -> str:
    """Say where texts go.

    Parameters
    ----------
    host, model : str
        Where, and to whom.
    texts : int, optional
        How many at most, where that is known.
    raw : bool
        Whether they go as they are.
    """
    how_many = "Texts are" if texts is None else f"Up to {texts:,} texts are"
    how = "as they are, with all names and numbers in them" if raw else "with names and numbers masked"
    return f"{how_many} sent to {printable(host)}, to be labelled by {printable(model)}, {how}."

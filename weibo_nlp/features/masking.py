"""What a text model sees: normalised text in which names and addresses are masked."""

from __future__ import annotations

import re

from weibo_nlp.text import normalise, parse

_SPACE = re.compile(r"\s+")
# Who is mentioned and which page is linked says nothing that carries over to other texts; that somebody is, does.
_MASKS = {"mention": "@", "url": "⌁", "client_residue": "⌁", "reply_prefix": "回复@:", "repost_prefix": "//@:"}


def mask_and_normalise(text: str) -> str:
    """Normalise a raw text, mask handles and addresses, lower the case, and fold white space.

    Parameters
    ----------
    text : str
        As the platform shows it.

    Returns
    -------
    str
        Not empty-safe for people to read; meant for n-gram features only.

    Raises
    ------
    DataError
        If the text holds a lone surrogate.
    """
    clean = normalise(text).text
    pieces, last = [], 0
    for markup in parse(clean).spans:
        mask = _MASKS.get(markup.kind)
        if mask is not None and markup.span.start >= last:
            pieces += [clean[last : markup.span.start], mask]
            last = markup.span.end
    return _SPACE.sub(" ", "".join([*pieces, clean[last:]])).strip().lower()

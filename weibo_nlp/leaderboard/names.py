"""Names of systems as tables show them: none can pass for another, whatever letters it is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from weibo_nlp.io.names import printable_name
from weibo_nlp.predictions import ModelReference

# Signs of ASCII, in lower case, that look alike in some typeface; the first stands for all of them.
_GROUPS = ("1il|!j", "0oqg9", "2z", "5s$", "8b6&", "nr", "vuy", "a@", "ce(<[{", ")>]}", "tf+", "-_~=", ".,:;'`\"^ ")
# Signs that two others make together: whatever is read for whatever, both are spelt out alike.
_MADE = {"m": "nn", "w": "vv", "d": "c1", "k": "1c", "h": "1n"}
_LOOKS = str.maketrans({sign: group[0] for group in _GROUPS for sign in group} | _MADE)


def distinct_names(systems: Iterable[ModelReference]) -> list[str]:
    """Name and version as shown; with the checksum of both behind them, unless nothing could be taken for them.

    Only names in ASCII go without: among the letters of other scripts, Chinese and Japanese included, are many that
    look like one of ASCII or like each other (丨 and l, ニ and 二), and no list of them is complete. Of names in ASCII,
    those carry it that share their `skeleton` with another of the table, and those with the sign ``#``, by which they
    could pretend to carry it.
    """
    pairs = [(system.name, system.version) for system in systems]
    printed = [f"{printable_name(name)} {printable_name(version, 24)}" for name, version in pairs]
    alike = list(map(skeleton, printed))
    plain = [
        name.isascii() and "#" not in name and alike.count(look) == 1 for name, look in zip(printed, alike, strict=True)
    ]
    digests = [hashlib.sha256(repr(pair).encode()).hexdigest() for pair in pairs]
    for length in (8, 16):
        names = [
            name if alone else f"{name} #{digest[:length]}"
            for name, alone, digest in zip(printed, plain, digests, strict=True)
        ]
        if len(set(names)) == len(names):
            return names
    return [f"{name} #{digest}" for name, digest in zip(printed, digests, strict=True)]


def skeleton(name: str) -> str:
    """Return a form that names in ASCII share if one may be read for the other; others may share it as well."""
    return name.lower().translate(_LOOKS)

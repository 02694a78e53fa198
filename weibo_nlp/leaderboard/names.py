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


VERSION_BEHIND = "=="
"""What parts the name of a system from its version, where neither may be taken for the other's."""


def distinct_names(systems: Iterable[ModelReference]) -> list[str]:
    """Name and version as shown; with the checksum of both behind them, unless nothing could be taken for them.

    Only names in ASCII go without: among the letters of other scripts, Chinese and Japanese included, are many that
    look like one of ASCII or like each other (丨 and l, ニ and 二), and no list of them is complete. Of names in ASCII,
    those carry it that share their `skeleton` with another of the table, and those with the sign ``#``, by which they
    could pretend to carry it.
    """
    systems = list(systems)
    pairs = [(system.name, system.version) for system in systems]
    printed = [" ".join(_shown(system)) for system in systems]
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


def full_names(systems: Iterable[ModelReference]) -> list[str]:
    """Names and versions with the sign between them that tells where the one ends, as shown, sorted."""
    return sorted(VERSION_BEHIND.join(_shown(system)) for system in systems)


def systems_meant(text: str, systems: Iterable[ModelReference]) -> list[frozenset[ModelReference]]:
    """What a text can mean: every reading that fits a system, each as the systems that it takes.

    With ``==`` in it, it is a name, ``==`` and a version, and nothing else: whatever others call their systems, one
    that has no ``=`` of its own can be named so. Without, it is a name, meaning all its versions, or a name, a blank
    and a version. Names and versions count as they are and as tables show them.
    """
    systems = set(systems)
    if VERSION_BEHIND in text:
        exact = [system for system in systems if text == f"{system.name}{VERSION_BEHIND}{system.version}"]
        shown = [system for system in systems if text == VERSION_BEHIND.join(_shown(system))]
        return [frozenset({system}) for system in exact or shown]
    readings = {
        frozenset({system})
        for system in systems
        if text in (f"{system.name} {system.version}", " ".join(_shown(system)))
    }
    for name in {system.name for system in systems if text in (system.name, _shown(system)[0])}:
        readings.add(frozenset(system for system in systems if system.name == name))
    return sorted(readings, key=lambda reading: (len(reading), full_names(reading)))


def skeleton(name: str) -> str:
    """Return a form that names in ASCII share if one may be read for the other; others may share it as well."""
    return name.lower().translate(_LOOKS)


def _shown(system: ModelReference) -> tuple[str, str]:
    return printable_name(system.name), printable_name(system.version, 24)

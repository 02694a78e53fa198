"""File names out of anything: what people call their systems may hold slashes, line ends or ten thousand letters."""

from __future__ import annotations

import hashlib
import re

LONGEST = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+|^\.+|(?<=\.)\.+")


def safe_stem(*parts: str) -> str:
    """Join parts by hyphens into a file name's stem that every file system takes.

    Parameters
    ----------
    *parts : str
        Any text at all.

    Returns
    -------
    str
        Letters, digits, ``. _ -`` of ASCII, at most ``LONGEST`` + 9 characters. Where something had to be left out, the
        first 8 digits of a checksum of the parts follow, so that two different names stay different.
    """
    plain = "-".join(parts)
    safe = _UNSAFE.sub("_", plain)[:LONGEST]
    # Names that differ in case alone are one file on some systems.
    if safe == plain and safe == safe.lower() and safe and not any("-" in part for part in parts):
        return safe
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe}-{digest[:8]}"

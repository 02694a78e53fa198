"""Texts that were read in a wrong encoding and saved so: recognised, and named by what was done to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from weibo_nlp.io.hanzi import COMMON, n_hanzi

_LEAST_LETTERS = 4
_PLAIN = 0.5
"""Share of common characters among the Chinese ones of a text as it was: misread ones have a tenth."""
_LOST = ("锟斤拷", "\ufffd\ufffd")


def mojibake(texts: Sequence[str]) -> tuple[str, str, str] | None:
    """Recognise texts of which at least half were read in a wrong encoding.

    Returns
    -------
    tuple of str or None
        What was done, the beginning of a text, and what stood there; nothing for the last where it is lost.
    """
    found = Counter[str]()
    shown: dict[str, tuple[str, str]] = {}
    n_long = 0
    for text in texts:
        if sum(not character.isascii() for character in text) < _LEAST_LETTERS:
            continue
        n_long += 1
        what, original = _misread(text)
        if what:
            found[what] += 1
            shown.setdefault(what, (text[:12], original[:12]))
    if not found or found.total() * 2 < n_long:
        return None
    what = found.most_common(1)[0][0]
    return what, *shown[what]


def _misread(text: str) -> tuple[str, str]:
    """What was done to a text, and the text before; nothing for one that may be as it was written."""
    beginning = text[:200]
    if any(sign in beginning for sign in _LOST):
        return "characters were replaced when it was read in a wrong encoding, and are lost", ""
    is_plain = _share_common(beginning) >= _PLAIN
    for what, before in _WAYS:
        original = before(beginning)
        if original is not None and n_hanzi(original) >= 2 and not is_plain and _share_common(original) >= _PLAIN:
            return what, original
    return "", ""


def _share_common(text: str) -> float:
    n = n_hanzi(text)
    return sum(character in COMMON for character in text) / n if n else 0.0


def _way(misread_as: str, written_in: str) -> Callable[[str], str | None]:
    def before(text: str) -> str | None:
        raw = text.encode(misread_as, "ignore")
        original = raw.decode(written_in, "ignore")
        # Of bytes that came through, few are left over: at the end of a text, and where a sign was replaced.
        kept = len(original.encode(written_in, "ignore"))
        return original if kept * 10 >= len(raw) * 8 else None

    return before


_WAYS = (
    ("it was written in UTF-8 and read as GBK", _way("gb18030", "utf-8")),
    ("it was written in UTF-8 and read as Latin", _way("cp1252", "utf-8")),
    ("it was written in UTF-8 and read as Latin", _way("latin-1", "utf-8")),
    ("it was written in GBK and read as Latin", _way("latin-1", "gb18030")),
    ("it was written in GBK and read as Latin", _way("cp1252", "gb18030")),
    ("it was written in GBK and read as Big5", _way("cp950", "gb18030")),
    ("it was written in Big5 and read as GBK", _way("gb18030", "cp950")),
)

"""Fonts that pictures are drawn with: one that has Chinese, found among the system's or named; never boxes in silence.

Drawings as SVG hold text as text, which whoever shows them draws with fonts of their own. Pictures of pixels hold
shapes: a character that no font at hand has would become the same empty box as any other, so it is refused where it
is Chinese and shown by its code point where it is a rare sign.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from weibo_nlp.errors import UsageError

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "思源黑体",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Heiti SC",
    "STHeiti",
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",
    "Microsoft JhengHei",
    "Arial Unicode MS",
)
"""Families with Chinese, in the order in which they are looked for; also what drawings name for others to show."""

INSTALL = (
    "install one, such as fonts-noto-cjk or fonts-wqy-zenhei on Debian and Ubuntu, google-noto-sans-cjk-fonts on "
    "Fedora, or name the file of a font with --font"
)
EXTRA = "figures are drawn by matplotlib, which is not installed: pip install 'weibo-nlp[report]', and run again."
_BASE = "DejaVu Sans"  # comes with matplotlib
_COMMON = "的一是不了人我在有这支持反对中立负面正面"
_MOST_NAMED = 8
_CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


def require_matplotlib() -> None:
    """Refuse to go on where there is no matplotlib, before any work.

    Raises
    ------
    UsageError
        Naming what to install.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise UsageError(EXTRA) from error


@dataclass(frozen=True, slots=True)
class Fonts:
    """What text in pictures is drawn with: the first that has a character draws it.

    Attributes
    ----------
    families : tuple of str
        Names by which matplotlib knows them, the one that comes with it last.
    chinese : str or None
        The family with Chinese among them; None where none was found.
    named : bool
        Whether a user named it.
    weight : int
        Of the face that was found, from 100 to 900.
    """

    families: tuple[str, ...]
    chinese: str | None
    named: bool = False
    weight: int = 400
    _covered: frozenset[int] = field(default=frozenset(), repr=False)

    def covers(self, character: str) -> bool:
        """Whether one of the fonts has a shape for a character."""
        return ord(character) in self._covered

    def drawable(self, text: str) -> str:
        """Return a text with signs that no font has shown by their code points.

        Raises
        ------
        UsageError
            If there is Chinese in it, and no font with Chinese was found.
        """
        if self.chinese is None and (
            lacking := [sign for sign in text if _CHINESE.match(sign) and not self.covers(sign)]
        ):
            shown = "".join(dict.fromkeys(lacking[:_MOST_NAMED]))
            raise UsageError(f"no font was found that has Chinese, as {shown}: pictures cannot be drawn; {INSTALL}.")
        return "".join(sign if self.covers(sign) else _code(sign) for sign in text)


def find_fonts(named: str | None = None) -> Fonts:
    """Find what pictures are drawn with.

    Parameters
    ----------
    named : str, optional
        File or family of a font; by default the first of ``FAMILIES`` that is installed and has Chinese, then any font
        that has.

    Returns
    -------
    Fonts
        Without a family for Chinese where none was found; what needs one is refused by :meth:`Fonts.drawable`.

    Raises
    ------
    UsageError
        If matplotlib is not installed, the file is no font, there is no family of that name, or what is named has no
        Chinese.
    """
    require_matplotlib()
    base = frozenset(_charmap(*_place(next(_faces(_BASE)))))
    if named is not None:
        entry = _named(named)
        family, weight, charmap = entry.name, _weight(entry), _charmap(*_place(entry))
        if lacking := "".join(sign for sign in _COMMON if ord(sign) not in charmap):
            raise UsageError(f"--font {named} has no Chinese (it lacks {lacking}); name a font that has, such as Noto.")
        return Fonts((family, _BASE), family, named=True, weight=weight, _covered=base | charmap)
    for entry in _candidates():
        charmap = _charmap(*_place(entry))
        if all(ord(sign) in charmap for sign in _COMMON):
            return Fonts((entry.name, _BASE), entry.name, weight=_weight(entry), _covered=base | charmap)
    return Fonts((_BASE,), None, _covered=base)


def _candidates() -> Iterator[Any]:
    for family in FAMILIES:
        yield from _faces(family)
    from matplotlib import font_manager

    known = set(FAMILIES)
    others = (entry for entry in font_manager.fontManager.ttflist if entry.name not in known and _is_upright(entry))
    yield from sorted(others, key=lambda entry: (entry.name, os.fspath(entry.fname), entry.index))


def _faces(family: str) -> Iterator[Any]:
    """Upright faces of a family, the one nearest to the regular weight first."""
    from matplotlib import font_manager

    faces = [
        entry
        for entry in font_manager.fontManager.ttflist
        if entry.name.casefold() == family.casefold() and _is_upright(entry)
    ]
    yield from sorted(faces, key=lambda entry: (abs(_weight(entry) - 400), os.fspath(entry.fname), entry.index))


def _is_upright(entry: Any) -> bool:
    return bool(entry.style == "normal")


def _weight(entry: Any) -> int:
    from matplotlib.font_manager import weight_dict

    return int(entry.weight if isinstance(entry.weight, int) else weight_dict.get(entry.weight, 400))


def _named(named: str) -> Any:
    from matplotlib import font_manager

    if (path := Path(named)).is_file():
        try:
            font_manager.fontManager.addfont(path)
        except (RuntimeError, OSError, ValueError) as error:
            raise UsageError(f"--font {named}: {error}; name a font, such as a .ttf, .otf or .ttc file.") from error
        entries = [entry for entry in font_manager.fontManager.ttflist if Path(entry.fname) == path]
        # Of a collection, the face for simplified script; else the first.
        return next((entry for entry in entries if entry.name.endswith(" SC")), entries[0])
    entry = next(_faces(named), None)
    if entry is None:
        there = dict.fromkeys(candidate.name for family in FAMILIES for candidate in _faces(family))
        known = f"with Chinese there is: {', '.join(there)}" if there else f"none with Chinese was found; {INSTALL}"
        raise UsageError(f"--font {named}: there is no such file and no font of that name; {known}.")
    return entry


def _place(entry: Any) -> tuple[str, int]:
    return os.fspath(entry.fname), entry.index


@lru_cache(maxsize=4096)
def _charmap(path: str, index: int) -> frozenset[int]:
    """Code points that a face has a shape for; none where it cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path, face_index=index).get_charmap())
    except (RuntimeError, OSError):  # a file of the system's that is broken, or gone since it was listed
        return frozenset()


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) in ("Mn", "Me", "Cf", "Zs") or sign == "\n"


def _code(sign: str) -> str:
    return "" if _is_mark(sign) else f"[U+{ord(sign):04X}]"

"""Colours of figures: few, told apart by colour-blind readers on white and on black, one for a label everywhere.

Each has a variant for light and for dark paper. Drawings use the light one; on a page it gives way to a variable of the
style sheet, which knows the other. No label is told by its colour alone: each has a mark of its own as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PALETTE: Mapping[str, tuple[str, str]] = {
    # After Okabe & Ito (2008), darker where theirs is too pale for a line on white.
    "blue": ("#0067a5", "#6cb6f5"),
    "vermilion": ("#c8501e", "#ff9466"),
    "grey": ("#78828c", "#9aa5b0"),
    "amber": ("#a87400", "#e8b64a"),
    "purple": ("#9a4f96", "#d99bd4"),
    "green": ("#00846a", "#3fc9a4"),
    "sky": ("#3d9bd1", "#9ad4f7"),
    "brown": ("#6e4b2a", "#c9a27c"),
    # What is not data.
    "ink": ("#1d242c", "#e4e7ea"),
    "dim": ("#5a6570", "#a0aab4"),
    "line": ("#d9dde1", "#39424b"),
    "paper": ("#fdfdfb", "#14181c"),
}
"""Name -> on light paper, on dark paper."""

_SEQUENCE = ("blue", "vermilion", "green", "purple", "amber", "sky", "brown", "grey")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
MOST_SERIES = len(_SEQUENCE)
"""Labels that one figure can tell apart; tables hold them all."""

_KNOWN: Mapping[str, Mapping[str, str]] = {
    "stance": {"against": "vermilion", "none": "grey", "favor": "blue"},
    "sentiment": {"negative": "vermilion", "neutral": "grey", "positive": "blue"},
    "topic": {"credit": "green", "self_media": "amber", "consumer_nationalism": "purple", "other": "grey"},
    "irony": {"true": "amber", "false": "grey"},
}
_NUMBERED = re.compile(r"_[0-9]{1,2}\Z")


@dataclass(frozen=True, slots=True)
class Colour:
    """What a label is drawn with.

    Attributes
    ----------
    name : str
        In ``PALETTE``.
    marker : str
        A mark of matplotlib's.
    """

    name: str
    marker: str


def base_column(column: str) -> str:
    """Return the name of a column of labels without the number of its target: ``stance`` for ``stance_2``."""
    return _NUMBERED.sub("", column)


class LabelColours:
    """Colours of the labels of each column, the same in every figure.

    Parameters
    ----------
    labels : mapping of str to sequence of str
        Column -> its labels, the first ones being those that figures show where there are too many for all.
    """

    def __init__(self, labels: Mapping[str, Sequence[str]]) -> None:
        self._of: dict[tuple[str, str], Colour] = {}
        for column, names in labels.items():
            known = _KNOWN.get(base_column(column), {})
            taken = {known[name] for name in names if name in known}
            free = [name for name in _SEQUENCE if name not in taken]
            for place, label in enumerate([*known, *(name for name in names if name not in known)]):
                later = max(place - len(known), 0)
                name = known[label] if label in known else (free or _SEQUENCE)[later % len(free or _SEQUENCE)]
                self._of[column, label] = Colour(name, _MARKERS[place % len(_MARKERS)])

    def of(self, column: str, label: str) -> Colour:
        """Return the colour of a label; grey for one that was not named before."""
        return self._of.get((column, label), Colour("grey", "o"))


def style_variables(dark: bool) -> str:
    """Return the palette as variables of a style sheet, ``--c-blue: #0067a5;`` and so on."""
    return " ".join(f"--c-{name}: {variants[dark]};" for name, variants in PALETTE.items())


def variable_of(light: str) -> str | None:
    """Return the variable of a colour as it is drawn on light paper; None of any other colour."""
    return _VARIABLES.get(light.lower())


_VARIABLES = {variants[0]: f"var(--c-{name})" for name, variants in PALETTE.items()}

"""Texts and numbers as a reader sees them: nothing invisible, nothing endless, nothing that passes for markup.

Texts on a page come from crawls and from other people's prediction files. What would reorder a line, hide in it or
break it is shown by its code point; what is too long is cut, and how much was cut is said.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.diagnostics import ContextScore
from weibo_nlp.evaluation.results import Comparison
from weibo_nlp.provenance import described
from weibo_nlp.stats.estimate import FEW_UNITS, Estimate
from weibo_nlp.text.emoji import EMOJI

NAME_LIMIT = 80
TEXT_LIMIT = 800
LINE_LIMIT = 30
NOTHING = "–"
# Simulated beside `stats.bootstrap.DEFAULT_METHOD`: with a label on 3 % of the rows, 95 % intervals of macro-F1 cover
# in 93 % at 60 threads, 83 % at 38, 63 % at 20.
_HANDFUL = 40
_MINUS = "\u2212"
_NAMELESS = "character without a name"

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Without a shape of their own, but not of category Cf: grapheme joiner, fillers, Khmer and Mongolian marks, and
# variation selectors, which are left alone directly after the character they vary.
_HIDDEN = frozenset(map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"))
_MARKS_KEPT = 4  # combining marks on one letter: Vietnamese needs 2, Zalgo text climbs over the lines above
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f]")


def visible(text: object, limit: int = NAME_LIMIT, *, lines: bool = False, more: str = "{} more characters") -> Markup:
    """Return text as HTML in a direction of its own, with invisible characters shown by code point.

    Parameters
    ----------
    text : object
        Shown by its ``str``; may hold anything, lone surrogates included.
    limit : int
        Code points shown; a longer text ends in how many more there are.
    lines : bool
        Keep line breaks and tabs, up to ``LINE_LIMIT`` lines; without it they are shown by code point.
    more : str
        What stands behind a text that was cut, with braces for the number of characters.
    """
    beginning, rest = _cut(str(text), limit, lines)
    pieces = [
        Markup('<span class="code" title="{}">{}</span>').format(
            unicodedata.name(piece, _NAMELESS), _code_of(piece, times)
        )
        if hidden
        else Markup.escape(piece)
        for piece, times, hidden in _pieces(beginning, lines)
    ]
    if rest:
        pieces.append(Markup('<span class="cut"> … {}</span>').format(more.format(count(rest))))
    return Markup("<bdi>{}</bdi>").format(Markup("").join(pieces))


def plain(text: object, limit: int = NAME_LIMIT) -> str:
    """Return text for an attribute or the window's title: as `visible` shows it, without elements."""
    beginning, rest = _cut(str(text), limit, lines=False)
    pieces = [f"[{_code_of(piece, times)}]" if hidden else piece for piece, times, hidden in _pieces(beginning, False)]
    return "".join(pieces) + (f" … {count(rest)} more characters" if rest else "")


def _cut(text: str, limit: int, lines: bool) -> tuple[str, int]:
    """Return what is shown of a text, and how many characters are not."""
    beginning = text[:limit]
    end = len("".join(beginning.splitlines(keepends=True)[:LINE_LIMIT]) if lines else beginning)
    if end < len(text):
        # Not inside an emoji or between a letter and its marks: half of one would be shown as something else.
        # A few steps are enough for any real sequence, and hostile ones get no more.
        ends = (at for at in range(end, end - 16, -1) if at < 1 or not _joins(text, at))
        end = max(next(ends, end), 1)
    return text[:end], len(text) - end


def _joins(text: str, at: int) -> bool:
    """Whether the characters on both sides of a place make one sign."""
    after = text[at]
    is_modifier = "\U0001f3fb" <= after <= "\U0001f3ff" or unicodedata.category(after) == "Mn"
    return is_modifier or "\u200d" in (text[at - 1], after)


def _pieces(text: str, lines: bool) -> Iterator[tuple[str, int, bool]]:
    """Runs of readable text, and runs of one hidden character with their length."""
    emoji = {place for match in EMOJI.finditer(text) for place in range(*match.span())}
    hidden: list[bool] = []
    marks = 0
    for at, character in enumerate(text):
        marks = marks + 1 if at not in emoji and _MARKS.match(character) else 0
        follows = at > 0 and not hidden[-1] and not _is_selector(text[at - 1])  # a readable character stands before
        hidden.append(at not in emoji and (marks > _MARKS_KEPT or _is_hidden(character, follows, lines)))
    for (is_hidden, first), run in groupby(zip(hidden, text, strict=True), lambda pair: (pair[0], pair[0] and pair[1])):
        characters = "".join(character for _, character in run)
        yield (str(first), len(characters), True) if is_hidden else (characters, 1, False)


def _is_hidden(character: str, follows: bool, lines: bool) -> bool:
    if lines and character in "\n\t":
        return False
    if _is_selector(character):
        return not follows
    code = ord(character)
    noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return noncharacter or code in _HIDDEN or unicodedata.category(character) in _HIDDEN_CATEGORIES


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _code_of(character: str, times: int) -> str:
    return f"U+{ord(character):04X}" + (f" × {count(times)}" if times > 1 else "")


def count(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{value:,}"


def number(value: float | None, *, signed: bool = False) -> str:
    """Return a figure with three decimals; a dash where there is none, and ``undefined`` where it is no number."""
    if value is None:
        return NOTHING
    if not math.isfinite(value):
        return "undefined"
    digits = f"{abs(value):.3f}"
    sign = _MINUS if value < 0 else "+" if signed else ""
    return digits if float(digits) == 0 else sign + digits


def bounds(estimate: Estimate | None, *, signed: bool = False) -> str:
    """Return the interval of an estimate as ``low to high``, or that there is none and, where it is known, why."""
    if estimate is None:
        return "no interval"
    if estimate.low is None or estimate.high is None:
        if estimate.n_units == 1:
            return "no interval: one unit"
        return "no interval" if estimate.method is None else "no interval: no unit differs"
    return f"{number(estimate.low, signed=signed)} to {number(estimate.high, signed=signed)}"


def few_units_note(n_units: Iterable[int]) -> str:
    """Return what the star on intervals means, for the fewest units of a table; nothing where all have enough.

    Parameters
    ----------
    n_units : iterable of int
        Of every figure shown.
    """
    fewest = min(n_units, default=FEW_UNITS)
    if fewest >= FEW_UNITS:
        return ""
    if fewest < _HANDFUL:
        return (
            f"* fewer than {FEW_UNITS} independent units, down to {fewest}: where a label is rare, intervals over so "
            "few can be far too narrow"
        )
    return f"* fewer than {FEW_UNITS} independent units: intervals like these are somewhat too narrow"


def holm_note(rows: Sequence[Comparison] | Sequence[ContextScore]) -> str:
    """Return the family over which the verdicts of a table were corrected, which is the table; nothing for no test."""
    n = sum(row.p is not None for row in rows)
    return f"Holm over the {count(n)} {'comparison' if n == 1 else 'comparisons'} of this table" if n else ""


def machine(hardware: Mapping[str, Any]) -> str:
    """Return one line on a machine, or DataError if it is not described as `provenance.hardware` does."""
    try:
        return described(dict(hardware))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"hardware: {error!r}; what is needed is processor, cores, memory_gb, system and python. "
            "Write it again with this version."
        ) from None


def p_value(value: float | None) -> str:
    """Return a p-value as papers print it: ``p = .012``, ``p < .001``."""
    if value is None:
        return NOTHING
    if value < 0.001:
        return "p < .001"
    return "p = " + f"{value:.3f}".removeprefix("0")


def seconds(value: float) -> str:
    """Return a duration in the unit people would say it in."""
    if value >= 120:
        return f"{value / 60:,.0f} min"
    if value < 0.05:
        return "under 0.1 s"
    return f"{value:.1f} s"

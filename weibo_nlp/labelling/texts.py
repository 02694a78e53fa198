"""Texts of users: read as the platform shows them, and which of them can be labelled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from weibo_nlp.errors import DataError
from weibo_nlp.io.limits import MAX_TEXT_CHARACTERS
from weibo_nlp.models.base import SHOWN_POSITIONS
from weibo_nlp.text.plain import HTML_CHOICES, HtmlChoice, plain_text

EMPTY = "empty"
"""What is wrong with a text in which a reader sees nothing."""

# White space; controls; what Unicode calls default-ignorable, with joiners and selectors that stand alone; Hangul
# fillers and the empty pattern of Braille, which people use to send nothing.
_VISIBLE = re.compile(
    "[^\\s\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e"
    "\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a value: a plain text, or why it cannot be labelled.

    Attributes
    ----------
    text : str
        As the platform shows it; ``""`` where there is a problem.
    problem : str or None
        Why it cannot be labelled.
    was_html : bool
        Whether it was read as HTML.
    """

    text: str = ""
    problem: str | None = None
    was_html: bool = False


def read(value: object, html: HtmlChoice, *, missing: bool = False) -> Reading:
    """Read a value as a plain text, or say why it cannot be labelled.

    A text ends at ``MAX_TEXT_CHARACTERS``: what a batch costs is then known before it is read.
    """
    if isinstance(value, str):
        return _read_text(value, html)
    if missing:
        return Reading(problem="missing")
    # NaN and NaT are unequal to themselves; pandas' NA refuses to be compared, and a list of arrays would answer many.
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value):
        return Reading(problem="null")
    return Reading(problem=f"not a string but {type(value).__name__}")


def _read_text(value: str, html: HtmlChoice) -> Reading:
    if len(value) > MAX_TEXT_CHARACTERS:
        return Reading(problem=f"longer than {MAX_TEXT_CHARACTERS:,} characters")
    if not _VISIBLE.search(value):
        return Reading(problem=EMPTY)
    try:
        value.encode()
    except UnicodeEncodeError:
        return Reading(problem="holds a lone surrogate")
    if "<" not in value and "&" not in value and html in HTML_CHOICES:  # which is no HTML, whatever `html` says
        return Reading(value)
    plain = plain_text(value, html)
    if plain.was_html and not _VISIBLE.search(plain.text):
        return Reading(problem=EMPTY, was_html=True)
    return Reading(plain.text, was_html=plain.was_html)


def text_problem(value: object, html: HtmlChoice = False) -> str | None:
    """Say why a value cannot be labelled; None where it can."""
    return read(value, html).problem


def read_parent(value: object, html: HtmlChoice) -> Reading:
    """Read the text that a post answers: none where the value is no text, a problem only where it is too long."""
    reading = read(value, html)
    too_long = isinstance(value, str) and len(value) > MAX_TEXT_CHARACTERS
    return reading if reading.problem is None or too_long else Reading()


def problems_of(texts: Sequence[Reading], parents: Sequence[Reading] | None) -> dict[int, str]:
    """Position -> why the text there cannot be labelled, or the text that it answers cannot be read."""
    problems = {i: reading.problem for i, reading in enumerate(texts) if reading.problem is not None}
    for i, reading in enumerate(parents or ()):
        if reading.problem is not None:
            problems.setdefault(i, f"the text it answers is {reading.problem}")
    return dict(sorted(problems.items()))


def told(problems: Mapping[int, str], n_texts: int) -> str:
    """Say how many texts cannot be labelled, and of the first why."""
    first = "; ".join(f"position {i}: {reason}" for i, reason in [*problems.items()][:SHOWN_POSITIONS])
    return f"{len(problems)} of {n_texts} texts cannot be labelled ({first})"


def require_labelable(texts: Sequence[Reading], parents: Sequence[Reading] | None = None) -> None:
    """Refuse texts of which some cannot be labelled.

    Raises
    ------
    DataError
        Naming the first positions and why.
    """
    if problems := problems_of(texts, parents):
        raise DataError(f"{told(problems, len(texts))}. Drop or fill these rows.")


def has_words(text: str | None) -> bool:
    """Whether there is a letter or Chinese character in a text: in a column of ids or figures, there is none."""
    return text is not None and any(map(str.isalpha, text))

r"""Faults in regular expressions: bounds, lookarounds, arms and members of classes, found in the text of a literal."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What a pattern is made of, in the source of a literal; in an f-string, `{NAME}` is a placeholder and `{{` one brace.
_TOKEN = re.compile(
    r"""
    (?P<escape>\\.)
  | (?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
  | (?P<bounds>\{\{?[0-9]*,?[0-9]*\}\}?)
  | (?P<placeholder>\{[A-Za-z_][^}]*\})
  | (?P<open>\((?:\?(?:<?[=!]|:|[aiLmsux]+[:)]|P?<[A-Za-z_]+>|P=[A-Za-z_]+\)))?)
  | (?P<close>\))
  | (?P<arm>\|)
  | (?P<quantifier>[*+?][+?]?)
  | (?P<anchor>[\^$])
  | (?P<character>[^\n])
    """,
    re.VERBOSE,
)
_SIGN = r"(?:\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|[^\\])"
_MEMBER = re.compile(rf"\{{[^}}]*\}}|{_SIGN}(?:-{_SIGN})?")
_LOOKAROUNDS = {"(?=": "(?!", "(?!": "(?=", "(?<=": "(?<!", "(?<!": "(?<="}
_QUANTIFIERS = {"*": "+", "+": "*"}

Change = tuple[int, int, str]
"""Start, end and new text."""


def pattern_changes(body: str) -> Iterator[tuple[int, list[Change]]]:
    """Yield each place of a pattern with the faults it can have.

    Parameters
    ----------
    body : str
        The source between the quotes of a literal, or of one of several that stand together.

    Yields
    ------
    place : int
        Offset in `body`.
    changes : list of (start, end, text)
        Never empty.
    """
    tokens = list(_TOKEN.finditer(body))
    for at, token in enumerate(tokens):
        changes = list(_changes_of(token, tokens[at + 1 :]))
        if changes:
            yield token.start(), changes


def _changes_of(token: re.Match[str], behind: list[re.Match[str]]) -> Iterator[Change]:
    kind, text = token.lastgroup, token[0]
    left, right = token.span()
    if kind == "bounds":
        for number in re.finditer("[0-9]+", text):
            value, start = int(number[0]), left + number.start()
            for other in (value + 1, value - 1):
                if other >= 0:
                    yield start, left + number.end(), str(other)
    elif kind == "quantifier":
        if text[0] == "?":
            yield left, right, ""
        else:
            yield left, left + 1, _QUANTIFIERS[text[0]]
    elif kind == "open" and text in _LOOKAROUNDS:
        yield left, right, _LOOKAROUNDS[text]
    elif kind == "anchor" or text in (r"\b", r"\Z", r"\A"):
        yield left, right, ""
    elif kind == "arm":
        end = _end_of_arm(behind)
        if end is not None and end > right:
            yield left, end, ""
    elif kind == "class":
        yield from _class_changes(text, left)


def _class_changes(text: str, left: int) -> Iterator[Change]:
    inner = 2 if text.startswith("[^") else 1
    yield (left, left + 2, "[") if inner == 2 else (left, left + 1, "[^")
    members = list(_MEMBER.finditer(text, inner, len(text) - 1))
    if len(members) > 1:
        for member in (members[0], members[-1]):
            if not member[0].startswith("{"):
                yield left + member.start(), left + member.end(), ""


def _end_of_arm(behind: list[re.Match[str]]) -> int | None:
    """Where the arm before these tokens ends; ``None`` if that is beyond the literal."""
    depth = 0
    for token in behind:
        if token.lastgroup == "open" and not token[0].endswith(")"):
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
        if depth < 0 or (depth == 0 and token.lastgroup == "arm"):
            return token.start()
    return behind[-1].end() if behind and depth == 0 else None

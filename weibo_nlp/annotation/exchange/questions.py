"""Questions and items checked before they go out, and labels known again when people have typed them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from weibo_nlp.annotation.exchange.base import Item, Language, Question
from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted, quoted_list

MOST_LABELS = 1_000
LONGEST_LABEL = 200
"""Characters of a label, and of a question's name."""
LONGEST_ASKED = 2_000
"""Characters of what is asked, and of what a label means: beyond, nobody reads it, and no cell holds it."""
_NEAREST = 3
_SIMILAR = 0.5
_LONGEST_COMPARED = 100
_BLANKS = re.compile(r"\s+")


def folded(name: str) -> str:
    """Return a name as it is compared: width, case, and blanks at its ends and beside another do not count."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", name).casefold()).strip()


def asked_text(question: Question, language: Language) -> str:
    """What is asked, with the target behind it unless the question names it."""
    if not question.target or question.target in question.text:
        return question.text
    return f"{question.text}（{question.target}）" if language == "zh" else f"{question.text} ({question.target})"


def require_askable(items: Sequence[Item], questions: Sequence[Question], reserved: Iterable[str] = ()) -> None:
    """Refuse items and questions whose answers could not be told apart when they come back.

    Parameters
    ----------
    items, questions : sequence
        What is asked of what.
    reserved : iterable of str
        Names that the format has for columns of its own.

    Raises
    ------
    UsageError
        If there are none; if a number, a name or a label of one question is there twice, is empty, too long or has
        characters that are not printable; what is asked is too long; or a suggestion is no label of its question.
    """
    if not items or not questions:
        raise UsageError(f"{len(items):,} items and {len(questions):,} questions; a sheet needs one of each at least.")
    _require_distinct("the numbers of items", [item.number for item in items])
    require_distinct_names(questions)
    taken = {folded(name) for name in reserved}
    if clash := [question.name for question in questions if folded(question.name) in taken]:
        raise UsageError(f"questions named {quoted_list(clash)}: the sheet has columns of these names; rename them.")
    by_name = {question.name: question for question in questions}
    for question in questions:
        if not 0 < len(question.labels) <= MOST_LABELS:
            raise UsageError(
                f"question {quoted(question.name)} has {len(question.labels):,} labels; from 1 to {MOST_LABELS:,} can "
                "be asked for."
            )
        require_labels(f"the labels of {quoted(question.name)}", question.labels)
        for told in (question.text, question.target or "", *question.meanings.values()):
            if len(told) > LONGEST_ASKED:
                raise UsageError(
                    f"question {quoted(question.name)}: {quoted(told, 40)} is longer than {LONGEST_ASKED:,} "
                    "characters; say it in fewer, and the rest in a codebook."
                )
    for item in items:
        for name, label in item.suggestions.items():
            if name not in by_name or label not in by_name[name].labels:
                raise UsageError(
                    f"item {quoted(item.number)}: {quoted(label)} is suggested for {quoted(name)}, which has no such "
                    "label; suggest one of its labels, or nothing."
                )


def require_distinct_names(questions: Sequence[Question]) -> None:
    """Refuse questions whose names are the same but for width, case or blanks, or cannot stand on a sheet."""
    _require_distinct("the names of questions", [question.name for question in questions], folded)


def require_labels(what: str, labels: Sequence[str]) -> None:
    """Refuse labels of which one is there twice, is empty, too long, or not printable; `what` they are, for errors."""
    _require_distinct(what, labels)


def _require_distinct(what: str, names: Sequence[str], key: Callable[[str], str] = str) -> None:
    unusable = [
        name for name in names if not 0 < len(name) <= LONGEST_LABEL or not name.isprintable() or name != name.strip()
    ]
    if unusable:
        raise UsageError(
            f"{what}: {quoted_list(unusable)} cannot stand on a sheet; write from 1 to {LONGEST_LABEL} printable "
            "characters without blanks at the ends."
        )
    if twice := [name for name, count in Counter(map(key, names)).items() if count > 1]:
        raise UsageError(f"{what}: {quoted_list(twice)} is there more than once; make them distinct.")


class LabelMatcher:
    """Knows the labels of a question in what people typed.

    Parameters
    ----------
    labels : sequence of str
        What may be answered.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._exact = frozenset(labels)
        self._folded: dict[str, list[str]] = {}
        for label in labels:
            self._folded.setdefault(folded(label), []).append(label)

    def match(self, typed: str) -> str | None:
        """Return the label that is typed as it is written, or else the only one that differs in width, case or blanks.

        None where there is none, or more than one.
        """
        if typed in self._exact:
            return typed
        if len(typed) > 10 * LONGEST_LABEL:  # no label, whatever it folds to
            return None
        alike = self._folded.get(folded(typed), [])
        return alike[0] if len(alike) == 1 else None

    def nearest(self, typed: str) -> list[str]:
        """Labels most like what was typed, the likest first; the first ones where none is alike."""
        beginning = folded(typed[:_LONGEST_COMPARED])
        names = {name: alike[0] for name, alike in self._folded.items()}
        close = difflib.get_close_matches(beginning, names, n=_NEAREST, cutoff=_SIMILAR)
        return [names[name] for name in close] or list(self.labels[:_NEAREST])

    def fault(self, typed: str) -> str:
        """Say what is wrong with what was typed, and what is allowed."""
        alike = self._folded.get(folded(typed[: 10 * LONGEST_LABEL]), [])
        if len(alike) > 1:
            return f"{quoted(typed)} may be {' or '.join(map(quoted, alike))}; write one of them exactly."
        if len(self.labels) <= 2 * _NEAREST:
            return f"{quoted(typed)} is no label of this question; write one of {', '.join(map(quoted, self.labels))}."
        nearest = ", ".join(map(quoted, self.nearest(typed)))
        return f"{quoted(typed)} is none of the {len(self.labels):,} labels of this question; nearest are {nearest}."

"""Stance targets: which ones are asked about, and which of them a model knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.labelling.texts import text_problem
from weibo_nlp.models.base import target_problem

Targets = str | Sequence[str]
"""One stance target, or several; the word ``canonical`` stands for the canonical targets of the corpus."""

CANONICAL = "canonical"
MOST_TARGETS = 20
"""Targets of one run, each of which has columns of its own."""

SHOWN_TARGETS = 12


def require_target(target: object) -> None:
    """Refuse what is no name of a stance target.

    Raises
    ------
    UsageError
        If it is no text, or has blanks around it or signs that readers do not see.
    """
    problem = text_problem(target)
    if problem is not None or not isinstance(target, str):
        raise UsageError(
            f"the stance target is no text ({problem}); name one, such as 信用惩戒, or a list of them, or leave it out."
        )
    if problem := target_problem(target):
        raise UsageError(f"the stance target {quoted(target)} {problem}; give its name alone.")


def targets_of(given: object) -> tuple[str, ...]:
    """Return the targets that a user named, in order.

    Parameters
    ----------
    given : str or sequence of str, optional
        One target or several, ``canonical`` among them or alone.

    Returns
    -------
    tuple of str
        Empty where none is named: each text is then asked about the canonical target of its predicted topic.

    Raises
    ------
    UsageError
        If one is no name of a target, two are the same, or there are none at all or more than ``MOST_TARGETS``.
    """
    if given is None:
        return ()
    several = isinstance(given, Sequence) and not isinstance(given, str | bytes | bytearray)
    named: list[Any] = list(given) if several else [given]  # type: ignore[call-overload]
    if not named:
        raise UsageError("target is an empty list; name at least one stance target, or leave it out.")
    for target in named:
        require_target(target)
    targets: list[str] = [
        each for target in named for each in (canonical_targets().values() if target == CANONICAL else [target])
    ]
    if doubled := [target for target, count in Counter(targets).items() if count > 1]:
        among = f", which {CANONICAL} stands for as well" if CANONICAL in named else ""
        raise UsageError(f"the stance target {quoted(doubled[0])} is named twice{among}; name it once.")
    if len(targets) > MOST_TARGETS:
        raise UsageError(f"{len(targets):,} stance targets; up to {MOST_TARGETS} can be asked about at once.")
    return tuple(targets)


@cache
def canonical_targets() -> Mapping[str, str]:
    """Topic -> text of its canonical stance target."""
    from weibo_nlp.corpus import open_release

    rows = open_release().rows("targets")
    return MappingProxyType({row["canonical_for"]: row["text"] for row in rows if row["canonical_for"]})


def known_targets(model: object) -> tuple[str, ...] | None:
    """Targets that a model says it has learnt about, by its tuple ``targets``; None where it has none."""
    known = getattr(model, "targets", None)
    return known if isinstance(known, tuple) else None


def unknown_targets_message(task: str, targets: Sequence[str], known: Collection[str]) -> str:
    """Say which targets a model does not know, which it does, and how it learns of others."""
    shown = "".join(f"{', ' * (place > 0)}{quoted(target)}" for place, target in enumerate([*known][:SHOWN_TARGETS]))
    more = len(known) - SHOWN_TARGETS
    it_knows = f"it knows {shown}{f' and {more:,} more' if more > 0 else ''}" if known else "it knows none"
    return (
        f"the model for {task!r} has not learnt about {', '.join(map(quoted, targets))}, so what it says there is a "
        f"guess; {it_knows}. Train one with examples of the target, LinearClassifier().fit([Example(text, target), …], "
        f"labels), save it, and use it by label --model {task}=FOLDER or models={{{task!r}: …}}."
    )

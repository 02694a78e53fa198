"""Level 7 of the validator: texts that are judged and not shipped, so that keys stand where texts would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from weibo_nlp.external.hydration import is_text_key
from weibo_nlp.io.validation import Located, Problem
from weibo_nlp.profiling.duplicates import near_duplicates
from weibo_nlp.records import StandoffText
from weibo_nlp.release.labels import gold_problems, judgement_problems
from weibo_nlp.release.leaks import find_fields, find_runs
from weibo_nlp.release.sources import STANDOFF, Sources

LEVEL = 7


def standoff_problems(sources: Sources) -> Iterator[Problem]:
    """Check what can be told without the texts: keys, sets, splits by group, judgements, gold, and what was withdrawn.

    With the texts, `text_problems` tells more.
    """
    problems = list(_texts(sources))
    yield from problems
    if problems:
        return
    texts = {placed.value.id: placed for placed in sources.standoff}
    yield from _shipped(sources, texts)
    canonical = {target.id for target in sources.targets.values() if target.canonical_for}
    judgements = list(judgement_problems(sources, sources.standoff_judgements, texts, dict.fromkeys(texts, canonical)))
    yield from judgements or gold_problems(sources, sources.standoff_gold, sources.standoff_judgements, texts)


def _texts(sources: Sources) -> Iterator[Problem]:
    seen: set[str] = set()
    splits: dict[str, Located[StandoffText]] = {}
    facts: dict[str, Located[StandoffText]] = {}
    last = ""
    for placed in sources.standoff:
        text = placed.value
        if not is_text_key(text.id):
            yield placed.problem(LEVEL, "key", f"id {text.id!r} is no key of a text, r and 12 hex digits.")
        if text.id in seen:
            yield placed.problem(LEVEL, "key", f"id {text.id!r} stands twice; keys are unique.")
        if text.id < last:
            yield placed.problem(LEVEL, "order", f"{text.id!r} comes after {last!r}; {STANDOFF} is sorted by id.")
        seen.add(text.id)
        last = text.id
        if (first := splits.setdefault(text.group, placed)).value.split != text.split:
            other = f"{text.split}, {first.value.id!r} of the same group {text.group!r} is in {first.value.split}"
            yield placed.problem(LEVEL, "split", f"{text.id!r} is in {other}; a group lies in one split.")
        first = facts.setdefault(text.set, placed)
        if (first.value.source, first.value.kind) != (text.source, text.kind):
            said = f"{text.source!r}, {text.kind!r}; line {first.line} has {first.value.source!r}, {first.value.kind!r}"
            yield placed.problem(LEVEL, "set", f"set {text.set!r} is said to be of {said}.")
    located = [(placed.value.id, placed.problem) for placed in sources.standoff]
    located += [(placed.value.document_id, placed.problem) for placed in sources.standoff_judgements]
    located += [(placed.value.document_id, placed.problem) for placed in sources.standoff_gold]
    for key, problem in located:
        if key in sources.withdrawn:
            yield problem(LEVEL, "withdrawn", f"{key!r} was withdrawn on {sources.withdrawn[key]}; delete it.")


def text_problems(sources: Sources, texts: Mapping[str, str]) -> Iterator[Problem]:
    """Check what only the texts tell: that no file holds a run of their characters, and splits hold no near-duplicates.

    Parameters
    ----------
    sources : Sources
        What was read from a repository, and holds to `standoff_problems`.
    texts : mapping of key to text
        As `weibo_nlp.external.hydration.find_texts` finds them in a user's copies; what it lacks is not checked.
    """
    contents = ((str(path), path.read_text("utf-8")) for path in sources.files())
    for leak in find_runs(contents, texts):
        yield Problem(Path(leak.place), 0, LEVEL, "leak", leak.sentence)
    located = [placed for placed in sources.standoff if placed.value.id in texts]
    for i, j, similarity in near_duplicates([texts[placed.value.id] for placed in located]):
        one, two = located[i], located[j]
        if one.value.split != two.value.split:
            text = f"{two.value.id!r} is {similarity:.2f} like {one.value.id!r} of another split."
            yield two.problem(LEVEL, "duplicate", text)


def _shipped(sources: Sources, texts: Mapping[str, Located[StandoffText]]) -> Iterator[Problem]:
    """Fields of people's files that are such a text, told by its key."""
    fields = [(item.where, item.problem, item.value.text) for item in sources.texts]
    fields += [(item.where, item.problem, item.value.title or "") for item in sources.texts]
    gold = (*sources.gold, *sources.standoff_gold)
    fields += [(item.where, item.problem, reason) for item in gold for reason in item.value.reasons.values()]
    problem_at = {where: problem for where, problem, _ in fields}
    for leak in find_fields(((where, value) for where, _, value in fields), texts):
        yield problem_at[leak.place](LEVEL, "leak", leak.sentence)

"""Whether judgements and gold labels are complete, tell how they came about, and fit each other: of any layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from weibo_nlp.annotation.adjudication import AdjudicatedLabels, adjudication_problems
from weibo_nlp.annotation.judgements import by_document, last_rounds
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.validation import Located, Problem
from weibo_nlp.records import AUTHOR_LABEL, Judgement
from weibo_nlp.release.sources import Sources

ANNOTATORS = 3
_PROVENANCE = ("model", "prompt_sha256", "guideline_version", "layout", "order")


def judgement_problems(
    sources: Sources,
    judgements: Iterable[Located[Judgement]],
    texts: Mapping[str, Located[Any]],
    targets: Mapping[str, Collection[str]],
) -> Iterator[Problem]:
    """Check that every text is judged three times in each of its rounds, on its targets, with provenance.

    Parameters
    ----------
    sources : Sources
        What the repository holds; prompts are looked for in its rounds.
    judgements : iterable of Located of Judgement
        Those of one layer.
    texts : mapping of id to Located
        The texts of the layer, with the places they are told at.
    targets : mapping of id to collection of target ids
        On what each text is judged.
    """
    prompts = {sha256_of_file(path) for path in sources.root.glob("annotations/rounds/*/prompts/*.md")}
    judgements = list(judgements)
    last = last_rounds((located.value.document_id, located.value.round) for located in judgements)
    annotators: dict[tuple[str, str], list[str]] = defaultdict(list)
    rounds: dict[str, set[str]] = defaultdict(set)
    for located in judgements:
        judgement = located.value
        problem = partial(located.problem, 3)
        if judgement.document_id not in texts:
            yield problem("document", f"document {judgement.document_id!r} does not exist.")
            continue
        names = annotators[judgement.document_id, judgement.round]
        if judgement.annotator in names:
            yield problem("document", f"{judgement.document_id!r} is judged twice by {judgement.annotator!r}.")
        names.append(judgement.annotator)
        intention = judgement.annotator == AUTHOR_LABEL
        if not intention:
            rounds[judgement.document_id].add(judgement.round)
            expected = set(targets[judgement.document_id])
            if not on_targets(judgement, expected, sources.retired, last[judgement.document_id]):
                yield problem("target", other_targets(judgement, expected))
        for name in _PROVENANCE[:3] if intention else _PROVENANCE:
            if getattr(judgement, name) is None:
                yield problem("provenance", f"{name} is missing; every judgement says how it came about.")
        if judgement.prompt_sha256 is not None and judgement.prompt_sha256 not in prompts:
            yield problem("provenance", "prompt_sha256 matches no file in annotations/rounds/*/prompts/.")
    for text_id, placed in texts.items():
        for name in sorted(rounds[text_id]) or [""]:
            judged_by = sorted(annotator for annotator in annotators[text_id, name] if annotator != AUTHOR_LABEL)
            if len(judged_by) != ANNOTATORS:
                where = f"in round {name!r} " if name else ""
                text = f"{text_id!r} {where}has judgements by {judged_by}; three are needed."
                yield placed.problem(3, "judgements", text)


def gold_problems(
    sources: Sources,
    gold: Iterable[Located[AdjudicatedLabels]],
    judgements: Iterable[Located[Judgement]],
    texts: Mapping[str, Located[Any]],
) -> Iterator[Problem]:
    """Check that every text has one row of gold labels, and that they follow from its judgements."""
    judgements = list(judgements)
    judged = by_document(located.value for located in judgements)
    # A judgement changed by mistake shows here first, so the lines that were counted are named.
    places: dict[str, list[str]] = defaultdict(list)
    for located in judgements:
        text_id, of_round = located.value.document_id, located.value.round
        if located.value.annotator != AUTHOR_LABEL and of_round == judged[text_id][0].round:
            places[text_id].append(f"{located.path.relative_to(sources.root)}:{located.line}")
    seen: set[str] = set()
    for placed in gold:
        text_id = placed.value.document_id
        if text_id not in texts:
            yield placed.problem(3, "document", f"document {text_id!r} does not exist.")
            continue
        if text_id in seen:
            yield placed.problem(3, "document", f"{text_id!r} stands twice.")
        seen.add(text_id)
        for text in adjudication_problems(placed.value, judged[text_id], sources.scheme):
            yield placed.problem(3, "gold", f"{text_id}: {text}; judged at {', '.join(places[text_id])}.")
    for text_id, located_text in texts.items():
        if text_id not in seen:
            yield located_text.problem(3, "gold", f"{text_id!r} has no gold row in annotations/adjudicated/.")


def on_targets(judgement: Judgement, expected: Collection[str], retired: Collection[str], last: str) -> bool:
    """Whether a judgement is on the targets that it should be on.

    In the last round these are the expected ones; an earlier one, from before a target was retired or another took its
    place, may have retired ones and may lack new ones.
    """
    if judgement.round == last:
        return set(judgement.stances) == set(expected)
    return set(judgement.stances) <= set(expected) | set(retired)


def other_targets(judgement: Judgement, expected: Collection[str]) -> str:
    """Say that a judgement is about other targets than it should be."""
    return f"stances on {sorted(judgement.stances)}, expected {sorted(expected)}."

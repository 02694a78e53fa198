"""The levelled validator: what the sources of a release must hold to, each breach with file, line, level and rule.

Levels: 1 form, 2 scheme, 3 references, 4 splits and duplicates, 5 statistics (`weibo_nlp.release.limits`),
6 released = rebuilt (`weibo_nlp.release.integrity`), 7 texts that are judged and not shipped
(`weibo_nlp.release.standoff`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from weibo_nlp.annotation.documents import targets_of
from weibo_nlp.annotation.judgements import last_rounds
from weibo_nlp.corpus.tree import above_of, build_threads
from weibo_nlp.external.hydration import find_texts
from weibo_nlp.io.validation import Located, Problem
from weibo_nlp.profiling.duplicates import THRESHOLD, near_duplicates
from weibo_nlp.records import AUTHOR_LABEL, Document, Event
from weibo_nlp.release.integrity import reproduction_problems
from weibo_nlp.release.labels import gold_problems, judgement_problems, on_targets, other_targets
from weibo_nlp.release.limits import LEAST_DOCUMENTS, LEVEL, statistics_apply, statistics_problems
from weibo_nlp.release.segmentation import segmentation_problems
from weibo_nlp.release.sources import Sources, first_part, line_of_entry, read_sources
from weibo_nlp.release.standoff import standoff_problems, text_problems
from weibo_nlp.release.tables import document_splits

LEVELS = (1, 2, 3, 4, 5, 6, 7)
MAX_NEAR_DUPLICATES = 0.005


def validate(root: Path, texts: Path | None = None) -> list[Problem]:
    """Check a repository's corpus and annotations.

    Later levels need what earlier ones promise, so splits, statistics and the released files are checked only once
    forms, labels and references are right.

    Parameters
    ----------
    root : Path
        The repository: ``corpus/`` and ``annotations/`` lie in it.
    texts : Path, optional
        Copies of the texts that are judged and not shipped, as `weibo_nlp.hydrate` takes them. With them it is checked
        that none of the files holds a piece of one, and that splits are no near-duplicates of each other.

    Returns
    -------
    list of Problem
        Empty when all is well; sorted by file and line.
    """
    return validate_sources(read_sources(root), texts)


def validate_sources(sources: Sources, texts: Path | None = None) -> list[Problem]:
    """Check what was read from a repository, and its release, at all levels; as :func:`validate`."""
    if problems := source_problems(sources):
        return problems
    problems = [*statistics_problems(sources), *reproduction_problems(sources)]
    if texts is not None:
        found = find_texts(texts, {placed.value.id: placed.value.set for placed in sources.standoff})
        problems += text_problems(sources, found.texts)
    return _sorted(problems)


def left_out(sources: Sources) -> dict[int, str]:
    """Levels that cannot be checked of these sources, each with the reason, for whoever reads the result."""
    if statistics_apply(sources):
        return {}
    return {LEVEL: f"{len(sources.texts)} documents, its statistics need {LEAST_DOCUMENTS} or more"}


def source_problems(sources: Sources) -> list[Problem]:
    """Levels 1 to 4 and 7: what must hold before a release can be built of the sources; sorted by file and line."""
    everything = sources.everything
    problems = [*sources.problems, *_texts(everything), *_circles(everything), *_registers(everything)]
    problems += _struck(sources)
    for check in (_judgements, _gold, _segmentation, _splits, standoff_problems):
        problems += check(everything) if not problems else ()
    return _sorted(problems)


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (str(problem.path), problem.line, problem.level, problem.text))


def _circles(sources: Sources) -> Iterator[Problem]:
    """Documents that reach no root, because what they answer leads back to itself."""
    above = {placed.value.id: above_of(placed.value) for placed in sources.texts}
    below: dict[str | None, list[str]] = defaultdict(list)
    for document_id, parent in above.items():
        below[parent].append(document_id)
    reached: set[str] = set()
    queue = [parent for parent in below if parent not in above]  # None, and parents that do not exist
    while queue:
        children = below[queue.pop()]
        reached.update(children)
        queue += children
    for placed in sources.texts:
        if placed.value.id not in reached:
            text = f"{placed.value.id!r} reaches no root: it answers what leads back in a circle."
            yield placed.problem(3, "thread", text)


def _texts(sources: Sources) -> Iterator[Problem]:
    """Ids, order, parents, threads, phases."""
    documents = {placed.value.id: placed.value for placed in sources.texts}
    seen: set[str] = set()
    last: dict[Path, str] = {}
    for placed in sources.texts:
        document, path, problem = placed.value, placed.path, placed.problem
        if not re.fullmatch(re.escape(path.stem) + "-[0-9]{4}", document.id):
            yield problem(1, "id", f"id {document.id!r} is not {path.stem}-NNNN with four digits.")
        if document.id in seen:
            yield problem(1, "id", f"id {document.id!r} stands twice; ids are unique.")
        if document.id < last.get(path, ""):
            yield problem(1, "order", f"{document.id!r} comes after {last[path]!r}; files are sorted by id.")
        seen.add(document.id)
        last[path] = document.id
        if "\r" in document.text or document.text != document.text.strip():
            yield problem(1, "text", "text begins or ends with white space, or holds a carriage return.")
        if (document.title is not None) != (document.kind == "article"):
            yield problem(1, "title", "articles have a title, other kinds have null.")
        yield from (problem(3, rule, text) for rule, text in _wrong_links(placed, documents, sources.events))


def _wrong_links(
    placed: Located[Document], documents: Mapping[str, Document], events: Mapping[str, Event]
) -> Iterator[tuple[str, str]]:
    """Rules that a document's event, phase, parent and thread break, each with a sentence."""
    document, folder = placed.value, placed.path.parent.name
    event = events.get(document.event or "")
    if event is None:
        yield "event", f"event {document.event!r} is not in corpus/events.yaml."
    else:
        phases = {phase["id"] for phase in event.phases}
        if document.phase is not None and document.phase not in phases:
            yield "phase", f"phase {document.phase!r} is not one of the event's: {sorted(phases)}."
        if folder != event.topic:
            yield "event", f"event {event.id!r} belongs to texts/{event.topic}/, not {folder}/."
    if document.kind == "comment" and document.parent is None:
        yield "parent", "a comment answers something: parent is missing."
    if document.kind != "comment" and document.parent is not None:
        yield "parent", f"a {document.kind} has no parent."
    if (document.kind == "repost") != (document.repost_of is not None):
        yield "parent", "a repost, and nothing else, names repost_of."
    above = above_of(document)
    if above is None:
        if document.thread != document.id:
            yield "thread", f"a root is its own thread, got {document.thread!r}."
    elif above not in documents:
        yield "parent", f"{above!r} does not exist."
    elif documents[above].thread != document.thread:
        yield "thread", f"thread {document.thread!r} differs from that of {above!r}."
    elif documents[above].event != document.event:
        yield "thread", f"{above!r} belongs to another event; a thread lies in one event."


def _struck(sources: Sources) -> Iterator[Problem]:
    """Documents struck out that are not there, and documents that are shipped and answer one that is not."""
    there = {placed.value.id for placed in sources.struck_texts}
    for document_id, struck in sources.struck.items():
        if document_id not in there:
            yield struck.problem(3, "struck", f"document {document_id!r} does not exist.")
    for placed in sources.texts:
        if (above := above_of(placed.value)) in there:
            text = f"{placed.value.id!r} answers {above!r}, which is struck out; strike it out with it."
            yield placed.problem(3, "struck", text)


def _registers(sources: Sources) -> Iterator[Problem]:
    path = sources.root / "corpus" / "events.yaml"
    topics = sources.scheme.task("topic").labels
    for event in sources.events.values():
        problem = Located(event, path, line_of_entry(path, event.id)).problem
        for name, value in (("topic", event.topic), ("near", event.near or event.topic)):
            if value not in topics:
                text = f"event {event.id!r}: {name} {value!r} is not one of {', '.join(topics)}."
                yield problem(2, "scheme", text)
        for target_id in event.targets:
            if target_id not in sources.targets:
                yield problem(3, "target", f"event {event.id!r}: target {target_id!r} is not in targets.yaml.")
            elif target_id in sources.retired:
                text = f"event {event.id!r}: target {target_id!r} is retired in targets.yaml; name one that is not."
                yield problem(3, "target", text)
        first = first_part(event.id, sources.events) or event
        for name in ("topic", "near", "fold", "targets"):
            if getattr(event, name) != getattr(first, name):
                text = f"event {event.id!r}: {name} is not that of {first.id!r}, of which its id makes it a part."
                yield problem(3, "part", text)
        if not 0 <= event.fold <= 4:
            yield problem(1, "fold", f"event {event.id!r}: fold {event.fold} is not 0-4.")
    path = sources.root / "corpus" / "targets.yaml"
    for target in sources.targets.values():
        if target.canonical_for not in (None, *topics):
            text = f"target {target.id!r}: canonical_for {target.canonical_for!r} is not one of {', '.join(topics)}."
            yield Problem(path, line_of_entry(path, target.id), 2, "scheme", text)
    canonical = Counter(target.canonical_for for target in sources.targets.values())
    for topic in topics:
        if topic != "other" and canonical[topic] != 1:
            yield Problem(path, 0, 3, "target", f"topic {topic!r} has {canonical[topic]} canonical targets, not one.")


def _judgements(sources: Sources) -> Iterator[Problem]:
    """Every document judged three times a round, on the right targets, with provenance; an event intended, or not."""
    wanted = {}
    for thread in build_threads(sources.documents):
        targets = targets_of(thread, sources.events[thread.root.event or ""].targets, sources.targets)
        wanted.update({document.id: {target.id for target in targets} for document in thread})
    declared = {document.id: set(sources.events[document.event or ""].targets) for document in sources.documents}
    last = last_rounds((located.value.document_id, located.value.round) for located in sources.judgements)
    intended: Counter[str] = Counter()
    for located in sources.judgements:
        judgement = located.value
        if judgement.annotator == AUTHOR_LABEL and judgement.document_id in wanted:
            intended[judgement.document_id] += 1
            expected = declared[judgement.document_id]
            if not on_targets(judgement, expected, sources.retired, last[judgement.document_id]):
                yield located.problem(3, "target", other_targets(judgement, expected))
    yield from judgement_problems(
        sources, sources.judgements, {placed.value.id: placed for placed in sources.texts}, wanted
    )
    with_intention = {placed.value.event for placed in sources.texts if intended[placed.value.id]}
    for placed in sources.texts:
        if placed.value.event in with_intention and (count := intended[placed.value.id]) != 1:
            text = f"{placed.value.id!r} has {count} rows of its author's intention, not one."
            yield placed.problem(3, "judgements", text)


def _gold(sources: Sources) -> Iterator[Problem]:
    events = {placed.value.id: placed.value.event for placed in sources.texts}
    for placed in sources.gold:
        document_id = placed.value.document_id
        if document_id in events and events[document_id] != placed.path.stem:
            text = f"document {document_id!r} does not belong to event {placed.path.stem!r}."
            yield placed.problem(3, "document", text)
    texts = {placed.value.id: placed for placed in sources.texts}
    yield from gold_problems(sources, sources.gold, sources.judgements, texts)


def _segmentation(sources: Sources) -> Iterator[Problem]:
    return segmentation_problems(sources.segmentation, {document.id: document for document in sources.documents})


def _splits(sources: Sources) -> Iterator[Problem]:
    splits = document_splits(sources)
    texts = [placed.value.text for placed in sources.texts]
    pairs = list(near_duplicates(texts))
    for i, j, similarity in pairs:
        one, two = sources.texts[i], sources.texts[j]
        if splits[one.value.id] != splits[two.value.id]:
            text = f"{two.value.id!r} is {similarity:.2f} like {one.value.id!r} of another split."
            yield two.problem(4, "duplicate", text)
    copies = [sources.texts[j] for j in sorted({j for _, j, _ in pairs})]
    if len(copies) > MAX_NEAR_DUPLICATES * len(texts):
        for copy in copies:
            text = f"{copy.value.id!r} is a near-duplicate; {len(copies)} of {len(texts)} at {THRESHOLD} are too many."
            yield copy.problem(4, "duplicate", text)

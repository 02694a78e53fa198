"""The levelled validator: what a release must hold to, each breach with file, line, level and rule.

Levels: 1 form, 2 scheme, 3 references, 4 splits and duplicates, 6 released = rebuilt. (5, statistics against real text,
belongs to the corpus report.)
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.gold import by_document, gold_problems
from weibo_nlp.annotation.judgements import INTENTION
from weibo_nlp.annotation.sheets import targets_of
from weibo_nlp.corpus import open_release, schema
from weibo_nlp.corpus.tree import above_of, build_threads
from weibo_nlp.errors import DataError
from weibo_nlp.io import sha256_of_file, sha256_of_rows
from weibo_nlp.release.build import MANIFEST, encoded_rows, parquet_name
from weibo_nlp.release.duplicates import THRESHOLD, near_duplicates
from weibo_nlp.release.sources import Problem, Sources, read_sources
from weibo_nlp.release.splits import assign_splits
from weibo_nlp.release.tables import build_tables

LEVELS = (1, 2, 3, 4, 6)
ANNOTATORS_A_DOCUMENT = 3
MAX_NEAR_DUPLICATES = 0.005
_PROVENANCE = ("model", "prompt_sha256", "guideline_version", "layout", "order")


def validate(root: Path) -> list[Problem]:
    """Check a repository's corpus and annotations.

    Later levels need what earlier ones promise, so splits and the released files are checked only once forms,
    labels and references are right.

    Parameters
    ----------
    root : Path
        The repository: ``corpus/`` and ``annotations/`` lie in it.

    Returns
    -------
    list of Problem
        Empty when all is well; sorted by file and line.
    """
    sources = read_sources(root)
    problems = list(sources.problems)
    problems += _texts(sources)
    problems += _registers(sources)
    if not problems:
        problems += _judgements(sources)
        problems += _gold(sources)
    if not problems:
        problems += _splits(sources)
        problems += _released(sources)
    return sorted(problems, key=lambda problem: (str(problem.path), problem.line, problem.level, problem.text))


def validate_release(folder: Path) -> list[Problem]:
    """Check a release folder by itself: files against the manifest, columns and labels against schema and scheme.

    Parameters
    ----------
    folder : Path
        With ``manifest.json``; no texts or annotations are needed.
    """
    import pyarrow.parquet as pq

    release = open_release(folder)
    problems = [Problem(folder / MANIFEST, 0, 6, "released", text) for text in release.checksum_problems()]
    if problems:
        return problems
    for config in schema.CONFIGS:
        for file in release.files(config):
            found = pq.read_schema(file)
            if not found.equals(schema.arrow_schema(config)):
                text = f"columns {found.names} with their types are not those of {config!r} in this schema."
                problems.append(Problem(file, 0, 1, "form", text))
                continue
            for number, row in enumerate(pq.read_table(file, partitioning=None).to_pylist(), start=1):
                for column, task in schema.label_columns(config).items():
                    if row[column] is not None and not 0 <= row[column] < len(release.scheme.task(task).labels):
                        text = f"row {number}: {column} {row[column]} is no label of {task!r}."
                        problems.append(Problem(file, number, 2, "scheme", text))
    if not problems:
        try:
            release.threads()
        except DataError as error:
            problems.append(Problem(folder, 0, 3, "thread", str(error)))
    return problems


def _texts(sources: Sources) -> Iterator[Problem]:
    """Ids, order, parents, threads, phases."""
    placed_of = {placed.document.id: placed for placed in sources.texts}
    seen: set[str] = set()
    last: dict[Path, str] = {}
    for placed in sources.texts:
        document, path, line = placed.document, placed.path, placed.line

        def problem(level: int, rule: str, text: str, path: Path = path, line: int = line) -> Problem:
            return Problem(path, line, level, rule, text)

        if not re.fullmatch(re.escape(path.stem) + r"-\d{4}", document.id):
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
        yield from _links(placed_of, placed, problem, sources)


def _links(placed_of: Mapping[str, Any], placed: Any, problem: Any, sources: Sources) -> Iterator[Problem]:
    document = placed.document
    event = sources.events.get(document.event)
    if event is None:
        yield problem(3, "event", f"event {document.event!r} is not in corpus/events.yaml.")
    else:
        phases = {phase["id"] for phase in event.phases}
        if document.phase is not None and document.phase not in phases:
            yield problem(3, "phase", f"phase {document.phase!r} is not one of the event's: {sorted(phases)}.")
        if placed.path.parent.name != event.topic:
            yield problem(
                3, "event", f"event {event.id!r} belongs to texts/{event.topic}/, not {placed.path.parent.name}/."
            )
    if document.kind == "comment" and document.parent is None:
        yield problem(3, "parent", "a comment answers something: parent is missing.")
    if document.kind != "comment" and document.parent is not None:
        yield problem(3, "parent", f"a {document.kind} has no parent.")
    if (document.kind == "repost") != (document.repost_of is not None):
        yield problem(3, "parent", "a repost, and nothing else, names repost_of.")
    above = above_of(document)
    if above is None:
        if document.thread != document.id:
            yield problem(3, "thread", f"a root is its own thread, got {document.thread!r}.")
    elif above not in placed_of:
        yield problem(3, "parent", f"{above!r} does not exist.")
    elif placed_of[above].document.thread != document.thread:
        yield problem(3, "thread", f"thread {document.thread!r} differs from that of {above!r}.")


def _registers(sources: Sources) -> Iterator[Problem]:
    events = sources.root / "corpus" / "events.yaml"
    topics = sources.scheme.task("topic").labels
    for event in sources.events.values():
        for name, value in (("topic", event.topic), ("near", event.near or event.topic)):
            if value not in topics:
                yield Problem(
                    events, 0, 2, "scheme", f"event {event.id!r}: {name} {value!r} is not one of {', '.join(topics)}."
                )
        for target in event.targets:
            if target not in sources.targets:
                yield Problem(events, 0, 3, "target", f"event {event.id!r}: target {target!r} is not in targets.yaml.")
        if not 0 <= event.fold <= 4:
            yield Problem(events, 0, 1, "fold", f"event {event.id!r}: fold {event.fold} is not 0-4.")
    canonical = Counter(t.canonical_for for t in sources.targets.values() if t.canonical_for)
    for topic in topics:
        if topic != "other" and canonical[topic] != 1:
            path = sources.root / "corpus" / "targets.yaml"
            yield Problem(path, 0, 3, "target", f"topic {topic!r} has {canonical[topic]} canonical targets, not one.")


def _judgements(sources: Sources) -> Iterator[Problem]:
    """Every document judged three times and intended once, on the right targets, with provenance."""
    try:
        threads = build_threads(sources.documents)
    except DataError as error:
        yield Problem(sources.root / "corpus" / "texts", 0, 3, "thread", str(error))
        return
    wanted = {}
    for thread in threads:
        targets = targets_of(thread, sources.events[thread.root.event or ""].targets, sources.targets)
        wanted.update({document.id: {target.id for target in targets} for document in thread})
    declared = {document.id: set(sources.events[document.event or ""].targets) for document in sources.documents}
    prompts = {sha256_of_file(path) for path in sources.root.glob("annotations/rounds/*/prompts/*.md")}
    annotators: dict[str, list[str]] = defaultdict(list)
    seen: set[tuple[str, str, str]] = set()
    for located in sources.judgements:
        judgement = located.judgement

        def problem(rule: str, text: str, path: Path = located.path, line: int = located.line) -> Problem:
            return Problem(path, line, 3, rule, text)

        if judgement.document_id not in wanted:
            yield problem("document", f"document {judgement.document_id!r} does not exist.")
            continue
        key = (judgement.document_id, judgement.round, judgement.annotator)
        if key in seen:
            yield problem("document", f"{judgement.document_id!r} is judged twice by {judgement.annotator!r}.")
        seen.add(key)
        annotators[judgement.document_id].append(judgement.annotator)
        intention = judgement.annotator == INTENTION
        expected = (declared if intention else wanted)[judgement.document_id]
        if set(judgement.stances) != expected:
            yield problem("target", f"stances on {sorted(judgement.stances)}, expected {sorted(expected)}.")
        for name in _PROVENANCE[:3] if intention else _PROVENANCE:
            if getattr(judgement, name) is None:
                yield problem("provenance", f"{name} is missing; every judgement says how it came about.")
        if judgement.prompt_sha256 is not None and judgement.prompt_sha256 not in prompts:
            yield problem("provenance", "prompt_sha256 matches no file in annotations/rounds/*/prompts/.")
    for placed in sources.texts:
        given = annotators[placed.document.id]
        if given.count(INTENTION) != 1 or len(given) != ANNOTATORS_A_DOCUMENT + 1:
            text = f"{placed.document.id!r} has judgements by {sorted(given)}; one intention and three are needed."
            yield Problem(placed.path, placed.line, 3, "judgements", text)


def _gold(sources: Sources) -> Iterator[Problem]:
    judged = by_document(sources.judgements)
    events = {placed.document.id: placed.document.event for placed in sources.texts}
    found: set[str] = set()
    for placed in sources.gold:
        document_id = placed.gold.document_id
        if events.get(document_id) != placed.path.stem:
            text = f"document {document_id!r} does not belong to event {placed.path.stem!r}."
            yield Problem(placed.path, placed.line, 3, "document", text)
            continue
        if document_id in found:
            yield Problem(placed.path, placed.line, 3, "document", f"{document_id!r} stands twice.")
        found.add(document_id)
        for text in (
            gold_problems(placed.gold, judged.get(document_id, []), sources.scheme) if document_id in judged else ()
        ):
            yield Problem(placed.path, placed.line, 3, "gold", f"{document_id}: {text}.")
    for text_placed in sources.texts:
        if text_placed.document.id not in found:
            text = f"{text_placed.document.id!r} has no gold row in annotations/adjudicated/."
            yield Problem(text_placed.path, text_placed.line, 3, "gold", text)


def _splits(sources: Sources) -> Iterator[Problem]:
    splits = assign_splits(build_threads(sources.documents))
    texts = [placed.document.text for placed in sources.texts]
    pairs = list(near_duplicates(texts))
    for i, j, similarity in pairs:
        one, two = sources.texts[i], sources.texts[j]
        if splits[one.document.thread] != splits[two.document.thread]:
            text = f"{two.document.id!r} is {similarity:.2f} like {one.document.id!r} of another split."
            yield Problem(two.path, two.line, 4, "duplicate", text)
    copies = {j for _, j, _ in pairs}
    if len(copies) > MAX_NEAR_DUPLICATES * len(texts):
        for j in sorted(copies):
            placed = sources.texts[j]
            text = f"{placed.document.id!r} is a near-duplicate; {len(copies)} of {len(texts)} at {THRESHOLD} are too many."
            yield Problem(placed.path, placed.line, 4, "duplicate", text)


def _released(sources: Sources) -> Iterator[Problem]:
    """Compare every released row with the one built now; a difference is named at the line it comes from."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    corpus = sources.root / "corpus"
    path = corpus / MANIFEST
    if not path.exists():
        yield Problem(path, 0, 6, "released", "there is no release; run scripts/build_corpus.py.")
        return
    manifest = json.loads(path.read_text("utf-8"))
    tables = build_tables(sources)
    changed = False
    for config, split in tables:
        name = parquet_name(config, split)
        file = corpus / name
        if not file.exists():
            yield Problem(file, 0, 6, "released", "missing; run scripts/build_corpus.py.")
            changed = True
            continue
        released = pq.read_table(file, partitioning=None).to_pylist()
        rebuilt = encoded_rows(tables, config, split, sources.scheme)
        for problem in _row_problems(file, released, rebuilt, [row.origins for row in tables[config, split]]):
            changed = True
            yield problem
        entry = manifest["files"].get(name, {})
        if not changed and manifest["pyarrow"] == pa.__version__ and entry.get("sha256") != sha256_of_file(file):
            yield Problem(file, 0, 6, "released", "bytes differ from the manifest; run scripts/build_corpus.py.")
        if not changed and entry.get("rows_sha256") != sha256_of_rows(rebuilt):
            yield Problem(file, 0, 6, "released", "rows differ from the manifest; run scripts/build_corpus.py.")
    if changed:
        return
    now = {str(file.relative_to(sources.root)): sha256_of_file(file) for file in sources.files()}
    for name in sorted(now.keys() | manifest["inputs"].keys()):
        if now.get(name) != manifest["inputs"].get(name):
            yield Problem(sources.root / name, 0, 6, "released", "changed since the release was built; build it again.")


def _row_problems(
    file: Path, released: list[Any], rebuilt: list[Any], origins: list[tuple[tuple[Path, int], ...]]
) -> Iterator[Problem]:
    for old, new, places in zip(released, rebuilt, origins, strict=False):
        columns = [name for name in new if old.get(name) != new[name]]
        if not columns:
            continue
        # The text's columns come from the text file, the labels from the annotation: name the line that tells.
        labels = {"topic", "sentiment", "irony", "needs_context", "frames", "stance", "stances"}
        told = (
            places[0] if len(places) == 1 or any(c in labels or c.endswith("settled") for c in columns) else places[-1]
        )
        column = columns[0]
        text = (
            f"{column} was released as {old.get(column)!r} in {file.parent.name}/{file.name}, the sources now give "
            f"{new[column]!r}; correct the line, or release a new version with scripts/build_corpus.py."
        )
        yield Problem(told[0], told[1], 6, "released", text)
    if len(released) != len(rebuilt):
        text = f"{len(released)} rows released, the sources now give {len(rebuilt)}; run scripts/build_corpus.py."
        yield Problem(file, 0, 6, "released", text)

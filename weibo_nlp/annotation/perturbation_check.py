"""The blind check of the edits: which edited texts are judged, what a judge sees of them, and what the answers say.

A judge reads edited texts of all edits and unedited ones in one shuffled sheet, each in its thread, under a neutral
number. What was edited how stands in a key that is kept apart.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.dealing import numbered
from weibo_nlp.annotation.exchange.json_lines import read_answers
from weibo_nlp.annotation.judgements import label_types
from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import write_jsonl
from weibo_nlp.io.destination import require_kept
from weibo_nlp.io.validation import Parser, Row, field_types, label_type, read_records, row_parser, without_problems
from weibo_nlp.perturbations.checked import UNEDITED, Check, checked_content, summarise
from weibo_nlp.perturbations.edits import EDITS, Edited, apply_edit
from weibo_nlp.perturbations.lexicon import edit_lexicon
from weibo_nlp.records import Document
from weibo_nlp.scheme import Scheme
from weibo_nlp.text.offsets import Offsets

PER_EDIT = 100
PARTS = 12
KEY = "key.jsonl"


@dataclass(frozen=True, slots=True)
class Sample:
    """One text that is judged, as a row of the key.

    Attributes
    ----------
    sample : str
        Neutral number, in the order of a shuffled deck.
    part : int
        Number of the sheet it stands on, from 1.
    edit : str
        Name of the edit, or ``unedited``.
    document_id : str
        What was edited.
    target : str or None
        Text of the stance target as the gold has it; None where the document has no stance labels.
    seed : int
        Random seed of draw and edits.
    lexicon_version : str
        Version of the lists the edits read.
    """

    sample: str
    part: int
    edit: str
    document_id: str
    target: str | None
    seed: int
    lexicon_version: str


@dataclass(frozen=True)
class Deck:
    """Samples in the order of their numbers, with what a judge sees of each.

    No part holds two samples of one document, nor, as far as the threads allow, one that shows another's text:
    ``overlaps`` counts the samples whose unedited text stands as context of another in the same part. ``rows`` holds
    the row of the blind sheet by sample.
    """

    samples: tuple[Sample, ...]
    rows: Mapping[str, Mapping[str, Any]]
    overlaps: int

    @property
    def parts(self) -> dict[int, list[Sample]]:
        """Samples by the number of their part."""
        return parts_of(self.samples)


def draw(release: Release, *, per_edit: int = PER_EDIT, parts: int = PARTS, seed: int = 0) -> Deck:
    """Draw texts that each edit changes, and unedited ones beside them, and deal them into parts.

    Parameters
    ----------
    release : Release
        The corpus; texts of all splits are drawn.
    per_edit : int, default 100
        Texts for each edit; all there are where an edit changes fewer.
    parts : int, default 12
        Sheets of about equal length.
    seed : int
        Random seed of the draw and of the edits.

    Raises
    ------
    UsageError
        If `per_edit` or `parts` is below one.
    DataError
        If no text is changed by any edit.
    """
    if per_edit < 1 or parts < 1:
        raise UsageError(f"per_edit and parts must be at least 1, got {per_edit} and {parts}.")
    threads = {document.id: thread for thread in release.threads() for document in thread}
    texts = {document_id: full_text(thread.documents[document_id]) for document_id, thread in threads.items()}
    pools: dict[str, list[str]] = {}
    for edit in EDITS:
        # Only texts that are changed themselves: where merely the target is another brand, an error of the edit in the
        # text could not show.
        changed = [key for key, text in texts.items() if apply_edit(edit, text, key=key, seed=seed).text != text]
        pools[edit] = sorted(changed, key=lambda document_id: _rank(seed, edit, document_id))
    drawn = [(edit, document_id) for edit, pool in pools.items() for document_id in pool[:per_edit]]
    if not drawn:
        raise DataError(f"{release.path}: no edit changes any of its texts; there is nothing to check.")
    drawn += [(UNEDITED, document_id) for document_id in _controls(list(pools.values()), per_edit, seed)]
    drawn.sort(key=lambda pair: _rank(seed, "deck", *pair))
    paths = [list(reversed(threads[document_id].path_to_root(document_id))) for _, document_id in drawn]  # root first
    dealt, overlaps = _deal([[document.id for document in path] for path in paths], parts)
    targets, version = _targets_by_document(release, seed), edit_lexicon().version
    numbers = numbered(drawn, "S", len(str(len(drawn)))).items()
    samples = [
        Sample(number, part, edit, document_id, targets.get(document_id), seed, version)
        for (number, (edit, document_id)), part in zip(numbers, dealt, strict=True)
    ]
    register = {row["text"]: row for row in release.rows("targets")}
    rows = {item.sample: _sheet_row(item, path, register) for item, path in zip(samples, paths, strict=True)}
    return Deck(tuple(samples), rows, overlaps)


def part_name(number: int) -> str:
    """Name of the file of a part, and of the answers to it."""
    return f"part-{number:02d}.jsonl"


def write_deck(deck: Deck, folder: Path) -> None:
    """Write the blind sheets into ``parts`` of a folder, and the key beside that, where no judge looks."""
    sheets = {number: folder / "parts" / part_name(number) for number in deck.parts}
    for path in (folder / KEY, *sheets.values()):
        require_kept(folder, path)
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    write_jsonl(folder / KEY, map(asdict, deck.samples))
    for number, part in deck.parts.items():
        write_jsonl(sheets[number], [deck.rows[item.sample] for item in part])


def parts_of(samples: Iterable[Sample]) -> dict[int, list[Sample]]:
    """Samples by the number of their part, in order."""
    by_part = attrgetter("part")
    return {number: list(group) for number, group in groupby(sorted(samples, key=by_part), key=by_part)}


def shown_document(document: Document, *, title: str | None, text: str) -> dict[str, Any]:
    """What an annotator sees of a document, its title and text perhaps edited."""
    seen = {name: getattr(document, name) for name in ("kind", "author", "account_type")}
    return seen | {"title": title, "text": text}


def full_text(document: Document) -> str:
    """What is edited of a document: an article with its title, anything else as it stands."""
    return f"{document.title}\n{document.text}" if document.title else document.text


def read_part(
    path: Path, samples: Iterable[Sample], scheme: Scheme, provenance: Mapping[str, Any]
) -> tuple[list[Check], list[str]]:
    """Read one judge's answers back through the key.

    Parameters
    ----------
    path : Path
        JSON Lines with ``sample``, the labels and ``readable``.
    samples : iterable of Sample
        What this judge was dealt.
    scheme : Scheme
        Labels that are allowed.
    provenance : mapping
        ``annotator``, ``model``, ``prompt_sha256``: the same for the whole file.

    Returns
    -------
    tuple of list of Check and list of str
        The checks, and what is wrong with the file, see :func:`~weibo_nlp.annotation.exchange.json_lines.read_answers`.
    """
    parse = _check_parser(scheme)
    key = {(item.sample,): {name: value for name, value in asdict(item).items() if name != "part"} for item in samples}
    return read_answers(path, ["sample"], key, lambda answer, origin: parse({**answer, **origin, **provenance}))


def read_checks(path: Path, scheme: Scheme) -> list[Check]:
    """Read ``checks.jsonl``.

    Raises
    ------
    DataError
        If a row is not a check or a sample stands twice; all are named.
    """
    parse = _check_parser(scheme)
    seen: set[str] = set()

    def check(row: Row) -> Check:
        record = parse(row)
        if record.sample in seen:
            raise DataError(f"sample {record.sample!r} stands twice")
        seen.add(record.sample)
        return record

    return without_problems(read_records(path, check))


def collect(
    sheets: Path, answers: Path, release: Release, *, annotator: str, model: str, prompt_sha256: str
) -> tuple[list[Check], dict[str, Any]]:
    """Read the answers to all parts of a draw, and say what they mean.

    Parameters
    ----------
    sheets : Path
        Folder that `write_deck` wrote.
    answers : Path
        Folder with a file for each part, named like it.
    release : Release
        The corpus the samples were drawn from.
    annotator : str
        Name of a judge: this and the number of the part.
    model, prompt_sha256 : str
        Who judged, and the checksum of the prompt.

    Returns
    -------
    tuple of list of Check and dict
        The checks in the order of the samples, and the content of ``checked.json``.

    Raises
    ------
    DataError
        If the key or an answer cannot be read, an answer is missing, or the samples were drawn with another version
        of the word lists; all faults of the answers are named.
    """
    samples = without_problems(read_records(sheets / KEY, row_parser(Sample, field_types(Sample))))
    versions = sorted({item.lexicon_version for item in samples})
    if versions != [edit_lexicon().version]:
        raise DataError(
            f"{sheets / KEY}: drawn with word lists {', '.join(versions) or 'of no version'}, installed is "
            f"{edit_lexicon().version}; draw all samples anew, or collect with the version they were drawn with."
        )
    checks, problems = list[Check](), list[str]()
    for number, part in parts_of(samples).items():
        path = answers / part_name(number)
        if not path.exists():
            problems.append(f"{path}: missing; part {number} has {len(part)} samples that nobody judged.")
            continue
        who = {"annotator": f"{annotator}{number:02d}", "model": model, "prompt_sha256": prompt_sha256}
        records, faults = read_part(path, part, release.scheme, who)
        checks += records
        problems += faults
    if problems:
        raise DataError("\n".join(problems))
    checks.sort(key=lambda check: check.sample)
    gold = [label for task in release.scheme.tasks for label in release.gold(task)]
    return checks, checked_content(summarise(checks, gold, release.scheme), versions[0])


def _check_parser(scheme: Scheme) -> Parser[Check]:
    labels = label_types(scheme)
    texts = {name: labels[name] for name in ("topic", "sentiment")}
    stances = scheme.task("stance").labels

    def check(**values: Any) -> Check:
        record = Check(**values)
        if record.edit not in (*EDITS, UNEDITED):
            raise DataError(f"edit {record.edit!r} is not one of {', '.join((*EDITS, UNEDITED))}")
        if (record.stance is None) != (record.target is None):
            has, allowed = ("no", "null") if record.target is None else ("a", ", ".join(stances))
            raise DataError(f"stance is {record.stance!r}, but the sample has {has} target; allowed: {allowed}")
        return record

    return row_parser(check, field_types(Check, **texts, stance=label_type(stances) | None))


def _targets_by_document(release: Release, seed: int) -> dict[str, str]:
    """One stance target for each document that has any."""
    targets: dict[str, list[str]] = {}
    for label in release.gold("stance"):
        targets.setdefault(label.document_id, []).append(str(label.target))
    return {
        document_id: min(texts, key=lambda text: _rank(seed, "target", document_id, text))
        for document_id, texts in targets.items()
    }


def _rank(seed: int, *parts: str) -> bytes:
    """Place in a draw that depends on the thing drawn alone: another document more or less moves no other."""
    return hashlib.sha256("\0".join([str(seed), *parts]).encode()).digest()


def _controls(pools: Sequence[Sequence[str]], n: int, seed: int) -> list[str]:
    """Documents for the control group, drawn from the edits' pools in turn, so that they are of the same make."""
    queues = deque(iter(sorted(pool, key=lambda document_id: _rank(seed, UNEDITED, document_id))) for pool in pools)
    chosen: dict[str, None] = {}
    while queues and len(chosen) < n:
        queue = queues.popleft()
        if fresh := next((document_id for document_id in queue if document_id not in chosen), None):
            chosen[fresh] = None
            queues.append(queue)
    return list(chosen)


def _deal(paths: Sequence[Sequence[str]], parts: int) -> tuple[list[int], int]:
    """Part of each text, from 1, and how many stand, unedited, above another of their part.

    `paths` holds the ids of what a judge sees, the judged text last.
    """
    dealt: list[list[int]] = [[] for _ in range(parts)]
    chosen: list[int] = []

    def is_shown(at: int, other: int) -> bool:
        return paths[at][-1] in paths[other][:-1]

    for at in range(len(paths)):
        # Twice the same text is worst: the second time the judge remembers the first.
        fullest_allowed = min(map(len, dealt)) + max(2, len(paths) // (10 * parts))
        costs = [
            (
                len(part) >= fullest_allowed,
                sum(paths[other][-1] == paths[at][-1] for other in part),
                sum(is_shown(at, other) + is_shown(other, at) for other in part),
                len(part),
            )
            for part in dealt
        ]
        best = min(range(parts), key=costs.__getitem__)
        dealt[best].append(at)
        chosen.append(best + 1)
    return chosen, sum(is_shown(at, other) for part in dealt for at in part for other in part)


def _sheet_row(sample: Sample, path: Sequence[Document], register: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Row of the blind sheet: the texts above as context, the edited one last, and its target."""
    *above, document = path
    edited = _edited(sample, full_text(document))
    thread = []
    for outer in above:
        title, text = outer.title, outer.text
        if sample.edit in EDITS and EDITS[sample.edit].whole_text:
            # A thread on one brand with an answer on another would not hang together.
            title, text = title and _edited(sample, title).text, _edited(sample, text).text
        thread.append(shown_document(outer, title=title, text=text))
    thread.append(shown_document(document, title=None, text=edited.text))
    row: dict[str, Any] = {"sample": sample.sample, "thread": [{"n": n, **each} for n, each in enumerate(thread, 1)]}
    row |= {"judge": len(path), "target": None}
    if sample.target is not None:
        entry = register[sample.target]
        row["target"] = {"text": edited.target, **{label: entry[label] for label in ("favor", "against", "none")}}
    return row


def _edited(sample: Sample, text: str) -> Edited:
    if sample.edit == UNEDITED:
        return Edited(text, Offsets(len(text)), changed=False, target=sample.target, parent=None)
    return apply_edit(sample.edit, text, key=sample.document_id, seed=sample.seed, target=sample.target)

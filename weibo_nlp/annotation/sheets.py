"""Blind sheets: threads dealt to an annotator in shuffled order under neutral numbers, and their judgements read back.

A document id names its event, and an event gives its topic away; so a sheet carries numbers only, and the
key that leads back to ids is kept apart from what the annotator sees.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.judgements import judgement_from
from weibo_nlp.corpus.tree import Thread
from weibo_nlp.errors import DataError
from weibo_nlp.io import read_jsonl
from weibo_nlp.records import Judgement, Target
from weibo_nlp.scheme import Scheme

_TARGET_KEYS = "STUVWXYZ"


@dataclass(frozen=True)
class Sheet:
    """What one annotator gets (``rows``), and the way back: (thread number, n) -> (document id, order)."""

    rows: tuple[dict[str, Any], ...]
    key: Mapping[tuple[str, int], tuple[str, int]]
    targets: Mapping[str, Mapping[str, str]]  # thread number -> target key -> target id


def targets_of(thread: Thread, declared: Sequence[str], targets: Mapping[str, Target]) -> list[Target]:
    """Targets on which a thread is judged: its event's, or one canonical target where the event declares none.

    That one is drawn by the thread's id, so that the absence of targets tells nobody that a thread is `other`.
    """
    if declared:
        return [targets[target] for target in declared]
    canonical = sorted(target.id for target in targets.values() if target.canonical_for)
    draw = int.from_bytes(hashlib.sha256(thread.id.encode()).digest()[:8], "big")
    return [targets[canonical[draw % len(canonical)]]]


def deal(
    threads: Iterable[Thread], declared: Mapping[str, Sequence[str]], targets: Mapping[str, Target], *, seed: int
) -> Sheet:
    """Shuffle whole threads into one annotator's sheet.

    Parameters
    ----------
    threads : iterable of Thread
        The threads to be judged.
    declared : mapping of event id to target ids
        The event register's targets.
    targets : mapping of target id to Target
        The target register.
    seed : int
        Another seed for every annotator, so that nobody reads in another's order.
    """
    order = sorted(threads, key=lambda thread: thread.id)
    random.Random(seed).shuffle(order)
    rows, key, target_keys, place = [], {}, {}, 0
    for number, thread in enumerate(order, start=1):
        name = f"T{number:03d}"
        wanted = targets_of(thread, declared[thread.root.event or ""], targets)
        target_keys[name] = {_TARGET_KEYS[i]: target.id for i, target in enumerate(wanted)}
        numbers = {document.id: n for n, document in enumerate(thread, start=1)}
        documents = []
        for document in thread:
            place += 1
            key[name, numbers[document.id]] = (document.id, place)
            documents.append(
                {
                    "n": numbers[document.id],
                    "reply_to": numbers.get(document.parent or ""),
                    "repost_of": numbers.get(document.repost_of or ""),
                    "kind": document.kind,
                    "author": document.author,
                    "account_type": document.account_type,
                    "title": document.title,
                    "text": document.text,
                }
            )
        shown = [
            {"key": _TARGET_KEYS[i], "text": t.text, "favor": t.favor, "against": t.against, "none": t.none}
            for i, t in enumerate(wanted)
        ]
        rows.append({"thread": name, "targets": shown, "documents": documents})
    return Sheet(tuple(rows), key, target_keys)


def collect(
    path: Path, sheet: Sheet, scheme: Scheme, *, annotator: str, round_name: str, provenance: Mapping[str, Any]
) -> list[Judgement]:
    """Read an annotator's answers back through the key.

    Parameters
    ----------
    path : Path
        JSON Lines with ``thread``, ``n``, the labels, and ``stance`` by target key.
    sheet : Sheet
        What was dealt.
    provenance : mapping
        ``model``, ``prompt_sha256``, ``guideline_version``, ``layout``: the same for the whole file.

    Raises
    ------
    DataError
        If an answer is malformed, doubled, missing, or answers something that was not dealt; all are named.
    """
    problems: list[str] = []
    judged: dict[str, Judgement] = {}
    for line in read_jsonl(path):
        where = f"{path}:{line.number}"
        row = line.value
        if row is None:
            problems.append(f"{where}: {line.reason}")
            continue
        n = row.get("n")
        # A list would not hash, and true would pass for 1.
        dealt = sheet.key.get((str(row.get("thread")), n)) if type(n) is int else None
        if dealt is None:
            problems.append(f"{where}: {row.get('thread')!r}/{row.get('n')!r} was not dealt")
            continue
        document_id, order = dealt
        keys = sheet.targets[row["thread"]]
        stance = row.get("stance") or {}
        if not isinstance(stance, dict):
            problems.append(f"{where}: stance must map target keys to labels, got {stance!r}")
            continue
        if set(stance) != set(keys):
            problems.append(f"{where}: stance has {sorted(stance)}, the thread has {sorted(keys)}")
            continue
        if document_id in judged:
            problems.append(f"{where}: {row['thread']}/{row['n']} is judged twice")
            continue
        answer = {name: value for name, value in row.items() if name not in ("thread", "n", "stance")}
        answer |= {
            "document_id": document_id,
            "annotator": annotator,
            "round": round_name,
            "order": order,
            **provenance,
        }
        answer["stances"] = {keys[name]: label for name, label in stance.items()}
        try:
            judged[document_id] = judgement_from(answer, scheme, where)
        except DataError as error:
            problems.append(str(error))
    missing = [f"{thread}/{n}" for (thread, n), (document_id, _) in sheet.key.items() if document_id not in judged]
    if missing:
        problems.append(f"{path}: {len(missing)} documents are not judged: {', '.join(missing[:20])}")
    if problems:
        raise DataError("\n".join(problems))
    return list(judged.values())

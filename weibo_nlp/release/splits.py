"""Splits by whole thread, 70/10/20, stratified by event and kind of root; the same threads split the same way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from weibo_nlp.corpus.tree import Thread

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}


def assign_splits(threads: Iterable[Thread]) -> dict[str, str]:
    """Assign every thread to a split.

    Within an event, threads under an article and threads under a post are dealt separately, large ones first, each
    to the split that lacks most of its share. Ties go by a hash of the thread's id, so the order of files is
    without influence, and adding an event moves no thread of another.

    Returns
    -------
    dict
        Thread id -> "train", "validation" or "test".
    """
    strata: dict[tuple[str, str], list[Thread]] = {}
    for thread in threads:
        strata.setdefault((thread.root.event or "", thread.root.kind), []).append(thread)
    assigned: dict[str, str] = {}
    for _, members in sorted(strata.items()):
        total = sum(len(thread) for thread in members)
        filled = dict.fromkeys(SHARES, 0)
        for thread in sorted(members, key=lambda thread: (-len(thread), _hash(thread.id))):
            lacking = {name: share * total - filled[name] for name, share in SHARES.items()}
            split = max(SHARES, key=lambda name: lacking[name])
            filled[split] += len(thread)
            assigned[thread.id] = split
    return assigned


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""Splits by whole thread, 70/10/20, stratified by event and kind; the same threads always split the same way."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from functools import partial

from weibo_nlp.corpus.schema import CONFIG_OF_KIND
from weibo_nlp.corpus.tree import Thread

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}
TRIALS = 400


def assign_splits(threads: Iterable[Thread]) -> dict[str, str]:
    """Assign every thread to a split.

    Each event is dealt by itself: its threads are put into ``TRIALS`` orders by hashes of their ids, each order is cut
    by cumulated size, and the cut is taken that leaves every kind of document nearest to its shares. Threads are
    few and of uneven size, so dealing them one by one would leave a split with the lonely posts. The order of files
    is without influence, and adding an event moves no thread of another.

    Returns
    -------
    dict
        Thread id -> "train", "validation" or "test".
    """
    events: dict[str, list[Thread]] = {}
    for thread in threads:
        events.setdefault(thread.root.event or "", []).append(thread)
    assigned: dict[str, str] = {}
    for _, members in sorted(events.items()):
        kinds = {
            thread.id: Counter(CONFIG_OF_KIND[document.kind] for document in thread)
            for thread in sorted(members, key=lambda thread: thread.id)
        }
        totals = dict(sorted(sum(kinds.values(), Counter[str]()).items()))
        cuts = [_cut(kinds, trial) for trial in range(TRIALS)]
        assigned |= min(cuts, key=partial(_unevenness, kinds, totals))
    return assigned


def _cut(kinds: dict[str, Counter[str]], trial: int) -> dict[str, str]:
    """Fill test, then validation, with threads in one hashed order until each has its share; train gets the rest."""
    order = sorted(kinds, key=lambda thread: hashlib.sha256(f"{trial}:{thread}".encode()).hexdigest())
    total = sum(count.total() for count in kinds.values())
    cut, queue = {}, list(order)
    for split in ("test", "validation"):
        filled = 0
        while queue and filled + kinds[queue[0]].total() / 2 <= SHARES[split] * total:
            thread = queue.pop(0)
            filled += kinds[thread].total()
            cut[thread] = split
    return cut | dict.fromkeys(queue, "train")


def _unevenness(kinds: dict[str, Counter[str]], totals: dict[str, int], cut: dict[str, str]) -> float:
    """Distance from the shares, summed over splits and kinds; threads themselves count as a kind of their own."""
    distance = 0.0
    for split, share in SHARES.items():
        inside = [kinds[thread] for thread, name in cut.items() if name == split]
        distance += abs(len(inside) / len(kinds) - share)
        for kind, total in totals.items():
            distance += abs(sum(count[kind] for count in inside) / total - share)
    return distance

"""What a release changes of the one before: documents that came and went, texts, splits, gold labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from weibo_nlp.corpus.release import Release
from weibo_nlp.corpus.schema import SPLITS

_Label = tuple[str, str | None]


@dataclass(frozen=True)
class Differences:
    """Ids and counts by which two releases differ.

    Attributes
    ----------
    added, lost, reworded, moved : tuple of str
        Ids of documents that only the later one has, that only the earlier one has, whose text is another, that stand
        in another split.
    relabelled : mapping of str to (int, int)
        Task -> gold labels of both that differ, and how many there are in both.
    """

    added: tuple[str, ...]
    lost: tuple[str, ...]
    reworded: tuple[str, ...]
    moved: tuple[str, ...]
    relabelled: Mapping[str, tuple[int, int]]


def compare(before: Release, after: Release) -> Differences:
    """Compare two releases, document by document and label by label."""
    old, new = _documents(before), _documents(after)
    both = sorted(old.keys() & new.keys())
    relabelled = {}
    for task in before.scheme.tasks:
        if task not in after.scheme.tasks:
            continue
        labels = [_gold(release, task) for release in (before, after)]
        shared = labels[0].keys() & labels[1].keys()
        relabelled[task] = (sum(labels[0][key] != labels[1][key] for key in shared), len(shared))
    return Differences(
        added=tuple(sorted(new.keys() - old.keys())),
        lost=tuple(sorted(old.keys() - new.keys())),
        reworded=tuple(id for id in both if old[id][1] != new[id][1]),
        moved=tuple(id for id in both if old[id][0] != new[id][0]),
        relabelled=relabelled,
    )


def _documents(release: Release) -> dict[str, tuple[str, str]]:
    """Id -> split and text."""
    return {each.id: (split, each.text) for split in SPLITS for each in release.documents(split)}


def _gold(release: Release, task: str) -> dict[_Label, str]:
    return {(each.document_id, each.target): each.label for each in release.gold(task)}

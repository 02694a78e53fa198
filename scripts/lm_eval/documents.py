"""What the tasks ask about: rows of the installed corpus, as `lm_eval` takes them.

The texts are the ones every other model of the benchmark reads: an article with its title, for stance also the target
and the text answered; for the other tasks nothing of the thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from weibo_nlp.corpus import Release, open_release
from weibo_nlp.corpus.tree import above_of
from weibo_nlp.tasks.evaluation_set import full_text

if TYPE_CHECKING:
    from datasets import Dataset

SPLITS = ("train", "test")  # shots and what is scored; validation is left to those who tune prompts
GENRES = {
    "article": ("文章", "这篇文章"),
    "post": ("微博", "这条微博"),
    "repost": ("转发", "这条转发"),
    "comment": ("评论", "这条评论"),
}


def load(*, task: str, corpus_version: str, **_settings: object) -> Mapping[str, Dataset]:
    """Return the splits of a task, in the order of the corpus' gold labels.

    Parameters
    ----------
    task : str
        Task of the label scheme.
    corpus_version : str
        Version the task files are pinned to.
    **_settings
        Whatever else `lm_eval` hands over: its metadata and the model's arguments.

    Returns
    -------
    dict of str to datasets.Dataset
        ``train`` and ``test``; one row a document, for stance a (document, target) pair. ``label`` is the place in
        the scheme's order.

    Raises
    ------
    UnknownNameError
        If the installed corpus is another version, or has no such task.
    """
    return _splits(task, corpus_version)


# A task is loaded once for each of its six prompts.
@cache
def _splits(task: str, corpus_version: str) -> Mapping[str, Dataset]:
    from datasets import Dataset

    release = open_release(version=corpus_version)
    return {split: Dataset.from_list(rows(release, task, split)) for split in SPLITS}


def rows(release: Release, task: str, split: str) -> list[dict[str, Any]]:
    """Return the rows of one split of a task, in the order of its gold labels."""
    documents = {document.id: document for document in release.documents(split)}
    targets = {row["text"]: row for row in release.rows("targets")}
    scheme = release.scheme.task(task)
    found = []
    for gold in release.gold(task, split):
        document = documents[gold.document_id]
        genre, this = GENRES[document.kind]
        row: dict[str, Any] = {
            "document_id": document.id,
            "thread": document.thread,
            "task": task,
            "genre": genre,
            "this": this,
            "text": full_text(document),
            "label": scheme.index(gold.label),
        }
        if gold.target is not None:
            above = above_of(document)
            row["target"] = gold.target
            row["parent"] = full_text(documents[above]) if above is not None else None
            row |= {f"{label}_means": targets[gold.target][label] for label in scheme.labels}
        found.append(row)
    return found

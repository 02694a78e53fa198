"""What is scored: gold labels, the groups they come in, and what models and slices need to know of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from weibo_nlp.records import Document, Example, GoldLabel
from weibo_nlp.stats.metrics import FloatArray, IntArray
from weibo_nlp.tasks.spec import TaskSpec


@dataclass(frozen=True)
class EvaluationSet:
    """The rows of one task that are scored, all in one order.

    Attributes
    ----------
    gold : tuple of GoldLabel
        One for each row.
    groups : tuple of str
        The independent unit (thread, event, group, text) each row belongs to, which intervals and tests draw whole.
    documents : tuple of Document
        The document each row is about.
    examples : tuple of Example
        What a model sees of each row.
    notes : tuple of str
        What was left out, in sentences.
    votes : ndarray of float, shape (n_rows, n_labels), or None
        Distribution of the annotators' judgements, where they are known.
    slices : tuple of mapping of str to str, or None
        Slice -> value of each row, where they are known.
    n_set_aside : int
        Rows of the part that is scored which a user's copy should have, and which could not be read or found there;
        the notes say why.
    judges : tuple of str
        Families of the models that judged the rows; empty where people did, or nobody knows.
    """

    gold: tuple[GoldLabel, ...]
    groups: tuple[str, ...]
    documents: tuple[Document, ...]
    examples: tuple[Example, ...]
    notes: tuple[str, ...] = ()
    votes: FloatArray | None = None
    slices: tuple[Mapping[str, str], ...] | None = None
    n_set_aside: int = 0
    judges: tuple[str, ...] = ()

    def gold_indices(self, spec: TaskSpec) -> IntArray:
        """Gold labels as indices into the task's labels, shape (n_rows,)."""
        return label_numbers((label.label for label in self.gold), spec.labels)


def full_text(document: Document) -> str:
    """What is read of a document: an article with its title, anything else as it stands."""
    return f"{document.title}\n{document.text}" if document.title else document.text


def label_numbers(labels: Iterable[str], order: Iterable[str]) -> IntArray:
    """Place of each label among those of the task, in their order, shape (n_rows,)."""
    place = {label: number for number, label in enumerate(order)}
    return np.array([place[label] for label in labels], dtype=np.int64)

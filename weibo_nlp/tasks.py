"""What is scored: a task on a set under a protocol, pinned to the version of the corpus and of the scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weibo_nlp.errors import UnknownNameError
from weibo_nlp.labels import Scheme

CORPUS = "corpus"
STANDARD = "standard"
EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One thing a model can be scored on.

    Attributes
    ----------
    name : str
        Task of the scheme, or of the external set.
    set : str
        ``corpus``, or the name of an external set.
    protocol : str
        ``standard``: the corpus' own split by thread; ``external``: an external set's official split.
    train, test : tuple of str, str
        Splits learnt from and the one scored.
    labels : tuple of str
        Label order.
    main_metric : str
        The metric that ranks systems.
    version : str or None
        Corpus version; None for external sets.
    scheme : str
        Version of the label scheme; for external sets the set's name, whose labels are its own.
    """

    name: str
    set: str
    protocol: str
    train: tuple[str, ...]
    test: str
    labels: tuple[str, ...]
    main_metric: str
    version: str | None
    scheme: str


def corpus_tasks(scheme: Scheme, version: str, wanted: Sequence[str] = ()) -> list[TaskSpec]:
    """Tasks of the corpus under the standard protocol; models are tuned inside train and validation together.

    Raises
    ------
    UnknownNameError
        If a wanted task is not in the scheme.
    """
    if unknown := [name for name in wanted if name not in scheme.tasks]:
        raise UnknownNameError("task", unknown[0], scheme.tasks)
    return [
        TaskSpec(
            name=name,
            set=CORPUS,
            protocol=STANDARD,
            train=("train", "validation"),
            test="test",
            labels=task.labels,
            main_metric=task.main_metric,
            version=version,
            scheme=scheme.version,
        )
        for name, task in scheme.tasks.items()
        if not wanted or name in wanted
    ]

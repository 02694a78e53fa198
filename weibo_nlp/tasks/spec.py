"""What is scored: a task on a set under a protocol, pinned to the version of the corpus and of the scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.scheme import Scheme

Protocol = Literal[
    "standard",
    "cross_event",
    "cross_topic",
    "cross_kind",
    "zero_shot",
    "external",
    "real",
    "composed_to_real",
    "cross_source",
]
Units = Literal["threads", "events", "rows", "groups"]

CORPUS = "corpus"
REAL_SET = "real"
"""The public texts that the corpus has labels of, and not the texts."""
STANDARD: Protocol = "standard"
CROSS_EVENT: Protocol = "cross_event"
CROSS_TOPIC: Protocol = "cross_topic"
CROSS_KIND: Protocol = "cross_kind"
ZERO_SHOT: Protocol = "zero_shot"
EXTERNAL: Protocol = "external"
REAL: Protocol = "real"
COMPOSED_TO_REAL: Protocol = "composed_to_real"
CROSS_SOURCE: Protocol = "cross_source"

PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
CORPUS_PROTOCOLS: tuple[Protocol, ...] = (STANDARD, CROSS_EVENT, CROSS_TOPIC, CROSS_KIND)
EXTERNAL_PROTOCOLS: tuple[Protocol, ...] = (ZERO_SHOT, EXTERNAL)
REAL_PROTOCOLS: tuple[Protocol, ...] = (REAL, COMPOSED_TO_REAL, CROSS_SOURCE)
LABELLED_HERE: Mapping[str, tuple[Protocol, ...]] = {CORPUS: CORPUS_PROTOCOLS, REAL_SET: REAL_PROTOCOLS}
"""Sets whose gold labels come with the package, so that predictions are scored without a copy; their protocols."""

MEANINGS: Mapping[Protocol, str] = {
    STANDARD: "the corpus' own split by whole threads",
    CROSS_EVENT: "five folds of whole events, each scored by a model that saw none of them",
    CROSS_TOPIC: "stance towards one topic's targets, learnt from the targets of the others",
    CROSS_KIND: "learnt from posts and reposts, scored on comments of other threads",
    ZERO_SHOT: "learnt from the corpus, scored on an external set",
    EXTERNAL: "an external set's official split",
    REAL: "learnt from the corpus and from real train, scored on real test",
    COMPOSED_TO_REAL: "learnt from the corpus alone, scored on real test",
    CROSS_SOURCE: "real train and validation, each source scored by a model that learnt the corpus and other sources",
}

# The unit held out is the unit resampled: rows of one thread, or threads of one event, resemble each other.
UNITS: Mapping[Protocol, Units] = {
    STANDARD: "threads",
    CROSS_EVENT: "events",
    CROSS_TOPIC: "events",  # a topic is held out at a time, but four topics are too few to say anything about spread
    CROSS_KIND: "threads",
    ZERO_SHOT: "rows",
    EXTERNAL: "rows",
    REAL: "groups",  # a thread, a hashtag or a question
    COMPOSED_TO_REAL: "groups",
    CROSS_SOURCE: "groups",  # as topics, eight sources are too few
}

ALL = "all"
LEARNT_SPLITS = ("train", "validation")
DEVELOPMENT = "+".join(LEARNT_SPLITS)
"""What is scored while models are still chosen, so that test stays unseen."""


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One thing a model can be scored on.

    Attributes
    ----------
    name : str
        Task of the scheme, or of the external set.
    set : str
        ``corpus``, ``real``, or the name of an external set.
    protocol : str
        How what is learnt from is held apart from what is scored; see ``MEANINGS``.
    train, test : tuple of str, str
        Splits learnt from and the one scored; ``all`` where every row is scored by the fold that did not see it, and
        ``train+validation`` where every row of these two is. Of ``real``, the splits of the real texts learnt from.
    labels : tuple of str
        Label order.
    main_metric : str
        The metric that ranks systems.
    version : str or None
        Version of the corpus scored, whose labels those of ``real`` are; None for external sets.
    scheme : str
        Version of the label scheme; for external sets the set's name, whose labels are its own.
    targeted : bool
        Whether a label is about a target, so that a text has one for each of its targets.
    train_version : str or None
        Version of the corpus learnt from under ``zero_shot``; else None.
    """

    name: str
    set: str
    protocol: Protocol
    train: tuple[str, ...]
    test: str
    labels: tuple[str, ...]
    main_metric: str
    version: str | None
    scheme: str
    targeted: bool = False
    train_version: str | None = None

    @property
    def about(self) -> dict[str, Any]:
        """What the header of a prediction file must say to be scored under this spec."""
        return {
            "set": self.set,
            "version": self.version,
            "split": self.test,
            "task": self.name,
            "scheme": self.scheme,
            "protocol": self.protocol,
        }

    @property
    def units(self) -> Units:
        """What the bootstrap and the paired test draw; an external set with groups of its own counts them as rows."""
        return UNITS[self.protocol]


def require_names(
    scheme: Scheme, wanted: Sequence[str], what: str, protocols: Sequence[str], known: Sequence[str]
) -> None:
    """Refuse tasks that are not in the scheme, and protocols that are none of those known, which are called `what`."""
    if unknown := [name for name in wanted if name not in scheme.tasks]:
        raise UnknownNameError("task", unknown[0], scheme.tasks)
    if strange := [name for name in protocols if name not in known]:
        raise UnknownNameError(what, strange[0], known)


def corpus_tasks(
    scheme: Scheme, version: str, wanted: Sequence[str] = (), protocols: Sequence[str] = (STANDARD,)
) -> list[TaskSpec]:
    """Tasks of the corpus, protocol by protocol; models are tuned inside what they learn from.

    Parameters
    ----------
    scheme : Scheme
        Tasks and their labels.
    version : str
        Of the corpus.
    wanted : sequence of str
        Tasks; all when empty, and then those for which a protocol makes no sense are left out of it.
    protocols : sequence of str
        Of ``CORPUS_PROTOCOLS``.

    Raises
    ------
    UnknownNameError
        If a wanted task is not in the scheme, or a protocol is not one of the corpus.
    UsageError
        If a wanted task cannot be scored under a protocol.
    """
    require_names(scheme, wanted, "protocol of the corpus", protocols, CORPUS_PROTOCOLS)
    specs = []
    for protocol in (name for name in PROTOCOLS if name in protocols):
        train, test = ((ALL,), ALL) if protocol in (CROSS_EVENT, CROSS_TOPIC) else (LEARNT_SPLITS, "test")
        for name, task in scheme.tasks.items():
            if wanted and name not in wanted:
                continue
            if protocol == CROSS_TOPIC and not task.targeted:
                if wanted:
                    fitting = ", ".join(scheme.targeted)
                    raise UsageError(f"protocol {CROSS_TOPIC} is for {fitting}, not for {name}; leave one of them out.")
                continue
            metric = task.main_metric
            spec = TaskSpec(
                name, CORPUS, protocol, train, test, task.labels, metric, version, scheme.version, task.targeted
            )
            specs.append(spec)
    return specs

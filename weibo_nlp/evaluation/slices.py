"""Slices: the same metric over the rows that share a fact (their kind, their event, the depth in the thread)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.corpus import Release
from weibo_nlp.corpus.release import document_of
from weibo_nlp.corpus.schema import DOCUMENT_CONFIGS, DRAWN
from weibo_nlp.corpus.tree import build_threads
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.records import ACCOUNT_TYPES, KINDS, SCRIPTS, TEXT_KINDS, Document, GoldLabel
from weibo_nlp.stats import Estimate, count_metrics, estimate_rows
from weibo_nlp.stats.arguments import column, ids
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.metrics import label_indices
from weibo_nlp.tasks.real import RealLabel
from weibo_nlp.text.grammar import marked_places

_YES_NO = ("yes", "no")
# (most characters, name): a word or two, a short comment, a comment, a classic post of 140 characters, anything longer.
_LENGTHS = ((5, "<=5"), (15, "6-15"), (40, "16-40"), (140, "41-140"))
_LONGEST = ">140"
_DEEPEST = 3

SLICES: Mapping[str, tuple[str, ...]] = {
    "kind": KINDS,
    "event": (),
    "account_type": ACCOUNT_TYPES,
    "depth": (*map(str, range(_DEEPEST)), f"{_DEEPEST}+"),
    "irony": _YES_NO,
    "needs_context": _YES_NO,
    "length": (*(name for _, name in _LENGTHS), _LONGEST),
    "disagreement": ("unanimous", "not unanimous"),
    "script": SCRIPTS,
    "hashtag": _YES_NO,
    "emoticon": _YES_NO,
    "target_kind": ("canonical", "of the event"),
    "set": (),
    "source": (),
    "text_kind": TEXT_KINDS,
    "drawn": DRAWN,
    "confidence": ("high", "low"),
}
"""Slices in the order they are shown, each with its values in order; events, sets and sources go by the alphabet.

Of real texts, ``text_kind`` is what the published set holds: reactions, posts, questions or titles.
"""


@dataclass(frozen=True, slots=True)
class SliceScore:
    """The metric over one slice.

    Attributes
    ----------
    slice, value : str
        Such as ``kind`` and ``comment``.
    n, n_units : int
        Rows; independent units they belong to.
    few_units : bool
        Whether the interval tends to be too narrow.
    score : Estimate
        Without bounds where all rows belong to one unit, or all units score alike.
    absent : tuple of str
        Labels that no gold row of the slice has. They count as F1 = 0 in a macro-F1, whose highest value is lower by
        their share: texts that are all ironic score .5 at best on irony.
    """

    slice: str
    value: str
    n: int
    n_units: int
    few_units: bool
    score: Estimate
    absent: tuple[str, ...]


def corpus_slices(release: Release, gold: Sequence[GoldLabel]) -> tuple[dict[str, str], ...]:
    """Which slices each gold label of the corpus belongs to.

    Parameters
    ----------
    release : Release
        The release that `gold` is from.
    gold : sequence of GoldLabel
        Of one task, from any split.

    Returns
    -------
    tuple of dict
        For each gold label, slice -> value, with the keys and values of `SLICES`; ``target_kind`` for stance only.
        ``length`` counts code points of the text without its title; ``emoticon`` is a bracketed one, an emoji or a
        kaomoji; ``hashtag`` includes super topics; ``disagreement`` is that of the annotators on this very label;
        ``confidence``, theirs in the whole document, is in releases from 0.3.0 on.

    Raises
    ------
    DataError
        If a gold label is not in the release.
    """
    rows = {row["id"]: row for config in DOCUMENT_CONFIGS for row in release.rows(config)}
    if lost := [item.document_id for item in gold if item.document_id not in rows]:
        raise DataError(
            f"{len(lost)} of {len(gold)} gold labels are of documents that {release.path} does not hold, the first "
            f"{lost[0]!r}; open the release they are from."
        )
    wanted = {rows[item.document_id]["thread"] for item in gold}
    threads = build_threads(document_of(row) for row in rows.values() if row["thread"] in wanted)
    depths = {document.id: thread.depth(document.id) for thread in threads for document in thread}
    of_document = {name: _facts(rows[name], depths[name]) for name in {item.document_id for item in gold}}
    stances = {}
    if any(item.target is not None for item in gold):
        stances = {(row["document_id"], row["target"]): row for row in release.rows("stances")}
    facts_of_gold = []
    for item in gold:
        facts = dict(of_document[item.document_id])
        if item.target is None:
            settled = rows[item.document_id][f"{item.task}_settled"]
        elif row := stances.get((item.document_id, item.target)):
            settled = row["stance_settled"]
            facts["target_kind"] = "canonical" if row["canonical"] else "of the event"
        else:
            raise DataError(
                f"{release.path} has no stance of {item.document_id!r} on {item.target!r}; open the release the gold "
                "labels are from."
            )
        facts["disagreement"] = _disagreement(settled)
        facts_of_gold.append(facts)
    return tuple(facts_of_gold)


def real_slices(labels: Sequence[RealLabel], documents: Sequence[Document]) -> tuple[dict[str, str], ...]:
    """Which slices each gold label of a text that is not shipped belongs to.

    Parameters
    ----------
    labels : sequence of RealLabel
        As `RealTexts.scored` gives them.
    documents : sequence of Document
        The document of each; one without a text is in no slice of ``length``.
    """
    return tuple(
        {
            **{name: label.row[name] for name in ("set", "source", "drawn", "confidence")},
            "text_kind": label.row["kind"],
            "irony": _yes_no(label.row["irony"]),
            "disagreement": _disagreement(label.settled),
            **({"length": _length(document.text)} if document.text else {}),
        }
        for label, document in zip(labels, documents, strict=True)
    )


def score_slices(
    truth: npt.ArrayLike,
    predicted: npt.ArrayLike,
    units: Sequence[Hashable],
    facts: Sequence[Mapping[str, str]],
    labels: Sequence[str],
    metric: str,
    *,
    bootstrap: BootstrapConfig = DEFAULT,
) -> tuple[SliceScore, ...]:
    """Score every slice by itself.

    Parameters
    ----------
    truth : array-like of int, shape (n_rows,)
        Label indices of the gold labels.
    predicted : array-like of int, shape (n_rows,) or (n_seeds, n_rows)
        Label indices; of several seeds the mean score is meant.
    units : sequence, length n_rows
        The unit (thread, event) of each row.
    facts : sequence of mapping, length n_rows
        Slice -> value of each row, as `corpus_slices` gives them. A row without a slice is in none of its values.
    labels : sequence of str
        The task's labels in the order of the scheme.
    metric : str
        One of `metrics.count_metrics`.
    bootstrap : BootstrapConfig
        How intervals are made, over the groups of each slice.

    Returns
    -------
    tuple of SliceScore
        In the order of `SLICES`, others after them by the alphabet.

    Raises
    ------
    UsageError
        If `facts` or `units` does not fit the rows.
    UnknownNameError
        If `metric` is not a metric of these labels.
    """
    units, labels = ids(units, "units"), column(labels, "labels")
    gold = label_indices(truth, len(labels), "truth")
    runs = np.atleast_2d(np.asarray(predicted))
    lengths = {"truth": gold.size, "predicted": runs.shape[-1], "units": len(units), "facts": len(facts)}
    if len(set(lengths.values())) > 1:
        sizes = ", ".join(f"{name} {size}" for name, size in lengths.items())
        raise UsageError(f"rows differ in number: {sizes}; give one of each per row.")
    known = count_metrics(labels)
    if metric not in known:
        raise UnknownNameError("metric of a slice", metric, known, "Slices are scored on labels, not probabilities.")
    members: dict[tuple[str, str], list[int]] = {}
    for row, values in enumerate(facts):
        for name, value in values.items():
            members.setdefault((name, value), []).append(row)
    scores = []
    for name, value in sorted(members, key=_place):
        rows = members[name, value]
        groups = [units[row] for row in rows]
        (estimate,) = estimate_rows(
            gold[rows], runs[:, rows], groups, len(labels), {metric: known[metric]}, bootstrap
        ).values()
        absent = tuple(label for index, label in enumerate(labels) if index not in gold[rows])
        n, n_units = len(rows), len(set(groups))
        scores.append(SliceScore(name, value, n, n_units, estimate.few_units, estimate, absent))
    return tuple(scores)


def _place(member: tuple[str, str]) -> tuple[int, str, int, str]:
    name, value = member
    names, values = list(SLICES), SLICES.get(name, ())
    name_at = names.index(name) if name in SLICES else len(names)
    return name_at, name, values.index(value) if value in values else len(values), value


def _facts(row: Mapping[str, Any], depth: int) -> dict[str, str]:
    """What is the same for every task and target of a document."""
    marks = {kind for _, _, kind, _ in marked_places(row["text"], known_mentions=row["mentions"])}
    truths = {
        "irony": row["irony"],
        "needs_context": row["needs_context"],
        "hashtag": marks & {"hashtag", "super_topic"},
        "emoticon": marks & {"emoticon", "emoji", "kaomoji"},
    }
    return {
        **{name: row[name] for name in ("kind", "event", "account_type", "script")},
        **{name: _yes_no(fact) for name, fact in truths.items() if fact is not None},  # None: nobody was asked
        "depth": str(depth) if depth < _DEEPEST else f"{_DEEPEST}+",
        "length": _length(row["text"]),
        **({"confidence": row["confidence"]} if "confidence" in row else {}),
    }


def _yes_no(fact: object) -> str:
    return "yes" if fact else "no"


def _length(text: str) -> str:
    return next((name for most, name in _LENGTHS if len(text) <= most), _LONGEST)


def _disagreement(settled: str) -> str:
    return "unanimous" if settled == "unanimous" else "not unanimous"

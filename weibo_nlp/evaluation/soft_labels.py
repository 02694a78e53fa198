"""Soft labels: the distribution of the annotators' judgements, and how far a predicted distribution is from it.

Annotators disagree for reasons, so a text on which they part two to one is no plain case of the majority's label.
What is scored is a distribution; a bare label has none, and no soft score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.annotation.judgements import last_rounds
from weibo_nlp.corpus import Release
from weibo_nlp.errors import DataError, LabelError, UsageError
from weibo_nlp.records import AUTHOR_LABEL, GoldLabel
from weibo_nlp.stats.arguments import label_names
from weibo_nlp.stats.metrics import SMALLEST_PROBABILITY, FloatArray, distributions


def judged_labels(
    rows: Iterable[Mapping[str, Any]], gold: Sequence[GoldLabel], targets: Mapping[str, str] | None = None
) -> tuple[dict[str, str], ...]:
    """What each annotator said where the gold label stands.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the release's configuration ``annotations``, of any documents in any order. The author's own layer,
        `intention`, is passed over: it is no judgement of the text as it reads. Of a document that was judged again,
        the last round counts.
    gold : sequence of GoldLabel
        The labels asked for.
    targets : mapping of str to str, optional
        Target id -> the target's text, as the configuration ``targets`` has them; needed where gold labels have a
        target.

    Returns
    -------
    tuple of dict
        For each gold label, annotator -> label, in alphabetical order of the annotators; empty if nobody judged it.

    Raises
    ------
    DataError
        If an annotator judged a document twice in one round, or two target ids have one text.
    UsageError
        If gold labels have targets and `targets` is missing, or does not hold one of them.
    """
    ids = _ids_of(gold, targets)
    wanted = {item.document_id for item in gold}
    rows = [row for row in rows if row["annotator"] != AUTHOR_LABEL and row["document_id"] in wanted]
    latest = last_rounds((row["document_id"], row["round"]) for row in rows)
    by_document: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        document_id = row["document_id"]
        if row["round"] != latest[document_id]:
            continue
        judged = by_document.setdefault(document_id, {})
        if row["annotator"] in judged:
            raise DataError(
                f"{row['annotator']!r} judged {document_id!r} twice in the round {row['round']!r}; pass each row once."
            )
        judged[row["annotator"]] = row
    judgements = []
    for item in gold:
        annotations = sorted(by_document.get(item.document_id, {}).items())
        judgements.append({name: label for name, row in annotations if (label := _label(row, item, ids)) is not None})
    return tuple(judgements)


def label_distribution(
    judged: Sequence[Mapping[str, str]], gold: Sequence[GoldLabel], labels: Sequence[str]
) -> FloatArray:
    """Distribution of judgements over the labels, where they are known by annotator already.

    Parameters
    ----------
    judged : sequence of mapping
        For each gold label, annotator -> label, as `judged_labels` gives them.
    gold : sequence of GoldLabel
        What was judged.
    labels : sequence of str
        The task's labels in the order of the scheme.

    Returns
    -------
    ndarray of float, shape (n_rows, n_labels)
        Each row sums to 1.

    Raises
    ------
    DataError
        If a gold label was judged by nobody.
    LabelError
        If a judgement is not in `labels`.
    """
    if bare := [item for item, by in zip(gold, judged, strict=True) if not by]:
        raise DataError(
            f"{len(bare)} of {len(gold)} gold labels were judged by nobody, the first {_named(bare[0])}; "
            "pass the annotations of the same release and split."
        )
    for item, by in zip(gold, judged, strict=True):
        if unknown := [label for label in by.values() if label not in labels]:
            raise LabelError(
                f"{_named(item)} was judged {unknown[0]!r}, which is not a label of {item.task} ({', '.join(labels)}); "
                "pass the labels of the scheme the release was built under."
            )
    votes = [[list(by.values()).count(label) for label in labels] for by in judged]
    counts = np.array(votes, dtype=np.float64).reshape(len(gold), len(labels))
    shares: FloatArray = counts / counts.sum(axis=1, keepdims=True)
    return shares


def vote_distribution(
    rows: Iterable[Mapping[str, Any]],
    gold: Sequence[GoldLabel],
    labels: Sequence[str],
    targets: Mapping[str, str] | None = None,
) -> FloatArray:
    """Distribution of the independent judgements behind each gold label, shape (n_rows, n_labels).

    Parameters and errors as in `judged_labels` and `label_distribution`.
    """
    return label_distribution(judged_labels(rows, gold, targets), gold, labels)


def corpus_votes(release: Release, gold: Sequence[GoldLabel], labels: Sequence[str]) -> FloatArray:
    """`vote_distribution` from a release's own annotations."""
    return label_distribution(corpus_judged(release, gold), gold, labels)


def corpus_judged(release: Release, gold: Sequence[GoldLabel], split: str | None = None) -> tuple[dict[str, str], ...]:
    """`judged_labels` from a release's own annotations, of one split or of all."""
    targets = {row["id"]: row["text"] for row in release.rows("targets")}
    return judged_labels(release.rows("annotations", split), gold, targets)


def cross_entropy_rows(votes: npt.ArrayLike, probabilities: npt.ArrayLike) -> FloatArray:
    """Mean surprise at the judgements in nats, shape (n_rows,).

    Parameters
    ----------
    votes, probabilities : array-like of float, shape (n_rows, n_labels)
        Each row a distribution; probabilities are clipped from below at 2.2e-16. Of two DataFrames whose columns have
        the same names, the columns of one name belong together; otherwise those at one place do.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        At least the entropy of the votes; where they are unanimous, the log loss of what they say.

    Raises
    ------
    UsageError
        If the shapes differ, some names of columns but not all are the same, or a row is no distribution.

    Notes
    -----
    The soft score of Peterson et al. (2019) and of the shared tasks on learning with disagreement (Uma et al., 2021).
    """
    truth, predicted = _pair(votes, probabilities)
    surprise: FloatArray = -(truth * np.log(np.clip(predicted, SMALLEST_PROBABILITY, 1.0))).sum(axis=1)
    return surprise


def jensen_shannon_rows(votes: npt.ArrayLike, probabilities: npt.ArrayLike) -> FloatArray:
    """Jensen-Shannon divergence of prediction and judgements in nats, in [0, ln 2], shape (n_rows,).

    Parameters and errors as in `cross_entropy_rows`.

    Notes
    -----
    Lin (1991), with natural logarithms: the square of ``scipy.spatial.distance.jensenshannon``, which is its root.
    """
    truth, predicted = _pair(votes, probabilities)
    middle = (truth + predicted) / 2
    # Rounding may leave the range by a last bit.
    return np.clip((_divergence(truth, middle) + _divergence(predicted, middle)) / 2, 0.0, math.log(2))


def _divergence(from_: FloatArray, to: FloatArray) -> FloatArray:
    """Kullback-Leibler divergence row by row; 0 log 0 is 0."""
    # Half of the smallest number that there is, is 0: it adds as little as the number itself.
    ratio = np.divide(from_, to, out=np.ones_like(from_), where=(from_ > 0) & (to > 0))
    divergence: FloatArray = (from_ * np.log(ratio)).sum(axis=1)
    return divergence


def _pair(votes: npt.ArrayLike, probabilities: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    labels = None if label_names(probabilities) is None else label_names(votes)
    truth = distributions(votes, "votes", labels=labels)
    predicted = distributions(probabilities, "probabilities", labels=labels)
    if truth.shape != predicted.shape:
        raise UsageError(
            f"votes have the shape {truth.shape}, probabilities {predicted.shape}; give one of each per row."
        )
    return truth, predicted


def _ids_of(gold: Sequence[GoldLabel], targets: Mapping[str, str] | None) -> dict[str, str]:
    """Text of each target -> its id, checked to hold every target of `gold`."""
    texts = {item.target for item in gold if item.target is not None}
    if not texts:
        return {}
    if targets is None:
        raise UsageError('gold labels have targets; pass the ids and texts of the configuration "targets" as targets.')
    ids: dict[str, str] = {}
    for target_id, text in targets.items():
        if ids.setdefault(text, target_id) != target_id and text in texts:
            raise DataError(
                f"targets {ids[text]!r} and {target_id!r} both read {text!r}; their judgements get mixed up."
            )
    if unknown := sorted(texts - ids.keys()):
        raise UsageError(
            f"target {unknown[0]!r} is not among the {len(ids)} of targets; pass those of the same release."
        )
    return ids


def _label(row: Mapping[str, Any], item: GoldLabel, ids: Mapping[str, str]) -> str | None:
    """The annotator's label for the gold label's task, None if this target was not judged."""
    if item.target is None:
        value = row[item.task]
        return str(value).lower() if isinstance(value, bool) else str(value)
    wanted = ids[item.target]
    return next((judged["stance"] for judged in row["stances"] if judged["target_id"] == wanted), None)


def _named(item: GoldLabel) -> str:
    return repr(item.document_id) if item.target is None else f"{item.document_id!r} on {item.target!r}"

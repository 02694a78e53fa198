"""The annotator baseline: how an annotator fares against the others, as a yardstick for models.

The annotators of the corpus are passes of a language model, not people: it says how well one such pass agrees
with two others, and promises nothing of human readers. It is no upper bound either: the rows are those on which the
other two agree, which are easier than the rest, and the gold labels come from the same three passes.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from weibo_nlp.corpus import Release
from weibo_nlp.errors import DataError, LabelError, UnknownNameError, UsageError
from weibo_nlp.evaluation.soft_labels import corpus_judged
from weibo_nlp.stats import Estimate, count_metrics, estimate_rows
from weibo_nlp.stats.arguments import column, ids
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.tasks.evaluation_set import label_numbers

# With one other there is nobody to agree with, and a row would score the two against each other.
_OTHERS = 2


@dataclass(frozen=True, slots=True)
class AnnotatorScore:
    """One annotator, a pass of a language model, against what the others agree on.

    Attributes
    ----------
    task, annotator : str
        What was judged, by whom.
    metric : str
        What `score` is.
    score, accuracy : Estimate
        Without bounds where all rows belong to one unit, or all units score alike.
    n, n_units : int
        Rows on which the others agree; units they belong to.
    few_units : bool
        Whether intervals tend to be too narrow.
    """

    task: str
    annotator: str
    n: int
    n_units: int
    few_units: bool
    metric: str
    score: Estimate
    accuracy: Estimate


def annotator_baseline(
    judged: Sequence[Mapping[str, str]],
    units: Sequence[Hashable],
    labels: Sequence[str],
    task: str,
    metric: str,
    *,
    bootstrap: BootstrapConfig = DEFAULT,
) -> list[AnnotatorScore]:
    """Score each annotator where the others agree, against what they say.

    Parameters
    ----------
    judged : sequence of mapping
        Annotator -> label, for each text, or for each (text, target) pair; `soft.judged_labels` gives them, without
        the author's intention.
    units : sequence, length of `judged`
        The unit (thread, event) of each.
    labels : sequence of str
        The task's labels in the order of the scheme.
    task, metric : str
        What was judged; one of `metrics.count_metrics`.
    bootstrap : BootstrapConfig
        How intervals are made, over groups.

    Returns
    -------
    list of AnnotatorScore
        By the alphabet. An annotator for whom no two others ever agree is left out.

    Raises
    ------
    DataError
        If that goes for all of them, or a unit is missing (None, NaN).
    LabelError
        If a judgement is not in `labels`.
    UnknownNameError
        If `metric` is not a metric of these labels.
    UsageError
        If `units` does not fit.
    """
    units, labels = ids(units, "units"), column(labels, "labels")
    if len(units) != len(judged):
        raise UsageError(f"there are {len(units)} units for {len(judged)} judged rows; give one each, in order.")
    known = count_metrics(labels)
    if metric not in known:
        raise UnknownNameError("metric", metric, known, "A baseline is scored on labels, not probabilities.")
    if unknown := sorted({label for by in judged for label in by.values()} - set(labels)):
        raise LabelError(f"judgement {unknown[0]!r} is not a label of {task} ({', '.join(labels)}); pass its labels.")
    metrics = {metric: known[metric], "accuracy": known["accuracy"]}
    scores = []
    for annotator in sorted({name for by in judged for name in by}):
        rows = []
        for by, unit in zip(judged, units, strict=True):
            others = [label for name, label in by.items() if name != annotator]
            if annotator in by and len(others) >= _OTHERS and len(set(others)) == 1:
                rows.append((others[0], by[annotator], unit))
        if not rows:
            continue
        agreed, answers, groups = zip(*rows, strict=True)
        truth, predicted = label_numbers(agreed, labels), label_numbers(answers, labels)
        estimates = estimate_rows(truth, predicted, groups, len(labels), metrics, bootstrap)
        score, n_units = estimates[metric], len(set(groups))
        scores.append(
            AnnotatorScore(task, annotator, len(rows), n_units, score.few_units, metric, score, estimates["accuracy"])
        )
    if not scores:
        raise DataError(f"{task}: no row on which two annotators agree was judged by a third; a baseline needs three.")
    return scores


def release_baseline(
    release: Release, task: str, split: str | None = "test", *, bootstrap: BootstrapConfig = DEFAULT
) -> list[AnnotatorScore]:
    """`annotator_baseline` of a task of the corpus, with its main metric, over threads.

    Parameters
    ----------
    release : Release
        The release.
    task : str
        A task of its scheme; for stance every (document, target) pair is a row.
    split : str or None
        The split scored; all of them for ``None``.
    bootstrap : BootstrapConfig
        How intervals are made.
    """
    scheme = release.scheme.task(task)
    gold = release.gold(task, split)
    threads = {document.id: document.thread for document in release.documents(split)}
    judged, units = corpus_judged(release, gold, split), [threads[item.document_id] for item in gold]
    return annotator_baseline(judged, units, scheme.labels, task, scheme.main_metric, bootstrap=bootstrap)

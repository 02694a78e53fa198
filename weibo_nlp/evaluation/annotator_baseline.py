"""The annotator ceiling: how an annotator fares against the others, as a yardstick for models.

The annotators of the corpus are passes of a language model, not people: the ceiling says how well one such pass agrees
with two others, and promises nothing of human readers. It is no upper bound either: the rows are those on which the
other two agree, which are easier than the rest, and the gold labels come from the same three passes.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError, LabelError, UnknownNameError, UsageError
from weibo_nlp.evaluation.soft_labels import corpus_judged
from weibo_nlp.stats.bootstrap import DEFAULT_METHOD, RESAMPLES, Method
from weibo_nlp.stats.estimate import Figure, figures_of
from weibo_nlp.stats.metrics import count_metrics

if TYPE_CHECKING:
    from weibo_nlp.corpus.release import Release

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
    score, accuracy : Figure
        Without bounds where all rows belong to one unit, or all units score alike.
    n, n_units : int
        Rows on which the others agree; units they belong to.
    few_units : bool
        Whether intervals tend to be too narrow.
    """

    task: str
    annotator: str
    metric: str
    score: Figure
    accuracy: Figure
    n: int
    n_units: int
    few_units: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the score, ready for JSON."""
        return {
            "task": self.task,
            "annotator": self.annotator,
            "n": self.n,
            "n_units": self.n_units,
            "few_units": self.few_units,
            "metric": self.metric,
            "score": self.score.to_dict(),
            "accuracy": self.accuracy.to_dict(),
        }


def annotator_ceiling(
    judged: Sequence[Mapping[str, str]],
    units: Sequence[Hashable],
    labels: Sequence[str],
    task: str,
    metric: str,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    method: Method = DEFAULT_METHOD,
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
    seed, resamples, level, method
        Of the bootstrap over units.

    Returns
    -------
    list of AnnotatorScore
        By the alphabet. An annotator for whom no two others ever agree is left out.

    Raises
    ------
    DataError
        If that goes for all of them.
    LabelError
        If a judgement is not in `labels`.
    UnknownNameError
        If `metric` is not a metric of these labels.
    UsageError
        If `units` does not fit.
    """
    if len(units) != len(judged):
        raise UsageError(f"there are {len(units)} units for {len(judged)} judged rows; give one each, in order.")
    known = count_metrics(labels)
    if metric not in known:
        raise UnknownNameError("metric", metric, known, "A ceiling is scored on labels, not probabilities.")
    place = {label: index for index, label in enumerate(labels)}
    if unknown := sorted({label for by in judged for label in by.values()} - place.keys()):
        raise LabelError(f"judgement {unknown[0]!r} is not a label of {task} ({', '.join(labels)}); pass its labels.")
    found = []
    for annotator in sorted({name for by in judged for name in by}):
        truth, said, of = [], [], []
        for by, unit in zip(judged, units, strict=True):
            others = [label for name, label in by.items() if name != annotator]
            if annotator in by and len(others) >= _OTHERS and len(set(others)) == 1:
                truth.append(place[others[0]])
                said.append(place[by[annotator]])
                of.append(unit)
        if not truth:
            continue
        scored = figures_of(
            truth,
            said,
            of,
            len(labels),
            {metric: known[metric], "accuracy": known["accuracy"]},
            seed=seed,
            resamples=resamples,
            level=level,
            method=method,
        )
        found.append(
            AnnotatorScore(
                task=task,
                annotator=annotator,
                metric=metric,
                score=scored.of[metric],
                accuracy=scored.of["accuracy"],
                n=scored.n,
                n_units=scored.n_units,
                few_units=scored.few_units,
            )
        )
    if not found:
        raise DataError(f"{task}: no row on which two annotators agree was judged by a third; a ceiling needs three.")
    return found


def release_ceiling(
    release: Release,
    task: str,
    split: str | None = "test",
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    method: Method = DEFAULT_METHOD,
) -> list[AnnotatorScore]:
    """`annotator_ceiling` of a task of the corpus, with its main metric, over threads.

    Parameters
    ----------
    release : Release
        The release.
    task : str
        A task of its scheme; for stance every (document, target) pair is a row.
    split : str or None
        The split scored; all of them for ``None``.
    seed, resamples, level, method
        Of the bootstrap.
    """
    scheme = release.scheme.task(task)
    gold = release.gold(task, split)
    threads = {document.id: document.thread for document in release.documents(split)}
    return annotator_ceiling(
        corpus_judged(release, gold, split),
        [threads[item.document_id] for item in gold],
        scheme.labels,
        task,
        scheme.main_metric,
        seed=seed,
        resamples=resamples,
        level=level,
        method=method,
    )

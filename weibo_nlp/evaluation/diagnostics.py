"""What is measured beside a score: context, robustness, shortcuts, errors; a typed row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from weibo_nlp.records import Example
from weibo_nlp.stats.estimate import Estimate


@dataclass(frozen=True, slots=True)
class ContextScore:
    """What a model scores when it is shown a context, over the rows of one depth in the thread.

    Attributes
    ----------
    task, model, context, depth, metric : str
        What was measured of whom; ``all`` depths, 0 for roots, and so on.
    n, n_units : int
        Rows; threads they belong to.
    few_units : bool
        Whether intervals tend to be too narrow.
    score : Estimate
        The metric.
    difference : Estimate or None
        Against the own text on the same rows; None for the own text itself.
    p, p_holm : float or None
        Of the paired test, corrected for all differences of the task and model; None where nothing was tested.
    """

    task: str
    model: str
    context: str
    depth: str
    metric: str
    n: int
    n_units: int
    few_units: bool
    score: Estimate
    difference: Estimate | None = None
    p: float | None = None
    p_holm: float | None = None


@dataclass(frozen=True, slots=True)
class RobustnessScore:
    """What a model scores on the texts that an edit changes.

    Attributes
    ----------
    task, model, edit, metric : str
        What was measured of whom.
    label_preserving : bool
        Whether a blind check found that readers keep the labels; where not, a drop may be the edit's doing.
    n, n_changed, n_units : int
        Rows scored in all, those that the edit changes, and the units of these.
    few_units : bool
        Whether intervals tend to be too narrow.
    score, drop, flipped : Estimate
        The metric after the edit, by how much it fell, and the share of predicted labels that became others.
    """

    task: str
    model: str
    edit: str
    label_preserving: bool
    n: int
    n_changed: int
    n_units: int
    few_units: bool
    metric: str
    score: Estimate
    drop: Estimate
    flipped: Estimate


@dataclass(frozen=True, slots=True)
class ShortcutScore:
    """How much of what the text gives one superficial cue gives as well.

    Attributes
    ----------
    task, shortcut, metric : str
        What was measured.
    n, n_units : int
        Rows; threads they belong to.
    few_units : bool
        Whether intervals tend to be too narrow.
    majority, proportional, full : float
        The metric of the most frequent label, of guesses in the pool's proportions, and of the full model.
    score : Estimate
        The metric of the shortcut.
    ratio : Estimate or None
        Its share of the full model's gain; None where that gains too little.
    limit : float
        What the upper bound of the ratio must stay under.
    verdict : str
        ``passed``, ``failed`` or ``not testable``.
    note : str or None
        What a reader must know of this row.
    """

    task: str
    shortcut: str
    n: int
    n_units: int
    few_units: bool
    metric: str
    majority: float
    proportional: float
    full: float
    score: Estimate
    ratio: Estimate | None
    limit: float
    verdict: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """A document of the conversation around an error; ``this`` is true for the one that was judged."""

    id: str
    kind: str
    author: str | None
    depth: int
    text: str
    this: bool


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One wrong answer, with what the annotators said and the conversation it stands in.

    Attributes
    ----------
    task, model, document_id : str
        Who was wrong, about what.
    event, kind, target : str or None
        Of the document and the question.
    gold, predicted : str
        Labels.
    scores : mapping of str to float
        Probability of each label.
    votes : mapping of str to int
        Annotators by label.
    thread : tuple of ThreadEntry
        The way from the root to the document, and the first answers to it.
    seen : Example
        What the model saw.
    reason : str
        Why this error is worth reading.
    """

    task: str
    model: str
    document_id: str
    gold: str
    predicted: str
    thread: tuple[ThreadEntry, ...]
    seen: Example
    event: str | None = None
    kind: str | None = None
    target: str | None = None
    scores: Mapping[str, float] | None = None
    votes: Mapping[str, int] | None = None
    reason: str | None = None

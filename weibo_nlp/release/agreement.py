"""Agreement over a release: every task, all events together or one by one, the author's intention left out."""

from __future__ import annotations

from collections.abc import Collection

from weibo_nlp.annotation.agreement import Agreement, code_matrix, measure
from weibo_nlp.records import AUTHOR_LABEL, Judgement
from weibo_nlp.release.sources import Sources
from weibo_nlp.scheme import Task
from weibo_nlp.stats import BootstrapConfig, Estimate
from weibo_nlp.stats.bootstrap import DEFAULT


def measure_release(
    sources: Sources,
    *,
    events: Collection[str] | None = None,
    suffix: str = "",
    bootstrap: BootstrapConfig = DEFAULT,
) -> list[Agreement]:
    """Agreement of the annotators on every task.

    Parameters
    ----------
    sources : Sources
        What was read from the repository.
    events : collection of str, optional
        Only documents of these events.
    suffix : str
        Added to the task names.
    bootstrap : BootstrapConfig
        How the intervals of alpha are made.

    Returns
    -------
    list of Agreement
        For topic, sentiment, irony, needs_context, and stance over all (document, target) pairs.
    """
    threads = {
        document.id: document.thread for document in sources.documents if events is None or document.event in events
    }
    judged: dict[str, dict[str, Judgement]] = {}
    for located in sources.judgements:
        judgement = located.value
        if judgement.annotator != AUTHOR_LABEL and judgement.document_id in threads:
            judged.setdefault(judgement.document_id, {})[judgement.annotator] = judgement
    annotators = sorted({name for by in judged.values() for name in by})
    agreements = []
    for name, task in sources.scheme.judged.items():
        units = [(document_id, unit) for document_id, by in sorted(judged.items()) for unit in _units(task, by)]
        codes = code_matrix([unit for _, unit in units], annotators, task.labels)
        groups = [threads[document_id] for document_id, _ in units]
        agreements.append(measure(name + suffix, codes, groups, len(task.labels), bootstrap))
    return agreements


def agreement_by_event(sources: Sources, bootstrap: BootstrapConfig = DEFAULT) -> dict[str, list[Agreement]]:
    """Agreement event by event; alpha is nan where annotators used one label only."""
    return {
        event: measure_release(sources, events={event}, suffix=f" {event}", bootstrap=bootstrap)
        for event in sorted(sources.events)
        if any(document.event == event for document in sources.documents)
    }


def _units(task: Task, by: dict[str, Judgement]) -> list[dict[str, str]]:
    """Labels by annotator: one unit a document, or one a target."""
    if not task.targeted:
        return [{name: task.to_label(getattr(judgement, task.name)) for name, judgement in by.items()}]
    targets = sorted({target for judgement in by.values() for target in judgement.stances})
    return [
        {name: judgement.stances[target] for name, judgement in by.items() if target in judgement.stances}
        for target in targets
    ]


def bounds(estimate: Estimate, between: str) -> str:
    """Ends of an interval for a table, with three digits; a dash where there is none."""
    return "–" if estimate.low is None else f"{estimate.low:.3f}{between}{estimate.high:.3f}"

"""Agreement over a release: every task, of its documents or of the texts it does not ship, all together or by parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from weibo_nlp.annotation.adjudication import majority_confidence
from weibo_nlp.annotation.agreement import Agreement, code_matrix, measure
from weibo_nlp.annotation.judgements import by_document
from weibo_nlp.io.validation import Located
from weibo_nlp.records import Judgement
from weibo_nlp.release.sources import Sources
from weibo_nlp.scheme import Task
from weibo_nlp.stats import BootstrapConfig, Estimate
from weibo_nlp.stats.bootstrap import DEFAULT

STANCE_ON_TOPIC = "stance on topic"


def measure_release(
    sources: Sources,
    *,
    events: Collection[str] | None = None,
    confidence: str | None = None,
    suffix: str = "",
    bootstrap: BootstrapConfig = DEFAULT,
) -> list[Agreement]:
    """Agreement of the annotators on every task, over the composed documents; of those judged again, the last round.

    Parameters
    ----------
    sources : Sources
        What was read from the repository.
    events : collection of str, optional
        Only documents of these events.
    confidence : {"high", "low"}, optional
        Only documents of whose labels most annotators were, or were not, sure.
    suffix : str
        Added to the task names.
    bootstrap : BootstrapConfig
        How the intervals of alpha are made; they draw threads.

    Returns
    -------
    list of Agreement
        For topic, sentiment, irony, needs_context, and stance over all (document, target) pairs.
    """
    threads = {
        document.id: document.thread for document in sources.documents if events is None or document.event in events
    }
    judged = _judged(sources.judgements, threads, confidence)
    return [
        _measure(task, name + suffix, judged, threads, bootstrap)
        for name, task in sources.scheme.judged.items()
        if any(True for judgements in judged.values() for _ in _units(task, judgements, None))
    ]


def agreement_by_event(sources: Sources, bootstrap: BootstrapConfig = DEFAULT) -> dict[str, list[Agreement]]:
    """Agreement event by event; alpha is nan where annotators used one label only."""
    return {
        event: measure_release(sources, events={event}, suffix=f" {event}", bootstrap=bootstrap)
        for event in sorted(sources.events)
        if any(document.event == event for document in sources.documents)
    }


def measure_standoff(
    sources: Sources,
    *,
    sets: Collection[str] | None = None,
    confidence: str | None = None,
    suffix: str = "",
    bootstrap: BootstrapConfig = DEFAULT,
) -> list[Agreement]:
    """Agreement of the annotators on every task, over the texts that are judged and not shipped.

    Parameters
    ----------
    sources, confidence, suffix
        As for `measure_release`.
    sets : collection of str, optional
        Only texts of these sets.
    bootstrap : BootstrapConfig
        How the intervals of alpha are made; they draw groups.

    Returns
    -------
    list of Agreement
        For topic, sentiment, irony, and stance over all (text, target) pairs; and, as ``stance on topic``, over the
        pairs of a text and the target that is canonical for its gold topic: nearly all others are plainly ``none``.
    """
    groups = {text.value.id: text.value.group for text in sources.standoff if sets is None or text.value.set in sets}
    judged = _judged(sources.standoff_judgements, groups, confidence)
    tasks = sources.scheme.tasks
    texts = [task for task in tasks.values() if not task.targeted]
    agreements = [_measure(task, task.name + suffix, judged, groups, bootstrap) for task in texts if judged]
    canonical = {target.canonical_for: target.id for target in sources.targets.values() if target.canonical_for}
    gold = {placed.value.document_id: canonical.get(placed.value.topic) for placed in sources.standoff_gold}
    on_topic = {key: target for key in judged if (target := gold[key]) is not None}
    for name in sources.scheme.targeted if judged else ():
        agreements.append(_measure(tasks[name], name + suffix, judged, groups, bootstrap))
        if on_topic:
            of_topic = {key: judged[key] for key in on_topic}
            agreements.append(
                _measure(tasks[name], f"{STANCE_ON_TOPIC}{suffix}", of_topic, groups, bootstrap, targets=on_topic)
            )
    return agreements


def standoff_sets(sources: Sources) -> list[str]:
    """Names of the published sets that hold the texts that are not shipped."""
    return sorted({text.value.set for text in sources.standoff})


def _judged(
    judgements: Iterable[Located[Judgement]], groups: Mapping[str, str], confidence: str | None
) -> dict[str, list[Judgement]]:
    by = by_document(located.value for located in judgements if located.value.document_id in groups)
    return {key: by[key] for key in sorted(by) if confidence is None or majority_confidence(by[key]) == confidence}


def _measure(
    task: Task,
    name: str,
    judged: Mapping[str, list[Judgement]],
    groups: Mapping[str, str],
    bootstrap: BootstrapConfig,
    *,
    targets: Mapping[str, str] | None = None,
) -> Agreement:
    annotators = sorted({judgement.annotator for judgements in judged.values() for judgement in judgements})
    units = [(key, unit) for key, of_key in judged.items() for unit in _units(task, of_key, (targets or {}).get(key))]
    codes = code_matrix([unit for _, unit in units], annotators, task.labels)
    return measure(name, codes, [groups[key] for key, _ in units], len(task.labels), bootstrap)


def _units(task: Task, judgements: list[Judgement], only: str | None) -> Iterator[dict[str, str]]:
    """Labels by annotator: one unit a document, if its annotators were asked, or one a target."""
    if not task.targeted:
        labels = {judgement.annotator: getattr(judgement, task.name) for judgement in judgements}
        if asked := {annotator: task.to_label(label) for annotator, label in labels.items() if label is not None}:
            yield asked
        return
    for target in sorted({target for judgement in judgements for target in judgement.stances}):
        if only in (None, target):
            yield {
                judgement.annotator: judgement.stances[target]
                for judgement in judgements
                if target in judgement.stances
            }


def bounds(estimate: Estimate, between: str) -> str:
    """Ends of an interval for a table, with three digits; a dash where there is none."""
    return "–" if estimate.low is None else f"{estimate.low:.3f}{between}{estimate.high:.3f}"

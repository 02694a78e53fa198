"""Agreement in DATA_CARD.md: of the composed documents, of the texts that are not shipped, and of both side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from corpus_profile.cells import share, table
from weibo_nlp.annotation.adjudication import majority_confidence
from weibo_nlp.annotation.agreement import Agreement
from weibo_nlp.annotation.judgements import by_document
from weibo_nlp.external.real_sets import REAL_SETS
from weibo_nlp.io.validation import Located
from weibo_nlp.records import Judgement
from weibo_nlp.release.agreement import STANCE_ON_TOPIC, bounds, measure_release, measure_standoff, standoff_sets
from weibo_nlp.release.sources import Sources
from weibo_nlp.report.display import NOTHING

COMPOSED, STANDOFF = "composed", "not shipped"
_LAYERS: Mapping[str, Callable[..., list[Agreement]]] = {COMPOSED: measure_release, STANDOFF: measure_standoff}
_HEADINGS = ("task", "Krippendorff's alpha", "95 % interval", "not unanimous", "units")


def agreement_blocks(sources: Sources) -> dict[str, str]:
    """Markdown for every block of figures on agreement, by the name of its markers."""
    measured = {layer: measure(sources) for layer, measure in _LAYERS.items()}
    return {
        "agreement": _tasks(measured[COMPOSED], "threads"),
        "weakest": _weakest(measured[COMPOSED]),
        "standoff_agreement": _tasks(measured[STANDOFF], "groups"),
        "standoff_agreement_sets": _sets(sources),
        "unanimous": _unanimous(measured),
        "confidence": _confidence(sources),
        "unsure": _unsure(sources),
    }


def _tasks(agreements: Iterable[Agreement], groups: str) -> str:
    rows = [
        [a.task, _alpha(a), bounds(a.alpha, " to "), f"{a.non_unanimous:.1%}", a.n_units, a.n_threads]
        for a in agreements
    ]
    return table([*_HEADINGS, groups], rows)


def _weakest(agreements: Iterable[Agreement]) -> str:
    weakest = min(agreements, key=lambda agreement: agreement.alpha.value)
    alpha = weakest.alpha.value
    # The customary limits of Krippendorff (2004).
    worth = (
        "below .667: no conclusion should rest on it"
        if alpha < 0.667
        else "from .667 to .800: good for tentative conclusions, a soft hint"
        if alpha < 0.8
        else "above .800, as all others"
    )
    return f"The mark on which they differ most is `{weakest.task}` (alpha {alpha:.3f}), {worth}.\n"


def _sets(sources: Sources) -> str:
    tasks = ("topic", "sentiment", "stance")
    rows: list[list[object]] = []
    for name in sorted(standoff_sets(sources), key=_place):
        by_task = {agreement.task: agreement for agreement in measure_standoff(sources, sets={name})}
        cells = [cell for task in tasks for cell in (_with_bounds(by_task[task]), f"{by_task[task].non_unanimous:.1%}")]
        rows.append([name, by_task["topic"].n_units, *cells])
    return table(["set", "texts", *(heading for task in tasks for heading in (task, "not unanimous"))], rows)


def _place(name: str) -> tuple[int, str]:
    """Place of a set in tables: in the order in which sets are reported, those that have none behind them."""
    places = list(REAL_SETS)
    return (places.index(name) if name in REAL_SETS else len(places)), name


def _unanimous(measured: Mapping[str, list[Agreement]]) -> str:
    by_layer = {layer: {a.task: f"{1 - a.non_unanimous:.1%}" for a in of_layer} for layer, of_layer in measured.items()}
    tasks = dict.fromkeys(task for of_layer in by_layer.values() for task in of_layer)
    rows = [[task, *(of_layer.get(task, NOTHING) for of_layer in by_layer.values())] for task in tasks]
    return table(["judged alike by all three", *by_layer], rows)


def _confidence(sources: Sources) -> str:
    tasks = ("topic", "sentiment", "irony", "stance", STANCE_ON_TOPIC)
    rows = []
    for layer, judged in _judged(sources).items():
        for name in sources.scheme.confidence:
            n_texts = sum(majority_confidence(judgements) == name for judgements in judged)
            by_task = {a.task: a for a in _LAYERS[layer](sources, confidence=name)}
            alphas = [_alpha(by_task[task]) if task in by_task else NOTHING for task in tasks]
            rows.append([layer, name, n_texts, share(n_texts, len(judged)), *alphas])
    return table(["layer", "confidence", "texts", "share", *tasks], rows)


def _unsure(sources: Sources) -> str:
    counts = []
    for judged in _judged(sources).values():
        unsure = sum(all(judgement.confidence == "low" for judgement in of_text) for of_text in judged)
        counts.append((unsure, len(judged), share(unsure, len(judged))))
    (composed, n_composed, of_composed), (standoff, n_standoff, of_standoff) = counts
    return (
        f"All three were unsure of {composed} of the {n_composed} composed documents ({of_composed}) and of {standoff} "
        f"of the {n_standoff} texts\nthat are not shipped ({of_standoff}).\n"
    )


def _judged(sources: Sources) -> dict[str, list[Sequence[Judgement]]]:
    """Judgements that count of each text of either layer."""

    def texts(judgements: Iterable[Located[Judgement]]) -> list[Sequence[Judgement]]:
        return list(by_document(placed.value for placed in judgements).values())

    return {COMPOSED: texts(sources.judgements), STANDOFF: texts(sources.standoff_judgements)}


def _alpha(agreement: Agreement) -> str:
    return NOTHING if math.isnan(agreement.alpha.value) else f"{agreement.alpha.value:.3f}"


def _with_bounds(agreement: Agreement) -> str:
    interval = bounds(agreement.alpha, " to ")
    return _alpha(agreement) if interval == NOTHING else f"{_alpha(agreement)} ({interval})"

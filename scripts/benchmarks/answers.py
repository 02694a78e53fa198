"""What a trained model answers to what is scored: its figures, and how often its prediction sets hold what is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from weibo_nlp.benchmark.run import ModelRun, prediction_file
from weibo_nlp.evaluation.comparison import compare_runs, corrected, enough_permutations
from weibo_nlp.evaluation.files import score_set
from weibo_nlp.evaluation.results import Comparison, Provenance, Result
from weibo_nlp.predictions import ModelReference
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.stats.metrics import FloatArray
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.spec import TaskSpec


def scored_run(
    spec: TaskSpec,
    evaluation_set: EvaluationSet,
    probabilities: FloatArray,
    name: str,
    version: str,
    bootstrap: BootstrapConfig,
) -> ModelRun:
    """Score probabilities, shape (n_rows, n_labels), of a model that was trained elsewhere."""
    file = prediction_file(spec, evaluation_set, probabilities, ModelReference(name, version))
    result = Result(
        Provenance.of(spec, name, version),
        score_set((file,), spec, evaluation_set, bootstrap),
        notes=evaluation_set.notes,
        n_set_aside=evaluation_set.n_set_aside,
    )
    return ModelRun(result, spec, evaluation_set, (file,), ())


def rows_at(evaluation_set: EvaluationSet, places: Iterable[int]) -> EvaluationSet:
    """Some rows of an evaluation set, without votes and slices."""
    places = list(places)
    return replace(
        evaluation_set,
        gold=tuple(evaluation_set.gold[place] for place in places),
        groups=tuple(evaluation_set.groups[place] for place in places),
        documents=tuple(evaluation_set.documents[place] for place in places),
        examples=tuple(evaluation_set.examples[place] for place in places),
        votes=None,
        slices=None,
    )


def label_coverage(
    gold: Sequence[str], sets: Sequence[Sequence[str]], labels: Sequence[str], undecided: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """How often the prediction sets of the texts of each label hold it, and how large they are.

    Parameters
    ----------
    gold, sets : sequence
        The right label and the set of each text.
    labels : sequence of str
        Labels, in the order of the rows.
    undecided : iterable of str
        Labels that are in every set, for want of texts to calibrate on.

    Returns
    -------
    list of dict
        ``label``, ``n``, ``held``, ``size`` (a mean) and ``undecided``; without a text, there is neither figure.
    """
    always, rows = set(undecided), []
    for label in labels:
        own = [each for right, each in zip(gold, sets, strict=True) if right == label]
        held = fmean(label in each for each in own) if own else None
        size = fmean(map(len, own)) if own else None
        rows.append({"label": label, "n": len(own), "held": held, "size": size, "undecided": label in always})
    return rows


def compare_pairs(
    pairs: Sequence[tuple[ModelRun, ModelRun]], n_permutations: int, bootstrap: BootstrapConfig
) -> tuple[Comparison, ...]:
    """Test the first of each pair less the second on the same rows; Holm's correction is over all pairs together."""
    n_permutations = enough_permutations(n_permutations, len(pairs))
    comparisons: list[Comparison] = []
    for ours, other in pairs:
        comparisons += compare_runs(
            {"ours": ours.predicted_indices(), "other": other.predicted_indices()},
            ours.spec,
            ours.evaluation_set,
            n_permutations=n_permutations,
            bootstrap=bootstrap,
        )
    return corrected(comparisons)

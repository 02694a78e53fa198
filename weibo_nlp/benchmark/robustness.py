"""Robustness of a trained model: what it scores on texts before and after each edit, and which labels flip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.evaluation.diagnostics import RobustnessScore
from weibo_nlp.models import Classifier, name_and_version
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.perturbations import EDITS, apply_edit, is_label_preserving
from weibo_nlp.records import Example
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig, bootstrap_estimates, confusion_sums, in_order_of_content
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import FloatArray, IntArray, count_metrics
from weibo_nlp.tasks.evaluation_set import EvaluationSet
from weibo_nlp.tasks.spec import CROSS_EVENT, CROSS_TOPIC, TaskSpec


def robustness(
    model: Classifier, spec: TaskSpec, evaluation_set: EvaluationSet, *, bootstrap: BootstrapConfig = DEFAULT
) -> list[RobustnessScore]:
    """Score a model before and after every edit, on the texts that the edit changes.

    Parameters
    ----------
    model : Classifier
        Trained on none of the scored rows, as the one model of a protocol with one fold is.
    spec, evaluation_set : TaskSpec, EvaluationSet
        What is scored.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of the edits as well.

    Returns
    -------
    list of RobustnessScore
        One row an edit, in the order of `EDITS`; bounds are None where the changed rows are of one unit. An edit that
        changes none of the rows has no row.

    Raises
    ------
    UsageError
        If the data have several folds, or the model's labels are not the task's.
    UnknownNameError
        If the main metric is no function of confusion counts.
    """
    if spec.protocol in (CROSS_EVENT, CROSS_TOPIC):
        raise UsageError(
            f"{spec.name} under {spec.protocol} has several folds; a model trained on one has seen what the others "
            "score. Measure robustness under standard, cross_kind or external."
        )
    labels, (model_name, _) = tuple(model.classes_), name_and_version(model)
    if labels != spec.labels:
        raise UsageError(f"model {model_name} has the labels {', '.join(labels)}, task {spec.name} {spec.labels}.")
    if spec.main_metric not in (metrics := count_metrics(spec.labels)):
        raise UnknownNameError("main metric", spec.main_metric, metrics)
    gold = evaluation_set.gold_indices(spec)
    before = _predicted(model, evaluation_set.examples, spec)
    rows = []
    for name in EDITS:
        edited = {}
        for place, (example, label) in enumerate(zip(evaluation_set.examples, evaluation_set.gold, strict=True)):
            # The document's id is the key, so that a text is edited alike for each of its stance targets.
            text, target, parent = example.text, example.target, example.parent
            edit = apply_edit(name, text, key=label.document_id, seed=bootstrap.seed, target=target, parent=parent)
            if edit.changed:
                edited[place] = Example(edit.text, edit.target, edit.parent)
        if not edited:
            continue
        places, after = list(edited), _predicted(model, list(edited.values()), spec)
        groups = [evaluation_set.groups[place] for place in places]
        estimates = _estimates(gold[places], before[places], after, groups, spec, bootstrap)
        rows.append(
            RobustnessScore(
                task=spec.name,
                model=model_name,
                edit=name,
                label_preserving=is_label_preserving(name),
                n=len(gold),
                n_changed=len(places),
                n_units=len(set(groups)),
                few_units=estimates["score"].few_units,
                metric=spec.main_metric,
                **estimates,
            )
        )
    return rows


def _predicted(model: Classifier, examples: Sequence[Example], spec: TaskSpec) -> IntArray:
    best: IntArray = probabilities_of(model, examples, spec.labels).argmax(axis=1).astype(np.int64)
    return best


def _estimates(
    gold: IntArray, before: IntArray, after: IntArray, groups: Sequence[str], spec: TaskSpec, bootstrap: BootstrapConfig
) -> dict[str, Estimate]:
    """Score, drop and flipped share, from the same resamples of groups."""
    metric, n_labels = count_metrics(spec.labels)[spec.main_metric], len(spec.labels)
    _, units = np.unique(groups, return_inverse=True)
    counts = confusion_sums(gold, np.stack([before, after]), units, n_labels, "predicted")
    flips = np.bincount(units, weights=before != after, minlength=len(counts))[:, None]
    sums = in_order_of_content(np.concatenate([counts.reshape(len(counts), -1), flips], axis=1))

    def estimate(totals: FloatArray) -> dict[str, FloatArray]:
        first, second = totals[:, :-1].reshape(-1, 2, n_labels, n_labels).transpose(1, 0, 2, 3)
        score = metric(second)
        return {"score": score, "drop": metric(first) - score, "flipped": totals[:, -1] / first.sum(axis=(-2, -1))}

    if len(sums) < 2:  # nothing is known of the spread between units
        return {name: Estimate(float(values[0]), n_units=1) for name, values in estimate(sums).items()}
    return bootstrap_estimates(sums, estimate, bootstrap)

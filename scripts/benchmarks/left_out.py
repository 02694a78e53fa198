"""The recipe of the weights for research without a source, scored on that source: what to expect of texts never seen.

Rows weigh what they do in the shipped weights, and C is theirs, so nothing is chosen anew across sources.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.answers import label_coverage, rows_at, scored_run
from benchmarks.baselines import PEERS, PeerError, PolarClassifier
from benchmarks.transfer import Trial, asked
from training.recipe import Choice
from training.rows import RowWeights
from training.weights import WeightsRecipe

from weibo_nlp.benchmark.run import ModelRun, Progress
from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.labelling.sets import conformal_sets
from weibo_nlp.models import Classifier, name_and_version
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.models.weights import RESEARCH
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.tasks.external import POLARITY, external_evaluation_set, open_external, zero_shot_tasks
from weibo_nlp.tasks.folds import Fold
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import CROSS_SOURCE

SMP_SET, SMP_SOURCE = f"smp2020{POLARITY}", "SMP2020-EWECT"
SENTIMENT = "sentiment"
OURS = f"weights {RESEARCH}"


@dataclass(frozen=True)
class AcrossSources:
    """A task on sources that the weights had not learnt from: pooled, source by source, and what sets hold.

    ``sources`` has ``source``, ``n``, ``n_train`` and ``accuracy``; ``coverage`` is as `answers.label_coverage` gives
    it, and empty for tasks without prediction sets.
    """

    run: ModelRun
    sources: tuple[dict[str, Any], ...]
    coverage: tuple[dict[str, Any], ...]


def choice_of(model: Classifier) -> Choice:
    """How rows weighed and what C was when a shipped model was made.

    Raises
    ------
    DataError
        If the model does not say so.
    """
    told = getattr(model, "trained_on_", {})
    if not isinstance(model, LinearClassifier) or "row_weights" not in told:
        raise DataError("the model does not say what its rows weighed; train it by scripts/train_models.py.")
    return Choice(RowWeights(**told["row_weights"]), model.C_, ())


def across_sources(
    real: RealTexts,
    copies: Path,
    task: str,
    shipped: Classifier,
    *,
    coverage: float,
    sources: Sequence[str] = (),
    bootstrap: BootstrapConfig,
    progress: Progress,
) -> AcrossSources:
    """Score each source by the recipe that has not seen it, on train and validation of the public texts.

    Parameters
    ----------
    real, copies : RealTexts, Path
        With texts; and the folder of the user's copies.
    task : str
        Task.
    shipped : Classifier
        The weights for research, which say what rows weigh.
    coverage : float
        Of prediction sets, which are learnt from validation texts of the other sources.
    sources : sequence of str
        All when empty.
    bootstrap, progress
        How intervals are made; called with a line about what is being done.

    Raises
    ------
    UnknownNameError
        If there is no such source.
    DataError
        If the shipped model does not say how it was made.
    """
    (spec,) = real_tasks(real.release.scheme, real.release.version, [task], [CROSS_SOURCE])
    rows = real.evaluation_set(spec)
    names = [str(document.extra["source"]) for document in rows.documents]
    if unknown := [source for source in sources if source not in names]:
        raise UnknownNameError(f"source of {task}", unknown[0], sorted(set(names)))
    kept = [place for place, name in enumerate(names) if not sources or name in sources]
    rows, names = rows_at(rows, kept), [names[place] for place in kept]
    choice = choice_of(shipped)
    probabilities = np.zeros((len(names), len(spec.labels)))
    sets: list[tuple[str, ...]] = [()] * len(names)
    facts: list[dict[str, Any]] = []
    undecided: set[str] = set()
    for source in sorted(set(names)):
        places = [place for place, name in enumerate(names) if name == source]
        progress(f"{task}: learning from all sources but {source}")
        trained = WeightsRecipe(RESEARCH, real, copies, without=[source]).train(spec, choice=choice, progress=progress)
        held = probabilities_of(trained.model, [rows.examples[place] for place in places], spec.labels)
        probabilities[places] = held
        if (conformal := conformal_sets(trained.model)) is not None:
            undecided |= set(conformal.undecided(coverage))
            for place, chosen in zip(places, conformal.sets(held, coverage), strict=True):
                sets[place] = chosen
        right = rows.gold_indices(spec)[places] == held.argmax(axis=1)
        facts.append(
            {
                "source": source,
                "n": len(places),
                "n_train": sum(trained.n_rows.values()),
                "accuracy": float(right.mean()),
            }
        )
    run = scored_run(spec, rows, probabilities, *_named(shipped), bootstrap)
    gold = [label.label for label in rows.gold]
    covered = label_coverage(gold, sets, spec.labels, undecided) if all(sets) else []
    return AcrossSources(run, tuple(facts), tuple(covered))


def without_smp(
    real: RealTexts,
    copies: Path,
    *,
    peers: Sequence[str] = tuple(PEERS),
    n_rows: int | None = None,
    timeout: float,
    bootstrap: BootstrapConfig,
    progress: Progress,
) -> tuple[list[ModelRun], list[dict[str, Any]]]:
    """Score sentiment on SMP2020-EWECT by weights that never saw it, beside other programs.

    What rows weigh is chosen anew here, since the shipped choice has seen the source.

    Parameters
    ----------
    real, copies : RealTexts, Path
        With texts; and the folder of the user's copies.
    peers : sequence of str
        Of `baselines.PEERS`.
    n_rows : int, optional
        Rows to draw, for a rehearsal.
    timeout : float
        Seconds for a peer.
    bootstrap, progress
        How intervals are made, and the seed of the draw; called with a line about what is being done.

    Returns
    -------
    list of ModelRun, list of dict
        Ours first, each system with three labels and then with two, over the rows that are not neutral; and which
        peers gave no answer, with the reason.
    """
    copy = open_external(SMP_SET, copies)
    (spec,) = zero_shot_tasks(copy, real.release)
    rows = external_evaluation_set(copy, spec)
    if n_rows is not None and n_rows < len(rows.gold):
        drawn = sorted(random.Random(bootstrap.seed).sample(range(len(rows.gold)), n_rows))
        rows, spec = rows_at(rows, drawn), replace(spec, test=f"{spec.test}, {n_rows} rows drawn")
    texts = [example.text for example in rows.examples]
    recipe = WeightsRecipe(RESEARCH, real, copies, without=[SMP_SOURCE], held_back=texts)
    (own,) = (each for each in recipe.specs if each.name == SENTIMENT)
    model = recipe.train(own, progress=progress).model
    trial = Trial(spec, rows, Fold(spec.test, (), (), (), None, tuple(range(len(texts)))), bootstrap, progress)
    polar = trial.polar()
    named = _named(model)
    runs = [
        scored_run(spec, rows, probabilities_of(model, rows.examples, spec.labels), *named, bootstrap),
        scored_run(
            polar.spec,
            polar.evaluation_set,
            PolarClassifier(model).predict_proba(polar.evaluation_set.examples),
            *named,
            bootstrap,
        ),
    ]
    missing = []
    for peer in peers:
        try:
            runs += asked(PEERS[peer], trial, timeout)
        except PeerError as error:
            progress(f"{peer}: {error}")
            missing.append({"set": SMP_SET, "system": peer, "reason": str(error)})
    return runs, missing


def _named(model: Classifier) -> tuple[str, str]:
    return OURS, name_and_version(model)[1]

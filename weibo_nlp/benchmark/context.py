"""The context ablation: what a model gains from the thread above a text, and how deep in the thread it gains it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import UsageError
from weibo_nlp.models import create
from weibo_nlp.records import Document, Example, GoldLabel
from weibo_nlp.stats.bootstrap import RESAMPLES
from weibo_nlp.stats.estimate import Figure, figures_of
from weibo_nlp.stats.metrics import CountMetric, IntArray, count_metrics
from weibo_nlp.stats.multiplicity import holm
from weibo_nlp.stats.randomisation import paired_test
from weibo_nlp.tasks import CORPUS, STANDARD, TaskSpec
from weibo_nlp.tasks.folds import CONTEXT_WEIGHT, context_documents, full_text

OWN_TEXT = "own text"
_Above = tuple[Document, ...]
# From the documents above a text, its parent first and the root last, to those that the model is shown.
CONTEXTS: Mapping[str, Callable[[_Above], _Above]] = {
    OWN_TEXT: lambda above: (),
    "+ parent": lambda above: above[:1],
    "+ root": lambda above: above[:1] + above[1:][-1:],
    "+ whole path": lambda above: above,
}
ALL_DEPTHS = "all"
_DEEPEST = 3


def context_ablation(
    release: Release, spec: TaskSpec, model_name: str, *, seed: int = 0, resamples: int = RESAMPLES
) -> list[dict[str, Any]]:
    """Train a model on the same texts with more and more of their thread, and score each on the test part.

    Parameters
    ----------
    release : Release
        The corpus.
    spec : TaskSpec
        A task of the corpus under the standard protocol.
    model_name : str
        A registered model; trained once for each context, always with `seed`.
    seed, resamples
        Of the training, of the paired test and of the bootstrap over threads.

    Returns
    -------
    list of dict
        One for each context and class of depth that occurs: ``task, model, context, depth, n, n_units, few_units,
        metric, score, difference, p, p_holm``. Differences are against ``own text`` on the same rows, paired over
        threads; None for ``own text`` itself. With a single thread there are no bounds and no p.

    Raises
    ------
    UsageError
        If the spec is of another set or protocol.
    UnknownNameError
        If there is no such model.

    Notes
    -----
    *Contexts.* ``+ parent`` shows the document answered or reposted, ``+ root`` that and the thread's root, ``+ whole
    path`` all from the parent up to the root; each document once, a line each, in `Example.parent`. What is shown of
    the threads to learn from is shown of those to be scored.

    *Weights.* The benchmark lets training documents that need their thread weigh `CONTEXT_WEIGHT` where the model sees
    none of it. So does ``own text`` here. With any context they count in full: they are the examples from which its
    use is learnt. The differences are therefore those between two ways of working, each at its best, and ``own text``
    (for stance: ``+ parent``) is the very model of the benchmark. Cross-validated on the learnt splits of corpus
    0.1.0, weights of .3 and 1 give topic .59 and .60 with the own text, .65 and .69 with the parent, .68 and .72 with
    the root; stance .41 and .39 with the own text, .41 and .40 with the parent; sentiment differs by .01 at most.

    *Depth.* Roots (depth 0) have nothing above them: what changes there comes from training alone.

    *Several tests.* Holm's correction is over all differences of the table, that is of this task and model.
    """
    if (spec.set, spec.protocol) != (CORPUS, STANDARD):
        raise UsageError(
            f"{spec.set} {spec.name} under {spec.protocol}: contexts are compared on the corpus under {STANDARD!r}; "
            "give that spec."
        )
    paths = {document.id: thread.path_to_root(document.id)[1:] for thread in release.threads() for document in thread}
    documents = {document.id: document for document in release.documents()}
    learnt = [label for split in spec.train for label in release.gold(spec.name, split)]
    scored = release.gold(spec.name, spec.test)
    needy = context_documents(release)
    weights = [CONTEXT_WEIGHT if label.document_id in needy else 1.0 for label in learnt]
    answers = {}
    for context, shown in CONTEXTS.items():
        model = create(model_name, spec.labels, seed=seed)
        model.fit(
            _examples(learnt, documents, paths, shown),
            [label.label for label in learnt],
            groups=[documents[label.document_id].thread for label in learnt],
            weights=weights if context == OWN_TEXT else None,
        )
        answers[context] = model.predict_proba(_examples(scored, documents, paths, shown)).argmax(axis=1)
    truth = np.array([spec.labels.index(label.label) for label in scored], dtype=np.int64)
    threads = np.array([documents[label.document_id].thread for label in scored], dtype=object)
    depths = np.array([_depth_class(len(paths[label.document_id])) for label in scored], dtype=object)
    metric = count_metrics(spec.labels)[spec.main_metric]
    table = [
        {"task": spec.name, "model": model_name, "context": context, "depth": depth, "metric": spec.main_metric}
        | _compared(
            truth[chosen],
            found[chosen],
            None if context == OWN_TEXT else answers[OWN_TEXT][chosen],
            threads[chosen].tolist(),
            len(spec.labels),
            metric,
            seed=seed,
            resamples=resamples,
        )
        for depth, chosen in _depths(depths)
        for context, found in answers.items()
    ]
    tested = [row for row in table if row["p"] is not None]
    for row, adjusted in zip(tested, holm([row["p"] for row in tested]).tolist(), strict=True):
        row["p_holm"] = adjusted
    return table


def _examples(
    labels: Sequence[GoldLabel],
    documents: Mapping[str, Document],
    paths: Mapping[str, _Above],
    shown: Callable[[_Above], _Above],
) -> list[Example]:
    examples = []
    for label in labels:
        context = "\n".join(map(full_text, shown(paths[label.document_id])))
        examples.append(Example(full_text(documents[label.document_id]), label.target, context or None))
    return examples


def _depth_class(depth: int) -> str:
    return str(depth) if depth < _DEEPEST else f"{_DEEPEST}+"


def _depths(depths: npt.NDArray[Any]) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """All rows, then the classes of depth that occur, each with the rows that are of it."""
    found = [(ALL_DEPTHS, np.ones(len(depths), dtype=bool))]
    return found + [(depth, depths == depth) for depth in sorted(set(depths.tolist()))]


def _compared(
    truth: IntArray,
    found: IntArray,
    own: IntArray | None,
    threads: Sequence[str],
    n_labels: int,
    metric: CountMetric,
    *,
    seed: int,
    resamples: int,
) -> dict[str, Any]:
    """Score of one context over some rows, and what it is above the text alone."""
    figures = figures_of(truth, found, threads, n_labels, {"score": metric}, seed=seed, resamples=resamples)
    difference: dict[str, float | None] | None = None
    p = None
    if own is not None and figures.n_units > 1:
        test = paired_test(truth, found, own, threads, n_labels, metric, seed=seed, resamples=resamples)
        difference, p = {**test.difference.to_dict()}, test.p
    elif own is not None:
        alone = figures_of(truth, own, threads, n_labels, {"score": metric})
        difference = Figure(figures.of["score"].value - alone.of["score"].value).to_dict()
    return {
        "n": figures.n,
        "n_units": figures.n_units,
        "few_units": figures.few_units,
        "score": figures.of["score"].to_dict(),
        "difference": difference,
        "p": p,
        "p_holm": None,
    }

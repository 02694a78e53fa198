"""The context ablation: what a model gains from the thread above a text, and how deep in the thread it gains it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import UsageError
from weibo_nlp.evaluation.comparison import corrected
from weibo_nlp.evaluation.diagnostics import ContextScore
from weibo_nlp.models import create
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.records import Document, Example, GoldLabel
from weibo_nlp.stats import Estimate, count_metrics, estimate_rows, paired_test
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.metrics import IntArray
from weibo_nlp.tasks.evaluation_set import full_text, label_numbers
from weibo_nlp.tasks.folds import CONTEXT_WEIGHT, context_documents
from weibo_nlp.tasks.spec import CORPUS, STANDARD, TaskSpec

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
    release: Release,
    spec: TaskSpec,
    model_name: str,
    *,
    bootstrap: BootstrapConfig = DEFAULT,
    folds: int | None = None,
) -> list[ContextScore]:
    """Train a model on the same texts with more and more of their thread, and score each on the test part.

    Parameters
    ----------
    release : Release
        The corpus.
    spec : TaskSpec
        A task of the corpus under the standard protocol.
    model_name : str
        A registered model; trained once for each context, always with the bootstrap's seed.
    bootstrap : BootstrapConfig
        How intervals are made, over threads; its seed is that of the training and of the paired test as well.
    folds : int, optional
        Score by cross-validation over the threads that are learnt from, in so many folds, so that test stays unseen.

    Returns
    -------
    list of ContextScore
        One for each context and class of depth that occurs. Differences are against ``own text`` on the same rows,
        paired over threads; None for ``own text`` itself. With a single thread there are no bounds and no p.

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
    scored = learnt if folds is not None else release.gold(spec.name, spec.test)
    runs = [(learnt, range(len(scored)))] if folds is None else _runs(learnt, documents, folds, bootstrap.seed)
    needy = context_documents(release)
    answers = {context: np.zeros(len(scored), dtype=np.int64) for context in CONTEXTS}
    for context, shown in CONTEXTS.items():
        for train, held_out in runs:
            weights = [CONTEXT_WEIGHT if label.document_id in needy else 1.0 for label in train]
            model = create(model_name, spec.labels, seed=bootstrap.seed)
            model.fit(
                _examples(train, documents, paths, shown),
                [label.label for label in train],
                groups=[documents[label.document_id].thread for label in train],
                sample_weight=weights if context == OWN_TEXT else None,
            )
            examples = _examples([scored[place] for place in held_out], documents, paths, shown)
            answers[context][held_out] = probabilities_of(model, examples, spec.labels).argmax(axis=1)
    truth = label_numbers((label.label for label in scored), spec.labels)
    threads = np.array([documents[label.document_id].thread for label in scored], dtype=object)
    depths = np.minimum([len(paths[label.document_id]) for label in scored], _DEEPEST)
    # All rows, then the classes of depth that occur, each with the rows that are of it.
    chosen = {ALL_DEPTHS: depths >= 0} | {
        str(depth) if depth < _DEEPEST else f"{_DEEPEST}+": depths == depth for depth in np.unique(depths).tolist()
    }
    table = []
    for depth, rows in chosen.items():
        for context, answer in answers.items():
            about = (spec.name, model_name, context, depth, spec.main_metric)
            own = None if context == OWN_TEXT else answers[OWN_TEXT][rows]
            table.append(_compared(about, spec, truth[rows], answer[rows], own, threads[rows].tolist(), bootstrap))
    return list(corrected(table))


def _runs(
    labels: Sequence[GoldLabel], documents: Mapping[str, Document], folds: int, seed: int
) -> list[tuple[list[GoldLabel], Sequence[int]]]:
    """What is learnt from and the places of what is held out, in folds of whole threads."""
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    threads = [documents[label.document_id].thread for label in labels]
    parts = splitter.split(np.zeros(len(labels)), [label.label for label in labels], threads)
    return [([labels[place] for place in train], held_out.tolist()) for train, held_out in parts]


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


def _compared(
    about: tuple[str, str, str, str, str],
    spec: TaskSpec,
    truth: IntArray,
    answer: IntArray,
    own: IntArray | None,
    threads: Sequence[str],
    bootstrap: BootstrapConfig,
) -> ContextScore:
    """Score one context over some rows, and say what it is above the text alone; `about` opens the row."""
    metric, n_labels, n_units = count_metrics(spec.labels)[spec.main_metric], len(spec.labels), len(set(threads))
    score = estimate_rows(truth, answer, threads, n_labels, {"score": metric}, bootstrap)["score"]
    row = ContextScore(*about, len(threads), n_units, score.few_units, score)
    if own is None:
        return row
    if n_units > 1:
        test = paired_test(truth, answer, own, threads, n_labels, metric, bootstrap=bootstrap)
        return replace(row, difference=test.difference, p=test.p)
    alone = estimate_rows(truth, own, threads, n_labels, {"score": metric}, bootstrap)["score"]
    return replace(row, difference=Estimate(score.value - alone.value, n_units=n_units))

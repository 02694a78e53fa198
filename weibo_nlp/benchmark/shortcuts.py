"""The shortcut gate: how much of what the text gives can be had from one superficial cue.

A corpus whose emoticons, hashtags or openings give its labels away measures who finds them, not who reads. So models
that see a single cue are set against the full model, within pools of documents that are alike in subject.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.benchmark.shortcut_models import best_cue_answers, full_answers, majority_answers
from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.diagnostics import ShortcutScore
from weibo_nlp.features.cues import Cues, emoticon_cues, hashtag_cues, opening_cues, shape_cues
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig, bootstrap_estimates, confusion_sums, in_order_of_content
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import FloatArray, IntArray, confusion_matrix, macro_f1
from weibo_nlp.tasks.evaluation_set import full_text, label_numbers

FOLDS = 5
LIMIT = 0.8
TESTABLE = 0.10
# Where the full model gains next to nothing, a ratio may be of any size; beyond this it says no more than "all of it".
LARGEST_RATIO = 2.0

TEXT_CUES: Mapping[str, Callable[[str], Cues]] = {
    "emoticons": emoticon_cues,
    "hashtags": hashtag_cues,
    "length and punctuation": shape_cues,
    "first 5 characters": opening_cues,
}
TARGET = "target"
# The task whose labels are subjects: they hardly differ within an event.
SUBJECT = "topic"
EVENT = "event's prior"
_SAME_AS_MAJORITY = "each pool is one event, so that the event's prior is the majority itself; 0 by construction"
_EVENT_WITHIN_DOMAIN = "no model is shown the event: this is what telling the events of one domain apart would give"


@dataclass(frozen=True)
class GateRows:
    """What the gate is held over: one row for each gold label of a task.

    Attributes
    ----------
    task : str
        Name of the task.
    labels : tuple of str
        Labels in the scheme's order.
    texts, gold, threads, events, pools : tuple of str
        Of each row: the text with its title, the gold label, the thread and event it belongs to, and the pool it is
        compared in. A thread lies within one event.
    targets : tuple of str or None
        Target of each row, for stance.
    """

    task: str
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    gold: tuple[str, ...]
    threads: tuple[str, ...]
    events: tuple[str, ...]
    pools: tuple[str, ...]
    targets: tuple[str, ...] | None = None


def shortcut_gate(
    release: Release, *, tasks: Sequence[str] = (), bootstrap: BootstrapConfig = DEFAULT
) -> list[ShortcutScore]:
    """Hold the gate over a whole release, all its splits together.

    Parameters
    ----------
    release : Release
        The corpus.
    tasks : sequence of str
        Names; all of the scheme when empty.
    bootstrap : BootstrapConfig
        See :func:`gate`.

    Returns
    -------
    list of ShortcutScore
        As :func:`gate` gives them, task by task.

    Raises
    ------
    UnknownNameError
        If a task is not in the scheme.
    DataError
        If a document's event is not in the register, or a task has fewer than two threads.
    """
    names = tasks or release.scheme.tasks
    return [row for task in names for row in gate(gate_rows(release, task), bootstrap=bootstrap)]


def gate_rows(release: Release, task: str) -> GateRows:
    """Rows of a task with their pools.

    A pool is an event; for topic, whose labels hardly differ within an event, it is a domain: the events of one topic
    and the `other` events that borrow its words (`near` in the register). `other` events near no topic are left out
    for topic: their subjects tell them apart.
    """
    labels = release.scheme.task(task).labels
    documents = {document.id: document for document in release.documents()}
    register = {row["id"]: row for row in release.rows("events")}
    gold, pools = [], []
    for label in release.gold(task):
        event = documents[label.document_id].event or ""
        if event not in register:
            raise DataError(f"document {label.document_id!r}: event {event!r} is not in the register; add it there.")
        topic, near = register[event]["topic"], register[event]["near"]
        pool = event if task != SUBJECT else near if topic == "other" else topic
        if pool is not None:
            gold.append(label)
            pools.append(pool)
    judged = [documents[label.document_id] for label in gold]
    targets = tuple(label.target for label in gold if label.target is not None)
    return GateRows(
        task=task,
        labels=labels,
        texts=tuple(map(full_text, judged)),
        gold=tuple(label.label for label in gold),
        threads=tuple(document.thread for document in judged),
        events=tuple(document.event or "" for document in judged),
        pools=tuple(pools),
        targets=targets or None,
    )


def gate(rows: GateRows, *, bootstrap: BootstrapConfig = DEFAULT) -> list[ShortcutScore]:
    """Compare every shortcut with the full model, out of fold.

    Parameters
    ----------
    rows : GateRows
        In any order.
    bootstrap : BootstrapConfig
        How intervals are made, over threads; its seed is that of the folds and the SVMs as well.

    Returns
    -------
    list of ShortcutScore
        One for each shortcut; ``majority``, ``proportional`` (guesses in the pool's proportions), ``full`` and
        ``score`` are macro-F1.

    Raises
    ------
    DataError
        If there are fewer than two threads.

    Notes
    -----
    *Pools.* Which labels are likely in an event is no flaw of a text; so it is given to everybody. The majority is the
    most frequent label of the row's pool in the other folds, and all models see the pool. What is left to gain is
    within pools. Macro-F1 is of the confusion counts added up over all pools, over the labels that occur in them.

    *Folds.* Five, of whole threads: the threads of each event, in the order of hashes of seed and id, are dealt out
    in turn. All splits take part, since a release fails as a whole.

    *Full.* A linear SVM over the features of `LinearClassifier`: character 1-3-grams, with target and copies for the
    targets in stance, without parent. C is 1 and not tuned; margins are not calibrated, as only decisions count.
    Classes weigh equally ("balanced"), or macro-F1 would show how seldom an SVM dares to say a rare label: on corpus
    0.1.0 this gives irony .75 instead of .67, stance .47 instead of .43, and costs topic .02.

    *Shortcuts* get their best chance: each fold of each shortcut takes, of two weightings (balanced or not) and two
    sets of features (the cues; the cues and a copy of them for every pool), the combination that scores best by
    cross-validation within the training folds. None is best everywhere: doge in irony wants no weights and copies for
    pools (.72 against .63), the first characters lose by the copies (sentiment .45 against .50).

    *Ratio.* (shortcut - majority) / (full - majority). The bootstrap draws whole threads for all models at once. A draw
    in which the full model gains nothing over the majority counts as `LARGEST_RATIO`: nothing was there that the
    shortcut would not explain. That is on the side of failing; where such draws are frequent, the verdict is "not
    testable" anyway. Ratios beyond ±`LARGEST_RATIO` are set to it.

    *Event's prior.* Where a pool holds several events, as in topic, whose near-domain `other` texts are events of their
    own, their prior tells what telling them apart would give. It is shown and decides nothing: a model sees a text.

    *Verdict.* "failed" if the upper end of the 95 % interval reaches `LIMIT`, else "passed"; "not testable" where the
    full model is less than `TESTABLE` above what needs no reading. Macro-F1 rewards guessing: on three equal labels
    drawn by lot the majority scores .17 and any guess .33, so that a full model that learnt nothing would seem to gain
    .16. Therefore it has to be that much above guesses in the pool's proportions as well. The ratio itself stays with
    the majority, which is the stricter: a shortcut gets credit for guessing.
    """
    rows = _in_order_of_content(rows)
    units, folds = _folds(rows, bootstrap.seed)
    present = [label for label in rows.labels if label in rows.gold]
    y, n_labels = label_numbers(rows.gold, present), len(present)
    majority = majority_answers(rows.pools, y, folds)
    full = full_answers(rows.texts, rows.targets, rows.pools, y, folds, seed=bootstrap.seed)
    shortcuts = {
        name: majority if cues is None else best_cue_answers(cues, rows.pools, y, folds, seed=bootstrap.seed)
        for name, cues in _shortcuts(rows).items()
    }
    estimates = _estimates({"majority": majority, "full": full, **shortcuts}, y, units, n_labels, bootstrap)
    plain = {
        "majority": float(macro_f1(confusion_matrix(y, majority, n_labels))),
        "proportional": _proportional(y, np.array(rows.pools), n_labels),
        "full": float(macro_f1(confusion_matrix(y, full, n_labels))),
    }
    testable = plain["full"] - max(plain["majority"], plain["proportional"]) >= TESTABLE
    event_note = _SAME_AS_MAJORITY if rows.events == rows.pools else _EVENT_WITHIN_DOMAIN
    table = []
    for name in shortcuts:
        ratio, note = estimates[f"ratio of {name}"], event_note if name == EVENT else None
        table.append(
            ShortcutScore(
                task=rows.task,
                shortcut=name,
                n=len(y),
                n_units=int(units.max()) + 1,
                few_units=ratio.few_units,
                metric="macro_f1",
                **plain,
                score=estimates[f"score of {name}"],
                ratio=ratio if testable else None,
                limit=LIMIT,
                # No model is shown the event, so that nothing can be leant on; what is not testable is not passed.
                verdict=_verdict(testable and note != _EVENT_WITHIN_DOMAIN, ratio),
                note=note,
            )
        )
    return table


def _verdict(testable: bool, ratio: Estimate) -> str:
    if not testable:
        return "not testable"
    # Without an interval all draws give the same ratio: the shortcut answers like the majority.
    return "failed" if (ratio.value if ratio.high is None else ratio.high) >= LIMIT else "passed"


def _in_order_of_content(rows: GateRows) -> GateRows:
    """Sort rows by what they say: solvers and sums depend on their order in the last bits."""
    targets = rows.targets or ("",) * len(rows.texts)
    keys = list(zip(rows.texts, targets, rows.gold, rows.events, rows.threads, strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    columns: dict[str, Any] = {
        name: tuple(values[place] for place in order)
        for name in ("texts", "gold", "threads", "events", "pools", "targets")
        if (values := getattr(rows, name)) is not None
    }
    return replace(rows, **columns)


def _folds(rows: GateRows, seed: int) -> tuple[IntArray, IntArray]:
    """Number of the thread, and fold, of each row."""
    threads = dict(zip(rows.threads, rows.events, strict=True))
    if len(threads) < 2:
        raise DataError(
            f"{rows.task}: {len(threads)} threads; the gate holds threads out from each other, give 2 or more."
        )

    def place(thread: str) -> tuple[str, str]:
        return threads[thread], hashlib.sha256(f"{seed}:{thread}".encode()).hexdigest()

    numbers = {thread: number for number, thread in enumerate(sorted(threads, key=place))}
    units = np.array([numbers[thread] for thread in rows.threads], dtype=np.int64)
    return units, units % min(FOLDS, len(threads))


def _proportional(y: IntArray, pools: npt.NDArray[Any], n_labels: int) -> float:
    """Macro-F1 of the counts expected of labels drawn by lot in each pool's own proportions."""
    counts = np.stack([np.bincount(y[pools == pool], minlength=n_labels) for pool in np.unique(pools)])
    expected = (counts[:, :, None] * counts[:, None, :] / counts.sum(axis=1)[:, None, None]).sum(axis=0)
    return float(macro_f1(expected))


def _shortcuts(rows: GateRows) -> dict[str, Sequence[Cues] | None]:
    """Cues of every row for every shortcut; None for one that cannot differ from the majority."""
    cues: dict[str, Sequence[Cues] | None] = {}
    for name, cues_of in TEXT_CUES.items():
        known = {text: cues_of(text) for text in dict.fromkeys(rows.texts)}
        cues[name] = [known[text] for text in rows.texts]
    if rows.targets is not None:
        cues[TARGET] = [{target: 1.0} for target in rows.targets]
    cues[EVENT] = None if rows.events == rows.pools else [{event: 1.0} for event in rows.events]
    return cues


def _estimates(
    answers: Mapping[str, IntArray], y: IntArray, units: IntArray, n_labels: int, bootstrap: BootstrapConfig
) -> dict[str, Estimate]:
    """Score and ratio of every shortcut with intervals, all models resampled together."""
    counts = confusion_sums(y, np.stack(list(answers.values())), units, n_labels, "answers")

    def estimate(totals: FloatArray) -> dict[str, FloatArray]:
        scores = macro_f1(totals.reshape(len(totals), -1, n_labels, n_labels))
        of = dict(zip(answers, scores.T, strict=True))
        ratios = {f"ratio of {name}": gain_ratio(score, of["majority"], of["full"]) for name, score in of.items()}
        return {f"score of {name}": score for name, score in of.items()} | ratios

    return bootstrap_estimates(in_order_of_content(counts.reshape(len(counts), -1)), estimate, bootstrap)


def gain_ratio(shortcut: npt.ArrayLike, majority: npt.ArrayLike, full: npt.ArrayLike) -> FloatArray:
    """Share of the full model's gain over the majority that a shortcut has, within ±`LARGEST_RATIO`.

    Where the full model gains nothing, there is nothing that the shortcut would not explain: `LARGEST_RATIO`.
    """
    shortcut, majority, full = (np.asarray(score, dtype=np.float64) for score in (shortcut, majority, full))
    gain = full - majority
    share = np.divide(shortcut - majority, gain, out=np.full(gain.shape, LARGEST_RATIO), where=gain > 0)
    bounded: FloatArray = np.clip(share, -LARGEST_RATIO, LARGEST_RATIO)
    return bounded

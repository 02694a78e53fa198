"""The labellers measured for speed, ours and others', and how one of them is timed.

Loaded as a file by :mod:`benchmarks.child`, not as a module: the package around it would load numpy into
every measured process. So it imports only the standard library at its top, and each labeller where it is made.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

Group = Literal["ours", "peer"]
Answer = Callable[[Sequence[str]], Sequence[Any]]

# Some programs read their model when they answer for the first time; that belongs to loading.
_FIRST = "今天的晚霞绝了"


@dataclass(frozen=True, slots=True)
class Answerer:
    """One labeller as it is measured.

    Attributes
    ----------
    name : str
        What the table calls it.
    group : {"ours", "peer"}
        This package, or what it is compared with.
    module : str
        What must be importable for it.
    packages : tuple of str
        Distributions whose versions are reported.
    note : str
        How it is set up.
    load : callable
        Makes it ready; given the path of the scikit-learn pipeline, returns what answers a batch of texts.
    """

    name: str
    group: Group
    module: str
    packages: tuple[str, ...]
    note: str
    load: Callable[[str], Answer]


def _our_sentiment(_: str) -> Answer:
    from weibo_nlp.models import load_model

    return load_model("sentiment").predict_proba  # type: ignore[return-value]


def _our_labels(_: str) -> Answer:
    # By name, as the other programs: what users run stands above this room.
    label: Answer = import_module("weibo_nlp.labelling.labeller").Labeller().label
    return label


def _scikit_learn(pipeline: str) -> Answer:
    answer: Answer = import_module("joblib").load(pipeline).predict_proba
    return answer


def _snownlp(_: str) -> Answer:
    snownlp = import_module("snownlp").SnowNLP
    return lambda texts: [snownlp(text).sentiments for text in texts]


def _cnsenti(_: str) -> Answer:
    calculate = import_module("cnsenti").Sentiment().sentiment_calculate
    return lambda texts: [calculate(text) for text in texts]


ANSWERERS: dict[str, Answerer] = {
    answerer.name: answerer
    for answerer in (
        Answerer("weibo_nlp sentiment", "ours", "weibo_nlp", (), "texts normalised, calibrated", _our_sentiment),
        Answerer("weibo_nlp label", "ours", "weibo_nlp", (), "topic, sentiment, irony and stance", _our_labels),
        Answerer(
            "scikit-learn",
            "peer",
            "sklearn",
            ("scikit-learn",),
            "TfidfVectorizer of 1-3 characters and LogisticRegression from the same corpus rows, on texts as they are",
            _scikit_learn,
        ),
        Answerer("snownlp", "peer", "snownlp", ("snownlp",), "sentiments", _snownlp),
        Answerer("cnsenti", "peer", "cnsenti", ("cnsenti", "jieba"), "sentiment_calculate", _cnsenti),
    )
}
"""All labellers by name, in the order of the table."""


def do(job: dict[str, Any]) -> dict[str, Any]:
    """Measure the labeller that a job names; see :func:`measure`."""
    return measure(
        ANSWERERS[job["answerer"]],
        job["texts"],
        pipeline=job["pipeline"],
        batch=job["batch"],
        single=job["single"],
        repeat=job["repeat"],
        seconds=job["seconds"],
    )


def measure(
    answerer: Answerer, texts: list[str], *, pipeline: str, batch: int, single: int, repeat: int, seconds: float
) -> dict[str, Any]:
    """Load a labeller and let it answer the texts, in this process.

    Parameters
    ----------
    answerer : Answerer
        What to measure.
    texts : list of str
        Posts, none empty.
    pipeline : str
        Path of the scikit-learn pipeline.
    batch : int
        Texts in a call, in bulk.
    single : int
        How many of the texts, evenly spread, are answered one by one, each timed.
    repeat : int
        How often the speed in bulk is taken.
    seconds : float
        Work for each: the texts are gone through as often as fills about this time, at least once.

    Returns
    -------
    dict
        ``load_seconds`` (import, model, first answer), ``latencies`` (seconds, one a text), ``rounds`` and ``seconds``
        (one for each repeat of `rounds` passes).
    """
    start = time.perf_counter()
    answer = answerer.load(pipeline)
    answer([_FIRST])
    load_seconds = time.perf_counter() - start
    # One by one before in bulk: a user who sends single texts has no caches filled by thousands of others.
    n_single = min(single, len(texts))
    spread = [texts[at * len(texts) // n_single] for at in range(n_single)]
    latencies = [_timed(answer, [text], 1) for text in spread]
    once = _timed(answer, texts, batch)
    rounds = max(1, math.ceil(seconds / once))
    elapsed = [sum(_timed(answer, texts, batch) for _ in range(rounds)) for _ in range(repeat)]
    return {"load_seconds": load_seconds, "latencies": latencies, "rounds": rounds, "seconds": elapsed}


def _timed(answer: Answer, texts: Sequence[str], batch: int) -> float:
    batches = [texts[at : at + batch] for at in range(0, len(texts), batch)]
    start = time.perf_counter()
    answered = sum(len(answer(some)) for some in batches)
    elapsed = time.perf_counter() - start
    if answered != len(texts):
        raise ValueError(f"{answered} answers to {len(texts)} texts")
    return elapsed

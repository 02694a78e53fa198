"""The process in which one program is measured: alone, on one core, its result as JSON on standard output.

Started by :mod:`benchmarks.subprocess_runner`. It imports only the standard library, and through
:mod:`benchmarks.adapters` the one program that it measures.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import chain, count, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.adapters import (
    LABELLERS,
    MODELS,
    SEGMENTERS,
    STANCE,
    THREE_TASKS,
    LabellerAdapter,
    ModelAdapter,
    SegmenterAdapter,
)

# Some programs read their model when they are first called; that belongs to loading.
_FIRST = "今天的晚霞绝了"


def measure_segmenter(adapter: SegmenterAdapter, texts: list[str], *, repeat: int, seconds: float) -> dict[str, Any]:
    """Load a segmenter and cut the texts, in this process.

    Parameters
    ----------
    adapter : SegmenterAdapter
        What to measure.
    texts : list of str
        One call of the segmenter for each.
    repeat : int
        How often the speed is taken.
    seconds : float
        Work for each: the texts are gone through as often as fills about this time, at least once.

    Returns
    -------
    dict
        ``words`` (a list for each text), ``load_seconds`` (import, model, first cut), ``passes`` and ``seconds`` (one
        for each repeat of so many passes, cutting alone).
    """
    start = time.perf_counter()
    # One endless stream serves all, so that nothing is loaded twice: not in the clock, and not in memory.
    stream = adapter.load()(chain([_FIRST], cycle(texts)))
    next(stream)
    load_seconds = time.perf_counter() - start

    def cut(passes: int) -> float:
        start = time.perf_counter()
        deque(islice(stream, passes * len(texts)), maxlen=0)
        return time.perf_counter() - start

    start = time.perf_counter()
    words = list(islice(stream, len(texts)))
    once = time.perf_counter() - start
    # The first pass fills caches; where it is short, it would mislead.
    speed = _repeated(cut, cut(1) if once < seconds else once, repeat, seconds)
    return {"words": words, "load_seconds": load_seconds, **speed}


def measure_labeller(
    adapter: LabellerAdapter, texts: list[str], *, pipeline: str, batch: int, single: int, repeat: int, seconds: float
) -> dict[str, Any]:
    """Load a labeller and let it answer the texts, in this process.

    Parameters
    ----------
    adapter : LabellerAdapter
        What to measure.
    texts : list of str
        Posts, none empty.
    pipeline : str
        Path of the scikit-learn pipeline.
    batch : int
        Texts in a call, in bulk.
    single : int
        How many of the texts, evenly spread, are answered one by one, each timed.
    repeat, seconds
        As for :func:`measure_segmenter`, in bulk.

    Returns
    -------
    dict
        ``load_seconds`` (import, model, first answer), ``latencies`` (seconds, one a text), ``passes`` and ``seconds``.
    """
    start = time.perf_counter()
    answer = adapter.load(pipeline)
    answer([_FIRST])
    load_seconds = time.perf_counter() - start

    def answered(batches: Sequence[Sequence[str]]) -> float:
        start = time.perf_counter()
        n_answers = sum(len(answer(some)) for some in batches)
        elapsed = time.perf_counter() - start
        if n_answers != (n_texts := sum(map(len, batches))):
            raise ValueError(f"{n_answers} answers to {n_texts} texts")
        return elapsed

    # One by one before in bulk: a user who sends single texts has no caches filled by thousands of others.
    n_single = min(single, len(texts))
    latencies = [answered([[texts[at * len(texts) // n_single]]]) for at in range(n_single)]
    batches = [texts[at : at + batch] for at in range(0, len(texts), batch)]
    speed = _repeated(lambda passes: sum(answered(batches) for _ in range(passes)), answered(batches), repeat, seconds)
    return {"load_seconds": load_seconds, "latencies": latencies, **speed}


def measure_model(
    adapter: ModelAdapter, *, encoder: str, n_answered: int, repeat: int, seconds: float
) -> dict[str, Any]:
    """Train a model on the corpus, ask it about the test part, and save it.

    Parameters
    ----------
    adapter : ModelAdapter
        What to measure.
    encoder : str
        What a transformer starts from.
    n_answered : int
        Rows of the test part that are answered, from the first on.
    repeat, seconds
        As for :func:`measure_segmenter`, of answering.

    Returns
    -------
    dict
        ``task``, ``n_train``, ``n_answered``, ``train_seconds``, ``folder_bytes``, ``encoder`` (its name, for a class
        that starts from one), ``passes`` and ``seconds`` of answering.
    """
    untrained = adapter.load(encoder)
    registry, tasks = import_module("weibo_nlp.models.registry"), import_module("weibo_nlp.tasks")
    folds, files = import_module("weibo_nlp.tasks.folds"), import_module("weibo_nlp.evaluation.files")
    release = import_module("weibo_nlp.corpus").open_release()
    task = THREE_TASKS[0] if registry.is_for(adapter.name, targeted=False) else STANCE
    (spec,) = tasks.corpus_tasks(release.scheme, release.version, [task])
    (fold,) = folds.corpus_folds(release, spec)
    asked = files.judged_evaluation_set(release, spec).examples[:n_answered]
    with TemporaryDirectory() as folder, _home(Path(folder)):
        model = untrained(spec.labels)
        start = time.perf_counter()
        model.fit(fold.train, fold.train_labels, groups=fold.train_groups, sample_weight=fold.train_weights)
        train_seconds = time.perf_counter() - start

        n_passes = count()

        def answered(passes: int) -> float:
            total = 0.0
            for _ in range(passes):
                os.environ["WEIBO_NLP_HOME"] = str(Path(folder, f"pass-{next(n_passes)}"))
                model.predict_proba(asked[:1])  # what was answered last may be remembered
                start = time.perf_counter()
                model.predict_proba(asked)
                total += time.perf_counter() - start
            return total

        speed = _repeated(answered, answered(1), repeat, seconds)
        saved = Path(folder, "model")
        model.save_pretrained(saved)
        size = sum(path.stat().st_size for path in saved.rglob("*") if path.is_file())
    about = {"task": task, "n_train": len(fold.train), "n_answered": len(asked), "train_seconds": train_seconds}
    return {
        **about,
        "folder_bytes": size,
        "encoder": Path(encoder).name if "torch" in adapter.packages else "",
        **speed,
    }


def score_sentiment(adapter: LabellerAdapter, texts: list[str]) -> dict[str, Any]:
    """Ask a labeller how positive texts are: ``scores``, one a text, the surplus where it counts both sides."""
    scores = [
        float(answer["pos"]) - float(answer["neg"]) if isinstance(answer, dict) else float(answer)
        for answer in adapter.load("")(texts)
    ]
    if len(scores) != len(texts) or not all(map(math.isfinite, scores)):
        raise ValueError(f"{len(scores)} scores for {len(texts)} texts, or some that are no number")
    return {"scores": scores}


def peak_bytes() -> int | None:
    """Largest resident memory of this process so far, interpreter and libraries included; None on Windows."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss here: Linux carries that figure of the parent over fork and exec.
        sizes = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines() if ":" in line)
        if "VmHWM" in sizes:
            return int(sizes["VmHWM"].split()[0]) * 1024
    if os.name == "nt":
        return None
    resource: Any = import_module("resource")
    peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> int:
    """Read a job from standard input, do it, write the result to standard output, both as JSON."""
    # Programs print as they load; what they print must not stand in the result.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as result:
        os.dup2(2, 1)
        job = json.loads(sys.stdin.buffer.read())
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        work, adapters = _WORK[job.pop("work")]
        try:
            figures = {**work(adapters[job.pop("name")], **job), "peak_bytes": peak_bytes()}
        except Exception as error:  # whatever another program raises is the reason that its row in the table gives
            figures = {"reason": f"{type(error).__name__}: {error}"}
        json.dump(figures, result)
    return 1 if "reason" in figures else 0


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    """Keep vectors in a folder of their own: a cache that is filled would hide what they cost."""
    before = os.environ.get("WEIBO_NLP_HOME")
    os.environ["WEIBO_NLP_HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["WEIBO_NLP_HOME"]
        else:
            os.environ["WEIBO_NLP_HOME"] = before


def _repeated(timed: Callable[[int], float], once: float, repeat: int, seconds: float) -> dict[str, Any]:
    passes = max(1, math.ceil(seconds / once))
    return {"passes": passes, "seconds": [timed(passes) for _ in range(repeat)]}


_WORK: dict[str, tuple[Callable[..., dict[str, Any]], dict[str, Any]]] = {
    "segment": (measure_segmenter, SEGMENTERS),
    "label": (measure_labeller, LABELLERS),
    "score": (score_sentiment, LABELLERS),
    "train": (measure_model, MODELS),
}

if __name__ == "__main__":
    sys.exit(main())

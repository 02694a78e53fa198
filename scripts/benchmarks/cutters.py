"""The segmenters measured, ours and others', and how one of them is timed.

Loaded as a file by :mod:`benchmarks.child`, not as a module: the package around it would load numpy into
every measured process. So it imports only the standard library at its top, and each segmenter where it is made.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, cycle, islice
from typing import Any, Literal

Group = Literal["ours", "bare", "peer"]
CutMany = Callable[[Iterable[str]], Iterator[list[str]]]

# Some programs read their model when they cut for the first time; that belongs to loading.
_FIRST = "你好"


@dataclass(frozen=True, slots=True)
class Cutter:
    """One segmenter as it is measured.

    Attributes
    ----------
    name : str
        What the table calls it.
    group : {"ours", "bare", "peer"}
        Through this package's frame, which keeps links, mentions and emoji whole; the runtime under ours alone; or
        another program, alone as well.
    module : str
        What must be importable for it.
    packages : tuple of str
        Distributions whose versions are reported.
    note : str
        How it is set up, where that could be doubted.
    load : callable
        Makes it ready; returns what turns a stream of texts into a stream of lists of words.
    """

    name: str
    group: Group
    module: str
    packages: tuple[str, ...]
    note: str
    load: Callable[[], CutMany]


def _ours(name: str) -> Callable[[], CutMany]:
    def load() -> CutMany:
        from weibo_nlp.segmentation import segment_many

        return lambda texts: iter(segment_many(texts, segmenter=name))

    return load


def _each(make: Callable[[], Callable[[str], list[str]]]) -> Callable[[], CutMany]:
    """Make a stream of what cuts one text at a time."""

    def load() -> CutMany:
        cut = make()
        return lambda texts: map(cut, texts)

    return load


def _bare_pkuseg() -> Callable[[str], list[str]]:
    cut: Callable[[str], list[str]] = (
        import_module("spacy_pkuseg").pkuseg(_pkuseg_folder("bare-pkuseg"), user_dict=None).cut
    )
    return cut


def _bare_vaporetto() -> Callable[[str], list[str]]:
    from weibo_nlp.segmentation.shipped import load_fast

    _, tokenizer = load_fast()

    def cut(text: str) -> list[str]:
        # The string form is the runtime's fastest, but it escapes these three.
        if " " in text or "/" in text or "\\" in text:
            return [token.surface() for token in tokenizer.tokenize(text)]
        words: list[str] = tokenizer.tokenize_to_string(text).split(" ")
        return words

    return cut


def _bare_jieba() -> Callable[[str], list[str]]:
    cut: Callable[[str], list[str]] = import_module("jieba").lcut
    return cut


def _bare_rjieba() -> Callable[[str], list[str]]:
    cut: Callable[[str], list[str]] = import_module("rjieba").cut
    return cut


def _thulac() -> Callable[[str], list[str]]:
    thulac = import_module("thulac").thulac(seg_only=True)
    return lambda text: [word for word, _ in thulac.cut(text)]


def _snownlp() -> Callable[[str], list[str]]:
    cut: Callable[[str], list[str]] = import_module("snownlp.seg").seg
    return cut


def _spacy_zh(segmenter: str) -> Callable[[], Callable[[str], list[str]]]:
    def make() -> Callable[[str], list[str]]:
        spacy = import_module("spacy")
        nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": segmenter}}})
        if segmenter == "pkuseg":
            nlp.tokenizer.initialize(pkuseg_model=_pkuseg_folder("spacy-zh-pkuseg"))
        return lambda text: [token.text for token in nlp.tokenizer(text)]

    return make


def _pkuseg_folder(name: str) -> str:
    from weibo_nlp.errors import DataError
    from weibo_nlp.segmentation.store import stored_model

    stored = stored_model("pkuseg")
    if stored is None:
        raise DataError(f"{name} needs pkuseg's model; run `weibo-nlp models fetch pkuseg` once.")
    return str(stored.path)


_PKUSEG, _SPACY = "spacy-pkuseg", "spacy"
_NO_DICTIONARY = "no user dictionary"
CUTTERS: dict[str, Cutter] = {
    cutter.name: cutter
    for cutter in (
        Cutter("fast", "ours", "vaporetto", ("vaporetto",), "shipped model", _ours("fast")),
        Cutter("pkuseg", "ours", "spacy_pkuseg", (_PKUSEG,), _NO_DICTIONARY, _ours("pkuseg")),
        Cutter("jieba", "ours", "rjieba", ("rjieba",), "", _ours("jieba")),
        Cutter("char", "ours", "weibo_nlp", (), "every character a word", _ours("char")),
        Cutter("bare-vaporetto", "bare", "vaporetto", ("vaporetto",), "model of fast", _each(_bare_vaporetto)),
        Cutter("bare-pkuseg", "bare", "spacy_pkuseg", (_PKUSEG,), _NO_DICTIONARY, _each(_bare_pkuseg)),
        Cutter("bare-rjieba", "bare", "rjieba", ("rjieba",), "", _each(_bare_rjieba)),
        Cutter("bare-jieba", "peer", "jieba", ("jieba",), "", _each(_bare_jieba)),
        Cutter("thulac", "peer", "thulac", ("thulac",), "segmentation only", _each(_thulac)),
        Cutter("snownlp", "peer", "snownlp", ("snownlp",), "", _each(_snownlp)),
        Cutter("spacy-zh-char", "peer", "spacy", (_SPACY,), "", _each(_spacy_zh("char"))),
        Cutter("spacy-zh-jieba", "peer", "jieba", (_SPACY, "jieba"), "", _each(_spacy_zh("jieba"))),
        Cutter(
            "spacy-zh-pkuseg",
            "peer",
            "spacy_pkuseg",
            (_SPACY, _PKUSEG),
            "its default user dictionary",
            _each(_spacy_zh("pkuseg")),
        ),
    )
}
"""All segmenters by name, in the order of the table."""


def do(job: dict[str, Any]) -> dict[str, Any]:
    """Measure the segmenter that a job names; see :func:`measure`."""
    return measure(CUTTERS[job["segmenter"]], job["texts"], repeat=job["repeat"], seconds=job["seconds"])


def measure(cutter: Cutter, texts: list[str], *, repeat: int, seconds: float) -> dict[str, Any]:
    """Load a segmenter and cut the texts, in this process.

    Parameters
    ----------
    cutter : Cutter
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
        ``words`` (a list for each text), ``load_seconds`` (import, model, first cut), ``rounds`` and ``seconds`` (one
        for each repeat of `rounds` passes, cutting alone).
    """
    start = time.perf_counter()
    # One endless stream serves all, so that nothing is loaded twice: not in the clock, and not in memory.
    stream = cutter.load()(chain([_FIRST], cycle(texts)))
    next(stream)
    load_seconds = time.perf_counter() - start
    start = time.perf_counter()
    words = list(islice(stream, len(texts)))
    once = time.perf_counter() - start
    if once < seconds:  # the first pass fills caches; where it is short, it would mislead
        once = _timed(stream, len(texts))
    rounds = max(1, math.ceil(seconds / once))
    elapsed = [_timed(stream, rounds * len(texts)) for _ in range(repeat)]
    return {
        "words": words,
        "load_seconds": load_seconds,
        "rounds": rounds,
        "seconds": elapsed,
    }


def _timed(stream: Iterator[list[str]], n_texts: int) -> float:
    start = time.perf_counter()
    deque(islice(stream, n_texts), maxlen=0)
    return time.perf_counter() - start

"""Segmenters compared on one gold: accuracy, speed, memory, and whether they leave links and emoji whole.

Each one runs in a process of its own, a fresh interpreter on one core, one after another. One that is not installed or
fails is a result as well, with its reason.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import cutters
from benchmarks.cutters import CUTTERS, Cutter, Group
from benchmarks.gold_sentences import CutSentence, read_cut_sentences
from benchmarks.isolated import installed_versions, run_isolated, shortened

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.evaluation.segmentation import WordScores, restore_white_space, score_words
from weibo_nlp.provenance import processor
from weibo_nlp.text import protected_spans

Report = Callable[[str], None]

REPEAT = 5
SECONDS = 1.0
TIMEOUT = 1800.0
REFERENCES: dict[Group, str] = {"ours": "pkuseg", "bare": "bare-pkuseg", "peer": "bare-pkuseg"}
"""What ratios compare with: the reading of marked places is on both sides, or on neither."""


@dataclass(frozen=True, slots=True)
class SegmenterResult:
    """What one segmenter did with the gold's text; figures are ``None`` where there is a reason instead.

    Attributes
    ----------
    segmenter : str
        Name in :data:`benchmarks.cutters.CUTTERS`.
    group : {"ours", "bare", "peer"}
        Through our frame, our runtime alone, or another program alone.
    versions : dict
        Installed distributions it is made of.
    note : str
        How it was set up.
    reason : str or None
        Why there are no figures.
    scores : WordScores or None
        Against the gold.
    protected_whole, protected : int or None
        Protected spans of the texts that came out as one word, and all of them.
    chars_per_second : tuple of float
        One figure for each repeat, cutting alone.
    load_seconds : float or None
        Import, model and first cut.
    peak_bytes : int or None
        Largest resident memory of its process, with nothing subtracted; ``None`` also where the system does not tell.
    f1_ratio, speed_ratio : float or None
        To `reference`, where that one was measured as well.
    """

    segmenter: str
    group: Group
    versions: dict[str, str]
    note: str
    reason: str | None = None
    scores: WordScores | None = None
    protected_whole: int | None = None
    protected: int | None = None
    chars_per_second: tuple[float, ...] = ()
    load_seconds: float | None = None
    peak_bytes: int | None = None
    f1_ratio: float | None = None
    speed_ratio: float | None = None

    @property
    def reference(self) -> str:
        """Name of the segmenter that its ratios compare with."""
        return REFERENCES[self.group]

    @property
    def protected_share(self) -> float | None:
        """Share of the protected spans that are whole, in [0, 1]; ``None`` if there are none."""
        return self.protected_whole / self.protected if self.protected and self.protected_whole is not None else None

    @property
    def speed(self) -> float | None:
        """Median characters a second."""
        return median(self.chars_per_second) if self.chars_per_second else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, rates included."""
        scores = self.scores
        return {
            "segmenter": self.segmenter,
            "group": self.group,
            "versions": self.versions,
            "note": self.note,
            "reason": self.reason,
            "f1": scores and scores.f1,
            "precision": scores and scores.precision,
            "recall": scores and scores.recall,
            "oov_recall": scores and scores.oov_recall,
            "counts": scores and asdict(scores),
            "protected": self.protected,
            "protected_share": self.protected_share,
            "protected_whole": self.protected_whole,
            "chars_per_second": self.speed,
            "chars_per_second_repeats": list(self.chars_per_second),
            "load_seconds": self.load_seconds,
            "peak_bytes": self.peak_bytes,
            "reference": self.reference,
            "f1_ratio": self.f1_ratio,
            "speed_ratio": self.speed_ratio,
        }


@dataclass(frozen=True, slots=True)
class SegmenterBenchmark:
    """All results of one run, and what they were measured on.

    Attributes
    ----------
    gold : str
        Name of the gold file.
    n_sentences, n_characters, n_words : int
        Its size.
    vocabulary : str or None
        Name of the file whose words count as known.
    n_vocabulary : int or None
        Different words in it.
    repeat : int
        Speeds taken of each segmenter.
    machine : str
        Processor, system and Python.
    results : tuple of SegmenterResult
        In the order asked for.
    """

    gold: str
    n_sentences: int
    n_characters: int
    n_words: int
    vocabulary: str | None
    n_vocabulary: int | None
    repeat: int
    machine: str
    results: tuple[SegmenterResult, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        facts = {name: getattr(self, name) for name in self.__slots__ if name != "results"}
        return {**facts, "results": [result.to_dict() for result in self.results]}


def run_segmenters(
    gold: Path | str,
    *,
    segmenters: Sequence[str] = (),
    vocabulary: Path | str | None = None,
    repeat: int = REPEAT,
    seconds: float = SECONDS,
    timeout: float = TIMEOUT,
    report: Report | None = None,
) -> SegmenterBenchmark:
    """Measure segmenters on a gold file, one after another.

    Parameters
    ----------
    gold : Path or str
        As :func:`benchmarks.gold_sentences.read_cut_sentences` reads it.
    segmenters : sequence of str
        Names; all that this module knows when empty.
    vocabulary : Path or str, optional
        A file of the same kinds, whose words count as known.
    repeat : int
        How often the speed of each is taken, at least once.
    seconds : float
        Work for each of these: the texts are repeated to about this time.
    timeout : float
        Seconds after which a segmenter is given up.
    report : callable, optional
        Told in words what is being done.

    Returns
    -------
    SegmenterBenchmark
        With a result for every segmenter asked for, whether it could be measured or not.

    Raises
    ------
    UnknownNameError
        If there is no segmenter of a name.
    UsageError
        If `repeat`, `seconds` or `timeout` are not above 0, or a file cannot be read.
    DataError
        If a line of the gold or of the vocabulary is bad, naming file and line.
    """
    if unknown := [name for name in segmenters if name not in CUTTERS]:
        raise UnknownNameError("segmenter", unknown[0], CUTTERS)
    for name, value in (("repeat", repeat), ("seconds", seconds), ("timeout", timeout)):
        if not value > 0:
            raise UsageError(f"{name} is {value}; give a number above 0.")
    sentences = read_cut_sentences(gold)
    known = None if vocabulary is None else _words_of(read_cut_sentences(vocabulary))
    texts = [sentence.text for sentence in sentences]
    job = {"texts": texts, "repeat": repeat, "seconds": seconds}
    results = []
    for name in dict.fromkeys(segmenters or CUTTERS):
        if report is not None:
            report(f"measuring {name}")
        results.append(_result(CUTTERS[name], job, timeout, sentences, known))
    return SegmenterBenchmark(
        gold=Path(gold).name,
        n_sentences=len(sentences),
        n_characters=sum(map(len, texts)),
        n_words=sum(not word.isspace() for sentence in sentences for word in sentence.words),
        vocabulary=None if vocabulary is None else Path(vocabulary).name,
        n_vocabulary=None if known is None else len(known),
        repeat=repeat,
        machine=machine(),
        results=with_ratios(results),
    )


def with_ratios(results: Iterable[SegmenterResult]) -> tuple[SegmenterResult, ...]:
    """Fill in how each compares with its reference, where both have figures."""
    by_name = {result.segmenter: result for result in results}
    filled = []
    for result in by_name.values():
        reference = by_name.get(result.reference)
        if reference is not None and reference.scores and result.scores and reference.speed and result.speed:
            # F1 of a reference that has no word right is 0: nothing can be compared with it.
            f1_ratio = result.scores.f1 / reference.scores.f1 if reference.scores.f1 else None
            result = replace(result, f1_ratio=f1_ratio, speed_ratio=result.speed / reference.speed)
        filled.append(result)
    return tuple(filled)


def protected_whole(texts: Sequence[str], cuts: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Count the protected spans of the texts that are one word of the cuts, and all protected spans."""
    whole = total = 0
    for text, words in zip(texts, cuts, strict=True):
        ends, start = {}, 0
        for word in words:
            ends[start] = start = start + len(word)
        spans = protected_spans(text)
        whole += sum(ends.get(span.start) == span.end for span in spans)
        total += len(spans)
    return whole, total


def machine() -> str:
    """Name processor, system and Python of this machine."""
    return f"{processor()}, {platform.system()}, Python {platform.python_version()}"


def _words_of(sentences: Iterable[CutSentence]) -> Collection[str]:
    return {word for sentence in sentences for word in sentence.words if not word.isspace()}


def _result(
    cutter: Cutter, job: dict[str, Any], timeout: float, sentences: Sequence[CutSentence], known: Collection[str] | None
) -> SegmenterResult:
    result = SegmenterResult(cutter.name, cutter.group, installed_versions(cutter.packages), cutter.note)
    if len(result.versions) < len(cutter.packages) or find_spec(cutter.module) is None:
        return replace(result, reason=f"not installed: pip install {' '.join(cutter.packages)}")
    found = run_isolated(cutters.__file__, {"segmenter": cutter.name, **job}, timeout)
    if "reason" in found:
        return replace(result, reason=found["reason"])
    texts: list[str] = job["texts"]
    cuts = [restore_white_space(text, words) for text, words in zip(texts, found["words"], strict=True)]
    try:
        scores = score_words(
            [sentence.words for sentence in sentences],
            cuts,
            vocabulary=known,
            lines=[Path(sentence.where).name for sentence in sentences],
        )
    except DataError as error:
        return replace(result, reason=shortened(str(error)))
    whole, total = protected_whole(texts, cuts)
    work = found["rounds"] * sum(map(len, texts))
    return replace(
        result,
        scores=scores,
        protected_whole=whole,
        protected=total,
        chars_per_second=tuple(work / elapsed for elapsed in found["seconds"]),
        load_seconds=found["load_seconds"],
        peak_bytes=found["peak_bytes"],
    )

"""Segmenters compared on one gold: accuracy, speed, memory, and whether they leave links and emoji whole.

Each one runs in a process of its own, a fresh interpreter on one core, one after another. One that is not installed or
fails is a result as well, with its reason.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.adapters import SEGMENTERS, Group, SegmenterAdapter
from benchmarks.gold_sentences import CutSentence, read_cut_sentences
from benchmarks.publishing import cost_cells, program_table
from benchmarks.subprocess_runner import Outcome, check_request, run_adapter, shortened

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.segmentation import WordScores, restore_white_space, score_words
from weibo_nlp.provenance import processor
from weibo_nlp.report.marked import shown
from weibo_nlp.text import protected_spans

REPEAT = 5
SECONDS = 1.0
TIMEOUT = 1800.0
REFERENCES: Mapping[Group, str] = {"ours": "pkuseg", "bare": "bare-pkuseg", "peer": "bare-pkuseg"}
"""What ratios compare with: the reading of marked places is on both sides, or on neither."""

BLOCK = "segmenters"
"""Name of the table's place in a Markdown file."""
HEADINGS = (
    "segmenter",
    "F1",
    "OOV recall",
    "protected whole",
    "characters/s",
    "load",
    "memory",
    "F1 ratio",
    "speed ratio",
    "versions and settings",
)


@dataclass(frozen=True, slots=True)
class SegmenterResult:
    """What one segmenter did with the gold's text; figures are ``None`` where the outcome has a reason instead.

    Attributes
    ----------
    outcome : Outcome
        The segmenter, its versions, and what its process returned.
    scores : WordScores or None
        Against the gold.
    protected_whole, protected : int or None
        Protected spans of the texts that came out as one word, and all of them.
    chars_per_second_repeats : tuple of float
        One figure for each repeat, cutting alone.
    f1_ratio, speed_ratio : float or None
        To `reference`, where that one was measured as well.
    """

    outcome: Outcome
    scores: WordScores | None = None
    protected_whole: int | None = None
    protected: int | None = None
    chars_per_second_repeats: tuple[float, ...] = ()
    f1_ratio: float | None = None
    speed_ratio: float | None = None

    @property
    def name(self) -> str:
        """Name of the segmenter."""
        return self.outcome.adapter.name

    @property
    def reference(self) -> str:
        """Name of the segmenter that its ratios compare with."""
        return REFERENCES[self.outcome.adapter.group]

    @property
    def protected_share(self) -> float | None:
        """Share of the protected spans that are whole, in [0, 1]; ``None`` if there are none."""
        return self.protected_whole / self.protected if self.protected and self.protected_whole is not None else None

    @property
    def speed(self) -> float | None:
        """Median characters a second."""
        return median(self.chars_per_second_repeats) if self.chars_per_second_repeats else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, rates included."""
        scores = self.scores
        return {
            "segmenter": self.name,
            **self.outcome.to_dict(),
            "f1": scores and scores.f1,
            "precision": scores and scores.precision,
            "recall": scores and scores.recall,
            "oov_recall": scores and scores.oov_recall,
            "counts": scores and asdict(scores),
            "protected": self.protected,
            "protected_share": self.protected_share,
            "protected_whole": self.protected_whole,
            "chars_per_second": self.speed,
            "chars_per_second_repeats": list(self.chars_per_second_repeats),
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
    progress: Callable[[str], None] = lambda _: None,
) -> SegmenterBenchmark:
    """Measure segmenters on a gold file, one after another.

    Parameters
    ----------
    gold : Path or str
        As :func:`benchmarks.gold_sentences.read_cut_sentences` reads it.
    segmenters : sequence of str
        Names; all that there are when empty.
    vocabulary : Path or str, optional
        A file of the same kinds, whose words count as known.
    repeat : int
        How often the speed of each is taken, at least once.
    seconds : float
        Work for each of these: the texts are repeated to about this time.
    timeout : float
        Seconds after which a segmenter is given up.
    progress : callable
        Called with a line about what is being done.

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
    check_request("segmenter", segmenters, SEGMENTERS, repeat=repeat, seconds=seconds, timeout=timeout)
    sentences = read_cut_sentences(gold)
    known = None if vocabulary is None else _words(read_cut_sentences(vocabulary))
    job = {"texts": [sentence.text for sentence in sentences], "repeat": repeat, "seconds": seconds}
    results = []
    for name in dict.fromkeys(segmenters or SEGMENTERS):
        progress(f"measuring {name}")
        results.append(_measured(SEGMENTERS[name], job, timeout, sentences, known))
    return SegmenterBenchmark(
        gold=Path(gold).name,
        n_sentences=len(sentences),
        n_characters=sum(len(sentence.text) for sentence in sentences),
        n_words=sum(not word.isspace() for sentence in sentences for word in sentence.words),
        vocabulary=None if vocabulary is None else Path(vocabulary).name,
        n_vocabulary=None if known is None else len(known),
        repeat=repeat,
        machine=f"{processor()}, {platform.system()}, Python {platform.python_version()}",
        results=with_ratios(results),
    )


def with_ratios(results: Sequence[SegmenterResult]) -> tuple[SegmenterResult, ...]:
    """Fill in how each compares with its reference, where both have figures."""
    by_name = {result.name: result for result in results}
    compared = []
    for result in results:
        reference = by_name.get(result.reference)
        if reference is not None and reference.scores and result.scores and reference.speed and result.speed:
            # F1 of a reference that has no word right is 0: nothing can be compared with it.
            f1_ratio = result.scores.f1 / reference.scores.f1 if reference.scores.f1 else None
            result = replace(result, f1_ratio=f1_ratio, speed_ratio=result.speed / reference.speed)
        compared.append(result)
    return tuple(compared)


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


def markdown_table(benchmark: SegmenterBenchmark) -> str:
    """Return the results as a Markdown table, with what was measured and how below it."""
    return program_table(
        HEADINGS, [(result.outcome, _cells(result)) for result in benchmark.results], _notes(benchmark)
    )


def _words(sentences: Iterable[CutSentence]) -> Collection[str]:
    return {word for sentence in sentences for word in sentence.words if not word.isspace()}


def _measured(
    adapter: SegmenterAdapter,
    job: Mapping[str, Any],
    timeout: float,
    sentences: Sequence[CutSentence],
    known: Collection[str] | None,
) -> SegmenterResult:
    outcome = run_adapter("segment", adapter, job, timeout)
    if outcome.reason is not None:
        return SegmenterResult(outcome)
    texts = job["texts"]
    cuts = [restore_white_space(text, words) for text, words in zip(texts, outcome.figures["words"], strict=True)]
    try:
        scores = score_words(
            [sentence.words for sentence in sentences],
            cuts,
            vocabulary=known,
            lines=[Path(sentence.where).name for sentence in sentences],
        )
    except DataError as error:
        return SegmenterResult(Outcome(adapter, outcome.versions, shortened(str(error))))
    whole, total = protected_whole(texts, cuts)
    n_characters = outcome.figures["passes"] * sum(map(len, texts))
    speeds = tuple(n_characters / elapsed for elapsed in outcome.figures["seconds"])
    return SegmenterResult(outcome, scores, whole, total, speeds)


def _cells(result: SegmenterResult) -> tuple[str, ...]:
    f1, oov_recall = (None, None) if result.scores is None else (result.scores.f1, result.scores.oov_recall)
    return (
        shown(f1, "{:.3f}"),
        shown(oov_recall, "{:.3f}"),
        shown(result.protected_share, "{:.3f}"),
        shown(result.speed, "{:,.0f}"),
        *cost_cells(result.outcome),
        shown(result.f1_ratio, "{:.3f}"),
        shown(result.speed_ratio, "{:.3g}"),
    )


def _notes(benchmark: SegmenterBenchmark) -> list[str]:
    protected = next((result.protected for result in benchmark.results if result.protected is not None), 0)
    oov = (
        "no vocabulary was given"
        if benchmark.vocabulary is None
        else f"recall of words outside the {benchmark.n_vocabulary:,} different words of {benchmark.vocabulary}"
    )
    return [
        f"Measured on {benchmark.gold}: {benchmark.n_sentences:,} sentences, {benchmark.n_words:,} words, "
        f"{benchmark.n_characters:,} characters; runs of white space are no words. OOV recall: {oov}.",
        f"Protected whole: share of the {protected:,} links, mentions, hashtags, emoticons, emoji and kaomoji in "
        "these texts that came out as one word. `fast`, `pkuseg`, `jieba` and `char` read the text for them first, and "
        "are timed through `segment_many`, that reading included; all others are bare.",
        "Ratios: of these four to `pkuseg`, of all others to `bare-pkuseg`, so that the reading is on both sides or "
        "on neither.",
        "Each ran in a fresh process on one core. Characters/s: cutting alone, a call for each sentence, median of "
        f"{benchmark.repeat}. Load: import, model and first cut, with files possibly in the system's cache. Memory: "
        "largest resident size of the process, interpreter included, nothing subtracted.",
        f"Machine: {benchmark.machine}.",
    ]

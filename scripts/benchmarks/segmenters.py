"""Segmenters compared on one gold: accuracy, speed, memory, and whether they leave links and emoji whole.

Each one runs in a process of its own, a fresh interpreter on one core, one after another. One that is not installed or
fails is a result as well, with its reason.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.adapters import SEGMENTERS
from benchmarks.gold_sentences import CutSentence, read_cut_sentences
from benchmarks.publishing import COSTS, Column, program_table
from benchmarks.subprocess_runner import Effort, Outcome, require_known, run_adapter, shortened

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.segmentation import restore_white_space, score_words
from weibo_nlp.provenance import processor
from weibo_nlp.text import protected_spans

EFFORT = Effort(repeat=5, timeout=1800.0)
REFERENCES = {"ours": "pkuseg", "bare": "bare-pkuseg", "peer": "bare-pkuseg"}
"""What ratios compare with, by group: the reading of marked places is on both sides, or on neither."""

BLOCK = "segmenters"
"""Name of the table's place in a Markdown file."""
COLUMNS: Mapping[str, Column] = {
    "F1": ("f1", "{:.3f}"),
    "OOV recall": ("oov_recall", "{:.3f}"),
    "protected whole": ("protected_share", "{:.3f}"),
    "characters/s": ("chars_per_second", "{:,.0f}"),
    **COSTS,
    "F1 ratio": ("f1_ratio", "{:.3f}"),
    "speed ratio": ("speed_ratio", "{:.3g}"),
}
_SCORES = ("f1", "precision", "recall", "oov_recall")

Row = Mapping[str, Any]


def run_segmenters(
    gold: Path | str,
    *,
    segmenters: Sequence[str] = (),
    vocabulary: Path | str | None = None,
    effort: Effort = EFFORT,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure segmenters on a gold file, one after another.

    Parameters
    ----------
    gold : Path or str
        As :func:`benchmarks.gold_sentences.read_cut_sentences` reads it.
    segmenters : sequence of str
        Names; all that there are when empty.
    vocabulary : Path or str, optional
        A file of the same kinds, whose words count as known.
    effort : Effort
        How long each is measured.
    progress : callable
        Called with a line about what is being done.

    Returns
    -------
    dict
        Ready for JSON: what was measured on, and ``results``, one for every segmenter asked for. Its figures are null
        where it has a ``reason`` instead, its ratios where `REFERENCES` were not measured as well.

    Raises
    ------
    UnknownNameError
        If there is no segmenter of a name.
    UsageError
        If a file cannot be read.
    DataError
        If a line of the gold or of the vocabulary is bad, naming file and line.
    """
    require_known("segmenter", segmenters, SEGMENTERS)
    sentences = read_cut_sentences(gold)
    known = None if vocabulary is None else {word for words in _words(read_cut_sentences(vocabulary)) for word in words}
    job = {"texts": [sentence.text for sentence in sentences], "repeat": effort.repeat, "seconds": effort.seconds}
    results = []
    for name in dict.fromkeys(segmenters or SEGMENTERS):
        progress(f"measuring {name}")
        outcome = run_adapter("segment", SEGMENTERS[name], job, effort.timeout)
        results.append(_result(outcome, sentences, known))
    return {
        "gold": Path(gold).name,
        "n_sentences": len(sentences),
        "n_characters": sum(len(sentence.text) for sentence in sentences),
        "n_words": sum(map(len, _words(sentences))),
        "vocabulary": None if vocabulary is None else Path(vocabulary).name,
        "n_vocabulary": None if known is None else len(known),
        "repeat": effort.repeat,
        "machine": f"{processor()}, {platform.system()}, Python {platform.python_version()}",
        "results": with_ratios(results),
    }


def with_ratios(results: Sequence[Row]) -> list[dict[str, Any]]:
    """Add how each compares with its reference, null unless both have figures."""
    by_name = {row["segmenter"]: row for row in results}
    compared = []
    for row in results:
        reference = by_name.get(row["reference"], {})
        ratios = {
            # F1 of a reference that has no word right is 0: nothing can be compared with it.
            ratio: row[name] / reference[name] if row[name] is not None and reference.get(name) else None
            for ratio, name in (("f1_ratio", "f1"), ("speed_ratio", "chars_per_second"))
        }
        compared.append({**row, **ratios})
    return compared


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


def markdown_table(document: Row) -> str:
    """Return a document of `run_segmenters` as a Markdown table, with what was measured and how below it."""
    return program_table("segmenter", COLUMNS, document["results"], _notes(document))


def _words(sentences: Sequence[CutSentence]) -> list[list[str]]:
    return [[word for word in sentence.words if not word.isspace()] for sentence in sentences]


def _result(outcome: Outcome, sentences: Sequence[CutSentence], known: Collection[str] | None) -> dict[str, Any]:
    """What a segmenter did with the gold's text; nothing, and why, where its words are not that text."""
    texts = [sentence.text for sentence in sentences]
    figures: dict[str, Any] = dict.fromkeys((*_SCORES, "counts", "protected", "protected_share", "protected_whole"))
    if outcome.reason is None:
        cuts = [restore_white_space(text, words) for text, words in zip(texts, outcome.figures["words"], strict=True)]
        lines = [Path(sentence.where).name for sentence in sentences]
        try:
            scores = score_words([sentence.words for sentence in sentences], cuts, vocabulary=known, lines=lines)
        except DataError as error:
            outcome = Outcome(outcome.adapter, outcome.versions, shortened(str(error)))
        else:
            whole, total = protected_whole(texts, cuts)
            figures = {name: getattr(scores, name) for name in _SCORES} | {
                "counts": asdict(scores),
                "protected": total,
                "protected_share": whole / total if total else None,
                "protected_whole": whole,
            }
    return {
        "segmenter": outcome.adapter.name,
        **outcome.to_row("chars_per_second", sum(map(len, texts))),
        **figures,
        "reference": REFERENCES[outcome.adapter.group],
    }


def _notes(document: Row) -> list[str]:
    protected = next((row["protected"] for row in document["results"] if row["protected"] is not None), 0)
    oov = "no vocabulary was given"
    if document["vocabulary"] is not None:
        oov = f"recall of words outside the {document['n_vocabulary']:,} different words of {document['vocabulary']}"
    return [
        f"Measured on {document['gold']}: {document['n_sentences']:,} sentences, {document['n_words']:,} words, "
        f"{document['n_characters']:,} characters; runs of white space are no words. OOV recall: {oov}.",
        f"Protected whole: share of the {protected:,} links, mentions, hashtags, emoticons, emoji and kaomoji in "
        "these texts that came out as one word. `fast`, `pkuseg`, `jieba` and `char` read the text for them first, and "
        "are timed through `segment_many`, that reading included; all others are bare.",
        "Ratios: of these four to `pkuseg`, of all others to `bare-pkuseg`, so that the reading is on both sides or "
        "on neither.",
        "Each ran in a fresh process on one core. Characters/s: cutting alone, a call for each sentence, median of "
        f"{document['repeat']}. Load: import, model and first cut, with files possibly in the system's cache. Memory: "
        "largest resident size of the process, interpreter included, nothing subtracted.",
        f"Machine: {document['machine']}.",
    ]

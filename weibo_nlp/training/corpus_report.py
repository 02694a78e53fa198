"""What a model of tasks of the corpus is worth on validation, and its card."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.evaluation.results import Result
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.report.display import count, few_units_note
from weibo_nlp.report.markdown import HEADINGS, markdown_table, result_rows
from weibo_nlp.training.card import (
    LABEL_HEADINGS,
    calibration_lines,
    escaped,
    escaped_cell,
    header,
    label_rows,
    run_lines,
    sentence,
)
from weibo_nlp.training.report import KIND
from weibo_nlp.training.run import TrainingRun

FIGURES = (5, 7, 8, 9)
_LABELS = (
    "The labels were given by a language model, and the composed texts were written by one: the model repeats what "
    "such a model sees in a text."
)
_CHOSEN = (
    "The scores are of the rows by which training was stopped and probabilities were calibrated, so a little too good."
)
_UNKNOWN = (
    "Nothing was learnt from test, nor chosen by it. Of a crawl of another time, search or platform, nobody knows."
)


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What is known of a model that was trained on the corpus.

    Attributes
    ----------
    results, baselines : tuple of Result
        By task: of the model, and of always answering the most frequent label, on validation.
    notes : tuple of str
        What was left out, in sentences.
    run : TrainingRun or None
        How an encoder was fine-tuned, and what that took; None of other models.
    """

    results: tuple[Result, ...]
    baselines: tuple[Result, ...]
    notes: tuple[str, ...] = ()
    run: TrainingRun | None = None

    @property
    def limits(self) -> tuple[str, ...]:
        """What a reader of the scores has to know."""
        return (_LABELS, _UNKNOWN) if self.run is None else (_LABELS, _CHOSEN, _UNKNOWN)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the tasks."""
        return tuple(result.provenance.task for result in self.results)

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {
            "kind": KIND,
            "results": to_json(self.results),
            "baselines": to_json(self.baselines),
            "notes": list(self.notes),
            **({} if self.run is None else {"run": to_json(self.run)}),
        }


def use_line(report: CorpusReport, folder: str) -> str:
    """Return the command that labels by a model in a folder, which is quoted for a shell already."""
    models = " ".join(f"--model {task}={folder}" for task in report.tasks)
    return f"weibo-nlp label posts.csv -o labelled.csv {models}"


def benchmark_commands(report: CorpusReport, model: str, real: Path | None) -> Iterator[str]:
    """Return the commands that train such a model anew, for each task alone, and score it on test."""
    copies = "" if real is None else f" --real {shlex.quote(str(real))}"
    for task in report.tasks:
        yield f"weibo-nlp benchmark --task {task} --model {shlex.quote(model)}{copies}"


def corpus_card(report: CorpusReport) -> str:
    """Return the README of a model that was trained on the corpus."""
    # Of several heads, transformers opens none.
    library = "transformers" if report.run is not None and len(report.tasks) == 1 else "weibo_nlp"
    return "\n".join([header(report.run, library), *_parts(report)])


def _parts(report: CorpusReport) -> Iterator[str]:
    first = report.results[0].provenance
    tasks = ", ".join(report.tasks)
    yield f"# {tasks.capitalize()} of Chinese posts\n"
    yield (
        f"Made by `weibo_nlp train --corpus` {escaped(first.model_version)} (model {escaped(first.model)}) from the "
        f"weibo_nlp corpus {escaped(first.corpus_version or '')}, label scheme {escaped(first.scheme)}.\n"
    )
    for result in report.results:
        learnt = "" if result.n_train is None else f" ({count(result.n_train)} rows learnt from)"
        yield f"- {result.provenance.task}: {', '.join(map(escaped, result.scores.labels))}{learnt}"
    yield "\n## Scores on validation\n"
    rows = result_rows([each for pair in zip(report.results, report.baselines, strict=True) for each in pair])
    yield markdown_table(HEADINGS, rows, figures=FIGURES, escape=escaped_cell)
    if note := few_units_note(result.scores.n_units for result in report.results):
        yield f"{sentence(note)}.\n"
    for result in report.results:
        yield f"### {result.provenance.task}\n"
        yield markdown_table(LABEL_HEADINGS, label_rows(result.scores), figures=(1, 2, 3, 4), escape=escaped_cell)
        yield from (f"- {line}" for line in calibration_lines(result.scores))
        yield ""
    yield from (f"- {sentence(note)}" for note in report.notes)
    yield "\n## Limits\n"
    yield from (f"- {limit}" for limit in report.limits)
    if report.run is not None:
        yield "\n## Training\n"
        yield from run_lines(report.run)
    yield "\n## Use\n"
    yield f"```bash\n{use_line(report, 'FOLDER')}\n```\n"

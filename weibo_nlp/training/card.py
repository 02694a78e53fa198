"""The model card: a README made of what was measured, in which no user's word is markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from weibo_nlp.evaluation.results import Scores
from weibo_nlp.io.names import printable_name
from weibo_nlp.models.limits import MAX_LABEL_LENGTH
from weibo_nlp.provenance import described
from weibo_nlp.report.display import NOTHING, bounds, count, number, seconds
from weibo_nlp.report.markdown import markdown_table
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.training.report import COVERAGE, TrainingReport
from weibo_nlp.training.run import TrainingRun

MARK = "<!-- written by weibo_nlp train -->"
"""By which a card is known to be ours."""
SHOWN_LABELS = 12
"""Labels up to which the confusion matrix is shown."""
SENTENCE_LENGTH = 4_000
# What begins markup of Markdown or HTML within a line, and what links are recognised by where nobody made one.
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&@#!$]|(?<=:)/|(?<=www)\.)", re.IGNORECASE)
_BINS = 5


def escaped(text: str, limit: int = MAX_LABEL_LENGTH) -> str:
    """Return text that is none of Markdown's or HTML's markup, on one line, with what is not printable as escapes."""
    return _MARKUP.sub(r"\\\1", printable_name(text, limit=limit))


def sentence(text: str) -> str:
    """Return a sentence that may hold a user's words as :func:`escaped` does, as long as it is."""
    return escaped(text, SENTENCE_LENGTH)


def model_card(report: TrainingReport) -> str:
    """Return the README of a trained model."""
    library = "weibo_nlp" if report.run is None else "transformers"
    return "\n".join([header(report.run, library), *_parts(report)])


def header(run: TrainingRun | None, library: str) -> str:
    """Return what a card begins with, as the Hub reads it: the library that opens the model, and what it is made of."""
    base = [] if run is None or not run.is_of_hub else [f"base_model: {json.dumps(run.encoder)}"]
    lines = ["---", "language: zh", f"library_name: {library}", "pipeline_tag: text-classification", *base, "---"]
    return "\n".join([*lines, MARK, ""])


def label_rows(scores: Scores) -> list[tuple[str, ...]]:
    """Return a row for each label: its texts, precision, recall and F1."""
    return [
        (label, count(each.support), *(_shown(getattr(each, name)) for name in ("precision", "recall", "f1")))
        for label, each in scores.per_class.items()
    ]


LABEL_HEADINGS = ("label", "texts", "precision", "recall", "F1")


def score_rows(scores: Scores, baseline: Scores) -> list[tuple[str, ...]]:
    """Return a row for each figure of a model and of the baseline."""
    names = {"macro_f1": "macro-F1", "accuracy": "accuracy", "log_loss": "log loss", "ece": "calibration error"}
    return [(name, _shown(scores.metrics[key]), _shown(baseline.metrics[key])) for key, name in names.items()]


SCORE_HEADINGS = ("figure", "model", "always the most frequent label")


def expected_line(report: TrainingReport) -> str:
    """Say what to expect of the model on texts that nobody has labelled."""
    return f"On new texts like these, expect a macro-F1 of {_shown(report.scores.main)}."


def curve_lines(report: TrainingReport) -> Iterator[str]:
    """Say how the score grows with the labels."""
    curve = report.curve
    for point in curve.points:
        yield f"{count(point.rows)} rows learnt from: macro-F1 {_shown(point.macro_f1)}"
    if curve.gain is not None:
        yield (
            f"Twice the labels would bring about {number(curve.gain.value, signed=True)} macro-F1 "
            f"({bounds(curve.gain, signed=True)}), if the curve goes on as it did."
        )
    elif curve.why_not:
        yield f"What twice the labels would bring cannot be said: {curve.why_not}."


def how_scored(report: TrainingReport) -> str:
    """Say what the figures are."""
    rows = report.rows
    alike = (
        "of one group, and copies of a text,"
        if rows.grouped_by == "groups"
        else "that are copies of a text, or nearly,"
    )
    if report.held_out is not None:
        scores = report.scores
        return (
            f"{count(scores.n)} of {count(rows.used)} rows were held out and are scored once; rows {alike} are on one "
            f"side together ({count(scores.n_units)} units held out). In brackets are 95 % intervals over units."
        )
    return (
        f"{report.n_folds}-fold cross-validation; rows {alike} are held out together ({count(rows.groups)} units of "
        f"{count(rows.used)} rows). In brackets are 95 % intervals over units."
    )


def cost_line(run: TrainingRun) -> str:
    """Say what trainings took."""
    trainings = "1 training" if run.trainings == 1 else f"{count(run.trainings)} trainings"
    gpu = run.hardware["accelerator"]
    versions = "".join(f"; {name} {each}" for name, each in run.software.items())
    where = "without a GPU" if gpu is None else f"on {gpu}"
    return f"{trainings}: {seconds(run.seconds)} {where}; {described(dict(run.hardware))}{versions}."


def run_lines(run: TrainingRun) -> Iterator[str]:
    """Say how an encoder was fine-tuned, in Markdown."""
    revision = "" if run.revision is None else f", revision {escaped(run.revision)}"
    where = "of the Hub" if run.is_of_hub else "of a folder"
    yield f"The encoder {escaped(run.encoder)} {where}{revision}, fine-tuned.\n"
    yield markdown_table(
        ("parameter", "value"),
        [(name, NOTHING if value is None else str(value)) for name, value in run.parameters.items()],
        figures=(1,),
        escape=escaped_cell,
    )
    if run.history:
        headings = tuple(name for name in run.history[0] if name != "by_task")
        rows = [tuple(_cell(row[name]) for name in headings) for row in run.history]
        yield markdown_table(headings, rows, figures=range(len(headings)), escape=escaped_cell)
    yield sentence(cost_line(run)) + "\n"


def calibration_lines(scores: Scores) -> Iterator[str]:
    """Say how often a model is right when it says how sure it is."""
    curve = scores.calibration or ()
    for low in (step / _BINS for step in range(_BINS)):
        bins = [each for each in curve if low <= (each.low + each.high) / 2 < low + 1 / _BINS]
        if n := sum(each.n for each in bins):
            sure = sum(each.confidence * each.n for each in bins) / n
            right = sum(each.accuracy * each.n for each in bins) / n
            high = low + 1 / _BINS
            yield f"{count(n)} rows with a probability of {low:.1f} to {high:.1f}: mean {sure:.2f}, right {right:.2f}"


def use_lines(report: TrainingReport) -> tuple[str, ...]:
    """Commands and code that use the model in a folder called FOLDER."""
    return (f"weibo-nlp label posts.csv -o labelled.csv {use_options(report, 'FOLDER')}",)


def use_options(report: TrainingReport, folder: str) -> str:
    """Return what ``label`` is told to use the model in a folder, whose name is quoted for a shell already."""
    named = f'--model stance={folder} --target "TARGET"' if report.rows.targets else f"--model NAME={folder}"
    return f"{named} --parent-column COLUMN" if report.rows.with_parent else named


def _parts(report: TrainingReport) -> Iterator[str]:
    rows, scores = report.rows, report.scores
    yield f"# A text classifier of {len(report.labels)} labels\n"
    yield (
        f"Made by `weibo_nlp train` {escaped(report.version)} (model {escaped(report.model)}, seed {report.seed}). It "
        f"labels Chinese posts with: {', '.join(map(escaped, report.labels))}.\n"
    )
    yield "## Scores\n"
    learnt = "all rows" if report.held_out is None else f"the other {count(rows.used - scores.n)}"
    yield f"{how_scored(report)} The model in this folder learnt from {learnt}.\n"
    yield markdown_table(SCORE_HEADINGS, score_rows(scores, report.baseline), figures=(1, 2))
    yield markdown_table(LABEL_HEADINGS, label_rows(scores), figures=(1, 2, 3, 4), escape=escaped_cell)
    yield from (f"- {sentence(note)}" for note in report.notes)
    yield (f"\n{expected_line(report)} Of a crawl of another time, search or platform, nobody knows.\n")
    if len(report.labels) <= SHOWN_LABELS:
        yield "## Which labels are taken for which\n"
        yield "Rows: the label given; columns: the label predicted.\n"
        table = [(label, *map(count, row)) for label, row in zip(report.labels, scores.confusion, strict=True)]
        yield markdown_table(("", *report.labels), table, figures=range(1, len(table) + 1), escape=escaped_cell)
    yield "## Calibration\n"
    yield from (f"- {line}" for line in calibration_lines(scores))
    if report.set_size is not None:
        yield (
            f"\nPrediction sets of {COVERAGE:g} coverage hold {report.set_size:.2f} of {len(report.labels)} labels on "
            "average; they are fitted to probabilities of rows that were not learnt from."
        )
    if lines := list(curve_lines(report)):
        yield "\n## More labels\n"
        yield from (f"- {sentence(line)}" for line in lines)
    if report.run is not None:
        yield "\n## Training\n"
        yield from run_lines(report.run)
    without = "" if report.held_out is None else f", but for the {count(scores.n)} rows held out"
    yield "\n## What it learnt from\n"
    yield (
        f"{count(rows.used)} rows of {count(rows.given)} given, {count(rows.groups)} independent units{without}. The "
        "texts are not here; `learnt_from.json` holds keyed hashes, by which whoever has a text can tell whether it "
        "was among them.\n"
    )
    yield from (f"- left out: {escaped(reason)} ({count(n)})" for reason, n in rows.set_aside.items())
    yield "\n## Use\n"
    yield "```bash\n" + "\n".join(use_lines(report)) + "\n```\n"
    yield '```python\nimport weibo_nlp\n\nmodel = weibo_nlp.load_model("FOLDER")\n```\n'
    if report.run is not None:
        yield (
            '`transformers.pipeline("text-classification", model="FOLDER")` opens it as well; it reads a text as it '
            "stands, with what others said in a chain of reposts.\n"
        )


def escaped_cell(text: str) -> str:
    """Escape a cell, in which figures stay as they are."""
    return text if re.fullmatch(r"[\d., to()]*", text) else escaped(text)


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else NOTHING if value is None else str(value)


def _shown(estimate: Estimate) -> str:
    return number(estimate.value) + ("" if estimate.low is None else f" ({bounds(estimate)})")

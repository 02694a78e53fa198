"""Markdown: the one writer of tables, and a benchmark report in tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.evaluation.comparison import corrected
from weibo_nlp.evaluation.results import Comparison, Result
from weibo_nlp.report.display import NOTHING, bounds, count, few_units_note, holm_note, machine, number, p_value
from weibo_nlp.stats.estimate import Estimate

HEADINGS = ("set", "task", "protocol", "model", "main metric", "value", "95 % interval", "accuracy", "scored", "units")

# Heading and columns of each section: attributes of the rows that `evaluation.diagnostics` and `.results` describe.
_SECTIONS = {
    "comparisons": ("Paired comparisons", "set task protocol metric a b difference p p_holm tie"),
    "ceiling": (
        "Annotators, each where the other two agree (language-model passes, not people)",
        "task annotator metric score accuracy n n_units",
    ),
    "context": ("Context", "task model context depth metric score difference p_holm n n_units"),
    "robustness": (
        "Robustness, over the texts each edit changes",
        "task model edit label_preserving score drop flipped n_changed n n_units",
    ),
    "shortcuts": (
        "Shortcut gate: all have to pass, so verdicts are not corrected",
        "task shortcut majority score full ratio verdict n n_units",
    ),
}
_TESTED = ("comparisons", "context")
_SLICE = ("slice", "value", "score", "n", "n_units")
_NAMES = {
    "p_holm": "p after Holm",
    "tie": "verdict",
    "label_preserving": "label-preserving",
    "n_changed": "changed",
    "n": "rows",
    "n_units": "units",
}


def escape_cell(text: str) -> str:
    """Return text that ends neither cell nor row; other markup in it stays markup."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")


def markdown_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    figures: Collection[int] = (),
    escape: Callable[[str], str] = escape_cell,
) -> str:
    """Return rows as a Markdown table.

    Parameters
    ----------
    headings : sequence of str
        One a column.
    rows : iterable of sequence of str
        Cells.
    figures : collection of int
        Places of the columns that hold figures and stand to the right.
    escape : callable
        What is done to every cell and heading.
    """
    rule = "".join("---:|" if place in figures else "---|" for place in range(len(headings)))
    lines = ["| " + " | ".join(map(escape, cells)) + " |" for cells in (headings, *rows)]
    return "\n".join([lines[0], f"|{rule}", *lines[1:]]) + "\n"


def figure_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table of figures between a first and a last column of text."""
    return markdown_table(headings, rows, figures=range(1, len(headings) - 1))


def result_rows(results: Iterable[Result]) -> list[tuple[str, ...]]:
    """Return a row for each result, in the order of ``HEADINGS``; a star marks intervals over fewer than 100 units."""
    return [
        (
            *result.provenance.question,
            result.model,
            result.scores.main_metric,
            number(result.main.value),
            bounds(result.main) + ("*" if result.scores.few_units else ""),
            number(result.metrics["accuracy"].value) if "accuracy" in result.metrics else NOTHING,
            count(result.scores.n),
            count(result.scores.n_units),
        )
        for result in results
    ]


def result_table(
    report: BenchmarkReport, results: Sequence[Result] | None = None, *, with_comparisons: bool = False
) -> str:
    """Return results as a table, with how they were made below it.

    Parameters
    ----------
    report : BenchmarkReport
        Where they come from.
    results : sequence of Result, optional
        Those to show; all without it.
    with_comparisons : bool
        Whether to say below the table how every pair of systems of the report differs.
    """
    results = report.results if results is None else results
    pairs = corrected(report.comparisons if with_comparisons else ())
    lines = [f"- {pair.task}, {pair.protocol}: {_verdict(pair)}\n" for pair in pairs]
    family = f"p: approximate randomisation, {holm_note(pairs)}.\n" if pairs else ""
    parts = [markdown_table(HEADINGS, result_rows(results)), "".join(lines), family, _made(report, results)]
    return "\n".join(filter(None, parts))


def markdown_document(report: BenchmarkReport) -> str:
    """Return every part of a report as a table, under headings; the errors with their texts stay on the page."""
    parts = [f"# {report.title}\n", _made(report, report.results)]
    parts.append(titled_table("Results", HEADINGS, result_rows(report.results)))
    for name in _SECTIONS:
        rows = getattr(report, name)
        parts.append(section(name, corrected(rows) if name in _TESTED else rows))
        parts.append(f"p: {holm_note(rows)}.\n" if name in _TESTED and holm_note(rows) else "")
    slices = [
        [*result.provenance.question, result.model, *(_cell(part, field) for field in _SLICE)]
        for result in report.results
        for part in result.scores.slices
    ]
    headings = ("set", "task", "protocol", "model", "slice", "value", "main metric", "rows", "units")
    parts.append(titled_table("Slices", headings, slices))
    return "\n".join(filter(None, parts))


def section(name: str, rows: Iterable[Any]) -> str:
    """Return the table of one section of a benchmark report, such as ``shortcuts``, under its heading."""
    heading, columns = _SECTIONS[name]
    fields = columns.split()
    cells = [[_cell(row, field) for field in fields] for row in rows]
    return titled_table(heading, [_NAMES.get(field, field) for field in fields], cells)


def titled_table(heading: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table under its heading; nothing where it has no rows."""
    return f"## {heading}\n\n{markdown_table(headings, rows)}" if rows else ""


def _made(report: BenchmarkReport, results: Sequence[Result]) -> str:
    note = few_units_note(result.scores.n_units for result in results)
    star = f" A star: {note.removeprefix('* ')}." if note else ""
    by = f", weibo_nlp {report.package}" if report.package else ""
    corpus = f", corpus {report.corpus_version}" if report.corpus_version else ""
    hardware = f" Machine: {machine(report.hardware)}." if report.hardware else ""
    return (
        f"Made by `{report.command}`{by}{corpus}; intervals are 95 % bootstrap intervals over whole units, values the "
        f"mean over seeds.{star}{hardware}\n"
    )


def _verdict(pair: Comparison) -> str:
    verdict = "tie" if pair.tie else "they differ"
    return f"`{pair.a}` less `{pair.b}` {_shown(pair.difference)}, {p_value(pair.p_holm)}: {verdict}"


def _shown(estimate: Estimate) -> str:
    return number(estimate.value) + ("" if estimate.low is None else f" ({bounds(estimate)})")


def _cell(row: Any, field: str) -> str:
    """One attribute of a typed row, as its kind is written."""
    value = getattr(row, field)
    if field in ("p", "p_holm"):
        return p_value(value)
    if isinstance(value, bool):
        return {"tie": ("differ", "tie"), "label_preserving": ("not so", "checked")}[field][value]
    if isinstance(value, Estimate):
        return _shown(value)
    if isinstance(value, int):
        return count(value) + ("*" if field == "n_units" and row.few_units else "")
    return NOTHING if value is None else number(value) if isinstance(value, float) else str(value)

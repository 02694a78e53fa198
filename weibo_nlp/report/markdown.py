"""The benchmark document as Markdown tables: all of it, or the one table that README and data card show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from weibo_nlp.report.display import NOTHING, bounds, number, p_value
from weibo_nlp.report.table import markdown_rows, markdown_table

Row = Mapping[str, Any]


def markdown_document(document: Row) -> str:
    """Every list of the benchmark document as a table, under headings; the errors with their texts stay on the page."""
    parts = [f"# {document['title']}\n", _made(document)]
    for heading, text in _sections(document):
        if text:
            parts.append(f"## {heading}\n\n{text}")
    return "\n".join(parts)


def result_table(document: Row) -> str:
    """Return the table of README and data card: results, then what the paired tests say of each pair."""
    said = [f"- {row['task']}, {row['protocol']}: {_said(row)}" for row in document["comparisons"]]
    return markdown_table(document["results"]) + "\n" + "\n".join(said) + "\n\n" + _made(document)


def _made(document: Row) -> str:
    machine = document["hardware"]
    memory = "" if machine["memory_gb"] is None else f", {machine['memory_gb']} GB"
    starred = any(result["few_units"] for result in document["results"])
    star = " A star marks intervals over fewer than 100 independent units." if starred else ""
    return (
        f"Made by `{document['command']}`, weibo_nlp {document['package']}, corpus {document['corpus_version']}; "
        f"intervals are 95 % bootstrap intervals over whole units, values the mean over seeds.{star} Machine: "
        f"{machine['processor']}, {machine['cores']} cores{memory}, Python {machine['python']}.\n"
    )


def _sections(document: Row) -> list[tuple[str, str]]:
    columns: dict[str, tuple[str, tuple[tuple[str, Callable[[Row], str]], ...]]] = {
        "comparisons": (
            "Paired comparisons",
            (*_plain("set", "task", "protocol", "metric", "a", "b"), _figure("difference"), _p("p"), _p("p_holm"),
             ("verdict", lambda row: "tie" if row["tie"] else "differ")),
        ),
        "ceiling": (
            "Annotators, each where the other two agree (language-model passes, not people)",
            (*_plain("task", "annotator", "metric"), _figure("score"), _figure("accuracy"), *_counts()),
        ),
        "context": (
            "Context",
            (*_plain("task", "model", "context", "depth", "metric"), _figure("score"), _figure("difference"),
             _p("p_holm"), *_counts()),
        ),
        "robustness": (
            "Robustness, over the texts each edit changes",
            (*_plain("task", "model", "edit"),
             ("label-preserving", lambda row: "checked" if row["label_preserving"] else "not so"),
             _figure("score"), _figure("drop"), _figure("flipped"), ("changed", lambda row: f"{row['n_changed']:,}"),
             *_counts()),
        ),
        "shortcuts": (
            "Shortcut gate",
            (*_plain("task", "shortcut"), _number("majority"), _figure("score"), _number("full"), _figure("ratio"),
             *_plain("verdict"), *_counts()),
        ),
    }  # fmt: skip
    sections = [("Results", markdown_table(document["results"]))]
    for key, (heading, cells) in columns.items():
        rows = [tuple(shown(row) for _, shown in cells) for row in document[key]]
        sections.append((heading, markdown_rows([name for name, _ in cells], rows) if rows else ""))
    slices = [
        (result["set"], result["task"], result["protocol"], result["model"], part["slice"], part["value"],
         _shown(part["score"]), f"{part['n']:,}", f"{part['n_units']:,}{'*' if part['few_units'] else ''}")
        for result in document["results"]
        for part in result.get("slices", ())
    ]  # fmt: skip
    heads = ["set", "task", "protocol", "model", "slice", "value", "main metric", "rows", "units"]
    return [*sections, ("Slices", markdown_rows(heads, slices) if slices else "")]


def _shown(figure: Row | None) -> str:
    if figure is None:
        return NOTHING
    return number(figure["value"]) + (f" ({bounds(figure)})" if figure["low"] is not None else "")


def _said(row: Row) -> str:
    figures = f"{_shown(row['difference'])}, {p_value(row['p_holm'])}"
    pair = f"`{row['a']}` less `{row['b']}`"
    return f"{pair} {figures}: {'tie' if row['tie'] else 'they differ'}"


def _plain(*names: str) -> tuple[tuple[str, Callable[[Row], str]], ...]:
    return tuple((name, lambda row, name=name: str(row[name])) for name in names)


def _figure(name: str) -> tuple[str, Callable[[Row], str]]:
    return name, lambda row: _shown(row[name])


def _number(name: str) -> tuple[str, Callable[[Row], str]]:
    return name, lambda row: number(row[name])


def _p(name: str) -> tuple[str, Callable[[Row], str]]:
    return {"p": "p", "p_holm": "p after Holm"}[name], lambda row: p_value(row[name])


def _counts() -> tuple[tuple[str, Callable[[Row], str]], ...]:
    return (
        ("rows", lambda row: f"{row['n']:,}"),
        ("units", lambda row: f"{row['n_units']:,}{'*' if row['few_units'] else ''}"),
    )

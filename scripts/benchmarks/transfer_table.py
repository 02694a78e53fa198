"""Transfer figures as Markdown, on a terminal, in README.md and in DATA_CARD.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.transfer import POLAR, TIE_DRAWS

from weibo_nlp.provenance import described
from weibo_nlp.report.display import NOTHING, bounds, number, p_value
from weibo_nlp.report.table import markdown_rows

BLOCK = "transfer"
"""Name of the table's place in a Markdown file."""
HEADINGS = (
    "set",
    "task",
    "system",
    "learnt from",
    "rows",
    "macro-F1",
    "accuracy",
    "ECE",
    "confidence",
    "ours less it",
    "p (Holm)",
)

_SETS = {
    "mission_dev": "Labels of mission_dev: the majority of three language-model readers under this package's codebook; "
    "no people, few rows, for development, and no bar.",
    "smp2020-polarity": "Labels of smp2020-polarity: its emotions, happy as positive; angry, sad and fear as negative.",
}

Row = Mapping[str, Any]


def markdown_table(document: Row) -> str:
    """Return a document of `transfer.run_transfer` as a Markdown table, with how it came about below it."""
    tested = {_key(row, row["b"]): row for row in document["comparisons"]}
    rows = [_row(row, tested.get(_key(row, _system(row)))) for row in document["results"]]
    return markdown_rows(HEADINGS, rows) + "\n" + "".join(f"- {' '.join(note.split())}\n" for note in _notes(document))


def _row(row: Row, test: Row | None) -> tuple[str, ...]:
    metrics, star = row["metrics"], "*" if row["few_units"] else ""
    corpus = row["corpus_version"]
    return (
        row["set"],
        row["task"] + (", not neutral" if _two(row) else ""),
        row["model"],
        NOTHING if corpus is None else f"corpus {corpus}",
        f"{row['n']:,}",
        _figure(metrics["macro_f1"]) + star,
        _figure(metrics["accuracy"]) + star,
        number(metrics["ece"]["value"]) if "ece" in metrics else NOTHING,
        number(row["confidence"]),
        NOTHING if test is None else _figure(test["difference"], signed=True),
        p_value(None if test is None else test["p_holm"]),
    )


def _notes(document: Row) -> list[str]:
    results = document["results"]
    seeds = document["seeds"]
    notes = [
        *(_SETS[name] for name in dict.fromkeys(row["set"] for row in results) if name in _SETS),
        f"linear learnt from train and validation of the corpus, {seeds} "
        f"{'seed' if seeds == 1 else 'seeds, values their mean'}; majority and topic prior (for stance: the shares of "
        "stances that texts of a topic take towards its canonical target) learnt from the same rows. Nothing was tuned "
        "on what is scored here.",
        "Intervals: 95 %, bootstrap over rows (a star: fewer than 100). ECE: 15 bins. Confidence: mean probability of "
        f"the top label. p: approximate randomisation, Holm over all {len(document['comparisons'])} comparisons.",
        *(f"{name}: {rule}." for name, rule in document["peers"].items()),
        "Not neutral: the rows labelled negative or positive, as a choice between these two: ours by the larger "
        f"probability, snownlp at 0.5, cnsenti by the larger score; ties by lot, mean of {TIE_DRAWS} draws.",
        *(f"{note}." for note in document["notes"]),
    ]
    versions = {row["model"]: row["model_version"] for row in results if row["model"] in document["peers"]}
    if versions:
        notes.append(f"Versions: {', '.join(versions.values())}.")
    over = [
        f"{row['model']} ({row['corpus_version']}) {number(row['metrics']['macro_f1_over_targets']['value'])}"
        for row in results
        if "macro_f1_over_targets" in row["metrics"]
    ]
    if over:
        notes.append(f"Stance, mean over targets of the macro-F1 on each: {', '.join(over)}.")
    notes += [
        f"Not here: {' on '.join(filter(None, (row['system'], row['set'])))}: {row['reason']}."
        for row in document["missing"]
    ]
    notes.append(
        f"Made by `{document['command']}`, weibo_nlp {document['package']}, corpus {document['corpus_version']}; "
        f"{described(document['hardware'])}."
    )
    return notes


def _figure(figure: Row, *, signed: bool = False) -> str:
    return f"{number(figure['value'], signed=signed)} ({bounds(figure, signed=signed)})"


def _two(row: Row) -> bool:
    return tuple(row["labels"]) == POLAR


def _system(row: Row) -> dict[str, Any]:
    return {"model": row["model"], "corpus_version": row["corpus_version"]}


def _key(row: Row, system: Row) -> tuple[Any, ...]:
    return row["set"], row["task"], tuple(row["labels"]), system["model"], system["corpus_version"]

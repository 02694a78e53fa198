"""Figures of the weights as Markdown: the tables of their page, and the short one of their cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.baselines import POLAR
from benchmarks.blocks import check_file, fill_file
from benchmarks.left_out import SMP_SET
from benchmarks.publishing import estimate_cell, made_by, note_list
from benchmarks.transfer import TIE_DRAWS
from benchmarks.weights import EVERY_TARGET

from weibo_nlp.benchmark.run import TARGET_PRIOR
from weibo_nlp.models.weights import RESEARCH
from weibo_nlp.report.display import NOTHING, count, number, p_value
from weibo_nlp.report.markdown import markdown_table, titled_table
from weibo_nlp.tasks.real import FEW_ROWS
from weibo_nlp.tasks.spec import CORPUS, CROSS_SOURCE, REAL_SET

CARDS: Mapping[str, str] = {
    "weights:open": "weibo_nlp/data/models/README.md",
    "weights:research": "scripts/research_weights/README.md",
}
"""Place of the figures -> card, from the root of the repository."""
HEADINGS = ("scored on", "task", "weights", "n", "macro-F1", "accuracy", "ECE", "less the prior", "p (Holm)")
NO_VERDICT = "no verdict"

Row = Mapping[str, Any]


def markdown_tables(document: Row) -> str:
    """Return a document of `weights.run_weights` as Markdown: all figures, then labels, sets and sources by themselves.

    Of a label with fewer than 20 rows, the number of rows is all that is said.
    """
    main = [row for row in document["results"] if row["scored_on"] != SMP_SET]
    parts = [
        markdown_table(HEADINGS, (_main_row(document, row) for row in main)) if main else "",
        _by_label(document, main),
        _sets(document),
        _sources(document),
        _beside_others(document),
    ]
    return "\n".join(filter(None, parts)) + note_list(_notes(document))


def card_table(document: Row) -> str:
    """Return the main figures of all weights beside each other: macro-F1 with its interval, and ECE."""
    names = document["weights"]
    figures: dict[tuple[str, str], dict[str, Row]] = {}
    for row in document["results"]:
        if row["system"] in names and row["scored_on"] not in (CROSS_SOURCE, SMP_SET):
            figures.setdefault((row["scored_on"], row["task"]), {})[row["system"]] = row
    rows = []
    for (scored_on, task), by_name in figures.items():
        n = next(iter(by_name.values()))["n"]
        cells = (_card_cell(by_name[name]) if name in by_name else NOTHING for name in names)
        rows.append([_where(document, scored_on), task, count(n), *cells])
    notes = (
        "Macro-F1 with its 95 % interval, bootstrap over groups, and the expected calibration error. Stance: on the "
        "canonical target of the gold topic; with every target: on all three, whatever the topic. Figures of each "
        "label, of sources never seen and of prediction sets: `docs/weights.md` in the repository.",
        made_by(document),
    )
    return markdown_table(("scored on", "task", "n", *names), rows) + note_list(notes)


def check_cards(root: Path) -> None:
    """Make sure that the cards can take their figures, before the work and not after it."""
    for block, card in CARDS.items():
        check_file(root / card, block)


def fill_cards(root: Path, document: Row) -> None:
    """Put the figures into the cards of both weights.

    Raises
    ------
    UsageError, DataError
        If one of them cannot be read or lacks its markers.
    """
    for block, card in CARDS.items():
        fill_file(root / card, block, card_table(document))


def _main_row(document: Row, row: Row) -> Sequence[str]:
    test = _test(document, row)
    metrics, star = row["metrics"], "*" if row["few_units"] else ""
    return (
        _where(document, row["scored_on"]),
        row["task"],
        _system(row),
        count(row["n"]),
        estimate_cell(metrics["macro_f1"]) + star,
        estimate_cell(metrics["accuracy"]) + star,
        number(metrics["ece"]["value"]),
        NOTHING if test is None else estimate_cell(test["difference"], signed=True),
        p_value(None if test is None else test["p_holm"]),
    )


def _by_label(document: Row, results: Sequence[Row]) -> str:
    """Precision, recall and F1 of each label, weights beside each other."""
    ours = [row for row in results if row["system"] != TARGET_PRIOR]
    systems = list(dict.fromkeys(row["system"] for row in ours))
    cells: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in ours:
        for label in row["labels"]:
            key = (_where(document, row["scored_on"]), row["task"], label)
            cells.setdefault(key, {})[row["system"]] = row["per_class"][label]
    rows = []
    for key, scores in cells.items():
        n = next(iter(scores.values()))["support"]
        rows.append([*key, count(n), *(_label_cell(scores.get(system), n) for system in systems)])
    headings = ("scored on", "task", "label", "n", *(f"{system}: P / R / F1" for system in systems))
    return titled_table("By label", headings, rows)


def _label_cell(scores: Row | None, n: int) -> str:
    if scores is None:
        return NOTHING
    if n < FEW_ROWS:
        return NO_VERDICT
    return " / ".join(number(scores[name]["value"]) for name in ("precision", "recall", "f1"))


def _sets(document: Row) -> str:
    rows = [
        (
            _where(document, row["scored_on"]),
            row["task"],
            _system(row),
            row["label"] + (" (in every set)" if row["undecided"] else ""),
            count(row["n"]),
            NO_VERDICT if row["n"] < FEW_ROWS else number(row["held"]),
            NO_VERDICT if row["n"] < FEW_ROWS else f"{row['size']:.2f}",
        )
        for row in document["sets"]
    ]
    headings = ("scored on", "task", "weights", "texts labelled", "n", "share whose set holds it", "labels in a set")
    return titled_table(f"Prediction sets at a coverage of {document['coverage_asked']:g}", headings, rows)


def _sources(document: Row) -> str:
    tasks = list(dict.fromkeys(row["task"] for row in document["sources"]))
    by_source: dict[str, dict[str, Row]] = {}
    for row in document["sources"]:
        by_source.setdefault(row["source"], {})[row["task"]] = row
    rows = [[source, *(_source_cell(cells.get(task)) for task in tasks)] for source, cells in by_source.items()]
    return titled_table("Accuracy on sources left out", ("source", *tasks), rows)


def _source_cell(row: Row | None) -> str:
    if row is None:
        return NOTHING
    verdict = NO_VERDICT if row["n"] < FEW_ROWS else number(row["accuracy"])
    return f"{verdict} (n {count(row['n'])})"


def _beside_others(document: Row) -> str:
    rows = []
    for row in document["results"]:
        if row["scored_on"] != SMP_SET:
            continue
        test = _test(document, row)
        rows.append(
            (
                "two, not neutral" if tuple(row["labels"]) == POLAR else "three",
                f"{RESEARCH}, without it" if row["system"] == RESEARCH else row["system"],
                count(row["n"]),
                estimate_cell(row["metrics"]["macro_f1"]),
                estimate_cell(row["metrics"]["accuracy"]),
                NOTHING if test is None else estimate_cell(test["difference"], signed=True),
                p_value(None if test is None else test["p_holm"]),
            )
        )
    headings = ("labels", "system", "n", "macro-F1", "accuracy", "ours less it", "p (Holm)")
    return titled_table(f"Sentiment on {SMP_SET}", headings, rows)


def _notes(document: Row) -> Iterator[str]:
    sets, n_tests = {row["scored_on"] for row in document["results"]}, len(document["comparisons"])
    yield (
        "Intervals: 95 %, bootstrap over groups (of composed texts, threads; of other sets, rows; a star: fewer than "
        "100). ECE: 15 bins."
        + (f" p: approximate randomisation, Holm over all tests of this page ({n_tests})." if n_tests else "")
    )
    if EVERY_TARGET in sets or TARGET_PRIOR in {row["system"] for row in document["results"]}:
        yield (
            "Stance: on the canonical target of the gold topic, over texts on a topic; every target: all three "
            "canonical ones, whatever the topic. The target prior has the shares of the labels that composed and "
            "public training texts give to the target of their own topic, and so answers from the gold topic alone."
        )
    if document["scored"] != "test" and REAL_SET in sets:
        yield (
            f"Scored on {document['scored']}, by one half of which the weights were calibrated, and by the other their "
            "prediction sets: a rehearsal, which flatters them."
        )
    if CROSS_SOURCE in sets:
        yield (
            "Cross-source: train and validation of the public texts, each source by the recipe of the weights for "
            "research without it; rows weigh what they do in the weights, and prediction sets are learnt from "
            "validation texts of the other sources."
        )
    if SMP_SET in sets:
        yield (
            "Labels of smp2020-polarity: its emotions, happy as positive; angry, sad and fear as negative. Not "
            "neutral: the rows labelled negative or positive, as a choice between these two: ours by the larger "
            f"probability, snownlp at 0.5, cnsenti by the larger score; ties by lot, mean of {TIE_DRAWS} draws."
        )
        yield from (f"{name}: {rule}." for name, rule in document["peers"].items())
    yield from (f"{note}." for note in document["notes"])
    yield from (f"Not here: {row['system']} on {row['set']}: {row['reason']}." for row in document["missing"])
    yield made_by(document)


def _test(document: Row, row: Row) -> Row | None:
    """The test in which a result takes part; of a prior, which several weights are tested against, none."""
    if row["system"] == TARGET_PRIOR:
        return None
    key = ("scored_on", "system", "task", "labels")
    return next((test for test in document["comparisons"] if all(test[name] == row[name] for name in key)), None)


def _where(document: Row, scored_on: str) -> str:
    real = f"real {document['scored']}"
    return {REAL_SET: real, EVERY_TARGET: f"{real}, {EVERY_TARGET}", CORPUS: "composed test"}.get(scored_on, scored_on)


def _system(row: Row) -> str:
    if row["system"] == TARGET_PRIOR:
        return "target prior"
    return f"{row['system']}, without it" if row["scored_on"] == CROSS_SOURCE else str(row["system"])


def _card_cell(row: Row) -> str:
    return f"{estimate_cell(row['metrics']['macro_f1'])}, ECE {number(row['metrics']['ece']['value'])}"

"""What ``weibo-nlp annotate`` prints: agreement, faults, and what came of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from weibo_nlp.io.names import printable_name
from weibo_nlp.io.terminal import print_line

if TYPE_CHECKING:
    from weibo_nlp.annotation.agreement import Agreement
    from weibo_nlp.annotation.answers import ImportReport
    from weibo_nlp.annotation.campaign import Campaign
    from weibo_nlp.annotation.campaign_agreement import CampaignAgreement, QuestionAgreement
    from weibo_nlp.io.validation import Problem

SHOWN_TEXT = 60
SHOWN_PROBLEMS = 50


def print_agreement(campaign: Campaign, measured: CampaignAgreement, *, confusions: bool) -> None:
    """Print a line a question, a line a pair, the labels against each other if asked, and the texts most parted on."""
    from weibo_nlp.report.display import number
    from weibo_nlp.report.terminal import print_table

    kinds = {each.name: each.kind for each in campaign.settings.annotators}
    given = ", ".join(f"{name} ({kinds[name]}) {count:,}" for name, count in measured.annotators.items())
    print_line(f"Answers: {given}")
    rows = [row for each in measured.questions for row in _rows(each)]
    headings = ("question", "by", "alpha", "95 % interval", "agreement", "texts", "threads")
    print_table(headings, rows, figures=(2, 4, 5, 6))
    pairs = [
        (
            each.question,
            pair.one,
            pair.other,
            "yes" if pair.is_with_model else "",
            number(pair.kappa),
            f"{pair.agreement:.1%}",
            f"{pair.n_units:,}",
        )
        for each in measured.questions
        for pair in each.pairs
    ]
    print_line()
    print_table(("question", "one", "other", "with a model", "kappa", "agreement", "texts"), pairs, figures=(4, 5, 6))
    if confusions:
        for each in measured.questions:
            _print_confusions(each)
    if measured.disputed:
        print_line()
        print_line("Texts on which annotators part most:")
    for disputed in measured.disputed:
        document = campaign.documents[disputed.id]
        text = "" if document.text is None else f" {printable_name(document.text, SHOWN_TEXT)}"
        said = "; ".join(
            f"{question}: {', '.join(f'{name} {label}' for name, label in votes.items())}"
            for question, votes in disputed.labels.items()
        )
        print_line(f"  {printable_name(disputed.id)}{text}: {said}")


def print_problems(problems: Sequence[Problem]) -> None:
    """Print every fault with its file and place, as many as somebody reads, to standard error."""
    for problem in problems[:SHOWN_PROBLEMS]:
        print_line(f"{problem.path}: {problem.text}", err=True)
    if len(problems) > SHOWN_PROBLEMS:
        print_line(f"and {len(problems) - SHOWN_PROBLEMS:,} faults more", err=True)


def told(report: ImportReport) -> str:
    """Say what came of the answers of one annotator."""
    parts = [f"{report.n_added:,} answers of {report.annotator}"]
    if report.n_replaced:
        parts.append(f"{report.n_replaced:,} replaced")
    if report.n_unchanged:
        parts.append(f"{report.n_unchanged:,} were there")
    parts += [f"{count:,} without {name}" for name, count in report.n_open.items()]
    if report.n_missing:
        parts.append(f"{report.n_missing:,} texts not judged yet")
    return ", ".join(parts)


def _rows(measured: QuestionAgreement) -> list[tuple[str, ...]]:
    name = measured.question if measured.target is None else f"{measured.question} ({measured.target})"
    both = [("all", measured.agreement), ("persons", measured.persons)]
    rows = [_row(name, by, figures) for by, figures in both if figures is not None]
    return rows or [(name, "all", "–", "–", "–", "0", "0")]


def _row(name: str, by: str, figures: Agreement) -> tuple[str, ...]:
    from weibo_nlp.report.display import bounds, number

    alpha = figures.alpha
    return (
        name,
        by,
        number(alpha.value),
        bounds(alpha),
        f"{figures.pairwise:.1%}",
        f"{figures.n_units:,}",
        f"{figures.n_threads:,}",
    )


def _print_confusions(measured: QuestionAgreement) -> None:
    from weibo_nlp.report.terminal import print_table

    for pair in measured.pairs:
        print_line()
        print_line(f"{measured.question}: {pair.one} (rows) and {pair.other} (columns)")
        rows = [
            (label, *(f"{count:,}" for count in counts))
            for label, counts in zip(measured.labels, pair.confusion, strict=True)
        ]
        print_table(("", *measured.labels), rows, figures=range(1, len(measured.labels) + 1))

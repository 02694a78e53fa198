"""The card of a student: a README made of what was measured, in which no user's word is markup."""

from __future__ import annotations

from collections.abc import Iterator

from weibo_nlp.provenance import described
from weibo_nlp.report.display import bounds, count, number, p_value
from weibo_nlp.report.markdown import markdown_table
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.training.card import SHOWN_LABELS, escaped, escaped_cell, header
from weibo_nlp.training.distillation_report import DistillationReport

FIDELITY_HEADINGS = ("student against teacher", "posts held out")
SHARE_HEADINGS = ("label", "teacher", "student", "teacher, mean probability", "student, mean probability")
GOLD_HEADINGS = ("against given labels", "teacher", "student")


def distillation_card(report: DistillationReport) -> str:
    """Return the README of a student."""
    return header(None, "weibo_nlp") + "\n" + "\n".join(_parts(report))


def fidelity_rows(report: DistillationReport) -> list[tuple[str, str]]:
    """Return a row for each figure of how the student follows its teacher."""
    figures = report.fidelity
    return [
        ("macro-F1", _shown(figures.macro_f1)),
        ("same label", _shown(figures.agreement)),
        ("kappa", _shown(figures.kappa)),
        ("KL divergence, nats", _shown(figures.kl)),
        ("calibration error", number(figures.calibration_gap)),
    ]


def share_rows(report: DistillationReport) -> list[tuple[str, ...]]:
    """Return a row for each label: how often either gives it, and with which probability on average."""
    return [
        (label, *map(number, (each.teacher, each.student, each.teacher_mean, each.student_mean)))
        for label, each in report.fidelity.shares.items()
    ]


def gold_rows(report: DistillationReport) -> list[tuple[str, ...]]:
    """Return a row for each figure of both against labels that people gave; none where there are none."""
    if report.gold is None:
        return []
    names = {"macro_f1": "macro-F1", "accuracy": "accuracy", "log_loss": "log loss", "ece": "calibration error"}
    both = (report.gold.teacher, report.gold.student)
    return [(name, *(_shown(each.metrics[key]) for each in both)) for key, name in names.items()]


def difference_line(report: DistillationReport) -> str:
    """Say what the student lost against labels that people gave; nothing where there are none."""
    if report.gold is None:
        return ""
    test, n = report.gold.test, report.gold.student.n
    difference = f"{number(test.difference.value, signed=True)} ({bounds(test.difference, signed=True)})"
    return f"Student less teacher: macro-F1 {difference}, {p_value(test.p)}, on {count(n)} labelled rows."


def how_compared(report: DistillationReport) -> str:
    """Say what the figures are."""
    return (
        f"{count(report.held_out)} posts held out, {count(report.learnt)} learnt from; texts that nearly repeat each "
        f"other are on one side. In brackets are 95 % intervals over {count(report.fidelity.n_units)} units."
    )


def speed_line(report: DistillationReport) -> str:
    """Say how fast both are, and where that was measured."""
    speed = report.speed
    teacher, student = (
        "unknown" if rate is None else f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"
        for rate in (speed.teacher, speed.student)
    )
    times = "" if speed.times is None else f", {speed.times:,.0f} times as many"
    return (
        f"Posts a second: teacher {teacher}, student {student}{times} (median of {speed.batches} batches of "
        f"{speed.batch}; {described(dict(speed.machine))})."
    )


def left_out_lines(report: DistillationReport) -> Iterator[str]:
    """Say what was not learnt from, by reason."""
    if report.posts.copies:
        yield f"copies of other posts: {count(report.posts.copies)}"
    if report.near_gold:
        yield f"copies of labelled posts, or nearly: {count(report.near_gold)}"
    if report.unanswered:
        why = ", ".join(f"{outcome} {count(n)}" for outcome, n in report.outcomes.items())
        yield f"left unanswered by the teacher: {count(report.unanswered)}{f' ({why})' if why else ''}"
    yield from (f"{reason}: {count(n)}" for reason, n in report.posts.set_aside.items())


def _parts(report: DistillationReport) -> Iterator[str]:
    teacher = report.teacher
    made_of = f", encoder {escaped(teacher.encoder)}" if teacher.encoder else ""
    about = f" about {', '.join(map(escaped, report.targets))}" if report.targets else ""
    yield f"# A text classifier of {len(report.labels)} labels, taught by a slower one\n"
    yield (
        f"Made by `weibo_nlp distil` {escaped(report.version)} (model `{report.student}`, seed {report.seed}). It "
        f"labels Chinese posts with: {', '.join(map(escaped, report.labels))}{about}.\n"
    )
    yield (
        f"Its teacher is {escaped(teacher.name)} {escaped(teacher.version)}{made_of}: it said how probable each label "
        "is of posts that nobody had labelled, and this model learnt that. **What the teacher gets wrong, it gets "
        "wrong as well**, and of texts unlike those posts, nobody knows what it says.\n"
    )
    if teacher.weights is not None:
        yield f"SHA-256 of the teacher's weights: `{teacher.weights}`.\n"
    yield "## What was lost\n"
    yield how_compared(report) + "\n"
    yield markdown_table(FIDELITY_HEADINGS, fidelity_rows(report), figures=(1,))
    yield markdown_table(SHARE_HEADINGS, share_rows(report), figures=(1, 2, 3, 4), escape=escaped_cell)
    if rows := gold_rows(report):
        yield markdown_table(GOLD_HEADINGS, rows, figures=(1, 2))
        yield difference_line(report) + "\n"
    yield from (f"- {escaped(note)}" for note in report.notes)
    if len(report.labels) <= SHOWN_LABELS:
        yield "\nRows: the teacher's label; columns: the student's.\n"
        pairs = zip(report.labels, report.fidelity.confusion, strict=True)
        table = [(label, *map(count, row)) for label, row in pairs]
        yield markdown_table(("", *report.labels), table, figures=range(1, len(table) + 1), escape=escaped_cell)
    yield "## What was gained\n"
    yield escaped(speed_line(report)) + "\n"
    yield "## What it learnt from\n"
    yield (
        f"{count(report.learnt)} posts of {count(report.posts.given)} given. The texts are not here; "
        "`learnt_from.json` holds keyed hashes, by which whoever has a text can tell whether it was among them.\n"
    )
    yield from (f"- left out: {escaped(line)}" for line in left_out_lines(report))
    yield "\n## Use\n"
    name, target = (report.task, ' --target "TARGET"') if report.targets else ("NAME", "")
    yield f"```bash\nweibo-nlp label posts.csv -o labelled.csv --model {name}=FOLDER{target}\n```\n"
    yield '```python\nimport weibo_nlp\n\nmodel = weibo_nlp.load_model("FOLDER")\n```\n'


def _shown(estimate: Estimate) -> str:
    return number(estimate.value) + ("" if estimate.low is None else f" ({bounds(estimate)})")

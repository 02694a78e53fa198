"""Estimated shares on a terminal: one table of all posts, one a grouping, and the differences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from weibo_nlp.analysis.estimates import MAIN_METHOD, EstimatedDifference, EstimatedShare, Estimates
from weibo_nlp.io.terminal import print_line
from weibo_nlp.report.terminal import print_table

SHOWN_ROWS = 400
SHOWN_DIFFERENCES = 40
NOTHING = "–"
_HEADINGS = {"design_based": "estimate", "sample": "sample alone", "ppi": "ppi", "uncorrected": "uncorrected"}
_ORDER = ("uncorrected", "design_based", "sample", "ppi")


def print_estimates(found: Estimates) -> None:
    """Print shares in percent: of all rows by every method, of groups as estimated beside uncorrected."""
    methods = [name for name in _ORDER if any(row.method == name for row in found.rows)]
    for names, rows in groupby(found_rows(found), key=_grouping):
        columns = methods if not names else [name for name in methods if name in ("uncorrected", MAIN_METHOD)]
        _print_shares(names, list(rows), columns or methods, found.confidence_level)
    if found.differences:
        _print_differences(found.differences, found.confidence_level)


def found_rows(found: Estimates) -> list[EstimatedShare]:
    """Shares in the order shown: of all rows first, then grouping by grouping."""
    order = {names: at for at, names in enumerate(dict.fromkeys(map(_grouping, found.rows)))}
    return sorted(found.rows, key=lambda row: order[_grouping(row)])


def _grouping(row: EstimatedShare) -> tuple[str, ...]:
    return tuple(name for name, group in row.groups.items() if group is not None)


def _print_shares(names: Sequence[str], rows: Sequence[EstimatedShare], methods: Sequence[str], level: float) -> None:
    cells: dict[tuple[str, ...], dict[str, EstimatedShare]] = {}
    has_targets = any(row.target is not None for row in rows)
    for row in rows:
        groups = [str(row.groups[name]) for name in names]
        about = [row.target or ""] if has_targets else []
        cells.setdefault((row.label_column, *about, *groups, row.label), {})[row.method] = row
    headings = ["labels", *(["target"] if has_targets else []), *names, "label", "rows", "sampled"]
    places = range(len(headings) - 2, len(headings) + len(methods))
    headings += [_HEADINGS[name] for name in methods]
    shown = []
    for key, by_method in list(cells.items())[:SHOWN_ROWS]:
        one = next(iter(by_method.values()))
        shown.append([*key, f"{one.n:,}", f"{one.n_sample:,}", *(_share(by_method.get(name)) for name in methods)])
    what = f"By {' and '.join(names)}" if names else "All rows"
    print_line(f"{what}: shares in percent, with {100 * level:g} % intervals")
    print_table(headings, shown, figures=places)
    if (more := len(cells) - SHOWN_ROWS) > 0:
        print_line(f"and {more:,} rows more, which -o and --table write")
    _print_refusals(rows, names)


def _share(row: EstimatedShare | None) -> str:
    if row is None or row.share is None:
        return NOTHING
    value = f"{100 * row.share:.1f}"
    if row.low is None or row.high is None:  # of a handful of rows, the figure alone would mislead
        return value if row.method == "uncorrected" else NOTHING
    return f"{value} ({100 * row.low:.1f} to {100 * row.high:.1f})"


def _print_refusals(rows: Sequence[EstimatedShare], names: Sequence[str]) -> None:
    """Say why intervals are missing, once a reason; of reasons that begin with a number, how far it goes."""
    reasons: dict[str, list[str]] = {}
    numbers: dict[str, list[int]] = {}
    for row in rows:
        if row.method == MAIN_METHOD and row.low is None and row.note is not None:
            group = ", ".join([*([row.target] if row.target else []), *(str(row.groups[name]) for name in names)])
            number, _, rest = row.note.partition(" ")
            reason = rest if number.isdigit() else row.note
            numbers.setdefault(reason, []).extend([int(number)] if number.isdigit() else [])
            reasons.setdefault(reason, []).append(f"{row.label_column}{f' ({group})' if group else ''}")
    for reason, where in reasons.items():
        different = list(dict.fromkeys(where))
        more = f" and {len(different) - 3:,} more" if len(different) > 3 else ""
        counted = numbers[reason]
        least = f"{min(counted):,} " if counted else ""
        most = f"to {max(counted):,} " if counted and max(counted) > min(counted) else ""
        print_line(f"No interval: {'; '.join(different[:3])}{more}: {least}{most}{reason}")


def _print_differences(rows: Sequence[EstimatedDifference], level: float) -> None:
    ordered = sorted(rows, key=lambda row: row.p)
    has_targets = any(row.target is not None for row in rows)
    shown = [
        [
            row.label_column,
            *([row.target or ""] if has_targets else []),
            row.label,
            f"{row.group} less {row.other}",
            f"{100 * row.difference:+.1f} ({100 * row.low:+.1f} to {100 * row.high:+.1f})",
            _p(row.p),
            _p(row.p_holm),
        ]
        for row in ordered[:SHOWN_DIFFERENCES]
    ]
    headings = ["labels", *(["target"] if has_targets else []), "label", "groups", "difference", "p", "p (Holm)"]
    print_line(f"Differences between groups in percentage points, with {100 * level:g} % intervals")
    print_table(headings, shown, figures=range(len(headings) - 3, len(headings)))
    n = len(rows)
    print_line(
        f"p (Holm) is adjusted for all {n:,} comparisons"
        + (f", of which the {SHOWN_DIFFERENCES} with the smallest p are shown" if n > SHOWN_DIFFERENCES else "")
    )


def _p(value: float) -> str:
    return "<.0001" if value < 1e-4 else f"{value:.4f}"

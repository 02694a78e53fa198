"""What ``weibo-nlp sample`` prints: how narrow intervals can be expected to be, and how a sample was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from weibo_nlp.errors import UsageError

if TYPE_CHECKING:
    from weibo_nlp.analysis.design import SampleDesign
    from weibo_nlp.analysis.label_columns import LabelColumn
    from weibo_nlp.io.collection import Collection

SHOWN_STRATA = 20
MIN_SAMPLE = 30
"""As `weibo_nlp.evaluation.sample_design` has it, which takes a second to load."""


def print_plan(
    collection: Collection,
    asked: Sequence[LabelColumn],
    n: int | None,
    accuracy: float,
    per_cluster: float,
    icc: float,
    confidence: float,
) -> None:
    """Print half the widths of intervals that samples of some sizes can be expected to make."""
    from weibo_nlp.analysis.precision import PLANNED, planned_shares
    from weibo_nlp.io.terminal import print_line
    from weibo_nlp.report.terminal import print_table

    sizes = [size for size in sorted({*PLANNED, *([n] if n else [])}) if size <= collection.n_rows]
    if not sizes:
        raise UsageError(
            f"{collection.path} has {collection.n_rows:,} rows, fewer than any sample that is worth a plan "
            f"({PLANNED[0]}); have all of them labelled, or name a smaller -n."
        )
    shares = planned_shares(
        collection, asked, sizes, accuracy=accuracy, per_cluster=per_cluster, icc=icc, confidence_level=confidence
    )
    print_line(
        f"{collection.path}, {collection.n_rows:,} rows: half the width of a {confidence:.0%} interval, in points, by "
        "the number of rows that people label"
    )
    helped = n or max(sizes, key=lambda size: (size <= 300, size if size <= 300 else -size))
    at = sizes.index(helped)
    headings = ["label column", "label", "predicted", *(f"{size:,}" for size in sizes), f"{helped:,} with model"]
    rows = [
        [
            planned.label_column,
            planned.label,
            f"{planned.share:.1%}",
            *(_points(width.alone, width.n) for width in planned.widths),
            _points(planned.widths[at].with_classifier, planned.widths[at].n),
        ]
        for planned in shares
    ]
    print_table(headings, rows, figures=range(2, len(headings)))
    print_line(
        f"With model: if it tells the label of {accuracy:.0%} of the texts, which is an assumption (--accuracy); what "
        "it is worth on these, the sample will tell. The share itself may be another than the predicted one."
    )
    if any(width.n < MIN_SAMPLE for planned in shares for width in planned.widths):
        print_line(
            f"–: of so many rows, fewer than {MIN_SAMPLE} have a prediction in the column, too few for an interval."
        )
    if icc and per_cluster > 1:
        print_line(
            f"A row has {per_cluster:.1f} of its own cluster, itself among them. If labels there are alike by "
            f"{icc:.2f} (intra-class correlation, an assumption: --icc), the variance is "
            f"{1 + (per_cluster - 1) * icc:.2f} times that of rows drawn one by one; this is counted in."
        )


def _points(half_width: float, n: int) -> str:
    return "–" if n < MIN_SAMPLE else f"{100 * half_width:.1f}"


def sentences(design: SampleDesign, output: Path, n: int, n_out_of_domain: int) -> list[str]:
    """What was drawn, a line each."""
    from weibo_nlp.analysis.design import design_path

    drawn, size = len(design.rows), design.collection.n
    lines = [f"{drawn:,} of {size:,} rows drawn at random (seed {design.seed}): {output}"]
    if design.clusters is not None:
        each = "all rows" if design.per_cluster is None else f"up to {design.per_cluster:,} rows each time"
        different = len({row.cluster for row in design.rows})
        lines.append(
            f"Clusters ({design.clusters}): {different:,} different ones, {each}; {n:,} rows on average, {drawn:,} here"
        )
    if design.strata is not None:
        strata = design.strata
        lines.append(f"Strata ({' × '.join(strata.columns)}), {strata.allocation}: rows drawn of rows there are")
        shown = list(strata.sizes)[:SHOWN_STRATA]
        lines += [f"  {name}: {strata.drawn[name]:,} of {strata.sizes[name]:,}" for name in shown]
        if len(strata.sizes) > len(shown):
            lines.append(f"  and {len(strata.sizes) - len(shown):,} more, in the design")
    if n_out_of_domain:
        lines.append(
            f"{n_out_of_domain:,} rows are out of domain; they are drawn like the others, as shares are shares of all "
            "rows"
        )
    gold = ", ".join(design.gold_columns)
    lines.append(f"To be filled in: {gold}")
    lines.append(f"How it was drawn: {design_path(output)}; keep it beside the sample")
    return lines


def cautions(design: SampleDesign) -> list[str]:
    """What may not be as it was meant, a line each."""
    from weibo_nlp.analysis.sampling import ENOUGH_CLUSTERS

    lines = []
    if design.strata is not None and design.strata.merged:
        merged = design.strata.merged
        named = ", ".join(merged[:SHOWN_STRATA]) + (", …" if len(merged) > SHOWN_STRATA else "")
        lines.append(f"{len(merged):,} strata with too few rows are drawn from together: {named}")
    if len(design.rows) < MIN_SAMPLE:
        lines.append(f"{len(design.rows):,} rows are too few for an interval, which needs {MIN_SAMPLE}, better 200")
    n_clusters = len({row.cluster for row in design.rows})
    if design.clusters is not None and n_clusters < ENOUGH_CLUSTERS:
        lines.append(
            f"{n_clusters:,} clusters are few: intervals hold as they say from {ENOUGH_CLUSTERS} on; draw more rows, "
            "or fewer of each"
        )
    topics = {row.targets.get("stance") for row in design.rows if "stance" in row.targets}
    if len(topics) > 1 and "topic" in design.label_columns:
        lines.append(
            "stance_target shows which topic was predicted; have topic labelled in a sample of its own (--label "
            "topic), or label with --target canonical"
        )
    return lines

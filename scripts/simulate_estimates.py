"""How often 95 % intervals of `weibo-nlp estimate` hold the true share, and how wide they are, on simulated posts."""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from estimate_coverage.cells import METHODS, PARTS, Cell, simulate
from estimate_coverage.designs import DESIGNS
from estimate_coverage.posts import BEYOND, KINDS

from weibo_nlp.report.markdown import markdown_table

SHARES = (0.05, 0.3, 0.5, 0.7, 0.95)
LEAST, MOST, WIDEST = 0.93, 0.97, 1.02


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="samples of each cell of the tables")
    parser.add_argument(
        "--runs-beside", type=int, help="samples of each cell that ppi-python estimates as well; by default all"
    )
    parser.add_argument("--seed", type=int, default=0, help="random seed of collections and samples")
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES, help="shares of the label looked at")
    parser.add_argument(
        "--designs", nargs="+", choices=list(DESIGNS), default=list(DESIGNS), help="how samples are drawn"
    )
    parser.add_argument("--only", default="", help="part of 'kind; design; share' of the cells to simulate")
    parser.add_argument("--beyond", action="store_true", help="simulate classifiers that hardly err as well")
    parser.add_argument(
        "--alike",
        action="store_true",
        help="make labels as frequent in one group as in another, and print how often a difference is found",
    )
    given = parser.parse_args()
    kinds = {**KINDS, **(BEYOND if given.beyond else {})}
    cells: list[Cell] = []
    for kind, classifiers in kinds.items():
        for design in given.designs:
            for share in given.shares:
                name = f"{kind}; {design}; {share:g}"
                if given.only not in name:
                    continue
                cell = simulate(
                    kind,
                    design,
                    share,
                    classifiers,
                    DESIGNS[design],
                    given.runs,
                    given.seed,
                    runs_beside=given.runs_beside,
                    alike=given.alike,
                )
                cells.append(cell)
                figures = [f"{cell.intervals[each].coverage:.4f}" for each in (*METHODS, *PARTS)]
                widths = [f"{cell.intervals[each].width_beside(cell.intervals['sample']):.3f}" for each in METHODS]
                print(name, *figures, *widths, sep="\t", flush=True)
    if given.alike:
        print(found_differences(cells))
        return
    print(summary(cells))
    print(missed(cells))


def summary(cells: Sequence[Cell]) -> str:
    """Table of the least and the most that each method covers, and of widths beside the sample alone, by design."""
    rows: list[tuple[Any, ...]] = []
    for kind, design in dict.fromkeys((cell.kind, cell.design) for cell in cells):
        of = [cell for cell in cells if (cell.kind, cell.design) == (kind, design)]
        spans = [_span([cell for cell in of if _is_given(cell, name)], name) for name in (*METHODS, *PARTS)]
        widths = [
            f"{np.nanmax([cell.intervals[name].width_beside(cell.intervals['sample']) for cell in of]):.2f}"
            for name in ("design_based", "ppi, probabilities")
        ]
        rows.append((kind, design, *spans, *widths))
    headings = ("collection", "sample", *METHODS, "smallest group", "difference", "width", "width, ppi")
    return str(markdown_table(headings, rows, figures=range(2, len(headings))))


def missed(cells: Sequence[Cell]) -> str:
    """Table of the cells whose estimate misses what is promised, by however little."""
    rows = [
        (cell.kind, cell.design, f"{cell.share:g}", *_percent_of(cell, "design_based", "sample"), f"{cell.width:.3f}")
        for cell in cells
        if not LEAST <= cell.intervals["design_based"].coverage <= MOST or cell.width > WIDEST
    ]
    headings = ("collection", "sample", "share", "covered, %", "sample alone covers, %", "width")
    return str(markdown_table(headings, rows, figures=range(2, len(headings))))


def found_differences(cells: Sequence[Cell]) -> str:
    """Table of how often a difference is found, at p < .05, where there is none: its interval does not hold 0."""
    rows = []
    for kind, design in dict.fromkeys((cell.kind, cell.design) for cell in cells):
        of = [cell for cell in cells if (cell.kind, cell.design) == (kind, design)]
        found = [
            f"{100 - 100 * cell.intervals['difference'].coverage:.1f}" if _is_given(cell, "difference") else "–"
            for cell in of
        ]
        rows.append((kind, design, *found))
    shares = [f"{share:g}" for share in dict.fromkeys(cell.share for cell in cells)]
    return str(markdown_table(("collection", "sample", *shares), rows, figures=range(2, 2 + len(shares))))


def _is_given(cell: Cell, name: str) -> bool:
    """Whether at least half of the samples have an interval; of ppi-python, that estimates some, any."""
    intervals = cell.intervals[name]
    return intervals.given > 0 and (name == "ppi-python" or 2 * intervals.given >= intervals.truth.size)


def _span(cells: Sequence[Cell], name: str) -> str:
    covered = [100 * cell.intervals[name].coverage for cell in cells]
    return f"{min(covered):.1f} - {max(covered):.1f}" if covered else "–"


def _percent_of(cell: Cell, *names: str) -> list[str]:
    return [f"{100 * cell.intervals[name].coverage:.1f}" for name in names]


if __name__ == "__main__":
    main()

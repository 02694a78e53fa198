"""One HTML page from results: no network, no script, every text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from weibo_nlp.io import atomic_path
from weibo_nlp.report.table import HEADINGS, main_rows

CHART_WIDTH = 320


def write_page(path: Path | str, results: Sequence[Mapping[str, Any]], *, title: str, command: str) -> None:
    """Write a page with the result table, intervals drawn to scale, and confusion matrices.

    Parameters
    ----------
    path : Path or str
        The page, written beside and renamed.
    results : sequence of mapping
        As `Result.to_dict` gives them.
    title, command : str
        Heading, and the command that made the results.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("weibo_nlp.report", "templates"), autoescape=True, undefined=StrictUndefined
    )
    page = environment.get_template("benchmark.html").render(
        title=title,
        command=command,
        headings=HEADINGS,
        rows=main_rows(results),
        results=[_shown(result) for result in results],
        width=CHART_WIDTH,
        few=any(result["few_units"] for result in results),
    )
    with atomic_path(path) as temporary:
        # A lone surrogate, as in a file name that is not UTF-8, is shown escaped rather than losing the whole page.
        temporary.write_text(page, "utf-8", errors="backslashreplace")


def _shown(result: Mapping[str, Any]) -> dict[str, Any]:
    main = result["metrics"][result["main_metric"]]
    confusion = result["confusion"]
    most = max((count for row in confusion for count in row), default=0) or 1
    return {
        **result,
        "name": f"{result['set']} · {result['task']} · {result['model']}",
        "bar": {key: round(main[key] * CHART_WIDTH, 1) for key in ("value", "low", "high")},
        "cells": [[(count, round(count / most, 3)) for count in row] for row in confusion],
        "others": [(name, value) for name, value in result["metrics"].items() if name != result["main_metric"]],
    }

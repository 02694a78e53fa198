"""One HTML page from a benchmark report: no network, no script, every text escaped and every character shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.benchmark_report import BenchmarkReport
from weibo_nlp.io import atomic_path
from weibo_nlp.report import display, plots
from weibo_nlp.report.errors_view import errors
from weibo_nlp.report.leaderboard_view import leaderboards
from weibo_nlp.report.panels import calibrated, context_plots, robustness_plots, shortcut_plots, slice_plots

if TYPE_CHECKING:
    from jinja2 import Environment

_GENERATOR = b'<meta name="generator" content="weibo-nlp benchmark">'


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, indent=1)
    except TypeError as error:
        raise DataError(f"details of a result: {error}; give text, numbers, lists and mappings.") from error


def is_own_page(path: Path) -> bool:
    """Whether a file is a benchmark page of this package, of 0.3.0 or later, which name what made them."""
    with path.open("rb") as handle:
        return _GENERATOR in handle.read(4096)


def write_page(path: Path | str, report: BenchmarkReport | Mapping[str, Any]) -> None:
    """Write a benchmark report as one self-contained page.

    Parameters
    ----------
    path : Path or str
        The page, written beside and renamed.
    report : BenchmarkReport or mapping
        The report, or what ``weibo-nlp benchmark --json`` writes, in this version or in 0.2.0. A section without rows
        is left out.

    Raises
    ------
    DataError
        If the mapping is no benchmark report, or a part of it is not what it should be.
    """
    report = report if isinstance(report, BenchmarkReport) else BenchmarkReport.from_dict(report)
    results = [result.scores for result in report.results]
    write_template(
        path,
        "benchmark.html",
        report=report,
        machine=display.machine(report.hardware) if report.hardware else None,
        leaderboards=leaderboards(report),
        calibrations=calibrated(report),
        slices=slice_plots(report),
        robustness=robustness_plots(report),
        context=context_plots(report),
        shortcuts=shortcut_plots(report),
        errors=errors(report),
        bootstraps=Counter(scores.bootstrap for scores in results),
        seeds=Counter(len(scores.seeds.values) for scores in results if scores.seeds.values),
    )


def write_template(path: Path | str, template: str, folder: Path | None = None, **views: Any) -> None:
    """Fill one of the room's templates, or one of another folder, and write the page beside its place."""
    page = _environment(folder).get_template(template).render(views)
    with atomic_path(path) as temporary:
        temporary.write_text(page, "utf-8")


@cache
def _environment(folder: Path | None) -> Environment:
    """Templates of this room, with autoescape and every printed text made visible."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader("weibo_nlp.report", "templates"), FileSystemLoader(folder or ())]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Every text that a template prints is cut and freed of hidden characters, also where no filter was asked for.
        finalize=lambda value: display.plain(value) if type(value) is str else value,
    )
    texts = (display.visible, display.plain, display.number, display.bounds, display.p_value, display.count)
    functions = (*texts, display.seconds, display.holm_note, plots.mark_of, plots.bar_of)
    environment.filters |= {function.__name__: function for function in functions}
    environment.filters["place"] = lambda value, axis: axis.place(value)
    environment.filters["as_json"] = _as_json
    environment.globals |= {"text_limit": display.TEXT_LIMIT, "unit_axis": plots.Axis(0.0, 1.0, 0.5)}
    return environment

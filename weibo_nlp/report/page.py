"""One HTML report from a benchmark document: no network, no script, every text escaped and every character shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path
from weibo_nlp.report import display
from weibo_nlp.report.errors_view import mistakes
from weibo_nlp.report.leaderboard_view import leaderboards
from weibo_nlp.report.panels import (
    calibrations,
    context_plots,
    results_in_detail,
    robustness_plots,
    shortcut_plots,
    slice_plots,
)

if TYPE_CHECKING:
    from jinja2 import Environment

MARK = "weibo_nlp_benchmark"
VERSION = 1

_LISTS = ("results", "comparisons", "ceiling", "context", "robustness", "shortcuts", "errors", "notes")
# What a result made before a section existed, or by a run that left it out, does not have.
_RESULT_WITHOUT = {
    "units": "units",
    "seconds": None,
    "notes": (),
    "dropped": {},
    "details": {},
    "seeds": {"values": (), "sd": None},
    "folds": (),
    "calibration": None,
    "slices": (),
    "predictions_sha256": None,
}


def write_page(path: Path | str, document: Mapping[str, Any]) -> None:
    """Write a benchmark document as one self-contained page.

    Parameters
    ----------
    path : Path or str
        The page, written beside and renamed.
    document : mapping
        What ``weibo-nlp benchmark --json`` writes: ``{"weibo_nlp_benchmark": 1, "title": ..., "results": [...], ...}``.
        A section whose list is absent or empty is left out.

    Raises
    ------
    DataError
        If the mapping is no benchmark document, or one of another version.
    """
    if MARK not in document:
        raise DataError(
            f"a benchmark document has the field {MARK!r}, this mapping has "
            f"{', '.join(map(repr, list(document)[:5])) or 'none at all'}; "
            "give what `weibo-nlp benchmark --json` writes."
        )
    if document[MARK] != VERSION:
        raise DataError(
            f"this is a benchmark document of version {document[MARK]!r}, and {VERSION} is known here; "
            "run `weibo-nlp benchmark` of this version again."
        )
    page = _render(_completed(document))
    with atomic_path(path) as temporary:
        temporary.write_text(page, "utf-8")


def _completed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with an empty value for every part that it may leave out."""
    known = {name: value for name, value in document.items() if value is not None}
    complete = {"package": None, "corpus_version": None, "hardware": {}, **dict.fromkeys(_LISTS, ()), **known}
    complete["results"] = [
        _RESULT_WITHOUT
        | {name: value for name, value in result.items() if value is not None or name == "corpus_version"}
        for result in complete["results"]
    ]
    return complete


def _render(document: Mapping[str, Any]) -> str:
    return (
        environment()
        .get_template("benchmark.html")
        .render(
            document=document,
            text_limit=display.TEXT_LIMIT,
            leaderboards=leaderboards(document),
            results=results_in_detail(document),
            calibrations=calibrations(document),
            slices=slice_plots(document),
            robustness=robustness_plots(document),
            context=context_plots(document),
            shortcuts=shortcut_plots(document),
            mistakes=mistakes(document),
            bootstraps=_bootstraps(document),
            seeds=_seeds(document),
        )
    )


@cache
def environment() -> Environment:
    """Templates of this room, with autoescape and every printed text made visible."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("weibo_nlp.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Every text that a template prints is cut and freed of hidden characters, also where no filter was asked for.
        finalize=lambda value: display.plain(value) if type(value) is str else value,
    )
    environment.filters |= {
        "visible": display.visible,
        "plain": display.plain,
        "number": display.number,
        "bounds": display.bounds,
        "p_value": display.p_value,
        "count": display.count,
        "seconds": display.seconds,
        "as_json": lambda value: json.dumps(value, ensure_ascii=False, indent=1, default=str),
    }
    return environment


def _bootstraps(document: Mapping[str, Any]) -> list[tuple[dict[str, Any], int]]:
    """The ways in which intervals were made, with how many results were made so."""
    found = Counter(tuple(sorted(result["bootstrap"].items())) for result in document["results"])
    return [(dict(way), times) for way, times in found.items()]


def _seeds(document: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Numbers of training seeds, with how many results have as many."""
    found = Counter(len(result["seeds"]["values"]) for result in document["results"])
    return sorted((seeds, times) for seeds, times in found.items() if seeds)

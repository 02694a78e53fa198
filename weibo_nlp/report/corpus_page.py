"""The corpus report as one page: no network, no script, every text escaped and every character shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path
from weibo_nlp.report import corpus_figures
from weibo_nlp.report.page import environment

MARK = "weibo_nlp_corpus_report"
VERSION = 1


def write_corpus_page(path: Path | str, document: Mapping[str, Any]) -> None:
    """Write a corpus report as one self-contained page.

    Parameters
    ----------
    path : Path or str
        The page, written beside and renamed.
    document : mapping
        What ``scripts/corpus_report.py`` writes as JSON.

    Raises
    ------
    DataError
        If the mapping is no corpus report, or one of another version.
    """
    if document.get(MARK) != VERSION:
        raise DataError(
            f"a corpus report has the field {MARK!r} with {VERSION}, this mapping has {document.get(MARK)!r}; "
            "run scripts/corpus_report.py of this version."
        )
    shortcut_axis, shortcuts = corpus_figures.shortcut_rows(document)
    page = (
        environment()
        .get_template("corpus.html")
        .render(
            document=document,
            summary=corpus_figures.summary(document),
            deviations=corpus_figures.deviation_rows(document),
            ranges=corpus_figures.range_plots(document),
            lengths=corpus_figures.length_plots(document),
            length_ticks=corpus_figures.length_ticks(),
            width=corpus_figures.WIDTH,
            height=corpus_figures.HEIGHT,
            events=corpus_figures.event_bars(document),
            tables=corpus_figures.balance_tables(document),
            features=corpus_figures.feature_table(document),
            diversity=corpus_figures.diversity_table(document),
            agreement=corpus_figures.agreement_table(document),
            shortcut_axis=shortcut_axis,
            shortcuts=shortcuts,
            plain=corpus_figures.plain_table(document),
            confidence=corpus_figures.confidence_table(document),
            share=corpus_figures.share,
        )
    )
    with atomic_path(path) as temporary:
        temporary.write_text(page, "utf-8")

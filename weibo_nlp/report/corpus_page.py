"""The corpus report as one page: no network, no script, every text escaped and every character shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io import atomic_path
from weibo_nlp.report import profile_view
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
    shortcut_axis, shortcuts = profile_view.shortcut_rows(document)
    page = (
        environment()
        .get_template("corpus.html")
        .render(
            document=document,
            summary=profile_view.summary(document),
            deviations=profile_view.deviation_rows(document),
            ranges=profile_view.range_plots(document),
            lengths=profile_view.length_plots(document),
            length_ticks=profile_view.length_ticks(),
            width=profile_view.WIDTH,
            height=profile_view.HEIGHT,
            events=profile_view.event_bars(document),
            tables=profile_view.balance_tables(document),
            features=profile_view.feature_table(document),
            diversity=profile_view.diversity_table(document),
            agreement=profile_view.agreement_table(document),
            shortcut_axis=shortcut_axis,
            shortcuts=shortcuts,
            plain=profile_view.plain_table(document),
            confidence=profile_view.confidence_table(document),
            share=profile_view.share,
        )
    )
    with atomic_path(path) as temporary:
        temporary.write_text(page, "utf-8")

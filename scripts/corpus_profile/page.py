"""The corpus report as one page: no network, no script, every text escaped and every character shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus_profile import view as profile_view
from corpus_profile.report import FORMAT_KEY, FORMAT_VERSION
from weibo_nlp.errors import DataError
from weibo_nlp.report.page import write_template


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
    if document.get(FORMAT_KEY) != FORMAT_VERSION:
        raise DataError(
            f"a corpus report has the field {FORMAT_KEY!r} with {FORMAT_VERSION}, this mapping has "
            f"{document.get(FORMAT_KEY)!r}; run scripts/corpus_report.py of this version."
        )
    write_template(path, "corpus.html", Path(__file__).with_name("templates"), document=document, view=profile_view)

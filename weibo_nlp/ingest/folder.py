"""The folder that an import leaves: documents, what was set aside, and what became of the records in figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from weibo_nlp._version import __version__
from weibo_nlp.ingest.reading import DOCUMENTS, SUMMARY, Import
from weibo_nlp.ingest.writing import write_rows
from weibo_nlp.io import Reject, RejectWriter
from weibo_nlp.io.atomic import pending_file
from weibo_nlp.io.rejects import output_of_rejects, outputs_of_rejects, usable_rejects_path
from weibo_nlp.io.transaction import publish_pair
from weibo_nlp.privacy.rows import protected_reason, protected_reject
from weibo_nlp.records import Document

Protect = Callable[[Iterable[Document]], Iterable[Document]]
"""Replaces in documents what leads to people."""


def write_import(crawl: Import, folder: Path, protect: Protect | None = None) -> Path:
    """Write an import into a folder: all of it appears when it is complete, in place of an earlier one.

    Parameters
    ----------
    crawl : Import
        Read once.
    folder : Path
        Is made where it is not there.
    protect : callable, optional
        Without, everything stays as the crawler left it; with, neither the documents nor anything else in the folder
        holds what it replaces.

    Returns
    -------
    Path
        The file of documents. Beside it lie the figures, and where records were set aside, a file of these.

    Raises
    ------
    UsageError
        If the folder cannot be written into, or holds a file of the same name that is no earlier import's.
    DataError
        If a crawl breaks off; nothing is written then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    output, source = folder / DOCUMENTS, crawl.crawls[0].source.path
    place = usable_rejects_path(output, source)
    names = outputs_of_rejects(output, source, place)
    with (
        RejectWriter(place, output_of_rejects(output, source, place)) as rejects,
        pending_file(output) as rows,
        pending_file(folder / SUMMARY) as summary,
    ):
        places = {each.source.name: place for place, each in enumerate(crawl.crawls, 1)}

        def set_aside(reject: Reject) -> None:
            rejects.write(reject if protect is None else protected_reject(reject, f"file {places[reject.file]}"))

        documents: Iterable[Document] = crawl.documents(set_aside)
        write_rows(rows.path, documents if protect is None else protect(documents))
        content = json.dumps(figures(crawl, is_protected=protect is not None), ensure_ascii=False, indent=2)
        summary.path.write_text(content + "\n", "utf-8")
        summary.complete()
        publish_pair(rows, rejects, names, summary)
    return output


def figures(crawl: Import, *, is_protected: bool) -> Mapping[str, Any]:
    """Return what became of the records of an import, as JSON holds it."""
    tally = crawl.tally
    reasons = Counter[str]()
    for reason, count in tally.reasons.items():
        reasons[protected_reason(reason) if is_protected else reason] += count
    return {
        "weibo_nlp": __version__,
        "pseudonymised": is_protected,
        "files": dict(Counter(each.family.name for each in crawl.crawls)),
        "files_passed_over": len(crawl.unread),
        "records": tally.records,
        "documents": tally.documents,
        "set_aside": tally.set_aside,
        "merged": tally.merged,
        "completeness": asdict(tally.completeness),
        "kinds": dict(tally.kinds),
        "flags": dict(tally.flags),
        "reasons": dict(reasons),
    }

"""Documents that were imported before, as this package writes them."""

from __future__ import annotations

from weibo_nlp.ingest.base import Documents, Family, Options, Sample, TableColumns
from weibo_nlp.ingest.source import Source
from weibo_nlp.ingest.writing import ABOVE, COLUMNS, read_documents


def _matches(sample: Sample) -> bool:
    return sample.has(*COLUMNS)


def _documents(source: Source, options: Options) -> Documents:
    yield from read_documents(source.path)


FAMILY = Family("weibo-nlp", ("parquet",), _matches, _documents, lambda _: TableColumns("text", "id", ABOVE))

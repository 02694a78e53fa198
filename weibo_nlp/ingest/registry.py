"""The families that can be read, and which of them a file is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.ingest import (
    imported,
    mediacrawler,
    nghuyong,
    table,
    web_comments,
    wechat_exporter,
    weibo_crawler,
    weibo_endpoint,
    weibo_search,
    weibo_spider,
    zhihu_hot_hub,
)
from weibo_nlp.ingest.base import Family, Sample
from weibo_nlp.ingest.source import Source
from weibo_nlp.io import Row
from weibo_nlp.io.names import quoted

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        weibo_crawler.FAMILY,
        weibo_spider.FAMILY,
        weibo_search.FAMILY,
        nghuyong.FAMILY,
        weibo_endpoint.FAMILY,
        mediacrawler.FAMILY,
        wechat_exporter.FAMILY,
        zhihu_hot_hub.FAMILY,
        web_comments.FAMILY,
        imported.FAMILY,
        table.FAMILY,
    )
}

_SAMPLED_ROWS = 20
_SAMPLED_ITEMS = 5
_MAX_DEPTH = 10
_MAX_KEYS = 5_000


def get_family(name: str) -> Family:
    """Return a family by its name.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    if name not in FAMILIES:
        raise UnknownNameError("family of crawlers", name, FAMILIES)
    return FAMILIES[name]


def recognise(source: Source) -> Family:
    """Tell by what a file holds, never by its name, which family it is of.

    Raises
    ------
    UsageError
        If it is of none, or of several.
    """
    sample = sample_of(source)
    found = families_of(sample)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{source.path}: could be of {' or '.join(family.name for family in found)}; name one with --family."
        )
    sheet = "" if source.table is None else source.table.sniffed.sheet
    where = f"{source.path}, sheet {quoted(sheet)}" if sheet else f"{source.path}"
    if users := next((family for family in FAMILIES.values() if family.holds_users(sample)), None):
        raise UsageError(f"{where}: users as {users.name} lists them, and no posts; nothing of it is read.")
    held = ", ".join(sorted(sample.keys or sample.tables)[:12]) or sample.markup or "nothing"
    known = ", ".join(name for name in FAMILIES if name != table.FAMILY.name)
    unknown = f"{where}: of no family that is known ({known})"
    if plain := table.described(source):
        raise UsageError(
            f"{unknown}. Name one with --family if a crawler wrote it. As a plain table, which --family table reads, "
            f"it {plain}; --column FIELD=NAME says it otherwise. weibo-nlp label takes the file as it is."
        )
    raise UsageError(f"{unknown}; it has {held[:300]}. Name one with --family, or {_otherwise(source)}.")


def _otherwise(source: Source) -> str:
    """Return what to do with a file that no crawler made."""
    if source.sqlite is not None:
        return "export the table of posts as CSV and label that"
    return "label the file as a table of your own" if source.prose is None else "save what it shows as a table"


def families_of(sample: Sample) -> list[Family]:
    """Return the families that a sample may be of; for every file of a crawler that is known, one."""
    found = [family for family in FAMILIES.values() if family.matches(sample)]
    return [family for family in found if not family.is_generic] or found


def sample_of(source: Source) -> Sample:
    """Look at the first records of a file."""
    if source.sqlite is not None:
        return Sample(tables={name: frozenset(columns) for name, columns in source.sqlite.tables.items()})
    if source.prose is not None:
        return Sample(markup=source.prose.markup, beginning=source.prose.beginning)
    first = [item.values for item in islice(source.rows(), _SAMPLED_ROWS) if isinstance(item, Row)]
    paths = (path for values in first for path in _paths(values, "", _MAX_DEPTH))
    return Sample(keys=frozenset(source.columns).union(islice(paths, _MAX_KEYS)))


def _paths(value: Any, above: str, depth: int) -> Iterator[str]:
    """Yield the paths of all keys in a value."""
    if depth == 0:
        return
    inner: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        inner = ((f"{above}.{key}" if above else key, item) for key, item in value.items())
    elif isinstance(value, list):
        inner = ((f"{above}[]", item) for item in value[:_SAMPLED_ITEMS])
    for path, item in inner:
        if isinstance(value, dict):
            yield path
        yield from _paths(item, path, depth - 1)

"""Columns of every configuration: one description, from which Parquet, `datasets` and the card's header follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weibo_nlp.scheme import Scheme

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

# 2 added `figures` to the events. A release is read with the columns of the version it was built under.
SCHEMA_VERSION = 2
SPLITS = ("train", "validation", "test")
# The registers have no split of their own; one `train` is what tools for single-split sets expect.
REGISTER_SPLITS = ("train",)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it holds, and its type in the small language below.

    Types: ``string``, ``bool``, ``int32``, ``label:<task>``, ``list:<type>``, or a tuple of columns for a struct
    (``list`` of struct: ``("list", columns)``). ``since`` is the schema version that brought it.
    """

    name: str
    type: str | tuple[str, tuple[Column, ...]]
    meaning: str
    since: int = 1


_DOCUMENT = (
    Column("id", "string", "document id, never reused"),
    Column("kind", "string", "article, post, repost or comment"),
    Column("title", "string", "title of an article, else null"),
    Column("text", "string", "the text as composed, markup and emoticons included"),
    Column("platform", "string", "platform whose conventions the text follows"),
    Column("lang", "string", "language, BCP 47"),
    Column("script", "string", "hans or hant"),
    Column("event", "string", "id in the event register"),
    Column("phase", "string", "phase of the event, dated in the register"),
    Column("author", "string", "invented handle"),
    Column("account_type", "string", "kind of account that speaks"),
    Column("thread", "string", "id of the root document"),
    Column("root", "string", "id of the root document, null for the root itself"),
    Column("parent", "string", "id of the document answered, null for roots and reposts"),
    Column("repost_of", "string", "id of the document reposted"),
    Column("hashtags", "list:string", "hashtags without their signs"),
    Column("mentions", "list:string", "handles mentioned, answered or reposted"),
    Column("urls", "list:string", "addresses in the text"),
    Column("composed", "bool", "always true: written for this corpus, not collected"),
    Column("fold", "int32", "0-4, whole events, for cross-event evaluation"),
    Column("topic", "label:topic", "gold topic"),
    Column("sentiment", "label:sentiment", "gold sentiment"),
    Column("irony", "bool", "gold irony"),
    Column("needs_context", "bool", "most annotators needed the thread"),
    Column("frames", "list:string", "frames named by two or more annotators"),
    Column("topic_settled", "string", "how the gold topic came about: unanimous, majority or adjudicated"),
    Column("sentiment_settled", "string", "the same for sentiment"),
    Column("irony_settled", "string", "the same for irony"),
)

_STANCES = (
    Column("document_id", "string", "document"),
    Column("kind", "string", "kind of the document"),
    Column("event", "string", "event of the document"),
    Column("thread", "string", "thread of the document"),
    Column("fold", "int32", "as in the documents"),
    Column("target_id", "string", "id in the target register"),
    Column("target", "string", "the target's text"),
    Column("canonical", "bool", "whether the target is a topic's canonical one"),
    Column("text", "string", "the document's text"),
    Column("parent_text", "string", "text of the document answered or reposted, else null"),
    Column("root_text", "string", "text of the thread's root, null for the root itself"),
    Column("stance", "label:stance", "gold stance towards the target"),
    Column("stance_settled", "string", "unanimous, majority or adjudicated"),
)

_ANNOTATIONS = (
    Column("document_id", "string", "document"),
    Column("round", "string", "annotation round"),
    Column("annotator", "string", "annotator within the round; `intention` is the author's own layer"),
    Column("topic", "label:topic", "judged topic"),
    Column("sentiment", "label:sentiment", "judged sentiment"),
    Column("irony", "bool", "judged irony"),
    Column("needs_context", "bool", "whether the thread was needed"),
    Column("confidence", "string", "high or low"),
    Column("frames", "list:string", "frames heard"),
    Column(
        "stances", ("list", (Column("target_id", "string", ""), Column("stance", "label:stance", ""))), "judged stances"
    ),
    Column("model", "string", "who judged, as exactly as known"),
    Column("prompt_sha256", "string", "checksum of the prompt in annotations/rounds/<round>/prompts"),
    Column("guideline_version", "string", "version of the guideline"),
    Column("layout", "string", "layout of the guideline this annotator read"),
    Column("order", "int32", "place of the document in what this annotator read, from 1"),
)

_SEGMENTATION = (
    Column("id", "string", "sentence id: document id and place"),
    Column("document_id", "string", "document"),
    Column("start", "int32", "first code point of the sentence in the document's text"),
    Column("end", "int32", "first code point behind it"),
    Column("text", "string", "the sentence"),
    Column("words", "list:string", "its words; joined, they are the sentence"),
    Column("settled", "string", "agreed or adjudicated"),
)

_EVENTS = (
    Column("id", "string", "event id"),
    Column("topic", "label:topic", "topic the event belongs to"),
    Column("near", "label:topic", "topic whose words an `other` event borrows"),
    Column("name_zh", "string", "name"),
    Column("name_en", "string", "name in English"),
    Column("start", "string", "first day, month or year"),
    Column("end", "string", "last day, month or year"),
    Column("fold", "int32", "as in the documents"),
    Column("hashtags", "list:string", "hashtags of the event"),
    Column(
        "phases",
        ("list", (Column("id", "string", ""), Column("date", "string", ""), Column("zh", "string", ""))),
        "phases",
    ),
    Column(
        "figures",
        ("list", (Column("value", "string", ""), Column("what", "string", ""), Column("source", "string", ""))),
        "numbers that the texts may name",
        since=2,
    ),
    Column(
        "facts", ("list", (Column("text", "string", ""), Column("source", "string", ""))), "what the texts may state"
    ),
    Column("targets", "list:string", "target ids, canonical first"),
)

_TARGETS = (
    Column("id", "string", "target id"),
    Column("text", "string", "the target in words"),
    Column("canonical_for", "label:topic", "topic whose canonical target it is, else null"),
    Column("favor", "string", "what a document that favours it does"),
    Column("against", "string", "what a document that opposes it does"),
    Column("none", "string", "what a document without a position does"),
)

CONFIGS: Mapping[str, tuple[Column, ...]] = {
    "articles": _DOCUMENT,
    "posts": _DOCUMENT,
    "comments": _DOCUMENT,
    "stances": _STANCES,
    "annotations": _ANNOTATIONS,
    "segmentation": _SEGMENTATION,
    "events": _EVENTS,
    "targets": _TARGETS,
}
DOCUMENT_CONFIGS = ("articles", "posts", "comments")
CONFIG_OF_KIND = {"article": "articles", "post": "posts", "repost": "posts", "comment": "comments"}


def columns_of(config: str, version: int = SCHEMA_VERSION) -> tuple[Column, ...]:
    """Columns that a configuration has under a version of the schema."""
    return tuple(column for column in CONFIGS[config] if column.since <= version)


def splits_of(config: str) -> tuple[str, ...]:
    """Names of the splits a configuration has."""
    return REGISTER_SPLITS if config in ("events", "targets") else SPLITS


def arrow_schema(config: str) -> pa.Schema:
    """Parquet schema of a configuration; labels are stored as int64, as ``datasets.ClassLabel`` stores them."""
    import pyarrow as pa

    return pa.schema([(column.name, _arrow_type(column.type)) for column in CONFIGS[config]])


def features(config: str, scheme: Scheme, version: int = SCHEMA_VERSION) -> datasets.Features:
    """`datasets` features of a configuration, labels as ClassLabel with the scheme's names."""
    import datasets

    return datasets.Features({column.name: _feature(column.type, scheme) for column in columns_of(config, version)})


def encode(config: str, row: Mapping[str, Any], scheme: Scheme) -> dict[str, Any]:
    """Turn label names into the integers that Parquet holds; every column must be there.

    Raises
    ------
    LabelError
        If a label is not in the scheme.
    KeyError
        If a column is missing from `row`.
    """
    return {column.name: _coded(column.type, row[column.name], scheme, decode=False) for column in CONFIGS[config]}


def decode(config: str, row: Mapping[str, Any], scheme: Scheme, version: int = SCHEMA_VERSION) -> dict[str, Any]:
    """Turn stored integers back into label names, over the columns of a version of the schema."""
    return {
        column.name: _coded(column.type, row[column.name], scheme, decode=True)
        for column in columns_of(config, version)
    }


def label_columns(config: str) -> dict[str, str]:
    """Column name -> task, for the top-level label columns of a configuration."""
    return {
        column.name: column.type.removeprefix("label:")
        for column in CONFIGS[config]
        if isinstance(column.type, str) and column.type.startswith("label:")
    }


def _arrow_type(kind: str | tuple[str, tuple[Column, ...]]) -> pa.DataType:
    import pyarrow as pa

    if isinstance(kind, tuple):
        return pa.list_(pa.struct([(column.name, _arrow_type(column.type)) for column in kind[1]]))
    if kind.startswith("list:"):
        return pa.list_(_arrow_type(kind.removeprefix("list:")))
    if kind.startswith("label:"):
        return pa.int64()
    return {"string": pa.string(), "bool": pa.bool_(), "int32": pa.int32()}[kind]


def _feature(kind: str | tuple[str, tuple[Column, ...]], scheme: Scheme) -> Any:
    import datasets

    if isinstance(kind, tuple):
        return datasets.List({column.name: _feature(column.type, scheme) for column in kind[1]})
    if kind.startswith("list:"):
        return datasets.List(_feature(kind.removeprefix("list:"), scheme))
    if kind.startswith("label:"):
        return datasets.ClassLabel(names=list(scheme.task(kind.removeprefix("label:")).labels))
    return datasets.Value(kind)


def _coded(kind: str | tuple[str, tuple[Column, ...]], value: Any, scheme: Scheme, *, decode: bool) -> Any:
    if value is None:
        return None
    if isinstance(kind, tuple):
        return [
            {column.name: _coded(column.type, item[column.name], scheme, decode=decode) for column in kind[1]}
            for item in value
        ]
    if kind.startswith("list:"):
        return list(value)
    if kind.startswith("label:"):
        task = scheme.task(kind.removeprefix("label:"))
        return task.labels[value] if decode else task.index(value)
    return value

"""Columns of every configuration: one description, from which Parquet, `datasets` and the card's header follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from weibo_nlp.scheme import Scheme, load_scheme

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

# 2 added `figures` to the events, 3 `parent_text` to the documents. A release is read with the columns of the version
# it was built under.
SCHEMA_VERSION = 3
SPLITS = ("train", "validation", "test")
# The registers have no split of their own; one `train` is what tools for single-split sets expect.
REGISTER_SPLITS = ("train",)


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a task: a name in rows, its place in the scheme's order in Parquet."""

    task: str


@dataclass(frozen=True, slots=True)
class Many:
    """A list, of values or of structs by field."""

    of: ColumnType | Mapping[str, ColumnType]


ColumnType = str | Label | Many
"""What a column holds; a string names a type of Arrow and `datasets`: ``string``, ``bool``, ``int32``."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it holds and means, and the version of the schema that brought it."""

    name: str
    type: ColumnType
    meaning: str
    since: int = 1


_DOCUMENT = (
    Column("id", "string", "document id, never reused"),
    Column("kind", "string", "article, post, repost or comment"),
    Column("title", "string", "title of an article, else null"),
    Column("text", "string", "the text as composed, markup and emoticons included"),
    Column("parent_text", "string", "text of the document answered or reposted, null for roots", since=3),
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
    Column("hashtags", Many("string"), "hashtags without their signs"),
    Column("mentions", Many("string"), "handles mentioned, answered or reposted"),
    Column("urls", Many("string"), "addresses in the text"),
    Column("composed", "bool", "always true: written for this corpus, not collected"),
    Column("fold", "int32", "0-4, whole events, for cross-event evaluation"),
    Column("topic", Label("topic"), "gold topic"),
    Column("sentiment", Label("sentiment"), "gold sentiment"),
    Column("irony", "bool", "gold irony"),
    Column("needs_context", "bool", "most annotators needed the thread"),
    Column("frames", Many("string"), "frames named by two or more annotators"),
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
    Column("stance", Label("stance"), "gold stance towards the target"),
    Column("stance_settled", "string", "unanimous, majority or adjudicated"),
)

_ANNOTATIONS = (
    Column("document_id", "string", "document"),
    Column("round", "string", "annotation round"),
    Column("annotator", "string", "annotator within the round; `intention` is the author's own layer"),
    Column("topic", Label("topic"), "judged topic"),
    Column("sentiment", Label("sentiment"), "judged sentiment"),
    Column("irony", "bool", "judged irony"),
    Column("needs_context", "bool", "whether the thread was needed"),
    Column("confidence", "string", "high or low"),
    Column("frames", Many("string"), "frames heard"),
    Column("stances", Many({"target_id": "string", "stance": Label("stance")}), "judged stances"),
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
    Column("words", Many("string"), "its words; joined, they are the sentence"),
    Column("settled", "string", "agreed or adjudicated"),
)

_EVENTS = (
    Column("id", "string", "event id"),
    Column("topic", Label("topic"), "topic the event belongs to"),
    Column("near", Label("topic"), "topic whose words an `other` event borrows"),
    Column("name_zh", "string", "name"),
    Column("name_en", "string", "name in English"),
    Column("start", "string", "first day, month or year"),
    Column("end", "string", "last day, month or year"),
    Column("fold", "int32", "as in the documents"),
    Column("hashtags", Many("string"), "hashtags of the event"),
    Column("phases", Many({"id": "string", "date": "string", "zh": "string"}), "phases"),
    Column(
        "figures",
        Many({"value": "string", "what": "string", "source": "string"}),
        "numbers that the texts may name",
        since=2,
    ),
    Column("facts", Many({"text": "string", "source": "string"}), "what the texts may state"),
    Column("targets", Many("string"), "target ids, canonical first"),
)

_TARGETS = (
    Column("id", "string", "target id"),
    Column("text", "string", "the target in words"),
    Column("canonical_for", Label("topic"), "topic whose canonical target it is, else null"),
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
"""Configurations that have files of their own."""
DOCUMENT_CONFIGS = ("articles", "posts", "comments")
VIEWS: Mapping[str, tuple[str, ...]] = {"documents": DOCUMENT_CONFIGS}
"""Configurations that are the files of others, read together."""
CONFIG_OF_KIND = {"article": "articles", "post": "posts", "repost": "posts", "comment": "comments"}


def stored_configs(config: str) -> tuple[str, ...]:
    """Configurations whose files hold the rows of this one, in the order of the rows."""
    return VIEWS.get(config, (config,))


@cache
def columns_of(config: str, version: int = SCHEMA_VERSION) -> tuple[Column, ...]:
    """Columns that a configuration has under a version of the schema."""
    return tuple(column for column in CONFIGS[stored_configs(config)[0]] if column.since <= version)


def splits_of(config: str) -> tuple[str, ...]:
    """Names of the splits a configuration has."""
    return REGISTER_SPLITS if config in ("events", "targets") else SPLITS


def features(config: str, scheme: Scheme, version: int = SCHEMA_VERSION) -> datasets.Features:
    """`datasets` features of a configuration, labels as ClassLabel with the scheme's names."""
    import datasets

    return datasets.Features({column.name: _feature(column.type, scheme) for column in columns_of(config, version)})


def arrow_schema(config: str, version: int = SCHEMA_VERSION) -> pa.Schema:
    """Parquet schema of a configuration; labels are stored as int64, as ``datasets.ClassLabel`` stores them."""
    return features(config, load_scheme(), version).arrow_schema.remove_metadata()


def encode(config: str, row: Mapping[str, Any], scheme: Scheme) -> dict[str, Any]:
    """Turn label names into the integers that Parquet holds; every column must be there.

    Raises
    ------
    LabelError
        If a label is not in the scheme.
    KeyError
        If a column is missing from `row`.
    """
    return {column.name: _coded(column.type, row[column.name], scheme, decode=False) for column in columns_of(config)}


def decode(config: str, row: Mapping[str, Any], scheme: Scheme, version: int = SCHEMA_VERSION) -> dict[str, Any]:
    """Turn stored integers back into label names, over the columns of a version of the schema."""
    columns = columns_of(config, version)
    return {column.name: _coded(column.type, row[column.name], scheme, decode=True) for column in columns}


def label_columns(config: str) -> dict[str, str]:
    """Column name -> task, for the top-level label columns of a configuration."""
    return {column.name: column.type.task for column in columns_of(config) if isinstance(column.type, Label)}


def _feature(type_: ColumnType | Mapping[str, ColumnType], scheme: Scheme) -> Any:
    import datasets

    match type_:
        case Label(task):
            return datasets.ClassLabel(names=list(scheme.task(task).labels))
        case Many(of):
            return datasets.List(_feature(of, scheme))
        case Mapping():
            return {name: _feature(inner, scheme) for name, inner in type_.items()}
        case _:
            return datasets.Value(type_)


def _coded(type_: ColumnType | Mapping[str, ColumnType], value: Any, scheme: Scheme, *, decode: bool) -> Any:
    if value is None:
        return None
    match type_:
        case str():  # first, for nearly all columns are plain
            return value
        case Label(name):
            task = scheme.task(name)
            return task.labels[value] if decode else task.index(value)
        case Many(of):
            return [_coded(of, item, scheme, decode=decode) for item in value]
        case Mapping():
            return {name: _coded(inner, value[name], scheme, decode=decode) for name, inner in type_.items()}

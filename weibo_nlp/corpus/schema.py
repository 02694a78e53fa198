"""Columns of every configuration: one description, from which Parquet, `datasets` and the card's header follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError, LabelError
from weibo_nlp.io.names import quoted
from weibo_nlp.records import ACCOUNT_TYPES, KINDS, PLATFORMS, SCRIPTS, TEXT_KINDS
from weibo_nlp.scheme import Scheme, Task

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

# 2 added `figures` to the events, 3 `parent_text` to the documents, 4 `confidence` and the configuration `real`. A
# release is read with the columns of the version it was built under.
SCHEMA_VERSION = 4
SPLITS = ("train", "validation", "test")
# The registers have no split of their own; one `train` is what tools for single-split sets expect.
REGISTER_SPLITS = ("train",)


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a task: a name in rows, its place in the scheme's order in Parquet."""

    task: str


@dataclass(frozen=True, slots=True)
class Many:
    """A list, of values or of structs, whose fields are described as columns are."""

    of: ColumnType | tuple[Column, ...]


ColumnType = str | Label | Many
"""What a column holds; a string names a type of Arrow and `datasets`: ``string``, ``bool``, ``int32``."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it holds and means, the version of the schema that brought it, and its rules.

    Attributes
    ----------
    nullable : bool
        Whether a value may be null. Text is never empty: what is unknown is null.
    allowed : tuple or str, optional
        The values there are, or the vocabulary of the scheme that has them; of a list, of its items.
    least, most : int, optional
        Bounds of a number.
    refers : str, optional
        Configuration whose ``id`` the value is, or each item of a list; a document is one of the same split.
    copies : tuple of str, optional
        What it repeats: columns to follow from row to row, the last the one that holds the value; ``above`` is the
        document answered or reposted.
    unique : bool
        Whether no two rows have the same value.
    """

    name: str
    type: ColumnType
    meaning: str
    since: int = 1
    nullable: bool = False
    allowed: tuple[Any, ...] | str | None = None
    least: int | None = None
    most: int | None = None
    refers: str | None = None
    copies: tuple[str, ...] = ()
    unique: bool = False


ABOVE = "above"
FOLDS = 5
DRAWN = ("random", "topic word")
_SETTLED = ("unanimous", "majority", "adjudicated")


def _fold(meaning: str, *copies: str) -> Column:
    return Column("fold", "int32", meaning, least=0, most=FOLDS - 1, copies=copies)


def _confidence(meaning: str, *copies: str) -> Column:
    return Column("confidence", "string", meaning, since=4, allowed="confidence", copies=copies)


_DOCUMENT = (
    Column("id", "string", "document id, never reused"),
    Column("kind", "string", "article, post, repost or comment", allowed=KINDS),
    Column("title", "string", "title of an article, else null", nullable=True),
    Column("text", "string", "the text as composed, markup and emoticons included"),
    Column(
        "parent_text",
        "string",
        "text of the document answered or reposted, null for roots",
        since=3,
        nullable=True,
        copies=(ABOVE, "text"),
    ),
    Column("platform", "string", "platform whose conventions the text follows", allowed=PLATFORMS),
    Column("lang", "string", "language, BCP 47"),
    Column("script", "string", "hans or hant", allowed=SCRIPTS),
    Column("event", "string", "id in the event register", refers="events"),
    Column("phase", "string", "phase of the event, dated in the register", nullable=True),
    Column("author", "string", "invented handle"),
    Column("account_type", "string", "kind of account that speaks", allowed=ACCOUNT_TYPES),
    Column("thread", "string", "id of the root document", refers="documents"),
    Column("root", "string", "id of the root document, null for the root itself", nullable=True, refers="documents"),
    Column(
        "parent", "string", "id of the document answered, null for roots and reposts", nullable=True, refers="documents"
    ),
    Column("repost_of", "string", "id of the document reposted", nullable=True, refers="documents"),
    Column("hashtags", Many("string"), "hashtags without their signs"),
    Column("mentions", Many("string"), "handles mentioned, answered or reposted"),
    Column("urls", Many("string"), "addresses in the text"),
    Column("composed", "bool", "always true: written for this corpus, not collected", allowed=(True,)),
    _fold("0-4, whole events, for cross-event evaluation", "event", "fold"),
    Column("topic", Label("topic"), "gold topic"),
    Column("sentiment", Label("sentiment"), "gold sentiment"),
    Column("irony", "bool", "gold irony"),
    Column("needs_context", "bool", "most annotators needed the thread; null where there is none", nullable=True),
    Column("frames", Many("string"), "frames named by two or more annotators", allowed="frames"),
    Column(
        "topic_settled", "string", "how the gold topic came about: unanimous, majority or adjudicated", allowed=_SETTLED
    ),
    Column("sentiment_settled", "string", "the same for sentiment", allowed=_SETTLED),
    Column("irony_settled", "string", "the same for irony", allowed=_SETTLED),
    _confidence("high where most annotators were sure of their labels, else low"),
)

_STANCES = (
    Column("document_id", "string", "document", refers="documents"),
    Column("kind", "string", "kind of the document", copies=("document_id", "kind")),
    Column("event", "string", "event of the document", copies=("document_id", "event")),
    Column("thread", "string", "thread of the document", copies=("document_id", "thread")),
    _fold("as in the documents", "document_id", "fold"),
    Column("target_id", "string", "id in the target register", refers="targets"),
    Column("target", "string", "the target's text", copies=("target_id", "text")),
    Column("canonical", "bool", "whether the target is a topic's canonical one"),
    Column("text", "string", "the document's text", copies=("document_id", "text")),
    Column(
        "parent_text",
        "string",
        "text of the document answered or reposted, else null",
        nullable=True,
        copies=("document_id", ABOVE, "text"),
    ),
    Column(
        "root_text",
        "string",
        "text of the thread's root, null for the root itself",
        nullable=True,
        copies=("document_id", "root", "text"),
    ),
    Column("stance", Label("stance"), "gold stance towards the target"),
    Column("stance_settled", "string", "unanimous, majority or adjudicated", allowed=_SETTLED),
    _confidence("as in the documents", "document_id", "confidence"),
)

_ANNOTATIONS = (
    Column("document_id", "string", "document", refers="documents"),
    Column("round", "string", "annotation round"),
    Column("annotator", "string", "annotator within the round; `intention` is the author's own layer"),
    Column("topic", Label("topic"), "judged topic"),
    Column("sentiment", Label("sentiment"), "judged sentiment"),
    Column("irony", "bool", "judged irony"),
    Column("needs_context", "bool", "whether the thread was needed; null where there is none", nullable=True),
    Column("confidence", "string", "high or low", allowed="confidence"),
    Column("frames", Many("string"), "frames heard", allowed="frames"),
    Column(
        "stances",
        Many((Column("target_id", "string", "target", refers="targets"), Column("stance", Label("stance"), "stance"))),
        "judged stances",
    ),
    Column("model", "string", "who judged, as exactly as known"),
    Column("prompt_sha256", "string", "checksum of the prompt in annotations/rounds/<round>/prompts"),
    Column("guideline_version", "string", "version of the guideline"),
    Column("layout", "string", "layout of the guideline this annotator read", nullable=True),
    Column("order", "int32", "place of the document in what this annotator read, from 1", nullable=True, least=1),
)

_REAL = (
    Column("id", "string", "key of the text: r and the first 12 hex digits of its SHA-256"),
    Column("set", "string", "published set whose copies hold the text"),
    Column("source", "string", "where the set comes from"),
    Column("group", "string", "shared by the texts of one thread, hashtag or question; no split tears it"),
    Column("kind", "string", "reaction (comment or repost), post, question or title", allowed=TEXT_KINDS),
    Column("drawn", "string", "how it came to be judged: at random, or by a word of a topic", allowed=DRAWN),
    Column("topic", Label("topic"), "gold topic"),
    Column("sentiment", Label("sentiment"), "gold sentiment"),
    Column("irony", "bool", "gold irony"),
    Column("frames", Many("string"), "frames named by most annotators", allowed="frames"),
    Column("topic_settled", "string", "unanimous, majority or adjudicated", allowed=_SETTLED),
    Column("sentiment_settled", "string", "the same for sentiment", allowed=_SETTLED),
    Column("irony_settled", "string", "the same for irony", allowed=_SETTLED),
    _confidence("high where most annotators were sure of their labels, else low"),
    Column(
        "stances",
        Many(
            (
                Column("target_id", "string", "target, canonical for a topic", refers="targets"),
                Column("stance", Label("stance"), "gold stance"),
                Column("settled", "string", "unanimous, majority or adjudicated", allowed=_SETTLED),
                Column("votes", Many(Label("stance")), "judged stances, in the order of the annotators"),
            )
        ),
        "stance on every canonical target",
    ),
    Column("topic_votes", Many(Label("topic")), "judged topics, in the order of the annotators"),
    Column("sentiment_votes", Many(Label("sentiment")), "judged sentiments"),
    Column("irony_votes", Many("bool"), "judged irony"),
)

_SEGMENTATION = (
    Column("id", "string", "sentence id: document id and place"),
    Column("document_id", "string", "document", refers="documents"),
    Column("start", "int32", "first code point of the sentence in the document's text", least=0),
    Column("end", "int32", "first code point behind it", least=1),
    Column("text", "string", "the sentence"),
    Column("words", Many("string"), "its words; joined, they are the sentence"),
    Column("settled", "string", "agreed or adjudicated", allowed=("agreed", "adjudicated")),
)

_EVENTS = (
    Column("id", "string", "event id"),
    Column("topic", Label("topic"), "topic the event belongs to"),
    Column("near", Label("topic"), "topic whose words an `other` event borrows", nullable=True),
    Column("name_zh", "string", "name"),
    Column("name_en", "string", "name in English"),
    Column("start", "string", "first day, month or year", nullable=True),
    Column("end", "string", "last day, month or year", nullable=True),
    _fold("as in the documents"),
    Column("hashtags", Many("string"), "hashtags of the event"),
    Column(
        "phases",
        Many(
            (
                Column("id", "string", "phase id"),
                Column("date", "string", "when it began", nullable=True),
                Column("zh", "string", "name"),
            )
        ),
        "phases",
    ),
    Column(
        "figures",
        Many(
            (
                Column("value", "string", "the number"),
                Column("what", "string", "what it counts"),
                Column("source", "string", "who says so"),
            )
        ),
        "numbers that the texts may name",
        since=2,
    ),
    Column(
        "facts",
        Many((Column("text", "string", "the fact"), Column("source", "string", "who says so"))),
        "what the texts may state",
    ),
    Column("targets", Many("string"), "target ids, canonical first", refers="targets"),
)

_TARGETS = (
    Column("id", "string", "target id"),
    Column("text", "string", "the target in words", unique=True),
    Column(
        "canonical_for", Label("topic"), "topic whose canonical target it is, else null", nullable=True, unique=True
    ),
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
    "real": _REAL,
    "segmentation": _SEGMENTATION,
    "events": _EVENTS,
    "targets": _TARGETS,
}
"""Configurations that have files of their own."""
REAL = "real"
"""Configuration of judgements on public texts that are not shipped."""
_SINCE = {REAL: 4}
DOCUMENT_CONFIGS = ("articles", "posts", "comments")
VIEWS: Mapping[str, tuple[str, ...]] = {"documents": DOCUMENT_CONFIGS}
"""Configurations that are the files of others, read together."""
CONFIG_OF_KIND = {"article": "articles", "post": "posts", "repost": "posts", "comment": "comments"}
KEYS: Mapping[str, tuple[str, ...]] = {
    "stances": ("document_id", "target_id"),
    "annotations": ("document_id", "round", "annotator"),
}
"""What tells the rows of a configuration apart; ``id`` elsewhere."""


def stored_configs(config: str) -> tuple[str, ...]:
    """Configurations whose files hold the rows of this one, in the order of the rows."""
    return VIEWS.get(config, (config,))


def configs_of(version: int = SCHEMA_VERSION) -> tuple[str, ...]:
    """Configurations with files of their own that a release of a version of the schema has."""
    return tuple(config for config in CONFIGS if _SINCE.get(config, 1) <= version)


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
    import pyarrow as pa  # `datasets` knows the same types, and takes seconds to load

    return pa.schema([(column.name, _arrow_type(column.type)) for column in columns_of(config, version)])


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
    """Turn stored integers back into label names, over the columns of a version of the schema.

    Raises
    ------
    LabelError
        If an integer is no label's.
    DataError
        If a value is null where none may be.
    """
    columns = columns_of(config, version)
    if empty := [column.name for column in columns if row[column.name] is None and not column.nullable]:
        raise DataError(f"{', '.join(empty)}: null, which stands for no value here.")
    return {column.name: _coded(column.type, row[column.name], scheme, decode=True) for column in columns}


def label_columns(config: str) -> dict[str, str]:
    """Column name -> task, for the top-level label columns of a configuration."""
    return {column.name: column.type.task for column in columns_of(config) if isinstance(column.type, Label)}


def _arrow_type(type_: ColumnType | tuple[Column, ...]) -> pa.DataType:
    import pyarrow as pa

    match type_:
        case Label():
            return pa.int64()
        case Many(of):
            return pa.list_(_arrow_type(of))
        case tuple():
            return pa.struct([(field.name, _arrow_type(field.type)) for field in type_])
        case _:
            return pa.type_for_alias(type_)


def _feature(type_: ColumnType | tuple[Column, ...], scheme: Scheme) -> Any:
    import datasets

    match type_:
        case Label(task):
            return datasets.ClassLabel(names=list(scheme.task(task).labels))
        case Many(of):
            return datasets.List(_feature(of, scheme))
        case tuple():
            return {field.name: _feature(field.type, scheme) for field in type_}
        case _:
            return datasets.Value(type_)


def _coded(type_: ColumnType | tuple[Column, ...], value: Any, scheme: Scheme, *, decode: bool) -> Any:
    if value is None:
        return None
    match type_:
        case str():  # first, for nearly all columns are plain
            return value
        case Label(name):
            task = scheme.task(name)
            return _label(task, value) if decode else task.index(value)
        case Many(of):
            return [_coded(of, item, scheme, decode=decode) for item in value]
        case tuple():
            return {field.name: _coded(field.type, value[field.name], scheme, decode=decode) for field in type_}


def _label(task: Task, place: int) -> str:
    if place not in range(len(task.labels)):
        raise LabelError(f"{quoted(place)} is no label of {task.name!r}, which has {len(task.labels)}.")
    return task.labels[place]

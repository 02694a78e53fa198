"""The records that hold the house together: frozen, standard library only, checked once at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from weibo_nlp.errors import DataError

Kind = Literal["article", "post", "repost", "comment"]
AccountType = Literal["netizen", "self_media", "media", "official", "brand", "organization", "unknown"]
Script = Literal["hans", "hant"]
Platform = Literal[
    "weibo", "douyin", "kuaishou", "bilibili", "zhihu", "tieba", "douban", "wechat", "xiaohongshu"
]  # of composed documents; a crawl may come from any other
TextKind = Literal["reaction", "post", "question", "title"]

KINDS: tuple[str, ...] = get_args(Kind)
ACCOUNT_TYPES: tuple[str, ...] = get_args(AccountType)
SCRIPTS: tuple[str, ...] = get_args(Script)
PLATFORMS: tuple[str, ...] = get_args(Platform)
TEXT_KINDS: tuple[str, ...] = get_args(TextKind)


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open ``[start, end)`` in code points of the text it belongs to.

    Raises
    ------
    DataError
        If the bounds are negative or reversed.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise DataError(f"span [{self.start}, {self.end}) is not 0 <= start <= end; count code points from 0.")

    def of(self, text: str) -> str:
        """Return the piece of `text` that the span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the platform counted; ``None`` when unknown, never 0 for unknown."""

    likes: int | None = None
    reposts: int | None = None
    comments: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document was read: format name, file, row (1-based line or record), checksum of the file."""

    format: str
    file: str | None = None
    row: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One article, post, repost or comment, in its place in a thread.

    ``thread`` is the id of the root document; a root has ``parent`` and ``root`` of ``None``.
    Unknown values are ``None``, not empty strings and not zeros. ``fold`` is the fold of whole events it belongs to,
    ``votes`` maps tasks to the labels that single annotators gave, where a set publishes them.
    """

    id: str
    kind: Kind
    text: str
    thread: str
    platform: str = "weibo"
    title: str | None = None
    lang: str = "zh"
    script: Script = "hans"
    created_at: str | None = None
    author: str | None = None
    account_type: AccountType = "unknown"
    parent: str | None = None
    root: str | None = None
    repost_of: str | None = None
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    counts: Counts = Counts()
    region: str | None = None
    event: str | None = None
    phase: str | None = None
    fold: int | None = None
    votes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: Source | None = None
    flags: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id:
            raise DataError(f"document id must be a non-empty string, got {self.id!r}; convert numbers with str().")
        if not isinstance(self.text, str):
            raise DataError(f"document {self.id!r}: text must be a string, got {type(self.text).__name__}.")
        for name, value, allowed in (
            ("kind", self.kind, KINDS),
            ("account_type", self.account_type, ACCOUNT_TYPES),
            ("script", self.script, SCRIPTS),
        ):
            if value not in allowed:
                raise DataError(f"document {self.id!r}: {name} {value!r} is not one of {', '.join(allowed)}.")


@dataclass(frozen=True, slots=True)
class GoldLabel:
    """The settled label of one document for one task; ``target`` is the target's text, for stance only."""

    document_id: str
    task: str
    label: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one annotator said of one document, with everything needed to know how it came about.

    ``document_id`` is the key of a text where the text is not shipped. ``stances`` maps target ids to stance labels.
    ``order`` is the document's place in what this annotator read, from 1. ``needs_context`` is None where texts were
    judged without their thread.
    """

    document_id: str
    annotator: str
    round: str
    topic: str
    sentiment: str
    irony: bool
    needs_context: bool | None
    confidence: Literal["high", "low"] = "high"
    frames: tuple[str, ...] = ()
    stances: Mapping[str, str] = field(kw_only=True)
    model: str | None = None
    prompt_sha256: str | None = None
    guideline_version: str | None = None
    layout: str | None = None
    order: int | None = None


@dataclass(frozen=True, slots=True)
class StandoffText:
    """A public text that is judged here and not shipped: its key, and where a user's own copy may hold it.

    ``id`` is made of the text itself, ``set`` is the published set that holds it and ``source`` that set's origin.
    Texts of one thread, hashtag or question share a ``group``, which no split tears. ``drawn`` says how it came to be
    judged: at random, or because it holds a word of a topic.
    """

    id: str
    set: str
    source: str
    group: str
    kind: TextKind
    drawn: Literal["random", "topic word"]
    split: Literal["train", "validation", "test"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one model says of one document: a label, and the probability of every label."""

    document_id: str
    task: str
    label: str
    scores: Mapping[str, float]
    target: str | None = None


def known_fields(record: type) -> frozenset[str]:
    """Names of a record's fields, to refuse or set aside what does not belong."""
    return frozenset(item.name for item in fields(record))


@dataclass(frozen=True, slots=True)
class Example:
    """What a model sees: a text, for stance a target, and the text it answers and the thread's first, where known.

    ``plain`` says that they are as a platform shows them, so that nothing in them is read as HTML.
    """

    text: str
    target: str | None = None
    parent: str | None = None
    plain: bool = False
    root: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A stance target of the register with one sentence for each label."""

    id: str
    text: str
    canonical_for: str | None
    favor: str
    against: str
    none: str


@dataclass(frozen=True)
class Event:
    """One entry of the event register."""

    id: str
    topic: str
    near: str | None
    name_zh: str
    name_en: str
    start: str | None
    end: str | None
    fold: int
    phases: tuple[Mapping[str, Any], ...]
    hashtags: tuple[str, ...]
    figures: tuple[Mapping[str, str], ...]
    facts: tuple[Mapping[str, Any], ...]
    targets: tuple[str, ...]


# The author's own layer: published beside the judgements, never counted among them.
AUTHOR_LABEL = "intention"

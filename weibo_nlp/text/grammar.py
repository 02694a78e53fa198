"""The grammar of a Weibo text: who says which part of it, and what stands between the words.

Three layers, each made of places in the one before:

raw text
    A string as the platform shows it in plain form. Nothing is ever deleted from it here; every offset counts its
    code points. Text from HTML endpoints is first read by :func:`weibo_nlp.text.normalise` with ``html=True``,
    and its offsets lead back through ``Normalised.to_raw``.
spans
    :class:`~weibo_nlp.text.markup.Markup`: links, mentions, hashtags, emoticons, and the prefixes by which the
    app writes a conversation into one line. Sorted, never overlapping.
pieces
    Who speaks: the author's own words, the quoted original of a shortened display, and the links of a repost
    chain. ``回复@甲:好//@乙:不`` is a reply prefix, the own words ``好``, a repost prefix and the words ``不`` of
    乙. Pieces and the markup between them tile the raw text: every character is in exactly one of them.

The full-width twin of a sign is read like the sign (``／／＠甲：``, ``＃话题＃``, ``［泪］``), and the words of the
app and the names of emoticons in traditional script like those in simplified script (``回復@甲:``, ``[開心]``); a
value is as the text has it.

Reading order: links; ``转发理由:``; the repost chain; the reply prefixes; shortening marks and fillers; then, in what
is still free, hashtags, client residue, mentions, emoticons, kaomoji, emoji. What an earlier step has taken, a later
one cannot: an ``@`` in a link is no mention, an emoticon in a hashtag is part of the topic. Only the signs of a face
in brackets, ``(#^.^#)``, are none from the start.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from weibo_nlp.records import Span
from weibo_nlp.text.markup import Found, Markup, MarkupKind
from weibo_nlp.text.reader import MARGIN, Reader

PROTECTED_KINDS: frozenset[MarkupKind] = frozenset(
    {"url", "mention", "hashtag", "super_topic", "emoticon", "emoji", "kaomoji"}
)
"""Kinds that are one token each: a segmenter must not cut them."""

_AT = re.compile("[@＠]")


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One earlier repost in the chain, nearest first.

    Attributes
    ----------
    author : str
        Name that the prefix states.
    span : Span
        Its words in the raw text, without prefixes; empty for a repost that added none.
    text : str
        The same words.
    reply_to : str or None
        Whom these words answer, where they open with ``回复@N:``.
    """

    author: str
    span: Span
    text: str
    reply_to: str | None = None

    @property
    def empty(self) -> bool:
        """Whether this repost added no words (nothing, or only the app's ``转发微博``)."""
        return not self.text.strip(MARGIN)


@dataclass(frozen=True)
class Post:
    """A parsed text: pieces by speaker, and the markup in and between them.

    Attributes
    ----------
    raw : str
        The text as given.
    own : Span
        The author's own words in `raw`, markup within them included; prefixes, the chain, fillers and shortening
        marks are not part of it. Spaces are.
    reply_to : str or None
        Whom the own words answer.
    chain : tuple of ChainLink
        Earlier reposts, nearest first.
    empty_repost : bool
        The author reposted without a word: only a filler such as ``转发微博``, or nothing before a chain or after
        ``转发理由:``.
    truncated : bool
        The app cut some piece short and said so (``…全文``).
    original_span : Span or None
        Where the quoted original stands, if the display puts one before ``转发理由:``.
    found : tuple of (start, end, kind, value)
        All markup in its bare form; :attr:`spans` are the records.
    """

    raw: str
    own: Span
    reply_to: str | None
    chain: tuple[ChainLink, ...]
    empty_repost: bool
    truncated: bool
    original_span: Span | None
    found: tuple[Found, ...] = field(repr=False)

    @cached_property
    def spans(self) -> tuple[Markup, ...]:
        """All markup, sorted, not overlapping."""
        return tuple(Markup(kind, Span(left, right), value) for left, right, kind, value in self.found)

    @property
    def own_text(self) -> str:
        """The author's own words."""
        return self.own.of(self.raw)

    @property
    def original(self) -> str | None:
        """Text of the quoted original as far as it is shown, or ``None``."""
        return None if self.original_span is None else self.original_span.of(self.raw)

    @property
    def hashtags(self) -> tuple[str, ...]:
        """Topics of the hashtags, without the signs, in order; super topics are apart."""
        return self.values("hashtag")

    @property
    def super_topics(self) -> tuple[str, ...]:
        """Names of the super topics (``#…[超话]#``), in order."""
        return self.values("super_topic")

    @property
    def mentions(self) -> tuple[str, ...]:
        """Names mentioned within words; the names of prefixes are `reply_to` and the authors of `chain`."""
        return self.values("mention")

    @property
    def urls(self) -> tuple[str, ...]:
        """Links, in order."""
        return self.values("url")

    @property
    def emoticons(self) -> tuple[str, ...]:
        """Names of the bracketed emoticons, in order."""
        return self.values("emoticon")

    @property
    def handles(self) -> tuple[Markup, ...]:
        """Every ``@N`` of the text as a mention, those of reply and repost prefixes included: where names stand."""
        places = (_handle(self.raw, place) for place in self.found)
        return tuple(Markup(kind, Span(left, right), name) for left, right, kind, name in places if kind == "mention")

    def values(self, kind: MarkupKind) -> tuple[str, ...]:
        """Values of all markup of one kind, in order."""
        return tuple(place[3] for place in self.found if place[2] == kind)


def parse(text: str, *, known_mentions: Sequence[str] = ()) -> Post:
    """Read the structure of one text: own words, reply, repost chain, and every piece of markup.

    Parameters
    ----------
    text : str
        Plain text. Simplified or traditional script, half-width or full-width signs.
    known_mentions : sequence of str, optional
        Names that the source lists for this text. Where one stands behind an ``@`` it is the mention, whatever
        follows (``@甲乙你好`` with ``["甲乙"]``); elsewhere the pattern decides. Names of more than 64 characters are
        passed over.

    Returns
    -------
    Post

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate, naming its offset.
    UsageError
        If `known_mentions` holds what is no name.

    Notes
    -----
    Linear in the length of the text for any input.

    Examples
    --------
    >>> post = parse("回复@小甲:好的//@小乙:不同意//@小丙:转")
    >>> post.own_text, post.reply_to, [(link.author, link.text) for link in post.chain]
    ('好的', '小甲', [('小乙', '不同意'), ('小丙', '转')])
    """
    return _post(Reader(text, known_mentions))


def parse_without_emoticons(text: str) -> Post:
    """Read a text as :func:`parse` does, but for emoticons, kaomoji and emoji, which nothing else depends on."""
    return _post(Reader(text, (), with_emoticons=False))


def protected_spans(text: str, *, known_mentions: Sequence[str] = ()) -> list[Span]:
    """Places that are one token each: links, ``@N``, hashtags, super topics, emoticons, emoji, kaomoji.

    Parameters
    ----------
    text : str
        Plain text.
    known_mentions : sequence of str, optional
        As in :func:`parse`.

    Returns
    -------
    list of Span
        Sorted, not overlapping, in code points of `text`. Of a prefix (``回复@N:``) only ``@N`` is protected.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate.
    """
    places = (_handle(text, place) for place in marked_places(text, known_mentions=known_mentions))
    return [Span(left, right) for left, right, kind, _ in places if kind in PROTECTED_KINDS]


def marked_places(text: str, *, known_mentions: Sequence[str] = ()) -> list[Found]:
    """Markup of a text as bare tuples, sorted: what :attr:`Post.spans` holds, at a third of the cost.

    For the rooms that read millions of texts and need places only; arguments and errors as in :func:`parse`.
    """
    return Reader(text, known_mentions).places


def _post(reader: Reader) -> Post:
    text = reader.raw
    return Post(
        raw=text,
        own=reader.own,
        reply_to=reader.reply_to,
        chain=tuple(ChainLink(author, words, words.of(text), answered) for author, words, answered in reader.chain),
        empty_repost=reader.empty_repost,
        truncated=reader.truncated,
        original_span=reader.original,
        found=tuple(reader.places),
    )


def _handle(text: str, place: Found) -> Found:
    """Narrow a prefix down to its ``@N``; leave anything else as it is."""
    left, right, kind, name = place
    if kind not in ("reply_prefix", "repost_prefix"):
        return place
    sign = _AT.search(text, left, right)
    at = sign.start() if sign else left
    return at, at + 1 + len(name), "mention", name

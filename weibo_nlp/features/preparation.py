"""What a text model sees of a text: the author's own words, normalised, with names, addresses and long numbers masked.

One preparation for all: labelling, training and scoring read a text through it, so that none of them sees another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weibo_nlp.features.ngram_index import batches
from weibo_nlp.features.unmarked import LONG_NUMBER, MENTION_MASK, NUMBER_MASK, SPACE, prepare_unmarked
from weibo_nlp.records import Example, Span
from weibo_nlp.text.grammar import Post, parse_without_emoticons
from weibo_nlp.text.markup import require_string
from weibo_nlp.text.normalise import cleaned, simplified_words
from weibo_nlp.text.plain import HtmlChoice, plain_text

# Who is mentioned and which page is linked says nothing that carries over to other texts; that somebody is, does.
_MASKS = {"mention": MENTION_MASK, "url": "⌁", "client_residue": "⌁"}


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A text as models see it.

    Attributes
    ----------
    own : str
        The author's own words; empty where there are none, as in a bare repost.
    answered : str or None
        The words that the text itself says it answers: of the nearest repost in its chain that has any, or the original
        that it quotes.
    """

    own: str
    answered: str | None


@dataclass(frozen=True, slots=True)
class PreparedExample(Example):
    """An example as models see it, which is not prepared again."""


def prepare(text: str, html: HtmlChoice = "auto") -> PreparedText:
    """Prepare a raw text for n-gram features; not meant for people to read.

    HTML becomes text where it is HTML; traditional script becomes simplified, full-width letters half-width; the repost
    chain and the address of a reply go; handles, links and numbers of five or more digits are masked; letters become
    small and white space one blank.

    Raises
    ------
    DataError
        If the text is no string, or holds a lone surrogate.
    UsageError
        If `html` is neither a bool nor ``"auto"``.

    Examples
    --------
    >>> prepare("不同意！見http://t.cn/abc //@甲:太好了")
    PreparedText(own='不同意！见⌁', answered='太好了')
    """
    post = parse_without_emoticons(cleaned(plain_text(text, html).text))
    if (simpler := simplified_words(post.raw, post.handles)) != post.raw:
        post = parse_without_emoticons(simpler)
    said = (link.span for link in post.chain if not link.empty)
    answered = next(said, post.original_span)
    return PreparedText(_masked(post, post.own), None if answered is None else _masked(post, answered) or None)


def model_text(text: str) -> str:
    """Return the own words of a raw text as models see them, see :func:`prepare`."""
    return prepare(text).own


def prepared(examples: Sequence[Example]) -> list[PreparedExample]:
    """Return examples as models see them; each different text is read once, and what is prepared stays as it is.

    The text answered is the parent that an example names, or what its own repost chain says; a root that is the parent
    counts once.
    """
    read: dict[bool, dict[str, PreparedText]] = {}
    for plain in (False, True):
        raw = (row for row in examples if bool(row.plain) is plain and not isinstance(row, PreparedExample))
        texts = list(
            dict.fromkeys(text for row in raw for text in (row.text, row.parent, row.root) if text is not None)
        )
        read[plain] = dict(zip(texts, prepare_all(texts, False if plain else "auto"), strict=True))
    rows: list[PreparedExample] = []
    for row in examples:
        if isinstance(row, PreparedExample):
            rows.append(row)
            continue
        text = read[bool(row.plain)][row.text]
        parent = text.answered if row.parent is None else read[bool(row.plain)][row.parent].own
        root = None if row.root is None else read[bool(row.plain)][row.root].own
        rows.append(PreparedExample(text.own, row.target, parent, plain=True, root=None if root == parent else root))
    return rows


def prepare_all(texts: Sequence[str], html: HtmlChoice = "auto") -> list[PreparedText]:
    """Prepare texts as :func:`prepare` does each of them; together, most take a tenth of the time.

    Raises
    ------
    DataError, UsageError
        As of :func:`prepare`.
    """
    for text in texts:
        require_string(text)
    ready: list[PreparedText] = []
    for start, stop in batches(list(map(len, texts))):
        part = texts[start:stop]
        ready += [
            prepare(text, html) if own is None else PreparedText(own, None)
            for text, own in zip(part, prepare_unmarked(part), strict=True)
        ]
    return ready


def _masked(post: Post, span: Span) -> str:
    pieces, last = [], span.start
    for left, right, kind, _ in post.found:
        mask = _MASKS.get(kind)
        if mask is not None and last <= left and right <= span.end:
            pieces += [_unnumbered(post.raw[last:left]), mask]
            last = right
    pieces.append(_unnumbered(post.raw[last : span.end]))
    return SPACE.sub(" ", "".join(pieces)).strip().lower()


def _unnumbered(words: str) -> str:
    return LONG_NUMBER.sub(NUMBER_MASK, words)

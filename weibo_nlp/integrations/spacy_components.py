"""Components of a spaCy pipeline: ``weibo_spans`` marks up what stands between the words, ``weibo_labels`` labels.

Importing the module registers both factories, and these extensions:

``doc._.topic``, ``doc._.sentiment``, ``doc._.irony``, ``doc._.stance``, ``doc._.stance_target``, \
``doc._.stance_known_target``
    Set by ``weibo_labels``; None before, and where there is no text or no target. Of several targets, the first.
``doc._.stances``
    Target -> stance, of every target; None before, and where there is no text.
``token._.like_hashtag``, ``token._.like_mention``, ``token._.like_emoticon``
    What a token looks like by itself, as spaCy's ``token.like_url``; no component is needed. A super topic is a
    hashtag; an emoticon is a bracketed one.

No ``from __future__ import annotations`` here: spaCy checks a configuration against the annotations themselves.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from pydantic import StrictBool
from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.tokens import Doc, Token

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.labelling.labeller import Labeller
from weibo_nlp.labelling.slots import Slot
from weibo_nlp.labelling.targets import Targets
from weibo_nlp.labelling.texts import EMPTY, Reading, read
from weibo_nlp.models.weights import OPEN
from weibo_nlp.stats.arguments import require_whole
from weibo_nlp.text import parse
from weibo_nlp.text.markup import MarkupKind
from weibo_nlp.text.plain import HtmlChoice

SPANS, LABELS = "weibo_spans", "weibo_labels"
"""Names of the component factories."""

_KINDS: tuple[MarkupKind, ...] = ("hashtag", "super_topic", "mention", "emoticon", "url")
SPAN_LABELS = {kind: kind.upper() for kind in _KINDS}
"""Kind of markup -> label of the span."""

_FIELDS = ("topic", "sentiment", "irony", "stance", "stance_target", "stance_known_target", "stances")
_LOOKS: dict[str, frozenset[MarkupKind]] = {
    "like_hashtag": frozenset({"hashtag", "super_topic"}),
    "like_mention": frozenset({"mention"}),
    "like_emoticon": frozenset({"emoticon"}),
}


class WeiboSpans:
    """Marks hashtags, super topics, mentions, emoticons and links in ``doc.spans``.

    With our tokenizer each is one token; with another the span is widened to whole tokens.

    Parameters
    ----------
    spans_key : str
        Where in ``doc.spans``.

    Raises
    ------
    UsageError
        If `spans_key` is no string.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("zh")
    >>> _ = nlp.add_pipe("weibo_spans")
    >>> doc = nlp("回复@小甲:好[doge]")
    >>> [(span.text, span.label_) for span in doc.spans["weibo"]]
    [('@小甲', 'MENTION'), ('[doge]', 'EMOTICON')]
    """

    def __init__(self, spans_key: str = "weibo") -> None:
        if not isinstance(spans_key, str):
            raise UsageError(f"spans_key must be a string, such as weibo; got {spans_key!r:.40}.")
        self.spans_key = spans_key

    def __call__(self, doc: Doc) -> Doc:
        """Mark up one Doc; names in reply and repost prefixes are mentions too."""
        post = parse(doc.text)
        marked = [item for item in post.spans if item.kind in SPAN_LABELS and item.kind != "mention"]
        spans = (
            doc.char_span(item.span.start, item.span.end, label=SPAN_LABELS[item.kind], alignment_mode="expand")
            for item in sorted([*marked, *post.handles], key=lambda item: item.span.start)
        )
        doc.spans[self.spans_key] = [span for span in spans if span is not None]
        return doc


class WeiboLabels(Pipe):
    """Puts topic, sentiment, irony and stance on Docs, in batches.

    ``doc.cats`` gets the probability of every label, under ``task:label`` (``topic:credit``, ``irony:true``), and with
    several targets that of a stance under ``stance:target:label``; the labels themselves are in ``doc._``. An empty
    text, or one of nothing that readers see, gets neither, and a text
    without a stance target no stance; what an earlier labelling put there is taken away. One longer than 100,000
    characters is an error, of this Doc alone.

    Parameters
    ----------
    name : str
        The component's name in its pipeline.
    target : str or sequence of str, optional
        Stance target for every text, or several, as for :class:`weibo_nlp.labelling.Labeller`; by default the predicted
        topic's canonical one.
    html : bool or "auto"
        Whether texts are HTML, which is read as text; by default each is looked at.
    weights : str
        Name of the weights of the shipped models.

    Raises
    ------
    UsageError
        If a target is empty or no text, there are too many, or `html` is none.
    """

    def __init__(
        self,
        name: str = LABELS,
        target: Targets | None = None,
        html: HtmlChoice = "auto",
        weights: str = OPEN,
    ) -> None:
        self.name, self.target, self.html, self.weights = name, target, html, weights
        self._labeller = Labeller(target=target, all_scores=True, html=html, weights=weights)

    def __call__(self, doc: Doc) -> Doc:
        """Label one Doc."""
        self._label([(doc, read(doc.text, self.html))])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Label a stream of Docs, `batch_size` at a time.

        What cannot be labelled goes to the pipeline's error handler, which by default raises: a Doc that is too long by
        itself, with its position in the stream, and a whole batch where a model fails. The other Docs come out.

        Raises
        ------
        UsageError
            If `batch_size` is no whole number or below 1.
        """
        # Of a batch of nothing, no Doc would come out.
        batch_size = require_whole(batch_size, "batch_size", 1, sys.maxsize, "the number of Docs labelled at a time")
        handle = self.get_error_handler()
        numbered = enumerate(stream)
        while batch := list(islice(numbered, batch_size)):
            docs = []
            for position, doc in batch:
                reading = read(doc.text, self.html)
                if reading.problem in (None, EMPTY):
                    docs.append((doc, reading))
                    continue
                error = DataError(
                    f"the text at position {position} of the stream cannot be labelled ({reading.problem})."
                )
                handle(self.name, self, [doc], error)
            try:
                self._label(docs)
            except Exception as error:  # spaCy's contract: the pipeline's error handler decides, by default it raises
                handle(self.name, self, [doc for doc, _ in docs], error)
            else:
                yield from (doc for doc, _ in docs)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the settings; another process loads the models itself."""
        return type(self), (self.name, self.target, self.html, self.weights)

    @property
    def labels(self) -> tuple[str, ...]:
        """Keys that may stand in ``doc.cats``."""
        labels = self._labeller.labels
        return tuple(_key(slot, label) for slot in self._labeller.slots for label in labels[slot.task.name])

    def _label(self, docs: list[tuple[Doc, Reading]]) -> None:
        readable = [(doc, reading) for doc, reading in docs if reading.problem != EMPTY]
        self._labeller.warn_of_unknown_targets()
        rows = self._labeller.label_readings([reading for _, reading in readable])
        for doc, _ in docs:  # what was said before, by another target perhaps, is no part of what is said now
            for key in self.labels:
                doc.cats.pop(key, None)
            for field in _FIELDS:
                doc._.set(field, None)
        for (doc, _), row in zip(readable, rows, strict=True):
            self._put(doc, row)

    def _put(self, doc: Doc, row: Mapping[str, Any]) -> None:
        stances = {}
        for slot in self._labeller.slots:
            labels = self._labeller.labels[slot.task.name]
            scores = {_key(slot, label): row[slot.probability(label)] for label in labels}
            doc.cats.update({key: score for key, score in scores.items() if score is not None})
            if slot.target is not None and row[slot.target] is not None:
                stances[row[slot.target]] = row[slot.label]
            if slot.number in (None, 1):
                for field, column in ((slot.task.name, slot.label), *_about(slot)):
                    doc._.set(field, row[column])
        doc._.set("stances", stances)


def _key(slot: Slot, label: str) -> str:
    """Key of ``doc.cats``."""
    return f"{slot.task.name}:{label}" if slot.number is None else f"{slot.task.name}:{slot.about}:{label}"


def _about(slot: Slot) -> tuple[tuple[str, str], ...]:
    """Extension -> column of what is said of a target."""
    if slot.target is None or slot.known is None:
        return ()
    return (f"{slot.task.name}_target", slot.target), (f"{slot.task.name}_known_target", slot.known)


@Language.factory(SPANS, default_config={"spans_key": "weibo"}, assigns=["doc.spans"])
def create_spans(nlp: Language, name: str, spans_key: str) -> WeiboSpans:
    """Return the component ``weibo_spans`` of a pipeline."""
    return WeiboSpans(spans_key)


@Language.factory(
    LABELS,
    default_config={"target": None, "html": "auto", "weights": OPEN},
    assigns=["doc.cats", *(f"doc._.{field}" for field in _FIELDS)],
)
def create_labels(
    nlp: Language, name: str, target: str | list[str] | None, html: StrictBool | str, weights: str
) -> WeiboLabels:
    """Return the component ``weibo_labels`` of a pipeline."""
    return WeiboLabels(name, target, html, weights)  # type: ignore[arg-type]  # which refuses what is no choice


def _looks_like(token: Token, kinds: frozenset[MarkupKind]) -> bool:
    places = parse(token.text).found
    return len(places) == 1 and places[0][:2] == (0, len(token.text)) and places[0][2] in kinds


def _register_extensions() -> None:
    # Somebody else's extension of the same name is left alone: spaCy keeps one list for the whole process.
    for field in _FIELDS:
        if not Doc.has_extension(field):
            Doc.set_extension(field, default=None)
    for name, kinds in _LOOKS.items():
        if not Token.has_extension(name):
            # A partial, because spaCy pickles the getters on their way to a spawned process.
            Token.set_extension(name, getter=partial(_looks_like, kinds=kinds))


_register_extensions()

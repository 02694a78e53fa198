"""Normalisation that can be undone: a cleaner text in which every character knows its raw place.

What changes: HTML becomes text (if asked), invisible characters go, full-width letters, digits and what belongs to
them become half-width (:mod:`weibo_nlp.text.width`), long laughter is shortened and markup is dropped (if asked),
traditional script becomes simplified (if asked). What stays: every word, emoticon, emoji and kaomoji, Chinese
punctuation in its own width, ``①``, numbers, and the variation selectors and joiners inside an emoji. NFKC does more,
and harm: it turns ``！`` into ``!`` and ``①`` into ``1``.

The promise: **every kept character maps back to its raw place; only declared markup disappears.** The offsets and
the removed markup of the result together cover the raw text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, get_args

from weibo_nlp.errors import UsageError
from weibo_nlp.text.emoji import EMOJI
from weibo_nlp.text.folding import folded, restored
from weibo_nlp.text.grammar import marked_places, parse
from weibo_nlp.text.hypertext import html_edits
from weibo_nlp.text.markup import (
    INVISIBLE,
    JOINING,
    DroppableKind,
    Found,
    Markup,
    MarkupKind,
    gaps,
    refuse_lone_surrogates,
)
from weibo_nlp.text.offsets import Edit, Normalised, Tape
from weibo_nlp.text.recognise import checked_names
from weibo_nlp.text.script import converted, is_traditional

_INVISIBLE_RUN = re.compile(f"[{INVISIBLE}]+")
_JOINING_SIGN = re.compile(f"[{JOINING}]")

# Laughter only: 666 and 111000000 are numbers or praise, 天天 and 好好 are words.
_LAUGHTER = re.compile(r"([哈呵嘿嘻吼嗬])\1{3,}+|(?<![A-Za-z0-9])(?:[hH]{4,}+|(?:[hH][aA]){4,}+[hH]?+)(?![A-Za-z0-9])")
_LAUGHTER_KEPT = 3
_DROPPABLE: tuple[str, ...] = get_args(DroppableKind)


def normalise(
    text: str,
    *,
    html: bool = False,
    script: Literal["simplified"] | None = None,
    squeeze_laughter: bool = False,
    drop: Collection[DroppableKind] = (),
    known_mentions: Sequence[str] = (),
) -> Normalised:
    r"""Bring a text into one form without losing where anything stood.

    Parameters
    ----------
    text : str
        The text as the source has it.
    html : bool, default False
        The text comes from an endpoint that sends HTML. Plain text is left alone, whatever ``<`` and ``&`` it holds.
    script : {"simplified"}, optional
        Convert traditional characters, by phrase. Mentioned names keep their script.
    squeeze_laughter : bool, default False
        Shorten four or more ``哈`` (呵, 嘿, 嘻, 吼, 嗬, ``h``, ``ha``) in a row to three, outside of links, names and
        topics.
    drop : collection of str, optional
        Kinds of markup to remove as well, such as ``{"url", "client_residue"}``.
    known_mentions : sequence of str, optional
        As in :func:`weibo_nlp.text.parse`.

    Returns
    -------
    Normalised
        The text, the raw place of each of its characters, and what was removed.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate, naming its offset.
    UsageError
        If `script` or a kind in `drop` is unknown, `html` or `squeeze_laughter` is neither true nor false, or
        `known_mentions` holds what is no name.

    Notes
    -----
    Linear in the length of the text for any input. Without `html` and without `drop`, normalising twice is normalising
    once. With `html` a second pass would decode ``&amp;lt;`` again. What dropping brings together is not read anew: of
    ``http:/[泪]/a.cn`` without emoticons stays ``http://a.cn``, which a second pass would take for a link.

    Examples
    --------
    >>> normalise("ｙｙｄｓ！①，＃话题＃").text
    'yyds！①，#话题#'
    >>> clean = normalise("好\u200b的")
    >>> clean.text, clean.offsets[1], clean.removed[0].kind
    ('好的', (2, 3), 'invisible')
    """
    kinds = _checked(script, drop)
    _check_switches(html=html, squeeze_laughter=squeeze_laughter)
    known_mentions = checked_names(known_mentions)
    refuse_lone_surrogates(text)
    tape = Tape(text)
    if html and ("<" in text or "&" in text):
        tape.edit(html_edits(text))
    if not tape.text.isascii() and _INVISIBLE_RUN.search(tape.text):
        tape.edit(_invisible_outside_emoji(tape.text))
    tape.replace_text(folded(tape.text))
    if kinds or (squeeze_laughter and _LAUGHTER.search(tape.text)):
        places = marked_places(tape.text, known_mentions=known_mentions)
        tape.edit(_droppings(tape.text, places, kinds, squeeze_laughter))
    if script == "simplified":
        has_names = "@" in tape.text or "＠" in tape.text
        names = parse(tape.text, known_mentions=known_mentions).handles if has_names else ()
        tape.replace_text(simplified_words(tape.text, names))
    return tape.finish()


def _checked(script: str | None, drop: Collection[DroppableKind]) -> frozenset[MarkupKind]:
    if script is not None and not (isinstance(script, str) and script == "simplified"):
        raise UsageError(f"script is {script!r}; it is 'simplified', or None to leave the script as it is.")
    if isinstance(drop, str):
        raise UsageError(f"drop is the string {drop!r}; pass a collection of kinds, such as {{{drop!r}}}.")
    if not isinstance(drop, Collection):
        raise UsageError(f"drop is {drop!r}; pass a collection of kinds, such as {{'url'}}, or () to drop none.")
    unknown = sorted(repr(kind) for kind in drop if not (isinstance(kind, str) and kind in _DROPPABLE))
    if unknown:
        raise UsageError(f"drop names {', '.join(unknown)}; what can be dropped is {', '.join(_DROPPABLE)}.")
    return frozenset(drop)


def _check_switches(**switches: object) -> None:
    for name, value in switches.items():
        if type(value).__name__ not in ("bool", "bool_"):  # numpy's own too
            raise UsageError(f"{name} is {value!r}; it is True or False.")


def _invisible_outside_emoji(text: str) -> Iterator[Edit]:
    # Without a joining sign, no emoji holds anything invisible.
    emoji = (match.span() for match in EMOJI.finditer(text)) if _JOINING_SIGN.search(text) else ()
    for start, end in gaps(emoji, 0, len(text)):
        yield from ((*run.span(), "", "invisible") for run in _INVISIBLE_RUN.finditer(text, start, end))


def _droppings(text: str, places: list[Found], kinds: frozenset[MarkupKind], squeeze_laughter: bool) -> list[Edit]:
    edits: list[Edit] = [(left, right, "", kind) for left, right, kind, _ in places if kind in kinds and left < right]
    if squeeze_laughter:
        edits += (edit for start, end in gaps(places, 0, len(text)) for edit in _laughter(text, start, end))
    return sorted(edits)


def _laughter(text: str, start: int, end: int) -> Iterator[Edit]:
    for match in _LAUGHTER.finditer(text, start, end):
        beats = match.group()
        unit = 2 if beats[1] in "aA" else 1
        yield match.start() + _LAUGHTER_KEPT * unit, match.end(), "", "laughter"


def cleaned(text: str) -> str:
    """Return the text of :func:`normalise` by itself, for those who need no places: mostly at once."""
    refuse_lone_surrogates(text)
    if not text.isascii() and _INVISIBLE_RUN.search(text):
        return normalise(text).text
    return folded(text)


def simplified_words(text: str, names: Sequence[Markup]) -> str:
    """Write the words of a text in simplified script and leave names as they are; of the same length.

    Parameters
    ----------
    text : str
        Without lone surrogates.
    names : sequence of Markup
        Its ``handles``, see :class:`weibo_nlp.text.Post`.
    """
    places = [(name.span.start, name.span.end) for name in names]
    # A name says nothing of the script that the words around it are in.
    if is_traditional("\n".join(text[start:end] for start, end in gaps(places, 0, len(text)))):
        return restored(converted(text), text, places)
    return text

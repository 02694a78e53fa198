"""Twelve edits after which a reader would still give a text its labels, seeded, each with its offsets.

An edit proposes places of a passage; a common hand draws some of them and carries them out, so that no edit decides
by itself how much is changed. What the grammar protects (links, mentions, emoticons, hashtags) stays, unless the edit
is about it, and what others said (a repost chain, a quoted original) stays as well: a label is about the author's own
words.

Words of two characters and more are edited where the shipped segmenter sees them, and not where their characters meet
by chance (no 中通 in 其中通过率); where it errs, so does the edit. Nothing is known of senses: where a brand is
a common word too (骏马奔驰), the word is taken for the brand. A single character is edited wherever it stands, unless
it is in a word listed under ``keep``.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from types import MappingProxyType

from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.perturbations import places
from weibo_nlp.text.grammar import PROTECTED_KINDS, Post, parse
from weibo_nlp.text.markup import MarkupKind, refuse_lone_surrogates
from weibo_nlp.text.offsets import Offsets, Tape

STRENGTH = 0.3
"""Share of the places that an edit changes."""
FEWEST = 3
"""Places that are changed in a short text, where a share would be less than one."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One way of changing a text.

    Attributes
    ----------
    name, description : str
        What is done.
    find : callable
        Places with replacements, sorted, not overlapping, never empty; draws from the generator it is given.
    all_places : bool
        The edit is made throughout or not at all: a script, a keyboard in full-width mode, a brand.
    whole_text : bool
        Not only the author's own words are edited, nor only the text: parent and target as well.
    touches : frozenset of str
        Kinds of protected markup that the edit may change.
    """

    name: str
    description: str
    find: places.Finder
    all_places: bool = False
    whole_text: bool = False
    touches: frozenset[MarkupKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit made of a text.

    Attributes
    ----------
    text : str
        The edited text.
    offsets : Offsets
        For each of its characters the half-open range of the original it comes from. What was added belongs to the
        place beside it; hashtags that were dropped have none.
    changed : bool
        Whether anything of text, target and parent differs; false where the edit found nothing to do.
    target, parent : str or None
        As given, or edited along with the text.
    """

    text: str
    offsets: Offsets
    changed: bool
    target: str | None
    parent: str | None


def apply_edit(
    name: str,
    text: str,
    *,
    key: str,
    seed: int = 0,
    strength: float = STRENGTH,
    target: str | None = None,
    parent: str | None = None,
) -> Edited:
    """Edit a text.

    Parameters
    ----------
    name : str
        One of `EDITS`.
    text : str
        The text; offsets count its code points.
    key : str
        What the text is, such as a document id: seed, edit and key alone decide what is drawn, not the order in which
        texts come.
    seed : int
        Of the draws.
    strength : float, default 0.3
        Share of the possible places that are changed, in (0, 1]; at least three where there are as many.
    target, parent : str, optional
        Stance target and the text that is answered; only swapped brands change them.

    Raises
    ------
    UnknownNameError
        If there is no such edit.
    UsageError
        If `strength` is not in (0, 1], `seed` no whole number, or `key` no text.
    DataError
        If a text, target or parent is no string or holds a lone surrogate.

    Notes
    -----
    About linear in the length of the text. Where a change would make the grammar lose a protected place, as in text
    made to confuse it, the text stays as it is.

    Examples
    --------
    >>> apply_edit("separators", "建议列入征信", key="d1").text
    '建议列入征 信'
    """
    if not isinstance(name, str) or name not in EDITS:
        raise UnknownNameError("robustness edit", name, EDITS)
    if not isinstance(strength, Real) or isinstance(strength, bool) or not 0 < strength <= 1:
        raise UsageError(f"strength must be in (0, 1], got {strength!r:.40}; 0.3 changes about a third of the places.")
    if not isinstance(key, str) or not key.isprintable():
        raise UsageError(f"key must be a text that can be printed, such as a document id; got {key!r:.40}.")
    if not isinstance(seed, Integral) or isinstance(seed, bool):
        raise UsageError(f"seed must be a whole number, such as 0; got {seed!r:.40}.")
    for passage in (text, target, parent):
        if passage is not None or passage is text:
            refuse_lone_surrogates(passage)
    edit, digest = EDITS[name], hashlib.sha256(f"{seed}\0{name}\0{key}".encode()).digest()

    def edited(passage: str) -> Tape:
        return _carry_out(edit, passage, random.Random(int.from_bytes(digest[:8], "big")), strength)

    tape = edited(text)
    new_target = edited(target).text if target is not None and edit.whole_text else target
    new_parent = edited(parent).text if parent is not None and edit.whole_text else parent
    changed = tape.text != text or new_target != target or new_parent != parent
    return Edited(tape.text, tape.finish().offsets, changed, new_target, new_parent)


def _carry_out(edit: Edit, text: str, generator: random.Random, strength: float) -> Tape:
    passage = places.passage_of(text, whole_text=edit.whole_text, touches=edit.touches)
    changes = edit.find(passage, generator)
    if not edit.all_places and changes:
        some = min(len(changes), max(FEWEST, math.ceil(strength * len(changes))))
        changes = [changes[i] for i in sorted(generator.sample(range(len(changes)), some))]
    tape = Tape(text)
    tape.edit(changes)
    if tape.text == text:
        return tape
    before, after = passage.post, parse(tape.text)
    # Nobody is lost, and nobody new is addressed: in full width, the letters before an @ no longer make it an address.
    handles, handles_after = ([(item.kind, item.value) for item in post.handles] for post in (before, after))
    # An emoji or a link of an advertisement may have come in; what was protected is still there, in order.
    rest = iter(_protected(after, edit))
    survives = all(item in rest for item in _protected(before, edit))
    same = handles == handles_after and _build(before) == _build(after)
    return tape if same and survives else Tape(text)


def _build(post: Post) -> tuple[bool, bool, bool, int]:
    """What a text is made of: without its last hashtag, words may look cut off by ``…全文``."""
    return post.truncated, post.empty_repost, post.original is None, len(post.chain)


def _protected(post: Post, edit: Edit) -> list[tuple[str, str]]:
    kinds = PROTECTED_KINDS - edit.touches - {"mention"}
    return [(kind, value) for _, _, kind, value in post.found if kind in kinds]


_ALL = (
    Edit("homophones", "words written with characters of the same sound", places.swap("homophones")),
    Edit("initials", "words written by the initials of their syllables", places.swap("initials")),
    Edit("split_characters", "characters written as their two parts", places.swap("split_characters")),
    Edit("separators", "words cut by a sign between their characters", places.separators),
    Edit("zero_width", "invisible characters between characters", places.zero_width),
    Edit("full_width", "Latin letters, digits and signs in full width", places.full_width, all_places=True),
    Edit("traditional", "traditional script", places.traditional, all_places=True),
    Edit("emoji", "pictures in place of words", places.swap("emoji")),
    Edit("repeats", "exclamations, laughter and final particles drawn out", places.repeats),
    Edit(
        "hashtags",
        "hashtags before and after the sentence left out",
        places.hashtags,
        all_places=True,
        touches=places.HASHTAGS,
    ),
    Edit(
        "brands",
        "brands exchanged for others of their trade, in target and parent as well",
        places.brands,
        all_places=True,
        whole_text=True,
        touches=places.HASHTAGS,
    ),
    Edit("spam", "an advertisement, lottery or client signature behind the text", places.spam, all_places=True),
)
EDITS: Mapping[str, Edit] = MappingProxyType({edit.name: edit for edit in _ALL})
"""The edits by name."""

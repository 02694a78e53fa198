"""Traditional to simplified script, by phrase, with offsets.

OpenCC decides by the longest phrase it knows: 乾隆 keeps its 乾, 乾杯 becomes 干杯. What it leaves traditional in texts
of Taiwan and Hong Kong (看著, 甚麼, 姪子) our own list knows (``data/script.toml``): 看著 becomes 看着, 著名 stays. The
number of characters never changes. The pronouns 妳, 祂 and 牠 stay, since simplified texts use them too. Dictionaries
are loaded on first use. Names keep their script, because a name is an identity: see :func:`weibo_nlp.text.normalise`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from weibo_nlp.text.lexicon import script_lexicon
from weibo_nlp.text.markup import refuse_lone_surrogates
from weibo_nlp.text.offsets import Normalised, Tape

_HAN_RUN = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def to_simplified(text: str) -> Normalised:
    """Convert traditional characters to simplified ones, phrase by phrase.

    Parameters
    ----------
    text : str
        Any text; what is simplified already stays.

    Returns
    -------
    Normalised
        With offsets into `text`. Nothing is removed.

    Raises
    ------
    DataError
        If `text` holds a lone surrogate.

    Examples
    --------
    >>> to_simplified("乾隆皇帝乾杯").text
    '乾隆皇帝干杯'
    """
    refuse_lone_surrogates(text)
    tape = Tape(text)
    simplify(tape)
    return tape.finish()


def simplified(text: str) -> str:
    """Write a text in simplified script, character for character: the same length, the same borders.

    For the rooms that look at the simplified form and speak of the text, such as a segmenter that knows simplified
    words only: a place in the result is the same place in `text`.

    Parameters
    ----------
    text : str
        Any text without lone surrogates.

    Returns
    -------
    str
        As long as `text`; character ``i`` of it stands for character ``i`` of `text`.

    Examples
    --------
    >>> simplified("後來說")
    '后来说'
    """
    convert = _converter()
    converted = convert(text)
    if len(converted) == len(text):
        return converted
    # Every entry of today's dictionaries keeps the number of characters; a later release need not.
    return _HAN_RUN.sub(lambda run: _of_equal_length(convert, run.group()), text)


def simplify(tape: Tape) -> None:
    """Convert what stands on a tape, character for character."""
    tape.replace_text(simplified(tape.text))


def _of_equal_length(convert: Callable[[str], str], run: str) -> str:
    converted = convert(run)
    if len(converted) == len(run):
        return converted
    singly = map(convert, run)
    return "".join(new if len(new) == 1 else old for old, new in zip(run, singly, strict=True))


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC  # dictionaries of a few megabytes: only for those who ask

    by_phrase: Callable[[str], str] = OpenCC("t2s").convert
    entries = script_lexicon().entries
    longest_first = sorted(entries, key=len, reverse=True)
    rest = re.compile("|".join(map(re.escape, longest_first)))
    changed = {old for word, form in entries.items() for old, new in zip(word, form, strict=True) if old != new}
    may_change = re.compile(f"[{''.join(changed)}]")  # most texts hold none of these characters

    def convert(text: str) -> str:
        text = by_phrase(text)
        return rest.sub(lambda match: entries[match.group()], text) if may_change.search(text) else text

    return convert

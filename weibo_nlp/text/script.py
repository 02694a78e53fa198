"""Traditional to simplified script, by phrase, with offsets.

OpenCC decides by the longest phrase it knows: 乾隆 keeps its 乾, 乾杯 becomes 干杯. What it leaves traditional in texts
of Taiwan and Hong Kong (看著, 甚麼, 姪子) our own list knows (``data/script.toml``): 看著 becomes 看着, 著名 stays. A
text is converted only where something in it is traditional beyond doubt: 昇, 乾 and 著 stand in simplified texts too
(昇腾, 乾县, 鲁迅著), and by themselves are no evidence. The number of characters never changes. The pronouns 妳, 祂 and
牠 stay, since simplified texts use them too. Dictionaries are loaded on first use. Names keep their script, because a
name is an identity: see :func:`weibo_nlp.text.normalise`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from weibo_nlp.text.lexicon import script_lexicon
from weibo_nlp.text.markup import refuse_lone_surrogates
from weibo_nlp.text.offsets import Normalised, Tape
from weibo_nlp.text.written import written_places

_HAN_RUN = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

_END = r"(?=\Z|[\s，。；、！？）》《「』)])"
_PARTICLE = "著"
# Where it is the particle, which simplified script writes 着: behind a verb, unless another word begins with it.
_PARTICLE_BEHIND = (
    r"[看想说說等跟抱拿站坐走笑哭沿随隨接睡活急带帶听聽有对對忙忍盯守陪靠躺]著"
    rf"(?![名作述者称稱书書录錄有译譯《])(?!{_END})|意味著"
)


def to_simplified(text: str) -> Normalised:
    """Convert traditional characters to simplified ones, phrase by phrase.

    Parameters
    ----------
    text : str
        Any text; one without a sign of the traditional script is simplified already and stays as it is.

    Returns
    -------
    Normalised
        With offsets into `text`. Nothing is removed.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate.

    Notes
    -----
    著 as "wrote" keeps its form behind a name (魯迅著的小說), as the particle it becomes 着. Lists of surnames and of
    verbs tell the two apart: of sentences the rule had not seen, 35 of 40 with "wrote" and 58 of 65 with the particle
    came out right, where most of the latter open with a character that is also a surname.

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
        Any text without lone surrogates; one without a sign of the traditional script stays as it is.

    Returns
    -------
    str
        As long as `text`; character ``i`` of it stands for character ``i`` of `text`.

    Raises
    ------
    DataError
        If `text` is no string, or holds a lone surrogate, naming its offset.

    Examples
    --------
    >>> simplified("後來說")
    '后来说'
    """
    refuse_lone_surrogates(text)
    return converted(text) if is_traditional(text) else text


def converted(text: str) -> str:
    """Convert every phrase of a text, traditional or not: for looking up its words, as a piece of a longer text.

    Arguments as of :func:`simplified`.
    """
    convert = _converter()
    result = convert(text)
    if len(result) == len(text):
        return result
    # Every entry of today's dictionaries keeps the number of characters; a later release need not.
    return _HAN_RUN.sub(lambda run: _of_equal_length(convert, run.group()), text)


def is_traditional(text: str) -> bool:
    """Tell whether something in a text is of the traditional script alone: a character or one of a few words."""
    simpler = by_phrase()(text)
    if simpler != text:
        shared = script_lexicon().shared
        if len(simpler) != len(text) or any(
            old != new and old not in shared for old, new in zip(text, simpler, strict=True)
        ):
            return True
    return _may_hold_traditional_words().search(text) is not None and _traditional_words().search(text) is not None


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
def by_phrase() -> Callable[[str], str]:
    """Return OpenCC's conversion, which reads a text phrase by phrase, whatever stands in the lines around it."""
    from opencc import OpenCC  # dictionaries of a few megabytes: only for those who ask

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


@lru_cache(maxsize=1)
def traditional_signs() -> str:
    """Return characters of which one stands in every word that tells the traditional script by itself."""
    lexicon, convert = script_lexicon(), by_phrase()
    words = (word for word in lexicon.traditional if _PARTICLE not in word)
    told = (next((sign for sign in word if sign in lexicon.shared or convert(sign) != sign), word[0]) for word in words)
    return "".join(sorted({_PARTICLE, *told}))


@lru_cache(maxsize=1)
def _may_hold_traditional_words() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(traditional_signs())}]")  # a tenth of the time of looking for the words


@lru_cache(maxsize=1)
def _traditional_words() -> re.Pattern[str]:
    return re.compile("|".join([_PARTICLE_BEHIND, *map(re.escape, script_lexicon().traditional)]))


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    phrases = by_phrase()
    entries = script_lexicon().entries
    longest_first = sorted(entries, key=len, reverse=True)
    rest = re.compile("|".join(map(re.escape, longest_first)))
    changed = {old for word, form in entries.items() for old, new in zip(word, form, strict=True) if old != new}
    may_change = re.compile(f"[{''.join(changed)}]")  # most texts hold none of these characters

    def convert(text: str) -> str:
        text = phrases(text)
        if not may_change.search(text):
            return text
        pieces = list(rest.sub(lambda match: entries[match.group()], text))
        for place in written_places(text):
            pieces[place] = "著"
        return "".join(pieces)

    return convert

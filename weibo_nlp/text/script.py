"""Traditional to simplified script, by phrase, with offsets.

OpenCC decides by the longest phrase it knows: 乾隆 keeps its 乾, 乾杯 becomes 干杯. Its dictionary is loaded on first
use. Names keep their script, because a name is an identity: see :func:`weibo_nlp.text.normalise`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

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


def simplify(tape: Tape) -> None:
    """Convert what stands on a tape."""
    convert = _converter()
    converted = convert(tape.text)
    if len(converted) == len(tape.text):
        tape.replace_text(converted)
    else:
        # Every entry of today's dictionaries keeps the number of characters; a later release need not.
        tape.edit((*run.span(), convert(run.group()), None) for run in _HAN_RUN.finditer(tape.text))


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC  # dictionaries of a few megabytes: only for those who ask

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert

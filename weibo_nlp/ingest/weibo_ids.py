"""The two names of a Weibo post: a number (mid), and the same in the 62 letters of its address (bid)."""

from __future__ import annotations

import re

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACES = {letter: place for place, letter in enumerate(_LETTERS)}
# From the right, seven digits are four letters.
_DIGITS, _SIGNS = 7, 4
_MID = re.compile(r"[1-9]\d{8,19}", re.ASCII)
_BID = re.compile(r"[0-9A-Za-z]{8,10}", re.ASCII)


def mid_of(bid: str) -> str | None:
    """Return the number of a post by the name in its address; None for what is no such name.

    Examples
    --------
    >>> mid_of("z0JH2lOMb")
    '3501756485200075'
    """
    if not _BID.fullmatch(bid) or bid.isdigit():
        return None
    numbers = []
    for end in range(len(bid), 0, -_SIGNS):
        number = 0
        for letter in bid[max(end - _SIGNS, 0) : end]:
            number = number * len(_LETTERS) + _PLACES[letter]
        if number >= 10**_DIGITS:
            return None
        numbers.append(number)
    first, *others = reversed(numbers)
    return str(first) + "".join(f"{number:0{_DIGITS}}" for number in others) if first else None


def post_id(value: object) -> str | None:
    """Return the number of a post by whatever names it: the number, the letters, or an address that ends in either.

    A name that is neither stays as it is; of nothing, the id is None.
    """
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if not text:
        return None
    if text.startswith(("http://", "https://", "//")):
        text = re.split(r"[?#]", text)[0].rstrip("/").rsplit("/", 1)[-1]
    return text if _MID.fullmatch(text) else mid_of(text) or text

"""How many likes, reposts and comments a source states, however it writes numbers."""

from __future__ import annotations

import re
from decimal import Decimal

_UNITS = {"": 1, "千": 10**3, "k": 10**3, "万": 10**4, "萬": 10**4, "w": 10**4, "亿": 10**8, "億": 10**8}
_COUNT = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s?([千k万萬w亿億]?)\+?", re.IGNORECASE | re.ASCII)
_MOST = 2**53
"""Beyond it is no count of anything, and not every number can be held by programs that read tables."""


def parse_count(value: object) -> int | None:
    """Read a number of likes or the like.

    Parameters
    ----------
    value : object
        A number, or text such as ``1.2万``, ``1,024`` and ``100+``, of which the platform shows the lower bound.

    Returns
    -------
    int or None
        None for what states no number, such as an empty cell or the word of a button, and for what can be no count.

    Examples
    --------
    >>> parse_count("1.2万"), parse_count("100+"), parse_count(""), parse_count("转发")
    (12000, 100, None, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value if 0 <= value <= _MOST else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and 0 <= value <= _MOST else None
    match = _COUNT.fullmatch(str(value)[:64].strip().replace(",", "").replace("，", ""))
    return None if match is None else parse_count(int(Decimal(match[1]) * _UNITS[match[2].lower()]))

"""A place as platforms write it, brought down to the province, or to the country where that is another one."""

from __future__ import annotations

import re

from weibo_nlp.privacy.words import word_lists
from weibo_nlp.text.script import simplified

_LISTS = word_lists()["regions"]
_SAME: dict[str, str] = _LISTS["same"]
# What sources write before a place: 发布于 云南, 来自河南, IP属地：浙江, 中国香港, 海外 美国.
_OPENING = re.compile(r"(?:发布于|来自|发自|IP ?属地|属地|现居|所在地|我在|位于|[\s:：·,，/-])+", re.IGNORECASE)
_CHINA = re.compile(r"(?:中国|海外)[\s·,，/-]*(?=.)")
_PLACES = sorted({*_LISTS["provinces"], *_LISTS["countries"], *_SAME}, key=len, reverse=True)
_PLACE = re.compile("|".join(_PLACES), re.IGNORECASE)
_LONGEST = 200
"""Characters of a place that are looked at."""


def province(place: str) -> str | None:
    """Return the province of China in which a place is, or else the country; None where the words tell neither.

    Parameters
    ----------
    place : str
        As a platform writes it; what is more exact than a province stands behind it, if at all.

    Returns
    -------
    str or None
        In simplified script and without 省, 市 and the like.

    Examples
    --------
    >>> [province(place) for place in ("发布于 云南", "北京·三里屯", "来自中国香港", "海外 美国", "家里")]
    ['云南', '北京', '香港', '美国', None]
    """
    words = simplified(place[:_LONGEST]).strip()
    if opening := _OPENING.match(words):
        words = words[opening.end() :]
    while behind := _CHINA.match(words):
        if not _PLACE.match(words, behind.end()):
            break
        words = words[behind.end() :]
    found = _PLACE.match(words)
    return None if found is None else _SAME.get(found.group().lower(), found.group())

"""What a field holds, told by its name: a person, a document, a place, an address, or anything else."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from weibo_nlp.privacy.words import word_lists

Role = Literal["user", "handle", "handles", "document", "above", "answered", "region", "dropped", "text"]
"""``user``: id or name of a person, or a record of one; ``handle``: a person's name; ``handles``: names of several;
``document``: id of a post or comment; ``above``: id of one that is answered, or its text; ``answered``: a person or a
document, whichever the data knows by it; ``region``: where somebody is; ``dropped``: what leads to a person otherwise;
``text``: none of these."""

OF_PEOPLE = frozenset[Role](["user", "answered"])
"""Roles of fields in which a record is one of a person."""

_LISTS = {name: frozenset(words) for name, words in word_lists()["fields"].items()}
_PERSON, _NAMES, _NAME_FIELDS = _LISTS["person"], _LISTS["names"], _LISTS["name_fields"]
_IDS, _USER_IDS, _REGIONS = _LISTS["ids"], _LISTS["user_ids"], _LISTS["regions"]
_DROPPED, _PICTURES = _LISTS["dropped"], _LISTS["pictures"]
_DOCUMENT_IDS, _ABOVE, _ANSWERED = _LISTS["document_ids"], _LISTS["above"], _LISTS["answered"]
# Of a record of a person stays what says how large an account it is, and of what kind.
_KEPT_OF_A_PERSON = re.compile(
    r"(?:is_?)?verif(?:ied|y)(?:_?type(?:_?ext)?)?|.*(?:counts?|level|rank)|mbtype|vip|is_?(?:author|vip|org|official)|"
    r"member_?type|type",
    re.IGNORECASE,
)
_CHINESE: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("dropped", re.compile("头像|圖片|图片|照片|視頻|视频|链接|鏈接|網址|网址|主页|主頁|封面|简介|簡介|性别|性別|生日|"
                           "年龄|年齡|星座|[电電][话話]|手[机機]|[邮郵]箱|微信|地址|学校|學校|公司|单位|[认認][证證](?:信息|原因)|"
                           "真[实實]姓名|身份[证證]|[经經][纬緯]度|[坐座][标標]|签名")),
    ("handles", re.compile("@用户|艾特|被@|提及")),
    ("user", re.compile("(?:用户|用戶|作者|博主|发布者|發布者|评论者|評論者|账号|帳號)(?:id|ID|Id|编号|編號)")),
    ("handle", re.compile("昵称|暱稱|用户名|用戶名|姓名|名字|网名|作者|博主|发布者|發布者|评论者|評論者|发布人|評論人|"
                          "评论人|原始用户|^用户$|^用戶$|账号|帳號|楼主|层主|回复对象")),
    ("region", re.compile("位置|属地|屬地|地区|地區|省份|城市|所在地|地点|地點|国家|國家")),
    ("document", re.compile("(?:id|ID|Id|编号|編號|bid|mid)$")),
    ("above", re.compile("(?:源|原|根|父|父级|上级|被转发|被轉發|被回复|被回覆)(?:微博|博文|帖子?|评论|評論|楼层?)$")),
)  # fmt: skip
_PARTS = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_CHINESE_SIGN = re.compile("[\u3400-\u9fff]")
_PREFIX = re.compile(
    r"(?i:源微博|源|被转发微博|被转发|原微博|原文|转发|上级|父级|回复|(?:retweet(?:ed)?|repost(?:ed)?|origin(?:al)?|source|"
    r"src|root|parent|reply(?:_?to)?|replied|quoted?|target|sub)[_\-]?(?=[A-Za-z]))"
)


@lru_cache(maxsize=4096)
def role_of(name: str, *, of_person: bool = False) -> Role:
    """Tell what a field holds.

    Parameters
    ----------
    name : str
        Of a column, or a key; in whatever case.
    of_person : bool
        Whether it stands within the record of a person, where ``id`` and ``name`` are the person's.

    Returns
    -------
    str
        See ``Role``.

    Examples
    --------
    >>> role_of("screen_name"), role_of("userId"), role_of("源用户昵称"), role_of("note_id"), role_of("点赞数")
    ('handle', 'user', 'handle', 'document', 'text')
    """
    if _CHINESE_SIGN.search(name):
        return _chinese_role(name)
    parts = [part.lower() for part in _PARTS.findall(name)]
    if not parts:
        return "text"
    joined, last = "".join(parts), parts[-1]
    if of_person:
        return _role_within_person(name, joined, last)
    ends = {joined, last, "".join(parts[-2:]), "".join(parts[-3:])}
    about_person = bool(_PERSON & set(parts)) or "at" in parts[:1]
    if ends & _USER_IDS or (about_person and last in _IDS):
        return "user"
    if joined in ("atusers", "mentions", "mentionedusers"):
        return "handles"
    if ends & _NAME_FIELDS or joined == "name" or (about_person and last in _NAMES):
        return "handle"
    if joined in _ANSWERED:
        return "answered"
    if joined in _PERSON or last in ("user", "author", "creator", "owner"):
        return "user"
    if ends & _REGIONS:
        return "region"
    if joined in _ABOVE:
        return "above"
    if last in _IDS or ends & _DOCUMENT_IDS:
        return "dropped" if _PICTURES & set(parts) else "document"
    # `pic_num` counts; `url_struct` does not.
    is_address = _DROPPED & {*ends, *parts} and last not in ("count", "counts", "num", "number", "type")
    return "dropped" if is_address else "text"


def _role_within_person(name: str, joined: str, last: str) -> Role:
    if last in _IDS or joined in _USER_IDS:
        return "user"
    if joined in _NAMES or joined in _NAME_FIELDS or last == "name":
        return "handle"
    if joined in _REGIONS or last in _REGIONS:
        return "region"
    return "text" if _KEPT_OF_A_PERSON.fullmatch(name) else "dropped"


def _chinese_role(name: str) -> Role:
    if "url" in name.lower():
        return "dropped"
    return next((role for role, pattern in _CHINESE if pattern.search(name)), "text")


@lru_cache(maxsize=4096)
def person_prefix(name: str) -> str:
    """Return what of a field's name says whose it is: ``源`` of ``源用户昵称``, and nothing of ``用户昵称``.

    An id and a name of one record belong to one person where this is the same.
    """
    prefix = _PREFIX.match(name)
    return "" if prefix is None else prefix.group().strip("_-").lower()

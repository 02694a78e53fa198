"""What platforms show in the place of a text that is gone, and what it says has happened."""

from __future__ import annotations

import re

from weibo_nlp.ingest.flags import HIDDEN, REMOVED

# Longer than this, a text only speaks of it.
LONGEST_NOTICE = 80

_HIDDEN = re.compile(
    "作者已设置仅展示|仅展示(?:半年|一个月|三天)内|没有权限查看|仅粉丝可见|已设置可见范围|没有.{0,10}查看权限"
)
_REMOVED = re.compile(
    "(?:微博|内容|评论|回复|原文|帖子|文章)(?:已被?|不存在|已经被?)(?:作者|博主|发布者|管理员)?(?:删除|屏蔽)|"
    "微博不存在|因被多人投诉|因违反.{0,12}(?:法律法规|社区公约|规定)"
)
_WRAPPED = re.compile(r"\s*[抱歉此该【\[（(]")


def notice_flag(text: str) -> str | None:
    """Return the flag of a text that is a platform's notice of removal rather than anybody's words, None for any other.

    Examples
    --------
    >>> notice_flag("抱歉，此微博已被作者删除。查看帮助："), notice_flag("他的微博已被删除了，大家知道为什么吗")
    ('removed', None)
    """
    if len(text) > LONGEST_NOTICE or not _WRAPPED.match(text):
        return None
    if _HIDDEN.search(text):
        return HIDDEN
    return REMOVED if _REMOVED.search(text) else None

"""What platforms show in the place of a text that is gone, and what it says has happened."""

from __future__ import annotations

import re

from weibo_nlp.ingest.flags import FOLDED, HIDDEN, REMOVED

# Longer than this, a text only speaks of it.
LONGEST_NOTICE = 100

# A notice is all there is of a text; whoever talks of one goes on.
_SORRY = r"[\s【\[（(]*(?:(?:很|非常)?(?:抱歉|遗憾|遺憾|对不起|對不起|不好意思)[，,：:！!。\s]*)?"
_IT = (
    r"(?:该|該|此|这|這|本|原|你访问的|您访问的|您查看的|当前)?(?:条|條|篇|个|個|层|層|楼|樓)?(?:的)?"
    r"(?:微博|博文|内容|內容|评论|評論|回复|回覆|回應|留言|原文|帖子|贴子|主题|主題|楼层|樓層|文章|回答|提问|问题|"
    r"笔记|筆記|视频|影片|作品|动态)"
)
_BY = (
    r"(?:原?作者|博主|楼主|樓主|层主|发布者|發布者|用户|用戶|管理员|管理員|版主|吧务|系统|系統|平台|官方|知乎|微博)?"
    r"(?:自行|主动|主動)?"
)
_WHY = r"(?:(?:由于|由於|因为|因為|因|根据|根據|按照|应|應)[^。！!\n]{1,40}[，,、\s]*)?"
_MORE = (
    r"[。.!！，,；;…\s]*(?:(?:查看帮助|查看详情|点击查看|了解更多|网页链接|網頁連結|http)[^\n]{0,60})?[】\])）。.…\s]*"
)
_IS = r"(?:已经|已經|已)?(?:被)?"
_GONE = r"(?:删除|刪除|删去|屏蔽|屏蔽处理|移除|下架|撤回|撤销|清除|清理|和谐)"

_REMOVED = (
    rf"{_WHY}{_IT}(?:已不存在|不存在|不见了)(?:或(?:已经|已)?被?{_GONE})?",
    rf"{_WHY}{_IT}(?:{_WHY})?(?:已经|已經|已|被){{1,2}}{_BY}{_GONE}(?:或不存在)?(?:了)?",
    rf"{_IT}因[^。！!\n]{{1,40}}(?:无法查看|不予显示|不可见|无法显示|不能查看|无法展示|已被处理)",
    rf"{_WHY}(?:无法查看|暂时无法查看|不予显示){_IT}?",
    r"(?:此|该|該)(?:用户|用戶|账号|帐号|帳號|作者|博主)[^。！!\n]{0,40}(?:无法查看|封禁|冻结|注销|註銷)(?:了)?",
    r"\[?(?:deleted|removed)\]?",
    r"(?:this|that) (?:comment|post|message|reply) (?:has been|was) (?:deleted|removed)[^\n]{0,40}",
    r"(?:comment|post) (?:deleted|removed)(?: by [^\n]{1,30})?",
)
_HIDDEN = (
    r"(?:作者|博主|用户)?已?设置仅?(?:展示|显示)[^。！!\n]{0,20}(?:内|前)?的?(?:微博|内容|动态)?",
    rf"{_IT}?(?:已|仅|只)(?:设为|设置为|对)?(?:私密|粉丝可见|好友圈可见|自己可见|作者可见|[^。\n]{{0,10}}可见)",
    rf"(?:你|您|暂时|暂)*(?:没有|无)[^。\n]{{0,10}}(?:查看)?[^。\n]{{0,10}}权限[^。\n]{{0,10}}(?:查看)?(?:{_IT})?",
    r"(?:由于|由於|根据|因)(?:用户|用戶|博主|作者|对方|TA)[^。！!\n]{0,30}设置[^。！!\n]{0,30}",
    r"(?:该|該|此|评论)?(?:用户|用戶|评论者|账号|帐号)(?:已|已经)?被?(?:禁言|关进小黑屋|拉黑|屏蔽)(?:了)?",
    r"(?:你|您)?已(?:屏蔽|拉黑)(?:该|此|这条)?(?:用户|评论|作者)[^。\n]{0,10}",
)
_FOLDED = (
    rf"{_WHY}{_IT}(?:{_WHY})?{_IS}{_BY}(?:折叠|摺疊|收起|隐藏|隱藏)(?:了)?",
    r"(?:已|被)折叠(?:的)?(?:评论|回复|内容)?",
    rf"{_IT}可能[^。！!\n]{{1,30}}(?:，|,)?已?(?:被)?(?:折叠|隐藏)",
)


def _pattern(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"{_SORRY}(?:{'|'.join(kinds)}){_MORE}", re.IGNORECASE)


_NOTICES = ((HIDDEN, _pattern(_HIDDEN)), (FOLDED, _pattern(_FOLDED)), (REMOVED, _pattern(_REMOVED)))
# One of these is in every notice; looking for it costs little.
_MAY_BE = re.compile("[删刪屏移下撤清存见处查封冻注註设仅只权禁黑折摺收隐隱和]|deleted|removed", re.IGNORECASE)


def notice_flag(text: str) -> str | None:
    """Return the flag of a text that is a platform's notice of removal rather than anybody's words, None for any other.

    Examples
    --------
    >>> notice_flag("抱歉，此微博已被作者删除。查看帮助："), notice_flag("他的微博已被删除了，大家知道为什么吗")
    ('removed', None)
    >>> notice_flag("该评论已被折叠"), notice_flag("抱歉，作者已设置仅展示半年内微博，此微博已不可见。")
    ('folded', 'hidden')
    """
    if len(text) > LONGEST_NOTICE or not _MAY_BE.search(text):
        return None
    return next((flag for flag, pattern in _NOTICES if pattern.fullmatch(text)), None)

"""Links that lead to a person or a post, and what of them may stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from weibo_nlp.privacy.words import word_lists
from weibo_nlp.text.recognise import NAME, find_urls

_PLATFORMS: list[str] = word_lists()["links"]["platforms"]
_SUFFIXES = "|".join(re.escape(host) for host in sorted(_PLATFORMS, key=len, reverse=True))
_HERE = r"(?<![A-Za-z0-9@._\-])"
_REST = r"[A-Za-z0-9\-._~:?!$&'()*+,;=%@/#]"
_BARE = re.compile(
    # Addresses as people type them, without a scheme.
    rf"{_HERE}(?:[A-Za-z0-9\-]{{1,63}}+\.){{0,4}}?(?:{_SUFFIXES})(?::[0-9]{{1,5}})?/{_REST}*+"
    # Addresses within the apps.
    r"|(?<![A-Za-z0-9])"
    r"(?:sinaweibo|weibo|weixin|wechat|bilibili|zhihu|xhsdiscover|snssdk[0-9]{1,6}|tbclient|mqqapi|tg)://"
    rf"{_REST}*+",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"(?P<scheme>https?://)?(?:[^/?#@]*+@)?(?P<host>[A-Za-z0-9.\-]++)(?P<port>:[0-9]{1,5})?(?P<path>/[^?#]*+)?",
    re.IGNORECASE,
)
_PLATFORM_HOST = re.compile(rf"(?:.*\.)?({_SUFFIXES})\Z", re.IGNORECASE)
# A name in Chinese ends a link for the grammar; behind these it is what the link leads to.
_NAMED = re.compile(r"(?:/n/|/@|[?&=]|nick(?:name)?=|/k/)\Z", re.IGNORECASE)
_NAME = re.compile(NAME)


def find_links(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of links, those typed without ``http://`` as well where they lead into a platform."""
    if "." not in text and "://" not in text:
        return
    places = [place[:2] for place in find_urls(text, 0, len(text))]
    places += [match.span() for match in _BARE.finditer(text)]
    reached = 0
    for start, end in _joined(sorted(places)):
        if _NAMED.search(text, max(start, end - 10), end) and (name := _NAME.match(text, end)):
            end = name.end()
        if end > reached:
            yield max(start, reached), end
            reached = end


def _joined(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield sorted places, those that overlap as one."""
    joined: tuple[int, int] | None = None
    for start, end in places:
        if joined is not None and start < joined[1]:
            joined = (joined[0], max(joined[1], end))
            continue
        if joined is not None:
            yield joined
        joined = (start, end)
    if joined is not None:
        yield joined


def bare_link(link: str) -> str | None:
    """Return what of a link tells no person: host and path, of a platform its host alone.

    Parameters
    ----------
    link : str
        As it stands in a text or a field.

    Returns
    -------
    str or None
        Without the name and password, query and fragment; None where it is none that a browser opens, as one within an
        app. Where the path is gone, ``/link`` stands for it, so that it still reads as a link.

    Examples
    --------
    >>> bare_link("https://m.weibo.cn/status/4000000000000001?from=page"), bare_link("http://a.example.com/b/c?d=e#f")
    ('https://weibo.cn/link', 'http://a.example.com/b/c')
    """
    parts = _PARTS.match(link)
    if parts is None or link.startswith("://", parts.end("host")):
        return None
    scheme, host, port, path = (parts[name] or "" for name in ("scheme", "host", "port", "path"))
    if platform := _PLATFORM_HOST.match(host):
        return f"{scheme}{platform[1].lower()}{'/link' if len(link) > parts.end('host') else ''}"
    return f"{scheme}{host}{port}{path}" if "%" not in path and path.isascii() else host_alone(link)


def host_alone(link: str) -> str:
    """Return a link without what stands behind its host."""
    parts = _PARTS.match(link)
    return "" if parts is None else f"{parts['scheme'] or ''}{parts['host']}/link"

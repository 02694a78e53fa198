"""Comments in a web page: elements whose classes or microdata say what they are, as records that nest as they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.ingest.flags import FOLDED, HIDDEN, REMOVED
from weibo_nlp.ingest.texts import read_text

MAX_ELEMENTS = 1_000_000
"""Most elements of a page: each takes some hundred bytes of memory."""
_DEEPEST = 200

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_CLOSED_BY_THE_NEXT = frozenset(["li", "p", "tr", "td", "dt", "dd", "option"])
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[\u3400-\u9fff]+")

# Words in names of classes and ids: what is a comment, what such a name ends in, and what its parts are called.
_COMMENT = frozenset(["comment", "cmt", "reply", "floor", "评论", "回复"])
_COMMENT_ENDS = _COMMENT | {"item", "node", "entry", "card", "unit", "single", "row", "cell", "block", "li"}
_AREAS = frozenset(["comments", "replies"])
_AREA_ENDS = frozenset(["list", "area", "section", "thread", "container"])
_ELEMENTS_OF_AREAS = frozenset(["li", "article", "tr", "dd"])
_FIELDS = {
    "author": frozenset(["author", "username", "nickname", "nick", "uname", "user", "name", "creator", "poster"]),
    "time": frozenset(["time", "date", "pubtime", "pubdate", "datetime", "timestamp", "created", "published"]),
    "likes": frozenset(
        [
            "like",
            "likes",
            "up",
            "ups",
            "upvote",
            "upvotes",
            "vote",
            "votes",
            "digg",
            "zan",
            "praise",
            "agree",
            "support",
        ]
    ),
    "region": frozenset(["ip", "location", "region"]),
    "text": frozenset(["content", "text", "body", "message", "msg"]),
}
_NO_FIELDS = frozenset(["avatar", "icon", "level", "badge", "btn", "button", "form", "input", "more"])
_ITEMPROPS = {
    "author": "author",
    "creator": "author",
    "datecreated": "time",
    "datepublished": "time",
    "upvotecount": "likes",
    "text": "text",
    "commenttext": "text",
}
_STATES = {
    **dict.fromkeys(("deleted", "removed"), REMOVED),
    **dict.fromkeys(("blocked", "muted", "banned", "shadowed"), HIDDEN),
    **dict.fromkeys(("folded", "collapsed", "fold"), FOLDED),
}
_OF_THE_OUTER = ("class", "replies")
_IDS = ("data-comment-id", "data-commentid", "data-cid", "data-rpid", "data-id", "id")
_PARENTS = ("data-parent-id", "data-parentid", "data-parent", "data-reply-to", "data-pid")
_USER_IDS = ("data-user-id", "data-userid", "data-uid")
_TIMES = ("datetime", "data-time", "data-timestamp", "content", "title")


@dataclass(slots=True)
class Element:
    """An element of a page, and where in the page its content stands."""

    tag: str
    attributes: dict[str, str]
    start: int
    end: int = 0
    children: list[Element] = field(default_factory=list)

    def names(self) -> Iterator[list[str]]:
        """Yield the names of its classes and its id, each as its words."""
        for name in [*self.attributes.get("class", "").split()[:20], self.attributes.get("id", "")]:
            if words := [word.lower() for word in _WORD.findall(name[:80])]:
                yield words

    def first(self, *names: str) -> str | None:
        """Return the first of some attributes that says something."""
        return next((value for name in names if (value := self.attributes.get(name, "").strip())), None)


@dataclass(frozen=True)
class Page:
    """What a page says.

    Attributes
    ----------
    title, address : str
        Its own, empty where it does not say them.
    comments : list of dict
        Records with the parts of a comment, the answers to each in its ``replies``.
    """

    title: str
    address: str
    comments: list[dict[str, Any]]


def read_page(page: str) -> Page:
    """Read a page.

    Raises
    ------
    DataError
        If it has more than ``MAX_ELEMENTS``.
    """
    root = _Tree(page).root
    title = address = ""
    for element in _all(root):
        kind = element.first("property", "name", "rel")
        if kind in ("og:title", "twitter:title"):
            title = title or element.first("content") or ""
        elif kind in ("canonical", "og:url"):
            address = address or element.first("href", "content") or ""
        elif element.tag == "title":
            title = title or read_text(page[element.start : element.end], html=True)
    return Page(title.strip(), address.strip(), _Comments(page, root).found)


def _all(element: Element) -> Iterator[Element]:
    waiting = [element]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += reversed(each.children)


class _Tree(HTMLParser):
    """The elements of a page; what is not closed ends where the next one of its kind begins, or what holds it ends."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._count = 0
        self.root = Element("", {}, 0, len(page))
        self._open = [self.root]
        # On one line, so that the column is the place.
        self.feed(page.replace("\n", " "))
        self.close()
        self._leave(1, len(page))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        place = self._place()
        if tag in _CLOSED_BY_THE_NEXT and self._open[-1].tag == tag:
            self._leave(len(self._open) - 1, place)
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise DataError(f"a page of more than {MAX_ELEMENTS:,} elements; save the comments alone.")
        inner = place + len(self.get_starttag_text() or "")
        element = Element(tag, {name: value or "" for name, value in attrs}, inner, inner)
        self._open[-1].children.append(element)
        if tag not in _VOID and len(self._open) < _DEEPEST:
            self._open.append(element)

    def parse_html_declaration(self, i: int) -> int:
        """Pass over ``<![``, as browsers do; the parser of the standard library fails on what follows it."""
        return self.parse_bogus_comment(i) if self.rawdata.startswith("<![", i) else super().parse_html_declaration(i)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                self._leave(depth, self._place())
                return

    def _leave(self, depth: int, place: int) -> None:
        for element in self._open[depth:]:
            element.end = place
        del self._open[depth:]

    def _place(self) -> int:
        return self.getpos()[1]


class _Comments:
    def __init__(self, page: str, root: Element) -> None:
        self._page = page
        self.found, _ = self._below(root, in_area=False)

    def _below(self, element: Element, *, in_area: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Return the comments in an element, and the parts of one that stand in it outside of them."""
        names = list(element.names())
        comments: list[dict[str, Any]] = []
        parts: dict[str, Any] = {}
        is_comment = _is_comment(element, names)
        # Its own parts may be items of lists, and the answers in it are in an area of their own.
        in_area = not is_comment and (in_area or any(map(_is_area, names)))
        for child in element.children:
            inner, others = self._below(child, in_area=in_area)
            comments += inner
            for name, value in others.items():
                parts.setdefault(name, value)
        if not comments and not is_comment:
            self._take(element, names, parts)
        if not is_comment and not (in_area and element.tag in _ELEMENTS_OF_AREAS):
            return comments, parts
        state = next((_STATES[word] for words in names for word in words if word in _STATES), None)
        if ("text" in parts and parts.keys() & {"author", "time"}) or state is not None:
            return [_record(element, parts, state, comments)], {}
        if not comments or not is_comment:
            return comments, parts
        # Its words stand in a part that was taken for a comment itself: what comes behind are the answers.
        first, *answers = comments
        if all(answer["class"] != first["class"] for answer in answers):
            outer = _record(element, parts, state, [*first["replies"], *answers])
            return [outer | {name: value for name, value in first.items() if value and name not in _OF_THE_OUTER}], {}
        return comments, parts

    def _take(self, element: Element, names: list[list[str]], parts: dict[str, Any]) -> None:
        """Note what part of a comment an element is; those inside of it have been taken before."""
        role = _ITEMPROPS.get(element.attributes.get("itemprop", "").lower())
        words = {word for name in names for word in name}
        if role is None and element.tag == "time":
            role = "time"
        if role is None and not words & _NO_FIELDS:
            ends = {name[-1] for name in names}
            role = next((role for role, known in _FIELDS.items() if ends & known), None)
        if role is None or role in parts:
            return
        value = element.first(*_TIMES) if role == "time" else None
        value = value or read_text(self._page[element.start : element.end], html=True).strip()
        if role == "time" and not any(map(str.isdigit, value)) and value != "刚刚":
            return
        if role == "likes":
            value = value.strip(" ()（）赞顶")
        if value and not (role == "likes" and not value[0].isdigit()):
            parts[role] = value


def _record(
    element: Element, parts: dict[str, Any], state: str | None, replies: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        **parts,
        "id": element.first(*_IDS),
        "parent_id": element.first(*_PARENTS),
        "author_id": element.first(*_USER_IDS),
        "state": state,
        "class": element.attributes.get("class", ""),
        "replies": replies,
    }


def _is_area(words: list[str]) -> bool:
    return bool(_AREAS.intersection(words) or (_COMMENT.intersection(words) and words[-1] in _AREA_ENDS))


def _is_comment(element: Element, names: list[list[str]]) -> bool:
    if element.attributes.get("itemtype", "").rstrip("/").endswith("schema.org/Comment"):
        return True
    return any(
        _COMMENT.intersection(words) and ([word for word in words if not word.isdigit()] or [""])[-1] in _COMMENT_ENDS
        for words in names
    )

r"""Recognisers of inline markup: where the URLs, hashtags, mentions and emoticons between two offsets are.

Each recogniser reads one gap that earlier ones left free and never looks outside it, so that markup found first
(a URL) cannot be cut by markup found later (a mention). All run in linear time: repetitions are bounded or
possessive, and no place is the start of two long searches.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from weibo_nlp.errors import UsageError
from weibo_nlp.text.lexicon import EMOTICON_NAME_LIMIT, WordIndex, emoticon_lexicon
from weibo_nlp.text.marks import MARKS
from weibo_nlp.text.markup import BLANK, INVISIBLE, Found
from weibo_nlp.text.twins import of_both_scripts
from weibo_nlp.text.width import narrow

_KEYCAP = "\ufe0f?\u20e3"  # what makes an emoji of the digit or `#` before it

NAME = rf"(?:(?![0-9]{_KEYCAP})[\w\-·](?:[{MARKS}](?<!\w))*+){{1,30}}+"
"""A user's name: letters of any script with their combining marks, digits, ``_``, ``-`` and ``·``; the platform allows
30."""

KNOWN_NAME_LIMIT = 64
"""Longest name that a source may state, in characters: twice what the platform allows, signs and spaces included."""

HASHTAG_LIMIT = 140

_SCHEME = "[hH][tT][tT][pP][sS]?://"
_URL = re.compile(
    # A short link ends with its code: Chinese, a hashtag or a repost chain follow without a space.
    rf"(?:{_SCHEME}|(?<![A-Za-z0-9@./_\-]))[tT]\.[cC][nN]/(?:(?!{_SCHEME})[A-Za-z0-9])++"
    rf"|(?:{_SCHEME}|(?<![A-Za-z0-9@./_\-])[wW]{{3}}\.)(?=[A-Za-z0-9])"
    r"(?:"
    r"[A-GI-Za-gi-z0-9\-._~:?!$&'()*+,;=%@]++"
    # The next link may follow without a space (`…abchttp://…`); one inside a query (`?url=http://…`) stays.
    rf"|(?!{_SCHEME})[hH]|(?<![A-Za-z0-9])[hH]"
    # `//@N:` opens a repost chain even here; `//@b/c` is a path.
    rf"|/(?!/[{BLANK}]{{0,4}}+[@＠]{NAME}[{BLANK}]{{0,4}}+[:：])"
    r")*+"
    # A `#` is a fragment only if no hashtag can start there.
    r"(?:#(?=[A-Za-z0-9!/_])[A-Za-z0-9\-._~:?!$&'()*+,;=%@/]++(?![#＃\w]))?+"
)
_URL_TAIL = frozenset(".,;:!?'@&*$(")
_BEHIND_KEYCAP = re.compile(f"(?<=[0-9*]){_KEYCAP}")

_HASH = re.compile(f"[#＃](?!{_KEYCAP})")
_MARGIN = BLANK + "\r\n"
_WORDLESS = re.compile(rf"[\s{INVISIBLE}]*+")
_SUPER_TOPIC = re.compile(of_both_scripts(r"[\[［]超话[\]］]\Z"))
_SENTENCE_END = re.compile("[。！？!?]")
# What `#` numbers or sharpens stands right before it: a number, or a letter by itself. Of pairs of signs in real posts,
# 17 of 19 behind a letter or digit are hashtags (`晚上8#话题#`); so it takes evidence that a pair is none.
_LABEL = re.compile("(?<![A-Za-z0-9_])(?:[0-9]+|[A-Za-z])\\Z")
_JOINED = re.compile(r"[\s、，,。；;：:./&+~～—–\-和与與跟同或及至到比]*+")
_SHARPENED = frozenset("CDFGJQcdfgjq")
_NUMBERED = frozenset("楼樓栋棟幢座号號机機炉爐线線井门門桥橋泵库庫厅廳馆館")

_AT = re.compile("[@＠]")
_MENTION = re.compile(f"[@＠]({NAME})")
_EYES = re.compile(r"[@＠][_.\-＿．－]{1,3}[@＠]")
# Before `@`, what an address may end in there; behind it, what an address goes on with and a name does not, dots and a
# top-level domain. A slip of the keyboard (`a@qq..com`, `a@b@c.com`) makes no mention of it.
_MAIL_USER = re.compile(r"[A-Za-z0-9_][.%+\-]?\Z")
_MAIL_HOST = re.compile(r"[@＠][A-Za-z0-9\-]{1,64}+(?:(?:\.{1,3}+|[@＠])[A-Za-z0-9\-]{1,64}+){0,8}?\.{1,3}+[A-Za-z]{2}")
_EMOTICON = re.compile(rf"[\[［]([^\[\]［］\s]{{1,{EMOTICON_NAME_LIMIT}}}+)[\]］]")

_RESIDUE = re.compile(
    of_both_scripts(
        r"[OL]?网页链接|O?查看(?:图片|动图|大图)|O?评论配图|(?P<of_owner>的微博视频)|收起(?:全文)?d|展开全文c"
        r"|[\[［]组图共[0-9]{1,3}张[\]］](?:[\s\u00a0]{0,4}原图)?"
    )
)
MAY_BE_RESIDUE = re.compile(of_both_scripts("图|链接|视频|收起|展开"))
"""What stands in every word of the app that :func:`find_residue` yields."""
_VIDEO_OWNER = re.compile(rf"L({NAME})\Z")
_LONGEST_OWNER = 121  # thirty letters of a name with three combining marks each
_WORD = re.compile(r"\w")
_MARK = re.compile(rf"[{MARKS}](?<!\w)")
_SURROGATE = re.compile("[\ud800-\udfff]")


class KnownNames:
    """Names that a source states for a text, for finding where a mention ends; with or without the leading ``@``.

    They are found in the half-width form of the text. Blanks around a name are no part of it. A name of more than
    ``KNOWN_NAME_LIMIT`` characters is no user's, and is passed over: so the time for a text does not grow with the
    number of names.

    Raises
    ------
    UsageError
        As of :func:`checked_names`.
    """

    def __init__(self, names: Iterable[str]) -> None:
        bare = (name.strip(_MARGIN).removeprefix("@").removeprefix("＠") for name in checked_names(names))
        known = [name for name in bare if len(name) <= KNOWN_NAME_LIMIT]
        self._index = WordIndex([*known, *map(narrow, known)])

    def at(self, text: str, start: int, end: int) -> str | None:
        """Return the longest known name that stands at `start`, or ``None``.

        A name is not cut out of a longer run of ASCII letters, nor before a combining mark: ``@abc`` does not mention
        ``ab``.
        """
        for name in self._index.at(text, start, end):
            stop = start + len(name)
            if _MARK.match(text, stop, end):
                continue
            if stop == end or not (is_ascii_word(text[stop]) and is_ascii_word(name[-1])):
                return name
        return None


def checked_names(names: object) -> tuple[str, ...]:
    """Return the names that a source states for a text, read once, so that an iterator will do.

    Raises
    ------
    UsageError
        If a single string was passed, whose characters would each become a name; nothing that holds names; or what is
        no name, saying where.
    """
    if isinstance(names, str):
        raise UsageError(f"known_mentions is the string {names!r}; pass a sequence of names, such as [{names!r}].")
    if not isinstance(names, Iterable):
        raise UsageError(f"known_mentions is a {type(names).__name__}; pass a sequence of names, or leave it out.")
    return tuple(_checked_name(name, place) for place, name in enumerate(names))


def _checked_name(name: object, place: int) -> str:
    if not isinstance(name, str):
        raise UsageError(
            f"known_mentions[{place}] is {name!r:.60}, not a name; pass strings, and leave out what is none."
        )
    if not name.isascii() and (surrogate := _SURROGATE.search(name)):
        raise UsageError(
            f"known_mentions[{place}] holds the lone surrogate U+{ord(surrogate.group()):04X}; decode the name "
            "again, or leave it out."
        )
    return name


def is_ascii_word(character: str) -> bool:
    """Tell whether a character is an ASCII letter, digit or underscore."""
    return character.isascii() and (character.isalnum() or character == "_")


def is_ascii_digit(character: str) -> bool:
    """Tell whether a character is one of 0–9."""
    return character.isascii() and character.isdigit()


def find_urls(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield links: ``http(s)://…``, ``www.…`` and the bare short links ``t.cn/…``.

    A link is ASCII, so it ends before a Chinese character; closing punctuation behind it is the sentence's.
    """
    for match in _URL.finditer(text, start, end):
        left, right = match.span()
        if _BEHIND_KEYCAP.match(text, right, end):
            right -= 1
            if not _URL.fullmatch(text, left, right):
                continue
        surplus = text.count(")", left, right) - text.count("(", left, right)
        while text[right - 1] in _URL_TAIL or (text[right - 1] == ")" and surplus > 0):
            surplus += {")": -1, "(": 1}.get(text[right - 1], 0)
            right -= 1
        yield left, right, "url", text[left:right]


def find_hashtags(text: str, start: int, end: int, drawn: Collection[int] = ()) -> Iterator[Found]:
    """Yield hashtags and super topics: pairs of ``#`` around 1–140 characters of one line; a drawn sign is none."""
    signs = [match.start() for match in _HASH.finditer(text, start, end) if match.start() not in drawn]
    index = 0
    while index + 1 < len(signs):
        left, right = signs[index], signs[index + 1]
        index += 1
        if not 2 <= right - left <= HASHTAG_LIMIT + 1:
            continue
        topic = text[left + 1 : right]
        named = _SUPER_TOPIC.sub("", topic)
        if "\n" in topic or _WORDLESS.fullmatch(named) or _is_sharp_sign(text, left, right, start, end):
            continue
        if topic in _NUMBERED and _is_digit_at(text, left - 1, start) and _pairs_alone(text, signs[index : index + 3]):
            continue
        index += 1
        if named != topic:
            yield left, right + 1, "super_topic", named
        else:
            yield left, right + 1, "hashtag", topic


def _is_digit_at(text: str, at: int, start: int) -> bool:
    return at >= start and is_ascii_digit(text[at])


def _pairs_alone(text: str, signs: list[int]) -> bool:
    """Tell whether the first of some ``#`` has a topic with the second, and the second none with the third.

    So in ``8#楼#话题#``, where the sign before 楼 numbers it.
    """
    close = [2 <= right - left <= HASHTAG_LIMIT + 1 and "\n" not in text[left:right] for left, right in pairwise(signs)]
    return close in ([True], [True, False])


def _is_sharp_sign(text: str, left: int, right: int, start: int, end: int) -> bool:
    """Tell whether two ``#`` belong to what stands before them: ``C#和F#``, ``3#楼和4#楼``, ``用C#写的。#话题#``."""
    before = text[left - 1] if left > start else ""
    if not is_ascii_word(before):
        return False
    if not before.isdigit() and left - 1 > start and is_ascii_word(text[left - 2]):
        return False  # `iPhone#新品#`: a whole word, not the name of a language or a key
    topic = text[left + 1 : right]
    if topic != topic.strip():
        return True
    ended = _SENTENCE_END.search(topic) is not None
    label = _LABEL.search(topic)
    if label and label.group().isdigit() == before.isdigit():
        between = topic[: label.start()]
        after = text[right + 1 : min(right + 2, end)]
        alike = between[:1].lower() == after.lower()  # 3#楼和4#楼
        sharpened = before in _SHARPENED and label.group() in _SHARPENED
        if ended or alike or sharpened or _JOINED.fullmatch(between):
            return True
    if before.isdigit():
        return topic[0] in _NUMBERED and (ended or label is not None)
    return ended


def find_mentions(text: str, start: int, end: int, known: KnownNames) -> Iterator[Found]:
    """Yield ``@N``: a known name where one stands, else the longest run a name may consist of.

    A Latin letter or digit before the sign is the end of a word (``via@小甲``, ``图cr@小甲``) or of another name
    (``@abc@小甲``); only with a domain behind the sign (``abc@qq.com``) is it an e-mail address. Between digits,
    where no name ends, the sign is a rate (``5@6元``), and ``@_@`` is a face.
    """
    resume = start
    for sign in _AT.finditer(text, start, end):
        left = sign.start()
        if left < resume:
            continue
        if eyes := _EYES.match(text, left, end):
            resume = eyes.end()
            continue
        before = text[left - 1] if left > start else ""
        if _MAIL_HOST.match(text, left, end) and _MAIL_USER.search(text[max(start, left - 2) : left]):
            continue
        name = known.at(text, left + 1, end)
        if name is None and (run := _MENTION.match(text, left, end)):
            name = run.group(1)
            if is_ascii_digit(before) and is_ascii_digit(name[0]) and left > resume:
                continue
        if name is not None:
            resume = left + 1 + len(name)
            yield left, resume, "mention", name


def find_emoticons(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield ``[name]`` for the names of the lexicon; other brackets (``[1]``, ``[图]``) are text."""
    lexicon = emoticon_lexicon()
    for match in _EMOTICON.finditer(text, start, end):
        name = match.group(1)
        if name in lexicon:
            yield match.start(), match.end(), "emoticon", name


def find_residue(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield words that the app put there: ``网页链接`` for a link, ``查看图片``, ``L…的微博视频``, ``[组图共9张]``.

    Where people write of them (``网页链接打不开``) they stand inside a phrase; the app's stand before a space, a
    sign or the end.
    """
    last = start
    for match in _RESIDUE.finditer(text, start, end):
        left, right = match.span()
        following = text[right] if right < end else ""
        if _WORD.match(following):
            continue
        if match["of_owner"]:
            floor = max(last, left - _LONGEST_OWNER)
            owner = _VIDEO_OWNER.search(text[floor:left])
            if owner is None:
                continue
            left = floor + owner.start()
        elif text[left] in "OL" and left > start and is_ascii_word(text[left - 1]):
            left += 1  # the letter ends a word of the writer's
        yield left, right, "client_residue", text[left:right]
        last = right

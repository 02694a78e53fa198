"""What in a text leads to a person: numbers, addresses, links; each found by its form, its check digits or its word.

Everything is looked for in a text as it is seen (:mod:`weibo_nlp.privacy.sight`), in an order in which nothing is taken
twice: a link before the number in it, an address before the sign in it, a card before a telephone. All patterns are
bounded or possessive, so that the time for a text grows with its length and no faster.

Kept are dates, prices, counts, hot lines, and any number that no word and no check digit makes one of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from weibo_nlp.privacy.checksums import is_bank_card, is_identity_card
from weibo_nlp.privacy.links import find_links

MaskKind = Literal["link", "image", "email", "id_card", "bank_card", "phone", "qq", "wechat", "plate"]
Place = tuple[int, int, MaskKind]
"""Start and end in the text as seen, and what it is."""

MASKS: dict[MaskKind, str] = {
    "link": "[链接]",
    "image": "[图片文件]",
    "email": "[邮箱]",
    "id_card": "[身份证号]",
    "bank_card": "[银行卡号]",
    "phone": "[电话号码]",
    "qq": "[QQ号]",
    "wechat": "[微信号]",
    "plate": "[车牌号]",
}
"""What stands in place of each; of a link, its host is kept."""

_D = "[0-9]"
_S = r"(?:[ .·•_\-—–~]{1,2})"  # between the groups of a number
_CLEAR = r"(?<![0-9])", r"(?![0-9])"

_IMAGE = re.compile(
    r"(?<![A-Za-z0-9_\-])(?:"
    r"(?i:(?=[A-Za-z_\-]*+[0-9])[A-Za-z0-9_\-]{6,}+\.(?:jpe?g|png|gif|webp|bmp|heic|mp4|mov))(?![A-Za-z0-9])"
    # What Weibo calls a picture begins with its owner's id, in hexadecimal or base 62.
    r"|[0-9A-Za-z]{8}[a-z]{2}1[0-9a-z]{20,22}(?![A-Za-z0-9_\-]))"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]++"
    r"(?:@| ?[(（\[【] ?(?:at|@) ?[)）\]】] ?)"
    r"[A-Za-z0-9\-]{1,63}+(?:[.。][A-Za-z0-9\-]{1,63}+){1,4}(?<=[A-Za-z]{2})",
    re.IGNORECASE,
)

_ID_CARD = re.compile(
    rf"{_CLEAR[0]}{_D}{{6}}[ \-]?(?:18|19|20){_D}{{2}}(?:[ \-]?{_D}{{2}}){{2}}[ \-]?{_D}{{3}}[ \-]?[0-9Xx×]{_CLEAR[1]}"
    rf"|{_CLEAR[0]}{_D}{{15}}(?![0-9Xx])"
)
_ID_CARD_BY_WORD = re.compile(r"身[份分][证証證][号號码碼是为為:： ]{0,6}+([0-9](?:[ \-]?[0-9Xx×*]){14,17}+)(?![0-9])")
_BANK_CARD = re.compile(
    rf"{_CLEAR[0]}(?:{_D}{{4}}(?:[ \-]?{_D}{{4}}){{3}}(?:[ \-]?{_D}{{1,3}})?|{_D}{{6}}[ \-]{_D}{{10,13}}){_CLEAR[1]}"
)
_BANK_CARD_BY_WORD = re.compile(
    rf"(?:卡[号號]|[银銀]行卡)[号號码碼是为為:： ]{{0,6}}+({_D}(?:[ \-]?{_D}){{11,18}}+){_CLEAR[1]}"
)

_MOBILE = (
    rf"1[3-9]{_D}(?:{_D}{{8}}|{_S}{_D}{{4}}{_S}{_D}{{4}}|{_S}{_D}{{3}}{_S}{_D}{{5}}|[ \-]{_D}{{8}}"
    rf"|{_D}{_S}{_D}{{3}}{_S}{_D}{{4}}|{_D}{_S}{_D}{{4}}{_S}{_D}{{3}}|{_D}{{4}}-{_D}{{4}})|1{_S}[3-9](?:{_S}{_D}){{9}}"
)
_PHONE = re.compile(
    rf"{_CLEAR[0]}(?:"
    rf"(?:[(（]?(?:\+|00)?86[)）]?{_S}?|0)?(?:{_MOBILE})"
    # A fixed line, told by its area code.
    rf"|(?:[(（]0{_D}{{2,3}}[)）] ?|0(?:10|2{_D}|[3-9]{_D}{{2}})[ \-])[2-9]{_D}{{6,7}}(?:-{_D}{{1,6}})?"
    # Hong Kong and Macau, Taiwan
    rf"|(?:(?:\+|00)85[23][ \-]?|[(（]\+?85[23][)）] ?|85[23][ \-])[2-9]{_D}{{3}}[ \-]?{_D}{{4}}"
    rf"|(?:(?:\+|00)886[ \-]?0?|[(（]\+?886[)）] ?0?|0)9{_D}{{2}}[ \-]?{_D}{{3}}[ \-]?{_D}{{3}}"
    # Any other country: its code, and groups.
    rf"|\+[1-9]{_D}{{0,2}}(?:[ \-][(（]?{_D}{{2,8}}[)）]?){{2,5}}|\+1[2-9]{_D}{{9}}"
    rf"){_CLEAR[1]}"
)
_PHONE_BY_WORD = re.compile(
    r"(?:[电電][话話]|手[机機]|[联聯][系繫繋](?:方式)?|(?<![A-Za-z])(?:tel|phone|mobile|call))"
    rf" ?(?:[号號][码碼]?|[:：是为為])[:：是为為+ ]{{0,4}}+({_D}(?:[ \-]?{_D}){{6,14}}+){_CLEAR[1]}",
    re.IGNORECASE,
)

# What a number counts that stands behind a word by chance: QQ 10000人.
_COUNTED = r"(?! ?[万萬亿億元块塊年月日个個次人%条條张張名位分小])"
_FILLING = r"[ :：+＋=\-~→>()（）【】\[\]「」《》/、,，]"
_QQ = re.compile(
    r"(?:(?<![A-Za-z])QQ|[扣抠叩球秋]{2}|企[鹅鵝]|[扣抠叩][号號群]|(?<![A-Za-z])Q(?= ?[:：号號群])"
    r"|(?:[加私+＋]) ?Q(?![A-Za-z]))"
    rf"(?:{_FILLING}|[号號码碼群组組是为為加我搜]){{0,8}}+"
    rf"([1-9](?:{_D}{{4,10}}+|{_D}{{2,3}}(?P<sign>[ \-]){_D}{{3,4}}(?:(?P=sign){_D}{{2,4}})?)){_CLEAR[1]}{_COUNTED}",
    re.IGNORECASE,
)
_WECHAT_WORD = (
    r"(?:[微薇徽威葳溦维維V][信❤]|(?<![A-Za-z])(?:[VW]X|WeChat|wei ?xin)|[绿綠]泡泡"
    r"|[加+＋➕] ?(?:V(?![A-Za-z])|[薇威微❤]))"
)
_WECHAT = re.compile(
    r"(?<![A-Za-z0-9_])(wxid_[a-z0-9]{6,40}+)"
    rf"|{_WECHAT_WORD} ?(?:"
    # With a word or sign that an account follows, letters will do; without, it has a digit or an underscore.
    r"(?:[账帳賬][号號]|[号號][码碼]?|id(?![A-Za-z])|[:：]|搜[索一下]{0,2})(?:[ :：+＋=→>是为為加我搜]){0,6}+"
    r"([A-Za-z][A-Za-z0-9_\-]{5,39}+)"
    rf"|{_FILLING}{{0,4}}+((?=[A-Za-z\-]{{0,19}}[0-9_])[A-Za-z][A-Za-z0-9_\-]{{5,39}}+)"
    rf"|(?:{_FILLING}|[号號码碼是为為加我搜]){{0,8}}+([1-9]{_D}{{4,10}}+){_CLEAR[1]}{_COUNTED}"
    r")",
    re.IGNORECASE,
)
# Names of programs stand behind the word as well: 微信:Android版, 微信 iPhone15.
_PROGRAM = re.compile(
    "wechat(?:pay)?|weixin|android|iphone|ipad(?:os)?|windows|alipay|facebook|twitter|whatsapp|telegram|instagram"
)
_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤川青藏琼宁滬雲遼魯蘇贛晉陝閩貴粵瓊寧][A-HJ-Z][·• ]?"
    "(?=[A-Z]{0,5}[0-9][A-Z]{0,4}[0-9])[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_SEPARATORS = re.compile(r"[^0-9Xx]")
_NO_LETTER = re.compile("[^A-Za-z]")
_MAY_HOLD_A_NUMBER = re.compile(r"[0-9](?:[^0-9]{0,3}[0-9]){4}")


def find_personal(text: str) -> list[Place]:
    """Find what leads to a person in a text as it is seen; sorted, not overlapping.

    Names behind an ``@`` are not among it, and neither are names of people in running words.

    Examples
    --------
    >>> find_personal("电话13800000000,价格13800元")
    [(2, 13, 'phone')]
    """
    addresses = find_addresses(text)
    return sorted([*addresses, *find_numbers(blanked(text, addresses))])


def find_addresses(text: str) -> list[Place]:
    """Find links and addresses of mail, in which an ``@`` opens no name."""
    return _found(text, (_links, _emails))


def find_numbers(text: str) -> list[Place]:
    """Find all that :func:`find_personal` finds but :func:`find_addresses` does not."""
    return _found(text, _NUMBERS)


def _found(text: str, recognisers: Iterable[Callable[[str], Iterator[Place]]]) -> list[Place]:
    found: list[Place] = []
    for recognise in recognisers:
        places = list(recognise(text))
        if places:
            found += places
            text = blanked(text, places)
    return sorted(found)


def blanked(text: str, places: Iterable[tuple[int, int, *tuple[object, ...]]]) -> str:
    """Return a text of the same length in which sorted places hold nothing that a later pattern could find."""
    pieces, position = [], 0
    for start, end, *_ in places:
        pieces += [text[position:start], "\0" * (end - start)]
        position = end
    return "".join([*pieces, text[position:]])


def _links(text: str) -> Iterator[Place]:
    return ((start, end, "link") for start, end in find_links(text))


def _images(text: str) -> Iterator[Place]:
    return ((*match.span(), "image") for match in _IMAGE.finditer(text))


def _emails(text: str) -> Iterator[Place]:
    return ((*match.span(), "email") for match in _EMAIL.finditer(text)) if "." in text or "。" in text else iter(())


def _cards(text: str) -> Iterator[Place]:
    if not _has_digits(text):
        return
    places: list[Place] = [(*match.span(1), "id_card") for match in _ID_CARD_BY_WORD.finditer(text)]
    text = blanked(text, places)
    cards = (match for match in _ID_CARD.finditer(text) if is_identity_card(_figures(match.group())))
    places += [(*match.span(), "id_card") for match in cards]
    yield from sorted(places)


def _bank_cards(text: str) -> Iterator[Place]:
    if not _has_digits(text):
        return
    places: list[Place] = [(*match.span(1), "bank_card") for match in _BANK_CARD_BY_WORD.finditer(text)]
    text = blanked(text, places)
    cards = (match for match in _BANK_CARD.finditer(text) if is_bank_card(_figures(match.group())))
    places += [(*match.span(), "bank_card") for match in cards]
    yield from sorted(places)


def _figures(written: str) -> str:
    """Return a number without what parts its groups; the cross that people type for the last sign is an X."""
    return _SEPARATORS.sub("", written.replace("×", "X"))


def _by(pattern: re.Pattern[str], kind: MaskKind) -> Callable[[str], Iterator[Place]]:
    """Recognise what a pattern finds: its first group, or all of it where it has none."""

    def recognise(text: str) -> Iterator[Place]:
        if _has_digits(text):
            for match in pattern.finditer(text):
                yield (*match.span(1 if pattern.groups else 0), kind)

    return recognise


def _wechat(text: str) -> Iterator[Place]:
    for match in _WECHAT.finditer(text):
        group = match.lastindex or 0
        if not _PROGRAM.fullmatch(_NO_LETTER.sub("", match.group(group)).lower()):
            yield (*match.span(group), "wechat")


def _plates(text: str) -> Iterator[Place]:
    return ((*match.span(), "plate") for match in _PLATE.finditer(text))


def _has_digits(text: str) -> bool:
    return _MAY_HOLD_A_NUMBER.search(text) is not None


_NUMBERS: tuple[Callable[[str], Iterator[Place]], ...] = (
    _images,
    _cards,
    _bank_cards,
    _by(_PHONE_BY_WORD, "phone"),
    _by(_PHONE, "phone"),
    _by(_QQ, "qq"),
    _wechat,
    _plates,
)

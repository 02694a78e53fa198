r"""Kaomoji: faces drawn with characters, ``(≧▽≦)/``, ``T_T``, ``orz``.

There is no list of all faces, so a face is recognised by what it is drawn with: brackets around at least two
strokes that serve for eyes and mouths, and no ordinary Chinese character but as its mouth (``(°口°)``); or two equal
eyes with a mouth between them; or one of a few spelled with letters. Strokes that are letters or signs of mathematics
(ω, θ, ∩) take equal eyes: ``(ω, θ)`` is none. Full-width strokes count as their half-width twins. Arms outside the
brackets belong to the face. Prose in brackets (``(如下)``, ``(2/3)``, ``(≥18)``) is none, and a face with a bracket
inside is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from weibo_nlp.text.markup import Found
from weibo_nlp.text.recognise import is_ascii_word

_BRACKETED = re.compile(r"[(（]([^()（）\n]{1,14}+)[)）]")
# Strokes that hardly stand in brackets but in a face: its presence says that one is meant.
FACE_STROKES = frozenset(
    "﹏︿﹀▔￣¯ˉ´｀≧≦╯╰╭╮ﾟ゜˘⌒⊙ᴗᴥಠ◡‿︶︵ﾉಥಡ눈≖ლ╥┬﹃﹁◔◐◑╬ヮ￢」乛◞◟ᵕᵔ‸ʖʘ๑ڡㅂㅅㅠㅜㄒꈍᗒᗕ╹◉งŏ‾◝\u0300\u0301"
)
# Letters and signs of mathematics that also draw, `(θ, ω)`: they make a face only between two equal eyes.
LETTERS_AS_STROKES = frozenset("ωΩεэзЗДдΘθσςвΣ∀∩∪⊂⊃∠")
# Those that also rate, list and compute: `(★★★)`, `(x=y)`.
_SHARED_STROKES = frozenset("★☆♥♡✿❀✧●○■◎◕•・･→←↑↓=*;:@`_><^≡□△∇▽°ˇ¬皿益口工艹人一士TxXoO")
STROKES = FACE_STROKES | LETTERS_AS_STROKES | _SHARED_STROKES
EYES = STROKES - frozenset("人工士艹益皿口=:_*;≡") | frozenset("。｡.'’-−—–=≥≤ー")
SHAPES = frozenset("★☆♥♡✿❀●○■◎□△▽∇→←↑↓")
MOUTHS = frozenset("_.人ωДд∀Θзε皿益口□△▽∇﹏︿^oO3v‸‿◡ー︶ᴗᴥᵕェｪㅂ")
# Pairs with a face stroke (`≧≦`, `╯╰`, `´｀`) say by it that a face is meant.
MIRRORED = frozenset(["><", "≥≤", "/\\", "′`", "`′", "⊂⊃"])
# A face whose eyes are Chinese characters has another mouth: `(一_一)`, not `（一人一）`, which is a sentence.
EYES_THAT_ARE_WORDS = frozenset("皿益口工艹人一士")
MOUTHS_OF_THESE = frozenset("_.ω▽△∇﹏︿^oO￣ ")
LETTERS_IN_FACES = frozenset("oOwWvVxXuUTQAdDnyz3")
CHEEKS = " *~#=;,〃⌐"
_LISTED = re.compile("[,、]")  # of the half-width form
_ACCENTED_LETTER = re.compile("[A-Za-z][\u0300-\u036f]")  # pinyin: `(wò)` with its accent apart
_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(ord("！"), ord("～") + 1) if chr(wide) != "｀"} | {0x3000: 0x20}
# Of signs that write Chinese too, only `；`: `选：Ｄ` is an answer.
_BARE_HALF_WIDTH = str.maketrans(
    {wide: half for wide, half in _HALF_WIDTH.items() if chr(half).isalnum() or chr(half) in "._-=^<>@$;"}
)
_BARE_WIDE = re.compile("[．＿－＝＾＞＜＠＄；Ａ-Ｚａ-ｚ０-９]")
_KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
_ASCII_INNER = re.compile(
    r"[ *~=#]{0,2}(?:\^[_.\-oOwWvV3~ ]{0,2}\^|>[_.\-wWoO3 ]{0,2}<|[Tt][_.oOvVA ]{1,2}[Tt]|QAQ|Q[wvW]Q|;[_.\-];"
    r"|-[_.]{1,2}-|=[_.\-^]=|@[_.\-oO]@|[oO][_.][oO]|\$_\$|[xX]_[xX]|[uU]_[uU]"
    r"|n_n|\._\.|~[oO]~|\^[_.]-|-[_.]\^)[ *~=;|#!b]{0,3}"
)
_LEFT_ARMS = frozenset('ヽヾ╮┑٩＼\\oOψΣ凸ε└乁лฅ☆★~～♪ㄟ╭_¯⁄ʅ❀♥♡✿"`･｡σ')
_RIGHT_ARMS = frozenset("/／وﾉノ╯╭╮ゞづっง۶وoOψ凸┘ㄏฅ☆★~～♪✧゛ʃ_¯\\❀♥♡✿♪b;σ")
_TABLE = re.compile(r"[ ]?︵[ ]?┻━{1,3}+┻")
_PAIRED = re.compile(
    r"(?:[→←⊙◎╥┬ಠಥ￣˘￢¬◔ºΘ●○ˇ°•][_＿﹏▽ω∀ᴥ﹃︿ㅂ.]{1,2}+[→←⊙◎╥┬ಠಥ￣˘￢¬◔ºΘ●○ˇ°•]|≧[_＿﹏▽ω∀﹃︿.]{1,2}+≦|ʕ•ᴥ•ʔ)"
)
# Letter faces and ASCII eyes stand between other characters than ASCII letters and digits: `T_T`, not `CAT_TAIL`.
_ASCII_FACE = re.compile(
    r"(?:\^[_.\-oOwW3]{0,2}\^|>[_.]{1,2}<|T[_.A]T|Q[AwWvV_]Q|;_;|-_{1,3}-|=_{1,2}=|@_@|[oO]_[oO]|\$_\$|[xX]_[xX]|[uU]_[uU]"
    r"|n_n|OvO|TvT|XD|[oO][rR][zZ]|OTZ|:-[)(DPpoO|]|;-\)|:D|:P)(?:\|{1,3}|[b!](?![A-Za-z0-9])"
    r"|#(?![A-Za-z0-9]|[^#＃\n]{1,140}+[#＃]))?+"  # no sweat, but the sign of a hashtag
)
# A colon and a capital are also an answer or a drive (`答案:D`), so nothing but a blank or a sign stands before them.
_COLON_FACES = frozenset({":D", ":P"})


def may_hold_kaomoji(text: str) -> bool:
    """Tell cheaply whether it is worth looking for faces; true for a few texts that hold none."""
    if "(" in text or "（" in text:
        return True
    drawn = _drawn(text)
    return bool(_PAIRED.search(drawn) or _ASCII_FACE.search(drawn))


def find_kaomoji(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield the drawn faces between two offsets, in order and without overlap; the value is the face."""
    last = start
    for left, right in sorted([*_bracketed(text, start, end), *_bare(text, start, end)]):
        if left >= last:
            yield left, right, "kaomoji", text[left:right]
            last = right


def _bracketed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    last = start
    for match in _BRACKETED.finditer(text, start, end):
        if not _is_face(match.group(1)):
            continue
        left, right = match.span()
        while left > last and match.start() - left < 3 and _is_left_arm(text, left - 1, last):
            left -= 1
        while right < end and right - match.end() < 3 and _is_right_arm(text, right, end):
            right += 1
        if table := _TABLE.match(text, right, end):
            right = table.end()
        yield left, right
        last = right


def _is_face(inner: str) -> bool:
    drawn = inner.translate(_HALF_WIDTH)
    if inner == "ツ" or _ASCII_INNER.fullmatch(drawn):
        return True
    if drawn.isascii():
        return False  # ASCII faces are the ones spelled out above; the rest is code and arithmetic
    core = drawn.strip(CHEEKS)
    if not all(map(_may_stand_in_a_face, drawn)) or _ACCENTED_LETTER.search(drawn) or _LISTED.search(core):
        return False
    if core[:1] in EYES_THAT_ARE_WORDS and not MOUTHS_OF_THESE.issuperset(core[1:-1]):
        return False
    if _has_equal_eyes(core):
        return True
    if sum(map(STROKES.__contains__, drawn)) < 2:
        return False
    return not FACE_STROKES.isdisjoint(drawn) or not (
        LETTERS_AS_STROKES.isdisjoint(drawn) or _KANA.search(drawn) is None
    )


def _has_equal_eyes(core: str) -> bool:
    """Tell whether a mouth stands between two equal or mirrored eyes, in as many pairs of other strokes."""
    eyes = ""
    mirrored = False
    while len(core) >= 3 and (core[0] == core[-1] or core[0] + core[-1] in MIRRORED):
        eyes += core[0]
        mirrored = mirrored or core[0] != core[-1]
        core = core[1:-1].strip()
    if not mirrored and EYES.isdisjoint(eyes) and eyes[:1] not in EYES_THAT_ARE_WORDS:
        return False
    mouths = MOUTHS - SHAPES if eyes[-1:] in SHAPES else MOUTHS
    return bool(core) and bool(eyes) and mouths.issuperset(core) and core != eyes[-1]


def _may_stand_in_a_face(character: str) -> bool:
    drawn = character in STROKES or character in LETTERS_IN_FACES or not character.isalnum()
    return drawn or _KANA.match(character) is not None


def _is_left_arm(text: str, at: int, floor: int) -> bool:
    character = text[at]
    if character in "oO":
        return at == floor or not is_ascii_word(text[at - 1])
    return character in _LEFT_ARMS


def _is_right_arm(text: str, at: int, end: int) -> bool:
    character = text[at]
    following = text[at + 1] if at + 1 < end else ""
    if character in "oOb":
        return not is_ascii_word(following)
    if character in "/／":
        return following not in ("/", "／")  # `//@N:` opens a repost chain, even right behind a face
    return character in _RIGHT_ARMS


def _bare(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    drawn = _drawn(text[start:end])
    found = [match.span() for match in _PAIRED.finditer(drawn)]
    for match in _ASCII_FACE.finditer(drawn):
        left, right = match.span()
        before = drawn[left - 1] if left else ""
        after = drawn[right : right + 1]
        if match.group() in _COLON_FACES and before.isalnum():
            continue
        lengthened = drawn[left] == before or (drawn[left] == after == "^")
        if not (is_ascii_word(before) or is_ascii_word(after) or lengthened):
            found.append((left, right))
    return ((start + left, start + right) for left, right in found)


def _drawn(text: str) -> str:
    return text.translate(_BARE_HALF_WIDTH) if _BARE_WIDE.search(text) else text

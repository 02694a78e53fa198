r"""Kaomoji: faces drawn with characters, ``(≧▽≦)/``, ``T_T``, ``orz``.

There is no list of all faces, so a face is recognised by what it is drawn with: brackets around at least two
strokes that serve for eyes and mouths, and no ordinary Chinese character but as its mouth (``(°口°)``); or two equal
eyes with a mouth between them; or one of a few spelled with letters. Arms outside the brackets belong to the face.
Prose in brackets (``(如下)``, ``(2/3)``, ``(≥18)``) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from weibo_nlp.text.markup import Found
from weibo_nlp.text.recognise import is_ascii_word

_BRACKETED = re.compile(r"[(（]([^()（）\n]{1,14}+)[)）]")
# Strokes that hardly stand in brackets but in a face, and those that also rate, list and compute: `(★★★)`, `(x=y)`.
_FACE_STROKES = frozenset("ωΩεэзЗ﹏︿﹀∀Дд▔￣¯ˉ´｀≧≦╯╰╭╮ﾟ゜˘⌒∩⊙ᴗᴥಠ◡‿︶︵⊂⊃∠ﾉಥ╥┬﹃﹁◔◐◑Θθσ╬∪ヮв￢」乛◞◟ᵕ\u0300\u0301")
_SHARED_STROKES = frozenset("★☆♥♡✿❀●○◎◕•・→←↑↓=*;:；：@`_><^≡□△∇▽°ˇ¬Σ︹皿益口工艹人一士TxXoO")
_STROKES = _FACE_STROKES | _SHARED_STROKES
# A face whose eyes are Chinese characters has another mouth: `(一_一)`, not `（一人一）`, which is a sentence.
_EYES_THAT_ARE_WORDS = frozenset("皿益口工艹人一士")
_MOUTHS_OF_THESE = frozenset("_＿.ω▽△∇﹏︿^oO￣")
_LETTERS_IN_FACES = frozenset("oOwWvVxXuUTQAdDnz3")
_KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
_ASCII_INNER = re.compile(
    r"[ *~=]{0,2}(?:\^[_.\-oOwWvV3~ ]{0,2}\^|>[_.\-wWoO3 ]{0,2}<|[Tt][_.oOvVA ]{1,2}[Tt]|QA?[Q]|Q[wvW]Q|;[_.\-];"
    r"|-[_.]{1,2}-|=[_.\-^]=|@[_.\-oO]@|[oO][_.][oO]|\$_\$|[xX][_.][xX]|[uU]_[uU]|n_n)[ *~=;|#!b]{0,3}"
)
_LEFT_ARMS = frozenset('ヽヾ╮┑٩＼\\oOψΣ凸ε└乁лฅ☆★~～♪ㄟ╭_¯⁄ʅ❀♥♡✿"`･｡σ')
_RIGHT_ARMS = frozenset("/ﾉノ╯╭╮ゞづっง۶وoOψ凸┘ㄏฅ☆★~～♪✧゛ʃ_¯\\❀♥♡✿♪b;σ")
_TABLE = re.compile(r"[ ]?︵[ ]?┻━{1,3}+┻")
_PAIRED = re.compile(
    r"(?:[→←⊙◎╥┬ಠಥ￣˘￢¬◔ºΘ●○ˇ°•][_＿﹏▽ω∀ᴥ﹃︿ㅂ.]{1,2}+[→←⊙◎╥┬ಠಥ￣˘￢¬◔ºΘ●○ˇ°•]|≧[_＿﹏▽ω∀﹃︿.]{1,2}+≦|ʕ•ᴥ•ʔ)"
)
# Letter faces and ASCII eyes stand between other characters than ASCII letters and digits: `T_T`, not `CAT_TAIL`.
_ASCII_FACE = re.compile(
    r"(?:\^[_.\-oOwW3]{0,2}\^|>[_.]{1,2}<|T[_.A]T|Q[AwWvV_]Q|;_;|-_{1,3}-|=_{1,2}=|@_@|[oO]_[oO]|\$_\$|[xX]_[xX]|[uU]_[uU]"
    r"|n_n|OvO|TvT|QAQ|XD|[oO][rR][zZ]|OTZ|:-[)(DPpoO|]|;-\)|:D|:P)(?:\|{1,3}|[#b!](?![A-Za-z0-9]))?+"
)
# A colon and a capital are also an answer or a drive (`答案:D`), so nothing but a blank or a sign stands before them.
_COLON_FACES = frozenset({":D", ":P"})


def may_hold_kaomoji(text: str) -> bool:
    """Tell cheaply whether it is worth looking for faces; true for a few texts that hold none."""
    return "(" in text or "（" in text or bool(_PAIRED.search(text) or _ASCII_FACE.search(text))


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
    if inner == "ツ" or _ASCII_INNER.fullmatch(inner):
        return True
    if inner.isascii():
        return False  # ASCII faces are the ones spelled out above; the rest is code and arithmetic
    if sum(map(_STROKES.__contains__, inner)) < 2 or not all(map(_may_stand_in_a_face, inner)):
        return False
    if not _FACE_STROKES.isdisjoint(inner):
        return True
    eyes = inner.strip(" *~")
    if eyes[:1] in _EYES_THAT_ARE_WORDS and not _MOUTHS_OF_THESE.issuperset(eyes[1:-1]):
        return False
    return len(eyes) >= 3 and eyes[0] == eyes[-1] and eyes[0] in _SHARED_STROKES and set(eyes) != {eyes[0]}


def _may_stand_in_a_face(character: str) -> bool:
    drawn = character in _STROKES or character in _LETTERS_IN_FACES or not character.isalnum()
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
    if character == "/":
        return following != "/"  # `//@N:` opens a repost chain, even right behind a face
    return character in _RIGHT_ARMS


def _bare(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    yield from (match.span() for match in _PAIRED.finditer(text, start, end))
    for match in _ASCII_FACE.finditer(text, start, end):
        left, right = match.span()
        before = text[left - 1] if left > start else ""
        after = text[right] if right < end else ""
        if match.group() in _COLON_FACES and before.isalnum():
            continue
        if not (is_ascii_word(before) or is_ascii_word(after) or (before and before == text[left])):
            yield left, right

"""Drawn faces in brackets in the dialect of Oniguruma, as :mod:`weibo_nlp.text.kaomoji` recognises them.

A text is in lower case by now, and a capital letter is a mark of ours: of the signs that a face may hold, those that
are marked already stand as ``D`` (``#``) and ``F`` (``@``).
"""

from __future__ import annotations

from collections.abc import Iterable

from weibo_nlp.text import kaomoji

HASH, AT = "#＃D", "@＠F"
_TWINS = {"#": HASH, "@": AT, " ": " \u3000"}
_ESCAPED = frozenset(r"\[]^-&~")


def _of(characters: Iterable[str], more: str = "") -> str:
    """Return a class of characters, in lower case and in both widths; `more` is written as it stands."""
    known = sorted({character.lower() for character in characters})
    both = "".join(_TWINS.get(sign) or _both_widths(sign) for sign in known)
    return "[" + "".join(f"\\{sign}" if sign in _ESCAPED else sign for sign in both) + more + "]"


def _both_widths(sign: str) -> str:
    return sign + chr(ord(sign) + 0xFEE0) if sign.isascii() and not sign.isalnum() and sign != "`" else sign


_KANA = r"\u3040-\u30ff\uff66-\uff9f"
_CHEEK = _of(kaomoji.CHEEKS)
# Neither a letter nor a number but those that draw, and no comma, which lists.
_MAY = _of([*kaomoji.STROKES, *kaomoji.LETTERS_IN_FACES], rf"{_KANA}DF[^\p{{L}}\p{{N}}()（）\n,，、]")
_STROKE = _of(kaomoji.STROKES, "F")
_WORDS = _of(kaomoji.EYES_THAT_ARE_WORDS)
_SHAPES = _of(kaomoji.SHAPES)
_MOUTH = _of(kaomoji.MOUTHS)
_MOUTH_OF_SHAPES = _of(kaomoji.MOUTHS - kaomoji.SHAPES)
_MOUTH_OF_WORDS = _of(kaomoji.MOUTHS_OF_THESE & kaomoji.MOUTHS)
_EYE = _of(kaomoji.EYES - kaomoji.SHAPES - kaomoji.EYES_THAT_ARE_WORDS - {"@"})

_MIRRORED_EYES = "|".join(_of(eyes[0]) + f"{_MOUTH}{{1,8}}" + _of(eyes[1]) for eyes in sorted(kaomoji.MIRRORED))
_EQUAL_EYES = (
    rf"{_CHEEK}*(?:[{AT}]{_MOUTH}{{1,8}}[{AT}]|(?<eye>{_EYE})(?!\k<eye>{{2}}){_MOUTH}{{1,8}}\k<eye>"
    rf"|(?<shape>{_SHAPES})(?!\k<shape>{{2}}){_MOUTH_OF_SHAPES}{{1,8}}\k<shape>"
    rf"|(?<word>{_WORDS}){_MOUTH_OF_WORDS}{{1,8}}\k<word>|{_MIRRORED_EYES}){_CHEEK}*"
)
_SPEAKING = rf"(?={_MAY}*{_of(kaomoji.FACE_STROKES)}|(?={_MAY}*[{_KANA}]){_MAY}*{_of(kaomoji.LETTERS_AS_STROKES)})"
_MANY_STROKES = rf"(?!{_CHEEK}*{_WORDS}){_SPEAKING}(?:{_MAY}*{_STROKE}){{2}}{_MAY}*"
# Something beyond ASCII, and no pinyin with its accent apart.
_NOT_ASCII = r"(?=[^)）]*[^\x00-\x7f\u3000\uff01-\uff3f\uff41-\uff5e])(?![^)）]*[a-z][\u0300-\u036f])"

# Left eye, what may be the mouth, how much of it, right eye: the faces that ASCII spells.
_SPELLED = (
    ("^", "_.-owv3~ ", "{0,2}", "^"), (">", "_.-wo3 ", "{0,2}", "<"), ("t", "_.ova ", "{1,2}", "t"),
    ("q", "awv", "", "q"), (";", "_.-", "", ";"), ("-", "_.", "{1,2}", "-"), ("=", "_.-^", "", "="),
    ("@", "_.-o", "", "@"), ("o", "_.", "", "o"), ("$", "_", "", "$"), ("x", "_", "", "x"), ("u", "_", "", "u"),
    ("n", "_", "", "n"), (".", "_", "", "."), ("~", "o", "", "~"), ("^", "_.-", "", "-"), ("-", "_.", "", "^"),
)  # fmt: skip
_ASCII = "|".join(_of(left) + _of(mouth) + size + _of(right) for left, mouth, size, right in _SPELLED)
_FACE = (
    rf"(?=[^()（）\n]{{1,14}}[)）])(?=(?:{_of(' *~=#')}{{0,2}}(?:{_ASCII}){_of(' *~=;|#!b')}{{0,3}}"
    rf"|{_NOT_ASCII}(?:{_EQUAL_EYES}|{_MANY_STROKES}))[)）])"
)
SIGNS_OF_FACES = (
    (rf"[(（]{_FACE}[^#＃()（）]*\K[#＃]", "D"),
    (rf"[(（]{_FACE}[^@＠()（）]*\K[@＠]", "F"),
)
"""Where the next sign stands that a face holds and nothing has marked yet, and its mark."""

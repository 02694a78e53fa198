"""A text as a reader sees it, in which what identifies people is looked for.

Full-width letters and digits, digits in circles and of other scripts, invisible signs and marks between the digits of
a number hide nothing from a person, and must hide nothing here. The text itself stays as it is: every place that is
found leads back to it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from weibo_nlp.records import Span
from weibo_nlp.text.folding import folded
from weibo_nlp.text.markup import INVISIBLE
from weibo_nlp.text.offsets import Edit, Normalised, Tape

# Variation selectors and marks over a letter as well: they may stand between two digits and are no digit's own.
_UNSEEN = re.compile(f"[{INVISIBLE}\ufe00-\ufe0f\u0300-\u036f\u20d0-\u20ff]+")
_OTHER_DIGIT = re.compile(r"(?![0-9])[\d⁰¹²³⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]")
_HAN_DIGITS = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖兩貳參陸"
_HAN_VALUES = dict(zip(_HAN_DIGITS, "0012345678911234567892236", strict=True))
# So many in a row are the digits of a number; a year has four, and ten, hundred and so on are none of them.
_SPELT = re.compile(f"(?<![0-9{_HAN_DIGITS}])[{_HAN_DIGITS}]{{11,20}}(?![0-9{_HAN_DIGITS}])")
_BLANKS = re.compile("[\u00a0\u2000-\u200a\u3000\t]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Sight:
    """A text as it is seen, and the way back to what is written.

    Attributes
    ----------
    text : str
        As it is seen.
    written : Normalised
        By which places lead back.
    """

    text: str
    written: Normalised

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where `[start, end)` of the text as seen stands in the text as written."""
        span = self.written.to_raw(Span(start, end))
        return span.start, span.end


def see(text: str) -> Sight:
    """Look at a text without lone surrogates."""
    tape = Tape(text)
    if not text.isascii():
        if _UNSEEN.search(text):
            edits: list[Edit] = [(*run.span(), "", "invisible") for run in _UNSEEN.finditer(text)]
            tape.edit(edits)
        tape.replace_text(_plain(folded(tape.text)))
    elif "\t" in text:
        tape.replace_text(_BLANKS.sub(" ", text))
    return Sight(tape.text, tape.finish())


def _plain(text: str) -> str:
    text = _BLANKS.sub(" ", text)
    text = _OTHER_DIGIT.sub(lambda sign: str(unicodedata.digit(sign.group())), text)
    return _SPELT.sub(lambda run: "".join(_HAN_VALUES[sign] for sign in run.group()), text)


def name_key(name: str) -> str:
    """Return the form in which two spellings of one handle or user id are the same."""
    return lowered(" ".join(see(whole(name)).text.split()).removeprefix("@").strip())


def lowered(text: str) -> str:
    """Return a text in lower case and of the same length: a letter whose small form is two stays."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def whole(text: str) -> str:
    """Return a text with U+FFFD in place of lone surrogates: halves of characters that were cut somewhere."""
    return _SURROGATE.sub("\ufffd", text) if not text.isascii() and _SURROGATE.search(text) else text

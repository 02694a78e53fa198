r"""The grammar of Weibo text in the language of the `tokenizers` library, so that it travels inside ``tokenizer.json``.

The library can only replace what a pattern matches by a fixed string, and it ties a replacement to the last raw
character of the match. Two devices make the grammar of :mod:`weibo_nlp.text` out of that:

- The text is put in lower case first. From there on a capital letter is a mark of ours, and nothing that a user typed.
- A place that becomes one token is rewritten at both ends: ``@`` becomes ``[MENTION``, the last character of the
  name becomes ``]``, what lies between is dropped. So the token reaches from the raw ``@`` to the raw end of the name.

Patterns are in the dialect of Oniguruma: ``\K`` keeps what was matched before it, ``(?>…)`` does not go back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tokenizer.faces import SIGNS_OF_FACES

from weibo_nlp.text import emoticon_lexicon

if TYPE_CHECKING:
    from tokenizers.normalizers import Normalizer, Replace
    from tokenizers.pre_tokenizers import PreTokenizer

MENTION, URL, HASHTAG, HASHTAG_END = "[MENTION]", "[URL]", "[HASHTAG]", "[/HASHTAG]"
MARKS = (MENTION, URL, HASHTAG, HASHTAG_END)
"""Tokens that stand for what a text names or links, and for the two signs of a hashtag."""

SUPER_TOPIC_MARKS = ("[超话]", "[超話]")
SPACE = "▁"
"""Token of a run of white space within a line; on Weibo a space often is the only punctuation there is."""

_KEYCAP = r"\ufe0f?\u20e3"
_NAME = rf"(?:(?![0-9]{_KEYCAP})[\p{{L}}\p{{N}}_\-·]\p{{M}}*)"  # one letter with its combining marks
_BLANK = r"[ \t\u00a0\u3000\u200b\u200e\u200f\u2060\ufeff]"
_IGNORED = (
    r"\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\x{e0001}\x{e0020}-\x{e007f}"
)
_NO_ADDRESS_BEFORE = r"(?<![a-z0-9@./_\-])"

# The body of a link, one character at a time; the next link, or a repost chain, may follow without a space.
_BODY = r"[a-z0-9\-._~:?!$&'()*+,;=%@/]"
_LINK_CHARACTER = (
    r"(?:[a-gi-z0-9\-._~:?!$&'()*+,;=%@]|h(?!ttps?://)|(?<![a-z0-9])h"
    rf"|/(?!/{_BLANK}{{0,4}}[@＠]{_NAME}{{1,30}}{_BLANK}{{0,4}}[:：]))"
)
_INNER = r"\([a-z0-9\-._~:?!$&'*+,;=%@/]*"  # an open bracket; the link keeps a closing one that answers it
_NO_SENTENCE_SIGN = rf"(?<=[a-z0-9\-_~=%+/])(?!{_KEYCAP})"
_LINK_END = (
    rf"(?:https?://|{_NO_ADDRESS_BEFORE})t\.cn/(?:(?!https?://)[a-z0-9])*\K(?!https?://)[a-z0-9](?!{_KEYCAP})"
    rf"|(?:https?://|{_NO_ADDRESS_BEFORE}www\.)(?=[a-z0-9])(?:"
    rf"(?>{_LINK_CHARACTER}*)#(?=[a-z0-9!/_])(?=(?>{_BODY}+)(?![#＃\p{{L}}\p{{N}}_])){_BODY}*\K{_BODY}{_NO_SENTENCE_SIGN}"
    rf"|(?>{_INNER}\)|{_LINK_CHARACTER})*(?:{_INNER}\K\)|\K{_LINK_CHARACTER}{_NO_SENTENCE_SIGN}))"
)
# Looked for between one end and the next, so that a link within a link is none; `L` is the mark of an end.
_LINK_START = (
    rf"(?:\A|L\])[^L]*?\K(?:h(?=ttps?://[a-z0-9L])|{_NO_ADDRESS_BEFORE}t(?=\.cn/[a-z0-9L])"
    rf"|{_NO_ADDRESS_BEFORE}w(?=ww\.[a-z0-9L]))(?=[^L]+L\])"
)

# Repost prefixes come before hashtags: `#…//@N:…#` is none.
_CHAIN_MENTION_START = rf"//{_BLANK}{{0,4}}\K[@＠](?={_NAME}{{1,30}}{_BLANK}{{0,4}}[:：])"

# A topic holds no link and no repost prefix, whose marks have a `U` and an `M`. Behind a digit or a lone letter, the
# sign may number or sharpen it (`3#楼和4#楼`, `C#和F#`): `_is_sharp_sign` of the library says when.
_SIGN = rf"[#＃](?!{_KEYCAP})"
_IN_TOPIC = rf"(?:[^#＃\nUM]|[#＃](?={_KEYCAP}))"
_TOPIC = rf"(?![\s{_IGNORED}]+(?:\[超[话話]\])?{_SIGN}|\[超[话話]\]{_SIGN}){_IN_TOPIC}{{1,140}}"
_NO_BLANK_EDGE = rf"(?!\s)(?!{_IN_TOPIC}{{0,139}}\s{_SIGN})"
_ENDED = rf"{_IN_TOPIC}{{0,139}}[。！？!?]"
_JOINED = r"[\s、，,。；;：:./&+~～—–\-和与與跟同或及至到比]*"
_ALONE = r"(?<![a-z0-9_])"
# A sign that numbers a building, before a topic: `8#楼#话题#`.
_NUMBERS = (
    rf"[楼樓栋棟幢座号號机機炉爐线線井门門桥橋泵库庫厅廳馆館]{_SIGN}{_IN_TOPIC}{{1,140}}{_SIGN}"
    rf"(?!{_IN_TOPIC}{{1,140}}{_SIGN})"
)
_TOPIC_END = (
    rf"(?:(?:(?<![a-z0-9_])|(?<=[a-z0-9_][a-z_])){_SIGN}{_TOPIC}"
    rf"|(?<=[0-9]){_SIGN}{_NO_BLANK_EDGE}(?!{_NUMBERS})(?!{_JOINED}{_ALONE}[0-9]+{_SIGN})"
    rf"(?!(.){_IN_TOPIC}{{0,138}}{_ALONE}[0-9]+{_SIGN}\1)(?!{_ENDED}{_IN_TOPIC}{{0,138}}{_ALONE}[0-9]+{_SIGN})"
    rf"(?![楼樓栋棟幢座号號机機炉爐线線井门門桥橋泵库庫厅廳馆館](?:{_ENDED}|{_IN_TOPIC}{{0,138}}{_ALONE}(?:[0-9]+|[a-z]){_SIGN}))"
    rf"{_TOPIC}"
    rf"|(?<=[a-z_]){_SIGN}{_NO_BLANK_EDGE}(?!{_JOINED}{_ALONE}[a-z]{_SIGN})"
    rf"(?!(.){_IN_TOPIC}{{0,138}}{_ALONE}[a-z]{_SIGN}\2)(?!{_ENDED})"
    rf"(?:(?<![cdfgjq][#＃])|(?!{_IN_TOPIC}{{0,139}}{_ALONE}[cdfgjq]{_SIGN})){_TOPIC})\K{_SIGN}"
)
_TOPIC_START = rf"{_SIGN}(?={_IN_TOPIC}{{1,140}}\[/HASHTAG\])"

# Behind a letter or digit the sign may be an e-mail address's, between digits a rate's; `@_@` is a face. Nor inside a
# hashtag: there the next mark with an `H` is a closing one.
_HOST = r"[@＠][a-z0-9\-]{1,64}(?:(?:\.{1,3}|[@＠])[a-z0-9\-]{1,64}){0,8}?\.{1,3}[a-z]{2}"
_NO_EMAIL = rf"(?:(?<![a-z0-9_])(?<![a-z0-9_][.%+\-])|(?!{_HOST}))(?!(?<=[0-9])[@＠][0-9])"
_MOUTH = r"[_.\-＿．－]"
_NO_EYES = rf"(?![@＠]{_MOUTH}{{1,3}}[@＠])" + "".join(rf"(?<![@＠]{_MOUTH * size})" for size in (1, 2, 3))
_MENTION_START = rf"{_NO_EMAIL}{_NO_EYES}[@＠](?={_NAME})(?!(?>[^H]{{0,160}})(?<=\[/)H)"
_MENTION_END = rf"\[MENTION\K{_NAME}{{1,30}}"
# Between digits, but right behind a name, the sign opens the next one.
_NEXT_MENTION_START = rf"\[MENTION\]\K(?!{_HOST})(?![@＠]{_MOUTH}{{1,3}}[@＠])[@＠](?=[0-9])"

# Full-width signs as the library folds them: beside a letter or digit, in one run with each other.
_WIDE_SIGNS = "．／－＋＿％＝＆＄＊＼＾｀｜＂＇＜＞"
_RUN = r"[./\-+_%=&$*\\^`|\"'<>．／－＋＿％＝＆＄＊＼＾｀｜＂＇＜＞]"
_BEHIND_A_WORD = "|".join(rf"[a-z0-9]{_RUN}{{{size}}}" for size in range(9))
_HALF_WIDTH = {
    chr(ord(sign) - 0xFEE0): rf"(?<={_BEHIND_A_WORD}){sign}|{sign}(?={_RUN}{{0,8}}[a-z0-9])" for sign in _WIDE_SIGNS
} | {
    ":": r"(?<=[0-9])：(?=[0-9])|(?<=[ps])：(?=[/／]{2})",
    "?": r"(?<=[a-z0-9/])？(?=[a-z0-9_]{1,32}=)",
}
_HALF_WIDTH["/"] += rf"|／(?=[/／]{_BLANK}{{0,4}}[@＠])|(?<=[/／])／(?={_BLANK}{{0,4}}[@＠])"

_INVISIBLE = r"[\u200b\ufeff\u2060\u200e\u200f\u00ad]"
_SURPLUS_SPACE = r"\n\K\s+|[^\S\n]+(?=\n)|[^\S\n]\K[^\S\n]+"

# Words of alphabetic scripts are cut further by the trained merges; all else is one character a token.
# A mark is one piece; its capitals are ours, so what a user types as `[MENTION]` is a word in brackets.
_PIECE = r"\[/?[A-Z]+\]|(?:[\p{L}&&[^\p{Han}\p{Hiragana}\p{Katakana}]]\p{M}*)+|[\s\S]"


def create_normalizer() -> Normalizer:
    """Return what rewrites a raw text for the model, keeping for every character its raw place.

    Lower case; links, mentions and the signs of hashtags become their marks; full-width letters and digits become
    half-width ones; invisible characters go; a run of white space becomes ``▁``, or one newline if it holds any.

    Returns
    -------
    tokenizers.normalizers.Normalizer
    """
    from tokenizers import normalizers

    return normalizers.Sequence(
        [
            # The only capital whose lower case is two characters; the second, a mark, would end a name, and an ASCII
            # letter in its stead would keep a mention behind it from being one.
            normalizers.Replace("İ", "ı"),
            normalizers.Lowercase(),
            # One by one: NFKC would also turn ① into 1 and ， into a comma.
            *(normalizers.Replace(chr(0xFF41 + i), chr(0x61 + i)) for i in range(26)),
            *(normalizers.Replace(chr(0xFF10 + i), chr(0x30 + i)) for i in range(10)),
            *(normalizers.Replace(wide, sign) for wide, sign in ("＃#", "＠@")),
            *(_replace(pattern, sign) for sign, pattern in _HALF_WIDTH.items()),
            *_narrow_brackets(),
            _replace(_LINK_END, "L]"),
            _replace(_LINK_START, "[UR"),
            _replace(r"\[UR\K[^L]+(?=L\])", ""),
            # The signs of a drawn face are none: they wait under a mark. One round for each such sign in a face.
            *[_replace(pattern, mark) for pattern, mark in SIGNS_OF_FACES] * 2,
            _replace(_CHAIN_MENTION_START, "[MENTION"),
            _replace(_TOPIC_END, HASHTAG_END),
            _replace(_TOPIC_START, HASHTAG),
            normalizers.Replace("D", "#"),
            _replace(_MENTION_START, "[MENTION"),
            _replace(_MENTION_END, "]"),
            # One round for each such name in a row; nobody writes more.
            *[_replace(_NEXT_MENTION_START, "[MENTION"), _replace(_MENTION_END, "]")] * 2,
            normalizers.Replace("F", "@"),
            _replace(_INVISIBLE, ""),
            _replace(_SURPLUS_SPACE, ""),
            _replace(r"[^\S\n]", SPACE),
        ]
    )


def create_pre_tokenizer() -> PreTokenizer:
    """Return what cuts a normalised text into pieces that no token reaches across.

    Returns
    -------
    tokenizers.pre_tokenizers.PreTokenizer
    """
    from tokenizers import Regex, pre_tokenizers

    return pre_tokenizers.Split(Regex(_PIECE), "isolated")


def _narrow_brackets() -> Iterator[Replace]:
    """Yield what puts the full-width brackets of emoticons in half width; other brackets keep theirs."""
    names = "|".join(sorted([*emoticon_lexicon().names, *(mark[1:-1] for mark in SUPER_TOPIC_MARKS)]))
    yield _replace(rf"［(?=(?:{names})[\]］])", "[")
    yield _replace(rf"\[(?:{names})\K］", "]")


def _replace(pattern: str, content: str) -> Replace:
    from tokenizers import Regex, normalizers

    return normalizers.Replace(Regex(pattern), content)

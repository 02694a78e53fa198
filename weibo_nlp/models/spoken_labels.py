"""The words that stand for the labels in Chinese, and what a language model's answer says in them.

An answer names one label, or it does not: nothing is guessed. Whether a text is labelled rightly is not decided here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from weibo_nlp.text.script import to_simplified

Words = Mapping[str, Sequence[str]]
"""Label -> the words that stand for it; the first is the one that a prompt asks for."""

WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # Labels in the scheme's order. The first word is the one the prompts ask for; within a task these have the same
    # number of characters, because a longer continuation is less likely whatever it says. The others are taken where
    # they are the whole answer, not in running text, where 其他 or 信用 is just a word.
    "topic": {
        "credit": ("信用制度", "信用", "信用体系", "credit"),
        "self_media": ("自媒体圈", "自媒体", "self_media", "self media"),
        "consumer_nationalism": ("爱国消费", "消费民族主义", "consumer_nationalism", "consumer nationalism"),
        "other": ("其他话题", "其他", "其它", "其它话题", "other"),
    },
    "sentiment": {
        "negative": ("负面", "消极", "负向", "负", "negative"),
        "neutral": ("中性", "中立", "neutral"),
        "positive": ("正面", "积极", "正向", "正", "positive"),
    },
    "stance": {
        "against": ("反对", "不赞成", "against", "oppose", "opposed"),
        "none": ("中立", "无立场", "没有立场", "无明确立场", "没有明确立场", "未表态", "不表态", "none", "neutral"),
        "favor": ("支持", "赞成", "赞同", "favor", "favour", "in favor", "in favour", "support"),
    },
    "irony": {
        "false": ("直说", "有话直说", "不是反话", "非反话", "不是反讽", "非反讽", "false", "not ironic"),
        "true": ("反话", "说反话", "反讽", "讽刺", "true", "ironic", "irony"),
    },
}
LONGEST = 20_000  # characters of an answer that are read; a model in a loop must not hold up the scoring
LONGEST_LABEL = 60  # characters of a sentence that says nothing but a label

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"[\n。!?;；]|\.(?=\s|$)")
_CLAUSE_END = re.compile(r"[\n。!?;；,，:、]|\.(?=\s|$)|但是?|却|所以|因此|而是")
_SPACED = re.compile(r"(?<=[一-鿿]) +(?=[一-鿿])")  # some tokenizers put characters back together with spaces
_WRAPPING = " \t\r*_`#>~·•-\"'“”‘’「」『』《》【】[](){}<>:,，、.。!?;；…"
_LEAD = re.compile(
    r"我(?:认为|觉得|判断|的(?:判断|答案|回答|选择)(?:是|为)?)|好的|综上|因此|所以"
    r"|(?:最终|正确)?(?:答案|回答|标签|结论|判断|类别|选项|话题|情感倾向|情感|情绪|立场|态度)(?:应该|应当|应)?(?:是|为|属于)?"
    r"|属于|应为|选择?|[这它]?是|(?:the )?(?:answer|label|topic|sentiment|stance|attitude|it)(?: is)?",
    re.IGNORECASE,
)
# A negation counts where it stands at the label, with at most such words between: 不是很明确的负面. 特别 ends in 别,
# 非常 begins with 非, and neither negates.
_NEGATED = re.compile(
    r"(?:是否|不是|不属于|不算|不带|不含|算不上|称不上|谈不上|看不出|听不出|没有|并非|绝非|而非|[不无没未非]|(?<!特)别)"
    r"(?:[很太]|那么|怎么|明显|明确|任何|什么|完全|单纯|真正|特别|强烈|表达|表明|表现出|体现|出现|涉及|包含|属于|表示|是)*"
    r"的?[\s\"'“”‘’「『《【\[(*_`]*$"
)
# 没有表明支持或反对 denies both.
_COORDINATE = re.compile(r"[\s\"'“”‘’「」『』]*(?:或者?|和|与|及|、|/|还是)[\s\"'“”‘’「」『』]*")
_UNABLE = re.compile(r"无法|不能|不会|不便|不宜|难以|没法|没办法|拒绝|恕我")
_REFUSAL = re.compile(
    r"作为(?:一个|一名|一款|一种)?\s*(?:ai|人工智能|大?语言模型|智能助手|聊天机器人)"
    r"|(?:无法|不能|不便|不宜|难以|没法|没办法|拒绝|恕我)[^。!?;\n]{0,12}?"
    r"(?:回答|判断|判定|确定|提供|完成|协助|帮助|帮您|帮你|处理|讨论|评价|评论|分析|标注|回应|满足|作答|给出)"
    r"|抱歉|对不起|不好意思|换个话题|没有足够的信息|信息不足"
    r"|\b(?:as an? (?:ai|artificial intelligence|(?:large )?language model)|i(?:'m| am) (?:sorry|unable|not able)"
    r"|i (?:cannot|can't|can not|won't|will not)|sorry|unable to)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says.

    Attributes
    ----------
    label : str or None
        The label that it names; None where it names none, or several.
    refused : bool
        Without a label: whether the model declined to answer.
    several : bool
        Without a label: whether it named more than one.
    """

    label: str | None
    refused: bool = False
    several: bool = False


def read(text: str, words: Words) -> Answer:
    """Find the one label that an answer names.

    Parameters
    ----------
    text : str
        What was generated, of any length and in any script.
    words : mapping of str to sequence of str
        Label -> its words. The first of them is found in running text, where no letter or digit of its script goes on
        with it; the others where they are the whole answer.

    Returns
    -------
    Answer
        The label of the first paragraph that names any; none if that paragraph names several. Where a paragraph
        begins with a sentence that is nothing but a label, the rest is its explanation, unless another sentence is
        nothing but another label.

    Notes
    -----
    What comes after the first paragraph with a label is not read: models that continue text go on with examples of
    their own. Named is a label whose word is neither negated (不是负面) nor in a clause about what cannot be done
    (无法判断是正面还是负面). 不支持 is no 反对: a label denied is not another one named.
    """
    answer = without_thoughts(text)
    vocabulary = _vocabulary(tuple((label, tuple(spoken)) for label, spoken in words.items()))
    named: set[str] = set()
    for paragraph in _PARAGRAPH_END.split(answer):
        named = _named(paragraph, vocabulary)
        if len(named) == 1:
            return Answer(next(iter(named)))
        if named:
            break
    return Answer(None, refused=_REFUSAL.search(answer) is not None, several=len(named) > 1)


def without_thoughts(text: str) -> str:
    """Return an answer without thoughts, in half width and simplified script."""
    text = text[:LONGEST].encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text
    text = _THOUGHT.sub("", text)
    # Where the template has opened the thought, the answer holds its end alone.
    text = _THOUGHT_END.split(text)[-1]
    return _SPACED.sub("", to_simplified(unicodedata.normalize("NFKC", text)).text)


def _named(paragraph: str, vocabulary: _Vocabulary) -> set[str]:
    """Labels that a paragraph names, without those that it denies."""
    sentences = [sentence for piece in _SENTENCE_END.split(paragraph) if (sentence := piece.strip(_WRAPPING))]
    if sentences and _whole(sentences[0], vocabulary) is not None:
        return {label for sentence in sentences if (label := _whole(sentence, vocabulary)) is not None}
    named: set[str] = set()
    denied, end = False, 0
    for match in vocabulary.pattern.finditer(paragraph):
        joined = denied and _COORDINATE.fullmatch(paragraph, end, match.start()) is not None
        denied, end = joined or _denied(paragraph, match.start()), match.end()
        if not denied:
            named.add(vocabulary.label_of[match.group().lower()])
    return named


def _whole(sentence: str, vocabulary: _Vocabulary) -> str | None:
    """Label that a sentence consists of, after words such as 答案是."""
    if len(sentence) > LONGEST_LABEL:
        return None
    rest = sentence
    while rest:
        if rest.lower() in vocabulary.spoken:
            return vocabulary.spoken[rest.lower()]
        lead = _LEAD.match(rest)
        if lead is None:
            return None
        rest = rest[lead.end() :].strip(_WRAPPING)
    return None


def _denied(paragraph: str, at: int) -> bool:
    # A clause longer than this is not read back to its beginning: a label in every place would cost its square.
    before = _CLAUSE_END.split(paragraph[max(0, at - 80) : at])[-1]
    return _NEGATED.search(before) is not None or _UNABLE.search(before) is not None


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What one set of labels is known by."""

    label_of: Mapping[str, str]
    spoken: Mapping[str, str]
    pattern: re.Pattern[str]


@lru_cache(maxsize=64)
def _vocabulary(words: tuple[tuple[str, tuple[str, ...]], ...]) -> _Vocabulary:
    label_of = {_folded(spoken[0]): label for label, spoken in words}
    # Longest first, or a word that begins another one would be found in its place.
    firsts = "|".join(map(_bounded, sorted(label_of, key=len, reverse=True)))
    every = {_folded(word): label for label, spoken in words for word in spoken}
    return _Vocabulary(label_of, every, re.compile(firsts, re.IGNORECASE))


def _folded(word: str) -> str:
    return to_simplified(unicodedata.normalize("NFKC", word)).text.lower()


def _bounded(word: str) -> str:
    """Pattern of a word; one of Latin letters is not found inside another one."""
    before = "(?<![a-z0-9_])" if word[:1].isascii() and word[:1].isalnum() else ""
    behind = "(?![a-z0-9_])" if word[-1:].isascii() and word[-1:].isalnum() else ""
    return before + re.escape(word) + behind

"""What an earlier step has taken of a text, no later one can: over mixtures of every construct the grammar knows."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab

from weibo_nlp.integrations.spacy_tokenizer import WeiboTokenizer
from weibo_nlp.segmentation import create_segmenter
from weibo_nlp.segmentation.clusters import widened
from weibo_nlp.text import normalise, parse, protected_spans
from weibo_nlp.text.claims import Claims
from weibo_nlp.text.folding import folded
from weibo_nlp.text.recognise import find_urls

LINKS = [
    "http://t.cn/A6abcDE",
    "https://a.com/b?u=http://c.cn/d",
    "https://a.com//@b/c",
    "www.a.com",
    "t.cn/aB",
    "http://",
]
PREFIXES = [
    "回复@小明", "回复@小明:", "回覆 @小乙 ：", "回复@", "Reply to @a:", "//@小丙", "//@小丙:", "// @戊 ：", "//@",
    "//", "// @小明:", "转发理由:", "轉發理由：", "转发理由",
]  # fmt: skip
NAMES = [
    "@甲乙", "＠小甲_乙-1", "@", "via@小甲", "图cr@abc", "@a b", "a@b.com", "联系abc＠qq.com", "@_@", "@甲 乙:",
    "@ดีใจ", "//@cafe\u0301:", "ａｂｃ＠ｑｑ．ｃｏｍ", "@小明1@2",
]  # fmt: skip
TOPICS = [
    "#话题#",
    "＃全＃",
    "#区块链[超话]#",
    "#",
    "＃",
    "C#",
    "#A#http://",
    "618#双11#",
    "3#楼",
    "#\u20e3",
    "#[超话]#",
]
FACES = [
    "[泪]", "[doge]", "[1]", "[", "]", "(≧▽≦)/", "o(∩_∩)o", "(╯°□°)╯︵ ┻━┻", "T_T", "orz", ":D",
    "(一人一)", "→_→", "(", "）",
    "👨\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "🇨🇳", "1\ufe0f\u20e3", "🏴\U000e0067\U000e007f",
]  # fmt: skip
RESIDUE = [
    "收起全文d", "网页链接", "O网页链接", "查看图片", "L小甲的微博视频", "[组图共9张]", "...全文", "…全文：",
    "。。展开全文c", "全文", "展开", "转发微博", "Repost", "轉發。",
]  # fmt: skip
SIGNS = [
    "\u200b", "\u200d", "\ufeff", "\u00ad", "\u00a0", "\u3000", "\n", "\r", " ", ":", "：", ".", "…", "/",
    "\x00", "\u0301",
]  # fmt: skip
WORDS = [
    "好", "後來說", "看著", "the", "A4纸", "3.5", "ｙｙｄｓ！", "５％", "哈哈哈哈哈", "新/冠",
    "cafe\u0301", "_", "<br>", "&amp;", "<i", "&#xD83D;", "昇腾",
]  # fmt: skip
CONSTRUCTS = [*LINKS, *PREFIXES, *NAMES, *TOPICS, *FACES, *RESIDUE, *SIGNS, *WORDS]
# Links and prefixes are what reaches over others: they meet in most texts.
constructs = st.sampled_from(LINKS) | st.sampled_from(PREFIXES) | st.sampled_from(CONSTRUCTS)
TOKENIZER = WeiboTokenizer(Vocab(), "char")
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
texts = st.lists(constructs | anything, max_size=12).map("".join)
known_names = st.lists(
    st.sampled_from(["甲乙", "甲", "小明http", "a b", "甲 乙", "b", "小甲:", "http://t.cn/A6abcDE", "", "//@小丙"]),
    max_size=3,
)


@settings(max_examples=300)
@given(texts, known_names)
def test_markup_and_pieces_are_sorted_disjoint_and_inside(text, known):
    post = parse(text, known_mentions=known)
    markup = [markup.span for markup in post.spans]
    pieces = [post.own, *(link.span for link in post.chain), *([post.original_span] if post.original_span else [])]
    for spans in (markup, sorted(pieces, key=lambda span: span.start), protected_spans(text, known_mentions=known)):
        assert all(left.end <= right.start for left, right in pairwise(spans))
        assert all(0 <= span.start <= span.end <= len(text) for span in spans)
    for place in markup:
        inside = [piece.start <= place.start and place.end <= piece.end for piece in pieces]
        outside = [place.end <= piece.start or piece.end <= place.start for piece in pieces]
        assert all(within or without for within, without in zip(inside, outside, strict=True))


@given(texts, known_names)
def test_a_link_stays_a_link_whatever_stands_around_it(text, known):
    links = [text[start:end] for start, end, *_ in find_urls(folded(text), 0, len(text))]
    assert list(parse(text, known_mentions=known).urls) == links


@given(texts, known_names, st.booleans())
def test_what_is_read_of_a_normalised_text_is_disjoint_too(text, known, html):
    clean = normalise(text, html=html, known_mentions=known, drop={"url", "mention"}, script="simplified")
    assert all(left[1] <= right[0] or left == right for left, right in pairwise(clean.offsets))
    assert all(left.span.end <= right.span.start for left, right in pairwise(clean.removed))


@pytest.fixture(scope="module")
def segmenters():
    return [create_segmenter("fast"), create_segmenter("char")]


@given(texts)
@example("http://t.cn/A6abcDEcafe\u0301")
@example("http://t.cn/aB\u200d好")
def test_words_join_to_the_text_and_links_are_whole(segmenters, text):
    # Marks go with the character before them, into the word of a link, too.
    places = widened(text, [(start, end) for start, end, *_ in find_urls(folded(text), 0, len(text))])
    links = [text[start:end] for start, end in places]
    for segmenter in segmenters:
        words = segmenter.cut(text)
        assert "".join(words) == text
        assert [word for word in words if word in links] == links


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://t.cn/A6abcDEcafe\u0301好", ["http://t.cn/A6abcDEcafe\u0301", "好"]),
        ("http://t.cn/aB\u200d好", ["http://t.cn/aB\u200d", "好"]),
    ],
)
def test_a_mark_behind_a_link_is_in_the_word_of_the_link(segmenters, text, words):
    assert [segmenter.cut(text) for segmenter in segmenters] == [words, words]


@given(texts)
def test_a_spacy_doc_has_the_text(text):
    assert TOKENIZER(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("回复@小明http://t.cn/A6abcDE", id="reply-to-a-name-glued-to-a-link"),
        pytest.param("回复@後http://t.cn/abc好", id="and-words-behind"),
    ],
)
def test_cutting_adds_no_text(segmenters, text):
    assert ["".join(segmenter.cut(text)) for segmenter in segmenters] == [text, text]


def test_a_gap_ends_at_the_next_place_or_where_one_asks():
    claims = Claims("回复@小明http://t.cn/aB好")
    claims.take([(5, 19, "url", "http://t.cn/aB")])
    assert list(claims.free(2, 20)) == [(2, 5), (19, 20)]
    assert [claims.free_until(0, 3), claims.free_until(0, 20), claims.free_until(19, 20)] == [3, 5, 20]
    assert [claims.free_since(0, 4), claims.free_since(2, 20), claims.free_since(20, 20)] == [0, 19, 20]


def test_a_step_that_leaves_its_gap_is_stopped():
    claims = Claims("回复@小明http://t.cn/aB")
    claims.take([(5, 19, "url", "http://t.cn/aB")])
    with pytest.raises(RuntimeError, match="offset 5: url overlaps reply_prefix"):
        claims.take([(0, 10, "reply_prefix", "小明http")])

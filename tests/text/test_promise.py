"""The promise: every kept character maps back to its raw place, and only declared markup disappears."""

import csv
import os
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.records import Span
from weibo_nlp.text import MARKUP_KINDS, evasions, normalise, parse, protected_spans, to_simplified
from weibo_nlp.text.normalise import DroppableKind

CONSTRUCTS = [
    "@甲乙", "@甲_乙-1", "＠小甲", "@", "a@b.com", "回复@小甲:", "回覆@小乙：", "//@小丙:", "//@小丁：",
    "// @戊 :", "//", "#话题#", "#A##B#", "＃全＃", "#", "C#", "#区块链[超话]#", "http://t.cn/A6abcDE",
    "https://a.com//@b/c", "http://", "www.a.com", "[doge]", "[泪]", "[淚]", "[1]", "[", "]",
    "[带着微博去旅行]", "👨\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "🇨🇳", "1\ufe0f\u20e3",
    "🏴\U000e0067\U000e0062\U000e007f", "©", "\u200d", "\ufe0f", "\u200b", "\ufeff", "\u202e", "\u00ad",
    "(≧▽≦)/", "(＃°Д°)", "T_T", "orz", "(", ")", "转发微博", "Repost", "转发理由:", "...全文", "…展开", "全文",
    "网页链接", "O网页链接", "查看图片", "L小甲的微博视频", "[组图共9张]", "<br/>", "<br", "</span>", "<p>",
    "</p>", "<a href='/n/x'>", "</a>", '<img alt=[doge] src="x"/>', '<span class="url-icon">', '<a href="',
    "<!--", "-->", "<script>", "</script>", "<", ">", "&amp;", "&lt;", "&#x41;", "&#55357;&#56832;", "&", ";",
    "&nbsp;", "ｙｙｄｓ", "Ａ１＃＠！①，", "１２．５％", "ｈｔｔｐ：／／", "１，０００",
    "？ａ＝", "＿", "　", "哈哈哈哈哈", "hhhhh", "hahahaha", "666666", "乾隆皇帝乾杯",
    "／／＠小丁：", "［泪］", "（＃＾．＾＃）", "Ｔ＿Ｔ", "＠＿＠", "５＠６", "魯迅著的", "看著",
    "\u0600", "\U000e0041",
    "後來說", "新/冠/疫/情", "2/3", "好", "的", " ", "\n", "\u00a0", "\x00", "a", ":", "：",
]  # fmt: skip
anything = st.characters(exclude_categories=["Cs"])
texts = st.lists(st.one_of(st.sampled_from(CONSTRUCTS), st.text(anything, max_size=4)), max_size=14).map("".join)
known = st.lists(st.sampled_from(["甲乙", "甲", "小甲", "b", "戊", "A"]), max_size=3)
kinds = st.sets(st.sampled_from(get_args(DroppableKind)), max_size=3)


@given(texts, st.booleans(), st.booleans(), st.sampled_from([None, "simplified"]), kinds, known)
def test_offsets_and_removed_markup_account_for_the_raw_text(raw, html, squeeze, script, drop, names):
    clean = normalise(raw, html=html, squeeze_laughter=squeeze, script=script, drop=drop, known_mentions=names)
    assert len(clean.offsets) == len(clean.text)
    kept = list(clean.offsets)
    assert all(0 <= start < end <= len(raw) for start, end in kept)
    # In order; two characters share a place only if one piece of markup became both.
    assert all(left == right or left[1] <= right[0] for left, right in pairwise(kept))
    removed = [(markup.span.start, markup.span.end) for markup in clean.removed]
    assert all(left[1] <= right[0] for left, right in pairwise(removed))
    assert all(markup.kind in MARKUP_KINDS and markup.value == markup.span.of(raw) for markup in clean.removed)
    covered = set()
    for start, end in kept + removed:
        covered.update(range(start, end))
    assert covered == set(range(len(raw)))
    assert not covered or sum(end - start for start, end in set(kept) | set(removed)) == len(raw)


@given(texts)
def test_without_options_a_kept_character_is_its_raw_character_or_its_narrow_form(raw):
    clean = normalise(raw)
    for character, (start, end) in zip(clean.text, clean.offsets, strict=True):
        assert end == start + 1
        assert character == raw[start] or unicodedata.normalize("NFKC", raw[start]) == character
    assert {markup.kind for markup in clean.removed} <= {"invisible"}
    assert normalise(clean.text).text == clean.text


@given(texts, st.booleans(), st.sampled_from([None, "simplified"]), known)
def test_normalising_twice_is_normalising_once(raw, squeeze, script, names):
    clean = normalise(raw, squeeze_laughter=squeeze, script=script, known_mentions=names).text
    assert normalise(clean, squeeze_laughter=squeeze, script=script, known_mentions=names).text == clean


@given(texts)
def test_invisible_characters_are_gone_but_emoji_are_whole(raw):
    clean = normalise(raw)
    assert not set(clean.text) & set("\u200b\ufeff\u202e\u00ad")
    assert clean.text.count("👨\u200d👩") >= raw.count("👨\u200d👩")


@given(texts, st.booleans(), st.data())
def test_spans_of_the_clean_text_lead_to_the_raw_text(raw, html, data):
    clean = normalise(raw, html=html)
    start = data.draw(st.integers(0, len(clean.text)))
    end = data.draw(st.integers(start, len(clean.text)))
    place = clean.to_raw(Span(start, end))
    assert place.end <= len(raw)
    if start < end:
        assert (place.start, place.end) == (clean.offsets[start][0], clean.offsets[end - 1][1])


@given(texts, known)
def test_markup_is_sorted_disjoint_and_true_to_the_text(raw, names):
    post = parse(raw, known_mentions=names)
    position = 0
    for markup in post.spans:
        assert position <= markup.span.start
        assert markup.span.end <= len(raw)
        assert markup.value in markup.span.of(raw)
        assert markup.kind in MARKUP_KINDS
        position = markup.span.end


@given(texts, known)
def test_pieces_and_the_markup_between_them_tile_the_text(raw, names):
    post = parse(raw, known_mentions=names)
    pieces = [post.own, *(link.span for link in post.chain), *([post.original_span] if post.original_span else [])]
    between = {"reply_prefix", "repost_prefix", "repost_filler", "forward_reason"}
    places = [(piece.start, piece.end) for piece in pieces]
    for markup in post.spans:
        place = (markup.span.start, markup.span.end)
        inside = any(start <= place[0] and place[1] <= end for start, end in places[: len(pieces)] if start < end)
        if markup.kind in between:
            assert not inside or place[0] == place[1]
        if not inside:
            assert markup.kind in between | {"client_residue"}
            places.append(place)
    covered = sorted(index for start, end in places for index in range(start, end))
    assert covered == list(range(len(raw)))


@given(texts, known)
def test_protected_spans_and_handles_are_disjoint_and_inside(raw, names):
    for spans in (
        protected_spans(raw, known_mentions=names),
        [markup.span for markup in parse(raw, known_mentions=names).handles],
    ):
        position = 0
        for span in spans:
            assert position <= span.start < span.end <= len(raw)
            position = span.end


@given(texts)
def test_evasions_are_sorted_disjoint_and_keep_the_surface(raw):
    position = 0
    for item in evasions(raw):
        assert position <= item.span.start < item.span.end
        assert item.surface == item.span.of(raw)
        position = item.span.end


@given(texts)
def test_simplification_accounts_for_every_character(raw):
    clean = to_simplified(raw)
    assert clean.removed == ()
    assert clean.to_raw(Span(0, len(clean.text))) == Span(0, len(raw))


def test_the_promise_holds_on_real_texts():
    folder = os.environ.get("WEIBO_NLP_EXTERNAL")
    if not folder:
        pytest.skip("WEIBO_NLP_EXTERNAL does not name the folder of real texts")
    csv.field_size_limit(2**30)
    with (Path(folder) / "swsr" / "posts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    fields = [field for row in rows for field in row if field]
    assert len(fields) > 1000
    for raw in fields:
        clean = normalise(raw)
        rest = "".join(raw[start:end] for start, end in clean.offsets)
        assert len(rest) + sum(markup.span.end - markup.span.start for markup in clean.removed) == len(raw)
        post = parse(raw)
        assert all(markup.value in markup.span.of(raw) for markup in post.spans)

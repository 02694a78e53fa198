import random
import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.perturbations import EDITS, apply_edit, is_label_preserving
from weibo_nlp.perturbations.lexicon import WordList, edit_lexicon
from weibo_nlp.text import normalise
from weibo_nlp.text.grammar import PROTECTED_KINDS, parse
from weibo_nlp.text.lexicon import evasion_lexicon

# What hostile and ordinary posts are made of: markup whole and torn, words of the lists, joiners and selectors.
WORDS = [
    *["征信", "宝马MINI", "公众号", "钱", "笑", "哈哈", "了", "a1", "mini", "QQ", "0", "好", "支持", "什么", "臺灣"],
    *["#话题#", "#超话[超话]#", "@张三", "[doge]", "[泪", "http://t.cn/abc", "//@李四:", "回复@王五:", "转发微博"],
    *[
        "转发理由:",
        "…全文",
        "😂",
        "❤️",
        "🇨",
        "(＾o＾)",
        ">_<",
        "T_T",
        "！",
        "!",
        "，",
        "＃",
        "#",
        "@",
        "[",
        "]",
        "/",
        ":",
    ],
]
SIGNS = ["@张三 ", "\n", " ", "\u200b", "\ufe0f", "\u200d"]
pieces = st.sampled_from(WORDS + SIGNS) | st.characters(exclude_categories=["Cs"])
posts = st.lists(pieces, max_size=14).map("".join)
edit_names = st.sampled_from(list(EDITS))


def protected(text, without=frozenset()):
    return [(span.kind, span.value) for span in parse(text).spans if span.kind in PROTECTED_KINDS - without]


def is_subsequence(few, many):
    rest = iter(many)
    return all(item in rest for item in few)


def test_the_suite_has_the_twelve_edits_of_the_design():
    script = "zero_width full_width traditional"
    assert (
        list(EDITS)
        == f"homophones initials split_characters separators {script} emoji repeats hashtags brands spam".split()
    )


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("homophones", "资本最坏", {"资苯最坏", "姿本最坏"}, id="homophone"),
        pytest.param("homophones", "资本家最坏", {"资苯家最坏"}, id="longest-word-wins"),
        pytest.param("initials", "这公众号", {"这gzh"}, id="initials"),
        pytest.param("split_characters", "很强", {"很弓虽"}, id="character-in-two-parts"),
        pytest.param("separators", "列入征信", {f"列入征{sign}信" for sign in "/.·-| "}, id="cut-word"),
        pytest.param("zero_width", "好的", {f"好{sign}的" for sign in "\u200b\u200c\u2060\ufeff"}, id="invisible-sign"),
        pytest.param("full_width", "买iPhone15,好!", {"买ｉＰｈｏｎｅ１５，好！"}, id="full-width"),
        pytest.param("traditional", "列入征信", {"列入徵信"}, id="traditional-script"),
        pytest.param("emoji", "没钱", {"没💰"}, id="picture-for-a-word"),
        pytest.param("emoji", "花了钱", {"花了💰"}, id="花了-is-no-flower"),
        pytest.param("emoji", "在车站", {"在车站"}, id="word-with-the-character-in-it-stays"),
        pytest.param("repeats", "笑死哈哈", {"笑死哈哈哈哈", "笑死哈哈哈哈哈"}, id="laughter"),
        pytest.param("repeats", "终于管了[赞]", {"终于管了了了[赞]", "终于管了了了了[赞]"}, id="final-了"),
        pytest.param("repeats", "吃了饭", {"吃了饭"}, id="了-within-a-sentence-stays"),
        pytest.param("repeats", "真的？", {"真的？"}, id="a-question-stays-a-question"),
        pytest.param("hashtags", "#话题# 好看", {"好看"}, id="leading-hashtag"),
        pytest.param("hashtags", "好看 #甲##乙#", {"好看"}, id="trailing-hashtags"),
        pytest.param("hashtags", "求助，#甲#在哪查", {"求助，#甲#在哪查"}, id="hashtag-in-a-sentence-stays"),
        pytest.param("hashtags", "#甲# #乙#", {"#甲# #乙#"}, id="nothing-but-hashtags-stays"),
        pytest.param("brands", "宝马mini和BMW", {"奔驰smart和BENZ"}, id="brands-in-their-case"),
        pytest.param("brands", "#宝马道歉#", {"#奔驰道歉#"}, id="brand-in-a-hashtag"),
        pytest.param("brands", "minimal", {"minimal"}, id="no-brand-within-a-latin-word"),
        pytest.param("brands", "看微信公众号", {"看微信公众号"}, id="product-that-only-one-brand-has-stays"),
        pytest.param("brands", "微信群", {"腾讯QQ群"}, id="brand-with-a-suffix"),
        pytest.param("brands", "奔驰 smart", {"宝马 mini"}, id="English-word-behind-its-brand"),
        pytest.param("brands", "在MINI展台", {"在SMART展台"}, id="English-word-in-the-case-of-the-brand"),
        pytest.param("initials", "现在加油！", {"xzjy！"}, id="initials-of-two-words"),
        pytest.param("homophones", "小朋友真多", {"小盆友真多"}, id="word-with-a-prefix"),
        pytest.param("separators", "看评论区", {f"看评{sign}论区" for sign in "/.·-| "}, id="within-a-longer-word"),
        pytest.param("repeats", "笑死hhh", {"笑死hhhhh", "笑死hhhhhh"}, id="laughter-in-letters"),
        pytest.param(
            "repeats", "好着呢～多穿", {"好着呢～～～多穿", "好着呢～～～～多穿"}, id="drawl-behind-a-particle"
        ),
        pytest.param("repeats", "成了 #甲#", {"成了了了 #甲#", "成了了了了 #甲#"}, id="final-了-before-last-hashtags"),
    ],
)
def test_an_edit_writes_what_users_write(name, text, expected):
    found = [apply_edit(name, text, key=str(key)) for key in range(40)]
    assert {edited.text for edited in found} == expected
    assert {edited.changed for edited in found} == {text not in expected}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        (
            "brands",
            "其中通过率 赶快手机扫码 南京东站 日本田径队 以中华为荣 完美团队 珠宝马上降价 "
            "收拾行李宁可 性格力量 在京东部地区 最美团队 "
            "稍微信任 圆通寺 其\u200b中通过率 其中\u200b通过率 #其中通过率#",
        ),
        ("brands", "很smart mini裙 nike.com nike_shop bmw-fan smart's costaé 星巴克latte 2星巴克"),
        ("initials", "出现在眼前 加油站 集中国力 微信ok 觉得180"),
        ("homophones", "个人家庭 集中国力量 交流量 东西区 赞美国家"),
        ("separators", "写字楼上班 好东西藏不住"),
        ("emoji", "加油站 当地铁路局 集中国力"),
        (
            "repeats",
            "价格5~6元 10:00~12:00 周一~周五 5~ 2020年～ "
            "a!=b 5! !important hello!world (!x) HHH公司 车牌hhh12 "
            "HHH 哈哈镜 娃哈哈矿泉水 喇嘛，你 看了#电影#很好 发给了@张三",
        ),
    ],
)
def test_what_only_looks_like_a_word_or_a_feeling_stays(name, texts):
    for text in texts.split():
        assert {apply_edit(name, text, key=str(key), strength=1).text for key in range(5)} == {text}


@pytest.mark.parametrize("text", ["I am smart", "costa rica", "Costa Rica", "MINI LED", "iPad MINI"])
def test_an_english_word_is_no_brand(text):
    assert not apply_edit("brands", text, key="d").changed


def test_a_sentence_that_goes_on_and_a_formula_are_no_cries():
    assert not apply_edit("repeats", "看了 @张三 的字", key="d").changed  # the sentence goes on
    assert not apply_edit("repeats", "a != b", key="d").changed


def test_without_its_last_hashtag_a_text_is_not_cut_off():
    assert apply_edit("hashtags", "好…全文#话题#", key="d").text == "好…全文#话题#"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("spam", "\u200b//@乙:x"),
        ("spam", "\u200b"),
        ("spam", "\u2800"),
        ("spam", "\u3164"),
        ("hashtags", "#话题#\u200b"),
        ("hashtags", "\u2800#话题#"),
    ],
)
def test_a_text_of_nothing_that_is_seen_gains_and_loses_nothing(name, text):
    assert apply_edit(name, text, key="d").text == text


def test_spam_stands_behind_the_own_words_and_before_the_chain():
    edited = apply_edit("spam", "支持 //@甲:不支持", key="d").text
    assert edited.startswith("支持")
    assert edited.endswith(" //@甲:不支持")
    assert any(tail in edited for tail in edit_lexicon().spam_tails)
    assert [link.text for link in parse(edited).chain] == ["不支持"]


def test_an_empty_repost_has_no_words_to_edit():
    for name in EDITS:
        assert not apply_edit(name, "转发微博", key="d").changed


def test_brands_are_exchanged_alike_in_text_target_and_parent():
    edited = apply_edit("brands", "我买耐克", key="d", target="抵制耐克", parent="Nike和宝马")
    assert (edited.text, edited.target, edited.parent) == ("我买阿迪达斯", "抵制阿迪达斯", "Adidas和奔驰")
    for key in range(20):
        edited = apply_edit("brands", "麦当劳", key=str(key), target="麦当劳", parent="麦当劳肯德基汉堡王")
        assert edited.text == edited.target in ("肯德基", "汉堡王")
        assert edited.parent in ("肯德基汉堡王麦当劳", "汉堡王麦当劳肯德基")


def test_a_brand_in_the_target_alone_changes_what_a_model_sees():
    edited = apply_edit("brands", "支持", key="d", target="抵制宝马")
    assert (edited.text, edited.target, edited.changed) == ("支持", "抵制奔驰", True)


@pytest.mark.parametrize("name", [name for name in EDITS if name != "brands"])
def test_other_edits_leave_target_and_parent(name):
    edited = apply_edit(name, "支持列入征信！", key="d", target="信用惩戒", parent="没钱！")
    assert (edited.target, edited.parent) == ("信用惩戒", "没钱！")


@pytest.mark.parametrize("name", [name for name in EDITS if name not in ("brands", "hashtags", "spam")])
def test_markup_and_what_others_said_are_not_edited(name):
    text = "#资本没钱!# @没钱公众号 [笑] http://t.cn/a1 //@甲1:支持征信，很强，没钱了! "
    assert apply_edit(name, text, key="d").text == text


def test_unchanged_characters_map_one_to_one():
    edited = apply_edit("initials", "我看公众号，好", key="d")
    assert edited.text == "我看gzh，好"
    assert list(edited.offsets) == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)]
    edited = apply_edit("split_characters", "很强的", key="d")
    assert edited.text == "很弓虽的"
    assert list(edited.offsets) == [(0, 1), (1, 2), (1, 2), (2, 3)]


def test_three_places_or_three_in_ten_are_edited():
    for n, expected in ((2, 2), (5, 3), (10, 3), (20, 6), (21, 7)):
        assert apply_edit("emoji", "没钱，" * n, key="d").text.count("💰") == expected
    assert apply_edit("emoji", "没钱，" * 20, key="d", strength=1).text.count("💰") == 20


def test_seed_key_and_edit_alone_decide_the_draw():
    text = "没钱，" * 40
    first = apply_edit("emoji", text, key="d1", seed=3)
    random.seed(7)
    assert apply_edit("emoji", text, key="d1", seed=3) == first
    assert len({apply_edit("emoji", text, key=f"d{i}", seed=3).text for i in range(10)}) == 10
    assert len({apply_edit("emoji", text, key="d1", seed=i).text for i in range(10)}) == 10


def test_misuse_is_refused_with_a_remedy():
    with pytest.raises(UnknownNameError, match="unknown robustness edit 'typos'; there is: brands, emoji"):
        apply_edit("typos", "好", key="d")
    with pytest.raises(UsageError, match=r"strength must be in \(0, 1\], got 0"):
        apply_edit("emoji", "好", key="d", strength=0)
    with pytest.raises(UnknownNameError, match=r"unknown robustness edit \['emoji'\]"):
        apply_edit(["emoji"], "好", key="d")
    with pytest.raises(UnknownNameError, match=r"unknown robustness edit \['emoji'\]"):
        is_label_preserving(["emoji"])
    for strength in ("0.3", True, float("nan"), None):
        with pytest.raises(UsageError, match="strength must be in"):
            apply_edit("emoji", "好", key="d", strength=strength)
    for key in ("\ud800", 5, None):
        with pytest.raises(UsageError, match="key must be a text that can be printed"):
            apply_edit("spam", "好", key=key)
    for seed in ("0", 0.5, True):
        with pytest.raises(UsageError, match="seed must be a whole number"):
            apply_edit("spam", "好", key="d", seed=seed)
    for texts in ({"text": "好\ud800"}, {"text": "好", "parent": "\ud800"}, {"text": "好", "target": "\ud800"}):
        with pytest.raises(DataError, match="lone surrogate"):
            apply_edit("emoji", key="d", **texts)
    for texts in ({"text": None}, {"text": "好", "parent": 5}):
        with pytest.raises(DataError, match="not a string"):
            apply_edit("emoji", key="d", **texts)


@given(posts, edit_names, st.integers(0, 3))
@settings(max_examples=100)
def test_offsets_are_monotone_and_cover_the_text(text, name, seed):
    edited = apply_edit(name, text, key="d", seed=seed)
    places = list(edited.offsets)
    assert len(places) == len(edited.text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    distinct = list(dict.fromkeys(places))
    assert all(before[1] <= after[0] for before, after in pairwise(distinct))
    covered = {i for start, end in distinct for i in range(start, end)}
    tags = {
        i
        for tag in parse(text).spans
        if tag.kind in ("hashtag", "super_topic")
        for i in range(tag.span.start, tag.span.end)
    }
    lost = set(range(len(text))) - covered
    assert all(i in tags or text[i] in " \u3000" for i in lost)
    assert not lost or name == "hashtags"


@given(posts, edit_names, st.integers(0, 3))
@example("宝马MINI@张三 ", "full_width", 0)  # after letters in full width, the address would be one
@settings(max_examples=100)
def test_what_the_grammar_protects_survives(text, name, seed):
    edited = apply_edit(name, text, key="d", seed=seed)
    assert edited == apply_edit(name, text, key="d", seed=seed)
    assert edited.changed == (edited.text != text)
    about = frozenset({"hashtag", "super_topic"}) if name in ("hashtags", "brands") else frozenset()
    before, after = protected(text, about), protected(edited.text, about)
    assert is_subsequence([item for item in before if item[0] != "mention"], after)
    assert [span.value for span in parse(text).handles] == [span.value for span in parse(edited.text).handles]


@given(posts)
@settings(max_examples=100)
def test_normalising_takes_invisible_signs_out_again(text):
    assert normalise(apply_edit("zero_width", text, key="d").text).text == normalise(text).text


@given(st.text(st.sampled_from("买了Phone15号ABCxyz 0，。！"), max_size=40))
@settings(max_examples=100)
def test_normalising_narrows_letters_and_digits_again(text):
    assert normalise(apply_edit("full_width", text, key="d").text).text == normalise(text).text


@pytest.mark.parametrize(
    "text", ["建议把逃票的列入征信", "头发干了，后面的面条发霉", "宝马的道歉没有诚意，台湾人也知道"]
)
def test_simplifying_takes_traditional_script_back(text):
    edited = apply_edit("traditional", text, key="d")
    assert edited.changed
    assert normalise(edited.text, script="simplified").text == text


def test_every_replacement_differs_from_its_word():
    lexicon = edit_lexicon()
    for words in (lexicon.homophones, lexicon.initials, lexicon.split_characters, lexicon.emoji):
        for word, others in words.replacements.items():
            assert word not in others
            assert all(others)


def test_initials_agree_with_the_evasion_lexicon():
    # The two lists may not contradict each other: the layer that reads yxh must read what this edit writes.
    known = {
        surface: entry.normal for surface, entry in evasion_lexicon().entries.items() if entry.family == "initials"
    }
    written = {other: word for word, others in edit_lexicon().initials.replacements.items() for other in others}
    assert {word: known[word] for word in set(known) & set(written)} == {
        word: written[word] for word in set(known) & set(written)
    }


def test_tails_of_spam_carry_no_mention_hashtag_or_emoticon():
    # They would look like the author's own markup to a model and to the slices.
    for tail in edit_lexicon().spam_tails:
        assert not {kind for kind, _ in protected(tail)} - {"url"}


def test_a_word_list_takes_the_longest_word_and_passes_kept_ones_over():
    words = WordList.of({"信": "x", "信用": "y", "a1": "z"}, keep=["信用卡"])
    assert [(left, right) for left, right, _ in words.find("信用卡信用信a1 a12", 0, 13)] == [(3, 5), (5, 6), (6, 8)]
    assert list(words.find("信用卡信用", 3, 4)) == [(3, 4, ("x",))]
    # A word that does not stand there gives way to a character of it.
    assert list(words.find("信用", 0, 2, lambda left, right: False)) == [(0, 1, ("x",))]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["支持征信，哈哈！@张三 [doge]#话题#宝马 a1 ", "哈", "钱", "#a", "!", "@a", "#话题#", "http://t.cn/"]
)
def test_a_quarter_of_a_million_characters_takes_seconds(text):
    large = text * (250_000 // len(text))
    for name in EDITS:
        started = time.process_time()
        apply_edit(name, large, key="d")
        assert time.process_time() - started < 5, name


@pytest.mark.slow
def test_time_grows_with_the_length_and_not_with_its_square():
    def seconds(n):
        started = time.process_time()
        for name in EDITS:
            apply_edit(name, "支持征信，哈哈！宝马#话题#[doge]" * n, key="d")
        return time.process_time() - started

    seconds(10)
    assert seconds(4000) < 30 * max(seconds(400), 0.02)


def test_versions_of_the_lists_are_versions():
    assert re.fullmatch(r"\d+\.\d+\.\d+", edit_lexicon().version)

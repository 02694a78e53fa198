import lzma
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.annotation.adjudication import AdjudicatedLabels
from weibo_nlp.corpus.tree import build_threads
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.profiling.diversity import compressed_share, distinct_ngrams, diversity, shuffled_text
from weibo_nlp.profiling.lengths import length_percentiles
from weibo_nlp.profiling.plainness import CharacterModel, Plainness, is_bare, median_bits, plainness
from weibo_nlp.profiling.repetition import Repeated, exact_repeats, most_repeated, repeated_strings
from weibo_nlp.profiling.surface_features import FEATURES, feature_rates, features_of
from weibo_nlp.records import Document, Event, Target
from weibo_nlp.release.balance import (
    Labelled,
    comment_depths,
    comments_by_thread,
    first_own_target,
    sentiments_by_topic,
    stance_counts,
    topic_counts,
)

# Lengths


def test_quartiles_and_deciles_interpolate_between_texts():
    # Lengths 0, 10 ... 100: eleven texts stand exactly at the deciles, the quartiles halfway between two.
    lengths = length_percentiles(["字" * length for length in range(100, -1, -10)])
    assert [lengths[percent] for percent in range(10, 100, 10)] == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert (lengths[25], lengths[75]) == (25, 75)


def test_no_texts_have_no_length():
    with pytest.raises(DataError, match="give at least one"):
        length_percentiles([])


# Marks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("排队去了没赶上", set(), id="words-alone"),
        pytest.param("就这[doge]", {"emoticon", "latin"}, id="emoticon-in-latin-letters"),
        pytest.param("就这样吧[允悲]", {"emoticon"}, id="emoticon"),
        pytest.param("今天下雪了🎂", {"emoji"}, id="emoji"),
        pytest.param("#翻越闸机# 又来", {"hashtag"}, id="hashtag"),
        pytest.param("回复@小甲:不是这个意思", {"mention"}, id="reply-is-a-mention"),
        pytest.param("不同意//@小乙:转", {"mention"}, id="repost-chain-is-a-mention"),
        pytest.param("看这里 http://t.cn/A6xYz12", {"url", "latin"}, id="link-has-latin-letters"),
        pytest.param("买了一台A级车回来", set(), id="one-latin-letter-is-none"),
        pytest.param("他真的还了钱！", {"final_mark"}, id="full-width-mark"),
        pytest.param("他真的还了钱 ! ", {"final_mark"}, id="space-after-the-mark"),
        pytest.param("他还了？我不信", {"question"}, id="question-in-the-middle"),
        pytest.param("该罚。", {"final_mark", "five_or_fewer"}, id="short"),
        pytest.param("這個規定對誰有用", {"traditional"}, id="traditional"),
        pytest.param("乾隆年间的老照片挂在墙上", set(), id="one-old-character-in-twelve"),
    ],
)
def test_a_text_has_the_features_that_a_reader_sees(text, expected):
    assert features_of(text) == expected


def test_rates_are_shares_of_the_texts():
    rates = feature_rates(["该罚", "该罚。", "真的假的？", "[泪]"])
    assert list(rates) == list(FEATURES)
    assert {name: rate for name, rate in rates.items() if rate} == {
        "emoticon": 0.25,
        "final_mark": 0.5,
        "question": 0.25,
        "five_or_fewer": 1.0,
    }
    with pytest.raises(DataError, match="give at least one"):
        feature_rates([])


# Diversity


def test_distinct_ngrams_are_counted_among_all():
    # 甲乙甲乙: pairs 甲乙, 乙甲, 甲乙, two of three different; 3-grams 甲乙甲, 乙甲乙, both.
    assert distinct_ngrams("甲乙甲乙", 2) == pytest.approx(2 / 3)
    assert distinct_ngrams("甲乙甲乙", 3) == 1.0
    with pytest.raises(UsageError, match="has no 4-grams"):
        distinct_ngrams("甲乙甲", 4)


def test_the_compressed_share_is_that_of_xz_over_two_bytes_a_character():
    assert compressed_share("字" * 500) == len(lzma.compress(("字" * 500).encode("utf-16-le"))) / 1000


def test_diversity_is_left_out_where_texts_are_too_few():
    found = diversity(["甲乙丙丁戊己庚辛"] * 5, ngram_characters=40, xz_characters=41)
    assert found.xz is None
    # All shuffles are the same: 8 characters in a ring of 40; 39 pairs, 38 triples, 37 fours, of 8 kinds each.
    assert found.distinct == pytest.approx((8 / 39, 8 / 38, 8 / 37))
    with pytest.raises(UsageError, match="more than 4 characters"):
        diversity(["甲"], ngram_characters=4)


texts = st.lists(st.text(alphabet="甲乙丙丁戊，[doge]", min_size=1, max_size=20), min_size=2, max_size=20)


@settings(max_examples=25)
@given(texts, st.randoms(use_true_random=False))
def test_diversity_does_not_depend_on_the_order_of_texts(given_texts, random):
    other = list(given_texts)
    random.shuffle(other)
    sizes = {"ngram_characters": 5, "xz_characters": 10}
    assert diversity(given_texts, **sizes) == diversity(other, **sizes)


@given(texts, st.integers(0, 50), st.integers(0, 3))
def test_a_sample_has_as_many_characters_as_there_are(given_texts, characters, seed):
    assert len(shuffled_text(given_texts, characters, seed)) == min(characters, sum(map(len, given_texts)))


# Repetition


def test_overlapping_strings_of_the_same_texts_are_one():
    shared = "这口气真是咽不下去啊"  # ten characters
    found = repeated_strings([f"甲{shared}了", f"乙{shared}了", "没关系"])
    assert found == [Repeated(shared + "了", (0, 1))]
    assert repeated_strings([shared[:9], shared[:9]]) == []


def test_a_string_is_counted_once_a_text_and_the_most_frequent_comes_first():
    more, less = "一二三四五六七八九十", "甲乙丙丁戊己庚辛壬癸"
    found = repeated_strings([f"{more}，{more}", f"{less}。{more}", f"{more}？{less}"])
    assert found == [Repeated(more, (0, 1, 2)), Repeated(less, (1, 2))]


@pytest.mark.parametrize(
    "frame",
    [
        "#翻越闸机被禁乘火车半年#{}",
        "http://t.cn/A6xYz12345 {}",
        "回复@一个名字很长很长的人啊:{}",
        "{}翻越闸机被禁乘火车半年",
    ],
    ids=["hashtag", "link", "reply", "name-of-the-register"],
)
def test_hashtags_links_handles_and_names_of_the_register_may_repeat(frame):
    found = [frame.format(word) for word in ("不懂", "该罚")]
    assert repeated_strings(found, names=["翻越闸机被禁乘火车半年"]) == []


def test_words_around_a_name_are_not_joined_over_it():
    assert repeated_strings(["今天我们去咪蒙那里看看吧"] * 2, names=["咪蒙"]) == []


@pytest.mark.parametrize("others", [[""], ["", "小甲"], []], ids=["empty-alone", "empty-beside-another", "none"])
def test_an_empty_name_takes_nothing_out(others):
    shared = "这口气真是咽不下去啊"
    assert repeated_strings([f"小甲{shared}", f"小乙{shared}"], names=others) == [Repeated(shared, (0, 1))]


def test_one_name_is_no_list_of_names_and_no_string_is_shorter_than_one():
    with pytest.raises(UsageError, match="names is the string '小甲'; give a list"):
        repeated_strings(["小甲来了"] * 2, names="小甲")
    with pytest.raises(UsageError, match="length must be at least 1"):
        repeated_strings(["小甲来了"] * 2, length=0)


def test_only_later_copies_repeat():
    found = ["笑死", "+1", "笑死", "笑死 "]
    assert exact_repeats(found) == [2]
    assert most_repeated(found, 5) == [("笑死", 2)]


# Plainness


def test_surprise_is_that_of_smoothed_trigrams():
    # Learnt: 字, 字, end. Of nothing, only the end is to be foreseen: alone (1 + 3/8000) / 6, after the start
    # (0 + 3 × that) / (1 + 3), after two starts (0 + 3 × that) / (1 + 3).
    model = CharacterModel.fit(["字字"])
    assert model.bits("") == pytest.approx(-math.log2((1 + 3 / 8000) / 6 * 9 / 16))
    assert model.bits("字字") < model.bits("词语")
    with pytest.raises(DataError, match="no texts to learn from"):
        CharacterModel.fit([])


class Surprised:
    """Finds each 怪 worth a bit."""

    def bits(self, text):
        return text.count("怪")


def test_the_median_of_each_length_is_that_of_the_sets_that_have_it():
    usual, odd = ["字字字字字"] * 50, ["怪怪怪怪怪"] * 50
    few = ["字" * 10] * 49
    # Set by set: 0 and 5 for five characters, and nobody has fifty texts of ten.
    assert median_bits(Surprised(), [usual + few, odd]) == {5: 2.5}


def test_plain_is_what_surprises_no_more_than_the_median_of_its_length():
    found = plainness(["字字字字字", "怪怪字字字", "怪怪怪字字", "", "字" * 200], Surprised(), {5: 2.0})
    # Two of three, and the one with nothing but marks; the long one finds nothing to be compared with.
    assert found == Plainness(share=0.75, compared=4, left_out=1)
    assert plainness(["字" * 200], Surprised(), {5: 2.0}) is None


def test_a_set_can_be_standardised_to_the_lengths_of_another():
    short, long = ["字字字字字"] * 60 + ["怪怪怪怪怪"] * 60, ["怪" * 9] * 60
    like = ["字" * 5] * 3 + ["字" * 9] + ["字" * 30]
    # Half of the short are plain and none of the long: three quarters of a half; the length of 30 is not there.
    assert plainness(short + long, Surprised(), {5: 0.0, 9: 0.0}, like=like) == Plainness(0.375, 4, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("该罚", True, id="word"),
        pytest.param("[吃瓜]", True, id="mark-alone"),
        pytest.param("回复@小甲:又来了[doge]！", True, id="marks-do-not-count"),
        pytest.param("一二三四五六七八九十甲乙", True, id="twelve"),
        pytest.param("一二三四五六七八九十甲乙丙", False, id="thirteen"),
        pytest.param("不懂 就问", False, id="two-clauses"),
    ],
)
def test_a_bare_text_is_one_short_clause(text, expected):
    assert is_bare(text) is expected


# Balance


def labelled(number, kind="post", *, thread="a", parent=None, topic="credit", sentiment="neutral", **stances):
    document = Document(id=f"e-{number}", kind=kind, text="字", thread=thread, parent=parent, event="e")
    return Labelled(document, AdjudicatedLabels(document.id, topic, sentiment, False, False, (), stances, {}, {}))


def test_labels_are_counted_in_the_order_of_the_scheme_with_zeros():
    items = [
        labelled(1, mimeng="favor"),
        labelled(2, sentiment="positive", mimeng="none"),
        labelled(3, topic="other", mimeng="none"),
    ]
    assert topic_counts(items, ("other", "credit", "self_media")) == {"other": 1, "credit": 2, "self_media": 0}
    assert sentiments_by_topic(items, ("credit", "other"), ("positive", "neutral")) == {
        "credit": {"positive": 1, "neutral": 1},
        "other": {"positive": 0, "neutral": 1},
    }
    assert stance_counts(items, ("against", "favor", "none")) == {
        ("e", "mimeng"): {"against": 0, "favor": 1, "none": 2}
    }


@given(st.lists(st.sampled_from(["credit", "other"]), min_size=1))
def test_topic_counts_add_up_to_all(topics):
    items = [labelled(number, topic=topic) for number, topic in enumerate(topics)]
    assert sum(topic_counts(items, ("credit", "other")).values()) == len(topics)


def test_depths_and_sizes_of_threads_count_comments_alone():
    documents = [
        Document(id="a", kind="post", text="字", thread="a"),
        Document(id="b", kind="comment", text="字", thread="a", parent="a", root="a"),
        Document(id="c", kind="comment", text="字", thread="a", parent="b", root="a"),
        Document(id="d", kind="repost", text="字", thread="a", repost_of="a", root="a"),
        Document(id="f", kind="post", text="字", thread="f"),
    ]
    threads = build_threads(documents)
    assert comment_depths(threads) == {1: 1, 2: 1}
    assert comments_by_thread(threads) == {"0": 1, "1–4": 1, "5–11": 0, "12+": 0}


def test_the_first_own_target_is_no_canonical_one():
    targets = {
        name: Target(name, name, topic, "", "", "") for name, topic in (("a", "credit"), ("b", None), ("c", None))
    }

    def event(*names):
        return Event("e", "credit", None, "", "", None, None, 0, (), (), (), (), names)

    assert first_own_target(event("a", "b", "c"), targets) == "b"
    assert first_own_target(event("a"), targets) is None

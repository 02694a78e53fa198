import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.annotation.segmentation import (
    GoldCut,
    Sentence,
    cut_problem,
    differences,
    draw,
    gold_cut_problem,
    sentences_of,
    spans_of,
    word_f1,
)
from weibo_nlp.errors import DataError
from weibo_nlp.records import Document, Span


def document(text, kind="comment", name="soup-0001"):
    return Document(id=name, kind=kind, text=text, thread=name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("汤太咸了。谁放的盐？", ["汤太咸了。", "谁放的盐？"], id="after-its-marks"),
        pytest.param("他说“好喝！”然后走了", ["他说“好喝！”", "然后走了"], id="closing-quotation-mark-stays"),
        pytest.param("第一行是菜\n第二行是汤", ["第一行是菜", "第二行是汤"], id="at-line-ends"),
        pytest.param("  两边有空格  ", ["两边有空格"], id="outer-spaces-aside"),
        pytest.param("好。汤真的很好喝呢", ["汤真的很好喝呢"], id="too-short-left-out"),
        pytest.param("汤" * 91, [], id="too-long-left-out"),
        pytest.param("咸死了！！！下次别放", ["咸死了！！！", "下次别放"], id="a-run-of-marks-ends-once"),
    ],
)
def test_a_document_is_cut_into_sentences(text, expected):
    assert [sentence.text for sentence in sentences_of(document(text))] == expected


@given(st.text(alphabet="汤好咸 。！？\n”ab", max_size=60))
def test_every_sentence_stands_where_its_span_says(text):
    for sentence in sentences_of(document(text)):
        assert sentence.span.of(text) == sentence.text


def test_a_draw_leaves_out_articles_and_takes_no_text_twice():
    texts = [document("今天的汤不错", name="soup-0001"), document("今天的汤不错", name="soup-0002")]
    texts += [document("正文里的一句话", kind="article", name="soup-0003"), document("明天炖鸡吃吧", name="soup-0004")]
    assert sorted(sentence.text for sentence in draw(texts, 2, seed=1)) == ["今天的汤不错", "明天炖鸡吃吧"]
    with pytest.raises(DataError, match="2 different sentences, 3 were asked for"):
        draw(texts, 3, seed=1)


def test_the_same_seed_draws_the_same_sentences():
    texts = [document(f"第{n}碗汤真好喝", name=f"soup-{n:04d}") for n in range(40)]
    assert draw(texts, 10, seed=3) == draw(reversed(texts), 10, seed=3)
    assert draw(texts, 10, seed=3) != draw(texts, 10, seed=4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["汤", "太", "咸"], None, id="joins"),
        pytest.param(["汤", "咸"], "not the sentence", id="a-word-lost"),
        pytest.param(["汤", "", "太咸"], "a word is empty", id="empty-word"),
        pytest.param(["汤", 3], "no string", id="not-a-string"),
    ],
)
def test_words_must_join_to_their_sentence(words, message):
    problem = cut_problem("汤太咸", words)
    assert problem is None if message is None else message in problem


def test_word_f1_by_hand():
    # spans: 0-1 1-2 2-3 against 0-1 1-3: one in common of three and two, 2*1/5
    assert word_f1([["汤", "太", "咸"]], [["汤", "太咸"]]) == pytest.approx(0.4)
    # pooled over sentences: (1+1) common of (3+2)+(1+1)
    assert word_f1([["汤", "太", "咸"], ["好"]], [["汤", "太咸"], ["好"]]) == pytest.approx(4 / 7)
    with pytest.raises(DataError, match="no words"):
        word_f1([], [])


words = st.lists(st.text(alphabet="汤好咸ab", min_size=1, max_size=3), min_size=1, max_size=8)


@given(words)
def test_a_cut_agrees_with_itself_and_its_spans_tile_the_sentence(cut):
    assert word_f1([cut], [cut]) == 1
    spans = sorted(spans_of(cut))
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]
    assert spans[-1][1] == len("".join(cut))


def test_differences_name_the_sentences_cut_in_two_ways():
    one = {"b": ["汤", "咸"], "a": ["好"], "c": ["不", "是"]}
    other = {"b": ["汤咸"], "a": ["好"], "c": ["不是"]}
    assert differences(one, other) == ["b", "c"]


SENTENCE = Sentence("soup-0001:0", "soup-0001", Span(0, 3), "汤太咸")
ALIKE = {"s1": ("汤", "太", "咸"), "s2": ("汤", "太", "咸")}
APART = {"s1": ("汤", "太", "咸"), "s2": ("汤", "太咸")}


@pytest.mark.parametrize(
    ("words", "settled", "reason", "cuts", "message"),
    [
        pytest.param(("汤", "太", "咸"), "agreed", None, ALIKE, None, id="agreed"),
        pytest.param(("汤", "太咸"), "adjudicated", "形容词", APART, None, id="adjudicated"),
        pytest.param(("汤太", "咸"), "adjudicated", "第三种", APART, None, id="a-third-cut-is-allowed"),
        pytest.param(("汤", "太咸"), "agreed", None, ALIKE, "the annotators agree on", id="not-what-they-agree-on"),
        pytest.param(("汤", "太咸"), "agreed", None, APART, "but the annotators differ", id="agreed-where-they-differ"),
        pytest.param(("汤", "太", "咸"), "adjudicated", "x", ALIKE, "but the annotators agree", id="ruled-in-vain"),
        pytest.param(("汤", "太咸"), "adjudicated", None, APART, "without a written reason", id="no-reason"),
        pytest.param(("汤", "太咸"), "guessed", "x", APART, "allowed: agreed, adjudicated", id="unknown-settlement"),
        pytest.param(("汤", "咸"), "adjudicated", "x", APART, "not the sentence", id="does-not-join"),
        pytest.param(("汤", "太咸"), "agreed", None, {"s1": ("汤",)}, "two annotators are needed", id="one-annotator"),
    ],
)
def test_a_gold_cut_follows_from_the_annotators(words, settled, reason, cuts, message):
    problem = gold_cut_problem(GoldCut(SENTENCE.id, words, settled, reason), SENTENCE, cuts)
    assert problem is None if message is None else message in problem

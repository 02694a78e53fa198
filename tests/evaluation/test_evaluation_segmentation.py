from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.evaluation.segmentation import restore_white_space, score_words

TEXTS = st.text(st.sampled_from("他来到北京 \u3000\n@a1。"), min_size=1, max_size=30)
LINES = st.lists(TEXTS, min_size=1, max_size=5).filter(lambda texts: any(text.strip() for text in texts))


def cut_at(text, places):
    bounds = sorted({0, len(text), *(place % len(text) for place in places)})
    return [text[start:end] for start, end in pairwise(bounds)]


@st.composite
def two_cuts(draw):
    texts = draw(LINES)
    places = st.lists(st.integers(0, 100), max_size=20)
    return [cut_at(text, draw(places)) for text in texts], [cut_at(text, draw(places)) for text in texts]


@pytest.mark.parametrize(
    ("gold", "predicted", "counts", "rates"),
    [
        # 他|来到|北京|站 against 他|来|到|北京站: only 他 is the same word at the same place. 1 of 4, 1 of 4.
        pytest.param("他 来到 北京 站", "他 来 到 北京站", (4, 4, 1), (0.25, 0.25, 0.25), id="one-of-four"),
        # Finer: 他|来到|北京 against 他|来|到|北京. P 2/4, R 2/3, F1 2*2/(3+4).
        pytest.param("他 来到 北京", "他 来 到 北京", (3, 4, 2), (1 / 2, 2 / 3, 4 / 7), id="cut-too-finely"),
        # Coarser: P 1/2, R 1/3, F1 2*1/5.
        pytest.param("他 来到 北京", "他 来到北京", (3, 2, 1), (1 / 2, 1 / 3, 2 / 5), id="cut-too-coarsely"),
        # The same form at another place is another word: 好|好好 against 好好|好.
        pytest.param("好 好好", "好好 好", (2, 2, 0), (0, 0, 0), id="same-words-elsewhere"),
    ],
)
def test_words_are_compared_by_place(gold, predicted, counts, rates):
    scores = score_words([gold.split()], [predicted.split()])
    assert (scores.n_gold, scores.n_predicted, scores.n_correct) == counts
    assert (scores.precision, scores.recall, scores.f1) == pytest.approx(rates)
    assert scores.oov_recall is None


def test_lines_are_pooled_not_averaged():
    # 1 of 1 and 0 of 3 (cut into 2): P 1/3, R 1/4, F1 2*1/(4+3); the mean of the two F1 would be 1/2.
    scores = score_words([["好"], ["甲", "乙丙", "丁"]], [["好"], ["甲乙", "丙丁"]])
    assert (scores.precision, scores.recall, scores.f1) == pytest.approx((1 / 3, 1 / 4, 2 / 7))


def test_recall_of_unseen_words_counts_every_occurrence():
    # Unseen: 咪蒙 twice and 打脸 once; found are the second 咪蒙 and 打脸: 2 of 3.
    gold = [["咪蒙", "又", "打脸"], ["咪蒙", "了"]]
    predicted = [["咪", "蒙", "又", "打脸"], ["咪蒙", "了"]]
    scores = score_words(gold, predicted, vocabulary={"又", "了", "咪"})
    assert (scores.n_oov, scores.n_oov_correct) == (3, 2)
    assert scores.oov_recall == pytest.approx(2 / 3)


def test_recall_of_unseen_words_is_none_where_all_are_known():
    scores = score_words([["好"]], [["好"]], vocabulary=["好"])
    assert (scores.n_oov, scores.oov_recall) == (0, None)


@pytest.mark.parametrize(
    "predicted",
    [
        pytest.param(["买", " ", " ", "车"], id="space-by-space"),
        pytest.param(["买", "  ", "车"], id="as-a-run"),
    ],
)
def test_white_space_is_no_word(predicted):
    scores = score_words([["买", "  ", "车"]], [predicted], vocabulary=[])
    assert (scores.n_gold, scores.n_predicted, scores.n_correct, scores.n_oov) == (2, 2, 2, 2)


def test_a_word_glued_to_white_space_is_wrong():
    scores = score_words([["买", " ", "车"]], [["买 ", "车"]])
    assert (scores.n_predicted, scores.n_correct) == (2, 1)


@pytest.mark.parametrize(
    ("predicted", "message"),
    [
        pytest.param(["买", "東"], "from character 1 on it has '车', they have '東'", id="other-character"),
        pytest.param(["买"], "from character 1 on it has '车', they have 'their end'", id="dropped"),
        pytest.param(["买", "车", "。"], "from character 2 on it has 'its end', they have '。'", id="added"),
        pytest.param(["买", "", "车"], "predicted word 2 is ''", id="empty-word"),
        pytest.param(["买", None, "车"], "predicted word 2 is None", id="no-string"),
    ],
)
def test_a_cut_of_another_text_is_refused_with_its_line(predicted, message):
    with pytest.raises(DataError, match=rf"^gold\.txt:7: .*{message}"):
        score_words([["好"], ["买", "车"]], [["好"], predicted], lines=["gold.txt:6", "gold.txt:7"])


def test_lines_without_names_are_counted_from_one():
    with pytest.raises(DataError, match=r"^line 2: "):
        score_words([["好"], ["买"]], [["好"], ["卖"]])


@pytest.mark.parametrize(
    ("gold", "predicted", "extra", "message"),
    [
        pytest.param([["好"]], [], {}, "gold has 1 lines, predicted has 0", id="fewer-lines"),
        pytest.param(["好的"], [["好的"]], {}, "line 1: gold is a string of 2 characters", id="gold-is-text"),
        pytest.param([["好的"]], ["好的"], {}, "line 1: predicted is a string", id="cut-is-text"),
        pytest.param([["好"]], [["好"]], {"vocabulary": "好的"}, "vocabulary is the string", id="vocabulary-is-text"),
        pytest.param([["好"]], [["好"]], {"lines": []}, "0 names for 1 lines", id="names"),
    ],
)
def test_misuse_is_refused(gold, predicted, extra, message):
    with pytest.raises(UsageError, match=message):
        score_words(gold, predicted, **extra)


@pytest.mark.parametrize("gold", [pytest.param([], id="no-lines"), pytest.param([[" "]], id="white-space-alone")])
def test_a_reference_without_words_is_refused(gold):
    with pytest.raises(DataError, match="holds no words"):
        score_words(gold, gold)


@given(two_cuts())
def test_a_cut_agrees_wholly_with_itself(cuts):
    scores = score_words(cuts[0], cuts[0], vocabulary=[])
    assert (scores.precision, scores.recall, scores.f1, scores.oov_recall) == (1, 1, 1, 1)


@given(two_cuts())
def test_changing_sides_exchanges_precision_and_recall(cuts):
    there, back = score_words(*cuts), score_words(*reversed(cuts))
    assert (there.precision, there.recall, there.f1) == (back.recall, back.precision, back.f1)


@given(two_cuts())
def test_rates_lie_between_nought_and_one_and_f1_between_the_other_two(cuts):
    scores = score_words(*cuts)
    low, high = sorted((scores.precision, scores.recall))
    assert 0 <= low <= scores.f1 + 1e-12
    assert scores.f1 <= high + 1e-12 <= 1 + 1e-12


@given(two_cuts())
def test_without_known_words_recall_of_unseen_ones_is_recall(cuts):
    scores = score_words(*cuts, vocabulary=[])
    assert (scores.n_oov, scores.oov_recall) == (scores.n_gold, scores.recall)


@pytest.mark.parametrize(
    ("text", "words", "restored"),
    [
        pytest.param("买 车", ["买", "车"], ["买", " ", "车"], id="between"),
        pytest.param(" \u3000买\n", ["买"], [" \u3000", "买", "\n"], id="around"),
        pytest.param("买 车", ["买", " ", "车"], ["买", " ", "车"], id="kept-already"),
        pytest.param("买  车", ["买", " ", "车"], ["买", " ", " ", "车"], id="kept-in-part"),
        pytest.param(" \n", [], [" \n"], id="nothing-else"),
        pytest.param("", [], [], id="empty"),
    ],
)
def test_white_space_that_a_segmenter_drops_is_put_back(text, words, restored):
    assert restore_white_space(text, words) == restored


def test_a_changed_character_stays_for_the_score_to_refuse():
    words = restore_white_space("买 车 吧", ["买", "車", "吧"])
    assert words == ["买", " ", "車", " ", "吧"]
    with pytest.raises(DataError, match="from character 2 on"):
        score_words([["买", " ", "车", " ", "吧"]], [words])


@given(two_cuts())
def test_restored_words_join_to_the_text(cuts):
    for words in cuts[0]:
        text = "".join(words)
        dropped = [piece for word in words for piece in word.split()]
        restored = restore_white_space(text, dropped)
        assert "".join(restored) == text
        assert [word for word in restored if not word.isspace()] == dropped

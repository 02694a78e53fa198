"""Sentences with answers: what the shipped weights say of those that earlier ones got wrong."""

from pathlib import Path

import pytest
from benchmarks.sentences import read_sentences

from weibo_nlp.labelling import Labeller

SENTENCES = read_sentences(Path(__file__).parents[1] / "data" / "sentences.jsonl")
NAMED = [sentence for sentence in SENTENCES if sentence.id.startswith("n")]


@pytest.mark.parametrize("sentence", [pytest.param(sentence, id=sentence.id) for sentence in NAMED])
def test_what_earlier_weights_got_wrong_is_right(sentence):
    (labels,) = Labeller(target=sentence.target).label([sentence.text])
    assert sentence.wrong(labels) == []


def test_an_english_post_is_out_of_domain():
    posts = ["The weather in London has been awful this week, I miss the sun", "坐地铁的时候又忘了带伞，淋成落汤鸡"]
    assert [row["out_of_domain"] for row in Labeller().label(posts)] == [True, False]


@pytest.mark.parametrize("chain", ["//@甲:太好了！！支持[鼓掌]", "//@甲:垃圾！！坚决抵制[怒]"], ids=["warm", "angry"])
def test_a_chain_never_changes_what_the_author_says(chain):
    own, reposted = Labeller(target="信用惩戒").label(["不同意", f"不同意{chain}"])
    for label in ("topic", "sentiment", "irony", "stance"):
        assert own[label] == reposted[label]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("這種人就該一起進徵信", id="traditional"),
        pytest.param("<span>这种人</span>就该一起进征信<br />", id="html"),
        pytest.param("回复@甲:这种人就该一起进征信", id="reply"),
    ],
)
def test_a_text_written_otherwise_has_the_same_labels(written):
    plain, other = Labeller().label(["这种人就该一起进征信", written])
    for label in ("topic", "sentiment", "irony", "stance"):
        assert plain[label] == other[label]

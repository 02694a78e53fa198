"""Sentences with answers: what counts as wrong, and how it is shown."""

from collections import Counter
from pathlib import Path

import pytest
from benchmarks.sentences import TASKS, Sentence, markdown_table, read_sentences

from weibo_nlp.scheme import load_scheme

SENTENCES = Path(__file__).parents[1] / "data" / "sentences.jsonl"


def sentence(id="a", *, target=None, excluded=None, hard=False, **answers):
    return Sentence(id, "这号一点底线都没有", target, answers, excluded or {}, hard)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        pytest.param(sentence(topic="self_media", stance="against"), [], id="all-right"),
        pytest.param(sentence(topic="other", stance="favor"), ["topic", "stance"], id="answers-that-differ"),
        pytest.param(sentence(excluded={"sentiment": "negative"}), ["sentiment"], id="a-label-that-is-excluded"),
        pytest.param(sentence(excluded={"sentiment": "neutral"}), [], id="any-label-but-one"),
    ],
)
def test_what_differs_from_an_answer_or_is_excluded_is_wrong(asked, wrong):
    assert asked.wrong({"topic": "self_media", "sentiment": "negative", "stance": "against"}) == wrong


def test_the_table_has_the_answers_and_what_each_weights_say_wrongly():
    asked = [sentence("a", topic="other"), sentence("b", stance="favor", target="某号", hard=True)]
    said = {"open": [{"topic": "credit"}, {"stance": "favor"}]}
    table = markdown_table(asked, said).splitlines()
    assert table[2] == "| a | `这号一点底线都没有` | other | – | – | topic credit |"
    assert table[3] == "| b (hard) | `这号一点底线都没有` | – | – | favor (某号) | ✓ |"
    assert table[-1] == (
        "Right with open weights: topic 0 of 1 (0 of 0 hard ones); sentiment 0 of 0 (0 of 0 hard ones); "
        "stance 1 of 1 (1 of 1 hard ones)."
    )


def test_the_list_is_of_labels_of_the_scheme_and_a_third_of_the_sixty_is_hard():
    sentences, tasks = read_sentences(SENTENCES), load_scheme().tasks
    assert len({each.text for each in sentences}) == len(sentences) == len(SENTENCES.read_text("utf-8").splitlines())
    own = [each for each in sentences if each.id.startswith("s")]
    assert (len(own), sum(each.hard for each in own)) == (60, 20)
    labels = Counter((task, label) for each in own for task, label in each.answers.items())
    assert all(label in tasks[task].labels for task, label in labels)
    assert {task for task, _ in labels} == set(TASKS)

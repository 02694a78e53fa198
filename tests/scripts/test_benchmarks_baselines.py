from dataclasses import replace

import numpy as np
import pytest
from benchmarks import baselines
from benchmarks.adapters import LABELLERS
from benchmarks.baselines import PEERS, POLAR, PeerClassifier, PeerError, PolarClassifier
from benchmarks.subprocess_runner import Outcome
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.records import Example

THREE = ("negative", "neutral", "positive")


def classifier_of(scores, labels, monkeypatch, **options):
    """Snownlp as a classifier, which would give these scores by text if it were asked."""
    asked = []

    def answer(work, adapter, job, timeout):
        asked.append(job["texts"])
        return Outcome(adapter, {}, figures={"scores": [scores[text] for text in job["texts"]]})

    monkeypatch.setattr(baselines, "run_adapter", answer)
    return PeerClassifier(PEERS["snownlp"], labels, {}, **options), asked


# How a score is read


@pytest.mark.parametrize(
    ("name", "score", "three", "two"),
    [
        pytest.param("snownlp", 0.61, "positive", "positive", id="sure"),
        pytest.param("snownlp", 0.6, "neutral", "positive", id="on-the-line"),
        pytest.param("snownlp", 0.4, "neutral", "negative", id="on-the-other"),
        pytest.param("snownlp", 0.39, "negative", "negative", id="below"),
        pytest.param("cnsenti", 1.0, "positive", "positive", id="more-pos"),
        pytest.param("cnsenti", -0.5, "negative", "negative", id="more-neg"),
    ],
)
def test_a_score_is_read_by_the_peers_own_lines(name, score, three, two):
    assert (PEERS[name].label(score), PEERS[name].leaning(score, "甲", 0)) == (three, two)


def test_equal_counts_are_neutral():
    assert PEERS["cnsenti"].label(0.0) == "neutral"


@given(st.text(min_size=1, max_size=8))
def test_lots_depend_on_text_and_draw_alone(text):
    lots = [PEERS["cnsenti"].leaning(0.0, text, draw) for draw in range(5)]
    assert lots == [PEERS["cnsenti"].leaning(0.0, text, draw) for draw in range(5)]
    assert set(lots) <= {"negative", "positive"}


def test_lots_are_even():
    lots = [PEERS["snownlp"].leaning(0.5, str(at), draw) for at in range(400) for draw in range(5)]
    # 2,000 fair draws: beyond 1000 ± 4 standard deviations (22.4 each) once in 16,000 times.
    assert abs(lots.count("positive") - 1000) < 90


# As classifiers


def test_a_peer_is_sure_of_the_label_that_its_score_is_read_as(monkeypatch):
    peer, _ = classifier_of({"甲": 0.1, "乙": 0.5, "丙": 0.9}, THREE, monkeypatch)
    answers = peer.fit([], []).predict_proba([Example(text) for text in "甲乙丙"])
    assert answers.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_no_text_is_asked_for_twice(monkeypatch):
    peer, asked = classifier_of({"甲": 0.1, "乙": 0.9}, POLAR, monkeypatch)
    peer.predict_proba([Example("甲"), Example("甲")])
    peer.predict_proba([Example("乙"), Example("甲")])
    assert asked == [["甲"], ["乙"]]


@pytest.mark.parametrize("draw", range(5))
def test_a_tie_between_two_labels_is_decided_by_the_lot_of_the_draw(monkeypatch, draw):
    peer, _ = classifier_of({"甲": 0.5}, POLAR, monkeypatch, draw=draw)
    (answer,) = peer.predict_proba([Example("甲")])
    assert POLAR[answer.argmax()] == PEERS["snownlp"].leaning(0.5, "甲", draw)


def test_a_peer_that_gives_no_answer_says_why(monkeypatch):
    monkeypatch.setitem(LABELLERS, "snownlp", replace(LABELLERS["snownlp"], packages=("no-such-package",)))
    with pytest.raises(PeerError, match="not installed: pip install no-such-package"):
        PeerClassifier(PEERS["snownlp"], THREE, {}).predict_proba([Example("甲")])


@pytest.mark.parametrize("name", PEERS)
def test_installed_peers_are_really_asked(name):
    pytest.importorskip(name)
    peer = PeerClassifier(PEERS[name], THREE, {})
    answers = peer.predict_proba([Example("服务很好，非常满意，喜欢"), Example("糟糕透了，太差，失望")])
    assert answers.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert all(package in peer.version for package in LABELLERS[name].packages)


def test_two_labels_are_the_probabilities_without_the_third():
    class Fixed:
        name, version, classes_ = "linear", "9", np.array(THREE)

        def predict_proba(self, examples):
            return np.array([[0.5, 0.2, 0.3], [0.1, 0.3, 0.6]])

    answers = PolarClassifier(Fixed()).predict_proba([Example("甲"), Example("乙")])
    assert answers == pytest.approx(np.array([[0.5 / 0.8, 0.3 / 0.8], [0.1 / 0.7, 0.6 / 0.7]]))

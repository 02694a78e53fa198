from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from weibo_nlp.benchmark.shortcut_models import majority_answers
from weibo_nlp.benchmark.shortcuts import GateRows, gain_ratio, gate, gate_rows, shortcut_gate
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.stats.bootstrap import BootstrapConfig

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

LABELS = ("negative", "neutral", "positive")
WORDS = ("糟心", "如常", "欢喜")  # what a reader decides by
EMOTICONS = ("[怒]", "[摊手]", "[赞]")
HASHTAGS = ("#愤怒的一天#", "#平淡无事#", "#开心集锦#")
TARGETS = ("公司", "法院", "平台")
FILLING = tuple(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"
)


def made(plant="", *, n_threads=40, per_thread=3, told=0.85, by_lot=False, seed=1):
    """Rows of two events whose texts name their label in a word, `told` of the time, and whose `plant` does always."""
    rng = np.random.default_rng(seed)
    texts, gold, threads, events, targets = [], [], [], [], []
    for number in range(n_threads * per_thread):
        label = int(rng.integers(3))
        said = label if rng.random() < told else int(rng.integers(3))

        def cue(kind, label=label):
            return label if plant == kind else int(rng.integers(3))

        length = 20 + 30 * cue("length and punctuation")
        filling = "".join(rng.choice(FILLING, size=length))
        opening = WORDS[cue("first 5 characters")] if plant == "first 5 characters" else ""
        emoticon = EMOTICONS[cue("emoticons")]
        texts.append(f"{opening}{filling[:10]}{WORDS[said]}{filling[10:]}{HASHTAGS[cue('hashtags')]}{emoticon}")
        targets.append(TARGETS[cue("target")])
        gold.append(LABELS[int(rng.choice(3, p=[0.44, 0.28, 0.28])) if by_lot else label])
        threads.append(f"thread-{number // per_thread}")
        events.append(f"event-{number // per_thread % 2}")
    return GateRows(
        "sentiment", LABELS, tuple(texts), tuple(gold), tuple(threads), tuple(events), tuple(events), tuple(targets)
    )


def verdicts(rows, **options):
    return {row.shortcut: row.verdict for row in gate(rows, **options, bootstrap=BootstrapConfig(n_resamples=200))}


SHORTCUTS = ("emoticons", "hashtags", "length and punctuation", "first 5 characters", "target")


@pytest.mark.parametrize("plant", [*(pytest.param(name, marks=pytest.mark.slow) for name in SHORTCUTS[:-1]), "target"])
def test_a_cue_that_gives_the_label_away_fails_and_the_others_pass(plant):
    found = verdicts(made(plant))
    assert found == {name: "failed" if name == plant else "passed" for name in (*SHORTCUTS, "event's prior")}


@pytest.fixture(scope="module")
def nothing_planted():
    return gate(made(), bootstrap=BootstrapConfig(n_resamples=200))


def test_cues_that_go_by_lot_pass(nothing_planted):
    assert {row.verdict for row in nothing_planted} == {"passed"}


def test_labels_drawn_by_lot_are_not_testable_and_have_no_ratio():
    # Any guess in proportion scores 1/3, the majority of .44 only 2 × .44 / 1.44 / 3 = .20: a gain of learning nothing.
    for row in gate(made("emoticons", by_lot=True), bootstrap=BootstrapConfig(n_resamples=100)):
        assert (row.verdict, row.ratio) == ("not testable", None)
        assert row.full - row.majority > 0.1 > row.full - row.proportional


def test_a_thread_is_never_learnt_from_and_scored_at_once():
    # Every thread has a label and a character of its own: nothing carries over, unless a thread is torn apart.
    rng = np.random.default_rng(4)
    labels = rng.integers(3, size=60)
    texts = tuple(chr(0x4E00 + 50 * (row // 5)) * 3 + FILLING[row % 5] for row in range(300))
    gold = tuple(LABELS[labels[row // 5]] for row in range(300))
    threads = tuple(str(row // 5) for row in range(300))
    rows = GateRows("sentiment", LABELS, texts, gold, threads, ("event",) * 300, ("event",) * 300)
    assert set(verdicts(rows).values()) == {"not testable"}


def test_what_a_cue_tells_of_the_event_alone_is_not_held_against_it():
    # The emoticon names the event, whose labels are skewed; within the event it says nothing.
    rows = made(n_threads=90)
    rng = np.random.default_rng(5)
    labels = [int(rng.choice(3, p=[0.7, 0.2, 0.1] if event == "event-0" else [0.1, 0.2, 0.7])) for event in rows.events]
    texts = tuple(
        "".join(rng.choice(FILLING, size=20)) + WORDS[label] + EMOTICONS[event == "event-0"]
        for label, event in zip(labels, rows.events, strict=True)
    )
    found = gate(replace(rows, texts=texts, gold=tuple(LABELS[label] for label in labels), targets=None))
    emoticons = next(row for row in found if row.shortcut == "emoticons")
    assert emoticons.verdict == "passed"
    assert emoticons.ratio.value < 0.2


def test_the_prior_of_an_event_is_the_majority_where_events_are_the_pools(nothing_planted):
    row = nothing_planted[-1]
    assert row.shortcut == "event's prior"
    assert row.ratio.to_dict() == {"value": 0.0, "low": None, "high": None}, "no unit differs"
    assert row.score.value == row.majority
    assert "by construction" in row.note


def test_what_events_of_one_pool_give_away_is_shown_and_decides_nothing():
    rows = replace(made(told=0.7), task="topic", targets=None)
    gold = tuple(LABELS[0 if event == "event-0" else 2] for event in rows.events)
    texts = tuple(
        (WORDS[LABELS.index(label)] if number % 4 else "") + text
        for number, (label, text) in enumerate(zip(gold, rows.texts, strict=True))
    )
    found = gate(
        replace(rows, pools=("domain",) * len(gold), gold=gold, texts=texts), bootstrap=BootstrapConfig(n_resamples=200)
    )
    assert (found[-1].shortcut, found[-1].verdict) == ("event's prior", "not testable")
    assert found[-1].ratio.high > found[-1].limit
    assert "no model is shown the event" in found[-1].note


@pytest.mark.slow
def test_results_repeat_and_do_not_depend_on_the_order_of_rows():
    rows = replace(made("hashtags", n_threads=12), targets=None)
    once = gate(rows, bootstrap=BootstrapConfig(seed=3, n_resamples=100))
    order = np.random.default_rng(0).permutation(len(rows.gold)).tolist()
    columns = ("texts", "gold", "threads", "events", "pools")
    shuffled = replace(rows, **{name: tuple(getattr(rows, name)[place] for place in order) for name in columns})
    assert gate(shuffled, bootstrap=BootstrapConfig(seed=3, n_resamples=100)) == once
    assert gate(rows, bootstrap=BootstrapConfig(seed=4, n_resamples=100)) != once


def test_the_majority_is_that_of_the_pool_in_the_other_folds():
    pools = ["a", "a", "a", "a", "b", "b", "c"]
    y = np.array([0, 1, 1, 2, 2, 0, 0])
    folds = np.array([0, 0, 1, 1, 0, 1, 1])
    # Fold 0 answered by fold 1: in a, labels 1 and 2, the first of equals; in b, 0.
    # Fold 1 answered by fold 0: in a, labels 0 and 1; in b, 2; c is not there, and of all (0, 1, 2) 0 is first.
    assert majority_answers(pools, y, folds).tolist() == [1, 1, 0, 0, 0, 2, 0]


@pytest.mark.slow
def test_guesses_in_proportion_score_as_the_lot_does():
    rows = replace(made(n_threads=30, by_lot=True), targets=None)
    rng = np.random.default_rng(0)
    gold, events = np.array(rows.gold), np.array(rows.events)
    drawn = []
    for _ in range(200):
        guess = gold.copy()
        for event in set(rows.events):
            guess[events == event] = rng.permutation(gold[events == event])
        drawn.append(f1_score(gold, guess, average="macro"))
    assert gate(rows, bootstrap=BootstrapConfig(n_resamples=10))[0].proportional == pytest.approx(
        np.mean(drawn), abs=0.015
    )


@pytest.mark.parametrize(
    ("shortcut", "majority", "full", "expected"),
    [
        pytest.param(0.5, 0.2, 0.8, 0.5, id="half-the-gain"),
        pytest.param(0.1, 0.2, 0.8, -1 / 6, id="below-the-majority"),
        pytest.param(0.9, 0.2, 0.3, 2.0, id="many-times-the-gain-is-all-of-it"),
        pytest.param(0.2, 0.2, 0.2, 2.0, id="no-gain-to-share"),
        pytest.param(0.1, 0.3, 0.2, 2.0, id="a-full-model-below-the-majority-is-no-excuse"),
    ],
)
def test_share_of_the_gain(shortcut, majority, full, expected):
    assert float(gain_ratio(shortcut, majority, full)) == pytest.approx(expected)


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_share_of_the_gain_is_always_a_bounded_number(scores):
    assert -2 <= float(gain_ratio(*scores)) <= 2


def test_one_thread_cannot_be_held_out_from_itself():
    rows = made(n_threads=1)
    with pytest.raises(DataError, match="sentiment: 1 threads"):
        gate(rows)


def test_few_threads_and_a_label_that_is_missing_from_a_fold_are_no_crash():
    rows = made(n_threads=3, per_thread=4)
    gold = (LABELS[0],) * 10 + (LABELS[1],) * 2
    found = gate(replace(rows, gold=gold), bootstrap=BootstrapConfig(n_resamples=20))
    assert all(row.few_units and row.n_units == 3 for row in found)


@pytest.fixture(scope="module")
def release():
    return open_release()


def test_events_are_the_pools_of_a_release(release):
    rows = gate_rows(release, "sentiment")
    assert rows.pools == rows.events
    assert len(rows.gold) == len(release.documents())
    assert rows.targets is None


def test_for_topic_events_join_the_everyday_event_that_borrows_their_words(release):
    register = {row["id"]: row for row in release.rows("events")}
    far = {name for name, row in register.items() if row["topic"] == "other" and row["near"] is None}
    rows = gate_rows(release, "topic")
    assert far
    assert not far & set(rows.events)
    assert len(rows.gold) == sum(document.event not in far for document in release.documents())
    for event, pool in zip(rows.events, rows.pools, strict=True):
        assert pool in (register[event]["topic"], register[event]["near"])
        assert pool != "other"


def test_stance_comes_with_a_target_for_every_pair(release):
    rows = gate_rows(release, "stance")
    assert len(rows.targets) == len(rows.gold) == len(release.gold("stance"))


@pytest.mark.slow
def test_the_gate_over_a_release_has_a_row_for_every_shortcut(release):
    found = shortcut_gate(release, tasks=["irony"], bootstrap=BootstrapConfig(n_resamples=50))
    assert [row.shortcut for row in found] == [name for name in SHORTCUTS if name != "target"] + ["event's prior"]
    assert {row.task for row in found} == {"irony"}


def test_an_unknown_task_is_refused(release):
    with pytest.raises(UnknownNameError, match="unknown task 'mood'"):
        shortcut_gate(release, tasks=["mood"])

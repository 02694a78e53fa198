import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from weibo_nlp.errors import DataError, LabelError, UsageError
from weibo_nlp.evaluation import soft_labels
from weibo_nlp.records import GoldLabel
from weibo_nlp.stats.metrics import log_loss_rows

SENTIMENT = ("negative", "neutral", "positive")
STANCE = ("against", "none", "favor")
TARGETS = {"ban": "禁令", "tax": "新税"}


def judgement(document_id, annotator, sentiment="neutral", *, stances=(), irony=False, round_name="r01"):
    return {
        "document_id": document_id,
        "round": round_name,
        "annotator": annotator,
        "sentiment": sentiment,
        "irony": irony,
        "stances": [{"target_id": target, "stance": stance} for target, stance in stances],
    }


def test_votes_are_the_shares_of_the_annotators_without_the_intention():
    rows = [
        judgement("d1", "a1", "negative"),
        judgement("d1", "a2", "negative"),
        judgement("d1", "a3", "positive"),
        judgement("d1", "intention", "positive"),
        judgement("d2", "a1", "neutral"),
        judgement("d2", "a2", "positive"),
        judgement("other document", "a1", "positive"),
    ]
    gold = [GoldLabel("d2", "sentiment", "neutral"), GoldLabel("d1", "sentiment", "negative")]
    votes = soft_labels.vote_distribution(rows, gold, SENTIMENT)
    assert votes == pytest.approx(np.array([[0, 1 / 2, 1 / 2], [2 / 3, 0, 1 / 3]]))


def test_votes_on_stance_are_those_on_the_same_target():
    rows = [
        judgement("d1", "a1", stances=[("ban", "favor"), ("tax", "none")]),
        judgement("d1", "a2", stances=[("tax", "against"), ("ban", "favor")]),
        judgement("d1", "a3", stances=[("tax", "against")]),
    ]
    gold = [GoldLabel("d1", "stance", "against", "新税"), GoldLabel("d1", "stance", "favor", "禁令")]
    assert soft_labels.judged_labels(rows, gold, TARGETS) == (
        {"a1": "none", "a2": "against", "a3": "against"},
        {"a1": "favor", "a2": "favor"},
    )
    votes = soft_labels.vote_distribution(rows, gold, STANCE, TARGETS)
    assert votes == pytest.approx(np.array([[2 / 3, 1 / 3, 0], [0, 0, 1]]))


def test_irony_is_voted_on_in_the_labels_of_the_scheme():
    rows = [judgement("d", "a1", irony=True), judgement("d", "a2"), judgement("d", "a3", irony=True)]
    votes = soft_labels.vote_distribution(rows, [GoldLabel("d", "irony", "true")], ("false", "true"))
    assert votes == pytest.approx(np.array([[1 / 3, 2 / 3]]))


def test_votes_of_a_release_are_read_from_its_annotations(miniature):
    # Sentiment of 0002: positive, positive, negative; of 0003 three ways. The intention says positive of both.
    wanted = ("library-fines-0002", "library-fines-0003")
    gold = [item for item in miniature.gold("sentiment") if item.document_id in wanted]
    votes = soft_labels.corpus_votes(miniature, gold, SENTIMENT)
    assert votes == pytest.approx(np.array([[1 / 3, 0, 2 / 3], [1 / 3, 1 / 3, 1 / 3]]))
    # Stance of 0002 on freezing the card: favor, none, none; on sanctions favor by all.
    gold = [item for item in miniature.gold("stance") if item.document_id == wanted[0]]
    votes = dict(
        zip([item.target for item in gold], soft_labels.corpus_votes(miniature, gold, STANCE).tolist(), strict=True)
    )
    assert votes == {"冻结借书证": pytest.approx([0, 2 / 3, 1 / 3]), "信用惩戒": [0, 0, 1]}


def test_losses_worked_by_hand():
    votes = [[2 / 3, 1 / 3, 0], [0, 0, 1]]
    given_ = [[1 / 2, 1 / 4, 1 / 4], [0, 1 / 2, 1 / 2]]
    # 2/3 ln 2 + 1/3 ln 4 = 4/3 ln 2; ln 2.
    assert soft_labels.cross_entropy_rows(votes, given_) == pytest.approx([4 / 3 * math.log(2), math.log(2)])
    # First row, middle (7/12, 7/24, 1/8): KL of the votes ln(8/7), of the prediction 3/4 ln(6/7) + 1/4 ln 2.
    first = (math.log(8 / 7) + 3 / 4 * math.log(6 / 7) + 1 / 4 * math.log(2)) / 2
    # Second row, middle (0, 1/4, 3/4): KL of the votes ln(4/3), of the prediction 1/2 ln 2 + 1/2 ln(2/3).
    second = (math.log(4 / 3) + math.log(2) / 2 + math.log(2 / 3) / 2) / 2
    assert soft_labels.jensen_shannon_rows(votes, given_) == pytest.approx([first, second])


def test_prediction_that_rules_out_what_was_said_costs_36_nats_and_ln_2():
    assert soft_labels.cross_entropy_rows([[1, 0]], [[0, 1]]) == pytest.approx(-math.log(np.finfo(float).eps))
    assert soft_labels.jensen_shannon_rows([[1, 0]], [[0, 1]]) == pytest.approx(math.log(2))


def distributions(n_rows):
    weights = hnp.arrays(np.int64, (n_rows, 3), elements=st.integers(0, 9)).map(
        lambda rows: rows + (rows.sum(1) == 0)[:, None]
    )
    return weights.map(lambda rows: rows / rows.sum(axis=1, keepdims=True))


@given(distributions(5), distributions(5))
def test_cross_entropy_is_at_least_the_entropy_of_the_votes(votes, probabilities):
    found = soft_labels.cross_entropy_rows(votes, probabilities)
    assert (found >= entropy(votes, axis=1) - 1e-9).all()
    assert soft_labels.cross_entropy_rows(votes, votes) == pytest.approx(entropy(votes, axis=1))


@given(distributions(5), distributions(5))
def test_divergence_is_scipys_distance_squared_symmetric_and_within_ln_2(votes, probabilities):
    found = soft_labels.jensen_shannon_rows(votes, probabilities)
    assert found == pytest.approx(jensenshannon(votes, probabilities, axis=1) ** 2, abs=1e-12)
    assert found == pytest.approx(soft_labels.jensen_shannon_rows(probabilities, votes), abs=1e-15)
    assert ((found >= 0) & (found <= math.log(2))).all()
    assert (soft_labels.jensen_shannon_rows(votes, votes) == 0).all()


@given(st.integers(0, 2), distributions(4))
def test_unanimous_votes_have_the_log_loss_of_their_label(label, probabilities):
    votes = np.tile(np.eye(3)[label], (4, 1))
    assert soft_labels.cross_entropy_rows(votes, probabilities) == pytest.approx(
        log_loss_rows([label] * 4, probabilities)
    )


@pytest.mark.parametrize("backwards", [False, True])
def test_of_a_document_judged_again_the_last_round_counts(backwards):
    rows = [judgement("d", name, "negative") for name in ("a1", "a2", "a3")]
    rows += [judgement("d", name, "neutral", round_name="r04") for name in ("a1", "a2")]
    (found,) = soft_labels.judged_labels(rows[::-1] if backwards else rows, [GoldLabel("d", "sentiment", "neutral")])
    assert found == {"a1": "neutral", "a2": "neutral"}


@given(st.permutations(range(6)))
def test_order_of_the_annotations_does_not_matter(order):
    said = ["negative", "negative", "neutral", "positive", "neutral", "neutral"]
    rows = [judgement(f"d{row % 2}", f"a{row // 2}", label) for row, label in enumerate(said)]
    gold = [GoldLabel("d0", "sentiment", "negative"), GoldLabel("d1", "sentiment", "neutral")]
    expected = soft_labels.judged_labels(rows, gold)
    found = soft_labels.judged_labels([rows[at] for at in order], gold)
    assert [list(by.items()) for by in found] == [list(by.items()) for by in expected]


@pytest.mark.parametrize(
    ("rows", "gold", "targets", "error", "message"),
    [
        pytest.param(
            [judgement("d", "a1"), judgement("d", "a1")],
            GoldLabel("d", "sentiment", "neutral"),
            None,
            DataError,
            "'a1' judged 'd' twice in the round 'r01'",
            id="judged-twice",
        ),
        pytest.param(
            [judgement("d", "intention")],
            GoldLabel("d", "sentiment", "neutral"),
            None,
            DataError,
            "1 of 1 gold labels were judged by nobody, the first 'd'",
            id="intention-alone",
        ),
        pytest.param(
            [judgement("d", "a1", stances=[("ban", "favor")])],
            GoldLabel("d", "stance", "none", "新税"),
            TARGETS,
            DataError,
            "the first 'd' on '新税'",
            id="other-target-judged",
        ),
        pytest.param(
            [judgement("d", "a1", "furious")],
            GoldLabel("d", "sentiment", "neutral"),
            None,
            LabelError,
            "'d' was judged 'furious', which is not a label of sentiment",
            id="unknown-label",
        ),
        pytest.param(
            [], GoldLabel("d", "stance", "none", "新税"), None, UsageError, "pass the ids and texts", id="no-targets"
        ),
        pytest.param(
            [],
            GoldLabel("d", "stance", "none", "天气"),
            TARGETS,
            UsageError,
            "target '天气' is not",
            id="unknown-target",
        ),
        pytest.param(
            [],
            GoldLabel("d", "stance", "none", "新税"),
            {"tax": "新税", "tax-2": "新税"},
            DataError,
            "targets 'tax' and 'tax-2' both read '新税'",
            id="one-text-of-two-targets",
        ),
    ],
)
def test_votes_that_cannot_be_told_are_refused(rows, gold, targets, error, message):
    labels = STANCE if gold.task == "stance" else SENTIMENT
    with pytest.raises(error, match=message):
        soft_labels.vote_distribution(rows, [gold], labels, targets)


@pytest.mark.parametrize(
    ("votes", "probabilities", "message"),
    [
        pytest.param([[1, 0]], [[1, 0, 0]], r"votes have the shape \(1, 2\), probabilities \(1, 3\)", id="shapes"),
        pytest.param([[1, 1]], [[1, 0]], r"votes\[0\] = \[1.0, 1.0\] is no distribution", id="counts-for-shares"),
        pytest.param([[1, 0]], [[0.5, 0.4]], r"probabilities\[0\] = .* is no distribution", id="no-distribution"),
    ],
)
def test_what_is_no_distribution_has_no_soft_score(votes, probabilities, message):
    for loss in (soft_labels.cross_entropy_rows, soft_labels.jensen_shannon_rows):
        with pytest.raises(UsageError, match=message):
            loss(votes, probabilities)

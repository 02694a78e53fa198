"""Log odds that are added up are those of scikit-learn's sparse features times the coefficients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sklearn.feature_extraction import FeatureHasher

from weibo_nlp.errors import DataError
from weibo_nlp.features.layout import N_CUES, cue_column
from weibo_nlp.features.preparation import prepared
from weibo_nlp.features.stance import StanceFeatures
from weibo_nlp.features.targeted import TargetedNgrams
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.models.scorer import LinearScorer, index_of
from weibo_nlp.records import Example

TEXT = st.text("ab好坏不支持?\0 \n😀\U0010ffff", max_size=20)
TARGETS = ("好坏", "支持", "不好不坏不支持不", "😀")
EXAMPLES = st.lists(
    st.builds(Example, TEXT, st.sampled_from(TARGETS), st.none() | TEXT, plain=st.just(True)), min_size=1, max_size=8
)
KINDS = {
    "texts": lambda parents: TargetedNgrams((), False, parents, 1),
    "targets": lambda parents: TargetedNgrams(TARGETS[:2], True, parents, 1),
    "relations": lambda parents: StanceFeatures(
        TARGETS[1:2], parents, 1, {"好坏": "甲", "支持": "乙"}, {"好坏": ["不好", "ab"]}, ("乙", "noun", "甲")
    ),
}
LONG = Example("好a坏" * 33_334, "好坏", "支持" * 50_000, plain=True)


def with_sparse_features(features, coef, arrays, examples):
    intercept, mixing, offset = arrays
    return (features.transform(examples) @ coef.T + intercept) @ mixing.T + offset


@pytest.mark.parametrize("kind", KINDS)
@given(learnt=EXAMPLES, asked=EXAMPLES, parents=st.booleans(), n_labels=st.integers(2, 4), seed=st.integers(0, 999))
@example([Example("好坏\0a")], [Example("", "好坏"), Example("不\0", "支持", "")], True, 2, 0)
@example([Example("好坏a支持")], [Example("坏", "好坏"), LONG, Example("", "支持")], True, 3, 0)
def test_log_odds_are_those_of_the_sparse_features(kind, learnt, asked, parents, n_labels, seed):
    features = KINDS[kind](parents)
    try:
        features.fit(learnt)
    except DataError:  # texts of nothing but what the vectorizer folds away
        assume(False)
    random = np.random.default_rng(seed)
    coef = random.normal(size=(n_labels, features.n_columns)).astype(np.float32)
    arrays = [random.normal(size=shape) for shape in (n_labels, (n_labels, n_labels), n_labels)]
    vectorizer = features.vectorizer_
    scorer = LinearScorer(features.layout, index_of(vectorizer), vectorizer.idf_, coef, *arrays)

    log_odds = scorer.log_odds(asked)

    np.testing.assert_allclose(log_odds, with_sparse_features(features, coef, arrays, asked), atol=1e-5)


@given(st.text())
@example("")
@example("next \0")
@example("信用惩戒 position against")
def test_cues_stand_in_the_columns_that_scikit_learn_hashes_them_to(cue):
    hashed = FeatureHasher(N_CUES, input_type="string", alternate_sign=False).transform([[cue]])
    assert hashed.indices.tolist() == [cue_column(cue)]


def test_what_is_set_anew_counts_at_once():
    texts = ["真好吃", "太好吃了", "真难吃", "太难吃了"]
    model = LinearClassifier(C=1.0, min_df=1).fit(texts, ["praise", "praise", "blame", "blame"])
    before = model.predict_proba(["好吃"])
    model.coef_[0, model.features_.vectorizer_.vocabulary_["好"]] += 5
    after = model.predict_proba(["好吃"])

    assert not np.allclose(after, before, atol=1e-5)
    margins = model.features_.transform(prepared([Example("好吃")])) @ model.coef_.T + model.intercept_
    log_odds = margins @ model.calibrator_coef_.T + model.calibrator_intercept_
    odds = np.exp(log_odds - log_odds.max())
    np.testing.assert_allclose(after, odds / odds.sum(), atol=1e-5)

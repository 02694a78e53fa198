"""Learning from probabilities: each text teaches each label by how probable it is said to be."""

import numpy as np
import pytest
from made_encoder import MadeEncoder

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models import EmbeddingClassifier, Example, LinearClassifier, StanceClassifier, load_model

DISHES = "面饭粥饼汤菜肉鱼虾蛋糕茶酒"
TEXTS = [f"{dish}{what}" for dish in DISHES for what in ("真好吃", "太难吃了")]
LABELS = ("blame", "praise")
SURE, UNSURE = (0.1, 0.9), (0.7, 0.3)
GIVEN = [SURE, UNSURE] * len(DISHES)


def test_probabilities_follow_those_given_and_not_the_most_probable_labels():
    model = LinearClassifier(LABELS).fit_soft_labels(TEXTS, GIVEN)
    soft = model.predict_proba(["豆腐真好吃", "豆腐太难吃了"])
    assert soft == pytest.approx(np.array([SURE, UNSURE]), abs=0.05)
    hard = LinearClassifier(LABELS).fit(TEXTS, [LABELS[place] for place in np.argmax(GIVEN, axis=1)])
    assert hard.predict_proba(["豆腐太难吃了"])[0, 0] > 0.8


def test_columns_are_those_of_the_labels_in_their_order():
    turned = np.array(GIVEN)[:, ::-1]
    model = LinearClassifier(LABELS[::-1], C=10.0).fit_soft_labels(TEXTS, turned)
    assert model.predict(["豆腐真好吃", "豆腐太难吃了"]).tolist() == ["praise", "blame"]


def test_a_label_that_is_never_probable_gets_no_probability():
    given = np.hstack([np.array(GIVEN), np.zeros((len(GIVEN), 1))])
    model = LinearClassifier((*LABELS, "other"), C=10.0).fit_soft_labels(TEXTS, given)
    assert (model.predict_proba(TEXTS)[:, 2] == 0).all()


def test_a_label_that_is_hardly_probable_keeps_its_share():
    given = np.array([(0.1, 0.895, 0.005), (0.695, 0.3, 0.005)] * len(DISHES))
    model = LinearClassifier((*LABELS, "other"), C=10.0).fit_soft_labels(TEXTS, given)
    assert model.predict_proba(TEXTS)[:, 2].mean() == pytest.approx(0.005, rel=0.5)


def test_ngrams_are_counted_by_texts_and_not_by_labels():
    model = LinearClassifier(LABELS, C=10.0, min_df=2).fit_soft_labels([*TEXTS, "豆腐"], [*GIVEN, (0.5, 0.5)])
    known = set(model.features_.vectorizer_.vocabulary_)
    assert "好吃" in known
    assert "豆腐" not in known


def test_a_saved_model_answers_as_it_did(tmp_path):
    model = LinearClassifier(LABELS, C=10.0).fit_soft_labels(TEXTS, GIVEN)
    model.save_pretrained(tmp_path / "m")
    assert load_model(tmp_path / "m").predict_proba(TEXTS) == pytest.approx(model.predict_proba(TEXTS), abs=1e-6)


def test_groups_are_never_torn_when_c_is_chosen():
    with pytest.raises(DataError, match="examples in 1 groups"):
        LinearClassifier(LABELS).fit_soft_labels(TEXTS, GIVEN, groups=["one"] * len(TEXTS))


def test_stance_is_learnt_of_text_and_target():
    examples = [Example(text, "这家店") for text in TEXTS]
    model = StanceClassifier(LABELS, C=10.0).fit_soft_labels(examples, GIVEN)
    assert model.predict([Example("豆腐太难吃了", "这家店")]).tolist() == ["blame"]
    with pytest.raises(DataError, match="learns of a text and its target"):
        StanceClassifier(LABELS, C=10.0).fit_soft_labels(TEXTS, GIVEN)


def test_a_model_with_vectors_learns_them_too_and_knows_its_encoder(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path))
    encoder = MadeEncoder()
    model = EmbeddingClassifier(LABELS, encoder=encoder, C=10.0).fit_soft_labels(TEXTS, GIVEN)
    assert model.predict_proba(["豆腐太难吃了"]) == pytest.approx(np.array([UNSURE]), abs=0.1)
    assert model.fingerprint_.name == encoder.name


@pytest.mark.parametrize(
    ("labels", "given", "error", "message"),
    [
        pytest.param(None, GIVEN, UsageError, "do not say which labels they are of", id="no-labels"),
        pytest.param(LABELS, GIVEN[1:], UsageError, r"shape \(25, 2\) for 26 texts and 2 labels", id="too-few"),
        pytest.param(LABELS, [(0.7, 0.7)] * 26, UsageError, "no distribution|sum", id="no-distribution"),
        pytest.param(LABELS, [(1.0, 0.0)] * 26, DataError, r"only \['blame'\] occur", id="one-label"),
        pytest.param(LABELS, [(0.999, 0.001)] * 26, DataError, r"only \['blame'\] occur", id="one-label-nearly"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(labels, given, error, message):
    with pytest.raises(error, match=message):
        LinearClassifier(labels, C=10.0).fit_soft_labels(TEXTS, given)

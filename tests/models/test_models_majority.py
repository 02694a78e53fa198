import numpy as np
import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.models import Classifier, load_model
from weibo_nlp.models.majority import MajorityClassifier
from weibo_nlp.records import Example

TEXTS = [Example("甲")] * 5


def test_every_text_gets_the_shares_of_training():
    model = MajorityClassifier(("a", "b", "c")).fit(TEXTS, ["b", "a", "b", "b", "a"])
    assert model.predict_proba([Example("乙"), Example("")]).tolist() == [[0.4, 0.6, 0.0], [0.4, 0.6, 0.0]]
    assert model.predict_proba([]).shape == (0, 3)
    assert isinstance(model, Classifier)


def test_a_loaded_model_answers_the_same(tmp_path):
    model = MajorityClassifier(("赞", "踩")).fit(TEXTS, ["踩", "赞", "踩", "踩", "踩"])
    model.save_pretrained(tmp_path)
    loaded = load_model(tmp_path)
    assert (loaded.name, loaded.version, list(loaded.classes_)) == ("majority", model.version, ["赞", "踩"])
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))


@pytest.mark.parametrize(
    ("examples", "labels", "message"),
    [
        pytest.param([], [], "majority of nothing", id="nothing"),
        pytest.param(TEXTS, ["a"], "5 examples with 1 labels", id="labels-missing"),
        pytest.param(TEXTS, ["a", "b", "x", "y", "x"], r"labels \['x', 'y'\] are not among a, b", id="unknown"),
    ],
)
def test_what_has_no_majority_is_refused(examples, labels, message):
    with pytest.raises(DataError, match=message):
        MajorityClassifier(("a", "b")).fit(examples, labels)


@pytest.mark.parametrize("use", ["predict_proba", "save_pretrained"])
def test_an_untrained_model_is_refused(use, tmp_path):
    with pytest.raises(DataError, match="not trained; call fit first"):
        getattr(MajorityClassifier(("a", "b")), use)(tmp_path if use == "save_pretrained" else TEXTS)


@pytest.mark.parametrize("target", ["信用惩戒\n", "\u200b信用惩戒", " "])
def test_a_target_is_known_by_its_exact_name_so_one_with_signs_nobody_sees_is_refused(target):
    with pytest.raises(DataError, match="give its name alone"):
        MajorityClassifier(("a", "b")).fit([Example("甲", "信用惩戒"), Example("乙", target)], ["a", "b"])

import numpy as np
import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.models import Classifier, TargetPriorClassifier, load_model
from weibo_nlp.records import Example

# Of the first target 2 of 3 are against, of the second the only one is in favour: 2, 0 and 2 of 4 in all.
EXAMPLES = [Example("一", "惩戒"), Example("二", "惩戒"), Example("三", "惩戒"), Example("四", "国货")]
STANCES = ["against", "favor", "against", "favor"]
LABELS = ("against", "none", "favor")


@pytest.fixture
def prior():
    return TargetPriorClassifier(LABELS).fit(EXAMPLES, STANCES)


def test_a_text_gets_the_shares_of_its_target_with_those_of_all_as_one_example_more(prior):
    answers = prior.predict_proba([Example("五", "国货"), Example("六", "惩戒"), Example("七", "惩戒")])
    # 国货: (0, 0, 1) and (1/2, 0, 1/2) over 2; 惩戒: (2, 0, 1) and (1/2, 0, 1/2) over 4.
    np.testing.assert_allclose(answers, [[0.25, 0, 0.75], [0.625, 0, 0.375], [0.625, 0, 0.375]])
    assert prior.predict([Example("", "国货"), Example("", "惩戒")]).tolist() == ["favor", "against"]
    assert isinstance(prior, Classifier)


@pytest.mark.parametrize("text", ["八", Example("八", "没有听说过的目标")], ids=["no-target", "unknown-target"])
def test_a_target_without_examples_gets_the_shares_of_all(prior, text):
    assert prior.predict_proba([text]).tolist() == [[0.5, 0.0, 0.5]]
    assert prior.predict_proba([]).shape == (0, 3)


def test_examples_count_by_their_weight():
    model = TargetPriorClassifier(LABELS).fit(EXAMPLES, STANCES, sample_weight=[0, 6, 0, 2])
    # 惩戒: (0, 0, 6), and all 8 are in favour.
    assert model.predict_proba([Example("", "惩戒")]).tolist() == [[0.0, 0.0, 1.0]]


def test_a_loaded_target_prior_answers_the_same(prior, tmp_path):
    prior.save_pretrained(tmp_path)
    loaded = load_model(tmp_path)
    assert (loaded.name, loaded.targets_, loaded.classes_.tolist()) == ("target_prior", ("国货", "惩戒"), list(LABELS))
    np.testing.assert_array_equal(loaded.predict_proba(EXAMPLES), prior.predict_proba(EXAMPLES))


def test_more_targets_than_labels_can_be_saved(tmp_path):
    many = [Example("", f"目标{number}") for number in range(1_001)]
    TargetPriorClassifier(LABELS).fit(many, ["none"] * len(many)).save_pretrained(tmp_path)
    assert len(load_model(tmp_path).targets_) == 1_001


def test_the_shares_of_nothing_are_refused():
    with pytest.raises(DataError, match="the shares of nothing"):
        TargetPriorClassifier(LABELS).fit([], [])

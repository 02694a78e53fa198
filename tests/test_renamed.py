import warnings

import numpy as np
import pytest
from sklearn.base import clone

import weibo_nlp
from weibo_nlp import _renamed
from weibo_nlp.models import LinearClassifier, MajorityClassifier


@pytest.mark.parametrize("old", _renamed.MODULES)
def test_a_module_that_moved_is_found_where_its_name_points(old):
    new = __import__(f"weibo_nlp.{_renamed.MODULES[old]}", fromlist=["_"])
    module = __import__(f"weibo_nlp.{old}", fromlist=["_"])
    public = next(name for name in vars(new) if not name.startswith("_") and name not in _renamed.NAMES)
    with pytest.warns(DeprecationWarning, match=rf"weibo_nlp\.{old}\.{public} is now weibo_nlp\."):
        getattr(module, public)


@pytest.mark.parametrize("name", _renamed.NAMES)
def test_a_name_that_changed_is_there(name):
    module, new = _renamed.NAMES[name]
    assert hasattr(__import__(f"weibo_nlp.{module}", fromlist=["_"]), new)


def test_old_imports_of_the_evaluation_room_work_and_say_where_it_went():
    with pytest.warns(DeprecationWarning, match="weibo_nlp.evaluate.Figure is now weibo_nlp.stats.estimate.Estimate"):
        from weibo_nlp.evaluate import Figure
    assert Figure is weibo_nlp.stats.Estimate


def test_old_keywords_of_the_bootstrap_work_and_name_the_new_one():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from weibo_nlp.evaluate import UnitSums, cluster_bootstrap
    units = UnitSums.from_rows([0, 1, 0], [0, 1, 1], ["a", "b", "c"], 2)
    metrics = {"accuracy": lambda confusion: np.trace(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=(-2, -1))}
    with pytest.warns(DeprecationWarning, match=r"cluster_bootstrap\(.*is now .*bootstrap=BootstrapConfig"):
        old = cluster_bootstrap(units, metrics, resamples=50, seed=3, level=0.9)
    config = weibo_nlp.stats.BootstrapConfig(n_resamples=50, seed=3, confidence_level=0.9)
    assert old == weibo_nlp.stats.cluster_bootstrap(units, metrics, config)


def test_names_that_are_functions_now_can_be_called_and_still_be_imported_from():
    assert weibo_nlp.segment("今天[泪]", "char") == ["今", "天", "[泪]"]
    with pytest.warns(DeprecationWarning, match="weibo_nlp.segment.segment_many is now weibo_nlp.segmentation"):
        from weibo_nlp.segment import segment_many
    assert segment_many is not None
    assert callable(weibo_nlp.evaluate)
    assert "prediction file" in weibo_nlp.evaluate.__doc__


@pytest.mark.parametrize("kind", [LinearClassifier, MajorityClassifier])
def test_models_answer_to_their_names_of_0_2_0_and_say_the_new_ones(kind, tmp_path):
    texts, labels, weights = ["好吃", "真好吃", "难吃", "真难吃"], ["praise", "praise", "blame", "blame"], [1, 1, 2, 2]
    with pytest.warns(DeprecationWarning, match=r"fit\(weights=…\) is now fit\(sample_weight=…\)") as caught:
        model = kind(("praise", "blame")).fit(texts, labels, weights=weights)
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="save is now save_pretrained"):
        model.save(tmp_path)
    with pytest.warns(DeprecationWarning, match="from_folder is now from_pretrained"):
        saved = kind.from_folder(tmp_path)
    weighted = kind(("praise", "blame")).fit(texts, labels, sample_weight=weights)
    np.testing.assert_allclose(saved.predict_proba(texts), weighted.predict_proba(texts), rtol=1e-6)


def test_labels_of_a_trained_model_warn_and_stay_a_parameter_that_scikit_learn_reads_in_silence():
    model = MajorityClassifier(("praise", "blame"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert model.labels == ("praise", "blame")
        model.fit(["好吃"], ["praise"]).fit(["难吃"], ["blame"])
        assert clone(model).labels == model.get_params()["labels"] == ("praise", "blame")
        assert repr(model) == "MajorityClassifier(labels=('praise', 'blame'))"
    with pytest.warns(DeprecationWarning, match="labels of a trained model is now classes_"):
        assert model.labels == tuple(model.classes_)
    with pytest.warns(DeprecationWarning, match="is now classes_"):
        assert MajorityClassifier().fit(["好吃", "难吃"], ["praise", "blame"]).labels == ("blame", "praise")


def test_a_module_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError):
        __import__("weibo_nlp.evaluatee")
    with pytest.raises(AttributeError, match="has no attribute"):
        _ = weibo_nlp.evaluate.nothing_of_this_name

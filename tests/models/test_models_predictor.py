"""Models that answer without scikit-learn answer as the classifiers that were saved, alone and in one pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.features.preparation import prepare_all, prepared
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.models import LinearClassifier, MajorityClassifier, StanceClassifier, registry
from weibo_nlp.models.domain import DomainDetector
from weibo_nlp.models.domain_folder import DomainPredictor
from weibo_nlp.models.one_pass import OnePass
from weibo_nlp.models.predictor import LinearPredictor
from weibo_nlp.records import Example

PRAISE = ["真好吃", "太好吃了", "好吃啊", "很好看", "好看极了", "支持到底"]
BLAME = ["真难吃", "太难吃了", "难吃啊", "很难看", "难看极了", "反对到底"]
LABELS = ["praise"] * len(PRAISE) + ["blame"] * len(BLAME)
TARGETS = ("食堂", "这家店的菜应该降价")
ANY_TEXT = st.lists(st.sampled_from([*PRAISE, *BLAME, "食堂", "//@甲:降价", "@乙 ", "\0", "😀", "說"]), max_size=4).map(
    "".join
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Classifiers with vocabularies of their own, and what was read of their folders."""
    texts = PRAISE + BLAME
    sets = LinearClassifier(C=1.0, min_df=1).fit(texts, LABELS).fit_sets(texts, LABELS)
    about = [Example(f"{text}，食堂", target) for text in texts for target in TARGETS]
    stances = StanceClassifier(C=1.0, min_df=1, families={TARGETS[0]: "饭"}, mentions={TARGETS[0]: ["菜"]})
    models = {
        "sets": sets,
        "rare": LinearClassifier(C=0.5, min_df=2).fit(texts[::-1], [label == "praise" for label in LABELS[::-1]]),
        "targets": LinearClassifier(C=1.0, min_df=1).fit(about, np.repeat(LABELS, 2)),
        "stance": stances.fit(about, np.repeat(LABELS, 2)),
    }
    models["rare"].classes_ = np.array(["no", "yes"])
    pairs = {}
    for name, model in models.items():
        folder = tmp_path_factory.mktemp(name)
        model.save_pretrained(folder)
        pairs[name] = model, LinearPredictor.from_pretrained(folder)
    return pairs


def test_a_predictor_is_told_apart_by_what_the_classifier_is(saved):
    for model, predictor in saved.values():
        assert (predictor.name, predictor.version) == (model.name, model.version)
        assert predictor.classes_.tolist() == model.classes_.tolist()
        assert predictor.targets == model.targets
    assert saved["sets"][1].conformal_.counts == {"blame": 6, "praise": 6}
    assert saved["rare"][1].conformal_ is None


@settings(max_examples=30)
@given(st.lists(ANY_TEXT, max_size=5), st.data())
@example([], None)
def test_predictors_alone_and_in_one_pass_answer_as_the_classifiers(saved, texts, data):
    one_pass = OnePass({name: predictor for name, (_, predictor) in saved.items()})
    read = one_pass.read([text.own for text in prepare_all(texts)])
    for name, (model, predictor) in saved.items():
        target = st.sampled_from([*TARGETS, "没听过"]) if one_pass.reads_examples(name) else st.none()
        examples = [Example(text, data.draw(target)) for text in texts]
        expected = model.predict_proba(examples)
        np.testing.assert_allclose(predictor.predict_proba(examples), expected, atol=1e-5)
        if texts:
            together = read.probabilities(name, prepared(examples), np.arange(len(texts)))
            np.testing.assert_allclose(together, expected, atol=1e-5)


def test_batches_of_one_pass_meet_again_in_order(saved):
    texts = [text * 2_000 for text in (PRAISE + BLAME)] * 3  # six batches
    one_pass = OnePass({"sets": saved["sets"][1], "stance": saved["stance"][1]})
    rows = np.array([1, 5, 5, 30, 35])
    examples = prepared([Example(texts[row], TARGETS[0]) for row in rows])

    together = one_pass.read(texts).probabilities("stance", examples, rows)

    alone = saved["stance"][0].predict_proba([Example(texts[row], TARGETS[0]) for row in rows])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_domain_detector_in_one_pass_calls_the_same_texts_unlike(saved, tmp_path):
    usual = [f"{one}，{other}" for one in PRAISE for other in BLAME] * 2
    detector = DomainDetector().fit(usual, calibration=usual[::-1])
    detector.save_pretrained(tmp_path)
    predictor = DomainPredictor.from_pretrained(tmp_path)
    texts = [*usual[:9], "This is quite another language", "", "ねこが好きです", usual[0] * 3_000]

    unlike = detector.is_unlike(texts)

    assert 0 < unlike.sum() < len(texts)
    assert predictor.is_unlike(texts).tolist() == unlike.tolist()
    read = OnePass({"sets": saved["sets"][1]}, predictor).read([text.own for text in prepare_all(texts)])
    assert read.is_unlike.tolist() == unlike.tolist()


def test_weights_that_stand_out_of_order_are_refused(saved, tmp_path):
    from safetensors.numpy import load_file, save_file

    saved["sets"][0].save_pretrained(tmp_path)
    for damage in (lambda a: a["weights.columns"][::-1].copy(), lambda a: a["weights.columns"] + np.uint32(10**6)):
        arrays = load_file(tmp_path / "model.safetensors")
        save_file(arrays | {"weights.columns": damage(arrays)}, tmp_path / "other")
        (tmp_path / "other").replace(tmp_path / "model.safetensors")
        write_manifest(tmp_path, {})
        with pytest.raises(DataError, match="do not fit"):
            LinearPredictor.from_pretrained(tmp_path)
        saved["sets"][0].save_pretrained(tmp_path)


def test_a_model_of_another_kind_has_no_predictor(tmp_path, monkeypatch):
    MajorityClassifier().fit(["好"], ["praise"]).save_pretrained(tmp_path)
    assert registry.load_predictor(str(tmp_path)) is None

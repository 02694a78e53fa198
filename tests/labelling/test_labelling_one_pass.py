"""One reading of a batch gives the labels that each model gives by its sparse features, and is soon ready."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from scipy.special import softmax

from weibo_nlp import _resources
from weibo_nlp.corpus import open_release
from weibo_nlp.features.preparation import prepared
from weibo_nlp.io import open_table
from weibo_nlp.io.limits import MAX_TEXT_CHARACTERS
from weibo_nlp.labelling import Labeller, guess_text_column, labeller
from weibo_nlp.models import LinearClassifier, load_model
from weibo_nlp.records import Example


def by_sparse_features(model, examples):
    """What a model says as scikit-learn computes it."""
    margins = model.features_.transform(prepared(examples)) @ model.coef_.T.astype(np.float64) + model.intercept_
    return softmax(margins @ model.calibrator_coef_.T.astype(np.float64) + model.calibrator_intercept_, axis=1)


@pytest.mark.parametrize("target", [None, ["信用惩戒", "没有见过的事"]], ids=["canonical", "named"])
@pytest.mark.filterwarnings("ignore:the model for 'stance' has not learnt:UserWarning")
def test_shipped_models_say_what_their_sparse_features_say(miniature_release, target):
    documents = open_release(miniature_release).documents()
    table = open_table(_resources.example_path())
    column = guess_text_column(table.columns)
    texts = [document.text for document in documents] + [row.values[column] for row in table.rows()]
    parents = [None, "为什么要拉黑他？", "这家公司在道歉//@甲:不信"] * len(texts)

    one_pass = Labeller(target=target, all_scores=True)
    rows = one_pass.label(texts, parents[: len(texts)])
    alone = one_pass.label(texts)  # a topic reads what stands above a text by another model

    assert {row["stance_target" if target is None else "stance_target_1"] for row in rows} - {None}
    for slot in one_pass.slots:
        model = load_model(slot.task.name)
        places = [place for place, row in enumerate(rows) if slot.target is None or row[slot.target] is not None]
        examples = [
            Example(texts[place], *((rows[place][slot.target], parents[place]) if slot.target else ()))
            for place in places
        ]
        expected = by_sparse_features(model, examples)
        answers = rows if slot.target else alone
        said = [[answers[place][slot.probability(label)] for label in model.classes_] for place in places]
        np.testing.assert_allclose(said, expected, atol=1e-5)
        chosen = [slot.task.to_label(answers[place][slot.label]) for place in places]
        assert chosen == model.classes_[expected.argmax(axis=1)].tolist()


def test_own_models_beside_shipped_ones_read_what_they_read_before():
    seen = []

    class Reading(LinearClassifier):
        """Of ours, and reads texts in a way of its own."""

        def predict_proba(self, texts):
            seen.extend(texts)
            return super().predict_proba(texts)

    texts = ["真好吃", "太好吃了", "真难吃", "太难吃了"]
    own = LinearClassifier(C=1.0, min_df=1).fit(texts, ["a", "a", "b", "b"])
    derived = Reading(C=1.0, min_df=1).fit(texts, ["a", "a", "b", "b"])
    (row,) = Labeller({"own": own, "derived": derived}, all_scores=True).label(["好吃http://t.cn/a //@甲:难吃"])

    assert seen == [Example("好吃http://t.cn/a //@甲:难吃", plain=True)]
    expected = own.predict_proba(["好吃http://t.cn/a //@甲:难吃"])[0].tolist()
    assert [row["own_score_a"], row["own_score_b"]] == pytest.approx(expected)
    assert [row["derived_score_a"], row["derived_score_b"]] == pytest.approx(expected)


def test_parts_of_a_batch_come_back_in_order(monkeypatch):
    texts = [f"第{number}条，失信被执行人该不该上黑名单" for number in range(30)]
    parents = [None if number % 3 else f"问题{number}" for number in range(30)]
    whole = Labeller(all_scores=True).label(texts, parents)
    monkeypatch.setattr(labeller, "BATCH_CHARACTERS", 100)
    parts = Labeller(all_scores=True).label(texts, parents)
    assert [row["stance"] for row in parts] == [row["stance"] for row in whole]
    assert [row["irony_score"] for row in parts] == pytest.approx([row["irony_score"] for row in whole])


def test_long_texts_take_memory_one_by_one():
    # 6 texts of 100,000 characters: one takes some 40 MB while it is read.
    texts = [("征信黑名单今天" * 20_000)[place:][:MAX_TEXT_CHARACTERS] for place in range(6)]
    made = Labeller()
    made.label(["好"])
    tracemalloc.start()
    try:
        made.label(texts)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_a_labeller_is_ready_without_what_takes_long_to_import():
    code = (
        "import sys; from weibo_nlp.labelling import Labeller; Labeller().label(['今天的晚霞绝了']);"
        "print(sorted({'sklearn', 'scipy', 'pandas', 'datasets', 'spacy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

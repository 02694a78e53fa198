from dataclasses import replace

import numpy as np
import pytest

from weibo_nlp.benchmark import robustness as room
from weibo_nlp.benchmark.robustness import robustness
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.perturbations import EDITS
from weibo_nlp.records import Document, Example, GoldLabel
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.tasks import EvaluationSet, TaskSpec

LABELS = ("against", "favor")
SPEC = TaskSpec("stance", "corpus", "standard", ("train",), "test", LABELS, "accuracy", "0.1.0", "1.0.0")


class Keyword:
    """Says favor where the text holds its word, and remembers what it was shown."""

    name, version, classes_ = "keyword", "1", LABELS

    def __init__(self, word):
        self.word = word
        self.seen = []

    def predict_proba(self, examples):
        self.seen += examples
        favor = np.array([self.word in example.text + (example.target or "") for example in examples], dtype=float)
        return np.stack([1 - favor, favor], axis=1)


def data_of(rows):
    """Rows of (text, gold, group), with the target 抵制宝马."""
    return EvaluationSet(
        gold=tuple(GoldLabel(f"d{i}", "stance", label, "抵制宝马") for i, (_, label, _) in enumerate(rows)),
        groups=tuple(group for _, _, group in rows),
        documents=tuple(Document(f"d{i}", "post", text, f"d{i}") for i, (text, _, _) in enumerate(rows)),
        examples=tuple(Example(text, "抵制宝马", "答") for text, _, _ in rows),
    )


# Every 征信 can be cut, and only those; cut, the keyword is gone and its model says against.
CUT = [("列入征信", "favor", "t1"), ("记征信里", "favor", "t1"), ("征信没用", "against", "t2"), ("好", "against", "t3")]


def row_of(rows, edit):
    (row,) = [row for row in rows if row.edit == edit]
    return row


def test_score_drop_and_flips_are_those_of_the_changed_texts():
    row = row_of(
        robustness(Keyword("征信"), SPEC, data_of(CUT), bootstrap=BootstrapConfig(n_resamples=50)), "separators"
    )
    # Before: favor, favor, favor of which two are right; after: three times against, of which one is.
    assert (row.n, row.n_changed, row.n_units, row.few_units) == (4, 3, 2, True)
    assert row.score.value == pytest.approx(1 / 3)
    assert row.drop.value == pytest.approx(2 / 3 - 1 / 3)
    assert row.flipped.value == 1
    assert (row.task, row.model, row.metric) == ("stance", "keyword", "accuracy")


def test_a_model_that_an_edit_does_not_touch_loses_nothing():
    row = row_of(robustness(Keyword("信"), SPEC, data_of(CUT), bootstrap=BootstrapConfig(n_resamples=50)), "separators")
    assert row.drop.to_dict() == {"value": 0, "low": None, "high": None}, "no unit differs"
    assert row.flipped.to_dict() == {"value": 0, "low": None, "high": None}
    assert row.score.value == pytest.approx(2 / 3)


def test_flips_that_cancel_out_show_though_the_score_stays():
    rows = [("列入征信", "favor", "t1"), ("征信没用", "against", "t2")]
    row = row_of(
        robustness(Keyword("征信"), SPEC, data_of(rows), bootstrap=BootstrapConfig(n_resamples=50)), "separators"
    )
    assert (row.drop.value, row.flipped.value) == (0, 1)
    assert row.drop.low < 0 < row.drop.high


def test_the_drop_is_paired_over_units():
    # The units differ much in how hard they are and not at all in what they lose, which only pairing sees.
    easy = [("列入征信", "favor", "t")] * 1 + [("列入征信", "against", "t")] * 1
    rows = [(text, label, f"t{i}") for i in range(40) for text, label, _ in easy]
    row = row_of(
        robustness(Keyword("征信"), SPEC, data_of(rows), bootstrap=BootstrapConfig(n_resamples=200)), "separators"
    )
    assert row.drop.to_dict() == {"value": 0, "low": None, "high": None}, "no unit differs"


def test_an_exchanged_brand_reaches_the_target():
    model = Keyword("宝马")
    row = row_of(robustness(model, SPEC, data_of(CUT), bootstrap=BootstrapConfig(n_resamples=50)), "brands")
    assert (row.n_changed, row.flipped.value) == (4, 1)
    assert Example("好", "抵制奔驰", "答") in model.seen


def test_an_edit_that_changes_nothing_has_no_row():
    edits = {
        row.edit for row in robustness(Keyword("征信"), SPEC, data_of(CUT), bootstrap=BootstrapConfig(n_resamples=50))
    }
    assert "hashtags" not in edits
    assert {"separators", "zero_width", "brands", "spam"} <= edits
    assert [name for name in EDITS if name in edits] == [
        row.edit for row in robustness(Keyword("征信"), SPEC, data_of(CUT), bootstrap=BootstrapConfig(n_resamples=50))
    ]


def test_rows_of_one_unit_have_no_bounds():
    rows = [("列入征信", "favor", "t1"), ("征信里有", "against", "t1"), ("好", "against", "t2")]
    row = row_of(
        robustness(Keyword("征信"), SPEC, data_of(rows), bootstrap=BootstrapConfig(n_resamples=50)), "separators"
    )
    assert row.flipped.to_dict() == {"value": 1, "low": None, "high": None}


def test_neither_the_order_of_rows_nor_the_names_of_units_matter():
    rows = [(f"第{i}次列入征信" if i % 3 else "征信没钱", LABELS[i % 2], f"t{i // 2}") for i in range(30)]
    data = data_of(rows)
    first = robustness(Keyword("征信"), SPEC, data, bootstrap=BootstrapConfig(seed=4, n_resamples=100))
    order = np.random.default_rng(0).permutation(len(rows))
    shuffled = replace(
        data,
        examples=tuple(data.examples[i] for i in order),
        gold=tuple(data.gold[i] for i in order),
        groups=tuple(f"u{len(rows) - int(data.groups[i][1:])}" for i in order),
        documents=tuple(data.documents[i] for i in order),
    )
    assert robustness(Keyword("征信"), SPEC, shuffled, bootstrap=BootstrapConfig(seed=4, n_resamples=100)) == first


def test_a_row_says_whether_readers_keep_the_labels(monkeypatch):
    monkeypatch.setattr(room, "is_label_preserving", lambda edit: edit == "spam")
    rows = robustness(Keyword("征信"), SPEC, data_of(CUT), bootstrap=BootstrapConfig(n_resamples=50))
    assert {row.edit for row in rows if row.label_preserving} == {"spam"}


def test_what_one_model_cannot_answer_is_refused():
    with pytest.raises(UsageError, match="has several folds; a model trained on one has seen"):
        robustness(Keyword("征信"), replace(SPEC, protocol="cross_event"), data_of(CUT))
    with pytest.raises(UsageError, match="model keyword has the labels"):
        robustness(Keyword("征信"), replace(SPEC, labels=("against", "none", "favor")), data_of(CUT))
    with pytest.raises(UnknownNameError, match="unknown main metric 'brier'"):
        robustness(Keyword("征信"), replace(SPEC, main_metric="brier"), data_of(CUT))

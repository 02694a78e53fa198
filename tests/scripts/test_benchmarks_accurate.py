"""Accurate models beside the fast ones on public texts held back."""

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks import accurate
from benchmarks.accurate import markdown_accurate, run_accurate
from benchmarks.weights import Weights

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UsageError
from weibo_nlp.external.hydration import text_key
from weibo_nlp.scheme import load_scheme
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.tasks.real import RealTexts

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

DATA = Path(__file__).parents[1] / "data"
LINES = (DATA / "public_texts" / "texts.jsonl").read_text("utf-8").splitlines()
TEXTS = {text_key(text): text for text in (json.loads(line)["text"] for line in LINES)}
TINY = {"bootstrap": BootstrapConfig(n_resamples=60), "n_permutations": 200}


class Always:
    """Gives every text one label."""

    name, version = "linear", "9"

    def __init__(self, label):
        self.classes_ = np.array(load_scheme().tasks["topic"].labels)
        self.probabilities = np.where(self.classes_ == label, 0.7, 0.1)

    def predict_proba(self, examples):
        return np.tile(self.probabilities, (len(examples), 1))


@pytest.fixture
def measured(small_corpus_shipped, monkeypatch):
    """Of three public texts, each on another topic, either model has one right."""
    real = RealTexts(open_release(), TEXTS)
    monkeypatch.setattr(accurate, "find_real_texts", lambda release, copies, progress: real)
    monkeypatch.setattr(Weights, "tasks", lambda self, mode: ["topic"])
    said = {"fast": "other", "accurate": "credit"}
    monkeypatch.setattr(Weights, "load", lambda self, task, mode="fast": Always(said[mode]))
    return run_accurate(DATA, weights=[Weights("open"), Weights("research")], **TINY)


def test_tasks_with_an_accurate_model_are_scored_by_both_on_the_same_rows(measured):
    document, runs = measured
    assert [(row["weights"], row["task"], row["n"]) for row in document["results"]] == [
        ("open", "topic", 3),
        ("research", "topic", 3),
    ]
    assert [run.model for run in runs] == [
        f"weights {name} {mode}" for name in ("open", "research") for mode in ("accurate", "fast")
    ]
    assert {file.predictions[0].label for run in runs[:1] for file in run.files} == {"credit"}


def test_the_table_has_both_figures_and_their_difference(measured):
    (_, _, row, _), notes = markdown_accurate(measured[0]).split("\n\n")[0].splitlines(), markdown_accurate(measured[0])
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:4] == ["real test", "topic", "open", "3"]
    assert cells[6].startswith("0.000")
    assert "python scripts/benchmark_accurate.py" in notes


def test_weights_without_an_accurate_model_are_refused_before_any_text_is_read(tmp_path):
    with pytest.raises(UsageError, match=r"no task of open has an accurate model; train them by train_models.py"):
        run_accurate(tmp_path, weights=[Weights("open", tmp_path)])

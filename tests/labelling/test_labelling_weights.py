"""Labels by weights of another distribution."""

import sys

import pytest

from weibo_nlp import label
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.labelling import Labeller
from weibo_nlp.models import MajorityClassifier
from weibo_nlp.scheme import load_scheme

MODULE = "glad_weights"
MOST = {"topic": "credit", "sentiment": "positive", "irony": "true", "stance": "against"}


@pytest.fixture
def glad(tmp_path, monkeypatch):
    """Weights, as a distribution on the path, that give every text the labels of MOST."""
    info = tmp_path / "glad_weights-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: glad-weights\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[weibo_nlp.weights]\nglad = {MODULE}\n", "utf-8")
    (tmp_path / MODULE).mkdir()
    code = "from pathlib import Path\ndef folder():\n    return Path(__file__).parent / 'models'\n"
    (tmp_path / MODULE / "__init__.py").write_text(code, "utf-8")
    for task, most in MOST.items():
        folder = tmp_path / MODULE / "models" / task
        folder.mkdir(parents=True)
        MajorityClassifier(load_scheme().task(task).labels).fit(["好"], [most]).save_pretrained(folder)
    monkeypatch.syspath_prepend(tmp_path)
    yield "glad"
    sys.modules.pop(MODULE, None)


def test_labels_come_from_the_weights_that_are_named(glad):
    (row,) = label("今天食堂的菜有点咸", weights=glad).to_dict("records")
    assert (row["topic"], row["sentiment"], row["irony"], row["stance"]) == ("credit", "positive", True, "against")
    assert (Labeller(weights=glad).weights, Labeller().weights) == ("glad", "open")


def test_weights_that_are_none_are_refused_before_a_text_is_read():
    with pytest.raises(UnknownNameError, match="unknown weights 'none-of-ours'"):
        Labeller(weights="none-of-ours")
    with pytest.raises(UsageError, match="weights is None; give their name"):
        label([], weights=None)

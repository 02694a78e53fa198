"""The prediction file is the seam: scoring and comparing files knows no models, and reads the corpus once."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.evaluation import evaluate
from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.stats import BootstrapConfig

TRAINING = ("weibo_nlp.models", "weibo_nlp.benchmark", "weibo_nlp.features", "sklearn", "torch", "transformers")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two systems on stance, the task that reads the most tables: all right with probabilities, and always none."""
    release = open_release()
    header = PredictionHeader(
        "corpus", release.version, "test", "stance", "standard", release.scheme.version, ModelReference("right", "1")
    )
    labels = release.scheme.task("stance").labels
    right = [
        Prediction(
            gold.document_id, "stance", gold.label, {name: float(name == gold.label) for name in labels}, gold.target
        )
        for gold in release.gold("stance", "test")
    ]
    folder = tmp_path_factory.mktemp("files")
    write_predictions(folder / "right.jsonl", header, right)
    constant = [replace(row, label="none", scores={}) for row in right]
    write_predictions(folder / "constant.jsonl", replace(header, model=ModelReference("constant", "1")), constant)
    return folder


@pytest.mark.parametrize(
    ("command", "names"),
    [
        pytest.param("evaluate", ["right.jsonl"], id="evaluate"),
        pytest.param("compare", ["right.jsonl", "constant.jsonl"], id="compare"),
    ],
)
def test_scoring_files_in_a_fresh_process_loads_no_model(files, command, names):
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('LOADED', *sorted(sys.modules)))\n"
        "from weibo_nlp.cli import main\n"
        "main(sys.argv[1:])"
    )
    arguments = [command, *(str(files / name) for name in names), "--resamples", "200"]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    printed, _, loaded = done.stdout.rpartition("LOADED")
    assert "right" in printed
    assert "weibo_nlp.evaluation" in loaded.split()
    assert [name for name in loaded.split() if name.startswith(TRAINING)] == []


def test_scoring_a_file_opens_every_table_of_the_corpus_at_most_once(files, monkeypatch):
    opened = Counter()
    read_table = pq.read_table

    def counted(path, *arguments, **options):
        opened[str(path)] += 1
        return read_table(path, *arguments, **options)

    monkeypatch.setattr(pq, "read_table", counted)
    result = evaluate(files / "right.jsonl", bootstrap=BootstrapConfig(n_resamples=200))
    assert result.main.value == 1.0
    assert {path.split("/")[-2] for path in opened} >= {"comments", "stances", "annotations"}
    assert set(opened.values()) == {1}

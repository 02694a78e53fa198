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


@pytest.mark.slow
def test_evaluate_and_compare_in_a_fresh_process_load_no_model(files):
    program = (
        "import sys\n"
        "from weibo_nlp.cli import main\n"
        "right, constant = sys.argv[1:]\n"
        "for arguments in (['evaluate', right], ['compare', right, constant]):\n"
        "    try:\n"
        "        main([*arguments, '--resamples', '200'])\n"
        "    except SystemExit as left:\n"
        "        assert not left.code, left.code\n"
        "print('LOADED', *sorted(sys.modules))"
    )
    names = (str(files / "right.jsonl"), str(files / "constant.jsonl"))
    done = subprocess.run([sys.executable, "-c", program, *names], capture_output=True, text=True, check=True)
    printed, _, loaded = done.stdout.rpartition("LOADED")
    assert "right 1 is better" in printed
    assert "weibo_nlp.evaluation.comparison" in loaded.split()
    assert [name for name in loaded.split() if name.startswith(TRAINING)] == []


def test_scoring_a_file_opens_every_table_of_the_corpus_at_most_once(files, monkeypatch):
    opened = Counter()
    opening = pq.ParquetFile

    def counted(path, *arguments, **options):
        opened[str(path)] += 1
        return opening(path, *arguments, **options)

    monkeypatch.setattr(pq, "ParquetFile", counted)
    result = evaluate(files / "right.jsonl", bootstrap=BootstrapConfig(n_resamples=200))
    assert result.main.value == 1.0
    assert {path.split("/")[-2] for path in opened} >= {"comments", "stances", "annotations"}
    assert set(opened.values()) == {1}

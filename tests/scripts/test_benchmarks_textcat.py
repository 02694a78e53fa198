"""A text classifier of spaCy, trained and scored beside the linear model."""

from types import SimpleNamespace

import pytest
from benchmarks.textcat import markdown_textcat, probabilities_of, run_textcat
from sklearn.metrics import f1_score

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError
from weibo_nlp.integrations.spacy_corpus import textcat_config
from weibo_nlp.predictions import read_predictions
from weibo_nlp.stats.bootstrap import BootstrapConfig


def answering(cats):
    return SimpleNamespace(pipe=lambda texts: [SimpleNamespace(cats=cats) for _ in texts])


def test_categories_are_put_into_the_order_of_the_labels():
    cats = {"irony:true": 0.75, "irony:false": 0.25, "topic:other": 1.0}
    found = probabilities_of(answering(cats), ["甲", "乙"], "irony", ("false", "true"))
    assert found.tolist() == [[0.25, 0.75]] * 2


def test_a_pipeline_that_lacks_a_label_is_refused():
    with pytest.raises(DataError, match=r"no category irony:true; train it with weibo_nlp\.Corpus\.v1"):
        probabilities_of(answering({"irony:false": 1.0}), ["甲"], "irony", ("false", "true"))


@pytest.mark.slow
def test_a_few_steps_of_training_are_scored_beside_the_linear_model(small_corpus_shipped, tmp_path):
    config = tmp_path / "few_steps.cfg"
    shipped = textcat_config().read_text("utf-8")
    assert "max_steps = 1000" in shipped
    assert "eval_frequency = 100" in shipped
    short = shipped.replace("max_steps = 1000", "max_steps = 20").replace("eval_frequency = 100", "eval_frequency = 10")
    config.write_text(short, "utf-8")
    document, runs = run_textcat(
        tasks=["topic"],
        seeds=2,
        config=config,
        predictions=tmp_path / "predictions",
        bootstrap=BootstrapConfig(n_resamples=60),
        n_permutations=200,
    )
    gold = [label.label for label in open_release().gold("topic", "test")]
    files = [
        read_predictions(tmp_path / "predictions" / f"corpus-topic-standard-textcat-seed{n}.jsonl") for n in (0, 1)
    ]
    labels = open_release().scheme.task("topic").labels
    expected = [
        f1_score(gold, [row.label for row in file.predictions], labels=labels, average="macro", zero_division=0)
        for file in files
    ]
    (row,) = document["results"]
    assert row["textcat"]["metrics"]["macro_f1"]["value"] == pytest.approx(sum(expected) / 2)
    assert all(sum(item.scores.values()) == pytest.approx(1, abs=1e-3) for item in files[0].predictions)
    assert files[0].header.model.version.startswith("spacy 3.")
    assert "few_steps.cfg" in files[0].header.model.version
    assert [run.model for run in runs] == ["textcat", "linear"]
    table = markdown_textcat(document)
    assert f"| standard | topic | {len(gold)} |" in table
    assert "python scripts/benchmark_textcat.py --protocol standard --seeds 2" in table

"""Training on the corpus: what is learnt and watched is what the benchmark knows, and test is neither."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from made_transformer import ENCODER, MadeMultiTask, MadeTransformer, made_transformers

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UsageError
from weibo_nlp.external.hydration import text_key
from weibo_nlp.models import LinearClassifier
from weibo_nlp.records import Example
from weibo_nlp.stats import BootstrapConfig
from weibo_nlp.tasks.evaluation_set import full_text
from weibo_nlp.tasks.folds import CONTEXT_WEIGHT, context_documents
from weibo_nlp.tasks.real import RealTexts
from weibo_nlp.training import composed_tasks, learnt_from, real_and_composed_tasks, train_on_corpus

LINES = (Path(__file__).parents[1] / "data" / "public_texts" / "texts.jsonl").read_text("utf-8").splitlines()
FEW = BootstrapConfig(200)
TEXTS = {text_key(text): text for text in (json.loads(line)["text"] for line in LINES)}


@pytest.fixture(scope="module")
def release(small_corpus):
    return open_release(small_corpus)


@pytest.fixture(scope="module")
def composed(release):
    return {task.spec.name: task for task in composed_tasks(release)}


@pytest.fixture
def log():
    with made_transformers() as log:
        yield log


def texts_of_split(release, split):
    ids = {label.document_id for label in release.gold("topic", split)}
    return {full_text(document) for document in release.documents() if document.id in ids}


def test_train_is_learnt_validation_watched_and_test_neither(release, composed):
    assert list(composed) == ["topic", "sentiment", "stance", "irony"]
    for task in composed.values():
        assert {example.text for example in task.fold.train} <= texts_of_split(release, "train")
        assert {example.text for example in task.watched.examples} <= texts_of_split(release, "validation")
        assert (task.spec.test, task.spec.train) == ("validation", ("train",))


def test_what_needs_its_thread_weighs_as_in_the_benchmark(release, composed):
    ids = context_documents(release)
    needy = {full_text(each) for each in release.documents() if each.id in ids}
    fold = composed["topic"].fold
    weights = dict(zip((example.text for example in fold.train), fold.train_weights, strict=True))
    assert {weights[text] for text in weights if text in needy} == {CONTEXT_WEIGHT}
    assert {weights[text] for text in weights if text not in needy} == {1.0}
    assert composed["stance"].fold.train_weights is None


def test_with_copies_real_train_is_learnt_beside_the_corpus_and_real_validation_watched(release, composed):
    (task,) = real_and_composed_tasks(RealTexts(release, TEXTS), ["topic"])
    own = {key for split in ("train", "validation") for key in (row["id"] for row in release.rows("real", split))}
    watched = {label.document_id for label in task.watched.gold}
    assert watched == {row["id"] for row in release.rows("real", "validation")} & TEXTS.keys()
    learnt = {example.text for example in task.fold.train}
    real = {TEXTS[key] for key in own & TEXTS.keys()}
    assert learnt & real
    assert learnt.isdisjoint({example.text for example in task.watched.examples})
    assert learnt - real <= texts_of_split(release, "train") | texts_of_split(release, "validation")


def test_a_change_of_any_row_changes_the_checksum(composed):
    task = composed["topic"]
    fold, watched = task.fold, task.watched
    others = [
        replace(fold, train=(Example("别的话"), *fold.train[1:])),
        replace(fold, train_labels=(*fold.train_labels[:-1], "another")),
        replace(fold, train_weights=(0.5, *fold.train_weights[1:])),
        replace(fold, train_groups=("another", *fold.train_groups[1:])),
    ]
    digests = {task.digest, *(replace(task, fold=other).digest for other in others)}
    digests.add(replace(task, watched=replace(watched, examples=(Example("别的话"), *watched.examples[1:]))).digest)
    assert len(digests) == 6
    assert replace(task, watched=replace(watched, notes=("told",))).digest == task.digest


def test_several_tasks_are_learnt_in_one_encoder_and_reported_each(log, composed, tmp_path):
    tasks = [composed["topic"], composed["stance"]]
    labels = {task.spec.name: task.spec.labels for task in tasks}
    done = train_on_corpus(tasks, MadeMultiTask(labels, encoder=ENCODER, epochs=2), bootstrap=FEW)
    assert done.report.tasks == ("topic", "stance")
    assert {name: list(data.X) for name, data in done.model.learnt_.items()} == {
        task.spec.name: list(task.fold.train) for task in tasks
    }
    assert list(done.model.learnt_["topic"].sample_weight) == list(tasks[0].fold.train_weights)
    result, majority = done.report.results[0], done.report.baselines[0]
    assert (result.provenance.split, result.model, majority.model) == (
        "validation", "transformer:encoder", "majority"
    )  # fmt: skip
    assert result.main.value > majority.main.value
    assert result.scores.n == len(tasks[0].watched.gold)
    done.save(tmp_path / "own")
    card = (tmp_path / "own" / "README.md").read_text("utf-8")
    facts = yaml.safe_load(card.split("---")[1])
    assert (facts["library_name"], facts["base_model"]) == ("weibo_nlp", ENCODER)
    assert "# Topic, stance of Chinese posts" in card
    assert "so a little too good" in card
    assert "--model topic=FOLDER --model stance=FOLDER" in card
    learnt = learnt_from(tmp_path / "own")
    assert learnt.overlap([tasks[0].fold.train[0], tasks[1].watched.examples[0]]) == [0, 1]
    report = json.loads((tmp_path / "own" / "report.json").read_text("utf-8"))
    assert [each["split"] for each in report["results"]] == ["validation"] * 2


def test_one_task_is_stopped_by_validation(log, composed):
    task = composed["irony"]
    done = train_on_corpus([task], MadeTransformer(task.spec.labels, encoder=ENCODER, epochs=1), bootstrap=FEW)
    assert done.model.watched_ == (task.watched.examples, task.labels)
    assert done.model.learnt_[2:] == (task.fold.train_groups, task.fold.train_weights)
    assert done.report.run.trainings == 1


def test_a_linear_model_learns_one_task_and_no_more(composed):
    done = train_on_corpus([composed["topic"]], LinearClassifier(composed["topic"].spec.labels, C=1.0), bootstrap=FEW)
    assert (done.report.run, done.report.results[0].model) == (None, "linear")
    with pytest.raises(UsageError, match="a LinearClassifier learns one task, and there are several: topic, irony"):
        train_on_corpus([composed["topic"], composed["irony"]], LinearClassifier())


def test_other_rows_are_not_gone_on_with(log, composed, tmp_path):
    log.stop_at = 1
    topic, irony = composed["topic"], composed["irony"]
    with pytest.raises(KeyboardInterrupt):
        train_on_corpus([topic], MadeTransformer(topic.spec.labels, encoder=ENCODER), checkpoints=tmp_path / "m")
    with pytest.raises(UsageError, match="rows of irony are others; rows of topic are others"):
        train_on_corpus(
            [irony], MadeTransformer(irony.spec.labels, encoder=ENCODER), checkpoints=tmp_path / "m", resume=True
        )

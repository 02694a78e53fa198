"""The reader that spaCy trains a text classifier with: rows, labels and order of the benchmark's folds."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import spacy
from spacy.util import load_config, registry

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.integrations.spacy_components import WeiboLabels
from weibo_nlp.integrations.spacy_corpus import READER, create_corpus, questions, textcat_config
from weibo_nlp.tasks.folds import corpus_folds
from weibo_nlp.tasks.spec import corpus_tasks

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

ROOT = Path(__file__).parents[2]
PUBLIC_TEXTS = str(ROOT / "tests" / "data" / "public_texts")


@pytest.fixture
def nlp():
    return spacy.blank(
        "zh", config={"nlp": {"tokenizer": {"@tokenizers": "weibo_nlp.Tokenizer.v1", "segmenter": "char"}}}
    )


def read(nlp, task="topic", split="train", **options):
    return list(create_corpus(task, split, **options)(nlp))


def label_of(example):
    (own,) = [key for key, value in example.reference.cats.items() if value == 1]
    return own.removeprefix("topic:")


def test_train_and_dev_are_what_the_fold_learns_from_in_its_order(nlp):
    release = open_release()
    (spec,) = corpus_tasks(release.scheme, release.version, ["topic"])
    (fold,) = corpus_folds(release, spec)
    parts = {split: read(nlp, split=split) for split in ("train", "dev")}
    split_of = {example.reference.text: split for split, examples in parts.items() for example in examples}
    for split, examples in parts.items():
        expected = [
            (example.text, label)
            for example, label in zip(fold.train, fold.train_labels, strict=True)
            if split_of[example.text] == split
        ]
        assert [(each.reference.text, label_of(each)) for each in examples] == expected
    assert sum(map(len, parts.values())) == len(fold.train)


def test_no_thread_is_in_both_train_and_dev(nlp):
    asked = questions("topic")
    (fold,) = asked.folds
    dev = [example for example, _ in asked.rows("dev")]
    groups = {id(example): group for example, group in zip(fold.train, fold.train_groups, strict=True)}
    train = {groups[id(example)] for example, _ in asked.rows("train")}
    assert dev
    assert not train & {groups[id(example)] for example in dev}


def test_test_is_the_gold_of_the_benchmark_in_its_order(nlp):
    gold = open_release().gold("topic", "test")
    assert [label_of(example) for example in read(nlp, split="test")] == [label.label for label in gold]


def test_reading_again_gives_the_same_and_a_text_is_read_as_it_stands(nlp):
    first, second = read(nlp), read(nlp)
    assert [example.reference.text for example in first] == [example.reference.text for example in second]
    assert all(example.predicted.text == example.reference.text for example in first)
    assert first[0].reference.text == questions("topic").rows("train")[0][0].text


@pytest.mark.parametrize("task", ["topic", "sentiment", "irony"])
def test_every_label_is_a_category_with_the_key_that_our_component_uses(nlp, task):
    cats = read(nlp, task)[0].reference.cats
    assert list(cats) == [f"{task}:{label}" for label in open_release().scheme.task(task).labels]
    assert sorted(cats.values()) == [0] * (len(cats) - 1) + [1]
    assert set(cats) <= set(WeiboLabels().labels)


def test_of_several_folds_one_is_named_and_a_number_will_do(nlp):
    asked = questions("topic", "cross_event")
    sizes = {fold.name: len(fold.held_out) for fold in asked.folds}
    assert len(sizes) > 1
    name = min(sizes)
    assert len(read(nlp, split="test", protocol="cross_event", fold=int(name))) == sizes[name]
    with pytest.raises(UsageError, match=rf"topic under cross_event has {len(sizes)} folds; name one of {name},"):
        read(nlp, protocol="cross_event")
    with pytest.raises(UnknownNameError, match="unknown fold '77'"):
        read(nlp, protocol="cross_event", fold="77")


def test_a_task_with_a_target_is_refused():
    with pytest.raises(UsageError, match=r"stance is about a target.*topic, sentiment, irony.*weibo_labels"):
        create_corpus("stance")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "mood"}, "unknown task 'mood'"),
        ({"split": "validation"}, "unknown split of a fold 'validation'; there is: dev, test, train"),
        ({"protocol": "zero_shot"}, "unknown protocol 'zero_shot'; there is: .*real, standard"),
    ],
    ids=lambda value: str(value),
)
def test_names_that_do_not_exist_are_refused_before_anything_is_read(options, message):
    with pytest.raises(UnknownNameError, match=message):
        create_corpus(**{"task": "topic", **options})


def test_public_texts_come_from_the_copies_alone(nlp, tmp_path):
    with pytest.raises(UsageError, match=r"protocol real needs public texts.*--paths\.copies FOLDER"):
        read(nlp, protocol="real")
    with pytest.raises(DataError, match=r"topic on real test: none of \d+ texts can be scored"):
        read(nlp, protocol="real", copies=str(tmp_path))
    scored = read(nlp, split="test", protocol="real", copies=PUBLIC_TEXTS)
    learnt = [len(read(nlp, split=split, protocol="real", copies=PUBLIC_TEXTS)) for split in ("train", "dev")]
    asked = questions("topic", "real", PUBLIC_TEXTS)
    assert [label_of(example) for example in scored] == [label.label for label in asked.evaluation_set.gold]
    assert sum(learnt) == len(asked.folds[0].train)


def test_the_shipped_configuration_reads_train_and_dev_by_the_reader():
    config = load_config(textcat_config(), interpolate=True)
    assert {name: part["@readers"] for name, part in config["corpora"].items()} == {"train": READER, "dev": READER}
    assert {name: part["split"] for name, part in config["corpora"].items()} == {"train": "train", "dev": "dev"}
    assert set(registry.resolve({"corpora": config["corpora"]})["corpora"]) == {"train", "dev"}


@pytest.mark.slow
def test_spacy_train_finds_the_reader_by_its_entry_point_and_saves_a_pipeline(tmp_path):
    # A distribution of nothing but the entry points, so that the test does not ask how the package was installed.
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    lines = []
    for section, names in points.items():
        lines += [f"[{section}]", *(f"{name} = {place}" for name, place in names.items())]
    info = tmp_path / "path" / "entry_points_only-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: entry-points-only\nVersion: 1\n")
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    path = os.pathsep.join(filter(None, [str(tmp_path / "path"), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "spacy", "train", textcat_config(), "--output", tmp_path / "out"]
    command += ["--vars.task", "irony", "--training.max_steps", "2", "--nlp.tokenizer.segmenter", "char"]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    saved = tmp_path / "out" / "model-last"
    doc = spacy.load(saved)("今天吃面")
    assert set(doc.cats) == {"irony:false", "irony:true"}
    assert sum(doc.cats.values()) == pytest.approx(1, abs=1e-4)
    assert not [file for file in saved.rglob("*") if file.is_file() and file.read_bytes().startswith(b"\x80\x04\x95")]

from pathlib import Path

import pytest

from weibo_nlp.benchmark.data import CONTEXT_WEIGHT, corpus_data, external_data, external_task, full_text
from weibo_nlp.corpus import load_corpus, open_release
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.external import load
from weibo_nlp.records import Document
from weibo_nlp.tasks import corpus_tasks

MINIATURES = Path(__file__).parents[1] / "data" / "external"


def data_of(task):
    release = open_release()
    (spec,) = corpus_tasks(release.scheme, release.version, [task])
    return corpus_data(release, spec)


@pytest.fixture(scope="module")
def topic():
    return data_of("topic")


@pytest.fixture(scope="module")
def stance():
    return data_of("stance")


@pytest.fixture(scope="module")
def frames():
    """The documents as a user loads them: the other way to the same rows."""
    return {name: load_corpus(name).set_index("id") for name in ("articles", "posts", "comments")}


def test_a_document_is_read_with_its_title_where_it_has_one():
    assert full_text(Document("a", "article", "正文", "a", title="标题")) == "标题\n正文"
    assert full_text(Document("a", "post", "正文", "a")) == "正文"


def test_articles_of_the_corpus_come_with_their_titles(topic, frames):
    articles = frames["articles"]
    expected = (articles["title"] + "\n" + articles["text"])[articles["split"] == "test"]
    read = {label.document_id: example.text for label, example in zip(topic.gold, topic.test, strict=True)}
    assert len(expected) > 0
    assert {name: read[name] for name in expected.index} == expected.to_dict()


def test_every_document_is_learnt_from_or_scored_once(topic, frames):
    splits = {split: sum((frame["split"] == split).sum() for frame in frames.values()) for split in ("train", "test")}
    validation = sum((frame["split"] == "validation").sum() for frame in frames.values())
    assert len(topic.train) == len(topic.train_labels) == splits["train"] + validation
    assert len(topic.test) == len(topic.gold) == len(topic.test_groups) == splits["test"]


def test_training_texts_that_need_their_thread_weigh_less(topic, frames):
    needy = {text for frame in frames.values() for text in frame[frame["needs_context"]]["text"]}
    plain = {text for frame in frames.values() for text in frame[~frame["needs_context"]]["text"]}
    assert len(topic.train_weights) == len(topic.train)
    weighed = dict(zip([example.text for example in topic.train], topic.train_weights, strict=True))
    assert {weight for text, weight in weighed.items() if text in needy - plain} == {CONTEXT_WEIGHT} == {0.3}
    assert {weight for text, weight in weighed.items() if text in plain - needy} == {1.0}


def test_only_stance_comes_with_target_and_the_text_answered(topic, stance, frames):
    assert all(example.target is None and example.parent is None for example in topic.train + topic.test)
    documents = {name: row for frame in frames.values() for name, row in frame.iterrows()}

    def shown(row):
        return f"{row['title']}\n{row['text']}" if isinstance(row["title"], str) else row["text"]

    answered = 0
    for label, example in zip(stance.gold, stance.test, strict=True):
        row = documents[label.document_id]
        above = next((row[name] for name in ("parent", "repost_of") if isinstance(row[name], str)), None)
        assert (example.text, example.target) == (shown(row), label.target)
        assert example.parent == (shown(documents[above]) if above else None)
        answered += above is not None
    assert 0 < answered < len(stance.test)


def test_stance_which_sees_the_thread_weighs_all_alike(stance):
    assert stance.train_weights is None


@pytest.mark.parametrize("task", ["topic", "stance"])
def test_no_thread_is_both_learnt_from_and_scored(task, request):
    data = request.getfixturevalue(task)
    assert not set(data.train_groups) & set(data.test_groups)
    assert len(data.train_groups) == len(data.train)


def test_leaking_training_rows_are_dropped_and_everything_dropped_is_told():
    external = load("nlpcc2016", MINIATURES / "nlpcc2016")
    spec = external_task(external)
    data = external_data(external, spec)
    # Of 8 usable rows, the last but one repeats a scored text; 2 of the other 7 contradict each other.
    assert [example.text for example in data.train][-2:] == ["多个孩子多份热闹", "多个孩子 多份热闹"]
    assert data.train_labels == ("favor", "against", "none", "favor", "against", "favor", "against")
    assert [example.target for example in data.test] == ["春节放鞭炮", "iPhone SE", "俄罗斯叙利亚反恐行动"]
    assert all(example.parent is None for example in data.train + data.test)
    assert data.notes == (
        "train: 2 rows set aside (wrong number of columns)",
        "train: 1 rows set aside (no label)",
        "train: 1 rows set aside (unknown label)",
        "train: 1 rows set aside (unknown target)",
        "train: 1 rows set aside (no text)",
        "train: 1 rows set aside (undecodable bytes)",
        "train: 1 rows set aside (recurs in the scored part)",
        "train: 1 texts stand with different labels; kept as they are",
    )


def test_an_external_task_is_the_sets_own_not_the_corpus():
    spec = external_task(load("nlpcc2016", MINIATURES / "nlpcc2016"))
    assert (spec.name, spec.set, spec.protocol, spec.main_metric) == ("stance", "nlpcc2016", "external", "favg")
    assert (spec.train, spec.test, spec.version, spec.scheme) == (("train",), "test", None, "nlpcc2016")
    assert spec.labels == ("favor", "against", "none")


def test_without_a_test_part_validation_is_scored_and_that_is_said():
    external = load("smp2020", MINIATURES / "smp2020")
    spec = external_task(external)
    assert spec.test == "validation"
    assert external_data(external, spec).notes[-1] == "scored on validation: this copy holds no test part"


def test_a_set_without_an_official_split_is_refused():
    with pytest.raises(UsageError, match="swsr: this copy holds all; a benchmark needs train, and test or"):
        external_task(load("swsr", MINIATURES / "swsr"))


def test_corpus_tasks_are_pinned_to_versions():
    release = open_release()
    specs = corpus_tasks(release.scheme, "9.9.9")
    assert [spec.name for spec in specs] == list(release.scheme.tasks)
    assert {(spec.version, spec.scheme, spec.protocol, spec.test) for spec in specs} == {
        ("9.9.9", release.scheme.version, "standard", "test")
    }


def test_an_unknown_task_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="unknown task 'mood'; there is: irony, sentiment, stance, topic"):
        corpus_tasks(open_release().scheme, "0.1.0", ["topic", "mood"])

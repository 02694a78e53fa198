from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from weibo_nlp.corpus import Release, load_corpus, open_release
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.external import load
from weibo_nlp.records import Document
from weibo_nlp.tasks import corpus_tasks
from weibo_nlp.tasks.evaluation_set import EvaluationSet, full_text
from weibo_nlp.tasks.external import (
    external_evaluation_set,
    external_fold,
    external_task,
    open_external,
    zero_shot_fold,
    zero_shot_tasks,
)
from weibo_nlp.tasks.folds import CONTEXT_WEIGHT, Fold, corpus_evaluation_set, corpus_folds

pytestmark = pytest.mark.usefixtures("small_corpus_shipped")

MINIATURES = Path(__file__).parents[1] / "data" / "external"


@dataclass
class Both:
    """What is scored, and the training runs that answer it."""

    scored: EvaluationSet
    folds: tuple[Fold, ...]


def data_of(task, protocol="standard"):
    release = open_release()
    (spec,) = corpus_tasks(release.scheme, release.version, [task], [protocol])
    return Both(corpus_evaluation_set(release, spec), corpus_folds(release, spec))


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
    read = {
        label.document_id: example.text for label, example in zip(topic.scored.gold, topic.scored.examples, strict=True)
    }
    assert len(expected) > 0
    assert {name: read[name] for name in expected.index} == expected.to_dict()


def test_every_document_is_learnt_from_or_scored_once(topic, frames):
    splits = {split: sum((frame["split"] == split).sum() for frame in frames.values()) for split in ("train", "test")}
    validation = sum((frame["split"] == "validation").sum() for frame in frames.values())
    (fold,) = topic.folds
    assert len(fold.train) == len(fold.train_labels) == splits["train"] + validation
    assert (
        len(topic.scored.examples)
        == len(topic.scored.gold)
        == len(topic.scored.groups)
        == len(topic.scored.documents)
        == splits["test"]
    )
    assert fold.held_out == tuple(range(len(topic.scored.examples)))


def test_training_texts_that_need_their_thread_weigh_less(topic, frames):
    needy = {text for frame in frames.values() for text in frame[frame["needs_context"]]["text"]}
    plain = {text for frame in frames.values() for text in frame[~frame["needs_context"]]["text"]}
    (fold,) = topic.folds
    weighed = dict(zip([example.text for example in fold.train], fold.train_weights, strict=True))
    assert {weight for text, weight in weighed.items() if text in needy - plain} == {CONTEXT_WEIGHT} == {0.3}
    assert {weight for text, weight in weighed.items() if text in plain - needy} == {1.0}


def test_only_stance_comes_with_target_and_the_text_answered(topic, stance, frames):
    assert all(
        example.target is None and example.parent is None for example in topic.folds[0].train + topic.scored.examples
    )
    documents = {name: row for frame in frames.values() for name, row in frame.iterrows()}

    def shown(row):
        return f"{row['title']}\n{row['text']}" if isinstance(row["title"], str) else row["text"]

    answered = 0
    for label, example in zip(stance.scored.gold, stance.scored.examples, strict=True):
        row = documents[label.document_id]
        above = next((row[name] for name in ("parent", "repost_of") if isinstance(row[name], str)), None)
        assert (example.text, example.target) == (shown(row), label.target)
        assert example.parent == (shown(documents[above]) if above else None)
        answered += above is not None
    assert 0 < answered < len(stance.scored.examples)


def test_stance_which_sees_the_thread_weighs_all_alike(stance):
    assert stance.folds[0].train_weights is None


@pytest.mark.parametrize("task", ["topic", "stance"])
def test_no_thread_is_both_learnt_from_and_scored(task, request):
    data = request.getfixturevalue(task)
    (fold,) = data.folds
    assert not set(fold.train_groups) & set(data.scored.groups)
    assert len(fold.train_groups) == len(fold.train)


def test_leaking_training_rows_are_dropped_and_everything_dropped_is_told():
    external = load("nlpcc2016", MINIATURES / "nlpcc2016")
    spec = external_task(external)
    scored = external_evaluation_set(external, spec)
    fold, notes = external_fold(external, spec)
    # Of 8 usable rows, the last but one repeats a scored text; 2 of the other 7 contradict each other.
    assert [example.text for example in fold.train][-2:] == ["多个孩子多份热闹", "多个孩子 多份热闹"]
    assert fold.train_labels == ("favor", "against", "none", "favor", "against", "favor", "against")
    assert [example.target for example in scored.examples] == ["春节放鞭炮", "iPhone SE", "俄罗斯叙利亚反恐行动"]
    assert all(example.parent is None for example in fold.train + scored.examples)
    assert notes + scored.notes == (
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
    assert external_evaluation_set(external, spec).notes[-1] == "scored on validation: this copy holds no test part"


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


def test_cross_event_scores_every_document_by_a_model_that_saw_nothing_of_its_event():
    data = data_of("sentiment", "cross_event")
    assert len(data.scored.gold) == len(open_release().gold("sentiment"))
    assert sorted(place for fold in data.folds for place in fold.held_out) == list(range(len(data.scored.gold)))
    of_thread = {document.thread: document.event for document in data.scored.documents}
    for fold in data.folds:
        held = {data.scored.documents[place].event for place in fold.held_out}
        assert not held & {of_thread[thread] for thread in fold.train_groups}
        assert {str(data.scored.documents[place].fold) for place in fold.held_out} == {fold.name}
    assert set(data.scored.groups) == {document.event for document in data.scored.documents}


def test_cross_topic_holds_out_all_targets_of_a_topic():
    data = data_of("stance", "cross_topic")
    targets = load_corpus("targets").set_index("text")["canonical_for"].dropna().to_dict()
    names = [fold.name for fold in data.folds]
    assert {"credit", "self_media", "consumer_nationalism"} <= set(names)
    for fold in data.folds:
        held = {data.scored.gold[place].target for place in fold.held_out}
        assert not held & {example.target for example in fold.train}
        assert {targets[target] for target in held if target in targets} <= {fold.name}
        texts = {
            data.scored.examples[place].text for place in fold.held_out if len(data.scored.examples[place].text) > 15
        }
        assert not texts & {example.text for example in fold.train}, "a text under another topic's target"


def test_cross_topic_passes_over_a_target_that_was_retired_and_that_no_event_names(monkeypatch):
    before = data_of("stance", "cross_topic").folds
    of_release = Release.rows

    def with_a_retired_one(self, config, split=None):
        yield from of_release(self, config, split)
        if config == "targets":
            yield {"id": "older", "text": "旧时的靶子", "canonical_for": None}

    monkeypatch.setattr(Release, "rows", with_a_retired_one)
    assert data_of("stance", "cross_topic").folds == before


def test_cross_kind_learns_from_posts_and_scores_comments():
    data = data_of("topic", "cross_kind")
    kinds = {row["id"]: row["kind"] for row in open_release().rows("comments", "test")}
    assert {label.document_id for label in data.scored.gold} == set(kinds)
    (fold,) = data.folds
    posts = load_corpus("posts")
    assert {example.text for example in fold.train} == set(posts[posts["split"] != "test"]["text"])


def test_protocols_come_in_their_order_and_only_for_tasks_they_fit():
    release = open_release()
    specs = corpus_tasks(release.scheme, release.version, protocols=["cross_topic", "cross_event"])
    assert [(spec.protocol, spec.name) for spec in specs] == [
        *(("cross_event", name) for name in release.scheme.tasks),
        ("cross_topic", "stance"),
    ]
    assert {spec.units for spec in specs} == {"events"}
    with pytest.raises(UsageError, match="cross_topic is for stance, not for topic"):
        corpus_tasks(release.scheme, release.version, ["topic"], ["cross_topic"])
    with pytest.raises(UnknownNameError, match="unknown protocol of the corpus 'external'; there is: cross_event"):
        corpus_tasks(release.scheme, release.version, protocols=["external"])


def test_zero_shot_learns_from_the_corpus_and_scores_the_set_under_the_corpus_label_order():
    external, release = load("nlpcc2016", MINIATURES / "nlpcc2016"), open_release()
    (spec,) = zero_shot_tasks(external, release)
    assert (spec.name, spec.protocol, spec.main_metric, spec.version) == ("stance", "zero_shot", "favg", None)
    assert (spec.labels, spec.train_version) == (("against", "none", "favor"), release.version)
    fold, _ = zero_shot_fold(external, release, spec)
    assert fold.train == data_of("stance").folds[0].train
    assert [label.document_id for label in external_evaluation_set(external, spec).gold] == [
        label.document_id for label in external.part("test").gold
    ]


def test_emotions_are_scored_zero_shot_once_read_as_polarity():
    release = open_release()
    with pytest.raises(UsageError, match=r"smp2020 has the tasks emotion, .* Read it as smp2020-polarity"):
        zero_shot_tasks(open_external("smp2020", MINIATURES / "smp2020"), release)
    (spec,) = zero_shot_tasks(open_external("smp2020-polarity", MINIATURES / "smp2020"), release)
    assert (spec.name, spec.set) == ("sentiment", "smp2020-polarity")


def test_a_corpus_text_that_recurs_in_the_scored_part_is_left_out_and_counted():
    external, release = load("nlpcc2016", MINIATURES / "nlpcc2016"), open_release()
    (spec,) = zero_shot_tasks(external, release)
    part = external.part("test")
    known = data_of("stance").folds[0].train[0].text
    first = replace(part.documents[0], text=f"  {known} ")
    copied = replace(external, parts={**external.parts, "test": replace(part, documents=(first, *part.documents[1:]))})
    fold, notes = zero_shot_fold(copied, release, spec)
    assert known not in {example.text for example in fold.train}
    assert any("texts set aside (they recur in the scored part)" in note for note in notes)
    assert len(fold.train) == len(fold.train_labels) == len(fold.train_groups)


def test_a_post_that_recurs_under_several_targets_is_one_unit():
    external = load("c_stance", MINIATURES / "c_stance")
    part = external.part("validation")
    twice = replace(part.gold[0], target="另一个目标", document_id="again")
    again = replace(part.documents[0], id="again")
    doubled = replace(
        part, documents=(*part.documents, again), gold=(*part.gold, twice), groups=(*part.groups, "again")
    )
    external = replace(external, parts={"train": external.part("train"), "validation": doubled})
    groups = external_evaluation_set(external, external_task(external)).groups
    assert groups[-1] == groups[0] == part.groups[0]
    assert len(set(groups)) == len(part.gold)

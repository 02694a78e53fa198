import json
from pathlib import Path

import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.external.hydration import text_key
from weibo_nlp.tasks import REAL_PROTOCOLS, corpus_tasks
from weibo_nlp.tasks.folds import CONTEXT_WEIGHT, corpus_folds
from weibo_nlp.tasks.real import REAL_WEIGHT, RealTexts, real_tasks

LINES = (Path(__file__).parents[1] / "data" / "public_texts" / "texts.jsonl").read_text("utf-8").splitlines()
TEXTS = {text_key(text): text for text in (json.loads(line)["text"] for line in LINES)}
# The texts of tests/data/release/corpus/standoff.jsonl by split: one on credit, one on self-media and one on neither.
TEST = ("r420ffff6b733", "r618c477691da", "re20e8709be6d")
TRAIN = (
    "r2ddcfcca4ed5", "r308a797c4e91", "r8484718455b2", "rbb942e8d99c2", "rd3b56e4867bb", "re9b88012beb0",
    "rf53214eac16d",
)  # fmt: skip
VALIDATION = ("r10cd2856a877", "ra564003cbca4")
ZHIHU = ("r2ddcfcca4ed5", "rf53214eac16d", "r618c477691da", "re20e8709be6d")


@pytest.fixture(scope="module")
def release(small_corpus):
    return open_release(small_corpus)


@pytest.fixture
def real(release):
    return RealTexts(release, TEXTS)


def spec_of(release, task, protocol="real"):
    (spec,) = real_tasks(release.scheme, release.version, [task], [protocol])
    return spec


def composed(release, task):
    (spec,) = corpus_tasks(release.scheme, release.version, [task])
    (fold,) = corpus_folds(release, spec)
    return fold


def texts_of(keys):
    return [TEXTS[key] for key in keys]


def test_real_tasks_are_those_of_the_corpus_and_pinned_to_its_version(release):
    specs = real_tasks(release.scheme, "9.9.9", protocols=["cross_source", "real"])
    assert [(spec.protocol, spec.name) for spec in specs] == [
        (protocol, task) for protocol in ("real", "cross_source") for task in release.scheme.tasks
    ]
    assert {(spec.set, spec.version, spec.scheme, spec.units) for spec in specs} == {
        ("real", "9.9.9", release.scheme.version, "groups")
    }


def test_across_sources_the_test_part_stays_unseen(release):
    assert {protocol: spec_of(release, "topic", protocol).test for protocol in REAL_PROTOCOLS} == {
        "real": "test",
        "composed_to_real": "test",
        "cross_source": "train+validation",
    }


@pytest.mark.parametrize(
    ("tasks", "protocols", "message"),
    [
        pytest.param(["mood"], ["real"], "unknown task 'mood'; there is: irony, sentiment", id="task"),
        pytest.param([], ["standard"], "unknown protocol of real texts 'standard'; there is: compos", id="protocol"),
    ],
)
def test_an_unknown_task_or_protocol_of_real_texts_is_refused(release, tasks, protocols, message):
    with pytest.raises(UnknownNameError, match=message):
        real_tasks(release.scheme, release.version, tasks, protocols)


def test_a_scored_text_comes_with_its_group_and_what_the_published_set_says_of_it(release, real):
    scored = real.evaluation_set(spec_of(release, "topic"))
    assert [(label.document_id, label.label) for label in scored.gold] == [
        ("r420ffff6b733", "credit"),
        ("r618c477691da", "self_media"),
        ("re20e8709be6d", "other"),
    ]
    assert scored.groups == ("g02", "g06", "g11")
    assert [example.text for example in scored.examples] == texts_of(TEST)
    assert [(document.kind, document.platform) for document in scored.documents] == [
        ("comment", "weibo"),
        ("post", "zhihu"),
        ("post", "zhihu"),
    ]
    assert dict(scored.documents[0].extra) == {
        "set": "cold",
        "source": "COLD",
        "text_kind": "reaction",
        "drawn": "topic word",
    }


def test_irony_is_scored_by_the_names_of_its_labels(release, real):
    scored = real.evaluation_set(spec_of(release, "irony", "cross_source"))
    assert {label.document_id: label.label for label in scored.gold if label.label == "true"} == {
        "rbb942e8d99c2": "true"
    }


@pytest.mark.parametrize("protocol", ["real", "composed_to_real"])
def test_stance_is_scored_on_the_canonical_target_of_the_gold_topic_and_on_no_other(release, real, protocol):
    scored = real.evaluation_set(spec_of(release, "stance", protocol))
    assert [(label.document_id, label.target, label.label) for label in scored.gold] == [
        ("r420ffff6b733", "信用惩戒", "against"),
        ("r618c477691da", "自媒体的可信与价值", "none"),
    ]
    assert [example.target for example in scored.examples] == ["信用惩戒", "自媒体的可信与价值"]


def test_a_text_is_judged_on_every_canonical_target_and_is_on_topic_for_its_own_alone(release, real):
    judged = real.judged(spec_of(release, "stance"))
    assert [(label.gold.document_id, label.gold.target, label.gold.label, label.on_topic) for label in judged] == [
        ("r420ffff6b733", "信用惩戒", "against", True),
        ("r420ffff6b733", "以国家立场决定消费", "none", False),
        ("r420ffff6b733", "自媒体的可信与价值", "none", False),
        ("r618c477691da", "信用惩戒", "none", False),
        ("r618c477691da", "以国家立场决定消费", "none", False),
        ("r618c477691da", "自媒体的可信与价值", "none", True),
        ("re20e8709be6d", "信用惩戒", "none", False),
        ("re20e8709be6d", "以国家立场决定消费", "none", False),
        ("re20e8709be6d", "自媒体的可信与价值", "none", False),
    ]
    assert [label.gold for label in judged if label.on_topic] == [
        label.gold for label in real.scored(spec_of(release, "stance"))
    ]
    assert {label.settled for label in judged} == {"unanimous"}
    assert all(set(label.votes) == {label.gold.label} for label in judged)


def test_what_has_no_targets_is_judged_as_it_is_scored_and_texts_that_are_not_there_are_left_out(release, real):
    topic, stance = spec_of(release, "topic"), spec_of(release, "stance", "cross_source")
    assert real.judged(topic) == real.scored(topic)
    assert len(real.judged(stance)) == 3 * (len(TRAIN) + len(VALIDATION))
    fewer = RealTexts(release, {key: text for key, text in TEXTS.items() if key != TRAIN[0]})
    assert len(fewer.judged(stance)) == len(real.judged(stance)) - 3


def test_without_texts_all_is_scored_and_nothing_learnt(release):
    bare = RealTexts(release)
    spec = spec_of(release, "sentiment")
    scored = bare.evaluation_set(spec)
    assert [label.document_id for label in scored.gold] == list(TEST)
    assert {document.text for document in scored.documents} == {""}
    assert scored.n_set_aside == 0
    with pytest.raises(UsageError, match="no texts to learn from"):
        bare.folds(spec)


def test_real_learns_from_the_corpus_and_from_real_train_and_leaves_validation_alone(release, real):
    (fold,), notes = real.folds(spec_of(release, "topic"))
    own = composed(release, "topic")
    assert fold.train[: len(own.train)] == own.train
    assert [example.text for example in fold.train[len(own.train) :]] == texts_of(TRAIN)
    assert fold.train_labels[-7:] == (
        "credit", "consumer_nationalism", "credit", "other", "other", "self_media", "consumer_nationalism"
    )  # fmt: skip
    assert fold.train_groups[-7:] == ("g03", "g07", "g01", "g10", "g10", "g04", "g09")
    assert fold.train_weights == (*own.train_weights, *[REAL_WEIGHT] * 7)
    assert set(own.train_weights) == {1.0, CONTEXT_WEIGHT}
    assert (fold.name, fold.held_out, notes) == ("test", (0, 1, 2), ())


def test_composed_to_real_learns_what_the_standard_protocol_learns(release, real):
    (fold,), _ = real.folds(spec_of(release, "stance", "composed_to_real"))
    own = composed(release, "stance")
    assert (fold.train, fold.train_labels, fold.train_groups) == (own.train, own.train_labels, own.train_groups)


def test_stance_is_learnt_from_real_texts_on_the_target_of_their_topic(release, real):
    (fold,), _ = real.folds(spec_of(release, "stance"))
    n_own = len(composed(release, "stance").train)
    # Two of the seven are on no topic.
    assert [(example.target, label) for example, label in zip(fold.train, fold.train_labels, strict=True)][n_own:] == [
        ("信用惩戒", "none"),
        ("以国家立场决定消费", "favor"),
        ("信用惩戒", "favor"),
        ("自媒体的可信与价值", "against"),
        ("以国家立场决定消费", "none"),
    ]


def test_across_sources_each_is_answered_by_what_learnt_the_corpus_and_the_others(release, real):
    spec = spec_of(release, "sentiment", "cross_source")
    scored = real.evaluation_set(spec)
    assert [label.document_id for label in scored.gold] == [*TRAIN, *VALIDATION]
    folds, _ = real.folds(spec)
    n_own = len(composed(release, "sentiment").train)
    known = set(TRAIN + VALIDATION)
    zhihu = [key for key in TRAIN + VALIDATION if key in ZHIHU]
    assert [(fold.name, [scored.gold[place].document_id for place in fold.held_out]) for fold in folds] == [
        ("COLD", [key for key in TRAIN + VALIDATION if key not in ZHIHU]),
        ("Zhihu", zhihu),
    ]
    assert [example.text for example in folds[0].train[n_own:]] == texts_of(zhihu)
    assert {example.text for example in folds[1].train[n_own:]} == set(texts_of(known - set(zhihu)))


def test_pairs_on_topic_are_those_of_a_text_with_the_target_of_its_own_topic(release, real):
    spec = spec_of(release, "stance")
    ((every,), _), ((fold,), _) = real.folds(spec), real.folds(spec, on_topic=True)
    assert fold.held_out == every.held_out
    assert {example.target for example in fold.train} == {"信用惩戒", "自媒体的可信与价值", "以国家立场决定消费"}
    topics = {row["id"]: row["topic"] for kind in ("articles", "posts", "comments") for row in release.rows(kind)}
    canonical = {row["text"]: row["canonical_for"] for row in release.rows("targets")}
    pairs = [row for split in ("train", "validation") for row in release.rows("stances", split)]
    n_own = sum(topics[row["document_id"]] == canonical[row["target"]] for row in pairs)
    assert 0 < n_own < len(pairs)
    assert len(fold.train) == n_own + 5


def test_texts_that_the_copies_lack_are_neither_scored_nor_learnt_from_and_that_is_said(release):
    lacking = {key: text for key, text in TEXTS.items() if key not in (TEST[1], TRAIN[0], TRAIN[1])}
    real = RealTexts(release, lacking)
    scored = real.evaluation_set(spec_of(release, "topic"))
    assert [label.document_id for label in scored.gold] == [TEST[0], TEST[2]]
    assert scored.n_set_aside == 1
    assert scored.notes[0] == "topic on real test: 2 of 3 texts found; the others are not scored"
    (fold,), notes = real.folds(spec_of(release, "topic"))
    assert fold.held_out == (0, 1)
    assert len(fold.train) == len(composed(release, "topic").train) + 5
    assert notes == ("topic under real: learnt from 5 of 7 texts of train, those found",)
    with pytest.raises(DataError, match="topic on real test: none of 3 texts can be scored"):
        RealTexts(release, {TRAIN[0]: "文"}).evaluation_set(spec_of(release, "topic"))


def test_labels_of_few_rows_are_named_with_their_number(release, real):
    assert real.evaluation_set(spec_of(release, "stance")).notes == (
        "stance on real test: fewer than 20 rows, so no verdict on these labels: against 1, none 1, favor 0",
    )


def test_what_recurs_in_the_scored_texts_is_not_learnt_from_and_is_counted(release):
    own = composed(release, "irony")
    copied = own.train[0].text
    same = sum(example.text == copied for example in own.train)
    # Wide blanks and another width are the same text; of the real ones one is a copy as well.
    texts = TEXTS | {TEST[0]: f"　{copied} ", TRAIN[3]: copied}
    (fold,), notes = RealTexts(release, texts).folds(spec_of(release, "irony"))
    assert copied not in {example.text for example in fold.train}
    assert len(fold.train) == len(own.train) - same + 6
    assert notes == (f"irony under real: {same + 1} rows to learn from set aside (they recur in what is scored)",)


def test_a_group_that_two_sources_share_is_on_one_side(release, real):
    rows = {split: [dict(row) for row in rows] for split, rows in real.rows.items()}
    rows["train"][0]["group"] = "g10"  # a question of Zhihu, in a group of COLD
    vars(real)["rows"] = rows
    folds, notes = real.folds(spec_of(release, "topic", "cross_source"))
    n_own = len(composed(release, "topic").train)
    # Zhihu has two texts: COLD is answered without the one, Zhihu without the two of the group.
    assert [len(fold.train) - n_own for fold in folds] == [1, 5]
    assert notes == ("topic under cross_source: 3 rows to learn from set aside (they recur in what is scored)",)


def test_a_text_without_one_label_on_the_target_of_its_topic_is_refused(release, real):
    rows = {split: [dict(row) for row in rows] for split, rows in real.rows.items()}
    rows["test"][0]["stances"] = rows["test"][0]["stances"][1:]
    vars(real)["rows"] = rows
    with pytest.raises(DataError, match=r"'r420ffff6b733' has 0 labels on 'credit-sanctions'"):
        real.evaluation_set(spec_of(release, "stance"))


def test_a_release_from_before_real_texts_is_refused(release):
    older = Release(release.path, "0.2.0", {**release.manifest, "schema": 3})
    with pytest.raises(UsageError, match=r"corpus 0\.2\.0 has no labels of real texts"):
        RealTexts(older)

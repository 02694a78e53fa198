"""What the shipped weights learn from, how rows are weighed, and how the recipe makes models of them."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training import weights as weights_module
from training.recipe import FIRST, Choice, choose, choose_regularisation, halves
from training.rows import RowWeights, TrainingRows, c_stance_rows, composed_rows, public_rows, rows_in_context
from training.weights import OPEN, RESEARCH, WeightsRecipe, families_of, mentions_of

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UsageError
from weibo_nlp.external.hydration import text_key
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.records import Example
from weibo_nlp.tasks.evaluation_set import full_text
from weibo_nlp.tasks.folds import CONTEXT_WEIGHT
from weibo_nlp.tasks.real import RealTexts, real_tasks
from weibo_nlp.tasks.spec import TaskSpec
from weibo_nlp.text.plain import own_words

DATA = Path(__file__).parents[1] / "data"
COPIES = DATA / "external"
LINES = (DATA / "public_texts" / "texts.jsonl").read_text("utf-8").splitlines()
TEXTS = {text_key(text): text for text in (json.loads(line)["text"] for line in LINES)}
LONG = "图书馆新来的小猫每天在台阶上晒太阳"  # long enough to be told from its near-duplicates
YES_NO = TaskSpec("mood", "real", "real", ("train",), "test", ("yes", "no"), "macro_f1", None, "1")


def rows_of(*rows):
    """Rows from (text, label, source, kind) with a group each, and whatever else is named."""
    texts, labels, sources, kinds = zip(*rows, strict=True)
    n = len(rows)
    groups = tuple(f"g{place}" for place in range(n))
    return TrainingRows(tuple(map(Example, texts)), labels, groups, (1.0,) * n, sources, kinds, (True,) * n)


def texts_of(rows):
    return [example.text for example in rows.examples]


@pytest.fixture(scope="module")
def real(small_corpus):
    return RealTexts(open_release(small_corpus), TEXTS)


def spec_of(real, task):
    (spec,) = real_tasks(real.release.scheme, real.release.version, [task])
    return spec


# Rows


def test_rows_weigh_by_what_they_are_times_what_they_weighed_and_what_weighs_nothing_is_left_out():
    rows = TrainingRows(
        examples=tuple(map(Example, "abcdefg")),
        labels=("yes",) * 7,
        groups=tuple("abcdefg"),
        weights=(1.0, 0.3, 1.0, 1.0, 1.0, 1.0, 0.5),
        sources=(None, None, "CED", "Zhihu", "hot search", "C-STANCE", "CED"),
        kinds=(None, None, "post", "question", "title", None, "reaction"),
        on_topic=(True, False, True, False, True, True, False),
    )
    weights = RowWeights(public=4.0, short=0.5, off_topic=0.1, c_stance=0.0, own_target=0.5)
    assert rows.weights_of(weights) == pytest.approx([1, 0.15, 4, 0.05, 0.5, 0, 0.2])
    weighted = rows.weighted(weights)
    assert texts_of(weighted) == ["a", "b", "c", "d", "e", "g"]
    assert weighted.weights == pytest.approx((1, 0.15, 4, 0.05, 0.5, 0.2))
    assert weighted.sources == (None, None, "CED", "Zhihu", "hot search", "CED")


def test_a_text_that_nearly_recurs_is_left_out_with_all_its_rows_and_short_ones_may_repeat():
    rows = rows_of(
        (LONG, "yes", None, None),
        (LONG, "no", None, None),  # the same text on another target
        (LONG + "呢", "yes", "CED", "post"),
        ("笑死", "yes", "CED", "post"),
        ("笑死", "no", "SWSR", "post"),
        ("自习室的灯昨天坏了两盏到今天也没人来修", "no", "CED", "post"),
    )
    assert texts_of(rows.once()) == [LONG, LONG, "笑死", "笑死", "自习室的灯昨天坏了两盏到今天也没人来修"]
    assert texts_of(rows.once(["看，" + LONG])) == ["笑死", "笑死", "自习室的灯昨天坏了两盏到今天也没人来修"]


def test_rows_are_chosen_by_source_and_put_together():
    rows = rows_of(("a", "yes", None, None), ("b", "no", "CED", "post")) + rows_of(("c", "no", "COLD", "post"))
    assert texts_of(rows.of({None, "COLD"})) == ["a", "c"]
    assert texts_of(rows.without({"CED"})) == ["a", "c"]


def test_documents_that_only_their_thread_explains_teach_stance_alone_unless_they_are_asked_for(real):
    sentiment, stance = spec_of(real, "sentiment"), spec_of(real, "stance")
    kept, everything = composed_rows(real, sentiment), composed_rows(real, sentiment, with_context=True)
    assert set(kept.weights) == {1.0}
    assert len(everything) - len(kept) == everything.weights.count(CONTEXT_WEIGHT) > 0
    assert composed_rows(real, stance) == composed_rows(real, stance, with_context=True)


def test_documents_that_need_their_thread_teach_the_topic_where_they_hold_a_word_of_one(real):
    topic = spec_of(real, "topic")
    kept, everything = (set(texts_of(composed_rows(real, topic, with_context=each))) for each in (False, True))
    without = set(texts_of(composed_rows(real, spec_of(real, "sentiment"))))
    words = ("征信", "公众号", "国货", "黑名单", "自媒体", "抵制")
    left_out = everything - kept
    assert without <= kept
    assert left_out
    assert not [text for text in left_out if any(word in text for word in words)]


def test_a_public_text_teaches_stance_on_every_canonical_target_and_is_on_topic_for_its_own(real):
    rows = public_rows(real, spec_of(real, "stance"), "validation")
    small, pen = "多亏了那个讲旧书的小号，我才淘到这一本", "钢笔好写就行，哪国的有什么要紧"
    got = {
        (example.text, example.target): (label, on_topic)
        for example, label, on_topic in zip(rows.examples, rows.labels, rows.on_topic, strict=True)
    }
    assert got == {
        (small, "信用惩戒"): ("none", False),
        (small, "以国家立场决定消费"): ("none", False),
        (small, "自媒体的可信与价值"): ("favor", True),
        (pen, "信用惩戒"): ("none", False),
        (pen, "以国家立场决定消费"): ("against", True),
        (pen, "自媒体的可信与价值"): ("none", False),
    }
    assert set(zip(rows.sources, rows.kinds, strict=True)) == {("COLD", "reaction")}


def test_rows_of_c_stance_have_no_kind_and_a_group_for_each_text():
    rows = c_stance_rows(COPIES)
    assert (rows.examples[0], rows.labels[0]) == (Example("食堂涨价了\n可味道没变", "食堂涨价"), "against")
    assert (set(rows.sources), set(rows.kinds)) == ({"C-STANCE"}, {None})
    assert len(set(rows.groups)) == len(set(texts_of(rows)))


# Recipe


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=30), st.lists(st.text("abc", max_size=3), max_size=5))
def test_halves_share_no_group_lose_no_row_and_do_not_depend_on_other_rows(groups, others):
    def rows(names):
        n = len(names)
        return TrainingRows(
            tuple(Example(str(place)) for place in range(n)), ("yes",) * n, tuple(names), (1.0,) * n,
            (None,) * n, (None,) * n, (True,) * n,
        )  # fmt: skip

    first, second = halves(rows(groups))
    assert not set(first.groups) & set(second.groups)
    assert sorted([*first.groups, *second.groups]) == sorted(groups)
    assert set(first.groups) <= set(halves(rows([*others, *groups]))[0].groups)


def test_halves_are_about_as_large():
    rows = rows_of(*((str(place), "yes", "CED", "post") for place in range(400)))
    assert 150 < len(halves(rows)[0]) < 250


def test_the_weight_by_which_held_out_public_texts_are_answered_best_is_chosen():
    # Composed texts say the reverse of public ones, and outnumber those that teach in a fold by 36 to 8: public texts
    # are heard if one weighs 8 (64 to 36), not if one weighs 3 (24 to 36).
    composed = [(text, label, None, None) for text, label in (("好呀", "no"), ("坏呀", "yes")) for _ in range(18)]
    public = [(text, label, "CED", "post") for text, label in (("好呀", "yes"), ("坏呀", "no")) for _ in range(6)]
    choice = choose(rows_of(*composed, *public), YES_NO, LinearClassifier(YES_NO.labels, min_df=1))
    assert choice.weights.public == 8.0
    scores = {weights.public: score for weights, C, score in choice.tried if C == 0.5}
    assert (scores[3.0], scores[8.0]) == (0.0, 1.0)
    # What makes no difference to these rows is not tried.
    assert {(weights.off_topic, weights.c_stance) for weights, *_ in choice.tried} == {
        (FIRST.off_topic, FIRST.c_stance)
    }


def test_rows_off_topic_teach_and_are_not_what_is_chosen_by():
    rows = [("好呀", "yes", "CED", "post"), ("坏呀", "no", "CED", "post")] * 6
    rows = rows_of(*rows, *[("好呀", "no", "CED", "post")] * 3)
    rows = TrainingRows(**(vars(rows) | {"on_topic": (True,) * 12 + (False,) * 3}))
    choice = choose(rows, YES_NO, LinearClassifier(YES_NO.labels, min_df=1))
    assert max(score for *_, score in choice.tried) == 1.0
    assert {weights.off_topic for weights, *_ in choice.tried} == {0.03, 0.1, 0.3, 1.0}


# Weights


class JudgedOnTwo:
    """A release of one topic: what documents say of three of its targets, beside what they say of the canonical one."""

    STANCES = (
        ("boycott", "favor", "favor"), ("boycott", "against", "against"), ("boycott", "favor", "against"),
        ("brand", "favor", "against"), ("brand", "against", "favor"), ("brand", "none", "favor"),
        ("advert", "favor", "none"), ("advert", "none", "against"), ("advert", "none", "none"),
    )  # fmt: skip

    def rows(self, config, split=None):
        if config == "targets":
            names = {"nation": "consumer_nationalism", "boycott": None, "brand": None, "advert": None}
            return [{"id": name, "text": name.upper(), "canonical_for": topic} for name, topic in names.items()]
        if config == "events":
            return [{"topic": "consumer_nationalism", "targets": ["boycott", "brand", "advert"]}]
        assert (config, split in ("train", "validation")) == ("stances", True)  # test has no say
        rows = enumerate(self.STANCES) if split == "train" else ()
        pairs = [(str(n), pair) for n, (name, own, of_nation) in rows for pair in ((name, own), ("nation", of_nation))]
        return [{"document_id": n, "target_id": name, "stance": stance} for n, (name, stance) in pairs]


def test_targets_lean_on_the_canonical_one_or_its_opposite_as_documents_judge_both_and_else_on_none():
    release = JudgedOnTwo()
    release.STANCES = JudgedOnTwo.STANCES * 20
    assert families_of(SimpleNamespace(release=release)) == {
        "NATION": "NATION",
        "BOYCOTT": "NATION",
        "BRAND": "not NATION",
        "ADVERT": "ADVERT",
    }


def test_a_target_that_few_documents_take_a_side_on_is_learnt_of_by_no_name():
    release = JudgedOnTwo()
    release.STANCES = JudgedOnTwo.STANCES * 19  # of the advert, 19 take a side; of the brand, 38
    assert families_of(SimpleNamespace(release=release)).keys() == {"NATION", "BOYCOTT", "BRAND"}


def test_canonical_targets_are_spoken_of_by_the_words_of_their_topics_longest_first(real):
    mentions = mentions_of(real)
    assert mentions.keys() == {"信用惩戒", "自媒体的可信与价值", "以国家立场决定消费"}
    assert "失信被执行人" in mentions["信用惩戒"]
    assert all([len(word) for word in words] == sorted(map(len, words), reverse=True) for words in mentions.values())


def test_open_weights_learn_from_open_sources_and_those_for_research_from_c_stance_as_well(real, monkeypatch):
    monkeypatch.setattr(weights_module, "OPEN_SOURCES", ("Zhihu",))
    spec = spec_of(real, "stance")
    sources = {name: set(WeightsRecipe(name, real, COPIES).rows(spec).sources) for name in (OPEN, RESEARCH)}
    assert sources == {OPEN: {None, "Zhihu"}, RESEARCH: {None, "Zhihu", "COLD", "C-STANCE"}}
    assert "C-STANCE" not in WeightsRecipe(RESEARCH, real, COPIES).rows(spec_of(real, "topic")).sources


def test_a_source_left_out_teaches_nothing_nor_do_threads_that_run_into_it(small_corpus):
    real = RealTexts(open_release(small_corpus), TEXTS)
    rows = {split: tuple(dict(row) for row in part) for split, part in real.rows.items()}
    (cold,) = (row for row in rows["train"] if row["id"] == "re9b88012beb0")
    (zhihu,) = (row for row in rows["train"] if row["id"] == "r2ddcfcca4ed5")
    cold["group"] = zhihu["group"]
    vars(real)["rows"] = rows  # in place of what the cached property would read
    recipe = WeightsRecipe(RESEARCH, real, COPIES, without=["Zhihu"])
    learnt, validation = recipe.rows(spec_of(real, "topic")), recipe.validation(spec_of(real, "topic"))
    assert {*learnt.sources, *validation.sources} == {None, "COLD"}
    assert TEXTS[cold["id"]] not in texts_of(learnt)


def test_what_nearly_repeats_a_held_back_text_is_not_learnt(real):
    text = "这号昨天说图书馆要拆，今天又说没拆，编都编不圆"
    spec = spec_of(real, "topic")
    assert text in texts_of(WeightsRecipe(RESEARCH, real, COPIES).rows(spec))
    assert text not in texts_of(WeightsRecipe(RESEARCH, real, COPIES, held_back=[text + "！"]).rows(spec))


def test_weights_are_trained_by_a_choice_that_was_made_before(real, monkeypatch):
    monkeypatch.setattr(weights_module, "choose", lambda *_, **__: pytest.fail("chosen anew"))
    monkeypatch.setattr(weights_module, "halves", lambda rows: (rows, rows))  # of two texts, one half is empty
    choice = Choice(RowWeights(public=2.0, short=0.0), 0.25, ())
    trained = WeightsRecipe(RESEARCH, real, COPIES).train(spec_of(real, "topic"), choice=choice)
    assert (trained.choice, trained.model.C_) == (choice, 0.25)
    # Two of the seven public training texts are questions, which weigh nothing here.
    assert trained.n_rows == {"None": trained.model.trained_on_["examples"] - 5, "COLD": 5}
    assert trained.model.trained_on_["row_weights"] == {
        "public": 2.0, "short": 0.0, "off_topic": 1.0, "c_stance": 1.0, "own_target": 1.0
    }  # fmt: skip
    assert trained.model.trained_on_["calibrated_on"] == 2
    assert sum(trained.model.conformal_.counts.values()) == 2


def test_weights_of_another_name_and_with_texts_missing_are_refused(real):
    with pytest.raises(UsageError, match="weights are open or research, not 'closed'"):
        WeightsRecipe("closed", real, COPIES)
    fewer = RealTexts(real.release, dict(list(TEXTS.items())[1:]))
    with pytest.raises(UsageError, match="1 of 12 public texts are missing; all are needed"):
        WeightsRecipe(OPEN, fewer, COPIES)


def test_in_context_each_document_has_what_it_answers_and_the_first_text_of_its_thread(real):
    rows = rows_in_context(real, spec_of(real, "topic"))
    above = {example.text: example.parent for example in rows.examples}
    (thread, *_) = (thread for thread in real.release.threads("train") if len(thread) > 2)
    root, *others = thread
    assert above[full_text(root)] is None
    for document in others:
        parent = thread.parent(document.id)
        expected = [parent] if parent is root else [parent, root]
        assert above[full_text(document)] == "\n".join(own_words(full_text(each)) for each in expected)


def test_models_of_context_are_of_tasks_that_gain_by_it_and_not_calibrated_by_texts_that_have_none(real, monkeypatch):
    recipe = WeightsRecipe(RESEARCH, real, COPIES, mode="context")
    assert [spec.name for spec in recipe.specs] == ["topic"]
    choice = Choice(RowWeights(), 0.25, ())
    monkeypatch.setattr(weights_module, "choose_regularisation", lambda *_, **__: choice)
    trained = recipe.train(spec_of(real, "topic"), row_weights=RowWeights())
    assert trained.model.features_.with_parent
    assert (trained.model.conformal_, "calibrated_on" in trained.model.trained_on_) == (None, False)


def test_accurate_models_have_vectors_and_learn_from_the_same_rows(real):
    fast, accurate = (WeightsRecipe(RESEARCH, real, COPIES, mode=mode) for mode in ("fast", "accurate"))
    assert {spec.name: accurate.untrained(spec).name for spec in accurate.specs} == {
        "topic": "embedding",
        "sentiment": "embedding",
    }
    assert accurate.untrained(spec_of(real, "stance")).name == "embedding_stance"
    spec = spec_of(real, "stance")
    assert accurate.rows(spec) == fast.rows(spec)
    assert accurate.untrained(spec).families == fast.untrained(spec).families


def test_with_weights_of_rows_that_were_chosen_before_c_alone_is_chosen():
    rows = [("好呀", "yes", "CED", "post"), ("坏呀", "no", "CED", "title")] * 6
    weights = RowWeights(public=3.0, short=1.0)
    choice = choose_regularisation(rows_of(*rows), YES_NO, LinearClassifier(YES_NO.labels, min_df=1), weights)
    assert (choice.weights, [C for _, C, _ in choice.tried]) == (weights, [0.1, 0.25, 0.5, 1.0])
    assert {score for *_, score in choice.tried} == {1.0}

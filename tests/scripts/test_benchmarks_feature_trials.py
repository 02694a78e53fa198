import gzip
import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import benchmark_features
import numpy as np
import pytest
from benchmarks import trial_study
from benchmarks.feature_trials import TRIALS, TrialFold, base, self_training, word_pairs
from benchmarks.trial_study import HEADINGS, compare_trials, make_folds, markdown_table, read_unlabelled, run_trials
from benchmarks.word_vectors import Unlabelled, WordVectors
from training.rows import TrainingRows

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.external import text_key
from weibo_nlp.features.layout import SHARED_SCALE
from weibo_nlp.records import Example
from weibo_nlp.stats.bootstrap import BootstrapConfig

MINIATURES = Path(__file__).parents[1] / "data" / "external"
NEED_PACKAGES = {"skip_gram_vectors", "open_vectors", "encoder_vectors", "both_vectors"}
DAYS, ROOMS = ("今天", "昨晚", "周末"), ("在家", "路上", "食堂", "门口", "楼下", "校外")
PLACES = tuple(day + room for day in DAYS for room in ROOMS)
FEELINGS = {"praise": "真好吃呀", "blame": "太难吃了", "none": "吃的米饭"}
TARGETS = {"rice": "米饭"}
NO_TEXTS = Unlabelled((), ())


def rows(texts_and_labels, *, target=None, source=None):
    texts, labels = zip(*texts_and_labels, strict=True)
    n = len(texts)
    return TrainingRows(
        examples=tuple(Example(text, target) for text in texts),
        labels=labels,
        groups=tuple(f"{source} {place}" for place in range(n)),
        weights=(1.0,) * n,
        sources=(source,) * n,
        kinds=(None,) * n,
        on_topic=(True,) * n,
    )


def fold_of(task="sentiment", unlabelled=NO_TEXTS, **changes):
    """What is learnt: three feelings at eighteen places each; what is asked: one of each at a place never seen."""
    taught = [(place + words, label) for place in PLACES for label, words in FEELINGS.items()]
    asked = [("外面" + words, label) for label, words in FEELINGS.items()]
    topics = [("米饭" + place, "rice") for place in PLACES] + [("天气" + place, "other") for place in PLACES]
    fold = TrialFold(
        task=task,
        labels={"topic": ("rice", "other"), "sentiment": tuple(FEELINGS), "stance": tuple(FEELINGS)},
        taught={"topic": rows(topics), "sentiment": rows(taught), "stance": rows(taught, target="米饭")},
        judged={"sentiment": rows(asked), "stance": rows(asked, target="米饭")},
        unlabelled=unlabelled,
        vocabulary=unlabelled,
        targets=TARGETS,
    )
    return replace(fold, **changes)


# Trials


@pytest.mark.parametrize("task", ["sentiment", "stance"])
@pytest.mark.parametrize("name", sorted({*TRIALS} - NEED_PACKAGES))
def test_a_trial_tells_feelings_apart_at_a_place_it_has_not_seen(name, task):
    texts = tuple(f"米饭{place}{words}" for place in PLACES for words in FEELINGS.values())
    fold = fold_of(task, Unlabelled(texts, ("SMP",) * len(texts)))
    margins = TRIALS[name](fold)
    assert margins.shape == (3, 3)
    assert margins.argmax(axis=1).tolist() == fold.gold.tolist() == [0, 1, 2]


def test_calibrated_labels_come_from_probabilities():
    probabilities = base(fold_of(calibrated=True))
    assert probabilities.sum(axis=1) == pytest.approx([1, 1, 1])
    assert (probabilities > 0).all()
    assert probabilities.argmax(axis=1).tolist() == [0, 1, 2]


def test_self_training_learns_a_word_that_only_unlabelled_texts_have():
    texts = tuple(f"{place}太难吃了绝绝子" for place in PLACES)
    fold = fold_of(
        unlabelled=Unlabelled(texts, ("SMP",) * len(texts)), judged={"sentiment": rows([("绝绝子", "blame")])}
    )
    assert self_training(fold)[0, 1] > base(fold)[0, 1]
    assert self_training(fold).argmax() == 1


def test_margins_that_the_stack_learns_from_were_not_learnt_from_their_own_texts():
    fold = fold_of()
    first = fold.learnt
    wrong = replace(first, labels=("blame", *first.labels[1:]))  # the first text is praise in all its words
    fold = replace(fold, taught={**fold.taught, "sentiment": wrong})
    learnt, scored = fold.evidence
    n_topic = 2
    assert learnt[0, n_topic : n_topic + 3].argmax() == 0  # praise; the SVM that had seen it would say blame
    assert len(learnt) == len(first.labels)
    # 2 topics, 3 sentiments, 3 stances towards the one target; the length and 13 signs.
    assert learnt.shape[1] == scored.shape[1] == 2 + 3 + 3 + 1 + 13


def test_words_of_a_known_target_have_a_copy_of_their_own():
    learnt, _ = fold_of("stance").words()
    plain, _ = fold_of("sentiment").words()
    assert learnt.toarray() == pytest.approx(np.hstack([SHARED_SCALE * plain.toarray(), plain.toarray()]))


def test_word_pairs_are_the_words_and_each_two_neighbours():
    words = word_pairs("我们今天吃米饭")
    n_words = (len(words) + 1) // 2
    assert "".join(words[:n_words]) == "我们今天吃米饭"
    assert words[n_words:] == [" ".join(pair) for pair in pairwise(words[:n_words])]


# Vectors and unlabelled texts


def test_a_text_is_the_mean_of_the_vectors_of_its_words_weighted_by_rarity():
    vectors = WordVectors(("甲", "乙"), np.array([[2, 0], [0, 4]], np.int8), np.array([1, 3], np.float32))
    means = vectors.means([["甲", "乙", "乙", "丙"], ["丙"], []])
    # 甲 weighs 1, 乙 twice 3, 丙 is unknown.
    assert means == pytest.approx(np.array([[2 * 1 / 7, 4 * 6 / 7], [0, 0], [0, 0]]))


def test_mean_vectors_have_the_length_given_on_average_over_what_is_learnt():
    fold = fold_of()
    words = tuple(dict.fromkeys(word for each in fold.learnt.examples for word in word_pairs(each.text)))
    vectors = WordVectors(words, np.eye(len(words), dtype=np.int8), np.ones(len(words), np.float32))
    learnt, scored = fold.means(vectors)
    assert np.square(learnt.toarray()).sum(axis=1).mean() == pytest.approx(0.5**2)
    assert learnt.toarray().mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert scored.shape == (3, len(words))


def test_texts_without_a_source_are_the_same_object_every_time():
    texts = Unlabelled(("甲", "乙", "丙"), ("CED", "COLD", "CED"))
    assert texts.without("CED").texts == ("乙",)
    assert texts.without("CED") is texts.without("CED", "Zhihu")
    assert texts.without("Zhihu") is texts
    assert texts.drawn(2) == texts.drawn(2)
    assert texts.drawn(9) == ["甲", "乙", "丙"]


def test_unlabelled_texts_are_prepared_and_those_of_the_real_layer_left_out(tmp_path):
    path = tmp_path / "more.jsonl.gz"
    lines = [{"set": "ced", "text": "看 @路人甲 说的"}, {"set": "zhihu", "text": "这条有人评判过！"}]
    with gzip.open(path, "wt", encoding="utf-8") as handle:
        handle.writelines(json.dumps(line) + "\n" for line in lines)
    found = read_unlabelled(path, MINIATURES, without={text_key("这条有人评判过！ ")})
    assert (found.texts[0], found.sources[0]) == ("看 @ 说的", "CED")
    assert "Zhihu" not in found.sources
    assert {"COLD", "SWSR"} < set(found.sources)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(
            '{"set": "weibo", "text": "好"}', r"more\.jsonl:1: no row of unlabelled text; give a text", id="set"
        ),
        pytest.param('{"set": "ced"}', r"more\.jsonl:1: no row of unlabelled text", id="no-text"),
        pytest.param("{", r"more\.jsonl:1: .*JSON", id="no-json"),
    ],
)
def test_a_line_that_is_no_unlabelled_text_is_refused_by_its_place(tmp_path, line, message):
    (tmp_path / "more.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(DataError, match=message):
        read_unlabelled(tmp_path / "more.jsonl", MINIATURES)


def test_a_file_of_unlabelled_texts_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"more\.jsonl is no file; give JSON Lines"):
        read_unlabelled(tmp_path / "more.jsonl", MINIATURES)


# Folds and figures


def both_layers():
    """Composed rows, and ten texts a source of which the first two of each share a group."""
    composed = rows([(place, "rice") for place in PLACES])
    public = [rows([(f"{source}{n}", ("rice", "other")[n % 2]) for n in range(10)], source=source) for source in "AB"]
    joined = [sum((getattr(each, name) for each in (composed, *public)), ()) for name in vars(composed)]
    rows_ = TrainingRows(*joined)
    groups = list(rows_.groups)
    groups[len(PLACES)] = groups[len(PLACES) + 10] = "shared"
    rows_ = replace(rows_, groups=tuple(groups))
    return {"topic": rows_, "sentiment": rows_}


@pytest.mark.parametrize(("held_out", "n_folds", "n_judged"), [("groups", 5, 20), ("sources", 2, 20)])
def test_folds_hold_out_every_public_text_once_and_teach_nothing_of_its_group(held_out, n_folds, n_judged):
    texts = Unlabelled(("甲", "乙"), ("A", "B"))
    folds = list(make_folds(both_layers(), {"topic": ("rice", "other")}, TARGETS, texts, held_out, seed=0))
    assert len(folds) == n_folds
    judged = [example.text for fold in folds for example in fold.scored.examples]
    assert len(judged) == len(set(judged)) == n_judged
    for fold in folds:
        assert not set(fold.learnt.groups) & set(fold.scored.groups)
        assert fold.learnt.sources.count(None) == len(PLACES)
    if held_out == "sources":
        assert [set(fold.scored.sources) for fold in folds] == [{"A"}, {"B"}]
        assert [len(fold.learnt.labels) for fold in folds] == [len(PLACES) + 9] * 2  # all of the other but the shared
        assert [fold.unlabelled.texts for fold in folds] == [("乙",), ("甲",)]


def test_a_trial_is_compared_with_the_base_on_the_same_rows(monkeypatch):
    fold = fold_of()
    always = np.eye(3)[[0, 0, 0]]
    monkeypatch.setattr(trial_study, "base", lambda fold: always)
    monkeypatch.setitem(TRIALS, "right", lambda fold: np.eye(3)[fold.gold])
    lines = []
    ours, right = compare_trials([fold], "groups", ["right"], BootstrapConfig(n_resamples=50), lines.append)
    # One of three labels is right: F1 of it is 2 * 1 / (3 + 1), of the others 0.
    assert ours["macro_f1"]["value"] == pytest.approx(1 / 6)
    assert right["macro_f1"]["value"] == pytest.approx(1 - 1 / 6)
    assert (ours["trial"], ours["n"], ours["labels_from"]) == ("base", 3, "margins")
    assert [line.split(",")[0] for line in lines] == ["  base: 0.167", "  right: +0.833"]


def test_the_table_has_a_row_a_trial_and_says_how_it_came_about():
    figures = {"value": 0.7, "low": 0.65, "high": 0.75}
    gain = {"value": 0.02, "low": -0.01, "high": 0.05}
    shared = {"held_out": "groups", "labels_from": "margins", "cpu_seconds": 2}
    results = [
        shared | {"trial": trial, "task": task, "macro_f1": shown}
        for task in trial_study.TASKS
        for trial, shown in (("base", figures), ("class_weights", gain))
    ]
    vectors = {"skip_gram": {"words": 2000, "dims": 100, "n_bytes": 200_000}}
    hardware = {"processor": "abacus", "cores": 2, "memory_gb": 1, "system": "Linux", "python": "3.11"}
    document = {"results": results, "vectors": vectors, "unlabelled": 9, "hardware": hardware, "command": "python x.py"}
    table = markdown_table(document | {"package": "1", "corpus_version": "2"}).splitlines()
    assert table[0] == f"| {' | '.join(HEADINGS)} |"
    assert table[2].startswith("| groups | margins | base | 0.700 (0.650 to 0.750) |")
    assert table[3] == f"| groups | margins | class weights |{' +0.020 (−0.010 to +0.050) |' * 3} 6 s |"
    assert "skip gram 2,000 words of 100 numbers, 0.2 MB" in "".join(table)


def test_an_unknown_trial_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(UnknownNameError, match="unknown trial 'telepathy'; there is: boosted_stack, both_vectors"):
        run_trials(tmp_path / "nothing", tmp_path / "nothing.jsonl", trials=["telepathy"])


def test_the_script_asks_for_the_copies(monkeypatch, capsys):
    monkeypatch.delenv("WEIBO_NLP_EXTERNAL", raising=False)
    monkeypatch.setattr("sys.argv", ["benchmark_features.py", "more.jsonl"])
    with pytest.raises(SystemExit) as stopped:
        benchmark_features.main()
    assert stopped.value.code == 2
    assert "name it with --external or WEIBO_NLP_EXTERNAL" in capsys.readouterr().err


@pytest.mark.usefixtures("small_corpus_shipped")
def test_the_study_runs_from_copies_to_table(tmp_path):
    copies = shutil.copytree(Path(__file__).parents[1] / "data" / "public_texts", tmp_path / "copies")
    for name in ("cold", "swsr"):
        shutil.copytree(MINIATURES / name, copies / name)
    more = tmp_path / "more.jsonl"
    more.write_text('{"set": "ced", "text": "转发之前先看看日期"}\n', "utf-8")
    few = BootstrapConfig(n_resamples=50)
    document = run_trials(copies, more, trials=[], calibrated=[], cross_source=["smaller_c"], bootstrap=few)
    assert {row["labels_from"] for row in document["results"]} == {"probabilities"}
    assert {row["task"] for row in document["results"]} == {"topic", "sentiment", "stance"}
    assert markdown_table(document).count("| smaller c |") == 1

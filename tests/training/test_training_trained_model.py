"""Training on labels of one's own: honest scores, a calibrated model, sentences where there is too little."""

import warnings

import numpy as np
import pytest
from labelled_posts import AROUND, posts, quick

import weibo_nlp
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models import MajorityClassifier
from weibo_nlp.training import train
from weibo_nlp.training.folds import CrossValidation
from weibo_nlp.training.rows import read_labels

TEXTS, LABELS = posts("food", "weather", "work")


def test_a_word_that_gives_the_label_away_is_learnt_and_scored(trained):
    report = trained.report
    assert trained.model.predict(["昨晚吃面条", "明天下雨吗"]).tolist() == ["food", "weather"]
    assert report.scores.main.value > 0.9
    assert report.labels == ("food", "weather", "work")
    # Each label is a third of every fold, so the first of them is always answered: F1 (1/2, 0, 0).
    assert report.baseline.main.value == pytest.approx(1 / 6)
    assert report.rows.labels == {"food": 20, "weather": 20, "work": 20}
    assert report.scores.n == sum(map(sum, report.scores.confusion)) == 60


def test_labels_that_follow_nothing_are_said_to_be_no_better_than_the_baseline():
    texts = [around.format("面条") for around in AROUND]
    report = train(texts, ["a", "b"] * 10, classifier=quick(), curve=False).report
    assert any("not shown to be better than always answering" in note for note in report.notes)
    assert any(note.startswith("There are fewer than 30 texts of 'a', 'b'") for note in report.notes)


def test_a_thread_whose_sign_is_in_all_its_texts_does_not_lend_it_to_its_score():
    signs = [chr(0x4E00 + 7 * number) * 2 for number in range(16)]
    texts = [f"{sign}{tail}" for sign in signs for tail in ("甲甲", "乙乙", "丙丙")]
    threads = [sign for sign in signs for _ in range(3)]
    labels = [("a", "b")[signs.index(sign) % 2] for sign in threads]
    torn = train(texts, labels, classifier=quick(), curve=False).report.scores.metrics["accuracy"].value
    whole = train(texts, labels, groups=threads, classifier=quick(), curve=False).report
    assert torn > 0.9
    assert whole.scores.metrics["accuracy"].value < 0.7
    assert whole.scores.n_units == 16


def test_near_copies_are_not_learnt_from_and_scored_in_turn():
    rows = read_labels([f"{text}，转发抽奖周末开奖记得来看" for text in TEXTS], LABELS)
    validation = CrossValidation.of(rows, quick(), ("food", "weather", "work"), 0)
    for learnt, held_out in validation.folds:
        assert set(rows.groups[learnt]).isdisjoint(rows.groups[held_out])
    assert sorted(np.concatenate([held_out for _, held_out in validation.folds]).tolist()) == list(range(60))


def test_the_same_seed_gives_the_same_model_and_report_and_rows_are_not_changed():
    given = posts("food", "weather", n=5)
    texts, labels = map(list, given)
    one, again, other = (train(texts, labels, classifier=quick(), curve=False, seed=seed) for seed in (0, 0, 1))
    assert again.report.to_dict() == one.report.to_dict()
    assert again.model.coef_.tolist() == one.model.coef_.tolist()
    assert again.learnt_from == one.learnt_from
    assert (texts, labels) == given
    assert other.report.scores.metrics["log_loss"].value != one.report.scores.metrics["log_loss"].value


def test_prediction_sets_are_fitted_by_texts_held_out(trained):
    sets = trained.model.conformal_
    assert sets.counts == {"food": 20, "weather": 20, "work": 20}
    held_out = sorted(value for label in sets.labels for value in sets.to_dict()[label])
    learnt = trained.model.predict_proba(TEXTS).max(axis=1)
    assert np.mean(held_out) < np.mean(learnt)
    assert 1 <= trained.report.set_size <= 3


def test_with_targets_the_stance_model_is_trained_and_a_text_on_two_targets_is_one_unit():
    forms = [("坚决抵制{}", "against"), ("{}滚出去", "against"), ("我支持{}", "favor"), ("{}真好用", "favor")]
    rows = [(form.format(t) + tail, t, label) for t in ("宝马", "奥迪") for form, label in forms for tail in "啊呀哦"]
    texts, targets, labels = map(list, zip(*rows, strict=True))
    done = train(texts, labels, targets=targets, curve=False)
    assert (done.model.name, done.report.rows.targets) == ("stance", 2)
    assert "favg" in done.report.scores.metrics
    both = read_labels([*texts, *texts], [*labels, *labels], targets=[*targets, *targets[::-1]])
    assert both.counts.groups == len(set(texts))


def test_any_classifier_of_this_package_is_trained(trained):
    report = train(TEXTS, LABELS, classifier=MajorityClassifier(), curve=False).report
    assert (report.model, report.set_size) == ("majority", None)
    assert report.scores.main.value == trained.report.baseline.main.value


def test_a_row_that_is_incomplete_stops_training_or_is_left_out_with_a_warning():
    texts, labels = [*TEXTS, "还没读", ""], [*LABELS, None, "food"]
    with pytest.raises(DataError, match=r"2 of 62 .*label is empty \(1, first 60\); text is empty \(1, first 61\)"):
        train(texts, labels)
    with pytest.warns(UserWarning, match="2 of 62 rows cannot be learnt from"):
        report = train(texts, labels, classifier=MajorityClassifier(), curve=False, errors="skip").report
    assert (report.rows.given, report.rows.used) == (62, 60)


@pytest.mark.parametrize("groups", [None, [0, 0, *range(1, 11)]], ids=["rows", "threads"])
def test_there_are_no_more_folds_than_texts_of_the_most_frequent_label(groups):
    texts, labels = posts("food", "weather", n=6)
    rows = read_labels(texts, labels, groups=groups)
    assert len(CrossValidation.of(rows, quick(), ("food", "weather"), 0).folds) == 6


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"errors": "ignore"}, UsageError, "errors is 'ignore'; it is 'raise', or 'skip'", id="errors"),
        pytest.param({"groups": ["one"] * 60}, DataError, "all 60 rows are of one group", id="one-group"),
        pytest.param({"html": "perhaps"}, UsageError, "html", id="html"),
    ],
)
def test_what_is_not_allowed_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        train(TEXTS, LABELS, **options)


def test_rare_labels_are_told_of_and_scikit_learn_is_not_heard():
    texts, labels = posts("food", "weather", n=6)
    texts, labels = [*texts, *posts("work", n=2)[0]], [*labels, "work", "work"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(texts, labels, classifier=quick(), curve=False)
        report = train(texts, labels, classifier=MajorityClassifier()).report
    assert "'food', 'weather', 'work'" in report.notes[0]
    assert report.curve.gain is None
    assert "a label has 2 texts" in report.curve.why_not
    assert len(report.curve.points) == 3


def test_progress_is_told_of_every_training(trained, told):
    assert trained.model
    # 10 folds, and of each 2 draws of 2 parts; then all rows.
    assert told == [(done, 51) for done in range(1, 52)]


def test_the_facade_leads_here():
    assert weibo_nlp.train is train

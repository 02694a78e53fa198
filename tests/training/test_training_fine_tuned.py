"""Models that are fine-tuned: scored by a part held out, gone on with where they stopped, and told of in the card."""

import json

import pytest
import yaml
from labelled_posts import posts, quick
from made_transformer import ENCODER, MadeTransformer, made_transformers

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.training import learnt_from, read_labels, train
from weibo_nlp.training.card import MARK, model_card
from weibo_nlp.training.folder import require_free
from weibo_nlp.training.folds import CrossValidation
from weibo_nlp.training.trainings import MODEL
from weibo_nlp.training.unfinished import ABOUT

TEXTS, LABELS = posts("food", "weather", "work")
THREADS = [place // 2 for place in range(60)]


@pytest.fixture
def log():
    with made_transformers() as log:
        yield log


def made(**parameters):
    return MadeTransformer(encoder=ENCODER, **{"epochs": 2, **parameters})


def tuned(**options):
    return train(TEXTS, LABELS, **{"classifier": made(), "groups": THREADS, **options})


def test_it_is_scored_once_by_a_part_held_out_that_it_has_not_learnt_from(log):
    done = tuned()
    learnt = [example.text for example in done.model.learnt_[0]]
    scored = [text for text in TEXTS if text not in set(learnt)]
    assert len(log.fits) == 1
    assert done.report.scores.n == len(scored) == 60 - len(learnt)
    assert 8 <= len(scored) <= 18
    assert {THREADS[TEXTS.index(text)] for text in learnt}.isdisjoint(THREADS[TEXTS.index(text)] for text in scored)
    assert done.learnt_from.overlap(scored) == []
    assert len(done.learnt_from.overlap(learnt)) == len(learnt)
    assert done.report.to_dict()["held_out"] == {"share": 0.2, "rows": len(scored), "seed": 0, "grouped_by": "groups"}
    assert (done.report.curve.points, done.report.set_size) == ((), None)


def test_folds_that_are_asked_for_score_every_row_and_cost_a_training_each(log):
    report = tuned(folds=3).report
    assert (report.scores.n, report.n_folds, report.run.trainings, len(log.fits)) == (60, 3, 4, 4)
    assert report.to_dict()["cross_validation"]["folds"] == 3


def test_a_linear_model_may_be_scored_by_a_part_as_well():
    report = train(TEXTS, LABELS, classifier=quick(), held_out=0.5).report
    assert (report.scores.n, report.run, report.curve.points) == (30, None, ())
    assert report.set_size is not None


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"folds": 3, "held_out": 0.2}, UsageError, "two ways to score", id="both"),
        pytest.param({"folds": 1}, UsageError, "folds is 1; give a whole number from 2", id="one-fold"),
        pytest.param({"folds": True}, UsageError, "folds is True", id="no-number"),
        pytest.param({"held_out": 1.0}, UsageError, r"held_out is 1\.0; give a share between", id="all"),
        pytest.param({"held_out": 0.2, "curve": True}, UsageError, "a learning curve needs folds", id="curve"),
        pytest.param({"groups": [0, 1, 2] * 20, "held_out": 0.2}, DataError, "independent units", id="few-units"),
        pytest.param({"resume": True}, UsageError, "resume goes with checkpoints", id="nowhere-to-go-on"),
        pytest.param({"classifier": made(epochs=0)}, UsageError, "epochs", id="parameter"),
    ],
)
def test_what_is_not_allowed_is_refused_before_anything_is_trained(log, options, error, message):
    with pytest.raises(error, match=message):
        tuned(**options)
    assert log.fits == []


def test_steps_are_told_with_the_name_of_the_training(log):
    told = []
    tuned(folds=2, steps=lambda name, step: told.append((name, step.epoch)))
    assert told == [("fold-1", 1), ("fold-1", 2), ("fold-2", 1), ("fold-2", 2), (MODEL, 1), (MODEL, 2)]


@pytest.mark.parametrize(
    ("stop_at", "gone_on_from"),
    [
        pytest.param(1, [1, 0, 0, 0], id="in-the-first-fold"),
        pytest.param(4, [2, 0, 0], id="before-a-fold-has-answered"),
        pytest.param(7, [1], id="in-the-last-training"),
    ],
)
def test_an_interruption_costs_the_epoch_it_fell_into_and_changes_no_figure(log, tmp_path, stop_at, gone_on_from):
    whole = tuned(folds=3).report.to_dict()
    place = tmp_path / "kinds.unfinished"
    log.epochs, log.stop_at = 0, stop_at
    with pytest.raises(KeyboardInterrupt):
        tuned(folds=3, checkpoints=place)
    log.fits.clear()
    log.stop_at = None
    done = tuned(folds=3, checkpoints=place, resume=True)
    assert log.fits == gone_on_from
    again = done.report.to_dict()
    for report in (whole, again):
        del report["run"]
    assert again == whole
    assert (place / ABOUT).is_file()
    done.save(tmp_path / "kinds")
    assert not place.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"classifier": made(epochs=3)}, "epochs was 2, is 3", id="parameter"),
        pytest.param({"seed": 1}, "seed was 0, is 1", id="seed"),
        pytest.param({"held_out": 0.5}, r"held_out was 0\.2, is 0\.5", id="scoring"),
        pytest.param({"groups": None}, "is another one: rows are others", id="rows"),
    ],
)
def test_a_training_of_something_else_is_not_gone_on_with(log, tmp_path, changes, message):
    log.stop_at = 1
    with pytest.raises(KeyboardInterrupt):
        tuned(checkpoints=tmp_path / "m")
    with pytest.raises(UsageError, match=message):
        tuned(checkpoints=tmp_path / "m", resume=True, **changes)


def test_the_card_says_what_was_fine_tuned_how_and_what_it_took(log, tmp_path):
    done = tuned()
    done.save(tmp_path / "kinds")
    card = (tmp_path / "kinds" / "README.md").read_text("utf-8")
    facts = yaml.safe_load(card.split("---")[1])
    assert facts == {
        "language": "zh",
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "base_model": ENCODER,
    }
    assert MARK in card.splitlines()
    assert r"The encoder made/encoder of the Hub, revision c0ffee, fine-tuned." in card
    assert "| learning\\_rate | 3e-05 |" in card
    assert "| epoch | steps | validation\\_loss | macro\\_f1 | seconds | train\\_loss |" in card
    assert "1 training: " in card
    assert not [line for line in card.splitlines() if line.endswith("…")]
    assert f"{done.report.scores.n} of 60 rows were held out and are scored once; rows of one group" in card
    assert f"The model in this folder learnt from the other {60 - done.report.scores.n}." in card
    report = json.loads((tmp_path / "kinds" / "report.json").read_text("utf-8"))
    assert [row["train_loss"] for row in report["run"]["history"]] == [1.0, 0.5]
    assert learnt_from(tmp_path / "kinds") == done.learnt_from
    assert require_free(tmp_path / "kinds") == tmp_path / "kinds"


def test_a_card_tells_of_a_folder_its_name_alone_and_is_no_markup(log, tmp_path):
    place = tmp_path / 'a"b<i>`'
    place.mkdir()
    card = model_card(tuned(classifier=made().set_params(encoder=place)).report)
    assert r'The encoder a"b\<i\>\` of a folder' in card
    assert r'(model transformer:a"b\<i\>\`, seed 0)' in card
    assert "<i" not in card.replace(r"\<i", "")
    assert "base_model" not in card
    assert str(tmp_path) not in card


def test_the_part_held_out_has_about_the_share_of_every_label_in_whole_units():
    rows = read_labels(TEXTS, LABELS, groups=THREADS)
    one = CrossValidation.holding_out(rows, quick(), ("food", "weather", "work"), 0, 0.3)
    ((learnt, held_out),) = one.folds
    assert sorted([*learnt, *held_out]) == list(range(60))
    assert set(rows.groups[learnt]).isdisjoint(rows.groups[held_out])
    counts = {label: sum(rows.labels[place] == label for place in held_out) for label in set(LABELS)}
    assert all(2 <= count <= 12 for count in counts.values())
    assert one.scored.tolist() == sorted(held_out.tolist())

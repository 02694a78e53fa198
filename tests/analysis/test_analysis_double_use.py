"""A sample that the model has learnt from: refused; a collection that it partly has: what it says there is not used."""

import json

import pytest
from labelled_sample import write_collection, write_sample

from weibo_nlp.analysis.estimate_options import EstimateOptions
from weibo_nlp.analysis.estimation import estimate, estimate_shares
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.collection import open_collection
from weibo_nlp.models.storage import WEIGHTS
from weibo_nlp.training.learnt_from import LEARNT_FROM, LearntFrom


@pytest.fixture
def posts(tmp_path):
    labelled, sample = tmp_path / "labelled.csv", tmp_path / "sample.csv"
    gold = write_collection(labelled)
    design = write_sample(sample, labelled, gold, seed=1, labels=["mood"])
    return labelled, sample, design, gold


def model_of(folder, texts):
    """A folder with weights, and what they learnt from beside them."""
    folder.mkdir()
    (folder / WEIGHTS).write_bytes(b"weights")
    content = LearntFrom.of(texts).to_dict(sha256_of_file(folder / WEIGHTS))
    (folder / LEARNT_FROM).write_text(json.dumps(content))
    return folder


def texts_at(labelled, places):
    return [row["正文"] for _, row in open_collection(labelled).rows_at(places, ["正文"])]


def write_summary(labelled, models, weights="open"):
    content = {
        "format": 1,
        "version": "0",
        "weights": weights,
        "models": models,
        "rows": 1200,
        "labels": {},
        "output": "",
    }
    labelled.with_name(f"{labelled.name}.summary.json").write_text(json.dumps(content))


def test_a_sample_that_the_model_was_trained_on_is_refused(posts, tmp_path):
    labelled, sample, design, _ = posts
    folder = model_of(tmp_path / "model", texts_at(labelled, [row.place for row in design.rows][:200]))
    with pytest.raises(
        DataError, match=r"has learnt from 200 of the 300 labelled rows .*trained on them.*--cross-fitted"
    ):
        estimate(labelled, sample, models={"mood": folder})


def test_even_ten_rows_are_more_than_chance_where_no_other_row_was_learnt_from(posts, tmp_path):
    labelled, sample, design, _ = posts
    folder = model_of(tmp_path / "model", texts_at(labelled, [row.place for row in design.rows][:14]))
    with pytest.raises(DataError, match="has learnt from 14 of the 300"):
        estimate(labelled, sample, models={"mood": folder})


def test_of_a_collection_that_was_partly_learnt_from_predictions_there_are_not_used(posts, tmp_path):
    labelled, sample, design, _ = posts
    folder = model_of(tmp_path / "model", texts_at(labelled, range(0, 1200, 4)))
    options = EstimateOptions(models={"mood": folder})
    found = estimate_shares(open_collection(labelled), sample, options)
    n_known = sum(row.place % 4 == 0 for row in design.rows)
    assert any(f"has learnt from 300 rows of the collection, {n_known} of the sample" in note for note in found.notes)
    assert found.sample["n_rows_learnt_from"] == {"mood": 300}
    raw = next(row for row in found.rows if row.method == "uncorrected")
    assert raw.note == "the classifier's errors are in it; of 900 rows, 300 others have no predicted label"


def test_predictions_by_models_that_have_not_learnt_from_the_row_are_taken_instead(posts, tmp_path):
    labelled, sample, design, _ = posts
    folder = model_of(tmp_path / "model", texts_at(labelled, [row.place for row in design.rows]))
    moods = [row["mood"] for row in open_collection(labelled).rows(["mood"])]
    unseen = tmp_path / "unseen.csv"
    unseen.write_text("\n".join(["place,mood", *(f"{row.place},{moods[row.place]}" for row in design.rows), ""]))
    options = EstimateOptions(models={"mood": folder}, cross_fitted=unseen)
    found = estimate_shares(open_collection(labelled), sample, options)
    assert any("given for 300 of 1,200 rows" in note for note in found.notes)
    plain = estimate_shares(open_collection(labelled), sample)
    main = [(row.share, row.low, row.high) for row in found.rows if row.method == "design_based"]
    assert main == [(row.share, row.low, row.high) for row in plain.rows if row.method == "design_based"]


def test_faults_in_cross_fitted_predictions_are_named_together(posts, tmp_path):
    labelled, sample, _, _ = posts
    unseen = tmp_path / "unseen.csv"
    unseen.write_text("place,mood\n3,hot\n3,calm\n5,tepid\n9999,hot\n")
    with pytest.raises(DataError) as caught:
        estimate(labelled, sample, cross_fitted=unseen)
    assert str(caught.value).splitlines() == [
        f"{unseen}: row 2, column place: '3' stands twice.",
        f"{unseen}: row 3, column mood: 'tepid' is none of calm, hot.",
        f"{unseen}: row 4, column place: '9999' is none from 0 to 1199.",
    ]


def test_what_is_not_known_of_the_model_is_said(posts):
    labelled, sample, _, _ = posts
    notes = estimate_shares(open_collection(labelled), sample).notes
    assert any(note.startswith("Which model labelled mood is not known, as no summary") for note in notes)
    write_summary(labelled, {"mood": {"name": "mine", "version": "1", "own": True}})
    notes = estimate_shares(open_collection(labelled), sample).notes
    assert any(note.startswith("What the model mine of mood has learnt from is not known") for note in notes)


def test_a_model_that_does_not_lie_where_it_lay_is_asked_for(posts, tmp_path, monkeypatch):
    labelled, sample, _, _ = posts
    monkeypatch.chdir(tmp_path)
    folder = model_of(tmp_path / "model", ["早饭真好吃"])
    about = {"name": "mine", "version": "1", "own": True, "folder": "gone", "sha256": sha256_of_file(folder / WEIGHTS)}
    write_summary(labelled, {"mood": about})
    with pytest.raises(UsageError, match="say where it is with --model mood=FOLDER"):
        estimate(labelled, sample)
    assert estimate_shares(open_collection(labelled), sample, EstimateOptions(models={"mood": folder})).notes == ()
    write_summary(labelled, {"mood": about | {"folder": "model"}})
    assert estimate_shares(open_collection(labelled), sample).notes == ()
    (folder / WEIGHTS).write_bytes(b"others")
    with pytest.raises(DataError, match="is not the model that labelled mood"):
        estimate(labelled, sample, models={"mood": folder})


@pytest.mark.slow
def test_texts_that_the_shipped_weights_learnt_from_are_known(posts, tmp_path):
    from weibo_nlp import load_corpus

    labelled, _, _, _ = posts
    composed = load_corpus("comments", split="train")["text"].tolist()[:300]
    lines = labelled.read_text("utf-8").splitlines()
    cells = [line.split(",") for line in lines[1:]]
    for row, text in zip(cells, composed, strict=False):
        row[1] = '"' + text.replace('"', '""').replace("\n", " ") + '"'
    labelled.write_text("\n".join([lines[0], *(",".join(row) for row in cells), ""]), "utf-8")
    sample = tmp_path / "again.csv"
    gold = [{"topic": row[5], "stance": row[7], "mood": row[8]} for row in cells]
    write_sample(sample, labelled, gold, seed=1, labels=["topic"])
    write_summary(labelled, {"topic": {"name": "linear", "version": "1"}})
    found = estimate_shares(open_collection(labelled), sample)
    assert found.sample["n_rows_learnt_from"]["topic"] >= 300

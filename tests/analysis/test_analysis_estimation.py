"""Shares from a filled-in sample: by label, target and group; what is refused, and what is said of it."""

import json

import numpy as np
import pandas as pd
import pytest
from labelled_sample import write_collection, write_sample

from weibo_nlp.analysis.estimate_options import EstimateOptions
from weibo_nlp.analysis.estimates import METHODS, read_estimates
from weibo_nlp.analysis.estimation import estimate, estimate_shares
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import open_collection


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("posts")
    gold = write_collection(folder / "labelled.csv")
    write_sample(folder / "sample.csv", folder / "labelled.csv", gold, seed=2)
    return folder, gold


def row_of(frame, **wanted):
    for name, value in wanted.items():
        frame = frame[frame[name].isna()] if value is None else frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_every_label_has_a_row_of_each_method_and_the_estimate_holds_the_truth(posts):
    folder, gold = posts
    frame = estimate(folder / "labelled.csv", folder / "sample.csv")
    assert list(frame.columns) == [
        "label_column", "label", "target", "method", "share", "low", "high", "n", "n_sample", "n_units", "note",
    ]  # fmt: skip
    topics = frame[frame["label_column"] == "topic"]
    assert list(topics.groupby("method", sort=False).size()) == [4] * 4
    assert set(topics["method"]) == set(METHODS)
    truth = np.mean([row["topic"] == "credit" for row in gold])
    found = row_of(topics, label="credit", method="design_based")
    assert found["low"] < truth < found["high"]
    assert (found["n"], found["n_sample"], found["n_units"]) == (1200, 300, 300)
    assert pd.isna(found["note"])
    alone = row_of(topics, label="credit", method="sample")
    assert found["high"] - found["low"] < alone["high"] - alone["low"]
    raw = row_of(topics, label="credit", method="uncorrected")
    assert np.isnan(raw["low"])
    assert raw["note"] == "the classifier's errors are in it"


def test_a_stance_is_estimated_for_each_target_among_the_rows_about_it(posts):
    folder, gold = posts
    frame = estimate(folder / "labelled.csv", folder / "sample.csv", labels=["stance"], methods=["design_based"])
    assert set(frame["target"]) == {"信用惩戒", "自媒体"}
    about = sum(row["stance"] != "" for row in gold)
    assert frame.groupby("target")["n"].first().sum() == about
    assert frame.groupby("target")["share"].sum().tolist() == pytest.approx([1, 1])


def test_groups_are_estimated_column_by_column_and_together_if_asked(posts):
    folder, _ = posts
    options = EstimateOptions(by=("month", "account_type"), labels=("mood",))
    frame = estimate_shares(open_collection(folder / "labelled.csv"), folder / "sample.csv", options).frame()
    groups = frame[frame["method"] == "design_based"][["month", "account_type"]].drop_duplicates()
    assert {tuple(None if value != value else value for value in pair) for pair in groups.values.tolist()} == {
        (None, None), ("2023-04", None), ("2023-05", None), (None, "media"), (None, "personal"), (None, "(none)"),
    }  # fmt: skip
    joint = estimate(
        folder / "labelled.csv", folder / "sample.csv", by=["month", "account_type"], labels=["mood"], joint=True
    )
    assert len(joint.dropna(subset=["month", "account_type"])) == 2 * 3 * 2 * 4  # months, types, labels, methods
    whole = frame[(frame["label"] == "hot") & (frame["method"] == "uncorrected")]
    by_month = whole.dropna(subset=["month"])
    assert (by_month["share"] * by_month["n"]).sum() == pytest.approx(whole.iloc[0]["share"] * 1200)


def test_differences_are_between_periods_and_groups_with_p_adjusted_over_all(posts):
    folder, _ = posts
    options = EstimateOptions(by=("month", "account_type"), labels=("mood",))
    found = estimate_shares(open_collection(folder / "labelled.csv"), folder / "sample.csv", options).differences
    # Of two labels one is compared; rows without an account type are no group to be compared.
    assert [(row.label, row.by, row.group, row.other) for row in found] == [
        ("hot", "month", "2023-05", "2023-04"), ("hot", "account_type", "media", "personal"),
    ]  # fmt: skip
    assert all(row.low <= row.difference <= row.high for row in found)
    first, second = sorted(found, key=lambda row: row.p)
    assert first.p_holm == pytest.approx(min(2 * first.p, 1))
    assert second.p_holm == pytest.approx(max(second.p, first.p_holm))


def test_a_group_with_few_labelled_rows_has_no_interval_and_the_reason(posts):
    folder, gold = posts
    write_sample(folder / "small.csv", folder / "labelled.csv", gold, n=60, seed=2, labels=["mood"])
    frame = estimate(folder / "labelled.csv", folder / "small.csv", by=["month"], methods=["design_based"])
    small = row_of(frame, month="2023-05", label="hot")
    assert np.isnan(small["low"])
    assert small["note"] == f"{small['n_sample']} labelled texts are in it, an interval needs 30"


@pytest.mark.parametrize(
    "drawing",
    [
        pytest.param({"by": ["topic", "month"], "allocation": "equal"}, id="strata"),
        pytest.param({"clusters": "thread", "per_cluster": 3}, id="threads"),
        pytest.param({"clusters": "thread"}, id="whole-threads"),
    ],
)
def test_the_design_of_the_sample_is_respected(posts, drawing):
    folder, gold = posts
    name = f"{len(drawing)}{drawing.get('per_cluster')}.csv"
    write_sample(folder / name, folder / "labelled.csv", gold, seed=3, labels=["topic"], **drawing)
    frame = estimate(folder / "labelled.csv", folder / name, by=["month"])
    found = row_of(frame, month=None, label="self_media", method="design_based")
    truth = np.mean([row["topic"] == "self_media" for row in gold])
    assert found["low"] < truth < found["high"]
    assert (found["n_units"] < found["n_sample"]) == ("clusters" in drawing)
    assert frame.dropna(subset=["month"])["low"].notna().any()


def test_without_a_sample_shares_are_uncorrected_and_a_note_says_what_to_do(posts):
    folder, _ = posts
    found = estimate_shares(open_collection(folder / "labelled.csv"))
    assert {row.method for row in found.rows} == {"uncorrected"}
    assert all(row.low is None for row in found.rows)
    assert "weibo-nlp sample" in found.notes[0]


def test_another_collection_is_refused_and_the_same_rows_labelled_again_are_not(posts, tmp_path):
    folder, gold = posts
    other = tmp_path / "other.csv"
    write_collection(other, n=1100)
    with pytest.raises(DataError, match=r"other.csv is not the collection .*1,100 rows, and the sample .* 1,200"):
        estimate(other, folder / "sample.csv")
    lines = (folder / "labelled.csv").read_text("utf-8").splitlines()
    again = tmp_path / "again.csv"
    again.write_text(
        "\n".join([lines[0], *(line.replace(",calm,", ",hot,") for line in lines[1:601]), *lines[601:], ""])
    )
    found = estimate_shares(open_collection(again), folder / "sample.csv", EstimateOptions(labels=("topic",)))
    assert any("labelled again" in note for note in found.notes)
    shuffled = tmp_path / "shuffled.csv"
    shuffled.write_text("\n".join([lines[0], *reversed(lines[1:]), ""]), "utf-8")
    with pytest.raises(DataError, match="other texts stand at"):
        estimate(shuffled, folder / "sample.csv")
    assert gold


def test_many_rows_without_a_label_are_refused_and_few_are_said(posts):
    folder, gold = posts
    write_sample(folder / "gaps.csv", folder / "labelled.csv", gold, seed=1, leave_empty=40, labels=["mood"])
    with pytest.raises(
        DataError, match=r"40 of 300 sampled rows have no label of mood, more than 10%.*--allow-missing"
    ):
        estimate(folder / "labelled.csv", folder / "gaps.csv")
    frame = estimate(folder / "labelled.csv", folder / "gaps.csv", allow_missing=True, methods=["design_based"])
    assert frame["n_sample"].tolist() == [260, 260]
    write_sample(folder / "few.csv", folder / "labelled.csv", gold, seed=1, leave_empty=5, labels=["mood"])
    found = estimate_shares(open_collection(folder / "labelled.csv"), folder / "few.csv")
    assert any(note.startswith("5 of 300 sampled rows have no label of mood") for note in found.notes)


def test_a_sample_chosen_by_its_labels_is_refused(posts):
    # The record says that rows were drawn at random, and the file holds labels of those alone that are predicted hot.
    folder, gold = posts
    labelled = open_collection(folder / "labelled.csv")
    design = write_sample(folder / "chosen.csv", folder / "labelled.csv", gold, seed=4, labels=["mood"])
    hot = {place for place, row in enumerate(labelled.rows(["mood"])) if row["mood"] == "hot"}
    rows = [f"{row.place},{gold[row.place]['mood'] if row.place in hot else ''}" for row in design.rows]
    (folder / "chosen.csv").write_text("\n".join(["place,gold_mood", *rows, ""]))
    with pytest.raises(DataError, match="no random sample is like that"):
        estimate(folder / "labelled.csv", folder / "chosen.csv", allow_missing=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"methods": ["best"]}, "method 'best' is none of uncorrected, sample", id="method"),
        pytest.param({"by": ["share"]}, "a group cannot be called 'share'", id="by-a-column-of-the-result"),
        pytest.param({"labels": ["irony"]}, "no labels of 'irony'; there are labels of: topic", id="label"),
        pytest.param({"by": ["id"]}, None, id="groups-of-one"),
        pytest.param({"confidence_level": 95}, "confidence_level must lie between 0 and 1", id="percent"),
    ],
)
def test_what_cannot_be_estimated_is_said(posts, options, message):
    folder, _ = posts
    if message is None:
        frame = estimate(folder / "labelled.csv", folder / "sample.csv", labels=["mood"], **options)
        assert frame.dropna(subset=["id"])["low"].isna().all()
        return
    with pytest.raises(UsageError, match=message):
        estimate(folder / "labelled.csv", folder / "sample.csv", **options)


def test_a_file_of_estimates_is_read_back_and_another_refused(posts, tmp_path):
    folder, _ = posts
    found = estimate_shares(open_collection(folder / "labelled.csv"), folder / "sample.csv")
    path = tmp_path / "estimates.json"
    found.write_into(path)
    content = read_estimates(path)
    assert content["collection"] == {"name": "labelled.csv", "sha256": found.collection.sha256, "n": 1200}
    assert content["main_method"] == "design_based"
    assert len(content["estimates"]) == len(found.rows)
    path.write_text(json.dumps({"kind": "another", "format": 1}), "utf-8")
    with pytest.raises(DataError, match="kind 'another', format 1; 'weibo_nlp estimates' of format 1 is expected"):
        read_estimates(path)

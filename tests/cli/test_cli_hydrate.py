"""Judgements on public texts, joined with copies on the command line."""

import json
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from real_copies import TEXTS, write_copies

from weibo_nlp.corpus.schema import SCHEMA_VERSION
from weibo_nlp.external.hydration import text_key

KEYS = {text_key(text): (name, text) for name, texts in TEXTS.items() for text in texts}


class Layer:
    """What this command reads of a release."""

    schema_version = SCHEMA_VERSION
    withdrawn = frozenset()

    def rows(self, config, split):
        assert config == "real"
        for number, (key, (name, _)) in enumerate(KEYS.items()):
            if split == ("train", "test")[number % 2]:
                yield {"id": key, "set": name, "irony": False, "votes": ["other", "credit"], "low": None}


@pytest.fixture(autouse=True)
def layer(monkeypatch):
    monkeypatch.setattr("weibo_nlp.external.hydration.open_release", lambda **_: Layer())


@pytest.fixture
def copies(tmp_path):
    return write_copies(tmp_path / "copies")


def lines(out):
    return [tuple(line.split()) for line in out.splitlines()]


def test_all_rows_are_written_with_their_texts_and_counted_by_set(run, copies, tmp_path):
    code, out, err = run("corpus", "hydrate", copies, "-o", tmp_path / "real.parquet")
    assert code == 0
    table = lines(out)
    assert table[0] == ("set", "texts", "published", "listed", "missing", "withdrawn")
    assert table[1] == ("ced", "2", "2", "0", "0", "0")
    assert table[-1] == ("all", *map(str, (len(KEYS), len(KEYS), 0, 0, 0)))
    assert err == f"{len(KEYS)} rows with their texts: {tmp_path / 'real.parquet'}\n"
    frame = pd.read_parquet(tmp_path / "real.parquet")
    assert list(frame.columns) == ["id", "set", "irony", "votes", "low", "split", "text"]
    rows = list(KEYS.values())
    assert list(zip(frame["set"], frame["text"], strict=True)) == rows[::2] + rows[1::2]
    assert list(frame["split"]) == ["train"] * len(rows[::2]) + ["test"] * len(rows[1::2])
    assert frame["irony"].dtype == bool
    assert json.loads(frame["votes"][0]) == ["other", "credit"]


@pytest.mark.parametrize("name", ["real.csv", "real.tsv", "real.jsonl"])
def test_the_suffix_decides_the_format(run, copies, tmp_path, name):
    code, _, _ = run("corpus", "hydrate", copies, "-o", tmp_path / name, "--split", "test")
    frame = (
        pd.read_json(tmp_path / name, lines=True, dtype={"text": str})
        if name.endswith("jsonl")
        else pd.read_csv(tmp_path / name, sep="\t" if name.endswith("tsv") else ",", dtype=str)
    )
    assert code == 0
    assert list(frame["text"]) == [text for _, text in KEYS.values()][1::2]


def test_missing_texts_are_told_with_the_place_of_their_set_and_the_exit_code(run, copies, tmp_path):
    (copies / "SWSR" / "SexWeibo.csv").unlink()
    (copies / "pool.jsonl").write_text(json.dumps({"text": TEXTS["swsr_post"][0]}) + "\n", "utf-8")
    (copies / "SWSR" / "SexComment.csv").write_text("weibo_id,comment_text\na,改过的\n", "utf-8")
    bad = copies / "CHECKED" / "dataset" / "fake_news" / "bad.json"
    bad.write_text("{", "utf-8")
    code, out, err = run("corpus", "hydrate", copies, "-o", tmp_path / "real.parquet")
    assert code == 1
    assert ("swsr_comment", "1", "0", "0", "1", "0") in lines(out)
    assert ("swsr_post", "1", "0", "1", "0", "0") in lines(out)
    told = err.splitlines()
    assert told[0].startswith(f"{bad}: 1:2: not valid JSON")
    assert told[1] == "1 files could not be read, or not all of them"
    assert told[2].startswith("1 texts of swsr_comment are missing; SWSR: Jiang et al.")
    assert "Terms: MIT" in told[2]
    assert "Looked for: SexComment.csv" in told[2]
    assert told[3] == f"{len(KEYS) - 1} rows with their texts: {tmp_path / 'real.parquet'}"
    assert TEXTS["swsr_comment"][0] not in out + err


def test_many_files_that_cannot_be_read_are_counted_and_the_first_are_named(run, copies, tmp_path):
    for number in range(13):
        (copies / "CHECKED" / "dataset" / "fake_news" / f"bad{number:02}.json").write_text("{", "utf-8")
    (copies / "CHECKED" / "dataset" / "real_news" / "0b.json").write_text('{"comments": [1, 2]}', "utf-8")
    code, _, err = run("corpus", "hydrate", copies, "-o", tmp_path / "real.parquet")
    assert code == 0
    assert err.count("not valid JSON") == 10
    assert "14 files could not be read, or not all of them, 4 of them not shown\n" in err


def test_a_row_that_cannot_be_read_is_told_with_its_line(run, copies, tmp_path):
    path = copies / "CHECKED" / "dataset" / "fake_news" / "0.json"
    path.write_text('{"text": "x", "comments": [{"text": "x"}, 1, 2]}', "utf-8")
    _, _, err = run("corpus", "hydrate", copies, "-o", tmp_path / "real.parquet")
    assert err.startswith(f"{path}:3: not a record (2 rows)\n1 files could not be read, or not all of them\n")


def test_where_no_text_is_found_nothing_is_written(run, copies, tmp_path):
    (tmp_path / "empty").mkdir()
    output = tmp_path / "real.parquet"
    output.write_text("from before", "utf-8")
    code, out, err = run("corpus", "hydrate", tmp_path / "empty", "-o", output)
    assert code == 2
    assert lines(out)[-1] == ("all", str(len(KEYS)), "0", "0", str(len(KEYS)), "0")
    assert "no text of the corpus was found; nothing is written" in err
    assert output.read_text("utf-8") == "from before"


def test_a_list_of_texts_will_do(run, copies, tmp_path):
    run("corpus", "hydrate", copies, "-o", tmp_path / "first.csv")
    code, out, _ = run("corpus", "hydrate", tmp_path / "first.csv", "-o", tmp_path / "second.csv")
    assert code == 0
    assert lines(out)[-1] == ("all", *map(str, (len(KEYS), 0, len(KEYS), 0, 0)))
    assert (tmp_path / "second.csv").read_bytes() == (tmp_path / "first.csv").read_bytes()


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        pytest.param("copies/out.parquet", "is in .*copies, which is read; name another place", id="in-the-folder"),
        pytest.param("copies/SWSR/SexWeibo.csv", "is in .*copies, which is read", id="onto-a-copy"),
        pytest.param("out.xls", ".xls stands for a spreadsheet, which is not written here", id="format"),
        pytest.param("nowhere/out.csv", "the folder does not exist; make it first", id="no-folder"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_the_work(run, copies, tmp_path, output, problem):
    before = (copies / "SWSR" / "SexWeibo.csv").read_bytes()
    code, out, err = run("corpus", "hydrate", copies, "-o", tmp_path / output)
    assert (code, out) == (2, "")
    assert re.search(problem, err)
    assert (copies / "SWSR" / "SexWeibo.csv").read_bytes() == before


def test_a_list_is_not_written_onto_itself(run, copies, tmp_path):
    path = tmp_path / "list.jsonl"
    path.write_text('{"text": "x"}\n', "utf-8")
    code, _, err = run("corpus", "hydrate", path, "-o", path)
    assert code == 2
    assert "is the input" in err


def test_a_folder_that_is_not_there_is_refused(run, tmp_path):
    code, _, err = run("corpus", "hydrate", tmp_path / "nowhere", "-o", tmp_path / "out.csv")
    assert code == 2
    assert "nowhere: does not exist; name the folder that holds your copies of the published sets" in err


def test_to_standard_output_go_the_rows_and_nothing_else(copies):
    source = Path(__file__).parents[2]
    code = (
        "import sys; sys.path.insert(0, 'tests'); from cli import test_cli_hydrate as t; "
        "import weibo_nlp.external.hydration as h; h.open_release = lambda **_: t.Layer(); "
        "from weibo_nlp.cli import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "corpus", "hydrate", str(copies), "-o", "/dev/stdout"],
        capture_output=True,
        cwd=source,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(pd.read_parquet(BytesIO(done.stdout))) == len(KEYS)
    assert b"published" in done.stderr

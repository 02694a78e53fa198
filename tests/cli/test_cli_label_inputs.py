"""Several files, folders, standard input and workbooks on the command line of label."""

import csv
import gzip
import io
import json
import subprocess
import sys

import pytest

from weibo_nlp.io import open_table

POSTS = [("0012", "失信被执行人就该上征信黑名单"), ("4900000000000027", "今天食堂的菜有点咸，不好吃")]
TOPICS = ["credit", "other"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def posts(path, delimiter=",", encoding="utf-8", names=("id", "正文")):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([names, *POSTS])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def results(path):
    return [(row.values["id"], row.values["topic"]) for row in open_table(path, header=True).rows()]


EXPECTED = list(zip([number for number, _ in POSTS], TOPICS, strict=True))


@pytest.mark.parametrize("output", ["o.csv", "o.tsv.gz", "o.jsonl.zst", "o.parquet", "o.xlsx", "o.xlsx.gz"])
def test_any_file_is_labelled_into_any_format_and_ids_stay(run, folder, output):
    posts(folder / "a.csv", ";", "gb18030")
    code, out, err = run("label", "a.csv", "-o", output)
    assert (code, out) == (0, "")
    assert "Reading a.csv as csv (encoding gb18030, cells parted by ;); text column: 正文 (guessed" in err
    assert results(folder / output) == EXPECTED


def test_a_file_from_windows_gets_a_mark_by_which_a_spreadsheet_knows_chinese(run, folder):
    posts(folder / "a.csv", encoding="gb18030")
    run("label", "a.csv", "-o", "o.csv", "-q")
    assert (folder / "o.csv").read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_several_files_and_folders_are_labelled_one_after_the_other(run, folder):
    posts(folder / "a.csv")
    posts(folder / "in/b.tsv", "\t")
    posts(folder / "in/deep/c.csv.gz").write_bytes(gzip.compress(posts(folder / "in/deep/c.csv").read_bytes()))
    (folder / "in/deep/c.csv").unlink()
    for name in ("in/.hidden.csv", "in/x.labelled.csv", "in/x.labelled.csv.rejected.jsonl", "in/photo.jpg"):
        (folder / name).write_text("nothing", "utf-8")
    code, out, err = run("label", "a.csv", "in", "-o", "out")
    assert (code, out) == (0, "")
    made = sorted(path.name for path in (folder / "out").iterdir() if not path.name.endswith(".summary.json"))
    assert made == ["a.labelled.csv", "b.labelled.tsv", "c.csv.gz-labelled.csv"]
    assert all(results(folder / "out" / name) == EXPECTED for name in made)
    assert err.count("Reading ") == 3
    assert run("label", "a.csv", "in", "-q")[0] == 0
    assert results(folder / "in/b.labelled.tsv") == EXPECTED


def test_of_several_files_all_are_looked_at_before_the_first_is_labelled(run, folder):
    posts(folder / "a.csv")
    (folder / "b.csv").write_text("好\n坏\n", "utf-8")
    code, _, err = run("label", "a.csv", "b.csv", "-o", "out")
    assert (code, "say which with --header or --no-header" in err) == (2, True)
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "b.csv"]
    posts(folder / "b.csv").write_text("id,正文\n1,好\n2\n", "utf-8")
    assert run("label", "a.csv", "b.csv", "-o", "out", "-q")[0] == 1
    assert results(folder / "out/a.labelled.csv") == EXPECTED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.csv", "./a.csv"], "is named twice; leave one out"),
        (["a.csv", "in/a.csv", "-o", "out"], "would both be written as out/a.labelled.csv; label them apart"),
        (["a.csv", "in/b.csv", "-o", "a.csv"], "a.csv is no folder, and several files are labelled"),
        (["a.csv", "in/b.csv", "-o", "-"], "- is no folder, and several files are labelled"),
        (["a.csv", "in/b.csv", "--rejects", "r.jsonl"], "--rejects names one file, and several are labelled"),
        (["empty"], "empty has no file with posts"),
        (["a.csv", "-"], "- does not exist"),
    ],
)
def test_what_several_files_cannot_have_is_a_wrong_call(run, folder, arguments, message):
    posts(folder / "a.csv"), posts(folder / "in/a.csv"), posts(folder / "in/b.csv")
    (folder / "empty").mkdir()
    code, _, err = run("label", *arguments)
    assert (code, message in err) == (2, True)


def test_a_spreadsheets_formulas_are_kept_from_being_executed(run, folder):
    (folder / "a.jsonl").write_text(json.dumps({"text": "=1+1 失信被执行人就该上征信黑名单"}) + "\n", "utf-8")
    for options, sign in ([], "'"), (["--raw-cells"], ""):
        assert run("label", "a.jsonl", "-o", "o.csv", "-q", *options)[0] == 0
        assert (folder / "o.csv").read_text("utf-8").splitlines()[1].startswith(f"{sign}=1+1 失信")


def test_lost_digits_and_broken_texts_are_named(run, folder):
    (folder / "a.csv").write_text("id,正文\n" + "4.9E+15,今天食堂的菜有点咸\n" * 3, "utf-8")
    code, _, err = run("label", "a.csv", "-o", "o.csv", "-q")
    assert (code, err) == (0, "a.csv: column 'id' has lost digits to a spreadsheet, as in '4.9E+15'\n")
    (folder / "a.csv").write_text("id,正文\n1,今天食堂的菜有点咸，不好吃\n", "utf-8")
    broken = (folder / "a.csv").read_text("gb18030", errors="replace")
    (folder / "a.csv").write_text(broken.replace(broken.splitlines()[0], "id,正文"), "utf-8")
    code, _, err = run("label", "a.csv", "-o", "o2.csv")
    assert (code, "it was written in UTF-8 and read as GBK" in err) == (3, True)
    assert not (folder / "o2.csv").exists()


@pytest.mark.parametrize(
    ("options", "n_rows"),
    [(["--no-header"], 3), (["--delimiter", ";"], 2), (["--encoding", "utf-8"], 2), (["--format", "csv"], 2)],
)
def test_the_user_may_say_how_a_file_is_read(run, folder, options, n_rows):
    posts(folder / "a.csv", ";" if "--delimiter" in options else ",")
    column = ["--text-column", "column_2"] if n_rows == 3 else []
    code, _, err = run("label", "a.csv", "-o", "o.csv", *options, *column)
    assert (code, f"{n_rows} rows labelled" in err) == (0, True)


def test_records_and_sheets_may_be_named(run, folder):
    document = {"posts": [{"text": POSTS[0][1]}], "comments": [{"text": POSTS[1][1]}]}
    (folder / "a.json").write_text(json.dumps(document), "utf-8")
    assert run("label", "a.json", "-o", "o.csv")[0] == 2
    assert run("label", "a.json", "-o", "o.csv", "--records", "posts")[0] == 0
    assert run("label", "o.csv", "-o", "o.xlsx", "--text-column", "text")[0] == 0
    assert run("label", "o.xlsx", "-o", "p.csv", "--sheet", "none")[0] == 2


def piped(arguments, content, folder):
    command = [sys.executable, "-m", "weibo_nlp", "label", *arguments]
    return subprocess.run(command, input=content, capture_output=True, cwd=folder)


def test_a_pipe_goes_in_and_out(folder):
    content = posts(folder / "a.csv", ";", "gb18030").read_bytes() + b"1;2;3\n"
    done = piped(["-", "-q"], gzip.compress(content), folder)
    text = done.stdout.decode()
    assert [(row["id"], row["topic"]) for row in csv.DictReader(io.StringIO(text))] == EXPECTED
    assert done.returncode == 1
    assert done.stderr.decode() == "1 rows set aside: standard_input.stream-rejected.jsonl\n"
    (reject,) = map(json.loads, (folder / "standard_input.stream-rejected.jsonl").read_text("utf-8").splitlines())
    assert (reject["file"], reject["line"]) == ("standard_input", 4)


@pytest.mark.slow
def test_a_pipe_may_be_labelled_again_and_into_a_file(folder):
    content = posts(folder / "a.csv").read_bytes() + b"1\n"
    for _ in range(2):
        done = piped(["-", "-o", "-"], content, folder)
        assert (done.returncode, b"Reading standard_input as csv; text column" in done.stderr) == (1, True)
    done = piped(["-", "-o", "o.parquet", "-q"], content, folder)
    assert results(folder / "o.parquet") == EXPECTED
    assert piped(["-"], b"", folder).returncode == 3


def test_a_terminal_is_no_pipe(run, monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    code, _, err = run("label", "-")
    assert (code, "- stands for standard input, which is a terminal here" in err) == (2, True)


def test_train_reads_the_same_files(run, folder):
    rows = [("id", "正文", "标签"), *[(str(n), f"{text}{n}", TOPICS[n % 2]) for n, (_, text) in enumerate(POSTS * 10)]]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    (folder / "a.csv").write_bytes(text.getvalue().encode("gb18030"))
    # Too few different texts to learn from, which is told after they were read.
    code, _, err = run("train", "a.csv", "-o", "model", "--encoding", "gbk")
    assert (code, "Reading a.csv as csv (encoding gb18030, cells parted by ;); columns: text 正文" in err) == (3, True)

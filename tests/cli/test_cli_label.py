import csv
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from rich.cells import cell_len

from weibo_nlp import _resources
from weibo_nlp.cli import main
from weibo_nlp.cli.label_display import print_first_rows
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import UsageError
from weibo_nlp.models import LinearClassifier
from weibo_nlp.tasks.evaluation_set import full_text

COMMAND = [sys.executable, "-c", "from weibo_nlp.cli import main; main()"]
LABELS = {
    "topic": {"credit", "self_media", "consumer_nationalism", "other"},
    "sentiment": {"negative", "neutral", "positive"},
    "irony": {"false", "true"},
}
LINES = "失信就该禁乘\n今天食堂的菜有点咸\n"


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "帖 子.csv"
    path.write_text("id,正文,回复\n1,失信就该禁乘,\n2,今天食堂的菜有点咸,你吃了吗\n", "utf-8")
    return path


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_result_lies_beside_the_input_unless_named(run, posts):
    code, out, err = run("label", posts)
    output = posts.with_name("帖 子.labelled.csv")
    assert (code, out) == (0, "")
    assert [row["id"] for row in rows_of(output)] == ["1", "2"]
    begun, labelled, *summary = err.splitlines()
    assert begun == f"Reading {posts} as csv; text column: 正文 (guessed; --text-column names another)"
    assert labelled == f"2 rows labelled: {output}"
    assert summary[0] == "Weights open, 2 rows"
    assert summary[-1] == f"Summary: {output}.summary.json"


def test_named_columns_target_and_all_scores_reach_the_models(run, posts, tmp_path):
    output = tmp_path / "out.csv"
    options = ("--text-column", "正文", "--parent-column", "回复", "--target", "信用惩戒", "--all-scores")
    code, _, err = run("label", posts, "-o", output, *options)
    assert code == 0
    assert "text column: 正文\n" in err
    rows = rows_of(output)
    assert [row["stance_target"] for row in rows] == ["信用惩戒"] * 2
    for task, count in (("topic", 4), ("sentiment", 3), ("irony", 2), ("stance", 3)):
        scores = [float(value) for name, value in rows[1].items() if name.startswith(f"{task}_score_")]
        assert len(scores) == count
        assert sum(scores) == pytest.approx(1, abs=5e-5 * count)  # four digits each


def test_quiet_says_nothing_but_that_rows_are_missing(run, posts, tmp_path):
    output = tmp_path / "out.csv"
    assert run("label", posts, "-o", output, "-q") == (0, "", "")
    posts.write_text("id,正文\n1,好\n2,\n", "utf-8")
    assert run("label", posts, "-o", output, "-q") == (1, "", f"1 rows set aside: {output}.rejected.jsonl\n")


def test_rejects_are_told_as_file_and_line_with_the_reason(run, posts, tmp_path):
    posts.write_text("id,正文\n1,好\n2,\n3\n4,\n", "utf-8")
    code, _, err = run("label", posts, "-o", tmp_path / "out.csv")
    assert code == 1
    assert f"  {posts}:3: 正文: empty (2 in all)\n  {posts}:4: 1 cells, the header has 2 (1 in all)\n" in err


def test_of_many_reasons_ten_are_told_and_the_rest_counted(run, posts, tmp_path):
    posts.write_text("id,正文\n0,好\n" + "".join("," * n + "\n" for n in range(2, 15)), "utf-8")
    _, _, err = run("label", posts, "-o", tmp_path / "out.csv")
    assert err.count(" cells, the header has 2") == 10
    assert "  and 3 other reasons\n" in err


def test_renamed_columns_are_shown(run, posts, tmp_path):
    posts.write_text("text,stance\n好,x\n", "utf-8")
    output = tmp_path / "out.csv"
    code, _, err = run("label", posts, "-o", output)
    assert code == 0
    assert "The input's column stance is written as stance_input\n" in err
    assert rows_of(output)[0]["stance_input"] == "x"


@pytest.mark.parametrize("name", ["[bold]x[.csv", "[x].csv", ":smile:.csv", "a b'\"\\.csv", "-x.csv"])
def test_any_file_name_and_column_name_is_shown_as_it_is(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("[/],[bold]text[/bold] :smile:\n1,好\n2\n", "utf-8")
    code, _, err = run("label", f"./{name}", "--text-column", "[bold]text[/bold] :smile:", "-o", "[red].csv")
    assert code == 1
    assert "text column: [bold]text[/bold] :smile:\n" in err
    assert "1 rows labelled: [red].csv\n" in err
    assert f"Reading {name} as csv" in err
    assert "no column '[/x]'; there is: [/], [bold]" in run("label", f"./{name}", "--text-column", "[/x]")[2]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["{posts}", "-o", "{posts}"], 2, "is the input", id="onto-input"),
        pytest.param(["{tmp}/none.csv"], 2, "none.csv does not exist; name a CSV", id="no-input"),
        pytest.param(
            ["{posts}", "-o", "{tmp}/no/out.csv"], 2, "the folder does not exist; make it", id="no-output-folder"
        ),
        pytest.param(["{posts}", "-o", "{tmp}"], 2, "it is a folder; name a file", id="folder-as-output"),
        pytest.param(["{posts}", "--text-column", "x"], 2, "no column 'x'; there is: id, 正文, 回复.", id="no-column"),
        pytest.param(["{posts}", "--parent-column", "y"], 2, "no column 'y'; there is", id="no-parent-column"),
        pytest.param(["{posts}", "--target", ""], 2, "the stance target is no text (empty)", id="empty-target"),
        pytest.param(["{posts}", "--format", "xml"], 2, "'xml' is not one of", id="no-such-format"),
        pytest.param(["{posts}", "--nonsense"], 2, "No such option: --nonsense", id="no-such-option"),
        pytest.param([], 2, "name a file of posts as INPUT, or try --example", id="no-argument"),
        pytest.param(
            ["{posts}", "--example"], 2, "and --example exclude each other; leave one", id="input-and-example"
        ),
        pytest.param(["{posts}", "--model", "topic"], 2, "--model 'topic' is not NAME=MODEL; write", id="no-equals"),
        pytest.param(["{posts}", "--model", "=x"], 2, "--model '=x' is not NAME=MODEL", id="no-name"),
        pytest.param(["{posts}", "--model", "topic="], 2, "--model 'topic=' is not NAME=MODEL", id="no-folder"),
        pytest.param(["{posts}", *["--model", "a=b"] * 2], 2, "--model names 'a' twice; leave", id="name-twice"),
        pytest.param(
            ["{posts}", "--model", "a={tmp}/none"], 2, "Or name a folder that a model was saved to", id="nowhere"
        ),
        pytest.param(["{posts}", "--format", "parquet"], 3, "not a Parquet file", id="not-what-was-said"),
        pytest.param(["{posts}", "--format", "jsonl"], 3, ":1: not JSON", id="no-line-is-json"),
        pytest.param(["{tmp}/empty.csv"], 3, "empty.csv is empty; nothing to read", id="empty-file"),
        pytest.param(["{tmp}/blank.csv"], 3, "blank.csv has blank lines alone", id="blank-lines"),
        pytest.param(["{tmp}/two.csv"], 2, "no text column among a, b; name it with --text-column", id="no-guess"),
    ],
)
def test_errors_say_what_to_do_with_a_fitting_exit_code_and_no_traceback(
    run, posts, tmp_path, arguments, code, message
):
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "blank.csv").write_bytes(b"\n\n")
    (tmp_path / "two.csv").write_text("a,b\n1,2\n", "utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    found, out, err = run("label", *(argument.format(posts=posts, tmp=tmp_path) for argument in arguments))
    assert (found, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert posts.read_text("utf-8").startswith("id,正文")


@pytest.fixture(scope="module")
def own_model(tmp_path_factory):
    """A model of one's own, saved: does a text speak of food?"""
    folder = tmp_path_factory.mktemp("own") / "food"
    texts = [f"{day}{what}" for day in "今明后昨" for what in ("天吃面", "天下雨")]
    LinearClassifier(C=1.0).fit(texts, ["food", "weather"] * 4).save_pretrained(folder)
    return folder


def test_a_model_of_ones_own_replaces_a_task_or_adds_a_label(run, posts, tmp_path, own_model):
    output = tmp_path / "out.csv"
    posts.write_text("正文\n前天吃面\n前天下雨\n", "utf-8")
    code, _, err = run("label", posts, "-o", output, "--model", f"topic={own_model}", "--model", f"about={own_model}")
    assert code == 0, err
    rows = rows_of(output)
    assert [row["topic"] for row in rows] == [row["about"] for row in rows] == ["food", "weather"]
    # None of these topics has a canonical target.
    assert [(row["stance_target"], row["stance"]) for row in rows] == [("", "")] * 2
    assert list(rows[0])[-2:] == ["about", "about_score"]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def test_the_example_is_labelled_into_the_current_folder_and_its_first_rows_are_shown(run, elsewhere):
    code, out, err = run("label", "--example")
    assert code == 0
    assert "24 rows labelled: example.labelled.csv\n" in err
    rows = rows_of(elsewhere / "example.labelled.csv")
    assert len(rows) == 24
    assert list(rows[0])[:3] == ["id", "正文", "topic"]
    heading, *lines = out.splitlines()
    assert heading.split() == ["正文", "topic", "sentiment", "irony", "stance_target", "stance"]
    assert len(lines) == 8
    for line, row in zip(lines, rows, strict=False):
        assert line.startswith(row["正文"][:10])
        assert row["topic"] in line
    # Beside each other in a terminal: a Chinese character takes two cells.
    starts = {cell_len(line[: line.index(row["topic"])]) for line, row in zip(lines, rows, strict=False)}
    assert starts == {cell_len(heading[: heading.index("topic")])}


def test_the_example_can_be_labelled_again_but_not_over_a_file_of_ones_own(run, elsewhere):
    assert run("label", "--example", "-q") == (0, "", "")
    assert run("label", "--example", "--all-scores", "-q") == (0, "", "")
    (elsewhere / "example.labelled.csv").write_text("id,正文\n1,好\n", "utf-8")
    code, _, err = run("label", "--example")
    assert code == 2
    assert "example.labelled.csv exists and is no result of --example; name another file with -o" in err
    assert (elsewhere / "example.labelled.csv").read_text("utf-8") == "id,正文\n1,好\n"
    assert run("label", "--example", "-q", "-o", "other.parquet") == (0, "", "")
    assert len(pd.read_parquet(elsewhere / "other.parquet")) == 24


def test_texts_in_the_table_of_first_rows_are_harmless(capsys, tmp_path):
    (tmp_path / "a.csv").write_text('text,topic\n"[red]\x1b[2J\n\u202e",x\n', "utf-8")
    print_first_rows(tmp_path / "a.csv", ["text", "topic"])
    assert "[red]\\x1b[2J\\n\\u202e" in capsys.readouterr().out


def test_the_example_is_of_the_test_part_and_varied():
    release = open_release()
    rows = rows_of(_resources.example_path())
    documents = {document.id: document for document in release.documents()}
    gold = {task: {label.document_id: label.label for label in release.gold(task, "test")} for task in LABELS}
    assert all(full_text(documents[row["id"]]) == row["正文"] for row in rows)
    assert {documents[row["id"]].kind for row in rows} == {"article", "post", "repost", "comment"}
    for task, labels in LABELS.items():
        assert {gold[task][row["id"]] for row in rows} == labels


@pytest.mark.slow
def test_a_file_name_that_is_no_utf8_is_labelled_and_shown_escaped(tmp_path):
    (tmp_path / "\udcff.csv").write_text("id,text\n1,好\n2\n", "utf-8")
    done = subprocess.run([*COMMAND, "label", "\udcff.csv"], capture_output=True, cwd=tmp_path)
    assert done.returncode == 1
    assert b"\\udcff.csv:3: 1 cells, the header has 2" in done.stderr
    assert (tmp_path / "\udcff.labelled.csv.rejected.jsonl").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_wrong_call(run, posts, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    code, _, err = run("label", posts, "-o", tmp_path / "locked" / "out.csv")
    assert code == 2
    assert "Permission denied; name a folder that exists and is writable" in err


@pytest.mark.parametrize("place", [0, 1, 3])
def test_debug_anywhere_on_the_line_shows_the_traceback(place, tmp_path):
    arguments = ["label", str(tmp_path / "none.csv"), "-q"]
    arguments.insert(place, "--debug")
    with pytest.raises(UsageError, match="does not exist"):  # which Python shows with its traceback
        main(arguments)


WHERE = [
    pytest.param(signal.SIGINT, 130, id="ctrl-c"),
    pytest.param(signal.SIGTERM, 143, id="cluster"),
    pytest.param(signal.SIGHUP, 129, id="closed-terminal"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), WHERE)
def test_a_stopped_run_leaves_the_old_file_and_no_half_one(tmp_path, number, code):
    source, output = tmp_path / "posts.txt", tmp_path / "out.csv"
    source.write_text(LINES * 500_000, "utf-8")
    output.write_text("old", "utf-8")
    # A shell that runs things in the background lets them ignore Ctrl-C, `nohup` a closed terminal.
    with subprocess.Popen(
        [*COMMAND, "label", source, "-o", output],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + 60
        while not (half := list(tmp_path.glob(".out.csv.????????.weibo_nlp.tmp"))) or not half[0].stat().st_size:
            assert process.poll() is None
            assert time.monotonic() < deadline, "the run never began to write"
            time.sleep(0.05)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err.endswith("Stopped; nothing half-written was left behind.\n")
    assert output.read_text("utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "posts.txt"]


@pytest.mark.parametrize("header", ['"id";"Text"', "id|comment", "id,text,\ufeff"])
@pytest.mark.parametrize("name", ["a.txt", "a"])
def test_what_begins_as_a_table_and_goes_on_otherwise_is_not_taken_for_lines(run, tmp_path, name, header):
    path = tmp_path / name
    path.write_text(f"{header}\n1,失信就该禁乘\n", "utf-8")
    code, _, err = run("label", path, "-o", tmp_path / "out.csv")
    assert code == 2
    assert f"Error: {path} begins as a table does, with " in err
    assert err.endswith("; name the --format, csv or tsv, or lines if each line is a text.\n")
    assert run("label", path, "-o", tmp_path / "out.csv", "--format", "lines", "-q")[0] == 0


@pytest.mark.parametrize("header", ["id,正文", '"id","Text"', "序号,comment"])
def test_a_table_without_its_suffix_is_read_as_one(run, tmp_path, header):
    path = tmp_path / "a.txt"
    path.write_text(f"{header}\n1,失信就该禁乘\n", "utf-8")
    code, _, err = run("label", path, "-o", tmp_path / "out.csv")
    assert (code, f"Reading {path} as csv; text column: " in err) == (0, True)


def test_a_first_text_with_a_comma_is_a_line(run, tmp_path):
    (tmp_path / "a.txt").write_text("今天,食堂的菜有点咸\n", "utf-8")
    assert run("label", tmp_path / "a.txt", "-o", tmp_path / "out.csv", "-q")[0] == 0


@pytest.mark.parametrize(
    ("answered", "told"),
    [(("5", "6"), True), (("", ""), True), (("", "你吃了吗"), False)],
    ids=["ids", "nothing", "a-text"],
)
def test_a_column_of_parents_without_words_is_told_even_when_quiet(run, tmp_path, answered, told):
    path = tmp_path / "a.csv"
    path.write_text("text,re\n失信就该禁乘,{}\n今天食堂的菜有点咸,{}\n".format(*answered), "utf-8")
    code, _, err = run("label", path, "-q", "-o", tmp_path / "out.csv", "--parent-column", "re")
    assert (code, err) == (0, "No row has words in column re (--parent-column); name that of the texts\n" * told)


@pytest.mark.parametrize("name", ["new/", "new/."])
def test_a_name_that_is_a_folders_is_no_file_of_rejects(run, posts, tmp_path, name):
    code, _, err = run("label", posts, "-o", tmp_path / "a.csv", "--rejects", f"{tmp_path}/{name}")
    assert (code, err) == (
        2,
        f"Error: cannot write {tmp_path}/{name}: the name is that of a folder; name a file.\n",
    )
    assert list(tmp_path.iterdir()) == [posts]

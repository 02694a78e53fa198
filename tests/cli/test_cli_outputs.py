"""What a command writes is never what it reads, nor what it writes elsewhere, nor a stranger's file."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from weibo_nlp import __version__, _resources
from weibo_nlp.io.folders import require_writable_folder
from weibo_nlp.models import MajorityClassifier

POSTS = "id,text\n1,失信就该禁乘\n2,\n"
CLEAN = "id,text\n1,失信就该禁乘\n"
REJECT = '{"file": "posts.csv", "line": 3, "reason": "text: empty", "raw": ""}\n'
posix = pytest.mark.skipif(os.name != "posix", reason="a shell, links and folders of POSIX")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("m1.jsonl", "m2.jsonl"):
        Path(name).write_text(f"predictions of {name}", "utf-8")
    for name in ("board/results/x.json", "board/predictions/x.jsonl"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(f"entry {name}", "utf-8")
    Path("posts.csv").write_text(POSTS, "utf-8")
    Path("clean.csv").write_text(CLEAN, "utf-8")
    if os.name == "posix":
        for target in ("m1.jsonl", "board/results/x.json"):
            Path(f"{Path(target).stem}-link.json").symlink_to(target)
            Path(f"{Path(target).stem}-hard.json").hardlink_to(target)
    return tmp_path


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


SHOW = ["leaderboard", "show", "--folder", "board"]
BENCHMARK = ["benchmark", "--task", "topic", "--model", "majority", "--no-checks", "--seeds", "1", "--resamples", "200"]


@posix
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["evaluate", "m1.jsonl", "--json", "m1-link.json"], id="evaluate-symbolic-link"),
        pytest.param(["evaluate", "m1.jsonl", "--json", "m1-hard.json"], id="evaluate-hard-link"),
        pytest.param(["evaluate", "m1-link.json", "--json", "m1-hard.json"], id="evaluate-both"),
        pytest.param(["compare", "m2.jsonl", "m1.jsonl", "--json", "m1-link.json"], id="compare-second"),
        pytest.param([*SHOW, "--json", "board/results/x.json"], id="show-result"),
        pytest.param([*SHOW, "--json", "x-link.json"], id="show-result-linked"),
        pytest.param([*SHOW, "--json", "x-hard.json"], id="show-result-hard-linked"),
        pytest.param([*SHOW, "--json", "board/predictions/new.json"], id="show-among-predictions"),
        pytest.param([*BENCHMARK, "--html", "s.out", "--json", "s.out"], id="benchmark-one-name"),
        pytest.param([*BENCHMARK, "--html", "s.out", "--json", "./board/../s.out"], id="benchmark-two-spellings"),
        pytest.param(["label", "posts.csv", "-o", "a.csv", "--rejects", "a.csv"], id="label-rejects-are-output"),
        pytest.param(["label", "posts.csv", "-o", "a.csv", "--rejects", "posts.csv"], id="label-rejects-are-input"),
    ],
)
def test_an_output_that_is_an_input_or_another_output_is_a_wrong_call(run, folder, arguments):
    before = content(folder)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "name another" in err
    assert content(folder) == before


def test_predictions_given_as_figures_are_refused_by_their_suffix_too(run, folder):
    code, _, err = run("evaluate", "m1.jsonl", "--json", "m1.jsonl")
    assert code == 2
    assert ".jsonl stands for JSON Lines, which is not written here; name a file that ends in .json." in err
    assert Path("m1.jsonl").read_text("utf-8") == "predictions of m1.jsonl"


@posix
@pytest.mark.slow
def test_figures_are_not_written_where_standard_output_goes(folder):
    command = f'"{sys.executable}" -m weibo_nlp evaluate m1.jsonl --json out.json > out.json'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 2
    assert "standard output is the same file as --json out.json" in done.stderr


def test_a_model_that_labels_is_not_written_over_nor_added_to(run, folder):
    MajorityClassifier(("a", "b")).fit(["x"], ["a"]).save_pretrained(folder / "model")
    before = content(folder)
    for output in ("model/config.json", "model/new.csv"):
        for option in ("-o", "--rejects"):
            code, _, err = run("label", "clean.csv", "--model", "mine=model", option, output)
            assert code == 2
            assert "is in model, which is read" in err or ".json stands for JSON" in err
    assert content(folder) == before


def test_nothing_is_written_into_what_is_shipped(run, folder):
    shipped = (_resources.models_dir() / "topic" / "new.csv", _resources.corpus_dir() / "new.csv")
    for place in (*shipped, _resources.example_path()):
        code, _, err = run("label", "clean.csv", "-o", place)
        assert code == 2
        assert "which is read; name another place" in err
    assert not any(place.exists() for place in shipped)


@pytest.mark.parametrize(
    "notes",
    [
        pytest.param("my own notes\n", id="text"),
        pytest.param('{"file": "x", "line": 1}\n', id="other-json"),
        pytest.param('["file", "line", "reason", "raw"]\n', id="list"),
        pytest.param("[" * 50_000, id="deep"),
        pytest.param("\n" + REJECT, id="blank-first-line"),
    ],
)
@pytest.mark.parametrize("posts", ["posts.csv", "clean.csv"])
def test_a_strangers_file_where_rejects_go_is_told_before_the_work_and_stays(run, folder, monkeypatch, notes, posts):
    monkeypatch.setattr("weibo_nlp.labelling.Labeller.label_columns", lambda *_: pytest.fail("work was done"))
    Path("foo.csv.rejected.jsonl").write_text(notes, "utf-8")
    code, _, err = run("label", posts, "-o", "foo.csv")
    assert code == 2
    assert "foo.csv.rejected.jsonl exists and is no file of rejects" in err
    assert Path("foo.csv.rejected.jsonl").read_text("utf-8") == notes
    assert not Path("foo.csv").exists()


@pytest.mark.parametrize("earlier", ["", REJECT], ids=["empty", "rejects"])
def test_rejects_of_an_earlier_run_are_replaced_or_go(run, folder, earlier):
    rejects = Path("foo.csv.rejected.jsonl")
    rejects.write_text(earlier, "utf-8")
    assert run("label", "posts.csv", "-o", "foo.csv", "-q")[0] == 1
    assert [json.loads(line)["file"] for line in rejects.read_text("utf-8").splitlines()] == ["posts.csv"]
    assert run("label", "clean.csv", "-o", "foo.csv", "-q")[0] == 0
    assert not rejects.exists()


def test_rejects_go_where_they_are_wanted_and_no_old_ones_stay_beside_a_new_output(run, folder):
    code, _, err = run("label", "posts.csv", "-o", "foo.csv", "--rejects", "aside.jsonl", "-q")
    assert (code, err) == (1, "1 rows set aside: aside.jsonl\n")
    assert not Path("foo.csv.rejected.jsonl").exists()
    assert run("label", "posts.csv", "-o", "foo.csv", "-q")[0] == 1
    code, _, err = run("label", "posts.csv", "-o", "foo.csv", "--rejects", "aside.jsonl", "-q")
    assert code == 2
    assert "foo.csv.rejected.jsonl: rejects of an earlier run, which would not fit a new output" in err
    assert run("label", "posts.csv", "-o", os.devnull, "--rejects", "others.jsonl", "-q")[0] == 1


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_an_input_folder_that_cannot_be_written_to_is_told_before_the_work(run, folder, monkeypatch):
    Path("kept").mkdir()
    Path("kept/posts.csv").write_text(POSTS, "utf-8")
    Path("kept").chmod(0o555)
    assert_told_before_the_work(run, monkeypatch)


def assert_told_before_the_work(run, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("weibo_nlp.labelling.Labeller.label_columns", lambda *_: pytest.fail("work was done"))
        code, _, err = run("label", "kept/posts.csv", "-o", os.devnull)
    assert code == 2
    assert "cannot write kept/posts.csv.stream-rejected.jsonl: " in err
    assert "Rows that are set aside go there; --rejects names another file." in err
    assert run("label", "kept/posts.csv", "-o", os.devnull, "--rejects", "aside.jsonl", "-q")[0] == 1


@posix
def test_a_folder_that_takes_no_file_is_told_before_the_work(run, folder, monkeypatch):
    import weibo_nlp.io.atomic as atomic

    Path("kept").mkdir()
    Path("kept/posts.csv").write_text(POSTS, "utf-8")
    make = atomic._new_locked_file

    def fail(place, prefix):
        if place.name == "kept":
            raise OSError(30, "Read-only file system")
        return make(place, prefix)

    monkeypatch.setattr(atomic, "_new_locked_file", fail)
    assert_told_before_the_work(run, monkeypatch)


@posix
@pytest.mark.parametrize(
    "target", ["posts.csv.stream-rejected.jsonl", pytest.param("aside.jsonl", marks=pytest.mark.slow)]
)
def test_labelled_rows_are_not_lost_in_a_redirection_onto_the_rejects(folder, target):
    options = "" if target.startswith("posts") else f"--rejects {target}"
    command = f'"{sys.executable}" -m weibo_nlp.cli label posts.csv -q {options} -o - > {target}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 2
    assert f"{target} is the same file as" in done.stderr


@posix
def test_a_stream_and_a_file_share_no_rejects(run, folder):
    assert run("label", "posts.csv", "-o", "posts.labelled.csv", "-q")[0] == 1
    before = content(folder)
    assert run("label", "posts.csv", "-o", os.devnull, "-q")[2] == "1 rows set aside: posts.csv.stream-rejected.jsonl\n"
    added = content(folder).items() - before.items()
    assert [path.name for path, _ in added] == ["posts.csv.stream-rejected.jsonl"]
    assert before.items() <= content(folder).items()


SPREADSHEET = ".xls stands for a spreadsheet, which is not written here; name a file that ends in .csv or .tsv"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["label", "posts.csv", "-o", "out.xls"], SPREADSHEET, id="xls"),
        pytest.param(["label", "posts.csv", "-o", "out.csv.bz2"], ".bz2 stands for a compressed file", id="bz2"),
        pytest.param(["label", "posts.csv", "-o", "out.txt"], ".txt is no suffix of what is written", id="txt"),
        pytest.param(["label", "posts.csv", "-o", "out.csv~"], ".csv~ is no suffix of what is written", id="csv~"),
        pytest.param(["label", "posts.csv", "-o", "out.txt.gz"], ".txt is no suffix of what is written", id="txt-gz"),
        pytest.param(["label", "posts.csv", "-o", "out.JSON"], ".json stands for JSON, which", id="json"),
        pytest.param(["label", "posts.csv", "-o", "out.db"], ".db stands for a database", id="db"),
        pytest.param(["label", "--example", "-o", "out.zip"], ".zip stands for an archive", id="example"),
        pytest.param(["evaluate", "m1.jsonl", "--json", "out.csv"], ".csv stands for CSV", id="figures"),
        pytest.param([*BENCHMARK, "--html", "out.pdf"], ".pdf stands for a text document", id="page"),
    ],
)
def test_a_suffix_of_a_format_that_is_not_written_is_a_wrong_call(run, folder, arguments, message):
    before = content(folder)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert content(folder) == before


def test_an_output_without_a_suffix_gets_the_inputs_format_which_is_told(run, folder):
    output = "out"
    code, _, err = run("label", "clean.csv", "-o", output)
    assert code == 0
    assert f"{output} has no suffix of a format; it is written as csv\n" in err
    assert Path(output).read_text("utf-8").startswith("id,text,topic,")
    assert "suffix" not in run("label", "clean.csv", "-o", "out.tsv")[2]
    assert "suffix" not in run("label", "clean.csv", "-o", os.devnull)[2]


# Sends itself Ctrl-C when a module is looked for, as a user may at any moment.
INTERRUPTED = """
import runpy, signal, sys

class Interrupt:
    def find_spec(self, name, *_):
        if name == sys.argv[1]:
            signal.raise_signal(getattr(signal, sys.argv[2]))

sys.meta_path.insert(0, Interrupt())
module, sys.argv[1:] = sys.argv[3], [*sys.argv[1:3], "models", "list"]
runpy.run_module(module, run_name="__main__")
"""


def heed_ctrl_c():
    """A shell that runs things in the background lets them ignore Ctrl-C, and their children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@posix
@pytest.mark.parametrize(
    ("module", "name", "number", "code"),
    [
        ("weibo_nlp", "weibo_nlp.cli.application", "SIGINT", 130),
        ("weibo_nlp.cli", "typer", "SIGINT", 130),
        pytest.param("weibo_nlp.cli", "weibo_nlp.io", "SIGTERM", 143, marks=pytest.mark.slow),
    ],
)
def test_a_signal_while_modules_are_imported_stops_without_a_traceback(module, name, number, code):
    program = [sys.executable, "-c", INTERRUPTED, name, number, module]
    done = subprocess.run(program, capture_output=True, text=True, preexec_fn=heed_ctrl_c)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == "Stopped; nothing half-written was left behind.\n"


@posix
def test_a_signal_before_it_can_be_answered_is_no_traceback():
    program = "import signal, sys; from weibo_nlp import cli; cli.main = lambda: signal.raise_signal(signal.SIGINT); "
    done = subprocess.run(
        [sys.executable, "-c", program + "cli.console()"], capture_output=True, text=True, preexec_fn=heed_ctrl_c
    )
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


@pytest.mark.parametrize("module", ["weibo_nlp", "weibo_nlp.cli"])
def test_the_package_can_be_run_as_a_module(module):
    done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout == f"{__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["evaluate", "m1.jsonl", "--json"], id="evaluate"),
        pytest.param(["compare", "m1.jsonl", "m2.jsonl", "--json"], id="compare"),
        pytest.param([*SHOW, "--json"], id="show"),
        pytest.param([*BENCHMARK, "--json"], id="benchmark-json"),
        pytest.param([*BENCHMARK, "--html"], id="benchmark-html"),
        pytest.param([*BENCHMARK, "--predictions"], id="benchmark-predictions"),
        pytest.param(["leaderboard", "add", "m1.jsonl", "--folder"], id="add"),
    ],
)
@pytest.mark.parametrize("name", ["-", "clean.csv/new/x"])
def test_figures_do_not_go_where_they_cannot_which_is_told_before_the_work(run, folder, monkeypatch, arguments, name):
    monkeypatch.setattr("weibo_nlp.models.MajorityClassifier.fit", lambda *_, **__: pytest.fail("work was done"))
    before = content(folder)
    code, out, err = run(*arguments, name)
    assert (code, out) == (2, "")
    assert arguments[-1] in err or name in err
    assert content(folder) == before


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["label", "posts.csv", "-o"], id="label"),
        pytest.param(["label", "posts.csv", "--rejects"], id="rejects"),
        pytest.param(["evaluate", "m1.jsonl", "--json"], id="evaluate"),
        pytest.param([*BENCHMARK, "--html"], id="benchmark-html"),
        pytest.param([*BENCHMARK, "--predictions"], id="benchmark-predictions"),
        pytest.param(["leaderboard", "add", "m1.jsonl", "--folder"], id="add"),
    ],
)
def test_an_empty_name_is_no_output(run, folder, arguments):
    before = content(folder)
    code, _, err = run(*arguments, "")
    assert (code, err) == (
        2,
        "Error: the name of an output is empty; name a place, or leave it out. The current folder is called .\n",
    )
    assert content(folder) == before


def test_a_folder_for_predictions_is_tried_and_nothing_of_the_trial_stays(tmp_path):
    require_writable_folder(tmp_path / "a" / "b", "--predictions")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "kept").write_text("", "utf-8")
    require_writable_folder(tmp_path / "a", "--predictions")
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "kept"]


@pytest.mark.parametrize("option", ["--task=topic", "--protocol=standard", "--model=majority"])
def test_a_name_given_twice_to_benchmark_is_a_wrong_call(run, folder, option):
    code, _, err = run("benchmark", option, option)
    assert (code, err) == (2, f"Error: {option.replace('=', ' ')} is named twice; leave one out.\n")


def test_rejects_in_one_file_of_two_outputs_are_a_wrong_call(run, folder):
    assert run("label", "posts.csv", "-o", "a.csv", "--rejects", "aside.jsonl", "-q")[0] == 1
    before = content(folder)
    for posts in ("posts.csv", "clean.csv"):
        code, _, err = run("label", posts, "-o", "b.csv", "--rejects", "aside.jsonl", "-q")
        assert code == 2
        assert "aside.jsonl holds the rejects of another output, a.csv, which would be lost" in err
    assert content(folder) == before


def test_a_page_that_nobody_named_replaces_an_earlier_page_and_no_other_file(run, folder, small_corpus_shipped):
    assert run(*BENCHMARK)[0] == 0
    assert run(*BENCHMARK)[0] == 0
    Path("benchmark.html").write_text("<p>mine</p>", "utf-8")
    code, _, err = run(*BENCHMARK)
    assert (code, Path("benchmark.html").read_text("utf-8")) == (2, "<p>mine</p>")
    assert "is no page of this command" in err


def test_a_folder_for_predictions_that_holds_other_lines_is_refused_before_the_work(run, folder):
    mine = folder / "kept" / "corpus-topic-standard-majority.jsonl"
    mine.parent.mkdir()
    mine.write_text('{"mine": 1}\n', "utf-8")
    code, _, err = run(*BENCHMARK, "--predictions", "kept")
    assert (code, mine.read_text("utf-8")) == (2, '{"mine": 1}\n')
    assert "is no prediction file and may be replaced" in err

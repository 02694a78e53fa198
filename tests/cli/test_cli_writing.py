"""What a shell sees: where results go, and with which exit code."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from weibo_nlp import cli
from weibo_nlp.cli.label_outputs import default_output
from weibo_nlp.cli.process import clean_stop
from weibo_nlp.errors import DataError, UsageError, WriteError

COMMAND = [sys.executable, "-c", "from weibo_nlp.cli import main; main()"]
POSTS = "id,text\n1,失信就该禁乘\n2,\n"
HEADER = "id,text,topic,"
OLD_REJECT = '{"file": "posts.csv", "line": 3, "reason": "text: empty", "raw": ""}\n'
posix = pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts.csv").write_text(POSTS, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "format", "expected"),
    [
        ("posts.csv", "csv", "posts.labelled.csv"),
        ("posts.tsv", "tsv", "posts.labelled.tsv"),
        ("posts.jsonl", "jsonl", "posts.labelled.jsonl"),
        ("posts.parquet", "parquet", "posts.labelled.parquet"),
        ("posts.txt", "lines", "posts.txt-labelled.csv"),
        ("posts.txt", "tsv", "posts.txt-labelled.tsv"),
        ("posts", "lines", "posts-labelled.csv"),
        ("posts.tab", "tsv", "posts.tab-labelled.tsv"),
        ("posts.ndjson", "jsonl", "posts.ndjson-labelled.jsonl"),
        ("posts.CSV", "csv", "posts.CSV-labelled.csv"),
    ],
)
def test_the_default_output_is_named_after_the_input(name, format, expected):
    assert default_output(Path("x", name), format) == Path("x", expected)


def test_no_two_inputs_share_adefault_output():
    formats = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", "": "lines"}
    stems = ["a", "a.txt", "a.csv", "a.labelled", "a-labelled", "a.csv-labelled", "a.tab-labelled.tsv"]
    inputs = {stem + suffix: format for stem in stems for suffix, format in {**formats, ".txt": "lines"}.items()}
    outputs = {default_output(Path(name), format) for name, format in inputs.items()}
    assert len(outputs) == len(inputs)


def test_without_o_an_earlier_result_is_replaced_and_no_file_of_ones_own(run, folder):
    result = folder / "posts.labelled.csv"
    for options in ((), ("--all-scores",), ()):  # with more columns, and with fewer
        assert run("label", "posts.csv", "-q", *options)[0] == 1
    written = result.read_text("utf-8")
    (header, row) = written.splitlines()
    own = {
        "id,text,topic\n1,好,credit\n": "it has no column 'irony', 'irony_score', 'out_of_domain'",
        "no table": "it has no column 'id'",
        f"{header},checked\n{row},yes\n": "it has a column 'checked'",
    }
    for content, reason in own.items():
        result.write_text(content, "utf-8")
        code, _, err = run("label", "posts.csv", "-q")
        assert code == 2
        assert f"posts.labelled.csv exists and is no earlier result of this: {reason}" in err
        assert result.read_text("utf-8") == content
    assert run("label", "posts.csv", "-q", "-o", "posts.labelled.csv")[0] == 1
    assert result.read_text("utf-8") == written


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_without_o_an_earlier_result_is_replaced_in_other_formats(run, folder, suffix):
    frame = pd.DataFrame({"text": ["失信就该禁乘", "好"], "topic": ["a", "b"]}, index=[3, 5])
    if suffix == "parquet":
        frame.to_parquet(folder / "posts.parquet")
    else:
        frame.to_json(folder / "posts.jsonl", orient="records", lines=True, force_ascii=False)
    for _ in range(2):
        assert run("label", f"posts.{suffix}", "-q") == (0, "", "")
    frame.to_parquet(folder / "posts.labelled.parquet")
    frame.to_json(folder / "posts.labelled.jsonl", orient="records", lines=True)
    assert run("label", f"posts.{suffix}", "-q")[0] == 2


def test_without_o_no_result_in_json_lines_that_somebody_added_to_is_replaced(run, folder):
    posts = ['{"text": "失信就该禁乘", "topic": "车"}', '{"text": "好", "id": 7}']
    (folder / "posts.jsonl").write_text("\n".join(posts), "utf-8")
    result = folder / "posts.labelled.jsonl"
    for options in ((), ("--all-scores",), ()):
        assert run("label", "posts.jsonl", "-q", *options) == (0, "", "")
    written = result.read_text("utf-8")
    first, second = map(json.loads, written.splitlines())
    assert (first["topic_input"], second["id"]) == ("车", 7)
    own = {
        json.dumps(second | {"gold": "other"}): "it has a column 'gold' in line 2",
        json.dumps(second | {"topic_": "other"}): "it has a column 'topic_' in line 2",
        json.dumps(second | {"text_input": "x"}): "it has a column 'text_input' in line 2",
        json.dumps(second | {"__index_level_0__": 1}): "it has a column '__index_level_0__' in line 2",
        '{"text": "my note"}': "it has no column 'irony', ",
        "# my note": "its line 2 cannot be read (not JSON: ",
    }
    for line, reason in own.items():
        content = json.dumps(first) + "\n" + line + "\n"
        result.write_text(content, "utf-8")
        code, _, err = run("label", "posts.jsonl", "-q")
        assert code == 2
        assert f"posts.labelled.jsonl exists and is no earlier result of this: {reason}" in err
        assert result.read_text("utf-8") == content
    assert run("label", "posts.jsonl", "-q", "-o", "posts.labelled.jsonl") == (0, "", "")
    assert result.read_text("utf-8") == written


@pytest.mark.parametrize("added", ["topic_", "text_input", "topic_input", "__index_level_0__"])
def test_without_o_a_column_that_looks_renamed_and_is_somebodys_own_is_kept(run, folder, added):
    assert run("label", "posts.csv", "-q")[0] == 1
    result = folder / "posts.labelled.csv"
    pd.read_csv(result).assign(**{added: "mine"}).to_csv(result, index=False)
    code, _, err = run("label", "posts.csv", "-q")
    assert code == 2
    assert f"it has a column {added!r}" in err
    assert "mine" in result.read_text("utf-8")


@posix
@pytest.mark.slow
@pytest.mark.parametrize("output", ["-", "/dev/stdout"])
def test_the_result_goes_to_standard_output_and_all_else_to_standard_error(folder, output):
    command = [*COMMAND, "label", "posts.csv", "-o", output]
    with (folder / "all").open("w") as stream:
        stream.write("before\n")
        stream.flush()
        done = subprocess.run(command, stdout=stream, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert done.returncode == 1
    assert [line[: len(HEADER)] for line in (folder / "all").read_text("utf-8").splitlines()][:2] == ["before", HEADER]
    assert "1 rows labelled: /dev/stdout\n1 rows set aside: posts.csv.stream-rejected.jsonl\n" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["all", "posts.csv", "posts.csv.stream-rejected.jsonl"]


@posix
def test_devices_links_and_parquet_in_a_stream(run, folder):
    assert run("label", "posts.csv", "-o", os.devnull, "-q")[0] == 1
    assert Path(os.devnull).is_char_device()
    (folder / "link.csv").symlink_to("real.csv")
    assert (
        run("label", "posts.csv", "-o", "link.csv", "-q")[2] == f"1 rows set aside: {folder}/real.csv.rejected.jsonl\n"
    )
    assert (folder / "link.csv").is_symlink()
    with (folder / "out").open("w") as stream:
        (folder / "out.parquet").symlink_to(f"/dev/fd/{stream.fileno()}")
        assert run("label", "posts.csv", "-o", "out.parquet", "-q")[0] == 1
    assert list(pd.read_parquet(folder / "out")["id"]) == ["1"]
    assert run("label", "--example", "-o", os.devnull)[1] == ""  # no first rows can be shown of what is gone


def test_an_example_named_elsewhere_asks_not_for_the_place_of_another(run, folder):
    (folder / "example.labelled.csv").write_text("mine", "utf-8")
    assert run("label", "--example", "-q", "-o", "other.csv") == (0, "", "")


@posix
def test_figures_go_to_a_stream_behind_what_was_printed(folder):
    program = "import sys, pathlib; from weibo_nlp.cli.output import write_json, writable; "
    program += "p = pathlib.Path(sys.argv[1]); writable({'--json': p}); "
    program += "print('table'); write_json(p, {'a': 1})"
    done = subprocess.run([sys.executable, "-c", program, "/dev/stdout"], capture_output=True, text=True, check=True)
    assert done.stdout == 'table\n{\n  "a": 1\n}\n'


def leave(monkeypatch, error):
    """Exit code and messages of a command that ends with an error."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr("weibo_nlp.labelling.inputs.open_table", fail)
    with pytest.raises(SystemExit) as left:
        cli.main(["label", "posts.csv"])
    return left.value.code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(UsageError("x"), 2, id="wrong-call"),
        pytest.param(DataError("x"), 3, id="wrong-data"),
        pytest.param(WriteError("x"), 3, id="full-disk"),
        pytest.param(OSError(5, "Input/output error"), 3, id="system"),
        pytest.param(EOFError("x"), 3, id="end-of-file"),  # typer would leave with 1
        pytest.param(RuntimeError("x"), 3, id="fault-of-ours"),
    ],
)
def test_one_means_rows_set_aside_and_nothing_else(monkeypatch, capsys, folder, error, code):
    assert leave(monkeypatch, error) == code
    assert "Traceback" not in capsys.readouterr().err


def test_a_warning_is_a_line(monkeypatch, capsys, folder):
    (folder / ".posts.labelled.csv.abcdefgh.weibo_nlp.tmp").touch()
    with pytest.raises(SystemExit):
        cli.main(["label", "posts.csv", "-q"])
    assert (
        capsys.readouterr()
        .err.splitlines()[0]
        .endswith(".posts.labelled.csv.abcdefgh.weibo_nlp.tmp: left by a run that was killed; deleted.")
    )


@posix
@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirection", "code", "message"),
    [
        pytest.param("| true", 141, "", id="nobody-reads"),
        pytest.param("> /dev/full", 3, "cannot write /dev/stdout: No space left on device; make room", id="full"),
        pytest.param(">&-", 2, "cannot write /dev/stdout: it is open for reading only", id="closed"),
    ],
)
def test_a_standard_output_that_fails_is_told_and_the_rejects_stay(folder, redirection, code, message):
    (folder / "posts.csv.stream-rejected.jsonl").write_text(OLD_REJECT, "utf-8")
    script = f'"$0" -c "$1" label posts.csv -q -o - {redirection}; exit "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", script, *COMMAND[::2]], capture_output=True, text=True)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert (folder / "posts.csv.stream-rejected.jsonl").read_text("utf-8") == OLD_REJECT


@posix
@pytest.mark.slow
def test_printing_onto_a_full_device_fails(folder):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, "models", "list"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 3
    assert done.stderr.startswith("Error: standard output: No space left on device.")


@posix
def test_a_hangup_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with clean_stop():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        with pytest.raises(SystemExit) as stop, clean_stop():
            signal.raise_signal(signal.SIGHUP)
        assert stop.value.code == 129
    finally:
        signal.signal(signal.SIGHUP, before)

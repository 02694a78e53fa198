import csv
import errno
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import UsageError, WriteError
from weibo_nlp.io import Reject, Row, open_outputs, open_table, open_writer, sha256_of_file, sha256_of_rows, transaction
from weibo_nlp.io.column_types import column_type, value_kind
from weibo_nlp.io.rejects import usable_rejects_path
from weibo_nlp.io.transaction import UNFINISHED
from weibo_nlp.io.writers import output_format

# A tab in an unquoted world is the one thing a TSV reader must guess about; see test_io_rows.
cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\t") | st.sampled_from('",\r\n'), max_size=8
)


def write(path, format, columns, rows, **options):
    with open_writer(path, format, columns, **options) as writer:
        writer.write(rows)


@pytest.mark.parametrize(("format", "delimiter"), [("csv", ","), ("tsv", "\t")])
@given(rows=st.lists(st.fixed_dictionaries({"id": cells, "text": cells}), max_size=4), mark=st.booleans())
def test_any_text_comes_back_from_a_delimited_file(tmp_path, format, delimiter, rows, mark):
    path = tmp_path / f"a.{format}"
    write(path, format, {"id": "string", "text": "string"}, rows, mark=mark)
    assert [item.values for item in open_table(path).rows() if isinstance(item, Row)] == rows
    with path.open(encoding="utf-8-sig" if mark else "utf-8", newline="") as handle:
        assert list(csv.DictReader(handle, delimiter=delimiter)) == rows  # and so do other programs read it


def test_a_carriage_return_inside_a_text_tears_no_row(tmp_path):
    write(tmp_path / "a.csv", "csv", {"a": "string", "b": "string"}, [{"a": "前\r后", "b": "x"}])
    assert (tmp_path / "a.csv").read_bytes() == 'a,b\n"前\r后",x\n'.encode()


def test_a_delimited_file_leaves_nulls_empty_and_nested_values_as_json(tmp_path):
    columns = {"s": "string", "j": "json", "f": "float", "b": "bool"}
    rows = [{"s": None, "j": {"键": [1]}, "f": 0.5, "b": True}, {"s": "x", "j": "plain", "f": None}]
    write(tmp_path / "a.csv", "csv", columns, rows)
    assert (tmp_path / "a.csv").read_text("utf-8") == 's,j,f,b\n,"{""键"": [1]}",0.5,True\nx,plain,,\n'


def test_parquet_has_the_types_it_was_told(tmp_path):
    columns = {"s": "string", "b": "bool", "i": "int", "f": "float", "j": "json"}
    rows = [{"s": "好", "b": False, "i": 2**53 + 1, "f": 1, "j": ["a", None]}, {}]
    write(tmp_path / "a.parquet", "parquet", columns, rows)
    table = pq.read_table(tmp_path / "a.parquet")
    assert [str(item.type) for item in table.schema] == ["string", "bool", "int64", "double", "string"]
    assert table.to_pylist() == [
        {"s": "好", "b": False, "i": 2**53 + 1, "f": 1.0, "j": '["a", null]'},
        dict.fromkeys(columns),
    ]


def test_json_lines_hold_no_nan(tmp_path):
    rows = [{"a": float("nan"), "b": {"c": [float("inf"), 1.5]}}]
    write(tmp_path / "a.jsonl", "jsonl", {}, rows)
    assert (tmp_path / "a.jsonl").read_text("utf-8") == '{"a": null, "b": {"c": ["Infinity", 1.5]}}\n'


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl", "parquet"])
def test_a_failing_run_leaves_the_old_output_and_nothing_beside_it(tmp_path, format):
    path = tmp_path / "a.out"
    path.write_text("old", "utf-8")
    with pytest.raises(RuntimeError), open_writer(path, format, {"a": "string"}) as writer:  # noqa: PT012
        writer.write([{"a": "new"}])
        raise RuntimeError
    assert path.read_text("utf-8") == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["a.out"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([], "string", id="nothing"),
        pytest.param([None, None], "string", id="nulls"),
        pytest.param([None, "a"], "string", id="strings"),
        pytest.param([True, None], "bool", id="booleans"),
        pytest.param([None, 1, 2**53 + 1], "int", id="integers-after-null"),
        pytest.param([-(2**63), 2**63 - 1], "int", id="64-bits"),
        pytest.param([2**63], "json", id="65-bits"),
        pytest.param([1, 0.5], "float", id="integers-and-floats"),
        pytest.param([2**53 + 1, 0.5], "json", id="integers-that-a-float-would-round"),
        pytest.param([1, True], "json", id="booleans-are-no-integers"),
        pytest.param(["1", 1], "json", id="strings-and-integers"),
        pytest.param([[1]], "json", id="list"),
    ],
)
def test_a_columns_type_loses_no_value(values, expected):
    assert column_type({value_kind(value) for value in values}) == expected
    assert column_type({value_kind(value) for value in reversed(values)}) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.CSV", "csv"),
        ("a.tab", "tsv"),
        ("a.ndjson", "jsonl"),
        ("a.parquet", "parquet"),
        ("a.xlsx", "xlsx"),
        ("a.csv.gz", "csv"),
        ("a.jsonl.zst", "jsonl"),
        ("a", "tsv"),
    ],
)
def test_the_output_format_follows_the_suffix_or_else_the_input(tmp_path, name, expected):
    assert output_format(tmp_path / name, "tsv") == expected


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.csv.bz2", "a.csv.zip", "a.txt.gz", "a.gz", "a.xls", "a.2"])
def test_an_output_with_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match=r"(no suffix of what is|which is not) written.*; name a file that ends in"):
        output_format(tmp_path / name, "tsv")


def test_the_name_of_a_stream_promises_no_format():
    assert output_format(Path("/dev/stdout"), "jsonl") == "jsonl"


def label(output, rows, rejects, source="输入.csv"):
    """One run over `source`: so many rows, so many rejects."""
    with open_outputs(output, "csv", {"run": "string"}, source=output.parent / source) as (writer, rejected):
        writer.write([{"run": row} for row in rows])
        for reason in rejects:
            rejected.write(Reject(source, 7, reason))
    return rejected


def reasons(path):
    return [json.loads(line)["reason"] for line in path.read_text("utf-8").splitlines()] if path.exists() else None


def test_rejects_lie_beside_the_output_with_file_line_and_reason(tmp_path):
    rejects = label(tmp_path / "out.csv", ["1"], ["blank line"])
    assert (rejects.count, rejects.path) == (1, tmp_path / "out.csv.rejected.jsonl")
    written = json.loads(rejects.path.read_text("utf-8"))
    assert written == {"file": "输入.csv", "line": 7, "reason": "blank line", "raw": "", "output": "out.csv"}
    assert (tmp_path / "out.csv").read_text("utf-8") == "run\n1\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_run_takes_the_place_of_output_and_rejects_of_the_run_before(tmp_path):
    label(tmp_path / "out.csv", ["1"], ["first"])
    label(tmp_path / "out.csv", ["2"], ["second"])
    assert (tmp_path / "out.csv").read_text("utf-8") == "run\n2\n"
    assert reasons(tmp_path / "out.csv.rejected.jsonl") == ["second"]
    label(tmp_path / "out.csv", ["3"], [])
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("out.csv", "run\n3\n")]


@pytest.mark.parametrize("rejects", [0, 1])
def test_a_failing_run_leaves_output_and_rejects_of_the_run_before(tmp_path, rejects):
    label(tmp_path / "out.csv", ["1"], ["old"])

    def rows():
        yield "2"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        label(tmp_path / "out.csv", [], (reason for _ in range(rejects) for reason in rows()) if rejects else rows())
    assert (tmp_path / "out.csv").read_text("utf-8") == "run\n1\n"
    assert reasons(tmp_path / "out.csv.rejected.jsonl") == ["old"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("before", [["old"], []])
@pytest.mark.parametrize("rejects", [["new"], []])
def test_an_output_that_cannot_get_its_name_leaves_the_old_rejects(tmp_path, monkeypatch, before, rejects):
    output = tmp_path / "out.csv"
    label(output, ["1"], before)
    rename = Path.replace

    def fail(path, to):
        if to == output:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(path, to)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(WriteError, match=r"out.csv: Device or resource busy"):
        label(output, ["2"], rejects)
    assert output.read_text("utf-8") == "run\n1\n"
    assert reasons(tmp_path / "out.csv.rejected.jsonl") == (before or None)
    assert len(list(tmp_path.iterdir())) == 1 + len(before)


def test_a_signal_just_behind_the_rename_of_the_output_leaves_the_new_rejects(tmp_path, monkeypatch):
    output = tmp_path / "out.csv"
    label(output, ["1"], ["old"])
    rename = Path.replace

    def stop(path, to):
        rename(path, to)
        if to == output:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        label(output, ["2"], ["new"])
    assert output.read_text("utf-8") == "run\n2\n"
    assert reasons(tmp_path / "out.csv.rejected.jsonl") == ["new"]


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_rejects_and_the_note_in_their_place_may_be_read_by_whom_the_old_ones_were(tmp_path, monkeypatch):
    output, rejected = tmp_path / "out.csv", tmp_path / "out.csv.rejected.jsonl"
    monkeypatch.setattr(os, "umask", lambda mask: 0o027)
    label(output, ["1"], ["old"])
    assert stat.S_IMODE(rejected.stat().st_mode) == 0o640
    rejected.chmod(0o604)
    rename, modes = Path.replace, []

    def fail(path, to):
        if to == output:
            modes.append(stat.S_IMODE(rejected.stat().st_mode))
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(path, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(WriteError, match="busy"):
            label(output, ["2"], ["new"])
    assert (reasons(rejected), stat.S_IMODE(rejected.stat().st_mode)) == (["old"], 0o604)
    label(output, ["2"], ["new"])
    assert (reasons(rejected), stat.S_IMODE(rejected.stat().st_mode), modes) == (["new"], 0o604, [0o604])


IN_ASCII = """
import sys
from pathlib import Path
from weibo_nlp.io import Reject, open_outputs, open_table, write_jsonl

text, folder = "\\u6b63\\u6587", Path(sys.argv[1])
write_jsonl(folder / "a.jsonl", [{"text": text}])
for format in ("csv", "tsv", "jsonl"):
    output = folder / f"b.{format}"
    with open_outputs(output, format, {"text": "string"}, source=folder / "a.jsonl", quoted=False) as (writer, rejects):
        writer.write([row.values for row in open_table(folder / "a.jsonl").rows()])
        rejects.write(Reject("a.jsonl", 2, "blank line", text))
    (row,) = open_table(output).rows()
    assert row.values == {"text": text}
    with open_outputs(output, format, {"text": "string"}, source=folder / "a.jsonl", quoted=False) as (writer, rejects):
        writer.write([row.values])
        rejects.write(Reject("a.jsonl", 2, "blank line", text))
"""


@pytest.mark.skipif(os.name != "posix", reason="locales of POSIX")
def test_files_are_utf_8_whatever_the_locale(tmp_path):
    locale = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", IN_ASCII, tmp_path], env=locale, check=True)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes() == '{"text": "正文"}\n'.encode()
    for format in ("csv", "tsv"):
        assert (tmp_path / f"b.{format}").read_bytes() == "text\n正文\n".encode()
    for format in ("csv", "tsv", "jsonl"):
        line = (tmp_path / f"b.{format}.rejected.jsonl").read_bytes()
        assert json.loads(line)["raw"] == "正文"
        assert "正文".encode() in line


# Every call that changes the disk, or brings it up to date, is a place where a run can be killed: a copy of the process
# dies there, and what it left is shown.
KILLED_ANYWHERE = """
import itertools, json, os, pathlib, sys
from weibo_nlp.io import Reject, open_outputs

output = pathlib.Path(sys.argv[1]) / "out.csv"
rejected = output.with_name("out.csv.rejected.jsonl")

def label(run, rejects):
    with open_outputs(output, "csv", {"run": "string"}, source=output.with_name("in")) as (writer, rejected):
        writer.write([{"run": run}])
        for _ in range(rejects):
            rejected.write(Reject("in.csv", 7, run))

def die_at(step):
    count = itertools.count()
    def counted(function):
        def call(*arguments, **options):
            if next(count) == step:
                os._exit(9)
            return function(*arguments, **options)
        return call
    for place, name in ((os, "fsync"), (os, "close"), (pathlib.Path, "replace"), (pathlib.Path, "unlink")):
        setattr(place, name, counted(getattr(place, name)))

old, new = map(int, sys.argv[2:])
for step in itertools.count():
    for path in (output, rejected):
        path.unlink(missing_ok=True)
    label("old", old)
    if not (child := os.fork()):
        die_at(step)
        label("new", new)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    reason = json.loads(rejected.read_text())["reason"] if rejected.exists() else None
    print(json.dumps([code, output.read_text().split()[1], reason]))
    if not code:
        break
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are copied as on POSIX")
@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_killed_at_any_step_no_rejects_stand_beside_an_output_of_another_run(tmp_path, old, new):
    program = [sys.executable, "-W", "ignore", "-c", KILLED_ANYWHERE, tmp_path, str(old), str(new)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    states = [json.loads(line) for line in done.stdout.splitlines()]
    pair = {"old": "old" if old else None, "new": "new" if new else None}
    assert [code for code, *_ in states] == [9] * (len(states) - 1) + [0]
    assert len(states) > 5
    for _, output, rejects in states:
        assert rejects in (pair[output], UNFINISHED)
    assert states[-1][1:] == ["new", pair["new"]]
    assert {output for _, output, _ in states} == {"old", "new"}
    assert (UNFINISHED in {rejects for *_, rejects in states}) == bool(old or new)


def test_a_file_name_that_is_no_utf8_can_stand_in_a_reject(tmp_path):
    assert json.loads(label(tmp_path / "out.csv", [], ["blank line"], "\udcff.csv").path.read_bytes())["line"] == 7


def test_rejects_of_a_link_lie_beside_the_file_it_leads_to(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "link.csv").symlink_to("data/real.csv")
    label(tmp_path / "data" / "real.csv", ["1"], ["old"])
    label(tmp_path / "link.csv", ["2"], [])
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["real.csv"]
    assert label(tmp_path / "link.csv", ["3"], ["new"]).path == tmp_path / "data" / "real.csv.rejected.jsonl"
    assert (tmp_path / "link.csv").is_symlink()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="descriptors have no names here")
@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_rejects_of_a_stream_lie_beside_the_input(tmp_path, format):
    with (tmp_path / "out").open("w") as stream:
        output = f"/dev/fd/{stream.fileno()}"
        with open_outputs(output, format, {"a": "string"}, source=tmp_path / "in.csv") as (writer, rejects):
            writer.write([{"a": "好"}])
            rejects.write(Reject("in.csv", 1, "blank line"))
    assert open_table(tmp_path / "out", format).columns == ("a",)
    assert reasons(tmp_path / "in.csv.stream-rejected.jsonl") == ["blank line"]
    assert len(list(tmp_path.iterdir())) == 2


def test_rejects_that_are_a_link_to_the_output_are_refused(tmp_path):
    (tmp_path / "out.csv.rejected.jsonl").symlink_to("out.csv")
    with pytest.raises(UsageError, match=r"is the same file as the output"):
        label(tmp_path / "out.csv", [], [])


def test_rejects_can_be_a_device(tmp_path):
    (tmp_path / "out.csv.rejected.jsonl").symlink_to(os.devnull)
    label(tmp_path / "out.csv", ["1"], ["blank line"])
    assert (tmp_path / "out.csv.rejected.jsonl").is_symlink()
    assert (tmp_path / "out.csv").read_text("utf-8") == "run\n1\n"


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_two_runs_that_finish_at_once_do_not_mix_their_pairs(tmp_path, monkeypatch):
    output = tmp_path / "out.csv"
    label(output, ["0"], ["0"])
    rename = Path.replace
    other = threading.Thread(target=label, args=(output, ["2"], ["2"]))

    def begin_another_run_in_between(path, to):
        rename(path, to)
        if to == output and not other.ident:
            other.start()
            other.join(0.2)  # it waits for this run: without the lock it would be through by now

    monkeypatch.setattr(Path, "replace", begin_another_run_in_between)
    label(output, ["1"], ["1"])
    other.join()
    assert output.read_text("utf-8") == "run\n2\n"
    assert reasons(tmp_path / "out.csv.rejected.jsonl") == ["2"]


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_a_folder_that_somebody_else_has_locked_is_written_to_after_a_while(tmp_path, monkeypatch):
    import fcntl

    monkeypatch.setattr(transaction, "LOCK_SECONDS", 0)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    label(tmp_path / "out.csv", ["1"], ["1"])
    os.close(handle)
    assert reasons(tmp_path / "out.csv.rejected.jsonl") == ["1"]


@pytest.mark.parametrize(
    ("given", "output"),
    [
        pytest.param("a.csv", "a.csv", id="itself"),
        pytest.param("a.csv", "link.csv", id="a-link-to-it"),
        pytest.param("a.csv.rejected.jsonl", "a.csv", id="the-rejects-of-an-earlier-run"),
    ],
)
def test_the_input_is_never_written_over(tmp_path, given, output):
    (tmp_path / given).write_text("text\n", "utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / given)
    with pytest.raises(UsageError, match=r"is the input .*; name another file"):
        usable_rejects_path(tmp_path / output, tmp_path / given)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="descriptors have no names here")
def test_the_input_is_not_written_over_through_a_redirection_either(tmp_path):
    (tmp_path / "a.csv").write_text("text\n", "utf-8")
    with (
        (tmp_path / "a.csv").open("a") as stream,
        pytest.raises(UsageError, match=r"is the input .*; name another file"),
    ):
        usable_rejects_path(Path(f"/dev/fd/{stream.fileno()}"), tmp_path / "a.csv")


def test_rows_have_one_checksum_whatever_the_order_of_their_keys():
    # echo '{"a":1,"b":"好"}' | sha256sum
    expected = "422da3c43f36699e1ff148dc16b971d435f885a86b4c6f3283f5d9a36f7edfd9"
    assert sha256_of_rows([{"b": "好", "a": 1}]) == sha256_of_rows([{"a": 1, "b": "好"}]) == expected


def test_a_files_checksum_is_that_of_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of_file(tmp_path / "a") == expected


@pytest.mark.parametrize("suffix", ["parquet", "jsonl", "csv"])
def test_rows_with_columns_beside_them_are_rows_in_which_the_columns_count(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    rows = [{"text": "好", "n": "1"}, {"text": "坏", "more": [2]}]
    with open_writer(path, suffix, {"text": "string", "n": "string", "more": "json", "topic": "string"}) as writer:
        writer.write_beside(rows, {"n": ["8", "9"], "topic": ["other", None]})
    expected = [{**rows[0], "n": "8", "topic": "other"}, {**rows[1], "n": "9", "topic": None}]
    again = tmp_path / f"b.{suffix}"
    with open_writer(again, suffix, {"text": "string", "n": "string", "more": "json", "topic": "string"}) as writer:
        writer.write(expected)
    assert path.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("suffix", ["parquet", "jsonl", "csv"])
def test_rows_by_column_are_the_same_rows(tmp_path, suffix):
    columns = {"text": ["好", None], "score": [0.5, 1.0]}
    for name, write in {
        "a": lambda writer: writer.write_columns(columns),
        "b": lambda writer: writer.write([{"text": "好", "score": 0.5}, {"text": None, "score": 1.0}]),
    }.items():
        with open_writer(tmp_path / f"{name}.{suffix}", suffix, {"text": "string", "score": "float"}) as writer:
            write(writer)
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()

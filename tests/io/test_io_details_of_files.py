"""YAML, rows of records, consoles and files that are put in place: borders, words and what is passed over."""

import errno
import os
import shutil
import signal
import stat
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from weibo_nlp.errors import DataError, UsageError, WriteError
from weibo_nlp.io import Reject, atomic, atomic_path, column_names, open_table, write_errors, yaml_file
from weibo_nlp.io.atomic import pending_file
from weibo_nlp.io.terminal import print_line, print_lines, print_row, terminal_console
from weibo_nlp.io.typed_json import from_json, to_json
from weibo_nlp.io.validation import RowError, field_types, label_type, row_parser
from weibo_nlp.io.yaml_file import read_yaml

posix = pytest.mark.skipif(os.name != "posix", reason="files as on POSIX")


def yaml_of(folder, text):
    path = folder / "a.yaml"
    path.write_text(text, "utf-8")
    return read_yaml(path, "a scheme")


def refused(folder, text):
    """What is said of a YAML file between the words that are said of each."""
    with pytest.raises(DataError) as caught:
        yaml_of(folder, text)
    message = str(caught.value)
    before, after = f"{folder / 'a.yaml'}: cannot be read as a scheme: ", ". Name a YAML file in UTF-8."
    assert message.startswith(before)
    assert message.endswith(after)
    return message.removeprefix(before).removesuffix(after)


@pytest.mark.parametrize("sign", "-+.:_09afAFxoTtZz")
def test_what_looks_like_a_number_or_date_has_at_most_a_hundred_signs(tmp_path, sign):
    assert yaml_of(tmp_path, f"a: 1z{sign * 97}0") == {"a": f"1z{sign * 97}0"}
    told = f"a number or date of 101 characters (1z{sign * 18}…), at most 100 are read; put quotes around a text"
    assert refused(tmp_path, f"a: 1z{sign * 98}0") == told


@pytest.mark.parametrize("start", ["-", "+", ".", "0", "9"])
@pytest.mark.parametrize("blank", [" ", "\t"])
def test_so_has_what_begins_like_one_and_has_blanks(tmp_path, start, blank):
    text = f"{start}z" + f"{blank}a" * 50
    assert refused(tmp_path, f"a: {text}").startswith("a number or date of 102 characters")


@pytest.mark.parametrize("text", ["x" + "1" * 120, "1" + "g" * 120, "1" + "G" * 120, "1" + "y" * 120, "1" + ";" * 120])
def test_what_looks_like_neither_is_a_text_of_any_length(tmp_path, text):
    assert yaml_of(tmp_path, f"a: {text}\nb: '{'1' * 101}'") == {"a": text, "b": "1" * 101}


@pytest.mark.parametrize("kind", ["int", "float", "timestamp"])
def test_a_tag_makes_a_long_number_no_shorter(tmp_path, kind):
    assert refused(tmp_path, f"a: !!{kind} '{'1' * 101}'").startswith("a number or date of 101 characters (111")


def test_numbers_and_dates_are_read_as_such(tmp_path):
    body = f"\ufeffa: {'1' * 100}\nb: -0.5\nc: 2020-01-31\nd: !!int '7'"
    assert yaml_of(tmp_path, body) == {"a": int("1" * 100), "b": -0.5, "c": date(2020, 1, 31), "d": 7}


@pytest.mark.parametrize(
    ("body", "values", "line"),
    [
        pytest.param("a: &x [1, 2]\nb: *x", 9, 2, id="list"),
        pytest.param("a: &x 1\nb: *x", 5, 2, id="scalar"),
        pytest.param("a: &x {k: v}\nb: &y [*x]\nc:\n  *y", 15, 4, id="reference-of-a-reference"),
    ],
)
def test_a_reference_counts_as_what_it_stands_for(tmp_path, monkeypatch, body, values, line):
    monkeypatch.setattr(yaml_file, "MAX_NODES", values)
    assert list(yaml_of(tmp_path, body))[:2] == ["a", "b"]
    monkeypatch.setattr(yaml_file, "MAX_NODES", values - 1)
    told = f"line {line}: more than {values - 1} values, each reference counted as what it stands for"
    assert refused(tmp_path, body) == told


@pytest.mark.parametrize("level", ["- ", "? ", " -\n"], ids=["list", "key", "lines"])
def test_depth_of_a_hundred_is_read_and_beyond_it_is_not(tmp_path, level):
    def nested(levels):
        if level == " -\n":
            return "".join(" " * depth + "-\n" for depth in range(levels)) + " " * levels + "x"
        return level * levels + "x"

    if level == "? ":  # a mapping cannot be the key of another: it is refused, but not for its depth
        assert "nested deeper" not in refused(tmp_path, nested(100))
    else:
        assert yaml_of(tmp_path, nested(100))
    assert refused(tmp_path, nested(101)).endswith("nested deeper than 100 levels")
    assert refused(tmp_path, f"x: [1]\ny:\n  {'[' * 100}").startswith("line 3: nested deeper than 100 levels")


def test_a_yaml_file_has_at_most_sixteen_mebibytes(tmp_path):
    (tmp_path / "a.yaml").touch()
    os.truncate(tmp_path / "a.yaml", 2**24 + 1)
    with pytest.raises(DataError, match=r"a\.yaml: cannot be read as YAML: longer than 16,777,216 bytes\. Name a"):
        read_yaml(tmp_path / "a.yaml")


def test_a_yaml_file_that_is_not_there_is_told_by_what_it_should_be(tmp_path):
    with pytest.raises(DataError, match=r"b\.yaml: cannot be read as a scheme: No such file or directory\. Name a YA"):
        read_yaml(tmp_path / "b.yaml", "a scheme")


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("a.tab", "text\n好\n", "tsv"),
        ("a.ndjson", "[1]\n", "jsonl"),
        ("a.tsv", "text\n", "tsv"),
        ("a.JSONL", "x\n", "jsonl"),
    ],
)
def test_a_known_suffix_is_believed_whatever_the_first_bytes(tmp_path, name, body, kind):
    (tmp_path / name).write_text(body, "utf-8")
    assert open_table(tmp_path / name).format == kind


def test_names_up_to_the_limits_will_do(tmp_path, monkeypatch):
    monkeypatch.setattr(column_names, "MAX_COLUMNS", 2)
    monkeypatch.setattr(column_names, "MAX_NAME_CHARACTERS", 3)
    path = tmp_path / "a.jsonl"
    path.write_text('{"abc": 1, "def": 2}\n{"abcd": 1}\n{"a": 1, "b": 2, "c": 3}\n', "utf-8")
    good, *bad = open_table(path).rows()
    assert (good.number, good.values) == (1, {"abc": 1, "def": 2})
    assert bad == [
        Reject(str(path), 2, "a name longer than 3 characters", '{"abcd": 1}'),
        Reject(str(path), 3, "more than 2 names", '{"a": 1, "b": 2, "c": 3}'),
    ]


def test_rejects_have_file_line_reason_and_beginning(tmp_path):
    for name, body, reject in (
        ("a.csv", "a,b\n1\n", (2, "1 cells, the header has 2", "1")),
        ("a.txt", b"a\n\xffb\n", (2, "not UTF-8: byte 0xff at byte 0", "\\xffb")),
    ):
        path = tmp_path / name
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        assert list(open_table(path).rows())[-1] == Reject(str(path), *reject)


def faults(types, row):
    with pytest.raises(RowError) as caught:
        row_parser(dict, types)(row)
    return list(map(str, caught.value.faults))


@pytest.mark.parametrize(
    ("declared", "value", "fault"),
    [
        pytest.param(float, "1", "a must be a number, got '1'.", id="number"),
        pytest.param(Literal["x", "y"], "z", "a 'z' is not one of 'x' or 'y'.", id="one-of-two"),
        pytest.param(list[int], "x", "a must be a list, got 'x'.", id="list"),
        pytest.param(Mapping[str, int], 1, "a must be a mapping of names to values, got 1.", id="any-mapping"),
        pytest.param(dict[str, int], 1, "a must be a mapping of names to values, got 1.", id="mapping"),
        pytest.param((int | None, None), "x", "a must be a whole number or null, got 'x'.", id="with-a-default"),
        pytest.param((int, 3), "x", "a must be a whole number, got 'x'.", id="with-a-default-and-not-null"),
        pytest.param(dict[str, int | None], {"k": "x"}, "a.k must be a whole number, got 'x'.", id="deeper"),
    ],
)
def test_what_a_field_must_be_is_said(declared, value, fault):
    assert faults({"a": declared}, {"a": value}) == [fault]


def test_a_label_without_a_document_is_told_without_one():
    remedy = "Correct the row, or add the label to a new scheme version."
    assert faults({"a": label_type(["x", "y"])}, {"a": "z"}) == [f"a 'z' is not in the scheme (x, y). {remedy}"]
    types = {"a": label_type(["x"]), "document_id": str}
    assert faults(types, {"a": "z", "document_id": "p\n"}) == [f"a 'z' for p\\n is not in the scheme (x). {remedy}"]


def test_twenty_faults_are_told_and_of_more_their_number():
    types = {"a": list[int]}
    assert len(faults(types, {"a": ["x"] * 20})) == 20
    assert faults(types, {"a": ["x"] * 21})[-1] == "1 faults more; mend these first."


def test_a_date_that_yaml_made_is_text_again():
    assert row_parser(dict, {"a": str})({"a": date(2020, 1, 31)}) == {"a": "2020-01-31"}


@dataclass(frozen=True)
class Ladle:
    size: int
    made: str = "tin"

    def __post_init__(self):
        if self.size > 9:
            raise UsageError("no ladle is as large.")


@dataclass(frozen=True)
class Figure:
    value: float

    def to_dict(self):
        return {"v": self.value}


def test_types_of_fields_have_defaults_and_may_be_narrower():
    assert field_types(Ladle, made=Literal["tin"]) == {"size": (int, ...), "made": (Literal["tin"], "tin")}


def test_a_value_that_writes_itself_is_asked_and_others_give_their_fields():
    assert to_json({"a": (Figure(0.5), Ladle(1)), "b": "x"}) == {
        "a": [{"v": 0.5}, {"size": 1, "made": "tin"}],
        "b": "x",
    }


def test_what_a_record_objects_to_is_told_with_its_place():
    with pytest.raises(DataError, match=r"^here: no ladle is as large\. Write it again with this version\.$"):
        from_json(Ladle, {"size": 10}, "here")
    with pytest.raises(DataError, match=r"^here: it must be a mapping of names to values, got \[1\]\. Write it again"):
        from_json(Ladle, [1], "here")


def test_lines_for_people_go_where_they_are_told(capsys):
    print_lines("a\nb", err=True)
    print_row(["c", "d"], err=True)
    assert capsys.readouterr() == ("", "a\nb\nc\td\n")
    print_line()
    print_lines("a\n\n")
    assert capsys.readouterr() == ("\na\n\n", "")


@pytest.mark.parametrize(("columns", "width"), [("19", 160), ("20", 20), ("100", 100)])
def test_a_console_is_as_wide_as_its_terminal_unless_that_is_too_narrow(monkeypatch, columns, width):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "xterm")
    for err in (False, True):
        console = terminal_console(err=err)
        assert (console.width, console.stderr, console.quiet, console.soft_wrap) == (width, err, False, err)


def test_a_terminal_shows_text_as_it_is_numbers_and_names_of_emoji_as_well(monkeypatch, capsys):
    for name, value in (("FORCE_COLOR", "1"), ("COLUMNS", "100"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    console = terminal_console()
    console.print(":heart: 1 'a' https://a.cn")
    console.print("loud", style="bold")
    assert capsys.readouterr().out == ":heart: 1 'a' https://a.cn\n\x1b[1mloud\x1b[0m\n"


def test_a_console_that_is_no_terminal_has_a_width_of_its_own_and_adds_nothing(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    console = terminal_console()
    assert (console.width, console.stderr, console.quiet, console.soft_wrap) == (160, False, False, False)
    assert terminal_console(err=True).stderr
    assert terminal_console(err=True).soft_wrap
    assert terminal_console(quiet=True).quiet
    console.print(":heart: 1")
    assert capsys.readouterr().out == ":heart: 1\n"


def test_an_error_that_is_not_of_a_disk_passes_as_it_is():
    with pytest.raises(PermissionError, match="denied"), write_errors("a"):
        raise PermissionError(errno.EACCES, "denied")
    told = r"^cannot write a: Read-only file system; name a file on another disk\.$"
    with pytest.raises(WriteError, match=told), write_errors("a"):
        raise OSError(errno.EROFS, "x")


def test_a_temporary_name_begins_with_forty_characters_of_the_file_s(tmp_path):
    with atomic_path(tmp_path / ("长" * 41 + ".csv")) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.name.startswith("." + "长" * 40 + ".")
        assert temporary.name.endswith(".weibo_nlp.tmp")
        assert len(temporary.name) == 42 + 8 + len(".weibo_nlp.tmp")


@posix
def test_what_is_for_a_stream_is_gathered_in_the_folder_for_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    told = rf"cannot write /dev/null \(gathered in {tmp_path}; TMPDIR names another folder\): No space left on device"
    with pytest.raises(WriteError, match=told), atomic_path("/dev/null") as temporary:  # noqa: PT012 - the failing block
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".null.")
        raise OSError(errno.ENOSPC, "x")
    assert list(tmp_path.iterdir()) == []


@posix
def test_only_abandoned_files_of_our_own_are_swept(tmp_path, monkeypatch):
    name = ".a.{}.weibo_nlp.tmp"
    for abandoned in ("abcdefg", "abcdefghi", "ABCDEFGH"):  # other than eight small letters
        (tmp_path / name.format(abandoned)).touch()
    os.mkfifo(tmp_path / name.format("aaaaaaaa"))
    (tmp_path / name.format("bbbbbbbb")).symlink_to(tmp_path / "a")
    kept = sorted(tmp_path.iterdir())
    (tmp_path / name.format("a0_z9bcd")).touch()
    with monkeypatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("error")
        patch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        with atomic_path(tmp_path / "a"):
            pass
    assert (tmp_path / name.format("a0_z9bcd")).exists()
    with pytest.warns(UserWarning, match="left by") as told, atomic_path(tmp_path / "a"):
        pass
    swept = f"{tmp_path / name.format('a0_z9bcd')}: left by a run that was killed; deleted."
    assert [str(warning.message) for warning in told] == [swept]
    assert sorted(tmp_path.iterdir()) == sorted([*kept, tmp_path / "a"])


@posix
def test_without_locks_nothing_is_swept_and_files_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "HAS_LOCKS", False)
    (tmp_path / ".a.abcdefgh.weibo_nlp.tmp").touch()
    with atomic_path(tmp_path / "a") as temporary:
        temporary.write_bytes(b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.abcdefgh.weibo_nlp.tmp", "a"]


@posix
def test_where_a_file_system_has_no_locks_nothing_is_taken_for_abandoned_nor_said_to_be(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "lock", lambda handle, wait: False)
    (tmp_path / ".a.abcdefgh.weibo_nlp.tmp").touch()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with atomic_path(tmp_path / "a"):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.abcdefgh.weibo_nlp.tmp", "a"]


@posix
def test_a_folder_that_cannot_be_opened_is_left_to_the_system(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "denied")

    with pytest.raises(FileNotFoundError):
        atomic.sync_folder(tmp_path / "none")
    monkeypatch.setattr(os, "open", refuse)
    atomic.sync_folder(tmp_path)


@posix
@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EBADF])
def test_a_file_system_that_knows_no_sync_is_passed_over(tmp_path, monkeypatch, code):
    def refuse(handle):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    if code == errno.EBADF:
        with pytest.raises(OSError, match="Bad file descriptor"):
            atomic.sync_folder(tmp_path)
    else:
        atomic.sync_folder(tmp_path)


@posix
def test_a_new_file_has_the_mode_that_the_mask_leaves_which_stays(tmp_path):
    before = os.umask(0o027)
    try:
        with atomic_path(tmp_path / "a"):
            pass
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@posix
def test_owner_and_group_are_asked_for_one_by_one_and_a_mode_has_no_more_than_rights(tmp_path, monkeypatch):
    target = tmp_path / "a"
    target.touch()
    target.chmod(0o1755)
    asked = []

    def refuse(path, owner, group):
        asked.append((owner, group))
        raise PermissionError(errno.EPERM, "not permitted")

    monkeypatch.setattr(os, "chown", refuse)
    with atomic_path(target):
        pass
    status = target.stat()
    assert asked == [(-1, status.st_gid), (status.st_uid, -1)]
    assert stat.S_IMODE(status.st_mode) == 0o755


@posix
def test_an_owner_that_cannot_be_given_for_another_reason_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "a").touch()

    def fail(*_):
        raise OSError(errno.EIO, "failing")

    monkeypatch.setattr(os, "chown", fail)
    with pytest.raises(WriteError, match="may be failing"), atomic_path(tmp_path / "a"):
        pass


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes as on Linux")
@pytest.mark.parametrize("code", [errno.ENOTSUP, errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENODATA])
def test_attributes_that_cannot_be_kept_leave_the_others(tmp_path, monkeypatch, code):
    (tmp_path / "a").touch()
    kept = {}

    def set_attribute(path, name, value):
        if name == "one":
            raise OSError(code, os.strerror(code))
        kept[name] = value

    monkeypatch.setattr(os, "listxattr", lambda path: ["one", "two"])
    monkeypatch.setattr(os, "getxattr", lambda path, name: f"{path.name} {name}".encode())
    monkeypatch.setattr(os, "setxattr", set_attribute)
    with atomic_path(tmp_path / "a"):
        pass
    assert kept == {"two": b"a two"}


@posix
def test_what_was_printed_comes_before_what_is_copied(tmp_path, monkeypatch):
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        monkeypatch.setattr("sys.stderr", None)
        stream.write("before\n")
        with atomic_path(f"/dev/fd/{stream.fileno()}") as temporary:
            temporary.write_text("content\n", "utf-8")
        stream.write("after\n")
    assert Path(tmp_path / "log").read_text("utf-8") == "before\ncontent\nafter\n"


def test_a_file_is_published_when_it_has_its_name_and_not_before(tmp_path):
    with pending_file(tmp_path / "a") as pending:
        pending.path.write_bytes(b"x")
        pending.complete()
        assert not pending.is_published
        pending.publish()
        assert pending.is_published
    with pending_file(tmp_path / "b") as dropped:
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert not dropped.path.exists()


@posix
def test_a_stream_is_published_when_it_was_copied_and_brought_to_disk_where_that_is_a_file(tmp_path, monkeypatch):
    synced, blocked = [], []
    copy = shutil.copyfileobj
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append((os.fstat(handle).st_ino, os.fstat(handle).st_size)))
    monkeypatch.setattr(
        shutil,
        "copyfileobj",
        lambda *given: (blocked.append(signal.pthread_sigmask(signal.SIG_BLOCK, [])), copy(*given)),
    )
    with (tmp_path / "log").open("w") as stream, pending_file(f"/dev/fd/{stream.fileno()}") as pending:
        pending.path.write_text("content", "utf-8")
        pending.complete()
        assert (pending.is_published, synced) == (False, [])
        pending.publish()
        assert pending.is_published
    assert synced == [((tmp_path / "log").stat().st_ino, len("content"))]
    # A broken pipe is told once, by an error of writing, and by its signal behind that.
    assert [signal.SIGPIPE in mask for mask in blocked] == [True]
    assert signal.SIGPIPE not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with pending_file(os.devnull) as pending:
        pending.publish()
    assert len(synced) == 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are listed on Linux")
def test_no_descriptor_stays_open(tmp_path):
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(3):
        with atomic_path(tmp_path / "a"):
            pass
        with atomic_path(os.devnull):
            pass
    assert len([*Path("/proc/self/fd").iterdir()]) == before

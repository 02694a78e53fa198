import errno
import os
import random
import re
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pytest

from weibo_nlp.errors import UsageError, WriteError
from weibo_nlp.io import atomic_path, write_jsonl


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_new_file_replaces_the_old_one_and_nothing_else_is_left(tmp_path):
    target = tmp_path / "结果.csv"
    target.write_text("old", "utf-8")
    with atomic_path(target) as temporary:
        temporary.write_text("new", "utf-8")
        assert target.read_text("utf-8") == "old"
    assert target.read_text("utf-8") == "new"
    assert names(tmp_path) == ["结果.csv"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_block_that_fails_leaves_the_old_file_and_no_half_one(tmp_path, error):
    target = tmp_path / "out.csv"
    target.write_text("old", "utf-8")
    with pytest.raises(error), atomic_path(target) as temporary:  # noqa: PT012 - the failing block is the case
        temporary.write_text("half", "utf-8")
        raise error
    assert target.read_text("utf-8") == "old"
    assert names(tmp_path) == ["out.csv"]


def test_the_file_is_as_readable_as_any_file_the_user_makes(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("", "utf-8")
    with atomic_path(tmp_path / "atomic"):
        pass
    assert stat.S_IMODE((tmp_path / "atomic").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize(
    "name",
    [pytest.param("笑" * 83 + ".csv", id="chinese-253-bytes"), pytest.param("😀" * 62 + ".csv", id="emoji-252-bytes")],
)
def test_the_longest_file_names_can_be_written(tmp_path, name):
    with atomic_path(tmp_path / name) as temporary:
        temporary.write_text("x", "utf-8")
    assert names(tmp_path) == [name]


def test_a_missing_folder_is_refused_before_any_work(tmp_path):
    with pytest.raises(UsageError, match=r"cannot write .*out\.csv: No such file or directory; name a folder that"):
        atomic_path(tmp_path / "nowhere" / "out.csv").__enter__()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused_before_any_work(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(UsageError, match=r"cannot write .*: Permission denied; name a folder that exists and is writ"):
        atomic_path(folder / "out.csv").__enter__()


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o222])
def test_a_replaced_file_keeps_its_mode(tmp_path, mode):
    target = tmp_path / "a"
    target.write_text("old", "utf-8")
    target.chmod(mode)
    with atomic_path(target) as temporary:
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600  # nobody else reads what is not finished
    assert stat.S_IMODE(target.stat().st_mode) == mode


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
def test_a_replaced_file_keeps_its_owner_and_group(tmp_path):
    target = tmp_path / "a"
    target.write_text("old", "utf-8")
    os.chown(target, 12345, 23456)
    target.chmod(0o660)
    with atomic_path(target):
        pass
    status = target.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12345, 23456, 0o660)


def test_a_group_that_cannot_be_kept_gives_no_other_group_its_rights(tmp_path, monkeypatch):
    target = tmp_path / "a"
    target.write_text("old", "utf-8")
    target.chmod(0o664)
    target_group = target.stat().st_gid + 1
    read = Path.stat

    def status_of_another_group(path, **options):
        fields = list(read(path, **options))
        if path.name == "a":
            fields[stat.ST_GID] = target_group
        return os.stat_result(fields)

    monkeypatch.setattr(Path, "stat", status_of_another_group)
    monkeypatch.setattr(os, "chown", refuse(PermissionError(errno.EPERM, "Operation not permitted")))
    with atomic_path(target):
        pass
    assert stat.S_IMODE(read(target).st_mode) == 0o644


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes as on Linux")
def test_a_replaced_file_keeps_its_extended_attributes(tmp_path):
    target = tmp_path / "a"
    target.write_text("old", "utf-8")
    try:
        os.setxattr(target, "user.origin", b"weibo")
    except OSError:
        pytest.skip("this file system has none")
    with atomic_path(target):
        pass
    assert os.getxattr(target, "user.origin") == b"weibo"


def test_another_hard_link_keeps_the_old_content(tmp_path):
    (tmp_path / "a").write_text("old", "utf-8")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    with atomic_path(tmp_path / "a") as temporary:
        temporary.write_text("new", "utf-8")
    assert [(tmp_path / name).read_text("utf-8") for name in "ab"] == ["new", "old"]


def test_the_content_is_on_disk_before_the_rename_and_the_rename_before_the_end(tmp_path, monkeypatch):
    steps = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append(kind(handle)), sync(handle)))
    monkeypatch.setattr(Path, "replace", lambda path, to: (steps.append("rename"), rename(path, to)))
    with atomic_path(tmp_path / "a"):
        pass
    assert steps == ["file", "rename", "folder"]


def kind(handle):
    return "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"


def test_a_file_system_that_cannot_sync_is_written_to_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", refuse(OSError(errno.EINVAL, "Invalid argument")))
    with atomic_path(tmp_path / "a") as temporary:
        temporary.write_text("new", "utf-8")
    assert (tmp_path / "a").read_text("utf-8") == "new"


def refuse(error):
    def function(*_, **__):
        raise error

    return function


@pytest.mark.parametrize("where", ["write", "fsync"])
@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        pytest.param(errno.ENOSPC, "make room, or name a file on another disk", id="full"),
        pytest.param(errno.EDQUOT, "make room, or name a file on another disk", id="quota"),
        pytest.param(errno.EFBIG, "raise the limit on the size of files", id="limit"),
        pytest.param(errno.EROFS, "name a file on another disk", id="read-only"),
        pytest.param(errno.EIO, "may be failing", id="failing"),
    ],
)
def test_a_full_or_failing_disk_is_told_with_the_name_of_the_file(tmp_path, monkeypatch, where, code, remedy):
    (tmp_path / "a").write_text("old", "utf-8")
    if where == "fsync":
        monkeypatch.setattr(os, "fsync", refuse(OSError(code, os.strerror(code))))
    expected = f"cannot write .*a: {os.strerror(code)}; .*{remedy}"
    with pytest.raises(WriteError, match=expected), atomic_path(tmp_path / "a"):  # noqa: PT012 - the failing block is the case
        if where == "write":
            raise OSError(code, os.strerror(code))
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text("utf-8") == "old"


def test_no_room_for_a_first_byte_is_told_likewise(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "mkstemp", refuse(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(WriteError, match=r"cannot write .*a: No space left on device; make room"):
        atomic_path(tmp_path / "a").__enter__()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_device_is_told_with_its_name():
    with (
        pytest.raises(WriteError, match="cannot write /dev/full: No space left on device"),
        atomic_path("/dev/full") as temporary,
    ):
        temporary.write_text("x", "utf-8")


def test_a_rename_that_fails_is_told_with_the_name_of_the_file(tmp_path):
    target = tmp_path / "a"
    with pytest.raises(WriteError, match=r"cannot write .*a: it is a folder; name a file"), atomic_path(target):
        target.mkdir()
    assert names(tmp_path) == ["a"]


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_that_leads_elsewhere_by_the_end_is_not_written_through(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name, "utf-8")
    link = tmp_path / "link"
    link.symlink_to("a")
    with (  # noqa: PT012 - what happens in the block is the case
        pytest.raises(WriteError, match=r"its name leads elsewhere by now; run again"),
        atomic_path(link) as path,
    ):
        path.write_text("new", "utf-8")
        link.unlink()
        link.symlink_to("b")
    assert [(tmp_path / name).read_text("utf-8") for name in ("a", "b")] == ["a", "b"]


def test_a_file_made_read_only_meanwhile_is_not_replaced(tmp_path, monkeypatch):
    target = tmp_path / "a"
    target.write_text("old", "utf-8")
    with (  # noqa: PT012 - what happens in the block is the case
        pytest.raises(WriteError, match=r"cannot write .*a: it is read-only"),
        atomic_path(target) as path,
    ):
        path.write_text("new", "utf-8")
        monkeypatch.setattr(os, "access", lambda *_: False)  # root may write whatever the mode
    assert target.read_text("utf-8") == "old"


LIMITED = """
import resource, sys
from weibo_nlp.io import write_jsonl
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_jsonl(sys.argv[1], ({"text": "好" * 100} for _ in range(1000)))
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_limit_on_the_size_of_files_leaves_the_old_file(tmp_path):
    (tmp_path / "a").write_text("old", "utf-8")
    program = [sys.executable, "-c", LIMITED, tmp_path / "a"]
    told = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    assert told.startswith(f"WriteError cannot write {tmp_path / 'a'}: File too large; raise the limit")
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text("utf-8") == "old"


KILLED = """
import sys, time
from weibo_nlp.io import atomic_path
with atomic_path(sys.argv[1]) as temporary:
    temporary.write_text("half")
    print("writing", flush=True)
    time.sleep(100)
"""


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_what_a_killed_process_left_is_swept_and_told_but_nothing_of_a_living_one(tmp_path):
    target = tmp_path / "a"
    target.write_text("old", "utf-8")
    others = [".a.12345678.tmp", ".a.weibo_nlp.tmp", ".b.abcdefgh.weibo_nlp.tmp", ".a.abcdefgh.weibo_nlp.tmp.bak"]
    for name in others:
        (tmp_path / name).touch()
    program = [sys.executable, "-c", KILLED, target]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        (half,) = tmp_path.glob(".a.????????.weibo_nlp.tmp")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            write_jsonl(target, [{"run": 2}])
        assert half.exists()
        process.kill()
    assert target.read_text("utf-8") == '{"run": 2}\n'
    with pytest.warns(UserWarning, match=re.escape(f"{half}: left by a run that was killed; deleted.")):
        write_jsonl(target, [{"run": 3}])
    assert names(tmp_path) == sorted(["a", *others])


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_a_file_swept_before_it_could_be_locked_is_made_anew(tmp_path, monkeypatch):
    make = tempfile.mkstemp
    made = []

    def make_and_sweep_first(**options):
        made.append(make(**options))
        if len(made) == 1:
            Path(made[0][1]).unlink()
        return made[-1]

    monkeypatch.setattr(tempfile, "mkstemp", make_and_sweep_first)
    write_jsonl(tmp_path / "a", [{"a": 1}])
    assert (tmp_path / "a").read_text("utf-8") == '{"a": 1}\n'
    assert len(made) == 2


def test_of_two_runs_at_once_each_leaves_a_whole_file(tmp_path):
    target = tmp_path / "a"
    with atomic_path(target) as first:
        first.write_text("first", "utf-8")
        with atomic_path(target) as second:
            second.write_text("second", "utf-8")
        assert target.read_text("utf-8") == "second"
    assert target.read_text("utf-8") == "first"
    assert names(tmp_path) == ["a"]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_killed_at_random_moments_a_run_leaves_a_whole_file(tmp_path):
    target = tmp_path / "a"
    rows = [{"text": "好" * 50}] * 2000
    write_jsonl(target, rows)
    whole = target.read_bytes()
    program = f"from weibo_nlp.io import write_jsonl\nwhile True: write_jsonl({str(target)!r}, {rows[:1]} * 2000)"
    chance = random.Random(0)
    for _ in range(20):
        with subprocess.Popen([sys.executable, "-W", "ignore", "-c", program]) as process:
            time.sleep(0.2 + chance.random() / 4)
            process.kill()
        assert target.read_bytes() == whole
    assert len(names(tmp_path)) <= 2  # each swept what the one before had left

import os
import stat
from pathlib import Path

import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.io import atomic_path


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


@pytest.mark.parametrize(
    "target", [pytest.param(Path(os.devnull), id="device"), pytest.param(Path(os.curdir), id="folder")]
)
def test_a_folder_or_device_is_not_replaced_by_a_file(target):
    with pytest.raises(UsageError, match="it is a folder or a device; name a file"):
        atomic_path(target).__enter__()
    assert target.exists()
    assert not target.is_file()

"""Whether a folder takes files is seen before the work, and leaves no trace."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.io.folders import require_writable_folder

posix = pytest.mark.skipif(os.name != "posix", reason="links and modes as on POSIX")


def contents(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_folder_that_can_be_made_with_those_above_it_will_do_and_is_not_there_afterwards(tmp_path):
    require_writable_folder(tmp_path / "a" / "b" / "c", "--out")
    assert contents(tmp_path) == []
    require_writable_folder(tmp_path, "--out")
    assert tmp_path.is_dir()


def test_a_folder_that_is_there_keeps_what_it_holds(tmp_path):
    (tmp_path / "a" / "empty").mkdir(parents=True)
    (tmp_path / "a" / "file").write_text("mine", "utf-8")
    for name in ("a", "a/empty", "a/new"):
        require_writable_folder(tmp_path / name, "--out")
        assert contents(tmp_path) == ["a", "a/empty", "a/file"]


def test_a_file_in_its_place_or_above_it_is_refused_and_stays(tmp_path):
    (tmp_path / "file").write_text("mine", "utf-8")
    for name, why in (("file", "File exists"), ("file/a", "Not a directory")):
        with pytest.raises(UsageError) as caught:
            require_writable_folder(tmp_path / name, "--out")
        assert str(caught.value) == (
            f"cannot write into --out {tmp_path / name}: {why}; name a folder that is writable, or is not there."
        )
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_a_folder_that_takes_no_file_is_refused_and_what_was_made_for_it_goes(tmp_path, monkeypatch):
    tried = []

    def refuse(dir):
        tried.append(dir)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(UsageError, match=r"^cannot write into --out .*b: No space left on device; name a folder"):
        require_writable_folder(tmp_path / "a" / "b", "--out")
    assert tried == [tmp_path / "a" / "b"]
    assert contents(tmp_path) == []


def test_what_somebody_puts_into_it_meanwhile_stays(tmp_path, monkeypatch):
    trial = tempfile.TemporaryFile

    def put_beside(dir):
        (dir.parent / "theirs").write_text("theirs", "utf-8")
        return trial(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", put_beside)
    require_writable_folder(tmp_path / "a" / "b", "--out")
    assert contents(tmp_path) == ["a", "a/theirs"]


@posix
def test_a_link_that_leads_nowhere_is_refused_and_stays(tmp_path):
    (tmp_path / "link").symlink_to("none")
    with pytest.raises(UsageError, match=r"cannot write into --out .*link: File exists"):
        require_writable_folder(tmp_path / "link", "--out")
    assert (tmp_path / "link").is_symlink()


def test_standard_output_is_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^--out -: a folder is written, not standard output; name one\.$"):
        require_writable_folder(Path("-"), "--out")
    assert contents(tmp_path) == []

"""States of files, links, descriptors and streams: borders and words."""

import errno
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.destination import destination_of
from weibo_nlp.io.quoting import uses_quoting
from weibo_nlp.io.stable import FileState, open_regular, open_unchanged
from weibo_nlp.io.terminal import print_line

posix = pytest.mark.skipif(os.name != "posix", reason="links and descriptors as on POSIX")


@pytest.mark.parametrize(
    ("field", "by", "told"),
    [
        ("device", 1, "was replaced by another file"),
        ("inode", 1, "was replaced by another file"),
        ("size", 1, "shrank from 1,235 to 1,234 bytes"),
        ("size", -1, "grew from 1,233 to 1,234 bytes"),
        ("modified_ns", 1, "was written to"),
        ("changed_ns", 1, "was written to, or its mode or links changed,"),
    ],
)
def test_what_a_state_says_of_a_file_is_told(tmp_path, field, by, told):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 1234)
    state = FileState.of(path)
    since = replace(state, **{field: getattr(state, field) + by})
    with pytest.raises(DataError) as caught, open_unchanged(path, since):
        pytest.fail("was opened")
    remedy = "Wait until it is finished, or make a copy of it, and start again."
    assert str(caught.value) == f"{path}: {told} while it was read. {remedy}"
    assert caught.value.__cause__ is None


def test_a_file_that_is_not_there_is_told_by_whether_it_was(tmp_path):
    path = tmp_path / "a"
    with pytest.raises(FileNotFoundError), open_unchanged(path):
        pytest.fail("was opened")
    path.touch()
    state = FileState.of(path)
    path.unlink()
    with pytest.raises(DataError, match="was removed while it was read") as caught, open_unchanged(path, state):
        pytest.fail("was opened")
    assert isinstance(caught.value.__cause__, FileNotFoundError)


@posix
def test_a_device_may_be_read_unless_a_regular_file_is_wanted():
    with open_unchanged(Path(os.devnull)) as handle:
        assert handle.read() == b""
    with (
        pytest.raises(DataError, match="is no file, but a pipe or a device"),
        open_unchanged(Path(os.devnull), regular=True),
    ):
        pytest.fail("was opened")
    with pytest.raises(IsADirectoryError):
        open_regular(Path(os.curdir))


@posix
def test_forty_links_are_too_many(tmp_path):
    for number in range(40):
        (tmp_path / f"{number}").symlink_to(f"{number + 1}")
    assert destination_of(tmp_path / "1").file == tmp_path / "40"
    with pytest.raises(UsageError, match="too many links lead on from it; name the file itself"):
        destination_of(tmp_path / "0")


@posix
@pytest.mark.parametrize("folder", ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd"])
def test_a_descriptor_is_known_by_its_folder_and_number(tmp_path, folder):
    if not Path(folder).exists():
        pytest.skip("this system has no such names")
    with (tmp_path / "log").open("w") as stream:
        path = Path(folder, str(stream.fileno()))
        found = destination_of(path)
        assert (found.target, found.file, found.descriptor) == (path, None, stream.fileno())
        assert str(found) == str(path)
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(UsageError, match=r"cannot write .*: it is a folder; name a file\.$"):
            destination_of(Path(folder, str(handle)))
    finally:
        os.close(handle)


@posix
def test_a_number_in_any_other_folder_is_a_file(tmp_path):
    found = destination_of(tmp_path / "1")
    assert (found.file, found.descriptor) == (tmp_path / "1", None)


@posix
def test_a_link_is_shown_with_its_end(tmp_path):
    (tmp_path / "link").symlink_to("end")
    (tmp_path / "null").symlink_to(os.devnull)
    assert str(destination_of(tmp_path / "link")) == f"{tmp_path / 'link'} (a link to {tmp_path / 'end'})"
    assert str(destination_of(tmp_path / "end")) == str(tmp_path / "end")
    assert str(destination_of(tmp_path / "null")) == str(tmp_path / "null")


class Broken:
    """A stream that takes what it is given and cannot pass it on."""

    def write(self, text):
        pass

    def flush(self):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_output_that_cannot_be_passed_on_is_an_error_and_an_error_s_message_is_not(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken())
    monkeypatch.setattr(sys, "stderr", Broken())
    print_line("a", err=True)
    with pytest.raises(OSError, match="No space left on device: 'standard output'") as caught:
        print_line("a")
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize(("missing", "quoting"), [(0, True), (1, False)])
def test_a_mebibyte_is_looked_at_for_what_marks_mean(missing, quoting):
    first = b'1\t"a""b"'
    filler = b"2\t".ljust(2**20 - len(first) - missing, b"b")
    lines = enumerate([b"id\ttext", first, filler, b'3\t"c"d'], 1)
    assert uses_quoting(((number, line, False) for number, line in lines), "\t") is quoting

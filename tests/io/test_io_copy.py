"""A copy that cannot be made is told as what it is: a full disk, no folder, or an input that cannot be read."""

import errno
import io
import os
from contextlib import contextmanager

import pytest

from weibo_nlp.errors import DataError, UsageError, WriteError
from weibo_nlp.io import copy, open_table


class Failing(io.BytesIO):
    """A file that can be neither read nor written."""

    def __init__(self, number):
        super().__init__()
        self.number = number

    def write(self, data):
        raise OSError(self.number, os.strerror(self.number))

    def read(self, size=-1):
        raise OSError(self.number, os.strerror(self.number))


@pytest.fixture
def table(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "好"}\n', "utf-8")
    return open_table(tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    ("number", "error", "message"),
    [
        (errno.ENOSPC, WriteError, r"cannot write a copy of .*a\.jsonl .*TMPDIR.*No space left on device; make room"),
        (errno.EFBIG, WriteError, r"cannot write a copy of .*a\.jsonl .*File too large; raise the limit"),
        (errno.EACCES, UsageError, r"a\.jsonl: cannot be copied .*Permission denied.*; name a folder in TMPDIR"),
    ],
)
def test_a_copy_that_cannot_be_written_is_no_fault_of_the_input(monkeypatch, table, number, error, message):
    monkeypatch.setattr(copy.tempfile, "SpooledTemporaryFile", lambda _: Failing(number))
    with pytest.raises(error, match=message), copy.read_once(table):
        pass


def test_an_input_that_cannot_be_read_to_its_end_is_no_fault_of_the_copy(monkeypatch, table):
    @contextmanager
    def failing(path, *_, **__):
        yield Failing(errno.EIO)

    monkeypatch.setattr(copy, "open_stream", failing)
    with (
        pytest.raises(DataError, match=r"a\.jsonl: cannot be read to its end"),
        copy.read_once(table),
    ):
        pass

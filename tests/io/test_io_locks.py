import errno
import os

import pytest

from weibo_nlp.io import locks
from weibo_nlp.io.locks import lock, locked_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")


@pytest.fixture
def handles(tmp_path):
    """Two descriptors of one folder."""
    opened = [os.open(tmp_path, os.O_RDONLY) for _ in range(2)]
    yield opened
    for handle in opened:
        os.close(handle)


def test_one_of_two_gets_a_lock(handles):
    assert lock(handles[0], wait=False) is True
    with pytest.raises(BlockingIOError):
        lock(handles[1], wait=False)


def test_a_file_system_without_locks_is_told_by_false(handles, monkeypatch):
    import fcntl

    def refuse(handle, operation):
        raise OSError(errno.ENOTSUP, "not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert lock(handles[0], wait=True) is False
    assert lock(handles[0], wait=False) is False


def test_a_folder_is_held_for_the_length_of_the_block_and_waited_for(tmp_path, handles, monkeypatch):
    import fcntl

    flock, operations = fcntl.flock, []
    monkeypatch.setattr(fcntl, "flock", lambda *given: (operations.append(given[1]), flock(*given)))
    with locked_folder(tmp_path):
        assert operations == [fcntl.LOCK_EX]
        with pytest.raises(BlockingIOError):
            lock(handles[0], wait=False)
    assert lock(handles[0], wait=False)


def test_a_folder_is_let_go_after_an_error(tmp_path, handles):
    with pytest.raises(KeyError), locked_folder(tmp_path):
        raise KeyError
    assert lock(handles[0], wait=False)


def test_windows_has_no_such_locks(handles, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(locks.sys, "platform", "win32")
        assert lock(handles[0], wait=False) is False
    assert lock(handles[1], wait=False)


def test_where_there_are_no_locks_the_block_runs_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "HAS_LOCKS", False)
    entered = []
    with locked_folder(tmp_path / "not looked at"):
        entered.append(1)
    assert entered == [1]

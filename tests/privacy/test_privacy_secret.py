import os
import stat
import threading

import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.privacy import Pseudonyms, Secret, load_secret, secret_path

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_secret_is_made_on_first_use_and_the_same_ever_after(home):
    first = load_secret()
    assert secret_path() == home / "secret"
    assert len(first.key) == 32
    assert load_secret() == first
    assert [path.name for path in home.iterdir()] == ["secret"]


@POSIX
def test_a_new_secret_is_for_its_owner_alone(home):
    load_secret()
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777], ids=oct)
def test_a_secret_that_others_can_reach_is_refused(home, mode):
    load_secret()
    (home / "secret").chmod(mode)
    with pytest.raises(UsageError, match=r"others can reach the secret .*chmod 600"):
        load_secret()


def test_many_that_come_first_get_one_secret():
    made = []
    threads = [threading.Thread(target=lambda: made.append(load_secret().key)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1


def test_a_secret_is_never_shown():
    secret = Secret(b"0123456789abcdef0123456789abcdef")
    assert "0123" not in f"{secret!r} {secret} {Pseudonyms(secret)!r}"


@pytest.mark.parametrize("inside", ["secret", "below/secret"])
def test_a_secret_inside_of_what_is_given_away_is_refused(tmp_path, inside):
    output = tmp_path / "out"
    with pytest.raises(UsageError, match="which is written to be given away"):
        load_secret(output / inside, apart_from=[output])
    assert not output.exists()


def test_a_secret_reached_by_a_link_into_the_output_is_refused(tmp_path):
    output = tmp_path / "out"
    output.mkdir()
    (tmp_path / "link").symlink_to(output)
    with pytest.raises(UsageError, match="given away"):
        load_secret(tmp_path / "link" / "secret", apart_from=[output])


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 2000], ids=["empty", "short", "long"])
def test_a_file_that_is_no_secret_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "mine"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="put back the file"):
        load_secret(path)
    assert path.read_bytes() == content


def test_a_folder_is_no_secret(tmp_path):
    with pytest.raises(UsageError, match="secret"):
        load_secret(tmp_path)


@POSIX
def test_a_pipe_is_no_secret_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(UsageError, match="no regular file"):
        load_secret(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_file_is_told(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(UsageError, match="cannot make the secret"):
        load_secret(tmp_path / "closed" / "secret")

import os
import socket
import threading
from pathlib import Path

import pytest

from weibo_nlp.errors import UsageError, WriteError
from weibo_nlp.io import atomic_path
from weibo_nlp.io.destination import destination_of, require_kept

posix = pytest.mark.skipif(os.name != "posix", reason="descriptors have names on POSIX systems only")


def write(target, text="new", within=None):
    with atomic_path(target, within=within) as temporary:
        temporary.write_text(text, "utf-8")


def read_to_end(descriptor):
    os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, encoding="utf-8") as stream:
        return stream.read()


@pytest.mark.parametrize("old", [pytest.param("old", id="there"), pytest.param(None, id="dangling")])
@pytest.mark.parametrize("length", [1, 3])
def test_writing_to_a_link_changes_the_file_at_its_end_and_the_link_stays(tmp_path, old, length):
    (tmp_path / "data").mkdir()
    (tmp_path / "links").mkdir()
    end = tmp_path / "data" / "real.csv"
    if old is not None:
        end.write_text(old, "utf-8")
    links = [tmp_path / "links" / f"{number}.csv" for number in range(length)]
    for link, following in zip(
        links, [*(Path(link.name) for link in links[1:]), Path("../data/real.csv")], strict=True
    ):
        link.symlink_to(following)
    write(links[0])
    assert all(link.is_symlink() for link in links)
    assert end.read_text("utf-8") == "new"
    assert not end.is_symlink()
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == sorted([*(link.name for link in links), "real.csv"])


def test_a_folder_that_is_a_link_is_written_into(tmp_path):
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real/deep")
    (tmp_path / "real" / "deep" / "up.csv").symlink_to("../out.csv")  # counts from where the link really lies
    write(tmp_path / "link" / "up.csv")
    assert (tmp_path / "real" / "out.csv").read_text("utf-8") == "new"


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        pytest.param("out.csv", "../outside.csv", id="to-a-file"),
        pytest.param("out.csv", "../nowhere.csv", id="dangling"),
        pytest.param("out.csv", "in.csv", id="to-a-neighbour"),
        pytest.param("deep", "../elsewhere", id="folder"),
        pytest.param("deep", "../nowhere", id="dangling-folder"),
        pytest.param("out.csv", os.devnull, id="device"),
    ],
)
def test_in_a_folder_kept_for_its_user_no_link_is_followed_and_the_folder_itself_may_be_one(tmp_path, link, leads_to):
    for folder in ("real", "elsewhere"):
        (tmp_path / folder).mkdir()
    for file in ("outside.csv", "real/in.csv", "elsewhere/out.csv"):
        (tmp_path / file).write_text("old", "utf-8")
    kept = tmp_path / "kept"
    kept.symlink_to("real")
    target = kept / link / "out.csv" if link == "deep" else kept / link
    (kept / link).symlink_to(leads_to)
    with pytest.raises(UsageError, match=r"out\.csv: (it|.*deep) is a link, and none in .*kept is followed"):
        write(target, within=kept)
    (kept / link).unlink()
    target.parent.mkdir(exist_ok=True)
    write(target, within=kept)
    assert target.read_text("utf-8") == "new"
    assert not (tmp_path / "nowhere.csv").exists()
    assert not (tmp_path / "nowhere").exists()
    for file in ("outside.csv", "real/in.csv", "elsewhere/out.csv"):
        assert (tmp_path / file).read_text("utf-8") == "old"


def test_in_a_folder_kept_for_its_user_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(UsageError, match=r"cannot write .*a: it is there and no file; move it away"):
        require_kept(tmp_path, tmp_path / "a")


def test_a_link_that_is_put_into_a_kept_folder_meanwhile_is_not_followed(tmp_path):
    (tmp_path / "kept").mkdir()
    outside = tmp_path / "outside"
    outside.write_text("old", "utf-8")
    link = tmp_path / "kept" / "a"
    with (  # noqa: PT012 - what happens in the block is the case
        pytest.raises(WriteError, match="it is a link, and none in"),
        atomic_path(link, within=tmp_path / "kept") as path,
    ):
        path.write_text("new", "utf-8")
        link.symlink_to(outside)
    assert outside.read_text("utf-8") == "old"


def test_links_in_a_circle_and_into_nowhere_are_refused(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to("no/such/folder")
    with pytest.raises(UsageError, match=r"cannot write .*a: too many links lead on from it; name the file its"):
        write(tmp_path / "a")
    with pytest.raises(UsageError, match=r"cannot write .*c \(a link to .*no/such/folder\): No such file or direc"):
        write(tmp_path / "c")


@posix
def test_a_named_pipe_gets_the_content_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text("utf-8")))
    reader.start()
    write(pipe, "好" * 100_000)
    reader.join()
    assert received == ["好" * 100_000]
    assert pipe.is_fifo()


@posix
@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}", "link"])
def test_a_descriptor_that_is_a_pipe_is_written_to(tmp_path, name):
    if not Path("/dev/fd").exists() or (name.startswith("/proc") and not Path("/proc/self/fd").exists()):
        pytest.skip("this system has no such names")
    reading, writing = os.pipe()
    path = Path(name.format(writing))
    if name == "link":
        path = tmp_path / "link"
        path.symlink_to(f"/dev/fd/{writing}")
    write(path)
    os.close(writing)
    assert read_to_end(reading) == "new"


@posix
def test_a_descriptor_that_is_a_file_is_written_on_from_where_it_stands_and_not_replaced(tmp_path):
    file = tmp_path / "log"
    with file.open("w", encoding="utf-8") as stream:
        stream.write("before\n")
        stream.flush()
        number = file.stat().st_ino
        write(f"/dev/fd/{stream.fileno()}", "new\n")
        os.write(stream.fileno(), b"after\n")
    assert file.read_text("utf-8") == "before\nnew\nafter\n"
    assert file.stat().st_ino == number


@posix
def test_a_stream_gets_nothing_from_a_block_that_fails(tmp_path):
    with (  # noqa: PT012 - the failing block is the case
        (tmp_path / "log").open("w") as stream,
        pytest.raises(RuntimeError),
        atomic_path(f"/dev/fd/{stream.fileno()}") as temporary,
    ):
        temporary.write_text("half", "utf-8")
        raise RuntimeError
    assert (tmp_path / "log").read_bytes() == b""


@posix
def test_a_device_is_written_to_and_stays_one(tmp_path):
    (tmp_path / "link").symlink_to(os.devnull)
    write(tmp_path / "link")
    assert Path(os.devnull).is_char_device()
    assert list(tmp_path.iterdir()) == [tmp_path / "link"]


@posix
def test_descriptors_that_cannot_be_written_to_are_refused(tmp_path):
    (tmp_path / "in").write_text("old", "utf-8")
    with (tmp_path / "in").open() as stream:
        number = stream.fileno()
        with pytest.raises(UsageError, match=r"cannot write /dev/fd/\d+: it is open for reading only; name another"):
            destination_of(f"/dev/fd/{number}")
    with pytest.raises(UsageError, match=r"cannot write /dev/fd/\d+: Bad file descriptor"):
        destination_of(f"/dev/fd/{number}")


def test_a_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(".")
    for name in (".", "..", "/", "link"):
        with pytest.raises(UsageError, match=r"cannot write .*: it is a folder; name a file"):
            destination_of(name)


@posix
def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(UsageError, match="it is a socket; name a file"):
            destination_of("socket")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_file_is_refused_and_stays(tmp_path):
    (tmp_path / "a").write_text("old", "utf-8")
    (tmp_path / "a").chmod(0o444)
    with pytest.raises(UsageError, match="it is read-only; make it writable, or name another file"):
        write(tmp_path / "a")
    assert (tmp_path / "a").read_text("utf-8") == "old"

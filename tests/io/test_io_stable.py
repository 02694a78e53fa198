import json
import os
import threading
from functools import partial
from pathlib import Path

import pytest
from file_changes import CHANGES

from weibo_nlp.corpus import Release, open_release
from weibo_nlp.errors import DataError, PredictionError
from weibo_nlp.external.files import open_text
from weibo_nlp.io import open_table, read_jsonl, sha256_of_file
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.manifest import read_manifest
from weibo_nlp.io.stable import FileState, open_regular, open_unchanged
from weibo_nlp.io.yaml_file import read_yaml
from weibo_nlp.leaderboard.entries import read_entry
from weibo_nlp.predictions import ModelReference, PredictionHeader, read_predictions, write_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.segmentation.lexicon import lexicon_from_file

each_change = pytest.mark.parametrize("change", CHANGES)


def test_a_file_that_stays_as_it_is_is_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"good")
    state = FileState.of(path)
    with open_unchanged(path, state) as handle:
        assert handle.read() == b"good"


@each_change
def test_a_change_between_opening_and_end_is_refused(tmp_path, change):
    path = tmp_path / "a"
    path.write_bytes(b"content")
    with pytest.raises(DataError, match=f"a: {change}.* while it was read"), open_unchanged(path):
        CHANGES[change](path)


@each_change
def test_a_change_since_an_earlier_reading_is_refused_before_anything_is_read(tmp_path, change):
    path = tmp_path / "a"
    path.write_bytes(b"content")
    since = FileState.of(path)
    CHANGES[change](path)
    with pytest.raises(DataError, match=f"a: {change}.* while it was read"), open_unchanged(path, since):
        pytest.fail("was opened")


def test_what_is_said_of_a_size_has_both(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12")
    with pytest.raises(DataError, match="grew from 2 to 3 bytes"), open_unchanged(path):
        CHANGES["grew"](path)


def test_an_error_that_a_change_provokes_is_its_cause(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12")

    def read_badly():
        CHANGES["shrank"](path)
        raise ValueError("looks damaged")

    with pytest.raises(DataError, match="shrank") as caught, open_unchanged(path):
        read_badly()
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(ValueError, match="is damaged"), open_unchanged(path):
        raise ValueError("is damaged")


def test_a_file_of_which_only_the_first_lines_are_wanted_may_change_later(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a\nb\n", "utf-8")
    rows = open_table(path).rows()
    next(rows)
    CHANGES["grew"](path)
    rows.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_passes_once_and_is_not_compared(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_text('{"a": 1}\n', "utf-8"))
    writer.start()
    assert [line.value for line in read_jsonl(path)] == [{"a": 1}]
    writer.join()


def _jsonl(path):
    path.write_text('{"text": "a"}\n{"text": "b"}\n', "utf-8")
    return read_jsonl(path)


def _table(path):
    path.write_text("text\na\nb\n", "utf-8")
    return open_table(path, "csv").rows()


def _external(path):
    path.write_text("a\nb\n", "utf-8")
    with open_text(path, newline="\n") as handle:
        yield from handle


@each_change
@pytest.mark.parametrize("lines", [_jsonl, _table, _external])
def test_readers_by_line_notice_a_change(tmp_path, lines, change):
    items = lines(tmp_path / "a")
    next(items)
    CHANGES[change](tmp_path / "a")
    with pytest.raises(DataError, match=f"a: {change}.* while it was read"):
        list(items)


HEADER = PredictionHeader("corpus", "0.1.0", "test", "topic", "standard", "1.0.0", ModelReference("m", "1"))
ROWS = [Prediction("a", "topic", "other", {}), Prediction("b", "topic", "other", {})]


@each_change
@pytest.mark.parametrize(
    ("name", "write", "read"),
    [
        pytest.param(
            "a.json", lambda path: path.write_text(json.dumps({"a": 1}), "utf-8"), read_json_object, id="json"
        ),
        pytest.param("a.txt", lambda path: path.write_text("内卷\n", "utf-8"), lexicon_from_file, id="lexicon"),
        *(
            pytest.param(name, partial(write_predictions, header=HEADER, predictions=ROWS), read_predictions, id=name)
            for name in ("a.jsonl", "a.parquet")
        ),
    ],
)
def test_readers_of_whole_files_notice_a_change(tmp_path, monkeypatch, name, write, read, change):
    path = tmp_path / name
    write(path)
    state, calls = FileState.of_opened, []

    def changed_after_opening(handle):
        result = state(handle)
        if not calls:
            CHANGES[change](path)
        calls.append(handle)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(FileState, "of_opened", changed_after_opening)
        with pytest.raises(DataError, match=f"{change}.* while it was read") as caught:
            read(path)
    assert isinstance(caught.value, PredictionError) == (read is read_predictions)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
@pytest.mark.parametrize(
    "read",
    [
        pytest.param(read_json_object, id="json"),
        pytest.param(read_yaml, id="yaml"),
        pytest.param(sha256_of_file, id="checksum"),
        pytest.param(lambda path: read_manifest(path.parent, "Go."), id="manifest"),
        pytest.param(lambda path: open_release(path.parent), id="corpus"),
        pytest.param(lambda path: open_text(path, "\n").__enter__(), id="external-set"),
        pytest.param(read_entry, id="result"),
    ],
)
def test_a_pipe_with_a_file_s_name_is_refused_without_waiting_for_it(tmp_path, read):
    os.mkfifo(path := tmp_path / "manifest.json")
    with pytest.raises(DataError, match=r"manifest\.json: .*is no file, but a pipe or a device"):
        read(path)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are listed on Linux")
def test_what_is_refused_for_being_no_file_is_closed_while_the_error_is_held():
    before = len([*Path("/proc/self/fd").iterdir()])
    with pytest.raises(DataError, match="is no file") as caught:
        open_regular(Path(os.devnull))
    assert caught.value.__traceback__ is not None
    assert len([*Path("/proc/self/fd").iterdir()]) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_a_pipe_among_the_tables_of_a_corpus_is_refused_without_waiting_for_it(tmp_path):
    (tmp_path / "posts").mkdir()
    os.mkfifo(tmp_path / "posts" / "test-0.parquet")
    with pytest.raises(DataError, match=r"test-0\.parquet: is no file"):
        Release(tmp_path, "1.0.0", {"schema": 2, "scheme": "1.0.0", "files": {}}).files("posts", "test")

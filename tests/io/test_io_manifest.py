"""Manifests: what is written, what passes for one, and files that differ from it."""

import hashlib
import io
import json
import os

import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.io import manifest as module
from weibo_nlp.io.manifest import MANIFEST, check_file, checked_bytes, read_manifest, write_manifest

ABC = {"bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
EMPTY = {"bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b").write_bytes(b"abc")
    (tmp_path / "a").write_bytes(b"")
    return tmp_path


def written(folder, content):
    (folder / MANIFEST).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return folder


def test_a_manifest_has_facts_and_every_file_and_comes_back(folder):
    expected = {"version": "好", "files": {"a": EMPTY, "b": ABC}}
    for _ in range(2):  # the second time, it is among the files
        assert write_manifest(folder, {"version": "好"}) == expected
    text = (folder / "manifest.json").read_text("utf-8")
    assert text.startswith('{\n  "files": {\n    "a": {\n      "bytes": 0,\n')
    assert text.endswith('\n  },\n  "version": "好"\n}\n')
    assert read_manifest(folder, "Go.") == expected
    assert list(write_manifest(folder, {}, iter(["b"]))["files"]) == ["b"]
    assert list(write_manifest(folder, {}, ["b", "a"])["files"]) == ["a", "b"]


def test_a_folder_without_a_manifest_is_told_as_that(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_manifest(tmp_path, "Go.")


def test_a_manifest_that_cannot_be_read_is_told_with_the_remedy(tmp_path):
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(DataError, match=r"manifest\.json: cannot be read: Is a directory\. Go\.$"):
        read_manifest(tmp_path, "Go.")


def test_a_manifest_has_at_most_a_mebibyte(tmp_path):
    body = json.dumps({"files": {"a": EMPTY}})
    assert read_manifest(written(tmp_path, body.ljust(2**20)), "Go.") == json.loads(body)
    with pytest.raises(DataError, match=r"manifest\.json: longer than 1,048,576 bytes; .* Go\.$"):
        read_manifest(written(tmp_path, body.ljust(2**20 + 1)), "Go.")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("[]", "not a JSON object but list; a JSON object is expected.", id="list"),
        pytest.param({}, "not a manifest: files is None, one entry a file is expected.", id="nothing"),
        pytest.param({"files": {}}, "not a manifest: files is {}, one entry a file is expected.", id="no-files"),
        pytest.param(
            {"files": ["a"]}, "not a manifest: files is ['a'], one entry a file is expected.", id="list-of-files"
        ),
        *(
            pytest.param({"files": {"a": ABC, name: ABC}}, f"not a manifest: {name!r} is no name of a file beside it.")
            for name in ("", ".", "..", MANIFEST, "x/a", "x\\a", "C:a", "a\0")
        ),
        pytest.param(
            {"files": {"a" * 256: ABC}},
            f"not a manifest: '{'a' * 80}'… (256 characters) is no name of a file beside it.",
            id="long-name",
        ),
        pytest.param({"files": {"a": [3]}}, "not a manifest: 'a' has [3] for bytes and sha256.", id="entry"),
        *(
            pytest.param(
                {"files": {"a": ABC | {"bytes": size}}},
                f"not a manifest: bytes of 'a' are {size!r}, a whole number from 0 is expected.",
            )
            for size in (None, "3", 3.0, True, -1)
        ),
        *(
            pytest.param(
                {"files": {"a": {"bytes": 3, "sha256": digest}}},
                f"not a manifest: sha256 of 'a' is {digest!r}, 64 digits in hex are expected.",
            )
            for digest in (None, 7, "0" * 63, "0" * 65, "0" * 63 + "A", "0" * 63 + "g", "0" * 64 + "\n", "/" + "0" * 63)
        ),
    ],
)
def test_what_is_no_manifest_is_refused_with_what_arrived(tmp_path, content, problem):
    with pytest.raises(DataError) as caught:
        read_manifest(written(tmp_path, content), "Go.")
    assert str(caught.value) == f"{tmp_path / MANIFEST}: {problem} Go."


@pytest.mark.parametrize("name", ["a" * 255, "...", "a b", ".hidden", "表.parquet"])
def test_other_names_and_bounds_belong_to_a_manifest(tmp_path, name):
    content = {"files": {name: {"bytes": 0, "sha256": "0123456789abcdef" * 4}}}
    assert read_manifest(written(tmp_path, content), "Go.") == content


def checked(folder, name, manifest):
    """Content of a file that both checks let pass."""
    check_file(folder, name, manifest, "Go.")
    return checked_bytes(folder, name, manifest, "Go.", limit=3)


def test_a_file_that_is_what_its_manifest_says_passes(folder):
    manifest = write_manifest(folder, {})
    assert (checked(folder, "b", manifest), checked(folder, "a", manifest)) == (b"abc", b"")


@pytest.mark.parametrize("check", [check_file, lambda *given: checked_bytes(*given, 3)], ids=["file", "bytes"])
@pytest.mark.parametrize("content", [b"abd", b"ab", b"abcd", None, "folder"], ids=str)
def test_a_file_that_differs_is_refused(folder, check, content):
    manifest = write_manifest(folder, {})
    (folder / "b").unlink()
    if content == "folder":
        (folder / "b").mkdir()
    elif content is not None:
        (folder / "b").write_bytes(content)
    with pytest.raises(DataError) as caught:
        check(folder, "b", manifest, "Go.")
    assert str(caught.value) == f"{folder / 'b'}: missing, or not what manifest.json says. Go."


@pytest.mark.parametrize("check", [check_file, lambda *given: checked_bytes(*given, 3)], ids=["file", "bytes"])
def test_a_file_that_is_not_named_or_cannot_be_read_is_told_so(folder, monkeypatch, check):
    manifest = write_manifest(folder, {})
    with pytest.raises(DataError, match=r"manifest\.json: does not name c\. Go\.$"):
        check(folder, "c", manifest, "Go.")

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(module, "sha256_of_file", refuse)
        patch.setattr(module, "open_regular", refuse)
        with pytest.raises(DataError, match=r"b: cannot be read: Permission denied\. Go\.$"):
            check(folder, "b", manifest, "Go.")


@pytest.mark.skipif(os.name != "posix", reason="names of 255 bytes, as on POSIX")
def test_a_name_that_the_system_does_not_take_is_told_with_the_remedy(tmp_path):
    name = "长" * 100  # 300 bytes
    with pytest.raises(DataError, match=rf"{name}: (cannot be read: File name too long|missing, .*)\. Go\.$"):
        check_file(tmp_path, name, {"files": {name: ABC}}, "Go.")


def test_no_more_than_the_limit_is_read(folder):
    manifest = write_manifest(folder, {})
    with pytest.raises(DataError, match=r"b: 3 bytes, at most 2 are read\. Go\.$"):
        checked_bytes(folder, "b", manifest, "Go.", limit=2)


def test_a_file_that_grows_behind_the_check_of_its_size_is_refused(folder, monkeypatch):
    manifest = write_manifest(folder, {})
    monkeypatch.setattr(module, "open_regular", lambda path: io.BytesIO(b"abcd"))
    with pytest.raises(DataError, match=r"b: missing, or not what"):
        checked_bytes(folder, "b", manifest, "Go.", limit=3)

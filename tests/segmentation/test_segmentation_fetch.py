"""Fetching: verified before it is opened, converted without pickle, whole or not at all."""

import io
import json
import os
import pickle
import signal
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io import sha256_of_bytes
from weibo_nlp.io.manifest import MANIFEST, write_manifest
from weibo_nlp.segmentation import create_segmenter, fetch, registry
from weibo_nlp.segmentation.pkuseg import FEATURES, FILES, WEIGHTS, PkusegModel, convert_pkuseg
from weibo_nlp.segmentation.store import cache_folder, model_folder, new_model, remove_model, stored_model, sweep

WHEEL = fetch.SOURCES["pkuseg"].file
TAGS = {"B": 0, "B_single": 1, "I": 2, "I_end": 3, "I_first": 4}
# Three features: the one that every character has, one that says 乙 goes on a word, one too weak to be kept.
NAMES = {"$$": 0, "c.乙": 1, "c.丙": 2}
NODES = np.array([[0, 1, 0, 0, 0], [0, -9, 0, 9, 0], [0.05, 0, 0, 0, -0.05]])
ENDED = []


class _Ends:
    """Unpickled without care, this writes down that code ran."""

    def __reduce__(self):
        return ENDED.append, ("ran",)


def wheel_of(features, nodes=NODES):
    """A wheel with the two members that count, small enough to read."""
    arrays, archive = io.BytesIO(), io.BytesIO()
    np.savez(arrays, sizes=np.array([5, len(nodes)]), w=np.concatenate([nodes.ravel(), np.zeros(25)]))
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("pkuseg/models/default/features.pkl", pickle.dumps(features))
        made.writestr("pkuseg/models/default/weights.npz", arrays.getvalue())
        info = "pkuseg-0.0.25.dist-info"
        made.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: pkuseg\nVersion: 0.0.25\n")
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp37-cp37m-manylinux1_x86_64\n"
        )
        made.writestr(f"{info}/RECORD", "")
    return archive.getvalue()


PLAIN = {"unigram": ["", "甲乙"], "bigram": ["甲*乙"], "feature_to_idx": NAMES, "tag_to_idx": TAGS}


@pytest.fixture
def index(tmp_path, monkeypatch):
    """An empty cache, and a folder that is all pip can find."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null" if sys.platform != "win32" else "nul")
    registry._engine.cache_clear()
    yield folder
    registry._engine.cache_clear()


@pytest.fixture
def trusted_index(index, monkeypatch):
    """The same, with a tiny wheel whose checksum is the expected one."""
    data = wheel_of(PLAIN)
    (index / WHEEL).write_bytes(data)
    expect(monkeypatch, data)
    return index


@pytest.fixture
def trusted(trusted_index, monkeypatch):
    """The same, read without starting pip."""
    monkeypatch.setattr(fetch, "_downloaded", lambda source, folder: (trusted_index / source.file).read_bytes())
    return trusted_index


def expect(monkeypatch, data):
    from dataclasses import replace

    source = replace(fetch.SOURCES["pkuseg"], sha256=sha256_of_bytes(data))
    monkeypatch.setattr(fetch, "SOURCES", {"pkuseg": source})


def left_in_cache():
    return sorted(path.name for path in cache_folder().rglob("*") if path.is_file())


def test_fetched_model_cuts_as_its_weights_say(trusted_index):
    stored = fetch.fetch("pkuseg")
    assert stored.path == model_folder("pkuseg")
    assert stored.manifest["conversion"] == {"features": 3, "features_kept": 2}
    segmenter = create_segmenter("pkuseg")
    # 乙 goes on the word of 甲 (weight 9 against 1); 丙 is a word alone, like every character without a feature.
    assert segmenter.cut("甲乙丙 丙") == ["甲乙", "丙", " ", "丙"]
    assert segmenter.version.startswith("0.0.25-pruned-0.1 (frame ")


def test_nothing_but_the_converted_files_is_left(trusted_index):
    fetch.fetch("pkuseg")
    assert left_in_cache() == [FEATURES, MANIFEST, WEIGHTS]
    assert [path.name for path in model_folder("pkuseg").parent.iterdir()] == ["pkuseg"]


def test_fetching_again_replaces(trusted):
    fetch.fetch("pkuseg")
    (model_folder("pkuseg") / WEIGHTS).write_bytes(b"damaged")
    fetch.fetch("pkuseg")
    assert left_in_cache() == [FEATURES, MANIFEST, WEIGHTS]


def test_an_altered_archive_is_refused_before_it_is_opened(index):
    (index / WHEEL).write_bytes(wheel_of(_Ends()))
    with pytest.raises(DataError, match=r"sha256 [0-9a-f]{64}, expected 6fc2f97d.*nothing of it was unpacked"):
        fetch.fetch("pkuseg")
    assert ENDED == []
    assert left_in_cache() == []
    assert stored_model("pkuseg") is None


def test_a_refused_archive_leaves_the_older_model_in_place(trusted):
    fetch.fetch("pkuseg")
    (trusted / WHEEL).write_bytes(wheel_of({**PLAIN, "unigram": ["丁"]}))
    with pytest.raises(DataError, match="it was altered"):
        fetch.fetch("pkuseg")
    stored_model("pkuseg").check(fetch.SOURCES["pkuseg"].files)


def test_even_a_trusted_pickle_cannot_run_code(index, monkeypatch):
    data = wheel_of({**PLAIN, "unigram": _Ends()})
    (index / WHEEL).write_bytes(data)
    expect(monkeypatch, data)
    with pytest.raises(DataError, match=r"asks for .*; only plain data is allowed"):
        fetch.fetch("pkuseg")
    assert ENDED == []
    assert left_in_cache() == []


def test_a_folder_without_manifest_is_no_model(trusted):
    fetch.fetch("pkuseg")
    (model_folder("pkuseg") / MANIFEST).unlink()
    assert stored_model("pkuseg") is None
    with pytest.raises(DataError, match="run `weibo-nlp models fetch pkuseg` once"):
        create_segmenter("pkuseg")


@pytest.mark.parametrize("name", [FEATURES, WEIGHTS])
def test_a_damaged_file_is_refused_on_loading(trusted, name):
    file = fetch.fetch("pkuseg").path / name
    file.write_bytes(file.read_bytes() + b"\x00")
    with pytest.raises(DataError, match=rf"{name}: missing, or not what manifest\.json says"):
        create_segmenter("pkuseg")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"files": {"a": 1}}', "[" * 5_000])
def test_a_damaged_manifest_is_refused(trusted, text):
    (fetch.fetch("pkuseg").path / MANIFEST).write_text(text)
    with pytest.raises(DataError, match=r"manifest\.json: .*Run `weibo-nlp models fetch pkuseg` again"):
        stored_model("pkuseg")
    assert remove_model("pkuseg", FILES)
    assert not remove_model("pkuseg", FILES)


def test_without_an_index_the_message_is_short_and_says_what_to_do(index):
    with pytest.raises(DataError, match=r"(?s)pip could not download pkuseg==0\.0\.25: .*PIP_FIND_LINKS") as caught:
        fetch.fetch("pkuseg")
    assert len(str(caught.value)) < 700
    assert "\n" not in str(caught.value)


def test_without_pip_the_message_says_how_to_get_it(index, monkeypatch):
    answer = subprocess.CompletedProcess([], 1, "", f"{sys.executable}: No module named pip\n")
    monkeypatch.setattr(fetch.subprocess, "run", lambda *_, **__: answer)
    with pytest.raises(DataError, match=r"has no pip.*ensurepip"):
        fetch.fetch("pkuseg")


def test_a_cache_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(UsageError, match=r"cannot write to .*set WEIBO_NLP_HOME"):
        fetch.fetch("pkuseg")


def test_an_unknown_model_is_refused_with_the_names_there_are():
    with pytest.raises(UnknownNameError, match="unknown model to fetch 'ctb8'; there is: pkuseg"):
        fetch.fetch("ctb8")


def test_an_archive_without_the_model_is_refused(tmp_path):
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for archive in (empty.getvalue(), b"no zip"):
        with pytest.raises(DataError, match="the archive is not pkuseg's wheel"):
            convert_pkuseg(archive, tmp_path)


def test_unpruned_conversion_keeps_every_feature(tmp_path):
    assert convert_pkuseg(wheel_of(PLAIN), tmp_path, smallest=0)["features_kept"] == 3
    assert PkusegModel.from_folder(tmp_path, "x").dictionary() == {"": 0.0, "甲乙": 0.0}


def test_the_cache_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("WEIBO_NLP_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "weibo-nlp"


def kill_midway(where):
    """A process that dies of SIGKILL while it fetches: its code says when."""
    code = f"import os, signal; from weibo_nlp.segmentation import fetch, store; {where}; fetch.fetch('pkuseg')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


WHILE_DOWNLOADING = "fetch._downloaded = lambda *_: os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and locks on folders are of POSIX")
def test_what_a_killed_fetch_left_is_swept_by_the_next_or_by_remove(trusted):
    models = model_folder("pkuseg").parent
    kill_midway(WHILE_DOWNLOADING)
    assert [path.name.startswith(".pkuseg-") for path in models.iterdir()] == [True]
    fetch.fetch("pkuseg")
    assert [path.name for path in models.iterdir()] == ["pkuseg"]
    kill_midway(WHILE_DOWNLOADING)
    assert remove_model("pkuseg", FILES)
    assert list(models.iterdir()) == []
    kill_midway(WHILE_DOWNLOADING)
    assert remove_model("pkuseg", FILES)
    assert not remove_model("pkuseg", FILES)


@pytest.mark.skipif(sys.platform == "win32", reason="locks on folders are of POSIX")
def test_the_scratch_folder_of_a_living_process_is_not_swept(trusted):
    with new_model("pkuseg", FILES) as scratch:
        assert not sweep("pkuseg")
        (scratch / "model" / "file").write_text("x")
    assert [path.name for path in model_folder("pkuseg").iterdir()] == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="locks on folders are of POSIX")
def test_a_model_that_was_being_replaced_when_the_process_died_is_put_back(trusted):
    fetch.fetch("pkuseg")
    scratch = model_folder("pkuseg").parent / ".pkuseg-abcd_123.weibo_nlp.tmp"
    scratch.mkdir()
    model_folder("pkuseg").rename(scratch / "old")
    assert sweep("pkuseg")
    stored_model("pkuseg").check(fetch.SOURCES["pkuseg"].files)
    assert not scratch.exists()


def test_what_holds_nothing_in_the_place_of_a_model_can_be_removed(trusted, tmp_path):
    folder = model_folder("pkuseg")
    folder.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    makers = [
        folder.mkdir,
        lambda: folder.symlink_to(tmp_path / "elsewhere"),
        lambda: folder.symlink_to(tmp_path / "nowhere"),
        lambda: (folder / MANIFEST).mkdir(parents=True),
    ]
    for make in makers:
        make()
        assert remove_model("pkuseg", FILES)
        assert not os.path.lexists(folder)
    assert (tmp_path / "elsewhere").is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
@pytest.mark.parametrize("use", ["fetch", "remove"])
@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_a_link_in_the_folder_of_a_model_goes_and_what_it_leads_to_stays(trusted, tmp_path, use, name):
    fetch.fetch("pkuseg")
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("a year's work", "utf-8")
    (model_folder("pkuseg") / name).unlink()
    (model_folder("pkuseg") / name).symlink_to(thesis)
    if use == "fetch":
        fetch.fetch("pkuseg").check(FILES)
    else:
        assert remove_model("pkuseg", FILES)
    assert thesis.read_text("utf-8") == "a year's work"


def everything_in(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("use", ["fetch", "remove"])
@pytest.mark.parametrize("with_model", [True, False])
@pytest.mark.parametrize("stranger", ["thesis.txt", "notes/thesis.txt", f"{WEIGHTS}/thesis.txt"])
def test_a_folder_with_files_of_somebody_else_is_neither_replaced_nor_deleted(
    trusted, monkeypatch, use, with_model, stranger
):
    folder = model_folder("pkuseg")
    if with_model:
        fetch.fetch("pkuseg")
        (folder / WEIGHTS).unlink()  # damaged or not
    (folder / stranger).parent.mkdir(parents=True, exist_ok=True)
    (folder / stranger).write_text("a year's work", "utf-8")
    before = everything_in(cache_folder())
    monkeypatch.setattr(fetch, "_downloaded", lambda *_: pytest.fail("downloaded in vain"))
    with pytest.raises(UsageError, match=rf"pkuseg: holds '{stranger.split('/')[0]}', which weibo_nlp did not write; "):
        fetch.fetch("pkuseg") if use == "fetch" else remove_model("pkuseg", FILES)
    assert everything_in(cache_folder()) == before


def test_what_somebody_puts_into_the_folder_while_a_model_is_fetched_stays(trusted):
    fetch.fetch("pkuseg")
    thesis = model_folder("pkuseg") / "thesis.txt"
    with pytest.raises(UsageError, match=r"holds 'thesis\.txt'"), new_model("pkuseg", FILES):
        thesis.write_text("a year's work", "utf-8")
    assert thesis.read_text("utf-8") == "a year's work"


@pytest.mark.parametrize("use", ["fetch", "remove"])
def test_a_file_in_the_place_of_a_model_stays(trusted, use):
    place = model_folder("pkuseg")
    place.parent.mkdir(parents=True)
    place.write_text("a year's work", "utf-8")
    with pytest.raises(UsageError, match="pkuseg: a file that weibo_nlp did not write; move it elsewhere"):
        fetch.fetch("pkuseg") if use == "fetch" else remove_model("pkuseg", FILES)
    assert place.read_text("utf-8") == "a year's work"


def test_a_hidden_folder_of_somebody_else_is_not_taken_for_what_a_killed_fetch_left(trusted):
    theirs = [model_folder("pkuseg").parent / name / "thesis.txt" for name in (".pkuseg-original", ".pkuseg-notes")]
    for file in theirs:
        file.parent.mkdir(parents=True)
        file.write_text("a year's work", "utf-8")
    fetch.fetch("pkuseg")
    assert remove_model("pkuseg", FILES)
    assert [file.read_text("utf-8") for file in theirs] == ["a year's work"] * 2


@pytest.mark.parametrize("lost", [MANIFEST, FEATURES, WEIGHTS])
def test_a_model_that_lacks_a_file_can_be_removed_and_fetched_again(trusted, lost):
    (fetch.fetch("pkuseg").path / lost).unlink()
    fetch.fetch("pkuseg").check(FILES)
    (model_folder("pkuseg") / lost).unlink()
    assert remove_model("pkuseg", FILES)
    assert not os.path.lexists(model_folder("pkuseg"))


def test_what_the_manifest_of_a_model_names_is_the_models(trusted):
    path = fetch.fetch("pkuseg").path
    (path / "of_an_earlier_version.bin").write_bytes(b"x")
    write_manifest(path, {"name": "pkuseg", "version": "0"})
    fetch.fetch("pkuseg")
    assert left_in_cache() == [FEATURES, MANIFEST, WEIGHTS]
    (path / "theirs.bin").write_bytes(b"x")
    write_manifest(path, {"name": "another"})
    with pytest.raises(UsageError, match=r"holds 'theirs\.bin'"):
        remove_model("pkuseg", FILES)


def test_nothing_in_the_working_directory_is_run(index, tmp_path, monkeypatch):
    (tmp_path / "hostile").mkdir()
    for folder in (tmp_path, tmp_path / "hostile"):
        for name in ("pip", "site", "sitecustomize", "usercustomize", "subprocess", "json", "keyring"):
            (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'RUN')!r}, 'a').write({name!r})")
        (folder / "encodings").mkdir()
        (folder / "encodings" / "__init__.py").write_text(f"open({str(tmp_path / 'RUN')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("", ".", "hostile")))
    with pytest.raises(DataError, match="pip could not download"):
        fetch.fetch("pkuseg")
    assert not (tmp_path / "RUN").exists()


def test_settings_of_pip_that_are_relative_to_the_working_directory_hold(trusted_index, monkeypatch):
    monkeypatch.chdir(trusted_index.parent)
    monkeypatch.setenv("PIP_FIND_LINKS", "index")
    fetch.fetch("pkuseg").check(fetch.SOURCES["pkuseg"].files)


@pytest.mark.parametrize("cache", ["~nosuchuser/cache", None], ids=["unknown-user", "no-home"])
def test_without_a_home_folder_the_message_says_what_to_set(monkeypatch, cache):
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as where the system knows of no home
    for name in ("WEIBO_NLP_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    if cache:
        monkeypatch.setenv("WEIBO_NLP_HOME", cache)
    with pytest.raises(UsageError, match=r"no home folder is known .*set WEIBO_NLP_HOME"):
        cache_folder()


@pytest.mark.slow
def test_the_real_model_from_the_users_index(tmp_path, monkeypatch):
    asked = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-cache-dir",
        "--no-deps",
        "--dest",
        str(tmp_path),
        "iniconfig",
    ]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("no package index can be reached")
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    registry._engine.cache_clear()
    stored = fetch.fetch("pkuseg")
    assert left_in_cache() == [FEATURES, MANIFEST, WEIGHTS]
    assert json.loads((stored.path / MANIFEST).read_text("utf-8"))["source"]["sha256"].startswith("6fc2f97d")
    assert stored.bytes < 40e6  # the two files of the pruned model, 26 + 8.5 MB in the design's measurement
    assert create_segmenter("pkuseg").cut("我喜欢北京的天气") == ["我", "喜欢", "北京", "的", "天气"]
    registry._engine.cache_clear()

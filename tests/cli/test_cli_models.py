"""``weibo-nlp models``: what it prints and how it leaves."""

import shutil
from importlib.metadata import EntryPoints

import pytest
from made_encoder import MadeEncoder

from weibo_nlp import _resources
from weibo_nlp.errors import DataError
from weibo_nlp.features.encoders import VectorCache, vectors
from weibo_nlp.features.encoders.cache import vectors_path
from weibo_nlp.io.manifest import MANIFEST, write_manifest
from weibo_nlp.models import weights
from weibo_nlp.segmentation import create_segmenter
from weibo_nlp.segmentation.shipped import shipped_folder
from weibo_nlp.segmentation.store import model_folder


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))


@pytest.fixture
def fetched():
    """A folder that looks like a fetched model: two files of five bytes together, and its manifest."""
    folder = model_folder("pkuseg")
    folder.mkdir(parents=True)
    (folder / "weights.npz").write_bytes(b"12345")
    (folder / "features.msgpack").write_bytes(b"")
    write_manifest(folder, {"name": "pkuseg", "version": "1"})
    return folder


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(weights, "entry_points", lambda **_: EntryPoints(()))


@pytest.fixture
def research(monkeypatch):
    """The shipped models as weights for research, as far as their folders go."""
    folder = _resources.models_dir()
    monkeypatch.setattr(weights, "weights_names", lambda: ("open", "research"))
    monkeypatch.setattr(weights, "weights_folder", lambda name="open": folder)
    return folder


def state_of(out, name):
    rows = {row[0]: row[1:] for row in (line.split("\t") for line in out.splitlines())}
    return rows[name]


def test_list_shows_what_is_shipped_and_what_can_be_installed_or_fetched(run, nothing_installed):
    code, out, err = run("models", "list")
    assert (code, err) == (0, "")
    assert state_of(out, "fast")[0] == "shipped"
    assert state_of(out, "topic")[0] == "shipped"
    command = "run in a checkout of the repository: pip install ./scripts/research_weights"
    assert state_of(out, "research") == ["absent", "-", command]
    assert state_of(out, "pkuseg") == ["absent", "-", "run: weibo-nlp models fetch pkuseg"]


def test_list_shows_a_fetched_model_with_its_folder(run, fetched):
    code, out, _ = run("models", "list")
    assert code == 0
    assert state_of(out, "pkuseg") == ["fetched", "0.0 MB", str(fetched)]


def test_list_shows_installed_weights_by_both_names(run, research):
    code, out, err = run("models", "list")
    assert (code, err) == (0, "")
    size = state_of(out, "topic")[1]
    assert state_of(out, "research:topic") == ["installed", size, str(research / "topic")]
    assert "research\tabsent" not in out


def test_list_shows_weights_that_do_not_work_as_damaged_and_goes_on(run, monkeypatch, tmp_path):
    info = tmp_path / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text("[weibo_nlp.weights]\nbroken = no_module_of_ours\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    code, out, err = run("models", "list")
    assert code == 0
    assert state_of(out, "broken") == ["damaged", "-", "-"]
    assert state_of(out, "pkuseg")[0] == "absent"
    assert "Warning: weights 'broken' of broken 1 ('no_module_of_ours') cannot be loaded: ModuleNotFoundError" in err


@pytest.mark.parametrize(
    ("facts", "names", "problem"),
    [
        pytest.param({}, None, "version is None, not a short text", id="no-version"),
        pytest.param({"version": 1}, None, "version is 1, not a short text", id="version-is-a-number"),
        pytest.param({"version": "\x1b[2J"}, None, "not a short text", id="version-acts-on-a-terminal"),
        pytest.param({"version": "1"}, ["weights.npz"], "does not name features.msgpack", id="no-features"),
        pytest.param({"version": "1"}, ["features.msgpack"], "does not name weights.npz", id="no-weights"),
    ],
)
def test_list_shows_a_model_as_damaged_that_lacks_what_it_needs(run, fetched, facts, names, problem):
    write_manifest(fetched, facts, names)
    code, out, err = run("models", "list")
    assert code == 0
    assert state_of(out, "pkuseg")[0] == "damaged"
    assert problem in err
    assert "Run `weibo-nlp models fetch pkuseg` again." in err
    with pytest.raises(DataError, match="Run `weibo-nlp models fetch pkuseg` again"):
        create_segmenter("pkuseg")


def test_a_fetched_model_whose_files_hold_none_is_refused(fetched):
    for content in (b"\x80", b"\x93NUMPY", b"PK\x03\x04", b"\x81\xa1a\x01", b"\xc1", b"\xdb\xff\xff\xff\xff"):
        for name in ("features.msgpack", "weights.npz"):
            (fetched / name).write_bytes(content)
        write_manifest(fetched, {"version": "1"})
        with pytest.raises(DataError, match="holds no pkuseg model"):
            create_segmenter("pkuseg")


def test_list_shows_a_damaged_model_and_goes_on(run, fetched):
    (fetched / "weights.npz").write_bytes(b"1234")
    code, out, err = run("models", "list")
    assert code == 0
    assert state_of(out, "pkuseg")[0] == "damaged"
    assert f"not what {MANIFEST} says" in err


def test_path_prints_the_folder_alone(run, fetched):
    assert run("models", "path", "pkuseg") == (0, f"{fetched}\n", "")
    assert run("models", "path", "fast") == (0, f"{shipped_folder()}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("topic",),
        ("open:topic",),
        ("topic", "--weights", "open"),
        ("topic", "--weights", "research"),
        ("research:topic",),
    ],
    ids=" ".join,
)
def test_path_takes_the_weights_as_an_option_or_before_the_name(run, research, arguments):
    assert run("models", "path", *arguments) == (0, f"{research / 'topic'}\n", "")


def test_path_of_unknown_weights_is_refused_with_those_there_are(run, nothing_installed):
    code, out, err = run("models", "path", "topic", "--weights", "research")
    assert (code, out) == (2, "")
    assert "unknown weights 'research'; there is: open. For research, run in a checkout" in err


def test_only_a_model_of_the_weights_has_a_path_in_them(run, research):
    for name in ("fast", "pkuseg"):
        code, out, err = run("models", "path", name, "--weights", "research")
        assert (code, out) == (2, "")
        assert f"unknown model of the weights 'research' '{name}'; there is: " in err
        assert "irony, sentiment, stance, topic." in err


@pytest.mark.parametrize("name", ["research:topic", "research"])
def test_installed_weights_are_removed_by_pip(run, research, name):
    code, out, err = run("models", "remove", name)
    assert (code, out) == (2, "")
    assert f"{name} is of a distribution that was installed with pip; uninstall that." in err


def test_path_of_an_absent_model_says_how_to_fetch_it(run):
    code, out, err = run("models", "path", "pkuseg")
    assert (code, out) == (3, "")
    assert "run `weibo-nlp models fetch pkuseg`" in err


def test_remove_deletes_the_folder_once(run, fetched):
    assert run("models", "remove", "pkuseg") == (0, f"pkuseg: removed from {fetched}\n", "")
    assert not fetched.exists()
    assert run("models", "remove", "pkuseg") == (0, "pkuseg: was not there\n", "")


@pytest.mark.parametrize("command", ["fetch", "remove"])
def test_a_folder_with_other_files_is_refused_with_their_names(run, fetched, command):
    (fetched / "thesis.txt").write_text("mine", "utf-8")
    code, out, err = run("models", command, "pkuseg")
    assert (code, out) == (2, "")
    assert "holds 'thesis.txt', which weibo_nlp did not write" in err
    assert len(list(fetched.iterdir())) == 4


def test_what_is_shipped_cannot_be_removed(run):
    code, _, err = run("models", "remove", "fast")
    assert code == 2
    assert "fast is shipped with the package and stays" in err


@pytest.mark.parametrize("command", ["fetch", "path", "remove"])
def test_unknown_names_are_refused_with_the_known_ones(run, command):
    code, _, err = run("models", command, "ctb8")
    assert code == 2
    assert "'ctb8'; there is: " in err
    assert "pkuseg" in err


def test_fetch_that_finds_nothing_ends_with_one_line(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "none"))
    code, out, err = run("models", "fetch", "pkuseg")
    assert (code, out) == (3, "")
    assert err.startswith("Error: pip could not download pkuseg==0.0.25: ")
    assert err.count("\n") == 1


def test_the_cache_of_vectors_is_listed_and_removed(run):
    assert state_of(run("models", "list")[1], "vectors")[:2] == ["absent", "-"]
    cache = VectorCache(vectors_path())
    vectors(MadeEncoder(), ["好"], cache=cache)
    state, size, path = state_of(run("models", "list")[1], "vectors")
    assert (state, size.endswith(" MB"), path) == ("cached", True, str(cache.path))
    assert run("models", "remove", "vectors")[1] == f"vectors: removed from {cache.path}\n"
    assert run("models", "remove", "vectors")[1] == "vectors: was not there\n"


def test_models_of_a_mode_are_called_by_it(run, tmp_path, monkeypatch, nothing_installed):
    shutil.copytree(_resources.models_dir() / "topic", tmp_path / "models" / "accurate" / "topic")
    monkeypatch.setattr(_resources, "models_dir", lambda: tmp_path / "models")
    assert state_of(run("models", "list")[1], "accurate/topic")[0] == "shipped"
    assert run("models", "path", "accurate/topic")[1] == f"{tmp_path / 'models' / 'accurate' / 'topic'}\n"

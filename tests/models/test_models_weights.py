"""Weights by name: the wheel's own, and those of distributions, which these tests lay into a folder on the path."""

import json
import shutil
import sys
from importlib.metadata import EntryPoints

import pytest

from weibo_nlp import _resources
from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.models import load_model, weights, weights_folder, weights_names

MODULE = "tiny_weights"
FOLDER = "from pathlib import Path\ndef folder():\n    return Path(__file__).parent / 'models'\n"


class Distribution:
    """One that brings weights: a module `tiny_weights` and an entry point."""

    def __init__(self, root):
        self.root, self.models = root, root / MODULE / "models"

    def install(self, code=FOLDER, *, name="tiny", value=MODULE, distribution="tiny-weights", models=("irony",)):
        info = self.root / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[weibo_nlp.weights]\n{name} = {value}\n", "utf-8")
        self.models.mkdir(parents=True, exist_ok=True)
        (self.root / MODULE / "__init__.py").write_text(code, "utf-8")
        for model in models:
            shutil.copytree(_resources.models_dir() / model, self.models / model, dirs_exist_ok=True)

    def change_config(self, model, **values):
        path = self.models / model / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")
        write_manifest(path.parent, {}, ("config.json", "model.safetensors"))


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    root = tmp_path / "site"
    root.mkdir()
    monkeypatch.syspath_prepend(root)
    yield Distribution(root)
    sys.modules.pop(MODULE, None)


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(weights, "entry_points", lambda **_: EntryPoints(()))


def test_without_another_distribution_there_are_the_open_weights(nothing_installed):
    assert weights_names() == ("open",)
    assert weights_folder() == weights_folder("open") == _resources.models_dir()


def test_a_model_of_a_distribution_is_loaded_by_its_name_and_that_of_the_weights(distribution):
    distribution.install()
    assert "tiny" in weights_names()
    assert weights_folder("tiny") == distribution.models
    (distribution.models / "README.md").write_text("a card is no model", "utf-8")
    assert weights.weights_models("tiny") == {"irony": distribution.models / "irony"}
    text = ["又是守信的一天"]
    assert load_model("irony", weights="tiny").predict_proba(text) == pytest.approx(
        load_model("irony", weights="open").predict_proba(text)
    )


def test_names_are_told_without_running_what_is_installed(distribution):
    distribution.install("raise SystemExit('run')")
    assert "tiny" in weights_names()


def test_an_entry_point_may_be_a_function_that_gives_text(distribution):
    code = f"{FOLDER}def place():\n    return str(folder())\n"
    distribution.install(code, value=f"{MODULE}:place")
    assert weights_folder("tiny") == distribution.models


def test_a_folder_with_the_name_of_a_task_does_not_hide_it(distribution, tmp_path, monkeypatch):
    distribution.install()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "irony").mkdir()
    assert load_model("irony", weights="tiny").classes_.tolist() == ["false", "true"]


def test_research_weights_that_are_not_there_are_answered_with_how_to_install_them(nothing_installed):
    remedy = r"For research, run in a checkout of the repository: pip install \./scripts/research_weights"
    with pytest.raises(UnknownNameError, match=rf"unknown weights 'research'; there is: open\. {remedy}$"):
        load_model("topic", weights="research")


def test_unknown_weights_are_answered_with_those_there_are(distribution):
    distribution.install(name="research")
    with pytest.raises(UnknownNameError, match=r"unknown weights 'mine'; there is: open, research\.$"):
        weights_folder("mine")


@pytest.mark.parametrize("name", [None, 1, b"open"])
def test_a_name_that_is_no_text_is_refused(name):
    with pytest.raises(UsageError, match="give their name as text, such as 'open'"):
        load_model("topic", weights=name)


def test_a_task_that_the_weights_lack_is_answered_with_those_they_have(distribution, tmp_path, monkeypatch):
    distribution.install()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownNameError, match=r"unknown model of the weights 'tiny' 'topic'; there is: irony"):
        load_model("topic", weights="tiny")


@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["text", "path"])
def test_weights_are_not_named_for_a_folder(distribution, tmp_path, kind):
    distribution.install()
    with pytest.raises(UsageError, match="is a folder, which has its own weights; leave out 'tiny', or name a task"):
        load_model(kind(tmp_path), weights="tiny")


def test_a_name_too_long_for_any_folder_is_no_model():
    with pytest.raises(UnknownNameError, match="unknown model"):
        load_model("长" * 5000)


def test_no_distribution_takes_the_place_of_the_open_weights(distribution):
    distribution.install(name="open")
    assert weights_names().count("open") == 1
    assert weights_folder("open") == _resources.models_dir()


def test_a_name_that_two_distributions_bring_is_refused_with_both(distribution):
    distribution.install()
    distribution.install(distribution="other-weights")
    with pytest.raises(DataError, match=r"are brought by other-weights 1\.2 and tiny-weights 1\.2; uninstall all but"):
        weights_folder("tiny")


@pytest.mark.parametrize(
    ("code", "value", "problem"),
    [
        pytest.param("import nowhere_to_be_found", MODULE, "ModuleNotFoundError: No module named 'nowh", id="import"),
        pytest.param("1 / 0", MODULE, "ZeroDivisionError: division by zero", id="raises-at-import"),
        pytest.param("def folder():\n    raise OSError('disk')", MODULE, "OSError: disk", id="raises-when-asked"),
        pytest.param("", MODULE, "AttributeError: module 'tiny_weights' has no attribute 'folder'", id="no-function"),
        pytest.param("place = 3", f"{MODULE}:place", "TypeError: 'int' object is not callable", id="no-callable"),
        pytest.param("", "no module", "cannot be loaded: ", id="value-is-no-reference"),
        pytest.param("def folder(): return None", MODULE, "give None, which is no folder", id="gives-nothing"),
        pytest.param("def folder(): return '/no/where'", MODULE, "give '/no/where', which is no fol", id="not-there"),
        pytest.param("def folder(): return __file__", MODULE, r"__init__\.py', which is no folder", id="a-file"),
        pytest.param("def folder(): return '\\0'", MODULE, "which is no folder", id="no-path-at-all"),
    ],
)
def test_a_distribution_that_gives_no_folder_is_named_with_what_is_wrong(distribution, code, value, problem):
    distribution.install(code, value=value)
    with pytest.raises(DataError, match=rf"weights 'tiny' of tiny-weights 1\.2 .*{problem}") as refused:
        load_model("irony", weights="tiny")
    assert str(refused.value).endswith("Install them again, or uninstall them.")


@pytest.mark.parametrize("place", ["..", "../other_package", "link"])
def test_a_folder_outside_of_the_package_is_refused(distribution, place):
    distribution.install(f"from pathlib import Path\ndef folder(): return Path(__file__).parent / {place!r}")
    other = distribution.root / "other_package"
    shutil.copytree(distribution.models, other)
    (distribution.root / MODULE / "link").symlink_to(other)
    with pytest.raises(DataError, match="which lies outside their package"):
        weights_folder("tiny")


def test_a_module_that_is_no_package_has_no_room_for_weights(distribution):
    distribution.install(value="tiny_file")
    (distribution.root / "tiny_file.py").write_text(f"def folder(): return {str(distribution.models)!r}", "utf-8")
    with pytest.raises(DataError, match="which lies outside their package"):
        weights_folder("tiny")
    sys.modules.pop("tiny_file")


def test_a_distribution_without_models_is_refused(distribution):
    distribution.install(models=())
    with pytest.raises(DataError, match=r"models, which holds no model\. Install them again"):
        weights_folder("tiny")


@pytest.mark.parametrize("version", ["99.0.0", "0.999.1", f"{__version__.split('.')[0]}.9999"])
def test_a_model_made_for_a_later_minor_version_is_refused(distribution, version):
    distribution.install()
    distribution.change_config("irony", version=version)
    with pytest.raises(
        DataError, match=rf"irony.config\.json: made for weibo_nlp '{version}', and this is {__version__}"
    ):
        load_model("irony", weights="tiny")


@pytest.mark.parametrize("version", ["0.2.9", f"{__version__}.dev1", "mine"])
def test_a_model_made_for_an_earlier_version_or_numbered_otherwise_is_read(distribution, version):
    distribution.install()
    distribution.change_config("irony", version=version)
    assert load_model("irony", weights="tiny").version == version


def test_a_model_with_the_labels_of_another_task_is_refused(distribution):
    distribution.install()
    shutil.copytree(distribution.models / "irony", distribution.models / "topic")
    with pytest.raises(DataError, match=r"labels false, true, expected credit, .*; install the weights 'tiny' again"):
        load_model("topic", weights="tiny")


def test_a_model_that_no_task_of_the_scheme_has_is_loaded_as_it_is(distribution):
    distribution.install()
    shutil.copytree(distribution.models / "irony", distribution.models / "mood")
    assert load_model("mood", weights="tiny").classes_.tolist() == ["false", "true"]

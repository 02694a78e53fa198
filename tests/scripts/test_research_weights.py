"""The weights for research as a distribution: how it is built and found, and whom its terms name."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from weibo_nlp import _resources
from weibo_nlp._version import __version__
from weibo_nlp.external import c_stance
from weibo_nlp.external.real_sets import REAL_SETS
from weibo_nlp.models import load_model, weights_names
from weibo_nlp.scheme import load_scheme

ROOT = Path(__file__).resolve().parents[2]
RESEARCH = ROOT / "scripts" / "research_weights"
SOURCES = {source.name: source for source in (each.source for each in REAL_SETS.values())}
TASKS = tuple(load_scheme().tasks)
OPEN = {"COLD", "SWSR", "Zhihu", "hot search"}


def sets_of(source):
    return [name for name, each in REAL_SETS.items() if each.source.name == source]


@pytest.fixture(scope="module")
def licence():
    """The licence of the weights for research, without its line ends."""
    return " ".join((RESEARCH / "LICENSE").read_text("utf-8").split())


@pytest.mark.parametrize("name", SOURCES)
def test_the_licence_for_research_names_every_source_with_its_sets_and_terms(licence, name):
    source = SOURCES[name]
    entry = licence[licence.index(f" {name} ({', '.join(sets_of(name))}) {source.published} ") :]
    assert re.match(rf".*? Terms: {re.escape(source.terms)} ", entry)


def test_the_licence_for_research_names_c_stance_as_its_reader_does(licence):
    info = c_stance.INFO
    assert f"C-STANCE (c_stance) {info.published} Terms: {info.licence}; cite" in licence


def test_the_open_card_names_the_sets_whose_terms_are_open_and_no_other():
    assert {name for name, source in SOURCES.items() if re.match(r"MIT|Apache-2\.0", source.terms)} == OPEN
    card = (_resources.models_dir() / "README.md").read_text("utf-8")
    sources = card.partition("## What they learnt from")[2]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in sources.splitlines() if line[:1] == "|"]
    named = {name: (re.findall("`(.+?)`", sets), published, terms) for name, sets, published, terms in rows[2:]}
    assert named.pop("the composed corpus")[2] == "CC-BY-4.0"
    assert named.keys() == OPEN
    for name, (sets, published, terms) in named.items():
        assert (sets, terms) == (sets_of(name), SOURCES[name].terms)
        assert published.startswith(SOURCES[name].published)
    for name in SOURCES.keys() - OPEN:
        assert not re.search(rf"\b({name}|{'|'.join(sets_of(name))})\b", card)


def test_both_cards_have_a_place_for_figures():
    for name, card in (("research", RESEARCH / "README.md"), ("open", _resources.models_dir() / "README.md")):
        assert re.search(rf"^<!-- weights:{name} -->\n(.*\n)*?<!-- end -->$", card.read_text("utf-8"), re.M)


def test_the_distribution_has_the_version_of_the_package_it_is_made_for():
    project = tomllib.loads((RESEARCH / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__


needs_hatchling = pytest.mark.skipif(
    find_spec("hatchling") is None, reason="hatchling, of the dev extra, builds wheels"
)


def build(source, folder):
    """Build a wheel of a source tree without asking an index, as `pip install` of the tree would."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "-w", folder, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.mark.slow
@needs_hatchling
def test_the_built_distribution_is_found_by_its_entry_point_in_a_new_process(tmp_path):
    source, site = tmp_path / "source", tmp_path / "site"
    shutil.copytree(RESEARCH, source, ignore=shutil.ignore_patterns("models"))
    shutil.copytree(_resources.models_dir(), source / "weibo_nlp_research" / "models")
    wheel = build(source, tmp_path / "wheels")
    with zipfile.ZipFile(wheel) as archive:
        licence = next(name for name in archive.namelist() if name.endswith("licenses/LICENSE"))
        assert archive.read(licence) == (RESEARCH / "LICENSE").read_bytes()
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", site, wheel]
    subprocess.run(install, check=True)
    code = (
        "import sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from weibo_nlp.models import load_model, weights_folder, weights_names\n"
        "print(*weights_names())\n"
        "print(weights_folder('research'))\n"
        f"for task in {TASKS}:\n"
        "    print(task, *load_model(task, weights='research').classes_)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, site], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    names, folder, *models = done.stdout.splitlines()
    assert names == "open research"
    assert Path(folder) == (site / "weibo_nlp_research" / "models").resolve()
    assert models == [" ".join([name, *load_scheme().task(name).labels]) for name in TASKS]


@pytest.mark.slow
@needs_hatchling
def test_the_wheel_of_the_package_holds_the_open_card_and_no_weights_for_research(tmp_path):
    with zipfile.ZipFile(build(ROOT, tmp_path)) as archive:
        names = archive.namelist()
    assert "weibo_nlp/data/models/README.md" in names
    assert not [name for name in names if "research" in name]


@pytest.mark.slow
@pytest.mark.skipif("research" not in weights_names(), reason="needs `pip install ./scripts/research_weights`")
@pytest.mark.parametrize("task", TASKS)
def test_the_installed_weights_for_research_have_a_model_for_every_task(task):
    assert tuple(load_model(task, weights="research").classes_) == load_scheme().task(task).labels

import doctest
import inspect
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files

import pytest

import weibo_nlp

HEAVY = {"pandas", "sklearn", "datasets", "pyarrow", "spacy", "torch", "transformers", "scipy", "numpy", "yaml"}


def modules_after(statement):
    """Top-level modules in a fresh interpreter after a statement."""
    code = f"import sys\n{statement}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_the_package_pulls_in_nothing_heavy():
    loaded = modules_after("import weibo_nlp")
    assert "weibo_nlp" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    ("statement", "without"),
    [
        pytest.param("from weibo_nlp import normalise, parse", {"pandas", "sklearn", "spacy", "torch"}, id="text"),
        pytest.param("from weibo_nlp import models; models.names()", {"pandas", "sklearn", "datasets"}, id="models"),
        pytest.param("import weibo_nlp.report", {"pandas", "sklearn", "jinja2", "datasets"}, id="report"),
    ],
)
def test_a_room_loads_only_what_it_uses(statement, without):
    assert not modules_after(statement) & without


@pytest.mark.parametrize("name", weibo_nlp.__all__)
def test_every_name_of_the_facade_is_there(name):
    assert getattr(weibo_nlp, name) is not None
    assert name in dir(weibo_nlp)
    assert name in weibo_nlp.__doc__ or name == "__version__"


@pytest.mark.slow
def test_everything_can_be_imported_at_once():
    assert "weibo_nlp" in modules_after("from weibo_nlp import *; assert callable(label) and callable(load_model)")


def test_a_name_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(AttributeError, match=r"module 'weibo_nlp' has no attribute 'lable'; it has .*label"):
        weibo_nlp.lable  # noqa: B018
    with pytest.raises(ImportError, match="lable"):
        from weibo_nlp import lable  # noqa: F401


def test_the_package_is_marked_as_typed_and_knows_its_version():
    assert files(weibo_nlp).joinpath("py.typed").is_file()
    assert weibo_nlp.__version__ == version("weibo-nlp")


CALLABLES = (
    "compare", "evaluate", "hf_tokenizer", "hydrate", "label", "load_corpus", "load_model", "load_spacy", "normalise",
    "parse", "segment", "train",
)  # fmt: skip


@pytest.mark.parametrize("name", CALLABLES)
def test_every_function_of_the_facade_has_an_example_that_runs(name):
    function = inspect.unwrap(getattr(weibo_nlp, name))
    (test,) = doctest.DocTestFinder(recurse=False).find(function, name, globs={"weibo_nlp": weibo_nlp, name: function})
    assert test.examples, f"{name} has no example in its docstring"
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_rooms_that_score_know_no_models():
    rooms = ("predictions", "tasks", "stats", "evaluation", "leaderboard", "report")
    lines = [f"import weibo_nlp.{room}; print('{room}', 'weibo_nlp.models' in sys.modules)" for room in rooms]
    run = subprocess.run([sys.executable, "-c", "\n".join(["import sys", *lines])], capture_output=True, check=True)
    assert run.stdout.decode().split() == [word for room in rooms for word in (room, "False")]

from pathlib import Path

import pytest

import weibo_nlp
from weibo_nlp.corpus import open_release, versions
from weibo_nlp.errors import UsageError
from weibo_nlp.external import load
from weibo_nlp.io import open_table
from weibo_nlp.io.paths import named_path
from weibo_nlp.models import LinearClassifier, load_model
from weibo_nlp.predictions import read_predictions


def test_a_path_is_taken_as_text_or_as_a_path():
    assert named_path("a/b") == named_path(Path("a/b")) == Path("a/b")
    assert named_path(".") == Path()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("", "the name of a model is empty; name a place", id="empty"),
        pytest.param("a\0b", r"a model holds a NUL character, which no name has: 'a\\x00b'", id="nul"),
        pytest.param(3, "a model is 3; give a path, as text or as a pathlib.Path", id="number"),
        pytest.param(None, "a model is None; give a path", id="none"),
    ],
)
def test_what_names_no_place_is_refused(path, message):
    with pytest.raises(UsageError, match=message):
        named_path(path, "a model")


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(open_release, id="open_release"),
        pytest.param(versions, id="versions"),
        pytest.param(load_model, id="load_model"),
        pytest.param(LinearClassifier.from_pretrained, id="from_pretrained"),
        pytest.param(LinearClassifier(["a", "b"]).save_pretrained, id="save_pretrained"),
        pytest.param(lambda path: load("cold", path), id="external"),
        pytest.param(open_table, id="open_table"),
        pytest.param(read_predictions, id="read_predictions"),
        pytest.param(weibo_nlp.evaluate, id="evaluate"),
        pytest.param(lambda path: weibo_nlp.label("今天", models={"topic": path}), id="label"),
    ],
)
def test_an_empty_name_is_never_the_folder_we_are_in(use):
    with pytest.raises(UsageError, match="is empty; name a place"):
        use("")

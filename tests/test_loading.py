from pathlib import Path

import pytest

import weibo_nlp
from weibo_nlp import _resources
from weibo_nlp.corpus import schema
from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.external.hydration import text_key

TEXTS = Path(__file__).parent / "data" / "public_texts" / "texts.jsonl"


@pytest.fixture(autouse=True)
def shipped(miniature_release, monkeypatch):
    """The miniature in the place of the corpus that ships."""
    monkeypatch.setattr(_resources, "corpus_dir", lambda: miniature_release)


def test_judgements_on_public_texts_come_without_the_texts():
    frame = weibo_nlp.load_corpus("real")
    assert "text" not in frame
    assert frame["split"].value_counts().to_dict() == {"train": 7, "validation": 2, "test": 3}


def test_with_a_folder_they_are_joined_with_its_texts():
    frame = weibo_nlp.load_corpus("real", texts=TEXTS.parent)
    assert len(frame) == 12
    assert (frame["text"].map(text_key) == frame["id"]).all()
    test = weibo_nlp.load_corpus("real", texts=TEXTS, split="test")
    assert sorted(test["text"]) == sorted(frame.loc[frame["split"] == "test", "text"])
    assert "split" not in test  # as without the texts


def test_the_same_rows_come_as_a_data_set_with_class_labels():
    pytest.importorskip("datasets")
    loaded = weibo_nlp.load_corpus("real", texts=TEXTS, format="datasets")
    frame = weibo_nlp.load_corpus("real", texts=TEXTS)
    assert loaded["text"][:] == frame["text"].tolist()
    topics = loaded.features["topic"]
    assert [topics.int2str(number) for number in loaded["topic"]] == frame["topic"].tolist()
    assert list(loaded.features) == [*(column.name for column in schema.CONFIGS["real"]), "text"]


def test_rows_whose_texts_are_missing_are_left_out_and_counted_in_a_warning(tmp_path):
    lines = TEXTS.read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "some.jsonl").write_text("".join(lines[:9]), "utf-8")
    with pytest.warns(UserWarning, match=r"3 of 12 texts are not in .*some\.jsonl, and their rows are left out"):
        assert len(weibo_nlp.load_corpus("real", texts=tmp_path / "some.jsonl")) == 9


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param({"config": "posts", "texts": TEXTS}, UsageError, "'posts' comes with its texts", id="shipped"),
        pytest.param({"config": "real", "texts": "nowhere"}, UsageError, "does not exist", id="no-folder"),
        pytest.param({"config": "real", "texts": TEXTS, "format": "arrow"}, UsageError, 'choose "pandas"', id="format"),
        pytest.param({"config": "reel"}, UnknownNameError, "unknown configuration 'reel'", id="config"),
    ],
)
def test_what_cannot_be_loaded_so_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        weibo_nlp.load_corpus(**call)


def test_the_old_name_of_the_format_counts_with_texts_too():
    datasets = pytest.importorskip("datasets")
    with pytest.warns(DeprecationWarning, match="format="):
        loaded = weibo_nlp.load_corpus("real", texts=TEXTS, as_="datasets")
    assert isinstance(loaded, datasets.Dataset)

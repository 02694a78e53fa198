"""Segmenters travel between processes by name; the old argument name works for one release."""

import copy
import pickle

import pytest

import weibo_nlp
from weibo_nlp.segmentation import Segmenter, create_segmenter, registry, segment_many

TEXT = "信用卡好用[doge] @小甲"


@pytest.mark.parametrize("name", ["fast", "jieba", "char"])
def test_a_copy_cuts_as_the_segmenter_itself(name):
    segmenter = create_segmenter(name, ["信用"])
    for other in (pickle.loads(pickle.dumps(segmenter)), copy.deepcopy(segmenter)):  # noqa: S301 - pickled here
        assert isinstance(other, Segmenter)
        assert (other.name, other.version) == (segmenter.name, segmenter.version)
        assert other.cut(TEXT) == segmenter.cut(TEXT)
        assert other.cut(TEXT)[0] == "信用"


def test_the_engine_of_a_copy_is_loaded_with_its_first_text(monkeypatch):
    loaded = []
    pickled = pickle.dumps(create_segmenter("char"))
    monkeypatch.setattr(registry, "_engine", lambda name: loaded.append(name) or registry.char_engine())
    segmenter = pickle.loads(pickled)  # noqa: S301 - what was pickled here
    assert (segmenter.name, loaded) == ("char", [])
    assert segmenter.cut("好的") == ["好", "的"]
    assert loaded == ["char"]


def test_a_pickled_segmenter_holds_names_and_words_and_no_model():
    assert len(pickle.dumps(create_segmenter("fast", ["信用"]))) < 1_000


def test_with_is_the_old_name_of_segmenter():
    with pytest.warns(DeprecationWarning, match=r"\(with_=…\) is now segment.*\(segmenter=…\)") as caught:
        assert weibo_nlp.segment("好的", with_="char") == ["好", "的"]
    with pytest.warns(DeprecationWarning, match=r"\(with_=…\) is now segment.*\(segmenter=…\)") as caught_too:
        assert list(segment_many(["好的"], with_="char")) == [["好", "的"]]
    assert {warning.filename for warning in (*caught, *caught_too)} == {__file__}

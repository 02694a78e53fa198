"""Segmenters travel between processes by name; the old argument name works for one release."""

import copy
import pickle

import pytest
from spacy.vocab import Vocab

import weibo_nlp
from weibo_nlp.errors import DataError
from weibo_nlp.integrations.spacy_tokenizer import WeiboTokenizer
from weibo_nlp.segmentation import Lexicon, Segmenter, base, create_segmenter, registry, segment_many
from weibo_nlp.segmentation.base import Engine, FramedSegmenter
from weibo_nlp.segmentation.store import stored_model

TEXT = "信用卡好用[doge] @小甲"


needs_pkuseg = pytest.mark.skipif(stored_model("pkuseg") is None, reason="`weibo-nlp models fetch pkuseg` was not run")


@pytest.mark.parametrize("name", ["fast", "jieba", "char", pytest.param("pkuseg", marks=needs_pkuseg)])
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


@pytest.mark.parametrize("part", ["frame 2", "emoticons ", "script ", "unicode ", "regex ", "opencc "])
def test_a_segmenter_pickled_under_another_frame_is_refused(part, monkeypatch):
    pickled = pickle.dumps(create_segmenter("char"))
    here = base.frame_version()
    assert part in here
    monkeypatch.setattr(base, "frame_version", lambda: here.replace(part, f"{part}0"))
    with pytest.raises(DataError, match=rf"pickled with .*{part}.* here is .*{part}0.* create it again"):
        pickle.loads(pickled)  # noqa: S301 - what was pickled here


def test_a_segmenter_pickled_before_frames_had_versions_is_refused():
    segmenter = FramedSegmenter.__new__(FramedSegmenter)
    with pytest.raises(DataError, match="was pickled with frame 1, here is frame 2"):
        segmenter.__setstate__({"name": "char", "version": "1", "_lexicon": None})


def test_a_segmenter_pickled_under_another_engine_is_refused_at_its_first_text(monkeypatch):
    pickled = pickle.dumps(create_segmenter("char"))
    monkeypatch.setattr(registry, "_engine", lambda name: Engine(name, "2", list))
    segmenter = pickle.loads(pickled)  # noqa: S301 - what was pickled here
    with pytest.raises(DataError, match="'char' was pickled with 1, here is 2; create it again"):
        segmenter.cut("好")


def test_a_lexicon_travels():
    lexicon = pickle.loads(pickle.dumps(Lexicon(["信用", "AI"])))  # noqa: S301 - what was pickled here
    assert lexicon.words == ("AI", "信用")
    assert list(lexicon.find("AI信用MAIL")) == [(0, 2), (2, 4)]


@pytest.mark.parametrize("used", [False, True])
def test_a_tokenizer_of_spacy_travels_used_or_not(used):
    tokenizer = WeiboTokenizer(Vocab(), lexicon=["信用"])
    if used:
        tokenizer(TEXT)
    for other in (pickle.loads(pickle.dumps(tokenizer)), copy.deepcopy(tokenizer)):  # noqa: S301 - pickled here
        assert [token.text for token in other(TEXT)] == ["信用", "卡", "好用", "[doge]", "@小甲"]


def test_with_is_the_old_name_of_segmenter():
    with pytest.warns(DeprecationWarning, match=r"\(with_=…\) is now segment.*\(segmenter=…\)") as caught:
        assert weibo_nlp.segment("好的", with_="char") == ["好", "的"]
    with pytest.warns(DeprecationWarning, match=r"\(with_=…\) is now segment.*\(segmenter=…\)") as caught_too:
        assert list(segment_many(["好的"], with_="char")) == [["好", "的"]]
    assert {warning.filename for warning in (*caught, *caught_too)} == {__file__}

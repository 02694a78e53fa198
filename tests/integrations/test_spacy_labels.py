"""Settings of the spaCy component that labels: several targets, HTML, weights."""

import pickle

import pytest
import spacy

from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.integrations.spacy_components import WeiboLabels
from weibo_nlp.integrations.spacy_pipeline import load_spacy
from weibo_nlp.labelling import label

TEXT = "失信被执行人就该上征信黑名单，禁乘火车罚得太轻"
TARGETS = ["信用惩戒", "食堂"]


@pytest.fixture(scope="module")
def blank():
    return spacy.blank("zh")


def test_of_several_targets_the_first_is_in_the_extensions_and_all_are_in_stances_and_cats(blank):
    component = WeiboLabels(target=TARGETS)
    doc = component(blank(TEXT))
    (row,) = label(TEXT, target=TARGETS, all_scores=True).to_dict("records")
    assert (doc._.stance, doc._.stance_target) == (row["stance_1"], "信用惩戒")
    assert doc._.stances == {"信用惩戒": row["stance_1"], "食堂": row["stance_2"]}
    assert doc.cats["stance:食堂:favor"] == pytest.approx(row["stance_2_score_favor"])
    assert set(component.labels) == set(doc.cats)


def test_of_one_target_or_none_stances_has_one_or_none(blank):
    doc = WeiboLabels(target="食堂")(blank(TEXT))
    assert doc._.stances == {"食堂": doc._.stance}
    assert "stance:favor" in doc.cats
    component = WeiboLabels()
    assert component(blank(TEXT))._.stances == {"信用惩戒": component(blank(TEXT))._.stance}
    assert component(blank("今天食堂的菜有点咸"))._.stances == {}
    assert component(blank(""))._.stances is None


def test_another_set_of_targets_replaces_what_the_first_said(blank):
    doc = WeiboLabels(target=TARGETS)(blank(TEXT))
    again = WeiboLabels(target=["食堂", "信用惩戒"])(doc)
    assert (again._.stance_target, list(again._.stances)) == ("食堂", ["食堂", "信用惩戒"])


def test_html_is_read_and_what_reads_as_empty_is_an_empty_doc(blank):
    component = WeiboLabels()
    docs = list(component.pipe(blank.pipe([f"{TEXT}<br />", "<br />", TEXT])))
    assert [bool(doc.cats) for doc in docs] == [True, False, True]
    assert docs[0].cats == pytest.approx(docs[2].cats)
    assert WeiboLabels(html=False)(blank("<br />")).cats


def test_settings_are_kept_by_pickle_and_by_a_saved_pipeline(tmp_path):
    copy = pickle.loads(pickle.dumps(WeiboLabels("mine", TARGETS, html=False)))  # noqa: S301 - what was pickled here
    assert (copy.name, copy.target, copy.html, copy.weights) == ("mine", TARGETS, False, "open")
    nlp = load_spacy("char", target=("信用惩戒", "canonical")[1:], html=True)
    nlp.to_disk(tmp_path / "saved")
    read = spacy.load(tmp_path / "saved")
    component = read.get_pipe("weibo_labels")
    assert (component.target, component.html) == (["canonical"], True)
    assert len(read(TEXT)._.stances) == 3


@pytest.mark.parametrize("html", ["yes", "true", "", "AUTO"])
def test_an_html_that_is_no_choice_is_refused_in_code_and_in_a_configuration(blank, html):
    with pytest.raises(UsageError, match=r"html is .*; it is True, False, or 'auto'"):
        load_spacy("char", html=html)
    with pytest.raises(UsageError, match=r"html is .*; it is True, False, or 'auto'"):
        spacy.blank("zh").add_pipe("weibo_labels", config={"html": html})


def test_weights_that_are_not_there_are_refused():
    with pytest.raises(UnknownNameError, match=r"unknown weights 'mine'; there is: .*open"):
        load_spacy("char", weights="mine")

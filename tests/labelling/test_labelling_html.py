"""HTML read as text, the author's own words, and what happens to texts in which nothing is left to see."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp import label
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import open_table
from weibo_nlp.labelling import Labeller, label_file
from weibo_nlp.labelling.texts import read, text_problem
from weibo_nlp.models import LinearClassifier, MajorityClassifier
from weibo_nlp.records import Example

TASKS = ["topic", "sentiment", "irony", "stance"]


class Recorder:
    """Remembers what it was asked."""

    classes_ = ("yes", "no")

    def __init__(self):
        self.asked = []

    def predict_proba(self, texts):
        self.asked += list(texts)
        return np.tile([0.75, 0.25], (len(texts), 1))


class Ours(Recorder, MajorityClassifier):
    """One of this package's models, as far as can be seen."""


def asked(text, parent=None, **options):
    """What a strange model, one of ours and one of stance are given of a text."""
    strange, stance, ours = Recorder(), Recorder(), Ours()
    models = {"strange": strange, "ours": ours, "stance": stance}
    Labeller(models, target="甲", **options).label([text], [parent])
    return strange.asked[0], ours.asked[0], stance.asked[0]


def test_a_text_is_labelled_as_its_html_reads():
    html, plain = label("失信就该禁乘&nbsp;&quot;好&quot;<br />"), label('失信就该禁乘\xa0"好"')
    pd.testing.assert_frame_equal(html.drop(columns="text"), plain.drop(columns="text"))


def test_models_of_this_package_get_plain_texts_and_others_the_own_words_as_strings():
    strange, ours, stance = asked("不同意<br />//@甲:太好了", "上&nbsp;文")
    assert strange == "不同意"
    assert ours == Example("不同意\n//@甲:太好了", plain=True)
    assert stance == Example("不同意\n//@甲:太好了", "甲", "上\xa0文", plain=True)


def test_a_repost_without_words_is_no_words_to_others_and_labelled_all_the_same():
    strange, ours, _ = asked("转发微博//@甲:太好了")
    assert (strange, ours.text) == ("", "转发微博//@甲:太好了")


@pytest.mark.parametrize(
    ("html", "text"), [("auto", "好\n"), (True, "好\n"), (False, "好<br>")], ids=["auto", "yes", "no"]
)
def test_html_is_read_as_asked(html, text):
    assert asked("好<br>", html=html)[1].text == text


def test_what_is_no_html_stays_as_it_is_unless_it_is_said_to_be():
    assert read("1<2 & <爱你>", "auto").text == "1<2 & <爱你>"
    assert not read("1<2 & <爱你>", "auto").was_html


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        *[(text, "empty") for text in ("<br />", "&nbsp;", "<p>&#8203;</p>", " <br>\u200b<br/>")],
        *[(text, None) for text in ("<br />好", "<", "&", "a&nbsp;")],
    ],
)
def test_a_text_in_which_nothing_is_left_to_see_is_empty(value, problem):
    assert text_problem(value, "auto") == problem
    assert text_problem(value, html=False) is None


@given(st.text(alphabet="<>&;/#brnp8 \u200b好\ud800", max_size=30), st.sampled_from(["auto", True, False]))
def test_any_text_is_read_or_has_a_problem(text, html):
    reading = read(text, html)
    assert (reading.problem is None) == bool(reading.text)


BAD = ["好", None, "", "<br />", 7, "a" * 100_001, "不好"]


def test_empty_html_is_refused_with_its_position():
    with pytest.raises(DataError, match=r"5 of 7 texts cannot be labelled \(position 1: null; .*position 3: empty; "):
        label(BAD)


def test_bad_texts_are_skipped_when_asked_for_their_labels_are_missing_and_one_warning_counts_them():
    with pytest.warns(UserWarning, match="5 of 7 texts cannot be labelled .*; their labels are missing") as caught:
        frame = label(BAD, errors="skip")
    assert [(warning.filename, warning.category) for warning in caught] == [(__file__, UserWarning)]
    good = label(["好", "不好"])
    assert frame["topic"].notna().tolist() == [True, False, False, False, False, False, True]
    for name in good.columns[1:]:
        assert frame[name].isna()[1:6].all()
        assert frame[name].dropna().tolist() == good[name].dropna().tolist()
    assert (str(frame["irony"].dtype), str(good["irony"].dtype)) == ("boolean", "bool")
    assert frame["topic_score"].dtype == good["topic_score"].dtype == "float64"


def test_nothing_is_said_of_texts_that_can_all_be_labelled():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pd.testing.assert_frame_equal(label(["好"], errors="skip"), label(["好"]))


def test_a_row_whose_parent_is_too_long_is_skipped_and_the_others_keep_theirs():
    frame = pd.DataFrame({"text": ["好"] * 3, "above": ["甲&nbsp;乙", "好" * 100_001, "<br>"]})
    stance = Recorder()
    with pytest.warns(UserWarning, match="position 1: the text it answers is longer than"):
        found = label(frame, parent_column="above", errors="skip", models={"stance": stance}, target="甲")
    assert [example.parent for example in stance.asked] == ["甲\xa0乙", None]
    assert found["topic"].notna().tolist() == [True, False, True]


def test_all_may_be_skipped():
    with pytest.warns(UserWarning, match="2 of 2"):
        frame = label(["", None], errors="skip")
    assert frame.iloc[:, 1:].isna().all(axis=None)


@pytest.mark.parametrize("html", ["yes", 1, 0, None, "AUTO"])
def test_another_html_is_refused(html):
    with pytest.raises(UsageError, match=r"html is .*; it is True, False, or 'auto'"):
        label("好", html=html)


@pytest.mark.parametrize("errors", ["ignore", None, True])
def test_another_way_with_errors_is_refused(errors):
    with pytest.raises(UsageError, match=r"errors is .*; it is 'raise', or 'skip'"):
        label("好", errors=errors)


def write(path, *texts):
    path.write_text("id,text\n" + "".join(f"{number},{text}\n" for number, text in enumerate(texts)), "utf-8")
    return open_table(path)


def test_a_file_counts_its_texts_of_html_and_sets_those_aside_that_read_as_empty(tmp_path):
    table = write(tmp_path / "a.csv", "好<br />", "<br />", "好", "&nbsp;", "1<2")
    done = label_file(table, tmp_path / "o.csv", Labeller(), text_column="text")
    assert (done.rows, done.html, done.reasons) == (3, 1, {"text: empty": 2})
    assert pd.read_csv(done.output)["text"].tolist() == ["好<br />", "好", "1<2"]  # the text is not changed
    left = label_file(table, tmp_path / "p.csv", Labeller(html=False), text_column="text")
    assert (left.rows, left.html) == (5, 0)


def test_rows_of_a_frame_in_parquet_that_read_as_empty_are_set_aside_with_their_index(tmp_path):
    pd.DataFrame({"text": ["<br>", "好"]}).to_parquet(tmp_path / "a.parquet")
    done = label_file(open_table(tmp_path / "a.parquet"), tmp_path / "o.parquet", Labeller(), text_column="text")
    assert pd.read_parquet(done.output).index.tolist() == [1]


def test_a_model_that_was_searched_for_labels_a_text_of_html_as_the_plain_one():
    texts = [f"{day}{what}" for day in "今明后昨" for what in ("天吃面", "天下雨")]
    model = LinearClassifier(C=1.0).fit(texts, ["food", "weather"] * 4)
    html, plain = label(["前天<b>吃面</b>", "前天吃面"], models={"about": model})["about_score"]
    assert html == plain


@pytest.mark.parametrize("chain", ["//@甲:太好了[哈哈]", "<br>//@甲:太好了[哈哈]", "//@甲:好//@乙:失信就该禁乘"])
def test_what_a_repost_chain_says_never_changes_the_labels_of_the_authors_own_words(chain):
    scores = [f"{task}_score" for task in TASKS[:3]]
    frame = label(["不同意", f"不同意{chain}"])
    assert frame[scores].nunique().tolist() == [1, 1, 1]
    assert frame[TASKS[:3]].nunique().tolist() == [1, 1, 1]

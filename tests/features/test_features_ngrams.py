import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from weibo_nlp.errors import DataError
from weibo_nlp.features.ngrams import fit_ngrams, ngram_arrays, ngrams_from_arrays, pack, unpack

TEXTS = ["好吃好吃", "真 好吃\n\n呀", "难吃A", "a难吃", "👨‍👩‍👧好", ""]
# Every code point there is: lone surrogates, U+0000 and U+10FFFF too.
terms = st.text(st.characters(exclude_categories=[]) | st.sampled_from("\0\U0010ffff\ud800"), min_size=1, max_size=3)


def reference(texts, **options):
    options = {"analyzer": "char", "sublinear_tf": True, "lowercase": False, "min_df": 2, **options}
    return TfidfVectorizer(**options).fit(texts)


def terms_of(vectorizer):
    return list(vectorizer.get_feature_names_out())


@given(st.lists(terms))
def test_any_ngrams_come_back_from_their_packed_form(given_terms):
    assert unpack(pack(given_terms)) == given_terms


@given(terms, terms)
def test_different_ngrams_are_packed_differently(one, other):
    assert (pack([one])[0] == pack([other])[0]) == (one == other)


@given(st.integers(2**63, 2**64 - 1))
def test_a_number_with_a_bit_above_three_code_points_is_refused(number):
    with pytest.raises(DataError, match=f"{number} is no packed n-gram; the file is damaged"):
        unpack(np.array([number], dtype=np.uint64))


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(0, id="nothing"),
        pytest.param(0x110001, id="beyond-unicode"),
        pytest.param(ord("好") << 21, id="first-place-empty"),
        pytest.param(ord("好") | ord("吃") << 42, id="gap"),
        pytest.param(ord("好") | 1 << 63, id="stray-highest-bit"),
    ],
)
def test_a_number_that_is_no_ngram_is_refused(number):
    with pytest.raises(DataError, match=f"{number} is no packed n-gram"):
        unpack(np.array([number], dtype=np.uint64))


def test_features_are_those_of_scikit_learn():
    ours, theirs = fit_ngrams(TEXTS), reference(TEXTS, ngram_range=(1, 3))
    assert terms_of(ours) == terms_of(theirs)
    unseen = [*TEXTS, "从没见过", "好吃吗"]
    np.testing.assert_allclose(ours.transform(unseen).toarray(), theirs.transform(unseen).toarray(), rtol=1e-12)


def test_an_ngram_must_occur_in_enough_texts_however_often_in_one():
    # 好 is in two texts, 吃 twice in one.
    assert terms_of(fit_ngrams(["好吃吃", "好"], min_df=2)) == ["好"]


def test_saved_ngrams_count_as_before():
    fitted = fit_ngrams(TEXTS)
    arrays = ngram_arrays(fitted)
    loaded = ngrams_from_arrays(arrays)
    assert terms_of(loaded) == terms_of(fitted)
    assert {name: array.dtype.name for name, array in arrays.items()} == {"terms": "uint64", "idf": "float32"}
    unseen = [*TEXTS, "好吃吗\u3000"]
    np.testing.assert_allclose(loaded.transform(unseen).toarray(), fitted.transform(unseen).toarray(), atol=1e-7)
    again = ngram_arrays(loaded)
    assert all((again[name] == arrays[name]).all() for name in arrays)


@pytest.fixture(scope="module")
def ngrams():
    return fit_ngrams(TEXTS)


@given(texts=st.lists(st.text(max_size=12), max_size=4))
def test_rows_have_unit_length_or_none(ngrams, texts):
    lengths = np.linalg.norm(ngrams.transform([*texts, "好"]).toarray(), axis=1)
    known = [any(term in text for term in terms_of(ngrams)) for text in [*texts, "好"]]
    assert lengths == pytest.approx(np.array(known, dtype=float))


@pytest.mark.parametrize("texts", [pytest.param([], id="none"), pytest.param(["甲", "乙"], id="nothing-recurs")])
def test_texts_without_a_common_ngram_are_refused(texts):
    with pytest.raises(DataError, match=f"{len(texts)} texts hold no n-gram that occurs 2 times"):
        fit_ngrams(texts)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        pytest.param({"terms": pack(["甲", "乙"]), "idf": np.ones(1)}, "2 n-grams .* with 1 weights", id="lengths"),
        pytest.param({"terms": pack(["甲", "甲"]), "idf": np.ones(2)}, "1 different", id="doubled"),
        pytest.param({"terms": pack(["甲"]), "idf": np.ones((1, 1))}, "one row of numbers", id="two-dimensional"),
        pytest.param({"terms": np.ones(1), "idf": np.ones(1)}, "one row of uint64", id="terms-are-floats"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arrays, message):
    with pytest.raises(DataError, match=message):
        ngrams_from_arrays(arrays)


def test_a_character_that_stands_four_times_weighs_one_plus_its_logarithm():
    vectorizer = fit_ngrams(["甲甲甲甲乙", "甲乙"])
    row = vectorizer.transform(["甲甲甲甲乙"]).toarray()[0]
    four_times, once = (row[vectorizer.vocabulary_[term]] for term in ("甲", "乙"))  # both stand in both texts
    assert four_times / once == pytest.approx(1 + math.log(4))

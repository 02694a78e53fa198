"""The index of n-grams counts as scikit-learn's vectorizer does, whatever stands in texts and vocabularies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from weibo_nlp.features.ngram_index import BATCH_CHARACTERS, NgramIndex, batches
from weibo_nlp.features.ngrams import ngrams_from_arrays, pack

# Few letters make n-grams recur; the rest are what packing or joining could trip over.
ALPHABET = "ab好坏\0 \n😀\U0010ffff"
TEXTS = st.lists(st.text(ALPHABET, max_size=12), max_size=8)
VOCABULARIES = st.sets(st.text(ALPHABET, min_size=1, max_size=3), min_size=1, max_size=30)


@given(VOCABULARIES, TEXTS, st.integers(0, 2**32 - 1))
@example({"\0", "\0\0", "\0\0\0"}, ["\0", "", "\0\0\0\0"], 0)
@example({" ", "a ", "\n"}, ["a \n b", " ", "\n"], 0)
def test_entries_are_those_of_the_vectorizer(vocabulary, texts, seed):
    terms = sorted(vocabulary)
    idf = np.random.default_rng(seed).uniform(0.5, 9.0, len(terms))
    index = NgramIndex(pack(terms))

    counts = index.read(texts).counts()

    dense = np.zeros((len(texts), len(terms)))
    rows = np.repeat(np.arange(len(texts)), np.diff(counts.bounds))
    weights, lengths = counts.weighted(idf)
    dense[rows, counts.terms] = weights / lengths[rows]
    if texts:
        expected = ngrams_from_arrays({"terms": pack(terms), "idf": idf}).transform(texts).toarray()
        np.testing.assert_allclose(dense, expected, atol=1e-12)
    assert len(counts.terms) == np.count_nonzero(dense)  # each n-gram once a text


def test_n_grams_that_share_a_slot_are_all_found():
    # Of so many, thousands share one; every third is asked for and not there.
    codes = np.arange(1, 90_001, dtype=np.uint64)
    known = codes[codes % 3 > 0]
    index = NgramIndex(known)

    places = index.find(codes)

    assert places[codes % 3 > 0].tolist() == list(range(len(known)))
    assert set(places[codes % 3 == 0].tolist()) == {len(known)}


@pytest.mark.parametrize("n", [1, 50, 40_000])
def test_n_grams_without_a_pattern_are_found_in_whatever_order_they_stand(n):
    keys = np.unique(np.random.default_rng(n).integers(1, 1 << 63, 2 * n, dtype=np.uint64))
    np.random.default_rng(0).shuffle(keys)
    known, unknown = keys[: n // 2 + 1], keys[n // 2 + 1 :]
    index = NgramIndex(known)

    assert index.find(known).tolist() == list(range(len(known)))
    assert (index.find(unknown) == len(known)).all()
    assert index.find(keys[:0]).tolist() == []


def test_a_text_of_a_hundred_thousand_characters_counts_as_any_other():
    text = "好坏a" * 33_334

    counts = NgramIndex(pack(["好", "坏a好", "b"])).read(["a", text, ""]).counts()

    assert counts.bounds.tolist() == [0, 0, 2, 2]
    frequencies = dict(zip(counts.terms.tolist(), counts.frequencies.tolist(), strict=True))
    assert frequencies == pytest.approx({0: 1 + np.log(33_334), 1: 1 + np.log(33_333)})


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([0, 0, 0], [(0, 3)], id="empty-texts"),
        pytest.param([4, 5, 6], [(0, 2), (2, 3)], id="up-to-the-limit"),
        pytest.param([40, 1, 40], [(0, 1), (1, 2), (2, 3)], id="longer-texts-alone"),
    ],
)
def test_batches_hold_so_many_characters_or_one_text(sizes, expected):
    assert list(batches(sizes, limit=10)) == expected


def test_many_empty_texts_make_more_than_one_batch():
    assert len(list(batches([0] * (2 * BATCH_CHARACTERS)))) > 1

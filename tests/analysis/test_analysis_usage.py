"""Counts of terms in the texts of a side, taken piece by piece."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.analysis import usage
from weibo_nlp.analysis.usage import Side, read_usage
from weibo_nlp.segmentation import create_segmenter

POSTS = ("国货之光 真香", "支持国货 抵制洋货", "今天的晚霞绝了", "海边的晚霞 真香", "抵制洋货就该支持国货")


@given(st.lists(st.integers(0, 6), max_size=30), st.integers(1, 8))
def test_pieces_of_a_side_have_every_text_once_and_units_whole(drawn, size):
    unit_of = np.unique(np.array(drawn, dtype=np.int64), return_inverse=True)[1]
    side = Side(np.arange(len(drawn), dtype=np.int64) + 100, unit_of)
    pieces = list(side.by_whole_units(size))
    assert sorted(text for texts, _ in pieces for text in texts.tolist()) == side.texts.tolist()
    units = [set(side.unit_of[texts - 100].tolist()) for texts, _ in pieces]
    assert sum(map(len, units)) == side.n_units
    for (_, of_piece), of_side in zip(pieces, units, strict=True):
        assert set(of_piece.tolist()) == set(range(len(of_side)))


def test_counts_are_those_of_all_texts_at_once_however_few_are_taken_together(monkeypatch):
    units = np.array([7, 8, 7, 9, 8], dtype=np.uint64)
    found = read_usage(list(enumerate(POSTS)), units, create_segmenter("fast"))
    side = found.side(np.ones(len(POSTS), dtype=bool))
    dense = found.kinds["word"].matrix.toarray().astype(np.int64)
    by_unit = np.array([dense[side.texts[side.unit_of == unit]].sum(axis=0) for unit in range(side.n_units)])
    texts = by_unit.sum(axis=0)
    rate = texts / texts.sum()
    # The sum of (y - r n)² over units, by the uses, times g / (g - 1), of which no less than 1 is taken.
    spread = ((by_unit - rate * by_unit.sum(axis=1, keepdims=True)) ** 2).sum(axis=0)
    effects = np.maximum(spread / texts * 3 / 2, 1)
    for at_once in (1, 2, 100):
        monkeypatch.setattr(usage, "_TEXTS_AT_ONCE", at_once)
        counts = found.counts("word", side)
        assert counts.texts.tolist() == texts.tolist()
        assert counts.units.tolist() == (by_unit > 0).sum(axis=0).tolist()
        np.testing.assert_allclose(counts.design_effects, effects, rtol=1e-12)


def test_a_side_without_texts_uses_nothing():
    found = read_usage(list(enumerate(POSTS)), None, create_segmenter("fast"))
    counts = found.counts("word", found.side(np.zeros(len(POSTS), dtype=bool)))
    assert counts.texts.sum() == counts.units.sum() == 0
    assert (counts.design_effects == 1).all()

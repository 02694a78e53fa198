"""Values of columns as numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_collection import collection_of

from weibo_nlp.analysis.coding import Coder, hashed, places_of_hashes
from weibo_nlp.analysis.groups import group_frame
from weibo_nlp.errors import DataError

values = st.lists(st.none() | st.text(max_size=3), max_size=20)


@given(values, st.integers(0, 20))
def test_every_row_has_its_value_however_rows_come_in_batches(rows, cut):
    coder = Coder(100, "too many")
    for batch in (rows[:cut], rows[cut:]):
        coder.add(pd.Series(batch, dtype=object))
    coded = coder.coded()
    assert [None if code < 0 else coded.values[code] for code in coded.codes] == rows
    assert list(coded.values) == sorted({row for row in rows if row is not None})


def test_values_are_called_as_groups_are(tmp_path):
    rows = [{"n": 3, "x": 2.5, "yes": True, "name": "甲"}, {"n": None, "x": 4.0, "yes": False, "name": "True"}]
    collection = collection_of(tmp_path / "rows.jsonl", rows)
    groups, frame = group_frame(collection, ["n", "x", "yes", "name"]), collection.frame()
    for name in groups:
        coder = Coder(10, "too many")
        coder.add(frame[name])
        coded = coder.coded()
        assert [None if code < 0 else coded.values[code] for code in coded.codes] == groups[name].tolist()


def test_too_many_values_are_refused_or_given_up():
    with pytest.raises(DataError, match=r"too many groups, more than 2 of them\."):
        Coder(2, "too many groups").add(pd.Series(["a", "b", "c"]))
    coder = Coder(2, "", gives_up=True)
    coder.add(pd.Series(["a", "b", "c"]))
    assert coder.is_given_up


def test_ids_are_found_whether_they_are_numbers_or_text():
    ids = hashed(pd.Series([7, 8, 9], dtype="Int64"))
    above = hashed(pd.Series([None, "7", "9", "10"], dtype=object))
    assert places_of_hashes(above, ids).tolist() == [-1, 0, 2, -1]


def test_the_first_of_two_rows_with_one_id_is_found_and_nothing_among_none():
    ids = hashed(pd.Series(["a", "b", "a"]))
    assert places_of_hashes(ids, ids).tolist() == [0, 1, 0]
    assert places_of_hashes(ids, np.empty(0, dtype=np.uint64)).tolist() == [-1, -1, -1]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.analysis.thread_index import ThreadIndex
from weibo_nlp.errors import DataError
from weibo_nlp.io.collection import open_collection


def test_a_thread_is_named_by_the_id_at_its_top():
    index = ThreadIndex(["3", "1", "2", None], ["2", None, "1", "3"])
    assert index.names() == ["1", "1", "1", "1"]
    assert index.above(3) == [1, 2, 0]
    assert index.above(1) == []


def test_rows_that_answer_the_same_missing_row_are_of_one_thread():
    index = ThreadIndex(["a", "b", "c"], ["x", "x", "b"])
    assert index.names() == ["x", "x", "x"]
    assert index.above(2) == [1]


def test_ids_that_run_in_a_circle_make_one_thread_and_no_endless_search():
    index = ThreadIndex(["a", "b", "c", "d"], ["b", "a", "a", "d"])
    assert index.names() == ["a", "a", "a", "d"]
    assert index.above(2) == [1, 0]
    assert index.above(3) == []


def test_a_row_without_any_id_is_a_thread_of_its_own():
    assert ThreadIndex([None, None], [None, None]).names() == ["(place 0)", "(place 1)"]


def test_of_rows_with_the_same_id_the_first_is_meant():
    assert ThreadIndex(["a", "a", "b"], ["x", "y", "a"]).names() == ["x", "y", "x"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), min_size=1, max_size=12))
def test_a_row_is_of_the_thread_of_what_it_answers(rows):
    ids, parents = [str(own) for own, _ in rows], [str(above) if above < 12 else None for _, above in rows]
    names = ThreadIndex(ids, parents).names()
    for place, parent in enumerate(parents):
        if parent in ids:
            assert names[place] == names[ids.index(parent)]


def test_a_chain_of_a_hundred_thousand_is_followed():
    ids = [str(number) for number in range(100_000)]
    index = ThreadIndex(ids, [None, *ids[:-1]])
    assert set(index.names()) == {"0"}
    assert len(index.above(99_999)) == 99_999


def test_an_id_that_lost_digits_is_named_by_its_place(tmp_path):
    (tmp_path / "l.jsonl").write_text('{"id": 1.5, "parent": null}\n', "utf-8")
    with pytest.raises(DataError, match=r"place 0: id is 1\.5"):
        ThreadIndex.of_collection(open_collection(tmp_path / "l.jsonl", "jsonl"), "id", "parent")

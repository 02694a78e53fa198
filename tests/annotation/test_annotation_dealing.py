import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.annotation.dealing import SHARED, deal, letter_of, numbered, seed_of, share_out, shuffled
from weibo_nlp.errors import UsageError

THREADS = st.dictionaries(st.text("abcxyz", min_size=1, max_size=3), st.integers(1, 5), min_size=1, max_size=12).map(
    lambda sizes: {name: [f"{name}-{place}" for place in range(size)] for name, size in sizes.items()}
)
SEEDS = st.integers(0, 2**32 - 1)


def test_numbers_tell_nothing_but_the_place_and_are_of_one_length():
    assert numbered(["x", "y"], "T") == {"T001": "x", "T002": "y"}
    assert list(numbered(range(1000), "A"))[-1] == "A1000"
    assert len({len(number) for number in numbered(range(1000), "A")}) == 1


@given(THREADS, SEEDS)
def test_every_document_is_dealt_once_and_threads_stay_whole_and_in_order(threads, seed):
    dealt = list(deal(threads, "A", seed).values())
    assert sorted(dealt) == sorted(document for documents in threads.values() for document in documents)
    at = {document: place for place, document in enumerate(dealt)}
    assert all(
        [at[each] - at[documents[0]] for each in documents] == list(range(len(documents)))
        for documents in threads.values()
    )


@given(THREADS, SEEDS)
def test_the_order_depends_on_the_seed_alone(threads, seed):
    assert deal(threads, "A", seed) == deal(dict(reversed(threads.items())), "A", seed)


def test_other_seeds_give_other_orders():
    names = [f"t{place}" for place in range(20)]
    assert len({tuple(shuffled(names, seed_of(0, who))) for who in ("甲", "乙", "丙", "丁")}) == 4


@given(THREADS, SEEDS, st.data())
def test_what_is_shared_goes_to_all_and_the_rest_to_one_each(threads, seed, data):
    n = sum(map(len, threads.values()))
    overlap = data.draw(st.integers(0, n))
    shares = share_out(threads, ["1", "2", "3"], overlap, seed)
    held = {thread: [name for name, share in shares.items() if thread in share] for thread in threads}
    assert {len(names) for names in held.values()} <= {1, 3}
    shared = sum(len(threads[thread]) for thread, names in held.items() if len(names) == 3)
    longest = max(map(len, threads.values()))
    assert overlap <= shared < overlap + longest or shared == n
    alone = [sum(len(threads[t]) for t in share if len(held[t]) == 1) for share in shares.values()]
    assert max(alone) - min(alone) <= longest


def test_more_than_there_is_cannot_be_shared():
    with pytest.raises(UsageError, match="from 0 to 1 texts can be judged by all"):
        share_out({"a": ["a"]}, ["1", "2"], 2, 0)


def test_letters_of_annotators_are_their_own():
    letters = [letter_of(place) for place in range(60)]
    assert len(set(letters)) == 60
    assert SHARED not in letters

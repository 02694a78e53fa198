from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weibo_nlp.corpus import build_threads
from weibo_nlp.records import Document
from weibo_nlp.release.splits import assign_splits


def thread(name, event, size, kind="post"):
    """A root and `size - 1` comments on it."""
    root = Document(id=name, kind=kind, text="汤", thread=name, event=event)
    comments = [
        Document(id=f"{name}.{n}", kind="comment", text="咸", thread=name, parent=name, root=name, event=event)
        for n in range(1, size)
    ]
    return build_threads([root, *comments])[0]


def event(name, sizes):
    return [thread(f"{name}-{n:03}", name, size, "article" if n % 7 == 0 else "post") for n, size in enumerate(sizes)]


events = st.lists(st.integers(1, 9), min_size=1, max_size=8)


def shares(threads, splits):
    total = sum(len(thread) for thread in threads)
    return {
        split: sum(len(thread) for thread in threads if splits[thread.id] == split) / total
        for split in ("train", "validation", "test")
    }


@pytest.mark.parametrize("sizes", [[1] * 100, [5] * 40, [1, 2, 3, 4, 5] * 12], ids=["singles", "fives", "mixed"])
def test_splits_come_near_their_shares(sizes):
    threads = event("soup", sizes)
    assert shares(threads, assign_splits(threads)) == {
        "train": pytest.approx(0.7, abs=0.03),
        "validation": pytest.approx(0.1, abs=0.03),
        "test": pytest.approx(0.2, abs=0.03),
    }


def test_articles_are_shared_out_like_posts():
    threads = [thread(f"a{n}", "soup", 2, "article") for n in range(10)] + event("soup", [1] * 60)
    splits = assign_splits(threads)
    articles = [splits[f"a{n}"] for n in range(10)]
    assert {name: articles.count(name) for name in ("train", "validation", "test")} == {
        "train": pytest.approx(7, abs=1),
        "validation": pytest.approx(1, abs=1),
        "test": pytest.approx(2, abs=1),
    }


@pytest.mark.parametrize("name", ["soup", "rain", "tea", "rice"])
def test_of_hundreds_of_orders_one_is_taken_that_comes_within_a_document_of_the_shares(name):
    # Twenty threads of one to nine documents: a single order is off by a twentieth, five documents, on the average.
    sizes = np.random.default_rng(len(name)).integers(1, 10, size=20).tolist()
    threads = event(name, sizes)
    splits = assign_splits(threads)
    documents = {split: share * sum(sizes) for split, share in shares(threads, splits).items()}
    assert documents == {
        split: pytest.approx(share * sum(sizes), abs=1)
        for split, share in (("train", 0.7), ("validation", 0.1), ("test", 0.2))
    }
    assert Counter(splits.values()) == {"train": 14, "validation": 2, "test": 4}


def test_a_thread_that_is_half_over_a_split_s_share_goes_into_it():
    # A tenth of five threads is half a thread: filled, validation is as far above its share as it is below it empty.
    splits = assign_splits([thread(f"t{n}", "soup", 1) for n in range(5)])
    assert Counter(splits.values()) == {"train": 3, "validation": 1, "test": 1}


def test_a_lonely_thread_goes_to_train():
    assert assign_splits(event("soup", [4])) == {"soup-000": "train"}
    assert assign_splits([]) == {}


@settings(max_examples=10)
@given(events, st.randoms(use_true_random=False))
def test_the_order_of_threads_is_without_influence(sizes, random):
    threads = event("soup", sizes)
    assert assign_splits(random.sample(threads, len(threads))) == assign_splits(threads)


@settings(max_examples=10)
@given(events, events)
def test_adding_an_event_moves_no_thread_of_another(sizes, others):
    alone = assign_splits(event("soup", sizes))
    together = assign_splits(event("rain", others) + event("soup", sizes))
    assert {name: together[name] for name in alone} == alone
    assert len(together) == len(sizes) + len(others)


def test_threads_may_go_to_another_split_under_another_id():
    """Only a hash decides between threads of one size: no id is privileged by its number."""
    seen = {assign_splits(event(f"soup{k}", [1] * 10))[f"soup{k}-003"] for k in range(15)}
    assert seen == {"train", "validation", "test"}

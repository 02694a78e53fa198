from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.corpus import build_threads
from weibo_nlp.errors import DataError
from weibo_nlp.records import Document


def document(name, above=None, thread="a", *, repost=False):
    if repost:
        return Document(id=name, kind="repost", text="转发微博", thread=thread, root=thread, repost_of=above)
    kind = "post" if above is None else "comment"
    return Document(id=name, kind=kind, text="汤", thread=thread, parent=above, root=above and thread)


TREE = [document("a"), document("b", "a"), document("c", "b"), document("d", "a", repost=True), document("e", "b")]


def ids(documents):
    return [document.id for document in documents]


def test_a_thread_knows_root_children_and_the_way_up():
    (thread,) = build_threads(TREE)
    assert (thread.id, thread.root.id, len(thread), ids(thread)) == ("a", "a", 5, ["a", "b", "c", "d", "e"])
    assert ids(thread.children("a")) == ["b", "d"]
    assert ids(thread.children("b")) == ["c", "e"]
    assert thread.children("c") == ()
    assert ids(thread.path_to_root("c")) == ["c", "b", "a"]
    assert [thread.depth(name) for name in "abcd"] == [0, 1, 2, 1]
    assert thread.parent("a") is None
    assert thread.parent("d").id == "a"


@pytest.mark.parametrize("ask", ["children", "parent", "path_to_root", "depth"])
def test_a_document_of_another_thread_is_refused(ask):
    (thread,) = build_threads(TREE)
    with pytest.raises(DataError, match="document 'z' is not in thread 'a'; look it up in its own thread"):
        getattr(thread, ask)("z")


def test_threads_come_in_the_order_in_which_they_first_appear():
    threads = build_threads([document("n", thread="n"), *TREE, document("o", "n", "n")])
    assert [(thread.id, len(thread)) for thread in threads] == [("n", 2), ("a", 5)]
    assert build_threads([]) == []


def test_a_parent_may_stand_below_its_child():
    (thread,) = build_threads(reversed(TREE))
    assert ids(thread.path_to_root("c")) == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        pytest.param(
            [*TREE, document("f", "y")], ["document 'f' answers 'y', which is not in thread 'a'."], id="missing"
        ),
        pytest.param(
            [*TREE, document("n", thread="n"), document("o", "b", "n")],
            ["document 'o' answers 'b', which is not in thread 'n'."],
            id="in-another-thread",
        ),
        pytest.param(
            [*TREE, document("f")],
            ["thread 'a' needs one root with that id; documents without a parent: a, f."],
            id="two-roots",
        ),
        pytest.param(
            [document("f", thread="a")],
            ["thread 'a' needs one root with that id; documents without a parent: f."],
            id="root-of-another-name",
        ),
        pytest.param(
            [*TREE, document("f", "g"), document("g", "f"), document("h", "g")],
            ["thread 'a': f, g, h answer each other in a circle and reach no root."],
            id="circle",
        ),
        pytest.param(
            [*TREE, document("f", "f")], ["thread 'a': f answer each other in a circle and reach no root."], id="itself"
        ),
        pytest.param(
            [*TREE, document("c", "a")], ["document 'c' stands twice in thread 'a'; ids are unique."], id="twice"
        ),
    ],
)
def test_broken_threads_are_refused_and_what_breaks_them_is_named(documents, told):
    with pytest.raises(DataError) as caught:
        build_threads(documents)
    assert str(caught.value).splitlines() == told


def test_every_fault_of_every_thread_is_named_at_once():
    circle = [document(f"c{n}", f"c{(n + 1) % 9}") for n in range(9)]
    with pytest.raises(DataError) as caught:
        build_threads([*TREE, *circle, document("f", "y"), document("o", thread="n")])
    assert str(caught.value).splitlines() == [
        "document 'f' answers 'y', which is not in thread 'a'.",
        "thread 'a': c0, c1, c2, c3, c4, c5, c6, c7, c8 answer each other in a circle and reach no root.",
        "thread 'n' needs one root with that id; documents without a parent: o.",
    ]


def test_a_chain_of_many_thousand_answers_is_no_recursion():
    chain = [document("a")] + [document(f"a{n}", f"a{n - 1}" if n > 1 else "a") for n in range(1, 20_000)]
    (thread,) = build_threads(chain)
    assert thread.depth("a19999") == 19_999


@given(st.lists(st.integers(0, 10**6), max_size=30))
def test_every_path_leads_to_the_root_and_down_again(choices):
    names = [f"n{k}" for k in range(len(choices) + 1)]
    documents = [document("n0", thread="n0")] + [
        document(names[k + 1], names[choice % (k + 1)], "n0") for k, choice in enumerate(choices)
    ]
    (thread,) = build_threads(documents)
    for one in thread:
        path = thread.path_to_root(one.id)
        assert path[-1] is thread.root
        for below, above in pairwise(path):
            assert below in thread.children(above.id)
    assert 1 + sum(len(thread.children(one.id)) for one in thread) == len(thread)

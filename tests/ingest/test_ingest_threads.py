"""Threads that are rebuilt of ids, names and words; ids and sentences are made up."""

from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.corpus import build_threads
from weibo_nlp.corpus.tree import above_of
from weibo_nlp.ingest.threads import ThreadJoin, whole_threads
from weibo_nlp.records import Counts, Document

POST = Document("100", "post", "今天去看了海", "100", author="1", extra={"nickname": "小甲"}, counts=Counts(comments=3))


def comment(id, text="我也想去", *, parent="100", root="100", name="小乙", at="2023-05-01T08:00:00+08:00", **values):
    """A comment below the post, by somebody whose id is made of the name."""
    return Document(
        id,
        "comment",
        text,
        root,
        parent=parent,
        root=root,
        author=values.pop("author", f"of {name}"),
        created_at=at,
        extra={"nickname": name},
        **values,
    )


def repost(id, text, *, of="100", name="小乙", at="2023-05-01T08:00:00+08:00"):
    """A repost of the post."""
    extra = {"nickname": name}
    return Document(id, "repost", text, of, root=of, repost_of=of, author=f"of {name}", created_at=at, extra=extra)


def joined(*documents):
    """Documents in their threads, by id."""
    join = ThreadJoin()
    for document in documents:
        join.add(document)
    return {document.id: document for document in join.documents()}


def test_parents_come_from_ids_in_whatever_order():
    found = joined(comment("103", parent="102"), comment("102"), POST)
    assert {id: (each.parent, each.root, each.thread) for id, each in found.items()} == {
        "103": ("102", "100", "100"),
        "102": ("100", "100", "100"),
        "100": (None, None, "100"),
    }
    (thread,) = build_threads(found.values())
    assert thread.depth("103") == 2


def test_comments_below_a_repost_are_in_the_thread_of_its_original():
    found = joined(POST, repost("102", "转发微博"), comment("103", root="102", parent="102"))
    assert (found["103"].parent, found["103"].root, found["103"].thread) == ("102", "100", "100")


def test_an_answer_by_name_hangs_below_the_latest_comment_of_that_name_before_it():
    found = joined(
        POST,
        comment("102", name="小丙", at="2023-05-01T09:00:00+08:00"),
        comment("103", name="小丙", at="2023-05-01T10:00:00+08:00"),
        comment("104", name="小丙", at="2023-05-01T12:00:00+08:00"),
        comment("105", "回复@小丙:一起", at="2023-05-01T11:00:00+08:00"),
    )
    assert (found["105"].parent, found["105"].flags) == ("103", ())


def test_an_answer_by_name_is_looked_for_among_those_to_the_same_comment_first():
    found = joined(
        POST,
        comment("102", name="小丁", at="2023-05-01T08:00:00+08:00"),
        comment("103", name="小丙", parent="102", at="2023-05-01T09:00:00+08:00"),
        comment("104", name="小丙", at="2023-05-01T10:00:00+08:00"),
        comment("105", "回复@小丙:一起", parent="102", at="2023-05-01T11:00:00+08:00"),
        comment("106", "回复@小丁:好", parent="102", at="2023-05-01T11:30:00+08:00"),
    )
    assert (found["105"].parent, found["106"].parent) == ("103", "102")


def test_within_one_second_the_smaller_id_was_first_and_without_dates_the_earlier_line():
    found = joined(POST, comment("102", name="小丙"), comment("104", name="小丙"), comment("103", "回复@小丙:一起"))
    assert found["103"].parent == "102"
    lines = [
        comment("b", name="小丙", at=None),
        comment("c", "回复@小丙:一起", at=None),
        comment("a", name="小丙", at=None),
    ]
    assert joined(POST, *lines)["c"].parent == "b"


def test_a_name_of_several_people_or_of_nobody_tells_nothing():
    two = joined(
        POST,
        comment("102", name="小丙", author="3"),
        comment("103", name="小丙", author="4"),
        comment("104", "回复@小丙:一起"),
    )
    assert (two["104"].parent, two["104"].flags) == ("100", ("reply_unresolved",))
    nobody = joined(POST, comment("104", "回复@小丙:一起"))
    assert (nobody["104"].parent, nobody["104"].flags) == ("100", ("reply_unresolved",))


def test_an_answer_to_the_author_of_the_post_stays_below_the_post():
    found = joined(POST, comment("104", "回复@小甲:好"))
    assert (found["104"].parent, found["104"].flags) == ("100", ())


def test_a_repost_hangs_below_the_one_whose_words_it_repeats():
    found = joined(
        POST,
        repost("102", "好", name="小丙", at="2023-05-01T09:00:00+08:00"),
        repost("103", "去不去", name="小丙", at="2023-05-01T10:00:00+08:00"),
        repost("104", "转发微博", name="小丁", at="2023-05-01T10:30:00+08:00"),
        repost("105", "走//@小丙:好", at="2023-05-01T11:00:00+08:00"),
        repost("106", "走//@小丁:转发微博", at="2023-05-01T11:00:00+08:00"),
        repost("107", "走//@小戊:好", at="2023-05-01T11:00:00+08:00"),
    )
    assert (found["105"].parent, found["105"].repost_of, found["105"].root) == ("102", "100", "100")
    assert found["106"].parent == "104"
    assert (found["107"].parent, found["107"].repost_of, found["107"].flags) == (None, "100", ("chain_gap",))
    (thread,) = build_threads(found.values())
    assert [each.id for each in thread.path_to_root("105")] == ["105", "102", "100"]


def test_a_comment_whose_upper_one_is_gone_hangs_below_the_post_and_says_so():
    found = joined(POST, comment("103", parent="102"))
    assert (found["103"].parent, found["103"].flags, found["103"].extra["missing_id"]) == ("100", ("orphan",), "102")
    build_threads(found.values())


def test_comments_of_a_post_that_was_not_crawled_are_one_thread():
    found = joined(comment("102"), comment("103", parent="102"), comment("104", parent="9"))
    assert {each.thread for each in found.values()} == {"100"}
    assert [found[id].flags for id in ("102", "103", "104")] == [("orphan",), (), ("orphan",)]
    assert (found["104"].parent, found["104"].extra["missing_id"]) == ("100", "9")
    (thread,) = whole_threads(found.values())
    assert (thread.root.id, thread.root.text, thread.root.flags, len(thread)) == ("100", "", ("missing",), 4)


def test_an_orphan_finds_its_place_when_crawls_are_put_together():
    alone = joined(POST, comment("103", parent="102"))
    found = joined(*alone.values(), comment("102"))
    assert (found["103"].parent, found["103"].flags, "missing_id" in found["103"].extra) == ("102", (), False)
    assert joined(*alone.values()) == alone


def test_a_circle_is_cut_at_its_earliest_and_stays_below_the_post():
    found = joined(POST, comment("102", parent="104"), comment("103", parent="102"), comment("104", parent="103"))
    assert (found["102"].parent, found["102"].flags) == ("100", ("cycle_broken",))
    assert (found["103"].parent, found["104"].parent) == ("102", "103")
    build_threads(found.values())
    alone = joined(repost("102", "好", of="103"), repost("103", "好", of="102"))
    assert (alone["102"].repost_of, alone["102"].flags, alone["103"].thread) == (None, ("cycle_broken",), "102")
    build_threads(alone.values())


def test_the_comments_that_are_there_are_told_beside_those_that_the_platform_states():
    join = ThreadJoin()
    for document in (POST, comment("102"), comment("103", parent="102")):
        join.add(document)
    post, *_ = join.documents()
    assert (post.flags, post.extra["comments_seen"]) == (("incomplete",), 2)
    complete = join.completeness
    assert (complete.posts, complete.incomplete, complete.seen, complete.stated) == (1, 1, 2, 3)
    whole = joined(post, comment("102"), comment("103", parent="102"), comment("104"))["100"]
    assert (whole.flags, whole.extra["comments_seen"]) == ((), 3)


def test_of_two_records_the_fuller_one_speaks_and_the_other_adds():
    seen = Document("100", "post", "", "100", title="海", counts=Counts(likes=9), flags=("embedded", "removed"))
    found = joined(seen, POST)["100"]
    assert (found.text, found.title, found.author, found.flags) == ("今天去看了海", "海", "1", ("seen_removed",))
    assert found.counts == Counts(likes=9, comments=3)
    cut = Document("100", "post", "今天去看", "100", flags=("truncated",))
    assert joined(cut, POST)["100"].text == joined(POST, cut)["100"].text == "今天去看了海"
    dated = Document("100", "post", "好", "100", created_at="2023-05-01", flags=("undated",))
    exact = Document("100", "post", "好", "100", created_at="2023-05-01T08:00+08:00")
    shown = Document("100", "post", "好", "100", flags=("undated",), extra={"created_raw": "3分钟前"})
    assert joined(exact, shown) == joined(shown, exact) == {"100": exact}
    assert (joined(dated, exact)["100"].created_at, joined(dated, exact)["100"].flags) == (exact.created_at, ())


ids = st.sampled_from("abcdefgh")


@st.composite
def any_documents(draw):
    """Documents of any kind that answer and repost whatever there is or is not, in circles too, some of one id."""
    kind = draw(st.sampled_from(["post", "repost", "comment"]))
    id, above, root = draw(ids), draw(st.none() | ids), draw(st.none() | ids)
    text = draw(st.sampled_from(["好", "", "回复@a:好", "走//@b:好"]))
    return Document(
        id,
        kind,
        text,
        root or id,
        parent=above if kind == "comment" else None,
        root=root,
        repost_of=above if kind == "repost" else None,
        author=draw(ids),
        created_at=draw(st.none() | st.sampled_from(["2023-05-01", "2023-05-02T08:00+08:00"])),
    )


@given(st.lists(any_documents(), max_size=12))
def test_any_relation_gives_a_forest_over_all_documents(documents):
    join = ThreadJoin()
    n_merged = sum(join.add(document) for document in documents)
    found = {document.id: document for document in join.documents()}
    assert found.keys() == {document.id for document in documents}
    assert len(documents) == len(found) + n_merged
    again = joined(*found.values())  # put together with others, later
    assert again.keys() == found.keys()
    for forest in (found, again):
        require_forest(forest)
        assert {document.id for thread in whole_threads(forest.values()) for document in thread} >= found.keys()


def require_forest(found):
    """Going up from any document ends at the first one of its thread, or at one that is not there."""
    for document in found.values():
        place, steps = document, 0
        while (above := above_of(place)) is not None and above in found:
            assert found[above].thread == document.thread
            place, steps = found[above], steps + 1
            assert steps < len(found)
        assert document.thread == (place.id if above is None else above)
        assert document.root == (None if above_of(document) is None else document.thread)
        assert ("orphan" in document.flags) >= (above_of(document) is not None and above_of(document) not in found)


def test_a_chain_of_thousands_is_one_thread():
    chain = [comment(str(number), parent=str(number - 1)) for number in range(4000, 1000, -1)]
    found = joined(*chain, comment("1000", parent="100"), POST)
    assert {document.thread for document in found.values()} == {"100"}

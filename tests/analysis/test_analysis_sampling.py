from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_labelled_posts import write_posts

from weibo_nlp.analysis.design import read_design, text_sha256
from weibo_nlp.analysis.sampling import clusters_for, draw_sample, rare_strata
from weibo_nlp.analysis.strata import MERGED, clusters_of, strata_of
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import open_collection


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    return open_collection(write_posts(tmp_path_factory.mktemp("posts") / "labelled.csv", 10))


def test_a_simple_sample_is_of_the_size_asked_for_and_every_row_has_the_same_chance(posts):
    design = draw_sample(posts, 12, seed=5)
    assert design.method == "simple"
    assert [row.place for row in design.rows] == sorted({row.place for row in design.rows})
    assert len(design.rows) == 12
    assert {row.probability for row in design.rows} == {12 / 60}
    assert design.label_columns == ("topic", "irony", "stance")
    assert design.labels["irony"] == ("false", "true")
    assert design.text_column == "正文"
    texts = dict(posts.rows_at([row.place for row in design.rows], ["正文"]))
    assert all(row.text_sha256 == text_sha256(texts[row.place]["正文"]) for row in design.rows)


def test_the_same_seed_draws_the_same_rows_and_another_draws_others(posts):
    assert draw_sample(posts, 12, seed=5).rows == draw_sample(posts, 12, seed=5).rows
    assert draw_sample(posts, 12, seed=5).rows != draw_sample(posts, 12, seed=6).rows


def test_a_larger_sample_of_the_same_seed_holds_the_smaller(posts):
    few, many = (draw_sample(posts, n, by=["topic"]).by_place.keys() for n in (12, 30))
    assert few < many


@given(st.integers(6, 60), st.sampled_from(["proportional", "equal", "neyman"]), st.integers(0, 99))
def test_chances_of_all_rows_of_a_stratified_sample_come_to_its_size(posts, n, allocation, seed):
    design = draw_sample(posts, n, seed=seed, labels=["topic"], by=["topic"], allocation=allocation)
    strata = design.strata
    assert sum(strata.sizes.values()) == 60
    assert sum(strata.drawn.values()) == len(design.rows) == n
    assert Counter(row.stratum for row in design.rows) == strata.drawn
    chances = {row.stratum: row.probability for row in design.rows}
    assert sum(chances[name] * size for name, size in strata.sizes.items()) == pytest.approx(n)
    names = strata_of(posts, design)
    assert all(names[row.place] == row.stratum for row in design.rows)


def test_strata_may_be_periods_and_labels_together(posts):
    design = draw_sample(posts, 20, by=["topic", "month"])
    assert design.strata.sizes == {
        "credit / 2023-04": 20,
        "other / 2023-04": 10,
        "other / 2023-05": 20,
        "self_media / 2023-05": 10,
    }
    assert design.strata.time_column == "created_at"


def test_neyman_draws_more_where_scores_are_unsure(tmp_path):
    lines = ["text,topic,topic_score"]
    lines += [f"好{number},other,0.94" for number in range(100)]
    lines += [f"坏{number},credit,0.6" for number in range(100)]
    (tmp_path / "l.csv").write_text("\n".join(lines), "utf-8")
    collection = open_collection(tmp_path / "l.csv")
    drawn = draw_sample(collection, 60, by=["topic"], allocation="neyman").strata.drawn
    # Squared deviations: .6 and four labels, .6 * .4 + 3 * (.4 / 3) * (2.6 / 3) = .5867; .94, with the others held at
    # .05: .94 * .06 + 3 * .05 * .95 = .1989. So 60 * sqrt(.5867) / (sqrt(.5867) + sqrt(.1989)) = 37.9.
    assert drawn == {"credit": 38, "other": 22}


def test_rare_strata_are_put_together_and_named(tmp_path):
    lines = ["text,topic", "一,credit", "二,self_media", *(f"好{number},other" for number in range(98))]
    (tmp_path / "l.csv").write_text("\n".join(lines), "utf-8")
    collection = open_collection(tmp_path / "l.csv")
    design = draw_sample(collection, 50, by=["topic"], allocation="equal")
    assert design.strata.merged == ("credit", "self_media")
    assert design.strata.sizes == {MERGED: 2, "other": 98}
    assert design.strata.drawn == {MERGED: 2, "other": 48}
    assert strata_of(collection, design)[:3] == [MERGED, MERGED, "other"]


@pytest.mark.parametrize(
    ("sizes", "n", "allocation", "rare"),
    [
        pytest.param({"a": 100, "b": 100}, 10, "proportional", [], id="none"),
        pytest.param({"a": 1, "b": 9, "c": 990}, 100, "proportional", ["a", "b"], id="by-expected-rows"),
        pytest.param({"a": 20, "b": 980}, 99, "proportional", [], id="one-alone-is-drawn-from-all-the-same"),
        pytest.param({"a": 3, "b": 4, "c": 993}, 100, "equal", [], id="rare-labels-are-what-equal-is-for"),
        pytest.param({"a": 3, "b": 4, "c": 5, "d": 6}, 6, "neyman", ["a", "b"], id="more-strata-than-rows"),
        pytest.param({"a": 1, "b": 9, "c": 50}, 20, "neyman", ["a", "b"], id="a-single-row-goes-with-the-next"),
    ],
)
def test_which_strata_are_rare(sizes, n, allocation, rare):
    assert rare_strata(sizes, n, allocation) == rare


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(1, 300), min_size=1, max_size=12),
    st.integers(2, 60),
    st.sampled_from(["proportional", "equal", "neyman"]),
)
def test_what_is_left_of_strata_can_be_drawn_from_two_rows_each(sizes, n, allocation):
    rare = rare_strata(sizes, n, allocation)
    left = [size for name, size in sizes.items() if name not in rare] + (
        [sum(sizes[name] for name in rare)] if rare else []
    )
    assert len(rare) != 1
    assert len(left) * 2 <= n
    assert min(left) >= 2 or len(left) == 1


def test_whole_threads_are_drawn_with_all_their_rows(posts):
    design = draw_sample(posts, 12, clusters="thread")
    sizes = Counter(row.cluster for row in design.rows)
    assert set(sizes.values()) == {2}
    assert design.n_clusters == len(sizes) == 6
    assert {row.probability for row in design.rows} == {6 / 30}
    names = clusters_of(posts, design)
    assert all(names[row.place] == row.cluster for row in design.rows)


def test_rows_of_threads_have_one_chance_whatever_the_size_of_the_thread(tmp_path):
    lines = ["text,thread,topic"]
    for number in range(200):
        lines += [f"好{number},t{number},{'other' if number % 2 else 'credit'}"] * (1 + number % 5)
    (tmp_path / "l.csv").write_text("\n".join(lines), "utf-8")
    design = draw_sample(open_collection(tmp_path / "l.csv"), 90, clusters="thread", per_cluster=2)
    # 600 rows; threads of 1 to 5 count as 2, 2, 3, 4, 5: 640 in all. 90 * 640 / (2 * 600) = 48 draws.
    assert design.n_clusters == 48
    assert {round(row.probability, 12) for row in design.rows} == {round(48 * 2 / 640, 12)}
    assert set(Counter(row.cluster for row in design.rows).values()) <= {1, 2}


@pytest.mark.slow
def test_whole_clusters_beyond_what_a_sample_holds_are_refused(tmp_path):
    rows = ["text,thread,topic", *(f"好{n},{n % 2},credit" for n in range(20_001)), "坏,2,other"]
    (tmp_path / "l.csv").write_text("\n".join(rows), "utf-8")
    with pytest.raises(UsageError, match=r"have 20,00\d rows, and a sample has 20,000 at most"):
        draw_sample(open_collection(tmp_path / "l.csv"), 20_000, clusters="thread")


@pytest.mark.slow
def test_the_largest_sample_has_a_design_that_can_be_read(tmp_path):
    header = ",".join(["text", *(f"stance_target_{n},stance_{n}" for n in range(1, 21))])
    rows = [header, *(",".join([f"好{n}", *["信用惩戒,favor"] * 20]) for n in range(20_000))]
    (tmp_path / "l.csv").write_text("\n".join(rows), "utf-8")
    design = draw_sample(open_collection(tmp_path / "l.csv", header=True), 20_000)
    design.write(tmp_path / "s.csv.design.json")
    assert read_design(tmp_path / "s.csv") == design


def test_a_row_without_a_cluster_is_one_of_its_own(tmp_path):
    rows = ["text,thread,topic", "一,,credit", "二,,other", "三,t,other", "四,t,credit"]
    (tmp_path / "l.csv").write_text("\n".join(rows), "utf-8")
    collection = open_collection(tmp_path / "l.csv")
    design = draw_sample(collection, 4, clusters="thread")
    assert [row.cluster for row in design.rows] == ["(place 0)", "(place 1)", "t", "t"]


def test_threads_are_found_by_ids(tmp_path):
    rows = ["id,parent,text,topic", "1,,一,credit", "2,1,二,other", "3,2,三,other", "4,9,四,credit", "5,9,五,credit"]
    (tmp_path / "l.csv").write_text("\n".join(rows), "utf-8")
    design = draw_sample(open_collection(tmp_path / "l.csv"), 5, clusters="thread")
    assert [row.cluster for row in design.rows] == ["1", "1", "1", "9", "9"]
    assert (design.id_column, design.parent_column) == ("id", "parent")


def test_the_target_of_a_stance_is_kept_and_a_row_without_one_is_not_asked(posts):
    design = draw_sample(posts, 60, labels=["stance"])
    assert design.by_place[0].targets == {"stance": "信用惩戒"}
    assert design.is_asked(0, "stance")
    assert not design.is_asked(2, "stance")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"n": 61}, "has 60 rows, and 61 are to be drawn", id="more-than-there-are"),
        pytest.param({"n": 0}, "n ", id="none"),
        pytest.param({"by": ["topic"], "clusters": "thread"}, "by and clusters exclude each other", id="both"),
        pytest.param({"per_cluster": 2}, "name clusters as well", id="no-clusters"),
        pytest.param({"allocation": "neyman"}, "name what they are made of", id="no-strata"),
        pytest.param({"clusters": "author"}, "no column 'author'", id="no-such-cluster"),
        pytest.param({"labels": ["harm"]}, "no column 'harm'", id="no-such-label"),
        pytest.param({"text_column": "harm"}, "no column 'harm'", id="no-such-text"),
        pytest.param({"n": 2, "clusters": "thread"}, "at least 2 are needed", id="one-cluster"),
        pytest.param({"seed": -1}, "seed", id="seed"),
    ],
)
def test_what_cannot_be_drawn_is_refused(posts, options, message):
    with pytest.raises(UsageError, match=message):
        draw_sample(posts, **{"n": 20, **options})


def test_rows_without_a_text_are_refused_as_nobody_could_label_them(tmp_path):
    (tmp_path / "l.csv").write_text("text,topic\n一,credit\n ,other\n,other\n", "utf-8")
    with pytest.raises(DataError, match=r"2 rows have no text in text, .* \(the first at place 1\)"):
        draw_sample(open_collection(tmp_path / "l.csv"), 2)


def test_strata_by_times_that_nobody_can_read_are_refused(tmp_path):
    (tmp_path / "l.csv").write_text("date,text,topic\n13/32/20,一,credit\nx,二,other\n", "utf-8")
    with pytest.raises(UsageError, match="date: none of its 2 values is read as a time"):
        draw_sample(open_collection(tmp_path / "l.csv"), 2, by=["topic", "month"])


def test_a_collection_that_was_changed_is_noticed(posts, tmp_path):
    design = draw_sample(posts, 12)
    path = tmp_path / "labelled.csv"
    original = posts.path.read_text("utf-8")
    path.write_text(original, "utf-8")
    design.require_same(open_collection(path))
    lines = original.splitlines(keepends=True)
    for changed, message in (
        ("".join(lines[:-1]), "it has 59 rows, and the sample was drawn from 60"),
        ("".join([lines[0], *reversed(lines[1:])]), "other texts stand at"),
        (original.replace("0.9", "0.8"), "something else in it is not as it was, as after labelling again"),
    ):
        path.write_text(changed, "utf-8")
        with pytest.raises(DataError, match=message):
            design.require_same(open_collection(path))


def test_strata_that_are_not_as_they_were_are_noticed(posts, tmp_path):
    design = draw_sample(posts, 12, by=["topic"])
    path = tmp_path / "labelled.csv"
    path.write_text(posts.path.read_text("utf-8").replace(",self_media,", ",credit,"), "utf-8")
    with pytest.raises(DataError, match="stratum 'credit' has 30 rows, and had 20"):
        strata_of(open_collection(path), design)


def test_a_design_of_every_method_reads_back(posts, tmp_path):
    for options in ({}, {"by": ["topic", "month"]}, {"clusters": "thread"}, {"clusters": "thread", "per_cluster": 1}):
        design = draw_sample(posts, 12, **options)
        design.write(tmp_path / "s.csv.design.json")
        assert read_design(tmp_path / "s.csv") == design


def test_as_many_clusters_are_drawn_as_the_size_needs_on_average():
    sizes = np.array([1, 1, 4, 10])
    assert clusters_for(sizes, 8, None) == 2
    assert clusters_for(sizes, 12, 2) == 7  # those of one row count as two, 2 + 2 + 4 + 10: 12 * 18 / (2 * 16) = 6.75

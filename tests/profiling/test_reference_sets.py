from pathlib import Path

import pytest
from corpus_profile.comparison import answer_to, compare_figure, compare_profiles
from corpus_profile.view import NAMES

from weibo_nlp.errors import UsageError
from weibo_nlp.profiling.diversity import Diversity
from weibo_nlp.profiling.profile import (
    OURS,
    NearDuplicates,
    Profile,
    TextSet,
    common_sizes,
    drawn_texts,
    profile_of,
    share_estimates,
)
from weibo_nlp.profiling.reference_sets import PUBLISHED, plain_shares, real_sets
from weibo_nlp.stats import Estimate

EXTERNAL = Path(__file__).parents[1] / "data" / "external"


def profile(source, *, kind="comment", name="", length=10, size=20_000, distinct=(0.6, 0.9, 0.95), **rates):
    return Profile(
        set=name or source,
        kind=kind,
        source=source,
        n=10,
        lengths=dict.fromkeys(("10", "25", "50", "75", "90"), length),
        rates={rate: Estimate(value) for rate, value in rates.items()},
        bare=None,
        diversity=Diversity(size, 40_000, distinct, None),
        near_duplicates=None,
    )


def verdicts(rows):
    return {row.figure: (row.verdict, round(row.by, 3)) for row in rows}


def test_a_figure_is_inside_below_or_above_the_range_of_its_kind():
    rows = compare_profiles(
        [
            profile(OURS, length=30, question=0.1, final_mark=0.3),
            profile("measured", name="A", length=10, question=0.2, final_mark=0.2),
            profile("published", name="B", length=20, question=0.3, final_mark=0.3),
            profile("measured", name="C", kind="post", length=30, question=0.1),
        ]
    )
    found = verdicts(rows)
    assert found["comment.length_50"] == ("above", 10)
    assert found["comment.question"] == ("below", 0.1)
    assert found["comment.final_mark"] == ("inside", 0)
    assert not any(name.startswith("post") for name in found)
    row = next(row for row in rows if row.figure == "comment.question")
    assert (row.low, row.lowest, row.high, row.highest) == (0.2, "A", 0.3, "B")
    assert row.sets == {"A": 0.2, "B": 0.3}
    assert row.answer == answer_to("comment", "question", "below")


def test_a_mark_that_a_collector_took_out_makes_no_range():
    profiles = [profile(OURS, emoticon=0.28, question=0.004)]
    profiles += [profile("measured", name=str(rate), emoticon=rate, question=rate) for rate in (0.0, 0.0049)]
    found = verdicts(compare_profiles(profiles))
    assert "comment.emoticon" not in found
    assert found["comment.question"] == ("inside", 0)  # words are nobody's to take out
    found = verdicts(compare_profiles([*profiles, profile("measured", name="kept", emoticon=0.3)]))
    assert found["comment.emoticon"] == ("below", 0.02)


def test_diversity_is_compared_at_equal_size_alone():
    ours = profile(OURS, size=11_000, distinct=(0.7, 0.95, 0.99))
    assert "comment.distinct_2" not in verdicts(compare_profiles([ours, profile("published", name="B")]))
    rows = compare_profiles([ours, profile("published", name="B"), profile("measured", name="A", size=11_000)])
    assert verdicts(rows)["comment.distinct_2"] == ("above", 0.1)


@pytest.mark.parametrize(
    ("low", "high", "reaches"), [(0.05, 0.21, True), (0.05, 0.19, False), (None, None, None)], ids=["yes", "no", "none"]
)
def test_it_is_told_whether_the_interval_reaches_into_the_range(low, high, reaches):
    row = compare_figure("comment", "question", "share", Estimate(0.1, low, high), {"A": 0.2, "B": 0.3})
    assert (row.verdict, row.reaches) == ("below", reaches)


@pytest.mark.parametrize("verdict", ["below", "above"])
@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_an_answer_in_both_directions(name, verdict):
    for kind in ("topic", "stance") if name == "non_unanimous" else ("comment", "post"):
        assert answer_to(kind, name, verdict).endswith(".")


def test_a_figure_without_an_answer_asks_for_one():
    with pytest.raises(UsageError, match=r"comment.tempo is above .* \[tempo\] in corpus_answers.toml"):
        answer_to("comment", "tempo", "above")


def test_published_figures_are_those_of_the_design_note():
    # Rows "CHNCI comments" and "CED reposts (with text)" of real-text.md.
    chnci, ced = PUBLISHED
    assert (chnci.n, list(chnci.lengths.values()), chnci.diversity.xz) == (203_689, [6, 9, 15, 25, 39], 0.567)
    assert {name: rate.value for name, rate in ced.rates.items()} == {
        "emoticon": 0.27, "emoji": 0, "hashtag": 0.01, "mention": 0.14, "url": 0.01, "latin": 0.11,
        "final_mark": 0.32, "question": 0.09, "five_or_fewer": 0.29,
    }  # fmt: skip
    assert ced.diversity.distinct == (0.602, 0.843, 0.911)


def test_a_profile_counts_texts_and_leaves_out_what_they_are_too_few_for():
    texts = TextSet("我们", "comment", ("该罚", "凭什么？", "[泪]", "一个人坐在路边想了半天"))
    measured = profile_of(texts, sizes=(20, 20))
    assert measured.n == 4
    assert measured.lengths["50"] == 3.5  # lengths 2, 3, 4, 11
    assert measured.rates["question"] == Estimate(0.25)
    assert measured.bare == Estimate(1.0)
    assert measured.diversity == Diversity(20, 20, None, None)
    assert measured.near_duplicates == NearDuplicates(0.0, 4)


def test_sizes_are_whole_thousands_up_to_those_of_the_design_note():
    assert common_sizes(["字" * 11_979]) == (11_000, 11_000)
    assert common_sizes(["字" * 20_000, "字" * 10_999]) == (20_000, 30_000)
    assert common_sizes(["字" * 90_000]) == (20_000, 40_000)


def test_shares_have_an_interval_over_groups_and_none_for_one_group():
    rows = [True, False, True, True] * 25
    assert share_estimates({"so": rows}, ["a"] * 100) == share_estimates({"so": rows}, None) == {"so": Estimate(0.75)}
    share = share_estimates({"so": rows}, [str(number) for number in range(100)])["so"]
    # Binomial with n = 100 and p = .75: a standard error of .0433, so about .75 ± .085.
    assert (share.value, share.n_units) == (0.75, 100)
    assert share.low == pytest.approx(0.665, abs=0.02)
    assert share.high == pytest.approx(0.835, abs=0.02)


def test_real_sets_are_read_each_text_once_and_missing_ones_are_named(tmp_path):
    for name in ("cold", "swsr"):
        (tmp_path / name).symlink_to(EXTERNAL / name)
    found, notes = real_sets(tmp_path)
    assert [(texts.name, texts.kind) for texts in found] == [
        ("COLD", "comment"),
        ("SWSR comments", "comment"),
        ("SWSR posts", "post"),
    ]
    assert all(len(set(texts.texts)) == len(texts.texts) > 0 for texts in found)
    assert [note.split(" was not compared")[0] for note in notes] == ["C-STANCE", "NLPCC-2016", "SMP2020"]
    with pytest.raises(UsageError, match="holds none of the sets"):
        real_sets(tmp_path / "nowhere")


def test_plain_shares_put_every_real_set_against_the_others():
    usual = "今天天气真不错"
    sets = [
        TextSet("SMP2020", "post", (usual,) * 10),
        TextSet("A", "comment", (usual,) * 60),
        TextSet("B", "comment", (usual,) * 60),
    ]
    rows = plain_shares({"comment": [usual, "龘靐齉爩鱻麤龗"]}, sets)
    # The usual sentence is the median of its length everywhere; what was never seen surprises more.
    assert [(row.set, row.source, row.share) for row in rows] == [
        ("this corpus", "ours", 0.5),
        ("A", "measured", 1.0),
        ("B", "measured", 1.0),
    ]
    assert plain_shares({"comment": [usual]}, sets[1:]) == []
    assert plain_shares({"comment": [usual]}, sets[:2]) == []


def test_samples_do_not_depend_on_the_order_of_texts():
    texts = [f"第{number}条" for number in range(50)]
    assert drawn_texts(texts, 7) == drawn_texts(texts[::-1], 7)


@pytest.mark.parametrize("sample", [0, -1])
def test_a_sample_of_no_texts_is_refused(sample):
    with pytest.raises(UsageError, match=f"sample must be at least 1, or None for all texts; got {sample}"):
        profile_of(TextSet("我们", "comment", ("该罚",)), sample=sample)

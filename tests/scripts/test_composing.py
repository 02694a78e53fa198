"""Specifications are drawn from surfaces, texts are chosen by likeness, and no label has a part in either."""

import random
from collections import Counter
from operator import itemgetter
from pathlib import Path

import pytest
import yaml
from composing.drawing import (
    LONGEST_CAPTION,
    SHORT_WEIBO,
    Lists,
    Margins,
    Moment,
    event_lines,
    event_temper,
    kinds_of,
    thread_sizes,
)
from composing.packing import in_sheets
from composing.plan import read_plan
from composing.profiles import surface_profile
from composing.real_texts import DRAWN_FROM, GATE, RealText
from composing.rules import broken_rules
from composing.selection import Written, kept
from composing.sheet import sheet_page
from composing.telling_apart import manner_of, matched, mixture, separation
from draw_specifications import drawn_profiles, moments_of, weighted_platforms
from hypothesis import given
from hypothesis import strategies as st
from select_texts import read_struck

from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.io import write_jsonl
from weibo_nlp.release.sources import read_briefs

LISTS = Path(__file__).parents[2] / "scripts/composing"
SURFACES = [
    surface_profile(text) for text in ("好", "真的吗？", "今天下雨了，没带伞，算了。", "太好了！！支持[赞][赞]")
]
MARGINS = Margins(SURFACES, SURFACES, SURFACES)
OF_ALL_LENGTHS = [surface_profile("说" * n + "。") for n in (5, 60, 120, 200, 290, 400, 900)]


@pytest.fixture(scope="module")
def lists():
    read = {
        name: yaml.safe_load((LISTS / f"{name}.yaml").read_text("utf-8")) for name in ("forms", "people", "subjects")
    }
    return Lists(read["forms"], read["people"], read["subjects"]["subjects"])


def lines(lists, *, seed="1", n=60, topic="credit", stream=False, year=2018, margins=MARGINS):
    temper = event_temper(random.Random(seed), lists, [Moment(year, "first", "开始")])
    return event_lines(seed, n, lists, margins, temper, topic, stream=stream)


def longest(line):
    """Characters that the author of a line may write at most."""
    return int(line["length"].removesuffix("字").split("–")[1])


def test_a_surface_counts_marks_and_keeps_no_word():
    profile = surface_profile("【通知】今天放假！！大家觉得“好”不好？…… http://t.cn/abc")
    assert (profile.exclamations, profile.questions, profile.ellipses, profile.connectives) == (1, 1, 1, 1)
    assert (profile.quotes, profile.headline, profile.url, profile.hashtag, profile.lines) == (True,) * 3 + (False,) * 2
    assert not any(
        isinstance(value, str) and "放假" in value for value in (getattr(profile, f) for f in profile.__slots__)
    )


@pytest.mark.parametrize(
    ("text", "breaks", "clauses"),
    [
        ("一句话", "不断", 1),
        ("先这样，再那样。", "标点", 2),
        ("先这样 再那样 然后呢", "空格", 3),
        ("先这样，再那样 然后呢", "混用", 3),
    ],
)
def test_a_surface_tells_how_clauses_are_parted(text, breaks, clauses):
    profile = surface_profile(text)
    assert (profile.breaks, profile.clauses) == (breaks, clauses)


def test_an_empty_text_has_no_surface():
    with pytest.raises(ValueError, match="has no surface"):
        surface_profile(" \n")


def test_the_same_seed_draws_the_same_lines(lists):
    assert lines(lists) == lines(lists)
    assert lines(lists) != lines(lists, seed="2")


@pytest.mark.parametrize("stream", [False, True])
def test_every_line_is_numbered_and_answers_one_before_it_in_its_thread(lists, stream):
    drawn = lines(lists, n=150, stream=stream)
    by_number = {line["n"]: line for line in drawn}
    assert sorted(by_number) == list(range(1, 151))
    for line in drawn:
        if line["parent"] is None:
            assert line["thread"] == line["n"]
        else:
            above = by_number[line["parent"]]
            assert line["parent"] < line["n"]
            assert (above["thread"], above["platform"], above["year"]) == (
                line["thread"],
                line["platform"],
                line["year"],
            )


def test_reposts_are_of_the_platform_that_has_them(lists):
    assert {line["platform"] for line in lines(lists, n=300) if line["kind"] == "repost"} <= {"weibo"}


def test_no_line_names_a_label(lists):
    keys = {key for line in lines(lists, n=200) for key in line}
    assert not keys & {"topic", "sentiment", "stance", "irony", "label"}


def test_an_everyday_matter_with_a_year_is_set_in_it(lists):
    drawn = lines(lists, n=400, topic="other", stream=True, year=2020)
    roots = [line for line in drawn if line["parent"] is None]
    dated = [line for line in roots if "（20" in line["matter"]]
    assert dated
    assert all(str(line["year"]) in line["matter"] for line in dated)


def test_an_everyday_matter_of_another_year_is_not_drawn(lists):
    subject = {"id": "x", "zh": "某事", "platforms": ["微博"], "years": [2010, 2024], "share": 1, "forms": ["看法"]}
    dated = [{**subject, "matters": ["那一年的事（2011）", "哪年都有的事", "今年的事（2019）"]}]
    drawn = lines(Lists(lists.forms, lists.people, dated), n=300, topic="other", stream=True, year=2019)
    assert {line["matter"] for line in drawn if line["parent"] is None} == {
        "某事：哪年都有的事",
        "某事：今年的事（2019）",
    }


def test_a_subject_without_a_matter_of_the_year_is_refused(lists):
    subject = {"id": "x", "zh": "某事", "platforms": ["微博"], "years": [2010, 2024], "share": 1, "forms": ["看法"]}
    dated = Lists(lists.forms, lists.people, [{**subject, "matters": ["那一年的事（2011）"]}])
    with pytest.raises(DataError, match="subject x has no matter of 2019"):
        lines(dated, n=30, topic="other", stream=True, year=2019)


def test_before_2016_weibo_has_no_room_for_a_long_text(lists):
    drawn = lines(lists, n=400, year=2013, margins=Margins(OF_ALL_LENGTHS, OF_ALL_LENGTHS, SURFACES))
    told = [(line["kind"], longest(line)) for line in drawn if line["platform"] == "weibo" and line.get("length")]
    assert {kind for kind, _ in told} >= {"post", "comment", "repost"}
    assert max(length for kind, length in told if kind != "article") <= SHORT_WEIBO
    later = lines(lists, n=400, year=2019, margins=Margins(OF_ALL_LENGTHS, SURFACES, SURFACES))
    assert max(longest(line) for line in later if line["kind"] == "post" and line["platform"] == "weibo") > 900


def test_a_caption_of_a_video_is_no_longer_than_people_write_them(lists):
    drawn = lines(lists, n=600, year=2021, margins=Margins(OF_ALL_LENGTHS, SURFACES, SURFACES))
    captions = [longest(line) for line in drawn if line["kind"] == "post" and line.get("note")]
    assert captions
    assert max(captions) <= LONGEST_CAPTION


def test_long_texts_are_drawn_in_the_share_that_is_asked_for():
    sets = {"a": [RealText("短" * 10, ""), RealText("长" * 400, "")]}
    drawn = drawn_profiles(sets, {"a": 1.0}, 2_000, 0, long=0.1, least=300)
    assert 0.08 < sum(profile.length >= 300 for profile in drawn) / 2_000 < 0.12


def test_a_share_of_long_texts_needs_some():
    with pytest.raises(DataError, match="of 50 texts drawn, 0 have 300 characters"):
        drawn_profiles({"a": [RealText("短", "")]}, {"a": 1.0}, 50, 0, long=0.1, least=300)


def test_everyday_texts_are_set_in_the_years_of_their_group():
    everyday = {"start": None, "end": None, "phases": []}
    years = [moment.year for moment in moments_of(everyday, {2012: 1, 2020: 3})]
    assert Counter(years) == {2012: 1, 2020: 3}
    assert {moment.year for moment in moments_of(everyday, {})} == set(range(2010, 2025))


def test_a_group_has_weights_of_platforms_of_its_own(lists):
    weighted = weighted_platforms(lists.forms["platforms"], {"zhihu": 99})
    assert {each["name"]: each["weight"] for each in weighted}["zhihu"] == 99
    assert [each["zh"] for each in weighted] == [each["zh"] for each in lists.forms["platforms"]]


def test_a_weight_of_no_platform_is_refused(lists):
    with pytest.raises(UnknownNameError, match="myspace"):
        weighted_platforms(lists.forms["platforms"], {"myspace": 1})


@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(0, 200))
def test_comments_are_all_given_to_threads(seed, roots, comments):
    sizes = thread_sizes(random.Random(seed), roots, comments, 1.0)
    assert sum(sizes) == comments
    assert min(sizes) >= 0


@given(st.integers(0, 10**6), st.integers(5, 400), st.booleans())
def test_kinds_add_up(seed, n, stream):
    assert sum(kinds_of(random.Random(seed), n, stream=stream).values()) == n


def test_a_sheet_holds_whole_threads(lists):
    drawn = lines(lists, n=300)
    parts = list(in_sheets(drawn, itemgetter("thread"), 60))
    assert [line for part in parts for line in part] == drawn
    threads = [{line["thread"] for line in part} for part in parts]
    assert sum(map(len, threads)) == len(set().union(*threads))


def test_a_sheet_shows_facts_and_no_topic(lists):
    event = {"id": "x", "name": {"zh": "某事"}, "phases": [], "facts": [{"text": "It happened."}], "hashtags": []}
    temper = event_temper(random.Random(0), lists, [Moment(2018)])
    page = sheet_page(event, temper, lines(lists, n=20))
    assert "It happened." in page
    assert "credit" not in page


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("排了三十七个人", ["an exact number above ten in characters"]),
        ("开了十二年出租，说两句", ["an exact number above ten in characters", "a trade credential as opening"]),
        ("这不是钱的事，而是良心", ["a contrast made for effect"]),
        ("他走了——再没回来", ["a dash"]),
        ("十分支持，一年比一年好", []),
    ],
)
def test_what_the_brief_forbids_is_seen(text, broken):
    assert broken_rules(text) == broken


def _written(*rows):
    return [Written(key, "e", "comment", key, "t", above) for key, above in rows]


def test_what_costs_most_goes_first_and_nothing_stays_without_what_it_answers():
    texts = _written(("root", None), ("a", "root"), ("b", "a"), ("c", "root"))
    cost = {"root": 5.0, "a": 3.0, "b": 0.0, "c": 1.0}
    assert [each.key for each in kept(texts, cost, 2)] == ["root", "c"]


@given(st.integers(0, 10**6), st.integers(1, 30))
def test_what_is_kept_is_as_many_as_asked_and_whole(seed, n):
    dice = random.Random(seed)
    texts = [Written("0", "e", "post", "0", "0", None)]
    for at in range(1, 30):
        above = None if dice.random() < 0.3 else str(dice.randrange(at))
        texts.append(Written(str(at), "e", "comment", str(at), "0", above))
    chosen = kept(texts, {each.key: dice.random() for each in texts}, n)
    keys = {each.key for each in chosen}
    assert len(chosen) == n
    assert all(each.above is None or each.above in keys for each in chosen)


def test_texts_are_paired_with_others_of_their_length():
    ours = [RealText("我" * n, str(n)) for n in (3, 50, 400)]
    real = [RealText("他" * n, str(n)) for n in (4, 48, 51, 60)]
    left, right = matched(ours, real, 10, seed=0)
    assert sorted((len(a.text), len(b.text)) for a, b in zip(left, right, strict=True)) == [(3, 4), (50, 51)]


def test_a_mixture_takes_as_much_of_each_set_as_there_is():
    sets = {"large": [RealText(str(n), "") for n in range(100)], "small": [RealText(f"s{n}", "") for n in range(5)]}
    drawn = mixture(sets, ["large", "small"], 40, seed=0)
    assert Counter(each.group.partition("/")[0] for each in drawn) == {"large": 35, "small": 5}


def test_sets_that_differ_are_told_apart_and_equal_ones_are_not():
    dice = random.Random(0)

    def texts(letters):
        return [RealText("".join(dice.choices(letters, k=20)), str(n)) for n in range(150)]

    assert separation(texts("天地人"), texts("你我他"), most=150).auc.value == 1.0
    assert 0.3 < separation(texts("天地人"), texts("天地人"), most=150).auc.value < 0.7


def test_too_few_pairs_are_refused():
    few = [RealText("字" * 10, str(n)) for n in range(20)]
    with pytest.raises(DataError, match="at least 100 are needed"):
        separation(few, few, most=1_000)


def test_nothing_is_drawn_from_the_sets_of_the_gate():
    assert not set(GATE) & {name for names in DRAWN_FROM.values() for name in names}


def test_the_brief_of_a_document_is_read_from_its_specification(tmp_path):
    folder = tmp_path / "annotations/specifications"
    folder.mkdir(parents=True)
    write_jsonl(folder / "e.jsonl", [{"document_id": "e-0001", "brief": "2.0"}, {"document_id": "e-0002"}])
    assert read_briefs(tmp_path) == {"e-0001": "2.0"}


def test_what_a_reader_struck_out_is_read_by_text_and_a_strange_line_is_refused(tmp_path):
    path = tmp_path / "struck.tsv"
    path.write_text("e/3\tstilted\ne/4\thook\n", "utf-8")
    assert read_struck([path], {"e/3", "e/4"}) == {"e/3": "stilted", "e/4": "hook"}
    path.write_text("e/3\tstilted\ne/9\thook\ne/4\n", "utf-8")
    with pytest.raises(DataError, match=r"line 2: 'e/9\\thook' is no text of the sheets with a reason\n.*line 3"):
        read_struck([path], {"e/3", "e/4"})


def test_of_a_text_marks_letters_and_function_words_are_its_manner():
    assert manner_of(RealText("我的iPhone没有信用，真烦！", "g")) == RealText("我的iPhone没有字字，真字！", "g")


@pytest.mark.parametrize(
    ("section", "entries", "message"),
    [
        pytest.param("kept", {"0.8": {"a": 1}}, "group in kept", id="group"),
        pytest.param("kept", {"0.9": {"b": 1}}, "entry of .* kept of '0.9'", id="event"),
        pytest.param("long", {"0.9": {"posts": 0.2}}, "entry of .* long of '0.9'", id="kind"),
        pytest.param("long", {"0.9": {"post": 20}}, "post is 20; it must be between 0 and 1", id="share"),
        pytest.param("years", {"0.9": {1999: 1}}, "entry of .* years of '0.9'", id="year"),
        pytest.param("years", {"0.9": {2019: 0.5}}, "2019 is 0.5; it must be a whole number above 0", id="half-weight"),
        pytest.param("platforms", {"0.9": {"weibo": 0}}, "weibo is 0; it must be above 0", id="no-weight"),
    ],
)
def test_a_plan_that_would_be_passed_over_is_refused(tmp_path, section, entries, message):
    sections = {name: {} for name in ("kept", "long", "years", "platforms")}
    plan = {"brief": "2.0", "overdraw": 1.5, "groups": {"0.9": {"a": 3}}} | sections
    path = tmp_path / "plan.yaml"
    path.write_text(yaml.safe_dump(plan), "utf-8")
    assert read_plan("0.9", path=path).kept == {"a": 3}
    path.write_text(yaml.safe_dump(plan | {section: entries}), "utf-8")
    with pytest.raises((DataError, UnknownNameError), match=message):
        read_plan("0.9", path=path)

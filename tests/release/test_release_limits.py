"""Level 5: a synthetic corpus that holds to every bound, and one breach for each."""

import random
from dataclasses import replace

import pytest

from weibo_nlp.annotation.adjudication import AdjudicatedLabels
from weibo_nlp.io.validation import Located
from weibo_nlp.records import Document, Event, Target
from weibo_nlp.release.limits import LEAST_DOCUMENTS, LIMITS, limits_of, statistics_problems
from weibo_nlp.release.sources import Sources
from weibo_nlp.release.validate import left_out
from weibo_nlp.scheme import load_scheme

N = 600  # one in five a post
TOPICS = ("credit", "self_media", "consumer_nationalism", "other", "other")
COMMENT_LENGTHS, POST_LENGTHS = (5, 9, 15, 28, 40), (30, 45, 85, 140, 160)
EVENTS = "corpus/events.yaml"


def words(length, seed, *, characters=20_000):
    """Characters of no language, which repeat nothing but themselves."""
    draw = random.Random(seed)
    return "".join(chr(0x4E00 + draw.randrange(characters)) for _ in range(length))


@pytest.fixture
def sources(within_all_bounds):
    """The corpus, free to be damaged."""
    lists = {name: list(getattr(within_all_bounds, name)) for name in ("texts", "gold")}
    return replace(within_all_bounds, **lists)


@pytest.fixture(scope="module")
def within_all_bounds(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("bounds")
    (tmp_path / "corpus").mkdir()
    (tmp_path / EVENTS).write_text("events:\n  - id: gate\n  - id: soup\n", "utf-8")
    found = Sources(tmp_path, load_scheme())
    names = {"id": "gate", "topic": "credit", "near": None, "name_zh": "翻越闸机被禁乘火车半年", "name_en": "Gate"}
    dates = {"start": None, "end": None, "fold": 0, "phases": (), "figures": (), "facts": ()}
    found.events["gate"] = Event(
        **names, **dates, hashtags=("#翻越闸机被禁乘火车半年了#",), targets=("credit-sanctions", "ban")
    )
    found.events["soup"] = replace(
        found.events["gate"], id="soup", topic="other", name_zh="日常的汤", hashtags=(), targets=()
    )
    for name, topic in (("credit-sanctions", "credit"), ("ban", None)):
        found.targets[name] = Target(name, f"目标{name}", topic, "", "", "")
    for number in range(N):
        # Comments and posts take every label, and every length, in turn.
        turn, kind = number // 5, "post" if number % 5 == 4 else "comment"
        length = (POST_LENGTHS if kind == "post" else COMMENT_LENGTHS)[turn % 5]
        emoticon = "[泪]" if turn % 7 in (2, 5) and kind == "comment" else ""
        mark = "。" if turn % 3 == 0 else ""
        event = "soup" if number % 4 == 3 else "gate"
        document = Document(
            id=f"{event}-{number:04}", kind=kind, thread=f"{event}-{number:04}", event=event,
            text=words(length - len(emoticon + mark), number) + emoticon + mark,
        )  # fmt: skip
        stance = ("favor", "against", "none")[turn % 3]
        stances = {"credit-sanctions": stance, "ban": "none"} if event == "gate" else {}
        gold = AdjudicatedLabels(
            document.id, TOPICS[(number + turn) % 5], ("positive", "negative", "neutral")[(number // 7) % 3],
            number % 11 == 0, number % 3 == 0, (), stances, {}, {},
        )  # fmt: skip
        path = tmp_path / "corpus" / "texts" / "credit" / f"{event}.jsonl"
        found.texts.append(Located(document, path, number + 1))
        found.gold.append(Located(gold, path, number + 1))
    return found


def told(sources):
    return [problem.shown(sources.root) for problem in statistics_problems(sources)]


def rewrite(sources, change, *, kind=None, most=N):
    """Change the texts of documents of a kind, the first `most` of them."""
    left = most
    for at, placed in enumerate(sources.texts):
        if left and kind in (None, placed.value.kind):
            left -= 1
            sources.texts[at] = replace(placed, value=replace(placed.value, text=change(placed.value.text)))


def relabel(sources, change, *, where=lambda gold: True):
    """Change the labels of the documents whose gold is so."""
    for at, placed in enumerate(sources.gold):
        if where(placed.value):
            sources.gold[at] = replace(placed, value=replace(placed.value, **change(placed.value)))


def test_a_corpus_within_all_bounds_has_no_problems(sources):
    assert told(sources) == []
    assert left_out(sources) == {}


def test_under_500_documents_nothing_is_checked_and_that_is_told(sources):
    relabel(sources, lambda gold: {"irony": False})
    sources.texts = sources.texts[: LEAST_DOCUMENTS - 1]
    assert told(sources) == []
    assert left_out(sources) == {5: "499 documents, its statistics need 500 or more"}


def remarks(sources, text, *, n=400):
    """Add posts of an event whose texts are not spread as a crawl's, none ironic and all on other matters."""
    gold = AdjudicatedLabels("", "other", "neutral", False, None, (), {}, {}, {})
    for number in range(n):
        name = f"short-remarks-{number:04}"
        document = Document(id=name, kind="post", thread=name, event="short-remarks", text=text(number))
        sources.texts.append(Located(document, sources.texts[0].path, N + number))
        sources.gold.append(Located(replace(gold, document_id=name), sources.gold[0].path, N + number))


def test_remarks_that_are_apart_do_not_count_in_how_the_corpus_is_spread(sources):
    remarks(sources, lambda number: words(9, N + number))
    assert told(sources) == []


def test_remarks_that_are_apart_may_not_repeat_each_other(sources):
    remarks(sources, lambda number: "一句大家都一样的话写在这里了" + words(9, N + number))
    (problem,) = told(sources)
    assert "stands in 400 of 1000 documents, from 'short-remarks-0000' to 'short-remarks-0399'" in problem


def test_what_is_rare_in_life_may_be_rare_in_texts_of_the_second_brief(sources):
    relabel(sources, lambda gold: {"irony": int(gold.document_id[-4:]) % 40 == 0})
    (problem,) = told(sources)
    assert "15 of 600 documents are ironic: 2.5%" in problem
    sources.briefs = {placed.value.id: "2.0" for placed in sources.texts}
    assert told(sources) == []


def test_documents_of_each_brief_are_held_to_its_bounds_alone(sources):
    remarks(sources, lambda number: words((5, 9, 15, 28, 40)[number % 5], N + number), n=LEAST_DOCUMENTS)
    for at in range(N, N + LEAST_DOCUMENTS):
        document = replace(sources.texts[at].value, kind="comment", event="soup")
        sources.texts[at] = replace(sources.texts[at], value=document)
        sources.briefs[document.id] = "2.0"
    problems = told(sources)
    of_the_second = [problem for problem in problems if " under brief 2.0" in problem]
    assert of_the_second
    assert any("0 of 500 comments need their thread under brief 2.0: 0.0%" in problem for problem in of_the_second)
    assert [problem for problem in problems if problem not in of_the_second and "topic" not in problem] == []


def into(topic):
    return lambda gold: {"topic": topic}


LABELS = [
    pytest.param(
        "topic",
        lambda sources: relabel(
            sources, into("self_media"), where=lambda g: g.topic == "credit" and int(g.document_id[5:]) % 2
        ),
        "corpus/texts/credit: [5 statistics] topic 'credit' has 60 of 600 documents: 10.0%, allowed is at least 15.0%",
        id="topic",
    ),
    pytest.param(
        "other",
        lambda sources: relabel(
            sources, into("credit"), where=lambda g: g.topic == "other" and int(g.document_id[5:]) % 2
        ),
        "corpus/texts/other: [5 statistics] topic 'other' has 120 of 600 documents: 20.0%, allowed is at least 33.0%",
        id="other",
    ),
    pytest.param(
        "sentiment",
        lambda sources: relabel(
            sources,
            lambda gold: {"sentiment": "neutral"},
            where=lambda g: g.topic == "credit" and g.sentiment == "positive",
        ),
        "corpus/texts/credit: [5 statistics] sentiment 'positive' has 0 of the 120 documents on 'credit': 0.0%",
        id="sentiment-within-a-topic",
    ),
    pytest.param(
        "stance",
        lambda sources: relabel(
            sources,
            lambda gold: {"stances": {"credit-sanctions": "none"}},
            where=lambda gold: gold.stances.get("credit-sanctions") == "favor",
        ),
        "corpus/texts/credit: [5 statistics] stance 'favor' towards 'credit-sanctions' has 0 of 90 documents on its",
        id="stance-towards-the-canonical-target",
    ),
    pytest.param(
        "irony",
        lambda sources: relabel(sources, lambda gold: {"irony": False}),
        "corpus/texts: [5 statistics] 0 of 600 documents are ironic: 0.0%, allowed is at least 8.0%",
        id="irony",
    ),
    pytest.param(
        "needs_context",
        lambda sources: relabel(sources, lambda gold: {"needs_context": False}),
        "corpus/texts: [5 statistics] 0 of 480 comments need their thread: 0.0%, allowed is at least 25.0%",
        id="thread",
    ),
]
FORM = [
    pytest.param(
        "emoticon",
        lambda sources: rewrite(sources, lambda text: text.replace("[泪]", "一二三"), kind="comment"),
        "corpus/texts: [5 statistics] comments with an emoticon among 480: 0.0%, allowed is at least 20.0% and at most",
        id="no-emoticons",
    ),
    pytest.param(
        "emoticon",
        lambda sources: rewrite(sources, lambda text: text if "[" in text else f"[泪]{text[3:]}", kind="comment"),
        "corpus/texts: [5 statistics] comments with an emoticon among 480: 100.0%",
        id="emoticons-everywhere",
    ),
    pytest.param(
        "final_mark",
        lambda sources: rewrite(sources, lambda text: text.replace("。", "一"), kind="comment"),
        "corpus/texts: [5 statistics] comments that end in .!?。！？ among 480: 0.0%",
        id="no-sentence-ends",
    ),
    pytest.param(
        "final_mark",
        lambda sources: rewrite(sources, lambda text: f"{text[1:]}！", kind="comment"),
        "corpus/texts: [5 statistics] comments that end in .!?。！？ among 480: 100.0%, allowed is at least 17.0% and",
        id="every-comment-a-sentence",
    ),
]


@pytest.mark.parametrize(("figure", "damage", "sentence"), LABELS + FORM)
def test_a_broken_bound_is_told_with_place_figure_bound_reason_and_remedy(sources, figure, damage, sentence):
    damage(sources)
    (problem,) = told(sources)
    assert problem.startswith(sentence)
    limit = LIMITS[figure]
    assert problem.endswith(f"({limit.why}); {limit.remedy}.")


@pytest.mark.parametrize(
    ("kind", "factor", "sentence"),
    [
        # Allowed are 6 to 12, 10 to 20, 18.7 to 37.3 for comments; 30 to 60, 56.7 to 113.3, 93.3 to 186.7 for posts.
        pytest.param("comment", 2, "of 480 comments in characters is {}, allowed is at least {} and at", id="comments"),
        pytest.param("post", 2, "of 120 posts in characters is {}, allowed is at least {} and at", id="posts"),
    ],
)
def test_texts_of_twice_the_length_break_all_three_quartiles(sources, kind, factor, sentence):
    lengths, lows = ((9, 15, 28), ("6", "10", "18.7")) if kind == "comment" else ((45, 85, 140), ("30", "56.7", "93.3"))
    numbers = iter(range(N))
    rewrite(sources, lambda text: words((factor - 1) * len(text), f"more {next(numbers)}") + text, kind=kind)
    expected = [
        f"corpus/texts: [5 statistics] the {percent} % quantile of the lengths " + sentence.format(factor * length, low)
        for percent, length, low in zip((25, 50, 75), lengths, lows, strict=True)
    ]
    assert [problem[: len(start)] for problem, start in zip(told(sources), expected, strict=True)] == expected


def test_a_poor_vocabulary_is_told_of_all_documents(sources):
    numbers = iter(range(N))
    # As long as before and with the same marks; 12 characters give 1,728 3-grams, of 20,000.
    rewrite(
        sources,
        lambda text: words(len(text) - 4, next(numbers), characters=12) + text[-4:],
    )
    problems = told(sources)
    assert problems
    assert all("distinct 3-grams among 20,000 characters of" in problem for problem in problems)
    assert problems[0].startswith("corpus/texts: [5 statistics] distinct 3-grams among 20,000 characters of all")


def with_string(string):
    return lambda text: string + text[len(string) :] if len(text) > len(string) + 4 else text


@pytest.mark.parametrize(
    ("string", "most", "expected"),
    [
        pytest.param("一杯冰淇淋不值几个钱啊", 5, 1, id="five-documents"),
        pytest.param("一杯冰淇淋不值几个钱啊", 4, 0, id="four-documents"),
        pytest.param("一杯冰淇淋不值几个", 100, 0, id="nine-characters"),
        pytest.param("翻越闸机被禁乘火车半年", 100, 0, id="name-of-the-event"),
        pytest.param("#翻越闸机被禁乘火车半年了#", 100, 0, id="hashtag"),
    ],
)
def test_a_string_of_ten_characters_in_five_documents_is_told_at_the_first(sources, string, most, expected):
    rewrite(sources, with_string(string), kind="post", most=most)
    problems = told(sources)
    assert len(problems) == expected
    for problem in problems:
        assert problem.startswith(
            "corpus/texts/credit/gate.jsonl:5: [5 statistics] '一杯冰淇淋不值几个钱啊' (10 characters or more) stands "
            "in 5 of 600 documents, from 'gate-0004' to 'gate-0024': 0.8%, allowed is at most 0.5%"
        )


@pytest.mark.parametrize(("most", "expected"), [(25, 0), (26, 1)])
def test_short_comments_may_repeat_in_one_of_twenty(sources, most, expected):
    # Of 480 comments 24 may repeat an earlier one: the first of 25 copies repeats nothing.
    shortest = iter(range(most))

    def laugh(text):
        return (
            "笑死了"
            if len(text) == 5 and "[" not in text and "。" not in text and next(shortest, None) is not None
            else text
        )

    rewrite(sources, laugh, kind="comment")
    problems = told(sources)
    assert len(problems) == expected
    for problem in problems:
        assert "25 of 480 comments repeat an earlier one (笑死了 × 26): 5.2%, allowed is at most 5.0%" in problem


@pytest.mark.parametrize("brief", ["1.1", "2.0"])
def test_every_bound_says_why_and_what_to_do(brief):
    assert all(limit.why and limit.remedy and (limit.low or limit.high) for limit in limits_of(brief).values())

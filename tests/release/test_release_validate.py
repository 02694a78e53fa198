import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from resealing import edited, reseal

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError
from weibo_nlp.release.integrity import validate_release
from weibo_nlp.release.validate import validate

TEXTS = "corpus/texts/credit/library-fines.jsonl"
SOUP = "corpus/texts/other/everyday-soup.jsonl"
GOLD = "annotations/adjudicated/library-fines.jsonl"
A1, A2, INTENTION = (f"annotations/rounds/r01/{name}.jsonl" for name in ("a1", "a2", "intention"))
STANDOFF, REAL_GOLD, REAL_A1 = (
    "corpus/standoff.jsonl",
    "annotations/adjudicated/real.jsonl",
    "annotations/rounds/r03/a1.jsonl",
)
EVENTS, TARGETS, MANIFEST, CARD = (
    f"corpus/{name}" for name in ("events.yaml", "targets.yaml", "manifest.json", "README.md")
)


def line_of(path, text):
    """Number of the only line of a file that holds the text."""
    (number,) = [n for n, line in enumerate(path.read_text("utf-8").splitlines(), start=1) if text in line]
    return number


def shown(repository):
    return [problem.shown(repository.root) for problem in validate(repository.root)]


def places(problems):
    """Problems without their sentences: ``file:line: [level rule]``."""
    return [re.match(r".*?\[\d \w+\]", problem).group() for problem in problems]


def change(name, line, **values):
    return lambda repository: repository.change(name, line, **values)


def append(name, text):
    return lambda repository: repository.path(name).write_text(repository.path(name).read_text("utf-8") + text, "utf-8")


def replace(name, old, new):
    return lambda repository: repository.replace(name, old, new)


def test_the_miniature_holds_all_rules(repository):
    assert shown(repository) == []
    assert validate_release(repository.path("corpus")) == []


FORM = [
    pytest.param(
        change(TEXTS, 9, platform="myspace"),
        f"{TEXTS}:9: [1 form]",
        "platform 'myspace' is not one of 'weibo', 'douyin'",
        id="platform",
    ),
    pytest.param(append(TEXTS, "{oops\n"), f"{TEXTS}:10: [1 form]", "not JSON", id="text-no-json"),
    pytest.param(
        change(TEXTS, 9, composed=False), f"{TEXTS}:9: [1 form]", "composed must be true", id="text-collected"
    ),
    pytest.param(change(TEXTS, 9, mood="fine"), f"{TEXTS}:9: [1 form]", "unknown field 'mood'", id="text-field"),
    pytest.param(change(TEXTS, 7, text="  "), f"{TEXTS}:7: [1 form]", "text must be text that is not", id="text-empty"),
    pytest.param(change(TEXTS, 7, author=None), f"{TEXTS}:7: [1 form]", "author must be text", id="author-null"),
    pytest.param(change(TEXTS, 7, kind="share"), f"{TEXTS}:7: [1 form]", "kind 'share' is not one of", id="kind"),
    pytest.param(change(TEXTS, 7, script="latn"), f"{TEXTS}:7: [1 form]", "script 'latn'", id="script"),
    pytest.param(change(TEXTS, 7, account_type="bot"), f"{TEXTS}:7: [1 form]", "account_type 'bot'", id="account-type"),
    pytest.param(
        change(TEXTS, 9, parent=["x"]), f"{TEXTS}:9: [1 form]", "parent must be text or null", id="parent-list"
    ),
    pytest.param(change(TEXTS, 9, thread=8), f"{TEXTS}:9: [1 form]", "thread must be text, got 8", id="thread-number"),
    pytest.param(change(TEXTS, 9, phase={}), f"{TEXTS}:9: [1 form]", "phase must be text or null", id="phase-mapping"),
    pytest.param(change(TEXTS, 7, text="转发微博 "), f"{TEXTS}:7: [1 text]", "white space", id="text-padded"),
    pytest.param(
        change(TEXTS, 7, text="转发\r微博"), f"{TEXTS}:7: [1 text]", "carriage return", id="text-carriage-return"
    ),
    pytest.param(change(TEXTS, 1, title=None), f"{TEXTS}:1: [1 title]", "articles have a title", id="title-missing"),
    pytest.param(
        change(TEXTS, 2, title="标题"), f"{TEXTS}:2: [1 title]", "other kinds have null", id="title-of-comment"
    ),
    pytest.param(change(TEXTS, 9, id="library-fines-9"), f"{TEXTS}:9: [1 id]", "with four digits", id="id-form"),
    pytest.param(
        change(TEXTS, 9, id="library-fines-０００９"), f"{TEXTS}:9: [1 id]", "with four digits", id="id-full-width"
    ),
    pytest.param(append(A1, "[]\n"), f"{A1}:17: [1 form]", "not a JSON object but list", id="judgement-no-object"),
    pytest.param(change(A1, 3, irony="no"), f"{A1}:3: [1 form]", "irony must be true or false", id="judgement-irony"),
    pytest.param(
        change(A1, 3, annotator="a7"), f"{A1}:3: [1 form]", "do not match the file's place", id="judgement-place"
    ),
    pytest.param(change(A1, 3, scheme=1), f"{A1}:3: [1 form]", "unknown field 'scheme'", id="judgement-field"),
    pytest.param(change(GOLD, 3, note="x"), f"{GOLD}:3: [1 form]", "unknown field 'note'", id="gold-field"),
]
SCHEME = [
    pytest.param(change(A1, 3, topic="soup"), f"{A1}:3: [2 scheme]", "topic 'soup'", id="judgement-topic"),
    pytest.param(change(A1, 3, frames=["noise"]), f"{A1}:3: [2 scheme]", "frames[0] 'noise'", id="judgement-frame"),
    pytest.param(change(GOLD, 3, sentiment="glad"), f"{GOLD}:3: [2 scheme]", "sentiment 'glad'", id="gold-sentiment"),
]
REFERENCES = [
    pytest.param(
        change(TEXTS, 9, parent="library-fines-0077"), f"{TEXTS}:9: [3 parent]", "does not exist", id="parent-missing"
    ),
    pytest.param(
        change(TEXTS, 9, parent="library-fines-0001"),
        f"{TEXTS}:9: [3 thread]",
        "thread 'library-fines-0008' differs from that of 'library-fines-0001'",
        id="parent-in-another-thread",
    ),
    pytest.param(change(TEXTS, 5, phase="panic"), f"{TEXTS}:5: [3 phase]", "not one of the event's", id="phase"),
    pytest.param(
        change(TEXTS, 7, repost_of="library-fines-0077"),
        f"{TEXTS}:7: [3 parent]",
        "does not exist",
        id="repost-missing",
    ),
    pytest.param(
        change(A1, 3, document_id="library-fines-0077"),
        f"{A1}:3: [3 document]",
        "does not exist",
        id="judgement-of-nothing",
    ),
    pytest.param(
        change(A1, 10, stances={"credit-sanctions": "none"}),
        f"{A1}:10: [3 target]",
        "expected",
        id="judgement-target-missing",
    ),
    pytest.param(
        change(INTENTION, 3, stances={"self-media-value": "none"}),
        f"{INTENTION}:3: [3 target]",
        "stances on ['self-media-value'], expected []",
        id="intention-on-an-undeclared-target",
    ),
    pytest.param(
        replace(TARGETS, "text: 冻结借书证\n", "text: 冻结借书证\n    retired: true\n"),
        f"{EVENTS}:6: [3 target]",
        "target 'library-card-freeze' is retired in targets.yaml; name one that is not",
        id="event-on-a-retired-target",
    ),
    pytest.param(change(A1, 3, model=None), f"{A1}:3: [3 provenance]", "model is missing", id="model-missing"),
    pytest.param(change(A1, 3, order=None), f"{A1}:3: [3 provenance]", "order is missing", id="order-missing"),
    pytest.param(
        change(INTENTION, 3, guideline_version=None),
        f"{INTENTION}:3: [3 provenance]",
        "guideline_version is missing",
        id="intention-guideline-missing",
    ),
    pytest.param(
        change(A1, 3, prompt_sha256="00ff"), f"{A1}:3: [3 provenance]", "matches no file in", id="prompt-not-published"
    ),
    pytest.param(change(GOLD, 4, sentiment="neutral"), f"{GOLD}:4: [3 gold]", "give 'negative'", id="gold-overrules"),
    pytest.param(
        change(GOLD, 3, reasons={}),
        f"{GOLD}:3: [3 gold]",
        "adjudicated without a written reason",
        id="gold-reason-missing",
    ),
    pytest.param(
        change(GOLD, 1, document_id="everyday-soup-0001"),
        f"{GOLD}:1: [3 document]",
        "does not belong to event 'library-fines'",
        id="gold-of-another-event",
    ),
    pytest.param(
        lambda repository: repository.drop(GOLD, 4), f"{TEXTS}:4: [3 gold]", "has no gold row", id="gold-missing"
    ),
    pytest.param(
        lambda repository: repository.drop(A1, 11),
        f"{TEXTS}:4: [3 judgements]",
        "in round 'r01' has judgements by ['a2', 'a3']; three are needed",
        id="judgement-missing",
    ),
    pytest.param(
        lambda repository: repository.drop(INTENTION, 11),
        f"{TEXTS}:4: [3 judgements]",
        "has 0 rows of its author's intention, not one",
        id="intention-missing",
    ),
]


STANDOFF_ROWS = [
    pytest.param(
        change(STANDOFF, 12, id="rFFFFFFFFFFFF"), f"{STANDOFF}:12: [7 key]", "r and 12 hex digits", id="no-key"
    ),
    pytest.param(
        change(STANDOFF, 12, split="dev"),
        f"{STANDOFF}:12: [1 form]",
        "'dev' is not one of 'train'",
        id="split-unknown",
    ),
    pytest.param(
        change(STANDOFF, 12, text="短评"), f"{STANDOFF}:12: [1 form]", "unknown field 'text'", id="text-among-the-keys"
    ),
    pytest.param(
        change(STANDOFF, 12, kind="title"), f"{STANDOFF}:12: [7 set]", "is said to be of", id="set-of-two-kinds"
    ),
    pytest.param(
        change(STANDOFF, 12, group="g02"), f"{STANDOFF}:12: [7 split]", "a group lies in one split", id="group-torn"
    ),
    pytest.param(
        lambda repository: repository.path("corpus/withdrawn.yaml").write_text(
            f"withdrawn:\n  {repository.rows(STANDOFF)[0]['id']}: 2026-11-29\n", "utf-8"
        ),
        f"{STANDOFF}:1: [7 withdrawn]",
        "was withdrawn on 2026-11-29; delete it",
        id="withdrawn",
    ),
    pytest.param(
        lambda repository: repository.drop(REAL_A1, 2),
        f"{STANDOFF}:2: [3 judgements]",
        "in round 'r03' has judgements by ['a2', 'a3']; three are needed",
        id="text-judgement-missing",
    ),
    pytest.param(
        change(REAL_A1, 2, stances={"credit-sanctions": "none"}),
        f"{REAL_A1}:2: [3 target]",
        "expected ['credit-sanctions', 'national-consumption', 'self-media-value']",
        id="text-not-judged-on-all-targets",
    ),
    pytest.param(change(REAL_GOLD, 2, topic="other"), f"{REAL_GOLD}:2: [3 gold]", "give '", id="text-gold-overrules"),
    pytest.param(
        lambda repository: repository.drop(REAL_GOLD, 2), f"{STANDOFF}:2: [3 gold]", "no gold row", id="text-no-gold"
    ),
]


@pytest.mark.parametrize(("damage", "place", "sentence"), [*FORM, *SCHEME, *REFERENCES, *STANDOFF_ROWS])
def test_a_broken_rule_is_told_with_file_line_level_and_rule(repository, damage, place, sentence):
    damage(repository)
    problems = shown(repository)
    assert place in places(problems)
    assert any(problem.startswith(place) and sentence in problem for problem in problems)
    # Dropping a row for the wrong document leaves the right one without: that is told as well, and nothing else.
    assert {re.search(r"\[(\d)", problem).group(1) for problem in problems} == {re.search(r"\[(\d)", place).group(1)}


def test_doubled_and_unsorted_ids_are_told(repository):
    rows = repository.rows(SOUP)
    repository.write(SOUP, [rows[0], rows[2], rows[1], rows[2], *rows[3:]])
    assert places(shown(repository)) == [f"{SOUP}:3: [1 order]", f"{SOUP}:4: [1 id]"]


def test_an_event_missing_from_the_register_is_told_at_every_document(repository):
    repository.path("corpus/texts/other/rain.jsonl").write_text(
        json.dumps(repository.rows(SOUP)[0] | {"id": "rain-0001", "thread": "rain-0001"}) + "\n", "utf-8"
    )
    assert shown(repository) == [
        "corpus/texts/other/rain.jsonl:1: [3 event] event 'rain' is not in corpus/events.yaml."
    ]


def test_texts_of_an_event_in_another_topics_folder_are_told(repository):
    target = repository.path("corpus/texts/credit/everyday-soup.jsonl")
    repository.path(SOUP).rename(target)
    problems = shown(repository)
    assert len(problems) == 7
    sentence = "event 'everyday-soup' belongs to texts/other/, not credit/."
    assert problems[0] == f"corpus/texts/credit/everyday-soup.jsonl:1: [3 event] {sentence}"


@pytest.mark.parametrize(
    ("line", "values", "sentence"),
    [
        pytest.param(
            9, {"parent": None}, "a comment answers something: parent is missing", id="comment-without-parent"
        ),
        pytest.param(8, {"parent": "library-fines-0005"}, "a post has no parent", id="post-with-parent"),
        pytest.param(7, {"repost_of": None}, "a repost, and nothing else, names repost_of", id="repost-of-nothing"),
        pytest.param(9, {"repost_of": "library-fines-0008"}, "a repost, and nothing else", id="comment-that-reposts"),
        pytest.param(8, {"thread": "library-fines-0005"}, "a root is its own thread", id="root-in-anothers-thread"),
    ],
)
def test_kinds_and_links_must_fit(repository, line, values, sentence):
    repository.change(TEXTS, line, **values)
    assert any(
        problem.startswith((f"{TEXTS}:{line}: [3 parent]", f"{TEXTS}:{line}: [3 thread]")) and sentence in problem
        for problem in shown(repository)
    )


def test_comments_that_answer_each_other_in_a_circle_are_told_each_at_its_line(repository):
    repository.change(TEXTS, 2, parent="library-fines-0003")
    assert places(shown(repository)) == [f"{TEXTS}:2: [3 thread]", f"{TEXTS}:3: [3 thread]"]
    repository.change(TEXTS, 4, parent="library-fines-0002")  # hangs on the circle without being of it
    assert places(shown(repository)) == [f"{TEXTS}:{line}: [3 thread]" for line in (2, 3, 4)]
    assert "library-fines-0004' reaches no root" in shown(repository)[2]


def test_a_thread_that_runs_over_two_events_is_told(repository):
    root = "library-fines-0008"
    repository.change(SOUP, 7, thread=root, parent=root)
    assert shown(repository) == [f"{SOUP}:7: [3 thread] '{root}' belongs to another event; a thread lies in one event."]


@pytest.mark.parametrize(
    ("name", "entry", "damage", "rule", "sentence"),
    [
        pytest.param(EVENTS, "everyday-soup", ("near: null", "naer: null"), "1 form", "unknown field 'naer'", id="key"),
        pytest.param(
            EVENTS, "everyday-soup", ("    start: null\n", ""), "1 form", "field 'start' is missing", id="key-missing"
        ),
        pytest.param(
            EVENTS,
            "everyday-soup",
            ("fold: 1", "fold: '1'"),
            "1 form",
            "fold must be a whole number, got '1'",
            id="fold-text",
        ),
        pytest.param(
            EVENTS,
            "everyday-soup",
            ("name: {zh: 日常的汤, en: Everyday soup}", "name: {zh: 日常的汤}"),
            "1 form",
            "field 'name.en' is missing",
            id="name-in-one-language",
        ),
        pytest.param(
            EVENTS,
            "library-fines",
            ("id: notice, date: 2024-03,", "id: notice,"),
            "1 form",
            "field 'phases[0].date' is missing",
            id="phase-undated",
        ),
        pytest.param(
            EVENTS,
            "library-fines",
            ('["#逾期还书记入信用#"]', "[180]"),
            "1 form",
            "hashtags[0] must be text, got 180. Put it in quotes.",
            id="hashtag-number",
        ),
        pytest.param(
            EVENTS,
            "library-fines",
            ("invented: {", "imagined: {"),
            "3 reference",
            "has no known source",
            id="fact-source",
        ),
        pytest.param(EVENTS, "everyday-soup", ("topic: other", "topic: soup"), "2 scheme", "topic 'soup'", id="topic"),
        pytest.param(EVENTS, "everyday-soup", ("near: null", "near: rain"), "2 scheme", "near 'rain'", id="near"),
        pytest.param(EVENTS, "everyday-soup", ("fold: 1", "fold: 5"), "1 fold", "fold 5 is not 0-4", id="fold"),
        pytest.param(
            EVENTS,
            "library-fines-2",
            ("id: everyday-soup", "id: library-fines-2"),
            "3 part",
            "fold is not that of 'library-fines', of which its id makes it a part",
            id="part-in-another-fold",
        ),
        pytest.param(
            EVENTS, "library-fines", (", library-card-freeze]", ", cards]"), "3 target", "target 'cards'", id="target"
        ),
        pytest.param(
            EVENTS, "everyday-soup", ("id: library-fines", "id: everyday-soup"), "1 id", "twice", id="event-twice"
        ),
        pytest.param(
            TARGETS,
            "library-card-freeze",
            ("canonical_for: null", "canonical_for: soup"),
            "2 scheme",
            "canonical_for 'soup' is not one of",
            id="canonical-for-no-topic",
        ),
        pytest.param(
            TARGETS,
            "library-card-freeze",
            ("text: 冻结借书证", "text: 180"),
            "1 form",
            "text must be text, got 180. Put it in quotes.",
            id="target-number",
        ),
        pytest.param(
            TARGETS,
            "library-card-freeze",
            ("text: 冻结借书证", "words: 冻结"),
            "1 form",
            "unknown field 'words'",
            id="target-key",
        ),
        pytest.param(
            TARGETS,
            "self-media-value",
            ("id: library-card-freeze", "id: self-media-value"),
            "1 id",
            "stands twice",
            id="target-twice",
        ),
    ],
)
def test_register_entries_are_told_at_the_line_where_they_begin(repository, name, entry, damage, rule, sentence):
    repository.replace(name, *damage)
    lines = repository.path(name).read_text("utf-8").splitlines()
    line = max(n for n, text in enumerate(lines, start=1) if text.strip() == f"- id: {entry}")
    problems = [problem for problem in shown(repository) if problem.startswith(f"{name}:{line}: [{rule}]")]
    assert any(sentence in problem for problem in problems)


def test_every_topic_but_other_has_one_canonical_target(repository):
    repository.replace(TARGETS, "canonical_for: self_media", "canonical_for: credit")
    assert shown(repository) == [
        f"{TARGETS}: [3 target] topic 'credit' has 2 canonical targets, not one.",
        f"{TARGETS}: [3 target] topic 'self_media' has 0 canonical targets, not one.",
    ]


def test_an_entry_without_an_id_is_told(repository):
    append(TARGETS, "  - text: 没有名字\n")(repository)
    assert shown(repository) == [f"{TARGETS}: [1 form] \"{{'text': '没有名字'}}\" under 'targets' has no id of text"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param(EVENTS, None, r"events\.yaml: cannot be read", id="events-missing"),
        pytest.param(EVENTS, "events: [", r"events\.yaml: cannot be read", id="events-no-yaml"),
        pytest.param(EVENTS, "[]", "a mapping is expected, found list", id="events-list"),
        pytest.param(EVENTS, "sources: {}", "a list under 'events' is expected", id="events-without-events"),
        pytest.param(TARGETS, "targets: {}", "a list under 'targets' is expected", id="targets-mapping"),
        pytest.param("annotations/scheme.yaml", None, r"scheme\.yaml: cannot be read", id="scheme-missing"),
        pytest.param("annotations/scheme.yaml", "name: x", r"scheme\.yaml: key '\w+' .*is missing", id="scheme-half"),
    ],
)
def test_without_registers_and_scheme_nothing_is_checked(repository, name, content, message):
    repository.path(name).unlink()
    if content is not None:
        repository.path(name).write_text(content, "utf-8")
    with pytest.raises(DataError, match=message):
        validate(repository.root)


def test_of_a_document_judged_again_the_last_round_counts(repository):
    for name in ("a1", "a2", "a3"):
        row = repository.rows(f"annotations/rounds/r01/{name}.jsonl")[0]
        again = row | {"round": "r02", "sentiment": "negative"}
        repository.write(f"annotations/rounds/r02/{name}.jsonl", [again])
    gold = "annotations/adjudicated/everyday-soup.jsonl"
    # Positive by the first round; what must be told is where the judgements that count stand.
    (told,) = [problem for problem in shown(repository) if "[3 gold]" in problem]
    assert told.startswith(f"{gold}:1: [3 gold] everyday-soup-0001: sentiment is 'positive'")
    assert "the judgements (negative, negative, negative) give 'negative'" in told
    assert "judged at annotations/rounds/r02/a1.jsonl:1, annotations/rounds/r02/a2.jsonl:1" in told
    repository.change(gold, 1, sentiment="negative")
    assert not [problem for problem in shown(repository) if "[3" in problem]
    repository.build()
    (row,) = [row for row in open_release(repository.path("corpus")).rows("posts") if row["id"] == "everyday-soup-0001"]
    assert row["sentiment"] == "negative"


def test_an_event_may_do_without_its_authors_intentions(repository):
    repository.write(INTENTION, [row for row in repository.rows(INTENTION) if "soup" not in row["document_id"]])
    assert "[3 judgements]" not in "".join(shown(repository))


def test_a_document_judged_again_is_judged_by_three(repository):
    row = repository.rows("annotations/rounds/r01/a1.jsonl")[0] | {"round": "r02"}
    repository.write("annotations/rounds/r02/a1.jsonl", [row])
    assert "in round 'r02' has judgements by ['a1']; three are needed" in shown(repository)[0]


def test_a_judgement_given_twice_is_told(repository):
    repository.write(A1, [*repository.rows(A1)[:11], *repository.rows(A1)[10:]])
    assert places(shown(repository)) == [f"{A1}:12: [3 document]", f"{TEXTS}:4: [3 judgements]"]


def test_a_gold_row_that_stands_twice_is_told(repository):
    repository.write(GOLD, [*repository.rows(GOLD)[:4], *repository.rows(GOLD)[3:]])
    assert places(shown(repository)) == [f"{GOLD}:5: [3 document]"]


def test_gold_that_no_longer_follows_names_the_judgements_that_were_counted(repository):
    repository.change(A2, 11, sentiment="positive")
    (problem,) = shown(repository)
    assert problem.startswith(f"{GOLD}:4: [3 gold] library-fines-0004: sentiment is said to be 'unanimous'")
    assert f"judged at {A1}:11, {A2}:11, annotations/rounds/r01/a3.jsonl:11." in problem


def released_split(repository, document_id):
    for path in sorted(repository.path("corpus").glob("*s/*.parquet")):
        if (
            path.parent.name in ("articles", "posts", "comments")
            and document_id in pq.read_table(path)["id"].to_pylist()
        ):
            return path.name.split("-")[0]
    raise LookupError(document_id)


def test_copies_across_splits_are_told_at_the_later_text(repository):
    roots = [row["id"] for name in (TEXTS, SOUP) for row in repository.rows(name) if row["parent"] is None]
    by_split = {}
    for root in roots:
        by_split.setdefault(released_split(repository, root), []).append(root)
    one, two = sorted(ids[0] for ids in list(by_split.values())[:2])
    copy = "这一句话在两个地方一字不差地出现了"
    for document_id in (one, two):
        name = TEXTS if document_id.startswith("library") else SOUP
        line = [row["id"] for row in repository.rows(name)].index(document_id) + 1
        repository.change(name, line, text=copy)
    later = next(p for p in shown(repository) if "of another split" in p)
    assert re.match(rf"corpus/texts/\w+/[\w-]+\.jsonl:\d+: \[4 duplicate\] '({one}|{two})' is 1\.00 like", later)


def test_too_many_copies_within_a_split_are_told(repository):
    repository.change(SOUP, 2, text="放点白胡椒试试再放点陈皮和两片姜呢")
    repository.change(SOUP, 3, text="放点白胡椒试试再放点陈皮和两片姜吧")
    # 17 characters, 15 grams each, the last of them differing: 14 of 16 are shared.
    assert shown(repository) == [
        f"{SOUP}:3: [4 duplicate] 'everyday-soup-0003' is a near-duplicate; 1 of 16 at 0.7 are too many."
    ]


@pytest.mark.parametrize(
    ("name", "line", "values", "column"),
    [
        pytest.param(A1, 12, {"frames": []}, "frames", id="judgement"),
        pytest.param(A1, 12, {"confidence": "low"}, "confidence", id="mark-of-a-judgement"),
        pytest.param(INTENTION, 12, {"topic": "other"}, "topic", id="intention"),
        pytest.param(GOLD, 7, {"topic": "other"}, "topic", id="adjudicated-gold"),
        pytest.param(TEXTS, 7, {"author": "三楼窗台"}, "author", id="text-author"),
        pytest.param(TEXTS, 7, {"text": "转发"}, "text", id="text"),
    ],
)
def test_a_change_since_the_release_is_told_at_the_line_that_changed(repository, name, line, values, column):
    repository.change(name, line, **values)
    if values == {"frames": []}:  # a2 and a3 still hear it
        assert [row["frames"] for row in (repository.rows(A2)[11], repository.rows(GOLD)[4])] == [["rule_of_law"]] * 2
    problems = shown(repository)
    assert set(places(problems)) == {f"{name}:{line}: [6 released]"}
    assert f"[6 released] {column} was released as" in problems[0]
    assert "scripts/build_corpus.py" in problems[0]


@pytest.mark.parametrize(
    ("name", "entry", "damage"),
    [
        pytest.param(EVENTS, "everyday-soup", ("en: Everyday soup", "en: Daily soup"), id="event"),
        pytest.param(TARGETS, "library-card-freeze", ("favor: finds freezing", "favor: likes freezing"), id="target"),
    ],
)
def test_a_register_changed_since_the_release_is_told_at_the_entry(repository, name, entry, damage):
    repository.replace(name, *damage)
    line = line_of(repository.path(name), f"- id: {entry}")
    assert places(shown(repository)) == [f"{name}:{line}: [6 released]"]


def test_a_comment_in_the_register_is_a_changed_input(repository):
    append(EVENTS, "# a remark\n")(repository)
    assert shown(repository) == [f"{EVENTS}: [6 released] changed since the release was built; build it again."]


def test_a_document_added_since_the_release_is_told_alone(repository):
    """Rows after it are unchanged: they are compared by id, not by place."""
    row = repository.rows(SOUP)[1] | {"id": "everyday-soup-0008", "text": "姜也行", "thread": "everyday-soup-0006"}
    repository.write(SOUP, [*repository.rows(SOUP), row | {"parent": "everyday-soup-0006"}])
    for name in ("a1", "a2", "a3", "intention"):
        file = f"annotations/rounds/r01/{name}.jsonl"
        repository.write(file, [*repository.rows(file), repository.rows(file)[6] | {"document_id": row["id"]}])
    gold = "annotations/adjudicated/everyday-soup.jsonl"
    repository.write(gold, [*repository.rows(gold), repository.rows(gold)[6] | {"document_id": row["id"]}])
    for problem in shown(repository):
        assert "everyday-soup-0008 " in problem or "is no longer in the sources" in problem or " is not in " in problem
        assert "was released as" not in problem


FILE = "corpus/posts/train-00000-of-00001.parquet"


def overwrite(name, content):
    return lambda repository: repository.path(name).write_bytes(content)


def rewrite_rows(change):
    def damage(repository):
        table = pq.read_table(repository.path(FILE), partitioning=None)
        pq.write_table(change(table), repository.path(FILE))

    return damage


@pytest.mark.parametrize(
    ("damage", "place", "sentence"),
    [
        pytest.param(lambda r: r.path(FILE).unlink(), f"{FILE}: [6 released]", "missing; run", id="file-missing"),
        pytest.param(overwrite(FILE, b"PAR1 torn"), f"{FILE}: [6 released]", "cannot be read", id="file-torn"),
        pytest.param(
            rewrite_rows(lambda table: table.append_column("mood", pa.nulls(len(table)))),
            f"{FILE}: [6 released]",
            "columns or their types are not those of 'posts'",
            id="column-added",
        ),
        pytest.param(
            rewrite_rows(lambda table: table.take(list(range(len(table)))[::-1])),
            f"{FILE}: [6 released]",
            "rows are doubled or in another order",
            id="rows-reversed",
        ),
        pytest.param(
            rewrite_rows(lambda table: pa.concat_tables([table, table])),
            f"{FILE}: [6 released]",
            "rows are doubled or in another order",
            id="rows-doubled",
        ),
        pytest.param(rewrite_rows(lambda table: table), f"{FILE}: [6 released]", "bytes differ from", id="other-bytes"),
        pytest.param(
            overwrite("corpus/posts/train-00001-of-00002.parquet", b"x"),
            "corpus/posts/train-00001-of-00002.parquet: [6 released]",
            "load_dataset would read it",
            id="stray-file",
        ),
        pytest.param(lambda r: r.path(MANIFEST).unlink(), f"{MANIFEST}: [6 released]", "no release", id="no-manifest"),
        pytest.param(overwrite(MANIFEST, b"{"), f"{MANIFEST}: [6 released]", "not JSON", id="manifest-torn"),
        pytest.param(
            overwrite(MANIFEST, b"{}"), f"{MANIFEST}: [6 released]", "files, scheme, version", id="manifest-empty"
        ),
        pytest.param(
            replace(CARD, "\nlicense: ", "\nlicence: "), f"{CARD}:1: [6 released]", "header", id="card-header"
        ),
    ],
)
def test_a_damaged_release_is_told(repository, damage, place, sentence):
    damage(repository)
    problems = shown(repository)
    assert places(problems) == [place]
    assert sentence in problems[0]


# A release folder by itself


@pytest.mark.parametrize(
    ("name", "change", "place", "sentence"),
    [
        pytest.param(
            "posts/train-00000-of-00001.parquet",
            edited("topic", 4),
            ":1: [2 scheme]",
            "topic 4 is no label",
            id="beyond",
        ),
        pytest.param(
            "posts/train-00000-of-00001.parquet", edited("topic", -1, 1), ":2: [2 scheme]", "topic -1", id="negative"
        ),
        pytest.param(
            "stances/train-00000-of-00001.parquet", edited("stance", None), ":1: [2 scheme]", "stance None", id="null"
        ),
        pytest.param(
            "annotations/train-00000-of-00001.parquet",
            edited("stances", [{"target_id": "x", "stance": 3}]),
            ":1: [2 scheme]",
            "stances[0].stance 3 is no label of 'stance'",
            id="nested",
        ),
        pytest.param(
            "targets/train-00000-of-00001.parquet",
            lambda table: table.drop_columns(["none"]),
            ": [1 form]",
            "are not those of 'targets'",
            id="columns",
        ),
    ],
)
def test_rows_of_a_release_must_follow_schema_and_scheme(repository, name, change, place, sentence):
    folder = repository.path("corpus")
    reseal(folder, name, change)
    (problem,) = [problem.shown(folder) for problem in validate_release(folder)]
    assert problem.startswith(f"{name}{place}")
    assert sentence in problem


def test_checksums_come_before_everything_else(repository):
    folder = repository.path("corpus")
    (folder / "posts/test-00000-of-00001.parquet").write_bytes(b"x")
    (folder / "posts/train-00000-of-00001.parquet").unlink()
    (folder / "events/train-00001-of-00002.parquet").write_bytes(b"x")
    told = sorted(problem.text.removeprefix(f"{folder}/") for problem in validate_release(folder))
    assert told == [
        "events/train-00001-of-00002.parquet: not in the manifest, yet it would be read; remove it.",
        "posts/test-00000-of-00001.parquet: bytes differ from the manifest; rebuild or reinstall.",
        "posts/train-00000-of-00001.parquet: missing; the manifest lists it.",
    ]


def test_a_folder_that_is_no_release_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no manifest\.json, so no release; run scripts/build_corpus\.py"):
        validate_release(tmp_path)

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.annotation.adjudication import adjudicate, votes
from weibo_nlp.annotation.campaign import collect, deal, deal_texts, targets_of
from weibo_nlp.corpus import build_threads
from weibo_nlp.errors import DataError
from weibo_nlp.io import write_jsonl
from weibo_nlp.release.sources import read_sources

SOURCES = read_sources(Path(__file__).parents[1] / "data" / "release")
THREADS = build_threads(SOURCES.documents)
DECLARED = {event.id: event.targets for event in SOURCES.events.values()}
PROVENANCE = {"model": "judge", "prompt_sha256": "00", "guideline_version": "1.0.0", "layout": "tree"}
LABELS = {"topic": "other", "sentiment": "neutral", "irony": False, "needs_context": False, "frames": []}


def sheet(seed=1):
    return deal(THREADS, DECLARED, SOURCES.targets, seed=seed)


def answers(dealt):
    """A full set of answers: every stance `none`, every topic `other`."""
    return [
        {"thread": row["thread"], "n": document["n"], **LABELS, "stance": {t["key"]: "none" for t in row["targets"]}}
        for row in dealt.rows
        for document in row["documents"]
    ]


def collected(tmp_path, dealt, rows):
    path = tmp_path / "answers.jsonl"
    write_jsonl(path, rows)
    return collect(path, dealt, SOURCES.scheme, annotator="a9", round_name="r02", provenance=PROVENANCE)


def test_a_sheet_tells_neither_ids_nor_events_nor_intentions():
    shown = json.dumps(sheet().rows, ensure_ascii=False)
    hidden = {document.id for document in SOURCES.documents} | set(SOURCES.events) | set(SOURCES.targets)
    hidden |= {event.name_en for event in SOURCES.events.values()} | {"intention", "phase", "notice", "debate", "fold"}
    assert [word for word in sorted(hidden) if word in shown] == []
    assert {key for row in sheet().rows for key in row} == {"thread", "targets", "documents"}


def test_a_sheet_shows_the_thread_as_numbers_that_answer_numbers():
    dealt = sheet()
    name = next(t for (t, _), item in dealt.key.items() if item.document_id == "library-fines-0005")
    (row,) = [row for row in dealt.rows if row["thread"] == name]
    assert [(d["n"], d["kind"], d["reply_to"], d["repost_of"]) for d in row["documents"]] == [
        (1, "post", None, None),
        (2, "comment", 1, None),
        (3, "repost", None, 1),
    ]
    assert [(t["key"], t["text"]) for t in row["targets"]] == [("S", "信用惩戒"), ("T", "冻结借书证")]


def test_other_seeds_give_other_orders_and_the_same_seed_the_same():
    orders = {tuple(item.document_id for item in sheet(seed).key.values()) for seed in range(8)}
    assert len(orders) > 4
    assert sheet(3) == sheet(3)
    assert deal(reversed(THREADS), DECLARED, SOURCES.targets, seed=3) == sheet(3)


@given(st.integers())
def test_every_document_is_dealt_once_with_its_thread_whole(seed):
    dealt = sheet(seed)
    assert sorted(item.document_id for item in dealt.key.values()) == sorted(d.id for d in SOURCES.documents)
    assert [item.order for item in dealt.key.values()] == list(range(1, len(SOURCES.documents) + 1))
    thread_of = {document.id: document.thread for document in SOURCES.documents}
    for row in dealt.rows:
        inside = [item.document_id for (name, _), item in dealt.key.items() if name == row["thread"]]
        assert len({thread_of[document] for document in inside}) == 1


def test_threads_without_declared_targets_are_asked_about_one_canonical_target_drawn_by_their_id():
    soup = [thread for thread in THREADS if thread.root.event == "everyday-soup"]
    drawn = [targets_of(thread, (), SOURCES.targets) for thread in soup]
    assert all(len(targets) == 1 and targets[0].canonical_for for targets in drawn)
    assert drawn == [targets_of(thread, (), dict(reversed(SOURCES.targets.items()))) for thread in soup]
    assert [t.id for t in targets_of(soup[0], ("mimeng", "salt"), {"mimeng": drawn[0][0], "salt": drawn[0][0]})] == [
        drawn[0][0].id
    ] * 2


def test_answers_find_back_to_their_documents(tmp_path):
    dealt = sheet()
    rows = answers(dealt)
    changed = next(
        i for i, row in enumerate(rows) if dealt.key[row["thread"], row["n"]].document_id == "library-fines-0004"
    )
    rows[changed] |= {"topic": "credit", "frames": ["punishment"], "stance": {"S": "against", "T": "favor"}}
    found = {judgement.document_id: judgement for judgement in collected(tmp_path, dealt, rows)}
    assert len(found) == len(SOURCES.documents)
    one = found["library-fines-0004"]
    assert one.stances == {"credit-sanctions": "against", "library-card-freeze": "favor"}
    assert (one.topic, one.frames, one.annotator, one.round) == ("credit", ("punishment",), "a9", "r02")
    assert (one.model, one.layout, one.order) == ("judge", "tree", changed + 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"thread": "T099"}, r"answers\.jsonl:1: 'T099'/1 was not dealt", id="thread-not-dealt"),
        pytest.param({"n": 99}, r"answers\.jsonl:1: 'T001'/99 was not dealt", id="number-not-dealt"),
        pytest.param({"n": True}, "'T001'/True was not dealt", id="number-true"),
        pytest.param({"thread": ["T001"]}, r"\['T001'\]/1 was not dealt", id="thread-list"),
        pytest.param({"stance": {"Z": "none"}}, r"stance has \['Z'\], the text is judged on \['S'", id="stance-keys"),
        pytest.param({"stance": ["S"]}, r"stance must map target keys to labels, got \['S'\]", id="stance-list"),
        pytest.param({"stance": None}, r"stance has \[\], the text is judged on", id="stance-null"),
        pytest.param({"topic": "soup"}, r"answers\.jsonl:1: topic 'soup' for", id="label-unknown"),
        pytest.param({"mood": 1}, "unknown field 'mood'", id="field-unknown"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_and_its_document_named_once(tmp_path, change, message):
    dealt = sheet()
    first, *rest = answers(dealt)
    with pytest.raises(DataError, match=message) as caught:
        collected(tmp_path, dealt, [first | change, *rest])
    missing = "1 of 16 that were dealt are not judged: T001/1" in str(caught.value)
    assert missing is ("was not dealt" in message)
    assert len(str(caught.value).splitlines()) == 1 + missing


def test_all_faults_of_an_answer_are_named_at_once(tmp_path):
    dealt = sheet()
    first, *rest = answers(dealt)
    with pytest.raises(DataError) as caught:
        collected(tmp_path, dealt, [first | {"topic": "soup", "irony": "no", "mood": 1}, *rest])
    path = tmp_path / "answers.jsonl"
    assert [line.removeprefix(f"{path}:1: ").split(" ")[0] for line in str(caught.value).splitlines()] == [
        "topic",
        "irony",
        "unknown",
    ]


def test_missing_doubled_and_broken_answers_are_named_together(tmp_path):
    dealt = sheet()
    first, second, *rest = answers(dealt)
    path = tmp_path / "answers.jsonl"
    write_jsonl(path, [first, first, *rest])
    path.write_text(path.read_text("utf-8") + "oops\n", "utf-8")
    with pytest.raises(DataError) as caught:
        collect(path, dealt, SOURCES.scheme, annotator="a9", round_name="r02", provenance=PROVENANCE)
    assert str(caught.value).splitlines() == [
        f"{path}:2: T001/1 is judged twice",
        f"{path}:17: not JSON: Expecting value at column 1; one JSON object a line is expected.",
        f"{path}: 1 of 16 that were dealt are not judged: {second['thread']}/{second['n']}",
    ]


TEXTS = {f"r{number:012x}": f"第{number}条" for number in range(7)}
CANONICAL = {"K": "credit-sanctions", "M": "self-media-value"}
WORDS = LABELS | {"needs_context": None}


def test_texts_that_stand_alone_are_dealt_in_sheets_of_one_size_numbered_through():
    sheets = deal_texts(TEXTS, CANONICAL, seed=1, most=3)
    assert [[row["n"] for row in dealt.rows] for dealt in sheets] == [[1, 2, 3], [4, 5, 6], [7]]
    assert {text for dealt in sheets for text in (row["text"] for row in dealt.rows)} == set(TEXTS.values())
    assert {key for dealt in sheets for row in dealt.rows for key in row} == {"n", "text"}
    assert deal_texts({}, CANONICAL, seed=1) == []


def test_the_order_of_texts_depends_on_the_seed_alone():
    backwards = dict(reversed(TEXTS.items()))
    assert deal_texts(TEXTS, CANONICAL, seed=1) == deal_texts(backwards, CANONICAL, seed=1)
    assert deal_texts(TEXTS, CANONICAL, seed=1) != deal_texts(TEXTS, CANONICAL, seed=2)


def test_answers_to_texts_come_back_by_their_keys(tmp_path):
    (dealt,) = deal_texts(TEXTS, CANONICAL, seed=1)
    rows = [{"n": n, **WORDS, "stance": {"K": "favor", "M": "none"}} for n in range(1, 8)]
    judgements = collected(tmp_path, dealt, rows)
    assert {judgement.document_id for judgement in judgements} == set(TEXTS)
    for judgement, row in zip(judgements, dealt.rows, strict=True):
        assert TEXTS[judgement.document_id] == row["text"]
        assert (judgement.order, judgement.needs_context) == (row["n"], None)
        assert judgement.stances == {"credit-sanctions": "favor", "self-media-value": "none"}


def test_a_text_without_an_answer_is_named_by_its_number(tmp_path):
    dealt = deal_texts(TEXTS, CANONICAL, seed=1, most=4)[1]
    rows = [{"n": n, **WORDS, "stance": {"K": "none", "M": "none"}} for n in (5, 7)]
    with pytest.raises(DataError, match="1 of 3 that were dealt are not judged: 6"):
        collected(tmp_path, dealt, rows)


def test_two_annotators_who_differ_have_no_majority(tmp_path):
    (dealt,) = deal_texts({"r000000000000": "好"}, {}, seed=1)
    one, other = (
        collected(tmp_path, dealt, [{"n": 1, **WORDS, "topic": topic, "frames": frames, "stance": {}}])[0]
        for topic, frames in (("credit", ["perk", "pride"]), ("other", ["pride"]))
    )
    counted = votes([one, other], SOURCES.scheme)
    assert {task: vote.winner for task, vote in counted.items()} == {
        "topic": None,
        "sentiment": "neutral",
        "irony": "false",
    }
    settled = adjudicate([one, other], {"topic": ("other", "nothing in the words anchors it")}, SOURCES.scheme)
    assert (settled.topic, settled.needs_context, settled.frames) == ("other", None, ("pride",))
    assert settled.resolution == {"topic": "adjudicated", "sentiment": "unanimous", "irony": "unanimous"}

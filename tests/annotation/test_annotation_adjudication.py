import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.annotation.adjudication import (
    adjudicate,
    adjudicated_row,
    adjudication_problems,
    labels_of,
    majority_frames,
    read_adjudicated,
    tasks_without_majority,
    votes,
)
from weibo_nlp.errors import DataError, LabelError
from weibo_nlp.io import write_jsonl
from weibo_nlp.io.validation import Problem
from weibo_nlp.records import Judgement
from weibo_nlp.scheme import load_scheme

SCHEME = load_scheme()
TOPICS, SENTIMENTS = (SCHEME.task(name).labels for name in ("topic", "sentiment"))


def judgement(annotator="a1", **values):
    defaults = {
        "document_id": "soup-0001",
        "round": "r01",
        "topic": "other",
        "sentiment": "neutral",
        "irony": False,
        "needs_context": False,
        "stances": {"salt": "none"},
    }
    return Judgement(annotator=annotator, **(defaults | values))


def three(**values):
    """Three judgements; each keyword holds what a1, a2 and a3 say of it."""
    return [judgement(f"a{i + 1}", **{name: said[i] for name, said in values.items()}) for i in range(3)]


def test_unanimous_and_majority_labels_stand():
    gold = adjudicate(three(sentiment=["positive"] * 3, topic=["credit", "other", "credit"]), {}, SCHEME)
    assert (gold.sentiment, gold.resolution["sentiment"]) == ("positive", "unanimous")
    assert (gold.topic, gold.resolution["topic"]) == ("credit", "majority")
    assert gold.reasons == {}
    assert gold.resolution.keys() == {"topic", "sentiment", "irony", "stance:salt"}


def test_labels_without_a_majority_are_adjudicated_with_their_reason():
    given_ = three(stances=[{"salt": "favor"}, {"salt": "none"}, {"salt": "against"}])
    assert tasks_without_majority({"soup-0001": given_, "soup-0002": three()}, SCHEME) == {"soup-0001": ["stance:salt"]}
    gold = adjudicate(given_, {"stance:salt": ("none", "只是在问")}, SCHEME)
    assert (gold.stances["salt"], gold.resolution["stance:salt"]) == ("none", "adjudicated")
    assert gold.reasons == {"stance:salt": "只是在问"}


def test_irony_is_decided_by_vote_and_read_as_text():
    gold = adjudicate(three(irony=[True, False, True], needs_context=[True, True, False]), {}, SCHEME)
    assert (gold.irony, labels_of(gold, SCHEME)["irony"], gold.resolution["irony"]) == (True, "true", "majority")
    assert gold.needs_context is True


def test_frames_need_two_annotators_and_come_in_the_order_of_the_scheme():
    heard = three(frames=[("humour", "perk"), ("perk", "humour", "pride"), ("privacy", "privacy")])
    assert majority_frames(heard, SCHEME) == ("perk", "humour")


SPLIT = three(topic=["credit", "other", "self_media"])
CLEAR = three(topic=["credit", "credit", "other"])


@pytest.mark.parametrize(
    ("judgements", "rulings", "error", "message"),
    [
        pytest.param(
            SPLIT, {}, DataError, r"topic has no majority \(credit, other, self_media\) and no ruling", id="missing"
        ),
        pytest.param(
            CLEAR,
            {"topic": ("other", "我觉得")},
            DataError,
            r"topic has a majority \(credit\).*may not overrule",
            id="overrules",
        ),
        pytest.param(
            SPLIT, {"topic": ("credit", "  ")}, DataError, "ruling on topic has no written reason", id="no-reason"
        ),
        pytest.param(
            SPLIT, {"topic": ("soup", "汤")}, LabelError, "ruling 'soup' on topic is not in the scheme", id="foreign"
        ),
        pytest.param(
            SPLIT,
            {"topic": ("credit", "因为"), "stance:pepper": ("none", "没说")},
            DataError,
            "ruling on stance:pepper, which was not judged",
            id="task-not-judged",
        ),
        pytest.param(
            [], {}, DataError, "judgements of one document on the same targets are needed, got none", id="empty"
        ),
    ],
)
def test_a_ruling_answers_a_split_vote_and_nothing_else(judgements, rulings, error, message):
    with pytest.raises(error, match=message):
        adjudicate(judgements, rulings, SCHEME)


def test_the_authors_intention_is_no_vote():
    with pytest.raises(DataError, match="intention is no vote; leave it out"):
        votes([*three(), judgement("intention")], SCHEME)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"document_id": "soup-0002"}, id="other-document"),
        pytest.param({"stances": {"salt": "none", "pepper": "favor"}}, id="other-targets"),
        pytest.param({"stances": {}}, id="no-targets"),
    ],
)
def test_votes_are_counted_over_one_document_and_its_targets_only(other):
    with pytest.raises(DataError, match=r"on the same targets are needed, got a1: soup-0001 on \['salt'\]; a2: "):
        votes([judgement("a1"), judgement("a2", **other)], SCHEME)


@given(st.lists(st.sampled_from(TOPICS), min_size=3, max_size=3), st.randoms(use_true_random=False))
def test_votes_do_not_depend_on_who_said_what(labels, random):
    shuffled = random.sample(labels, 3)
    one, two = (votes(three(topic=said), SCHEME)["topic"] for said in (labels, shuffled))
    assert (one.winner, one.resolution) == (two.winner, two.resolution)
    assert one.resolution == {1: "unanimous", 2: "majority", 3: "adjudicated"}[len(set(labels))]
    assert (one.winner is None) == (len(set(labels)) == 3)


@given(
    st.lists(st.sampled_from(TOPICS), min_size=3, max_size=3),
    st.lists(st.sampled_from(SENTIMENTS), min_size=3, max_size=3),
)
def test_what_is_adjudicated_has_no_problems_and_survives_the_file(tmp_path_factory, topics, sentiments):
    judgements = three(topic=topics, sentiment=sentiments)
    options = {"topic": "other", "sentiment": "neutral"}
    rulings = {
        task: (options[task], "重读之后") for task in tasks_without_majority({"x": judgements}, SCHEME).get("x", [])
    }
    gold = adjudicate(judgements, rulings, SCHEME)
    assert list(adjudication_problems(gold, judgements, SCHEME)) == []
    path = tmp_path_factory.mktemp("gold") / "soup.jsonl"
    write_jsonl(path, [adjudicated_row(gold)])
    assert [(item.line, item.value) for item in read_adjudicated(path, SCHEME)] == [(1, gold)]


@pytest.mark.parametrize(
    ("judgements", "change", "message"),
    [
        pytest.param(
            CLEAR, {"topic": "other"}, "topic is 'other', the judgements .* give 'credit'", id="majority-overruled"
        ),
        pytest.param(
            CLEAR,
            {
                "resolution": {
                    "topic": "unanimous",
                    "sentiment": "unanimous",
                    "irony": "unanimous",
                    "stance:salt": "unanimous",
                }
            },
            r"topic is said to be 'unanimous', the judgements \(credit, credit, other\) make it 'majority'",
            id="settled-wrongly",
        ),
        pytest.param(CLEAR, {"needs_context": True}, "needs_context is 'true'", id="mark-differs"),
        pytest.param(CLEAR, {"frames": ("pride",)}, "frames are pride, most annotators heard none", id="frames"),
        pytest.param(CLEAR, {"stances": {}}, "stance:salt was judged and is missing", id="stance-missing"),
        pytest.param(
            CLEAR,
            {"stances": {"salt": "none", "oil": "none"}},
            "stance on oil was never judged",
            id="stance-never-judged",
        ),
        pytest.param(
            CLEAR, {"reasons": {"topic": "我不同意"}}, "topic has a reason and was not adjudicated", id="idle-reason"
        ),
        pytest.param(SPLIT, {"reasons": {}}, "topic was adjudicated without a written reason", id="reason-missing"),
    ],
)
def test_gold_that_does_not_follow_from_the_judgements_is_told(judgements, change, message):
    rulings = {"topic": ("credit", "说的是信用")} if judgements is SPLIT else {}
    gold = replace(adjudicate(judgements, rulings, SCHEME), **change)
    (problem,) = adjudication_problems(gold, judgements, SCHEME)
    with pytest.raises(DataError, match=message):
        raise DataError(problem)


def test_resolutions_of_tasks_that_nobody_judged_are_told():
    gold = adjudicate(CLEAR, {}, SCHEME)
    odd = replace(gold, resolution={**gold.resolution, "stance:oil": "unanimous"})
    assert list(adjudication_problems(odd, CLEAR, SCHEME)) == ["stance:oil is said to be settled and was never judged"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"topic": "soup"}, r"gold\.jsonl:2: topic 'soup' for soup-0001 is not in the scheme", id="topic"),
        pytest.param(
            {"stances": {"salt": "maybe"}}, r"stances\.salt 'maybe' for soup-0001 is not in the scheme", id="stance"
        ),
        pytest.param({"frames": ["noise"]}, r"frames\[0\] 'noise' for soup-0001 is not in the scheme", id="frame"),
        pytest.param({"frames": "pride"}, "frames must be a list, got 'pride'", id="frames-text"),
        pytest.param({"irony": "false"}, "irony must be true or false, got 'false'", id="irony-text"),
        pytest.param({"document_id": 7}, "document_id must be text, got 7", id="id-number"),
        pytest.param(
            {"stances": ["none"]}, r"stances must be a mapping of names to values, got \['none'\]", id="stances-list"
        ),
        pytest.param({"settled": None}, "settled must be a mapping of names to values, got None", id="settled-null"),
        pytest.param({"reasons": {"topic": 1}}, r"reasons\.topic must be text, got 1", id="reason-number"),
        pytest.param({"note": "x"}, "unknown field 'note'; a row has document_id, frames", id="unknown-field"),
    ],
)
def test_a_gold_line_that_cannot_be_used_comes_as_the_problem_that_says_why(tmp_path, change, message):
    row = adjudicated_row(adjudicate(three(), {}, SCHEME))
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in (row, row | change, row)) + "\n[1]\n", "utf-8")
    _, bad, after, broken = read_adjudicated(path, SCHEME)
    assert (bad.line, bad.level, after.line) == (2, 2 if "in the scheme" in message else 1, 3)
    assert re.search(message, str(bad))
    assert isinstance(broken, Problem)
    assert str(broken) == f"{path}:4: not a JSON object but list; one JSON object a line is expected."

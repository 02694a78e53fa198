"""What people are to judge: drawn at random and where every pass was unsure, on canonical targets alone."""

import random

import pytest
from draw_human_round import drawn, on_canonical_targets, unsure_of

from weibo_nlp.annotation.documents import CampaignDocument, DocumentSource
from weibo_nlp.errors import DataError
from weibo_nlp.io.validation import Located
from weibo_nlp.records import Document, Judgement, Target
from weibo_nlp.release.sources import Sources
from weibo_nlp.scheme import load_scheme


def judged(document, annotator, confidence, *, round="r01"):
    return Judgement(
        document_id=document, annotator=annotator, round=round, topic="other", sentiment="neutral", irony=False,
        needs_context=False, frames=(), stances={}, confidence=confidence,
    )  # fmt: skip


@pytest.fixture
def sources(tmp_path):
    found = Sources(tmp_path, load_scheme())
    for name in ("e-0001", "e-0002", "e-0003"):
        document = Document(id=name, kind="post", thread=name, event="e", text="字")
        found.texts.append(Located(document, tmp_path, 1))
    return found


def put(sources, *judgements):
    sources.judgements += [Located(judgement, sources.root, 1) for judgement in judgements]


def test_unsure_are_those_that_nobody_was_sure_of_in_the_last_round(sources):
    put(sources, *(judged("e-0001", name, "low") for name in ("a1", "a2", "a3")))
    put(sources, judged("e-0002", "a1", "low"), judged("e-0002", "a2", "high"))
    put(sources, judged("e-0003", "a1", "high"), judged("e-0003", "a1", "low", round="r02"))
    assert unsure_of(sources) == ["e-0001", "e-0003"]


def test_an_author_who_is_sure_does_not_count(sources):
    put(sources, judged("e-0001", "a1", "low"), judged("e-0001", "intention", "high"))
    assert unsure_of(sources) == ["e-0001"]


def test_fewer_than_are_to_be_drawn_is_an_error():
    with pytest.raises(DataError, match="2 keys; 3 are to be drawn"):
        drawn(["a", "b"], 3, random.Random(0), "keys")


def test_people_are_asked_about_the_canonical_target_alone(sources):
    sources.targets["credit-sanctions"] = Target("credit-sanctions", "信用惩戒", "credit", "", "", "")
    sources.targets["ban"] = Target("ban", "禁乘", None, "", "", "")
    source = DocumentSource([CampaignDocument("e-0001", "字", targets=("信用惩戒", "禁乘"))], "corpus", "e", "before")
    asked = on_canonical_targets(source, sources)
    assert [document.targets for document in asked.documents] == [("信用惩戒",)]
    assert asked.sha256 != "before"

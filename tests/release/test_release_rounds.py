import json
import shutil
from pathlib import Path

import pytest

from weibo_nlp.annotation import export_disputes, import_answers, import_rulings, new_campaign
from weibo_nlp.annotation.adjudication import read_adjudicated
from weibo_nlp.annotation.judgements import read_round
from weibo_nlp.annotation.sheet_export import format_called
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io import read_jsonl, write_jsonl
from weibo_nlp.io.validation import without_problems
from weibo_nlp.records import AUTHOR_LABEL
from weibo_nlp.release.rounds import corpus_documents, write_round
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.validate import source_problems

MINIATURE = Path(__file__).parents[1] / "data" / "release"
TASKS = ["topic", "sentiment", "irony", "needs_context", "frames", "stance"]
EVENTS = ["library-fines", "everyday-soup"]
OF_TASK = {"topic": "credit", "sentiment": "neutral", "irony": "false", "needs_context": "false"}


@pytest.fixture
def clone(tmp_path):
    """The miniature, with what annotators judged of it taken away; what its authors intended stands in the round."""
    root = tmp_path / "clone"
    shutil.copytree(MINIATURE, root)
    for path in (root / "annotations" / "rounds" / "r01").glob("a[0-9].jsonl"):
        path.unlink()
    for name in EVENTS:
        (root / "annotations" / "adjudicated" / f"{name}.jsonl").unlink()
    return root


@pytest.fixture
def prompt(tmp_path):
    path = tmp_path / "sheet.md"
    path.write_text("Judge the texts.\n", "utf-8")
    return path


def campaign_of(clone, tmp_path, rule="majority"):
    return new_campaign(tmp_path / "campaign", corpus_documents(clone, EVENTS), TASKS, ["甲", "乙", "丙"], rule=rule)


def judge(campaign, name, topics=None, skip=()):
    """Answer everything alike, but for the topic of some documents."""
    rows = []
    for number, document in campaign.keys[name].numbers.items():
        if document in skip:
            continue
        asked = campaign.questions_for(campaign.documents[document])
        labels = {each.name: OF_TASK.get(each.name, "none") for each in asked if each.task != "frames"}
        labels |= {"topic": (topics or {}).get(document, "credit"), "frame_punishment": "true"}
        rows.append({"number": number, "labels": labels, "unsure": document.endswith("1")})
    path = campaign.folder / f"{name}.jsonl"
    write_jsonl(path, rows)
    assert import_answers(campaign, path)[1] == []


def test_a_campaign_over_threads_becomes_a_round_that_the_validator_takes(clone, prompt, tmp_path):
    campaign = campaign_of(clone, tmp_path)
    disputed = "library-fines-0002"
    for name, topic in (("甲", "credit"), ("乙", "self_media"), ("丙", "other")):
        judge(campaign, name, {disputed: topic, "library-fines-0003": "other"})
    (path, _) = export_disputes(campaign, format_called("jsonl"))
    (row,) = [line.value for line in read_jsonl(path)]
    ruling = {"number": row["number"], "labels": {"topic": "credit"}, "comment": "the record is what is judged"}
    write_jsonl(path.with_name("ruled.jsonl"), [ruling])
    assert import_rulings(campaign, path.with_name("ruled.jsonl"), format_called("jsonl"))[:2] == (1, 0)
    written = write_round(campaign, clone, "r01", dict.fromkeys(("甲", "乙", "丙"), prompt))
    assert [path.relative_to(clone / "annotations").as_posix() for path in written] == [
        "rounds/r01/prompts/sheet.md",
        "rounds/r01/a1.jsonl",
        "rounds/r01/a2.jsonl",
        "rounds/r01/a3.jsonl",
        "adjudicated/everyday-soup.jsonl",
        "adjudicated/library-fines.jsonl",
    ]
    sources = read_sources(clone)
    judged = read_round(clone / "annotations" / "rounds" / "r01", sources.scheme)
    judged = [judgement for judgement in judged if judgement.annotator != AUTHOR_LABEL]
    by_key = {(judgement.annotator, judgement.document_id): judgement for judgement in judged}
    assert by_key["a2", disputed].topic == "self_media"
    assert by_key["a1", "library-fines-0003"].topic == "other"
    assert by_key["a1", "library-fines-0001"].confidence == "low"
    assert by_key["a1", "library-fines-0001"].frames == ("punishment",)
    assert by_key["a1", "library-fines-0001"].stances == {"credit-sanctions": "none", "library-card-freeze": "none"}
    assert {(judgement.model, judgement.layout) for judgement in judged} == {("a person", "sheet")}
    order = list(campaign.keys["乙"].numbers.values()).index(disputed) + 1
    assert by_key["a2", disputed].order == order
    gold_path = clone / "annotations" / "adjudicated" / "library-fines.jsonl"
    gold = {row.document_id: row for row in without_problems(read_adjudicated(gold_path, sources.scheme))}
    assert (gold[disputed].topic, gold[disputed].resolution["topic"]) == ("credit", "adjudicated")
    assert gold[disputed].reasons == {"topic": "the record is what is judged"}
    assert source_problems(sources) == []


def test_a_round_is_written_only_of_what_all_have_judged(clone, prompt, tmp_path):
    campaign = campaign_of(clone, tmp_path)
    for name in ("甲", "乙"):
        judge(campaign, name)
    judge(campaign, "丙", skip={"library-fines-0004"})
    with pytest.raises(DataError, match="library-fines-0004: 丙 has not judged topic, sentiment, irony"):
        write_round(campaign, clone, "r01", dict.fromkeys(("甲", "乙", "丙"), prompt))
    assert not (clone / "annotations" / "rounds" / "r01" / "a1.jsonl").exists()


def test_disputes_are_decided_before_a_round_is_written(clone, prompt, tmp_path):
    campaign = campaign_of(clone, tmp_path)
    for name, topic in (("甲", "credit"), ("乙", "self_media"), ("丙", "other")):
        judge(campaign, name, {"library-fines-0002": topic})
    with pytest.raises(DataError, match="annotators part, without a ruling: 1 on topic"):
        write_round(campaign, clone, "r01", dict.fromkeys(("甲", "乙", "丙"), prompt))


def test_a_round_is_never_written_over(clone, prompt, tmp_path):
    campaign = campaign_of(clone, tmp_path)
    with pytest.raises(UsageError, match=r"r03/a1\.jsonl is there already; a round is never written over"):
        write_round(campaign, clone, "r03", dict.fromkeys(("甲", "乙", "丙"), prompt))


def test_labels_of_the_corpus_are_those_of_the_majority(clone, prompt, tmp_path):
    campaign = campaign_of(clone, tmp_path, rule="unanimous")
    with pytest.raises(UsageError, match="set the campaign up with --rule majority"):
        write_round(campaign, clone, "r01", dict.fromkeys(("甲", "乙", "丙"), prompt))


def test_what_annotators_were_told_is_kept(clone, tmp_path):
    campaign = campaign_of(clone, tmp_path)
    with pytest.raises(UsageError, match="no prompt of 甲"):
        write_round(campaign, clone, "r01", {})


def test_an_event_that_is_not_in_the_register_is_refused(clone):
    with pytest.raises(UnknownNameError, match="everyday-soup"):
        corpus_documents(clone, ["library-fine"])


def test_targets_of_an_event_are_those_of_its_documents(clone):
    source = corpus_documents(clone, ["library-fines"])
    assert {document.targets for document in source.documents} == {("信用惩戒", "冻结借书证")}
    assert json.dumps(source.name) == '"library-fines"'


def test_documents_that_are_not_dealt_are_shown_only_above_those_that_are(clone):
    source = corpus_documents(clone, EVENTS)
    answered = next(document for document in source.documents if document.parent is not None)
    above = answered.parent
    part = corpus_documents(clone, EVENTS, judged={answered.id})
    assert [document.id for document in part.documents if document.is_judged] == [answered.id]
    assert above in {document.id for document in part.documents if not document.is_judged}
    assert len(part.documents) < len(source.documents)
    with pytest.raises(UnknownNameError, match="unknown document 'library-fines-9999'"):
        corpus_documents(clone, EVENTS, judged={"library-fines-9999"})

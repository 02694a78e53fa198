import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.annotation import export_disputes, gold_of, import_answers, import_rulings, new_campaign, open_campaign
from weibo_nlp.annotation.campaign_gold import write_gold
from weibo_nlp.annotation.rulings import disputes, is_decided, open_disputes, read_rulings
from weibo_nlp.annotation.sheet_export import format_called
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import read_jsonl, write_jsonl

TEXTS = ["一条说征信的", "一条说天气的", "一条说公众号的", "一条说国货的"]
# By hand. topic: t0 all credit; t1 two other, one credit; t2 three ways; t3 all consumer_nationalism.
SAID = {
    "甲": ["credit", "other", "credit", "consumer_nationalism"],
    "乙": ["credit", "other", "self_media", "consumer_nationalism"],
    "丙": ["credit", "credit", "other", "consumer_nationalism"],
}


def campaign_of(tmp_path, said=SAID, rule="unanimous", **extra):
    write_jsonl(tmp_path / "texts.jsonl", [{"id": f"t{n}", "text": text} for n, text in enumerate(TEXTS)])
    campaign = new_campaign(tmp_path / "campaign", tmp_path / "texts.jsonl", ["topic"], list(said), rule=rule)
    for name, labels in said.items():
        give(campaign, name, labels, **extra.get(name, {}))
    return campaign


def give(campaign, name, labels, *, replace=False, **fields):
    by_document = {f"t{n}": label for n, label in enumerate(labels) if label is not None}
    path = campaign.folder / "answers.in.jsonl"
    key = campaign.keys[name].numbers
    rows = [
        {"number": number, "labels": {"topic": by_document[document]}, **fields}
        for number, document in key.items()
        if document in by_document
    ]
    write_jsonl(path, rows)
    _, problems = import_answers(campaign, path, replace=replace)
    assert problems == []


def decide(path, decisions):
    """Fill in a sheet of disputes: text -> (label, reason)."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {str(cell.value).partition("\n")[0]: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        label, reason = decisions.get(sheet.cell(row, columns["正文"]).value, (None, None))
        sheet.cell(row, columns["topic"]).value = label
        sheet.cell(row, columns["备注"]).value = reason
    book.save(path)


def labels_of(gold):
    return {row["id"]: row["gold_topic"] for row in gold.rows}


def test_what_all_say_holds_and_the_rest_is_adjudicated(tmp_path):
    campaign = campaign_of(tmp_path)
    assert [each.id for each in disputes(campaign)] == ["t1", "t2"]
    (path,) = export_disputes(campaign, format_called("xlsx"))
    decide(path, {TEXTS[1]: ("other", "只谈天气"), TEXTS[2]: ("self_media", "谈的是公众号")})
    kept, left, problems = import_rulings(campaign, path, format_called("xlsx"))
    assert (kept, left, problems) == (2, 0, [])
    gold = gold_of(campaign)
    assert labels_of(gold) == {"t0": "credit", "t1": "other", "t2": "self_media", "t3": "consumer_nationalism"}
    assert gold.counts == {"gold_topic": {"unanimous": 2, "adjudicated": 2}}
    assert read_rulings(campaign)["t2", "topic"].reason == "谈的是公众号"
    assert export_disputes(campaign, format_called("xlsx"), replace=True) == []


def test_a_majority_holds_only_where_the_campaign_asks_for_it(tmp_path):
    campaign = campaign_of(tmp_path, rule="majority")
    assert dict(open_disputes(campaign)) == {"topic": 1}
    gold = gold_of(campaign, unresolved="empty")
    assert labels_of(gold) == {"t0": "credit", "t1": "other", "t2": None, "t3": "consumer_nationalism"}
    assert gold.counts == {"gold_topic": {"unanimous": 2, "majority": 1, "open": 1}}
    assert gold.n_open == 1


def test_undecided_disputes_are_refused_unless_they_may_stay_empty(tmp_path):
    campaign = campaign_of(tmp_path)
    with pytest.raises(DataError, match="annotators part, without a ruling: 2 on topic"):
        gold_of(campaign)
    assert gold_of(campaign, unresolved="empty").n_open == 2


def test_who_was_asked_alone_decides_alone_and_what_nobody_judged_is_told_apart(tmp_path):
    campaign = campaign_of(tmp_path, {"甲": ["credit", "other", None, None], "乙": ["credit", None, None, None]})
    gold = gold_of(campaign)
    assert labels_of(gold) == {"t0": "credit", "t1": "other", "t2": None, "t3": None}
    assert gold.counts == {"gold_topic": {"unanimous": 1, "single": 1, "unjudged": 2}}


def test_the_sheet_shows_what_was_said_with_remarks_and_not_by_whom(tmp_path):
    campaign = campaign_of(tmp_path, 甲={"unsure": True, "comment": "两可"})
    (path, *_) = export_disputes(campaign, format_called("csv"))
    shown = path.read_text("utf-8-sig")
    assert [name for name in (*SAID, "t1", "t2") if name in shown] == []
    with pytest.raises(UsageError, match="went out already, and may have been filled in"):
        export_disputes(campaign, format_called("csv"))
    (path, *_) = export_disputes(campaign, format_called("jsonl"), replace=True)
    rows = {line.value["text"]: line.value for line in read_jsonl(path)}
    said = {passage["text"] for passage in rows[TEXTS[2]]["above"]}
    assert said == {"credit（不确定）；备注：两可", "self_media", "other"}
    assert {passage["author"] for passage in rows[TEXTS[2]]["above"]} == {"标注 1", "标注 2", "标注 3"}


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        pytest.param(("other", None), "row 2: Q1-001 is decided without a reason", id="no-reason"),
        pytest.param((None, "难说"), "row 2: Q1-001 has a reason and no label", id="no-label"),
        pytest.param(("wheather", "只谈天气"), "row 2: column D (topic): 'wheather' is no label", id="misspelt"),
    ],
)
def test_a_ruling_that_is_none_is_named_by_its_row_and_nothing_is_kept(tmp_path, decision, message):
    campaign = campaign_of(tmp_path)
    (path,) = export_disputes(campaign, format_called("xlsx"))
    decide(path, {TEXTS[1]: decision, TEXTS[2]: ("self_media", "谈的是公众号")})
    kept, left, (problem,) = import_rulings(campaign, path, format_called("xlsx"))
    assert message in problem.text
    assert (kept, left, read_rulings(campaign)) == (0, 2, {})
    kept, left, _ = import_rulings(campaign, path, format_called("xlsx"), skip_faulty=True)
    assert (kept, left) == (1, 1)


def test_a_ruling_on_labels_that_changed_since_does_not_hold(tmp_path):
    campaign = campaign_of(tmp_path)
    (path,) = export_disputes(campaign, format_called("xlsx"))
    decide(path, {TEXTS[1]: ("other", "只谈天气"), TEXTS[2]: ("self_media", "谈的是公众号")})
    import_rulings(campaign, path, format_called("xlsx"))
    give(campaign, "丙", ["credit", "other", "other", "consumer_nationalism"], replace=True)  # now all say other of t1
    with pytest.raises(DataError, match="1 rulings are on labels that were changed since, as the one on topic of 't1'"):
        gold_of(campaign)
    _, _, (problem,) = import_rulings(campaign, path, format_called("xlsx"))
    assert (
        "the annotators changed their labels since the sheet was written, nobody parts on it any more" in problem.text
    )


def test_other_rulings_replace_those_there_are_only_where_that_is_asked(tmp_path):
    campaign = campaign_of(tmp_path)
    (path,) = export_disputes(campaign, format_called("xlsx"))
    decide(path, {TEXTS[1]: ("other", "只谈天气")})
    assert import_rulings(campaign, path, format_called("xlsx"))[:2] == (1, 1)
    decide(path, {TEXTS[1]: ("credit", "也谈征信")})
    with pytest.raises(UsageError, match="1 of these were decided otherwise before"):
        import_rulings(campaign, path, format_called("xlsx"))
    import_rulings(campaign, path, format_called("xlsx"), replace=True)
    assert read_rulings(campaign)["t1", "topic"].label == "credit"


def test_a_sheet_of_disputes_that_never_went_out_cannot_come_back(tmp_path):
    campaign = campaign_of(tmp_path)
    with pytest.raises(UsageError, match="no sheet of disputes went out"):
        import_rulings(campaign, tmp_path / "topic.xlsx", format_called("xlsx"))


def test_frames_that_nobody_ticked_were_not_heard(tmp_path):
    write_jsonl(tmp_path / "texts.jsonl", [{"id": "t0", "text": TEXTS[0]}])
    campaign = new_campaign(
        tmp_path / "campaign", tmp_path / "texts.jsonl", ["frames"], ["甲", "乙", "丙"], rule="majority"
    )
    for name, frames in (("甲", ["frame_perk", "frame_privacy"]), ("乙", ["frame_perk"]), ("丙", [])):
        (number,) = campaign.keys[name].numbers
        write_jsonl(tmp_path / "in.jsonl", [{"number": number, "labels": dict.fromkeys(frames, "true")}])
        (report,), problems = import_answers(campaign, tmp_path / "in.jsonl")
        assert (problems, dict(report.n_open)) == ([], {})
    (row,) = gold_of(campaign).rows
    assert (row["gold_frame_perk"], row["gold_frame_privacy"], row["gold_frame_pride"]) == ("true", "false", "false")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xlsx"])
def test_gold_is_written_as_any_table(tmp_path, suffix):
    from weibo_nlp.io.collection import open_collection

    campaign = campaign_of(tmp_path, {"甲": SAID["甲"], "乙": SAID["甲"]})
    (path,) = write_gold(open_campaign(campaign.folder), gold_of(campaign), tmp_path / f"gold{suffix}")
    frame = open_collection(path).frame()
    assert list(frame.columns) == ["id", "gold_topic"]
    assert frame["gold_topic"].tolist() == SAID["甲"]


def test_in_python_paths_and_formats_may_be_names(tmp_path):
    from weibo_nlp import annotation

    campaign = campaign_of(tmp_path)
    (path,) = annotation.export_disputes(campaign, "xlsx")
    decide(path, {TEXTS[1]: ("other", "只谈天气"), TEXTS[2]: ("self_media", "谈的是公众号")})
    assert annotation.import_rulings(campaign, str(path))[:2] == (2, 0)
    gold = annotation.gold_of(annotation.open_campaign(str(campaign.folder)))
    assert annotation.write_gold(campaign, gold, str(tmp_path / "gold.csv")) == [tmp_path / "gold.csv"]
    assert gold.frame.loc[1, "gold_topic"] == "other"
    assert all(getattr(annotation, name) is not None for name in annotation.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'golden'"):
        annotation.golden  # noqa: B018


def test_gold_is_written_neither_into_the_campaign_nor_over_its_documents(tmp_path):
    campaign = campaign_of(tmp_path, {"甲": SAID["甲"], "乙": SAID["甲"]})
    with pytest.raises(UsageError, match="is in the campaign's folder"):
        write_gold(campaign, gold_of(campaign), campaign.folder / "gold.csv")
    with pytest.raises(UsageError, match="is what the campaign's documents were read from"):
        write_gold(campaign, gold_of(campaign), tmp_path / "texts.jsonl")


def test_texts_that_one_annotator_alone_was_asked_about_are_told_apart(tmp_path):
    write_jsonl(tmp_path / "texts.jsonl", [{"id": f"t{n}", "text": text} for n, text in enumerate(TEXTS)])
    campaign = new_campaign(tmp_path / "campaign", tmp_path / "texts.jsonl", ["topic"], ["甲", "乙"], overlap=2)
    assert sorted(len(campaign.keys[name].numbers) for name in ("甲", "乙")) == [3, 3]
    for name in ("甲", "乙"):
        rows = [{"number": number, "labels": {"topic": "other"}} for number in campaign.keys[name].numbers]
        write_jsonl(tmp_path / "in.jsonl", rows)
        (report,), _ = import_answers(campaign, tmp_path / "in.jsonl")
        assert (report.n_added, report.n_missing) == (3, 0)
    assert gold_of(campaign).counts == {"gold_topic": {"unanimous": 2, "single": 2}}


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=6))
def test_votes_decide_by_the_rule_whatever_their_order(labels):
    most = max(map(labels.count, labels))
    assert is_decided(labels, "unanimous") == (most == len(labels))
    assert is_decided(labels, "majority") == (2 * most > len(labels))
    assert is_decided(labels[::-1], "majority") == is_decided(labels, "majority")

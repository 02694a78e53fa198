import json

import pytest

from weibo_nlp.annotation import gold_of, import_answers, import_labelled, new_campaign, open_campaign
from weibo_nlp.annotation.answers import read_answers_of
from weibo_nlp.annotation.labelled import read_labelled
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import write_jsonl

TEXTS = ["一条说征信的", "一条说天气的", "一条说公众号的"]
TOPICS = ["credit", "other", "self_media"]


@pytest.fixture
def campaign(tmp_path):
    write_jsonl(tmp_path / "texts.jsonl", [{"id": f"t{n}", "text": text} for n, text in enumerate(TEXTS)])
    return new_campaign(
        tmp_path / "campaign",
        tmp_path / "texts.jsonl",
        ["topic", "irony", "stance=信用惩戒", "stance=国货"],
        ["甲", "乙"],
    )


def labelled(tmp_path, **changes):
    rows = [
        {
            "id": f"t{n}",
            "text": text,
            "topic": TOPICS[n],
            "irony": n == 1,
            "stance_target_1": "国货",
            "stance_1": "none",
        }
        | {"stance_target_2": "信用惩戒", "stance_2": "favor"}
        for n, text in enumerate(TEXTS)
    ]
    for row, values in changes.items():
        rows[int(row.removeprefix("row"))] |= values
    path = tmp_path / "labelled.jsonl"
    write_jsonl(path, reversed(rows))
    return path


def test_labels_of_a_model_are_found_by_id_and_stances_by_what_they_are_about(campaign, tmp_path):
    labels, problems = read_labelled(campaign, labelled(tmp_path))
    assert problems == []
    assert labels["t1"] == {"topic": "other", "irony": "true", "stance_1": "favor", "stance_2": "none"}
    assert [question.target for question in campaign.questions] == [None, None, "信用惩戒", "国货"]


def test_a_label_that_the_question_does_not_have_is_named_by_row_and_column(campaign, tmp_path):
    path = labelled(tmp_path, row0={"topic": "weather"})
    reports, (problem,) = import_labelled(campaign, path, "model:x")
    assert reports == []
    assert problem.text.startswith("row 3, column topic: 'weather' is no label; allowed: credit, self_media")
    assert [each.name for each in open_campaign(campaign.folder).settings.annotators] == ["甲", "乙"]


def test_labels_of_another_text_are_not_taken_for_those_of_the_campaign(campaign, tmp_path):
    _, (problem,) = read_labelled(campaign, labelled(tmp_path, row2={"text": "另一条"}))
    assert "row 1: the text of 't2' is another one in the campaign" in problem.text


def test_a_model_that_labelled_is_added_and_does_not_decide(campaign, tmp_path):
    for name in ("甲", "乙"):
        rows = [
            {"number": number, "labels": {"topic": "other", "irony": "false", "stance_1": "none", "stance_2": "none"}}
            for number in campaign.keys[name].numbers
        ]
        write_jsonl(tmp_path / "in.jsonl", rows)
        import_answers(campaign, tmp_path / "in.jsonl")
    (report,), _ = import_labelled(campaign, labelled(tmp_path), "model:x")
    assert (report.annotator, report.n_added) == ("model:x", 3)
    again = open_campaign(campaign.folder)
    model = again.annotator("model:x")
    assert (model.kind, model.is_dealt) == ("model", False)
    assert {answer.labels["topic"] for answer in read_answers_of(again, model)} == set(TOPICS)
    assert {row["gold_topic"] for row in gold_of(again).rows} == {"other"}


def test_a_table_that_an_annotator_filled_in_counts_as_a_sheet_does(campaign, tmp_path):
    (report,), _ = import_labelled(campaign, labelled(tmp_path), "甲")
    assert (report.annotator, report.n_added, report.n_missing) == ("甲", 3, 0)
    gold = gold_of(open_campaign(campaign.folder))
    assert gold.counts["gold_topic"] == {"single": 3}


def test_the_authors_own_labels_are_kept_as_the_authors(campaign, tmp_path):
    import_labelled(campaign, labelled(tmp_path), "intention")
    assert open_campaign(campaign.folder).annotator("intention").kind == "author"


def test_somebody_who_is_neither_annotator_nor_model_is_refused(campaign, tmp_path):
    with pytest.raises(UsageError, match="丁 is no annotator of the campaign"):
        import_labelled(campaign, labelled(tmp_path), "丁")


def test_a_table_without_a_column_of_the_questions_is_refused(campaign, tmp_path):
    write_jsonl(tmp_path / "other.jsonl", [{"id": "t0", "mood": "good"}])
    with pytest.raises(DataError, match="no column of the questions topic, irony, stance_1, stance_2 among id, mood"):
        read_labelled(campaign, tmp_path / "other.jsonl")


def test_a_table_of_other_documents_is_refused(campaign, tmp_path):
    write_jsonl(tmp_path / "other.jsonl", [{"id": "x9", "topic": "other"}])
    with pytest.raises(DataError, match="no row is one of the campaign's documents"):
        read_labelled(campaign, tmp_path / "other.jsonl")


# Samples: what weibo-nlp sample writes, by its contract.
def sample(tmp_path, *, targets, suffix="csv"):
    """A sample of rows 7, 2 and 5 of a collection of ten, asked about topic and stance, with its design."""
    path = tmp_path / f"sample.{suffix}"
    rows = ["place,text,gold_topic,gold_stance", f"7,{TEXTS[0]},,", f"2,{TEXTS[1]},,", f"5,'=1+1 {TEXTS[2]},,"]
    path.write_text("\ufeff" + "\n".join(rows) + "\n", "utf-8")
    design = {
        "format": 1,
        "kind": "weibo_nlp sample design",
        "collection": {"name": "all.parquet", "sha256": "0" * 64, "n": 10},
        "label_columns": ["topic", "stance"],
        "labels": {"topic": ["credit", "other", "self_media"], "stance": ["against", "none", "favor"]},
        "text_column": "text",
        "rows": [
            {"place": place, "cluster": cluster, "targets": {"stance": target}}
            for place, cluster, target in zip((7, 2, 5), ("c1", "c2", "c1"), targets, strict=True)
        ],
    }
    (tmp_path / f"sample.{suffix}.design.json").write_text(json.dumps(design), "utf-8")
    return path


def judged_by_all(campaign, tmp_path, stances):
    """All annotators say the same: topic other, and of each place the stance on its own target."""
    for name in ("甲", "乙"):
        rows = []
        for number, document in campaign.keys[name].numbers.items():
            asked = campaign.questions_for(campaign.documents[document])
            labels = {each.name: stances[int(document)] if each.target else "other" for each in asked}
            rows.append({"number": number, "labels": labels})
        write_jsonl(tmp_path / "in.jsonl", rows)
        assert import_answers(campaign, tmp_path / "in.jsonl")[1] == []


def test_gold_of_a_sample_is_by_place_with_the_samples_columns_and_its_design_beside(tmp_path):
    from weibo_nlp.annotation.campaign_gold import write_gold

    path = sample(tmp_path, targets=("信用惩戒", None, "自媒体的可信与价值"))
    campaign = new_campaign(tmp_path / "campaign", path, (), ["甲", "乙"])
    assert [question.name for question in campaign.questions] == ["topic", "stance_1", "stance_2"]
    assert [each.name for each in campaign.questions_for(campaign.documents["2"])] == ["topic"]
    assert campaign.documents["5"].text == f"=1+1 {TEXTS[2]}"
    assert campaign.documents["5"].thread == campaign.documents["7"].thread == "c1"
    judged_by_all(campaign, tmp_path, {7: "favor", 2: "none", 5: "against"})
    gold = gold_of(campaign)
    assert gold.columns == ("place", "gold_topic", "gold_stance")
    assert {row["place"]: (row["gold_topic"], row["gold_stance"]) for row in gold.rows} == {
        7: ("other", "favor"),
        2: ("other", None),
        5: ("other", "against"),
    }
    table, design = write_gold(campaign, gold, tmp_path / "gold.csv")
    assert design == tmp_path / "gold.csv.design.json"
    assert design.read_bytes() == (tmp_path / "sample.csv.design.json").read_bytes()
    assert table.read_text("utf-8-sig").splitlines()[0] == "place,gold_topic,gold_stance"


def test_a_row_that_was_not_drawn_is_no_row_of_the_sample(tmp_path):
    path = sample(tmp_path, targets=("信用惩戒", None, None))
    path.write_text(path.read_text("utf-8").replace("\n2,", "\n3,"), "utf-8")
    with pytest.raises(DataError, match="row 2: place 3 was not drawn"):
        new_campaign(tmp_path / "campaign", path, (), ["甲", "乙"])

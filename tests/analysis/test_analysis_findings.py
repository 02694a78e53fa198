"""All that a page shows of a labelled collection."""

import json

import pytest
from made_collection import collection_of

from weibo_nlp.analysis.findings import find
from weibo_nlp.errors import UsageError
from weibo_nlp.io.collection import open_collection

POSTS = (
    "id,发布时间,正文,用户id,topic,topic_score,sentiment,sentiment_score,irony,irony_score\n"
    "1,2023-04-01 08:00,<script>alert(1)</script>好,7,other,0.9,positive,0.8,False,0.1\n"
    "2,2023-04-02 08:00,=cmd|' /C calc'!A0 \u202e坏,7,credit,0.6,negative,0.7,True,0.8\n"
)


def test_a_table_of_text_is_read_by_the_names_and_contents_of_its_columns(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text(POSTS, "utf-8")
    findings = find(open_collection(path), phrases=["坏"])
    assert (findings.text_column, findings.time_column, findings.id_column) == ("正文", "发布时间", "id")
    assert (findings.name, findings.n, findings.shares.period) == ("posts.csv", 2, "day")
    assert [each.name for each in findings.label_columns] == ["topic", "sentiment", "irony"]
    assert findings.keywords.unit == "author"
    assert findings.quality.concentration["largest"].tolist() == [2]
    # Strangers' text is data here, as it stands; whoever shows it makes it harmless.
    texts = set(findings.examples.table["text"])
    assert any("\u202e" in text for text in texts)
    assert findings.phrases.table["count"].iloc[0] == 1
    assert (findings.labelled_by, findings.estimated_by) == ({}, {})


def test_the_parts_of_a_folder_are_one_collection_with_the_summary_in_it(tmp_path):
    for number, label in enumerate(["credit", "other", "other"]):
        row = {"text": f"第{number}条", "topic": label, "topic_score": 0.5}
        (tmp_path / f"part-0000{number}.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    summary = {"format": 1, "version": "1.0.0", "weights": "open", "mode": "fast", "models": {}, "rows": 3}
    (tmp_path / "_summary.json").write_text(json.dumps(summary), "utf-8")
    findings = find(open_collection(tmp_path))
    assert findings.n == 3
    assert findings.labelled_by == {"version": "1.0.0", "weights": "open", "mode": "fast", "models": {}}
    assert sorted(findings.examples.table.query("kind == 'random'")["place"]) == [0, 1, 2]


def test_the_summary_beside_a_file_says_what_labelled_it(tmp_path):
    collection = collection_of(tmp_path / "posts.jsonl", [{"text": "好", "topic": "other", "topic_score": 0.5}])
    (tmp_path / "posts.jsonl.summary.json").write_text('{"weights": "research", "rows": 1}', "utf-8")
    assert find(collection).labelled_by == {"weights": "research"}


def test_without_texts_only_labels_are_counted(tmp_path):
    rows = [{"topic": "other", "topic_score": 0.5, "text": "好"}]
    findings = find(collection_of(tmp_path / "posts.jsonl", rows), with_texts=False)
    assert findings.text_column is None
    assert len(findings.examples.table) == len(findings.keywords.table) == len(findings.phrases.table) == 0
    assert findings.quality.measures["measure"].tolist() == ["rows", "unreadable", "set_aside"]


def test_a_collection_without_rows_has_empty_tables(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("text,created_at,topic,topic_score,stance_target,stance,author\n", "utf-8")
    findings = find(open_collection(path), phrases=["好"], text_column="text")
    assert findings.n == 0
    assert len(findings.shares.table) == len(findings.examples.table) == len(findings.keywords.table) == 0
    assert findings.quality.measures["share"].isna().all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"most_examples": -1}, "most_examples", id="examples"),
        pytest.param({"most_keywords": 1.5}, "most_keywords", id="keywords"),
        pytest.param({"keyword_rows": 0}, "keyword_rows", id="rows"),
        pytest.param({"seed": -1}, "seed", id="seed"),
        pytest.param({"text_column": "words"}, "no column 'words'", id="text"),
        pytest.param({"label_columns": "topic"}, "give a list", id="labels"),
        pytest.param({"phrases": [""]}, "cannot be looked for", id="phrase"),
    ],
)
def test_misuse_is_refused(tmp_path, options, message):
    rows = [{"topic": "other", "topic_score": 0.5, "text": "好"}]
    with pytest.raises(UsageError, match=message):
        find(collection_of(tmp_path / "posts.jsonl", rows), **options)


def test_texts_that_cannot_be_told_are_asked_for(tmp_path):
    rows = [{"topic": "other", "topic_score": 0.5, "a": 1}]
    with pytest.raises(UsageError, match="--text-column"):
        find(collection_of(tmp_path / "posts.jsonl", rows))


def test_columns_called_as_those_of_documents_that_hold_something_else_are_passed_over_and_said(tmp_path):
    rows = [{"topic": "other", "topic_score": 0.5, "frames": str(i), "kind": "post"} for i in range(10_001)]
    findings = find(collection_of(tmp_path / "posts.jsonl", rows), with_texts=False)
    assert findings.passed_over == ("frames",)
    assert len(findings.stance.frames) == 0


def test_a_text_of_a_hundred_thousand_characters_is_read_in_a_bounded_part(tmp_path):
    rows = [{"topic": "other", "topic_score": 0.5, "text": text} for text in ("啊" * 100_000, "好" * 3)]
    findings = find(collection_of(tmp_path / "posts.jsonl", rows), phrases=["啊", "啊啊"])
    assert findings.phrases.table["count"].iloc[0] == 1
    assert findings.quality.measures.set_index("measure").loc["without_text", "count"] == 0


def test_dates_with_strokes_are_read_in_the_order_that_their_column_tells(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("text,date,topic\n好,03/04/2018,other\n坏,23/04/2018,credit\n行,##########,other\n", "utf-8")
    found = find(open_collection(path), by=["month"])
    assert set(found.shares.table["period"].dropna()) == {"2018-04"}

import csv
import json

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_labelled_posts import write_posts
from openpyxl import load_workbook

from weibo_nlp.analysis.design import read_design
from weibo_nlp.analysis.gold import read_gold
from weibo_nlp.analysis.label_columns import label_columns
from weibo_nlp.analysis.sample_sheet import write_sample
from weibo_nlp.analysis.sampling import draw_sample
from weibo_nlp.errors import UsageError
from weibo_nlp.io.collection import open_collection

FORMATS = ("csv", "tsv", "jsonl", "parquet", "xlsx")
PREDICTIONS = {"topic", "topic_score", "irony", "irony_score", "stance", "stance_score", "out_of_domain"}


def draw_into(path, collection, n=6, labels=("topic", "irony"), **options):
    design = draw_sample(collection, n, labels=labels, **options)
    write_sample(path, path.suffix[1:], collection, design, label_columns(collection, labels))
    return design


@pytest.fixture
def posts(tmp_path):
    return open_collection(write_posts(tmp_path / "labelled.csv"))


@pytest.mark.parametrize("format", FORMATS)
def test_a_sample_shows_no_prediction_and_comes_back_filled_in(posts, tmp_path, format):
    path = tmp_path / f"s.{format}"
    design = draw_into(path, posts)
    sheet = open_collection(path, header=True, sheet="sample" if format == "xlsx" else None)
    assert list(sheet.columns) == ["place", "id", "正文", "gold_topic", "gold_irony"]
    assert not set(sheet.columns) & PREDICTIONS
    assert read_design(path) == design
    gold = read_gold(path, design)
    assert gold.labels == {"topic": {}, "irony": {}}
    assert gold.n_empty == {"topic": 6, "irony": 6}
    assert not gold.problems
    assert not gold.absent


def test_rows_stand_in_an_order_of_their_own(tmp_path):
    posts = open_collection(write_posts(tmp_path / "labelled.csv", 20))
    draw_into(tmp_path / "s.jsonl", posts, 60)
    places = [json.loads(line)["place"] for line in (tmp_path / "s.jsonl").read_text("utf-8").splitlines()]
    assert places != sorted(places)
    first = (tmp_path / "s.jsonl").read_bytes()
    draw_into(tmp_path / "s.jsonl", posts, 60)
    assert (tmp_path / "s.jsonl").read_bytes() == first


def test_a_workbook_offers_the_labels_says_what_they_mean_and_computes_nothing(posts, tmp_path):
    path = tmp_path / "s.xlsx"
    draw_into(path, posts)
    book = load_workbook(path)
    assert book.sheetnames == ["sample", "labels"]
    sheet, labels = book["sample"], book["labels"]
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert lists == {"D2:D7": "labels!$C$2:$C$5", "E2:E7": "labels!$C$6:$C$7"}
    assert [labels.cell(row, 3).value for row in range(2, 8)] == [
        "credit", "self_media", "consumer_nationalism", "other", "false", "true",
    ]  # fmt: skip
    assert all(labels.cell(row, 4).value for row in range(2, 8))
    texts = {sheet.cell(row, 3).value: sheet.cell(row, 3) for row in range(2, 8)}
    assert texts["=以后只买国产"].data_type == "s"
    assert texts["=以后只买国产"].quotePrefix
    assert all(cell.alignment.wrap_text for cell in texts.values())


def test_a_workbook_that_was_filled_in_comes_back_by_place(posts, tmp_path):
    path = tmp_path / "s.xlsx"
    design = draw_into(path, posts)
    book = load_workbook(path)
    sheet = book["sample"]
    for row in range(2, 8):
        sheet.cell(row, 4).value = "credit" if sheet.cell(row, 1).value < 2 else "other"
        sheet.cell(row, 5).value = sheet.cell(row, 1).value == 5
    sheet.cell(3, 4).value = "othr"
    book.save(path)
    gold = read_gold(path, design)
    wrong = sheet.cell(3, 1).value
    assert gold.labels["topic"] == {place: "credit" if place < 2 else "other" for place in range(6) if place != wrong}
    assert gold.labels["irony"] == {place: "true" if place == 5 else "false" for place in range(6)}
    assert str(gold.problems[0]).startswith(f"{path}:3: sheet 'sample', column gold_topic: 'othr' is none of")


def test_a_csv_has_a_mark_for_excel_and_an_apostrophe_before_what_it_would_compute(posts, tmp_path):
    draw_into(tmp_path / "s.csv", posts)
    assert (tmp_path / "s.csv").read_bytes().startswith(b"\xef\xbb\xbfplace,")
    with (tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert "'=以后只买国产" in [row["正文"] for row in csv.DictReader(handle)]


def test_a_csv_that_chinese_windows_has_saved_comes_back(tmp_path):
    lines = ["text,topic", *(f"今天绝了😀{number}🇨🇳,{topic}" for number, topic in enumerate(("credit", "other")))]
    (tmp_path / "l.csv").write_text("\n".join(lines), "utf-8")
    path = tmp_path / "s.csv"
    design = draw_into(path, open_collection(tmp_path / "l.csv"), 2, ["topic"])
    filled = path.read_text("utf-8-sig").replace(",\n", ",credit\n")
    path.write_bytes(filled.replace("\n", "\r\n").encode("gbk", "replace"))
    gold = read_gold(path, design)
    assert not gold.problems
    assert gold.labels == {"topic": {0: "credit", 1: "credit"}}


def test_texts_above_are_shown_from_the_top_down_and_the_middle_of_many_is_left_out(tmp_path):
    rows = ["id,parent,text,topic", *(f"{n},{n - 1 or ''},文{n},{('credit', 'other')[n % 2]}" for n in range(1, 9))]
    (tmp_path / "l.csv").write_text("\n".join(rows), "utf-8")
    draw_into(tmp_path / "s.parquet", open_collection(tmp_path / "l.csv"), 8, ["topic"])
    rows = pq.read_table(tmp_path / "s.parquet").to_pylist()
    above = {row["id"]: row["texts_above"] for row in rows}
    assert list(rows[0]) == ["place", "id", "texts_above", "text", "gold_topic"]
    assert above["1"] is None
    assert above["3"] == "[1] 文1\n[2] 文2"
    assert above["8"] == "[1] 文1\n(… 2)\n[2] 文4\n[3] 文5\n[4] 文6\n[5] 文7"


def test_a_stance_is_asked_about_its_target(posts, tmp_path):
    draw_into(tmp_path / "s.jsonl", posts, labels=["stance"])
    rows = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text("utf-8").splitlines()]
    assert {row["place"]: row["stance_target"] for row in rows}[0] == "信用惩戒"
    assert set(rows[0]) == {"place", "id", "正文", "stance_target", "gold_stance"}


def test_a_sample_that_people_have_begun_to_fill_in_is_not_replaced(posts, tmp_path):
    path = tmp_path / "s.csv"
    draw_into(path, posts)
    draw_into(path, posts)
    filled = path.read_text("utf-8").replace("逃票的就该进黑名单,,", "逃票的就该进黑名单,credit,")
    path.write_text(filled, "utf-8")
    with pytest.raises(UsageError, match="holds 1 labels that people gave"):
        draw_into(path, posts)
    assert path.read_text("utf-8") == filled
    (tmp_path / "s.csv.design.json").unlink()
    with pytest.raises(UsageError, match="holds 1 labels that people gave"):
        draw_into(path, posts)


def test_a_file_that_is_no_sample_may_be_replaced(posts, tmp_path):
    (tmp_path / "s.csv").write_text("好\n", "utf-8")
    draw_into(tmp_path / "s.csv", posts)
    assert (tmp_path / "s.csv.design.json").exists()


def test_a_column_that_would_stand_twice_is_refused(tmp_path):
    (tmp_path / "l.csv").write_text("place,topic\n一,credit\n二,other\n", "utf-8")
    with pytest.raises(UsageError, match="column 'place' would stand twice"):
        draw_into(tmp_path / "s.csv", open_collection(tmp_path / "l.csv"), 2, ["topic"])
    assert not (tmp_path / "s.csv").exists()
    assert not (tmp_path / "s.csv.design.json").exists()


def test_a_text_longer_than_a_cell_of_excel_is_refused_and_nothing_is_written(tmp_path):
    (tmp_path / "l.csv").write_text(f"text,topic\n{'好' * 40_000},credit\n二,other\n", "utf-8")
    with pytest.raises(UsageError, match="longer than a cell of Excel"):
        draw_into(tmp_path / "s.xlsx", open_collection(tmp_path / "l.csv"), 2, ["topic"])
    assert [path.name for path in tmp_path.iterdir()] == ["l.csv"]


@given(
    st.lists(st.text(min_size=1).filter(lambda text: text.strip()), min_size=2, max_size=4), st.sampled_from(FORMATS)
)
def test_any_text_comes_back_from_any_format_as_the_one_that_was_drawn(tmp_path_factory, texts, format):
    folder = tmp_path_factory.mktemp("any")
    rows = [{"text": text, "topic": ("credit", "other")[at % 2]} for at, text in enumerate(texts)]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (folder / "l.jsonl").write_text("".join(lines), "utf-8", newline="\n")
    collection = open_collection(folder / "l.jsonl", "jsonl")
    design = draw_into(folder / f"s.{format}", collection, len(texts), ["topic"], text_column="text")
    gold = read_gold(folder / f"s.{format}", design)
    assert [str(problem) for problem in gold.problems] == []
    assert not gold.absent

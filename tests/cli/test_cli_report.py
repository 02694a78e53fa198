import csv
import hashlib
import json

import pytest

from weibo_nlp.cli.report import report
from weibo_nlp.errors import DataError, UsageError

pytest.importorskip("matplotlib")

COLUMNS = (
    "id", "created_at", "account_type", "text", "topic", "topic_score", "sentiment", "sentiment_score",
    "stance_target", "stance", "stance_score",
)  # fmt: skip
TARGET = "信用惩戒"
POSTS = [
    (
        "1",
        "2023-04-02",
        "netizen",
        "逃票的就该进黑名单 @某某用户",
        "credit",
        "0.9",
        "negative",
        "0.8",
        TARGET,
        "favor",
        "0.7",
    ),
    (
        "2",
        "2023-04-20",
        "netizen",
        "凭什么一张名单就让人回不了家",
        "credit",
        "0.8",
        "negative",
        "0.9",
        TARGET,
        "against",
        "0.8",
    ),
    ("3", "2023-06-01", "media", "今天的晚霞绝了 #随手拍#", "other", "0.9", "positive", "0.9", "", "", ""),
    ("4", "2023-06-03", "media", "=1+1 黑名单公布了", "credit", "0.6", "neutral", "0.5", TARGET, "none", "0.6"),
]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))


@pytest.fixture
def labelled(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([COLUMNS, *POSTS])
    return path


@pytest.fixture
def page(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "page.html"


def estimates_of(labelled, **changed):
    row = {
        "label_column": "topic",
        "label": "credit",
        "target": None,
        "month": None,
        "method": "design_based",
        "share": 0.71,
        "low": 0.62,
        "high": 0.8,
        "n": 4,
        "n_sample": 300,
        "n_units": 300,
        "note": None,
    }
    return {
        "format": 1,
        "kind": "weibo_nlp estimates",
        "collection": {"name": labelled.name, "sha256": hashlib.sha256(labelled.read_bytes()).hexdigest(), "n": 4},
        "sample": {"n": 300},
        "confidence_level": 0.95,
        "by": ["month"],
        "estimates": [row],
        "differences": [],
    } | changed


def test_labelled_posts_become_a_page_that_calls_its_shares_uncorrected(labelled, page, capsys):
    report(labelled, page, by=["account_type"], phrase=["黑名单"])
    content = page.read_text("utf-8")
    assert "All shares below are uncorrected (未校正)" in content
    assert "credit systems" in content
    assert "75.0%" in content  # three of four
    assert "“<bdi>黑名单</bdi>” stands in 2 of 4 texts" in content
    assert "2023-05" not in content.partition("<svg")[0]
    said = capsys.readouterr().err
    assert "Shares are uncorrected" in said
    assert "Page: " in said


def test_a_quiet_run_says_what_matters_alone(labelled, page, capsys):
    report(labelled, page, texts=False, quiet=True)
    assert page.is_file()
    assert "Page:" not in (said := capsys.readouterr().err)
    assert "uncorrected" in said


def test_names_are_masked_unless_texts_are_wanted_raw(labelled, page):
    report(labelled, page)
    assert "某某用户" not in page.read_text("utf-8")
    assert "@u_" in page.read_text("utf-8")
    report(labelled, page, raw_texts=True)
    assert "@某某用户" in page.read_text("utf-8")


def test_the_same_rows_give_the_same_page(labelled, page):
    report(labelled, page, language="zh")
    first = page.read_bytes()
    report(labelled, page, language="zh")
    assert page.read_bytes() == first


def test_a_page_without_texts_has_no_text_and_needs_no_secret(labelled, page, tmp_path):
    report(labelled, page, texts=False)
    assert not any(post[3] in page.read_text("utf-8") for post in POSTS)
    assert not (tmp_path / "home").exists()


def test_estimates_correct_the_page(labelled, page, tmp_path):
    estimates = tmp_path / "estimates.json"
    estimates.write_text(json.dumps(estimates_of(labelled)), "utf-8")
    report(labelled, page, estimates=estimates)
    content = page.read_text("utf-8")
    assert "All shares below are uncorrected" not in content
    assert "71.0% (62.0–80.0)" in content
    assert "300 rows drawn at random and labelled by people" in content


def test_estimates_of_another_collection_are_refused(labelled, page, tmp_path):
    estimates = tmp_path / "estimates.json"
    other = estimates_of(labelled, collection={"name": "other.csv", "sha256": "0" * 64, "n": 4})
    estimates.write_text(json.dumps(other), "utf-8")
    with pytest.raises(DataError, match="of another collection"):
        report(labelled, page, estimates=estimates)
    assert not page.exists()


def test_figures_and_tables_are_saved(labelled, page, tmp_path, capsys):
    from weibo_nlp.report.fonts import find_fonts

    if find_fonts().chinese is None:
        pytest.skip("there is no font with Chinese on this machine")
    report(labelled, page, figures=tmp_path / "figures", max_examples=1)
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert {"01-shares-topic.svg", "01-shares-topic.png", "01-shares-topic.csv", "examples.csv"} <= names
    assert "某某用户" not in (tmp_path / "figures" / "examples.csv").read_text("utf-8-sig")
    assert f"{len(names)} files in " in capsys.readouterr().err


def test_times_that_cannot_be_read_are_said(labelled, page, capsys):
    labelled.write_text(labelled.read_text("utf-8").replace("2023-0", "spring "), "utf-8")
    report(labelled, page)
    assert "No time in column created_at can be read" in capsys.readouterr().err
    assert "No row has a time that can be read" in page.read_text("utf-8")


def test_nothing_is_added_to_the_folder_that_is_read(labelled, page, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    labelled.rename(folder / "part-00000.csv")
    with pytest.raises(UsageError, match="which is read"):
        report(folder, folder / "page.html")
    with pytest.raises(UsageError, match="which is read"):
        report(folder, page, figures=folder)
    assert [path.name for path in folder.iterdir()] == ["part-00000.csv"]


def test_the_input_is_not_written_onto(labelled):
    before = labelled.read_bytes()
    with pytest.raises(UsageError):
        report(labelled, labelled)
    assert labelled.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"raw_texts": True, "texts": False}, "exclude each other", id="raw-and-no-texts"),
        pytest.param(
            {"font": "Noto Sans CJK SC"}, "--font is for the pictures of --figures", id="font-without-figures"
        ),
        pytest.param({"by": ["nothing"]}, "no column 'nothing'", id="unknown-group"),
        pytest.param({"time_column": "nothing"}, "no column 'nothing'", id="unknown-time"),
    ],
)
def test_a_wrong_call_is_refused_and_nothing_written(labelled, page, options, said):
    with pytest.raises(UsageError, match=said):
        report(labelled, page, **options)
    assert not page.exists()


def test_a_secret_for_names_that_are_not_masked_is_refused(labelled, page, tmp_path):
    with pytest.raises(UsageError, match="--secret is what names are masked with"):
        report(labelled, page, raw_texts=True, secret=tmp_path / "secret")


def test_a_page_is_no_json(labelled, tmp_path):
    with pytest.raises(UsageError, match=r"page\.json"):
        report(labelled, tmp_path / "page.json")


def test_a_table_without_labels_is_refused(page, tmp_path):
    posts = tmp_path / "posts.csv"
    posts.write_text("id,text\n1,逃票的就该进黑名单\n", "utf-8")
    with pytest.raises(UsageError, match="no column of labels"):
        report(posts, page)

import json
import shutil
from pathlib import Path

import pytest
from corpus_profile.report import corpus_document

from weibo_nlp.errors import DataError
from weibo_nlp.stats import BootstrapConfig

DATA = Path(__file__).parents[1] / "data"
MINIATURE = DATA / "release"


@pytest.fixture(scope="module")
def document():
    return corpus_document(MINIATURE, command="here", bootstrap=BootstrapConfig(n_resamples=200))


def gold_rows():
    return [
        json.loads(line)
        for path in sorted(MINIATURE.glob("annotations/adjudicated/*.jsonl"))
        if path.stem != "real"
        for line in path.read_text("utf-8").splitlines()
    ]


def text_rows():
    return [
        json.loads(line)
        for path in sorted(MINIATURE.glob("corpus/texts/*/*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def test_sizes_are_those_of_the_files(document):
    size, rows = document["size"], text_rows()
    assert size["documents"] == len(rows) == 16
    assert size["characters"] == sum(len(row["text"]) for row in rows)
    assert size["threads"] == len({row["thread"] for row in rows})
    assert {event["event"]: event["documents"] for event in size["events"]} == {"library-fines": 9, "everyday-soup": 7}
    for name in ("kinds", "splits", "account_types"):
        assert sum(size[name].values()) == 16
    assert sum(size["depths"].values()) == size["kinds"]["comment"]
    assert sum(size["comments_by_thread"].values()) == size["threads"]


def test_labels_are_those_of_the_gold_files(document):
    balance, gold = document["balance"], gold_rows()
    for row in balance["topics"]:
        mine = [item for item in gold if item["topic"] == row["topic"]]
        assert (row["documents"], row["ironic"]) == (len(mine), sum(item["irony"] for item in mine))
        assert sum(row["sentiments"].values()) == row["documents"]
    assert sum(row["documents"] for row in balance["topics"]) == balance["documents"] == 16
    pairs = sum(sum(row["labels"].values()) for row in balance["stances"])
    assert pairs == sum(len(item["stances"]) for item in gold)
    firsts = [(row["event"], row["target"]) for row in balance["stances"] if row["first_own"]]
    assert [event for event, _ in firsts] == ["library-fines"]


def test_judgements_are_counted_without_the_intention(document):
    # Rows of a1 alone; the intention is a layer of its own.
    rows = (MINIATURE / "annotations/rounds/r01/a1.jsonl").read_text("utf-8").splitlines()
    low = sum(json.loads(row)["confidence"] == "low" for row in rows)
    assert [row["annotator"] for row in document["low_confidence"]] == ["a1", "a2", "a3"]
    assert document["low_confidence"][0]["share"] == low / len(rows)
    by_task = {row["task"]: row for row in document["judged"]}
    for found in document["agreement"]:
        assert by_task[found["task"]]["share"]["value"] == pytest.approx(found["non_unanimous"])


def test_without_copies_published_figures_stand_alone_and_that_is_said(document):
    assert {form["set"] for form in document["forms"]} == {"this corpus", "CHNCI", "CED reposts"}
    assert document["plain"] == []
    assert "published figures alone" in document["notes"][0]
    assert {row["kind"] for row in document["deviations"]} == {"comment"}
    json.dumps(document, allow_nan=False)


def test_copies_of_public_sets_are_compared_and_missing_ones_noted():
    document = corpus_document(
        MINIATURE, command="", external=DATA / "external", bootstrap=BootstrapConfig(n_resamples=50)
    )
    kinds = {row["kind"] for row in document["deviations"]}
    assert {"comment", "post"} <= kinds
    assert {form["set"] for form in document["forms"] if form["source"] == "measured"} >= {"COLD", "NLPCC-2016"}


def test_texts_without_gold_are_counted_in_form_and_told(tmp_path):
    root = Path(shutil.copytree(MINIATURE, tmp_path / "copy"))
    for path in root.glob("annotations/*/everyday-soup.jsonl"):
        path.unlink()
    document = corpus_document(root, command="", bootstrap=BootstrapConfig(n_resamples=50))
    assert document["size"]["documents"] == 16
    assert document["balance"]["documents"] == 9
    assert document["notes"][0] == "7 texts have no gold labels yet; labels are counted over the other 9."


def test_the_gate_is_that_of_the_release_and_needs_one():
    with pytest.raises(DataError, match=r"no manifest\.json"):
        corpus_document(
            MINIATURE, command="", bootstrap=BootstrapConfig(n_resamples=50), shortcut_gate=lambda release: []
        )


def test_unreadable_rows_stop_the_report(tmp_path):
    root = Path(shutil.copytree(MINIATURE, tmp_path / "copy"))
    path = root / "corpus/texts/other/everyday-soup.jsonl"
    path.write_text(path.read_text("utf-8") + "{oops\n", "utf-8")
    with pytest.raises(
        DataError, match=r"1 rows of .*everyday-soup\.jsonl:8: .*not JSON.* Run scripts/check_corpus\.py"
    ):
        corpus_document(root, command="")


def test_a_repository_without_texts_has_no_report(tmp_path):
    root = Path(shutil.copytree(MINIATURE, tmp_path / "copy"))
    shutil.rmtree(root / "corpus/texts")
    shutil.rmtree(root / "annotations/segmentation", ignore_errors=True)
    with pytest.raises(DataError, match="no texts under corpus/texts/"):
        corpus_document(root, command="")

import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError
from weibo_nlp.external import files, load, mission_dev
from weibo_nlp.scheme import load_scheme
from weibo_nlp.tasks.external import external_evaluation_set, zero_shot_tasks

MINIATURES = Path(__file__).parents[1] / "data" / "external"
EXTERNAL = os.environ.get("WEIBO_NLP_EXTERNAL", "")
TASKS = ("topic", "sentiment", "stance", "irony")
CREDIT, SELF_MEDIA, CONSUMPTION = "信用惩戒", "自媒体的可信与价值", "以国家立场决定消费"
ROW = {"id": "x", "text": "积分能换书", "topic": "credit", "sentiment": "positive", "stance": "none", "irony": 0}


def miniature():
    return load("mission_dev", MINIATURES / "mission_dev").part("test")


def gold(part, task):
    return {int(label.document_id[-6:]): (label.label, label.target) for label in part.gold if label.task == task}


def dropped(part):
    return [(item.line, item.reason) for item in part.dropped]


def written(folder, *lines):
    raw = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    (folder / "mission-dev.jsonl").write_bytes(raw + b"\n")
    return load("mission_dev", folder).part("test")


def line(**changes):
    return json.dumps(ROW | changes, ensure_ascii=False)


def test_labels_are_those_of_the_scheme():
    scheme = load_scheme()
    assert {task: set(labels) for task, labels in mission_dev.INFO.labels.items()} == {
        name: set(task.labels) for name, task in scheme.tasks.items()
    }


def test_each_row_has_a_gold_label_for_every_task_its_readers_agreed_on():
    part = miniature()
    assert len(part.documents) == 7
    assert [label for label, _ in gold(part, "topic").values()] == [
        "credit", "self_media", "consumer_nationalism", "other", "credit", "other", "credit",
    ]  # fmt: skip
    assert {at: label for at, (label, _) in gold(part, "sentiment").items()} == {
        1: "negative", 2: "negative", 4: "positive", 5: "negative", 6: "neutral", 7: "positive",
    }  # fmt: skip
    assert [at for at, (label, _) in gold(part, "irony").items() if label == "true"] == [5]


def test_stance_is_towards_the_canonical_target_of_the_rows_topic_as_the_corpus_words_it():
    assert gold(miniature(), "stance") == {
        1: ("favor", CREDIT),
        2: ("against", SELF_MEDIA),
        3: ("favor", CONSUMPTION),
        7: ("none", CREDIT),
    }
    assert {CREDIT, SELF_MEDIA, CONSUMPTION} <= {row["text"] for row in open_release().rows("targets")}


def test_what_has_no_majority_or_no_target_is_set_aside_for_that_task_and_counted():
    part = miniature()
    assert part.dropped_counts == {
        "stance: its topic has no canonical target": 2,
        "sentiment: no majority": 1,
        "stance: no majority": 1,
    }
    assert len(part.gold) + len(part.dropped) == 7 * len(TASKS)


def test_votes_source_and_id_stay_with_the_document():
    document = miniature().documents[4]
    assert document.votes["stance"] == ("favor", "against", "none")
    assert (document.extra["id"], document.extra["source"], document.kind) == ("m5", "ced", "repost")
    assert Counter(each.kind for each in miniature().documents) == {"post": 3, "comment": 3, "repost": 1}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("{", [(2, "not a record")], id="no-json"),
        pytest.param("[1]", [(2, "not a record")], id="a-list"),
        pytest.param('{"text": 5}', [(2, "not a record")], id="text-is-a-number"),
        pytest.param('{"text": "\\ud800"}', [(2, "not a record")], id="half-a-character"),
        pytest.param(line(text=" "), [(2, "no text")], id="empty"),
        pytest.param("坏".encode("gbk"), [(2, "undecodable bytes")], id="other-encoding"),
        pytest.param("  ", [], id="blank-line"),
        pytest.param(line(sentiment="angry"), [(2, "sentiment: unknown label")], id="label"),
        pytest.param(line(irony=2), [(2, "irony: unknown label")], id="irony"),
        pytest.param(line(topic=["credit"]), [
            (2, "topic: unknown label"), (2, "stance: its topic has no canonical target"),
        ], id="topic-is-a-list"),
        pytest.param(line(topic=None), [
            (2, "topic: no majority"), (2, "stance: its topic has no canonical target"),
        ], id="topic-disputed"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_set_aside_with_its_line_and_reason(tmp_path, raw, expected):
    part = written(tmp_path, line(), raw, line(text="another"))
    assert dropped(part) == expected
    assert {1, 3} <= gold(part, "topic").keys()


def test_a_task_that_a_row_does_not_name_at_all_is_no_label_rather_than_no_majority(tmp_path):
    short = json.dumps({key: value for key, value in ROW.items() if key != "sentiment"}, ensure_ascii=False)
    part = written(tmp_path, line(), short)
    assert dropped(part) == [(2, "sentiment: no label")]


@pytest.mark.parametrize("irony", [1, "1", True, "true"])
def test_irony_may_be_a_number_or_a_truth_value(tmp_path, irony):
    assert gold(written(tmp_path, line(irony=irony)), "irony") == {1: ("true", None)}


def test_a_gzipped_copy_with_byte_order_mark_reads_like_the_plain_one(tmp_path):
    content = (MINIATURES / "mission_dev" / "mission-dev.jsonl").read_bytes()
    (tmp_path / "mission-dev.jsonl.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + content))
    packed = load("mission-dev", tmp_path).part("test")
    assert (packed.gold, packed.groups) == (miniature().gold, miniature().groups)
    assert [item.text for item in packed.documents] == [item.text for item in miniature().documents]


def test_an_endless_line_is_refused_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_LINE_BYTES", 200)
    with pytest.raises(DataError, match=r"mission-dev\.jsonl:2: longer than 200 characters"):
        written(tmp_path, line(), line(text="长" * 300))


def test_the_corpus_can_be_scored_zero_shot_on_all_four_tasks():
    external, release = load("mission_dev", MINIATURES), open_release()
    specs = {spec.name: spec for spec in zero_shot_tasks(external, release)}
    assert specs.keys() == set(TASKS)
    assert {(spec.set, spec.test, spec.main_metric) for spec in specs.values()} == {("mission_dev", "test", "macro_f1")}
    scored = external_evaluation_set(external, specs["stance"])
    assert [example.target for example in scored.examples] == [CREDIT, SELF_MEDIA, CONSUMPTION, CREDIT]
    assert "test: 1 rows set aside (stance: no majority)" in scored.notes
    for spec in specs.values():
        assert {label.label for label in external_evaluation_set(external, spec).gold} <= set(spec.labels)


@pytest.mark.skipif(not EXTERNAL, reason="WEIBO_NLP_EXTERNAL names no folder with copies of the sets")
def test_the_real_copy_is_accounted_for_row_by_row():
    found = sorted(Path(EXTERNAL).glob("mission[-_]dev/mission-dev.jsonl"))
    if not found:
        pytest.skip("no copy of mission_dev")
    rows = [json.loads(text) for text in found[0].read_text("utf-8").splitlines()]
    external = load("mission_dev", EXTERNAL)
    part = external.part("test")
    assert [document.text for document in part.documents] == [row["text"] for row in rows]
    assert [document.votes for document in part.documents] == [
        {task: tuple(labels) for task, labels in row["votes"].items()} for row in rows
    ]
    for task in TASKS:
        counted = Counter(str(row[task]) for row in rows if row[task] is not None)
        expected = {"0": "false", "1": "true"} if task == "irony" else {label: label for label in counted}
        assert Counter(label for label, _ in gold(part, task).values()) == {
            expected[label]: count for label, count in counted.items()
        }
    specs = zero_shot_tasks(external, open_release())
    scored = {spec.name: len(external_evaluation_set(external, spec).gold) for spec in specs}
    assert scored == {task: sum(row[task] is not None for row in rows) for task in TASKS}

import shutil

import pytest

from weibo_nlp.release.segmentation import read_segmentation
from weibo_nlp.release.validate import validate

SENTENCES, GOLD = "annotations/segmentation/sentences.jsonl", "annotations/segmentation/gold.jsonl"
S1, S2 = "annotations/segmentation/cuts/s1.jsonl", "annotations/segmentation/cuts/s2.jsonl"


def test_gold_cuts_become_rows_of_their_document_s_split(repository):
    import pyarrow.parquet as pq

    rows = [
        row
        for path in (repository.root / "corpus" / "segmentation").glob("*.parquet")
        for row in pq.read_table(path).to_pylist()
    ]
    assert sorted((row["id"], row["settled"], "".join(row["words"]) == row["text"]) for row in rows) == [
        ("everyday-soup-0001:0", "agreed", True),
        ("everyday-soup-0002:0", "adjudicated", True),
    ]


@pytest.mark.parametrize(
    ("name", "line", "change", "told", "message"),
    [
        pytest.param(
            GOLD, 1, {"words": ["今天", "炖了", "莲藕", "排骨"]}, GOLD, "the annotators agree on", id="gold-changed"
        ),
        pytest.param(GOLD, 2, {"reason": None}, GOLD, "without a written reason", id="reason-removed"),
        pytest.param(S1, 1, {"words": ["今天", "炖", "了", "藕"]}, S1, "not the sentence", id="cut-does-not-join"),
        pytest.param(
            S2, 2, {"words": ["放", "点", "白胡椒", "试试"]}, GOLD, "but the annotators agree", id="cut-changed"
        ),
        pytest.param(S1, 2, {"annotator": "s9"}, S1, "stands in the file of", id="wrong-file"),
        pytest.param(S1, 2, {"prompt_sha256": "0"}, S1, "matches no file", id="unknown-prompt"),
        pytest.param(SENTENCES, 1, {"start": 1, "end": 9}, SENTENCES, "is another", id="span-moved"),
        pytest.param(SENTENCES, 2, {"document_id": "nobody-0001"}, SENTENCES, "does not exist", id="no-such-document"),
        pytest.param(GOLD, 2, {"id": "everyday-soup-0001:0"}, GOLD, "stands twice", id="gold-doubled"),
        pytest.param(GOLD, 1, {"extra": 1}, GOLD, "unknown field 'extra'", id="unknown-field"),
    ],
)
def test_a_breach_is_named_at_its_file_and_line(repository, name, line, change, told, message):
    repository.change(name, line, **change)
    shown = [problem.shown(repository.root) for problem in validate(repository.root)]
    assert any(text.startswith(told) and message in text for text in shown), shown


def test_a_line_that_is_no_json_is_named_and_the_rest_is_read(repository):
    path = repository.path(S1)
    path.write_text("{broken\n" + path.read_text("utf-8"), "utf-8")
    segmentation = read_segmentation(repository.root)
    assert [(problem.line, problem.rule) for problem in segmentation.problems] == [(1, "form")]
    assert len(segmentation.cuts) == 2


def test_a_repository_without_segmentation_is_sound_and_its_card_does_not_offer_it(repository):
    shutil.rmtree(repository.root / "annotations" / "segmentation")
    repository.build()
    assert validate(repository.root) == []
    assert "segmentation" not in (repository.root / "corpus" / "README.md").read_text("utf-8").split("\n---\n")[0]

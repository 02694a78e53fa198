"""How rows of a file come to batches, and that each text keeps the text it answers."""

import csv

import pytest

from weibo_nlp.io import open_table
from weibo_nlp.labelling import Labeller, label_file, labeller, row_labeller


@pytest.fixture
def labelled(tmp_path, monkeypatch):
    """Label texts of a file; returns what the labeller was given, one list of (text, parent) a batch."""

    def call(texts, **options):
        given = []

        class Recorder(Labeller):
            def label_columns(self, texts, parents=None):
                above = [None] * len(texts) if parents is None else [parent.text for parent in parents]
                given.append(list(zip([reading.text for reading in texts], above, strict=True)))
                return {name: [None] * len(texts) for name in self.columns}

        source = tmp_path / "posts.csv"
        with source.open("w", encoding="utf-8", newline="") as handle:
            rows = ((text, f"答{text[:10]}") for text in texts)
            csv.writer(handle).writerows([("text", "parent"), *rows])
        label_file(open_table(source), tmp_path / "o.csv", Recorder(), text_column="text", **options)
        return given

    return call


def test_every_text_of_every_batch_keeps_its_parent(labelled, monkeypatch):
    monkeypatch.setattr(labeller, "BATCH", 2)
    texts = [f"第{n}条" for n in range(5)]
    batches = labelled(texts, parent_column="parent")
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [pair for batch in batches for pair in batch] == [(text, f"答{text}") for text in texts]


def test_without_a_parent_column_no_parent_is_given(labelled):
    assert labelled(["好", "坏"]) == [[("好", None), ("坏", None)]]


def test_a_heavy_text_ends_its_batch_and_the_next_batch_begins_from_nothing(labelled, monkeypatch):
    monkeypatch.setattr(row_labeller, "BATCH_WEIGHT", 90_000)
    batches = labelled(["长" * 90_000, *(f"短{n}" for n in range(5))])
    assert [len(batch) for batch in batches] == [1, 5]

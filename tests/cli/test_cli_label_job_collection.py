"""The folder of a labelling job as one collection of rows."""

from pathlib import Path

import pytest

from weibo_nlp.cli import main
from weibo_nlp.errors import DataError
from weibo_nlp.io.collection import open_collection


def label(folder: Path, to: str, rows: int = 7) -> Path:
    posts = folder / "posts.csv"
    lines = [f"{number:03d},今天第{number}次排队\n" for number in range(rows)]
    posts.write_text("id,正文\n" + "".join(lines), encoding="utf-8")
    output = folder / "labelled"
    with pytest.raises(SystemExit) as left:
        main(["label", str(posts), "-o", f"{output}/", "--to", to, "--rows-per-part", "3", "--jobs", "1", "-q"])
    assert left.value.code == 0
    return output


@pytest.mark.parametrize("to", ["parquet", "csv", "jsonl"])
def test_the_parts_of_a_job_are_one_collection_in_the_order_of_its_input(tmp_path: Path, to: str) -> None:
    collection = open_collection(label(tmp_path, to))
    assert collection.frame(["id"])["id"].tolist() == [f"{number:03d}" for number in range(7)]
    assert len(collection.tables) == 3


def test_an_unfinished_job_is_refused_saying_how_many_parts_are_missing(tmp_path: Path) -> None:
    folder = label(tmp_path, "csv")
    manifest = folder / "_manifest.jsonl"
    manifest.write_text("".join(manifest.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    with pytest.raises(DataError, match="1 of 3 parts"):
        open_collection(folder)

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.io import open_table
from weibo_nlp.labelling import Labeller, label_file
from weibo_nlp.labelling.threads import Above, ThreadTexts

LONG_ID = "4902837465012837465"  # a float would lose its last digits


class Recorder(Labeller):
    def label_readings(self, texts, parents=None, roots=None):
        texts, *above = ([each.text for each in given] for given in (texts, parents, roots))
        self.given = list(zip(texts, *([text or None for text in each] for each in above), strict=True))
        return [dict.fromkeys(self.columns) for _ in texts]


def written(folder, rows, suffix="jsonl"):
    path = folder / f"posts.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return open_table(path)


def row(text, id_, parent):
    return {"text": text, "mid": id_, "re": parent}


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_each_text_is_given_its_parent_and_root_from_the_file(tmp_path, suffix):
    rows = [
        row("答二", "3", "2"),
        row("正文", LONG_ID, None),
        row("答一", "2", LONG_ID),
        row("无主", "5", "99"),
        row("别的", "6", ""),
    ]
    labeller = Recorder()
    done = label_file(
        written(tmp_path, rows, suffix),
        tmp_path / f"o.{suffix}",
        labeller,
        text_column="text",
        parent_column="re",
        id_column="mid",
    )
    assert labeller.given == [
        ("答二", "答一", "正文"),
        ("正文", None, None),
        ("答一", "正文", "正文"),
        ("无主", None, None),
        ("别的", None, None),
    ]
    assert (done.answering, done.missing_parents, done.doubled_ids) == (2, 1, 0)


def threads_of(tmp_path, *rows):
    return ThreadTexts.of_table(written(tmp_path, [row(*each) for each in rows]), "text", "mid", "re")


def test_of_rows_with_one_id_the_first_counts(tmp_path):
    threads = threads_of(tmp_path, ("先", 1, None), ("后", 1, None), ("答", 2, 1))
    assert (threads.above("1").parent, threads.n_doubled) == ("先", 1)


def test_ids_in_a_circle_lead_to_no_root(tmp_path):
    threads = threads_of(tmp_path, ("甲", 1, 2), ("乙", 2, 1), ("自", 3, 3))
    assert (threads.above("1"), threads.above("3")) == (Above("甲"), Above("自"))


def test_whole_numbers_and_texts_are_one_id(tmp_path):
    assert threads_of(tmp_path, ("甲", 7, None), ("乙", 2, " 7 "), ("丙", 3, 7.0)).above("7").parent == "甲"


@pytest.mark.parametrize("odd", [4.902837465012837e18, 1.5, True, ["1"]])
def test_an_id_that_lost_digits_or_is_none_is_refused_with_its_line(tmp_path, odd):
    with pytest.raises(DataError, match=r"posts\.jsonl:2: re is .*write ids as text"):
        threads_of(tmp_path, ("甲", 1, None), ("乙", 2, odd))

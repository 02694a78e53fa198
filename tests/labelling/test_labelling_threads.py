import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.corpus.tree import above_of
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import open_table
from weibo_nlp.labelling import Labeller, label, label_file
from weibo_nlp.labelling.threads import Above, ThreadTexts

LONG_ID = "4902837465012837465"  # a float would lose its last digits


class Recorder(Labeller):
    def label_columns(self, texts, parents=None, roots=None):
        texts, *above = ([each.text for each in given] for given in (texts, parents, roots))
        self.given = list(zip(texts, *([text or None for text in each] for each in above), strict=True))
        return {name: [None] * len(texts) for name in self.columns}


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


def frame_of(*rows):
    return pd.DataFrame([row(*each) for each in rows])


BY_IDS = {"text_column": "text", "parent_column": "re", "id_column": "mid"}
COLUMNS = ["topic", "topic_score", "stance", "sentiment"]


def test_a_frame_with_ids_gives_each_text_its_parent_and_root():
    rows = ("企业失信记录要公开", "1", None), ("同意", "2", "1"), ("早该这样了", "3", "2")
    by_ids = label(frame_of(*rows), **BY_IDS)[COLUMNS]
    texts = [text for text, _, _ in rows]
    alone = pd.DataFrame(Labeller().label(texts, [None, *texts[:2]], [None, texts[0], texts[0]]))[COLUMNS]
    assert by_ids.to_dict("list") == alone.to_dict("list")
    assert by_ids["topic"].tolist() != label(texts)["topic"].tolist()


def test_rows_that_answer_nothing_to_be_found_and_doubled_ids_are_told():
    frame = frame_of(("好", "1", None), ("坏", "1", None), ("答", "2", "1"), ("无主", "3", "9"), ("答长", "5", "4"))
    frame.loc[5] = ["长" * 100_001, "4", None]
    with pytest.warns(UserWarning, match="rows answer a text") as warned:
        labelled = label(frame, **BY_IDS, errors="skip")
    told = [str(each.message) for each in warned]
    assert "2 of 6 rows answer a text that is not in the frame or cannot be read." in told
    assert "1 rows have the id of an earlier one that is answered, which counts." in told
    assert labelled["topic"].isna().tolist() == [False] * 5 + [True]


def test_a_text_too_long_to_read_leaves_its_answers_without_it(tmp_path):
    table = written(tmp_path, [row("长" * 100_001, "1", None), row("答", "2", "1")])
    labeller = Recorder()
    done = label_file(table, tmp_path / "o.jsonl", labeller, text_column="text", parent_column="re", id_column="mid")
    assert labeller.given == [("答", None, None)]
    assert (done.rows, done.missing_parents) == (1, 1)


def test_threads_are_labelled_in_their_order_with_what_stands_above(miniature_release):
    threads = open_release(miniature_release).threads()
    labelled = label(threads)
    documents = [document for thread in threads for document in thread]
    assert labelled["id"].tolist() == [document.id for document in documents]
    frame = pd.DataFrame(
        {"id": [d.id for d in documents], "re": [above_of(d) for d in documents], "text": [d.text for d in documents]}
    )
    by_ids = label(frame, text_column="text", parent_column="re", id_column="id")
    assert labelled[COLUMNS].to_dict("list") == by_ids[COLUMNS].to_dict("list")
    assert label(threads[0])["id"].tolist() == labelled["id"].tolist()[: len(threads[0])]


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        pytest.param(
            "frame", {"text_column": "text", "id_column": "mid"}, "id_column goes with parent_column", id="ids-alone"
        ),
        pytest.param("threads", {"text_column": "text"}, "threads have no columns to choose from", id="threads"),
    ],
)
def test_ids_without_parents_and_columns_of_threads_are_refused(miniature_release, texts, options, message):
    given = frame_of(("好", "1", None)) if texts == "frame" else open_release(miniature_release).threads()
    with pytest.raises(UsageError, match=message):
        label(given, **options)


def test_an_id_of_a_frame_that_lost_digits_is_refused_with_its_row():
    with pytest.raises(DataError, match=r"row 1: 're' is .*write ids as text"):
        label(frame_of(("甲", 1, None), ("乙", 2, 4.9e18)), **BY_IDS)

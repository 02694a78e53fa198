import json
import os
from dataclasses import fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from file_changes import CHANGES

import weibo_nlp
from weibo_nlp import label
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import Table, open_table, read_jsonl
from weibo_nlp.io.copy import read_once
from weibo_nlp.io.limits import MAX_COLUMNS, MAX_REASONS, MAX_TEXT_CHARACTERS
from weibo_nlp.labelling import Labeller, columns_of, guess_text_column, label_file, row_labeller
from weibo_nlp.labelling.labeller import BATCH
from weibo_nlp.labelling.row_counts import OTHER_REASONS
from weibo_nlp.labelling.texts import Reading, text_problem

# corpus/targets.yaml, canonical_for
CANONICAL = {"credit": "信用惩戒", "self_media": "自媒体的可信与价值", "consumer_nationalism": "以国家立场决定消费"}
ADDED = ["topic", "topic_score", "sentiment", "sentiment_score", "irony", "irony_score"]
ADDED += ["stance_target", "stance_known_target", "stance", "stance_score", "out_of_domain"]
LABELS = {
    "topic": ["credit", "self_media", "consumer_nationalism", "other"],
    "sentiment": ["positive", "negative", "neutral"],
    "irony": ["true", "false"],
    "stance": ["favor", "against", "none"],
}
TEXTS = [
    "失信被执行人就该上征信黑名单，禁乘火车罚得太轻",
    "这公众号的文章又是编的，自媒体为了流量什么都敢写",
    "抵制宝马，国货当自强，以后再也不买外国车",
    "今天食堂的番茄炒蛋有点咸",
]


@pytest.fixture(scope="module")
def labelled():
    return label([*TEXTS, "好", "\u200b。", "@某人 http://t.cn/x", "a" * 5_000], all_scores=True)


def test_columns_come_in_the_promised_order(labelled):
    assert list(labelled.columns[:12]) == ["text", *ADDED]
    every = {f"{task}_score_{name}" for task, names in LABELS.items() for name in names}
    assert set(labelled.columns[12:]) == every


@pytest.mark.parametrize("task", LABELS)
def test_a_tasks_scores_sum_to_one_and_the_best_one_is_the_label_whose_score_is_given_of_irony_that_of_true(
    labelled, task
):
    scores = labelled[[f"{task}_score_{name}" for name in LABELS[task]]].dropna()
    assert len(scores) == (labelled[task].notna().sum())
    assert scores.sum(axis=1).tolist() == pytest.approx([1.0] * len(scores))
    best = scores.idxmax(axis=1).str.removeprefix(f"{task}_score_")
    chosen = labelled.loc[scores.index, task]
    assert best.tolist() == [str(value).lower() if task == "irony" else value for value in chosen]
    score = scores[f"{task}_score_true"] if task == "irony" else scores.max(axis=1)
    assert labelled.loc[scores.index, f"{task}_score"].tolist() == score.tolist()


def test_the_stance_target_is_the_predicted_topics_and_other_has_none(labelled):
    assert {*CANONICAL, "other"} == set(labelled["topic"])
    for row in labelled.itertuples():
        assert (row.stance_target if row.topic != "other" else None) == CANONICAL.get(row.topic)
        assert (row.topic == "other") == pd.isna(row.stance) == pd.isna(row.stance_score) == pd.isna(row.stance_target)


def test_a_named_target_holds_for_every_text_whatever_its_topic():
    found = label(TEXTS, target="共享单车")
    assert found["stance_target"].tolist() == ["共享单车"] * len(TEXTS)
    assert found["stance"].isin(LABELS["stance"]).all()


def test_a_batch_answers_as_each_text_alone():
    together = label(TEXTS)
    alone = pd.concat([label(text) for text in TEXTS], ignore_index=True)
    pd.testing.assert_frame_equal(together.astype(object).fillna(""), alone.astype(object).fillna(""))


@pytest.mark.parametrize(
    ("texts", "column", "index"),
    [
        pytest.param("好", "text", [0], id="one-string"),
        pytest.param(["好", "坏"], "text", [0, 1], id="list"),
        pytest.param((text for text in ("好", "坏")), "text", [0, 1], id="generator"),
        pytest.param(pd.Series(["好", "坏"], index=["b", "a"]), "text", ["b", "a"], id="series-without-name"),
        pytest.param(
            pd.Series(["好", "坏"], index=[7, 7], name="正文"), "正文", [7, 7], id="series-with-a-doubled-index"
        ),
        pytest.param(pd.Series(["好"], dtype="category", name="t"), "t", [0], id="categories"),
        pytest.param(pd.DataFrame({"content": ["好"]}, index=["x"]), "content", ["x"], id="frame"),
        pytest.param([], "text", [], id="nothing"),
    ],
)
def test_texts_may_come_in_many_shapes_and_keep_their_index(texts, column, index):
    found = label(texts)
    assert list(found.columns) == [column, *ADDED]
    assert list(found.index) == index


@pytest.mark.parametrize("texts", [[], TEXTS[3:], TEXTS], ids=["nothing", "no-stance", "all-topics"])
def test_scores_are_numbers_and_irony_is_true_or_false_whatever_the_texts(texts):
    types = label(texts).dtypes
    assert {str(types[name]) for name in ADDED if name.endswith("_score")} == {"float64"}
    assert str(types["irony"]) == "bool"


@pytest.mark.parametrize("target", [pytest.param(None, id="none-has-one"), pytest.param("咪蒙", id="all-have-one")])
def test_labels_are_held_as_pandas_holds_text_whatever_they_are(target):
    frame = label(["今天食堂的菜有点咸"], target=target)
    assert frame["stance"].isna().tolist() == [target is None]
    assert {str(frame[name].dtype) for name in ("topic", "sentiment", "stance_target", "stance")} == {
        str(pd.Series(["好"]).dtype)
    }


def test_a_name_that_cannot_be_compared_is_no_obstacle_to_another_column():
    frame = pd.DataFrame([["支持", 1]], columns=pd.Index(["text", pd.NA], dtype=object))
    assert label(frame, text_column="text")["topic"].notna().all()


def test_the_canonical_targets_are_not_to_be_changed():
    with pytest.raises(TypeError):
        Labeller().canonical["credit"] = "别的"


def test_a_frame_keeps_its_columns_and_is_not_changed():
    frame = pd.DataFrame({"id": [1, 2], "微博正文": ["好", "坏"], "when": pd.to_datetime(["2020-01-01", "2020-01-02"])})
    before = frame.copy()
    found = label(frame)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(found[["id", "微博正文", "when"]], before)


def test_more_texts_than_a_batch_come_back_in_order():
    texts = [f"第{number}条" for number in range(BATCH + 2)]
    assert label(texts)["text"].tolist() == texts


def test_bad_texts_are_counted_and_the_first_positions_named():
    texts = ["好", None, "", 7, "\ud83d", float("nan"), "\u3000", ["好"]]
    with pytest.raises(DataError) as caught:
        label(texts)
    assert str(caught.value) == (
        "7 of 8 texts cannot be labelled (position 1: null; position 2: empty; position 3: not a string but int; "
        "position 4: holds a lone surrogate; position 5: null). Drop or fill these rows."
    )


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_a_missing_text_is_named_whatever_pandas_keeps_it_in(dtype):
    with pytest.raises(DataError, match=r"1 of 2 texts cannot be labelled \(position 1: null\)"):
        label(pd.Series(["好", None], dtype=dtype))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("好", None),
        (None, "null"),
        (float("nan"), "null"),
        (pd.NA, "null"),
        (pd.NaT, "null"),
        (0.5, "not a string but float"),
        (b"a", "not a string but bytes"),
        ("\ufeff", "empty"),
        ("\u200b\u2060 \u3164\u2800\ufe0f", "empty"),
        ("\u200b。", None),
        ("❤\ufe0f", None),
        ("\n\u2003", "empty"),
    ],
    ids=repr,
)
def test_what_can_be_labelled(value, problem):
    assert text_problem(value) == problem


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        pytest.param(None, {}, "texts is a NoneType; give a string", id="none"),
        pytest.param(b"abc", {}, "texts is a bytes; give a string", id="bytes"),
        pytest.param(np.array("好"), {}, "texts is a ndarray of 0 dimensions", id="array-of-no-dimension"),
        pytest.param(np.array([["好"]]), {}, "texts is a ndarray of 2 dimensions", id="array-of-two-dimensions"),
        pytest.param("好", {"models": []}, "models is a list; give a mapping", id="models-list"),
        pytest.param("好", {"models": ""}, "models is a str; give a mapping", id="models-text"),
        pytest.param(pd.DataFrame(), {}, "the frame has no columns", id="no-columns"),
        pytest.param(pd.DataFrame(), {"text_column": "text"}, "is not in the frame; it has no columns", id="nil"),
        pytest.param(
            pd.DataFrame([["好"] * 2]), {"text_column": False}, "column False is not in the frame", id="false"
        ),
        pytest.param(
            pd.DataFrame([["好"] * 2]), {"text_column": 0, "parent_column": True}, "column True is not", id="true"
        ),
        pytest.param({"text": "好"}, {}, "texts is a dict; give a string", id="mapping"),
        pytest.param("好", {"target": " "}, r"the stance target is no text \(empty\)", id="empty-target"),
        pytest.param("好", {"target": "\udcff"}, "the stance target is no text .holds a lone", id="surrogate-target"),
        pytest.param(
            pd.DataFrame({"a": ["x"], "b": ["y"]}), {}, "no text column among a, b; name it with", id="no-text-column"
        ),
        pytest.param(
            pd.DataFrame({"a": ["x"]}),
            {"text_column": "b"},
            "column 'b' is not in the frame; it has a",
            id="wrong-name",
        ),
        pytest.param(
            pd.DataFrame({"text": ["x"]}), {"parent_column": "p"}, "column 'p' is not in the frame", id="wrong-parent"
        ),
        pytest.param(
            pd.DataFrame([["x", "y"]], columns=["text", "text"]), {}, "column 'text' stands twice", id="doubled-column"
        ),
        pytest.param(
            pd.DataFrame({"text": ["x"], "topic": [1], "irony": [0]}),
            {},
            "the frame has columns topic, irony already; rename or drop them",
            id="clash",
        ),
    ],
)
def test_a_wrong_call_is_refused(texts, options, message):
    with pytest.raises(UsageError, match=message):
        label(texts, **options)


def test_a_parent_is_used_where_it_is_a_text_and_never_a_reason_to_refuse():
    frame = pd.DataFrame({"text": ["支持", "支持", "支持"], "parent": ["抵制宝马！", None, 7]})
    found = label(frame, parent_column="parent", target="抵制宝马")
    assert found["stance_score"].iloc[1] == found["stance_score"].iloc[2]


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (["id", "Text"], "Text"),
        (["content", "text"], "text"),
        (["评论内容", "id"], "评论内容"),
        (["id", " 正文 "], " 正文 "),
        (["whatever"], "whatever"),
    ],
    ids=["capitals", "the-surer-name-wins", "chinese", "spaces", "only-one"],
)
def test_the_text_column_is_guessed_by_the_names_people_use(columns, chosen):
    assert guess_text_column(columns) == chosen


def test_many_columns_are_not_all_listed():
    with pytest.raises(UsageError) as caught:
        guess_text_column([f"c{number}" for number in range(100_000)])
    assert str(caught.value).endswith("c18, c19, and 99,980 more; name it with --text-column / text_column=.")


def test_of_two_columns_with_one_name_but_for_case_none_is_guessed():
    with pytest.raises(UsageError, match=r"text columns may be Text, text ; name one with --text-column"):
        guess_text_column(["Text", "text ", "content"])


def write(path, content):
    path.write_text(content, "utf-8")
    return open_table(path)


def test_a_key_that_only_late_lines_have_is_found_when_it_is_asked_for(tmp_path):
    table = write(tmp_path / "a.jsonl", '{"text": "好"}\n' * 1_500 + '{"text": "好", "parent": "坏"}\n')
    assert columns_of(table) == ["text"]
    assert columns_of(table, ["parent"]) == ["text", "parent"]


def test_json_lines_without_one_readable_line_name_the_first(tmp_path):
    table = write(tmp_path / "a.jsonl", "\n[1]\n")
    with pytest.raises(DataError, match=r"a\.jsonl:1: blank line; no line can be read as JSON, name the --format"):
        columns_of(table)


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_input_columns_called_like_labels_are_renamed_and_nothing_is_lost(tmp_path, suffix):
    row = '{"text": "好", "topic": "a", "topic_input": "b", "stance": "c"}\n'
    table = write(tmp_path / "a.jsonl", '{"text": "好", "topic": "a"}\n' + row)
    done = label_file(table, tmp_path / f"out.{suffix}", Labeller(), text_column="text")
    assert done.renamed == {"topic": "topic_input_", "stance": "stance_input"}
    if suffix == "jsonl":
        second = list(read_jsonl(done.output))[1].value
    else:
        reader = pd.read_csv if suffix == "csv" else pd.read_parquet
        second = reader(done.output).iloc[1].to_dict()
    assert (second["topic_input_"], second["topic_input"], second["stance_input"]) == ("a", "b", "c")
    assert second["topic"] in LABELS["topic"]


def test_a_text_set_aside_has_no_say_in_the_type_of_its_column(tmp_path):
    table = write(tmp_path / "a.jsonl", '{"text": "说\\"好\\""}\n{"text": 5, "n": "x"}\n')
    done = label_file(table, tmp_path / "out.csv", Labeller(), text_column="text")
    assert (done.rows, done.rejected, done.reasons) == (1, 1, {"text: not a string but int": 1})
    assert (tmp_path / "out.csv").read_text("utf-8").startswith("text,topic,topic_score")
    assert '\n"说""好""",' in (tmp_path / "out.csv").read_text("utf-8")


def test_parquet_columns_keep_type_and_value(tmp_path):
    source = pa.table(
        {
            "text": pa.array(["好", "坏"]).dictionary_encode(),
            "when": pa.array([0, None], pa.timestamp("ms")),
            "likes": pa.array([3, None], pa.int32()),
            "tags": pa.array([["一"], []], pa.list_(pa.string())),
            "topic": pa.array([1.5, 2.5], pa.float32()),
        }
    )
    pq.write_table(source, tmp_path / "a.parquet")
    done = label_file(open_table(tmp_path / "a.parquet"), tmp_path / "o.parquet", Labeller(), text_column="text")
    back = pq.read_table(done.output)
    assert back.column_names == ["text", "when", "likes", "tags", "topic_input", *ADDED]
    assert back.schema.types[:5] == source.schema.types
    assert back.select(range(5)).to_pydict() == source.rename_columns(back.column_names[:5]).to_pydict()


def test_parquet_dates_and_categories_stand_as_plain_text_in_csv(tmp_path):
    source = pa.table({"text": pa.array(["好"]).dictionary_encode(), "when": pa.array([0], pa.timestamp("ms"))})
    pq.write_table(source, tmp_path / "a.parquet")
    label_file(open_table(tmp_path / "a.parquet"), tmp_path / "o.csv", Labeller(), text_column="text")
    assert (tmp_path / "o.csv").read_text("utf-8").splitlines()[1].startswith("好,1970-01-01 00:00:00,")


OLD_REJECT = '{"file": "a.csv", "line": 2, "reason": "text: empty", "raw": ""}\n'


def stopped(_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("rejects", [0, 300], ids=["clean", "with-rejects"])
def test_an_interrupted_run_leaves_old_output_and_old_rejects_as_they_were(tmp_path, rejects):
    table = write(tmp_path / "a.csv", "id,text\n" + "1,好\n" * 300 + "\n" * rejects + "1,好\n")
    output = tmp_path / "out.csv"
    old = {output: "old rows", tmp_path / "out.csv.rejected.jsonl": OLD_REJECT}
    for path, content in old.items():
        path.write_text(content, "utf-8")
    with pytest.raises(KeyboardInterrupt):
        label_file(table, output, Labeller(), text_column="text", advance=stopped)
    assert {path: path.read_text("utf-8") for path in old} == old
    assert len(list(tmp_path.iterdir())) == 3


def test_scores_have_four_digits_in_files_and_all_of_them_in_frames(tmp_path):
    table = write(tmp_path / "a.txt", "".join(f"{text}\n" for text in TEXTS))
    done = label_file(table, tmp_path / "out.jsonl", Labeller(all_scores=True), text_column="text")
    rows, frame = [line.value for line in read_jsonl(done.output)], label(TEXTS, all_scores=True)
    scores = [name for name in frame.columns if "_score" in name]
    assert [[row[name] for name in scores] for row in rows] == [
        [None if pd.isna(value) else round(value, 4) for value in row] for row in frame[scores].to_numpy().tolist()
    ]
    assert (frame["topic_score"] != frame["topic_score"].round(4)).all()
    assert list(rows[0]) == list(frame.columns)


def test_progress_is_told_while_rows_pass(tmp_path):
    table = write(tmp_path / "a.txt", "好\n" * 600)
    told: list[int] = []
    label_file(table, tmp_path / "out.csv", Labeller(), text_column="text", advance=told.append)
    assert told == [256, 256]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet"])
def test_a_header_without_rows_gives_a_header_without_rows(tmp_path, suffix):
    table = write(tmp_path / "a.csv", "id,text\n")
    done = label_file(table, tmp_path / f"out.{suffix}", Labeller(), text_column="text")
    assert (done.rows, done.rejected, done.rejects) == (0, 0, None)
    assert open_table(tmp_path / "a.csv").columns == ("id", "text")
    assert (os.path.getsize(done.output) == 0) == (suffix == "jsonl")  # noqa: PTH202


def test_the_byte_order_mark_excel_needs_is_kept(tmp_path):
    (tmp_path / "a.csv").write_bytes("\ufefftext\n好\n".encode())
    label_file(open_table(tmp_path / "a.csv"), tmp_path / "o.csv", Labeller(), text_column="text")
    assert (tmp_path / "o.csv").read_bytes().startswith("\ufefftext,topic,".encode())


def test_the_facade_offers_label():
    assert weibo_nlp.label is label


def test_long_texts_and_wide_rows_end_a_batch_before_memory_is_full(tmp_path, monkeypatch):
    class Counting(Labeller):
        def label_columns(self, texts, parents=None):
            sizes.append(len(texts))
            return super().label_columns([Reading("短")] * len(texts))

    # 64 bytes for a character, and its own: ten texts of 100,000 come to 65 millions, more than a batch may have.
    (tmp_path / "a.jsonl").write_text("".join(f'{{"text": "{"a" * 100_000}"}}\n' for _ in range(25)), "utf-8")
    sizes = []
    done = label_file(open_table(tmp_path / "a.jsonl"), tmp_path / "o.csv", Counting(), text_column="text")
    assert (done.rows, sizes) == (25, [10, 10, 5])
    # A list of 4,000 numbers has eight bytes for each, and 28 for the number itself: five are more than 640,000 bytes.
    monkeypatch.setattr(row_labeller, "BATCH_WEIGHT", 640_000)
    numbers = json.dumps(list(range(1_000, 5_000)))
    (tmp_path / "b.jsonl").write_text(f'{{"text": "好", "more": {{"a": {numbers}}}}}\n' * 9, "utf-8")
    sizes = []
    done = label_file(open_table(tmp_path / "b.jsonl"), tmp_path / "o.jsonl", Counting(), text_column="text")
    assert (done.rows, sizes) == (9, [5, 4])


LONGEST = "好" * MAX_TEXT_CHARACTERS


def test_a_text_ends_at_a_hundred_thousand_characters():
    assert text_problem(LONGEST) is None
    assert text_problem(LONGEST + "好") == "longer than 100,000 characters"


@pytest.mark.parametrize("call", [Labeller().label, label], ids=["labeller", "frame"])
def test_a_text_that_cannot_be_labelled_is_refused_with_its_position(call):
    with pytest.raises(
        DataError, match=r"2 of 3 texts cannot be labelled \(position 1: longer than .*; position 2: em"
    ):
        call(["好", LONGEST + "好", " "])


def test_a_parent_beyond_the_limit_is_refused_and_not_left_out():
    with pytest.raises(DataError, match="position 1: the text it answers is longer than 100,000 characters"):
        Labeller().label(["好", "好"], [None, LONGEST + "好"])
    frame = pd.DataFrame({"text": ["好", "好"], "above": [None, LONGEST + "好"]})
    with pytest.raises(DataError, match="position 1: the text it answers is longer"):
        label(frame, parent_column="above")


def test_parents_are_one_for_each_text():
    for parents in ([], ["上"]):
        with pytest.raises(UsageError, match=f"{len(parents)} parents for 2 texts; give one for each"):
            Labeller().label(["好", "好"], parents)


def test_a_row_with_a_text_or_parent_beyond_the_limit_is_set_aside(tmp_path):
    table = write(tmp_path / "a.csv", f"text,above\n好,\n{LONGEST}好,\n好,{LONGEST}好\n")
    done = label_file(table, tmp_path / "o.csv", Labeller(), text_column="text", parent_column="above")
    assert done.rows == 1
    assert done.reasons == {
        "text: longer than 100,000 characters": 1,
        "above: longer than 100,000 characters": 1,
    }
    assert done.first_lines == {
        "text: longer than 100,000 characters": 3,
        "above: longer than 100,000 characters": 4,
    }


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_new_keys_in_every_row_are_refused_before_they_make_a_table_quadratic(tmp_path, suffix):
    rows = "".join(f'{{"text": "好", "k{number}": 1}}\n' for number in range(MAX_COLUMNS))
    table = write(tmp_path / "a.jsonl", rows)
    with pytest.raises(DataError, match=r"a\.jsonl:4096: more than 4,096 different keys up to here"):
        label_file(table, tmp_path / f"o.{suffix}", Labeller(), text_column="text")
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_reasons_beyond_a_thousand_are_counted_together(tmp_path):
    cells = "".join("," * (number + 2) + "\n" for number in range(MAX_REASONS + 5))
    done = label_file(
        write(tmp_path / "a.csv", f"id,text\n{cells}"), tmp_path / "o.csv", Labeller(), text_column="text"
    )
    assert (done.rejected, len(done.reasons), done.reasons[OTHER_REASONS]) == (MAX_REASONS + 5, MAX_REASONS + 1, 5)
    assert done.first_lines[OTHER_REASONS] == MAX_REASONS + 2


def test_columns_may_be_called_nothing_or_zero():
    frame = pd.DataFrame({0: TEXTS[:2], 1: ["a", "b"], "": TEXTS[2:]})
    for column, texts in ((0, TEXTS[:2]), ("", TEXTS[2:])):
        assert label(frame, text_column=column)["topic"].tolist() == label(texts)["topic"].tolist()
    assert label(frame, text_column=1, parent_column=0)["sentiment"].tolist() == label(["a", "b"])["sentiment"].tolist()
    with pytest.raises(UsageError, match="column 2 is not in the frame"):
        label(frame, text_column=2)
    with pytest.raises(UsageError, match="column 2 is not in the frame"):
        label(frame, text_column=0, parent_column=2)
    with pytest.raises(UsageError, match="the stance target is no text"):
        label(TEXTS, target="")


def test_a_column_without_a_name_gets_one_and_can_be_the_text_or_the_parent(tmp_path):
    table = write(tmp_path / "a.csv", f"id,\n1,{TEXTS[0]}\n")
    done = label_file(table, tmp_path / "o.csv", Labeller(), text_column="column_2", parent_column="id")
    assert (done.rows, pd.read_csv(done.output)["topic"].tolist()) == (1, ["credit"])


def test_an_empty_option_is_the_column_without_a_name_and_not_a_guess(tmp_path, run):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "好", "": TEXTS[0]}) + "\n", "utf-8")
    code, _, err = run("label", path, "-o", tmp_path / "o.csv", "--text-column", "")
    assert (code, "(guessed" in err) == (0, False)
    assert pd.read_csv(tmp_path / "o.csv")["topic"].tolist() == ["credit"]
    code, _, err = run("label", path, "-o", tmp_path / "o.csv", "--text-column", "text", "--parent-column", "no")
    assert "no column 'no'" in err


def changing(table, change):
    """The table, whose file is changed when its second row is read."""

    class Changing(Table):
        def rows(self):
            for number, item in enumerate(super().rows()):
                if number == 1:
                    change(self.path)
                yield item

    return Changing(*(getattr(table, item.name) for item in fields(table)))


@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt", "parquet", "jsonl"])
@pytest.mark.parametrize("change", CHANGES)
def test_an_input_that_changes_while_it_is_labelled_leaves_nothing(tmp_path, suffix, change):
    path = tmp_path / f"a.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.table({"text": TEXTS}), path)
    elif suffix == "jsonl":
        path.write_text("".join(f'{{"text": "{text}"}}\n' for text in TEXTS), "utf-8")
    else:
        path.write_text("text\n" * (suffix != "txt") + "".join(f"{text}\n" for text in TEXTS), "utf-8")
    table = open_table(path)
    if suffix == "jsonl":
        CHANGES[change](path)  # later is too late: it is copied before its first row is labelled
    else:
        table = changing(table, CHANGES[change])
    with pytest.raises(DataError, match=rf"a\.{suffix}: {change}.* while it was read. Wait until it is finished"):
        label_file(table, tmp_path / "o.csv", Labeller(), text_column="text")
    assert {path.name for path in tmp_path.iterdir()} <= {f"a.{suffix}"}


def test_json_lines_are_read_once_and_what_comes_later_does_not_matter(tmp_path):
    table = write(tmp_path / "a.jsonl", "".join(f'{{"text": "{text}"}}\n' for text in TEXTS))
    with read_once(table) as copied:
        table.path.unlink()
        for _ in range(2):
            assert [item.values["text"] for item in copied.rows()] == TEXTS


@pytest.mark.parametrize(
    ("around", "problem"),
    [
        *[(around, "begins or ends with a blank") for around in ("{}\n", " {}", "{}\u3000")],
        *[("{}\u200b", r"holds U\+200B"), ("\ufeff{}", r"holds U\+FEFF"), ("抵制\t{}", r"holds U\+0009")],
    ],
)
def test_a_target_that_is_another_one_by_signs_nobody_sees_is_refused(around, problem):
    with pytest.raises(UsageError, match=f"the stance target '.*' {problem}.*give its name alone"):
        label(TEXTS, target=around.format("信用惩戒"))


def test_a_target_is_named_with_blanks_and_joiners_inside():
    found = label(["好看"], target="iPhone XS 👩\u200d💻")
    assert found["stance_target"].tolist() == ["iPhone XS 👩\u200d💻"]


def test_labels_by_column_are_those_of_the_rows():
    labeller = Labeller(all_scores=True, coverage=0.9, target=["信用惩戒", "国产手机"], min_score=0.5)
    readings = [Reading(text) for text in ("失信被执行人就该上征信黑名单", "今天食堂的菜有点咸", "坚决支持国货")]
    columns = labeller.label_columns(readings)
    rows = labeller.label_readings(readings)
    assert list(columns) == list(labeller.columns)
    assert rows == [{name: values[place] for name, values in columns.items()} for place in range(3)]
    assert labeller.label_columns([]) == {name: [] for name in labeller.columns}

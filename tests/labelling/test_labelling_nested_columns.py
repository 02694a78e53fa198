"""Texts within the records of a column, in JSON and in structs of Parquet."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.io.nested_cells import cell_at

ROWS = [
    {"n": 1, "mblog": {"id": "7", "text": "失信就该禁乘，没什么好说的", "user": {"name": "小甲"}}},
    {"n": 2, "mblog": {"id": "8", "text": "支持，早就该这样", "retweeted": {"text": "失信就该禁乘，没什么好说的"}}},
]


def written(tmp_path, rows, suffix):
    path = tmp_path / f"a.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif suffix == "json":
        path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    else:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
def test_a_text_within_a_record_is_found_and_named_and_the_rows_stay_what_they_are(tmp_path, run, suffix):
    path, output = written(tmp_path, ROWS, suffix), tmp_path / "out.jsonl"
    code, _, err = run("label", path, "-o", output)
    assert code == 0
    assert "text column: mblog.text (guessed; --text-column names another)\n" in err
    rows = [json.loads(line) for line in output.open(encoding="utf-8")]
    assert [row["n"] for row in rows] == [1, 2]
    plain = tmp_path / "plain.jsonl"
    plain.write_text("".join(json.dumps({"text": row["mblog"]["text"]}) + "\n" for row in ROWS), "utf-8")
    assert run("label", plain, "-o", tmp_path / "plain.out.jsonl")[0] == 0
    alone = [json.loads(line) for line in (tmp_path / "plain.out.jsonl").open(encoding="utf-8")]
    assert [{name: row[name] for name in alone[0] if name != "text"} for row in rows] == [
        {name: value for name, value in row.items() if name != "text"} for row in alone
    ]


def test_parquet_with_structs_stays_what_it_is_beside_the_labels(tmp_path, run):
    path, output = written(tmp_path, ROWS, "parquet"), tmp_path / "out.parquet"
    assert run("label", path, "-o", output)[0] == 0
    assert pq.read_table(output).select(["n", "mblog"]).equals(pq.read_table(path))


def test_what_is_within_a_record_can_be_named_and_may_be_missing_in_some(tmp_path, run):
    path, output = written(tmp_path, ROWS, "jsonl"), tmp_path / "out.jsonl"
    code, _, err = run("label", path, "-o", output, "--text-column", "mblog.retweeted.text")
    assert (code, "mblog.retweeted.text: missing (1 in all)" in err) == (1, True)
    code, _, err = run("label", path, "-o", output, "--text-column", "post.text")
    assert (code, "no column 'post.text'; there is: n, mblog" in err) == (2, True)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"note": "这个人说得好像有点道理，先记下来。"}, id="a column of sentences and a text by its name"),
        pytest.param({"other": {"text": "失信就该禁乘，没什么好说的"}}, id="two of one name and one depth"),
    ],
)
def test_two_places_that_may_be_meant_are_both_named_and_nothing_is_labelled(tmp_path, run, more):
    path = written(tmp_path, [row | more for row in ROWS], "jsonl")
    code, _, err = run("label", path, "-o", tmp_path / "out.jsonl")
    assert (code, "texts stand in " in err, "mblog.text" in err) == (2, True, True)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_column_with_a_dot_in_its_name_goes_before_what_is_within_another(tmp_path):
    values = {"a.b": 1, "a": {"b": 2, "c": {"d": None}}}
    assert [cell_at(values, name, "no") for name in ("a.b", "a.c.d", "a.c.d.e", "a.x", "x", "x.y")] == [
        1, None, "no", "no", "no", "no",
    ]  # fmt: skip


def test_pseudonyms_take_people_out_of_records_too(tmp_path, run, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    path, output = written(tmp_path, ROWS, "jsonl"), tmp_path / "out.jsonl"
    assert run("label", path, "-o", output, "--pseudonymise")[0] == 0
    assert "小甲" not in output.read_text("utf-8")

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import PredictionError, UsageError
from weibo_nlp.predictions import (
    ModelReference,
    PredictionFile,
    PredictionHeader,
    files,
    read_predictions,
    write_predictions,
)
from weibo_nlp.records import Prediction

DATA = Path(__file__).parents[1] / "data" / "predictions"
HEADER = PredictionHeader(
    set="corpus",
    version="0.1.0",
    split="test",
    task="stance",
    protocol="standard",
    scheme="1.0.0",
    model=ModelReference("linear", "0.1.0"),
)
BOTH = pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
predictions = st.builds(
    Prediction,
    document_id=texts,
    task=st.just("stance"),
    label=st.sampled_from(["against", "none", "favor"]),
    scores=st.dictionaries(st.sampled_from(["against", "none", "favor"]), st.floats(0, 1)),
    target=st.none() | texts,
)


def test_reads_header_rows_and_their_lines():
    file = read_predictions(DATA / "good.jsonl")
    assert file.header == HEADER
    assert [item.document_id for item in file.predictions] == ["a", "b", "c"]
    assert file.predictions[1] == Prediction(
        "b", "stance", "against", {"against": 0.8, "none": 0.1, "favor": 0.1}, "ban"
    )
    assert file.where(0) == f"{DATA / 'good.jsonl'}:2"
    assert file.where_end.endswith("good.jsonl:4")


@BOTH
@given(rows=st.lists(predictions, max_size=5), version=st.none() | texts)
def test_what_was_written_is_read_back_unchanged(tmp_path, suffix, rows, version):
    path = tmp_path / f"p{suffix}"
    header = PredictionHeader("nlpcc2016", version, "test", "stance", "external", "1.0.0", ModelReference("模型", "1"))
    write_predictions(path, header, rows)
    file = read_predictions(path)
    assert (file.header, file.predictions) == (header, tuple(rows))
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("empty", r":1: the file is empty"),
        ("header_missing", r":1: the header is missing"),
        ("header_of_a_later_format", r":1: format version 2 is not 1"),
        ("header_lacks_scheme", r":1: header lacks scheme"),
        ("header_has_unknown_field", r":1: header has unknown 'fold'"),
        ("header_without_model_version", r":1: header: model lacks version"),
        ("model_is_a_name", r":1: header: model must be .* got 'linear'"),
        ("header_with_empty_task", r":1: header: task must be a non-empty string, got ''"),
        ("truncated", r":4: not JSON"),
        ("gbk", r":3: not UTF-8"),
        ("utf16", r":1: not UTF-8"),
        ("row_is_a_list", r":3: not a JSON object"),
        ("misspelt_field", r":3: unknown field 'score'"),
        ("id_is_a_number", r":3: document_id must be a non-empty string, got 7"),
        ("label_missing", r":3: label for 'b' must be a string, got None"),
        ("target_is_a_number", r":3: target of 'b' must be a string or null, got 3"),
        ("score_is_text", r":3: scores for 'b': 'against': '0.8' is not a label and a number"),
        ("scores_are_empty", r":3: scores for 'b' must map labels to numbers, got {}"),
        ("score_is_nan", r":3: not JSON: NaN"),
    ],
)
def test_unreadable_file_is_refused_with_file_and_line(rule, message):
    with pytest.raises(PredictionError, match=rf"unreadable-{rule}\.jsonl{message}"):
        read_predictions(DATA / f"unreadable-{rule}.jsonl")


def test_problems_in_rows_are_collected_and_counted(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(HEADER.to_dict()) + "\n" + "{}\n" * 25, encoding="utf-8")
    with pytest.raises(PredictionError, match="25 problems; the first 20") as caught:
        read_predictions(path)
    assert str(caught.value).count("document_id must be") == 20
    assert f"{path}:21:" in str(caught.value)
    assert f"{path}:22:" not in str(caught.value)


def test_every_cut_through_a_file_is_refused_or_loses_whole_rows_only(tmp_path):
    whole = (DATA / "good.jsonl").read_bytes()
    path = tmp_path / "p.jsonl"
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        # Cut at a line's end (with or without the newline), a file is whole but short: check_against sees that.
        if whole[:end].endswith(b"\n") or whole[end : end + 1] == b"\n":
            assert len(read_predictions(path).predictions) == whole[: end + 1].count(b"\n") - 1
        else:
            with pytest.raises(PredictionError, match=r"p\.jsonl:\d"):
                read_predictions(path)


@BOTH
def test_a_seed_is_read_back_and_none_leaves_the_header_as_it_always_was(tmp_path, suffix):
    path = tmp_path / f"p{suffix}"
    for seed in (0, 2**64 - 1, None):
        header = replace(HEADER, seed=seed)
        write_predictions(path, header, [])
        assert read_predictions(path).header == header
    # What releases before the field wrote, and could not read with one more field in it.
    assert set(HEADER.to_dict()) == {
        "weibo_nlp_predictions", "set", "version", "split", "task", "protocol", "scheme", "model"
    }  # fmt: skip
    assert HEADER.to_dict() | {"seed": 3} == replace(HEADER, seed=3).to_dict()


def test_a_seed_of_null_is_none(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(HEADER.to_dict() | {"seed": None}) + "\n", "utf-8")
    assert read_predictions(path).header == HEADER


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, "1", True], ids=repr)
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(PredictionError, match=r"seed must be an integer from 0 to 2\*\*64 - 1 or null, got"):
        replace(HEADER, seed=seed)


def test_reading_stops_after_a_thousand_problems(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(HEADER.to_dict()) + "\n" + "{}\n" * 5_000, "utf-8")
    with pytest.raises(PredictionError, match=r"1000 problems; the first 20(.|\n)*Reading stopped there\."):
        read_predictions(path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param({"document_id": "a" * 1_001}, "document_id of .* has more than 1,000 characters", id="id"),
        pytest.param({"label": "a" * 1_001}, "label of 'a' has more than 1,000 characters", id="label"),
        pytest.param({"target": "a" * 100_001}, "target of 'a' has more than 100,000 characters", id="target"),
        pytest.param(
            {"scores": {f"l{number}": 0.0 for number in range(1_001)}}, "scores for 'a' name 1,001 labels", id="labels"
        ),
        pytest.param({"label": "a" * 5_000_000}, "is longer than 4,194,304 bytes", id="row"),
    ],
)
@BOTH
def test_a_row_beyond_a_limit_is_refused_with_its_place(tmp_path, suffix, row, message):
    row = {"document_id": "a", "label": "favor"} | row
    path = tmp_path / f"p{suffix}"
    if suffix == ".parquet":
        _parquet(path, {name: [value] for name, value in row.items()})
    else:
        path.write_text(f"{json.dumps(HEADER.to_dict())}\n{json.dumps(row)}\n", "utf-8")
    where = "row 1" if suffix == ".parquet" else "2"
    with pytest.raises(PredictionError, match=rf"p\{suffix}:{where}: .*{message}") as caught:
        read_predictions(path)
    assert len(str(caught.value)) < 1_000


@BOTH
def test_more_rows_than_any_set_has_are_refused(tmp_path, suffix, monkeypatch):
    monkeypatch.setattr(files, "MAX_PREDICTIONS", 3)
    path = tmp_path / f"p{suffix}"
    for count in (3, 4):
        write_predictions(path, HEADER, [Prediction(str(number), "stance", "favor", {}) for number in range(count)])
        if count == 3:
            assert len(read_predictions(path).predictions) == 3
    with pytest.raises(PredictionError, match=r"more than 3 rows; no set has as many"):
        read_predictions(path)


def test_integer_scores_and_windows_line_ends_are_accepted(tmp_path):
    path = tmp_path / "p.jsonl"
    row = '{"document_id": "a", "label": "favor", "scores": {"favor": 1, "none": 0, "against": 0}}'
    path.write_bytes(f"{json.dumps(HEADER.to_dict())}\r\n{row}\r\n".encode())
    assert read_predictions(path).predictions[0].scores == {"favor": 1.0, "none": 0.0, "against": 0.0}


def test_chinese_is_written_unescaped_and_the_mark_comes_first(tmp_path):
    path = tmp_path / "p.jsonl"
    write_predictions(path, HEADER, [Prediction("a", "stance", "favor", {}, "禁令")])
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith('{"weibo_nlp_predictions": 1,')
    assert json.loads(lines[1]) == {"document_id": "a", "label": "favor", "target": "禁令"}
    assert "禁令" in lines[1]


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        pytest.param(Prediction("a", "topic", "other", {}), "task is 'topic'", id="other-task"),
        pytest.param(Prediction("", "stance", "favor", {}), "document_id must be", id="empty-id"),
        pytest.param(Prediction("a", "stance", "favor", {"favor": math.nan}), "not all finite", id="nan"),
        pytest.param(Prediction("a", "stance", "favor", {"favor": 10**400}), "not all finite", id="integer-too-large"),
        pytest.param(Prediction("a", "stance", "favor", {"favor": True}), "True is not a label", id="bool"),
        pytest.param(Prediction("a", "stance", "favor", {"favor": "1"}), "'1' is not a label", id="text"),  # type: ignore[dict-item]
        pytest.param(Prediction("\ud83d", "stance", "favor", {}), "half a surrogate pair", id="lone-surrogate"),
    ],
)
@BOTH
def test_what_could_not_be_read_back_is_not_written(tmp_path, suffix, prediction, message):
    path = tmp_path / f"p{suffix}"
    path.write_text("earlier", encoding="utf-8")
    with pytest.raises(PredictionError, match=rf"prediction 1: .*{message}"):
        write_predictions(path, HEADER, [prediction])
    assert path.read_text("utf-8") == "earlier"
    assert len(list(tmp_path.iterdir())) == 1


@BOTH
def test_numpy_scores_are_written_as_numbers(tmp_path, suffix):
    path = tmp_path / f"p{suffix}"
    write_predictions(path, HEADER, [Prediction("a", "stance", "favor", {"favor": np.float32(0.5)})])  # type: ignore[dict-item]
    assert read_predictions(path).predictions[0].scores == {"favor": 0.5}


def test_missing_file_or_folder_is_misuse(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.jsonl: cannot be read"):
        read_predictions(tmp_path / "nowhere.jsonl")
    with pytest.raises(UsageError, match="cannot be read"):
        read_predictions(tmp_path)
    with pytest.raises(UsageError, match="cannot write"):
        write_predictions(tmp_path / "no" / "p.jsonl", HEADER, [])


def _parquet(path: Path, columns: dict[str, pa.Array], metadata: dict[str, str] | None = None) -> Path:
    given = {"weibo_nlp": json.dumps(HEADER.to_dict())} if metadata is None else metadata
    pq.write_table(pa.table(columns).replace_schema_metadata(given), path)
    return path


def test_parquet_takes_scores_as_arrow_map(tmp_path):
    scores = pa.array([[("favor", 0.75), ("against", 0.25)], None], pa.map_(pa.string(), pa.float64()))
    path = _parquet(tmp_path / "p.parquet", {"document_id": ["a", "b"], "label": ["favor", "none"], "scores": scores})
    assert [item.scores for item in read_predictions(path).predictions] == [{"favor": 0.75, "against": 0.25}, {}]


@pytest.mark.parametrize(
    ("columns", "metadata", "message"),
    [
        pytest.param({"document_id": ["a"]}, {}, ":schema metadata: key 'weibo_nlp' must hold", id="no-header"),
        pytest.param({"document_id": ["a"]}, {"weibo_nlp": "{"}, ":schema metadata: .*must hold", id="header-cut"),
        pytest.param({"document_id": ["a", None], "label": ["x", "y"]}, None, ":row 2: document_id", id="null-id"),
        pytest.param({"document_id": [1], "label": ["x"]}, None, ":row 1: document_id .*got 1", id="numeric-id"),
        pytest.param({"document_id": ["a"], "label": ["x"], "n": [1]}, None, ":row 1: unknown field 'n'", id="column"),
        pytest.param(
            {
                "document_id": ["a"],
                "label": ["x"],
                "scores": pa.array([[("x", 0.5), ("x", 0.5)]], pa.map_(pa.string(), pa.float64())),
            },
            None,
            ":row 1: scores name a label twice",
            id="label-doubled",
        ),
    ],
)
def test_unreadable_parquet_is_refused_with_row(tmp_path, columns, metadata, message):
    path = _parquet(tmp_path / "p.parquet", columns, metadata)
    with pytest.raises(PredictionError, match=rf"p\.parquet{message}"):
        read_predictions(path)


@pytest.mark.parametrize("keep", [0, 4, 100, -1], ids=["empty", "magic-only", "half", "last-byte-lost"])
def test_cut_parquet_is_refused(tmp_path, keep):
    path = tmp_path / "p.parquet"
    write_predictions(path, HEADER, [Prediction("a", "stance", "favor", {"favor": 1.0})])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(PredictionError, match=r"p\.parquet: not a Parquet file"):
        read_predictions(path)


def test_folder_named_like_a_partition_adds_no_column(tmp_path):
    folder = tmp_path / "split=test"
    folder.mkdir()
    write_predictions(folder / "p.parquet", HEADER, [Prediction("a", "stance", "favor", {})])
    assert len(read_predictions(folder / "p.parquet").predictions) == 1


def test_header_refuses_empty_and_mistyped_fields():
    with pytest.raises(PredictionError, match="split must be a non-empty string, got ''"):
        PredictionHeader("corpus", None, "", "stance", "standard", "1.0.0", ModelReference("m", "1"))
    with pytest.raises(PredictionError, match="version must be a non-empty string or null, got 1"):
        PredictionHeader("corpus", 1, "test", "stance", "standard", "1.0.0", ModelReference("m", "1"))  # type: ignore[arg-type]
    with pytest.raises(PredictionError, match="model must be a ModelReference, got str"):
        PredictionHeader("corpus", None, "test", "stance", "standard", "1.0.0", "m")  # type: ignore[arg-type]


def test_predictions_from_no_file_are_numbered():
    assert PredictionFile(HEADER, (Prediction("a", "stance", "favor", {}),)).where(0) == "prediction 1"

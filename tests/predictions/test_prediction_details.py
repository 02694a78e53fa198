"""Messages and borders of prediction files: what is said of which fault, and the last values that are taken."""

import gzip
import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.errors import DataError, PredictionError, UsageError
from weibo_nlp.predictions import (
    ModelReference,
    PredictionFile,
    PredictionHeader,
    align_predictions,
    check_against,
    read_predictions,
    write_predictions,
)
from weibo_nlp.predictions.header import is_parquet, raise_if_any
from weibo_nlp.records import GoldLabel, Prediction

HEADER = PredictionHeader("corpus", "1.0.0", "test", "topic", "standard", "1.0.0", ModelReference("m", "1"))
GOLD = [GoldLabel("a", "topic", "x"), GoldLabel("b", "topic", "y")]
RIGHT = [Prediction("a", "topic", "x", {}), Prediction("b", "topic", "y", {})]


def written(path, *rows, header=None):
    lines = [json.dumps(HEADER.to_dict() if header is None else header), *(json.dumps(row) for row in rows)]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        pytest.param(b"PAR1\x00\xff", "It begins like Parquet: let its name end in .parquet.", id="parquet"),
        pytest.param(gzip.compress(b"{}"), "It begins like gzip: unpack it first.", id="gzip"),
        pytest.param(b"\xff", "in UTF-8.", id="neither"),
        pytest.param(b"x PAR1", "in UTF-8.", id="not-at-the-beginning"),
        pytest.param(b"PARTS\xff", "in UTF-8.", id="nearly-parquet"),
        pytest.param(b"\x1f\x8c", "in UTF-8.", id="nearly-gzip"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path, content, hint):
    (tmp_path / "p").write_bytes(content)
    with pytest.raises(PredictionError) as caught:
        read_predictions(tmp_path / "p")
    assert str(caught.value).startswith(f"{tmp_path / 'p'}:1: ")
    assert str(caught.value).endswith(hint)


def test_only_the_first_line_is_taken_for_another_kind_of_file(tmp_path):
    path = written(tmp_path / "p")
    path.write_text(path.read_text("utf-8") + "\nPAR1", "utf-8")
    with pytest.raises(PredictionError, match=r":2: not JSON.*in UTF-8\.\nCorrect these lines, or predict again\.$"):
        read_predictions(path)


def test_a_device_and_a_folder_are_no_prediction_files(tmp_path):
    with pytest.raises(UsageError, match="/dev/null: is a device"):
        read_predictions("/dev/null")
    with pytest.raises(UsageError, match="cannot be read"):
        read_predictions(tmp_path)


def test_problems_of_parquet_rows_are_called_rows(tmp_path):
    path = tmp_path / "p.parquet"
    metadata = {b"weibo_nlp": json.dumps(HEADER.to_dict()).encode()}
    table = pa.table({"document_id": ["a", ""], "label": ["x", "y"]}).replace_schema_metadata(metadata)
    pq.write_table(table, path)
    with pytest.raises(PredictionError, match=r"row 2: document_id must be .*\nCorrect these rows, or predict again"):
        read_predictions(path)


def test_scores_of_parquet_leave_out_what_is_null(tmp_path):
    path = tmp_path / "p.PARQUET"
    rows = [Prediction("a", "topic", "x", {"x": 1.0}), Prediction("b", "topic", "y", {}), *RIGHT[:0]]
    write_predictions(path, HEADER, rows)
    assert pq.read_schema(path).names == ["document_id", "target", "label", "scores"]
    assert read_predictions(path).predictions == tuple(rows)
    write_predictions(path, HEADER, RIGHT)
    assert pq.read_schema(path).names == ["document_id", "target", "label"]
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def parquet(path, columns, header=None):
    metadata = {} if header is None else {b"weibo_nlp": header}
    pq.write_table(pa.table(columns).replace_schema_metadata(metadata), path)
    return path


@pytest.mark.parametrize(
    ("header", "message"),
    [
        pytest.param(None, "the header is missing; a prediction file begins with", id="none"),
        pytest.param(b"{", "not JSON", id="cut"),
        pytest.param(b"\xff", "not UTF-8", id="bytes"),
        pytest.param(b"[]", "not a JSON object", id="list"),
    ],
)
def test_headers_in_parquet_s_metadata_are_refused_with_their_reason(tmp_path, header, message):
    path = parquet(tmp_path / "p.parquet", {"document_id": ["a"], "label": ["x"]}, header)
    with pytest.raises(PredictionError) as caught:
        read_predictions(path)
    where = f"{path}:schema metadata: key 'weibo_nlp' must hold the header as JSON: "
    assert str(caught.value).startswith(where + message)


def test_a_header_in_parquet_s_metadata_may_begin_with_a_byte_order_mark(tmp_path):
    header = b"\xef\xbb\xbf" + json.dumps(HEADER.to_dict()).encode()
    assert read_predictions(parquet(tmp_path / "p.parquet", {"document_id": [], "label": []}, header)).header == HEADER


def test_a_header_in_parquet_s_metadata_is_written_unescaped(tmp_path):
    path = tmp_path / "p.parquet"
    header = PredictionHeader("corpus", None, "test", "topic", "standard", "1.0.0", ModelReference("模型", "1"))
    write_predictions(path, header, [])
    assert '"name": "模型"' in pq.read_schema(path).metadata[b"weibo_nlp"].decode()


def test_scores_as_an_empty_arrow_map_are_none(tmp_path):
    scores = pa.array([[]], pa.map_(pa.string(), pa.float64()))
    columns = {"document_id": ["a"], "label": ["x"], "scores": scores}
    path = parquet(tmp_path / "p.parquet", columns, json.dumps(HEADER.to_dict()).encode())
    assert read_predictions(path).predictions == (Prediction("a", "topic", "x", {}),)


def test_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "p.parquet"
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["x"]), pa.array(["y"])], ["document_id", "label", "label"])
    pq.write_table(table.replace_schema_metadata({b"weibo_nlp": json.dumps(HEADER.to_dict()).encode()}), path)
    with pytest.raises(PredictionError, match=r"p\.parquet:schema: column 'label' stands twice"):
        read_predictions(path)


def test_files_are_utf_8_whatever_the_locale(tmp_path):
    code = (
        "import sys\n"
        "from weibo_nlp.predictions import ModelReference, PredictionHeader, write_predictions\n"
        "model = ModelReference('\\u6a21\\u578b', '1')\n"
        "header = PredictionHeader('corpus', None, 'test', 'topic', 'standard', '1.0.0', model)\n"
        "write_predictions(sys.argv[1], header, [])\n"
    )
    ascii_only = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", code, tmp_path / "p"], env=ascii_only, check=True)
    assert read_predictions(tmp_path / "p").header.model.name == "模型"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(
            {"document_id": "a", "label": "x", "scores": {"x": True}}, "True is not a label and a number", id="b"
        ),
        pytest.param(
            {"document_id": "a", "label": "x", "scores": [1]}, r"must map labels to numbers, got \[1\]", id="list"
        ),
        pytest.param(
            {"document_id": "", "label": "x"}, "document_id must be a non-empty string, got ''", id="empty-id"
        ),
        pytest.param({"document_id": "a", "label": "x", "a": 1, "b": 2}, "unknown field 'a', 'b'; a row has", id="two"),
        pytest.param(HEADER.to_dict(), "a second header", id="header"),
    ],
)
def test_rows_of_another_shape_are_named(tmp_path, row, message):
    with pytest.raises(PredictionError, match=f":2: .*{message}"):
        read_predictions(written(tmp_path / "p", row))


def test_a_score_beyond_any_float_is_left_to_the_check(tmp_path):
    file = read_predictions(written(tmp_path / "p", {"document_id": "a", "label": "x", "scores": {"x": 10**400}}))
    with pytest.raises(PredictionError, match="not all finite"):
        check_against(file, GOLD[:1], ["x", "y"])


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"document_id": "a" * 1_000}, id="id"),
        pytest.param({"label": "a" * 1_000}, id="label"),
        pytest.param({"target": "a" * 100_000}, id="target"),
        pytest.param({"scores": {f"l{number}": 0.0 for number in range(1_000)}}, id="scores"),
    ],
)
def test_a_row_at_a_limit_is_read(tmp_path, row):
    row = {"document_id": "a", "label": "x", "target": None, "scores": {}} | row
    (read,) = read_predictions(written(tmp_path / "p", {key: value for key, value in row.items() if value})).predictions
    assert read == Prediction(row["document_id"], "topic", row["label"], row["scores"], row["target"])


@pytest.mark.parametrize("mark", [2, 0, -1])
def test_a_header_of_another_format_is_refused(tmp_path, mark):
    header = HEADER.to_dict() | {"weibo_nlp_predictions": mark}
    with pytest.raises(PredictionError, match=rf":1: format version {mark} is not 1"):
        read_predictions(written(tmp_path / "p", header=header))


@pytest.mark.parametrize("mark", [True, 1.0, "1", None])
def test_a_format_that_is_no_whole_number_is_refused(tmp_path, mark):
    header = HEADER.to_dict() | {"weibo_nlp_predictions": mark}
    with pytest.raises(PredictionError, match=r"weibo_nlp_predictions is .*, not the whole number 1\."):
        read_predictions(written(tmp_path / "p", header=header))


@pytest.mark.parametrize("name", ["set", "version", "split", "task", "protocol", "scheme"])
def test_names_in_a_header_have_up_to_a_thousand_characters(name):
    fields = {**{key: getattr(HEADER, key) for key in ("set", "version", "split", "task", "protocol", "scheme")}}
    assert getattr(PredictionHeader(**fields | {name: "a" * 1000}, model=HEADER.model), name) == "a" * 1000
    with pytest.raises(PredictionError, match=f"{name} has 1,001 characters; 1,000 are allowed"):
        PredictionHeader(**fields | {name: "a" * 1001}, model=HEADER.model)
    for wrong in ("", 7):
        null = " or null" if name == "version" else ""
        with pytest.raises(PredictionError, match=f"{name} must be a non-empty string{null}, got {wrong!r}"):
            PredictionHeader(**fields | {name: wrong}, model=HEADER.model)


@pytest.mark.parametrize("model", [ModelReference("", "1"), ModelReference("m", ""), ModelReference("m", 1), "m"])
def test_a_model_has_name_and_version(model):
    with pytest.raises(PredictionError, match="header: model"):
        PredictionHeader("corpus", None, "test", "topic", "standard", "1.0.0", model)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ModelReference("", "1"), "header: model.name must be a non-empty string, got ''."),
        (ModelReference("m", ""), "header: model.version must be a non-empty string, got ''."),
        (ModelReference("m", "1" * 1001), "header: model.version has 1,001 characters; 1,000 are allowed."),
        ("m", "header: model must be a ModelReference, got str."),
    ],
    ids=["name", "version", "long", "text"],
)
def test_what_a_model_lacks_is_named(model, message):
    with pytest.raises(PredictionError) as caught:
        PredictionHeader("corpus", None, "test", "topic", "standard", "1.0.0", model)
    assert str(caught.value) == message


def test_seeds_are_those_that_generators_take():
    for seed in (0, 1, 2**64 - 1):
        header = PredictionHeader("corpus", None, "test", "topic", "standard", "1.0.0", HEADER.model, seed)
        assert header.to_dict()["seed"] == seed
    for seed in (-1, 2**64):
        with pytest.raises(PredictionError, match="seed must be an integer from 0 to"):
            PredictionHeader("corpus", None, "test", "topic", "standard", "1.0.0", HEADER.model, seed)
    assert next(iter(HEADER.to_dict())) == "weibo_nlp_predictions"
    assert "seed" not in HEADER.to_dict()


def test_twenty_problems_are_shown_and_all_are_counted():
    raise_if_any([], "p", "Mend it.")
    for n, head in ((1, "p: 1 problem:"), (20, "p: 20 problems:"), (21, "p: 21 problems; the first 20:")):
        with pytest.raises(PredictionError) as caught:
            raise_if_any([f"no. {number}" for number in range(n)], "p", "Mend it.")
        lines = str(caught.value).splitlines()
        assert (lines[0], lines[-1]) == (head, "Mend it.")
        assert lines[1:-1] == [f"no. {number}" for number in range(min(n, 20))]


def test_places_of_what_was_read():
    file = PredictionFile(HEADER, tuple(RIGHT), "p.jsonl", (2, 4))
    assert (file.where(0), file.where(1), file.where_end, file.where_header) == (
        "p.jsonl:2",
        "p.jsonl:4",
        "p.jsonl:4",
        "p.jsonl:1",
    )
    file = PredictionFile(HEADER, tuple(RIGHT), "p.Parquet", (1, 2))
    assert (file.where(1), file.where_header) == ("p.Parquet:row 2", "p.Parquet:schema metadata")
    assert PredictionFile(HEADER, (), "p.jsonl").where_end == "p.jsonl:1"
    assert PredictionFile(HEADER, tuple(RIGHT), "p.jsonl").where(1) == "prediction 2"
    assert PredictionFile(HEADER, tuple(RIGHT)).where_header == "header"
    assert PredictionFile(HEADER, tuple(RIGHT)).where_end == "prediction 2"


def test_problems_of_predictions_from_no_file_carry_their_numbers():
    with pytest.raises(PredictionError) as caught:
        align_predictions([Prediction("a", "irony", "z", {"x": 1.0, "y": 0.0}), RIGHT[0]], GOLD, ["x", "y"])
    assert str(caught.value).splitlines() == [
        "predictions: 5 problems:",
        "prediction 1: task is 'irony', but 'topic' is scored here.",
        "prediction 1: label 'z' for 'a' is not one of x, y.",
        "prediction 2: 'a' is predicted a second time, first in prediction 1; keep one.",
        "prediction 2: 'a' has no scores, but prediction 1 has; give them on every row or on none.",
        "prediction 2: the predictions end without one for 'b'; every gold label needs one.",
        "Correct them, or predict again.",
    ]


def test_every_fault_of_scores_is_said():
    def faults(**scores):
        rows = [Prediction("a", "topic", "x", scores), Prediction("b", "topic", "y", {"x": 0.0, "y": 1.0})]
        with pytest.raises(PredictionError) as caught:
            align_predictions(rows, GOLD, ["x", "y"])
        return [line.partition("scores for 'a' ")[2] for line in str(caught.value).splitlines()[1:-1]]

    assert faults(x=1.0) == ["lack y; give every label of the task."]
    assert faults(x=0.5, y=0.4) == ["sum to 0.9, not to 1 ± 0.001; normalise them."]
    assert faults(x=1.0, y=0.0, z=0.0) == ["name 'z', not of the task (x, y)."]
    assert faults(z=-1.0) == [
        "lack x, y; give every label of the task.",
        "name 'z', not of the task (x, y).",
        "are not all finite and at least 0 (z: -1.0); give probabilities.",
    ]
    assert faults(x=float("nan"), y=0.0)[0].startswith("are not all finite and at least 0 (x: nan)")
    assert faults(x=1e308, y=1e308)[0].startswith("sum to inf")
    # Five of six wrong ones are named.
    assert faults(**dict.fromkeys("xyabcd", -1.0))[1] == (
        "are not all finite and at least 0 (x: -1.0, y: -1.0, a: -1.0, b: -1.0, c: -1.0); give probabilities."
    )


@pytest.mark.parametrize(("beyond", "fine"), [(0.95e-9, True), (1.05e-9, False)])
def test_sums_may_miss_the_tolerance_itself_by_a_rounding(beyond, fine):
    for total in (1.001 + beyond, 0.999 - beyond):
        rows = [Prediction("a", "topic", "x", {"x": total - 0.25, "y": 0.25})]
        if fine:
            assert align_predictions(rows, GOLD[:1], ["x", "y"]) == tuple(rows)
        else:
            with pytest.raises(PredictionError, match="not to 1"):
                align_predictions(rows, GOLD[:1], ["x", "y"])


def test_a_foreign_target_is_told_those_that_its_document_has():
    gold = [GoldLabel("a", "stance", "x", target) for target in ("ban", "tax")]
    rows = [Prediction("a", "stance", "x", {}, target) for target in ("ban", "tax", "war")]
    with pytest.raises(PredictionError, match="which have for this document the target 'ban', 'tax'"):
        align_predictions(rows, gold, ["x"])


def test_scores_of_nought_and_one_are_a_distribution():
    rows = [Prediction("a", "topic", "x", {"x": 1.0, "y": 0.0}), Prediction("b", "topic", "y", {"x": 0.0, "y": 1.0})]
    assert align_predictions(rows[::-1], GOLD, ["x", "y"]) == tuple(rows)


def test_what_is_expected_of_a_header_must_be_something_it_states():
    file = PredictionFile(HEADER, tuple(RIGHT))
    assert check_against(file, GOLD, ["x", "y"], expect={"version": "1.0.0", "split": "test"}) == tuple(RIGHT)
    with pytest.raises(PredictionError, match=r"header: version is '1\.0\.0', but None is scored here; predict"):
        check_against(file, GOLD, ["x", "y"], expect={"version": None})
    for name in ("model", "seed", "fold"):
        with pytest.raises(UsageError, match=f"expect names {name},"):
            check_against(file, GOLD, ["x", "y"], expect={name: "1"})
    for labels in ([], ["x", "y", "x"]):
        with pytest.raises(UsageError, match="labels must be the task's labels, each once"):
            check_against(file, GOLD, labels)
    with pytest.raises(DataError, match="'a' has two gold labels"):
        check_against(file, [GOLD[0], GOLD[0]], ["x", "y"])


@pytest.mark.parametrize(
    ("score", "read"), [(np.float32(0.5), 0.5), (np.float64(0.25), 0.25), (np.int64(1), 1.0), (1, 1.0)], ids=repr
)
def test_numbers_of_any_kind_are_written(tmp_path, score, read):
    write_predictions(tmp_path / "p", HEADER, [Prediction("a", "topic", "x", {"x": score})])
    assert read_predictions(tmp_path / "p").predictions[0].scores == {"x": read}


def test_parquet_is_told_by_the_suffix_in_any_case(tmp_path):
    assert is_parquet(tmp_path / "a.Parquet")
    assert not is_parquet(tmp_path / "parquet")
    assert not is_parquet(tmp_path / "a.parquet.gz")


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl.gz"])
def test_a_suffix_of_a_format_that_predictions_are_not_written_in_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match=r"which is not written here; name a file that ends in \.jsonl or \.ndjson"):
        write_predictions(tmp_path / name, HEADER, [])
    assert list(tmp_path.iterdir()) == []

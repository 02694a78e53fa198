"""Wrong copies of a right prediction file, given to every command that reads one."""

import gzip
import json
import re
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weibo_nlp.corpus import open_release
from weibo_nlp.predictions import ModelReference, PredictionHeader, read_predictions, write_predictions
from weibo_nlp.records import Prediction

# All three go through the same reader; a few faults of each kind are given to the other two quickly as well, below.
COMMANDS = ("evaluate", *(pytest.param(name, marks=pytest.mark.slow) for name in ("compare", "leaderboard")))


@pytest.fixture(scope="module")
def right(small_corpus_shipped, tmp_path_factory):
    """A file that scores: stance on the shipped corpus, every pair called against, with probabilities."""
    release = open_release()
    task = release.scheme.task("stance")
    header = PredictionHeader(
        "corpus", release.version, "test", "stance", "standard", release.scheme.version, ModelReference("mine", "1")
    )
    scores = {label: 0.5 if label == "against" else 0.25 for label in task.labels}
    path = tmp_path_factory.mktemp("right") / "right.jsonl"
    gold = release.gold("stance", "test")
    rows = [Prediction(label.document_id, "stance", "against", scores, label.target) for label in gold]
    write_predictions(path, header, rows)
    return path


def refused(run, command, path, right, folder):
    """Give `path` to a command as the one file, as the second of two, or as a new system."""
    started = time.process_time()
    code, out, err = {
        "evaluate": lambda: run("evaluate", path, "--json", folder / "out.json"),
        "compare": lambda: run("compare", right, path, "--json", folder / "out.json"),
        "leaderboard": lambda: run("leaderboard", "add", path, "--folder", folder / "board"),
    }[command]()
    assert time.process_time() - started < 20  # a second at most
    assert out == ""
    assert err.startswith("Error: ")
    assert "Traceback" not in err
    assert "This should not happen" not in err
    assert len(err) < 6_000  # what is hostile in a file is not poured over the terminal
    assert not (folder / "out.json").exists()
    assert not (folder / "board").exists()
    return code, err


def line(number, change):
    """Change one line of the file, counted from 1."""

    def damage(lines):
        return [change(text) if at == number else text for at, text in enumerate(lines, start=1)]

    return damage


def header(**fields):
    return line(1, lambda text: json.dumps(json.loads(text) | fields).encode())


def row(number=2, **fields):
    return line(number, lambda text: json.dumps(json.loads(text) | fields, ensure_ascii=False).encode())


def scores(text, number=2):
    """Put this JSON in place of a row's scores; json.dumps would not write all of what is tried."""
    return line(number, lambda old: re.sub(rb'"scores": \{.*?\}', b'"scores": ' + text, old))


NOT_LINES = "expected one JSON object a line, in UTF-8"
THIRDS = {"against": 0.5, "favor": 0.25, "none": 0.25}
WRONG_LINES = [
    pytest.param(lambda lines: [], r":1: the file is empty", id="empty"),
    pytest.param(lambda lines: lines[1:], r":1: the header is missing", id="header-missing"),
    pytest.param(lambda lines: lines[:1], r":1: the predictions end without one for ", id="header-alone"),
    pytest.param(lambda lines: [lines[0], *lines], r":2: a second header; a file has one", id="two-headers"),
    pytest.param(lambda lines: lines + lines, r":\d+: a second header", id="two-files-joined"),
    pytest.param(lambda lines: lines[1:] + lines[:1], r":1: the header is missing", id="header-last"),
    pytest.param(lambda lines: [*lines[:-1], lines[-1][:-9]], r":\d+: not JSON: ", id="truncated-in-a-row"),
    pytest.param(lambda lines: [lines[0][:50]], r":1: not JSON: ", id="truncated-in-the-header"),
    pytest.param(lambda lines: lines[:-3], r":\d+: the predictions end without one for ", id="rows-missing"),
    pytest.param(lambda lines: [*lines, lines[4]], r":\d+: .* is predicted a second time, first in ", id="row-doubled"),
    pytest.param(lambda lines: [*lines[:3], b"", *lines[3:]], rf":4: blank line; {NOT_LINES}", id="blank-line"),
    pytest.param(lambda lines: [b" ".join(lines)], r":1: not JSON: Extra data at column ", id="all-on-one-line"),
    pytest.param(lambda lines: [b"[", b",".join(lines), b"]"], r":1: not JSON: ", id="json-array"),
    pytest.param(lambda lines: [b"id,label", b"1,against"], r":1: not JSON: ", id="csv"),
    pytest.param(line(3, lambda text: b"\xef\xbb\xbf" + text), r":3: not JSON: ", id="byte-order-mark-inside"),
    pytest.param(line(2, lambda text: b"\0" * 64), r":2: not JSON: ", id="nul-bytes-for-a-row"),
    pytest.param(
        line(2, lambda text: text.replace(b'"label": "', b'"label": "\0')), r":2: not JSON: ", id="nul-inside"
    ),
    pytest.param(line(2, lambda text: text.decode().encode("gbk")), r":2: not UTF-8: byte 0x", id="gbk"),
    pytest.param(line(2, lambda text: text + b" " + text), r":2: not JSON: Extra data", id="two-rows-on-a-line"),
    pytest.param(
        line(2, lambda text: text.replace(b"{", b'{"label": "none", ', 1)),
        r":2: key 'label' stands twice",
        id="key-twice",
    ),
    pytest.param(scores(b'{"none": 0.5, "none": 0.5}'), r":2: key 'none' stands twice", id="label-twice-in-scores"),
    pytest.param(scores(b'{"none": Infinity}'), r":2: not JSON: Infinity is not", id="infinity"),
    pytest.param(scores(b'{"none": NaN}'), r":2: not JSON: NaN is not", id="nan"),
    pytest.param(
        scores(b'{"against": 1e999, "favor": 0, "none": 0}'), r":2: scores for .* not all finite", id="infinite-number"
    ),
    pytest.param(
        scores(b'{"against": 1e308, "favor": 1e308, "none": 0}'),
        r":2: scores for .* sum to inf, not to 1",
        id="sum-inf",
    ),
    pytest.param(
        scores(b'{"none": ' + b"9" * 4_000 + b"}"), r":2: scores for .* lack against", id="integer-of-4000-digits"
    ),
    pytest.param(
        scores(b'{"none": ' + b"9" * 9_000 + b"}"), r":2: not JSON: an integer of thousands", id="integer-of-9000"
    ),
    pytest.param(scores(b"[0.5, 0.25, 0.25]"), r":2: scores for .* must map labels to numbers", id="scores-list"),
    pytest.param(scores(b"{}"), r":2: scores for .* must map labels to numbers, got {}", id="scores-empty"),
    pytest.param(scores(b'{"none": "0.5"}'), r":2: scores for .* '0.5' is not a label and a number", id="score-text"),
    pytest.param(scores(b'{"none": true}'), r":2: scores for .* True is not a label and a number", id="score-bool"),
    pytest.param(row(scores=THIRDS | {"none": 0.15}), r":2: scores for .* sum to 0.9, not to 1", id="scores-sum"),
    pytest.param(
        row(scores=THIRDS | {"none": -0.25}), r":2: scores for .* at least 0 .none: -0.25", id="score-negative"
    ),
    pytest.param(
        row(scores=THIRDS | {"pro": 0}), r":2: scores for .* name 'pro', not of the task", id="scores-foreign"
    ),
    pytest.param(
        row(scores=dict.fromkeys(map(str, range(50_000)), 0)),
        r":2: scores for .* name 50,000 labels; 1,000 are allowed",
        id="scores-of-50000-labels",
    ),
    pytest.param(row(scores={"none": 1}), r":2: scores for .* lack against, favor", id="scores-lacking"),
    pytest.param(row(3, scores=None), r":3: .* has no scores, but .*:2 has", id="scores-on-some-rows"),
    pytest.param(row(label="oppose"), r":2: label 'oppose' for .* is not one of against, ", id="label-unknown"),
    pytest.param(row(label=None), r":2: label for .* must be a string, got None", id="label-null"),
    pytest.param(row(label="\u202e" * 9), r":2: label '\\u202e.*' for .* is not one of", id="label-of-direction-marks"),
    pytest.param(row(document_id="nobody"), r":2: 'nobody' on .* is not in the gold labels", id="id-unknown"),
    pytest.param(row(document_id=7), r":2: document_id must be a non-empty string, got 7", id="id-number"),
    pytest.param(row(document_id=""), r":2: document_id must be a non-empty string, got ''", id="id-empty"),
    pytest.param(
        line(2, lambda text: text.replace(b'"document_id": "', rb'"document_id": "\ud800')),
        r":2: a lone surrogate",
        id="id-lone-surrogate",
    ),
    pytest.param(
        row(document_id="x" * 2_000_000),
        r":2: document_id of 'x+'… .2,000,000 characters. has",
        id="line-of-two-megabytes",
    ),
    pytest.param(row(note="x" * 5_000_000), r":2: line is longer than 4,194,304 bytes", id="line-beyond-four"),
    pytest.param(
        row(target="nothing"), r":2: .* on 'nothing' is not in the gold labels, which have", id="target-unknown"
    ),
    pytest.param(row(target=None), r":2: .* is not in the gold labels, which have for this document", id="target-null"),
    pytest.param(row(target=[1]), r":2: target of .* must be a string or null, got \[1\]", id="target-list"),
    pytest.param(row(score={}), r":2: unknown field 'score'; a row has document_id, ", id="field-misspelt"),
    pytest.param(line(2, lambda text: b"[1]"), r":2: not a JSON object but list", id="row-list"),
    pytest.param(line(2, lambda text: b"[" * 200_000), r":2: nested deeper than 100 levels", id="row-deep"),
    pytest.param(
        line(2, lambda text: text[:-1] + b', "x": ' + b"[" * 200 + b"]" * 200 + b"}"),
        r":2: nested deeper",
        id="part-deep",
    ),
    pytest.param(header(version="0.0.9"), r":1: version is '0.0.9', ", id="other-corpus-version"),
    pytest.param(
        header(version=1), r":1: header: version must be a non-empty string or null, got 1", id="version-number"
    ),
    pytest.param(header(split="train"), r":1: split is 'train', ", id="other-split"),
    pytest.param(header(scheme="9"), r":1: scheme is '9', ", id="other-scheme"),
    pytest.param(header(task="mood"), r":1: (unknown task|task is) 'mood'", id="unknown-task"),
    pytest.param(header(protocol="guess"), r":1: protocol is 'guess', ", id="unknown-protocol"),
    pytest.param(header(weibo_nlp_predictions=2), r":1: format version 2 is not 1", id="later-format"),
    pytest.param(
        header(weibo_nlp_predictions=True),
        r":1: weibo_nlp_predictions is True, not the whole number 1",
        id="format-bool",
    ),
    pytest.param(header(fold=1), r":1: header has unknown 'fold'", id="header-unknown-field"),
    pytest.param(header(seed=-1), r":1: header: seed must be an integer from 0 to .* got -1", id="seed-negative"),
    pytest.param(header(seed=10**30), r":1: header: seed must be an integer from 0 to ", id="seed-huge"),
    pytest.param(header(model="mine"), r":1: header: model must be .* got 'mine'", id="model-text"),
    pytest.param(header(model={"name": "mine"}), r":1: header: model lacks version", id="model-version-missing"),
    pytest.param(
        header(model={"name": "x" * 9_999, "version": "1"}),
        r":1: header: model.name has 9,999 characters; 1,000 are allowed",
        id="model-name-endless",
    ),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("damage", "message"), WRONG_LINES)
def test_a_damaged_copy_is_refused_with_file_and_line(run, right, tmp_path, command, damage, message):
    path = tmp_path / "wrong.jsonl"
    path.write_bytes(b"\n".join(damage(right.read_bytes().splitlines())))
    code, err = refused(run, command, path, right, tmp_path)
    assert code == 3
    assert re.search(rf"wrong\.jsonl{message}", err), err


@pytest.mark.parametrize("command", ["compare", "leaderboard"])
@pytest.mark.parametrize(
    ("damage", "message"),
    [item for item in WRONG_LINES if item.id in ("truncated-in-a-row", "row-doubled", "label-unknown", "other-split")],
)
def test_compare_and_leaderboard_refuse_as_evaluate_does(run, right, tmp_path, command, damage, message):
    test_a_damaged_copy_is_refused_with_file_and_line(run, right, tmp_path, command, damage, message)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "encode", "message"),
    [
        pytest.param("w.jsonl", gzip.compress, r"w\.jsonl:1: not UTF-8: .* begins like gzip: unpack", id="gzip"),
        pytest.param("w.jsonl", lambda raw: raw.decode().encode("utf-16"), r"w\.jsonl:1: not UTF-8", id="utf-16"),
        pytest.param(
            "w.jsonl", lambda raw: raw.replace(b"\n", b"\r"), r"w\.jsonl:1: not JSON: Extra data", id="mac-os-9"
        ),
        pytest.param("w.parquet", lambda raw: raw, r"w\.parquet: not a Parquet file", id="jsonl-as-parquet"),
        pytest.param("w.parquet", lambda raw: b"", r"w\.parquet: not a Parquet file", id="parquet-empty"),
    ],
)
def test_bytes_of_another_kind_are_refused(run, right, tmp_path, command, name, encode, message):
    (tmp_path / name).write_bytes(encode(right.read_bytes()))
    code, err = refused(run, command, tmp_path / name, right, tmp_path)
    assert code == 3
    assert re.search(message, err), err


def as_parquet(right, path):
    file = read_predictions(right)
    write_predictions(path, file.header, file.predictions)
    return path


def with_columns(change):
    def damage(path):
        table = pq.read_table(path)
        metadata = table.schema.metadata
        pq.write_table(change(table).replace_schema_metadata(metadata), path)

    return damage


def with_header(raw):
    def damage(path):
        pq.write_table(pq.read_table(path).replace_schema_metadata({"weibo_nlp": raw}), path)

    return damage


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-40]), "not a Parquet file", id="end-cut"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[40:]), "cannot be read on after row 0", id="start-cut"
        ),
        pytest.param(
            with_columns(lambda table: table.drop_columns("label")), ":row 1: label for .* got None", id="no-label"
        ),
        pytest.param(
            with_columns(lambda table: table.append_column("n", pa.nulls(len(table)))),
            ":row 1: unknown field 'n'",
            id="n",
        ),
        pytest.param(
            with_columns(lambda table: table.append_column("label", table["label"])),
            ":schema: column 'label' stands twice",
            id="column-twice",
        ),
        pytest.param(
            with_columns(lambda table: table.set_column(0, "document_id", pa.array(range(len(table))))),
            ":row 1: document_id must be a non-empty string, got 0",
            id="ids-numbers",
        ),
        pytest.param(
            with_columns(lambda table: table.slice(1)), r":row \d+: the predictions end without", id="row-missing"
        ),
        pytest.param(
            with_columns(lambda table: table.slice(0, 0)), ":schema metadata: the predictions end", id="no-rows"
        ),
        pytest.param(with_header("{"), ":schema metadata: key 'weibo_nlp' must hold .* not JSON", id="header-cut"),
        pytest.param(with_header("[" * 9_999), ":schema metadata: .* nested deeper than 100", id="header-deep"),
        pytest.param(with_header(b"\xff"), ":schema metadata: .* not UTF-8", id="header-not-utf-8"),
        pytest.param(
            with_header('{"a": 1, "a": 2}'), ":schema metadata: .* key 'a' stands twice", id="header-key-twice"
        ),
    ],
)
def test_a_damaged_parquet_copy_is_refused_with_file_and_row(run, right, tmp_path, command, damage, message):
    path = as_parquet(right, tmp_path / "wrong.parquet")
    damage(path)
    code, err = refused(run, command, path, right, tmp_path)
    assert code == 3
    assert re.search(rf"wrong\.parquet:? ?{message}", err), err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda path: None, "No such file", id="missing"),
        pytest.param(lambda path: path.mkdir(), "Is a directory|is not a file", id="folder"),
        pytest.param(lambda path: path.symlink_to(path.name), "symbolic links", id="symlink-loop"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), "is a device|is not a file", id="endless-device"),
        pytest.param(lambda path: path.symlink_to("x" * 300), "too long", id="name-too-long"),
    ],
)
def test_what_is_no_file_is_a_wrong_call(run, right, tmp_path, command, make, message):
    path = tmp_path / "w.jsonl"
    make(path)
    code, err = refused(run, command, path, right, tmp_path)
    assert code == 2
    assert re.search(rf"w\.jsonl: .*({message})", err), err


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda raw: raw, id="as-written"),
        pytest.param(lambda raw: b"\xef\xbb\xbf" + raw, id="byte-order-mark"),
        pytest.param(lambda raw: raw.replace(b"\n", b"\r\n"), id="windows-line-ends"),
        pytest.param(lambda raw: raw + b"\n\n", id="blank-lines-at-the-end"),
        pytest.param(lambda raw: b"\n".join([*raw.splitlines()[:1], *raw.splitlines()[:0:-1]]), id="rows-in-any-order"),
    ],
)
def test_what_is_harmless_is_scored(run, right, tmp_path, encode):
    path = tmp_path / "fine.jsonl"
    path.write_bytes(encode(right.read_bytes()))
    _, as_written, _ = run("evaluate", right, "--resamples", "200")
    code, out, err = run("evaluate", path, "--resamples", "200")
    assert (code, out, err) == (0, as_written, "")


def test_the_same_file_as_parquet_scores_the_same(run, right, tmp_path):
    path = as_parquet(right, tmp_path / "fine.parquet")
    assert run("evaluate", path, "--resamples", "200") == run("evaluate", right, "--resamples", "200")

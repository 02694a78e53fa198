"""Model folders that are damaged, or made to harm: each is refused with the file's name, and nothing in it is run."""

import json
import pickle
import shutil
import struct
import sys
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.atomic import PendingFile
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.models import create, load_model
from weibo_nlp.records import Example

WORDS = {"praise": "好吃", "blame": "难吃"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """One folder a kind of model, each of two labels."""
    pairs = [(Example(f"{word}{number}"), label) for number in range(8) for label, word in WORDS.items()]
    examples, labels = zip(*pairs, strict=True)
    root = tmp_path_factory.mktemp("models")
    for name in ("linear", "majority"):
        create(name, tuple(WORDS)).fit(examples, labels).save_pretrained(root / name)
    return root


@pytest.fixture
def folder(saved, tmp_path):
    return Path(shutil.copytree(saved / "linear", tmp_path / "model"))


def change_config(folder, **values):
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8")) | values
    path.write_text(json.dumps({key: value for key, value in config.items() if value is not ...}), "utf-8")
    seal(folder)


def change_arrays(folder, **values):
    path = folder / "model.safetensors"
    arrays = load_file(path) | {name.replace("__", "."): value for name, value in values.items()}
    save_file({name: value for name, value in arrays.items() if value is not ...}, path)
    seal(folder)


def seal(folder):
    """Let the manifest say what the files are now: what whoever makes a folder to harm does as well."""
    write_manifest(folder, {}, ("config.json", "model.safetensors"))


@pytest.mark.parametrize("size", [0, 7, 100, -1], ids=["empty", "in-the-length", "in-the-header", "last-byte-missing"])
def test_truncated_weights_are_refused(folder, size):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    seal(folder)
    with pytest.raises(DataError, match=r"model\.safetensors: cannot be read: .*install the model again"):
        load_model(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "manifest.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(DataError, match=rf"{name}: missing"):
        load_model(folder)


def test_an_empty_folder_is_no_model(tmp_path):
    with pytest.raises(DataError, match=r"config\.json: cannot be read: No such file"):
        load_model(tmp_path)


class Harm:
    """Pickled, it makes a file when read."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_pickle_in_place_of_a_file_is_not_run(folder, tmp_path, name):
    mark = tmp_path / "run"
    content = pickle.dumps(Harm(mark))
    pickle.loads(content)  # noqa: S301 - shows that it would do harm
    mark.unlink()
    (folder / name).write_bytes(content)
    seal(folder)
    with pytest.raises(DataError, match=rf"{name}: cannot be read"):
        load_model(folder)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"{", "cannot be read", id="cut-short"),
        pytest.param(b'{"format": 1, "model": "\xba\xc3"}', "cannot be read", id="not-utf8"),
        pytest.param(b"[" * 200_000, "cannot be read", id="too-deep"),
        pytest.param(b'{"format": true}', "format is True, not a whole number as 2", id="format-is-no-number"),
        pytest.param(b'{"format": 2.0}', r"format is 2\.0, not a whole number as 2", id="format-is-a-fraction"),
        pytest.param(b'{"format": "2"}', "format is '2', not a whole number as 2", id="format-is-a-text"),
        pytest.param(b'{"format": 2, "x": NaN}', "cannot be read: .*NaN", id="no-number"),
        pytest.param(b'{"format": 2, "x": ' + b"9" * 5000 + b"}", "cannot be read: ", id="number-without-end"),
        pytest.param(b'{"format": 2, "format": 2}', "cannot be read: .*twice", id="key-twice"),
        pytest.param(b" " * 5_000_000, "5,000,000 bytes, at most 4,194,304 are read", id="too-long"),
        pytest.param(b"[]", "cannot be read: not a JSON object but list", id="not-an-object"),
        pytest.param(b"{}", "format is None, not a whole number as 2", id="no-format"),
        pytest.param(b'{"format": 3}', "format 3, this version reads 2; install", id="later-format"),
    ],
)
def test_a_configuration_that_is_none_is_refused(folder, content, message):
    (folder / "config.json").write_bytes(content)
    seal(folder)
    with pytest.raises(DataError, match=rf"config\.json: {message}"):
        load_model(folder)


@pytest.mark.parametrize("kind", ["forest", ["linear"], None], ids=["unknown", "list", "none"])
def test_an_unknown_kind_of_model_is_refused_with_the_known_ones(folder, kind):
    change_config(folder, model=kind)
    with pytest.raises(
        UnknownNameError,
        match=r"unknown kind of model .*; there is: embedding, .*, target_prior, transformer\. .*config\.json",
    ):
        load_model(folder)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        *[pytest.param({key: ...}, f"'{key}' is missing", id=f"no-{key}") for key in ("labels", "version", "targets")],
        pytest.param({"labels": 2}, "labels must be a list of strings, not 2", id="labels-number"),
        pytest.param({"labels": [0, 1]}, "labels must be a list of strings", id="labels-numbers"),
        pytest.param({"labels": "ab"}, "labels must be a list of strings", id="labels-text"),
        pytest.param({"labels": ["praise"] * 2}, "not all different", id="labels-doubled"),
        pytest.param({"labels": []}, "0 labels; from 1 to 1,000", id="labels-none"),
        pytest.param({"labels": ["praise", ""]}, "label '' is not of 1 to 200", id="label-empty"),
        pytest.param(
            {"labels": ["praise", "praise\0"]}, "printable characters without blanks", id="labels-one-to-numpy"
        ),
        pytest.param({"labels": ["praise", "=1+1"]}, "would take it for a formula", id="label-formula"),
        *[
            pytest.param({"labels": ["praise", f"{sign}1+1"]}, "would take it for a formula", id=f"label-{ord(sign):x}")
            for sign in "＝＋－＠﹦﹢﹣﹫−"
        ],
        *[
            pytest.param({"labels": ["praise", f"a{sign}"]}, "printable characters", id=f"label-with-{ord(sign):x}")
            for sign in "\u034f\u115f\u2800\u3164\uffa0\ufffc\U00016fe4"
        ],
        pytest.param({"labels": ["praise", "\x1b[2J"]}, "printable characters without blanks", id="label-escape"),
        pytest.param({"labels": ["praise", "x" * 201]}, r"\(201 characters\) is not of 1 to 200", id="label-long"),
        pytest.param({"labels": [str(n) for n in range(1001)]}, "1,001 labels; from 1 to 1,000", id="labels-1001"),
        pytest.param({"version": 1}, "version 1 is no printable text", id="version-number"),
        pytest.param({"version": "0\x1b[2J"}, "is no printable text", id="version-not-printable"),
        pytest.param({"targets": None}, "targets must be a list of strings", id="targets-none"),
        pytest.param({"targets": "面条"}, "targets must be a list of strings", id="targets-text"),
        pytest.param({"targets": ["面条"] * 2}, "not all different", id="targets-doubled"),
        pytest.param({"targets": [str(n) for n in range(10_001)]}, "more than 10,000 targets", id="targets-10001"),
        pytest.param({"trained_on": []}, "trained_on is", id="trained-on-list"),
        pytest.param({"trained_on": {}}, "'strength' is missing", id="no-strength"),
        pytest.param({"trained_on": {"strength": "1"}}, "strength is '1'", id="strength-text"),
        pytest.param({"seed": "0"}, "seed is '0'", id="seed-text"),
        pytest.param({"min_df": None}, "min_df is None", id="min-df-none"),
        pytest.param({"C": [1]}, "C is", id="C-list"),
        pytest.param({"targets": ["面条"]}, "columns, the n-grams and targets make", id="targets-too-many"),
        pytest.param({"with_parent": True}, "columns, the n-grams and targets make", id="parent-without-weights"),
        pytest.param({"with_target": "yes"}, "with_target is 'yes'", id="target-text"),
        pytest.param({"columns": 10**12}, "1000000000000 columns", id="terabytes-asked-for"),
        pytest.param({"columns": 1}, "1 columns", id="columns-too-few"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(folder, values, problem):
    change_config(folder, **values)
    with pytest.raises(DataError, match=rf"model\.safetensors and config\.json beside it do not fit: .*{problem}"):
        load_model(folder)


F32 = np.float32


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        *[
            pytest.param({name: ...}, f"array '{name.replace('__', '.')}' is missing", id=f"no-{name}")
            for name in ("bias", "mixing", "offset", "weights__data", "weights__rows", "ngrams__terms", "ngrams__idf")
        ],
        pytest.param({"bias": np.zeros(3, F32)}, "array 'bias' has 3 labels, expected 2", id="bias-too-long"),
        pytest.param({"mixing": np.zeros((2, 1), F32)}, "'mixing' has 1 labels, expected 2", id="mixing-too-narrow"),
        pytest.param({"offset": np.zeros((2, 1), F32)}, r"shape \[2, 1\], expected \(labels\)", id="offset-deep"),
        pytest.param({"weights__data": np.zeros(1, F32)}, "has [0-9]+ weights, expected 1", id="weights-too-few"),
        pytest.param({"weights__data": np.zeros(9, np.int8)}, "of type 'I8', expected F32", id="weights-int8"),
        pytest.param({"bias": np.zeros(2)}, "of type 'F64', expected F32", id="bias-of-doubles"),
        pytest.param({"bias": np.zeros(2, np.float16)}, "of type 'F16', expected F32", id="bias-of-halves"),
        pytest.param({"ngrams__idf": np.ones(1, F32)}, "'ngrams.idf' has 1 ngrams, expected", id="idf-too-short"),
        pytest.param({"ngrams__terms": np.zeros(1, F32)}, "of type 'F32', expected U64", id="terms-are-floats"),
        pytest.param({"more": np.zeros(1, F32)}, "array 'more' is none of bias, mixing", id="one-more"),
    ],
)
def test_arrays_that_the_model_does_not_write_are_refused(folder, values, problem):
    change_arrays(folder, **values)
    with pytest.raises(DataError, match=rf"model\.safetensors: cannot be read: .*{problem}.*install the model again"):
        load_model(folder)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param({"weights__rows": np.array([0, 9**9, 2], np.uint32)}, "", id="rows-beyond-the-weights"),
        pytest.param({"weights__rows": np.zeros(4, np.uint32)}, "", id="a-row-too-many"),
        pytest.param({"ngrams__terms": "zeros"}, "0 is no packed n-gram", id="term-is-none"),
        pytest.param({"weights__columns": "zeros"}, "weights stand twice in one place", id="place-taken-twice"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(folder, values, problem):
    arrays = load_file(folder / "model.safetensors")
    zeros = {name: np.zeros_like(arrays[name.replace("__", ".")]) for name in values}
    change_arrays(folder, **{name: zeros[name] if isinstance(value, str) else value for name, value in values.items()})
    with pytest.raises(DataError, match=rf"model\.safetensors and config\.json beside it do not fit: .*{problem}"):
        load_model(folder)


def test_weights_placed_outside_the_matrix_are_refused_before_they_are_written_there(folder):
    columns = load_file(folder / "model.safetensors")["weights.columns"]
    change_arrays(folder, weights__columns=np.full_like(columns, 4_000_000_000))
    with pytest.raises(DataError, match=r"model\.safetensors and .* do not fit: .*column 4,000,000,000 of"):
        load_model(folder)


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(folder, odd):
    change_arrays(folder, offset=np.array([0, odd], F32))
    with pytest.raises(DataError, match=r"model\.safetensors: offset holds numbers that are not finite"):
        load_model(folder)


@pytest.mark.parametrize(("dtype", "width"), [("BF16", 2), ("F8_E4M3", 1)])
def test_number_types_unknown_to_numpy_are_refused(folder, dtype, width):
    header = json.dumps({"bias": {"dtype": dtype, "shape": [2], "data_offsets": [0, 2 * width]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(2 * width))
    seal(folder)
    with pytest.raises(DataError, match=r"model\.safetensors: cannot be read"):
        load_model(folder)


def test_an_array_that_the_header_places_twice_is_refused(folder):
    path = folder / "model.safetensors"
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    entries = json.loads(raw[8 : 8 + size])
    header = raw[8 : 8 + size].rstrip()[:-1] + b', "bias": ' + json.dumps(entries["bias"]).encode() + b"}"
    path.write_bytes(struct.pack("<Q", len(header)) + header + raw[8 + size :])
    seal(folder)
    with pytest.raises(DataError, match=r"its header cannot be read as JSON \(key 'bias' stands twice\)"):
        load_model(folder)


def test_a_majority_model_whose_shares_do_not_fit_is_refused(saved, tmp_path):
    folder = Path(shutil.copytree(saved / "majority", tmp_path / "model"))
    change_config(folder, labels=["praise", "blame", "other"])
    with pytest.raises(DataError, match=r"model\.safetensors: cannot be read: array 'shares' has 2 labels, expected 3"):
        load_model(folder)
    change_config(folder, labels=["praise", "blame"])
    change_arrays(folder, shares=np.array([0.7, 0.7]))
    with pytest.raises(DataError, match=r"shares are below 0, or do not sum to 1"):
        load_model(folder)


def test_a_folder_taken_for_another_kind_is_refused(saved, folder):
    change_config(folder, model="majority")
    with pytest.raises(DataError, match=r"array '.*' is none of shares"):
        load_model(folder)


def test_saving_that_fails_leaves_the_model_that_was_there(folder, saved, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    model = load_model(saved / "linear")
    monkeypatch.setattr(PendingFile, "complete", Mock(side_effect=[None, None, UsageError("cannot write: full")]))
    with pytest.raises(UsageError, match="cannot write: full"):
        model.set_params(C=3.0).save_pretrained(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("last", ["manifest.json", "config.json"])
def test_saving_killed_between_its_renames_leaves_no_mixture(folder, saved, monkeypatch, last):
    model = load_model(saved / "linear")
    model.coef_ = model.coef_ * 2
    publish = PendingFile.publish

    def publish_until(pending):
        publish(pending)
        if pending.destination.target.name == last:
            raise KeyboardInterrupt

    monkeypatch.setattr(PendingFile, "publish", publish_until)
    (folder / "manifest.json").unlink()  # as of a model of format 1, which nothing would tell from a mixture
    with pytest.raises(KeyboardInterrupt):
        model.set_params(C=3.0).save_pretrained(folder)
    with pytest.raises(DataError, match=r"missing, or not what manifest\.json says"):
        load_model(folder)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


OWN_MANIFEST = json.dumps(
    {"files": {name: {"bytes": 1, "sha256": "0" * 64} for name in ("config.json", "model.safetensors")}}
)
OTHERS_CONFIG = '{"model_type": "bert", "architectures": ["BertModel"]}'


@pytest.mark.parametrize(
    ("files", "named"),
    [
        pytest.param(
            {"config.json": OTHERS_CONFIG, "model.safetensors": "their weights"}, "config.json", id="another-library"
        ),
        pytest.param({"config.json": '{"format": 2, "model": "x"}'}, "config.json", id="config-of-a-program"),
        pytest.param(
            {"config.json": '{"format": "png", "model": "x", "version": "1", "labels": []}'},
            "config.json",
            id="config-whose-format-is-no-number",
        ),
        pytest.param({"config.json": "no JSON"}, "config.json", id="config-that-cannot-be-read"),
        pytest.param({"model.safetensors": "their weights"}, "model.safetensors", id="weights-alone"),
        pytest.param({"manifest.json": '{"name": "a web page"}'}, "manifest.json", id="manifest-of-a-page"),
        pytest.param({"manifest.json": ""}, "manifest.json", id="manifest-that-cannot-be-read"),
        pytest.param({"manifest.json": '{"files": {}}'}, "manifest.json", id="manifest-of-other-files"),
        pytest.param({"manifest.json": OWN_MANIFEST[:-1] + ', "x": 1}'}, "manifest.json", id="manifest-that-says-more"),
        pytest.param(
            {"manifest.json": OWN_MANIFEST, "config.json": OTHERS_CONFIG}, "config.json", id="saved-over-one-of-ours"
        ),
    ],
)
def test_a_file_of_another_program_is_not_replaced_by_a_model(saved, tmp_path, files, named):
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    before = contents(tmp_path)
    with pytest.raises(
        UsageError, match=rf"{named}: it is there and of no model of weibo_nlp; name another folder, or"
    ):
        load_model(saved / "majority").save_pretrained(tmp_path)
    assert contents(tmp_path) == before


def test_the_manifest_of_another_program_is_not_replaced_beside_a_model_of_ours(saved, folder):
    (folder / "manifest.json").write_text('{"name": "a web page"}', "utf-8")
    with pytest.raises(UsageError, match=r"manifest\.json: it is there and of no model"):
        load_model(saved / "majority").save_pretrained(folder)
    change_config(folder, format=1)  # which has no manifest, so that a broken one is another program's
    (folder / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(UsageError, match=r"manifest\.json: it is there and of no model"):
        load_model(saved / "majority").save_pretrained(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "manifest.json"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_model_is_not_written_through_a_link(saved, folder, tmp_path, name, is_there):
    elsewhere = tmp_path / "elsewhere"
    (folder / name).rename(elsewhere)
    (folder / name).symlink_to(elsewhere)
    content = elsewhere.read_bytes()
    if not is_there:
        elsewhere.unlink()
    with pytest.raises(UsageError, match=rf"{name}: it is a link, and none in .* is followed"):
        load_model(saved / "majority").save_pretrained(folder)
    assert not elsewhere.exists() or elsewhere.read_bytes() == content
    assert (folder / name).is_symlink()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param({"config.json": b"{"}, id="config-cut"),
        pytest.param({"config.json": b'{"format": 2}'}, id="config-altered"),
        pytest.param({"config.json": None}, id="config-lost"),
        pytest.param({"manifest.json": b'{"fil'}, id="manifest-cut"),
        pytest.param({"manifest.json": None}, id="manifest-lost"),
        pytest.param({"model.safetensors": b""}, id="weights-cut"),
        pytest.param({"model.safetensors": None, "config.json": None}, id="manifest-alone"),
        pytest.param({"config.json": None, "model.safetensors": b"\xff"}, id="config-lost-and-weights-cut"),
    ],
)
def test_a_damaged_model_is_replaced_and_what_lies_beside_it_stays(saved, folder, damage):
    for name, content in damage.items():
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(content)
    (folder / "notes.txt").write_text("mine", "utf-8")
    load_model(saved / "majority").save_pretrained(folder)
    assert contents(folder) == contents(saved / "majority") | {"notes.txt": b"mine"}


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_model_of_format_1_is_replaced(saved, folder):
    change_config(folder, format=1)
    (folder / "manifest.json").unlink()
    load_model(folder).save_pretrained(folder)
    assert contents(folder) == contents(saved / "linear")

"""A model folder is what its manifest says, or it is refused; and a folder made to harm takes little memory."""

import json
import os
import shutil
import struct
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save

from weibo_nlp.errors import DataError
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.models import LinearClassifier, create, limits, load_model

FILES = ("config.json", "manifest.json", "model.safetensors")
TEXTS = [f"{word}{number}" for number in range(8) for word in ("好吃", "难吃")]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    create("linear", ("praise", "blame")).fit(TEXTS, ["praise", "blame"] * 8).save_pretrained(folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    return Path(shutil.copytree(saved, tmp_path / "model"))


def rewrite(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


def as_format_1(folder):
    rewrite(folder, format=1)
    (folder / "manifest.json").unlink()


def test_manifest_names_both_files_with_size_and_checksum(saved):
    manifest = json.loads((saved / "manifest.json").read_text("utf-8"))
    assert manifest == {
        "files": {
            name: {"bytes": (saved / name).stat().st_size, "sha256": sha256_of_file(saved / name)}
            for name in ("config.json", "model.safetensors")
        }
    }


def test_reversed_labels_are_refused(folder):
    rewrite(folder, labels=["blame", "praise"])
    with pytest.raises(DataError, match=r"config\.json: missing, or not what manifest\.json says"):
        load_model(folder)


@given(name=st.sampled_from(FILES), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_nothing(saved, tmp_path_factory, name, place, bit):
    folder = Path(shutil.copytree(saved, tmp_path_factory.mktemp("flipped") / "model"))
    content = bytearray((folder / name).read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    (folder / name).write_bytes(content)
    try:
        model = load_model(folder)
    except DataError:
        return
    assert name == "manifest.json"  # a bit in its white space
    assert model.predict_proba(TEXTS).tolist() == load_model(saved).predict_proba(TEXTS).tolist()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_a_forged_folder_loads_and_predicts_probabilities_or_is_refused(saved, tmp_path_factory, data):
    """Whoever forges a file can forge the manifest: what is in the files must be looked at as well."""
    folder = Path(shutil.copytree(saved, tmp_path_factory.mktemp("forged") / "model"))
    if data.draw(st.booleans(), label="config"):
        keys = [*json.loads((saved / "config.json").read_text("utf-8")).keys() - {"model"}, "more"]
        rewrite(folder, **data.draw(st.dictionaries(st.sampled_from(sorted(keys)), VALUES, min_size=1, max_size=2)))
    else:
        path = folder / "model.safetensors"
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(0, 9))
        path.write_bytes(content[: len(content) - cut] if cut < 3 else content)
    write_manifest(folder, {}, ("config.json", "model.safetensors"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            model = load_model(folder)
    except DataError:
        return
    probabilities = model.predict_proba([*TEXTS]) if not model.features_.with_target else np.ones((1, 1))
    assert np.isfinite(probabilities).all()
    assert np.allclose(probabilities.sum(axis=1), 1)


def header_of(folder, **arrays):
    """Weights whose header asks for arrays that the file does not hold."""
    raw = save(load_file(folder / "model.safetensors"))
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    header |= {name.replace("__", "."): header[name.replace("__", ".")] | change for name, change in arrays.items()}
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + size :])


def many_targets(folder):
    # 2,000 targets × 200,000 n-grams × 2 labels would be 3 GB of coefficients, from a folder of 2.5 MB.
    arrays = load_file(folder / "model.safetensors")
    terms = np.arange(1, 200_001, dtype=np.uint64)
    arrays |= {"ngrams.terms": terms, "ngrams.idf": np.ones(len(terms), np.float32)}
    (folder / "model.safetensors").write_bytes(save(arrays))
    rewrite(folder, targets=[str(n) for n in range(2000)], columns=2001 * 200_000)


HOSTILE = [
    pytest.param(many_targets, "coefficients; raise min_df", id="columns"),
    pytest.param(
        lambda folder: rewrite(folder, labels=["x" * 1_000_000, *map(str, range(999))]), "label", id="long-label"
    ),
    pytest.param(
        lambda folder: header_of(folder, weights__data={"shape": [10**12]}), "at most 134,217,728", id="weights"
    ),
    pytest.param(lambda folder: header_of(folder, bias={"shape": [2**63]}), "at most 1,000", id="bias"),
    pytest.param(lambda folder: header_of(folder, bias={"data_offsets": [0, 2**62]}), "does not fit", id="offsets"),
    pytest.param(
        lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 8 + b"{}"), "a header of", id="header"
    ),
]


@pytest.mark.parametrize(("harm", "problem"), HOSTILE)
def test_what_a_folder_asks_for_is_refused_before_it_is_allocated(folder, harm, problem):
    harm(folder)
    write_manifest(folder, {}, ("config.json", "model.safetensors"))
    load_model("irony")  # what is imported once does not count
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=problem):
            load_model(folder)
        assert tracemalloc.get_traced_memory()[1] < 150e6
    finally:
        tracemalloc.stop()


def test_a_file_that_the_manifest_does_not_name_is_left_alone(folder):
    (folder / "README.md").write_text("trained on my posts", "utf-8")
    (folder / "model2.safetensors").write_bytes(b"\xff")
    assert load_model(folder).predict(["好吃"]).tolist() == ["praise"]


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        pytest.param("[" * 5_000, "manifest.json: nested deeper|manifest.json: not JSON", id="nested"),
        pytest.param("{}", "files is None", id="no-files"),
        pytest.param('{"files": {"config.json": 1}}', "has 1 for bytes and sha256", id="no-entry"),
        pytest.param('{"files": {"../x": {"bytes": 1, "sha256": ""}}}', "no name of a file beside it", id="elsewhere"),
        pytest.param('{"files": {"config.json": {"bytes": -1, "sha256": ""}}}', "are -1", id="size"),
        pytest.param('{"files": {"config.json": {"bytes": 1, "sha256": "zz"}}}', "is 'zz', 64 digits", id="checksum"),
        pytest.param(
            '{"files": {"x": {"bytes": 0, "sha256": "' + "0" * 64 + '"}}}',
            "does not name config.json",
            id="other-files",
        ),
    ],
)
def test_a_manifest_that_is_none_is_refused(folder, manifest, problem):
    (folder / "manifest.json").write_text(manifest, "utf-8")
    with pytest.raises(DataError, match=problem):
        load_model(folder)


def test_a_folder_of_format_1_is_read_with_a_warning_that_says_what_to_do(folder):
    expected = load_model(folder).predict_proba(TEXTS).tolist()
    as_format_1(folder)
    with pytest.warns(FutureWarning, match=r"model: a model of format 1.*until weibo_nlp 0\.4\.0.*save_pretrained"):
        model = load_model(folder)
    assert model.predict_proba(TEXTS).tolist() == expected
    model.save_pretrained(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_model(folder)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_folder_of_format_1_that_asks_for_much_is_refused_as_well(folder):
    many_targets(folder)
    as_format_1(folder)
    with pytest.raises(DataError, match="coefficients; raise min_df"):
        load_model(folder)


def test_what_could_not_be_read_again_is_not_saved(tmp_path, monkeypatch):
    changed = create("majority", ("x", "y")).fit(["好"], ["y"])
    changed.classes_ = np.array(["x" * 201, "y"])
    with pytest.raises(DataError, match=r"cannot be saved: label .*\(201 characters\)"):
        changed.save_pretrained(tmp_path / "long")
    model = LinearClassifier(C=1.0).fit(TEXTS, ["praise", "blame"] * 8)
    monkeypatch.setattr(limits, "MAX_COEFFICIENTS", 10)
    with pytest.raises(DataError, match=r"cannot be saved: 2 labels × .* are more than 10 coefficients"):
        model.save_pretrained(tmp_path / "large")
    assert list(tmp_path.iterdir()) == []


def test_coefficients_that_overflow_are_not_saved(tmp_path):
    model = LinearClassifier(C=1.0).fit(TEXTS, ["praise", "blame"] * 8)
    with np.errstate(over="ignore"):
        model.coef_ = (np.full(model.coef_.shape, 1e39)).astype(np.float32)  # a float32 ends at 3.4e38
    with pytest.raises(DataError, match=r"weights\.data holds numbers that are not finite"):
        model.save_pretrained(tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("task", ["topic", "sentiment", "irony", "stance"])
def test_saving_a_shipped_model_gives_its_bytes_again(task, tmp_path):
    from weibo_nlp import _resources

    shipped = _resources.models_dir() / task
    load_model(task).save_pretrained(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in shipped.iterdir()
    }


def test_a_manifest_that_names_more_than_a_model_is_refused_before_any_of_it_is_read(folder):
    huge = folder / "extra.bin"
    with huge.open("wb") as file:
        file.truncate(2**40)  # 1 TB without a block on disk: its checksum would take an hour
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["files"]["extra.bin"] = {"bytes": 2**40, "sha256": "0" * 64}
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(DataError, match=r"manifest\.json: names 'extra\.bin', and a model is made of config\.json,"):
        load_model(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("format_", [1, 2])
@pytest.mark.parametrize("name", FILES)
def test_a_pipe_in_place_of_a_file_is_refused_without_waiting(folder, name, format_):
    if format_ == 1:
        as_format_1(folder)
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    with pytest.raises(DataError, match=r"is no file|missing, or not what"):
        load_model(folder)

"""Folders of trained models: whole or not there, harmless to read, and damaged ones refused."""

import json
import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled_posts import posts

from weibo_nlp import label
from weibo_nlp.errors import DataError, UsageError, WeiboNlpError
from weibo_nlp.io.atomic import PendingFile
from weibo_nlp.models import MajorityClassifier, load_model
from weibo_nlp.training import LearntFrom, learnt_from, train

TEXTS, LABELS = posts("food", "weather", "work")
FILES = {"README.md", "config.json", "learnt_from.json", "manifest.json", "model.safetensors", "report.json"}
HOSTILE = ["<script>alert(1)</script>", "a|b [x](javascript:alert) `c` **d** www.e.f https://g.h", "&lt; $1$ ~~i~~"]


@pytest.fixture(scope="module")
def saved(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "new" / "model"
    trained.save(folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    return Path(shutil.copytree(saved, tmp_path / "model"))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_saved_folder_is_loaded_and_labels_with_what_lies_beside_the_model(trained, saved):
    assert set(contents(saved)) == FILES
    assert load_model(saved).predict_proba(TEXTS).tolist() == pytest.approx(
        trained.model.predict_proba(TEXTS), abs=1e-6
    )
    assert load_model(saved).conformal_.counts == {"food": 20, "weather": 20, "work": 20}
    assert label(["昨晚吃面条"], models={"about": saved})["about"].tolist() == ["food"]


def test_no_text_is_in_any_file(saved):
    everything = b"".join(contents(saved).values())
    assert not [text for text in TEXTS if text.encode() in everything]
    report = json.loads(contents(saved)["report.json"])
    assert report["rows"]["used"] == 60
    assert set(report["scores"]["per_class"]) == {"food", "weather", "work"}


def test_the_same_is_written_as_the_same_bytes_and_over_what_was_there(trained, saved, folder):
    (folder / "README.md").write_bytes(contents(saved)["README.md"] + b"\nmine")
    (folder / "notes.txt").write_text("mine", "utf-8")
    trained.save(folder)
    assert contents(folder) == contents(saved) | {"notes.txt": b"mine"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("posts.csv", "text\n", "holds files and no model", id="other-files"),
        pytest.param("report.json", '{"kind": "sales"}', "report.json: it is there and was not written", id="report"),
        pytest.param("report.json", "no json", "report.json: it is there and was not written", id="no-json"),
        pytest.param("README.md", "# mine", "README.md: it is there and was not written", id="readme"),
        pytest.param("learnt_from.json", "[]", "learnt_from.json: it is there and was not", id="learnt-from"),
    ],
)
def test_what_is_of_no_model_of_ours_is_not_overwritten(trained, tmp_path, name, content, message):
    if name != "posts.csv":
        trained.model.save_pretrained(tmp_path)
    (tmp_path / name).write_text(content, "utf-8")
    before = contents(tmp_path)
    with pytest.raises(UsageError, match=message):
        trained.save(tmp_path)
    assert contents(tmp_path) == before


def test_a_file_is_no_folder(trained, tmp_path):
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(UsageError, match="is no folder"):
        trained.save(tmp_path / "taken")


@pytest.mark.parametrize("whole", range(6))
def test_saving_that_fails_leaves_nothing_or_what_was_there(trained, folder, tmp_path, monkeypatch, whole):
    before = contents(folder)
    other = train(TEXTS, LABELS[::-1], classifier=MajorityClassifier(), curve=False)
    monkeypatch.setattr(PendingFile, "complete", Mock(side_effect=[*[None] * (3 + whole), UsageError("full")]))
    for place in (folder, tmp_path / "not" / "there"):
        PendingFile.complete.side_effect = [*[None] * (3 + whole), UsageError("full")]
        with pytest.raises(UsageError, match="full"):
            other.save(place)
    assert contents(folder) == before
    assert not (tmp_path / "not").exists()


def test_a_word_of_the_user_is_no_markup_in_the_card(tmp_path):
    train(TEXTS[:30], HOSTILE * 10, classifier=MajorityClassifier(), curve=False).save(tmp_path)
    card = (tmp_path / "README.md").read_text("utf-8")
    assert r"\<script\>alert(1)\</script\>" in card
    assert r"a\|b \[x\](javascript:alert) \`c\` \*\*d\*\* www\.e.f https:\//g.h" in card
    assert r"\&lt; \$1\$ \~\~i\~\~" in card
    assert "<script" not in card.replace(r"\<script", "")


@settings(max_examples=25)
@given(name=st.sampled_from(sorted(FILES)), place=st.floats(0, 1, exclude_max=True), data=st.data())
def test_a_damaged_folder_is_refused_or_answers_as_the_whole_one(saved, tmp_path_factory, name, place, data):
    folder = Path(shutil.copytree(saved, tmp_path_factory.mktemp("damaged") / "model"))
    content = bytearray((folder / name).read_bytes())
    at = int(place * len(content))
    damage = data.draw(st.sampled_from(["bit", "cut", "gone", "edit"]))
    if damage == "gone":
        (folder / name).unlink()
    else:
        if damage == "bit":
            content[at] ^= 1 << data.draw(st.integers(0, 7))
        elif damage == "cut":
            content = content[:at]
        else:
            content[at:at] = data.draw(st.sampled_from([b"0", b'"x": 1,', b"\xff", b"[", b"null"]))
        (folder / name).write_bytes(content)
    try:
        model = load_model(folder)
    except WeiboNlpError:
        pass
    else:
        assert model.predict_proba(TEXTS).tolist() == load_model(saved).predict_proba(TEXTS).tolist()
    try:
        known = learnt_from(folder)
    except WeiboNlpError:
        return
    assert known == learnt_from(saved)


def test_what_was_learnt_from_is_recognised_in_other_clothes(saved):
    known = learnt_from(saved)
    dressed = [f" {TEXTS[0]}\u200b", f"{TEXTS[1]}//@某人:别的话", "没学过的一句话", TEXTS[0][:-1]]
    assert known.overlap(dressed) == [0, 1]
    assert len(known.hashes) == 60


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=6))
def test_every_text_is_found_among_those_learnt_from(texts):
    assert LearntFrom.of(texts).overlap(texts) == list(range(len(texts)))


def test_hashes_of_two_models_do_not_tell_what_both_learnt_from():
    one, other = LearntFrom.of(TEXTS), LearntFrom.of(TEXTS[1:])
    assert one.hashes.isdisjoint(other.hashes)
    assert LearntFrom.of(TEXTS[::-1]) == one


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"kind": "x"}, "is no list of what a model learnt from", id="kind"),
        pytest.param({"key": "zz"}, "is no list of what", id="key"),
        pytest.param({"hashes": {}}, "is no list of what", id="hashes-of-no-list"),
        pytest.param({"hashes": [""]}, "holds '', which is no hash of 32 digits", id="no-hash"),
        pytest.param({"hashes": []}, "its hashes are not those that were written", id="hashes-lost"),
        pytest.param({"weights": "0" * 64}, "belongs to another model.safetensors", id="of-another-model"),
    ],
)
def test_a_list_of_what_was_learnt_from_that_is_none_is_refused(folder, changes, message):
    path = folder / "learnt_from.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    with pytest.raises(DataError, match=message):
        learnt_from(folder)


def test_a_folder_without_such_a_list_is_told_of(tmp_path):
    with pytest.raises(DataError, match=r"learnt_from\.json: cannot be read: No such file"):
        learnt_from(tmp_path)

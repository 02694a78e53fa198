"""The chain of a release, on copies: the miniature step by step, the released corpus to its card."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
MINIATURE = CHECKOUT / "tests" / "data" / "release"
PIN = "scripts/lm_eval/_logits_yaml"
A1 = "annotations/rounds/r01/a1.jsonl"
MARK = "(to be filled in)"

pytestmark = pytest.mark.slow


def release(root, version, *arguments):
    command = [sys.executable, CHECKOUT / "scripts" / "release.py", version, "--root", root, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def states(done):
    """Step -> what was said of it; nothing where it was taken."""
    lines = (re.match(r"(\w+) {2,}[^:\t]+(?:: (.*))?$", line) for line in done.stdout.splitlines())
    return {match[1]: match[2] or "" for match in lines if match}


def files(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def change(path, line, **values):
    rows = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
    rows[line - 1] |= values
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def write_entry(root, sentence="A label was wrong."):
    path = root / "corpus" / "CHANGELOG.md"
    path.write_text(path.read_text("utf-8").replace(MARK, sentence), "utf-8")


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The miniature, released as 0.0.1."""
    root = Path(shutil.copytree(MINIATURE, tmp_path_factory.mktemp("release") / "miniature"))
    (root / PIN).parent.mkdir(parents=True)
    shutil.copy(CHECKOUT / PIN, root / PIN)
    (root / "corpus" / "CHANGELOG.md").write_text("# Changelog of the corpus\n", "utf-8")
    assert release(root, "0.0.1").returncode == 3  # for the entry of the changelog
    write_entry(root, "First release.")
    done = release(root, "0.0.1")
    assert (done.returncode, done.stderr) == (0, "")
    assert states(done)["build"] == "done"
    return root


@pytest.fixture
def miniature(released, tmp_path):
    return Path(shutil.copytree(released, tmp_path / "miniature"))


def test_a_patch_goes_from_its_sources_to_the_checked_release(miniature):
    change(miniature / A1, 3, confidence="low")
    stopped = release(miniature, "0.0.2")
    assert stopped.returncode == 3
    assert stopped.stderr.splitlines()[-1] == "stopped at changelog; the same command goes on from there"
    entry = (miniature / "corpus" / "CHANGELOG.md").read_text("utf-8").partition("## 0.0.1")[0]
    assert "- Against 0.0.1: no text and no split changed.\n- Gold that differs: none.\n" in entry
    assert (miniature / "corpus/versions/0.0.1/manifest.json").exists()
    write_entry(miniature)
    done = release(miniature, "0.0.2")
    assert (done.returncode, done.stderr) == (0, "")
    assert states(done) == {
        "sources": "", "build": "done", "splits": "", "changelog": "done", "pins": "", "card": "done",
        "models": "done", "check": "",
    }  # fmt: skip
    assert '  corpus_version: "0.0.2"   # another' in (miniature / PIN).read_text("utf-8")
    assert "all rules hold" in done.stdout


def test_a_dry_run_changes_nothing(miniature):
    change(miniature / A1, 3, confidence="low")
    before = files(miniature)
    done = release(miniature, "0.0.2", "--dry-run")
    assert done.returncode == 0
    assert states(done)["build"] == "to do"
    assert set(states(done).values()) == {"", "to do", "once it is built"}
    assert files(miniature) == before


def test_sources_that_break_a_rule_stop_the_chain_before_anything_is_built(miniature):
    gold = miniature / "annotations/adjudicated/library-fines.jsonl"
    gold.write_text("".join(gold.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    before = files(miniature)
    done = release(miniature, "0.0.2")
    assert (done.returncode, "[3 gold] 'library-fines-0009' has no gold row" in done.stderr) == (3, True)
    assert files(miniature) == before


def test_a_patch_that_rewords_a_text_is_refused(miniature):
    texts = miniature / "corpus/texts/credit/library-fines.jsonl"
    change(texts, 2, text=json.loads(texts.read_text("utf-8").splitlines()[1])["text"] + "了")
    done = release(miniature, "0.0.2")
    assert done.returncode == 3
    assert "against 0.0.1, 1 documents have another text, as " in done.stderr
    assert done.stderr.endswith("stopped at splits; the same command goes on from there\n")


def strike(root, *ids):
    rows = [{"document_id": name, "reason": "wit", "since": "0.1.0"} for name in ids]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (root / "corpus" / "struck.jsonl").write_text(text, "utf-8")


@pytest.mark.parametrize(("version", "stopped_at"), [("0.0.2", "splits"), ("0.1.0", "changelog")])
def test_documents_struck_out_leave_a_minor_version_and_no_patch(miniature, version, stopped_at):
    strike(miniature, "library-fines-0003", "library-fines-0004")
    done = release(miniature, version)
    assert done.returncode == 3
    assert done.stderr.endswith(f"stopped at {stopped_at}; the same command goes on from there\n")
    entry = "- Against 0.0.1: 2 documents taken out.\n"
    assert (entry in (miniature / "corpus" / "CHANGELOG.md").read_text("utf-8")) == (version == "0.1.0")
    assert ("2 documents are not there any more, as " in done.stderr) == (version == "0.0.2")


@pytest.mark.parametrize(("version", "message"), [("0.0.0", "its next patch is 0.0.2"), ("next", "next")])
def test_a_version_that_cannot_follow_is_a_wrong_call(miniature, version, message):
    done = release(miniature, version)
    assert (done.returncode, message in done.stderr) == (2, True)


def test_the_released_corpus_needs_nothing_but_a_check():
    done = release(CHECKOUT, json.loads((CHECKOUT / "corpus/manifest.json").read_text("utf-8"))["version"], "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    found = states(done)
    assert {name for name, state in found.items() if state == "done"} >= {"build", "changelog", "pins", "card"}

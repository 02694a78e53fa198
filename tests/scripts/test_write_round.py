import shutil
import sys
from pathlib import Path

import pytest
import write_round

from weibo_nlp.annotation import import_answers, new_campaign
from weibo_nlp.io import write_jsonl
from weibo_nlp.release.rounds import corpus_documents

MINIATURE = Path(__file__).parents[1] / "data" / "release"
LABELS = {"topic": "credit", "sentiment": "neutral", "irony": "false", "needs_context": "false"}
TASKS = (*LABELS, "stance")


@pytest.fixture
def finished(tmp_path):
    """A clone, and a campaign over one of its events in which all say the same."""
    root = tmp_path / "clone"
    shutil.copytree(MINIATURE, root)
    source = corpus_documents(root, ["library-fines"])
    campaign = new_campaign(tmp_path / "campaign", source, TASKS, ["A", "B", "model:C"], rule="majority")
    for name in ("A", "B", "model:C"):
        rows = [
            {"number": number, "labels": LABELS | {"stance_1": "favor", "stance_2": "none"}}
            for number in campaign.keys[name].numbers
        ]
        write_jsonl(tmp_path / "in.jsonl", rows)
        assert import_answers(campaign, tmp_path / "in.jsonl")[1] == []
    (tmp_path / "sheet.md").write_text("Judge.\n", "utf-8")
    return root


def run(monkeypatch, capsys, tmp_path, *options):
    arguments = ["write_round.py", tmp_path / "campaign", "r04", "--root", tmp_path / "clone", *options]
    monkeypatch.setattr(sys, "argv", list(map(str, arguments)))
    code = write_round.main()
    return code, capsys.readouterr()


def test_a_finished_campaign_is_written_as_a_round(finished, monkeypatch, capsys, tmp_path):
    options = ("--prompt", tmp_path / "sheet.md", "--model", "model:C=a made-up model, version 1")
    code, shown = run(monkeypatch, capsys, tmp_path, *options)
    assert (code, shown.err) == (0, "")
    folder = finished / "annotations/rounds/r04"
    assert [path.name for path in sorted(folder.iterdir())] == ["a1.jsonl", "a2.jsonl", "a3.jsonl", "prompts"]
    assert '"model": "a made-up model, version 1"' in (folder / "a3.jsonl").read_text("utf-8").splitlines()[0]
    assert '"model": "a person"' in (folder / "a1.jsonl").read_text("utf-8").splitlines()[0]


def test_a_prompt_of_somebody_else_is_refused(finished, monkeypatch, capsys, tmp_path):
    code, shown = run(monkeypatch, capsys, tmp_path, "--prompt", f"D={tmp_path / 'sheet.md'}")
    assert code != 0
    assert "D is no annotator of the campaign; there is: A, B, model:C" in shown.err
    assert not (finished / "annotations/rounds/r04").exists()

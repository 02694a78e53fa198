import json
import sys
from pathlib import Path

import corpus_report
import pytest

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def run(monkeypatch, capsys):
    """The script in this process: exit code, standard output, standard error."""

    def call(*arguments, external=None):
        monkeypatch.delenv("WEIBO_NLP_EXTERNAL", raising=False)
        if external is not None:
            monkeypatch.setenv("WEIBO_NLP_EXTERNAL", str(external))
        monkeypatch.setattr(sys, "argv", ["corpus_report.py", *map(str, arguments)])
        code = corpus_report.main()
        return code, *capsys.readouterr()

    return call


@pytest.mark.parametrize("external", [None, DATA / "external"], ids=["published-figures-alone", "with-copies"])
def test_three_files_are_written_and_deviations_printed(run, tmp_path, external):
    code, out, err = run("--root", DATA / "release", "--output", tmp_path / "out", "--no-shortcuts", external=external)
    assert code == 0, err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "out.json", "out.md"]
    document = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert document["size"]["documents"] == 16
    outside = [row["figure"] for row in document["deviations"] if row["verdict"] != "inside"]
    assert [line.partition(":")[0] for line in out.splitlines()] == outside
    assert ("COLD" in (tmp_path / "out.md").read_text("utf-8")) == (external is not None)


def test_a_folder_without_sets_is_refused_in_one_line(run, tmp_path):
    code, _, err = run("--root", DATA / "release", "--output", tmp_path / "out", "--external", tmp_path / "nowhere")
    assert code == 2
    assert err.splitlines()[-1].startswith(f"{tmp_path}/nowhere: holds none of the sets")
    assert list(tmp_path.iterdir()) == []

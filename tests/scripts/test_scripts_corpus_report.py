import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
DATA = CHECKOUT / "tests" / "data"


def run(*arguments, external=None):
    environment = {name: value for name, value in os.environ.items() if name != "WEIBO_NLP_EXTERNAL"}
    if external is not None:
        environment["WEIBO_NLP_EXTERNAL"] = str(external)
    command = [sys.executable, CHECKOUT / "scripts" / "corpus_report.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)


@pytest.mark.parametrize("external", [None, DATA / "external"], ids=["published-figures-alone", "with-copies"])
def test_three_files_are_written_and_deviations_printed(tmp_path, external):
    done = run("--root", DATA / "release", "--output", tmp_path / "out", "--no-shortcuts", external=external)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "out.json", "out.md"]
    document = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert document["size"]["documents"] == 16
    outside = [row["figure"] for row in document["deviations"] if row["verdict"] != "inside"]
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == outside
    assert ("COLD" in (tmp_path / "out.md").read_text("utf-8")) == (external is not None)


def test_a_folder_without_sets_is_refused_in_one_line(tmp_path):
    done = run("--root", DATA / "release", "--output", tmp_path / "out", "--external", tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"{tmp_path}/nowhere: holds none of the sets")
    assert list(tmp_path.iterdir()) == []

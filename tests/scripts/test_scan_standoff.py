"""What the scan finds of texts that are not shipped, in a repository of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

CHECKOUT = Path(__file__).parents[2]
TEXTS = CHECKOUT / "tests" / "data" / "public_texts" / "texts.jsonl"
LONG = "这号昨天说图书馆要拆，今天又说没拆，编都编不圆"
SHORT = "闭馆音乐一响我就饿"


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repository"
    shutil.copytree(CHECKOUT / "tests" / "data" / "release", root)

    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "first")
    git("tag", "before")
    return root, git


def scan(root):
    command = [sys.executable, str(CHECKOUT / "scripts" / "scan_standoff.py"), str(TEXTS), "--root", str(root)]
    return subprocess.run([*command, "--since", "before"], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_what_commits_added_is_found_though_it_is_gone_compressed_escaped_or_in_a_bullet_of_a_message(repository):
    root, git = repository
    pq.write_table(pa.table({"text": [LONG]}), root / "joined.parquet")
    (root / "escaped.json").write_text(json.dumps([LONG]), "utf-8")
    (root / "fields.jsonl").write_text(json.dumps({"text": SHORT}, ensure_ascii=False) + "\n", "utf-8")
    git("add", ".")
    git("commit", "-m", "add")
    git("rm", "joined.parquet", "escaped.json", "fields.jsonl")
    git("commit", "-m", "remove")
    git("commit", "--allow-empty", "-m", f"Hard cases\n\n- {LONG} stays as it is")
    done = scan(root)
    assert done.returncode == 3, done.stderr
    told = [line.split(":")[0].split(" ")[2:] for line in done.stdout.splitlines() if line.startswith("commit ")]
    twice = ("escaped.json", "joined.parquet")  # as a run of characters, and as a whole field
    assert sorted(told) == [[], *([name] for name in sorted((*twice, *twice, "fields.jsonl")))]
    assert LONG not in done.stdout
    assert SHORT not in done.stdout
    assert "3 commits searched: 6 leaks" in done.stdout


@pytest.mark.slow
def test_a_repository_without_leaks_is_told_to_have_none(repository):
    root, git = repository
    git("commit", "--allow-empty", "-m", "nothing")
    done = scan(root)
    assert (done.returncode, "1 commits searched: 0 leaks" in done.stdout) == (0, True), done.stdout

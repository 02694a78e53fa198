import subprocess
import sys

import pytest

SCRIPT = """
import json, re, sys
from pathlib import Path
from weibo_nlp.annotation import agreement_of, export_sheets, gold_of, import_answers, new_campaign
from weibo_nlp.annotation.sheet_export import format_called
from weibo_nlp.io import read_jsonl, write_jsonl
from weibo_nlp.stats import BootstrapConfig

folder, n = Path(sys.argv[1]), int(sys.argv[2])
posts = ({"id": f"p{i}", "text": f"第{i}条，说点什么" * 8, "parent": f"p{i - 1}" if i % 4 else None} for i in range(n))
write_jsonl(folder / "posts.jsonl", posts)
campaign = new_campaign(folder / "c", folder / "posts.jsonl", ["topic", "sentiment"], ["甲", "乙"])
for who in ("甲", "乙"):
    (sheet, _) = export_sheets(campaign, format_called("jsonl"), annotator=who)
    numbers = (line.value["number"] for line in read_jsonl(sheet))
    labels = {"topic": "other", "sentiment": "neutral"}
    write_jsonl(folder / "in.jsonl", ({"number": number, "labels": labels} for number in numbers))
    (report,), problems = import_answers(campaign, folder / "in.jsonl")
    assert (report.n_added, problems) == (n, [])
assert len(agreement_of(campaign, BootstrapConfig(n_resamples=200)).disputed) == 0
assert len(gold_of(campaign).rows) == n
# Of the process itself: ru_maxrss begins with that of the process it was forked from.
print(int(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the peak of memory")
def test_a_hundred_thousand_texts_are_dealt_answered_and_settled_in_less_than_a_gigabyte(tmp_path):
    command = [sys.executable, "-c", SCRIPT, tmp_path, "100000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) < 1024

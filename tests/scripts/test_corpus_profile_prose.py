"""Figures that stand in sentences, held against what they were counted from: those that no script writes."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from weibo_nlp.annotation.adjudication import ADJUDICATED
from weibo_nlp.corpus.release import open_release
from weibo_nlp.perturbations import EDITS
from weibo_nlp.release.sources import read_sources
from weibo_nlp.release.splits import SHARES

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def page(name):
    return " ".join((ROOT / name).read_text("utf-8").split())


def listed(tasks):
    *first, last = sorted(tasks)
    return f"{', '.join(first)} and {last}" if first else last


@pytest.fixture(scope="module")
def figures():
    sources, release = read_sources(ROOT), open_release()
    resolutions, of_standoff = (
        Counter((task, how) for item in gold for task, how in item.value.resolution.items() if how == ADJUDICATED)
        for gold in (sources.gold, sources.standoff_gold)
    )
    texts = Counter(document.event for document in sources.everything.documents)  # as they were when they were read
    python = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["classifiers"]
    versions = [line.rsplit(" ", 1)[1] for line in python if re.search(r":: 3\.\d+$", line)]
    test = release.documents("test")
    return {
        "adjudicated": WORDS[sum(resolutions.values())],
        "adjudicated_task": listed({task.partition(":")[0] for task, _ in resolutions}),
        "standoff_adjudicated": WORDS[sum(of_standoff.values())],
        "standoff_task": listed({task for task, _ in of_standoff}),
        "standoff": f"{len(sources.standoff):,}",
        "bike": texts["bike-blacklist"],
        "sentences": f"{len(sources.segmentation.gold):,}",
        "documents": len(test),
        "threads": len({document.thread for document in test}),
        "pairs": len(release.gold("stance", "test")),
        "edits": WORDS[len(EDITS)],
        "shares": "/".join(f"{share:.0%}" for share in SHARES.values()).replace("%", ""),
        "first_python": versions[0],
        "last_python": versions[-1],
        "version": release.version,
    }


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("DATA_CARD.md", "the rest ({adjudicated} {adjudicated_task} labels) was read again"),
        ("DATA_CARD.md", "of the stand-off layer {standoff_adjudicated} {standoff_task} labels"),
        ("README.md", "{standoff} public texts are judged"),
        ("README.zh-CN.md", "{standoff} 条公开文本"),
        ("docs/index.md", "judgements on {standoff} public texts"),
        ("corpus/README.md", "judgements on {standoff} public texts"),
        ("DATA_CARD.md", "every text but the {bike} of `bike-blacklist`"),
        ("DATA_CARD.md", "{sentences} sentences of the posts and comments, cut into words"),
        ("DATA_CARD.md", "`train` / `validation` / `test` ({shares})"),
        ("DATA_CARD.md", "Version {version} ·"),
        ("docs/benchmark.md", "({documents} documents, {pairs} stance pairs, {threads} threads)"),
        ("docs/benchmark.md", "robustness to {edits} edits"),
        ("README.md", "Python {first_python} to {last_python}, in a clone"),
        ("README.zh-CN.md", "Python {first_python} 至 {last_python}"),
    ],
)
def test_a_figure_in_a_sentence_is_that_of_the_data(figures, name, sentence):
    assert sentence.format(**figures) in page(name)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "DATA_CARD.md"])
def test_a_result_that_several_pages_show_is_the_same_in_all(name):
    def rows(text):
        return set(re.findall(r"^\|(?: [\w-]+ \|){4} (?:macro_f1|favg) \|.*$", text, re.M))

    shown = rows((ROOT / name).read_text("utf-8"))
    assert shown
    assert shown <= rows((ROOT / "docs/benchmark.md").read_text("utf-8"))


def test_the_result_on_nlpcc_in_a_sentence_is_that_of_the_table():
    text = (ROOT / "docs/benchmark.md").read_text("utf-8")
    (value,) = re.findall(r"^\| nlpcc2016 \| stance \| external \| linear \| favg \| ([\d.]+) ", text, re.M)
    assert f"the {value} here is not untouched" in page("docs/benchmark.md")

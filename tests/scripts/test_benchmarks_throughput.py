import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import benchmark_speed
import pytest
from benchmarks import throughput
from benchmarks.adapters import LABELLERS
from benchmarks.subprocess_runner import Effort, Outcome
from benchmarks.throughput import (
    COLUMNS,
    Posts,
    corpus_posts,
    file_posts,
    markdown_table,
    run_speed,
    spread_posts,
    with_ratios,
)

from weibo_nlp.errors import DataError, UnknownNameError, UsageError

SCRIPTS = Path(__file__).parents[2] / "scripts"
POSTS = Posts("posts.csv", ("以后只看国产", "今天的晚霞绝了[心]", "申诉找谁去"), 3)
TINY = {"batch": 2, "single": 2, "effort": Effort(repeat=2, seconds=1e-9)}


# Labellers in processes of their own


@pytest.mark.slow
def test_scikit_learn_answers_in_a_process_of_its_own(monkeypatch):
    rows = ["真好", "真好看", "太差", "太差了"], ["positive", "positive", "negative", "negative"]
    asked = []
    monkeypatch.setattr(throughput, "_rows_of", lambda task: asked.append(task) or rows)
    results = run_speed(POSTS, labellers=["scikit-learn", "three scikit-learn"], **TINY)["results"]
    assert asked == ["sentiment", "topic", "sentiment", "irony"]
    for row in results:
        assert (row["reason"], len(row["posts_per_second_repeats"]), row["n_single"]) == (None, 2, 2)
        assert min(*row["posts_per_second_repeats"], row["latency_median_seconds"], row["latency_p95_seconds"]) > 0
        assert min(row["load_seconds"], row["peak_bytes"]) > 0
        assert "scikit-learn" in row["versions"]


@pytest.mark.slow
def test_three_tasks_of_ours_answer_in_a_process_of_their_own():
    (row,) = run_speed(POSTS, labellers=["weibo_nlp three tasks"], **TINY)["results"]
    assert (row["reason"], row["n_single"]) == (None, 2)


@pytest.mark.parametrize("name", ["snownlp", "cnsenti"])
def test_peers_answer_where_they_are_installed(name):
    pytest.importorskip(name)
    (row,) = run_speed(POSTS, labellers=[name], **TINY)["results"]
    assert (row["reason"], row["versions"].keys()) == (None, set(LABELLERS[name].packages))


def test_the_package_and_this_benchmark_import_no_peer():
    code = (
        "import sys, benchmarks.throughput, weibo_nlp.labelling.labeller;"
        "print(sorted({'snownlp', 'cnsenti', 'jieba', 'thulac'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SCRIPTS)
    assert done.stdout == "[]\n"


def test_what_cannot_be_measured_is_listed_with_its_reason(monkeypatch):
    absent = replace(LABELLERS["snownlp"], packages=("no-such-package",))
    monkeypatch.setitem(LABELLERS, "snownlp", absent)
    document = run_speed(POSTS, labellers=["snownlp"], **TINY)
    row = markdown_table(document).splitlines()[2]
    assert "| no figures: not installed: pip install no-such-package |" in row
    assert row.count("|") == len(COLUMNS) + 3
    assert document["results"][0]["posts_per_second"] is None


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"labellers": ["snow"]}, UnknownNameError, "unknown labeller 'snow'; there is: ", id="name"),
        pytest.param({"batch": 0}, UsageError, "batch is 0; give a number above 0", id="batch"),
    ],
)
def test_misuse_is_refused_before_anything_runs(monkeypatch, options, error, message):
    monkeypatch.setattr(throughput, "run_adapter", lambda *_: pytest.fail("ran"))
    with pytest.raises(error, match=message):
        run_speed(POSTS, **options)


# The posts


def test_posts_are_spread_over_the_source_and_what_is_no_text_is_counted():
    posts = spread_posts("posts.csv", ["a", None, "b", " ", "c", "\ud800", "d", 5, "e", "f"], limit=3)
    assert posts == Posts("posts.csv", ("a", "c", "e"), 6, 4)


def test_by_default_posts_are_those_of_the_corpus():
    posts = corpus_posts(limit=10)
    assert posts.source.startswith("corpus ")
    assert len(posts.texts) == 10 < posts.n_source


def test_texts_of_a_file_are_those_of_the_column_whose_name_says_so(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("id,正文\n1,以后只看国产\n2,\n3,今天的晚霞绝了\n", "utf-8")
    assert file_posts(path) == Posts("posts.csv", ("以后只看国产", "今天的晚霞绝了"), 2, 1)
    assert file_posts(path, "id").texts == ("1", "2", "3")


@pytest.mark.parametrize(
    ("values", "limit", "error", "message"),
    [
        pytest.param([None, ""], 5, DataError, "posts.csv: none of 2 rows has a text", id="no-text"),
        pytest.param(["a"], 0, UsageError, "limit is 0", id="limit"),
    ],
)
def test_posts_that_are_none_are_refused(values, limit, error, message):
    with pytest.raises(error, match=message):
        spread_posts("posts.csv", values, limit=limit)


# Comparing and the table


def test_ratios_compare_every_labeller_with_every_measured_peer():
    speeds = {"weibo_nlp sentiment": 1000.0, "scikit-learn": 500.0, "snownlp": 100.0, "cnsenti": None}
    ours, _, snownlp, cnsenti = with_ratios([{"name": name, "posts_per_second": n} for name, n in speeds.items()])
    assert ours["ratios"] == {"scikit-learn": 2.0, "snownlp": 10.0}
    assert snownlp["ratios"] == {"scikit-learn": 0.2, "snownlp": 1.0}
    assert cnsenti["ratios"] == {}


def test_a_row_shows_figures_under_their_headings(monkeypatch):
    figures = {
        "passes": 2,
        "seconds": [0.006, 0.002, 0.003],  # 6 posts in each: 1,000, 3,000 and 2,000 a second
        "latencies": [at / 1000 for at in range(1, 102)],  # 1 to 101 ms: median 51, 95 % within 96
        "load_seconds": 0.25,
        "peak_bytes": 50_000_000,
    }
    monkeypatch.setattr(throughput, "run_adapter", lambda _, adapter, *__: Outcome(adapter, {}, figures=figures))
    document = run_speed(POSTS, labellers=["weibo_nlp label", "snownlp"])
    headings, _, line = markdown_table(document).splitlines()[:3]
    cells = [[cell.strip() for cell in text.strip("|").split("|")] for text in (headings, line)]
    assert dict(zip(*cells, strict=True)) == {
        "labeller": "weibo_nlp label",
        "posts/s": "2,000",
        "one post, median": "51.00 ms",
        "one post, 95 %": "96.00 ms",
        "load": "0.25 s",
        "memory": "50 MB",
        "× scikit-learn": "–",
        "× three scikit-learn": "–",
        "× snownlp": "1",
        "× cnsenti": "–",
        "versions and settings": "topic, sentiment, irony and stance",
    }
    # 6, 10 and 5 characters
    assert "3 of 3 texts of posts.csv, evenly spread, 7 characters each" in markdown_table(document)
    assert document["results"][0]["latency_p95_seconds"] == pytest.approx(0.096)
    assert document["n_characters"] == 21


# The script


def run_main(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["benchmark_speed.py", *map(str, arguments)])
    return benchmark_speed.main()


@pytest.mark.slow
def test_script_measures_the_full_label_job_prints_the_table_and_writes_figures_and_page(monkeypatch, capsys, tmp_path):
    posts, page, figures = (tmp_path / name for name in ("posts.csv", "page.md", "figures.json"))
    posts.write_text("id,正文\n1,以后只看国产\n2,\n3,今天的晚霞绝了\n", "utf-8")
    page.write_text("# 甲\n<!-- speed -->\nold\n<!-- end -->\nrest\n", "utf-8")
    options = ("--labellers", "weibo_nlp label", "--repeat", 1, "--seconds", 0.001)
    assert run_main(monkeypatch, posts, *options, "--page", page, "--json", figures) == 0
    printed = capsys.readouterr()
    assert printed.err == "measuring weibo_nlp label\n"
    document = json.loads(figures.read_text("utf-8"))
    assert (document["source"], document["n_posts"], document["skipped"], document["n_characters"]) == (
        "posts.csv", 2, 1, 13,
    )  # fmt: skip
    (ours,) = document["results"]
    assert (ours["name"], ours["reason"], ours["ratios"]) == ("weibo_nlp label", None, {})
    assert min(ours["posts_per_second"], ours["latency_median_seconds"], ours["peak_bytes"]) > 0
    assert page.read_text("utf-8") == f"# 甲\n<!-- speed -->\n{printed.out}<!-- end -->\nrest\n"
    assert str(tmp_path) not in printed.out
    assert "以后" not in printed.out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        pytest.param(("nowhere.csv",), 2, "nowhere.csv does not exist", id="no-file"),
        pytest.param((__file__, "--text-column", "x"), 3, "none of", id="no-column"),
        pytest.param(("--labellers", "snow", "--limit", 5), 2, "unknown labeller 'snow'", id="unknown-name"),
        pytest.param(("--page", __file__), 3, "lines <!-- speed -->", id="no-marker"),
    ],
)
def test_script_refuses_with_one_line(monkeypatch, capsys, options, code, message):
    assert run_main(monkeypatch, *options) == code
    printed = capsys.readouterr()
    assert message in printed.err
    assert (printed.err.count("\n"), printed.out) == (1, "")

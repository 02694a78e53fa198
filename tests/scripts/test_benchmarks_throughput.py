import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks import throughput as speed
from benchmarks.answerers import ANSWERERS, Answerer, measure
from benchmarks.speed_table import HEADINGS, markdown_table
from benchmarks.throughput import Posts, SpeedBenchmark, SpeedResult, corpus_posts, run_speed, spread_posts

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.provenance import hardware

SCRIPT = Path(__file__).parents[2] / "scripts" / "benchmark_speed.py"
POSTS = Posts("posts.csv", ("以后只看国产", "今天的晚霞绝了[心]", "申诉找谁去"), 3)
TINY = {"batch": 2, "single": 2, "repeat": 2, "seconds": 1e-9}


def timed(answerer, texts, **options):
    return measure(answerer, texts, pipeline="", **{**TINY, **options})


def result(name, **figures):
    answerer = ANSWERERS[name]
    return SpeedResult(name, answerer.group, {}, answerer.note, **figures)


# One labeller in its process


def test_a_labeller_is_loaded_once_and_asked_singly_then_in_batches():
    loads, calls = [], []

    def load(pipeline):
        loads.append(pipeline)

        def answer(texts):
            calls.append(list(texts))
            return [len(text) for text in texts]

        return answer

    found = timed(Answerer("toy", "peer", "json", (), "", load), ["甲", "乙", "丙", "丁", "戊"])
    assert loads == [""]
    # The first answer belongs to loading; two texts singly, evenly spread; then one pass to learn the speed, two timed.
    assert calls[1:3] == [["甲"], ["丙"]]
    assert calls[3:] == [["甲", "乙"], ["丙", "丁"], ["戊"]] * 3
    assert (len(found["latencies"]), len(found["seconds"]), found["rounds"]) == (2, 2, 1)


def test_a_labeller_that_leaves_texts_out_is_no_faster_for_it():
    with pytest.raises(ValueError, match="0 answers to 1 texts"):
        timed(Answerer("toy", "peer", "json", (), "", lambda _: lambda texts: texts[1:]), ["甲", "乙"])


def test_ours_and_scikit_learn_answer_in_processes_of_their_own():
    found = run_speed(POSTS, labellers=["weibo_nlp sentiment", "scikit-learn"], **TINY)
    ours, peer = found.results
    assert (ours.reason, peer.reason) == (None, None)
    for each in found.results:
        assert len(each.posts_per_second) == len(each.latencies) == 2
        assert min(*each.posts_per_second, *each.latencies, each.load_seconds, each.peak_bytes) > 0
        assert each.ratios == {"scikit-learn": pytest.approx(each.speed / peer.speed)}
    assert "scikit-learn" in peer.versions


def test_the_full_label_job_answers_every_post():
    (found,) = run_speed(POSTS, labellers=["weibo_nlp label"], **TINY).results
    assert found.reason is None
    assert found.ratios == {}


@pytest.mark.parametrize("name", ["snownlp", "cnsenti"])
def test_peers_answer_where_they_are_installed(name):
    pytest.importorskip(name)
    (found,) = run_speed(POSTS, labellers=[name], **TINY).results
    assert found.reason is None
    assert found.versions.keys() == set(ANSWERERS[name].packages)


def test_the_package_and_this_benchmark_import_no_peer():
    code = (
        "import sys, benchmarks.speed_table, weibo_nlp.labelling.labeller;"
        "print(sorted({'snownlp', 'cnsenti', 'jieba', 'thulac'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_is_not_installed_or_fails_is_listed_with_its_reason(monkeypatch):
    absent = Answerer("absent", "peer", "no_such_module", ("no-such-package",), "", lambda _: len)
    unknown_to_the_child = Answerer("ghost", "peer", "json", (), "", lambda _: len)
    monkeypatch.setitem(ANSWERERS, "absent", absent)
    monkeypatch.setitem(ANSWERERS, "ghost", unknown_to_the_child)
    found = run_speed(POSTS, labellers=["absent", "ghost"], **TINY)
    assert [each.reason for each in found.results] == [
        "not installed: pip install no-such-package",
        "KeyError: 'ghost'",
    ]
    rows = markdown_table(found).splitlines()[2:4]
    assert all("| no figures: " in row and row.count("|") == len(HEADINGS) + 1 for row in rows)
    assert found.to_dict()["results"][0]["posts_per_second"] is None


def test_a_labeller_that_takes_too_long_is_given_up():
    (found,) = run_speed(POSTS, labellers=["weibo_nlp sentiment"], timeout=0.001).results
    assert found.reason == "not done after 0.001 s"


@pytest.mark.parametrize(
    ("extra", "error", "message"),
    [
        pytest.param({"labellers": ["snow"]}, UnknownNameError, "unknown labeller 'snow'; there is: ", id="name"),
        pytest.param({"batch": 0}, UsageError, "batch is 0", id="batch"),
        pytest.param({"seconds": float("nan")}, UsageError, "seconds is nan", id="seconds"),
    ],
)
def test_misuse_is_refused_before_anything_runs(monkeypatch, extra, error, message):
    monkeypatch.setattr(speed, "run_isolated", lambda *_: pytest.fail("ran"))
    with pytest.raises(error, match=message):
        run_speed(POSTS, **extra)


# The posts


def test_posts_are_spread_over_the_source_and_what_is_no_text_is_counted():
    found = spread_posts("posts.csv", ["a", None, "b", " ", "c", "\ud800", "d", 5, "e", "f"], limit=3)
    assert found == Posts("posts.csv", ("a", "c", "e"), 6, 4)


def test_by_default_posts_are_those_of_the_corpus():
    found = corpus_posts(limit=10)
    assert found.source.startswith("corpus ")
    assert len(found.texts) == 10 < found.n_source


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
    results = speed.with_ratios(
        [
            result("weibo_nlp sentiment", posts_per_second=(900.0, 1000.0, 5000.0)),
            result("scikit-learn", posts_per_second=(500.0,)),
            result("snownlp", posts_per_second=(100.0,)),
            result("cnsenti", reason="not installed"),
        ]
    )
    assert results[0].ratios == {"scikit-learn": 2.0, "snownlp": 10.0}
    assert results[2].ratios == {"scikit-learn": 0.2, "snownlp": 1.0}
    assert results[3].ratios == {}


def test_a_row_shows_figures_under_their_headings():
    row = result(
        "weibo_nlp label",
        posts_per_second=(1000.0, 3000.0, 2000.0),
        latencies=tuple(at / 1000 for at in range(1, 102)),  # 1 to 101 ms: median 51, 95 % within 96
        load_seconds=0.25,
        peak_bytes=50_000_000,
        ratios={"snownlp": 12.5},
    )
    found = SpeedBenchmark(POSTS, 2048, 500, 3, hardware(), (row,))
    line = markdown_table(found).splitlines()[2]
    assert dict(zip(HEADINGS, (cell.strip() for cell in line.strip("|").split("|")), strict=True)) == {
        "labeller": "weibo_nlp label",
        "posts/s": "2,000",
        "one post, median": "51.00 ms",
        "one post, 95 %": "96.00 ms",
        "load": "0.25 s",
        "memory": "50 MB",
        "× scikit-learn": "–",
        "× snownlp": "12.5",
        "× cnsenti": "–",
        "versions and settings": "topic, sentiment, irony and stance",
    }
    # 6, 10 and 5 characters
    assert "3 of 3 texts of posts.csv, evenly spread, 7 characters each" in markdown_table(found)
    assert found.to_dict()["results"][0]["latency_p95_seconds"] == pytest.approx(0.096)
    assert found.to_dict()["n_characters"] == 21


def test_a_file_name_cannot_break_the_table():
    found = SpeedBenchmark(replace(POSTS, source="a|b\n| c.csv"), 1, 1, 1, hardware(), (result("snownlp", reason="x"),))
    lines = markdown_table(found).splitlines()
    assert lines[3] == ""
    assert all(line.startswith("- ") for line in lines[4:])


# The script


def run_script(*arguments):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )


def test_script_prints_the_table_and_writes_figures_and_readme(tmp_path):
    posts, readme = tmp_path / "posts.csv", tmp_path / "README.md"
    posts.write_text("id,正文\n1,以后只看国产\n2,\n3,今天的晚霞绝了\n", "utf-8")
    readme.write_text("# 甲\n<!-- speed -->\nold\n<!-- end -->\nrest\n", "utf-8")
    done = run_script(
        posts,
        *("--labellers", "weibo_nlp sentiment", "--repeat", 1, "--seconds", 0.001),
        *("--readme", readme, "--json", tmp_path / "found.json"),
    )
    assert (done.returncode, done.stderr) == (0, "measuring weibo_nlp sentiment\n")
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert (found["source"], found["n_posts"], found["skipped"], found["n_characters"]) == ("posts.csv", 2, 1, 13)
    (ours,) = found["results"]
    assert ours["name"] == "weibo_nlp sentiment"
    assert min(ours["posts_per_second"], ours["latency_median_seconds"], ours["peak_bytes"]) > 0
    assert readme.read_text("utf-8") == f"# 甲\n<!-- speed -->\n{done.stdout}<!-- end -->\nrest\n"
    assert str(tmp_path) not in done.stdout
    assert "以后" not in done.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(("nowhere.csv",), "nowhere.csv does not exist", id="no-file"),
        pytest.param((SCRIPT, "--text-column", "x"), "none of", id="no-column"),
        pytest.param(("--labellers", "snow", "--limit", 5), "unknown labeller 'snow'", id="unknown-name"),
        pytest.param(("--readme", SCRIPT), "0 lines <!-- speed -->", id="no-marker"),
    ],
)
def test_script_refuses_with_one_line_and_exit_code_1(options, message):
    done = run_script(*options)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""

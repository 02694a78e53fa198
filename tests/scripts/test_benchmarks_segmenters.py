import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import benchmark_segmenters
import pytest
from benchmarks import segmenters
from benchmarks.adapters import SEGMENTERS
from benchmarks.segmenters import (
    HEADINGS,
    SegmenterBenchmark,
    SegmenterResult,
    markdown_table,
    protected_whole,
    run_segmenters,
    with_ratios,
)
from benchmarks.subprocess_runner import Outcome

from weibo_nlp.errors import UnknownNameError, UsageError
from weibo_nlp.evaluation.segmentation import WordScores

SCRIPT = Path(__file__).parents[2] / "scripts" / "benchmark_segmenters.py"
# Written for this test: 4 + 3 words, 4 + 10 characters.
GOLD = "他 的 车 。\n看 @小甲 [doge]\n"


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.txt"
    path.write_text(GOLD, "utf-8")
    return path


def result_of(name, *, reason=None, processed=None, **figures):
    return SegmenterResult(Outcome(SEGMENTERS[name], {}, reason, processed or {}), **figures)


# One segmenter


def test_figures_of_char_are_those_worked_out_by_hand(gold):
    benchmark = run_segmenters(gold, segmenters=["char"], repeat=2, seconds=0.01)
    (result,) = benchmark.results
    # All words are of one character but @小甲 and [doge], which come out whole: all 7 are right.
    assert (result.outcome.reason, result.scores) == (None, WordScores(2, 7, 7, 7))
    assert (result.protected_whole, result.protected) == (2, 2)
    assert (benchmark.n_sentences, benchmark.n_characters, benchmark.n_words) == (2, 14, 7)
    assert len(result.chars_per_second_repeats) == 2
    assert min(result.chars_per_second_repeats) > 0


def test_words_of_the_vocabulary_file_count_as_known(gold, tmp_path):
    vocabulary = tmp_path / "known.txt"
    vocabulary.write_text("他 的 车 。 看\n", "utf-8")
    benchmark = run_segmenters(gold, segmenters=["char"], vocabulary=vocabulary, repeat=1, seconds=0.01)
    assert (benchmark.vocabulary, benchmark.n_vocabulary) == ("known.txt", 5)
    assert (benchmark.results[0].scores.n_oov, benchmark.results[0].scores.oov_recall) == (2, 1.0)


def test_what_cannot_be_measured_is_listed_with_its_reason(gold, monkeypatch, tmp_path):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path))
    monkeypatch.setitem(
        SEGMENTERS, "thulac", replace(SEGMENTERS["thulac"], module="no_such_module", packages=("no-such-package",))
    )
    names = ["thulac", "pkuseg", "bare-pkuseg"]
    benchmark = run_segmenters(gold, segmenters=names, repeat=1, seconds=0.01)
    reasons = {result.name: result.outcome.reason for result in benchmark.results}
    assert list(reasons) == names
    assert reasons["thulac"] == "not installed: pip install no-such-package"
    assert "models fetch pkuseg" in reasons["pkuseg"]
    assert "models fetch pkuseg" in reasons["bare-pkuseg"]
    rows = markdown_table(benchmark).splitlines()[2:5]
    assert all("| no figures: " in row and row.count("|") == len(HEADINGS) + 1 for row in rows)
    assert benchmark.to_dict()["results"][0]["f1"] is None


def test_a_segmenter_that_changes_the_text_gets_no_figures(gold, monkeypatch):
    words = [["他", "的", "車", "。"], ["看", "@小甲", "[doge]"]]
    figures = {"words": words, "load_seconds": 1.0, "passes": 1, "seconds": [1.0], "peak_bytes": 1}
    monkeypatch.setattr(segmenters, "run_adapter", lambda _, adapter, *__: Outcome(adapter, {}, figures=figures))
    (result,) = run_segmenters(gold, segmenters=["char"]).results
    assert result.scores is None
    assert result.outcome.reason.startswith(
        "gold.txt:1: joined, the predicted words are not the text: from character 2 on"
    )


@pytest.mark.parametrize(
    ("extra", "error", "message"),
    [
        pytest.param({"segmenters": ["fsat"]}, UnknownNameError, "unknown segmenter 'fsat'; there is: ", id="name"),
        pytest.param({"repeat": 0}, UsageError, "repeat is 0", id="repeat"),
        pytest.param({"seconds": float("nan")}, UsageError, "seconds is nan", id="seconds"),
    ],
)
def test_misuse_is_refused_before_anything_runs(gold, monkeypatch, extra, error, message):
    monkeypatch.setattr(segmenters, "run_adapter", lambda *_: pytest.fail("ran"))
    with pytest.raises(error, match=message):
        run_segmenters(gold, **extra)


# Comparing


def test_ratios_compare_ours_with_pkuseg_and_bare_programs_with_bare_pkuseg():
    half, whole = WordScores(1, 2, 2, 1), WordScores(1, 2, 2, 2)  # F1 0.5 and 1
    results = with_ratios(
        [
            result_of("fast", scores=half, chars_per_second_repeats=(300.0, 100.0, 200.0)),
            result_of("pkuseg", scores=whole, chars_per_second_repeats=(10.0,)),
            result_of("bare-vaporetto", scores=whole, chars_per_second_repeats=(80.0,)),
            result_of("bare-pkuseg", scores=half, chars_per_second_repeats=(20.0,)),
            result_of("thulac", reason="not installed"),
        ]
    )
    ratios = {result.name: (result.f1_ratio, result.speed_ratio) for result in results}
    assert ratios["fast"] == (0.5, 20.0)  # median 200 against 10
    assert ratios["bare-vaporetto"] == (2.0, 4.0)
    assert ratios["pkuseg"] == ratios["bare-pkuseg"] == (1.0, 1.0)
    assert ratios["thulac"] == (None, None)


def test_without_a_reference_there_are_no_ratios():
    (result,) = with_ratios([result_of("fast", scores=WordScores(1, 1, 1, 1), chars_per_second_repeats=(1.0,))])
    assert (result.f1_ratio, result.speed_ratio) == (None, None)


def test_a_span_is_whole_only_as_exactly_one_word():
    text = "看@小甲 [doge]"
    assert protected_whole([text], [["看", "@小甲", " ", "[doge]"]]) == (2, 2)
    assert protected_whole([text], [["看@小甲", " ", "[", "doge", "]"]]) == (0, 2)
    assert protected_whole([text], [["看", "@", "小甲", " ", "[doge]"]]) == (1, 2)


# The table


def benchmark_of(*results):
    return SegmenterBenchmark("gold.txt", 2, 14, 7, None, None, 5, "machine", results)


def test_a_row_shows_figures_under_their_headings():
    result = result_of(
        "fast",
        scores=WordScores(1, 4, 4, 3, 2, 1),
        chars_per_second_repeats=(1000.0, 3000.0, 2000.0),
        protected=4,
        protected_whole=3,
        processed={"load_seconds": 0.25, "peak_bytes": 50_000_000},
        f1_ratio=0.75,
        speed_ratio=40.0,
    )
    row = markdown_table(benchmark_of(result)).splitlines()[2]
    shown = dict(zip(HEADINGS, (cell.strip() for cell in row.strip("|").split("|")), strict=True))
    assert shown == {
        "segmenter": "fast",
        "F1": "0.750",
        "OOV recall": "0.500",
        "protected whole": "0.750",
        "characters/s": "2,000",
        "load": "0.25 s",
        "memory": "50 MB",
        "F1 ratio": "0.750",
        "speed ratio": "40",
        "versions and settings": "shipped model",
    }


# The script


def run_main(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["benchmark_segmenters.py", *map(str, arguments)])
    return benchmark_segmenters.main()


def test_script_prints_the_table_and_writes_figures_and_page(gold, tmp_path):
    pytest.importorskip("rjieba")
    page = tmp_path / "page.md"
    page.write_text("<!-- segmenters -->\n<!-- end -->\n", "utf-8")
    options = ("--segmenters", "char,jieba", "--repeat", "1", "--seconds", "0.01")
    command = [sys.executable, SCRIPT, gold, *options, "--page", page, "--json", tmp_path / "figures.json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "measuring char\nmeasuring jieba\n")
    char, jieba = json.loads((tmp_path / "figures.json").read_text("utf-8"))["results"]
    assert (char["segmenter"], char["f1"], char["reason"]) == ("char", 1.0, None)
    assert jieba["segmenter"] == "jieba"
    assert (jieba["protected"], jieba["protected_whole"]) == (2, 2)
    assert min(char["chars_per_second"], jieba["chars_per_second"], char["load_seconds"], jieba["peak_bytes"]) > 0
    assert "| char | 1.000 |" in done.stdout
    assert page.read_text("utf-8") == f"<!-- segmenters -->\n{done.stdout}<!-- end -->\n"
    assert str(tmp_path) not in done.stdout


@pytest.mark.parametrize(
    ("content", "options", "code", "message"),
    [
        pytest.param("他\n\n来\n", (), 3, "gold.txt:2: no words", id="bad-gold"),
        pytest.param("他 来\n", ("--segmenters", "fsat"), 2, "unknown segmenter 'fsat'", id="unknown-name"),
        pytest.param("他 来\n", ("--page", SCRIPT), 3, "0 lines <!-- segmenters -->", id="no-marker"),
    ],
)
def test_script_refuses_with_one_line(gold, monkeypatch, capsys, content, options, code, message):
    gold.write_text(content, "utf-8")
    assert run_main(monkeypatch, gold, *options) == code
    printed = capsys.readouterr()
    assert message in printed.err
    assert (printed.err.count("\n"), printed.out) == (1, "")

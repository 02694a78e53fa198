import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import benchmark_segmenters
import pytest
from benchmarks import segmenters
from benchmarks.adapters import SEGMENTERS
from benchmarks.segmenters import COLUMNS, markdown_table, protected_whole, run_segmenters, with_ratios
from benchmarks.subprocess_runner import Effort, Outcome

from weibo_nlp.errors import UnknownNameError

SCRIPT = Path(__file__).parents[2] / "scripts" / "benchmark_segmenters.py"
# Written for this test: 4 + 3 words, 4 + 10 characters.
GOLD = "他 的 车 。\n看 @小甲 [doge]\n"


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.txt"
    path.write_text(GOLD, "utf-8")
    return path


QUICK = Effort(repeat=2, seconds=0.01)
HEADINGS = ("segmenter", *COLUMNS, "versions and settings")


def row_of(name, *, reference="pkuseg", **figures):
    row = {"segmenter": name, "reason": None, "versions": {}, "note": "", "reference": reference}
    return {**row, **dict.fromkeys(column[0] for column in COLUMNS.values()), "protected": None, **figures}


# One segmenter


def test_figures_of_char_are_those_worked_out_by_hand(gold):
    document = run_segmenters(gold, segmenters=["char"], effort=QUICK)
    (row,) = document["results"]
    # All words are of one character but @小甲 and [doge], which come out whole: all 7 are right.
    assert (row["reason"], row["f1"], row["precision"], row["recall"]) == (None, 1.0, 1.0, 1.0)
    assert row["counts"] == {
        "n_lines": 2, "n_gold": 7, "n_predicted": 7, "n_correct": 7, "n_oov": None, "n_oov_correct": None,
    }  # fmt: skip
    assert (row["protected_whole"], row["protected"], row["protected_share"]) == (2, 2, 1.0)
    assert (document["n_sentences"], document["n_characters"], document["n_words"]) == (2, 14, 7)
    assert len(row["chars_per_second_repeats"]) == 2
    assert min(row["chars_per_second_repeats"]) > 0


def test_words_of_the_vocabulary_file_count_as_known(gold, tmp_path):
    vocabulary = tmp_path / "known.txt"
    vocabulary.write_text("他 的 车 。 看\n", "utf-8")
    document = run_segmenters(gold, segmenters=["char"], vocabulary=vocabulary, effort=QUICK)
    assert (document["vocabulary"], document["n_vocabulary"]) == ("known.txt", 5)
    (row,) = document["results"]
    assert (row["counts"]["n_oov"], row["oov_recall"]) == (2, 1.0)


def test_what_cannot_be_measured_is_listed_with_its_reason(gold, monkeypatch, tmp_path):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path))
    monkeypatch.setitem(SEGMENTERS, "thulac", replace(SEGMENTERS["thulac"], packages=("no-such-package",)))
    names = ["thulac", "pkuseg", "bare-pkuseg"]
    document = run_segmenters(gold, segmenters=names, effort=QUICK)
    reasons = {row["segmenter"]: row["reason"] for row in document["results"]}
    assert list(reasons) == names
    assert reasons["thulac"] == "not installed: pip install no-such-package"
    assert "models fetch pkuseg" in reasons["pkuseg"]
    assert "models fetch pkuseg" in reasons["bare-pkuseg"]
    rows = markdown_table(document).splitlines()[2:5]
    assert all("| no figures: " in row and row.count("|") == len(HEADINGS) + 1 for row in rows)


def test_a_segmenter_that_changes_the_text_gets_no_figures(gold, monkeypatch):
    words = [["他", "的", "車", "。"], ["看", "@小甲", "[doge]"]]
    figures = {"words": words, "load_seconds": 1.0, "passes": 1, "seconds": [1.0], "peak_bytes": 1}
    monkeypatch.setattr(segmenters, "run_adapter", lambda _, adapter, *__: Outcome(adapter, {}, figures=figures))
    (row,) = run_segmenters(gold, segmenters=["char"])["results"]
    assert row["reason"].startswith("gold.txt:1: joined, the predicted words are not the text: from character 2 on")
    assert (row["f1"], row["chars_per_second"], row["load_seconds"]) == (None, None, None)


def test_an_unknown_name_is_refused_before_anything_runs(gold, monkeypatch):
    monkeypatch.setattr(segmenters, "run_adapter", lambda *_: pytest.fail("ran"))
    with pytest.raises(UnknownNameError, match="unknown segmenter 'fsat'; there is: "):
        run_segmenters(gold, segmenters=["char", "fsat"])


# Comparing


def test_ratios_compare_ours_with_pkuseg_and_bare_programs_with_bare_pkuseg():
    rows = with_ratios(
        [
            row_of("fast", f1=0.5, chars_per_second=200.0),
            row_of("pkuseg", f1=1.0, chars_per_second=10.0),
            row_of("bare-vaporetto", reference="bare-pkuseg", f1=1.0, chars_per_second=80.0),
            row_of("bare-pkuseg", reference="bare-pkuseg", f1=0.5, chars_per_second=20.0),
            row_of("thulac", reference="bare-pkuseg", reason="not installed"),
        ]
    )
    ratios = {row["segmenter"]: (row["f1_ratio"], row["speed_ratio"]) for row in rows}
    assert ratios["fast"] == (0.5, 20.0)
    assert ratios["bare-vaporetto"] == (2.0, 4.0)
    assert ratios["pkuseg"] == ratios["bare-pkuseg"] == (1.0, 1.0)
    assert ratios["thulac"] == (None, None)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([], id="not-measured"),
        pytest.param([row_of("pkuseg", f1=0.0, chars_per_second=None)], id="no-word"),
    ],
)
def test_without_a_reference_there_are_no_ratios(others):
    (row, *_) = with_ratios([row_of("fast", f1=1.0, chars_per_second=1.0), *others])
    assert (row["f1_ratio"], row["speed_ratio"]) == (None, None)


def test_a_span_is_whole_only_as_exactly_one_word():
    text = "看@小甲 [doge]"
    assert protected_whole([text], [["看", "@小甲", " ", "[doge]"]]) == (2, 2)
    assert protected_whole([text], [["看@小甲", " ", "[", "doge", "]"]]) == (0, 2)
    assert protected_whole([text], [["看", "@", "小甲", " ", "[doge]"]]) == (1, 2)


# The table


def test_a_row_shows_figures_under_their_headings():
    row = row_of(
        "fast",
        **{"f1": 0.75, "oov_recall": 0.5, "protected_share": 0.75, "chars_per_second": 2000.0, "load_seconds": 0.25},
        **{"peak_bytes": 50_000_000, "f1_ratio": 0.75, "speed_ratio": 40.0, "note": "shipped model"},
    )
    gold = {"gold": "gold.txt", "n_sentences": 2, "n_characters": 14, "n_words": 7}
    document = {**gold, "vocabulary": None, "repeat": 5, "machine": "machine", "results": [row]}
    headings, _, line = markdown_table(document).splitlines()[:3]
    cells = [[cell.strip() for cell in text.strip("|").split("|")] for text in (headings, line)]
    assert dict(zip(*cells, strict=True)) == {
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


@pytest.mark.slow
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
        pytest.param("他 来\n", ("--repeat", 0), 2, "repeat is 0; give a number above 0", id="no-repeat"),
        pytest.param("他 来\n", ("--page", SCRIPT), 3, "0 lines <!-- segmenters -->", id="no-marker"),
    ],
)
def test_script_refuses_with_one_line(gold, monkeypatch, capsys, content, options, code, message):
    gold.write_text(content, "utf-8")
    assert run_main(monkeypatch, gold, *options) == code
    printed = capsys.readouterr()
    assert message in printed.err
    assert (printed.err.count("\n"), printed.out) == (1, "")

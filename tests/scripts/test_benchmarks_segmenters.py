import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import child, isolated, segmenters
from benchmarks.cutters import CUTTERS, Cutter, measure
from benchmarks.gold_sentences import read_cut_sentences
from benchmarks.segmenter_table import HEADINGS, markdown_table
from benchmarks.segmenters import (
    SegmenterBenchmark,
    SegmenterResult,
    protected_whole,
    run_segmenters,
    with_ratios,
)

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.evaluation.segmentation import WordScores
from weibo_nlp.report.marked import check_file, fill_block, fill_file

SCRIPT = Path(__file__).parents[2] / "scripts" / "benchmark_segmenters.py"
# Written for this test: 4 + 3 words, 4 + 10 characters.
GOLD = "他 的 车 。\n看 @小甲 [doge]\n"


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.txt"
    path.write_text(GOLD, "utf-8")
    return path


def fill(name, **figures):
    cutter = CUTTERS[name]
    return SegmenterResult(name, cutter.group, {}, cutter.note, **figures)


# The gold file


def test_words_are_read_line_by_line_with_their_places(gold):
    first, second = read_cut_sentences(gold)
    assert (first.words, first.where) == (("他", "的", "车", "。"), f"{gold}:1")
    assert (second.text, second.where) == ("看@小甲[doge]", f"{gold}:2")


def test_byte_order_mark_windows_line_ends_and_blank_lines_at_the_end_are_nothing(tmp_path):
    path = tmp_path / "gold.txt"
    path.write_bytes("\ufeff他 来\r\n了\r\n\r\n\n".encode())
    assert [sentence.words for sentence in read_cut_sentences(path)] == [("他", "来"), ("了",)]


def test_rows_may_hold_white_space_as_words(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "a", "words": ["买", " ", "车"], "text": "买 车"}\n{"words": ["好"]}\n', "utf-8")
    assert [sentence.words for sentence in read_cut_sentences(path)] == [("买", " ", "车"), ("好",)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("g.txt", "他 来\n\n了\n".encode(), r"g\.txt:2: no words", id="blank-line-between"),
        pytest.param("g.txt", "他 来\n".encode() + b"\xff\n", r"g\.txt:2: byte 0xff at byte 0 is not", id="bytes"),
        pytest.param("g.txt", b"\n\n", r"g\.txt: holds no sentence", id="nothing"),
        pytest.param("g.jsonl", b'{"words": ["a"]}\n{"words"\n', r"g\.jsonl:2: not JSON", id="not-json"),
        pytest.param("g.jsonl", b'{"cut": ["a"]}\n', r"g\.jsonl:1: words is None", id="no-words"),
        pytest.param("g.jsonl", b'{"words": "a b"}\n', r"g\.jsonl:1: words is 'a b', not a list", id="text-for-words"),
        pytest.param("g.jsonl", b'{"words": []}\n', r"g\.jsonl:1: words is \[\]", id="empty-list"),
        pytest.param("g.jsonl", b'{"words": ["a", ""]}\n', r"g\.jsonl:1: word 2 is ''", id="empty-word"),
        pytest.param("g.jsonl", b'{"words": ["a"], "text": "b"}\n', r"g\.jsonl:1: joined, words", id="text"),
    ],
)
def test_bad_lines_are_refused_with_file_and_line(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_cut_sentences(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.txt: No such file"):
        read_cut_sentences(tmp_path / "nowhere.txt")


# One segmenter in its process


def test_a_segmenter_is_loaded_once_and_cuts_whole_passes():
    loads, seen = [], []

    def load():
        loads.append(1)

        def cut_many(texts):
            for text in texts:
                seen.append(text)
                yield list(text)

        return cut_many

    cutter = Cutter("toy", "peer", "json", (), "", load)
    found = measure(cutter, ["甲乙", "丙"], repeat=3, seconds=1e-9)
    assert found["words"] == [["甲", "乙"], ["丙"]]
    assert (len(loads), len(found["seconds"]), found["rounds"]) == (1, 3, 1)
    # The first cut belongs to loading; one pass for the words, three timed ones.
    assert seen[1:] == ["甲乙", "丙"] * 4


def test_memory_is_that_of_the_child_not_of_its_parent():
    # On Linux ru_maxrss of a child starts at what its parent held: 300 MB here, against some 10 of its own.
    code = (
        "import subprocess, sys; held = bytearray(300_000_000); held[::4096] = b'1' * len(held[::4096]);"
        "print(subprocess.run([sys.executable, '-P', '-c', sys.argv[1]], capture_output=True, text=True).stdout)"
    )
    measured = (
        "import importlib.util as u; s = u.spec_from_file_location('child', "
        f"{str(child.__file__)!r}); m = u.module_from_spec(s); s.loader.exec_module(m); print(m.peak_bytes())"
    )
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc here: the figure is ru_maxrss")
    done = subprocess.run([sys.executable, "-c", code, measured], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < 100_000_000


def test_figures_of_char_are_those_worked_out_by_hand(gold):
    found = run_segmenters(gold, segmenters=["char"], repeat=2, seconds=0.01)
    (result,) = found.results
    # All words are of one character but @小甲 and [doge], which come out whole: all 7 are right.
    assert (result.reason, result.scores) == (None, WordScores(2, 7, 7, 7))
    assert (result.protected_whole, result.protected) == (2, 2)
    assert (found.n_sentences, found.n_characters, found.n_words) == (2, 14, 7)
    assert len(result.chars_per_second) == 2
    assert min(result.chars_per_second) > 0


def test_words_of_the_vocabulary_file_count_as_known(gold, tmp_path):
    vocabulary = tmp_path / "known.txt"
    vocabulary.write_text("他 的 车 。 看\n", "utf-8")
    found = run_segmenters(gold, segmenters=["char"], vocabulary=vocabulary, repeat=1, seconds=0.01)
    assert (found.vocabulary, found.n_vocabulary) == ("known.txt", 5)
    assert (found.results[0].scores.n_oov, found.results[0].scores.oov_recall) == (2, 1.0)


def test_what_is_not_installed_or_fails_is_listed_with_its_reason(gold, monkeypatch, tmp_path):
    absent = Cutter("absent", "peer", "no_such_module", ("no-such-package",), "", list)
    unknown_to_the_child = Cutter("ghost", "peer", "json", (), "", list)
    monkeypatch.setitem(CUTTERS, "absent", absent)
    monkeypatch.setitem(CUTTERS, "ghost", unknown_to_the_child)
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path))
    names = ["absent", "ghost", "pkuseg", "bare-pkuseg"]
    found = run_segmenters(gold, segmenters=names, repeat=1, seconds=0.01)
    reasons = {result.segmenter: result.reason for result in found.results}
    assert list(reasons) == names
    assert reasons["absent"] == "not installed: pip install no-such-package"
    assert reasons["ghost"] == "KeyError: 'ghost'"
    assert "models fetch pkuseg" in reasons["pkuseg"]
    assert "models fetch pkuseg" in reasons["bare-pkuseg"]
    rows = markdown_table(found).splitlines()[2:6]
    assert all("| no figures: " in row and row.count("|") == len(HEADINGS) + 1 for row in rows)


def test_a_segmenter_that_takes_too_long_is_given_up(gold):
    (result,) = run_segmenters(gold, segmenters=["char"], timeout=0.001).results
    assert result.reason == "not done after 0.001 s"


@pytest.mark.parametrize(
    ("code", "stderr", "reason"),
    [
        pytest.param(-9, b"loading\n", "ended by signal SIGKILL: loading", id="killed"),
        pytest.param(3, b"", "ended by exit code 3: nothing on standard error", id="silent"),
    ],
)
def test_a_process_that_dies_is_told_by_how_it_ended(gold, monkeypatch, code, stderr, reason):
    dead = subprocess.CompletedProcess([], code, stdout=b"", stderr=stderr)
    monkeypatch.setattr(isolated.subprocess, "run", lambda *_, **__: dead)
    (result,) = run_segmenters(gold, segmenters=["char"]).results
    assert result.reason == reason


def test_a_segmenter_that_changes_the_text_gets_no_figures(gold, monkeypatch):
    words = [["他", "的", "車", "。"], ["看", "@小甲", "[doge]"]]
    found = {"words": words, "load_seconds": 1.0, "rounds": 1, "seconds": [1.0], "peak_bytes": 1}
    monkeypatch.setattr(segmenters, "run_isolated", lambda *_: found)
    (result,) = run_segmenters(gold, segmenters=["char"]).results
    assert result.scores is None
    assert result.reason.startswith("gold.txt:1: joined, the predicted words are not the text: from character 2 on")


@pytest.mark.parametrize(
    ("extra", "error", "message"),
    [
        pytest.param({"segmenters": ["fsat"]}, UnknownNameError, "unknown segmenter 'fsat'; there is: ", id="name"),
        pytest.param({"repeat": 0}, UsageError, "repeat is 0", id="repeat"),
        pytest.param({"seconds": float("nan")}, UsageError, "seconds is nan", id="seconds"),
    ],
)
def test_misuse_is_refused_before_anything_runs(gold, monkeypatch, extra, error, message):
    monkeypatch.setattr(segmenters, "run_isolated", lambda *_: pytest.fail("ran"))
    with pytest.raises(error, match=message):
        run_segmenters(gold, **extra)


# Comparing


def test_ratios_compare_ours_with_pkuseg_and_bare_programs_with_bare_pkuseg():
    half, whole = WordScores(1, 2, 2, 1), WordScores(1, 2, 2, 2)  # F1 0.5 and 1
    results = with_ratios(
        [
            fill("fast", scores=half, chars_per_second=(300.0, 100.0, 200.0)),
            fill("pkuseg", scores=whole, chars_per_second=(10.0,)),
            fill("bare-vaporetto", scores=whole, chars_per_second=(80.0,)),
            fill("bare-pkuseg", scores=half, chars_per_second=(20.0,)),
            fill("thulac", reason="not installed"),
        ]
    )
    ratios = {result.segmenter: (result.f1_ratio, result.speed_ratio) for result in results}
    assert ratios["fast"] == (0.5, 20.0)  # median 200 against 10
    assert ratios["bare-vaporetto"] == (2.0, 4.0)
    assert ratios["pkuseg"] == ratios["bare-pkuseg"] == (1.0, 1.0)
    assert ratios["thulac"] == (None, None)


def test_without_a_reference_there_are_no_ratios():
    (result,) = with_ratios([fill("fast", scores=WordScores(1, 1, 1, 1), chars_per_second=(1.0,))])
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
    result = fill(
        "fast",
        scores=WordScores(1, 4, 4, 3, 2, 1),
        chars_per_second=(1000.0, 3000.0, 2000.0),
        protected=4,
        protected_whole=3,
        load_seconds=0.25,
        peak_bytes=50_000_000,
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


def test_a_reason_cannot_end_a_cell_or_a_row():
    rows = markdown_table(benchmark_of(fill("thulac", reason="a|b\n| c"))).splitlines()
    assert r"no figures: a\|b \| c |" in rows[2]
    assert rows[3] == ""


def test_the_table_replaces_what_stands_between_its_markers(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("# 甲\n<!-- segmenters -->\nold\n<!-- end -->\nrest <!-- end -->\n", "utf-8")
    check_file(path, "segmenters")
    fill_file(path, "segmenters", "| new |\n")
    fill_file(path, "segmenters", "| newer |\n")
    wanted = "# 甲\n<!-- segmenters -->\n| newer |\n<!-- end -->\nrest <!-- end -->\n"
    assert path.read_text("utf-8") == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("# no marker\n", "0 lines <!-- segmenters -->, one is needed", id="none"),
        pytest.param("<!-- segmenters -->\n<!-- end -->\n" * 2, "2 lines", id="twice"),
        pytest.param("<!-- segmenters -->\nold\n", "no <!-- end --> below", id="no-end"),
        pytest.param("<!-- segmenters -->\n<!-- other -->\n<!-- end -->\n", "no <!-- end --> below", id="other-block"),
    ],
)
def test_a_file_without_its_markers_is_refused(text, message):
    with pytest.raises(DataError, match=message):
        fill_block(text, "segmenters", "")


def test_a_block_that_holds_a_marker_itself_is_refused():
    with pytest.raises(DataError, match="the block for <!-- segmenters --> holds a marker itself"):
        fill_block("<!-- segmenters -->\n<!-- end -->\n", "segmenters", "| a<!-- end -->.txt |\n")


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


def test_script_prints_the_table_and_writes_figures_and_readme(gold, tmp_path):
    pytest.importorskip("rjieba")
    readme = tmp_path / "README.md"
    readme.write_text("<!-- segmenters -->\n<!-- end -->\n", "utf-8")
    options = ("--segmenters", "char,jieba", "--repeat", 1, "--seconds", 0.01, "--readme", readme)
    done = run_script(gold, *options, "--json", tmp_path / "found.json")
    assert (done.returncode, done.stderr) == (0, "measuring char\nmeasuring jieba\n")
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    char, jieba = found["results"]
    assert (char["segmenter"], char["f1"], char["reason"]) == ("char", 1.0, None)
    assert jieba["segmenter"] == "jieba"
    assert (jieba["protected"], jieba["protected_whole"]) == (2, 2)
    assert min(char["chars_per_second"], jieba["chars_per_second"], char["load_seconds"], jieba["peak_bytes"]) > 0
    assert "| char | 1.000 |" in done.stdout
    assert readme.read_text("utf-8") == f"<!-- segmenters -->\n{done.stdout}<!-- end -->\n"
    assert str(tmp_path) not in done.stdout


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        pytest.param("他\n\n来\n", (), "gold.txt:2: no words", id="bad-gold"),
        pytest.param("他 来\n", ("--segmenters", "fsat"), "unknown segmenter 'fsat'", id="unknown-name"),
        pytest.param("他 来\n", ("--readme", SCRIPT), "0 lines <!-- segmenters -->", id="no-marker"),
    ],
)
def test_script_refuses_with_one_line_and_exit_code_1(tmp_path, content, options, message):
    path = tmp_path / "gold.txt"
    path.write_text(content, "utf-8")
    done = run_script(path, *options)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""

import subprocess

import pytest
from benchmarks import subprocess_runner
from benchmarks.adapters import LABELLERS, SEGMENTERS, LabellerAdapter
from benchmarks.subprocess_runner import Effort, Outcome, require_known, run_adapter, shortened

from weibo_nlp.errors import UnknownNameError, UsageError

CHAR = SEGMENTERS["char"]
JOB = {"texts": ["他的车"], "repeat": 1, "seconds": 1e-9}


def test_a_process_finds_package_and_worker_by_itself(monkeypatch, tmp_path):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path)
    outcome = run_adapter("segment", CHAR, JOB, 60)
    assert (outcome.reason, outcome.figures["words"]) == (None, [["他", "的", "车"]])
    assert min(outcome.figures["peak_bytes"], outcome.figures["load_seconds"]) > 0


def test_speed_is_the_median_of_what_was_gone_through_a_second():
    figures = {"passes": 2, "seconds": [0.5, 1.0, 4.0], "load_seconds": 0.25, "peak_bytes": 7}
    row = Outcome(CHAR, {"x": "1"}, figures=figures).to_row("chars_per_second", 10)
    assert (row["chars_per_second"], row["chars_per_second_repeats"]) == (20.0, [40.0, 20.0, 5.0])
    assert (row["load_seconds"], row["peak_bytes"], row["versions"], row["reason"]) == (0.25, 7, {"x": "1"}, None)


@pytest.mark.parametrize(
    ("adapter", "reason"),
    [
        pytest.param(
            LabellerAdapter("absent", "peer", ("no-such-package",), "", lambda _: len),
            "not installed: pip install no-such-package",
            id="not-installed",
        ),
        # Installed here, yet unknown to the process that is asked.
        pytest.param(LabellerAdapter("ghost", "peer", (), "", lambda _: len), "KeyError: 'ghost'", id="fails-inside"),
    ],
)
def test_a_program_that_cannot_be_measured_gives_its_reason(adapter, reason):
    outcome = run_adapter("score", adapter, {"texts": ["甲"]}, 60)
    assert (outcome.reason, outcome.figures) == (reason, {})
    row = outcome.to_row("posts_per_second", 1)
    assert (row["posts_per_second"], row["posts_per_second_repeats"], row["load_seconds"]) == (None, [], None)


def test_a_program_that_takes_too_long_is_given_up():
    assert run_adapter("segment", CHAR, JOB, 0.001).reason == "not done after 0.001 s"


@pytest.mark.parametrize(
    ("code", "stderr", "reason"),
    [
        pytest.param(-9, b"loading\n", "ended by signal SIGKILL: loading", id="killed"),
        pytest.param(3, b"", "ended by exit code 3: nothing on standard error", id="silent"),
    ],
)
def test_a_process_that_dies_is_described_by_how_it_ended(monkeypatch, code, stderr, reason):
    dead = subprocess.CompletedProcess([], code, stdout=b"", stderr=stderr)
    monkeypatch.setattr(subprocess_runner.subprocess, "run", lambda *_, **__: dead)
    assert run_adapter("segment", CHAR, JOB, 60).reason == reason


@pytest.mark.parametrize("number", [pytest.param(0, id="zero"), pytest.param(float("nan"), id="no-number")])
def test_an_effort_of_nothing_is_refused(number):
    with pytest.raises(UsageError, match=f"seconds is {number}; give a number above 0"):
        Effort(seconds=number)


def test_an_unknown_name_is_refused():
    with pytest.raises(UnknownNameError, match="unknown labeller 'snow'; there is: "):
        require_known("labeller", ["snownlp", "snow"], LABELLERS)


def test_a_reason_is_one_line_of_bounded_length():
    assert shortened("a\n  b") == "a b"
    assert shortened("x" * 301) == "x" * 299 + "…"

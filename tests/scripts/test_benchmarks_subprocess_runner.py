import subprocess

import pytest
from benchmarks import subprocess_runner
from benchmarks.adapters import LABELLERS, SEGMENTERS, LabellerAdapter
from benchmarks.subprocess_runner import check_request, run_adapter, shortened

from weibo_nlp.errors import UnknownNameError, UsageError

CHAR = SEGMENTERS["char"]
JOB = {"texts": ["他的车"], "repeat": 1, "seconds": 1e-9}


def test_a_process_finds_package_and_worker_by_itself(monkeypatch, tmp_path):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path)
    outcome = run_adapter("segment", CHAR, JOB, 60)
    assert (outcome.reason, outcome.figures["words"]) == (None, [["他", "的", "车"]])
    assert outcome.to_dict()["peak_bytes"] == outcome.figures["peak_bytes"] > 0
    assert outcome.to_dict()["load_seconds"] > 0


@pytest.mark.parametrize(
    ("adapter", "reason"),
    [
        pytest.param(
            LabellerAdapter("absent", "peer", "no_such_module", ("no-such-package",), "", lambda _: len),
            "not installed: pip install no-such-package",
            id="not-installed",
        ),
        # Installed here, yet unknown to the process that is asked.
        pytest.param(
            LabellerAdapter("ghost", "peer", "json", (), "", lambda _: len), "KeyError: 'ghost'", id="fails-inside"
        ),
    ],
)
def test_a_program_that_cannot_be_measured_gives_its_reason(adapter, reason):
    outcome = run_adapter("score", adapter, {"texts": ["甲"]}, 60)
    assert (outcome.reason, outcome.figures) == (reason, {})
    assert outcome.to_dict()["load_seconds"] is None


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


@pytest.mark.parametrize(
    ("names", "numbers", "error", "message"),
    [
        pytest.param(["snow"], {}, UnknownNameError, "unknown labeller 'snow'; there is: ", id="name"),
        pytest.param([], {"batch": 0}, UsageError, "batch is 0; give a number above 0", id="zero"),
        pytest.param([], {"seconds": float("nan")}, UsageError, "seconds is nan", id="no-number"),
    ],
)
def test_a_wrong_request_is_refused(names, numbers, error, message):
    with pytest.raises(error, match=message):
        check_request("labeller", names, LABELLERS, **numbers)


def test_a_reason_is_one_line_of_bounded_length():
    assert shortened("a\n  b") == "a b"
    assert shortened("x" * 301) == "x" * 299 + "…"

"""What the composed texts of one version teach beside those of another."""

from pathlib import Path

import pytest
from benchmarks.versions import markdown_table, run_versions

from weibo_nlp.errors import UsageError
from weibo_nlp.provenance import hardware

ESTIMATE = {"value": 0.5, "low": 0.4, "high": 0.6, "n_units": 10, "confidence_level": 0.95, "n_resamples": 60}


def result(version, value, n):
    metrics = {"macro_f1": ESTIMATE | {"value": value}, "accuracy": ESTIMATE}
    return {"task": "topic", "version": version, "n_learnt": n, "n": 20, "metrics": metrics, "few_units": False}


def test_one_version_has_nothing_to_be_compared_with():
    with pytest.raises(UsageError, match="name two versions or more"):
        run_versions(Path("copies"), ["0.2.0"])


def test_a_version_stands_with_what_it_gains_on_the_first():
    document = {
        "scored": "validation",
        "results": [result("0.2.0", 0.4, 1_459), result("0.4.0", 0.5, 2_610)],
        "comparisons": [
            {
                "task": "topic", "version": "0.4.0", "p_holm": 0.001,
                "difference": ESTIMATE | {"value": 0.1, "low": 0.04, "high": 0.16},
            }
        ],
        "notes": [], "command": "run", "package": "0", "corpus_version": "0", "hardware": hardware(),
    }  # fmt: skip
    first, second = markdown_table(document).splitlines()[2:4]
    assert first.startswith("| topic | 0.2.0 | 1,459 | 20 | 0.400 (0.400 to 0.600) |")
    assert first.endswith("| – | – |")
    assert "| +0.100 (+0.040 to +0.160) | p = .001 |" in second
    assert "the validation part of the stand-off layer" in markdown_table(document)

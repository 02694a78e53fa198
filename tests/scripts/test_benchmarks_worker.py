import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks._worker import measure_labeller, measure_model, measure_segmenter, score_sentiment
from benchmarks.adapters import MODELS, LabellerAdapter, ModelAdapter, SegmenterAdapter

from weibo_nlp.models import MajorityClassifier

SCRIPTS = Path(__file__).parents[2] / "scripts"


def labeller(load):
    return LabellerAdapter("toy", "peer", (), "", load)


def test_a_segmenter_is_loaded_once_and_cuts_whole_passes():
    loads, seen = [], []

    def load():
        loads.append(1)

        def cut_many(texts):
            for text in texts:
                seen.append(text)
                yield list(text)

        return cut_many

    adapter = SegmenterAdapter("toy", "peer", (), "", load)
    figures = measure_segmenter(adapter, ["甲乙", "丙"], repeat=3, seconds=1e-9)
    assert figures["words"] == [["甲", "乙"], ["丙"]]
    assert (len(loads), len(figures["seconds"]), figures["passes"]) == (1, 3, 1)
    # The first cut belongs to loading; one pass for the words, three timed ones.
    assert seen[1:] == ["甲乙", "丙"] * 4


def test_a_labeller_is_loaded_once_and_asked_singly_then_in_batches():
    loads, calls = [], []

    def load(pipeline):
        loads.append(pipeline)

        def answer(texts):
            calls.append(list(texts))
            return [len(text) for text in texts]

        return answer

    texts = ["甲", "乙", "丙", "丁", "戊"]
    figures = measure_labeller(labeller(load), texts, pipeline="p", batch=2, single=2, repeat=2, seconds=1e-9)
    assert loads == ["p"]
    # The first answer belongs to loading; two texts singly, evenly spread; then one pass to learn the speed, two timed.
    assert calls[1:3] == [["甲"], ["丙"]]
    assert calls[3:] == [["甲", "乙"], ["丙", "丁"], ["戊"]] * 3
    assert (len(figures["latencies"]), len(figures["seconds"]), figures["passes"]) == (2, 2, 1)


def test_a_labeller_that_leaves_texts_out_is_no_faster_for_it():
    forgetful = labeller(lambda _: lambda texts: texts[1:])
    with pytest.raises(ValueError, match="0 answers to 1 texts"):
        measure_labeller(forgetful, ["甲", "乙"], pipeline="", batch=2, single=2, repeat=2, seconds=1e-9)


def test_a_score_is_a_number_or_the_surplus_of_two_counts():
    counting = labeller(lambda _: lambda texts: [{"pos": len(text), "neg": 2} for text in texts])
    assert score_sentiment(counting, ["甲", "乙丙丁"]) == {"scores": [-1.0, 1.0]}
    assert score_sentiment(labeller(lambda _: lambda texts: [0.25]), ["甲"]) == {"scores": [0.25]}


@pytest.mark.parametrize("answers", [pytest.param([], id="none"), pytest.param([float("nan")], id="no-number")])
def test_a_program_that_leaves_texts_out_or_gives_no_number_is_not_scored(answers):
    with pytest.raises(ValueError, match="scores for 1 texts"):
        score_sentiment(labeller(lambda _: lambda texts: answers), ["甲"])


def test_memory_is_that_of_the_child_not_of_its_parent():
    # On Linux ru_maxrss of a child starts at what its parent held: 300 MB here, against some 10 of its own.
    code = (
        "import subprocess, sys; held = bytearray(300_000_000); held[::4096] = b'1' * len(held[::4096]);"
        "print(subprocess.run([sys.executable, '-P', '-c', sys.argv[1]], capture_output=True, text=True).stdout)"
    )
    measured = "from benchmarks._worker import peak_bytes; print(peak_bytes())"
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc here: the figure is ru_maxrss")
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-c", code, measured]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert 0 < int(done.stdout) < 100_000_000


def test_a_measured_process_starts_with_the_standard_library_alone():
    code = (
        "import sys, benchmarks._worker; roots = {name.partition('.')[0] for name in sys.modules};"
        "print(sorted(roots - sys.stdlib_module_names - {'benchmarks', '__main__'}))"
    )
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    # Without `site`, whose .pth files would import what this environment happens to hold.
    command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[]\n"


class Counting(MajorityClassifier):
    """Counts what it is asked."""

    asked = ()

    def predict_proba(self, texts):
        Counting.asked += (len(texts),)
        return super().predict_proba(texts)


def test_a_model_is_trained_once_answers_whole_passes_and_is_saved(monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", "kept")
    adapter = ModelAdapter("linear", "ours", (), "", lambda encoder: Counting)
    figures = measure_model(adapter, encoder="", n_answered=7, repeat=2, seconds=1e-9)
    # One pass to learn the speed, two timed; before each, a model that remembers its last answers is given others.
    assert (Counting.asked, len(figures["seconds"]), figures["passes"]) == ((1, 7) * 3, 2, 1)
    assert (figures["task"], figures["n_answered"]) == ("topic", 7)
    assert figures["n_train"] > 1000
    assert figures["folder_bytes"] > 0
    assert os.environ["WEIBO_NLP_HOME"] == "kept"


def test_a_class_of_targets_is_measured_on_stance_and_what_starts_from_an_encoder_asks_for_one():
    adapter = ModelAdapter("target_prior", "ours", (), "", MODELS["target_prior"].load)
    figures = measure_model(adapter, encoder="", n_answered=3, repeat=1, seconds=1e-9)
    assert figures["task"] == "stance"
    with pytest.raises(ValueError, match="no encoder to start from; name one with --encoder"):
        measure_model(MODELS["transformer"], encoder="", n_answered=3, repeat=1, seconds=1e-9)

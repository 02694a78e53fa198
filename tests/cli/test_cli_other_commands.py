import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from weibo_nlp import __version__, _resources
from weibo_nlp.corpus import open_release


@pytest.fixture(scope="module")
def benchmarked(small_corpus_shipped, tmp_path_factory):
    """One quick benchmark by the command line: its folder and its JSON."""
    from weibo_nlp.cli import main

    folder = tmp_path_factory.mktemp("benchmark 结果")
    written = {"json": folder / "r.json", "html": folder / "r.html", "predictions": folder / "predictions"}
    options = [part for name, path in written.items() for part in (f"--{name}", str(path))]
    with pytest.raises(SystemExit) as left:
        main(["benchmark", "--task", "irony", "--model", "majority", "--no-checks", "--resamples", "200", *options])
    assert left.value.code in (0, None)
    return folder, json.loads((folder / "r.json").read_text("utf-8"))


def gold(split):
    return [label.label for label in open_release().gold("irony", split)]


def test_the_benchmarks_json_has_the_promised_shape(benchmarked):
    _, found = benchmarked
    (result,) = found["results"]
    assert {name: result[name] for name in ("set", "task", "protocol", "model")} == {
        "set": "corpus",
        "task": "irony",
        "protocol": "standard",
        "model": "majority",
    }
    assert result["n_train"] == len(gold("train")) + len(gold("validation"))
    assert result["main_metric"] in result["metrics"]
    for name in ("accuracy", result["main_metric"]):
        metric = result["metrics"][name]
        assert 0 <= metric["low"] <= metric["value"] <= metric["high"] <= 1


def test_the_majority_models_accuracy_is_the_share_of_the_majority_label(benchmarked):
    learnt, scored = gold("train") + gold("validation"), gold("test")
    most = max(set(learnt), key=learnt.count)
    accuracy = benchmarked[1]["results"][0]["metrics"]["accuracy"]["value"]
    assert accuracy == pytest.approx(scored.count(most) / len(scored))


def test_the_benchmark_writes_one_page_that_needs_no_network(benchmarked):
    page = (benchmarked[0] / "r.html").read_text("utf-8")
    assert "majority" in page
    assert "<script" not in page
    assert "://" not in page


def test_evaluate_scores_a_kept_prediction_file_as_the_benchmark_did(benchmarked, run, tmp_path):
    folder, found = benchmarked
    file = folder / "predictions" / "corpus-irony-standard-majority.jsonl"
    code, out, _ = run("evaluate", file, "--resamples", "200", "--json", tmp_path / "e.json")
    assert code == 0
    (own,) = json.loads((tmp_path / "e.json").read_text("utf-8"))["results"]
    (benchmarks,) = found["results"]
    assert {name: own[name] for name in ("set", "task", "protocol", "model", "metrics")} == {
        name: benchmarks[name] for name in ("set", "task", "protocol", "model", "metrics")
    }
    assert f"{own['metrics']['accuracy']['value']:.3f}" in out
    assert "  true: precision" in out


def test_a_models_name_is_shown_as_it_is(benchmarked, run, tmp_path):
    lines = (benchmarked[0] / "predictions" / "corpus-irony-standard-majority.jsonl").read_text("utf-8").splitlines()
    header = json.loads(lines[0])
    header["model"]["name"] = "[/x][bold]好"
    (tmp_path / "p.jsonl").write_text("\n".join([json.dumps(header), *lines[1:]]), "utf-8")
    code, out, _ = run("evaluate", tmp_path / "p.jsonl", "--resamples", "200")
    assert code == 0
    assert "[/x][bold]好" in out


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        pytest.param(lambda lines: lines[:-1], 3, "p.jsonl", id="a-document-lacks"),
        pytest.param(lambda lines: lines + lines[-1:], 3, "p.jsonl:", id="a-document-twice"),
        pytest.param(lambda lines: lines[1:], 3, "p.jsonl:1: the header is missing", id="no-header"),
        pytest.param(lambda lines: [*lines, "{"], 3, "not JSON", id="truncated"),
        pytest.param(lambda lines: [], 3, "the file is empty", id="empty"),
        pytest.param(
            lambda lines: [lines[0].replace('"corpus"', '"nlpcc2016"'), *lines[1:]],
            2,
            "predictions on nlpcc2016; name the folder of your copy with --path",
            id="external-without-folder",
        ),
    ],
)
def test_a_prediction_file_that_cannot_be_scored_is_refused(benchmarked, run, tmp_path, change, code, message):
    lines = (benchmarked[0] / "predictions" / "corpus-irony-standard-majority.jsonl").read_text("utf-8").splitlines()
    (tmp_path / "p.jsonl").write_text("\n".join(change(lines)), "utf-8")
    found, out, err = run("evaluate", tmp_path / "p.jsonl", "--json", tmp_path / "e.json")
    assert (found, out) == (code, "")
    assert message in err
    assert "Traceback" not in err
    assert not (tmp_path / "e.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--task", "iron"], "unknown task 'iron'; there is: irony, sentiment, stance, topic", id="task"),
        pytest.param(["--task", "irony", "--model", "bert9"], "unknown model 'bert9'", id="model"),
        pytest.param(["--external", "cold"], "--external and --path go together", id="no-path"),
        pytest.param(["--external", "x", "--path", "."], "unknown external set 'x'; there is", id="external"),
        pytest.param(["--external", "x", "--path", ".", "--task", "irony"], "--task is for the corpus", id="both"),
        pytest.param(
            ["--protocol", "cross"], "unknown protocol of the corpus 'cross'; there is: cross_event", id="protocol"
        ),
        pytest.param(["--protocol", "zero_shot"], "unknown protocol of the corpus 'zero_shot'", id="set-lacks"),
        pytest.param(
            ["--external", "x", "--path", ".", "--protocol", "cross_kind"],
            "cross_kind is for the corpus",
            id="of-corpus",
        ),
        pytest.param(["--protocol", "cross_source"], "cross_source is for real texts; name the folder", id="of-real"),
        pytest.param(["--real", ".", "--protocol", "standard"], "standard is not for real texts; with", id="not-real"),
        pytest.param(["--real", ".", "--protocol", "external"], "external is not for real texts; with", id="not-its"),
        pytest.param(
            ["--real", ".", "--protocol", "cross"], "unknown protocol of real texts 'cross'", id="real-unknown"
        ),
        pytest.param(
            ["--real", ".", "--external", "cold", "--path", "."], "leave --external and --path", id="two-sets"
        ),
        pytest.param(["--real", ".", "--path", "."], "leave --external and --path out, or --real", id="two-folders"),
        pytest.param(["--real", "."], "none of the 12 real texts is there", id="no-texts"),
        pytest.param(["--real", "nowhere"], "nowhere: does not exist; name the folder that holds", id="no-copies"),
        pytest.param(["--task", "irony", "--protocol", "cross_topic"], "cross_topic is for stance", id="task-unfit"),
        pytest.param(["--seeds", "0"], "Invalid value for '--seeds'", id="no-seed"),
        pytest.param(["--json", "nowhere/r.json"], "nowhere/r.json: the folder does not exist", id="no-folder"),
        pytest.param(["--html", "."], "cannot write .: it is a folder; name a file", id="folder"),
        pytest.param(["--resamples", "10"], "Invalid value for '--resamples'", id="few-resamples"),
        pytest.param(["--seed", "-1"], "Invalid value for '--seed'", id="negative-seed"),
    ],
)
def test_a_wrong_benchmark_call_is_refused_and_writes_nothing(run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("benchmark", *arguments)
    assert code == 2
    assert message in " ".join(err.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_evaluate_says_that_a_file_does_not_exist(run, tmp_path):
    code, _, err = run("evaluate", tmp_path / "none.jsonl")
    assert code == 2
    assert "none.jsonl: cannot be read (No such file or directory)" in err


@pytest.fixture
def release(tmp_path):
    return shutil.copytree(_resources.corpus_dir(), tmp_path / "release")


def test_a_release_alone_is_checked(run, release):
    assert run("corpus", "check", release) == (0, f"{release}: all rules hold\n", "")


def test_a_changed_release_is_named_by_file_with_exit_code_three(run, release):
    shutil.copy(release / "posts" / "test-00000-of-00001.parquet", release / "comments")
    code, out, err = run("corpus", "check", release)
    assert code == 3
    assert "comments/test-00000-of-00001.parquet" in out
    assert err == f"{len(out.splitlines())} problems\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("none", "none is no folder; name a clone", id="missing"),
        pytest.param(".", "neither annotations/scheme.yaml nor manifest.json", id="other-folder"),
    ],
)
def test_what_is_no_corpus_is_a_wrong_call(run, tmp_path, name, message):
    code, _, err = run("corpus", "check", tmp_path / name)
    assert code == 2
    assert message in err


def test_version(run):
    assert run("--version") == (0, f"{__version__}\n", "")


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["[/]"], ["corpus", "nonsense"]], ids=str)
def test_what_is_no_command_is_a_wrong_call(run, arguments):
    code, out, err = run(*arguments)
    assert code == 2
    assert "Usage: " in out + err


HEAVY = ("pandas", "sklearn", "datasets", "pyarrow", "numpy", "scipy", "spacy", "yaml", "jinja2", "torch")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import weibo_nlp", id="import"),
        pytest.param("from weibo_nlp.cli import main; main(['--help'])", id="help"),
        pytest.param("from weibo_nlp.cli import main; main(['label', '-h'])", id="help-of-label"),
        pytest.param("from weibo_nlp.cli import main; main(['--version'])", id="version"),
    ],
)
def test_nothing_heavy_is_imported_before_there_is_work(code):
    program = f"import atexit, sys\natexit.register(lambda: print('LOADED', *sorted(sys.modules)))\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout.rpartition("LOADED")[2].split()
    assert "weibo_nlp" in loaded
    assert set(loaded).isdisjoint(HEAVY)


PUBLIC_TEXTS = Path(__file__).parents[1] / "data" / "public_texts"


@pytest.fixture
def on_real_texts(run, tmp_path):
    """Runs the benchmark of irony on a list of texts; gives exit code, outputs and JSON."""

    def call(copies, *options):
        written = ["--json", tmp_path / "r.json", "--html", tmp_path / "r.html", "--predictions", tmp_path / "kept"]
        plain = ["--task", "irony", "--model", "majority", "--resamples", "200"]
        code, out, err = run("benchmark", "--real", copies, *plain, *options, *written)
        return code, out, err, json.loads((tmp_path / "r.json").read_text("utf-8"))

    return call


def test_real_texts_are_scored_by_what_learnt_them_and_by_what_learnt_composed_ones(on_real_texts, run, tmp_path):
    code, out, err, figures = on_real_texts(PUBLIC_TEXTS)
    assert code == 0
    assert [(row["set"], row["protocol"], row["units"]) for row in figures["results"]] == [
        ("real", "real", "groups"),
        ("real", "composed_to_real", "groups"),
    ]
    assert figures["command"] == "weibo-nlp benchmark --real … --task irony --model majority"
    assert "composed_to_real" in out
    assert "12 of 12 real texts found" in err
    assert "irony on real test: fewer than 20 rows, so no verdict on these labels: false 3, true 0" in err
    code, out, _ = run("evaluate", tmp_path / "kept" / "real-irony-real-majority.jsonl", "--resamples", "200")
    assert code == 0
    assert "Note: irony on real test: fewer than 20 rows" in out


def test_real_texts_that_are_not_there_are_counted_with_exit_code_one(on_real_texts, tmp_path):
    lines = (PUBLIC_TEXTS / "texts.jsonl").read_text("utf-8").splitlines()
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "texts.jsonl").write_text("\n".join(lines[2:]), "utf-8")
    code, _, err, figures = on_real_texts(copies, "--protocol", "real")
    assert code == 1
    assert [(row["n"], row["n_set_aside"]) for row in figures["results"]] == [(2, 1)]
    assert "1 rows with gold labels set aside" in err
    assert "irony on real test: 2 of 3 texts found" in err

"""What labels came to: counts worked out by hand, the lines of a terminal, and the file beside the output."""

import json
import tracemalloc
from pathlib import Path

import pytest

from weibo_nlp._version import __version__
from weibo_nlp.errors import UsageError
from weibo_nlp.io import open_table, sha256_of_file
from weibo_nlp.io.atomic import PendingFile
from weibo_nlp.labelling import Labeller, label_file
from weibo_nlp.labelling.sets import SetsOf
from weibo_nlp.labelling.slots import Slot, slots_of
from weibo_nlp.labelling.summary import LabelSummary
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.models.storage import WEIGHTS
from weibo_nlp.scheme import Task, load_scheme

SCHEME = load_scheme()
ABOUT = Task("about", question="", main_metric="", meanings={})
MODELS = {"topic": ("linear", "0.4.0"), "irony": ("own", "1"), "stance": ("linear", "0.4.0")}


def row(topic="other", score=0.8, irony=0.1, stance=None, stance_score=None, unlike=False):
    return {
        "topic": topic,
        "topic_score": score,
        "irony": irony > 0.5,
        "irony_score": irony,
        "stance": stance,
        "stance_score": stance_score,
        "out_of_domain": unlike,
        "topic_set": "credit|other",
    }


@pytest.fixture
def summary():
    slots = slots_of([SCHEME.task(name) for name in ("topic", "irony", "stance")], ["宝马"])
    made = LabelSummary(slots, "open", MODELS, {"topic": SetsOf("topic_set", 0.9, ("credit",))})
    made.add([row("credit", 0.4, 0.9), row(score=0.6, stance="favor", stance_score=0.7)])
    made.add([row(unlike=True), row(None, 0.3)])  # the last one is below a least score
    return made


def test_shares_are_those_of_the_rows_that_were_added(summary):
    told = summary.to_dict()
    assert (told["format"], told["version"], told["weights"], told["rows"]) == (1, __version__, "open", 4)
    assert told["models"]["topic"] == {"name": "linear", "version": "0.4.0"}
    assert told["out_of_domain"] == 0.25
    # .4, .6, .8 and .3: two below .5, and one label of four is left out.
    assert told["labels"]["topic"] == {
        "answered": 4,
        "left_empty": 1,
        "shares": {"credit": 0.3333, "other": 0.6667},
        "mean_score": 0.525,
        "below_half": 0.5,
        "sets": {"coverage": 0.9, "mean_size": 2.0, "undecided": ["credit"]},
    }
    # Of irony, the score is that of the yes; the label of each is given .9.
    assert told["labels"]["irony"] == {
        "answered": 4,
        "left_empty": 0,
        "shares": {"false": 0.75, "true": 0.25},
        "mean_score": 0.9,
        "below_half": 0.0,
    }
    assert told["labels"]["stance"] == {
        "answered": 1,
        "left_empty": 0,
        "shares": {"favor": 1.0},
        "mean_score": 0.7,
        "below_half": 0.0,
        "target": "宝马",
    }


def test_a_terminal_is_told_in_a_line_each(summary):
    assert summary.lines() == [
        "Weights open, 4 rows",
        "topic: other 66.7%, credit 33.3%; mean score 0.53, below .5 in 50.0%, left empty in 25.0%; 2.00 labels a set "
        "at coverage 0.9, credit in each of them for want of texts to calibrate on",
        "irony: false 75.0%, true 25.0%; mean score 0.90, below .5 in 0.0%",
        "stance (宝马): favor 100.0%, of 1 rows with a target; mean score 0.70, below .5 in 0.0%",
        "Texts unlike anything the weights learnt from: 25.0%",
    ]


@pytest.mark.parametrize(("n_unlike", "is_said"), [(2, False), (3, True)])
def test_a_file_of_which_most_is_unlike_is_said_to_be_guessed(n_unlike, is_said):
    summary = LabelSummary([Slot(SCHEME.task("topic"))], "open", {})
    summary.add([row(unlike=place < n_unlike) for place in range(4)])
    assert summary.is_mostly_out_of_domain is is_said
    warning = "; most texts are unlike anything the weights learnt from: labels are guesses"
    assert summary.lines()[-1].endswith(warning) is is_said


def test_where_nothing_tells_nothing_is_said():
    summary = LabelSummary([Slot(SCHEME.task("topic"))], "open", {})
    assert summary.to_dict()["out_of_domain"] is None
    assert summary.to_dict()["labels"]["topic"]["mean_score"] is None
    assert summary.lines() == ["Weights open, 0 rows"]
    summary.add([row(unlike=None)])
    assert summary.to_dict()["out_of_domain"] is None
    assert len(summary.lines()) == 2


def test_of_many_labels_eight_are_shown():
    summary = LabelSummary([Slot(ABOUT)], "open", {})
    summary.add({"about": f"label {n % 12:02}", "about_score": 1.0} for n in range(24))
    assert "label 07 8.3%, 4 other labels; mean" in summary.lines()[1]


def test_memory_does_not_grow_with_rows():
    summary = LabelSummary(slots_of([SCHEME.task("topic")], ()), "open", {})
    summary.add([row()])
    tracemalloc.start()
    summary.add(row() for _ in range(5_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000
    assert summary.rows == 5_001


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text\n失信被执行人就该上征信黑名单\n今天食堂的菜有点咸\n\n", "utf-8")
    return path


def label_into(source, output):
    return label_file(open_table(source), output, Labeller(), text_column="text")


def test_the_summary_stands_beside_the_output_with_sorted_keys(source, tmp_path):
    output = tmp_path / "o.csv"
    done = label_into(source, output)
    assert done.summary_file == tmp_path / "o.csv.summary.json"
    text = done.summary_file.read_text("utf-8")
    written = json.loads(text)
    assert written == done.summary.to_dict() | {"output": "o.csv"}
    assert text == json.dumps(written, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert (written["rows"], written["labels"]["topic"]["shares"]) == (2, {"credit": 0.5, "other": 0.5})
    assert written["models"].keys() == {"topic", "sentiment", "irony", "stance"}


def test_a_model_of_another_library_is_named_in_text_whatever_it_calls_itself(source, tmp_path):
    class Model:
        classes_ = ("food", "weather")
        name, version = tmp_path, 3

        def predict_proba(self, texts):
            return [[0.5, 0.5]] * len(texts)

    done = label_file(open_table(source), tmp_path / "o.csv", Labeller({"about": Model()}), text_column="text")
    written = json.loads(done.summary_file.read_text("utf-8"))
    assert written["models"]["about"] == {"name": str(tmp_path), "version": "3", "own": True}
    assert written["labels"]["about"]["below_half"] == 0.0


def test_a_model_of_one_s_own_is_told_again_by_its_folder_and_its_weights(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = LinearClassifier(C=1.0, min_df=1).fit(["米饭好吃", "今天下雨"] * 4, ["food", "weather"] * 4)
    model.save_pretrained("mine")
    weights = sha256_of_file(tmp_path / "mine" / WEIGHTS)
    for folder, shown in ((Path("mine"), "mine"), (tmp_path / "mine", "mine")):
        models = Labeller({"about": folder}).summary().to_dict()["models"]
        told = {name: models["about"][name] for name in ("own", "folder", "sha256")}
        assert told == {"own": True, "folder": shown, "sha256": weights}
        assert "own" not in models["topic"]


@pytest.mark.parametrize("content", ["", None], ids=["empty", "an-earlier-one"])
def test_a_summary_of_an_earlier_run_is_replaced(source, tmp_path, content):
    output = tmp_path / "o.csv"
    place = label_into(source, output).summary_file
    place.write_text(
        content if content is not None else place.read_text("utf-8").replace('"rows": 2', '"rows": 9'), "utf-8"
    )
    assert json.loads(label_into(source, output).summary_file.read_text("utf-8"))["rows"] == 2


@pytest.mark.parametrize("content", ['{"rows": 2}', "[]", "my notes", "{", '{"format": "1"}'])
def test_a_file_of_somebodys_own_is_never_replaced(source, tmp_path, content):
    place = tmp_path / "o.csv.summary.json"
    place.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=r"o\.csv\.summary\.json exists and is no summary of labels"):
        label_into(source, tmp_path / "o.csv")
    assert place.read_text("utf-8") == content
    assert not (tmp_path / "o.csv").exists()


def test_a_file_that_comes_while_rows_are_written_is_not_replaced(source, tmp_path):
    place, output = tmp_path / "o.csv.summary.json", tmp_path / "o.csv"
    source.write_text("text\n" + "好\n" * 300, "utf-8")
    with pytest.raises(UsageError, match="is no summary of labels"):
        label_file(
            open_table(source),
            output,
            Labeller(),
            text_column="text",
            advance=lambda n: place.write_text("my notes", "utf-8"),
        )
    assert place.read_text("utf-8") == "my notes"
    assert not output.exists()


def test_the_summary_is_neither_the_input_nor_the_file_of_rejects(source, tmp_path):
    taken = tmp_path / "o.csv.summary.json"
    taken.write_text('{"text": "好"}\n', "utf-8")
    with pytest.raises(UsageError, match="the summary"):
        label_file(open_table(taken, "jsonl"), tmp_path / "o.csv", Labeller(), text_column="text")
    taken.unlink()
    with pytest.raises(UsageError, match="the summary"):
        label_file(open_table(source), tmp_path / "o.csv", Labeller(), text_column="text", rejects=taken)


def test_of_a_link_the_summary_stands_beside_the_file(source, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "o.csv").symlink_to(tmp_path / "real" / "p.csv")
    assert label_into(source, tmp_path / "o.csv").summary_file == tmp_path / "real" / "p.csv.summary.json"


@pytest.fixture
def stop(monkeypatch):
    """Interrupts the run where a file is published, before it or behind it."""

    def at(place, *, behind):
        publish = PendingFile.publish

        def interrupted(file):
            if file.destination.file != place:
                publish(file)
                return
            # No output is seen beside the summary of another.
            assert not place.with_name(f"{place.name}.summary.json").exists()
            if behind:
                publish(file)
            raise KeyboardInterrupt

        monkeypatch.setattr(PendingFile, "publish", interrupted)

    return at


@pytest.mark.parametrize("with_rejects", [False, True])
def test_a_run_that_is_stopped_before_the_output_leaves_the_earlier_one_with_its_summary(
    source, tmp_path, stop, with_rejects
):
    output = tmp_path / "o.csv"
    label_into(source, output)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    source.write_text("text\n好\n" + "\n" * with_rejects, "utf-8")
    stop(output, behind=False)
    with pytest.raises(KeyboardInterrupt):
        label_into(source, output)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before | {"a.csv": source.read_bytes()}


@pytest.mark.parametrize("with_rejects", [False, True])
def test_a_run_that_is_stopped_behind_the_output_leaves_the_new_one_with_its_summary(
    source, tmp_path, stop, with_rejects
):
    output = tmp_path / "o.csv"
    label_into(source, output)
    source.write_text("text\n好\n" + "\n" * with_rejects, "utf-8")
    stop(output, behind=True)
    with pytest.raises(KeyboardInterrupt):
        label_into(source, output)
    assert json.loads((tmp_path / "o.csv.summary.json").read_text("utf-8"))["rows"] == 1
    assert output.read_text("utf-8").count("\n") == 2

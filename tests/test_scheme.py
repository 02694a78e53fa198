from pathlib import Path

import pytest

from weibo_nlp.errors import DataError, LabelError, UnknownNameError
from weibo_nlp.scheme import load_scheme

DATA = Path(__file__).parent / "data" / "labels"


def test_shipped_scheme_has_four_tasks_with_their_labels_in_order():
    assert {name: task.labels for name, task in load_scheme().tasks.items()} == {
        "topic": ("credit", "self_media", "consumer_nationalism", "other"),
        "sentiment": ("negative", "neutral", "positive"),
        "stance": ("against", "none", "favor"),
        "irony": ("false", "true"),
    }


def test_a_scheme_file_is_read_with_meanings_and_marks():
    scheme = load_scheme(DATA / "good.yaml")
    mood = scheme.task("mood")
    assert (scheme.name, scheme.version) == ("miniature", "0.1.0")
    assert (mood.question, mood.main_metric) == ("How does it sound?", "macro_f1")
    assert mood.meanings == {"low": "sad", "true": "as it is"}
    assert [mood.index(label) for label in ("low", "true")] == [0, 1]
    assert (scheme.frames, scheme.confidence) == (("humour",), ("high", "low"))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("bare_true", "label True of task 'mood' is not a string; put it in quotes"),
        ("number_label", "label 1 of task 'mood' is not a string; put it in quotes"),
        ("key_missing", "key 'marks' of the scheme is missing; it has name, version, tasks, marks"),
        ("task_key_missing", "key 'main_metric' of task 'mood' is missing; it has question, main_metric, labels"),
        ("mark_missing", "key 'confidence' of marks is missing"),
        ("labels_in_a_list", r"labels of task 'mood' must be a mapping with keys, not \['low', 'high'\]"),
        ("tasks_in_a_list", r"tasks must be a mapping with keys, not \['mood'\]"),
        ("bare_version", "version 0.1 is not a string; put it in quotes"),
        ("empty", "the scheme must be a mapping with keys, not None"),
        ("no_yaml", r"cannot be read as a label scheme: (?s:.*)line 2"),
        ("gbk", "cannot be read as a label scheme: .*decode"),
        ("absent", "cannot be read as a label scheme: .*No such file"),
    ],
)
def test_a_faulty_scheme_is_refused_with_file_and_key(rule, message):
    with pytest.raises(DataError, match=rf"faulty-{rule}\.yaml: {message}"):
        load_scheme(DATA / f"faulty-{rule}.yaml")


def test_a_label_outside_the_task_is_refused_with_those_inside():
    with pytest.raises(LabelError, match=r"label 'meh' is not in task 'sentiment' \(negative, neutral, positive\)"):
        load_scheme().task("sentiment").index("meh")


def test_an_unknown_task_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="unknown task 'mood'; there is: irony, sentiment, stance, topic"):
        load_scheme().task("mood")


def test_an_empty_path_is_not_the_shipped_scheme():
    with pytest.raises(DataError, match="cannot be read as a label scheme"):
        load_scheme("")

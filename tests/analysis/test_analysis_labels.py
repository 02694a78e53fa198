"""Which columns of a table hold labels."""

import pytest

from weibo_nlp.analysis.labels import find_labelled_columns, label_text
from weibo_nlp.errors import UsageError


def test_columns_that_label_writes_are_found_with_their_scores_and_targets():
    columns = {
        "id": "string", "text": "string", "topic": "string", "topic_score": "float", "topic_score_credit": "float",
        "irony": "bool", "irony_score": "float", "stance_target_1": "string", "stance_known_target_1": "bool",
        "stance_1": "string", "stance_score_1": "float", "mood": "string", "mood_score": "float",
        "out_of_domain": "bool",
    }  # fmt: skip
    found = find_labelled_columns(columns)
    assert [(each.name, each.score, each.target, each.task) for each in found] == [
        ("topic", "topic_score", None, "topic"),
        ("irony", "irony_score", None, "irony"),
        ("stance_1", "stance_score_1", "stance_target_1", "stance"),
        ("mood", "mood_score", None, None),
    ]
    assert [each.is_yes_or_no for each in found] == [False, True, False, False]
    assert found[2].labels == ("against", "none", "favor")
    assert [each.is_guessed for each in found] == [False, False, False, True]


def test_a_column_that_is_named_needs_no_score():
    (found,) = find_labelled_columns({"text": "string", "my": "string"}, ["my"])
    assert (found.name, found.score, found.is_guessed) == ("my", None, False)


@pytest.mark.parametrize(
    ("columns", "named", "message"),
    [
        pytest.param({"text": "string"}, (), "no column of labels is known among text", id="none"),
        pytest.param({"topic": "string"}, ("tone",), "no column 'tone' of labels; there is topic", id="named"),
        pytest.param({"topic": "json"}, (), "no column of labels", id="no-label-in-a-list"),
    ],
)
def test_a_table_without_labels_is_refused(columns, named, message):
    with pytest.raises(UsageError, match=message):
        find_labelled_columns(columns, named)


def test_true_and_false_are_labels_however_a_program_writes_them():
    assert [label_text(value) for value in (True, "TRUE", "False", "favor")] == ["true", "true", "false", "favor"]

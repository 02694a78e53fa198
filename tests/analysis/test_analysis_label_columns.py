import numpy as np
import pytest
from made_labelled_posts import write_posts

from weibo_nlp.analysis.label_columns import label_columns
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.collection import open_collection


def collection_of(folder, *lines):
    (folder / "l.csv").write_text("\n".join([*lines, ""]), "utf-8")
    return open_collection(folder / "l.csv", header=True)


def test_columns_of_tasks_and_those_with_scores_are_label_columns(tmp_path):
    columns = label_columns(open_collection(write_posts(tmp_path / "labelled.csv")))
    assert [column.name for column in columns] == ["topic", "irony", "stance"]
    assert [column.target for column in columns] == [None, None, "stance_target"]
    assert columns[1].labels == ("false", "true")
    assert set(columns[2].labels) == {"favor", "against", "none"}


def test_each_of_several_targets_has_a_column_of_its_own(tmp_path):
    header = "text,stance_target_1,stance_1,stance_score_1,stance_target_2,stance_2,stance_score_2"
    columns = label_columns(collection_of(tmp_path, header, "好,甲,favor,.9,乙,none,.5"))
    assert [(column.name, column.target) for column in columns] == [
        ("stance_1", "stance_target_1"),
        ("stance_2", "stance_target_2"),
    ]


def test_labels_of_a_category_of_ones_own_are_those_seen_and_those_scored(tmp_path):
    header = "text,harm,harm_score,harm_score_no,harm_score_yes,harm_score_maybe"
    (column,) = label_columns(collection_of(tmp_path, header, "好,no,.9,.9,.1,0", "坏,yes,.6,.3,.6,.1"))
    assert column.labels == ("maybe", "no", "yes")
    assert column.scores == {"maybe": "harm_score_maybe", "no": "harm_score_no", "yes": "harm_score_yes"}


def test_probabilities_of_all_labels_are_taken_from_what_scores_there_are(tmp_path):
    collection = open_collection(write_posts(tmp_path / "labelled.csv"))
    topic, irony, stance = label_columns(collection)
    # credit .9, the other three share .1
    assert topic.probabilities(collection.frame(topic.columns))[0] == pytest.approx([0.9, 0.1 / 3, 0.1 / 3, 0.1 / 3])
    # The score of a yes or no is that of the yes, whatever the label.
    assert irony.probabilities(collection.frame(irony.columns))[0] == pytest.approx([0.8, 0.2])
    assert np.isnan(stance.probabilities(collection.frame(stance.columns))[2]).all()


@pytest.mark.parametrize(
    ("lines", "named", "error", "message"),
    [
        pytest.param(("text,day", "好,1"), (), UsageError, "no column of labels is known", id="none"),
        pytest.param(("text,topic", "好,sports"), (), DataError, "column topic holds 'sports'", id="not-the-tasks"),
        pytest.param(("text,harm", "好,no"), ("harm",), DataError, "one label only, 'no'", id="one-label"),
        pytest.param(("text,harm", "好,"), ("harm",), DataError, "holds nothing", id="no-label"),
    ],
)
def test_what_is_no_label_column_is_refused(tmp_path, lines, named, error, message):
    with pytest.raises(error, match=message):
        label_columns(collection_of(tmp_path, *lines), named)


def test_a_column_of_texts_is_no_label_column(tmp_path):
    collection = collection_of(tmp_path, "text,x", *(f"好{number},{number}" for number in range(1001)))
    with pytest.raises(DataError, match="more than 1,000 different values"):
        label_columns(collection, ["text"])


def test_neyman_without_scores_says_what_is_missing(tmp_path):
    collection = collection_of(tmp_path, "text,topic", "好,credit")
    (column,) = label_columns(collection)
    with pytest.raises(UsageError, match="topic has no scores"):
        column.probabilities(collection.frame(column.columns))

"""Language models among the models of a labeller."""

import pytest
from chat_server import by_text, chat_server, text_of

from weibo_nlp import label
from weibo_nlp.errors import UsageError
from weibo_nlp.labelling import Labeller
from weibo_nlp.models.endpoint.replies import EndpointAnswer

pytest.importorskip("openai")


SAYS = {
    "好": EndpointAnswer("positive", "answered", (0.1, 0.2, 0.7)),
    "坏": EndpointAnswer("negative", "answered"),
    "难": EndpointAnswer(None, "refused"),
}


class Scripted:
    """Answers by what a text is, without an address."""

    classes_ = ("negative", "neutral", "positive")
    name, version = "scripted", "1"

    def ask(self, examples):
        self.asked = list(examples)
        return [SAYS[example.text] for example in examples]

    def predict_proba(self, examples):
        raise AssertionError("a model that can be asked is asked")


def test_an_answer_has_a_score_where_there_is_one_and_none_is_a_row_without_label():
    labeller = Labeller({"sentiment": Scripted()}, all_scores=True)
    rows = labeller.label(["好", "坏", "难"])
    columns = ("sentiment", "sentiment_score", "sentiment_outcome", "sentiment_score_neutral")
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("positive", 0.7, "answered", 0.2),
        ("negative", None, "answered", None),
        (None, None, "refused", None),
    ]
    assert list(labeller.columns)[2:5] == ["sentiment", "sentiment_score", "sentiment_outcome"]
    summary = labeller.summary()
    summary.add(rows)
    entry = summary.to_dict()["labels"]["sentiment"]
    assert (entry["answered"], entry["scored"], entry["mean_score"], entry["left_empty"]) == (2, 1, 0.7, 0)
    assert entry["shares"] == {"positive": 0.5, "negative": 0.5}
    (line,) = [line for line in summary.lines() if line.startswith("sentiment")]
    assert "of 1 rows with a score" in line
    assert line.endswith("; no label in refused 1 of 3 rows")


def test_a_label_below_the_least_score_is_left_out_and_one_without_a_score_stays():
    rows = Labeller({"sentiment": Scripted()}, min_score=0.8).label(["好", "坏"])
    assert [(row["sentiment"], row["sentiment_score"]) for row in rows] == [(None, 0.7), ("negative", None)]


def test_what_stands_above_a_text_is_asked_with_it_for_every_task():
    model = Scripted()
    labeller = Labeller({"sentiment": model})
    assert "sentiment" in labeller.reading_parents
    labeller.label(["好"], ["回复@甲:怎么样//@乙:在吗"], ["首帖"])
    (example,) = model.asked
    assert (example.text, example.parent, example.root) == ("好", "回复@甲:怎么样//@乙:在吗", "首帖")


def test_a_frame_is_labelled_by_the_name_of_a_language_model_and_its_host_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path))
    with chat_server(by_text) as (url, asked):
        with pytest.warns(UserWarning, match=r"Up to 3 texts are sent to 127\.0\.0\.1, to be labelled by made") as told:
            frame = label(["一", "二", "二"], models={"irony": f"endpoint:{url}?model=made"})
        assert len([each for each in told if "sent to" in str(each.message)]) == 1
        assert sorted(map(text_of, asked)) == ["一", "二"]
    assert frame["irony_outcome"].tolist() == ["answered"] * 3
    assert frame["irony_score"].isna().all()
    assert frame["irony"].tolist()[1] == frame["irony"].tolist()[2]


def test_a_label_of_ones_own_needs_words_for_what_it_is():
    with pytest.raises(UsageError, match="nothing says what 'mood' is"):
        Labeller({"mood": "endpoint:http://localhost:1/v1?model=m"})
    labeller = Labeller({"mood": "endpoint:http://localhost:1/v1?model=m&task=sentiment"})
    assert labeller.labels["mood"] == ("negative", "neutral", "positive")

"""`explain`: what in a text speaks for its label, on a terminal."""

import json

import pytest

from weibo_nlp.models import LinearClassifier, MajorityClassifier


@pytest.fixture(scope="module")
def taste(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "taste"
    texts = ["真好吃", "太好吃了", "好吃啊", "真难吃", "太难吃了", "难吃啊"]
    LinearClassifier(C=1.0, min_df=1).fit(texts, ["[b]praise"] * 3 + ["blame"] * 3).save_pretrained(folder)
    MajorityClassifier().fit(texts, ["a", "b"] * 3).save_pretrained(folder.with_name("majority"))
    return folder


def test_words_are_shown_with_what_they_add_and_no_label_is_markup(run, taste, tmp_path):
    code, out, _ = run("explain", "这家[red]好吃", "--model", taste, "--json", tmp_path / "o.json")
    assert code == 0
    assert out.startswith("[b]praise 0.")
    assert "text as the model reads it: 这家[red]好吃" in out
    assert "log odds of [b]praise over blame: +" in out
    content = json.loads((tmp_path / "o.json").read_text("utf-8"))
    assert content["label"] == "[b]praise"
    assert content["contributions"][0]["piece"] == "好吃"
    assert content["log_odds"] == pytest.approx(
        content["intercept_over_other"] + sum(each["over_other"] for each in content["contributions"])
    )


def test_another_label_may_be_asked_about(run, taste):
    _, out, _ = run("explain", "好吃", "--model", taste, "--label", "blame")
    assert "log odds of blame over [b]praise: −" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["", "--model", "taste"], 3, "cannot be labelled (position 0: empty)", id="empty-text"),
        pytest.param(["好", "--model", "majority"], 2, "'majority' does not explain itself", id="not-linear"),
        pytest.param(["好", "--model", "taste", "--label", "x"], 2, "label 'x' is none of the model's", id="label"),
        pytest.param(["好", "--task", "stance"], 2, "name one with --target", id="stance-without-target"),
        pytest.param(["好", "--task", "mood"], 2, "unknown model 'mood'; there is: irony", id="task"),
    ],
)
def test_a_wrong_call_is_told(run, taste, arguments, code, message):
    given = [taste.with_name(word) if word in ("taste", "majority") else word for word in arguments]
    left, _, err = run("explain", *given)
    assert left == code
    assert message in err

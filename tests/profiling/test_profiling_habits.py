import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.profiling.habits import HABITS, emoticon_spread, habits_of


@pytest.mark.parametrize(
    ("text", "habit", "value"),
    [
        ("来了三十七个人", "exact_number", 1.0),
        ("十分高兴", "exact_number", 0.0),
        ("我妈说好", "family", 250.0),
        ("开了九年车，说两句", "trade_opening", 1.0),
        ("因为其实吧", "connectives", 400.0),
        ("算了……", "ellipsis", 250.0),
        ("他说“好”", "curly_quotes", 1.0),
        ("脑残", "abuse", 1.0),
        ("笑死[doge][doge]", "doubled_emoticon", 1.0),
        ("笑死[doge]了[doge]", "doubled_emoticon", 0.0),
        ("没有", "doubled_emoticon", None),
        ("问：为什么？\n答：不知道。", "question_and_answer", 1.0),
    ],
)
def test_a_habit_is_counted(text, habit, value):
    assert habits_of([text])[habit] == value


def test_clauses_are_measured_in_texts_of_middling_length():
    text = "十个字十个字十个字十，" * 3 + "二十个字二十个字二十个字二十个字二十个字"
    found = habits_of([text, "短的不算"])
    assert found["clause_mean"] == pytest.approx(12.5)
    assert found["clause_sd"] == pytest.approx(4.330, abs=0.001)


def test_habits_come_in_the_order_in_which_they_are_described():
    assert list(habits_of(["好"])) == list(HABITS)


def test_no_texts_have_no_habits():
    with pytest.raises(DataError, match="no texts to measure"):
        habits_of([])


def test_emoticons_that_differ_between_groups_are_found():
    # χ² of the table (40, 60; 10, 90) by hand: 200 · (40·90 − 60·10)² / (50·150·100·100) = 24.
    groups = [["好[赞]"] * 40 + ["好"] * 60, ["好[赞]"] * 10 + ["好"] * 90]
    found = emoticon_spread(groups)
    assert found.chi_squared == pytest.approx(24.0)
    assert found.degrees_of_freedom == 1
    assert found.p_value == pytest.approx(9.634e-07, rel=1e-3)


@pytest.mark.parametrize("groups", [[["好[赞]"]], [["好"], ["坏"]]])
def test_emoticons_that_cannot_be_compared_are_refused(groups):
    with pytest.raises(DataError, match="two or more groups"):
        emoticon_spread(groups)

"""Answers of models that were given their labels: checked, and put into the order asked for."""

import numpy as np
import pandas as pd
import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.records import Example

EXAMPLES = [Example("好"), Example("不好")]


class Fixed:
    name = "fixed"

    def __init__(self, classes, answer):
        self.classes_, self.answer = classes, answer

    def predict_proba(self, texts):
        return self.answer


@pytest.mark.parametrize("classes", [["yes", "no"], np.array(["yes", "no"])], ids=["list", "array"])
def test_columns_are_in_the_order_of_the_labels_asked_for(classes):
    model = Fixed(classes, [[0.75, 0.25], [0.5, 0.5]])
    assert probabilities_of(model, EXAMPLES, ("no", "yes")).tolist() == [[0.25, 0.75], [0.5, 0.5]]


@pytest.mark.parametrize("classes", [["no"], ["no", "yes", "perhaps"], ["no", "Yes"], ["no", "no"], [0, 1]])
def test_a_model_of_other_labels_than_it_was_given_is_refused(classes):
    with pytest.raises(UsageError, match=r"the model 'fixed' has the labels .*; it was given no, yes to keep"):
        probabilities_of(Fixed(classes, [[0.5, 0.5]] * 2), EXAMPLES, ("no", "yes"))


@pytest.mark.parametrize("answer", [[[np.nan, 0.5]] * 2, [[2.0, -1.0]] * 2, [[0.5, 0.5]]], ids=["nan", "sign", "row"])
def test_a_model_that_gives_no_distribution_is_refused(answer):
    with pytest.raises(UsageError, match="the model 'fixed' gave"):
        probabilities_of(Fixed(["no", "yes"], answer), EXAMPLES, ("no", "yes"))


def test_columns_of_a_frame_are_read_by_their_names():
    answer = pd.DataFrame({"yes": [0.75, 0.5], "no": [0.25, 0.5]})
    known, read = ["no", "yes"], [[0.25, 0.75], [0.5, 0.5]]
    assert probabilities_of(Fixed(known, answer), EXAMPLES, ("no", "yes")).tolist() == read
    with pytest.raises(UsageError, match="the model 'fixed': the columns are named 'yes', 'perhaps'"):
        probabilities_of(Fixed(known, answer.rename(columns={"no": "perhaps"})), EXAMPLES, ("no", "yes"))

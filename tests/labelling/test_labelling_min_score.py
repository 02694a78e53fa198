"""Labels that are left out because they are not probable enough."""

import numpy as np
import pandas as pd
import pytest

from weibo_nlp import label
from weibo_nlp.errors import UsageError
from weibo_nlp.io import open_table
from weibo_nlp.labelling import Labeller, label_file


class Shares:
    """Gives the texts, in turn, the probabilities of their names: ``6:4`` is 0.6 and 0.4."""

    def __init__(self, *labels):
        self.classes_ = labels

    def predict_proba(self, texts):
        return np.array([[int(share) / 10 for share in text.split(":")] for text in texts])


MODELS = {"irony": Shares("false", "true"), "about": Shares("food", "weather")}
TEXTS = ["6:4", "3:7", "9:1"]


def test_a_label_below_the_least_score_is_missing_and_its_score_stays():
    frame = label(TEXTS, models=MODELS, min_score=0.7)
    assert frame["about"].isna().tolist() == [True, False, False]
    assert frame["about"].tolist()[1:] == ["weather", "food"]
    assert frame["about_score"].tolist() == [0.6, 0.7, 0.9]


def test_of_irony_the_probability_of_the_label_counts_and_not_that_of_irony():
    frame = label(TEXTS, models=MODELS, min_score=0.7)
    assert frame["irony"].tolist() == [pd.NA, True, False]
    assert str(frame["irony"].dtype) == "boolean"
    assert frame["irony_score"].tolist() == [0.4, 0.7, 0.1]


def test_a_topic_that_is_left_out_has_no_canonical_target_and_a_named_one_is_asked_about_all_the_same():
    text = "失信被执行人就该上征信黑名单，禁乘火车罚得太轻"
    (row,) = label(text, min_score=1).to_dict("records")
    assert (pd.isna(row["topic"]), row["topic_score"]) == (True, label(text)["topic_score"].iloc[0])
    assert pd.isna([row["stance_target"], row["stance"], row["stance_score"]]).all()
    assert label(text, min_score=1, target="甲")["stance_score"].notna().all()


@pytest.mark.parametrize("least", [0, None], ids=["nought", "none"])
def test_without_a_least_score_every_text_has_every_label(least):
    pd.testing.assert_frame_equal(label(TEXTS, models=MODELS, min_score=least), label(TEXTS, models=MODELS))


@pytest.mark.parametrize("least", [-0.1, 1.5, float("nan"), float("inf"), "0.5", True, 10**400])
def test_a_least_score_that_is_no_probability_is_refused(least):
    with pytest.raises(UsageError, match=r"min_score is .*; give a number from 0 to 1"):
        Labeller(min_score=least)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_counts_the_labels_that_were_left_out_by_their_columns(tmp_path, suffix):
    (tmp_path / "a.txt").write_text("".join(f"{text}\n" for text in TEXTS), "utf-8")
    labeller = Labeller(MODELS, min_score=0.7)
    done = label_file(open_table(tmp_path / "a.txt"), tmp_path / f"o.{suffix}", labeller, text_column="text")
    read = pd.read_csv if suffix == "csv" else pd.read_parquet
    frame = read(done.output)
    assert done.below_min_score["about"] == done.below_min_score["irony"] == 1
    assert {name: frame[name].isna().sum() for name in ("topic", "sentiment", "irony", "about")} == {
        name: count for name, count in done.below_min_score.items() if name != "stance"
    }
    plain = label_file(open_table(tmp_path / "a.txt"), tmp_path / f"p.{suffix}", Labeller(MODELS), text_column="text")
    assert plain.below_min_score == {}

"""Stance targets: one, several, the canonical ones, and whether the model has learnt about them."""

import warnings

import numpy as np
import pandas as pd
import pytest

from weibo_nlp import label
from weibo_nlp.errors import UsageError
from weibo_nlp.io import open_table
from weibo_nlp.labelling import Labeller, label_file

# corpus/targets.yaml, canonical_for
CANONICAL = {"信用惩戒", "自媒体的可信与价值", "以国家立场决定消费"}
TEXTS = ["失信被执行人就该上征信黑名单，禁乘火车罚得太轻", "今天食堂的番茄炒蛋有点咸"]


class Stance:
    """Is in favour of what it has learnt about and against the rest; says what it has learnt about."""

    classes_ = ("favor", "against")

    def __init__(self, *targets):
        self.targets = targets

    def predict_proba(self, examples):
        return np.array([[0.75, 0.25] if example.target in self.targets else [0.25, 0.75] for example in examples])


class Silent(Stance):
    """Does not say what it has learnt about."""

    targets = None

    def __init__(self):
        pass

    def predict_proba(self, examples):
        return np.tile([0.75, 0.25], (len(examples), 1))


def stances(texts, *known, **options):
    """Columns of stance that the labels of texts have, by a model that knows some targets."""
    frame = label(texts, models={"stance": Stance(*known)}, **options)
    return frame[[name for name in frame.columns if name.startswith("stance")]]


def test_one_target_has_columns_without_a_number_however_it_is_given():
    for target in ("甲", ["甲"], ("甲",)):
        frame = stances(TEXTS, "甲", target=target)
        assert list(frame.columns) == ["stance_target", "stance_known_target", "stance", "stance_score"]
        assert frame.iloc[1].tolist() == ["甲", True, "favor", 0.75]


def test_several_targets_have_numbered_columns_each_in_the_order_given():
    with pytest.warns(UserWarning, match="has not learnt about '乙'"):
        frame = stances(TEXTS, "甲", target=["乙", "甲"], all_scores=True)
    assert list(frame.columns) == [
        *("stance_target_1", "stance_known_target_1", "stance_1", "stance_score_1"),
        *("stance_target_2", "stance_known_target_2", "stance_2", "stance_score_2"),
        *("stance_1_score_favor", "stance_1_score_against", "stance_2_score_favor", "stance_2_score_against"),
    ]
    first = ["乙", False, "against", 0.75, "甲", True, "favor", 0.75, 0.25, 0.75, 0.75, 0.25]
    assert frame.to_numpy().tolist() == [first] * 2


def test_a_target_among_several_is_answered_as_alone():
    several = label(TEXTS, target=["信用惩戒", "食堂"])
    for number, target in enumerate(["信用惩戒", "食堂"], start=1):
        alone = label(TEXTS, target=target)
        assert several[f"stance_{number}"].tolist() == alone["stance"].tolist()
        assert several[f"stance_score_{number}"].tolist() == alone["stance_score"].tolist()


def test_the_word_canonical_stands_for_the_three_of_the_corpus_whatever_the_topic():
    frame = label(TEXTS, target="canonical")
    assert {frame[f"stance_target_{number}"].iloc[1] for number in (1, 2, 3)} == CANONICAL
    assert frame[["stance_1", "stance_2", "stance_3"]].notna().all(axis=None)
    assert Labeller(target=["食堂", "canonical"]).targets == ("食堂", *Labeller(target="canonical").targets)


def test_without_a_target_the_topics_is_known_or_not_and_where_there_is_none_neither():
    frame = stances(TEXTS, "信用惩戒")
    assert frame["stance_known_target"].tolist() == [True, pd.NA]
    assert str(frame["stance_known_target"].dtype) == "boolean"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nobody named it
        assert stances(TEXTS, "甲")["stance_known_target"].tolist() == [False, pd.NA]


def test_a_model_that_does_not_say_what_it_has_learnt_about_is_not_blamed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = label(TEXTS, models={"stance": Silent()}, target="甲")
    assert frame["stance_known_target"].isna().all()
    assert str(frame["stance_known_target"].dtype) == "boolean"


def test_unknown_targets_are_named_once_with_those_that_are_known_and_what_to_do():
    known = [f"已知{number}" for number in range(1, 15)]
    labeller = Labeller({"stance": Stance(*known)}, target=["甲", "已知3", "乙"])
    with pytest.warns(UserWarning, match="has not learnt about") as caught:
        labeller.label(TEXTS)
    (warning,) = caught
    shown = ", ".join(f"'已知{number}'" for number in range(1, 13))
    assert str(warning.message) == (
        "the model for 'stance' has not learnt about '甲', '乙', so what it says there is a guess; it knows "
        f"{shown} and 2 more. Train one with examples of the target, LinearClassifier().fit([Example(text, target), …],"
        " labels), save it, and use it by label --model stance=FOLDER or models={'stance': …}."
    )
    assert warning.filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        labeller.label(TEXTS)


def test_the_warning_of_a_frame_is_where_it_was_called_and_says_if_nothing_is_known():
    with pytest.warns(UserWarning, match="it knows none") as caught:
        stances(TEXTS, target="甲")
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        pytest.param([], "target is an empty list; name at least one", id="none"),
        pytest.param(["甲", "甲"], "'甲' is named twice; name it once", id="twice"),
        pytest.param(["信用惩戒", "canonical"], "twice, which canonical stands for as well", id="twice-by-canonical"),
        pytest.param(["canonical"] * 2, "is named twice", id="canonical-twice"),
        pytest.param([f"t{n}" for n in range(21)], "21 stance targets; up to 20 can", id="many"),
        pytest.param(["canonical", *map(str, range(18))], "21 stance targets", id="many-by-canonical"),
        pytest.param(["甲", 5], r"no text \(not a string but int\)", id="number"),
        pytest.param(["甲", " 甲"], "begins or ends with a blank", id="blank"),
        pytest.param({"甲"}, "no text .not a string but set.; name one, such as 信用惩戒, or a list", id="set"),
        pytest.param(b"abc", "not a string but bytes", id="bytes"),
    ],
)
def test_targets_that_cannot_be_asked_about_are_refused(target, message):
    with pytest.raises(UsageError, match=message):
        label(TEXTS, target=target)


def test_twenty_targets_are_allowed():
    assert len(Labeller(target=[f"t{n}" for n in range(20)]).targets) == 20


def test_a_label_of_ones_own_cannot_be_called_like_a_numbered_column():
    with pytest.raises(UsageError, match="two labels would stand in column 'stance_1'"):
        Labeller({"stance_1": Silent()}, target=["甲", "乙"])
    assert "stance_1" in Labeller({"stance_1": Silent()}, target="甲").columns


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_file_has_a_group_of_columns_for_each_target_and_gaps_where_nothing_is_known(tmp_path, suffix):
    (tmp_path / "a.csv").write_text(f"text\n{TEXTS[0]}\n", "utf-8")
    labeller = Labeller({"stance": Silent()}, target=["甲", "乙"])
    done = label_file(open_table(tmp_path / "a.csv"), tmp_path / f"o.{suffix}", labeller, text_column="text")
    read = {"csv": pd.read_csv, "jsonl": lambda path: pd.read_json(path, lines=True), "parquet": pd.read_parquet}
    (row,) = read[suffix](done.output).to_dict("records")
    assert (row["stance_target_2"], row["stance_2"], row["stance_score_2"]) == ("乙", "favor", 0.75)
    assert pd.isna(row["stance_known_target_2"])

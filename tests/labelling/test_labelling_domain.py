"""Texts unlike anything the weights learnt from are marked; where nothing tells, nothing is said."""

import json

import numpy as np
import pandas as pd
import pytest

from weibo_nlp import _resources, label
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import open_table
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.labelling import Labeller, label_file, labeller
from weibo_nlp.models.domain import load_domain, train_domain

ENGLISH = "This company should apologise now"
TEXTS = ["失信被执行人就该上征信黑名单", ENGLISH, "今天食堂的菜有点咸"]
USUAL = [f"{who}{does}，{end}" for who in ("法院", "老板") for does in ("说得好", "欠了钱") for end in "行吧哦啊"]


class Answers:
    """Gives every text the same label."""

    def __init__(self, *labels):
        self.classes_ = labels

    def predict_proba(self, texts):
        return np.tile([1.0, *[0.0] * (len(self.classes_) - 1)], (len(texts), 1))


class Letters:
    """Takes for unlike what is of plain letters alone."""

    def is_unlike(self, examples):
        return np.array([example.text.isascii() for example in examples], dtype=bool)


@pytest.fixture
def letters(monkeypatch):
    monkeypatch.setattr(labeller, "_shipped_domain", lambda weights: Letters() if weights == "open" else None)


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """A folder in the place of that of the shipped models."""
    monkeypatch.setattr(_resources, "models_dir", lambda: tmp_path)
    return tmp_path


@pytest.mark.usefixtures("letters")
def test_each_text_is_marked_as_read():
    assert label(TEXTS)["out_of_domain"].tolist() == [False, True, False]
    assert str(label(TEXTS)["out_of_domain"].dtype) == "bool"
    # HTML is read before: what it hides is in Chinese.
    assert label(["&#x597d;&#x7684;"])["out_of_domain"].tolist() == [False]
    assert label(["&#x597d;&#x7684;"], html=False)["out_of_domain"].tolist() == [True]


@pytest.mark.usefixtures("letters")
def test_own_models_beside_the_weights_change_nothing_and_in_place_of_them_nothing_tells():
    own = {"about": Answers("food", "weather")}
    assert label(TEXTS, models=own)["out_of_domain"].tolist() == [False, True, False]
    assert list(label(TEXTS, models=own).columns[-3:]) == ["out_of_domain", "about", "about_score"]
    judged = {name: Answers(*labels) for name, labels in Labeller().labels.items() if name != "irony"}
    judged["irony"] = Answers("false", "true")
    frame = label(TEXTS, models=judged)
    assert frame["out_of_domain"].isna().all()
    assert str(frame["out_of_domain"].dtype) == "boolean"


@pytest.mark.parametrize(("suffix", "cells"), [("csv", ["False", "True", "False"]), ("jsonl", [False, True, False])])
@pytest.mark.usefixtures("letters")
def test_files_have_the_column_behind_the_stance(tmp_path, suffix, cells):
    source, output = tmp_path / "a.txt", tmp_path / f"o.{suffix}"
    source.write_text("\n".join([*TEXTS, ""]), "utf-8")
    label_file(open_table(source), output, Labeller(), text_column="text")
    rows = [row.values for row in open_table(output).rows()]
    assert list(rows[0])[-3:] == ["stance", "stance_score", "out_of_domain"]
    assert [row["out_of_domain"] for row in rows] == cells


@pytest.mark.usefixtures("letters")
def test_a_label_of_that_name_is_refused():
    with pytest.raises(UsageError, match="two labels would stand in column 'out_of_domain'"):
        Labeller({"out_of_domain": Answers("a", "b")})


def test_weights_without_a_detector_say_nothing(shipped):
    assert load_domain() is None


def test_the_detector_of_weights_lies_beside_their_models(shipped):
    train_domain(USUAL, USUAL * 4).save_pretrained(shipped / "domain")
    assert load_domain("open").is_unlike([ENGLISH, USUAL[0]]).tolist() == [True, False]


def test_a_detector_made_for_a_later_version_is_refused(shipped):
    train_domain(USUAL, USUAL * 4).save_pretrained(shipped / "domain")
    path = shipped / "domain" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"version": "999.0.0"}), "utf-8")
    write_manifest(shipped / "domain", {}, ("config.json", "model.safetensors"))
    with pytest.raises(DataError, match=r"made for weibo_nlp '999\.0\.0'"):
        load_domain()


def test_nothing_is_labelled_of_no_text(letters):
    assert label([])["out_of_domain"].tolist() == []
    assert Labeller().label([]) == []
    with pytest.warns(UserWarning, match="their labels are missing"):
        assert pd.isna(label(["\u200b"], errors="skip")["out_of_domain"]).tolist() == [True]

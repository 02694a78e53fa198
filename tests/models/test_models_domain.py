"""The detector of texts unlike those learnt from: what it calls so, what it keeps, and folders it refuses."""

import json
from itertools import product
from math import log2, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from sklearn.base import clone

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.preparation import prepared
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.models import domain
from weibo_nlp.models.domain import DomainDetector, train_domain
from weibo_nlp.models.estimator import NotFittedError
from weibo_nlp.records import Example

WHO = ("这家公司", "那个大V", "我们老板", "隔壁邻居", "法院", "食堂阿姨")
DOES = ("又欠了钱", "今天道歉了", "不肯退款", "说得很好", "骗了大家", "被拉黑了")
ENDS = ("真让人生气", "我支持", "不知道怎么想的", "大家怎么看")
TEXTS = [f"{who}{does}，{end}" for who, does, end in product(WHO, DOES, ENDS)]


@pytest.fixture(scope="module")
def detector():
    return train_domain(TEXTS[::2], TEXTS[1::2])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("This company should apologise to its customers right now.", id="English"),
        pytest.param("この会社は本当にひどいと思います", id="Japanese"),
        pytest.param("오늘 날씨가 정말 좋네요", id="Korean"),
        pytest.param("Кто знает, как починить принтер?", id="Russian"),
        pytest.param("qwpo zxmn vbty lkjh gfds", id="letters-at-random"),
        pytest.param("鐮惍抍摙扙洌鷶砄", id="characters-at-random"),
    ],
)
def test_another_language_is_unlike(detector, text):
    assert detector.is_unlike([text, Example(text, "征信")]).tolist() == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("法院今天道歉了，大家怎么看", id="of-the-same-words"),
        pytest.param("這家公司不肯退款，真讓人生氣", id="in-traditional-script"),
        pytest.param("我们老板被拉黑了，大家怎么看 ok", id="with-an-English-word"),
        pytest.param("我们老板被拉黑了，大家怎么看//@someone:This company should apologise now.", id="above-a-chain"),
    ],
)
def test_texts_of_the_kind_learnt_from_are_not_unlike(detector, text):
    assert detector.is_unlike([text]).tolist() == [False]


@given(st.lists(st.characters(exclude_categories=["Cs"]), max_size=2).map("".join))
def test_two_characters_are_no_evidence(detector, text):
    assert not detector.is_unlike([text]).any()


def test_signs_figures_and_emoji_are_no_evidence(detector):
    assert detector.score(["😂😂😂", "13800000000", "……！？！？", "转发微博", ""]).tolist() == [0.0] * 5


@pytest.fixture(scope="module")
def two_characters():
    return DomainDetector().fit(["甲乙甲乙甲"] * 3, calibration=["甲乙甲乙甲"] * 50)


def test_a_score_is_the_mean_cost_in_standard_deviations_of_a_text_as_long(two_characters):
    # 9 of 15 units are 甲 and 6 are 乙, each 6 times behind the other; the prior counts as 200 occurrences.
    first, second, third = -log2(9 / 15), -log2((6 + 200 * 6 / 15) / 209), -log2((6 + 200 * 9 / 15) / 206)
    usual = np.array([first, second, third, second, third])
    between, within = 0.01, usual.var(ddof=1)  # the texts are all the same, so that their means have no variance
    again = -log2((0 + 200 * 6 / 15) / 206)
    score = ((-log2(6 / 15) + 2 * again) / 3 - usual.mean()) / sqrt(between + within / 3)
    unseen = -log2(1 / 16)
    other = (unseen - usual.mean()) / sqrt(between + within / 4)
    assert two_characters.score(["乙乙乙", "one two, three: four", "甲乙甲乙甲"]) == pytest.approx([score, other, 0.0])


def test_as_many_as_asked_for_are_unlike_among_the_texts_it_is_calibrated_on():
    calibration = [*TEXTS, *(f"第{number}号 no such words here {number}" for number in range(6))]  # 6 of 150 are 4 %
    shares = [
        DomainDetector(share=share).fit(TEXTS, calibration=calibration).is_unlike(calibration).mean()
        for share in (0.01, 0.05, 0.5)
    ]
    assert shares[0] <= 0.01
    assert shares[1] <= 0.05
    assert 0.4 <= shares[2] <= 0.5


def test_nothing_is_kept_of_fewer_groups_than_asked_for_nor_more_than_three_letters_of_a_word():
    rare = [f"{text} zhangsanfeng 饕餮" for text in TEXTS[:10]]
    kept = train_domain([*TEXTS, *rare], TEXTS, [*range(len(TEXTS)), *([0, 1] * 5)]).counts_
    assert not kept.keys() & {"zha", "饕", "餮", "饕餮"}
    kept = train_domain([*TEXTS, *rare], TEXTS, [*range(len(TEXTS)), *([0, 1, 2, 3, 4] * 2)]).counts_
    assert kept.keys() >= {"zha", "饕", "餮", "饕餮"}
    assert max(map(len, kept)) == 3


def test_a_text_that_stands_there_for_several_targets_counts_once():
    targets = [Example(text, target) for text in TEXTS for target in ("征信", "国货")]
    assert train_domain(targets, TEXTS).counts_ == train_domain(TEXTS, TEXTS).counts_


def test_a_saved_detector_says_the_same_and_is_saved_the_same(detector, tmp_path):
    detector.save_pretrained(tmp_path / "one")
    loaded = DomainDetector.from_pretrained(tmp_path / "one")
    texts = [*TEXTS, "What is this about?", "この会社", ""]
    np.testing.assert_array_equal(loaded.score(texts), detector.score(texts))
    assert (loaded.threshold_, loaded.trained_on_) == (detector.threshold_, {"texts": 72, "calibration": 72})
    loaded.save_pretrained(tmp_path / "two")
    for name in ("config.json", "model.safetensors"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"model": "linear"}, "the model is 'linear', not domain", id="another-kind"),
        pytest.param({"labels": ["unlike", "like"]}, "not domain", id="other-labels"),
        pytest.param({"share": 2}, "share must be a number above 0", id="share"),
        pytest.param({"min_df": 0.5}, "min_df is 0.5", id="min-df"),
        pytest.param({"total": 10**400}, "units of", id="total-beyond-numbers"),
        pytest.param({"total": 1}, "units of", id="fewer-than-occurred"),
        pytest.param({"total": True}, "total is True", id="total-is-none"),
        pytest.param({"unseen": 0}, "units of", id="unseen-is-impossible"),
        pytest.param({"unseen": 5e-324}, "units of", id="unseen-too-small"),
        pytest.param({"threshold": "high"}, "threshold is 'high'", id="threshold"),
        pytest.param({"mean": None}, "mean is None", id="mean"),
        pytest.param({"within": -1}, "variances of -1", id="variance"),
        pytest.param({"between": 0}, "variances", id="no-variance"),
        pytest.param({"trained_on": []}, "trained_on", id="trained-on"),
        pytest.param({"between": ...}, "'between' is missing", id="missing"),
    ],
)
def test_a_folder_made_to_harm_is_refused(detector, tmp_path, changes, message):
    detector.save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps({key: value for key, value in config.items() if value is not ...}), "utf-8")
    write_manifest(tmp_path, {}, ("config.json", "model.safetensors"))
    with pytest.raises(DataError, match=message):
        DomainDetector.from_pretrained(tmp_path)


@pytest.mark.parametrize("at", ["terms", "counts"])
def test_counts_that_cannot_be_are_refused(detector, tmp_path, at):
    detector.save_pretrained(tmp_path)
    arrays = load_file(tmp_path / "model.safetensors")
    arrays[f"ngrams.{at}"][1] = 0 if at == "counts" else arrays["ngrams.terms"][0]
    save_file(arrays, tmp_path / "model.safetensors")
    write_manifest(tmp_path, {}, ("config.json", "model.safetensors"))
    with pytest.raises(DataError, match="units stand twice, or never occurred"):
        DomainDetector.from_pretrained(tmp_path)


def test_an_untrained_detector_says_so(tmp_path):
    with pytest.raises(NotFittedError, match="the domain detector is not trained"):
        DomainDetector().is_unlike(["好"])
    with pytest.raises(NotFittedError, match="not trained"):
        DomainDetector().save_pretrained(tmp_path)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        pytest.param({"share": 0}, "share must be a number above 0 and below 1; got 0", id="share-0"),
        pytest.param({"share": True}, "share", id="share-bool"),
        pytest.param({"share": float("nan")}, "share", id="share-nan"),
        pytest.param({"min_df": 0}, "min_df must be a whole number of texts from 1; got 0", id="min-df-0"),
        pytest.param({"min_df": 1.0}, "min_df", id="min-df-float"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters, message):
    with pytest.raises(UsageError, match=message):
        clone(DomainDetector(**parameters)).fit(TEXTS, calibration=TEXTS)


def test_too_little_to_learn_or_calibrate_from_is_refused():
    with pytest.raises(DataError, match="49 of 50 texts for calibration have 5 characters or words; 50 are needed"):
        train_domain(TEXTS, [*TEXTS[:49], "好"])
    with pytest.raises(DataError, match="2 texts hold no word or character that occurs in 3 groups of them; give more"):
        train_domain(["好的", "好吧"], TEXTS)
    with pytest.raises(DataError, match="144 texts with 3 groups"):
        train_domain(TEXTS, TEXTS, [1, 2, 3])
    with pytest.raises(DataError, match="144 texts with 3 groups"):
        DomainDetector().fit(TEXTS, calibration=TEXTS, groups=[1, 2, 3])


@given(st.lists(st.text("公司道歉吗abcDé1_ \n，かナ한😀\0\U0010ffff𠀀"), max_size=6))
def test_costs_added_up_are_those_of_each_unit_by_its_definition(detector, texts):
    expected = []
    for text in (example.text for example in prepared([Example(text) for text in texts])):
        costs = []
        for unit, before in domain._units(text):
            probability = detector.counts_[unit] / detector.total_ if unit in detector.counts_ else detector.unseen_
            if before in detector.counts_:
                pair = detector.counts_.get(before + unit, 0)
                probability = (pair + 200 * probability) / (detector.counts_[before] + 200)
            costs.append(-log2(probability))
        spread = sqrt(detector.between_ + detector.within_ / max(len(costs), 1))
        expected.append((sum(costs) / len(costs) - detector.mean_) / spread if len(costs) > 2 else 0.0)

    assert detector.score(texts).tolist() == pytest.approx(expected, abs=1e-9)

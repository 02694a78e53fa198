import json
from copy import deepcopy
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.models import Classifier, load_model
from weibo_nlp.models.linear import LinearClassifier
from weibo_nlp.records import Example

# Every label has a word of its own; what stands around it says nothing.
WORDS = {"praise": "好吃", "blame": "难吃", "question": "多少钱", "news": "据报道"}
AROUND = [
    "今天的面条{}",
    "{}，食堂",
    "隔壁那家{}",
    "{}这个包子",
    "早饭{}啊",
    "老板{}",
    "又{}了",
    "{}粥",
    "店里{}",
    "汤{}",
]
FAVOR_AGAINST = ("against", "none", "favor")


def separable(*labels):
    pairs = [(Example(around.format(WORDS[label])), label) for around in AROUND for label in labels]
    return [example for example, _ in pairs], [label for _, label in pairs]


def stance_pairs():
    """The same words favour one target and oppose the other; 25 texts each."""
    return [
        (Example(f"{word}{number}", target), label)
        for number in range(25)
        for word, target, label in (
            ("国货加油", "国产手机", "favor"),
            ("国货加油", "进口手机", "against"),
            ("洋货真香", "国产手机", "against"),
            ("洋货真香", "进口手机", "favor"),
            ("随便看看", "国产手机", "none"),
            ("随便看看", "进口手机", "none"),
        )
    ]


def answers(model, examples):
    return model.predict(examples).tolist()


@pytest.fixture(scope="module")
def two():
    return LinearClassifier(("praise", "blame")).fit(*separable("praise", "blame"))


@pytest.fixture(scope="module")
def stance():
    examples, labels = zip(*stance_pairs(), strict=True)
    return LinearClassifier(FAVOR_AGAINST, C=1.0).fit(examples, labels)


@pytest.mark.parametrize("labels", [("praise", "blame"), ("news", "praise", "question", "blame")], ids=["two", "four"])
def test_learns_what_words_tell_apart(labels):
    model = LinearClassifier(labels).fit(*separable(*labels))
    unseen = [Example(f"昨晚{WORDS[label]}哦") for label in labels]
    assert answers(model, unseen) == list(labels)
    assert isinstance(model, Classifier)


def test_order_of_labels_is_the_callers_not_the_alphabets():
    examples, labels = separable("praise", "blame")
    one = LinearClassifier(("praise", "blame")).fit(examples, labels).predict_proba(examples)
    other = LinearClassifier(("blame", "praise")).fit(examples, labels).predict_proba(examples)
    np.testing.assert_allclose(one, other[:, ::-1], atol=1e-3)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_probabilities_of_any_texts_sum_to_one(two, texts):
    probabilities = two.predict_proba([Example(text) for text in texts])
    assert probabilities.shape == (len(texts), 2)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-12)


def test_a_text_is_judged_alike_alone_and_among_others(two):
    examples = [Example("真好吃"), Example(""), Example("难吃")]
    alone = np.vstack([two.predict_proba([example]) for example in examples])
    np.testing.assert_allclose(two.predict_proba(examples), alone, atol=1e-12)


def test_a_label_absent_from_training_is_never_predicted():
    model = LinearClassifier(("praise", "news", "blame")).fit(*separable("praise", "blame"))
    assert (model.predict_proba([Example("据报道"), Example("")])[:, 1] == 0).all()
    four = LinearClassifier((*WORDS, "other")).fit(*separable(*WORDS))
    assert (four.predict_proba([Example("从没见过")])[:, 4] == 0).all()


def test_without_a_clue_the_answer_is_the_shares_of_training():
    # One text for all: 30 times praised, 10 times blamed. The folds keep these shares: 3/4.
    model = LinearClassifier(("praise", "blame"), min_df=1)
    model.fit([Example("好的")] * 40, ["praise"] * 30 + ["blame"] * 10)
    assert model.predict_proba([Example("好的")])[0, 0] == pytest.approx(0.75, abs=0.02)


def test_a_weight_counts_like_as_many_copies():
    # As many praised as blamed, but the praise weighs three times: 3/4 again.
    model = LinearClassifier(("praise", "blame"), min_df=1)
    model.fit([Example("好的")] * 40, ["praise", "blame"] * 20, sample_weight=[3.0, 1.0] * 20)
    assert model.predict_proba([Example("好的")])[0, 0] == pytest.approx(0.75, abs=0.02)


def test_threads_are_not_torn_between_folds():
    # Labels follow nothing but the thread, whose own sign stands in each of its texts. A text held out together with
    # its thread cannot be guessed (log loss of a coin: 0.69); with a sibling in training it can.
    threads = [chr(0x4E00 + 7 * number) * 2 for number in range(40)]
    pairs = [(Example(f"{sign}{copy}"), sign) for sign in threads for copy in "abcde"]
    examples, groups = [example for example, _ in pairs], [sign for _, sign in pairs]
    labels = [("praise", "blame")[threads.index(sign) % 2] for sign in groups]

    def loss(groups):
        model = LinearClassifier(("praise", "blame"), C=1.0).fit(examples, labels, groups=groups)
        return model.trained_on_["cross_validated_log_loss"]["1.0"]

    assert loss(groups) > 0.68
    assert loss(None) < 0.3
    # The same threads by ids that numpy would make a table of, and by ids of two types, 1 and "1" being two of them.
    place = {sign: number for number, sign in enumerate(sorted(threads))}
    assert loss([("weibo", sign) for sign in groups]) == loss(groups)
    assert loss([place[sign] // 2 if place[sign] % 2 else str(place[sign] // 2) for sign in groups]) > 0.68


def test_strength_is_the_one_with_the_least_log_loss_unless_given(two):
    tried = two.trained_on_["cross_validated_log_loss"]
    assert list(tried) == ["0.25", "0.5", "1.0", "2.0"]
    assert tried[str(two.trained_on_["strength"])] == min(tried.values())
    given = LinearClassifier(("praise", "blame"), C=0.7).fit(*separable("praise", "blame"))
    assert given.trained_on_["strength"] == 0.7


def test_one_text_means_different_things_to_different_targets(stance):
    texts = [Example("国货加油哈", "国产手机"), Example("国货加油哈", "进口手机"), Example("随便看看哈", "国产手机")]
    assert stance.targets_ == ("国产手机", "进口手机")
    assert answers(stance, texts) == ["favor", "against", "none"]


def test_a_target_never_seen_is_judged_by_what_targets_share(stance):
    # The words that are neutral towards every known target are so towards a new one.
    for target in ("折叠手机", ""):
        assert answers(stance, [Example("随便看看哈", target)]) == ["none"]


def test_a_rare_target_gets_no_features_of_its_own():
    pairs = [*stance_pairs(), *[(Example(f"路过{number}", "少见的"), "none") for number in range(19)]]
    examples, labels = zip(*pairs, strict=True)
    model = LinearClassifier(FAVOR_AGAINST, C=1.0).fit(examples, labels)
    assert model.targets_ == ("国产手机", "进口手机")
    assert answers(model, [Example("路过", "少见的")]) == ["none"]


def test_the_text_answered_can_decide():
    said = [("早就该禁", None, "favor"), ("凭什么禁", None, "against"), ("路过看看", None, "none")]
    said += [("同意楼上", "早就该禁", "favor"), ("同意楼上", "凭什么禁", "against")]
    pairs = [(Example(text, "禁令", parent), label) for text, parent, label in said * 20]
    examples, labels = zip(*pairs, strict=True)
    model = LinearClassifier(FAVOR_AGAINST, min_df=1).fit(examples, labels)
    agreeing = [Example("同意楼上", "禁令", parent) for parent in ("早就该禁啊", "凭什么禁啊")]
    assert answers(model, agreeing) == ["favor", "against"]


@pytest.mark.parametrize("kind", ["two", "stance"])
def test_a_loaded_model_answers_as_the_saved_one(kind, request, tmp_path):
    model = request.getfixturevalue(kind)
    model.save_pretrained(tmp_path / "new" / "folder")
    loaded = load_model(tmp_path / "new" / "folder")
    examples = [Example("国货加油好吃", "国产手机", "难吃"), Example("难吃", "无名"), Example("", "国产手机")]
    np.testing.assert_allclose(loaded.predict_proba(examples), model.predict_proba(examples), atol=1e-6)
    assert loaded.predict_proba([]).shape == (0, len(model.classes_))
    assert (loaded.name, loaded.version, list(loaded.classes_)) == ("linear", model.version, list(model.classes_))
    loaded.save_pretrained(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(tmp_path / "new" / "folder")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_same_seed_same_bytes(tmp_path):
    for name in ("one", "other"):
        LinearClassifier(("praise", "blame"), random_state=3).fit(*separable("praise", "blame")).save_pretrained(
            tmp_path / name
        )
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    assert set(contents(tmp_path / "one")) == {"config.json", "manifest.json", "model.safetensors"}
    assert json.loads(contents(tmp_path / "one")["config.json"])["seed"] == 3


def test_a_model_saved_over_another_leaves_nothing_of_it(two, stance, tmp_path):
    stance.save_pretrained(tmp_path / "model")
    two.save_pretrained(tmp_path / "model")
    two.save_pretrained(tmp_path / "fresh")
    assert contents(tmp_path / "model") == contents(tmp_path / "fresh")


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param({"min_df": np.int64(2)}, id="min-df"),
        pytest.param({"min_df": np.float32(0.1)}, id="min-df-share"),
        pytest.param({"C": np.float32(1)}, id="C-float32"),
        pytest.param({"C": Fraction(1, 2)}, id="C-fraction"),
        pytest.param({"random_state": np.int64(3)}, id="seed"),
    ],
)
def test_numbers_of_any_kind_are_saved_as_plain_ones(numbers, tmp_path):
    options = {"C": 1.0} | numbers
    model = LinearClassifier(**options).fit(*separable("praise", "blame"))
    model.save_pretrained(tmp_path)
    read = {name: value for name, value in load_model(tmp_path).get_params().items() if name in numbers}
    assert read == numbers
    assert type(read.popitem()[1]) in (int, float)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"random_state": np.random.RandomState(0)}, DataError, "is a RandomState, which", id="generator"),
        pytest.param({"C": 1e200}, UsageError, "C must be a number above 0", id="C-too-large"),
        pytest.param({"min_df": "2"}, UsageError, "min_df must be", id="min-df-text"),
    ],
)
def test_what_cannot_be_saved_leaves_the_model_that_was_there(two, tmp_path, options, error, message):
    two.save_pretrained(tmp_path)
    before = contents(tmp_path)
    model = LinearClassifier(C=1.0).fit(*separable("praise", "blame")).set_params(**options)
    with pytest.raises(error, match=message):
        model.save_pretrained(tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "value"), [("trained_on_", {"strength": {1}}), ("trained_on_", {"x": np.nan}), ("targets_", ("\ud800",))]
)
def test_a_configuration_that_could_not_be_read_again_is_not_written(tmp_path, name, value):
    model = LinearClassifier(C=1.0).fit(*separable("praise", "blame"))
    setattr(model, name, value)
    with pytest.raises(DataError, match=r"cannot be written: "):
        model.save_pretrained(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_texts_with_the_weight_0_are_as_if_not_given(tmp_path):
    examples, labels = separable("praise", "blame")
    more, weights = [*examples, Example("好吃")] * 2, [*[1.0] * len(examples), 0.0] * 2
    one = LinearClassifier(C=1.0).fit(more, [*labels, "blame"] * 2, sample_weight=weights)
    other = LinearClassifier(C=1.0).fit(examples * 2, labels * 2)
    assert one.predict_proba(examples).tolist() == other.predict_proba(examples).tolist()


@pytest.mark.parametrize("penalty", [1e-200, 1e200, 10**400, 10**5000], ids=["small", "large", "int", "long-int"])
def test_a_penalty_that_the_solver_would_never_end_with_is_refused(penalty):
    with pytest.raises(UsageError, match=r"C must be a number above 0, .* From 1e-09 to 1e\+09"):
        LinearClassifier(C=penalty).fit(*separable("praise", "blame"))


@pytest.mark.parametrize(("penalty", "weight"), [(1e-9, 1e-9), (1e9, 1e9), (1e-9, 1e9), (1e9, 1e-9)])
def test_at_the_bounds_of_penalties_and_weights_a_model_is_learnt(penalty, weight):
    examples, labels = separable("praise", "blame")
    model = LinearClassifier(C=penalty).fit(examples, labels, sample_weight=[weight] * len(examples))
    assert np.isfinite(model.predict_proba(examples)).all()


def test_a_model_cannot_be_saved_into_a_file(two, tmp_path):
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(UsageError, match=r"cannot write into .*taken: .*; name a folder"):
        two.save_pretrained(tmp_path / "taken")


ONE, LABELS = [Example("好吃"), Example("难吃")], ["praise", "blame"]


@pytest.mark.parametrize(
    ("examples", "labels", "options", "message"),
    [
        pytest.param(ONE, ["praise"], {}, "2 examples with 1 labels", id="labels-missing"),
        pytest.param(ONE, LABELS, {"groups": ["g"]}, "2 examples with 1 groups", id="groups-missing"),
        pytest.param(ONE, LABELS, {"sample_weight": [1.0] * 3}, "2 examples with 3 weights", id="weights-too-many"),
        pytest.param(ONE, LABELS, {"sample_weight": [1, -1]}, "a weight is -1; give 0, or num", id="weight-negative"),
        pytest.param(ONE, LABELS, {"sample_weight": [1, 1e300]}, r"is 1e\+300; .*to 1e\+09", id="weight-overflows"),
        pytest.param(ONE, LABELS, {"sample_weight": [1, 1e-320]}, r"from 1e-09 to", id="weight-underflows"),
        pytest.param(ONE, LABELS, {"sample_weight": [1, 0]}, r"only \['praise'\] occur", id="one-weighted-label"),
        pytest.param(ONE, LABELS, {"sample_weight": [1.0, float("nan")]}, "a weight is nan; give 0", id="weight-nan"),
        pytest.param(ONE, LABELS, {"sample_weight": [0, 0]}, "all weights are 0", id="weights-all-zero"),
        pytest.param(ONE, ["praise", "meh"], {}, r"labels \['meh'\] are not among praise, blame", id="label-unknown"),
        pytest.param(ONE, ["praise"] * 2, {}, r"only \['praise'\] occur; at least two", id="one-label"),
        pytest.param([], [], {}, r"only \[\] occur", id="nothing"),
        pytest.param([Example("甲", "乙"), Example("甲")], LABELS, {}, "1 of 2 examples have a target", id="targets"),
        pytest.param(ONE, LABELS, {}, "at most 1 of one label", id="too-few"),
        pytest.param(ONE * 9, LABELS * 9, {"groups": ["g"] * 18}, "in 1 groups", id="one-group"),
        pytest.param(ONE * 9, LABELS * 9, {"groups": ["g", "h"] * 9}, "no fold leaves two labels", id="label-is-group"),
        pytest.param([Example("")] * 18, LABELS * 9, {}, "hold no n-gram", id="empty-texts"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(examples, labels, options, message):
    with pytest.raises(DataError, match=message):
        LinearClassifier(("praise", "blame")).fit(examples, labels, **options)


def test_few_threads_make_as_many_folds():
    examples, labels = separable("praise", "blame")
    model = LinearClassifier(("praise", "blame")).fit(examples, labels, groups=[str(i % 3) for i in range(20)])
    assert answers(model, [Example("真好吃"), Example("真难吃")]) == ["praise", "blame"]


@pytest.mark.parametrize("use", ["predict_proba", "predict", "save_pretrained"])
@pytest.mark.parametrize("error", [DataError, NotFittedError], ids=["ours", "of-scikit-learn"])
def test_an_untrained_model_is_refused(use, error, tmp_path):
    with pytest.raises(error, match="not trained; call fit first"):
        getattr(LinearClassifier(("praise", "blame")), use)(tmp_path if use == "save_pretrained" else ["好"])


def test_a_model_that_learnt_from_targets_is_not_asked_without_one(stance):
    with pytest.raises(DataError, match=r"1 of 2 examples have no target, .*give Example\(text, target\)"):
        stance.predict([Example("国货加油", "国产手机"), "国货加油"])


@settings(max_examples=20)
@given(texts=st.lists(st.text(st.sampled_from("好吃难的 @小http://"), max_size=10), min_size=1, max_size=3))
def test_surrounding_space_and_case_change_nothing(two, texts):
    bare = two.predict_proba([Example(text) for text in texts])
    dressed = two.predict_proba([Example(f" \u3000{text}\n") for text in texts])
    np.testing.assert_allclose(dressed, bare, atol=1e-12)


def noisy():
    """Forty texts whose words say little of their labels, so that a fit depends on chance."""
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("甲乙丙丁戊己庚辛"), 6)) for _ in range(40)]
    return texts, ["yes" if rng.random() < 0.5 else "no" for _ in texts]


def test_one_seed_gives_one_model_whatever_was_drawn_before():
    fits = []
    for drawn_before in range(2):
        np.random.seed(drawn_before)
        fits.append(LinearClassifier(C=2.0, random_state=5).fit(*noisy()))
    one, other = fits
    assert one.coef_.tolist() == other.coef_.tolist()
    assert one.calibrator_coef_.tolist() == other.calibrator_coef_.tolist()


def test_the_seed_draws_the_folds_and_the_svms_order():
    one, other = (LinearClassifier(C=2.0, random_state=seed).fit(*noisy()) for seed in (0, 1))
    # All texts are learnt from: coordinates descended in another order end a little elsewhere.
    assert one.coef_.tolist() != other.coef_.tolist()
    np.testing.assert_allclose(one.coef_, other.coef_, atol=0.01)
    # Other folds are other texts: the margins of texts held out, and so the calibration, differ visibly.
    losses = [model.trained_on_["cross_validated_log_loss"]["2.0"] for model in (one, other)]
    assert abs(losses[0] - losses[1]) > 0.001


def test_the_seed_orders_the_svms_that_judge_texts_held_out():
    groups = [place % 2 for place in range(40)]  # two groups make the same two folds, whatever the seed
    one, other = (LinearClassifier(C=2.0, random_state=seed).fit(*noisy(), groups=groups) for seed in (0, 1))
    assert one.calibrator_coef_.tolist() != other.calibrator_coef_.tolist()
    np.testing.assert_allclose(one.calibrator_coef_, other.calibrator_coef_, atol=0.05)


def noisy_pairs(n):
    """A word that is right three times in four: 0.75 is what there is to be sure of."""
    texts = [f"{around.format('好吃')}{number}" for number in range(n) for around in AROUND]
    return [Example(text) for text in texts], ["blame" if place % 4 == 0 else "praise" for place in range(len(texts))]


def test_calibrated_probabilities_are_as_sure_as_the_model_is_right(two):
    examples, labels = noisy_pairs(20)
    before = two.predict_proba(examples)[:, 0].mean()
    model = deepcopy(two).calibrate(examples, labels)
    assert before > 0.8
    assert model.predict_proba(examples)[:, 0].mean() == pytest.approx(0.75, abs=0.02)
    assert model.trained_on_["calibrated_on"] == 200
    assert two.predict_proba(examples)[:, 0].mean() == before


def test_a_label_that_calibration_lacks_stays_possible():
    model = LinearClassifier(("praise", "blame", "news"), C=1.0).fit(*separable("praise", "blame", "news"))
    examples, labels = separable("praise", "blame")
    model.calibrate(examples, labels)
    assert answers(model, [Example("据报道，食堂")]) == ["news"]


@pytest.mark.parametrize("learn", [LinearClassifier.calibrate, LinearClassifier.fit_sets], ids=["calibrate", "sets"])
def test_an_unknown_label_is_no_calibration(two, learn):
    with pytest.raises(DataError, match="not among praise, blame"):
        learn(two, ["好吃"], ["news"])


def test_prediction_sets_are_saved_and_gone_once_probabilities_change(two, tmp_path):
    model = deepcopy(two)
    examples, labels = noisy_pairs(3)
    assert model.fit_sets(examples, labels).conformal_.counts == {"praise": 22, "blame": 8}
    model.save_pretrained(tmp_path)
    loaded = load_model(tmp_path)
    probabilities = loaded.predict_proba(examples)
    assert loaded.conformal_.sets(probabilities, 0.8) == model.conformal_.sets(probabilities, 0.8)
    assert loaded.calibrate(examples, labels).conformal_ is None


def test_balance_weighs_labels_alike():
    model = LinearClassifier(("a", "b"), balance=1.0)
    codes, weights = np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 1.0, 2.0])
    # Three of five for a, two for b, and half of five for each.
    examples = [Example("好")] * 4
    np.testing.assert_allclose(model.training_weights(examples, codes, weights), [5 / 6, 5 / 6, 5 / 6, 2.5])
    np.testing.assert_allclose(LinearClassifier(("a", "b")).training_weights(examples, codes, weights), weights)


def test_pruning_leaves_the_largest_coefficients(two):
    model = deepcopy(two)
    model.coef_ = np.array([[3.0, 0.0, -4.0], [1.0, 2.0, 0.0]], dtype=np.float32)
    # Of 30, 16 + 9 are less than nine tenths, and with 4 more they are not.
    assert model.prune(0.9).coef_.tolist() == [[3.0, 0.0, -4.0], [0.0, 2.0, 0.0]]
    assert model.prune(0.8).coef_.tolist() == [[3.0, 0.0, -4.0], [0.0, 0.0, 0.0]]
    assert model.prune(1).coef_.tolist() == [[3.0, 0.0, -4.0], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize("kept", [0, 1.1, True, "much"])
def test_what_is_kept_is_a_share(two, kept):
    with pytest.raises(UsageError, match="above 0 and up to 1"):
        two.prune(kept)

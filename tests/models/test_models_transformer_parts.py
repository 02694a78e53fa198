"""The parts of fine-tuning that need no torch: parameters, order, what is held out, early stopping, state on disk."""

import sys
from collections import Counter
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.preparation import PreparedExample, prepared
from weibo_nlp.integrations.hf_tokenizer import tokenizer_dir
from weibo_nlp.models import TransformerClassifier
from weibo_nlp.models.estimator import TrainingData
from weibo_nlp.models.transformer import MultiTaskTransformer, TaskData, push_folder
from weibo_nlp.models.transformer import checkpoints as states
from weibo_nlp.models.transformer.batches import LengthBuckets, bucketed_order
from weibo_nlp.models.transformer.calibration import fitted_temperature
from weibo_nlp.models.transformer.inputs import Row, TextInputs, parts_read, pieces_of
from weibo_nlp.models.transformer.parameters import Parameters
from weibo_nlp.models.transformer.progress import best_epoch, is_finished, is_over
from weibo_nlp.models.transformer.rows import NO_LABEL, JointRows, TaskRows, held_out
from weibo_nlp.records import Example

NAMES = ["[CLS]", "[SEP]", "[MENTION]", "[URL]", "[HASHTAG]", "[/HASHTAG]"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param("encoder", "", "encoder is ''; give an id on the Hugging Face Hub", id="no-encoder"),
        pytest.param("encoder", None, "encoder is None", id="encoder-none"),
        pytest.param("encoder", "a\nb", r"encoder is 'a\\nb'; give", id="encoder-of-two-lines"),
        pytest.param("revision", 3, "revision is 3; give a commit", id="revision-number"),
        pytest.param("reads", "all", "reads is 'all'; give one of auto, text, target, thread", id="reads"),
        pytest.param("max_length", 7, "max_length must be at least 8", id="too-short"),
        pytest.param("epochs", 0, "epochs must be at least 1", id="no-epoch"),
        pytest.param("epochs", 1.5, "epochs must be a whole number", id="half-an-epoch"),
        pytest.param("batch_size", True, "batch_size must be a whole number", id="bool"),
        pytest.param("accumulate", 0, "accumulate must be at least 1", id="accumulate"),
        pytest.param("learning_rate", 0, "learning_rate must be a number above 0", id="no-learning"),
        pytest.param("learning_rate", float("nan"), "learning_rate must be a number above 0", id="nan"),
        pytest.param("warmup", 1.1, "warmup must be a number from 0 to 1", id="warmup"),
        pytest.param("weight_decay", "0.1", "weight_decay must be a number from 0 to 1", id="text"),
        pytest.param("balance", -0.1, "balance must be a number from 0 to 1", id="balance"),
        pytest.param("patience", 0, "patience must be at least 1", id="patience"),
        pytest.param("validation", 0.6, "validation must be a number from 0, for none, to 0.5", id="validation"),
        pytest.param("precision", "int8", "precision is 'int8'; give one of auto, float32", id="precision"),
        pytest.param("device", 0, "device is 0; give one that torch knows", id="device"),
        pytest.param("random_state", None, "random_state must be a whole number", id="no-seed"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_before_anything_is_loaded(name, value, message):
    model = TransformerClassifier().set_params(**{name: value})
    with pytest.raises(UsageError, match=message):
        model.fit(["好", "坏"], ["a", "b"])
    with pytest.raises(UsageError, match=message):
        MultiTaskTransformer({"topic": ["a", "b"]}, **{name: value})


def test_several_tasks_are_named_with_their_labels_and_parameters_by_their_names():
    with pytest.raises(UsageError, match=r"there is no parameter 'epoch'; there are: encoder, .*, random_state"):
        MultiTaskTransformer({"topic": ["a", "b"]}, epoch=3)
    with pytest.raises(UsageError, match="tasks must be a mapping of names to labels"):
        MultiTaskTransformer({})
    with pytest.raises(UsageError, match="tasks cannot be named so: label '=1'"):
        MultiTaskTransformer({"=1": ["a", "b"]})
    model = MultiTaskTransformer({"topic": ["a", "b"], "irony": ["c", "d"]})
    with pytest.raises(UsageError, match="there is no data for the task 'irony'"):
        model.fit({"topic": TaskData(["好", "坏"], ["a", "b"])})
    with pytest.raises(UsageError, match="not trained"):
        model.classifier("topic")


def test_a_model_is_called_by_the_last_part_of_its_encoder(tmp_path):
    assert TransformerClassifier().name == "transformer:chinese-roberta-wwm-ext"
    assert TransformerClassifier(encoder=tmp_path / "mine").name == "transformer:mine"
    (tmp_path / "mine").mkdir()
    # Where a folder lies on one machine says nothing on another.
    assert Parameters(encoder=tmp_path / "mine").plain()["encoder"] == "mine"


def test_without_torch_training_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match=r"need torch, transformers and accelerate .*pip install 'weibo-nlp\[trans"):
        TransformerClassifier().fit(["好", "坏"], ["a", "b"])


def test_one_label_is_nothing_to_learn():
    with pytest.raises(DataError, match=r"only \['a'\] occur; at least two labels"):
        TransformerClassifier().fit(["好", "坏"], ["a", "a"])


@pytest.mark.parametrize(
    ("validation", "error", "message"),
    [
        pytest.param(["好"], UsageError, "validation is a list; give a tuple of texts and their labels", id="no-tuple"),
        pytest.param(([], []), DataError, "there is no text to validate by", id="empty"),
        pytest.param((["好"], ["c"]), DataError, r"labels \['c'\] are not among a, b", id="unknown-label"),
        pytest.param((["好"], []), DataError, "1 examples with 0 labels", id="lengths"),
    ],
)
def test_validation_that_cannot_be_used_is_refused(validation, error, message):
    with pytest.raises(error, match=message):
        TransformerClassifier().fit(["好", "坏"], ["a", "b"], validation=validation)


# What the encoder reads


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("好", ["好"], id="words"),
        pytest.param("@ @:你⌁", ["[MENTION]", " ", "[MENTION]", ":你", "[URL]"], id="masks"),
        pytest.param("#话题#好", ["[HASHTAG]", "话题", "[/HASHTAG]", "好"], id="hashtag"),
        pytest.param("me@x.com", ["me@x.com"], id="address"),
        pytest.param("8#楼 c#", ["8#楼 c#"], id="single-signs"),
        pytest.param("[mention][sep]", ["[mention][sep]"], id="typed"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_marks_of_a_prepared_text_are_told_from_its_words(text, pieces):
    assert [piece for piece, _ in pieces_of(text)] == pieces
    assert all(is_mark == (piece in NAMES) for piece, is_mark in pieces_of(text))


@pytest.fixture(scope="module")
def inputs():
    """Of our own tokenizer, twenty tokens at the most."""
    return tokenizer_inputs(20)


@cache
def tokenizer_inputs(length):
    return TextInputs({"tokenizer.json": (tokenizer_dir() / "tokenizer.json").read_bytes()}, length, True, 0)


def shown(inputs, example, *parts):
    """Tokens of an example as one string, and where its second segment begins."""
    (row,) = inputs.rows(prepared([example]), parts)
    second = row.segments.index(1) if 1 in row.segments else len(row.ids)
    return " ".join(map(inputs._tokenizer.id_to_token, row.ids)), second


def test_a_text_stands_alone_or_before_its_target_and_what_is_above_it(inputs):
    example = Example("看@小甲", "车", "楼上", root="楼主")
    assert shown(inputs, example) == ("[CLS] 看 [MENTION] [SEP]", 4)
    assert shown(inputs, example, "target") == ("[CLS] 看 [MENTION] [SEP] 车 [SEP]", 4)
    assert shown(inputs, example, "target", "parent", "root") == (
        "[CLS] 看 [MENTION] [SEP] 车 [SEP] 楼 上 [SEP] 楼 主 [SEP]",
        4,
    )
    assert shown(inputs, example, "parent") == ("[CLS] 看 [MENTION] [SEP] 楼 上 [SEP]", 4)
    # Where nothing is above, nothing stands for it.
    assert shown(inputs, Example("看"), "parent", "root") == ("[CLS] 看 [SEP]", 3)
    assert shown(inputs, Example(""), "parent") == ("[CLS] [SEP]", 2)


def test_a_control_token_that_is_typed_is_text(inputs):
    assert shown(inputs, Example("[SEP]"))[0] == "[CLS] [ s e p ] [SEP]"
    assert "[SEP]" not in shown(inputs, Example("好", "[SEP]"), "target")[0].split()[3:-1]


def test_what_is_above_goes_before_the_text_and_the_target_stays():
    inputs = tokenizer_inputs(10)
    above = Example("一二三", "车", "四五六七八", root="九")
    assert shown(inputs, above, "target", "parent", "root")[0] == "[CLS] 一 二 三 [SEP] 车 [SEP] 四 五 [SEP]"
    long = Example("一二三四五六七八九十", "车", "楼上")
    assert shown(inputs, long, "target", "parent")[0] == "[CLS] 一 二 三 四 五 六 [SEP] 车 [SEP]"
    assert shown(inputs, long)[0] == "[CLS] 一 二 三 四 五 六 七 八 [SEP]"


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.sampled_from([8, 11, 20]))
def test_no_example_is_longer_than_allowed_and_each_is_closed(text, target, parent, length):
    inputs = tokenizer_inputs(length)
    example = PreparedExample(text, target, parent, plain=True)
    (row,) = inputs.rows([example], ("target", "parent"))
    assert len(row.ids) == len(row.segments) <= length
    assert inputs._tokenizer.id_to_token(row.ids[-1]) == "[SEP]"
    assert list(row.segments) == sorted(row.segments)


@pytest.mark.parametrize(
    ("reads", "examples", "parts"),
    [
        ("auto", [Example("好"), Example("坏")], ()),
        ("auto", [Example("好", "车"), Example("坏", "车")], ("target",)),
        ("auto", [Example("好", "车", "上"), Example("坏", "车")], ("target", "parent")),
        ("auto", [Example("好", root="主"), Example("坏")], ("root",)),
        ("auto", [Example("好//@甲:说")], ("parent",)),
        ("text", [Example("好", "车", "上")], ()),
        ("target", [Example("好", "车", "上")], ("target",)),
        ("thread", [Example("好")], ("parent", "root")),
        ("thread", [Example("好", "车")], ("target", "parent", "root")),
    ],
    ids=str,
)
def test_what_is_read_follows_the_parameter_and_the_examples(reads, examples, parts):
    assert parts_read(reads, prepared(examples)) == parts


def test_targets_of_some_examples_only_are_refused(inputs):
    with pytest.raises(DataError, match=r"1 of 2 examples have no target; .*reads='text'"):
        parts_read("auto", prepared([Example("好", "车"), Example("坏")]))
    with pytest.raises(DataError, match="1 of 1 examples have no target"):
        parts_read("target", prepared([Example("好")]))
    with pytest.raises(DataError, match="learnt from targets, and a text has none"):
        inputs.rows(prepared([Example("好")]), ("target",))


def test_a_root_that_is_the_parent_counts_once():
    (example,) = prepared([Example("好", parent="楼主", root="楼主")])
    assert (example.parent, example.root) == ("楼主", None)


@pytest.mark.parametrize("content", [b"{}", b"\xff", b"null", b'{"model": 1}'], ids=str)
def test_a_file_that_is_no_tokenizer_is_refused(content):
    with pytest.raises(DataError, match=r"tokenizer\.json holds no tokenizer"):
        TextInputs({"tokenizer.json": content}, 20, True, 0)


# What is learnt from


def rows_of(*texts, codes=None):
    rows = [Row((len(text), *map(ord, text)), (0,) * (len(text) + 1)) for text in texts]
    codes = np.arange(len(texts)) if codes is None else np.array(codes)
    return TaskRows(rows, codes, np.ones(len(texts)))


def test_a_text_that_two_tasks_have_labels_of_is_read_once():
    joint = JointRows.of([rows_of("a", "b", "a", codes=[0, 1, 2]), rows_of("a", "c", codes=[3, 4])])
    assert len(joint.rows) == 4
    assert joint.codes.tolist() == [[0, 3], [1, NO_LABEL], [2, NO_LABEL], [NO_LABEL, 4]]
    assert joint.weights.tolist() == [[1, 1], [1, 0], [1, 0], [0, 1]]


def test_labels_weigh_alike_by_a_power_and_the_mean_weight_is_one():
    rows = rows_of("a", "b", "c", "d", codes=[0, 0, 0, 1])
    assert rows.balanced(0).weights.tolist() == [1, 1, 1, 1]
    assert rows.balanced(1).weights.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


def data_of(codes, groups=None):
    examples = [Example(str(place)) for place in range(len(codes))]
    groups = None if groups is None else np.array(groups)
    labels = np.array([str(code) for code in range(max(codes) + 1)])
    return TrainingData(examples, labels, np.array(codes), groups, np.ones(len(codes)))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=40), st.integers(0, 3))
def test_what_is_held_out_tears_no_group_and_leaves_every_label_to_learn_from(pairs, seed):
    codes, groups = zip(*pairs, strict=True)
    try:
        learnt, out = held_out(data_of(codes, groups), 0.2, seed)
    except DataError:  # too few; what is too few, the next test says
        return
    assert Counter(example.text for each in (learnt, out) for example in each.examples) == Counter(
        str(place) for place in range(len(codes))
    )
    assert not set(learnt.groups.tolist()) & set(out.groups.tolist())
    assert set(learnt.codes.tolist()) == set(codes)


@pytest.mark.parametrize(
    ("codes", "groups"),
    [([0], None), ([0, 1], None), ([0, 0, 1, 1], [0, 0, 0, 0])],
    ids=["one-text", "a-text-a-label", "one-group"],
)
def test_of_too_little_nothing_is_held_out(codes, groups):
    with pytest.raises(DataError, match="too few to hold some out; give validation texts, or hold nothing out"):
        held_out(data_of(codes, groups), 0.2, 0)


def test_a_group_that_has_a_label_alone_is_learnt_from():
    learnt, out = held_out(data_of([0, 1, 0, 1], [0, 0, 0, 1]), 0.2, 0)
    assert [example.text for example in learnt.examples] == ["0", "1", "2"]
    assert [example.text for example in out.examples] == ["3"]


def test_about_the_share_is_held_out_with_all_labels_and_nothing_of_none():
    data = data_of([0] * 60 + [1] * 40)
    learnt, out = held_out(data, 0.1, 0)
    assert np.bincount(out.codes).tolist() == [6, 4]
    assert len(learnt.examples) == 90
    assert held_out(data, 0, 0) == (data, None)


@given(st.lists(st.integers(1, 300), max_size=300), st.integers(1, 20), st.integers(0, 5))
def test_every_row_comes_once_an_epoch_in_an_order_of_seed_and_epoch_alone(lengths, step, epoch):
    order = bucketed_order(lengths, step, 7, epoch)
    assert sorted(order.tolist()) == list(range(len(lengths)))
    assert order.tolist() == bucketed_order(lengths, step, 7, epoch).tolist()
    sampler = LengthBuckets(lengths, step, 7)
    sampler.epoch = epoch
    assert list(sampler) == order.tolist()


def test_steps_hold_rows_of_about_one_length_and_come_in_another_order_each_epoch():
    lengths = np.random.default_rng(0).integers(1, 200, size=1600)
    padded = {}
    for epoch in (0, 1):
        steps = lengths[bucketed_order(lengths.tolist(), 32, 0, epoch)].reshape(-1, 32)
        padded[epoch] = steps.max(axis=1).sum() * 32 / lengths.sum()
        assert (np.diff(steps.max(axis=1)) < 0).any()
    assert max(padded.values()) < 1.1  # at random, about 2
    assert bucketed_order(lengths.tolist(), 32, 0, 0).tolist() != bucketed_order(lengths.tolist(), 32, 0, 1).tolist()


# When it ends, and what is kept


def epochs(*figures):
    return [{"macro_f1": figure, "validation_loss": loss, "steps": at} for at, (figure, loss) in enumerate(figures)]


def test_the_best_epoch_has_the_highest_macro_f1_and_of_equals_the_lowest_loss():
    assert best_epoch(epochs((0.5, 1.0), (0.7, 0.9), (0.7, 0.8), (0.6, 0.1))) == 2
    assert best_epoch(epochs((0.5, 1.0), (0.5, 1.0))) == 0
    assert best_epoch([]) is None
    assert best_epoch(epochs((None, None))) is None


def test_training_ends_when_the_patience_has_gone_by():
    rows = epochs((0.5, 1.0), (0.7, 0.9), (0.6, 0.8), (0.6, 0.7))
    assert [is_over(rows[:count], 2) for count in range(5)] == [False, False, False, False, True]
    assert is_finished(rows, epochs=4, patience=9)
    assert not is_finished(epochs((None, None)), epochs=2, patience=1)


def test_a_temperature_makes_probabilities_as_sure_as_the_model_is_right():
    # Three of four are right, whatever the score: with a temperature t, sigmoid(8 / t) is .75 at t = 8 / ln 3.
    scores, codes = np.tile([8.0, 0.0], (4000, 1)), np.array([0, 0, 0, 1] * 1000)
    assert fitted_temperature(scores, codes, np.ones(4000)) == pytest.approx(8 / np.log(3), rel=0.01)
    assert fitted_temperature(scores[:0], codes[:0], np.ones(0)) == 1
    unseen = np.hstack([scores, np.full((4000, 1), -np.inf)])
    assert fitted_temperature(unseen, codes, np.ones(4000)) == fitted_temperature(scores, codes, np.ones(4000))


KNOWN = states.fingerprint({"epochs": 3, "device": "cpu"}, {"texts": [b"a", b"b"]})


def test_a_training_is_known_by_its_parameters_and_data_and_not_by_its_device():
    assert states.fingerprint({"epochs": 3, "device": "cuda"}, {"texts": [b"a", b"b"]}) == KNOWN
    assert states.fingerprint({"epochs": 3}, {"texts": [b"ab"]}) != KNOWN
    assert states.fingerprint({"epochs": 4}, {"texts": [b"a", b"b"]}) != KNOWN


def checkpoint(folder, step, *, sealed=True):
    path = states.checkpoint_of(folder, step)
    path.mkdir()
    (path / states.STATE).write_text('{"log_history": [{"row": {"epoch": 1}}, {"loss": 1.0}]}')
    (path / "optimizer.pt").write_bytes(b"state")
    if sealed:
        states.seal(path)
    return path


def test_the_last_whole_checkpoint_is_what_a_training_goes_on_from(tmp_path):
    folder = tmp_path / "state"
    assert states.opened(folder, KNOWN, resume=False) is None
    assert states.opened(folder, KNOWN, resume=True) is None
    first, second = checkpoint(folder, 9), checkpoint(folder, 10)
    checkpoint(folder, 11, sealed=False)
    assert states.opened(folder, KNOWN, resume=True) == second
    assert states.rows_of(second) == [{"epoch": 1}]
    (second / "optimizer.pt").write_bytes(b"stat")
    assert states.opened(folder, KNOWN, resume=True) == first
    states.keep(folder, [9])
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint-9", "training.json"]


def test_the_state_of_another_training_is_not_touched(tmp_path):
    states.opened(tmp_path, KNOWN, resume=False)
    with pytest.raises(UsageError, match=r"holds the state of a training; resume it \(resume=True\)"):
        states.opened(tmp_path, KNOWN, resume=False)
    other = states.fingerprint({"epochs": 4, "patience": 1}, {"texts": [b"c"]})
    with pytest.raises(UsageError, match=r"another training: its .*texts.*epochs.*patience.* differ"):
        states.opened(tmp_path, other, resume=True)
    (tmp_path / "training.json").write_text("{")
    with pytest.raises(DataError, match=r"training\.json.*Remove the folder, and train anew"):
        states.opened(tmp_path, KNOWN, resume=True)


def test_a_folder_with_other_files_is_none_for_checkpoints(tmp_path):
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(UsageError, match=r"holds 'thesis\.txt' and no state of a training"):
        states.opened(tmp_path, KNOWN, resume=True)


# To the Hub


class FakeHub:
    """What the client of the Hub does, written down."""

    endpoint = "https://hub.example"

    def __init__(self):
        self.calls = []

    def __call__(self, token=None, **_):
        self.calls.append(("token", token))
        return self

    def create_repo(self, repo_id, **options):
        self.calls.append(("create", repo_id, options))

    def upload_folder(self, *, repo_id, folder_path, allow_patterns, **_):
        self.calls.append(("upload", repo_id, folder_path, sorted(allow_patterns)))


@pytest.fixture
def hub(monkeypatch):
    fake = FakeHub()
    monkeypatch.setattr("huggingface_hub.HfApi", fake)
    return fake


def saved_folder(folder):
    folder.mkdir()
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (folder / name).write_text(name)
    states.seal(folder)
    return folder


def test_a_model_goes_to_the_hub_with_its_card_and_nothing_else_that_lies_there(tmp_path, hub):
    folder = saved_folder(tmp_path / "model")
    files = ["config.json", "manifest.json", "model.safetensors", "tokenizer.json"]
    (folder / "learnt_from.json").write_text("private")
    assert push_folder(folder, "me/model", token="secret") == "https://hub.example/me/model"
    assert hub.calls == [
        ("token", "secret"),
        ("create", "me/model", {"private": True, "exist_ok": True}),
        ("upload", "me/model", folder, files),
    ]
    (folder / "README.md").write_text("# Card")
    push_folder(folder, "me/model", private=False)
    assert hub.calls[-2:] == [
        ("create", "me/model", {"private": False, "exist_ok": True}),
        ("upload", "me/model", folder, sorted([*files, "README.md"])),
    ]


def test_what_is_no_saved_model_or_is_damaged_does_not_go_to_the_hub(tmp_path, hub):
    with pytest.raises(DataError, match=r"manifest\.json: missing"):
        push_folder(tmp_path, "me/model")
    folder = saved_folder(tmp_path / "model")
    (folder / "tokenizer.json").write_text("other")
    with pytest.raises(DataError, match=r"tokenizer\.json: missing, or not what"):
        push_folder(folder, "me/model")
    assert hub.calls == []


def test_a_hub_that_refuses_is_told_without_the_token(tmp_path, hub, monkeypatch):
    folder = saved_folder(tmp_path / "model")
    monkeypatch.setattr(hub, "create_repo", lambda *_, **__: (_ for _ in ()).throw(OSError("no network")))
    with pytest.raises(UsageError, match="'me/model' cannot be uploaded: no network") as caught:
        push_folder(folder, "me/model", token="secret")
    assert "secret" not in str(caught.value)


def test_a_model_that_reads_threads_is_given_them_by_a_labeller():
    from weibo_nlp.labelling.batch import Batch, reads_threads

    batch = Batch(["好", "坏"], ["楼上", None], ["楼主", "楼主"])
    assert reads_threads(SimpleNamespace(reading_context_=True))
    assert not reads_threads(SimpleNamespace())
    for is_prepared in (False, True):
        rows = batch.examples([0, 1], None, prepared=is_prepared, in_threads=True)
        assert [(row.text, row.parent, row.root) for row in rows] == [("好", "楼上", "楼主"), ("坏", None, "楼主")]
        rows = batch.examples([0, 1], ["车", "车"], prepared=is_prepared)
        assert [(row.target, row.parent, row.root) for row in rows] == [("车", "楼上", None), ("车", None, None)]

"""Fine-tuning a tiny BERT, end to end."""

import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from tiny_encoder import write_tiny_encoder

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.manifest import write_manifest
from weibo_nlp.labelling import Labeller
from weibo_nlp.models import TransformerClassifier, load_model
from weibo_nlp.models.transformer import MultiTaskTransformer, TaskData
from weibo_nlp.records import Example

pytestmark = pytest.mark.slow
FORMS = ("坚决抵制{}", "支持{}", "{}滚出去", "{}真好", "再也不买{}", "还会买{}", "讨厌{}", "喜欢{}")
EXAMPLES = [Example(form.format(target), target) for form in FORMS for target in ("宝马", "奥迪", "奔驰")] * 2
LABELS = ["against", "favor"] * 4
LABELS = [label for label in LABELS for _ in range(3)] * 2
TEXTS = [example.text for example in EXAMPLES]
QUICK = {"batch_size": 8, "learning_rate": 0.003, "patience": 9}


@pytest.fixture(scope="module", autouse=True)
def encoders(tmp_path_factory):
    """A folder that all encoders lie in, where tests are run."""
    folder = tmp_path_factory.mktemp("encoders")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_tiny_encoder("bert")
        write_tiny_encoder("roberta", "roberta", type_vocab_size=1, max_position_embeddings=66, pad_token_id=1)
        write_tiny_encoder("calm", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        yield folder


@pytest.fixture(scope="module", params=["bert", "roberta"])
def trained(request, encoders):
    model = TransformerClassifier(("against", "none", "favor"), encoder=request.param, epochs=8, **QUICK)
    return model.fit(EXAMPLES, LABELS, validation=(EXAMPLES[:12], LABELS[:12]))


def weights_of(model):
    return {name: each.numpy().copy() for name, each in model.finetuned_.network.state_dict().items()}


def test_a_separable_task_is_learnt_and_told_epoch_by_epoch(trained):
    assert np.mean(trained.predict(EXAMPLES) == LABELS) >= 0.95
    assert [row["epoch"] for row in trained.history_] == list(range(1, 9))
    assert trained.history_[-1]["train_loss"] < trained.history_[0]["train_loss"] / 2
    assert trained.history_[-1]["steps"] == 8 * 6
    assert trained.trained_on_["validation_examples"] == 12
    assert trained.trained_on_["reads"] == ["text", "target"]
    # Positions of RoBERTa begin behind that of padding.
    assert trained.trained_on_["max_length"] == (64 if trained.encoder == "roberta" else 256)


def test_transformers_opens_the_folder_and_answers_the_same_but_for_the_temperature(trained, tmp_path):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

    trained.save_pretrained(tmp_path / "model")
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    batch = tokenizer(TEXTS, [example.target for example in EXAMPLES], return_tensors="pt", padding=True)
    scores = model.eval()(**batch).logits.detach().double().numpy()
    assert [model.config.id2label[place] for place in scores.argmax(axis=1)] == trained.predict(EXAMPLES).tolist()
    expected = softmax(scores / trained.head_.temperature, axis=1)
    np.testing.assert_allclose(trained.predict_proba(EXAMPLES), expected, atol=1e-5)
    # What training lacked has nothing there, either.
    answers = pipeline("text-classification", model=str(tmp_path / "model"), top_k=None)(
        {"text": EXAMPLES[0].text, "text_pair": EXAMPLES[0].target}
    )
    assert {answer["label"]: answer["score"] for answer in answers}["none"] == 0
    assert {answer["label"] for answer in answers} == {"against", "none", "favor"}
    # Where it was trained is nobody's business.
    for file in (tmp_path / "model").iterdir():
        assert str(Path.cwd()).encode() not in file.read_bytes()


def test_a_mention_and_a_hashtag_are_what_an_encoder_with_a_vocabulary_of_its_own_learns_as_tokens(encoders, tmp_path):
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertModel, PreTrainedTokenizerFast

    from weibo_nlp.models.transformer.parameters import Parameters
    from weibo_nlp.models.transformer.pretrained import pretrained

    shutil.copytree("bert", tmp_path / "plain")
    words = Tokenizer(models.WordLevel({"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "好": 4}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    words.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(tmp_path / "plain")
    model = BertModel.from_pretrained("bert")
    model.resize_token_embeddings(5).weight.data.copy_(torch.arange(5.0)[:, None].expand(5, 32))
    model.save_pretrained(tmp_path / "plain")
    network, inputs, commit = pretrained(Parameters(encoder=tmp_path / "plain"), [["a", "b"]])
    assert commit is None
    embeddings = network.encoder.get_input_embeddings().weight
    assert embeddings.shape[0] == inputs.n_ids == 9
    assert (embeddings[5:] == 2.0).all()  # the mean of 0 to 4
    (row,) = inputs.rows([Example("好@ #好#⌁[SEP]")], ())
    assert row.ids == (2, 4, 5, 1, 7, 4, 8, 6, *[1] * 5, 3)


def test_the_target_and_what_is_above_reach_the_model(encoders):
    about = [Example("支持宝马，抵制奥迪", target) for target in ("宝马", "奥迪")] * 16
    model = TransformerClassifier(encoder="bert", epochs=6, validation=0, **QUICK).fit(about, ["favor", "against"] * 16)
    assert model.predict(about[:2]).tolist() == ["favor", "against"]
    assert not model.reading_context_
    for name in ("parent", "root"):
        above = [Example("说得对", **{name: text}) for text in ("国货真好", "国货太差")] * 16
        model = TransformerClassifier(encoder="bert", epochs=6, validation=0, **QUICK).fit(above, ["good", "bad"] * 16)
        assert model.predict(above[:2]).tolist() == ["good", "bad"]
        assert model.reading_context_
        assert model.trained_on_["reads"] == ["text", name]


def test_several_batches_a_step_are_one_larger_batch(encoders):
    def trained(batch_size, accumulate):
        parameters = {"batch_size": batch_size, "accumulate": accumulate, "weight_decay": 0.0, "validation": 0}
        model = TransformerClassifier(encoder="calm", epochs=1, learning_rate=0.003, **parameters)
        return weights_of(model.fit(TEXTS, LABELS, sample_weight=[1.0, 3.0] * 24))

    one, several = trained(12, 1), trained(4, 3)
    # Adam turns the smallest differences of gradients near 0 into steps; they are few.
    far = sum((np.abs(one[name] - several[name]) > 1e-4).sum() for name in one)
    assert far / sum(each.size for each in one.values()) < 1e-4
    two_steps = trained(6, 1)
    assert sum((np.abs(one[name] - two_steps[name]) > 1e-4).sum() for name in one) > 100 * (far + 1)


def test_early_stopping_keeps_the_weights_of_the_best_epoch(encoders, monkeypatch):
    from weibo_nlp.models.transformer import training

    kept, figures = [], iter([(0.5, 1.0), (0.7, 0.9), (0.7, 1.0), (0.6, 0.2)])

    def measured(_, network):
        kept.append({name: each.clone() for name, each in network.state_dict().items()})
        macro_f1, loss = next(figures)
        return {"labels": {"validation_loss": loss, "macro_f1": macro_f1}}

    monkeypatch.setattr(training._Measure, "__call__", measured)
    told = []
    model = TransformerClassifier(encoder="bert", epochs=9, **QUICK | {"patience": 2})
    model.fit(TEXTS, LABELS, progress=told.append)
    assert [row["macro_f1"] for row in model.history_] == [0.5, 0.7, 0.7, 0.6]
    assert model.trained_on_["epoch"] == 2
    for name, each in weights_of(model).items():
        np.testing.assert_array_equal(each, kept[1][name].numpy())
    assert not np.array_equal(kept[1]["heads.0.classifier.weight"], kept[3]["heads.0.classifier.weight"])
    ends = [step for step in told if step.is_epoch]
    assert [(step.epoch, step.macro_f1, step.is_best) for step in ends] == [
        (1, 0.5, True),
        (2, 0.7, True),
        (3, 0.7, False),
        (4, 0.6, False),
    ]
    assert ends[-1].step == 4 * 6
    assert (ends[-1].steps, ends[-1].epochs) == (9 * 6, 9)
    assert len(told) > len(ends)


def test_training_leaves_the_dice_and_the_terminal_of_its_caller_alone(encoders, capfd):
    import torch

    def states():
        return random.getstate()[1], np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()

    before = states()
    TransformerClassifier(encoder="bert", epochs=1, **QUICK).fit(TEXTS, LABELS)
    assert states() == before
    assert not torch.are_deterministic_algorithms_enabled()
    assert capfd.readouterr() == ("", "")


def test_half_precision_is_of_training_alone(encoders):
    model = TransformerClassifier(encoder="bert", epochs=4, precision="bfloat16", **QUICK).fit(TEXTS, LABELS)
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301 - what was pickled here
    alone = [copy.predict_proba([text])[0] for text in TEXTS[:4]]
    np.testing.assert_allclose(model.predict_proba(TEXTS[:4]), alone, atol=1e-5)
    with pytest.raises(UsageError, match="the device cpu does not train in float16"):
        model.set_params(precision="float16").fit(TEXTS, LABELS)
    with pytest.raises(UsageError, match="there is no device 'cuda:77' here"):
        model.set_params(device="cuda:77").predict(TEXTS)


# A training that was killed

SCRIPT = """
import os, signal, sys
from weibo_nlp.models import TransformerClassifier
from weibo_nlp.models.transformer import checkpoints, training

folder, out, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
checkpoints.SAVE_SECONDS = 0.0
steps, plain = 0, training._EncoderTrainer.training_step

def counted(*arguments, **options):
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return plain(*arguments, **options)

training._EncoderTrainer.training_step = counted
texts = [form + word for form in ("坚决抵制", "支持", "讨厌", "喜欢") for word in "一二三四五六七八"]
model = TransformerClassifier(encoder="bert", epochs=4, batch_size=4, accumulate=2, learning_rate=0.002, patience=1)
model.fit(texts, ["against"] * 8 + ["favor"] * 8 + ["against"] * 8 + ["favor"] * 8, checkpoints=folder, resume=True)
model.save_pretrained(out)
print(steps)
"""


def training_process(folder, out, last=0):
    run = subprocess.run([sys.executable, "-c", SCRIPT, str(folder), str(out), str(last)], capture_output=True)
    assert run.returncode == (-signal.SIGKILL if last else 0), run.stderr.decode()
    return run.stdout.decode()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_training_that_was_killed_ends_with_the_weights_of_one_that_was_not(encoders, tmp_path):
    whole = int(training_process(tmp_path / "whole", tmp_path / "one"))
    last = random.Random().randrange(3, whole)  # after a step that was saved, any will do: a message names it
    training_process(tmp_path / "cut", tmp_path / "other", last)
    assert not (tmp_path / "other").exists()
    rest = int(training_process(tmp_path / "cut", tmp_path / "other"))
    assert rest < whole, f"killed at {last}"
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "other" / file.name).read_bytes(), f"{file.name}, killed at {last}"


def test_a_training_is_resumed_with_what_it_was_begun_with_alone(encoders, tmp_path):
    model = TransformerClassifier(encoder="bert", epochs=1, **QUICK)
    model.fit(TEXTS, LABELS, checkpoints=tmp_path)
    told, before = [], weights_of(model)
    model.fit(TEXTS, LABELS, checkpoints=tmp_path, resume=True, progress=told.append)
    assert told == []  # what is over is not trained again
    for name, each in weights_of(model).items():
        np.testing.assert_array_equal(each, before[name])
    for change, differing in (
        ({"epochs": 2}, "epochs"),
        ({"encoder": "calm"}, "encoder"),
        ({"validation": 0.2}, "texts"),
    ):
        changed = TransformerClassifier(**model.get_params() | change)
        with pytest.raises(UsageError, match=rf"state of another training: its .*{differing}.* differ"):
            changed.fit(TEXTS, LABELS, checkpoints=tmp_path, resume=True)
    with pytest.raises(UsageError, match="its 'texts', 'validation texts' differ"):
        model.fit([*TEXTS[1:], "别的"], LABELS, checkpoints=tmp_path, resume=True)


def test_the_best_epoch_before_a_training_was_resumed_is_read_from_disk(encoders, tmp_path, monkeypatch):
    from weibo_nlp.models.transformer import training

    figures = iter([(0.7, 1.0), (0.6, 1.0), (0.5, 1.0)])

    def measured(*_):
        macro_f1, loss = next(figures)
        return {"labels": {"validation_loss": loss, "macro_f1": macro_f1}}

    def interrupt(step):
        if step.epoch > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(training._Measure, "__call__", measured)
    model = TransformerClassifier(encoder="bert", epochs=3, **QUICK)
    with pytest.raises(KeyboardInterrupt):
        model.fit(TEXTS, LABELS, checkpoints=tmp_path, progress=interrupt)
    best, last = tmp_path / "checkpoint-6", tmp_path / "checkpoint-12"
    assert {path.name for path in tmp_path.iterdir()} == {"training.json", best.name, last.name}
    shutil.copytree(tmp_path, tmp_path.parent / "moved")  # where it lies is of no consequence
    model.fit(TEXTS, LABELS, checkpoints=tmp_path.parent / "moved", resume=True)
    assert model.trained_on_["epoch"] == 1
    from safetensors.numpy import load_file

    kept = load_file(best / "model.safetensors")
    for name, each in weights_of(model).items():
        np.testing.assert_array_equal(each, kept[name])
    figures = iter([(0.5, 1.0)])
    (best / "model.safetensors").write_bytes(b"")
    with pytest.raises(DataError, match=r"checkpoint-6: missing or damaged, and it has the weights of the best epoch"):
        model.fit(TEXTS, LABELS, checkpoints=tmp_path, resume=True)


# Several tasks


@pytest.fixture(scope="module")
def several(encoders):
    """Topic and irony of texts, and stance towards a target."""
    topics = [example.target for example in EXAMPLES]
    data = {
        "topic": TaskData(TEXTS, topics),
        "irony": TaskData(TEXTS, ["false", "true"] * 24),
        "stance": TaskData(EXAMPLES, LABELS),
    }
    tasks = {"topic": ("宝马", "奥迪", "奔驰"), "irony": ("false", "true"), "stance": ("against", "favor", "none")}
    model = MultiTaskTransformer(tasks, encoder="bert", epochs=14, **QUICK)
    return model.fit(data, {"topic": TaskData(TEXTS[:12], topics[:12])})


def test_every_head_learns_its_task(several):
    assert np.mean(several.classifier("topic").predict(TEXTS) == [example.target for example in EXAMPLES]) > 0.9
    assert np.mean(several.classifier("stance").predict(EXAMPLES) == LABELS) > 0.9
    assert (several.classifier("stance").predict_proba(EXAMPLES)[:, 2] == 0).all()
    assert several.history_[0]["by_task"].keys() == {"topic", "irony", "stance"}
    # Irony has a part held out, topic the one that was given.
    held_out = {name: several.classifier(name).trained_on_["validation_examples"] for name in several.tasks}
    assert held_out["topic"] == 12
    assert 0 < held_out["irony"] < 12


def test_heads_of_a_folder_are_read_by_name_and_share_one_encoder_and_one_pass(several, tmp_path):
    several.save_pretrained(tmp_path)
    topic, irony = (load_model(tmp_path, task=name) for name in ("topic", "irony"))
    assert topic.finetuned_ is irony.finetuned_
    np.testing.assert_array_equal(topic.predict_proba(TEXTS), several.classifier("topic").predict_proba(TEXTS))
    passes = []
    embeddings = topic.finetuned_.network.encoder.get_input_embeddings()
    embeddings.register_forward_hook(lambda *_: passes.append(1))
    topic.predict(["全新的一句"])
    irony.predict(["全新的一句"])
    assert len(passes) == 1
    with pytest.raises(UnknownNameError, match="unknown head 'mood'; there is: irony, stance, topic"):
        load_model(tmp_path, task="mood")
    with pytest.raises(UsageError, match="holds several models: topic, irony, stance; name one"):
        load_model(tmp_path)
    again = MultiTaskTransformer.from_pretrained(tmp_path)
    assert again.tasks == several.tasks
    again.save_pretrained(tmp_path / "again")
    for file in (tmp_path / "again").iterdir():
        assert file.read_bytes() == (tmp_path / file.name).read_bytes()


def test_a_labeller_takes_heads_by_the_names_of_its_tasks(several, tmp_path):
    several.save_pretrained(tmp_path)
    labeller = Labeller({"irony": tmp_path, "stance": tmp_path}, target="宝马")
    (row,) = labeller.label(["坚决抵制宝马"])
    model = several.classifier("stance")
    assert row["stance"] == model.predict([Example("坚决抵制宝马", "宝马")])[0]
    with pytest.raises(UnknownNameError, match="unknown head 'sentiment'"):
        Labeller({"sentiment": tmp_path})


def test_a_labeller_gives_texts_with_their_threads_to_a_model_that_reads_them(encoders):
    above = [Example("说得对", parent=parent, root="楼主") for parent in ("国货真好", "国货太差")] * 16
    model = TransformerClassifier(("credit", "other"), encoder="bert", epochs=6, validation=0, **QUICK)
    model.fit(above, ["credit", "other"] * 16)
    labeller = Labeller({"topic": model})
    assert "topic" in labeller.reading_parents
    rows = labeller.label(["说得对"] * 2, parents=["国货真好", "国货太差"], roots=["楼主"] * 2)
    assert [row["topic"] for row in rows] == ["credit", "other"]
    expected = model.predict_proba(above[:2]).max(axis=1)
    np.testing.assert_allclose([row["topic_score"] for row in rows], expected, atol=1e-5)


def test_many_texts_are_answered_part_by_part_as_each_of_them(several, monkeypatch):
    from weibo_nlp.models.transformer import finetuned

    model = several.classifier("topic")
    at_once = model.predict_proba(TEXTS)
    monkeypatch.setattr(finetuned, "_ROWS", 7)
    np.testing.assert_allclose(model.predict_proba(TEXTS), at_once, atol=1e-5)


def test_a_model_goes_to_the_hub_as_it_is_saved(several, tmp_path, monkeypatch):
    class FakeHub:
        endpoint = "https://hub.example"

        def __init__(self, **_):
            pass

        def create_repo(self, *_, **__):
            pass

        def upload_folder(self, *, folder_path, allow_patterns, **_):
            uploaded.update({name: (folder_path / name).read_bytes() for name in allow_patterns})

    uploaded = {}
    monkeypatch.setattr("huggingface_hub.HfApi", FakeHub)
    model = several.classifier("irony")
    assert model.push_to_hub("me/irony", card="# 反讽\n") == "https://hub.example/me/irony"
    model.save_pretrained(tmp_path)
    expected = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert uploaded == expected | {"README.md": "# 反讽\n".encode()}


def test_one_head_of_several_is_saved_as_a_model_that_transformers_opens(several, tmp_path):
    from transformers import AutoModelForSequenceClassification

    model = several.classifier("irony")
    model.save_pretrained(tmp_path)
    loaded = load_model(tmp_path, task="of no consequence")
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert AutoModelForSequenceClassification.from_pretrained(tmp_path).config.id2label == {0: "false", 1: "true"}


# Folders from somewhere


@pytest.fixture(scope="module")
def saved(encoders, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "model"
    TransformerClassifier(encoder="bert", epochs=1, **QUICK).fit(TEXTS, LABELS).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"auto_map": {"AutoModel": "code.Model"}}, "has 'auto_map', which no plain encoder has"),
        ({"attn_implementation": "somebody/kernels"}, "has 'attn_implementation', which no plain encoder has"),
        ({"_attn_implementation": "somebody/kernels"}, "has '_attn_implementation'"),
        ({"text": {"_attn_implementation": "somebody/kernels"}}, "has '_attn_implementation'"),
        ({"quantization_config": {"quant_method": "bitsandbytes"}}, "has 'quantization_config'"),
        ({"num_hidden_layers": 10**6}, "'num_hidden_layers' of the configuration is 1,000,000; at most 512"),
        ({"hidden_size": 10**9}, "'hidden_size' of the configuration is 1,000,000,000"),
        ({"hidden_size": 64}, "is of 'F32' and shape"),
        ({"num_hidden_layers": 3}, "is missing, or too many"),
        ({"model_type": "nothing"}, "describes no encoder that can be made"),
        ({"model_type": "bart"}, "no encoder|missing, or too many"),
        ({"id2label": {"0": "favor", "1": "against"}}, "labels and id2label are not the same"),
        ({"labels": ["a", "b", "c"]}, "does not fit 3 labels|labels and id2label"),
        ({"weibo_nlp": {}}, "'history' is missing|'heads' is missing|'parameters' is missing"),
    ],
    ids=str,
)
def test_a_configuration_that_asks_for_code_or_memory_or_does_not_fit_is_refused(saved, tmp_path, changes, message):
    folder = Path(shutil.copytree(saved, tmp_path / "model"))
    config = json.loads((folder / "config.json").read_text("utf-8")) | changes
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    write_manifest(folder, {})
    with pytest.raises(DataError, match=message):
        load_model(folder)


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json"])
def test_every_file_is_compared_with_the_manifest(saved, tmp_path, name):
    folder = Path(shutil.copytree(saved, tmp_path / "model"))
    (folder / name).write_bytes((folder / name).read_bytes().replace(b"[PAD]", b"[PAC]", 1))
    with pytest.raises(DataError, match=rf"{name}: missing, or not what manifest\.json says"):
        load_model(folder)


def test_a_file_that_no_such_model_has_is_refused(saved, tmp_path):
    folder = Path(shutil.copytree(saved, tmp_path / "model"))
    (folder / "modeling.py").write_text("raise SystemExit")
    write_manifest(folder, {})
    with pytest.raises(DataError, match=r"manifest\.json: names 'modeling\.py'"):
        load_model(folder)


def test_files_of_another_program_are_not_replaced(saved, encoders, tmp_path):
    model = load_model(saved)
    folder = Path(shutil.copytree("bert", tmp_path / "bert"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(UsageError, match="it is there and of no model of weibo_nlp"):
        model.save_pretrained(folder)
    (tmp_path / "tokenizer.json").write_text("mine")
    with pytest.raises(UsageError, match=r"tokenizer\.json: it is there and of no model"):
        model.save_pretrained(tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# Encoders that are none


def test_an_encoder_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"cannot be loaded: .* Name a model of the Hub or a folder"):
        TransformerClassifier(encoder=tmp_path / "empty").fit(TEXTS, LABELS)


def test_an_encoder_without_some_of_its_weights_is_refused(encoders, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree("bert", tmp_path / "cut"))
    weights = load_file(folder / "model.safetensors")
    kept = {name: each for name, each in weights.items() if ".layer.1." not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UsageError, match=r"lacks 16 of its weights, such as 'bert\.encoder\.layer\.1\."):
        TransformerClassifier(encoder=folder).fit(TEXTS, LABELS)


def test_weights_that_are_pickled_are_not_read(encoders, tmp_path):
    import torch
    from safetensors.torch import load_file

    folder = Path(shutil.copytree("bert", tmp_path / "pickled"))
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(UsageError, match=r"cannot be loaded: .*safetensors"):
        TransformerClassifier(encoder=folder).fit(TEXTS, LABELS)

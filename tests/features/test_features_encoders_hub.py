import numpy as np
import pytest

from weibo_nlp.errors import UsageError
from weibo_nlp.features.encoders import HubEncoder, hub

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

CHARACTERS = "今天气真好坏query:"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A transformer of 16 dimensions with random weights, and a tokenizer of a few characters."""
    folder = tmp_path_factory.mktemp("model") / "tiny"
    folder.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(CHARACTERS), "##qu", "##er"]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    tokenizer = transformers.BertTokenizerFast(str(folder / "vocab.txt"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    transformers.BertModel(config).save_pretrained(folder)
    return folder


def test_a_vector_is_the_mean_over_a_texts_tokens_whatever_stands_beside_it(folder):
    encoder = HubEncoder(str(folder), max_length=16)
    model, tokenizer = transformers.AutoModel.from_pretrained(folder).eval(), None
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        alone = model(**tokenizer("今天", return_tensors="pt")).last_hidden_state[0].mean(dim=0).numpy()
    found = encoder.encode(["今天真好今天真好", "今天", "坏" * 100])
    np.testing.assert_allclose(found[1], alone, atol=1e-5)
    assert (found.shape, found.dtype, encoder.dims) == ((3, 16), np.float32, 16)
    np.testing.assert_array_equal(encoder.encode([]), np.zeros((0, 16)))


def test_a_prefix_stands_before_every_text(folder):
    prefixed = HubEncoder(str(folder), prefix="真").encode(["好"])
    np.testing.assert_allclose(prefixed, HubEncoder(str(folder)).encode(["真好"]), atol=1e-6)


def test_a_folder_is_called_by_its_own_name_alone(folder):
    assert HubEncoder(str(folder)).name == "transformers:tiny"


def test_weights_that_are_no_safetensors_are_refused(folder, tmp_path):
    for file in folder.iterdir():
        if file.name != "model.safetensors":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(UsageError, match=r"a folder with a tokenizer and model\.safetensors"):
        HubEncoder(str(tmp_path)).encode(["好"])


def test_a_missing_library_is_told_with_how_to_install_it(monkeypatch, tmp_path):
    hub._load.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(UsageError, match=r"weibo-nlp\[transformers\]"):
        HubEncoder(str(tmp_path)).encode(["好"])

"""The whole way: the command line, openai's client, and a server that people run, with a model of a few megabytes."""

import csv
import os
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.slow
WORD = "负"  # one token, and one of the words that negative is answered in


@pytest.fixture(scope="module")
def chat_model(tmp_path_factory):
    """Folder of a language model over the project's own tokenizer that says one word, whatever it is asked."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from weibo_nlp.integrations.hf_tokenizer import hf_tokenizer

    folder = tmp_path_factory.mktemp("chat") / "model"
    tokenizer = hf_tokenizer()
    tokenizer.chat_template = (
        "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    )
    (said,) = tokenizer(WORD, add_special_tokens=False)["input_ids"]
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=4096,
        n_embd=16,
        n_layer=1,
        n_head=1,
        bos_token_id=None,
        eos_token_id=said,
    )
    torch.manual_seed(0)
    model = transformers.GPT2LMHeadModel(config)
    with torch.no_grad():
        # Whatever comes in, the same state goes out, which is likest to the word's token.
        model.transformer.ln_f.weight.zero_()
        model.transformer.ln_f.bias.fill_(1.0)
        model.transformer.wte.weight[said] = 1.0
    model.generation_config.eos_token_id = said  # after which it stops
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def server(chat_model, tmp_path_factory):
    pytest.importorskip("uvicorn")
    pytest.importorskip("fastapi")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("serve") / "log").open("wb")
    command = "import sys; from transformers.cli.transformers import main; sys.argv[0] = 'transformers'; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "serve", str(chat_model), "--host", "127.0.0.1", "--port", str(port)],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
    )
    try:
        for _ in range(600):
            try:
                with urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                    break
            except (URLError, OSError):
                assert process.poll() is None, log.name
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def test_posts_are_labelled_by_a_server_of_transformers_and_a_second_run_asks_nothing(
    run, server, chat_model, tmp_path, monkeypatch
):
    monkeypatch.setenv("WEIBO_NLP_HOME", str(tmp_path / "home"))
    (tmp_path / "posts.csv").write_text("id,text\n1,排队两小时，气死\n2,这家的面真好吃\n3,转发微博\n", "utf-8")
    line = ["label", tmp_path / "posts.csv", "-o", tmp_path / "out.csv"]
    line += ["--model", f"sentiment=endpoint:{server}?model={chat_model}"]
    code, out, err = run(*line, "--dry-run")
    assert code == 0, err
    assert "3 texts, 0 answered before; 3 requests to 127.0.0.1" in out
    code, _, err = run(*line)
    assert code == 0, err
    # This server passes over structured output and likelihoods: the word is read, and there is no score.
    assert "sentiment: negative 100.0%; without scores" in err
    with (tmp_path / "out.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["sentiment"], row["sentiment_score"], row["sentiment_outcome"]) for row in rows] == [
        ("negative", "", "answered")
    ] * 3
    _, out, _ = run(*line, "--dry-run")
    assert "3 texts, 3 answered before; 0 requests" in out

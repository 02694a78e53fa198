"""A BERT that is trained in a moment: two layers of 32 numbers, random, with our own tokenizer."""

import pytest


def write_tiny_encoder(folder, kind="bert", **settings):
    """Write one, as a model for guessing words, and return the folder; needs torch."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("accelerate")
    import transformers
    from transformers.utils import logging

    from weibo_nlp.integrations.hf_tokenizer import hf_tokenizer

    tokenizer = hf_tokenizer()
    config_class, model_class = {
        "bert": (transformers.BertConfig, transformers.BertForMaskedLM),
        "roberta": (transformers.RobertaConfig, transformers.RobertaForMaskedLM),
    }[kind]
    # Weights far enough from 0 that a few steps reach somewhere.
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = config_class(**{"vocab_size": len(tokenizer), "initializer_range": 0.2, **sizes, **settings})
    logging.disable_progress_bar()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model_class(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

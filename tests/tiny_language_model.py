"""Random language models of two layers, over the project's own tokenizer, for tests that need one to answer."""

# Every message after the name of who speaks.
CHAT = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant: "


def write_language_model(folder, *, n_positions, chat_template=None):
    """Write a model and its tokenizer into a folder as `transformers` reads them, and return the folder."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    from weibo_nlp.integrations.hf_tokenizer import hf_tokenizer

    tokenizer = hf_tokenizer()
    tokenizer.eos_token = tokenizer.sep_token
    tokenizer.chat_template = chat_template
    torch.manual_seed(0)
    size = {"n_positions": n_positions, "n_embd": 32, "n_layer": 2, "n_head": 2}
    config = GPT2Config(vocab_size=len(tokenizer), eos_token_id=tokenizer.eos_token_id, bos_token_id=None, **size)
    GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

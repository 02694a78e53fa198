"""An encoder from scratch: masked signs guessed in public posts and in the corpus' own texts."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.benchmark.run import find_real_texts
from weibo_nlp.corpus import Release
from weibo_nlp.external import load
from weibo_nlp.external.overlap import text_key
from weibo_nlp.features.preparation import prepare_all
from weibo_nlp.tasks.evaluation_set import full_text

MASKED = 0.15
LEARNING_RATE, WEIGHT_DECAY, WARMUP = 5e-4, 0.01, 0.06
LEAST_CHARACTERS = 4
"""Shorter texts hold too little to guess a masked sign by."""


@dataclass(frozen=True, slots=True)
class Size:
    """Shape of an encoder of BERT's kind."""

    hidden: int
    layers: int
    heads: int
    max_length: int = 128
    batch_size: int = 64


SIZES: Mapping[str, Size] = {
    "toy": Size(hidden=128, layers=2, heads=2, max_length=64),  # 1.7 M parameters: minutes on one core
    "small": Size(hidden=320, layers=6, heads=5, max_length=128, batch_size=256),  # 10 M: minutes on a GPU
}


@dataclass(frozen=True, slots=True)
class Texts:
    """What is learnt from.

    Attributes
    ----------
    texts : tuple of str
        Raw texts, each once.
    sources : mapping of str to int
        Source -> texts of it.
    left_out : int
        Texts that stand in a scored part as well.
    """

    texts: tuple[str, ...]
    sources: Mapping[str, int]
    left_out: int


def pretraining_texts(release: Release, external: Path) -> Texts:
    """Gather unlabelled public texts and the corpus' own training texts, without any that is scored somewhere.

    Left out is what has the key of a real or composed text of validation or test.
    """
    held_back = {
        text_key(full_text(document)) for split in ("validation", "test") for document in release.documents(split)
    }
    real = find_real_texts(release, external)
    scored = {row["id"] for split in ("validation", "test") for row in real.rows[split]}
    held_back |= {text_key(text) for key, text in (real.texts or {}).items() if key in scored}
    with gzip.open(external / "real-pool" / "unlabelled.jsonl.gz", "rt", encoding="utf-8") as file:
        pool = [str(row["text"]) for row in map(json.loads, file)]
    sources = {
        "composed, train": [full_text(document) for document in release.documents("train")],
        "unlabelled pool": pool,
        "COLD, train": [document.text for document in load("cold", external).parts["train"].documents],
        "SWSR": [document.text for part in load("swsr", external).parts.values() for document in part.documents],
    }
    seen: set[str] = set()
    kept: list[str] = []
    counts: dict[str, int] = {}
    left_out = 0
    for source, texts in sources.items():
        before = len(kept)
        for text in texts:
            key = text_key(text)
            if key in held_back:
                left_out += 1
            elif key not in seen and len(text) >= LEAST_CHARACTERS:
                seen.add(key)
                kept.append(text)
        counts[source] = len(kept) - before
    return Texts(tuple(kept), counts, left_out)


def pretrain(texts: Sequence[str], size: Size, folder: Path, *, minutes: float, seed: int = 0) -> dict[str, Any]:
    """Train an encoder for some minutes and save it with its tokenizer.

    Parameters
    ----------
    texts : sequence of str
        Raw texts; what is learnt from is what every model of this package sees of them.
    size : Size
        Of the encoder.
    folder : Path
        For the encoder, which `AutoModel` reads.
    minutes : float
        Of training; the rate of learning falls to 0 by then.
    seed : int
        Of weights, masks and order.

    Returns
    -------
    dict
        Parameters, steps, tokens seen, seconds, and the loss and perplexity of masked signs at the end.
    """
    import torch
    from torch.nn.functional import cross_entropy
    from transformers import BertConfig, BertForMaskedLM, DataCollatorForLanguageModeling, set_seed

    from weibo_nlp.integrations.hf_tokenizer import hf_tokenizer

    set_seed(seed)
    tokenizer = hf_tokenizer()
    own = [text.own for text in prepare_all(texts) if len(text.own) >= LEAST_CHARACTERS]
    encoded = tokenizer(own, truncation=True, max_length=size.max_length)["input_ids"]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = BertForMaskedLM(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=size.hidden,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            intermediate_size=4 * size.hidden,
            max_position_embeddings=max(size.max_length, 256),
            pad_token_id=tokenizer.pad_token_id,
        )
    ).to(device)
    collate = DataCollatorForLanguageModeling(tokenizer, mlm_probability=MASKED)
    decayed = [weight for weight in model.parameters() if weight.ndim > 1]
    others = [weight for weight in model.parameters() if weight.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}], lr=LEARNING_RATE
    )
    model.train()
    start, steps, tokens = time.perf_counter(), 0, 0
    losses: list[float] = []
    for batch in _batches(encoded, size.batch_size, seed):
        share = (time.perf_counter() - start) / (60 * minutes)
        if share >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(share / WARMUP, (1 - share) / (1 - WARMUP))
        rows = collate([{"input_ids": row} for row in batch]).to(device)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            # The vocabulary is asked about masked signs alone, which is most of the time saved.
            masked = rows.pop("labels")
            hidden = model.bert(**rows).last_hidden_state[masked >= 0]
            loss = cross_entropy(model.cls(hidden).float(), masked[masked >= 0])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        steps, tokens = steps + 1, tokens + sum(map(len, batch))
        losses.append(float(loss.detach()))
    seconds = time.perf_counter() - start
    folder.mkdir(parents=True, exist_ok=True)
    model.eval().bert.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    last = losses[-max(1, len(losses) // 20) :]
    mean = sum(last) / len(last)
    return {
        "parameters": sum(weight.numel() for weight in model.bert.parameters()),
        "texts": len(encoded),
        "steps": steps,
        "tokens": tokens,
        "epochs": tokens / max(1, sum(map(len, encoded))),
        "seconds": seconds,
        "device": device,
        "first_loss": losses[0],
        "last_loss": mean,
    }


def _batches(rows: Sequence[list[int]], size: int, seed: int) -> Any:
    """Yield batches of rows of about one length without end, in an order that changes with every pass."""
    import numpy as np

    random = np.random.default_rng(seed)
    while True:
        order = random.permutation(len(rows))
        for start in range(0, len(order), 50 * size):
            block = sorted(order[start : start + 50 * size].tolist(), key=lambda place: len(rows[place]))
            for first in random.permutation(range(0, len(block), size)).tolist():
                yield [rows[place] for place in block[first : first + size]]

import os
from pathlib import Path

import pytest
from training.pretraining import Size, pretrain, pretraining_texts

from weibo_nlp.corpus import open_release
from weibo_nlp.external import hydration
from weibo_nlp.external.overlap import text_key

EXTERNAL = os.environ.get("WEIBO_NLP_EXTERNAL", "")
TEXTS = [f"{who}{does}{what}" for who in ("他们", "我") for does in ("喜欢", "讨厌") for what in ("下雨天", "大晴天")]


@pytest.mark.slow
def test_an_encoder_learns_to_guess_masked_signs_and_is_opened_by_transformers(tmp_path):
    pytest.importorskip("torch")
    from transformers import AutoModel, AutoTokenizer

    size = Size(hidden=32, layers=1, heads=2, max_length=16, batch_size=8)
    facts = pretrain(TEXTS, size, tmp_path / "encoder", minutes=0.1)
    assert facts["last_loss"] < facts["first_loss"] - 3
    assert facts["texts"] == len(TEXTS)
    model, tokenizer = (kind.from_pretrained(tmp_path / "encoder") for kind in (AutoModel, AutoTokenizer))
    assert model(**tokenizer("他们喜欢", return_tensors="pt")).last_hidden_state.shape == (1, 6, 32)


@pytest.mark.slow
@pytest.mark.skipif(not EXTERNAL, reason="WEIBO_NLP_EXTERNAL names no folder with copies of the sets")
def test_no_text_that_is_scored_is_learnt_from():
    release = open_release()
    texts = pretraining_texts(release, Path(EXTERNAL))
    learnt = {text_key(text) for text in texts.texts}
    held_back = {text_key(document.text) for split in ("validation", "test") for document in release.documents(split)}
    assert not learnt & held_back
    scored = {row["id"] for split in ("validation", "test") for row in release.rows("real", split)}
    assert not scored & {hydration.text_key(text) for text in texts.texts}
    assert texts.left_out > 0
    assert sum(texts.sources.values()) == len(texts.texts) == len(learnt)

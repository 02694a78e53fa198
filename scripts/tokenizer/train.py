"""Training of the shipped tokenizer: which characters it knows, and how it cuts words of alphabetic scripts.

Chinese characters are one token each, as in the Chinese BERT models: a small corpus cannot tell which longer units
are worth a token, and characters did better than words where both were tried (Li et al. 2019, "Is Word Segmentation
Necessary for Deep Learning of Chinese Representations?"). What is learned are the merges of letters.

The alphabet goes beyond the corpus: every character of GB 2312, the frequently used ones of Big5, and the emoji,
so that someone who trains a model on millions of posts needs no other tokenizer. What is still missing is written in
its bytes, never as an unknown token.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizer.grammar import (
    MARKS,
    SPACE,
    SUPER_TOPIC_MARKS,
    create_normalizer,
    create_pre_tokenizer,
)

from weibo_nlp.errors import UsageError
from weibo_nlp.io import atomic_path
from weibo_nlp.text import emoticon_lexicon
from weibo_nlp.text.emoji import EMOJI

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer

PAD, UNK, CLS, SEP, MASK = SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MAX_LENGTH = 512
"""Tokens that a model of BERT's kind takes; a user with a longer one sets ``model_max_length``."""

MIN_FREQUENCY = 2
MERGES_LIMIT = 4000

# Signs: Latin-1, general punctuation to geometric shapes, CJK punctuation, full-width forms.
_SIGN_BLOCKS = ((0x20, 0x100), (0x2010, 0x2070), (0x20A0, 0x2800), (0x3000, 0x3040), (0xFE30, 0xFE50), (0xFF00, 0xFFF0))
# Letters: ASCII, Greek, Cyrillic, kana, Hangul's and bopomofo's single letters.
_LETTER_BLOCKS = ((0x61, 0x7B), (0x3B1, 0x3CA), (0x430, 0x450), (0x3041, 0x3100), (0x3105, 0x3130))
_EMOJI_PARTS = "\u200d\u20e3\ufe0e\ufe0f"
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_EMOJI_BLOCKS = range(0x2190, 0x1FB00)


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """Learn a tokenizer from texts.

    Parameters
    ----------
    texts : iterable of str
        Raw texts.

    Returns
    -------
    tokenizers.Tokenizer
        Complete: it writes ``[CLS] … [SEP]``, and same texts give the same tokenizer.

    Raises
    ------
    UsageError
        If there is no text.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, processors

    texts = list(texts)
    if not texts:
        raise UsageError("there are no texts to train a tokenizer on; pass at least one.")
    normalizer = create_normalizer()
    merges = _learn_merges(texts, normalizer)
    # Lower case, because matching is done after normalisation: `[Doge]` and `[doge]` are one token.
    emoticons = sorted(f"[{name}]" for name in emoticon_lexicon().names) + list(SUPER_TOPIC_MARKS)
    tokens = [*SPECIAL_TOKENS, *MARKS, *emoticons, *(f"<0x{byte:02X}>" for byte in range(256))]
    tokens += sorted(_alphabet(normalizer.normalize_str(text) for text in texts))
    tokens += [left + right for left, right in merges]
    vocabulary = {token: index for index, token in enumerate(dict.fromkeys(tokens))}

    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token=UNK, byte_fallback=True, ignore_merges=True)
    )
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = create_pre_tokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{CLS} $A {SEP}",
        pair=f"{CLS} $A {SEP} $B:1 {SEP}:1",
        special_tokens=[(CLS, vocabulary[CLS]), (SEP, vocabulary[SEP])],
    )
    tokenizer.decoder = decoders.Sequence([decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    # Emoticons are content, not control: `skip_special_tokens` keeps them, and a masked model learns them. Marks are
    # words of the vocabulary, which only the normalizer can write: nobody types a mention by its name.
    tokenizer.add_tokens([AddedToken(token, normalized=True) for token in emoticons])
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path, trained_on: Mapping[str, Any]) -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json``, what ``AutoTokenizer.from_pretrained`` reads.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        From :func:`train_tokenizer`.
    folder : Path
        Made if it is not there.
    trained_on : mapping
        Where the texts came from, kept in the configuration.

    Raises
    ------
    UsageError
        If the folder cannot be made or written to.
    """
    config = {
        "clean_up_tokenization_spaces": False,
        "cls_token": CLS,
        "mask_token": MASK,
        "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
        "model_max_length": MAX_LENGTH,
        "pad_token": PAD,
        "sep_token": SEP,
        # What a user types as `[SEP]` is text.
        "split_special_tokens": True,
        # Known under this name to transformers 4 and 5 alike.
        "tokenizer_class": "PreTrainedTokenizerFast",
        "trained_on": dict(trained_on),
        "unk_token": UNK,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write into {folder}: {error.strerror}; name a folder that can be made.") from error
    for name, text in (
        ("tokenizer.json", tokenizer.to_str(pretty=True)),
        ("tokenizer_config.json", json.dumps(config, ensure_ascii=False, indent=2, sort_keys=True)),
    ):
        with atomic_path(folder / name, within=folder) as temporary:
            temporary.write_text(text + "\n", "utf-8")


def _learn_merges(texts: list[str], normalizer: Normalizer) -> list[tuple[str, str]]:
    """Pairs of pieces to join, most frequent first; the marks' own letters, the only capitals, are no words."""
    from tokenizers import Tokenizer, models, trainers

    learner = Tokenizer(models.BPE())
    learner.normalizer = normalizer
    learner.pre_tokenizer = create_pre_tokenizer()
    trainer = trainers.BpeTrainer(
        vocab_size=len(_alphabet(texts)) + MERGES_LIMIT, min_frequency=MIN_FREQUENCY, show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    pairs: list[list[str]] = json.loads(learner.to_str())["model"]["merges"]
    return [(left, right) for left, right in pairs if (left + right).islower()]


def _alphabet(texts: Iterable[str]) -> set[str]:
    """Characters of the texts and of the repertoires everyone may meet; capitals never reach the model."""
    letters = (map(chr, range(start, stop)) for start, stop in _LETTER_BLOCKS)
    hanzi = (_hanzi("gb2312", range(0xB0, 0xF8)), _hanzi("big5", range(0xA4, 0xC7)))
    characters = {SPACE, "\n", *_EMOJI_PARTS}.union(*texts, *hanzi, *letters, _signs(), _emoji())
    return {character for character in characters if character.lower() == character}


def _hanzi(encoding: str, rows: range) -> Iterator[str]:
    """Characters of a two-byte national standard, by the rows where its Chinese characters stand."""
    for row in rows:
        for cell in range(0x40, 0xFF):
            character = bytes((row, cell)).decode(encoding, errors="ignore")
            if len(character) == 1 and unicodedata.category(character) == "Lo":
                yield character


def _signs() -> Iterator[str]:
    for start, stop in _SIGN_BLOCKS:
        for code in range(start, stop):
            if unicodedata.category(chr(code))[0] in "NPS":
                yield chr(code)


def _emoji() -> Iterator[str]:
    yield from map(chr, _REGIONAL_INDICATORS)
    for code in _EMOJI_BLOCKS:
        if EMOJI.fullmatch(chr(code)) or 0x1F3FB <= code <= 0x1F3FF:
            yield chr(code)

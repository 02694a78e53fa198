"""A pretrained encoder, fetched or read, made ready to be fine-tuned: with our marks, and a head for each task."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.encoders.hub import INSTALL
from weibo_nlp.io.names import quoted
from weibo_nlp.models.transformer.inputs import MARKS, TextInputs
from weibo_nlp.models.transformer.parameters import MAX_LENGTH, Parameters

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "sentencepiece.bpe.model",
    "spiece.model",
    "tokenizer.model",
)
"""What a tokenizer may consist of; whatever else one writes is none of ours."""
_PLACES = ("name_or_path", "is_local", "local_files_only")
"""What a tokenizer's configuration tells of where it was read."""


def require_library() -> None:
    """Raise UsageError, which says what to install, where torch, transformers or accelerate is missing."""
    try:
        import torch  # noqa: F401, I001 - first, since the others only look for it
        import accelerate  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"fine-tuned encoders need torch, transformers and accelerate ({error}); run: {INSTALL}."
        ) from error


def pretrained(parameters: Parameters, labels: Sequence[Sequence[str]]) -> tuple[Any, TextInputs, str | None]:
    """Read an encoder and its tokenizer, and give it a fresh head for each list of labels.

    Weights are read from safetensors alone, in 32 bits, and no code that lies beside them is run. A model that is not
    on this machine is fetched from the Hub.

    Returns
    -------
    tuple of Network, TextInputs, str or None
        The third is the commit on the Hub that it was read from.

    Raises
    ------
    UsageError
        If torch, transformers or accelerate is not installed, the model cannot be read, or is none that texts can be
        classified with.
    """
    require_library()
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from weibo_nlp.models.transformer.architecture import require_readable
    from weibo_nlp.models.transformer.network import Network, name_labels, with_other_labels

    name = str(parameters.encoder)
    options = {"revision": parameters.revision or "main", "trust_remote_code": False}
    with quiet(), _told_of(name):
        tokenizer = AutoTokenizer.from_pretrained(name, **options)
        model, info = AutoModelForSequenceClassification.from_pretrained(
            name,
            num_labels=len(labels[0]),
            use_safetensors=True,
            dtype="float32",
            ignore_mismatched_sizes=True,  # of a head that was trained on other labels; of an encoder, see below
            output_loading_info=True,
            **options,
        )
    _require_whole(name, model, info)
    commit = getattr(model.config, "_commit_hash", None)
    _add_marks(name, tokenizer, model)
    name_labels(model.config, labels[0])
    network = Network([model, *(with_other_labels(model, each) for each in labels[1:])])
    try:
        require_readable(network, labels)
    except DataError as error:
        raise UsageError(
            f"what is made of the encoder {quoted(name)} could not be saved: {error}; name another."
        ) from error
    longest = int(min(parameters.max_length, longest_input(model), tokenizer.model_max_length))
    has_segments = has_segments_of(model.config) and "token_type_ids" in tokenizer.model_input_names
    tokenizer.model_input_names = ["input_ids", *["token_type_ids"] * has_segments, "attention_mask"]
    tokenizer.model_max_length = longest
    return network, TextInputs(_files(tokenizer), longest, has_segments, tokenizer.pad_token_id), commit


@contextmanager
def quiet() -> Iterator[None]:
    """Let transformers draw no bars and report nothing but errors meanwhile."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def _told_of(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RuntimeError, ImportError, KeyError, TypeError, AttributeError) as error:
        problem = " ".join(str(error).split())[:300].rstrip(".")
        raise UsageError(
            f"the encoder {quoted(name)} cannot be loaded: {problem}. Name a model of the Hub or a folder with "
            "a tokenizer and model.safetensors, of a kind that transformers knows by itself."
        ) from error


def longest_input(model: Any) -> int:
    """Return how many tokens an encoder can read, going by its positions."""
    for place, part in model.base_model.named_modules():
        if place.endswith("position_embeddings") and hasattr(part, "num_embeddings"):
            # RoBERTa counts positions from behind that of padding.
            return int(part.num_embeddings) - (0 if part.padding_idx is None else part.padding_idx + 1)
    return getattr(model.config, "max_position_embeddings", None) or MAX_LENGTH


def has_segments_of(config: Any) -> bool:
    """Whether an encoder of this configuration tells a first from a second text."""
    return (getattr(config, "type_vocab_size", None) or 0) > 1


def _require_whole(name: str, model: Any, info: Any) -> None:
    """Refuse an encoder of which some weights were not there: it would have random ones in their place."""
    if model.config.is_encoder_decoder:
        raise UsageError(f"the encoder {quoted(name)} is an encoder with a decoder; name one without.")
    prefix = f"{model.base_model_prefix}."
    missing = {*info["missing_keys"], *(each if isinstance(each, str) else each[0] for each in info["mismatched_keys"])}
    # The pooler belongs to the head in all but name: models that were trained to guess words have none.
    if lacking := sorted(key for key in missing if key.startswith(prefix) and ".pooler." not in key):
        raise UsageError(
            f"the encoder {quoted(name)} lacks {len(lacking)} of its weights, such as {quoted(lacking[0])}; name one "
            "whose model.safetensors holds all that its config.json describes."
        )


def _add_marks(name: str, tokenizer: Any, model: Any) -> None:
    """Add the marks that a tokenizer lacks; in the encoder, each begins as the mean of all tokens."""
    import torch
    from tokenizers import AddedToken

    if not tokenizer.is_fast or tokenizer.pad_token_id is None:
        raise UsageError(f"the tokenizer of {quoted(name)} has no tokenizer.json or no padding token; name another.")
    missing = [mark for mark in MARKS if mark not in tokenizer.get_vocab()]
    tokenizer.add_tokens([AddedToken(mark, special=True, normalized=False) for mark in missing], special_tokens=True)
    n_ids = 1 + max(tokenizer.get_vocab().values())
    n_known = model.get_input_embeddings().num_embeddings
    if n_ids > n_known:
        model.resize_token_embeddings(n_ids, mean_resizing=False)
    if model.config.pad_token_id is None:
        model.config.pad_token_id = tokenizer.pad_token_id
    weight = model.get_input_embeddings().weight
    with torch.no_grad():
        mean = weight[:n_known].mean(dim=0)
        for number in tokenizer.convert_tokens_to_ids(missing):
            weight[number] = mean


def _files(tokenizer: Any) -> dict[str, bytes]:
    """A tokenizer's files, without a word of where it came from."""
    for key in _PLACES:
        tokenizer.init_kwargs.pop(key, None)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        return {name: path.read_bytes() for name in TOKENIZER_FILES if (path := Path(folder, name)).is_file()}

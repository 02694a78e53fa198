"""Fine-tuned encoders on disk: one task as transformers opens it, several as one encoder with heads.

A folder of one task holds what ``AutoModelForSequenceClassification`` and ``pipeline("text-classification")`` read,
with what is ours beside it in ``config.json``; its scores are those before calibration. All files stand in the
manifest, and are compared with it before anything is parsed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.manifest import MANIFEST
from weibo_nlp.io.names import quoted
from weibo_nlp.models.limits import MAX_ENCODER_BYTES, MAX_TOKENIZER_BYTES, require_labels, require_version
from weibo_nlp.models.linear_folder import entry
from weibo_nlp.models.storage import (
    CONFIG,
    WEIGHTS,
    config_bytes,
    read_files,
    rebuilding,
    require_bytes,
    write_files,
)
from weibo_nlp.models.transformer.finetuned import FineTuned, Head
from weibo_nlp.models.transformer.inputs import PARTS, TOKENIZER, TextInputs
from weibo_nlp.models.transformer.parameters import Parameters
from weibo_nlp.models.transformer.pretrained import (
    TOKENIZER_FILES,
    has_segments_of,
    longest_input,
    quiet,
    require_library,
)

ONE, SEVERAL = KINDS = ("transformer", "multitask_transformer")
OURS = "weibo_nlp"
TASK = "labels"
"""What the one head of a classifier is called inside."""
_KEYS = ("format", "model", "version", "labels", OURS)
_LIMITS = {WEIGHTS: MAX_ENCODER_BYTES, **dict.fromkeys(TOKENIZER_FILES, MAX_TOKENIZER_BYTES)}
_LOWEST_TEMPERATURE, _HIGHEST_TEMPERATURE = 1e-3, 1e3
# Manifest -> what was read there, as long as something holds it: heads of one folder share one encoder.
_READ: WeakValueDictionary[str, FineTuned] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Saved:
    """What a folder holds.

    Attributes
    ----------
    finetuned : FineTuned
        Encoder and heads.
    parameters : Parameters
        What it was trained with.
    history : list of dict
        A row an epoch.
    version : str
        Of the package that trained it.
    kind : str
        Of :data:`KINDS`.
    """

    finetuned: FineTuned
    parameters: Parameters
    history: list[dict[str, Any]]
    version: str
    kind: str


def write(
    folder: Path,
    about: Mapping[str, Any],
    finetuned: FineTuned,
    heads: Sequence[str],
    parameters: Parameters,
    history: Sequence[Mapping[str, Any]],
) -> None:
    """Write a fine-tuned encoder with some of its heads into a folder.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    about : mapping
        ``model`` (one of :data:`KINDS`), ``version`` and ``labels``.
    heads : sequence of str
        Tasks whose heads are written; one of them, for the kind that transformers opens.

    Raises
    ------
    DataError
        If it is too large to be read again.
    UsageError
        If the folder cannot be made or written to, or a file in it would be replaced that no model of ours has.
    """
    from safetensors.torch import save

    from weibo_nlp.models.transformer.architecture import plain_config, saved_weights

    network, inputs = finetuned.network, finetuned.inputs
    place = list(finetuned.heads).index(heads[0]) if about["model"] == ONE else None
    model = network.models[place or 0]
    model.config.architectures = [type(model).__name__]
    ours = {
        "parameters": parameters.plain() | {"device": None},  # of the machine that trained it
        "inputs": {
            "max_length": inputs.max_length,
            "has_segments": inputs.has_segments,
            "pad_id": inputs.pad_id,
        },
        "heads": [
            {
                "task": TASK if place is not None else name,
                "seen": list(head.seen),
                "parts": list(head.parts),
                "temperature": head.temperature,
                "about": dict(head.about),
            }
            for name, head in ((name, finetuned.heads[name]) for name in heads)
        ],
        "history": [{name: value for name, value in row.items() if name != "seconds"} for row in history],
    }
    encoder = plain_config(model.config)
    config = {**encoder, **about, OURS: ours} if place is not None else {**about, OURS: ours | {"encoder": encoder}}
    weights = save(saved_weights(network, place), metadata={"format": "pt"})
    contents = {CONFIG: config_bytes(folder, config), WEIGHTS: weights, **inputs.files}
    try:
        require_bytes(contents, {name: limit for name, limit in _LIMITS.items() if name in contents})
    except DataError as error:
        raise DataError(f"the model for {folder} cannot be written: {error}. Choose a smaller encoder.") from error
    write_files(folder, contents)


def read(folder: Path) -> Saved:
    """Read what :func:`write` wrote.

    Raises
    ------
    DataError
        If files are missing, damaged, altered, or do not fit each other.
    UsageError
        If torch or transformers is not installed.
    """
    require_library()
    config, contents, files = read_files(folder, _LIMITS)
    if config.get("model") not in KINDS:
        raise DataError(f"{folder / CONFIG}: the model is {quoted(config.get('model'))}, not {' or '.join(KINDS)}.")
    for name in (WEIGHTS, TOKENIZER):
        if name not in contents:
            raise DataError(f"{folder / MANIFEST}: does not name {name}. Train or install the model again.")
    kind = config["model"]
    key = json.dumps(files, sort_keys=True)
    with rebuilding(folder):
        require_version(config["version"])
        ours = entry(config, OURS, dict)
        labels = _labels(config, kind)
        try:
            parameters = Parameters.of(entry(ours, "parameters", dict))
        except UsageError as error:
            raise DataError(str(error)) from error
        history = entry(ours, "history", list)
        if not all(isinstance(row, dict) for row in history):
            raise DataError("history is no list of epochs")
        finetuned = _READ.get(key)
        if finetuned is None:
            with quiet():
                finetuned = _finetuned(config, ours, labels, contents, kind)
            _READ[key] = finetuned
    return Saved(finetuned, parameters, history, config["version"], kind)


def _finetuned(
    config: Mapping[str, Any],
    ours: Mapping[str, Any],
    labels: Mapping[str, list[str]],
    contents: Mapping[str, bytes],
    kind: str,
) -> FineTuned:
    from weibo_nlp.models.transformer.architecture import read_architecture

    encoder = ours["encoder"] if kind == SEVERAL else {k: v for k, v in config.items() if k not in _KEYS}
    if not isinstance(encoder, dict):
        raise DataError(f"the configuration of the encoder is {quoted(encoder)}")
    heads = _heads(entry(ours, "heads", list), labels)
    in_order = [head.labels for head in heads.values()]
    network = read_architecture(encoder, contents[WEIGHTS], in_order, joint=kind == SEVERAL)
    if [model.config.id2label for model in network.models] != [dict(enumerate(each)) for each in in_order]:
        raise DataError("labels and id2label are not the same")
    about = entry(ours, "inputs", dict)
    length, has_segments, pad_id = (
        entry(about, name, kind_) for name, kind_ in (("max_length", int), ("has_segments", bool), ("pad_id", int))
    )
    files = {name: content for name, content in contents.items() if name != WEIGHTS}
    inputs = TextInputs(files, length, has_segments, pad_id)
    model = network.models[0]
    known = model.get_input_embeddings().num_embeddings
    if pad_id < 0 or inputs.n_ids > known:
        raise DataError(f"the tokenizer has {inputs.n_ids:,} tokens, the encoder knows {known:,}")
    if inputs.max_length > longest_input(model):
        raise DataError(f"max_length is {length:,}, the encoder reads {longest_input(model):,} tokens")
    if has_segments and not (has_segments_of(model.config) and inputs.n_segments <= model.config.type_vocab_size):
        raise DataError("the tokenizer gives segments that the encoder does not know")
    return FineTuned(network, inputs, heads)


def _labels(config: Mapping[str, Any], kind: str) -> dict[str, list[str]]:
    """Labels of each head."""
    labels = config["labels"]
    by_task = {TASK: labels} if kind == ONE else labels
    if not isinstance(by_task, dict) or not by_task:
        raise DataError(f"labels are {quoted(labels)}")
    require_labels(list(by_task))
    for each in by_task.values():
        require_labels(each)
    return by_task


def _heads(saved: Sequence[Any], labels: Mapping[str, list[str]]) -> dict[str, Head]:
    heads = {}
    for own in saved:
        if not isinstance(own, dict):
            raise DataError(f"a head is {quoted(own)}")
        task, seen, parts, temperature, about = (
            entry(own, key, kind)
            for key, kind in (("task", str), ("seen", list), ("parts", list), ("temperature", float), ("about", dict))
        )
        if len(seen) != len(labels[task]) or any(type(each) is not bool for each in seen) or not any(seen):
            raise DataError(f"seen is {quoted(seen)}, which does not fit {len(labels[task])} labels")
        if parts != [part for part in PARTS if part in parts]:
            raise DataError(f"parts are {quoted(parts)}, which they cannot be")
        if not _LOWEST_TEMPERATURE <= temperature <= _HIGHEST_TEMPERATURE:
            raise DataError(f"the temperature is {temperature}, which it cannot be")
        heads[task] = Head(tuple(labels[task]), tuple(seen), tuple(parts), temperature, about)
    if heads.keys() != labels.keys() or len(heads) != len(saved):
        raise DataError(f"there are heads for {quoted(list(heads))} and labels of {quoted(list(labels))}")
    return heads

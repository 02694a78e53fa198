"""An encoder's configuration from a folder that may come from anyone, and the network that it describes.

Nothing is fetched or run for it, and memory is taken only for what the file of weights holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from weibo_nlp.errors import DataError
from weibo_nlp.io.names import quoted
from weibo_nlp.models.limits import MAX_ENCODER_LAYERS, MAX_ENCODER_NUMBER, require_shapes
from weibo_nlp.models.transformer.network import Network, with_other_labels

# What lets transformers run, fetch or choose code; a plain encoder has none of it.
_CODE = {"auto_map", "custom_pipelines", "quantization_config", "compression_config", "use_kernels", "kernel_config"}
_MAX_BUFFERS = 2**27  # numbers that a model makes for itself and does not save


def plain_config(config: Any) -> dict[str, Any]:
    """Return the configuration of a model of transformers as plain values, without where it was read."""
    return _without_private(config.to_dict())


def require_readable(network: Network, labels: Sequence[Sequence[str]]) -> None:
    """Refuse a network that :func:`read_architecture` would not give back, before it is trained.

    Raises
    ------
    DataError
        As there; or if it has weights that are no floats of 32 bits.
    """
    values = plain_config(network.models[0].config)
    _require_plain(values)
    with torch.device("meta"):
        expected = {name: each.shape for name, each in _built(values, labels).state_dict().items()}
    weights = network.state_dict()
    if expected != {name: each.shape for name, each in weights.items()}:
        raise DataError("its configuration does not describe its weights")
    if other := [name for name, each in weights.items() if each.dtype != torch.float32]:
        raise DataError(f"{quoted(other[0])} holds no floats of 32 bits")


def read_architecture(
    values: Mapping[str, Any], raw: bytes, labels: Sequence[Sequence[str]], *, joint: bool
) -> Network:
    """Return the network that a configuration describes, with weights from a safetensors file.

    Parameters
    ----------
    values : mapping
        What :func:`plain_config` gave.
    raw : bytes
        The file of weights.
    labels : sequence of sequence of str
        Of each head.
    joint : bool
        Whether the weights are of several heads, or those of one model of transformers as it saves them.

    Raises
    ------
    DataError
        If it describes no encoder that transformers knows by itself, is too large, or the weights do not fit it.
    """
    from safetensors.torch import load

    _require_plain(values)
    with torch.device("meta"):
        empty = _built(values, labels)
    if sum(each.numel() for each in empty.buffers()) > _MAX_BUFFERS:
        raise DataError("the encoder would make more numbers for itself than its weights have")
    shapes = {name: tuple(each.shape) for name, each in _module(empty, joint).state_dict().items()}
    require_shapes(raw, shapes)
    weights = load(raw)
    for name, weight in weights.items():
        if not torch.isfinite(weight).all():
            raise DataError(f"{name} holds numbers that are not finite")
    with torch.random.fork_rng([]):  # a fresh network draws its weights, which the caller's dice know nothing of
        network = _built(values, labels)
    _module(network, joint).load_state_dict(weights)
    network.eval()
    return network


def saved_weights(network: Network, place: int | None) -> dict[str, Any]:
    """Return weights by name: of all heads, or of the one at a place as transformers names them."""
    module = network if place is None else network.models[place]
    return {name: weight.detach().cpu().contiguous().clone() for name, weight in sorted(module.state_dict().items())}


def _module(network: Network, joint: bool) -> Any:
    return network if joint else network.models[0]


def _built(values: Mapping[str, Any], labels: Sequence[Sequence[str]]) -> Network:
    from transformers import CONFIG_MAPPING, MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING

    try:
        config = CONFIG_MAPPING[values["model_type"]].from_dict(dict(values))
        model = MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING[type(config)](config)
        return Network([model, *(with_other_labels(model, each) for each in labels[1:])])
    except Exception as error:  # whatever a configuration made to harm provokes in a library
        raise DataError(
            f"the configuration describes no encoder that can be made ({type(error).__name__}: {str(error)[:200]})"
        ) from error


def _without_private(values: Mapping[Any, Any]) -> dict[Any, Any]:
    return {
        name: _without_private(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if not str(name).startswith("_")
    }


def _require_plain(values: Mapping[str, Any]) -> None:
    """Refuse a configuration that asks for code, or for more than an encoder has."""
    for name, value in values.items():
        if name in _CODE or name.startswith("_") or name.endswith("_implementation"):
            raise DataError(f"the configuration has {quoted(name)}, which no plain encoder has")
        if isinstance(value, dict):
            _require_plain({str(key): each for key, each in value.items()})  # labels by number, configurations by name
        most = MAX_ENCODER_LAYERS if "layers" in name or name == "n_layer" else MAX_ENCODER_NUMBER
        if isinstance(value, int) and abs(value) > most:
            raise DataError(f"{quoted(name)} of the configuration is {value:,}; at most {most:,} is read")

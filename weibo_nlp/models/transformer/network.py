"""An encoder with a head for each task, as models of transformers that share it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from threading import Lock
from typing import Any

import torch
from torch import nn

from weibo_nlp.errors import UsageError

NOTHING = -1e4  # log odds of a label that was never learnt: a probability of exactly 0 in 32 bits
_ONE_PASS = Lock()


class Network(nn.Module):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Models for sequence classification, one a task, that share one encoder.

    Parameters
    ----------
    models : sequence of transformers.PreTrainedModel
        Each with the same object as its ``base_model``.
    """

    def __init__(self, models: Sequence[Any]) -> None:
        super().__init__()
        self.models = tuple(models)  # a tuple is not registered: weights have one name each
        self.encoder = models[0].base_model
        self.heads = nn.ModuleList(
            nn.ModuleDict({name: part for name, part in model.named_children() if part is not self.encoder})
            for model in models
        )

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None) -> list[Any]:
        """Return the scores of each head, shape (n_rows, n_labels): the encoder reads the rows once for all."""
        batch = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None:
            batch["token_type_ids"] = token_type_ids
        if len(self.models) == 1:
            return [self.models[0](**batch).logits]
        with _remembering(self.encoder):
            return [model(**batch).logits for model in self.models]

    def silence(self, head: int, unseen: Sequence[int]) -> None:
        """Give labels that were never learnt a score that any other outweighs, for whoever opens the model.

        Raises
        ------
        UsageError
            If the head has no bias.
        """
        if not unseen:
            return
        layer = output_layer(self.models[head])
        if layer.bias is None:
            raise UsageError(
                f"{type(self.models[head]).__name__} has no bias, by which a label without examples would get a "
                "probability of 0; leave such labels out, or choose another encoder."
            )
        with torch.no_grad():
            layer.weight[list(unseen)] = 0
            layer.bias[list(unseen)] = NOTHING


@contextmanager
def _remembering(encoder: Any) -> Iterator[None]:
    """Let an encoder answer a first call, and later ones as that."""
    forward = encoder.forward
    answers: list[Any] = []

    def remembered(*args: Any, **kwargs: Any) -> Any:
        if not answers:
            answers.append(forward(*args, **kwargs))
        return answers[0]

    with _ONE_PASS:  # threads that ask heads of one encoder would be given each other's answers
        encoder.forward = remembered
        try:
            yield
        finally:
            del encoder.forward


def output_layer(model: Any) -> Any:
    """Return the layer that gives a score to each label.

    Raises
    ------
    UsageError
        If there is none, or the encoder is no part of the model.
    """
    if model.base_model is model:
        raise UsageError(f"{type(model).__name__} has no encoder apart from its head; choose another encoder.")
    of_encoder = set(model.base_model.modules())
    layers = [
        part
        for part in model.modules()
        if part not in of_encoder and isinstance(part, nn.Linear) and part.out_features == model.config.num_labels
    ]
    if not layers:
        raise UsageError(f"{type(model).__name__} has no layer of a score for each label; choose another encoder.")
    return layers[-1]


def with_other_labels(model: Any, labels: Sequence[str]) -> Any:
    """Return a model of the same encoder object, with a head for other labels."""
    other = deepcopy(model, {id(model.base_model): model.base_model})
    layer = output_layer(other)
    fresh = nn.Linear(layer.in_features, len(labels), bias=layer.bias is not None)
    nn.init.normal_(fresh.weight, std=getattr(model.config, "initializer_range", 0.02))
    if fresh.bias is not None:
        nn.init.zeros_(fresh.bias)
    (name,) = (name for name, part in other.named_modules() if part is layer)
    *above, last = name.split(".")
    setattr(other.get_submodule(".".join(above)), last, fresh)
    name_labels(other.config, labels)
    other.num_labels = len(labels)
    return other


def name_labels(config: Any, labels: Sequence[str]) -> None:
    """Write the labels into a model's configuration, from where pipelines of transformers read them."""
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: place for place, label in enumerate(labels)}
    config.problem_type = "single_label_classification"

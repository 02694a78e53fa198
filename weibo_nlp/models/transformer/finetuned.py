"""A fine-tuned encoder that answers: one pass over the texts for all of its heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.preparation import PreparedExample
from weibo_nlp.io.names import quoted
from weibo_nlp.models.base import FloatArray
from weibo_nlp.models.transformer.inputs import Row, TextInputs

_ROWS = 4096
"""Examples that are read at a time, of which those of about one length make a batch."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a task besides weights.

    Attributes
    ----------
    labels : tuple of str
        In the order of the scores.
    seen : tuple of bool
        Which of them were learnt; the others get nothing.
    parts : tuple of str
        What is read besides the text, of ``target``, ``parent`` and ``root``.
    temperature : float
        What scores are divided by.
    about : mapping
        What it was trained on and held out, in numbers.
    """

    labels: tuple[str, ...]
    seen: tuple[bool, ...]
    parts: tuple[str, ...]
    temperature: float
    about: Mapping[str, Any]


class FineTuned:
    """An encoder with its heads, which are asked one after the other about the same texts.

    Parameters
    ----------
    network : Network
        Encoder and heads.
    inputs : TextInputs
        What it reads.
    heads : mapping of str to Head
        One a task, in the order of the network's.
    """

    def __init__(self, network: Any, inputs: TextInputs, heads: Mapping[str, Head]) -> None:
        self.network, self.inputs, self.heads = network, inputs, dict(heads)
        self._last: tuple[list[Row], list[FloatArray]] = ([], [])

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_last": ([], [])}

    def log_odds(
        self, task: str, examples: Sequence[PreparedExample], batch_size: int, device: str | None
    ) -> FloatArray:
        """Return what a head says of prepared examples, shape (n_examples, n_labels), minus infinity of what is unseen.

        Raises
        ------
        DataError
            If the head reads a target, and an example has none.
        UsageError
            If there is no such device.
        """
        head, device = self.heads[task], device_of(device)
        place, answers = list(self.heads).index(task), []
        for start in range(0, len(examples), _ROWS):
            rows = self.inputs.rows(examples[start : start + _ROWS], head.parts)
            # Whoever labels asks the heads in turn about one batch: all of them said what they say with the first.
            known, scores = self._last
            if rows != known:
                scores = scores_of(self.network, rows, self.inputs, batch_size, device)
                self._last = (rows, scores)
            answers.append(scores[place])
        own = np.concatenate(answers) / head.temperature
        own[:, ~np.array(head.seen)] = -np.inf
        return own


def device_of(name: str | None) -> str:
    """Return the device of a name; without one, a GPU where torch finds one.

    Raises
    ------
    UsageError
        If torch has no such device here.
    """
    import torch

    device = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UsageError(
            f"there is no device {quoted(device)} here ({str(error).splitlines()[0][:200]}); name another, such as cpu."
        ) from error
    return device


def scores_of(network: Any, rows: Sequence[Row], inputs: TextInputs, batch_size: int, device: str) -> list[FloatArray]:
    """Return the scores of each head, shapes (n_rows, n_labels); rows of one length stand together."""
    import torch

    unique = sorted(set(rows), key=lambda row: (len(row.ids), row.ids))
    network.eval().to(device)
    answers: list[list[FloatArray]] = [[] for _ in network.models]
    with torch.inference_mode():
        for start in range(0, len(unique), batch_size):
            batch = padded(unique[start : start + batch_size], inputs)
            try:
                scores = network(**{name: each.to(device) for name, each in batch.items()})
            except torch.OutOfMemoryError as error:
                raise UsageError(
                    f"the device {device} has too little memory for {batch_size} texts at a time; set a smaller "
                    "batch_size, as by set_params."
                ) from error
            except Exception as error:  # of a folder made to harm, or an encoder that does not fit its tokenizer
                raise DataError(
                    f"the encoder cannot read these texts ({type(error).__name__}: {str(error)[:200]}); use another."
                ) from error
            for answer, each in zip(answers, scores, strict=True):
                answer.append(each.double().cpu().numpy())
    places = {row: place for place, row in enumerate(unique)}
    order = [places[row] for row in rows]
    joined = [np.concatenate(answer)[order] for answer in answers]
    if not all(np.isfinite(answer).all() for answer in joined):
        raise DataError("the encoder gives scores that are no numbers; train it with a lower learning_rate.")
    return joined


def padded(rows: Sequence[Row], inputs: TextInputs) -> dict[str, Any]:
    """Return rows as the tensors that an encoder takes, filled up to the longest."""
    import torch

    length = max(len(row.ids) for row in rows)
    ids = [[*row.ids, *[inputs.pad_id] * (length - len(row.ids))] for row in rows]
    mask = [[1] * len(row.ids) + [0] * (length - len(row.ids)) for row in rows]
    batch = {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}
    if inputs.has_segments:
        segments = [[*row.segments, *[0] * (length - len(row.ids))] for row in rows]
        batch["token_type_ids"] = torch.tensor(segments)
    return batch

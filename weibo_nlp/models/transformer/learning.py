"""From examples to a fine-tuned encoder: what is held out, what the state on disk is worth, training, calibration."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.features.preparation import prepared
from weibo_nlp.io.paths import named_path
from weibo_nlp.models.estimator import TrainingData
from weibo_nlp.models.transformer import checkpoints as states
from weibo_nlp.models.transformer.calibration import fitted_temperature
from weibo_nlp.models.transformer.finetuned import FineTuned, Head, device_of, scores_of
from weibo_nlp.models.transformer.inputs import TextInputs, parts_read
from weibo_nlp.models.transformer.parameters import Parameters
from weibo_nlp.models.transformer.pretrained import pretrained, quiet, require_library
from weibo_nlp.models.transformer.progress import Progress, best_epoch
from weibo_nlp.models.transformer.rows import TaskRows, held_out


@dataclass(frozen=True, slots=True)
class Learnt:
    """A fine-tuned encoder, and a row for each epoch."""

    finetuned: FineTuned
    history: list[dict[str, Any]]


def learn(
    parameters: Parameters,
    data: Mapping[str, TrainingData],
    validation: Mapping[str, TrainingData] | None,
    checkpoints: str | Path | None,
    resume: bool,
    progress: Progress | None,
) -> Learnt:
    """Fine-tune an encoder on one task or several.

    Raises
    ------
    DataError, UsageError
        As of :meth:`weibo_nlp.models.transformer.TransformerClassifier.fit`.
    """
    require_library()
    folder = None if checkpoints is None else named_path(checkpoints, "a folder for checkpoints")
    device = device_of(parameters.device)
    given = validation or {}
    split = {
        name: (each, given[name]) if name in given else held_out(each, parameters.validation, parameters.random_state)
        for name, each in data.items()
    }
    labels = [[str(label) for label in each.labels.tolist()] for each in data.values()]
    with _own_randomness(parameters.random_state, device), ExitStack() as stack:
        network, inputs, commit = pretrained(parameters, labels)
        parts = {name: parts_read(parameters.reads, prepared(learnt.examples)) for name, (learnt, _) in split.items()}
        to_learn = {
            name: _rows(inputs, learnt, parts[name]).balanced(parameters.balance) for name, (learnt, _) in split.items()
        }
        unseen = {name: _rows(inputs, out, parts[name]) for name, (_, out) in split.items() if out is not None}
        seen = {
            name: np.bincount(rows.codes, minlength=len(each)) > 0
            for (name, rows), each in zip(to_learn.items(), labels, strict=True)
        }
        start = None
        if folder is not None:
            known = states.fingerprint(
                parameters.plain() | {"labels": dict(zip(data, labels, strict=True))},
                {
                    "texts": (piece for rows in to_learn.values() for piece in rows.pieces()),
                    "validation texts": (piece for rows in unseen.values() for piece in rows.pieces()),
                    "encoder": (weight.numpy().tobytes() for weight in network.state_dict().values()),
                },
            )
            start = states.opened(folder, known, resume=resume)
        from weibo_nlp.models.transformer.training import train

        place = folder or Path(stack.enter_context(TemporaryDirectory()))
        history = train(
            network,
            inputs,
            parameters,
            device,
            to_learn=to_learn,
            held_out=unseen,
            seen=seen,
            folder=place,
            is_kept=folder is not None,
            start=start,
            progress=progress,
        )
        best = best_epoch(history)
        heads = {}
        for number, (name, each) in enumerate(zip(data, labels, strict=True)):
            network.silence(number, np.flatnonzero(~seen[name]).tolist())
            temperature = 1.0
            if name in unseen:
                temperature = _temperature(network, inputs, parameters, device, number, unseen[name], seen[name])
            about = {
                "examples": len(to_learn[name].rows),
                "validation_examples": len(unseen[name].rows) if name in unseen else 0,
                "reads": ["text", *parts[name]],
                "max_length": inputs.max_length,
                "epoch": len(history) if best is None else best + 1,
                "epochs": len(history),
                "commit": commit,
            }
            heads[name] = Head(tuple(each), tuple(seen[name].tolist()), parts[name], temperature, about)
        network.eval().to("cpu")
    return Learnt(FineTuned(network, inputs, heads), history)


def _rows(inputs: TextInputs, data: TrainingData, parts: tuple[str, ...]) -> TaskRows:
    return TaskRows(inputs.rows(prepared(data.examples), parts), data.codes, data.weights)


def _temperature(
    network: Any,
    inputs: TextInputs,
    parameters: Parameters,
    device: str,
    number: int,
    unseen: TaskRows,
    seen: npt.NDArray[np.bool_],
) -> float:
    """Temperature of a head by its number, fitted on the rows whose labels were learnt."""
    known = seen[unseen.codes]
    rows = [row for row, is_known in zip(unseen.rows, known.tolist(), strict=True) if is_known]
    if not rows:
        return 1.0
    scores = scores_of(network, rows, inputs, parameters.batch_size, device)[number]
    scores[:, ~seen] = -np.inf
    return fitted_temperature(scores, unseen.codes[known], unseen.weights[known])


@contextmanager
def _own_randomness(seed: int, device: str) -> Iterator[None]:
    """Begin from a seed, on a CPU compute alike each time, and leave the caller's dice alone."""
    import torch
    from transformers import set_seed

    python, numpy, mode = random.getstate(), np.random.get_state(), torch.are_deterministic_algorithms_enabled()
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    gpus = [torch.cuda.current_device()] if device.startswith("cuda") else []
    with torch.random.fork_rng(gpus), quiet():
        set_seed(seed)
        try:
            if device == "cpu":
                torch.use_deterministic_algorithms(True, warn_only=True)
            yield
        finally:
            torch.use_deterministic_algorithms(mode, warn_only=warns)
            random.setstate(python)
            np.random.set_state(numpy)

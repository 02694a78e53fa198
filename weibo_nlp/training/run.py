"""How an encoder was fine-tuned, and what that took: parameters, epochs, seconds, and the machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from weibo_nlp.io.paths import is_folder
from weibo_nlp.provenance import hardware
from weibo_nlp.training.trainings import Trainings

SOFTWARE = ("transformers", "torch", "accelerate")
_ELSEWHERE = ("labels", "encoder", "revision", "device")


def parameters_of(model: Any) -> dict[str, Any]:
    """Return what decides how a model is trained, as plain values: its parameters but its labels and its device."""
    parameters = {name: value for name, value in model.get_params().items() if name not in ("labels", "device")}
    plain = (str, int, float, bool, type(None))
    return {name: value if isinstance(value, plain) else str(value) for name, value in parameters.items()}


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """What is known of the training of an encoder.

    Attributes
    ----------
    encoder : str
        Id on the Hub; of a folder, its name alone, since where it lay says nothing elsewhere.
    revision : str or None
        Commit of the encoder that was learnt from, where it is known.
    is_of_hub : bool
        Whether the encoder is one of the Hub.
    parameters : mapping
        Of the training.
    history : tuple of mapping
        One row an epoch of the model that was kept.
    trainings : int
        Trainings carried out, those of folds included.
    seconds : float
        What they took; of a training that was gone on with, since then.
    hardware : mapping
        The machine, as :func:`weibo_nlp.provenance.hardware` describes it, with its ``accelerator``.
    software : mapping
        Library -> version.
    """

    encoder: str
    revision: str | None
    is_of_hub: bool
    parameters: Mapping[str, Any]
    history: tuple[Mapping[str, Any], ...]
    trainings: int
    seconds: float
    hardware: Mapping[str, Any]
    software: Mapping[str, str]

    @classmethod
    def of(cls, model: Any, trainings: Trainings) -> Self:
        """Describe how a model was trained, of these trainings."""
        given = model.encoder
        is_local = isinstance(given, Path) or is_folder(Path(given))
        return cls(
            encoder=Path(given).resolve().name if is_local else str(given),
            revision=getattr(model, "revision_", None) or model.revision,
            is_of_hub=not is_local,
            parameters={name: value for name, value in parameters_of(model).items() if name not in _ELSEWHERE},
            history=tuple(dict(row) for row in model.history_),
            trainings=trainings.n,
            seconds=round(trainings.seconds, 1),
            hardware=hardware() | {"accelerator": _accelerator()},
            software=dict(_versions()),
        )


def _versions() -> dict[str, str]:
    known = {}
    for name in SOFTWARE:
        with suppress(PackageNotFoundError):  # of a model that is made of something else
            known[name] = version(name)
    return known


def _accelerator() -> str | None:
    """Name of the GPU, where the libraries that were trained with see one."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return str(torch.cuda.get_device_name())

"""How an encoder was fine-tuned, and what that took: parameters, epochs, seconds, and the machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from weibo_nlp.io.paths import is_folder
from weibo_nlp.provenance import hardware
from weibo_nlp.training.trainings import Trainings

if TYPE_CHECKING:
    from weibo_nlp.models.transformer.parameters import Parameters

SOFTWARE = ("transformers", "torch", "accelerate")
_ELSEWHERE = ("encoder", "revision", "device")


def parameters_of(model: Any) -> Parameters:
    """Return the parameters of a model that is fine-tuned, of one task or of several."""
    from weibo_nlp.models.transformer.parameters import Parameters

    if isinstance(known := getattr(model, "parameters", None), Parameters):
        return known
    return Parameters.of({name: value for name, value in model.get_params().items() if name != "labels"})


def settings_of(model: Any) -> dict[str, Any]:
    """Return what decides how a training ends, as plain values: all parameters but the device."""
    return {name: value for name, value in parameters_of(model).plain().items() if name != "device"}


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
    def of(cls, model: Any, about: Mapping[str, Any], trainings: Trainings) -> Self:
        """Describe how a model was trained, of these trainings; `about` is what it says of that."""
        parameters = parameters_of(model)
        commit = about.get("commit")
        return cls(
            encoder=parameters.encoder_name,
            revision=commit or parameters.revision,
            is_of_hub=not is_folder(Path(parameters.encoder)),
            parameters={name: value for name, value in parameters.plain().items() if name not in _ELSEWHERE},
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

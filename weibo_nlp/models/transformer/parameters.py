"""What a fine-tuning is told: its parameters, checked together before anything is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from numbers import Real
from pathlib import Path
from typing import Any, Literal

from weibo_nlp.errors import UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import is_folder
from weibo_nlp.stats.arguments import require_whole

ENCODER = "hfl/chinese-roberta-wwm-ext"
READS = ("auto", "text", "target", "thread")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
MAX_LENGTH = 100_000  # tokens; an encoder's own limit is below
MAX_NAME_LENGTH = 1_000

Reads = Literal["auto", "text", "target", "thread"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Parameters of a fine-tuning, as :class:`weibo_nlp.models.transformer.TransformerClassifier` describes them."""

    encoder: str | Path = ENCODER
    revision: str | None = None
    reads: Reads = "auto"
    max_length: int = 256
    epochs: int = 4
    batch_size: int = 32
    accumulate: int = 1
    learning_rate: float = 3e-5
    warmup: float = 0.1
    weight_decay: float = 0.01
    balance: float = 0.5
    patience: int = 2
    validation: float = 0.1
    precision: str = "auto"
    device: str | None = None
    random_state: int = 0

    def __post_init__(self) -> None:
        """Refuse what they cannot be.

        Raises
        ------
        UsageError
            If one is of another type or out of range.
        """
        for name, values in _VALUES.items():
            if not any(value == getattr(self, name) for value in values):
                raise UsageError(f"{name} is {quoted(getattr(self, name))}; give one of {', '.join(values)}.")
        for name, (least, most, unit) in _WHOLE.items():
            require_whole(getattr(self, name), name, least, most, unit)
        for name, (is_in_range, shown) in _NUMBERS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real) or not is_in_range(float(value)):
                raise UsageError(f"{name} must be a number {shown}; got {quoted(value)}.")
        for name in ("encoder", "revision", "device"):
            value = getattr(self, name)
            if value is None and name != "encoder":
                continue
            if isinstance(value, Path) and name == "encoder":
                value = str(value)
            if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_LENGTH or not value.isprintable():
                raise UsageError(f"{name} is {quoted(value)}; give {_NAMES[name]}.")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Parameters:
        """Return parameters by their names.

        Raises
        ------
        UsageError
            If there is none of a name, or as a parameter cannot be.
        """
        names = [field.name for field in fields(cls)]
        if unknown := sorted(values.keys() - set(names)):
            raise UsageError(f"there is no parameter {quoted(unknown[0])}; there are: {', '.join(names)}.")
        return cls(**values)

    @property
    def encoder_name(self) -> str:
        """Id on the Hub; of a folder its name alone, since where it lies says nothing elsewhere."""
        path = Path(self.encoder)
        return path.resolve().name if is_folder(path) else str(self.encoder)

    def plain(self) -> dict[str, Any]:
        """Return them as plain values, for files."""
        whole = {name: int(getattr(self, name)) for name in _WHOLE}
        numbers = {name: float(getattr(self, name)) for name in _NUMBERS}
        return asdict(self) | whole | numbers | {"encoder": self.encoder_name}


_NAMES = {
    "encoder": "an id on the Hugging Face Hub, or a folder with a tokenizer and model.safetensors",
    "revision": "a commit, tag or branch on the Hub, or leave it out",
    "device": "one that torch knows, such as cpu or cuda:1, or leave it out",
}
_VALUES = {"reads": READS, "precision": PRECISIONS}
_WHOLE = {
    "max_length": (8, MAX_LENGTH, "the tokens of a text that are read"),
    "epochs": (1, 10_000, "how often each text is learnt from"),
    "batch_size": (1, 100_000, "the texts learnt from at a time"),
    "accumulate": (1, 100_000, "the batches that make one step"),
    "patience": (1, 10_000, "the epochs without a better validation figure that end the training"),
    "random_state": (0, 2**32 - 1, "the seed"),
}
_NUMBERS: dict[str, tuple[Callable[[float], bool], str]] = {
    "learning_rate": (lambda value: 0 < value <= 1, "above 0 and up to 1"),
    "warmup": (lambda value: 0 <= value <= 1, "from 0 to 1"),
    "weight_decay": (lambda value: 0 <= value <= 1, "from 0 to 1"),
    "balance": (lambda value: 0 <= value <= 1, "from 0 to 1"),
    "validation": (lambda value: 0 <= value <= 0.5, "from 0, for none, to 0.5"),
}

"""Any encoder of the Hugging Face Hub, or of a folder, through transformers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from weibo_nlp.errors import UsageError
from weibo_nlp.features.encoders.base import FloatArray
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import is_folder

KIND = "transformers"
INSTALL = "pip install 'weibo-nlp[transformers]'"


@dataclass(frozen=True)
class HubEncoder:
    """Mean of a transformer's last hidden states over the tokens of a text.

    Needs transformers and torch, in the extra ``[transformers]``. Weights are read from safetensors alone, in 32 bits,
    and no code that lies beside them is run. A model that is not on this machine is fetched from the Hub.

    Parameters
    ----------
    model : str
        Id on the Hub, or a folder.
    prefix : str
        Stands before every text, as ``"query: "`` for the models called e5.
    max_length : int
        Tokens of a text that are read, with the prefix and what opens and closes it.
    revision : str, optional
        Commit, tag or branch on the Hub; main without it.
    device : str, optional
        Such as ``cpu`` or ``cuda:1``; by default a GPU where torch finds one.
    batch_size : int
        Texts at a time.
    """

    model: str
    prefix: str = ""
    max_length: int = 256
    revision: str | None = None
    device: str | None = None
    batch_size: int = 32

    precision = "float32"

    @property
    def name(self) -> str:
        """Id on the Hub; of a folder, its name alone, since where it lies says nothing elsewhere."""
        called = Path(self.model).resolve().name if is_folder(Path(self.model)) else self.model
        return f"{KIND}:{called}"

    @property
    def dims(self) -> int:
        """Numbers in a vector."""
        return int(self._loaded()[1].config.hidden_size)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Return mean vectors, shape (n_texts, dims).

        Raises
        ------
        UsageError
            If transformers or torch is not installed, or the model cannot be read.
        """
        tokenizer, model, device = self._loaded()
        import torch  # which is there now

        # Beside texts of its own length, a text is padded little.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        vectors = np.zeros((len(texts), self.dims), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), self.batch_size):
                places = order[start : start + self.batch_size]
                batch = tokenizer(
                    [self.prefix + texts[place] for place in places],
                    padding=True,
                    truncation=True,
                    max_length=self.max_length,
                    return_tensors="pt",
                ).to(device)
                mask = batch["attention_mask"].unsqueeze(-1)
                states = model(**batch).last_hidden_state * mask
                vectors[places] = (states.sum(dim=1) / mask.sum(dim=1)).float().cpu().numpy()
        return vectors

    def _loaded(self) -> tuple[Any, Any, str]:
        return _load(self.model, self.revision, self.device)


@lru_cache(maxsize=2)
def _load(name: str, revision: str | None, device: str | None) -> tuple[Any, Any, str]:
    try:
        import torch
        from transformers import AutoModel, AutoTokenizer
    except ImportError as error:
        raise UsageError(f"the encoder needs torch and transformers ({error}); run: {INSTALL}.") from error
    options = {"revision": revision or "main", "trust_remote_code": False}
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **options)
        model = AutoModel.from_pretrained(name, use_safetensors=True, dtype=torch.float32, **options)
        return tokenizer, model.eval().to(device), device
    except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
        raise UsageError(
            f"the encoder {quoted(name)} cannot be loaded: {str(error).rstrip('.')[:300]}. Name a model of the Hub or "
            "a folder with a tokenizer and model.safetensors, of a kind that transformers knows by itself."
        ) from error

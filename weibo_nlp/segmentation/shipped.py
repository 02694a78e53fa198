"""The shipped model of the segmenter ``fast``, and the card that says what it was made of."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError

if TYPE_CHECKING:
    from vaporetto import Vaporetto

# A fifth larger than under LZMA, and unpacked in a fifth of the time.
MODEL = "fast.model.gz"
CARD = "fast.json"


def shipped_folder() -> Path:
    """Folder of the shipped segmenter."""
    return Path(__file__).resolve().parent.parent / "data" / "segmenter"


def fast_card() -> dict[str, Any]:
    """Return the card of the shipped model: version, teacher, text, settings, agreement, checksum.

    Raises
    ------
    DataError
        If it is missing or no card.
    """
    path = shipped_folder() / CARD
    try:
        card: dict[str, Any] = json.loads(path.read_text("utf-8"))
        complete = {"version", "file"} <= card.keys() and "sha256" in card["file"]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DataError(f"{path}: not the card of the segmenter ({error}); reinstall weibo-nlp.") from error
    if not complete:
        raise DataError(f"{path}: lacks version or file.sha256; reinstall weibo-nlp.")
    return card


def load_fast() -> tuple[str, Vaporetto]:
    """Load the shipped model; return its version and the tokenizer.

    Raises
    ------
    DataError
        If the file is missing or not the one its card describes.
    """
    from vaporetto import Vaporetto

    card = fast_card()
    path = shipped_folder() / MODEL
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; reinstall weibo-nlp.") from error
    if hashlib.sha256(packed).hexdigest() != card["file"]["sha256"]:
        raise DataError(f"{path}: bytes differ from {CARD}; reinstall weibo-nlp.")
    # norm=True would look at full-width forms of half-width characters, which the model was not trained on.
    return str(card["version"]), Vaporetto(gzip.decompress(packed), norm=False)

"""Which edits a blind check found to keep the labels; its result ships with the package (``checked.json``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from weibo_nlp.errors import UnknownNameError
from weibo_nlp.perturbations.edits import EDITS
from weibo_nlp.perturbations.lexicon import edit_lexicon

CHECKED = "checked.json"


@lru_cache(maxsize=1)
def checked() -> Mapping[str, Any]:
    """Content of the ``checked.json`` this version of the package ships; empty before the first check."""
    path = resources.files(__package__).joinpath(CHECKED)
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def is_label_preserving(edit: str) -> bool:
    """Tell whether a blind check found that an edit keeps the labels; false for an edit that was not checked.

    A check of an earlier version of the word lists says nothing about the present one.

    Raises
    ------
    UnknownNameError
        If there is no such edit.
    """
    if edit not in EDITS:
        raise UnknownNameError("robustness edit", edit, EDITS)
    content = checked()
    if content.get("lexicon_version") != edit_lexicon().version:
        return False
    return bool(content["edits"].get(edit, {}).get("label_preserving", False))

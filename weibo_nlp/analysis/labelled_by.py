"""What the summary beside a labelled collection says of the weights that labelled it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.labelling.summary_file import summary_path

FOLDER_SUMMARY = "_summary.json"
_KEYS = ("version", "weights", "mode", "models")


def read_labelled_by(collection: Path) -> Mapping[str, Any]:
    """Read ``version``, ``weights``, ``mode`` and ``models`` of the summary of a file or a folder.

    Parameters
    ----------
    collection : Path
        The labelled file or folder.

    Returns
    -------
    mapping
        Those of them that there are; empty where no summary lies beside it.

    Raises
    ------
    DataError
        If the file there is no JSON.
    """
    path = collection / FOLDER_SUMMARY if collection.is_dir() else summary_path(collection)
    if path is None or not path.is_file():
        return {}
    content = read_json_object(path)
    return {key: content[key] for key in _KEYS if key in content}

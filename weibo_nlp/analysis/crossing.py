"""Stance towards each target, sentiment by stance, topic by sentiment, and the frames of each label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from weibo_nlp.analysis.tidy import Kind

STANCE_COLUMNS: Mapping[str, Kind] = {
    "label_column": "text",
    "target": "text",
    "is_canonical": "bool",
    "label": "text",
    "count": "int",
    "n": "int",
    "share": "float",
    "n_expressed": "int",
    "share_expressed": "float",
}
CROSSING_COLUMNS: Mapping[str, Kind] = {
    "row_column": "text",
    "row_label": "text",
    "column_column": "text",
    "column_label": "text",
    "target": "text",
    "count": "int",
    "expected": "float",
    "residual": "float",
}
FRAME_COLUMNS: Mapping[str, Kind] = {
    "frame": "text",
    "label_column": "text",
    "label": "text",
    "target": "text",
    "count": "int",
    "n": "int",
    "share": "float",
}


@dataclass(frozen=True)
class StanceFindings:
    """What is said of whom, and what goes with it.

    Attributes
    ----------
    stance : DataFrame
        A row for each label of each column of stances and each target; columns of ``STANCE_COLUMNS``. `share` is that
        among the `n` rows with the target, `share_expressed` that among the `n_expressed` which are for or against it
        (NaN for ``none``). Canonical targets come first, then others, the most frequent first.
    crossing : DataFrame
        A row for each cell of sentiment × stance, for each target and for all (`target` None), and of topic ×
        sentiment; columns of ``CROSSING_COLUMNS``. `expected` is the count were the two independent, `residual` that of
        Pearson, ``(count - expected) / sqrt(expected)``; both NaN where nothing is expected.
    frames : DataFrame
        A row for each frame in all rows (`label_column`, `label` None) and among those with a label; columns of
        ``FRAME_COLUMNS``. A row may have several frames or none, so that shares do not sum to 1. Empty where there is no
        column ``frames``.
    other_targets : int
        Number of further targets, which are in no table by themselves.
    """

    stance: pd.DataFrame
    crossing: pd.DataFrame
    frames: pd.DataFrame
    other_targets: int

"""What a fine-tuning learns one task from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from weibo_nlp.models.base import Column, Texts


@dataclass(frozen=True, slots=True)
class TaskData:
    """Texts of one task with their labels.

    Attributes
    ----------
    X : iterable of str or Example
        The texts.
    y : iterable
        One label for each.
    groups : iterable, optional
        Thread of each: none is torn apart when a part is held out.
    sample_weight : iterable of float, optional
        Weight of each in the loss.
    """

    X: Texts
    y: Iterable[Any]
    groups: Column = None
    sample_weight: Column = None

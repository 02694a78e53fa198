"""The examples that stand before a text: drawn from the training data, by a seed, as many of each label as can be."""

from __future__ import annotations

import numpy as np

from weibo_nlp.errors import DataError
from weibo_nlp.models.estimator import TrainingData


def drawn_shots(data: TrainingData, count: int, seed: int | None) -> list[int]:
    """Return the places of examples to be shown, in a shuffled order.

    Raises
    ------
    DataError
        If there are fewer texts.
    """
    if not count:
        return []
    usable = [place for place, example in enumerate(data.examples) if data.weights[place] > 0 and example.text.strip()]
    if len(usable) < count:
        raise DataError(f"{count} shots from {len(usable)} texts; give more texts, or ask for fewer shots.")
    generator = np.random.default_rng(seed)
    by_label: dict[int, list[int]] = {}
    for at in generator.permutation(len(usable)).tolist():
        by_label.setdefault(int(data.codes[usable[at]]), []).append(usable[at])
    turns = [place for turn in range(count) for label in sorted(by_label) for place in by_label[label][turn : turn + 1]]
    chosen = turns[:count]
    return [chosen[at] for at in generator.permutation(count).tolist()]

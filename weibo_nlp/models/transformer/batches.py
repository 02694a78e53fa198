"""The order of training: shuffled anew each epoch, with rows of about one length in one step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from weibo_nlp.models.base import IntArray

POOL = 50
"""Steps whose rows are sorted by length together: so long that little is padded, so short that steps stay mixed."""


def bucketed_order(lengths: Sequence[int], step: int, seed: int, epoch: int) -> IntArray:
    """Return places of rows in an order for one epoch, each once; what makes up one step stands together.

    Parameters
    ----------
    lengths : sequence of int
        Of the rows.
    step : int
        Rows of a step of the optimiser; the last one may have fewer.
    seed, epoch : int
        What decides the order, and nothing else does.
    """
    generator = np.random.default_rng((seed, epoch))
    shuffled = generator.permutation(len(lengths))
    size = np.asarray(lengths)[shuffled]
    by_length = [
        start + np.argsort(size[start : start + POOL * step], kind="stable")
        for start in range(0, len(shuffled), POOL * step)
    ]
    order = shuffled[np.concatenate(by_length)] if by_length else shuffled
    whole = len(order) // step * step
    steps = order[:whole].reshape(-1, step)
    return np.concatenate([steps[generator.permutation(len(steps))].ravel(), order[whole:]])


class LengthBuckets:
    """A sampler of torch's DataLoader that gives the order of its ``epoch``.

    Those of transformers draw from a generator that a resumed training would begin anew.
    """

    def __init__(self, lengths: Sequence[int], step: int, seed: int) -> None:
        self.lengths, self.step, self.seed, self.epoch = lengths, step, seed, 0

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        return iter(bucketed_order(self.lengths, self.step, self.seed, self.epoch).tolist())

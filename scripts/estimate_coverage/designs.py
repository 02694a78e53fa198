"""How samples of simulated posts are drawn: at random, from strata, by threads."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from estimate_coverage.posts import THREAD, N, Posts
from weibo_nlp.stats.metrics import FloatArray, IntArray


@dataclass(frozen=True)
class Drawn:
    """Samples of one collection.

    Attributes
    ----------
    places : ndarray of int, shape (n_samples, n)
        Posts of each.
    weights : ndarray of float, shape (n,)
        1 / the chance of each.
    strata : ndarray of int, shape (n_posts,)
        Stratum of every post of the collection, from 0.
    in_threads : bool
        Whether threads were drawn, and posts of them.
    """

    places: IntArray
    weights: FloatArray
    strata: IntArray
    in_threads: bool = False


class Draw(Protocol):
    """Draws so many samples of a collection."""

    def __call__(self, rng: np.random.Generator, posts: Posts, n_samples: int) -> Drawn:
        """Draw them."""
        ...


def simple(rng: np.random.Generator, posts: Posts, n_samples: int, *, n: int) -> Drawn:
    """Draw posts at random."""
    places = np.stack([rng.choice(N, n, replace=False) for _ in range(n_samples)])
    return Drawn(places, np.full(n, N / n), np.zeros(N, dtype=np.int64))


def stratified(rng: np.random.Generator, posts: Posts, n_samples: int, *, n: int, by: str, is_equal: bool) -> Drawn:
    """Draw posts from strata: predicted labels, or groups; as many from each, or in proportion to its size."""
    strata: IntArray = getattr(posts, by)
    members: tuple[IntArray, ...] = getattr(posts, f"by_{by}")
    sizes = np.array([rows.size for rows in members])
    parts = np.full(3, n // 3) if is_equal else np.maximum(np.round(n * sizes / N).astype(int), 2)
    parts = np.minimum(parts, sizes)
    places = np.stack(
        [
            np.concatenate(
                [rows[rng.choice(rows.size, part, replace=False)] for rows, part in zip(members, parts, strict=True)]
            )
            for _ in range(n_samples)
        ]
    )
    return Drawn(places, np.repeat(sizes / parts, parts), strata)


def threads(rng: np.random.Generator, posts: Posts, n_samples: int, *, n_threads: int, each: int) -> Drawn:
    """Draw threads at random, and so many posts of each."""
    chosen = np.stack([rng.choice(N // THREAD, n_threads, replace=False) for _ in range(n_samples)])
    within = np.argsort(rng.random((n_samples, n_threads, THREAD)), axis=2)[:, :, :each]
    places = (chosen[:, :, None] * THREAD + within).reshape(n_samples, -1)
    return Drawn(places, np.full(places.shape[1], N / places.shape[1]), np.zeros(N, dtype=np.int64), True)


_SIZES = (150, 300, 600)
DESIGNS: Mapping[str, Draw] = {
    **{f"simple, {n}": partial(simple, n=n) for n in _SIZES},
    **{
        f"by predicted label, proportional, {n}": partial(stratified, n=n, by="predicted", is_equal=False)
        for n in _SIZES
    },
    **{f"by predicted label, equal, {n}": partial(stratified, n=n, by="predicted", is_equal=True) for n in _SIZES},
    **{f"by group, equal, {n}": partial(stratified, n=n, by="group", is_equal=True) for n in _SIZES},
    "30 threads of 5": partial(threads, n_threads=30, each=5),
    "60 threads of 5": partial(threads, n_threads=60, each=5),
    "100 threads of 3": partial(threads, n_threads=100, each=3),
}

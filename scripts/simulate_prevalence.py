"""How often 95 % intervals of `design_based` hold the true shares: samples of clusters, of weights, of many strata."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.evaluation.prevalence import design_based
from weibo_nlp.report.markdown import markdown_table
from weibo_nlp.stats.metrics import FloatArray, IntArray

LABELS = ("yes", "no", "rest")
Draw = Callable[[np.random.Generator, "Threads"], tuple[IntArray, Mapping[str, Any]]]
"""Places of the sample in a collection, and how it was drawn, as `design_based` takes it."""


@dataclass(frozen=True)
class Threads:
    """A collection of texts in threads: gold and predicted label index, and thread, of each text."""

    gold: IntArray
    predicted: IntArray
    thread: IntArray


def collection(
    rng: np.random.Generator,
    sizes: IntArray,
    shares: FloatArray,
    alike: float,
    rates: FloatArray,
    copied: bool,
    strange: float,
) -> Threads:
    """Texts whose threads share labels; `alike` near 0 makes threads of one label, 50 and more random texts.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    sizes : ndarray of int, shape (n_threads,)
        Texts of each thread.
    shares : ndarray of float, shape (n_labels,)
        Expected share of each label.
    alike : float
        Concentration of the threads' own shares (Dirichlet).
    rates : ndarray of float, shape (n_labels, n_labels)
        P(predicted | gold).
    copied : bool
        Whether a thread's texts of one label are all predicted alike.
    strange : float
        Share of threads that are wholly of the first label and predicted to be of the second.
    """
    thread = np.repeat(np.arange(sizes.size), sizes)
    mixtures = rng.dirichlet(shares * alike, sizes.size).cumsum(axis=1)[:, :-1]
    gold = (rng.random(thread.size)[:, None] > mixtures[thread]).sum(axis=1)
    luck = rng.random((sizes.size, len(shares)))[thread, gold] if copied else rng.random(thread.size)
    predicted = (luck[:, None] > rates.cumsum(axis=1)[gold][:, :-1]).sum(axis=1)
    odd = (rng.random(sizes.size) < strange)[thread]
    return Threads(np.where(odd, 0, gold), np.where(odd, 1, predicted), thread)


def of_threads(n_threads: int, n_texts: int) -> Draw:
    """Draw so many threads, and so many texts of each or all there are."""

    def draw(rng: np.random.Generator, texts: Threads) -> tuple[IntArray, Mapping[str, Any]]:
        rows = [np.flatnonzero(texts.thread == at) for at in rng.choice(texts.thread.max() + 1, n_threads, False)]
        drawn = [rng.choice(row, min(n_texts, row.size), replace=False) for row in rows]
        weights = np.concatenate(
            [np.full(some.size, row.size / some.size) for some, row in zip(drawn, rows, strict=True)]
        )
        return np.concatenate(drawn), {"clusters": texts.thread, "weights": weights}

    return draw


def of_unequal_strata(n_threads: int, n_texts: int) -> Draw:
    """Draw so many threads of the first four fifths and of the last fifth each, and so many texts of each thread."""

    def draw(rng: np.random.Generator, texts: Threads) -> tuple[IntArray, Mapping[str, Any]]:
        n = int(texts.thread.max()) + 1
        parts = np.arange(0, n * 4 // 5), np.arange(n * 4 // 5, n)
        threads = np.concatenate([rng.choice(part, n_threads, replace=False) for part in parts])
        drawn = [rng.choice(np.flatnonzero(texts.thread == at), n_texts, replace=False) for at in threads]
        return np.concatenate(drawn), {"clusters": texts.thread, "strata": texts.thread >= n * 4 // 5}

    return draw


def of_strata(n_strata: int, n_texts: int) -> Draw:
    """Draw so many texts, one by one, of each of so many strata of equal size."""

    def draw(rng: np.random.Generator, texts: Threads) -> tuple[IntArray, Mapping[str, Any]]:
        strata = np.arange(texts.gold.size) * n_strata // texts.gold.size
        drawn = [rng.choice(np.flatnonzero(strata == at), n_texts, replace=False) for at in range(n_strata)]
        return np.concatenate(drawn), {"strata": strata}

    return draw


def of_unequal_texts(n_strata: int, n_texts: int) -> Draw:
    """Draw about so many texts of each of so many strata of equal size, with chances of 1 to 3 within each."""

    def draw(rng: np.random.Generator, texts: Threads) -> tuple[IntArray, Mapping[str, Any]]:
        n = texts.gold.size
        strata, chances = np.arange(n) * n_strata // n, 1.0 + np.arange(n) % 3
        chances *= n_texts / np.bincount(strata, weights=chances)[strata]
        sample = np.flatnonzero(rng.random(n) < chances)
        return sample, {"strata": strata, "weights": 1 / chances[sample]}

    return draw


def with_chances(n: int, spread: float, by_label: tuple[float, float, float] = (1, 1, 1)) -> Draw:
    """Draw about `n` texts one by one, with log-normal chances times those of their label."""

    def draw(rng: np.random.Generator, texts: Threads) -> tuple[IntArray, Mapping[str, Any]]:
        chances = np.exp(spread * np.random.default_rng(7).standard_normal(texts.gold.size))
        chances = chances * np.array(by_label)[texts.gold]
        chances = np.minimum(n * chances / chances.sum(), 1)
        drawn = np.flatnonzero(rng.random(texts.gold.size) < chances)
        return drawn, {"weights": 1 / chances[drawn]}

    return draw


def coverage(make: Callable[[np.random.Generator], Threads], draw: Draw, runs: int, seed: int) -> tuple[str, ...]:
    """Share of samples whose intervals hold each label's share; their mean width; and the share refused."""
    rng = np.random.default_rng(seed)
    refused, covered, width, done = 0, np.zeros(3), np.zeros(3), 0
    names = np.array(LABELS)
    for run in range(runs):
        if run % 20 == 0:  # collections differ more than samples of one do
            texts = make(rng)
            truth = np.bincount(texts.gold, minlength=3) / texts.gold.size
        sample, options = draw(rng, texts)
        try:
            found = design_based(names[texts.predicted], sample, names[texts.gold[sample]], LABELS, **options)
        except (DataError, UsageError):
            refused += 1
            continue
        low, high = np.array([found.interval(label) for label in LABELS]).T
        covered += (low <= truth) & (truth <= high)
        width += high - low
        done += 1
    figures = [f"{value:.3f}" for value in covered / max(done, 1)]
    return *figures, f"{(width / max(done, 1)).max():.2f}", f"{refused / runs:.3f}"


GOOD = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.05, 0.1, 0.85]])
SURE = np.array([[0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [0.0, 0.02, 0.98]])  # nobody else is called the first label
HALF = np.array([[0.9, 0.0, 0.1], [0.0, 1.0, 0.0], [0.1, 0.0, 0.9]])
EVEN, RARE = np.array([0.3, 0.3, 0.4]), np.array([0.05, 0.25, 0.7])


def _even(n: int, size: int) -> Callable[[np.random.Generator], IntArray]:
    return lambda _: np.full(n, size)


def _uneven(n: int) -> Callable[[np.random.Generator], IntArray]:
    return lambda rng: np.minimum(rng.random(n) ** (-1 / 0.8), 40).astype(np.int64) + 1


SIZES = {"400 of 25": _even(400, 25), "600 of 2 to 41": _uneven(600)}
COLLECTIONS = {
    "even": (EVEN, 2.0, GOOD, False, 0.0),
    "even, one label a thread": (EVEN, 0.05, GOOD, True, 0.0),
    "even, sure": (EVEN, 2.0, SURE, False, 0.0),
    "sure, one label a thread": (EVEN, 0.05, SURE, True, 0.0),
    "rare": (RARE, 4.0, GOOD, False, 0.0),
    "rare, sure": (RARE, 4.0, SURE, True, 0.0),
    "random texts, sure": (EVEN, 200.0, SURE, False, 0.0),
    "random texts, sure, but in 5 % of threads": (EVEN, 200.0, SURE, False, 0.05),
    "perfect, but in 5 % of threads": (EVEN, 200.0, HALF, False, 0.05),
    "rare, but in 2 % of threads": (RARE, 200.0, GOOD, False, 0.02),
}
DRAWS = {
    "5 threads of 20": of_threads(5, 20),
    "10 threads of 20": of_threads(10, 20),
    "30 threads of 5": of_threads(30, 5),
    "60 threads, whole": of_threads(60, 50),
    "200 texts, chances spread by 1": with_chances(200, 1.0),
    "200 texts, chances spread by 1.5": with_chances(200, 1.5),
    "200 texts, of the first label thrice": with_chances(200, 0.5, (3, 1, 1)),
    "200 texts, chances spread by 1.5 and of labels 1 to 16": with_chances(200, 1.5, (1, 4, 16)),
    "60 texts, chances spread by 1.5 and of labels 1 to 16": with_chances(60, 1.5, (1, 4, 16)),
    "200 texts, chances spread by 2 and of labels 16 to 1": with_chances(200, 2.0, (16, 4, 1)),
    "60 texts, chances spread by 2 and of labels 16 to 1": with_chances(60, 2.0, (16, 4, 1)),
    "10 threads of 10 texts, of 4/5 and 1/5 each": of_unequal_strata(10, 10),
    "30 threads of 5 texts, of 4/5 and 1/5 each": of_unequal_strata(30, 5),
    "100 strata of 1 of the texts": of_strata(100, 1),
    "40 strata of 5 of the texts": of_strata(40, 5),
    "10 strata of 20 of the texts": of_strata(10, 20),
    "40 strata of 8 texts with chances of 1 to 3": of_unequal_texts(40, 8),
    "10 strata of 20 texts with chances of 1 to 3": of_unequal_texts(10, 20),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="samples of each scenario")
    parser.add_argument("--seed", type=int, default=0, help="random seed of the collections and samples")
    parser.add_argument("--only", default="", help="part of the name of the scenarios to simulate")
    arguments = parser.parse_args()
    rows = []
    for kind, (shares, alike, rates, copied, strange) in COLLECTIONS.items():
        for size, sizes in SIZES.items():
            for how, draw in DRAWS.items():
                if ("texts" in how and size != next(iter(SIZES))) or arguments.only not in f"{kind}; {size}; {how}":
                    continue
                figures = coverage(
                    lambda rng, of=(sizes, shares, alike, rates, copied, strange): collection(rng, of[0](rng), *of[1:]),
                    draw,
                    arguments.runs,
                    arguments.seed,
                )
                rows.append((kind, size, how, *figures))
                print(*rows[-1], sep="\t", flush=True)
    print(markdown_table(("collection", "threads", "sample", *LABELS, "widest", "refused"), rows, figures=range(3, 8)))


if __name__ == "__main__":
    main()

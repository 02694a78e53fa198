"""How often the paired test finds a difference in macro-F1 where there is none, for systems that differ much."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from weibo_nlp.report.markdown import markdown_table
from weibo_nlp.stats.bootstrap import BootstrapConfig
from weibo_nlp.stats.metrics import FloatArray, IntArray, macro_f1
from weibo_nlp.stats.randomisation import paired_test

N_PERMUTATIONS = 499
"""With these p is a multiple of .002, so that p <= .05 is exactly one case in twenty."""
THREE, RARE, TWO = (0.45, 0.35, 0.20), (0.60, 0.30, 0.10), (0.90, 0.10)
_LONGEST = 40


@dataclass(frozen=True)
class Tie:
    """Two systems of the same macro-F1 in the population, and next to nothing else in common.

    `first` and `second` say, for each gold label, how often it gets which label. The second is diluted with the truth
    (or, if it is the better one, with the last label) until their macro-F1 are the same.
    """

    shares: tuple[float, ...]
    first: tuple[tuple[float, ...], ...]
    second: tuple[tuple[float, ...], ...]

    def rates(self) -> tuple[FloatArray, FloatArray]:
        """Share of each answer by gold label, of both systems."""
        first, second = np.array(self.first), np.array(self.second)
        wanted = self._score(first)
        worse = self._score(second) < wanted
        other = np.eye(len(second)) if worse else np.eye(len(second))[[-1] * len(second)]
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            crossed = (self._score((1 - middle) * second + middle * other) > wanted) == worse
            low, high = (low, middle) if crossed else (middle, high)
        return first, (1 - low) * second + low * other

    def _score(self, rates: FloatArray) -> float:
        return float(macro_f1(np.array(self.shares)[:, None] * rates))

    def draw(self, rng: np.random.Generator, sizes: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Gold, answers of both, and the thread of each row."""
        threads = np.repeat(np.arange(sizes.size), sizes)
        mixtures = rng.dirichlet(np.array(self.shares) * 3, sizes.size).cumsum(axis=1)[:, :-1]
        gold = (rng.random(threads.size)[:, None] > mixtures[threads]).sum(axis=1)
        # One draw a row and system, of which a part is the thread's own: rows of a thread are right or wrong together.
        answers = []
        for rates in self.rates():
            own = rng.random(sizes.size)[threads]
            luck = np.where(rng.random(threads.size) < 0.2, own, rng.random(threads.size))
            answers.append((luck[:, None] > rates.cumsum(axis=1)[gold][:, :-1]).sum(axis=1))
        return gold, answers[0], answers[1], threads


def _always(label: int, n_labels: int) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(at == label) for at in range(n_labels)) for _ in range(n_labels))


TIES: Mapping[str, Tie] = {
    "majority label and guesses": Tie(THREE, _always(0, 3), ((1 / 3,) * 3,) * 3),
    "never the rare label, and too often": Tie(
        RARE,
        ((0.95, 0.05, 0.0), (0.15, 0.85, 0.0), (0.5, 0.5, 0.0)),
        ((0.6, 0.1, 0.3), (0.1, 0.6, 0.3), (0.1, 0.1, 0.8)),
    ),
    "precise and complete on one in ten": Tie(TWO, ((0.995, 0.005), (0.65, 0.35)), ((0.85, 0.15), (0.3, 0.7))),
    "good at one label each": Tie(
        THREE,
        ((0.9, 0.05, 0.05), (0.4, 0.4, 0.2), (0.4, 0.2, 0.4)),
        ((0.5, 0.2, 0.3), (0.1, 0.6, 0.3), (0.05, 0.05, 0.9)),
    ),
    "majority of nine in ten and guesses": Tie(TWO, _always(0, 2), ((0.5, 0.5), (0.5, 0.5))),
}
SIZES: Mapping[str, Callable[[np.random.Generator], IntArray]] = {
    "60 threads": lambda rng: _uneven(rng, 60),
    "200 threads": lambda rng: _uneven(rng, 200),
    "300 single rows": lambda rng: np.ones(300, dtype=np.int64),
}


def _uneven(rng: np.random.Generator, n_threads: int) -> IntArray:
    sizes: IntArray = np.minimum(rng.random(n_threads) ** (-1 / 0.8), _LONGEST).astype(np.int64)
    return sizes


def rejection_rates(
    tie: Tie, sizes: Callable[[np.random.Generator], IntArray], runs: int, seed: int = 0
) -> tuple[float, float]:
    """Share of samples in which a difference is found at 5 %: by `paired_test`, and by the plain difference."""
    rng = np.random.default_rng(seed)
    found = plain = 0
    n_labels = len(tie.shares)
    for run in range(runs):
        gold, a, b, threads = tie.draw(rng, sizes(rng))
        settings = BootstrapConfig(seed=run, n_resamples=2)
        test = paired_test(gold, a, b, threads, n_labels, macro_f1, n_permutations=N_PERMUTATIONS, bootstrap=settings)
        found += test.p <= 0.05
        plain += _plain_p(gold, a, b, threads, n_labels, rng) <= 0.05
    return found / runs, plain / runs


def _plain_p(
    gold: IntArray, a: IntArray, b: IntArray, threads: IntArray, n_labels: int, rng: np.random.Generator
) -> float:
    """p of the difference itself, not in standard errors, under the same swaps."""
    n_cells, n_units = n_labels**2, int(threads.max()) + 1
    first, second = (
        np.bincount((threads * n_labels + gold) * n_labels + answers, minlength=n_units * n_cells).reshape(n_units, -1)
        for answers in (a, b)
    )
    swaps = np.vstack([np.zeros(n_units), rng.integers(0, 2, (N_PERMUTATIONS, n_units))])
    moved = swaps @ (second - first)
    of_first, of_second = (
        macro_f1(totals.reshape(-1, n_labels, n_labels))
        for totals in (first.sum(axis=0) + moved, second.sum(axis=0) - moved)
    )
    differences = np.abs(of_first - of_second)
    return float((differences >= differences[0] - 1e-10).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="samples of each scenario")
    parser.add_argument("--seed", type=int, default=0, help="of the samples")
    arguments = parser.parse_args()
    rows = []
    for name, tie in TIES.items():
        for size, draw in SIZES.items():
            found, plain = rejection_rates(tie, draw, arguments.runs, arguments.seed)
            rows.append((name, size, f"{plain:.3f}", f"{found:.3f}"))
            print(rows[-1], flush=True)
    print(markdown_table(("systems", "sample", "plain difference", "in standard errors"), rows, figures=(2, 3)))


if __name__ == "__main__":
    main()

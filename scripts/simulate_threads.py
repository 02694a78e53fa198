"""Simulate samples of threads: how wide intervals are and how often they hold, by how threads are drawn."""

from __future__ import annotations

import argparse

import numpy as np

from weibo_nlp.analysis.drawing import draw_clusters, draw_rows, draw_whole_clusters, random_keys
from weibo_nlp.analysis.sampling import clusters_for
from weibo_nlp.evaluation import design_based

LABELS = np.array(["no", "yes"], dtype=object)
N_THREADS, CORRELATION, ACCURACY, N = 2000, 0.3, 0.85, 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    generator = np.random.default_rng(3)
    sizes = np.maximum(1, np.round(generator.lognormal(1, 1.3, N_THREADS))).astype(np.int64)
    print(f"{sizes.sum():,} rows in {N_THREADS:,} threads of {sizes.min()} to {sizes.max()}, {N} drawn on average")
    print("| share | rows of each thread | rows drawn | threads | covered | width |\n|---|---|---|---|---|---|")
    for share in (0.05, 0.3):
        for per_cluster in (1, 3, 5, 10, None):
            print(_simulated(sizes, share, per_cluster, runs), flush=True)


def _simulated(sizes: np.ndarray, share: float, per_cluster: int | None, runs: int) -> str:
    generator = np.random.default_rng(11)
    threads = np.repeat(np.arange(sizes.size), sizes)
    spread = 1 / CORRELATION - 1
    of_thread = generator.beta(share * spread, (1 - share) * spread, sizes.size)
    gold = (generator.random(threads.size) < of_thread[threads]).astype(int)
    predicted = LABELS[np.where(generator.random(threads.size) < ACCURACY, gold, 1 - gold)]
    n_draws, truth = clusters_for(sizes, N, per_cluster), gold.mean()
    figures = []
    for seed in range(runs):
        if per_cluster is None:
            drawn = draw_whole_clusters(seed, sizes, n_draws)
        else:
            drawn = draw_clusters(seed, sizes, n_draws, per_cluster)
        places = draw_rows(random_keys(seed, "rows", threads.size), threads, drawn.rows)
        weights = 1 / drawn.probabilities[threads[places]]
        estimate = design_based(
            predicted, places, LABELS[gold[places]], tuple(LABELS), clusters=threads, weights=weights
        ).shares["yes"]
        held = estimate.low <= truth <= estimate.high
        figures.append((places.size, np.count_nonzero(drawn.rows), held, estimate.high - estimate.low))
    n, n_threads, covered, width = np.mean(figures, axis=0)
    spread_of_n = np.std([each[0] for each in figures])
    each = "all" if per_cluster is None else f"up to {per_cluster}"
    return f"| {truth:.1%} | {each} | {n:.0f} ± {spread_of_n:.0f} | {n_threads:.0f} | {covered:.1%} | {width:.3f} |"


if __name__ == "__main__":
    main()

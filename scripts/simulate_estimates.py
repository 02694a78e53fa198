"""How often 95 % intervals of `weibo-nlp estimate` hold the true share, and how wide they are, on simulated posts."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from weibo_nlp.evaluation.domain_shares import LabelledDomain
from weibo_nlp.report.markdown import markdown_table
from weibo_nlp.stats.differences import difference_limits
from weibo_nlp.stats.metrics import FloatArray, IntArray

N, THREAD = 30_000, 25
SHARES = (0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95)
ICC = 0.3
GROUP_SIZES = (0.5, 0.3, 0.2)
LEAST, MOST, WIDEST = 0.93, 0.97, 1.02
METHODS = ("design_based", "sample", "ppi", "ppi, probabilities", "ppi-python")
Draw = Callable[[np.random.Generator, "Posts"], tuple[IntArray, FloatArray, IntArray, IntArray | None]]
"""Places of the sample, 1 / the chance of each, the stratum of every post, and its cluster where these were drawn."""


@dataclass(frozen=True)
class Posts:
    """A collection: gold and predicted label index, probabilities, group and thread of each post; the first label is
    the one whose share is looked at.
    """

    gold: IntArray
    predicted: IntArray
    scores: FloatArray
    group: IntArray
    thread: IntArray


@dataclass(frozen=True)
class Classifier:
    """How far a classifier's evidence lies from chance for posts of each label, and which labels it favours."""

    evidence: tuple[float, float, float]
    favour: tuple[float, float, float] = (0.0, 0.0, 0.0)


AS_TRAINED = Classifier((2.5, 2.5, 2.5))
# Classifiers by group of posts; one for all groups, or one each.
KINDS: Mapping[str, tuple[Classifier, ...]] = {
    "errors as trained": (AS_TRAINED,),
    "prior shift": (Classifier((2.5, 2.5, 2.5), (0.8, 0.0, -0.4)),),
    "error rates shifted": (Classifier((1.0, 2.0, 3.0), (-0.5, 0.0, 0.0)),),
    "error rates shift between groups": (
        AS_TRAINED,
        Classifier((1.0, 2.0, 3.0), (-0.5, 0.0, 0.0)),
        Classifier((2.0, 1.0, 1.5), (0.8, 0.0, 0.0)),
    ),
}
BEYOND: Mapping[str, tuple[Classifier, ...]] = {"right in 99.9 %": (Classifier((5.0, 5.0, 5.0)),)}


def posts(rng: np.random.Generator, share: float, classifiers: tuple[Classifier, ...], in_threads: bool) -> Posts:
    """Make a collection in which the first label has about this share."""
    shares = np.array([share, (1 - share) * 0.6, (1 - share) * 0.4])
    thread = np.repeat(np.arange(N // THREAD), THREAD)
    mixtures = np.tile(shares, (N // THREAD, 1))
    if in_threads:  # Dirichlet: the correlation of two posts of a thread is 1 / (1 + concentration)
        mixtures = rng.dirichlet(shares * (1 / ICC - 1), N // THREAD)
    gold = (rng.random(N)[:, None] > mixtures.cumsum(axis=1)[thread, :-1]).sum(axis=1)
    group = rng.choice(len(GROUP_SIZES), N, p=GROUP_SIZES)
    evidence = rng.standard_normal((N, 3))
    for number in range(len(GROUP_SIZES)):
        rows = np.flatnonzero(group == number)
        classifier = classifiers[number % len(classifiers)]
        evidence[rows, gold[rows]] += np.array(classifier.evidence)[gold[rows]]
        evidence[rows] += np.array(classifier.favour)
    odds = np.exp(1.5 * evidence)
    return Posts(gold, evidence.argmax(axis=1), odds / odds.sum(axis=1, keepdims=True), group, thread)


def simple(n: int) -> Draw:
    """Draw posts at random."""

    def draw(rng: np.random.Generator, all_posts: Posts) -> tuple[IntArray, FloatArray, IntArray, IntArray | None]:
        return rng.choice(N, n, replace=False), np.full(n, N / n), np.zeros(N, dtype=np.int64), None

    return draw


def stratified(n: int, by: str, allocation: str) -> Draw:
    """Draw posts from strata: predicted labels, or groups; as many from each, or in proportion to its size."""

    def draw(rng: np.random.Generator, all_posts: Posts) -> tuple[IntArray, FloatArray, IntArray, IntArray | None]:
        strata = getattr(all_posts, by)
        sizes = np.bincount(strata, minlength=3)
        parts = np.full(3, n // 3) if allocation == "equal" else np.maximum(np.round(n * sizes / N).astype(int), 2)
        parts = np.minimum(parts, sizes)
        places = np.concatenate([rng.choice(np.flatnonzero(strata == at), parts[at], replace=False) for at in range(3)])
        return places, (sizes / parts)[strata[places]], strata, None

    return draw


def threads(n_threads: int, each: int) -> Draw:
    """Draw threads at random, and so many posts of each."""

    def draw(rng: np.random.Generator, all_posts: Posts) -> tuple[IntArray, FloatArray, IntArray, IntArray | None]:
        chosen = rng.choice(N // THREAD, n_threads, replace=False)
        within = np.argsort(rng.random((n_threads, THREAD)), axis=1)[:, :each]
        places = (chosen[:, None] * THREAD + within).ravel()
        return places, np.ones(places.size), np.zeros(N, dtype=np.int64), all_posts.thread

    return draw


DESIGNS: Mapping[str, Draw] = {
    **{f"simple, {n}": simple(n) for n in (150, 300, 600)},
    **{f"by predicted label, proportional, {n}": stratified(n, "predicted", "proportional") for n in (150, 300, 600)},
    **{f"by predicted label, equal, {n}": stratified(n, "predicted", "equal") for n in (150, 300, 600)},
    **{f"by group, equal, {n}": stratified(n, "group", "equal") for n in (150, 300, 600)},
    "30 threads of 5": threads(30, 5),
    "60 threads of 5": threads(60, 5),
    "100 threads of 3": threads(100, 3),
}


class Tally:
    """Counts of runs: how often an interval was given, held the truth, and how wide it was."""

    def __init__(self) -> None:
        self.given = self.covered = 0
        self.width = 0.0

    def add(self, low: float, high: float, truth: float) -> None:
        """Count an interval; none where `low` is NaN."""
        if np.isnan(low):
            return
        self.given += 1
        self.covered += bool(low - 1e-12 <= truth <= high + 1e-12)
        self.width += high - low

    @property
    def coverage(self) -> float:
        """Share of the intervals given that held the truth."""
        return self.covered / max(self.given, 1)

    @property
    def mean_width(self) -> float:
        """Mean width of the intervals given."""
        return self.width / max(self.given, 1)


def simulate(
    kind: tuple[Classifier, ...], share: float, draw: Draw, runs: int, seed: int, is_of_threads: bool
) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Return tallies by method of all posts, and those of the smallest group and of a difference of two groups."""
    rng = np.random.default_rng(seed)
    tallies, parts = {name: Tally() for name in METHODS}, {name: Tally() for name in ("group", "difference")}
    for run in range(runs):
        if run % 50 == 0:
            made = posts(rng, share, kind, is_of_threads)
        places, weights, strata, clusters = draw(rng, made)
        truth = float((made.gold == 0).mean())
        gold = made.gold[places]
        of_sample = None if clusters is None else clusters[places]
        domain = LabelledDomain(made.predicted, strata, places, gold, of_sample, weights, 3)
        scored = LabelledDomain(made.predicted, strata, places, gold, of_sample, weights, 3, made.scores)
        for name in METHODS[:4]:
            of = scored if name == "ppi, probabilities" else domain
            found = of.shares("ppi" if name.startswith("ppi") else name, 0.95)  # type: ignore[arg-type]
            tallies[name].add(float(found.low[0]), float(found.high[0]), truth)
        if clusters is None:
            tallies["ppi-python"].add(*_ppi_python(made, places, weights), truth)
        bounds, truths = [], []
        for number in range(2, 0, -1):
            part = domain.within(made.group == number)
            found = part.shares("design_based", 0.95)
            bounds.append((found.value, found.low, found.high))
            truths.append(float((made.gold[made.group == number] == 0).mean()))
        parts["group"].add(float(bounds[0][1][0]), float(bounds[0][2][0]), truths[0])
        if clusters is None:
            _, low, high = difference_limits(*bounds)
            parts["difference"].add(float(low[0]), float(high[0]), truths[0] - truths[1])
    return tallies, parts


def _ppi_python(made: Posts, places: IntArray, weights: FloatArray) -> tuple[float, float]:
    """Limits of ppi-python from predicted labels, NaN where it is not installed."""
    try:
        from ppi_py import ppi_mean_ci
    except ImportError:
        return float("nan"), float("nan")
    rest = np.ones(N, dtype=bool)
    rest[places] = False
    is_first = (made.predicted == 0).astype(float)
    low, high = ppi_mean_ci(
        (made.gold[places] == 0).astype(float), is_first[places], is_first[rest], alpha=0.05, w=weights / weights.mean()
    )
    return float(np.ravel(low)[0]), float(np.ravel(high)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="samples of each cell of the tables")
    parser.add_argument("--seed", type=int, default=0, help="random seed of collections and samples")
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES, help="shares of the label looked at")
    parser.add_argument(
        "--designs", nargs="+", choices=list(DESIGNS), default=list(DESIGNS), help="how samples are drawn"
    )
    parser.add_argument("--only", default="", help="part of 'kind; design; share' of the cells to simulate")
    parser.add_argument("--beyond", action="store_true", help="simulate classifiers that hardly err as well")
    arguments = parser.parse_args()
    kinds = {**KINDS, **(BEYOND if arguments.beyond else {})}
    cells: list[tuple[str, str, float, dict[str, Tally], dict[str, Tally]]] = []
    for kind, classifiers in kinds.items():
        for design in arguments.designs:
            for share in arguments.shares:
                name = f"{kind}; {design}; {share:g}"
                if arguments.only not in name:
                    continue
                found = simulate(
                    classifiers, share, DESIGNS[design], arguments.runs, arguments.seed, "threads" in design
                )
                cells.append((kind, design, share, *found))
                figures = (f"{each.coverage:.3f}" for part in found for each in part.values())
                print(name, *figures, f"{_ratio(found[0], 'design_based'):.2f}", sep="\t", flush=True)
    print(summary(cells))
    print(missed(cells, arguments.runs))


def summary(cells: list[tuple[str, str, float, dict[str, Tally], dict[str, Tally]]]) -> str:
    """Table of the least and the most that each method covers, and of widths beside the sample alone, by design."""
    rows: list[tuple[Any, ...]] = []
    for kind, design in dict.fromkeys((kind, design) for kind, design, *_ in cells):
        of = [cell for cell in cells if cell[:2] == (kind, design)]
        spans = []
        for name in (*METHODS, "group", "difference"):
            each = [(cell[3] | cell[4])[name] for cell in of]
            covered = [
                100 * tally.coverage for tally in each if tally.given > 0.5 * max(t.given for t in of[0][3].values())
            ]
            spans.append(f"{min(covered):.1f} - {max(covered):.1f}" if covered else "–")
        widths = [f"{max(_ratio(cell[3], name) for cell in of):.2f}" for name in ("design_based", "ppi, probabilities")]
        rows.append((kind, design, *spans, *widths))
    headings = ("collection", "sample", *METHODS, "smallest group", "difference", "width", "width, ppi")
    return str(markdown_table(headings, rows, figures=range(2, len(headings))))


def missed(cells: list[tuple[str, str, float, dict[str, Tally], dict[str, Tally]]], runs: int) -> str:
    """Table of the cells whose estimate misses what is promised, by more than two standard errors of simulation."""
    noise = 2 * (0.95 * 0.05 / runs) ** 0.5
    rows = []
    for kind, design, share, tallies, _ in cells:
        tally, ratio = tallies["design_based"], _ratio(tallies, "design_based")
        if not LEAST - noise <= tally.coverage <= MOST + noise or ratio > WIDEST:
            rows.append((kind, design, f"{share:g}", f"{100 * tally.coverage:.1f}", f"{ratio:.2f}"))
    return str(markdown_table(("collection", "sample", "share", "covered, %", "width"), rows, figures=range(2, 5)))


def _ratio(tallies: dict[str, Tally], name: str) -> float:
    return tallies[name].mean_width / max(tallies["sample"].mean_width, 1e-12)


if __name__ == "__main__":
    main()

"""Which of the texts written are kept: those most like real text, thread by thread, no label looked at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from composing.real_texts import DRAWN_FROM, RealText
from composing.rules import broken_rules
from composing.telling_apart import matched, mixture, scores_apart
from weibo_nlp.profiling.duplicates import core, near_duplicates
from weibo_nlp.profiling.plainness import LENGTH_CLASSES, CharacterModel

LARGEST_CUT = 4
"""Texts that one step may take away: a text and what answers it."""
RULE_COST, DUPLICATE_COST, STRUCK_COST = 1.5, 4.0, 8.0
PLAINNESS_WEIGHT = 0.5
_SHORTEST = 8  # characters of a text that says anything of its author's manner


@dataclass(frozen=True, slots=True)
class Written:
    """A text as its author handed it in; ``above`` is the key of what it answers or reposts, None for a root."""

    key: str
    event: str
    kind: str
    text: str
    thread: str
    above: str | None


@dataclass(frozen=True, slots=True)
class _Keyed(RealText):
    """One of ours as the judge reads it."""

    key: str


def costs(
    written: Sequence[Written], sets: Mapping[str, Sequence[RealText]], seed: int, struck: Collection[str] = ()
) -> dict[str, float]:
    """How unlike real text each text is, in standard deviations: the judge's score, surprise, rules, copies, strikes.

    Parameters
    ----------
    written : sequence of Written
        All texts of a group.
    sets : mapping of str to sequence of RealText
        Real texts; those of ``DRAWN_FROM`` alone are looked at.
    seed : int
        Of draws and folds.
    struck : collection of str
        Keys of texts that a reader struck out.
    """
    cost = dict.fromkeys((each.key for each in written), 0.0)
    for kinds, names in ((("post",), DRAWN_FROM["post"]), (("comment", "repost"), DRAWN_FROM["comment"])):
        ours = [each for each in written if each.kind in kinds and len(each.text) >= _SHORTEST]
        if len(ours) < 100:
            continue
        keyed = [_Keyed(each.text, f"{each.event}/{each.thread}", each.key) for each in ours]
        left, right = matched(keyed, mixture(sets, names, 3 * len(ours), seed), len(ours), seed)
        scores = scores_apart(left, right, seed)[: len(left)]
        mean, spread = float(scores.mean()), float(scores.std()) or 1.0
        for text, score in zip(left, scores, strict=True):
            cost[text.key] += (float(score) - mean) / spread
        for key, surprise in _surprises(ours, sets, names).items():
            cost[key] += PLAINNESS_WEIGHT * surprise
    for each in written:
        cost[each.key] += RULE_COST * len(broken_rules(each.text)) + STRUCK_COST * (each.key in struck)
    for _, later, _ in near_duplicates([each.text for each in written]):
        cost[written[later].key] += DUPLICATE_COST
    return cost


def _surprises(
    ours: Sequence[Written], sets: Mapping[str, Sequence[RealText]], names: Iterable[str]
) -> dict[str, float]:
    """Bits a character of each text by a model of real ones, beside ours of like length, in standard deviations."""
    model = CharacterModel.fit(core(each.text) for name in names for each in sets[name])
    bits = {each.key: model.bits(core(each.text)) for each in ours}
    classes = defaultdict(list)
    for each in ours:
        classes[sum(len(each.text) >= low for low in LENGTH_CLASSES)].append(each.key)
    surprises: dict[str, float] = {}
    for keys in classes.values():
        values = [bits[key] for key in keys]
        mean, spread = fmean(values), pstdev(values) or 1.0
        surprises |= {key: (bits[key] - mean) / spread for key in keys}
    return surprises


def kept(written: Sequence[Written], cost: Mapping[str, float], n: int) -> list[Written]:
    """`n` texts of one event: those that cost least, none without what it answers.

    Notes
    -----
    Step by step the text goes, with what answers it, that costs most on average, at most ``LARGEST_CUT`` at once.
    """
    left = {each.key: each for each in written}
    while len(left) > n:
        below = defaultdict(list)
        for each in left.values():
            if each.above is not None:
                below[each.above].append(each.key)
        branches = [branch for key in left if (branch := _branch(key, below, min(LARGEST_CUT, len(left) - n)))]
        worst = max(branches, key=lambda branch: fmean(cost[key] for key in branch))
        for key in worst:
            del left[key]
    return list(left.values())


def _branch(key: str, below: Mapping[str, Sequence[str]], most: int) -> list[str]:
    """A text and all that hangs on it; nothing where that is more than `most`."""
    branch = [key]
    for each in branch:
        branch += below.get(each, ())
        if len(branch) > most:
            return []
    return branch


def shortfalls(written: Iterable[Written], wanted: Mapping[str, int]) -> list[str]:
    """A sentence for each event of which less was written than is to be kept."""
    counts = Counter(each.event for each in written)
    return [f"{event}: {counts[event]} texts of {n}" for event, n in wanted.items() if counts[event] < n]

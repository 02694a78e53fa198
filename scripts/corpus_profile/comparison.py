"""Where composed texts leave the range of the real ones: by how much, and what is done about it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from weibo_nlp.errors import UsageError
from weibo_nlp.profiling.diversity import ORDERS, Diversity
from weibo_nlp.profiling.profile import OURS, Profile
from weibo_nlp.profiling.reference_sets import COMPARED, PlainShare
from weibo_nlp.stats.estimate import Estimate

_ANSWERS = "corpus_answers.toml"
# Marks that collectors take out of a set; a rate that rounds to 0 % says so, and is no figure of the platform then.
_TAKEN_OUT = frozenset({"emoticon", "emoji", "hashtag", "mention", "url"})
_TAKEN_OUT_BELOW = 0.005
_LENGTHS = ("10", "25", "50", "75", "90")


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """A figure of ours beside its range over the real sets of the same kind, with verdict and answer.

    Attributes
    ----------
    figure, kind, name : str
        ``comment.emoticon``, and its two halves.
    unit : {"share", "characters", "ratio"}
        What it is counted in.
    ours : Estimate
        Our figure.
    low, high : float
        Ends of the range.
    lowest, highest : str
        The sets that give them.
    sets : mapping of str to float
        The figure of each set.
    verdict : {"inside", "below", "above"}
        Where ours lies.
    by : float
        How far outside; 0 inside.
    reaches : bool or None
        Whether the interval of ours reaches into the range all the same; None without an interval.
    answer : str or None
        What is done about a figure outside.
    """

    figure: str
    kind: str
    name: str
    unit: str
    ours: Estimate
    low: float
    high: float
    lowest: str
    highest: str
    sets: Mapping[str, float]
    verdict: str
    by: float
    reaches: bool | None
    answer: str | None


def compare_profiles(profiles: Sequence[Profile], plain: Sequence[PlainShare] = ()) -> list[ComparedFigure]:
    """Put every figure of ours beside those of the real sets of the same kind.

    Parameters
    ----------
    profiles : sequence of Profile
        Ours, one for each kind, and those of real sets.
    plain : sequence of PlainShare
        As from `reference_sets.plain_shares`.

    Returns
    -------
    list of ComparedFigure
        A figure that no real set has is left out.
    """
    rows = []
    for own in (profile for kind in COMPARED for profile in profiles if (profile.kind, profile.source) == (kind, OURS)):
        figures = _figures_of(own, own.diversity)
        values: dict[str, dict[str, float]] = {name: {} for name in figures}  # by figure, then by real set
        for other in profiles:
            if other.kind == own.kind and other.source != OURS:
                for name, (_, estimate) in _figures_of(other, own.diversity).items():
                    if name not in _TAKEN_OUT or estimate.value >= _TAKEN_OUT_BELOW:
                        values.setdefault(name, {})[other.set] = estimate.value
        for row in plain:
            if row.kind == own.kind and row.source == OURS:
                figures["plain"] = ("share", Estimate(row.share))
            elif row.kind == own.kind:
                values.setdefault("plain", {})[row.set] = row.share
        rows += [
            compare_figure(own.kind, name, unit, estimate, values[name])
            for name, (unit, estimate) in figures.items()
            if values.get(name)
        ]
    return rows


def compare_figure(kind: str, name: str, unit: str, ours: Estimate, values: Mapping[str, float]) -> ComparedFigure:
    """Compare a figure of ours with that of each of the real sets, of which there is at least one."""
    lowest, highest = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    low, high = values[lowest], values[highest]
    verdict = "below" if ours.value < low else "above" if ours.value > high else "inside"
    return ComparedFigure(
        figure=f"{kind}.{name}",
        kind=kind,
        name=name,
        unit=unit,
        ours=ours,
        low=low,
        high=high,
        lowest=lowest,
        highest=highest,
        sets=dict(sorted(values.items())),
        verdict=verdict,
        by={"below": low - ours.value, "above": ours.value - high, "inside": 0.0}[verdict],
        reaches=None if ours.low is None or ours.high is None else ours.low <= high and ours.high >= low,
        answer=None if verdict == "inside" else answer_to(kind, name, verdict),
    )


def answer_to(kind: str, name: str, verdict: str) -> str:
    """What is done about a figure that lies outside: the sentence for this kind, or that for all kinds.

    Raises
    ------
    UsageError
        If the file of answers has none.
    """
    text = Path(__file__).with_name(_ANSWERS).read_text("utf-8")
    answers: dict[str, dict[str, str]] = tomllib.loads(text)
    family = name.rstrip("0123456789").rstrip("_")
    for key in (f"{kind}-{family}", family):
        if verdict in answers.get(key, {}):
            return answers[key][verdict]
    raise UsageError(
        f"{kind}.{name} is {verdict} the real sets; write an answer under [{family}] in corpus_answers.toml."
    )


def _figures_of(profile: Profile, sizes: Diversity) -> dict[str, tuple[str, Estimate]]:
    """Unit and figure by name, of a profile; diversity only where it was taken at the same sizes."""
    figures = {f"length_{percent}": ("characters", Estimate(profile.lengths[percent])) for percent in _LENGTHS}
    figures |= {name: ("share", rate) for name, rate in profile.rates.items()}
    if profile.bare is not None:
        figures["bare"] = ("share", profile.bare)
    own = profile.diversity
    if own.distinct is not None and own.ngram_characters == sizes.ngram_characters:
        for order, value in zip(ORDERS, own.distinct, strict=True):
            figures[f"distinct_{order}"] = ("ratio", Estimate(value))
    if own.xz is not None and own.xz_characters == sizes.xz_characters:
        figures["xz"] = ("ratio", Estimate(own.xz))
    if profile.near_duplicates is not None:
        figures["near_duplicates"] = ("share", Estimate(profile.near_duplicates.share))
    return figures

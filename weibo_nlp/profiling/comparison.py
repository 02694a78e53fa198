"""Where composed texts leave the range of the real ones: by how much, and what is done about it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from weibo_nlp.errors import UsageError
from weibo_nlp.profiling.diversity import ORDERS
from weibo_nlp.profiling.reference_sets import COMPARED, OURS, figure_of

_ANSWERS = "corpus_answers.toml"
# Marks that collectors take out of a set; a rate that rounds to 0 % says so, and is no figure of the platform then.
_TAKEN_OUT = frozenset({"emoticon", "emoji", "hashtag", "mention", "url"})
_TAKEN_OUT_BELOW = 0.005


def deviations(forms: Sequence[Mapping[str, Any]], plain: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Every figure of ours beside its range over the real sets of the same kind, with verdict and answer.

    Parameters
    ----------
    forms : sequence of mapping
        As :func:`form_of` gives them and ``PUBLISHED``; one with ``source`` ``ours`` for each kind.
    plain : sequence of mapping
        As from :func:`plain_shares`.

    Returns
    -------
    list of dict
        ``figure`` (``comment.emoticon``), ``kind``, ``name``, ``unit`` (``share``, ``characters`` or ``ratio``),
        ``ours`` (with interval where it has one), ``low``, ``high`` and the sets ``lowest``, ``highest`` that give
        them, ``sets`` (the figure of each), ``verdict`` (``inside``, ``below``, ``above``), ``by`` (how far outside,
        0 inside), ``reaches`` (whether the interval of ours reaches into the range all the same; None without one),
        ``answer``. A figure that no real set has is left out.
    """
    rows = []
    for kind in COMPARED:
        mine = [form for form in forms if form["kind"] == kind and form["source"] == OURS]
        theirs = [form for form in forms if form["kind"] == kind and form["source"] != OURS]
        for form in mine:
            own = _figures_of(form)
            compared = {other["set"]: _figures_of(other, sizes=form["diversity"]) for other in theirs}
            for row in plain:
                if row["kind"] == kind:
                    place = own if row["source"] == OURS else compared.setdefault(row["set"], {})
                    place["plain"] = ("share", figure_of(row["share"]))
            for name, (unit, figure) in own.items():
                values = {
                    other: value
                    for other, found in compared.items()
                    if name in found and (value := found[name][1]["value"]) is not None
                    and not (name in _TAKEN_OUT and value < _TAKEN_OUT_BELOW)
                }  # fmt: skip
                if values:
                    rows.append(compared_row(kind, name, unit, figure, values))
    return rows


def compared_row(
    kind: str, name: str, unit: str, figure: Mapping[str, float | None], values: Mapping[str, float]
) -> dict[str, Any]:
    """One row of :func:`deviations`: a figure of ours and that of each real set."""
    lowest, highest = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    low, high, value = values[lowest], values[highest], float(figure["value"] or 0.0)
    verdict = "below" if value < low else "above" if value > high else "inside"
    return {
        "figure": f"{kind}.{name}",
        "kind": kind,
        "name": name,
        "unit": unit,
        "ours": dict(figure),
        "low": low,
        "high": high,
        "lowest": lowest,
        "highest": highest,
        "sets": dict(sorted(values.items())),
        "verdict": verdict,
        "by": low - value if verdict == "below" else value - high if verdict == "above" else 0.0,
        "reaches": None if figure["low"] is None else bool(figure["low"] <= high and (figure["high"] or 0.0) >= low),
        "answer": None if verdict == "inside" else answer_to(kind, name, verdict),
    }


def answer_to(kind: str, name: str, verdict: str) -> str:
    """What is done about a figure that lies outside: the sentence for this kind, or that for all kinds.

    Raises
    ------
    UsageError
        If the file of answers has none.
    """
    text = files(__package__).joinpath(_ANSWERS).read_text("utf-8")
    answers: dict[str, dict[str, str]] = tomllib.loads(text)
    family = name.rstrip("0123456789").rstrip("_")
    for key in (f"{kind}-{family}", family):
        if verdict in answers.get(key, {}):
            return answers[key][verdict]
    raise UsageError(
        f"{kind}.{name} is {verdict} the real sets; write an answer under [{family}] in corpus_answers.toml."
    )


def _figures_of(
    form: Mapping[str, Any], *, sizes: Mapping[str, Any] | None = None
) -> dict[str, tuple[str, Mapping[str, float | None]]]:
    """Figures of a form that can be compared, by name; diversity only where it was taken at the same size."""
    found: dict[str, tuple[str, Mapping[str, float | None]]] = {}
    for percent in ("10", "25", "50", "75", "90"):
        found[f"length_{percent}"] = ("characters", figure_of(form["lengths"][percent]))
    for name, figure in form["rates"].items():
        found[name] = ("share", figure)
    if form["bare"] is not None:
        found["bare"] = ("share", form["bare"])
    own = form["diversity"]
    sizes = sizes or own
    if own["distinct"] is not None and own["ngram_characters"] == sizes["ngram_characters"]:
        for order, value in zip(ORDERS, own["distinct"], strict=True):
            found[f"distinct_{order}"] = ("ratio", figure_of(value))
    if own["xz"] is not None and own["xz_characters"] == sizes["xz_characters"]:
        found["xz"] = ("ratio", figure_of(own["xz"]))
    if form["near_duplicates"] is not None:
        found["near_duplicates"] = ("share", figure_of(form["near_duplicates"]["share"]))
    return found

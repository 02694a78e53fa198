"""A few texts of each label, drawn at random, with what stands above them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pandas as pd

from weibo_nlp.analysis.above import Chains
from weibo_nlp.analysis.cells import value_text
from weibo_nlp.analysis.labels import LabelledColumn
from weibo_nlp.analysis.roles import Roles
from weibo_nlp.analysis.scan import Scanned
from weibo_nlp.analysis.targets import shown_targets
from weibo_nlp.analysis.text_scan import letters_of
from weibo_nlp.analysis.tidy import Kind, tidy_frame
from weibo_nlp.io.collection import Collection
from weibo_nlp.labelling.texts import read

EXAMPLE_COLUMNS: Mapping[str, Kind] = {
    "label_column": "text",
    "label": "text",
    "target": "text",
    "kind": "text",
    "place": "int",
    "id": "text",
    "text": "text",
    "score": "float",
    "above": "object",
    "n_above": "int",
}


@dataclass(frozen=True)
class Examples:
    """Texts as they stand in the collection; names in them are for the page to mask.

    Attributes
    ----------
    table : DataFrame
        A few rows for each label, of each target for stances; columns of ``EXAMPLE_COLUMNS``. `kind` is ``random``,
        drawn among all rows with the label, or ``unsure``, drawn among the tenth whose `score` (the probability of the
        label, NaN without one) is lowest. `above` is a tuple of the texts above it, the first of the thread first and
        the one that it answers last, at most three of `n_above`; `place` is the row's position in the collection.
    seed : int
        Of the draw.
    """

    table: pd.DataFrame
    seed: int


UNSURE_PART = 0.1
_SPARE = 4  # candidates for each example, of which copies and rows without a text are passed over


@dataclass(frozen=True)
class _Draw:
    """Rows of one label, in the order of the draw."""

    key: tuple[str, str, str | None, str]
    places: list[int]


def draw_examples(collection: Collection, scanned: Scanned, roles: Roles, most: int, seed: int) -> Examples:
    """Draw texts of each label; reads the collection once more.

    Parameters
    ----------
    collection : Collection
        The rows.
    scanned : Scanned
        What was kept of them.
    roles : Roles
        Columns of the text, its id and what it answers.
    most : int
        Examples of each label and kind.
    seed : int
        Of the draw.
    """
    if roles.text is None or most == 0:
        return Examples(tidy_frame([], EXAMPLE_COLUMNS), seed)
    draws = [draw for column in scanned.label_columns for draw in _draws(scanned, column, most * _SPARE, seed)]
    chains = Chains(scanned)
    above = {place: chains.above(place) for draw in draws for place in draw.places}
    wanted = {*above, *(place for chain in above.values() for place in chain.places)}
    names = [name for name in (roles.text, roles.id, roles.above if roles.above_is_text else None) if name is not None]
    rows = dict(collection.rows_at(wanted, names))
    rendered: list[tuple[Any, ...]] = []
    for draw in draws:
        seen: set[str] = set()
        for place in draw.places:
            text = read(rows[place][roles.text], "auto").text
            letters = letters_of(text) or text
            if not text or letters in seen:
                continue
            seen.add(letters)
            texts = tuple(read(rows[upper][roles.text], "auto").text for upper in above[place].places)
            n_above = above[place].n
            if (
                roles.above is not None
                and roles.above_is_text
                and (parent := read(rows[place][roles.above], "auto").text)
            ):
                texts, n_above = (parent,), 1
            own = None if roles.id is None or (value := rows[place][roles.id]) is None else value_text(value)
            scores = scanned.scores.get(draw.key[0])
            score = None if scores is None else float(scores[place])
            rendered.append((*draw.key, place, own, text, score, texts, n_above))
            if len(seen) == most:
                break
    return Examples(tidy_frame(rendered, EXAMPLE_COLUMNS), seed)


def _draws(scanned: Scanned, column: LabelledColumn, size: int, seed: int) -> Iterator[_Draw]:
    labels, scores = scanned.labels[column.name], scanned.scores.get(column.name)
    targets, _ = shown_targets(scanned, column)
    for target in targets if len(targets) == 1 else targets[1:]:
        for number, label in enumerate(labels.values):
            rows = np.flatnonzero(target.rows & (labels.codes == number))
            if scanned.texts is not None:
                rows = rows[scanned.texts.exact[rows] != 0]
            random = np.random.default_rng([seed, crc32(f"{column.name}\n{target.text}\n{label}".encode())])
            yield _Draw((column.name, label, target.text, "random"), _some(rows, size, random))
            if scores is not None and len(unsure := _least_sure(rows, scores)):
                yield _Draw((column.name, label, target.text, "unsure"), _some(unsure, size, random))


def _least_sure(rows: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    rows = rows[~np.isnan(scores[rows])]
    return rows[scores[rows] <= np.quantile(scores[rows], UNSURE_PART)] if len(rows) else rows


def _some(rows: npt.NDArray[np.int64], size: int, random: np.random.Generator) -> list[int]:
    drawn: list[int] = random.choice(rows, min(size, len(rows)), replace=False).tolist()
    return drawn

"""Labels for texts in memory: a string, a list, a Series or a DataFrame in, a DataFrame out."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from weibo_nlp.errors import UsageError
from weibo_nlp.io.rows import listed
from weibo_nlp.labelling.columns import guess_text_column, has_words, parent_text, require_labelable
from weibo_nlp.labelling.labeller import BATCH, Labeller, Models

if TYPE_CHECKING:
    import pandas as pd


def label(
    texts: str | Iterable[str] | pd.Series[Any] | pd.DataFrame,
    *,
    models: Models | None = None,
    target: str | None = None,
    text_column: Hashable | None = None,
    parent_column: Hashable | None = None,
    all_scores: bool = False,
) -> pd.DataFrame:
    """Label texts with topic, sentiment, irony and stance.

    Parameters
    ----------
    texts : str, iterable of str, Series or DataFrame
        Raw texts; of a frame, the text column is guessed by its name unless given.
    models : mapping of str to classifier, str or Path, optional
        Models that replace the shipped ones or add labels of their own, as for :class:`Labeller`.
    target : str, optional
        Stance target for all texts; by default the predicted topic's canonical one.
    text_column, parent_column : hashable, optional
        Columns of the frame with the text, and with the text it answers: mostly a str, or 0 for a frame without names.
    all_scores : bool
        Add one column for every label's probability.

    Returns
    -------
    pandas.DataFrame
        The frame's columns (or ``text``), then ``topic, topic_score, sentiment, sentiment_score, irony, irony_score,
        stance_target, stance, stance_score`` and two columns for each additional model, on the frame's index and
        with its ``attrs``. A score is the label's probability; that of irony is the probability of irony, whichever
        the label.

    Raises
    ------
    UsageError
        If there is nothing to iterate over, no text column is found or named, or columns of the frame clash.
    DataError
        If a text is missing, empty, no string or longer than 100,000 characters, naming positions.

    Examples
    --------
    >>> frame = label(["失信被执行人就该上征信黑名单", "今天食堂的菜有点咸"])
    >>> frame["topic"].tolist()
    ['credit', 'other']
    """
    import pandas as pd

    frame = _as_frame(texts)
    columns: list[Any] = list(frame.columns)
    if text_column is None:
        text_column = guess_text_column(columns)
    values = frame.iloc[:, _place(columns, text_column)].tolist()
    answered = None if parent_column is None else frame.iloc[:, _place(columns, parent_column)].tolist()
    require_labelable(values, answered)
    labeller = Labeller(models, target=target, all_scores=all_scores)
    if taken := [name for name in labeller.columns if name in frame.columns]:
        raise UsageError(f"the frame has columns {', '.join(taken)} already; rename or drop them.")
    parents = None if answered is None else [parent_text(value) for value in answered]
    if parents and not any(map(has_words, parents)):
        warnings.warn(f"column {parent_column!r} (parent_column=) has no words in any row.", stacklevel=2)
    rows = [
        row
        for batch in (slice(start, start + BATCH) for start in range(0, len(values), BATCH))
        for row in labeller.label(values[batch], None if parents is None else parents[batch])
    ]
    labels = pd.DataFrame(rows, columns=list(labeller.columns), index=frame.index)
    # Without rows, or with nulls only, pandas would choose other types.
    types = {"float": "float64", "bool": "bool", "string": pd.Series([""]).dtype}
    labels = labels.astype({name: types[kind] for name, kind in labeller.columns.items() if kind in types})
    labelled = pd.concat([frame, labels], axis=1)
    labelled.attrs = deepcopy(frame.attrs)
    if frame.columns.nlevels == 1:
        labelled.columns.name = frame.columns.name
    return labelled


def _as_frame(texts: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(texts, pd.DataFrame):
        return texts
    if isinstance(texts, pd.Series):
        frame = pd.DataFrame({"text" if texts.name is None else texts.name: texts})
        frame.attrs = texts.attrs
        return frame
    if getattr(texts, "ndim", 1) != 1:  # an array of numpy without a dimension calls itself iterable
        raise UsageError(f"texts is a {type(texts).__name__} of {texts.ndim} dimensions; give a list of strings.")
    if isinstance(texts, Mapping | bytes | bytearray) or not isinstance(texts, Iterable):
        raise UsageError(f"texts is a {type(texts).__name__}; give a string, a list of them, a Series or a DataFrame.")
    return pd.DataFrame({"text": pd.Series([texts] if isinstance(texts, str) else list(texts), dtype=object)})


def _place(columns: Sequence[Any], name: Hashable) -> int:
    """Place of the one column of that name; True and False are no numbers here, though they are equal to 1 and 0."""
    places = [place for place, column in enumerate(columns) if _is_same(column, name)]
    if len(places) != 1:
        how = "stands twice" if places else "is not"
        raise UsageError(f"column {name!r} {how} in the frame; it has {listed(columns) or 'no columns'}.")
    return places[0]


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    # pandas' NA is not equal to anything, nor unequal, and some names cannot be compared at all.
    return one is other or (isinstance(answer := one == other, bool | np.bool_) and bool(answer))

"""Labels for texts in memory: a string, a list, a Series or a DataFrame in, a DataFrame out."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from weibo_nlp.corpus.tree import Thread, above_of
from weibo_nlp.errors import UsageError
from weibo_nlp.features.encoders import Encoder
from weibo_nlp.io.column_kinds import first_values
from weibo_nlp.io.limits import SNIFFED_ROWS
from weibo_nlp.io.rows import listed
from weibo_nlp.labelling.columns import guess_text_column
from weibo_nlp.labelling.endpoints import host_sentences
from weibo_nlp.labelling.labeller import Labeller, Models
from weibo_nlp.labelling.targets import Targets
from weibo_nlp.labelling.texts import Reading, has_words, problems_of, read, read_parent, require_labelable, told
from weibo_nlp.labelling.threads import ThreadTexts, as_id, read_above
from weibo_nlp.models.weights import FAST, OPEN
from weibo_nlp.text.plain import HtmlChoice

if TYPE_CHECKING:
    import pandas as pd

ErrorChoice = Literal["raise", "skip"]


def label(
    texts: str | Iterable[str] | pd.Series[Any] | pd.DataFrame | Thread | Iterable[Thread],
    *,
    models: Models | None = None,
    target: Targets | None = None,
    text_column: Hashable | None = None,
    parent_column: Hashable | None = None,
    id_column: Hashable | None = None,
    all_scores: bool = False,
    weights: str = OPEN,
    mode: str = FAST,
    encoder: str | Encoder | None = None,
    html: HtmlChoice = "auto",
    min_score: float | None = None,
    coverage: float | None = None,
    errors: ErrorChoice = "raise",
) -> pd.DataFrame:
    """Label texts with topic, sentiment, irony and stance.

    Parameters
    ----------
    texts : str, iterable of str, Series, DataFrame, Thread or iterable of Thread
        Raw texts; of a frame, the text column is guessed by its name unless given. Threads, as
        :func:`weibo_nlp.corpus.threads` and :func:`weibo_nlp.corpus.tree.build_threads` give them, become a frame of
        ``id``, ``parent`` and ``text``, in which each document is read with what stands above it.
    models : mapping of str to classifier, str or Path, optional
        Models that replace the shipped ones or add labels of their own, as for :class:`Labeller`.
    target : str or sequence of str, optional
        Stance target for all texts, or up to 20; ``"canonical"`` stands for the three canonical ones of the corpus. By
        default the predicted topic's canonical one.
    text_column, parent_column : hashable, optional
        Columns of the frame with the text, and with the text it answers: mostly a str, or 0 for a frame without names.
    id_column : hashable, optional
        Column with the ids of the texts, which makes those of `parent_column` ids: parents, and the first texts of
        threads, are found in the frame itself.
    all_scores : bool
        Add one column for every label's probability.
    weights : str
        Name of the weights of the shipped models, as for :func:`weibo_nlp.models.load_model`.
    mode : {"fast", "accurate"}
        Which models of the weights, as for :class:`Labeller`.
    encoder : str or Encoder, optional
        What gives vectors to models of one's own, as for :class:`Labeller`.
    html : bool or "auto"
        Whether texts are HTML, which is read as text; by default each is looked at.
    min_score : float, optional
        From 0 to 1. A label less probable than that is missing, as for :class:`Labeller`.
    coverage : float, optional
        Above 0 and below 1. Adds sets of labels that hold the right one in this share of texts of each label, as for
        :class:`Labeller`.
    errors : {"raise", "skip"}
        What happens where a text cannot be labelled: nothing is, or its labels are missing.

    Returns
    -------
    pandas.DataFrame
        The frame's columns (or ``text``), then ``topic, topic_score, sentiment, sentiment_score, irony, irony_score,
        stance_target, stance_known_target, stance, stance_score, out_of_domain`` and two columns for each additional
        model, on the frame's index and with its ``attrs``. A score is the label's probability; that of
        irony is the probability of irony, whichever the label. ``stance_known_target`` says whether the stance model
        has learnt about the target. With several targets, the columns of stance end in ``_1`` for the first, ``_2`` for
        the second, and so on.
        ``out_of_domain`` says that a text is unlike anything the weights learnt from, so that its labels are guesses;
        it is missing where the weights cannot tell. ``topic_set`` and ``sentiment_set`` have labels joined by ``|``.
        A task that a language model is asked for has a column ``<name>_outcome`` as well: ``answered``, ``refused`` or
        ``unparseable``. ``irony`` is of type ``boolean`` instead of ``bool`` where a label is missing.

    Raises
    ------
    UsageError
        If there is nothing to iterate over, no text column is found or named, columns of the frame clash, or an
        argument is none that is allowed.
    DataError
        If a text is missing, no string, longer than 100,000 characters or, once read, without anything to see, naming
        positions; with ``errors="skip"``, never. If an id has lost digits, or is no text or number.

    Warns
    -----
    UserWarning
        Of the hosts that texts are sent to, before they are. If the stance model has not learnt about a target that was
        named; if no parent has words; if rows answer an id
        that is not in the frame, or have the id of an earlier one that is answered; with
        ``errors="skip"``, how many texts have no labels.

    Examples
    --------
    >>> frame = label(["失信被执行人就该上征信黑名单", "今天食堂的菜有点咸"])
    >>> frame["topic"].tolist()
    ['credit', 'other']
    """
    import pandas as pd

    threads = _threads(texts)
    if threads is not None:
        if (text_column, parent_column, id_column) != (None, None, None):
            raise UsageError(
                "threads have no columns to choose from; leave text_column, parent_column and id_column out."
            )
        frame, text_column, parent_column, id_column = _frame_of(threads), "text", "parent", "id"
    else:
        frame = _as_frame(texts)
    columns: list[Any] = list(frame.columns)
    if text_column is None:
        some = frame.head(SNIFFED_ROWS)
        first = first_values(dict(zip(columns, row, strict=True)) for row in some.itertuples(index=False, name=None))
        text_column = guess_text_column(columns, first if len(columns) > 1 else None)
    values = frame.iloc[:, _place(columns, text_column)].tolist()
    answered = None if parent_column is None else frame.iloc[:, _place(columns, parent_column)].tolist()
    ids = None if id_column is None else frame.iloc[:, _place(columns, id_column)].tolist()
    if ids is not None and answered is None:
        raise UsageError("id_column goes with parent_column, whose ids it explains; give both, or neither.")
    if errors not in ("raise", "skip"):
        raise UsageError(f"errors is {errors!r:.40}; it is 'raise', or 'skip' to leave labels of such texts missing.")
    labeller = Labeller(
        models,
        target=target,
        all_scores=all_scores,
        weights=weights,
        mode=mode,
        encoder=encoder,
        html=html,
        min_score=min_score,
        coverage=coverage,
    )
    if taken := [name for name in labeller.columns if name in frame.columns]:
        raise UsageError(f"the frame has columns {', '.join(taken)} already; rename or drop them.")
    texts_read = [read(value, html) for value in values]
    parents = roots = None
    if ids is not None and answered is not None:
        parents, roots = _by_ids(ids, answered, values, (id_column, parent_column), html)
    elif answered is not None:
        parents = [read_parent(value, html) for value in answered]
    if errors == "raise":
        require_labelable(texts_read, parents)
    problems = problems_of(texts_read, parents)
    if problems:
        warnings.warn(f"{told(problems, len(values))}; their labels are missing.", stacklevel=2)
    if parents and not any(has_words(parent.text) for parent in parents):
        warnings.warn(f"column {parent_column!r} (parent_column=) has no words in any row.", stacklevel=2)
    labeller.warn_of_unknown_targets(stacklevel=2)
    for told_host in host_sentences(labeller.language_models, len(values) - len(problems)):
        warnings.warn(told_host, stacklevel=2)
    rows: list[dict[str, Any]] = [dict.fromkeys(labeller.columns) for _ in values]
    places = [place for place in range(len(values)) if place not in problems]
    for start in range(0, len(places), labeller.batch_size):
        batch = places[start : start + labeller.batch_size]
        above = [None if given is None else [given[place] for place in batch] for given in (parents, roots)]
        answers = labeller.label_readings([texts_read[place] for place in batch], *above)
        for place, row in zip(batch, answers, strict=True):
            rows[place] = row
    labels = pd.DataFrame(rows, columns=list(labeller.columns), index=frame.index)
    # Without rows, or with nulls only, pandas would choose other types.
    types = {"float": "float64", "string": pd.Series([""]).dtype}
    kinds = {name: types[kind] for name, kind in labeller.columns.items() if kind in types}
    known = {slot.known for slot in labeller.slots}
    for name in (name for name, kind in labeller.columns.items() if kind == "bool"):
        kinds[name] = "boolean" if name in known or labels[name].isna().any() else "bool"
    labels = labels.astype(kinds)
    labelled = pd.concat([frame, labels], axis=1)
    labelled.attrs = deepcopy(frame.attrs)
    if frame.columns.nlevels == 1:
        labelled.columns.name = frame.columns.name
    return labelled


def _threads(texts: Any) -> list[Thread] | None:
    """Threads, if they are; None for any other texts."""
    if isinstance(texts, Thread):
        return [texts]
    if isinstance(texts, list | tuple) and texts and all(isinstance(each, Thread) for each in texts):
        return list(texts)
    return None


def _frame_of(threads: Iterable[Thread]) -> pd.DataFrame:
    import pandas as pd

    rows = [(document.id, above_of(document), document.text) for thread in threads for document in thread]
    return pd.DataFrame(rows, columns=["id", "parent", "text"], dtype=object)


def _by_ids(
    ids: Sequence[Any],
    answered: Sequence[Any],
    texts: Sequence[Any],
    columns: tuple[Hashable, Hashable],
    html: HtmlChoice,
) -> tuple[list[Reading], list[Reading]]:
    """What each text answers and the first of its thread, by ids; warns of what is not there or stands twice."""
    own, above = (
        [as_id(value, f"row {number}", repr(name)) for number, value in enumerate(values)]
        for name, values in zip(columns, (ids, answered), strict=True)
    )
    found = ThreadTexts.of_rows(lambda: zip(own, texts, above, strict=True))
    parents, roots, n_missing = read_above(map(found.above, above), html)
    if n_missing:
        what = f"{n_missing:,} of {len(texts):,} rows answer a text that is not in the frame or cannot be read."
        warnings.warn(what, stacklevel=3)
    if found.n_doubled:
        warnings.warn(
            f"{found.n_doubled:,} rows have the id of an earlier one that is answered, which counts.", stacklevel=3
        )
    return parents, roots


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

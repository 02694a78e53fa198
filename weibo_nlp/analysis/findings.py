"""All that a page on a labelled collection shows, computed in one pass over its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.analysis.crossing import StanceFindings
from weibo_nlp.analysis.examples import Examples
from weibo_nlp.analysis.keywords import Keywords
from weibo_nlp.analysis.label_columns import LabelColumn
from weibo_nlp.analysis.phrases import Phrases
from weibo_nlp.analysis.quality import Quality
from weibo_nlp.analysis.shares import Shares

if TYPE_CHECKING:
    from weibo_nlp.io.collection import Collection


@dataclass(frozen=True)
class Findings:
    """What was found in a labelled collection; :func:`find` makes it.

    Attributes
    ----------
    name, sha256 : str
        Of the collection.
    n : int
        Its rows.
    label_columns : tuple of LabelColumn
        Columns of labels, each with its labels in the order in which they are shown.
    text_column, time_column, id_column : str or None
        Columns that were read as such.
    labelled_by : mapping
        What the summary beside the collection says of the weights: ``weights``, ``mode``, ``models``, ``version``; empty
        where there is none.
    estimated_by : mapping
        What the file of estimates says of its ``sample`` and of itself, without its rows; empty where none is given.
    shares, stance, keywords, phrases, examples, quality
        See their types.
    """

    name: str
    sha256: str
    n: int
    label_columns: tuple[LabelColumn, ...]
    text_column: str | None
    time_column: str | None
    id_column: str | None
    labelled_by: Mapping[str, Any]
    estimated_by: Mapping[str, Any]
    shares: Shares
    stance: StanceFindings
    keywords: Keywords
    phrases: Phrases
    examples: Examples
    quality: Quality


def find(
    collection: Collection,
    *,
    estimates: Mapping[str, Any] | Path | str | None = None,
    by: Sequence[str] = (),
    time_column: str | None = None,
    phrases: Sequence[str] = (),
    text_column: str | None = None,
    label_columns: Sequence[str] = (),
    most_examples: int = 3,
    most_keywords: int = 30,
    seed: int = 0,
) -> Findings:
    """Compute what a page on a labelled collection shows.

    Parameters
    ----------
    collection : Collection
        Labelled rows, as ``weibo-nlp label`` writes them, or with labels of one's own.
    estimates : mapping, Path or str, optional
        What ``weibo-nlp estimate`` wrote of the same collection.
    by : sequence of str
        Columns of groups; of ``day``, ``week``, ``month``, ``quarter`` and ``year`` one, which is then the period of
        shares over time. By default the period follows from the span of time.
    time_column, text_column : str, optional
        Columns of the time and of the text; guessed unless named.
    phrases : sequence of str
        Phrases to track.
    label_columns : sequence of str, optional
        Columns of labels; by default those that ``weibo-nlp label`` writes.
    most_examples, most_keywords : int
        Examples of each label and kind; terms of each side and kind.
    seed : int
        Of what is drawn at random.

    Returns
    -------
    Findings

    Raises
    ------
    UsageError
        If a column is not there or cannot be guessed, or has more groups than a page can show.
    DataError
        If the estimates are of another collection.
    """
    raise NotImplementedError

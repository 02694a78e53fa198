"""What a folder of a linear model holds, checked: for the classifier that goes on learning, and for answers alone.

Nothing here needs scikit-learn, which takes longer to import than a model to be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import DataError
from weibo_nlp.features.layout import ColumnLayout
from weibo_nlp.features.ngrams import require_ngrams
from weibo_nlp.io.names import quoted
from weibo_nlp.models.conformal import ConformalSets
from weibo_nlp.models.limits import MAX_TARGET_LENGTH, MAX_TARGETS, Layout, require_size, require_targets

Arrays = Mapping[str, npt.NDArray[Any]]
WeightArray = npt.NDArray[np.float32]

ARRAYS: Layout = MappingProxyType(
    {
        "bias": ("F32", ("labels",)),
        "mixing": ("F32", ("labels", "labels")),
        "offset": ("F32", ("labels",)),
        "weights.data": ("F32", ("weights",)),
        "weights.columns": ("U32", ("weights",)),
        "weights.rows": ("U32", ("rows",)),
        "ngrams.terms": ("U64", ("ngrams",)),
        "ngrams.idf": ("F32", ("ngrams",)),
    }
)


@dataclass(frozen=True, slots=True)
class LinearParts:
    """What a trained linear model is made of.

    Attributes
    ----------
    layout : ColumnLayout
        What the columns stand for.
    known_targets : tuple of str
        Targets that it has learnt of beside those with columns of their own.
    conformal : ConformalSets or None
        Its prediction sets.
    terms, idf : ndarray, shape (n_terms,)
        The packed vocabulary, and its weights.
    coef : ndarray of float32, shape (n_labels, n_columns)
        The SVM.
    """

    layout: ColumnLayout
    known_targets: tuple[str, ...]
    conformal: ConformalSets | None
    terms: npt.NDArray[np.uint64]
    idf: WeightArray
    coef: WeightArray

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets that the model knows by name."""
        return tuple(dict.fromkeys([*self.layout.targets, *self.known_targets]))


def linear_parts(config: Mapping[str, Any], arrays: Arrays, *, is_related: bool) -> LinearParts:
    """Put together what :func:`weibo_nlp.models.storage.read_model` read, inside of ``rebuilding``.

    Parameters
    ----------
    config, arrays : mapping
        As they were read.
    is_related : bool
        Whether it is a stance model, which reads how texts stand to their targets.

    Raises
    ------
    DataError, KeyError, TypeError, ValueError
        If something is missing, of another type, or does not fit the rest.
    """
    labels = config["labels"]
    conformal = entry(config, "conformal", dict, None, absent=None)
    layout, known = _layout(config, is_related)
    terms, idf = arrays["ngrams.terms"], arrays["ngrams.idf"]
    require_ngrams(terms, idf)
    n_columns = layout.n_columns(len(terms))
    if config["columns"] != n_columns:
        raise DataError(f"{quoted(config['columns'])} columns, the n-grams and targets make {n_columns}")
    require_size(len(labels), n_columns)
    coef = _dense(arrays["weights.data"], arrays["weights.columns"], arrays["weights.rows"], (len(labels), n_columns))
    sets = None if conformal is None else ConformalSets.from_dict(conformal, labels)
    return LinearParts(layout, known, sets, terms, idf, coef)


def entry(config: Mapping[str, Any], name: str, *types: type | None, absent: Any = ...) -> Any:
    """An entry of a configuration, which has one of these types, None among them; a bool is no number."""
    value = config[name] if absent is ... else config.get(name, absent)
    if type(value) not in [type(None) if kind is None else kind for kind in types]:
        raise DataError(f"{name} is {quoted(value)}, which it cannot be")
    return value


def require_families(families: Mapping[str, str], mentions: Mapping[str, Sequence[str]]) -> None:
    """Refuse what no family or mention can be, with DataError."""
    if not isinstance(families, Mapping) or not isinstance(mentions, Mapping):
        raise DataError(f"families are a {type(families).__name__} and mentions a {type(mentions).__name__}")
    names, words = [*families, *mentions], [*mentions.values()]
    if not all(isinstance(each, list | tuple) for each in words):
        raise DataError("mentions of a target are no list of words")
    texts = [*names, *families.values(), *chain.from_iterable(words)]
    if not all(isinstance(text, str) and 0 < len(text) <= MAX_TARGET_LENGTH for text in texts):
        raise DataError("families or mentions hold what is no text")
    if len(texts) > MAX_TARGETS:
        raise DataError(f"families and mentions hold {len(texts):,} texts, at most {MAX_TARGETS:,} are read")


def _layout(config: Mapping[str, Any], is_related: bool) -> tuple[ColumnLayout, tuple[str, ...]]:
    """What the columns stand for, and which targets are known beside those with columns."""
    require_targets(config["targets"])
    targets, with_parent = tuple(config["targets"]), entry(config, "with_parent", bool)
    if not is_related:
        return ColumnLayout(targets, entry(config, "with_target", bool), with_parent), ()
    families, mentions = entry(config, "families", dict), entry(config, "mentions", dict)
    require_families(families, mentions)
    for name in ("family_names", "known_targets"):
        require_targets(config[name])
    layout = ColumnLayout(
        targets, True, with_parent, True, families or None, mentions or None, tuple(config["family_names"])
    )
    return layout, tuple(config["known_targets"])


def _dense(
    data: WeightArray, columns: npt.NDArray[np.uint32], rows: npt.NDArray[np.uint32], shape: tuple[int, int]
) -> WeightArray:
    """Spread out what stands in compressed sparse rows, each row's columns rising."""
    bounds = rows.astype(np.int64)
    sizes = np.diff(bounds)
    if len(sizes) != shape[0] or bounds[0] != 0 or bounds[-1] != len(data) or (sizes < 0).any():
        raise DataError(f"rows of weights do not part {len(data):,} weights among {shape[0]:,} labels")
    if len(columns) and int(columns.max()) >= shape[1]:
        raise DataError(f"a weight stands in column {int(columns.max()):,} of {shape[1]:,}")
    places = np.repeat(np.arange(shape[0]), sizes) * shape[1] + columns
    if (np.diff(places) <= 0).any():
        raise DataError("weights stand twice in one place, or out of order")
    matrix = np.zeros(shape, dtype=np.float32)
    matrix.reshape(-1)[places] = data
    return matrix

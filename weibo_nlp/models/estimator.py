"""What the classifiers of this room share: the conduct of scikit-learn, for texts, and saving without pickle."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn import exceptions
from sklearn.base import BaseEstimator, ClassifierMixin

from weibo_nlp import _renamed
from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError
from weibo_nlp.io.names import quoted, quoted_list
from weibo_nlp.io.paths import named_path
from weibo_nlp.models.base import Column, FloatArray, IntArray, Texts, as_examples
from weibo_nlp.models.limits import Layout, require_label, require_labels
from weibo_nlp.models.storage import read_model, rebuilding, write_model
from weibo_nlp.records import Example
from weibo_nlp.stats.arguments import column, is_missing, numbers
from weibo_nlp.stats.units import numbered_ids

Arrays = Mapping[str, npt.NDArray[Any]]

LOWEST_WEIGHT, HIGHEST_WEIGHT = 1e-9, 1e9  # besides 0; not far beyond, a solver overflows and never ends


class NotFittedError(DataError, exceptions.NotFittedError):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """A model was asked before it was trained."""


@dataclass(frozen=True)
class TrainingData:
    """What a model learns from, checked: one code (place among the labels), group and weight for each example."""

    examples: list[Example]
    labels: npt.NDArray[Any]
    codes: IntArray
    groups: IntArray | None
    weights: FloatArray

    def weighted(self) -> TrainingData:
        """Leave out the examples with the weight 0: no solver can be asked to learn from a fold of them."""
        places = np.flatnonzero(self.weights > 0).tolist()
        if len(places) == len(self.examples):
            return self
        return replace(
            self,
            examples=[self.examples[place] for place in places],
            codes=self.codes[places],
            groups=None if self.groups is None else self.groups[places],
            weights=self.weights[places],
        )


class TextClassifier(ClassifierMixin, BaseEstimator, ABC):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """A classifier of texts that scikit-learn's tools can clone, search and cross-validate.

    A subclass defines ``name``, ``layout`` (the arrays it saves), ``fit``, ``predict_proba``, ``_state`` and
    ``_restore``.

    Attributes
    ----------
    name, version : str
        Who predicts, as prediction files record it: the kind of model, and the package that trained it.
    kind : str
        What a saved model's configuration calls it, by which :func:`weibo_nlp.models.load_model` reads it: the name,
        unless that says more.
    """

    name: ClassVar[str]
    kind: ClassVar[str] = ""
    layout: ClassVar[Layout]

    @property
    def labels(self) -> Any:
        """The parameter; of a trained model, the old name of ``classes_``."""
        if not self.__sklearn_is_fitted__():
            return vars(self)["labels"]
        _renamed.warn("labels of a trained model", "classes_")
        return tuple(self.classes_.tolist())

    @labels.setter
    def labels(self, labels: Column) -> None:
        self.__dict__["labels"] = labels

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name, as scikit-learn's tools read them."""
        return {name: vars(self)[name] for name in self._get_param_names()}

    @property
    def version(self) -> str:
        """Version of the package that trained the model."""
        return str(getattr(self, "version_", __version__))

    @abstractmethod
    def predict_proba(self, X: Texts) -> FloatArray:
        """Return probabilities, shape (n_texts, n_labels), rows summing to 1."""

    def predict(self, X: Texts) -> npt.NDArray[Any]:
        """Return the most probable label of each text, shape (n_texts,)."""
        places = self.predict_proba(X).argmax(axis=1)
        labels: npt.NDArray[Any] = self.classes_[places]
        return labels

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the trained model into a folder, without pickle.

        A model that is there already is replaced when all of this one is on disk; whatever is raised, it is as it was.

        Raises
        ------
        NotFittedError
            If it is not trained.
        DataError
            If its labels are not strings, which a file could not give back, a parameter is no plain value (such as a
            ``RandomState``), or it is too large to be read again.
        UsageError
            If a parameter was set to what it cannot be, the folder cannot be written to, or a file in it that is of no
            model of ours would be replaced.
        """
        place = named_path(folder, "a folder for a model")
        config, arrays = self._saved()
        write_model(place, config, arrays, self.layout)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """Read what :meth:`save_pretrained` wrote.

        Raises
        ------
        DataError
            If files are missing, damaged, altered, or do not fit each other.
        UsageError
            If the folder is an empty name, or none.

        Warns
        -----
        FutureWarning
            If the folder has no manifest, as those that weibo_nlp 0.2 wrote.
        """
        folder = named_path(folder, "a folder of a model")
        config, arrays = read_model(folder, cls.layout)
        with rebuilding(folder):
            model = cls(tuple(config["labels"]))
            model.classes_, model.version_ = np.array(config["labels"]), config["version"]
            model._restore(config, arrays)
        return model

    def save(self, folder: str | Path) -> None:
        """Write the trained model: the old name of :meth:`save_pretrained`."""
        _renamed.warn("save", "save_pretrained")
        self.save_pretrained(folder)

    @classmethod
    def from_folder(cls, folder: str | Path) -> Self:
        """Read a trained model: the old name of :meth:`from_pretrained`."""
        _renamed.warn("from_folder", "from_pretrained")
        return cls.from_pretrained(folder)

    def _saved(self) -> tuple[dict[str, Any], Arrays]:
        """Whole configuration and arrays of the trained model, as :meth:`save_pretrained` writes them."""
        self._require_fitted()
        labels = self.classes_.tolist()
        if not all(isinstance(label, str) for label in labels):
            raise DataError(f"labels {labels!r:.60} are no strings, which a saved model has; train with strings as y.")
        try:
            require_labels(labels)
            config, arrays = self._state()
        except DataError as error:
            raise DataError(f"the {self.name} model cannot be saved: {error}.") from error
        return {"model": self.kind or self.name, "version": self.version, "labels": labels} | config, arrays

    @abstractmethod
    def _state(self) -> tuple[dict[str, Any], Arrays]:
        """Configuration and arrays that :meth:`_restore` takes."""

    @abstractmethod
    def _restore(self, config: Mapping[str, Any], arrays: Arrays) -> None:
        """Take over what was saved; whatever does not fit raises KeyError, TypeError, ValueError or DataError."""

    def _training_data(
        self, X: Texts, y: Iterable[Any], groups: Column, sample_weight: Column, labels: Column = None
    ) -> TrainingData:
        """Check what ``fit`` was given; `labels` are those that may occur, by default the parameter's.

        Raises
        ------
        DataError
            If lengths differ, labels cannot be told apart, are of several types, missing, unknown or none (see
            `limits.require_label`), a group is missing, or a weight is neither 0 nor in range.
        UsageError
            If one of them is no column.
        """
        examples, targets = as_examples(X), column(y, "y")
        members = None if groups is None else _numbered(groups)
        weights = np.ones(len(examples))
        if sample_weight is not None:
            weights = numbers(column(sample_weight, "sample_weight"), "sample_weight")
        for name, values in (("label", targets), ("group", members), ("weight", weights)):
            if values is not None and len(values) != (n := len(examples)):
                raise DataError(f"{n} examples with {len(values)} {name}s; one {name} an example is needed.")
        if (odd := weights[~((weights == 0) | (weights >= LOWEST_WEIGHT) & (weights <= HIGHEST_WEIGHT))]).size:
            raise DataError(f"a weight is {odd[0]:g}; give 0, or numbers from {LOWEST_WEIGHT:g} to {HIGHEST_WEIGHT:g}.")
        if examples and not weights.any():
            raise DataError("all weights are 0, so there is nothing to learn from; give some above 0.")
        try:
            occurring = set(targets)
            parameter = vars(self)["labels"] if labels is None else labels
            labels = sorted(occurring) if parameter is None else column(parameter, "labels")
        except TypeError as error:
            raise DataError(f"labels cannot be told apart ({error}); give one string for each example.") from error
        places = {label: place for place, label in enumerate(labels)}
        if len(places) < len(labels):
            raise DataError(f"labels {', '.join(map(str, labels))} are not all different; name each once.")
        for label in labels:
            if isinstance(label, str):
                require_label(label)
        if unknown := sorted(occurring - places.keys(), key=str):
            raise DataError(f"labels {unknown} are not among {', '.join(map(str, labels))}; correct them.")
        if missing := [place for place, label in enumerate(targets) if is_missing(label)]:
            raise DataError(f"y[{missing[0]}] is {targets[missing[0]]!r}, no label; leave out rows without one.")
        classes = _classes(labels, targets)
        codes = np.array([places[label] for label in targets], dtype=np.int64)
        return TrainingData(examples, classes, codes, members, weights)

    def _require_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(f"the {self.name} model is not trained; call fit first, or load a trained one.")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "classes_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags


def _numbered(groups: Column) -> IntArray:
    """Number groups in their order, since numpy would make of tuples a table, and of ids of several types strings."""
    names, numbers_ = numbered_ids(groups, "groups")
    try:
        order = sorted(range(len(names)), key=names.__getitem__)  # type: ignore[arg-type]
    except TypeError:  # they have no order among themselves: as they come up
        return numbers_
    return np.argsort(order)[numbers_]


def _classes(labels: list[Any], targets: list[Any]) -> npt.NDArray[Any]:
    """Return labels as an array that holds them as they are, or raise DataError.

    Beside a string, numpy makes strings of numbers, and beside a number, numbers of booleans; True equals 1 already.
    """
    types = {_type_of(label): label for label in (*labels, *targets)}
    if len(types) > 1 or None in types:
        shown = ", ".join(quoted(label) for label in types.values())
        raise DataError(f"labels such as {shown}; give strings, whole numbers, booleans or fractions, all of one type.")
    classes = np.array(labels)
    if classes.shape != (len(labels),) or classes.tolist() != labels:
        raise DataError(f"labels {quoted_list(labels)} do not fit into one array; give strings.")
    return classes


def _type_of(label: object) -> type | None:
    """The type that numpy holds a label as; None where it is none of a label."""
    if isinstance(label, bool | np.bool_):
        return bool
    return next((kind for kind in (str, Integral, Real) if isinstance(label, kind)), None)

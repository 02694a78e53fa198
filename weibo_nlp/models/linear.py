"""The linear model: a calibrated linear SVM over character n-grams, with a copy of them for every known target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError
from weibo_nlp.features import CharNgrams, prepare
from weibo_nlp.models.base import FloatArray
from weibo_nlp.models.storage import labels_of, read_model, rebuilding, write_model
from weibo_nlp.records import Example

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

IntArray = npt.NDArray[np.int64]

GRID = (0.25, 0.5, 1.0, 2.0)
FOLDS = 5
# What a word says towards one target says little about its meaning towards another: the block shared by all targets
# speaks more softly than the target's own (feature augmentation, Daumé III 2007). Chosen by cross-validation
# inside training data.
SHARED_SCALE = 0.6
MIN_TARGET_EXAMPLES = 20  # below that, a copy of the features learns noise, and thousands of targets fill the memory
PARENT_SCALE = 0.3


class LinearClassifier:
    """Character 1-3-gram TF-IDF and a linear SVM, whose margins a small logistic regression turns into probabilities.

    With targets (stance), the features are, side by side: the text's n-grams shared by all targets, the n-grams
    of the text answered, the n-grams of the target's own words, and one copy of the text's n-grams for each target
    with at least ``MIN_TARGET_EXAMPLES`` training examples. Any other target is judged by the other parts alone.

    The regression over the margins learns from margins that the SVM gave to texts it had not seen, in folds of the
    training data; the same folds choose the SVM's strength by log loss, which is far less noisy than a score of
    hard decisions. So probabilities follow the shares of the labels in training.

    Parameters
    ----------
    labels : sequence of str
        Labels in the task's order.
    strength : float, optional
        Inverse regularisation C of the SVM; without it, chosen from ``GRID``.
    min_df : int
        An n-gram must occur in this many training texts.
    seed : int
        Of the folds and of the SVM's coordinate descent.
    """

    name = "linear"

    def __init__(
        self,
        labels: Sequence[str],
        *,
        strength: float | None = None,
        min_df: int = 2,
        seed: int = 0,
    ) -> None:
        self.labels = tuple(labels)
        self.strength = strength
        self.min_df = min_df
        self.seed = seed
        self.version = __version__
        self.ngrams = CharNgrams(min_df=min_df)
        self.targets: tuple[str, ...] = ()
        self.with_target = False
        self.with_parent = False
        self.weights: npt.NDArray[np.float32] | None = None
        self.bias: npt.NDArray[np.float32] | None = None
        self.mixing: npt.NDArray[np.float32] | None = None
        self.offset: npt.NDArray[np.float32] | None = None
        self.trained_on: dict[str, Any] = {}

    def fit(
        self,
        examples: Sequence[Example],
        labels: Sequence[str],
        *,
        groups: Sequence[str] | None = None,
        weights: Sequence[float] | None = None,
    ) -> Self:
        """Learn from examples.

        Parameters
        ----------
        examples : sequence of Example
            All with a target, or none.
        labels : sequence of str
            One an example.
        groups : sequence of str, optional
            Thread of each example: the folds that choose the strength never tear one apart.
        weights : sequence of float, optional
            Weight of each example in the loss.

        Raises
        ------
        DataError
            If lengths differ, a label is unknown, fewer than two labels occur, targets are given for some only, a
            weight is negative or not finite, or there is too little to make folds of.
        """
        self._check(examples, labels, groups, weights)
        seen = Counter(example.target for example in examples if example.target is not None)
        self.with_target = bool(seen)
        self.targets = tuple(sorted(target for target, count in seen.items() if count >= MIN_TARGET_EXAMPLES))
        self.with_parent = any(example.parent for example in examples)
        y = np.array([self.labels.index(label) for label in labels])
        sample_weights = None if weights is None else np.asarray(weights, dtype=float)
        prepared = [prepare(example.text) for example in examples]
        margins = self._out_of_fold(prepared, examples, y, groups, sample_weights)
        calibrators = {c: _regression(found, y, sample_weights) for c, found in margins.items()}
        losses = {c: _log_loss(calibrators[c], found, y, sample_weights) for c, found in margins.items()}
        chosen = min(losses, key=lambda c: losses[c])
        self.ngrams.fit(_distinct(prepared))
        features = self._blocks(self.ngrams.transform(prepared), examples)
        svm = self._svm(chosen).fit(features, y, sample_weight=sample_weights)
        self.weights, self.bias = self._per_label(svm.coef_, svm.intercept_, svm.classes_, absent=0.0)
        calibrator = calibrators[chosen]
        self.mixing, self.offset = self._per_label(
            calibrator.coef_, calibrator.intercept_, calibrator.classes_, absent=-1e4
        )
        self.trained_on = {
            "examples": len(examples),
            "strength": chosen,
            "cross_validated_log_loss": {str(c): round(loss, 4) for c, loss in losses.items()},
        }
        return self

    def predict_proba(self, examples: Sequence[Example]) -> FloatArray:
        """Return probabilities, shape (n_examples, n_labels), rows summing to 1."""
        weights, bias, mixing, offset = self._trained()
        if not examples:
            return np.zeros((0, len(self.labels)))
        own = self.ngrams.transform([prepare(example.text) for example in examples])
        margins = self._blocks(own, examples) @ weights.T.astype(np.float64) + bias
        return _softmax(margins @ mixing.T + offset)

    def save(self, folder: Path) -> None:
        """Write weights, n-grams and configuration."""
        from scipy.sparse import csr_matrix

        weights, bias, mixing, offset = self._trained()
        sparse = csr_matrix(weights)
        config = {
            "model": self.name,
            "version": self.version,
            "labels": self.labels,
            "targets": self.targets,
            "with_target": self.with_target,
            "with_parent": self.with_parent,
            "min_df": self.min_df,
            "seed": self.seed,
            "columns": weights.shape[1],
            "trained_on": self.trained_on,
        }
        arrays = {
            "bias": bias,
            "mixing": mixing,
            "offset": offset,
            "weights.data": sparse.data.astype(np.float32),
            "weights.columns": sparse.indices.astype(np.uint32),
            "weights.rows": sparse.indptr.astype(np.uint32),
        }
        arrays |= {f"ngrams.{name}": array for name, array in self.ngrams.to_arrays().items()}
        write_model(folder, config, arrays)

    @classmethod
    def from_folder(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        DataError
            If files are missing, damaged, or do not fit each other.
        """
        config, arrays = read_model(folder)
        with rebuilding(folder):
            model = cls(labels_of(config), min_df=config["min_df"], seed=config["seed"])
            model.version = config["version"]
            model.targets = tuple(config["targets"])
            model.with_target = config["with_target"]
            model.with_parent = config["with_parent"]
            model.trained_on = config["trained_on"]
            grams = {"terms": arrays["ngrams.terms"], "idf": arrays["ngrams.idf"]}
            model.ngrams = CharNgrams.from_arrays(grams, max_n=3, min_df=model.min_df)
            if config["columns"] != model._width():
                raise DataError(f"{config['columns']} columns, the n-grams and targets make {model._width()}")
            model.weights, model.bias = _dense(arrays, (len(model.labels), model._width())), arrays["bias"]
            model.mixing, model.offset = arrays["mixing"], arrays["offset"]
            model._check_shapes()
        return model

    def _trained(self) -> tuple[npt.NDArray[np.float32], ...]:
        parts = (self.weights, self.bias, self.mixing, self.offset)
        if any(part is None for part in parts):
            raise DataError("the linear model is not trained; call fit first, or load a trained one.")
        return parts  # type: ignore[return-value]

    def _check_shapes(self) -> None:
        k = len(self.labels)
        expected = ((k, self._width()), (k,), (k, k), (k,))
        found = tuple(part.shape for part in self._trained())
        if found != expected:
            raise DataError(f"arrays of shapes {found}, expected {expected}")

    def _check(
        self,
        examples: Sequence[Example],
        labels: Sequence[str],
        groups: Sequence[str] | None,
        weights: Sequence[float] | None,
    ) -> None:
        for what, given in (("label", labels), ("group", groups), ("weight", weights)):
            if given is not None and len(given) != len(examples):
                raise DataError(f"{len(examples)} examples with {len(given)} {what}s; one {what} an example is needed.")
        if weights is not None and not all(0 <= weight < np.inf for weight in weights):
            raise DataError("a weight is negative or not finite; give numbers from 0.")
        if weights is not None and examples and not any(weights):
            raise DataError("all weights are 0, so there is nothing to learn from; give some above 0.")
        if unknown := sorted(set(labels) - set(self.labels)):
            raise DataError(f"labels {unknown} are not among {', '.join(self.labels)}; correct them.")
        if len(set(labels)) < 2:
            raise DataError(f"only {sorted(set(labels))} occur; at least two labels are needed to learn a difference.")
        targeted = sum(example.target is not None for example in examples)
        if targeted not in (0, len(examples)):
            raise DataError(f"{targeted} of {len(examples)} examples have a target; give it to all or to none.")

    def _width(self) -> int:
        return len(self.ngrams) * (1 + self.with_parent + self.with_target + len(self.targets))

    def _blocks(self, own: csr_matrix, examples: Sequence[Example]) -> csr_matrix:
        """Lay out the features: shared, parent, the target's words, a copy per target."""
        from scipy.sparse import csr_matrix, diags, hstack

        blocks: list[Any] = [own * SHARED_SCALE if self.with_target else own]
        if self.with_parent:
            blocks.append(self._recurring([example.parent or "" for example in examples]) * PARENT_SCALE)
        if self.with_target:
            blocks.append(self._recurring([example.target or "" for example in examples]))
        for target in self.targets:
            mine = np.array([example.target == target for example in examples], dtype=float)
            blocks.append(diags(mine) @ own)
        return csr_matrix(hstack(blocks))

    def _recurring(self, texts: Sequence[str]) -> csr_matrix:
        """N-grams of targets or parents: one root has thousands of answers and is read once."""
        places = {text: place for place, text in enumerate(_distinct(texts))}
        features = self.ngrams.transform([prepare(text) for text in places])
        return features[[places[text] for text in texts]]

    def _svm(self, strength: float) -> Any:
        from sklearn.svm import LinearSVC

        return LinearSVC(C=strength, random_state=self.seed)

    def _per_label(
        self, coefficients: Any, intercept: Any, classes: Any, *, absent: float
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """One row a label of the task; a label that did not occur in training gets the bias `absent`."""
        if len(classes) == 2:  # scikit-learn then keeps one row: the second label against the first
            coefficients, intercept = np.vstack([-coefficients, coefficients]), np.concatenate([-intercept, intercept])
            if absent:  # log odds are a difference: half to either side
                coefficients, intercept = coefficients / 2, intercept / 2
        columns = coefficients.shape[1]
        weights = np.zeros((len(self.labels), columns), dtype=np.float32)
        bias = np.full(len(self.labels), absent, dtype=np.float32)
        weights[classes] = coefficients
        bias[classes] = intercept
        return weights, bias

    def _folds(self, y: npt.NDArray[np.int64], groups: Sequence[str] | None) -> Iterator[tuple[IntArray, IntArray]]:
        """Places to learn from and places held out; fewer than ``FOLDS`` where there is too little for as many."""
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

        units = len(y) if groups is None else len(set(groups))
        count = min(FOLDS, units, int(np.bincount(y).max()))
        if count < 2:
            raise DataError(
                f"{len(y)} examples in {units} groups, at most {np.bincount(y).max()} of one label, cannot be held out "
                "from each other; give two groups and two examples of a label at the least."
            )
        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        folds: Iterator[tuple[IntArray, IntArray]]
        folds = kind(count, shuffle=True, random_state=self.seed).split(np.zeros(len(y)), y, groups)
        return folds

    def _out_of_fold(
        self,
        prepared: Sequence[str],
        examples: Sequence[Example],
        y: npt.NDArray[np.int64],
        groups: Sequence[str] | None,
        weights: FloatArray | None,
    ) -> dict[float, FloatArray]:
        """Margins for texts the SVM has not seen, for each strength tried: shape (n_examples, n_labels)."""
        folds = [(train, held) for train, held in self._folds(y, groups) if len(set(y[train].tolist())) > 1]
        if not folds:
            raise DataError("no fold leaves two labels to learn from; give more examples or groups.")
        strengths = GRID if self.strength is None else (self.strength,)
        found = {strength: np.zeros((len(y), len(self.labels))) for strength in strengths}
        for train, held in folds:
            fold = LinearClassifier(self.labels, min_df=self.min_df, seed=self.seed)
            fold.targets, fold.with_target, fold.with_parent = self.targets, self.with_target, self.with_parent
            seen = [prepared[i] for i in train]
            fold.ngrams.fit(_distinct(seen))
            train_features = fold._blocks(fold.ngrams.transform(seen), [examples[i] for i in train])
            unseen = fold.ngrams.transform([prepared[i] for i in held])
            held_features = fold._blocks(unseen, [examples[i] for i in held])
            for strength in strengths:
                svm = fold._svm(strength)
                svm.fit(train_features, y[train], sample_weight=None if weights is None else weights[train])
                w, b = fold._per_label(svm.coef_, svm.intercept_, svm.classes_, absent=0.0)
                found[strength][held] = held_features @ w.T + b
        return found


def _distinct(texts: Sequence[str]) -> list[str]:
    """Each text once: a text judged on three targets is still one text when n-grams are counted."""
    return list(dict.fromkeys(texts))


def _regression(margins: FloatArray, y: npt.NDArray[np.int64], weights: FloatArray | None) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000).fit(margins, y, sample_weight=weights)


def _log_loss(calibrator: Any, margins: FloatArray, y: npt.NDArray[np.int64], weights: FloatArray | None) -> float:
    from sklearn.metrics import log_loss

    probabilities = calibrator.predict_proba(margins)
    return float(log_loss(y, probabilities, sample_weight=weights, labels=calibrator.classes_))


def _dense(arrays: Mapping[str, npt.NDArray[Any]], shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    from scipy.sparse import csr_matrix

    parts = (
        arrays["weights.data"],
        arrays["weights.columns"].astype(np.int64),
        arrays["weights.rows"].astype(np.int64),
    )
    matrix = csr_matrix(parts, shape=shape)
    matrix.check_format(full_check=True)  # or places outside the matrix would be written to, unchecked, in C
    return np.asarray(matrix.toarray(), dtype=np.float32)


def _softmax(scores: Any) -> FloatArray:
    scores = np.asarray(scores, dtype=np.float64)
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: FloatArray = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result

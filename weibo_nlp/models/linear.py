"""The linear model: a calibrated linear SVM over character n-grams, with a copy of them for every known target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from types import ModuleType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.svm import LinearSVC
from sklearn.utils import check_random_state

from weibo_nlp._renamed import with_old_keywords
from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.features.ngrams import ngram_arrays, ngrams_from_arrays
from weibo_nlp.features.preparation import prepared
from weibo_nlp.features.stance import StanceFeatures
from weibo_nlp.features.targeted import TargetedNgrams
from weibo_nlp.io.names import quoted
from weibo_nlp.models.answers import distributions
from weibo_nlp.models.base import Column, FloatArray, IntArray, Texts, as_examples
from weibo_nlp.models.conformal import ConformalSets
from weibo_nlp.models.estimator import LOWEST_WEIGHT, Arrays, TextClassifier, TrainingData
from weibo_nlp.models.explanation import Explanation, explain
from weibo_nlp.models.limits import require_size, require_targets
from weibo_nlp.models.linear_fit import fit_linear, is_learnt
from weibo_nlp.models.linear_folder import ARRAYS, LinearParts, entry, linear_parts
from weibo_nlp.models.scorer import LinearScorer, index_of
from weibo_nlp.records import Example
from weibo_nlp.stats.arguments import column

GRID = (0.25, 0.5, 1.0, 2.0)
SOFT_GRID = (10.0, 30.0, 100.0)
FOLDS = 5
_MOST_TEXTS = 10**9
LOWEST_C, HIGHEST_C = 1e-9, 1e9  # not far beyond, the solver overflows and never ends


class LinearClassifier(TextClassifier):
    """Character 1-3-gram TF-IDF and a linear SVM, whose margins a small logistic regression turns into probabilities.

    With targets (stance), the features are, side by side: the text's n-grams shared by all targets, the n-grams
    of the text answered, the n-grams of the target's own words, and one copy of the text's n-grams for each target
    with at least 20 training examples. Any other target is judged by the other parts alone.

    The regression over the margins learns from margins that the SVM gave to texts it had not seen, in folds of the
    training data; the same folds choose the SVM's C by log loss, which is far less noisy than a score of
    hard decisions. So probabilities follow the shares of the labels in training.

    Parameters
    ----------
    labels : sequence, optional
        Labels in the order of the columns; one that is absent from training gets the probability 0. Without them,
        the labels of the training data, sorted. Scores of scikit-learn that read probabilities expect sorted labels.
    C : float, optional
        Inverse regularisation of the SVM, from ``LOWEST_C`` to ``HIGHEST_C``; without it, chosen from ``GRID``.
    min_df : int or float
        An n-gram must occur in this many training texts, or in this share of them (as 0.01).
    balance : float
        How far the labels weigh alike in the loss of the SVM: from 0, where each example weighs the same, to 1, where
        each label does. The probabilities follow the weights.
    random_state : int, optional
        Seed of the folds and of the SVM's coordinate descent.

    Attributes
    ----------
    classes_ : ndarray, shape (n_labels,)
        The labels.
    C_ : float
        The C that was given or chosen.
    features_ : TargetedNgrams
        Texts to columns.
    targets_ : tuple of str
        Targets with columns of their own.
    coef_, intercept_ : ndarray, shape (n_labels, n_columns) and (n_labels,)
        The SVM, one label against the others.
    calibrator_coef_, calibrator_intercept_ : ndarray, shape (n_labels, n_labels) and (n_labels,)
        The regression from margins to log odds.
    conformal_ : ConformalSets or None
        Prediction sets, once :meth:`fit_sets` has learnt them.
    trained_on_ : dict
        ``examples``, ``strength`` (the C) and the cross-validated log loss of each C tried.

    Examples
    --------
    >>> texts = ["真好吃", "太好吃了", "好吃啊", "真难吃", "太难吃了", "难吃啊"]
    >>> model = LinearClassifier(C=1.0).fit(texts, ["praise"] * 3 + ["blame"] * 3)
    >>> model.predict(["这家好吃"]).tolist()
    ['praise']
    """

    name = "linear"
    layout = ARRAYS

    def __init__(
        self,
        labels: Column = None,
        *,
        C: float | None = None,
        min_df: float = 2,
        balance: float = 0.0,
        random_state: int | None = 0,
    ) -> None:
        self.labels, self.C, self.min_df, self.balance, self.random_state = labels, C, min_df, balance, random_state

    @with_old_keywords
    def fit(self, X: Texts, y: Iterable[Any], groups: Column = None, sample_weight: Column = None) -> Self:
        """Learn from texts.

        Parameters
        ----------
        X : iterable of str or Example
            All with a target, or none.
        y : iterable
            One label for each text.
        groups : iterable, optional
            Thread of each text: the folds that choose C never tear one apart.
        sample_weight : iterable of float, optional
            Weight of each text in the loss, from 1e-9 to 1e9; a text with the weight 0 is left out.

        Raises
        ------
        DataError
            If lengths differ, a label is unknown, fewer than two labels occur, targets are given for some only, a
            weight is out of range, a label or group is missing, or there is too little to make folds of.
        UsageError
            If `C`, `min_df` or `random_state` is none, or what is given per text is no column.
        """
        self._require_parameters()
        data = self._training_data(X, y, groups, sample_weight).weighted()
        _require_several(data.labels[np.unique(data.codes)].tolist())
        shares = np.zeros((len(data.codes), len(data.labels)))
        shares[np.arange(len(data.codes)), data.codes] = self.training_weights(data.examples, data.codes, data.weights)
        return self._learn(data, shares, LinearSVC(random_state=self.random_state), GRID)

    def fit_soft_labels(self, X: Texts, probabilities: npt.ArrayLike, groups: Column = None) -> Self:
        """Learn from texts of which another model, or many readers, said how probable each label is.

        Each text teaches each label by its probability, so that the model's probabilities follow those given, and not
        the labels that they make most probable. In the place of the SVM stands a logistic regression, with a C from
        ``SOFT_GRID`` where none is given; all else is as in :meth:`fit`.

        Parameters
        ----------
        X : iterable of str or Example
            All with a target, or none.
        probabilities : array-like, shape (n_texts, n_labels)
            Each row a distribution, with columns in the order of the parameter ``labels``.
        groups : iterable, optional
            As for :meth:`fit`.

        Raises
        ------
        DataError
            If one label alone has a probability to learn from, targets are given for some only, a group is missing, or
            there is too little to make folds of.
        UsageError
            If the parameter ``labels`` is not given, or probabilities are no distributions over them, one for each
            text; or as of :meth:`fit`.

        Notes
        -----
        Of 1,500 posts held out, a model that learnt what another says of 6,000 gives the same label to .849 and
        diverges by .091 nats. As SVM, which learns each label by its probability, .839 and .104; as :meth:`fit`, of
        the most probable labels, .814 and .207.
        """
        self._require_parameters()
        examples, labels = as_examples(X), vars(self)["labels"]
        if labels is None:
            raise UsageError("probabilities do not say which labels they are of; give the model labels=(…) in order.")
        names = column(labels, "labels")
        given = distributions(probabilities, len(examples), names, "what is learnt from is what")
        data = self._training_data(examples, [names[place] for place in given.argmax(axis=1)], groups, None)
        _require_several(data.labels[is_learnt(given).any(axis=0)].tolist())
        rows, codes = np.nonzero(given >= LOWEST_WEIGHT)
        shares = np.zeros_like(given)
        shares[rows, codes] = self.training_weights([examples[row] for row in rows], codes, given[rows, codes])
        return self._learn(data, shares, LogisticRegression(max_iter=1000), SOFT_GRID)

    def _learn(self, data: TrainingData, shares: FloatArray, learner: Any, grid: Sequence[float]) -> Self:
        """Learn from checked examples, of which `shares` has what each weighs for each label."""
        features = self.suited_features(data.examples)
        learners = {C: clone(learner).set_params(C=C) for C in (grid if self.C is None else (float(self.C),))}
        fitted = fit_linear(features, prepared(data.examples), shares, self._folds(data), learners)
        if not np.isfinite(fitted.coef).all():
            raise DataError("the coefficients are beyond what numbers hold; give a smaller C, or smaller weights.")
        # Nothing of the model is touched before all is there: what was learnt before stays whole.
        self._keep(data.examples)
        self.C_, self.features_, self.targets_ = fitted.C, features, features.targets
        self.coef_, self.intercept_ = fitted.coef, fitted.intercept
        self.calibrator_coef_, self.calibrator_intercept_ = fitted.calibrator_coef, fitted.calibrator_intercept
        self.trained_on_: dict[str, Any] = {
            "examples": len(data.examples),
            "strength": self.C_,
            "cross_validated_log_loss": {str(C): round(loss, 4) for C, loss in fitted.losses.items()},
        }
        self.conformal_: ConformalSets | None = None
        self.classes_, self.version_ = data.labels, __version__
        return self

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return probabilities, shape (n_texts, n_labels), rows summing to 1.

        Raises
        ------
        NotFittedError
            If the model is not trained.
        DataError
            If the model has learnt from targets, and a text has none.
        """
        self._require_fitted()
        examples = as_examples(X)
        if not examples:
            return np.zeros((0, len(self.classes_)))
        return np.asarray(softmax(self._log_odds(examples), axis=1))

    def calibrate(self, X: Texts, y: Iterable[Any], sample_weight: Column = None) -> Self:
        """Fit the probabilities to texts that the model has not learnt from, such as those it will be used on.

        The log odds that training left are stretched by one temperature and shifted by one number for each label, so
        that probabilities are as sure as the model is right, and follow the shares of the labels in `X`. Both are held
        towards no change (a standard normal prior on the shifts and on the logarithm of the temperature), so that a
        label with few texts here keeps about what training gave it.

        Parameters
        ----------
        X : iterable of str or Example
            As for :meth:`fit`.
        y : iterable
            One label for each text.
        sample_weight : iterable of float, optional
            As for :meth:`fit`.

        Raises
        ------
        NotFittedError
            If the model is not trained.
        DataError
            If there is no text, or what `fit` would not take, or a label that the model does not know.

        Notes
        -----
        Vector scaling with one common scale (Guo et al. 2017, On Calibration of Modern Neural Networks).
        """
        self._require_fitted()
        data = self._training_data(X, y, None, sample_weight, labels=self.classes_.tolist()).weighted()
        if not data.examples:
            raise DataError("there is no text to calibrate by; give texts that the model has not learnt from.")
        log_odds, rows = self._log_odds(data.examples), np.arange(len(data.codes))

        def loss(parameters: FloatArray) -> float:
            scaled = np.exp(parameters[0]) * log_odds + parameters[1:]
            likelihood = log_softmax(scaled, axis=1)[rows, data.codes] @ data.weights
            return float(parameters @ parameters / 2 - likelihood)

        fitted = minimize(loss, np.zeros(1 + len(self.classes_)), method="L-BFGS-B")
        temperature, shift = np.exp(fitted.x[0]), fitted.x[1:]
        self.calibrator_coef_ = (self.calibrator_coef_ * temperature).astype(np.float32)
        self.calibrator_intercept_ = (self.calibrator_intercept_ * temperature + shift).astype(np.float32)
        self.trained_on_ = {**self.trained_on_, "calibrated_on": len(data.examples)}
        self.conformal_ = None  # they were of other probabilities
        return self

    def fit_sets(self, X: Texts, y: Iterable[Any]) -> Self:
        """Learn prediction sets, ``conformal_``, from texts neither learnt from nor calibrated by.

        Parameters
        ----------
        X : iterable of str or Example
            As for :meth:`fit`.
        y : iterable
            One label for each text.

        Raises
        ------
        NotFittedError
            If the model is not trained.
        DataError
            If there is no text, or what `fit` would not take, or a label that the model does not know.
        """
        self._require_fitted()
        data = self._training_data(X, y, None, None, labels=self.classes_.tolist())
        self.conformal_ = ConformalSets(self.classes_.tolist(), self.predict_proba(data.examples), data.codes)
        return self

    def explain(self, X: str | Example, label: str | None = None, against: str | None = None) -> Explanation:
        """Say what in a text speaks for a label and against it: what each piece adds to the log odds, exactly.

        Parameters
        ----------
        X : str or Example
            One text.
        label : str, optional
            The label to explain; by default the most probable one.
        against : str, optional
            The label that it is set against; by default the most probable of the others.

        Returns
        -------
        Explanation
            The pieces with what each adds to the label's score, and to its log odds against the other label; with the
            intercepts, they sum to both.

        Raises
        ------
        NotFittedError
            If the model is not trained.
        UsageError
            If it knows no such label, the two are one, or `X` is no text.
        DataError
            If the model has learnt from targets, and the text has none.

        Examples
        --------
        >>> texts = ["真好吃", "太好吃了", "好吃啊", "真难吃", "太难吃了", "难吃啊"]
        >>> model = LinearClassifier(C=1.0).fit(texts, ["praise"] * 3 + ["blame"] * 3)
        >>> told = model.explain("这家好吃")
        >>> told.label, told.other, told.contributions[0].piece
        ('praise', 'blame', '好吃')
        """
        self._require_fitted()
        if not isinstance(X, str | Example):
            raise UsageError(f"X is a {type(X).__name__}; one text is explained at a time, give a str or an Example.")
        return explain(self, as_examples([X])[0], label, against)

    def prune(self, kept: float = 0.98) -> Self:
        """Set the smallest coefficients to 0, so that a saved model is a fraction of its size.

        Parameters
        ----------
        kept : float
            Share of the sum of squares of all coefficients that those left keep, above 0 and up to 1.

        Raises
        ------
        NotFittedError
            If the model is not trained.
        UsageError
            If `kept` is out of range.
        """
        self._require_fitted()
        if isinstance(kept, bool) or not isinstance(kept, Real) or not 0 < kept <= 1:
            raise UsageError(f"kept must be a number above 0 and up to 1; got {quoted(kept)}.")
        sizes = np.sort(np.abs(self.coef_), axis=None)[::-1].astype(np.float64)
        squares = np.cumsum(sizes**2)
        least = sizes[min(int(np.searchsorted(squares, float(kept) * squares[-1])), len(sizes) - 1)]
        self.coef_ = np.where(np.abs(self.coef_) >= least, self.coef_, np.float32(0))
        return self

    def _log_odds(self, examples: Sequence[Example]) -> FloatArray:
        """Calibrated margins, shape (n_examples, n_labels); their softmax are the probabilities."""
        texts = prepared(examples)
        if type(self.features_) in (TargetedNgrams, StanceFeatures):
            return self._scorer().log_odds(texts)
        margins = self.features_.transform(texts) @ self.coef_.T.astype(np.float64) + self.intercept_
        return np.asarray(margins @ self.calibrator_coef_.T.astype(np.float64) + self.calibrator_intercept_)

    def _scorer(self) -> LinearScorer:
        """What was learnt, ready to add up; made anew each time, because all of it may be set."""
        features = self.features_
        return LinearScorer(
            features.layout,
            index_of(features.vectorizer_),
            features.vectorizer_.idf_,
            self.coef_,
            self.intercept_,
            self.calibrator_coef_,
            self.calibrator_intercept_,
        )

    def _require_parameters(self) -> None:
        """Check parameters when they are needed, as scikit-learn's do, whose own words would name what is inside."""
        C, min_df, seed = self.C, self.min_df, self.random_state
        if C is not None and (isinstance(C, bool) or not isinstance(C, Real) or not LOWEST_C <= C <= HIGHEST_C):
            raise UsageError(
                f"C must be a number above 0, or None to choose it; got {quoted(C)}. "
                f"From {LOWEST_C:g} to {HIGHEST_C:g} it can be computed with."
            )
        balance = self.balance
        if isinstance(balance, bool) or not isinstance(balance, Real) or not 0 <= balance <= 1:
            raise UsageError(f"balance must be a number from 0 to 1; got {quoted(balance)}.")
        whole = isinstance(min_df, Integral)
        in_range = whole and not isinstance(min_df, bool) and 1 <= min_df <= _MOST_TEXTS
        share = not whole and isinstance(min_df, Real) and 0 < min_df <= 1 and float(min_df) > 0
        if not in_range and not share:
            raise UsageError(
                f"min_df must be a number of texts from 1, or a share of them up to 1.0; got {quoted(min_df)}."
            )
        try:
            # scikit-learn would take the module numpy.random as well, and fail to copy it.
            check_random_state(str(seed) if isinstance(seed, bool | ModuleType) else seed)
        except (ValueError, TypeError, OverflowError):
            raise UsageError(
                f"random_state must be a whole number from 0 to {2**32 - 1}, or None; got {quoted(seed)}."
            ) from None

    @property
    def targets(self) -> tuple[str, ...]:
        """Targets that a trained model knows by name: those with features of their own."""
        self._require_fitted()
        return self.targets_

    def suited_features(self, examples: Sequence[Example]) -> TargetedNgrams:
        """Return the features that suit training examples, not fitted."""
        return TargetedNgrams.suited_to(examples, self._plain_min_df())

    def training_weights(self, examples: Sequence[Example], codes: IntArray, weights: FloatArray) -> FloatArray:
        """Return what examples weigh in the loss, shape (n_examples,), by their labels and the weights they have."""
        return balanced(codes, weights, self.balance)

    def _keep(self, examples: Sequence[Example]) -> None:
        """Keep what else a model has to know of the examples that it has learnt from."""

    def _plain_min_df(self) -> int | float:
        return int(self.min_df) if isinstance(self.min_df, Integral) else float(self.min_df)

    def _folds(self, data: TrainingData) -> list[tuple[IntArray, IntArray]]:
        """Places to learn from and places held out; fewer than ``FOLDS`` where there is too little for as many."""
        n_groups = len(data.codes) if data.groups is None else len(np.unique(data.groups))
        most = int(np.bincount(data.codes).max())
        count = min(FOLDS, n_groups, most)
        if count < 2:
            raise DataError(
                f"{len(data.codes)} examples in {n_groups} groups, at most {most} of one label, cannot be held out "
                "from each other; give two groups and two examples of a label at the least."
            )
        kind = StratifiedKFold if data.groups is None else StratifiedGroupKFold
        splitter = kind(count, shuffle=True, random_state=self.random_state)
        folds = list(splitter.split(np.zeros(len(data.codes)), data.codes, data.groups))
        if all(len(set(data.codes[train].tolist())) < 2 for train, _ in folds):
            raise DataError("no fold leaves two labels to learn from; give more examples or groups.")
        return folds

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        self._require_parameters()  # they may have been set anew since
        C, seed = self.C, self.random_state
        if not isinstance(seed, Integral | None):
            raise DataError(f"random_state is a {type(seed).__name__}, which no file holds; give a whole number")
        require_size(*self.coef_.shape)
        require_targets(list(self.targets_))
        sparse = csr_matrix(self.coef_)
        config = {
            "C": None if C is None else float(C),
            "targets": self.targets_,
            "with_target": self.features_.with_target,
            "with_parent": self.features_.with_parent,
            "min_df": self._plain_min_df(),
            "balance": float(self.balance),
            "seed": None if seed is None else int(seed),
            "columns": self.coef_.shape[1],
            "conformal": None if self.conformal_ is None else self.conformal_.to_dict(),
            "trained_on": self.trained_on_,
        }
        arrays = {
            "bias": self.intercept_,
            "mixing": self.calibrator_coef_,
            "offset": self.calibrator_intercept_,
            "weights.data": sparse.data.astype(np.float32),
            "weights.columns": sparse.indices.astype(np.uint32),
            "weights.rows": sparse.indptr.astype(np.uint32),
            **{f"ngrams.{name}": array for name, array in ngram_arrays(self.features_.vectorizer_).items()},
        }
        return config, arrays

    def _restore(self, config: Mapping[str, Any], arrays: Arrays) -> None:
        # Folders written before C was a parameter hold only what was chosen.
        self.C = entry(config, "C", float, int, None, absent=None)
        self.min_df, self.random_state = entry(config, "min_df", int, float), entry(config, "seed", int, None)
        self.balance = entry(config, "balance", float, int, absent=0.0)
        self.trained_on_ = dict(entry(config, "trained_on", dict))
        self.C_ = float(entry(self.trained_on_, "strength", float, int))
        parts = self._parts(config, arrays)
        self.conformal_, self.targets_ = parts.conformal, parts.layout.targets
        self.features_ = self._restored_features(parts)
        self.features_.vectorizer_ = ngrams_from_arrays({"terms": parts.terms, "idf": parts.idf})
        self.coef_, self.intercept_ = parts.coef, arrays["bias"]
        self.calibrator_coef_, self.calibrator_intercept_ = arrays["mixing"], arrays["offset"]

    def _parts(self, config: Mapping[str, Any], arrays: Arrays) -> LinearParts:
        return linear_parts(config, arrays, is_related=False)

    def _restored_features(self, parts: LinearParts) -> TargetedNgrams:
        layout = parts.layout
        return TargetedNgrams(layout.targets, layout.with_target, layout.with_parent, self.min_df)


def _require_several(labels: list[Any]) -> None:
    if len(labels) < 2:
        raise DataError(f"only {labels} occur; at least two labels are needed to learn a difference.")


def balanced(codes: IntArray, weights: FloatArray, power: float) -> FloatArray:
    """Weights by which labels weigh as they do (power 0), all alike (1), or between, shape (n_examples,)."""
    totals = np.bincount(codes, weights=weights)
    present = totals > 0
    mean = totals.sum() / present.sum()
    factors = np.divide(mean, totals, where=present, out=np.zeros(len(totals))) ** power
    return np.asarray(weights * factors[codes])

"""Who answers the rows of the shortcut gate, each fold by what was learnt from the others.

The majority sees the pool of a row; the full model its pool, text and target; a shortcut its pool and one kind of cue.
Labels are given and answered as indices from 0, all of which occur.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weibo_nlp.features import fit_ngrams, model_text
from weibo_nlp.features.cues import Cues
from weibo_nlp.features.layout import SHARED_SCALE
from weibo_nlp.features.targeted import MIN_TARGET_EXAMPLES
from weibo_nlp.stats.metrics import IntArray, confusion_matrix, macro_f1

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STRENGTH = 1.0  # of every SVM here, the full model's and the shortcuts'
# A text stands once for each of its targets; over a few cues, the dual does not settle on such rows. The tolerance is
# liblinear's own default for the primal: at 10,000 documents 5 to 10 times as fast as scikit-learn's 1e-4, scores of
# shortcuts the same within .005.
_CUE_SOLVER: Mapping[str, Any] = {"dual": False, "tol": 0.01}


def majority_answers(pools: Sequence[str], y: IntArray, folds: IntArray) -> IntArray:
    """Answer with the most frequent label of the row's pool in the other folds, the first of equals.

    Where no other fold holds any of the pool, it is the most frequent label of all pools.
    """
    names, n_labels = np.array(pools), int(y.max()) + 1
    answers = np.empty_like(y)
    for fold in np.unique(folds):
        learnt = folds != fold
        anywhere = np.bincount(y[learnt], minlength=n_labels).argmax()
        for pool in np.unique(names[~learnt]):
            counts = np.bincount(y[learnt & (names == pool)], minlength=n_labels)
            answers[~learnt & (names == pool)] = counts.argmax() if counts.any() else anywhere
    return answers


def full_answers(
    texts: Sequence[str],
    targets: Sequence[str] | None,
    pools: Sequence[str],
    y: IntArray,
    folds: IntArray,
    *,
    seed: int = 0,
) -> IntArray:
    """Answer with a balanced linear SVM over the pool and the features of `LinearClassifier`, without parent."""
    distinct = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    places = np.array([distinct[text] for text in texts])
    prepared = [model_text(text) for text in distinct]
    pool = _matrix([{name: 1.0} for name in pools])
    answers = np.empty_like(y)
    for fold in np.unique(folds):
        learnt = folds != fold
        ngrams = fit_ngrams([prepared[place] for place in np.unique(places[learnt])])
        own = ngrams.transform(prepared)[places]
        features = _side_by_side([pool, own] if targets is None else [pool, *_blocks(ngrams, own, targets, learnt)])
        svm = _fit_svm(features[learnt], y[learnt], balanced=True, seed=seed, dual=True)
        answers[~learnt] = svm.predict(features[~learnt])
    return answers


def best_cue_answers(
    cues: Sequence[Cues], pools: Sequence[str], y: IntArray, folds: IntArray, *, seed: int = 0
) -> IntArray:
    """Answer each fold with a linear SVM over pool and cues, in the form that scores best within the other folds.

    Forms are two sets of features (the cues; the cues and a copy of them for every pool) times two weightings of the
    classes (as they are; balanced). They are compared by macro-F1 over the other folds, each answered by what was
    learnt from the rest of them.
    """
    forms = [(features, balanced) for features in _cue_features(cues, pools) for balanced in (False, True)]
    numbers = np.unique(folds).tolist()
    n_labels = int(y.max()) + 1
    inner = np.zeros((len(numbers), len(forms), n_labels, n_labels))
    for at, first in enumerate(numbers):
        for place, second in enumerate(numbers[at + 1 :], at + 1):
            learnt = (folds != first) & (folds != second)
            if not learnt.any():
                continue  # two folds in all: nothing to choose by, the first form is taken
            for form, (features, balanced) in enumerate(forms):
                # What learnt without two folds serves twice: either is validation where the other is answered.
                svm = _fit_svm(features[learnt], y[learnt], balanced=balanced, seed=seed, **_CUE_SOLVER)
                for outer, held in ((at, folds == second), (place, folds == first)):
                    inner[outer, form] += confusion_matrix(y[held], svm.predict(features[held]), n_labels)
    answers = np.empty_like(y)
    for outer, fold in enumerate(numbers):
        features, balanced = forms[int(macro_f1(inner[outer]).argmax())]
        learnt = folds != fold
        svm = _fit_svm(features[learnt], y[learnt], balanced=balanced, seed=seed, **_CUE_SOLVER)
        answers[~learnt] = svm.predict(features[~learnt])
    return answers


def _blocks(ngrams: Any, own: csr_matrix, targets: Sequence[str], learnt: npt.NDArray[np.bool_]) -> list[Any]:
    """Text for all targets, the target's words, and a copy of the text for each target that is frequent enough."""
    from scipy.sparse import diags

    names = np.array(targets)
    known, at = np.unique(names, return_inverse=True)
    words = ngrams.transform([model_text(target) for target in known.tolist()])[at]
    counts = np.bincount(at[learnt], minlength=known.size)
    copies = [diags((names == name).astype(float)) @ own for name in known[counts >= MIN_TARGET_EXAMPLES]]
    return [own * SHARED_SCALE, words, *copies]


def _cue_features(cues: Sequence[Cues], pools: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
    """The pool and the cues; the same and a copy of the cues for every pool."""
    from scipy.sparse import diags

    own, pool = _matrix(cues), _matrix([{name: 1.0} for name in pools])
    copies = [diags(column) @ own for column in pool.T.toarray()]
    return _side_by_side([pool, own]), _side_by_side([pool, own, *copies])


def _fit_svm(features: csr_matrix, y: IntArray, *, balanced: bool, seed: int, **solver: Any) -> Any:
    """A linear SVM; what says the only label that there is, where there is no other."""
    from sklearn.dummy import DummyClassifier
    from sklearn.svm import LinearSVC

    if np.unique(y).size == 1:
        return DummyClassifier().fit(features, y)
    svm = LinearSVC(C=STRENGTH, class_weight="balanced" if balanced else None, random_state=seed, **solver)
    return svm.fit(features, y)


def _matrix(rows: Sequence[Cues]) -> csr_matrix:
    from sklearn.feature_extraction import DictVectorizer

    return _narrow(DictVectorizer().fit_transform(rows))


def _side_by_side(blocks: Sequence[Any]) -> csr_matrix:
    from scipy.sparse import csr_matrix, hstack

    return _narrow(csr_matrix(hstack(blocks)))


def _narrow(matrix: csr_matrix) -> csr_matrix:
    """Give a matrix the 32-bit places that liblinear takes, whatever scipy chose."""
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    return matrix

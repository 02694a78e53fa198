"""One temperature for the scores of a head, fitted where labels are known and were not learnt from."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from weibo_nlp.models.base import FloatArray, IntArray

MOST = 4.0  # of the logarithm, in either direction


def fitted_temperature(scores: FloatArray, codes: IntArray, weights: FloatArray) -> float:
    """Return what scores are to be divided by, so that probabilities are as sure as the model is right.

    It is held towards 1 by a standard normal prior on its logarithm, and moves no label past another.

    Parameters
    ----------
    scores : ndarray, shape (n_rows, n_labels)
        Minus infinity of labels that get nothing.
    codes : ndarray of int, shape (n_rows,)
        The right label of each row, none of which gets nothing.
    weights : ndarray, shape (n_rows,)
        What each row weighs.

    Notes
    -----
    Temperature scaling (Guo et al. 2017, On Calibration of Modern Neural Networks).
    """
    if not len(codes):
        return 1.0
    rows = np.arange(len(codes))

    def loss(logarithm: float) -> float:
        likelihood = log_softmax(scores / np.exp(logarithm), axis=1)[rows, codes] @ weights
        return float(logarithm**2 / 2 - likelihood)

    return float(np.exp(minimize_scalar(loss, bounds=(-MOST, MOST), method="bounded").x))

"""P-values of a table of comparisons, adjusted so that one false claim among all of them stays as rare as said."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import UsageError
from weibo_nlp.stats.arguments import numbers
from weibo_nlp.stats.metrics import FloatArray


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """Adjust p-values by Holm's step-down procedure; compare the result with the level itself.

    Parameters
    ----------
    p_values : array-like of float, shape (n_comparisons,)
        Of all comparisons that were made, the uninteresting ones too: those left out are not corrected for.

    Returns
    -------
    ndarray of float, shape (n_comparisons,)
        In the order given; never below the p-value itself, at most 1, and in the same order of size.

    Raises
    ------
    UsageError
        If `p_values` is not one-dimensional, or an entry is no number from 0 to 1.

    Notes
    -----
    Holm (1979): the chance of any false rejection stays below the level however the comparisons depend on each other,
    as they do when all systems are scored on the same rows.
    """
    values = numbers(p_values, "p_values")
    if values.ndim != 1:
        raise UsageError(f"p_values must be one-dimensional, got shape {values.shape}; flatten the table first.")
    # NaN compares false, so the condition is put the way that catches it.
    if (wrong := np.flatnonzero(~((values >= 0) & (values <= 1)))).size:
        at = int(wrong[0])
        raise UsageError(f"p_values[{at}] is {values[at]}, not a number from 0 to 1; leave out what was not tested.")
    order = np.argsort(values, kind="stable")
    # The smallest is multiplied by the number of comparisons, the next by one less; none may fall below its forerunner.
    stepped = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted

"""How much more one side uses each term than another: log-odds ratios under an informative Dirichlet prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from weibo_nlp.errors import UsageError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LogOdds:
    """Of each term, shape (n_terms,) each; above 0 where the first side uses it more.

    Attributes
    ----------
    log_odds : ndarray of float
        Difference of the log-odds of the term on the two sides.
    z : ndarray of float
        That in its standard errors.
    """

    log_odds: FloatArray
    z: FloatArray


def log_odds_ratio(
    counts: npt.ArrayLike,
    other_counts: npt.ArrayLike,
    prior: npt.ArrayLike,
    other_prior: npt.ArrayLike | None = None,
    design_effects: npt.ArrayLike = 1.0,
    other_design_effects: npt.ArrayLike = 1.0,
) -> LogOdds:
    """Compare how two sides use the same terms.

    Parameters
    ----------
    counts, other_counts : array_like of float, shape (n_terms,)
        How often each side uses each term.
    prior : array_like of float, shape (n_terms,)
        Pseudo-counts, above 0, that are added to the first side's: what is known of the terms before looking at the
        sides, such as their shares in all texts times the weight of that knowledge.
    other_prior : array_like of float, shape (n_terms,), optional
        Those of the other side; by default the same.
    design_effects, other_design_effects : array_like of float, shape (n_terms,) or ()
        How many times the variance on each side is that of independent uses, as where an author uses a term again and
        again; 1 by default.

    Raises
    ------
    UsageError
        If they are not of one length, a count is negative, a pseudo-count is not above 0, or there are fewer than
        two terms, of which one alone has no odds.

    Notes
    -----
    Monroe, Colaresi & Quinn (2008), Fightin' Words, Political Analysis 16: with counts y and prior a, and their sums n
    and a0, the log-odds of a term are ``log((y + a) / (n + a0 - y - a))``, the variance of their difference is about
    ``1 / (y1 + a1) + 1 / (y2 + a2)``, here each part times its design effect, and z is the difference in standard
    deviations. Swapping the sides changes the signs and nothing else.
    """
    given = (counts, other_counts, prior, prior if other_prior is None else other_prior)
    first, other, added, other_added = (np.asarray(values, dtype=np.float64) for values in given)
    if len({first.shape, other.shape, added.shape, other_added.shape}) > 1 or first.ndim != 1:
        raise UsageError(
            f"counts of shape {first.shape} and {other.shape} and a prior of shape {added.shape}; give one number a "
            "term in each."
        )
    if len(first) < 2:
        raise UsageError(f"{len(first)} terms; odds are those of one term against others, so give at least two.")
    if not (np.isfinite(first).all() and np.isfinite(other).all() and first.min() >= 0 <= other.min()):
        raise UsageError("a count is negative or no number; counts are from 0.")
    pseudo = np.concatenate([added, other_added])
    if not (np.isfinite(pseudo).all() and pseudo.min() > 0):
        raise UsageError("a pseudo-count of the prior is not above 0; leave out terms that stand in no text.")
    difference = _log_odds(first, added) - _log_odds(other, other_added)
    effects, other_effects = (np.asarray(each, dtype=np.float64) for each in (design_effects, other_design_effects))
    variance = effects / (first + added) + other_effects / (other + other_added)
    return LogOdds(difference, difference / np.sqrt(variance))


def _log_odds(counts: FloatArray, prior: FloatArray) -> FloatArray:
    weight = counts + prior
    odds: FloatArray = np.log(weight / (weight.sum() - weight))
    return odds

"""Fidelity: how far a student answers as its teacher does, on texts that it has not learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from weibo_nlp.evaluation.soft_labels import cross_entropy_rows
from weibo_nlp.models.base import FloatArray, IntArray
from weibo_nlp.stats import BootstrapConfig, Estimate, UnitSums, cluster_bootstrap
from weibo_nlp.stats.bootstrap import DEFAULT
from weibo_nlp.stats.metrics import CALIBRATION_BINS, accuracy, cohen_kappa, confidence_bins, confusion_matrix, macro_f1


@dataclass(frozen=True, slots=True)
class LabelShares:
    """How often a label is given.

    Attributes
    ----------
    teacher, student : float
        Share of the answers that are this label, in [0, 1].
    teacher_mean, student_mean : float
        Mean probability of the label.
    """

    teacher: float
    student: float
    teacher_mean: float
    student_mean: float


@dataclass(frozen=True, slots=True)
class Fidelity:
    """A student beside its teacher.

    Attributes
    ----------
    macro_f1, agreement, kappa : Estimate
        Of the student's labels against the teacher's: macro-F1, share of equal ones, Cohen's kappa.
    kl : Estimate
        Mean Kullback-Leibler divergence of the student's probabilities from the teacher's, in nats.
    calibration_gap : float
        Mean distance, over bins of the student's confidence, between the probability that the student gives its label
        and that which the teacher gives it; 0 of a student that is as sure as its teacher. Biased upwards by small
        bins.
    shares : mapping of str to LabelShares
        By label.
    confusion : tuple of tuple of int
        Rows the teacher's labels, columns the student's.
    n, n_units : int
        Answers compared, and independent units that they belong to.
    """

    macro_f1: Estimate
    agreement: Estimate
    kappa: Estimate
    kl: Estimate
    calibration_gap: float
    shares: Mapping[str, LabelShares]
    confusion: tuple[tuple[int, ...], ...]
    n: int
    n_units: int


def fidelity(
    teacher: FloatArray,
    student: FloatArray,
    units: IntArray,
    labels: Sequence[str],
    bootstrap: BootstrapConfig = DEFAULT,
) -> Fidelity:
    """Compare probabilities.

    Parameters
    ----------
    teacher, student : ndarray, shape (n_rows, n_labels)
        Probabilities.
    units : ndarray of int, shape (n_rows,)
        Independent unit of each row, over which intervals are made.
    labels : sequence of str
        Order of the columns.
    bootstrap : BootstrapConfig
        How intervals are made.

    Raises
    ------
    DataError
        If all rows are of one unit.
    """
    of_teacher, of_student = teacher.argmax(axis=1), student.argmax(axis=1)
    divergence = cross_entropy_rows(teacher, student) - cross_entropy_rows(teacher, teacher)
    sums = UnitSums.from_rows(of_teacher, of_student, units.tolist(), len(labels), {"kl": divergence})
    metrics = {"macro_f1": macro_f1, "agreement": accuracy, "kappa": cohen_kappa}
    estimates = cluster_bootstrap(sums, metrics, bootstrap)
    confusion = confusion_matrix(of_teacher, of_student, len(labels))
    shares = zip(
        (confusion.sum(axis=1) / len(units)).tolist(),
        (confusion.sum(axis=0) / len(units)).tolist(),
        teacher.mean(axis=0).tolist(),
        student.mean(axis=0).tolist(),
        strict=True,
    )
    return Fidelity(
        **estimates,
        calibration_gap=_calibration_gap(teacher, student),
        shares={label: LabelShares(*each) for label, each in zip(labels, shares, strict=True)},
        confusion=tuple(map(tuple, confusion.tolist())),
        n=len(units),
        n_units=sums.n_units,
    )


def _calibration_gap(teacher: FloatArray, student: FloatArray) -> float:
    """As the expected calibration error, with the teacher's probability in the place of right or wrong."""
    chosen = student.argmax(axis=1)
    confidence, _, at = confidence_bins(chosen, student, CALIBRATION_BINS)
    gaps = teacher[np.arange(len(chosen)), chosen] - confidence
    return float(np.abs(np.bincount(at, weights=gaps, minlength=CALIBRATION_BINS)).sum() / len(chosen))

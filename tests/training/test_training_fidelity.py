"""How far a student follows its teacher, by figures worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weibo_nlp.errors import DataError
from weibo_nlp.training.fidelity import fidelity

LABELS = ("a", "b")
TEACHER = np.array([[0.75, 0.25], [0.75, 0.25], [0.25, 0.75], [0.25, 0.75]])
STUDENT = np.array([[0.5, 0.5], [0.75, 0.25], [0.25, 0.75], [0.75, 0.25]])


def test_figures_are_those_worked_out_by_hand():
    found = fidelity(TEACHER, STUDENT, np.arange(4), LABELS)
    assert found.confusion == ((2, 0), (1, 1))
    assert found.agreement.value == 0.75
    assert found.kappa.value == pytest.approx(0.5)  # .75 agree, .5 by chance
    assert found.macro_f1.value == pytest.approx((4 / 5 + 2 / 3) / 2)
    one = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    other = 0.25 * math.log(0.25 / 0.75) + 0.75 * math.log(0.75 / 0.25)
    assert found.kl.value == pytest.approx((one + other) / 4)
    # By confidence, .5: its label has .75 of the teacher; .75, thrice: it has .75, .75 and .25.
    assert found.calibration_gap == pytest.approx((0.25 + 0.5) / 4)
    assert (found.shares["a"].teacher, found.shares["a"].student) == (0.5, 0.75)
    assert found.shares["b"].teacher_mean == 0.5
    assert found.shares["b"].student_mean == pytest.approx(0.4375)
    assert (found.n, found.n_units) == (4, 4)


def test_rows_of_one_unit_have_no_interval_to_be_made():
    with pytest.raises(DataError, match="belong to one group"):
        fidelity(TEACHER, STUDENT, np.zeros(4, dtype=int), LABELS)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=12))
def test_a_student_that_says_what_its_teacher_says_loses_nothing(weights):
    rows = np.array(weights, dtype=float)
    rows /= rows.sum(axis=1, keepdims=True)
    found = fidelity(rows, rows, np.arange(len(rows)), ("a", "b", "c"))
    assert found.agreement.value == 1
    assert found.kl.value == pytest.approx(0)
    assert found.calibration_gap == pytest.approx(0)

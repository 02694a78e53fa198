import pytest

from weibo_nlp.errors import DataError
from weibo_nlp.stats import wilson_interval


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        pytest.param(81, 263, 0.2553, 0.3662, id="many"),
        pytest.param(15, 148, 0.0624, 0.1605, id="few-of-many"),
        pytest.param(0, 20, 0.0000, 0.1611, id="none"),
        pytest.param(1, 29, 0.0061, 0.1718, id="one"),
    ],
)
def test_the_interval_is_the_one_that_newcombe_published(count, n, low, high):
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3."""
    share = wilson_interval(count, n)
    assert share.value == count / n
    assert (share.low, share.high) == pytest.approx((low, high), abs=0.00005)


def test_a_share_of_nothing_is_refused():
    with pytest.raises(DataError, match="a share of no rows is not defined"):
        wilson_interval(0, 0)

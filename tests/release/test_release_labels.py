import pytest

from weibo_nlp.records import Judgement
from weibo_nlp.release.labels import on_targets

NOW, RETIRED = {"credit-sanctions", "card-freeze"}, {"card-ban"}


def judgement(round_name, *targets):
    return Judgement(
        document_id="library-fines-0001",
        annotator="a1",
        round=round_name,
        topic="credit",
        sentiment="neutral",
        irony=False,
        needs_context=False,
        confidence="high",
        stances=dict.fromkeys(targets, "none"),
    )


@pytest.mark.parametrize(
    ("round_name", "targets", "is_right"),
    [
        pytest.param("r02", ("credit-sanctions", "card-freeze"), True, id="last-on-the-events-targets"),
        pytest.param("r02", ("credit-sanctions",), False, id="last-without-one"),
        pytest.param("r02", ("credit-sanctions", "card-freeze", "card-ban"), False, id="last-on-a-retired-one"),
        pytest.param("r01", ("credit-sanctions", "card-ban"), True, id="earlier-on-one-retired-since"),
        pytest.param("r01", ("credit-sanctions",), True, id="earlier-than-one-that-came-since"),
        pytest.param("r01", ("credit-sanctions", "soup"), False, id="earlier-on-one-that-was-never-the-events"),
    ],
)
def test_the_last_round_is_on_the_events_targets_and_earlier_ones_may_be_on_retired_ones(round_name, targets, is_right):
    assert on_targets(judgement(round_name, *targets), NOW, RETIRED, "r02") is is_right

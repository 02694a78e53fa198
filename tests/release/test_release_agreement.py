import math

import pytest

from weibo_nlp.release.agreement import agreement_by_event, measure_release
from weibo_nlp.release.sources import read_sources
from weibo_nlp.stats import BootstrapConfig


def figures(sources, **options):
    bootstrap = BootstrapConfig(n_resamples=20)
    return {agreement.task: agreement for agreement in measure_release(sources, bootstrap=bootstrap, **options)}


def test_figures_of_the_miniature_by_hand(built):
    found = figures(read_sources(built.root))
    assert list(found) == ["topic", "sentiment", "irony", "needs_context", "stance"]
    assert {name: (a.n_units, a.n_threads) for name, a in found.items()} == {
        "topic": (16, 6), "sentiment": (16, 6), "irony": (16, 6), "needs_context": (16, 6), "stance": (25, 6),
    }  # fmt: skip
    # Topic: 0006 is said 2 to 1 (1 pair of 3 agrees), 0007 three ways (none), the other 14 by all.
    assert found["topic"].pairwise == pytest.approx((14 + 1 / 3 + 0) / 16)
    assert found["topic"].non_unanimous == pytest.approx(2 / 16)
    # 6 documents are credit for all, 8 other for all; 0006 is credit, credit, other and 0007 each of three.
    # Of 0006, 2 of 3 coincidences disagree, of 0007 all 3.
    credit, other, self_media = 6 * 3 + 2 + 1, 8 * 3 + 1 + 1, 1
    assert credit + other + self_media == 48
    expected = (48**2 - credit**2 - other**2 - self_media**2) / 47
    assert found["topic"].alpha.value == pytest.approx(1 - (2 + 3) / expected)
    # Irony: one document of sixteen, 2 to 1.
    assert found["irony"].alpha.value == pytest.approx(1 - 2 / ((48**2 - 2**2 - 46**2) / 47))
    # Stance: 0002 and 0003 on the card (2 to 1, three ways), 0008 on sanctions (2 to 1).
    assert found["stance"].pairwise == pytest.approx((22 + 1 / 3 + 0 + 1 / 3) / 25)


def test_the_intention_is_no_annotator(repository):
    before = figures(read_sources(repository.root))
    name = "annotations/rounds/r01/intention.jsonl"
    repository.write(name, [row | {"topic": "self_media", "sentiment": "negative"} for row in repository.rows(name)])
    assert figures(read_sources(repository.root)) == before


def test_documents_without_a_thread_are_not_counted_where_it_was_not_asked_for(repository):
    for annotator in ("a1", "a2", "a3"):
        name = f"annotations/rounds/r01/{annotator}.jsonl"
        rows = repository.rows(name)
        soup = [row["document_id"].startswith("everyday-soup") for row in rows]
        repository.write(
            name, [row | ({"needs_context": None} if is_soup else {}) for row, is_soup in zip(rows, soup, strict=True)]
        )
    sources = read_sources(repository.root)
    assert figures(sources)["needs_context"].n_units == 9
    assert list(figures(sources, events=["everyday-soup"])) == ["topic", "sentiment", "irony", "stance"]


def test_one_changed_judgement_changes_the_figures(repository):
    before = figures(read_sources(repository.root))
    repository.change("annotations/rounds/r01/a3.jsonl", 1, sentiment="negative")
    after = figures(read_sources(repository.root))
    assert after["sentiment"].alpha.value < before["sentiment"].alpha.value
    assert after["topic"] == before["topic"]


def test_events_are_measured_one_by_one(built):
    found = agreement_by_event(read_sources(built.root), BootstrapConfig(n_resamples=10))
    assert sorted(found) == ["everyday-soup", "library-fines"]
    soup = {a.task: a for a in found["everyday-soup"]}
    assert soup["topic everyday-soup"].n_units == 7
    assert math.isnan(soup["topic everyday-soup"].alpha.value)  # all said `other`: nothing left to chance
    assert soup["sentiment everyday-soup"].alpha.value == 1.0
    assert {a.n_units for a in found["library-fines"]} == {9, 18}


def test_figures_of_some_events_alone(built):
    found = figures(read_sources(built.root), events={"library-fines"}, suffix=" x")
    assert found["topic x"].pairwise == pytest.approx((7 + 1 / 3) / 9)
    assert found["topic x"].n_threads == 3


def test_intervals_of_the_annotators_agreement_are_of_95_percent_unless_another_is_asked_for(built):
    sources = read_sources(built.root)
    assert {agreement.alpha.confidence_level for agreement in measure_release(sources)} == {0.95}
    by_event = agreement_by_event(sources)["library-fines"]
    assert {agreement.alpha.confidence_level for agreement in by_event} == {0.95}
    narrow = measure_release(sources, bootstrap=BootstrapConfig(n_resamples=20, confidence_level=0.8))
    assert {agreement.alpha.confidence_level for agreement in narrow} == {0.8}

import pytest

from weibo_nlp.benchmark import run_corpus
from weibo_nlp.benchmark.errors import instructive_errors
from weibo_nlp.corpus import open_release
from weibo_nlp.stats.bootstrap import BootstrapConfig


@pytest.fixture(scope="module")
def found(small_corpus_shipped):
    release = open_release()
    runs = run_corpus(
        tasks=["topic", "stance"], models=["majority", "linear"], seeds=1, bootstrap=BootstrapConfig(n_resamples=200)
    )
    return release, runs, instructive_errors(release, runs)


def test_twenty_errors_of_the_best_system_are_shown_task_by_task_in_turn(found):
    _, _, errors = found
    assert len(errors) == 20
    assert [error.task for error in errors[:4]] == ["topic", "stance", "topic", "stance"]
    assert {error.model for error in errors} == {"linear"}


def test_every_error_is_one_and_is_shown_with_what_the_model_saw(found):
    release, runs, errors = found
    documents = {document.id: document for document in release.documents()}
    answers = {
        (run.spec.name, item.document_id, item.target): item
        for run in runs
        if run.model == "linear"
        for item in run.files[0].predictions
    }
    gold = {
        (label.task, label.document_id, label.target): label.label for run in runs for label in run.evaluation_set.gold
    }
    for error in errors:
        key = (error.task, error.document_id, error.target)
        assert error.gold == gold[key] != error.predicted == answers[key].label
        assert error.seen.text.endswith(documents[error.document_id].text)
        assert sum(error.votes.values()) == 3
        assert max(error.votes, key=error.votes.get) == error.gold


def test_the_conversation_leads_from_the_root_to_the_judged_document_and_its_answers(found):
    release, _, errors = found
    documents = {document.id: document for document in release.documents()}
    for error in errors:
        (place,) = [place for place, shown in enumerate(error.thread) if shown.this]
        assert error.thread[place].id == error.document_id
        assert error.thread[0].id == documents[error.document_id].thread
        assert [shown.depth for shown in error.thread[: place + 1]] == list(range(place + 1))
        for shown in error.thread[place + 1 :]:
            below = documents[shown.id]
            assert error.document_id in (below.parent, below.repost_of)


def test_errors_on_which_annotators_agreed_come_before_those_on_which_they_did_not(found):
    _, _, errors = found
    kinds = {}
    for error in errors:
        kinds.setdefault((error.task, error.gold, error.predicted), []).append(error)
    for mine in kinds.values():
        agreed = [len(error.votes) == 1 for error in mine]
        assert agreed == sorted(agreed, reverse=True)
        sure = [error.scores[error.predicted] for error in mine if len(error.votes) == 1]
        assert sure == sorted(sure, reverse=True)


def test_kinds_of_confusion_take_turns(found):
    _, _, errors = found
    topic = [(error.gold, error.predicted) for error in errors if error.task == "topic"]
    assert len(set(topic[:3])) == 3


def test_a_system_without_errors_leaves_none(found):
    release, runs, _ = found
    assert instructive_errors(release, []) == []
    assert len(instructive_errors(release, runs, shown=3)) == 3

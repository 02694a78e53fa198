"""How far the annotators of a campaign agree: alpha with its interval, pairs with kappa, and where they part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from weibo_nlp.annotation.agreement import Agreement, code_matrix, measure
from weibo_nlp.annotation.answers import StoredAnswer, all_answers
from weibo_nlp.annotation.campaign import Campaign
from weibo_nlp.annotation.exchange.base import Question
from weibo_nlp.annotation.questions import FRAMES, STANCE
from weibo_nlp.errors import DataError
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.metrics import IntArray, cohen_kappa, confusion_matrix

MOST_DISPUTED = 10


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two annotators on one question.

    Attributes
    ----------
    one, other : str
        Their names.
    is_with_model : bool
        Whether either is a model.
    n_units : int
        Documents that both judged.
    agreement : float
        Share of these on which they agree, in [0, 1].
    kappa : float
        Cohen's kappa.
    confusion : tuple of tuples of int
        Documents by the label of `one` (rows) and of `other` (columns), in the question's order of labels.
    """

    one: str
    other: str
    is_with_model: bool
    n_units: int
    agreement: float
    kappa: float
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class QuestionAgreement:
    """All annotators on one question.

    Attributes
    ----------
    question : str
        Its name; ``stance`` for those on all targets together, where there are several.
    labels : tuple of str
        In the order of the confusions.
    target : str or None
        Of a stance.
    agreement : Agreement or None
        Of all to whom texts were dealt, over threads; None where nothing was judged twice.
    persons : Agreement or None
        Of the persons among them, where models are among them as well.
    pairs : tuple of PairAgreement
        Every two who judged the same documents, labels that were brought in among them.
    """

    question: str
    labels: tuple[str, ...]
    target: str | None
    agreement: Agreement | None
    persons: Agreement | None
    pairs: tuple[PairAgreement, ...]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A text on which annotators part: on how many of its questions, and what each said."""

    id: str
    n_disputed: int
    share: float
    labels: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class CampaignAgreement:
    """Agreement in a campaign: by question; and the texts on which most pairs of judgements part, the worst first."""

    questions: tuple[QuestionAgreement, ...]
    disputed: tuple[Disputed, ...]
    annotators: Mapping[str, int]


def agreement_of(campaign: Campaign, bootstrap: BootstrapConfig = DEFAULT) -> CampaignAgreement:
    """Measure how far the annotators of a campaign agree.

    Parameters
    ----------
    campaign : Campaign
        The campaign, with answers.
    bootstrap : BootstrapConfig
        How the intervals of alpha are made; they draw threads.

    Raises
    ------
    DataError
        If fewer than two annotators have answered.
    """
    answers = all_answers(campaign)
    if len(answers) < 2:
        names = ", ".join(answers) or "nobody"
        raise DataError(f"{campaign.folder}: answers of {names}; agreement needs those of two, import them first.")
    measured = [_measured(campaign, question, [question], answers, bootstrap) for question in campaign.questions]
    stances = [question for question in campaign.questions if question.task == STANCE]
    if len(stances) > 1:
        measured.append(_measured(campaign, stances[0], stances, answers, bootstrap))
    return CampaignAgreement(
        tuple(measured), tuple(_disputed(campaign, answers)), {name: len(given) for name, given in answers.items()}
    )


def votes_of(
    campaign: Campaign, answers: Mapping[str, Sequence[StoredAnswer]]
) -> dict[tuple[str, str], dict[str, str]]:
    """Labels that count as votes: (document, question) -> annotator -> label, of those to whom texts were dealt.

    A frame that an annotator did not tick was not heard, which is an answer as well.
    """
    dealt = [each.name for each in campaign.settings.annotators if each.is_dealt and each.name in answers]
    votes: dict[tuple[str, str], dict[str, str]] = {}
    for name in dealt:
        for answer in answers[name]:
            for question in campaign.questions_for(campaign.documents[answer.id]):
                if (label := label_of(answer, question)) is not None:
                    votes.setdefault((answer.id, question.name), {})[name] = label
    return votes


def label_of(answer: StoredAnswer, question: Question) -> str | None:
    """Label that an answer has for a question; of a frame, ``false`` where it was not ticked."""
    return answer.labels.get(question.name, "false" if question.task == FRAMES else None)


def labels_of(question: Question) -> tuple[str, ...]:
    """Labels that the answers to a question have, as :func:`label_of` gives them."""
    return ("false", *question.labels) if question.task == FRAMES else question.labels


def _measured(
    campaign: Campaign,
    question: Question,
    asked: Sequence[Question],
    answers: Mapping[str, Sequence[StoredAnswer]],
    bootstrap: BootstrapConfig,
) -> QuestionAgreement:
    """Agreement on one question, or on several with the same labels together, a unit for each document and question."""
    units: dict[tuple[str, str], dict[str, str]] = {}
    for name, given in answers.items():
        for answer in given:
            names = {each.name for each in campaign.questions_for(campaign.documents[answer.id])}
            for each in asked:
                if each.name in names and (label := label_of(answer, each)) is not None:
                    units.setdefault((answer.id, each.name), {})[name] = label
    annotators, labels = list(answers), labels_of(question)
    codes = code_matrix(list(units.values()), annotators, labels)
    threads = [campaign.documents[name].thread or name for name, _ in units]
    voters = {each.name: each for each in campaign.settings.annotators if each.is_dealt}
    dealt = [place for place, name in enumerate(annotators) if name in voters]
    persons = [place for place in dealt if voters[annotators[place]].kind == "person"]
    name = STANCE if len(asked) > 1 else question.name
    return QuestionAgreement(
        name,
        labels,
        None if len(asked) > 1 else question.target,
        _alpha(name, codes, dealt, threads, len(labels), bootstrap),
        _alpha(name, codes, persons, threads, len(labels), bootstrap) if persons != dealt else None,
        tuple(_pairs(campaign, codes, annotators, len(labels))),
    )


def _alpha(
    name: str,
    codes: IntArray,
    columns: Sequence[int],
    threads: Sequence[str],
    n_labels: int,
    bootstrap: BootstrapConfig,
) -> Agreement | None:
    some = codes[:, columns]
    if not ((some >= 0).sum(axis=1) >= 2).any():
        return None
    return measure(name, some, threads, n_labels, bootstrap)


def _pairs(campaign: Campaign, codes: IntArray, annotators: Sequence[str], n_labels: int) -> Iterable[PairAgreement]:
    kinds = {each.name: each.kind for each in campaign.settings.annotators}
    for one, other in combinations(range(len(annotators)), 2):
        both = (codes[:, one] >= 0) & (codes[:, other] >= 0)
        if not both.any():
            continue
        confusion = confusion_matrix(codes[both, one], codes[both, other], n_labels)
        names = (annotators[one], annotators[other])
        n = int(confusion.sum())
        yield PairAgreement(
            *names,
            is_with_model="model" in {kinds[name] for name in names},
            n_units=n,
            agreement=float(np.trace(confusion)) / n,
            kappa=float(cohen_kappa(confusion)),
            confusion=tuple(tuple(map(int, row)) for row in confusion),
        )


def _disputed(campaign: Campaign, answers: Mapping[str, Sequence[StoredAnswer]]) -> list[Disputed]:
    by_document: dict[str, dict[str, dict[str, str]]] = {}
    for (document, question), votes in votes_of(campaign, answers).items():
        if len(votes) > 1:
            by_document.setdefault(document, {})[question] = votes
    order = {name: place for place, name in enumerate(campaign.documents)}
    found = []
    for name, questions in by_document.items():
        parted = {question: votes for question, votes in questions.items() if len(set(votes.values())) > 1}
        if parted:
            pairs = [left != right for votes in questions.values() for left, right in combinations(votes.values(), 2)]
            found.append(Disputed(name, len(parted), sum(pairs) / len(pairs), parted))
    found.sort(key=lambda each: (-each.share, -each.n_disputed, order[each.id]))
    return found[:MOST_DISPUTED]

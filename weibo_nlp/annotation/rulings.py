"""Adjudication in a campaign: a sheet of what the annotators part on, blind to who said what, and the rulings on it."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from weibo_nlp.annotation.adjudication import MAJORITY, UNANIMOUS, count_votes
from weibo_nlp.annotation.answers import FaultyRows, StoredAnswer, all_answers
from weibo_nlp.annotation.campaign import ADJUDICATION, Campaign, Rule
from weibo_nlp.annotation.campaign_agreement import labels_of, votes_of
from weibo_nlp.annotation.dealing import numbered, seed_of
from weibo_nlp.annotation.exchange.base import Answer, ExchangeFormat, Item, Language, Passage, Question
from weibo_nlp.annotation.sheet_export import DealtItems, find_campaign_texts, format_called
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import write_jsonl
from weibo_nlp.io.jsonl import dump_line, read_json_object
from weibo_nlp.io.locks import locked_folder
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.typed_json import from_json, to_json
from weibo_nlp.io.validation import FORM, Problem, field_types, list_type, read_records, row_parser, without_problems

RULINGS = "adjudicated.jsonl"
_KEY = "key.json"
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "said": "标注 {n}",
        "unsure": "（不确定）",
        "comment": "；备注：",
        "ask": "{text} 标注不一致，请裁定，并在“备注”栏写明理由。",
        "nothing": "（没有选）",
    },
    "en": {
        "said": "label {n}",
        "unsure": " (unsure)",
        "comment": "; remark: ",
        "ask": "{text} The annotators part on it: decide, and give the reason under “comment”.",
        "nothing": "(not ticked)",
    },
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an adjudicator decided on one question of one document, and why.

    Attributes
    ----------
    id, question : str
        What was decided.
    label, reason : str
        How, and why.
    labels : tuple of str
        What the annotators had said by then, sorted: a ruling holds as long as they say that.
    file, place : str
        Where it was read.
    """

    id: str
    question: str
    label: str
    reason: str
    labels: tuple[str, ...]
    file: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A question of a document on which the votes do not decide: annotator -> label."""

    id: str
    question: str
    votes: Mapping[str, str]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels given, sorted, which tells nothing of who gave them."""
        return tuple(sorted(self.votes.values()))


@dataclass(frozen=True)
class _Key:
    """What stands behind the numbers of a sheet of disputes."""

    question: str
    numbers: Mapping[str, tuple[str, tuple[str, ...]]]


def is_decided(labels: Sequence[str], rule: Rule) -> bool:
    """Whether votes decide on a label under a rule; a single one does."""
    vote = count_votes(tuple(labels))
    return vote.resolution == UNANIMOUS or (rule == "majority" and vote.resolution == MAJORITY)


def disputes(campaign: Campaign, answers: Mapping[str, Sequence[StoredAnswer]] | None = None) -> list[Dispute]:
    """What the votes of a campaign do not decide, in the order of its documents and questions."""
    votes = votes_of(campaign, all_answers(campaign) if answers is None else answers)
    documents = {name: place for place, name in enumerate(campaign.documents)}
    questions = {question.name: place for place, question in enumerate(campaign.questions)}
    found = [
        Dispute(document, question, given)
        for (document, question), given in votes.items()
        if not is_decided(list(given.values()), campaign.settings.rule)
    ]
    return sorted(found, key=lambda each: (documents[each.id], questions[each.question]))


def read_rulings(campaign: Campaign) -> dict[tuple[str, str], Ruling]:
    """Rulings that the campaign has, by document and question.

    Raises
    ------
    DataError
        If a line of the file cannot be used.
    """
    path = campaign.folder / RULINGS
    if not path.exists():
        return {}
    parse = row_parser(Ruling, field_types(Ruling, labels=list_type(str)))
    return {(each.id, each.question): each for each in without_problems(read_records(path, parse))}


def export_disputes(
    campaign: Campaign, format: ExchangeFormat | str, *, texts: Path | None = None, replace: bool = False
) -> list[Path]:
    """Write the sheets on which an adjudicator decides: one for each question, of what has no ruling yet.

    Above each text stands what the annotators said, in an order that tells nothing of who said it.

    Returns
    -------
    list of Path
        The files; none where nothing is disputed.

    Raises
    ------
    UsageError
        If sheets are there already: they may have been filled in.
    """
    format = format_called(format)
    found = find_campaign_texts(campaign, texts)
    answers = all_answers(campaign)
    ruled = read_rulings(campaign)
    open_ = [each for each in disputes(campaign, answers) if not _holds(ruled.get((each.id, each.question)), each)]
    by_document = {(name, each.id): each for name, given in answers.items() for each in given}
    language = campaign.settings.language
    written: list[tuple[Path, Path]] = []
    folder = campaign.folder / ADJUDICATION
    with tempfile.TemporaryDirectory(prefix=".sheets.", dir=campaign.folder) as name:
        beside = Path(name)
        for question in campaign.questions:
            of_question = [each for each in open_ if each.question == question.name]
            if not of_question:
                continue
            numbers = numbered(of_question, f"{_letter(campaign, question)}")
            items = DealtItems(campaign, {number: each.id for number, each in numbers.items()}, found)
            shown = [_shown(items[number], each, by_document, campaign) for number, each in numbers.items()]
            files = format.write(shown, [_asked(question, language)], beside, stem=question.name, language=language)
            key = beside / f"{question.name}.{_KEY}"
            content = _Key(question.name, {number: (each.id, each.labels) for number, each in numbers.items()})
            key.write_text(dump_line(to_json(content)), "utf-8")
            written += [(path, folder / path.name) for path in (*files, key)]
        if not replace and (there := [target for _, target in written if target.exists()]):
            raise UsageError(
                f"{folder}: sheets of disputes went out already, and may have been filled in ({there[0].name}); read "
                "them with --from first, or write over them with --replace."
            )
        folder.mkdir(exist_ok=True)  # a clone of the campaign has no empty ones
        for source, target in written:
            source.replace(target)
    return [target for _, target in written if not target.name.endswith(_KEY)]


def import_rulings(
    campaign: Campaign,
    path: Path | str,
    format: ExchangeFormat | str | None = None,
    *,
    texts: Path | None = None,
    skip_faulty: bool = False,
    replace: bool = False,
) -> tuple[int, int, list[Problem]]:
    """Read the rulings of a sheet of disputes; each needs a label and a reason. Its suffix tells the format.

    Returns
    -------
    tuple of int, int and list of Problem
        Rulings that were kept, disputes of the sheet that are still open, and every fault; with faults nothing is kept
        unless `skip_faulty`.

    Raises
    ------
    UsageError
        If other rulings on these are there, and are not to be replaced.
    DataError
        If it is no sheet of this campaign's disputes.
    """
    path = named_path(path, "a sheet")
    format = format_of_sheet(path) if format is None else format_called(format)
    found = find_campaign_texts(campaign, texts)
    keys = [_read_key(place) for place in sorted((campaign.folder / ADJUDICATION).glob(f"*.{_KEY}"))]
    if not keys:
        raise UsageError(f"{campaign.folder}: no sheet of disputes went out; write one with --to first.")
    readings = []
    refused = ""
    for key in keys:
        question = next(each for each in campaign.questions if each.name == key.question)
        items = DealtItems(campaign, {number: name for number, (name, _) in key.numbers.items()}, found)
        try:
            readings.append((key, *format.read(path, items, [_asked(question, campaign.settings.language)])))
        except DataError as error:
            refused = str(error)
    if not readings:
        raise DataError(refused)
    key, answers, problems = min(readings, key=lambda reading: len(reading[2]))
    faulty = FaultyRows(problems)
    current = {(each.id, each.question): each for each in disputes(campaign)}
    rulings: list[Ruling] = []
    for answer in answers:
        if faulty.has(answer):
            continue
        ruling, fault = _ruling(key, answer, path, current)
        if ruling is not None:
            rulings.append(ruling)
        elif fault:
            problems.append(Problem(path, 0, FORM, "ruling", f"{answer.place}: {fault}" if answer.place else fault))
    if problems and not skip_faulty:
        return 0, len(key.numbers), problems
    with locked_folder(campaign.folder):
        before = read_rulings(campaign)
        changed = [each for each in rulings if _is_other(before.get((each.id, each.question)), each)]
        if changed and not replace:
            raise UsageError(
                f"{path}: {len(changed):,} of these were decided otherwise before, as {quoted(changed[0].question)} of "
                f"{quoted(changed[0].id)}; let the new rulings stand in their place with --replace."
            )
        after = before | {(each.id, each.question): each for each in rulings}
        order = {name: place for place, name in enumerate(campaign.documents)}
        rows = sorted(after.values(), key=lambda each: (order[each.id], each.question))
        write_jsonl(campaign.folder / RULINGS, ({**asdict(each), "labels": list(each.labels)} for each in rows))
    return len(rulings), len(key.numbers) - len(rulings), problems


def format_of_sheet(path: Path) -> ExchangeFormat:
    """Return the format of a sheet of disputes by its suffix.

    Raises
    ------
    UsageError
        If it is that of no table.
    """
    by_suffix = {".xlsx": "xlsx", ".xls": "xlsx", ".csv": "csv", ".jsonl": "jsonl"}
    if (name := by_suffix.get(path.suffix.lower())) is None:
        raise UsageError(
            f"{path}: a sheet of disputes ends in {', '.join(by_suffix)}; name the one that was filled in."
        )
    return format_called(name)


def stale_rulings(campaign: Campaign, found: Sequence[Dispute]) -> list[Ruling]:
    """Rulings on what is no longer disputed, or on other labels than are there by now."""
    current = {(each.id, each.question): each for each in found}
    return [
        ruling
        for place, ruling in read_rulings(campaign).items()
        if place not in current or not _holds(ruling, current[place])
    ]


def _holds(ruling: Ruling | None, dispute: Dispute) -> bool:
    return ruling is not None and ruling.labels == dispute.labels


def _is_other(before: Ruling | None, now: Ruling) -> bool:
    return before is not None and (before.label, before.reason) != (now.label, now.reason)


def _letter(campaign: Campaign, question: Question) -> str:
    return f"Q{campaign.questions.index(question) + 1}-"


def _asked(question: Question, language: Language) -> Question:
    text = _WORDS[language]["ask"].format(text=question.text)
    return replace(question, text=text, labels=labels_of(question), is_required=True)


def _shown(item: Item, dispute: Dispute, answers: Mapping[tuple[str, str], StoredAnswer], campaign: Campaign) -> Item:
    """An item with what was said of it above it, as passages of nobody in particular."""
    words = _WORDS[campaign.settings.language]
    said: list[str] = []
    for name, label in dispute.votes.items():
        answer = answers[name, dispute.id]
        text = label if dispute.question in answer.labels else words["nothing"]
        text += words["unsure"] if answer.is_unsure else ""
        said.append(text + (f"{words['comment']}{answer.comment}" if answer.comment else ""))
    random.Random(seed_of(campaign.settings.seed, "adjudication", dispute.id, dispute.question)).shuffle(said)
    passages = [Passage(text, words["said"].format(n=place)) for place, text in enumerate(said, start=1)]
    return replace(item, above=(*item.above, *passages))


def _ruling(
    key: _Key, answer: Answer, path: Path, current: Mapping[tuple[str, str], Dispute]
) -> tuple[Ruling | None, str]:
    """Return the ruling that an answer is, or say why it is none; a row that was left open is neither."""
    name, labels = key.numbers[answer.number]
    label, reason = answer.labels.get(key.question), (answer.comment or "").strip()
    if label is None:
        return None, f"{answer.number} has a reason and no label; decide on one." if reason else ""
    if not reason:
        return None, f"{answer.number} is decided without a reason; write one under comment (备注)."
    dispute = current.get((name, key.question))
    if dispute is None or dispute.labels != labels:
        now = "nobody parts on it any more" if dispute is None else f"they say {', '.join(dispute.labels)} by now"
        return (
            None,
            f"{answer.number}: the annotators changed their labels since the sheet was written, {now}; write it anew.",
        )
    return Ruling(name, key.question, label, reason, labels, path.name, answer.place), ""


def _read_key(path: Path) -> _Key:
    return from_json(_Key, read_json_object(path), str(path))


def open_disputes(campaign: Campaign, among: Sequence[Dispute] | None = None) -> Iterator[tuple[str, int]]:
    """Question -> how many of its disputes, of all or of those given, have no ruling that holds."""
    ruled = read_rulings(campaign)
    found = [
        each
        for each in (disputes(campaign) if among is None else among)
        if not _holds(ruled.get((each.id, each.question)), each)
    ]
    counts = Counter(each.question for each in found)
    yield from ((question.name, counts[question.name]) for question in campaign.questions if counts[question.name])

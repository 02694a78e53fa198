"""A campaign: texts, questions and annotators in a folder, with what was dealt to whom under which numbers.

A document id may name its event, and an event gives its topic away; so sheets carry numbers only, and the keys that
lead back to ids are kept apart from what annotators see.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from weibo_nlp.annotation.dealing import SHARED, Key, deal, letter_of, seed_of, share_out
from weibo_nlp.annotation.documents import (
    CampaignDocument,
    DocumentsKind,
    DocumentSource,
    document_targets,
    read_documents,
)
from weibo_nlp.annotation.exchange.base import LANGUAGES, Language, Question
from weibo_nlp.annotation.questions import STANCE, codebook_of, questions_of
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import atomic_path, safe_stem, write_jsonl
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.typed_json import from_json, to_json
from weibo_nlp.io.validation import field_types, read_records, row_parser, without_problems
from weibo_nlp.records import AUTHOR_LABEL
from weibo_nlp.scheme import load_scheme

FORMAT, KIND = 1, "weibo_nlp campaign"
CAMPAIGN, DOCUMENTS, DESIGN_FILE, CODEBOOK = "campaign.json", "documents.jsonl", "design.json", "codebook.md"
KEYS, SHEETS, ANSWERS, ADJUDICATION = "keys", "sheets", "answers", "adjudication"
MODEL = "model:"
"""What the name of an annotator begins with that is no person but a model."""
GUIDELINE = "1.2.0"
"""Version of the guideline (`annotations/GUIDELINES.md`) that the tasks of the scheme are judged by."""
Rule = Literal["unanimous", "majority"]
RULES: tuple[Rule, ...] = ("unanimous", "majority")
_SHARED_KEY = "_shared"
_NAME = re.compile(r"\w[\w.@+\- ]{0,58}\w|\w")
_FILE = re.compile(r"\w[\w\-]*")
_NAMES_OF_DEVICES = re.compile(r"(?i)con|prn|aux|nul|com\d|lpt\d")


@dataclass(frozen=True, slots=True)
class Annotator:
    """Who judges: a person, a model, or the author of the texts, whose own labels are no judgements.

    Attributes
    ----------
    name, kind : str
        Who it is.
    file : str
        Stem of the names of the files that are this annotator's.
    is_dealt : bool
        Whether texts were dealt out to it. Only such judgements count as votes: labels that were brought in, as those
        of the model that labelled a collection, are compared and never decide.
    """

    name: str
    kind: Literal["person", "model", "author"]
    file: str
    is_dealt: bool = True


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the documents came from: kind and name of the file, its SHA-256, and what its columns are called."""

    kind: DocumentsKind
    name: str
    sha256: str | None
    n: int
    id_column: str
    text_column: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a campaign was set up with; ``campaign.json`` holds it.

    Attributes
    ----------
    scheme, scheme_version : str
        Label scheme of the tasks that are not the user's own.
    guideline : str or None
        Version of the guideline, where such tasks are among the questions.
    language : {"zh", "en"}
        Of sheets.
    rule : {"unanimous", "majority"}
        Which labels hold without adjudication: those that all gave, or those of more than half.
    seed : int
        Of the draw and of the orders.
    overlap : int or None
        Documents that all annotators judge; None where they all judge everything.
    """

    scheme: str
    scheme_version: str
    guideline: str | None
    language: Language
    rule: Rule
    seed: int
    overlap: int | None
    questions: tuple[Question, ...]
    annotators: tuple[Annotator, ...]
    documents: Origin


@dataclass(frozen=True)
class Campaign:
    """A campaign in its folder."""

    folder: Path
    settings: Settings

    @cached_property
    def documents(self) -> Mapping[str, CampaignDocument]:
        """Every document by its id, in the order of the source, with those that are only shown above others."""
        types = field_types(CampaignDocument)
        items = read_records(self.folder / DOCUMENTS, row_parser(CampaignDocument, types))
        return {document.id: document for document in without_problems(items)}

    @cached_property
    def keys(self) -> Mapping[str | None, Key]:
        """Key of each annotator to whom texts were dealt, by name; under None that of a shared project."""
        dealt = {each.name: each.file for each in self.settings.annotators if each.is_dealt}
        return {name: _read_key(self.folder / KEYS / f"{file}.json") for name, file in dealt.items()} | {
            None: _read_key(self.folder / KEYS / f"{_SHARED_KEY}.json")
        }

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked."""
        return self.settings.questions

    @property
    def has_texts(self) -> bool:
        """Whether the folder holds the texts; otherwise it holds their keys alone."""
        return self.settings.documents.kind != "keys"

    def annotator(self, name: str) -> Annotator:
        """Return the annotator of a name.

        Raises
        ------
        UsageError
            If there is none, listing those there are.
        """
        for each in self.settings.annotators:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in self.settings.annotators)
        raise UsageError(f"{self.folder}: no annotator {quoted(name)}; there is: {names}.")

    def questions_for(self, document: CampaignDocument) -> tuple[Question, ...]:
        """Questions that are asked of a document: of stances, only those on its own targets where it has some."""
        return tuple(
            question
            for question in self.questions
            if document.targets is None or question.task != STANCE or question.target in document.targets
        )

    def answers_path(self, annotator: Annotator) -> Path:
        """File with the answers of an annotator."""
        return self.folder / ANSWERS / f"{annotator.file}.jsonl"

    def with_annotator(self, annotator: Annotator) -> Campaign:
        """Add an annotator to the campaign and to its file."""
        settings = replace(self.settings, annotators=(*self.settings.annotators, annotator))
        _write_json(self.folder / CAMPAIGN, _content(settings))
        return Campaign(self.folder, settings)


def new_campaign(
    folder: Path | str,
    documents: Path | str | DocumentSource,
    tasks: Sequence[str],
    annotators: Sequence[str],
    *,
    overlap: int | None = None,
    seed: int = 0,
    rule: Rule = "unanimous",
    language: Language = "zh",
    **reading: Any,
) -> Campaign:
    """Set up a campaign in a folder that is not there yet; it appears whole or not at all.

    Parameters
    ----------
    folder : Path or str
        Where it goes.
    documents : Path, str or DocumentSource
        File as :func:`~weibo_nlp.annotation.documents.read_documents` takes it, or documents that were read.
    tasks : sequence of str
        As :func:`~weibo_nlp.annotation.questions.questions_of` takes them; of a sample, by default those that it was
        drawn for.
    annotators : sequence of str
        Two or more names, of persons, or of models with ``model:`` before it.
    overlap : int, optional
        Documents that all annotators judge, the others going to one annotator each; by default all judge everything.
    seed : int
        Of the draw and of the orders.
    rule : {"unanimous", "majority"}
        Which labels hold without adjudication.
    language : {"zh", "en"}
        Of the sheets.
    **reading
        Passed on to :func:`~weibo_nlp.annotation.documents.read_documents`.

    Raises
    ------
    UsageError
        If the folder is there, or annotators, tasks or numbers cannot be what they are.
    DataError
        If the documents cannot be used.
    """
    folder = named_path(folder, "a campaign")
    if os.path.lexists(folder):
        raise UsageError(f"{folder} is there already; a campaign gets a folder of its own, name another.")
    if language not in LANGUAGES or rule not in RULES:
        raise UsageError(f"language {quoted(language)} and rule {quoted(rule)}: allowed are zh, en; unanimous, majority.")
    people = _annotators(annotators)
    source = documents if isinstance(documents, DocumentSource) else read_documents(Path(documents), **reading)
    scheme = load_scheme()
    tasks = tasks or source.tasks
    # Without a target behind it, stance is about those of the documents.
    own_targets = STANCE in tasks
    targets = tuple(document_targets(source.documents)) if own_targets else ()
    read = source.documents if own_targets else [replace(each, targets=None) for each in source.documents]
    questions = questions_of(tasks, scheme, language, document_targets=targets)
    settings = Settings(
        scheme=scheme.name,
        scheme_version=scheme.version,
        guideline=GUIDELINE if any(question.task in scheme.tasks for question in questions) else None,
        language=language,
        rule=rule,
        seed=seed,
        overlap=overlap,
        questions=questions,
        annotators=people,
        documents=Origin(
            source.kind,
            source.name,
            source.sha256,
            sum(document.is_judged for document in read),
            source.id_column,
            source.text_column,
        ),
    )
    _write(folder, settings, read, source.design)
    return open_campaign(folder)


def open_campaign(folder: Path | str) -> Campaign:
    """Open a campaign.

    Raises
    ------
    UsageError
        If there is none in the folder.
    DataError
        If its file is not what it should be.
    """
    folder = named_path(folder, "a campaign")
    path = folder / CAMPAIGN
    if not path.is_file():
        raise UsageError(f"{folder} holds no campaign ({CAMPAIGN}); set one up with weibo-nlp annotate new.")
    content = read_json_object(path)
    if content.get("kind") != KIND or content.get("format") != FORMAT:
        raise DataError(
            f"{path}: kind {quoted(content.get('kind'))} of format {quoted(content.get('format'))}; a {KIND} of format "
            f"{FORMAT} is expected. A newer version of weibo-nlp may read it."
        )
    return Campaign(folder, from_json(Settings, content, str(path)))


def judged_threads(documents: Iterable[CampaignDocument]) -> dict[str, list[str]]:
    """Ids of the documents that are dealt out, by thread; one without a thread is its own."""
    threads: dict[str, list[str]] = {}
    for document in documents:
        if document.is_judged:
            threads.setdefault(document.thread or document.id, []).append(document.id)
    return threads


def file_stem(name: str) -> str:
    """Stem of the names of an annotator's files: the name, where every system can have such a file."""
    plain = name.removeprefix(MODEL)
    is_plain = plain == name and _FILE.fullmatch(name) and not _NAMES_OF_DEVICES.fullmatch(name)
    return name if is_plain else safe_stem(*name.split(":"))


def annotator_of(name: str, *, is_dealt: bool = True) -> Annotator:
    """Return an annotator by name: a model where it begins with ``model:``, the author where it is ``intention``.

    Raises
    ------
    UsageError
        If the name is none that files and sheets can have.
    """
    is_model = name.startswith(MODEL)
    if not _NAME.fullmatch(name.removeprefix(MODEL)) or name != unicodedata.normalize("NFC", name):
        raise UsageError(
            f"an annotator cannot be called {quoted(name)}; use up to 60 letters and digits, of any script, with "
            f". @ + - _ and blanks inside, and {MODEL} before the name of a model."
        )
    kind: Literal["person", "model", "author"] = "model" if is_model else "person"
    return Annotator(name, "author" if name == AUTHOR_LABEL else kind, file_stem(name), is_dealt)


def _annotators(names: Sequence[str]) -> tuple[Annotator, ...]:
    people = tuple(map(annotator_of, names))
    if author := next((each.name for each in people if each.kind == "author"), None):
        raise UsageError(f"{author} is the author, who is dealt nothing; bring labels of the author in with import.")
    same = unicodedata.normalize
    folded = [same("NFKC", each.name).casefold() for each in people]
    if doubled := next((name for name, each in zip(names, folded, strict=True) if folded.count(each) > 1), None):
        raise UsageError(f"two annotators are called {quoted(doubled)}, or nearly so; names must differ in letters.")
    if len(people) < 2:
        raise UsageError(f"{len(people)} annotator; name two at least, with --annotator each, so that they can be compared.")
    return people


def _write(folder: Path, settings: Settings, documents: Sequence[CampaignDocument], design: Path | None) -> None:
    threads = judged_threads(documents)
    names = [each.name for each in settings.annotators]
    shares = share_out(threads, names, settings.overlap, settings.seed)
    parent = folder.parent
    if not parent.is_dir():
        raise UsageError(f"{parent}: the folder does not exist; make it first.")
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", dir=parent))
    try:
        beside.chmod(0o777 & ~_umask())
        for name in (KEYS, SHEETS, ANSWERS, ADJUDICATION):
            (beside / name).mkdir()
        write_jsonl(beside / DOCUMENTS, map(_document_row, documents))
        for place, annotator in enumerate(settings.annotators):
            numbers = deal(shares[annotator.name], letter_of(place), seed_of(settings.seed, annotator.name))
            _write_key(beside / KEYS / f"{annotator.file}.json", annotator.name, numbers)
        numbers = deal(threads, SHARED, seed_of(settings.seed))
        _write_key(beside / KEYS / f"{_SHARED_KEY}.json", None, numbers)
        if settings.documents.kind == "keys":
            # The texts are others', and only the sheets have them.
            for name in (SHEETS, ADJUDICATION):
                (beside / name / ".gitignore").write_text("*\n", "utf-8")
        if design is not None:
            shutil.copyfile(design, beside / DESIGN_FILE)
        if codebook := codebook_of(settings.questions):
            (beside / CODEBOOK).write_text(codebook, "utf-8")
        _write_json(beside / CAMPAIGN, _content(settings))
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _content(settings: Settings) -> dict[str, Any]:
    return {"format": FORMAT, "kind": KIND} | to_json(settings)


def _document_row(document: CampaignDocument) -> dict[str, Any]:
    """Row of a document: what it has, and nothing of what it has not."""
    return {name: value for name, value in to_json(document).items() if name == "id" or value not in (None, True)}


def _write_key(path: Path, annotator: str | None, numbers: Mapping[str, str]) -> None:
    _write_json(path, {"annotator": annotator, "numbers": numbers})


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8")


def _read_key(path: Path) -> Key:
    return from_json(Key, read_json_object(path), str(path))


def by_questions(campaign: Campaign, ids: Iterable[str]) -> Iterator[tuple[tuple[Question, ...], list[str]]]:
    """Group documents by what is asked of them, in the order in which each group first appears."""
    groups: dict[tuple[str, ...] | None, list[str]] = {}
    for name in ids:
        groups.setdefault(campaign.documents[name].targets, []).append(name)
    for members in groups.values():
        yield campaign.questions_for(campaign.documents[members[0]]), members

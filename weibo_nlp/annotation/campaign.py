"""A campaign: texts, questions and annotators in a folder, with what was dealt to whom under which numbers.

A document id may name its event, and an event gives its topic away; so sheets carry numbers only, and the keys that
lead back to ids are kept apart from what annotators see.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from weibo_nlp.annotation.dealing import Key
from weibo_nlp.annotation.documents import CampaignDocument, DocumentsKind
from weibo_nlp.annotation.exchange.base import Language, Question
from weibo_nlp.annotation.questions import STANCE
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import atomic_path, sha256_of_bytes
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.locks import locked_folder
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.typed_json import from_json, to_json
from weibo_nlp.io.validation import field_types, read_records, row_parser, without_problems
from weibo_nlp.records import AUTHOR_LABEL

FORMAT, KIND = 1, "weibo_nlp campaign"
CAMPAIGN, DOCUMENTS, DESIGN_FILE, CODEBOOK = "campaign.json", "documents.jsonl", "design.json", "codebook.md"
KEYS, SHEETS, ANSWERS, ADJUDICATION = "keys", "sheets", "answers", "adjudication"
MODEL = "model:"
"""What the name of an annotator begins with that is no person but a model."""
Rule = Literal["unanimous", "majority"]
RULES: tuple[Rule, ...] = ("unanimous", "majority")
SHARED_KEY = "_shared"
_NAME = re.compile(r"\w[\w.@+\- ]{0,58}\w|\w")
_FILE = re.compile(r"\w[\w\-]{0,39}")
_QUESTION = re.compile(r"\w{1,60}")
_UNUSABLE = re.compile(r"[^\w\-]+")
_DEVICES = re.compile(r"(?i)con|prn|aux|nul|com\d|lpt\d")


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
            None: _read_key(self.folder / KEYS / f"{SHARED_KEY}.json")
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
        targets = document.targets
        if targets is None:
            return self.questions
        if targets not in self._asked:
            self._asked[targets] = tuple(
                question for question in self.questions if question.task != STANCE or question.target in targets
            )
        return self._asked[targets]

    @cached_property
    def _asked(self) -> dict[tuple[str, ...], tuple[Question, ...]]:
        return {}

    def answers_path(self, annotator: Annotator) -> Path:
        """File with the answers of an annotator."""
        return self.folder / ANSWERS / f"{annotator.file}.jsonl"

    def with_annotator(self, annotator: Annotator) -> Campaign:
        """Add an annotator to the campaign and to its file, unless somebody else has meanwhile."""
        with locked_folder(self.folder):
            settings = open_campaign(self.folder).settings
            if annotator not in settings.annotators:
                settings = replace(settings, annotators=(*settings.annotators, annotator))
                write_json(self.folder / CAMPAIGN, settings_content(settings))
        return Campaign(self.folder, settings)


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
    settings = from_json(Settings, content, str(path))
    _require_own_files(settings, path)
    return Campaign(folder, settings)


def _require_own_files(settings: Settings, path: Path) -> None:
    """Refuse names that would lead out of the folder: files are called by annotators and questions."""
    for annotator in settings.annotators:
        if annotator.file != file_stem(annotator.name):
            raise DataError(
                f"{path}: the files of annotator {quoted(annotator.name)} are called {quoted(annotator.file)} instead "
                f"of {file_stem(annotator.name)!r}; take the file as annotate new wrote it."
            )
    for question in settings.questions:
        if not _QUESTION.fullmatch(question.name):
            raise DataError(
                f"{path}: a question is called {quoted(question.name)}; names have letters, digits and _, take the "
                "file as annotate new wrote it."
            )


def file_stem(name: str) -> str:
    """Stem of the names of an annotator's files: the name, where every system can have such a file."""
    if _FILE.fullmatch(name) and not _DEVICES.fullmatch(name):
        return name
    # No two names have one checksum, and no plain name ends in that of another by chance.
    return f"{_UNUSABLE.sub('_', name)[:40]}-{sha256_of_bytes(name.encode())[:8]}"


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


def settings_content(settings: Settings) -> dict[str, Any]:
    """Return what the campaign's file holds."""
    return {"format": FORMAT, "kind": KIND, **to_json(settings)}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file of a campaign, beside and renamed."""
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

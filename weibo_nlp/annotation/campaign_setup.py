"""Setting a campaign up: its folder appears whole, with what is dealt to whom, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.campaign import (
    ADJUDICATION,
    ANSWERS,
    CAMPAIGN,
    CODEBOOK,
    DESIGN_FILE,
    DOCUMENTS,
    KEYS,
    RULES,
    SHARED_KEY,
    SHEETS,
    Annotator,
    Campaign,
    Origin,
    Rule,
    Settings,
    annotator_of,
    open_campaign,
    settings_content,
    write_json,
)
from weibo_nlp.annotation.dealing import SHARED, deal, letter_of, seed_of, share_out
from weibo_nlp.annotation.document_tables import read_documents
from weibo_nlp.annotation.documents import CampaignDocument, DocumentSource, document_targets
from weibo_nlp.annotation.exchange.base import LANGUAGES, Language
from weibo_nlp.annotation.questions import STANCE, codebook_of, guideline_version, questions_of
from weibo_nlp.corpus.manifest import is_version
from weibo_nlp.errors import UsageError
from weibo_nlp.io import write_jsonl
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import named_path
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.scheme import load_scheme


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
    guideline: str | None = None,
    **reading: Any,
) -> Campaign:
    """Set up a campaign in a folder that is not there yet; it appears whole or not at all.

    Parameters
    ----------
    folder : Path or str
        Where it goes.
    documents : Path, str or DocumentSource
        File as :func:`~weibo_nlp.annotation.document_tables.read_documents` takes it, or documents that were read.
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
    guideline : str, optional
        Version of the guideline that annotators read, as ``1.2.1``; by default that of the rules which sheets carry.
    **reading
        Passed on to :func:`~weibo_nlp.annotation.document_tables.read_documents`.

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
        raise UsageError(
            f"language {quoted(language)} and rule {quoted(rule)}: allowed are zh, en; unanimous, majority."
        )
    if guideline is not None and not is_version(guideline):
        raise UsageError(f"guideline {quoted(guideline)}: a version of three numbers is allowed, as 1.2.1.")
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
        guideline=guideline or guideline_version()
        if any(question.task in scheme.tasks for question in questions)
        else None,
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


def judged_threads(documents: Iterable[CampaignDocument]) -> dict[str, list[str]]:
    """Ids of the documents that are dealt out, by thread; one without a thread is its own."""
    threads: dict[str, list[str]] = {}
    for document in documents:
        if document.is_judged:
            threads.setdefault(document.thread or document.id, []).append(document.id)
    return threads


def _annotators(names: Sequence[str]) -> tuple[Annotator, ...]:
    people = tuple(map(annotator_of, names))
    if author := next((each.name for each in people if each.kind == "author"), None):
        raise UsageError(f"{author} is the author, who is dealt nothing; bring labels of the author in with import.")
    same = unicodedata.normalize
    folded = [same("NFKC", each.name).casefold() for each in people]
    if doubled := next((name for name, each in zip(names, folded, strict=True) if folded.count(each) > 1), None):
        raise UsageError(f"two annotators are called {quoted(doubled)}, or nearly so; names must differ in letters.")
    if len(people) < 2:
        raise UsageError(
            f"{len(people)} annotator; name two at least, with --annotator each, so that they can be compared."
        )
    return people


def _write(folder: Path, settings: Settings, documents: Sequence[CampaignDocument], design: Path | None) -> None:
    threads = judged_threads(documents)
    names = [each.name for each in settings.annotators]
    shares = share_out(threads, names, settings.overlap, settings.seed)
    parent = folder.parent
    if not parent.is_dir():
        raise UsageError(f"{parent}: the folder does not exist; make it first.")
    beside = parent / f".{folder.name[:40]}.{secrets.token_hex(8)}"
    beside.mkdir()
    try:
        for name in (KEYS, SHEETS, ANSWERS, ADJUDICATION):
            (beside / name).mkdir()
        write_jsonl(beside / DOCUMENTS, map(_document_row, documents))
        for place, annotator in enumerate(settings.annotators):
            numbers = deal(shares[annotator.name], letter_of(place), seed_of(settings.seed, annotator.name))
            _write_key(beside / KEYS / f"{annotator.file}.json", annotator.name, numbers)
        numbers = deal(threads, SHARED, seed_of(settings.seed))
        _write_key(beside / KEYS / f"{SHARED_KEY}.json", None, numbers)
        if settings.documents.kind == "keys":
            # The texts are others', and only the sheets have them.
            for name in (SHEETS, ADJUDICATION):
                (beside / name / ".gitignore").write_text("*\n!.gitignore\n", "utf-8")
        if design is not None:
            shutil.copyfile(design, beside / DESIGN_FILE)
        if codebook := codebook_of(settings.questions):
            (beside / CODEBOOK).write_text(codebook, "utf-8")
        write_json(beside / CAMPAIGN, settings_content(settings))
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside)
        raise


def _document_row(document: CampaignDocument) -> dict[str, Any]:
    """Row of a document: what it has, and nothing of what it has not."""
    return {name: value for name, value in to_json(document).items() if value is not None and value is not True}


def _write_key(path: Path, annotator: str | None, numbers: Mapping[str, str]) -> None:
    write_json(path, {"annotator": annotator, "numbers": numbers})

"""Rounds of the corpus: threads of events go out as a campaign, which comes back as a round of judgements."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from weibo_nlp.annotation.adjudication import AdjudicatedLabels, adjudicate, adjudicated_row, read_adjudicated
from weibo_nlp.annotation.answers import StoredAnswer, read_answers_of
from weibo_nlp.annotation.campaign import Annotator, Campaign
from weibo_nlp.annotation.documents import CampaignDocument, DocumentSource, documents_of, paths_above, targets_of
from weibo_nlp.annotation.judgements import judgement_parser, write_judgements
from weibo_nlp.annotation.questions import FRAME, FRAMES, STANCE
from weibo_nlp.annotation.rulings import Ruling, disputes, open_disputes, read_rulings, stale_rulings
from weibo_nlp.corpus.tree import build_threads
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.external.hydration import is_text_key
from weibo_nlp.io import atomic_path, sha256_of_bytes, sha256_of_file, sha256_of_rows, write_jsonl
from weibo_nlp.io.names import quoted
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.io.validation import without_problems
from weibo_nlp.records import Judgement
from weibo_nlp.release.sources import Sources, read_sources

REAL = "real"
PERSON = "a person"


def corpus_documents(root: Path, events: Sequence[str], *, judged: Collection[str] | None = None) -> DocumentSource:
    """Threads of some events of a clone, each with the targets that it is judged on.

    Parameters
    ----------
    root : Path
        The clone: ``corpus/`` and ``annotations/`` lie in it.
    events : sequence of str
        Ids of events in the register.
    judged : collection of str, optional
        Ids of the documents that are dealt out; of the others only what stands above these is shown. By default all.

    Raises
    ------
    UnknownNameError
        If there is no such event, or no such document of one.
    DataError
        If the sources cannot be read, naming every fault.
    """
    sources = _sources(root)
    if unknown := next((event for event in events if event not in sources.events), None):
        raise UnknownNameError("event", unknown, sources.events)
    threads = build_threads(document for document in sources.documents if document.event in events)
    if not threads:
        raise DataError(f"{root}: there are no texts of {', '.join(events)}; compose them first, in corpus/texts.")
    targets = {
        thread.id: tuple(
            target.text
            for target in targets_of(thread, sources.events[thread.root.event or ""].targets, sources.targets)
        )
        for thread in threads
    }
    documents = documents_of((document for thread in threads for document in thread), targets)
    if judged is not None:
        documents = _dealt(documents, judged)
    name = ", ".join(events)
    return DocumentSource(documents, "corpus", name, sha256_of_rows(map(to_json, documents)))


def _dealt(documents: Sequence[CampaignDocument], judged: Collection[str]) -> list[CampaignDocument]:
    by_id = {document.id: document for document in documents}
    if unknown := next((name for name in judged if name not in by_id), None):
        raise UnknownNameError("document", unknown, by_id)
    shown = set(judged).union(above.id for name in judged for above in paths_above(by_id, by_id[name]))
    return [replace(each, is_judged=each.id in judged) for each in documents if each.id in shown]


def write_round(
    campaign: Campaign,
    root: Path,
    name: str,
    prompts: Mapping[str, Path],
    models: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write what a campaign brought as a round of the corpus: judgements, prompts, and labels adjudicated from them.

    Parameters
    ----------
    campaign : Campaign
        Finished: every text judged by all, every dispute decided, under the rule of the majority.
    root : Path
        The clone.
    name : str
        Of the round, after those there are in the alphabet: a text that is judged again counts with its last round.
    prompts : mapping of annotator to Path
        What each was told, a Markdown file; its stem is the judgements' ``layout``.
    models : mapping of annotator to str, optional
        What model judged, in words; by default a person, or the annotator's name.

    Returns
    -------
    list of Path
        The files, all below ``annotations/``. Annotators are called ``a1``, ``a2`` and on in the campaign's order.

    Raises
    ------
    UsageError
        If the round has judgements already, or a prompt is missing.
    DataError
        If the campaign is not finished, or its documents or targets are not the corpus's.
    """
    sources = _sources(root)
    folder = root / "annotations" / "rounds" / name
    people = [each for each in campaign.settings.annotators if each.is_dealt]
    _require_writable(campaign, folder, people, prompts)
    judged = {
        each.name: _judgements(campaign, sources, each, f"a{place}", name, prompts[each.name], (models or {}))
        for place, each in enumerate(people, start=1)
    }
    gold = _gold(campaign, sources, judged)
    written: list[Path] = []
    for place, each in enumerate(people, start=1):
        prompt = folder / "prompts" / f"{prompts[each.name].stem}.md"
        prompt.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(prompt) as temporary:
            shutil.copyfile(prompts[each.name], temporary)
        path = folder / f"a{place}.jsonl"
        write_judgements(path, judged[each.name])
        written += [prompt, path]
    for path, rows in sorted(gold.items()):
        write_jsonl(path, (adjudicated_row(row) for row in rows))
        written.append(path)
    return list(dict.fromkeys(written))


def _sources(root: Path) -> Sources:
    sources = read_sources(root)
    if sources.problems:
        raise DataError("\n".join(map(str, sources.problems)))
    return sources


def _require_writable(
    campaign: Campaign, folder: Path, people: Sequence[Annotator], prompts: Mapping[str, Path]
) -> None:
    if not folder.name.isidentifier():
        raise UsageError(f"a round cannot be called {quoted(folder.name)}; name it like those there are, as r06.")
    if there := sorted(folder.glob("a[0-9]*.jsonl")):
        raise UsageError(f"{there[0]} is there already; a round is never written over, name the next one.")
    if campaign.settings.rule != "majority":
        raise UsageError(
            f"{campaign.folder}: its rule is {campaign.settings.rule}; labels of the corpus are those of the majority, "
            "set the campaign up with --rule majority."
        )
    for each in people:
        if each.name not in prompts or not prompts[each.name].is_file():
            raise UsageError(f"no prompt of {each.name}; name the Markdown file with what this annotator was told.")
    stems = {prompts[each.name].stem: sha256_of_file(prompts[each.name]) for each in people}
    for each in people:
        if stems[prompts[each.name].stem] != sha256_of_file(prompts[each.name]):
            raise UsageError(f"two different prompts are called {prompts[each.name].stem}; rename one of them.")
    found = disputes(campaign)
    if still_open := dict(open_disputes(campaign, found)):
        listed = ", ".join(f"{count:,} on {question}" for question, count in still_open.items())
        raise DataError(f"{campaign.folder}: annotators part, without a ruling: {listed}; decide them first.")
    if stale := stale_rulings(campaign, found):
        raise DataError(f"{campaign.folder}: the ruling on {stale[0].id} is on labels that changed; decide it anew.")


def _judgements(
    campaign: Campaign,
    sources: Sources,
    annotator: Annotator,
    called: str,
    round_name: str,
    prompt: Path,
    models: Mapping[str, str],
) -> list[Judgement]:
    answers = {answer.id: answer for answer in read_answers_of(campaign, annotator)}
    wanted = [document for document in campaign.documents.values() if document.is_judged]
    faults: list[str] = []
    for document in wanted:
        asked = [each.name for each in campaign.questions_for(document) if each.is_required]
        given = answers[document.id].labels if document.id in answers else {}
        if lacking := [question for question in asked if question not in given]:
            faults.append(f"{document.id}: {annotator.name} has not judged {', '.join(lacking)}")
    if faults:
        more = f"\nand {len(faults) - 20:,} more" if len(faults) > 20 else ""
        raise DataError("\n".join(faults[:20]) + more)
    parse = judgement_parser(sources.scheme)
    provenance = {
        "annotator": called,
        "round": round_name,
        "model": models.get(annotator.name, PERSON if annotator.kind == "person" else annotator.name),
        "prompt_sha256": sha256_of_bytes(prompt.read_bytes()),
        "guideline_version": campaign.settings.guideline,
        "layout": prompt.stem,
    }
    return [parse(_row(campaign, sources, answers[document.id]) | provenance) for document in wanted]


def _row(campaign: Campaign, sources: Sources, answer: StoredAnswer) -> dict[str, object]:
    """Fields of a judgement that an answer gives."""
    targets = {target.text: target.id for target in sources.targets.values()}
    stances, frames = {}, []
    row: dict[str, object] = {"document_id": answer.id, "order": answer.order, "needs_context": None}
    for question in campaign.questions_for(campaign.documents[answer.id]):
        label = answer.labels.get(question.name)
        if question.task == FRAMES:
            frames += [question.name.removeprefix(FRAME)] if label == "true" else []
        elif question.task == STANCE:
            if question.target not in targets:
                raise DataError(f"{quoted(question.target)} is no target of corpus/targets.yaml; enter it there.")
            stances[targets[question.target]] = label
        elif question.task in sources.scheme.judged and label is not None:
            row[question.name] = sources.scheme.judged[question.task].to_stored(label)
    confidence = "low" if answer.is_unsure else "high"
    return row | {"stances": stances, "frames": frames, "confidence": confidence}


def _gold(
    campaign: Campaign, sources: Sources, judged: Mapping[str, Sequence[Judgement]]
) -> dict[Path, list[AdjudicatedLabels]]:
    """Adjudicated labels by the file that they go to, with those of other documents that stand there."""
    events = {document.id: document.event for document in sources.documents}
    known = events.keys() | {each.value.id for each in sources.standoff}
    targets = {target.text: target.id for target in sources.targets.values()}
    rulings: dict[str, dict[str, tuple[str, str]]] = {}
    questions = {question.name: question for question in campaign.questions}
    for ruling in read_rulings(campaign).values():
        question = questions[ruling.question]
        task = question.task if question.target is None else f"{STANCE}:{targets[question.target]}"
        rulings.setdefault(ruling.id, {})[task] = _said(ruling)
    gold: dict[Path, list[AdjudicatedLabels]] = {}
    for of_document in zip(*judged.values(), strict=True):
        name = of_document[0].document_id
        if name not in known and not is_text_key(name):
            raise DataError(f"{quoted(name)} is no document of the corpus; a round is about its own documents.")
        stem = events.get(name) or REAL
        path = sources.root / "annotations" / "adjudicated" / f"{stem}.jsonl"
        gold.setdefault(path, []).append(adjudicate(of_document, rulings.get(name, {}), sources.scheme))
    for path, rows in gold.items():
        new = {row.document_id for row in rows}
        if path.exists():
            rows += [
                row for row in without_problems(read_adjudicated(path, sources.scheme)) if row.document_id not in new
            ]
        rows.sort(key=lambda row: row.document_id)
    return gold


def _said(ruling: Ruling) -> tuple[str, str]:
    return ruling.label, ruling.reason

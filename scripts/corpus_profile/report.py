"""The corpus report: size, balance, form, repetition, shortcuts and agreement in one JSON-ready mapping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus_profile.comparison import compare_figure, compare_profiles
from corpus_profile.habits import habit_figures
from weibo_nlp._version import __version__
from weibo_nlp.annotation.adjudication import UNANIMOUS, votes
from weibo_nlp.annotation.judgements import by_document
from weibo_nlp.corpus import Release, open_release
from weibo_nlp.corpus.schema import SPLITS
from weibo_nlp.corpus.tree import build_threads
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.evaluation.diagnostics import ShortcutScore
from weibo_nlp.external import load
from weibo_nlp.io.typed_json import to_json
from weibo_nlp.profiling import reference_sets
from weibo_nlp.profiling.profile import OURS, Profile, TextSet, common_sizes, profile_of, share_estimates
from weibo_nlp.profiling.reference_sets import THIS_CORPUS, PlainShare
from weibo_nlp.profiling.repetition import exact_repeats, most_repeated, repeated_strings
from weibo_nlp.records import ACCOUNT_TYPES, AUTHOR_LABEL, KINDS, Document
from weibo_nlp.release import balance
from weibo_nlp.release.agreement import measure_release
from weibo_nlp.release.balance import Labelled
from weibo_nlp.release.limits import LIMITS
from weibo_nlp.release.sources import Sources, read_sources
from weibo_nlp.release.tables import document_splits
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.estimate import Estimate

FORMAT_KEY = "weibo_nlp_corpus_report"
FORMAT_VERSION = 2
JUDGED_SET = "mission-dev"
_STRINGS_SHOWN = 12


def corpus_document(
    root: Path,
    *,
    command: str,
    external: Path | None = None,
    shortcut_gate: Callable[[Release], list[ShortcutScore]] | None = None,
    bootstrap: BootstrapConfig = DEFAULT,
    progress: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Measure everything that the report shows.

    Parameters
    ----------
    root : Path
        The repository: ``corpus/`` and ``annotations/`` lie in it. Texts without gold yet take part in form and
        diversity; labels are counted over those that have it.
    command : str
        What was called.
    external : Path, optional
        Folder with the user's copies of public sets; without it the corpus is compared with published figures alone.
    shortcut_gate : function, optional
        Rows of the shortcut gate over the release that is built in ``corpus/``, as `benchmark.shortcuts.shortcut_gate`
        gives them; the gate trains models, which a room below them does not know.
    bootstrap : BootstrapConfig
        How intervals over threads are made.
    progress : function
        Is told what is being done.

    Raises
    ------
    DataError
        If a row cannot be read: figures over the readable rest would pass for those of all.
    """
    sources = read_sources(root)
    if sources.problems:
        first = "; ".join(problem.shown(root) for problem in sources.problems[:3])
        raise DataError(f"{len(sources.problems)} rows of {root} cannot be read: {first} Run scripts/check_corpus.py.")
    if not sources.texts:
        raise DataError(f"{root}: no texts under corpus/texts/; a report is made of some.")
    labelled = balance.labelled_documents(sources)
    notes = []
    if unlabelled := len(sources.texts) - len(labelled):
        notes.append(f"{unlabelled} texts have no gold labels yet; labels are counted over the other {len(labelled)}.")
    progress("form and diversity of the corpus")
    judged = _judgements(sources, bootstrap)
    real: list[TextSet] = []
    if external is None:
        notes.append("No copies of public sets were given: the corpus stands beside published figures alone.")
    else:
        progress("public sets")
        real, missing = reference_sets.real_sets(external)
        notes += missing
    judged_set = _judged_set(external)
    profiles = _profiles(sources, real, bootstrap, progress)
    progress("plain comments")
    plain = _plain(sources, real, judged_set)
    gate, version = [], None
    if shortcut_gate is not None:
        progress("shortcut gate")
        release = open_release(root / "corpus")
        gate, version = shortcut_gate(release), release.version
        if (n_released := len(release.documents())) != len(sources.texts):
            notes.append(
                f"The shortcut gate is that of release {version} with {n_released} documents; "
                f"the texts here are {len(sources.texts)}."
            )
    deviations = to_json(compare_profiles(profiles, plain))
    return {
        FORMAT_KEY: FORMAT_VERSION,
        "title": "Corpus report",
        "command": command,
        "package": __version__,
        "corpus_version": version,
        "size": _size(sources, labelled),
        "balance": _balance(sources, labelled),
        "forms": to_json(profiles),
        "deviations": deviations + _disagreement_rows(judged["judged"], judged_set),
        "plain": to_json(plain),
        "habits": habit_figures(sources, real),
        "repetition": _repetition(sources),
        "shortcuts": to_json(gate),
        **judged,
        "published_source": reference_sets.PUBLISHED_SOURCE,
        "notes": notes,
    }


def _size(sources: Sources, labelled: Sequence[Labelled]) -> dict[str, Any]:
    documents, threads = sources.documents, build_threads(sources.documents)
    splits = document_splits(sources)
    topics = sources.scheme.task("topic").labels
    events = [
        {
            "event": event.id,
            "name": event.name_zh,
            "topic": event.topic,
            "near": event.near,
            "documents": len(threads_of_documents),
            "threads": len(set(threads_of_documents)),
            "topics": balance.topic_counts((item for item in labelled if item.document.event == event.id), topics),
        }
        for event in sources.events.values()
        if (threads_of_documents := [document.thread for document in documents if document.event == event.id])
    ]
    return {
        "documents": len(documents),
        "threads": len(threads),
        "characters": sum(len(document.text) for document in documents),
        "events": events,
        "kinds": _counted((document.kind for document in documents), KINDS),
        "splits": _counted((splits[document.id] for document in documents), SPLITS),
        "account_types": _counted((document.account_type for document in documents), ACCOUNT_TYPES),
        "depths": {str(depth): count for depth, count in balance.comment_depths(threads).items()},
        "comments_by_thread": balance.comments_by_thread(threads),
    }


def _balance(sources: Sources, labelled: Sequence[Labelled]) -> dict[str, Any]:
    scheme = sources.scheme
    topics, sentiments, stances = (scheme.task(task).labels for task in ("topic", "sentiment", "stance"))
    counts = balance.topic_counts(labelled, topics)
    feelings = balance.sentiments_by_topic(labelled, topics, sentiments)
    comments = [item for item in labelled if item.document.kind == "comment"]
    own = {event.id: balance.first_own_target(event, sources.targets) for event in sources.events.values()}
    return {
        "documents": len(labelled),
        "topics": [
            {
                "topic": topic,
                "documents": count,
                "sentiments": feelings[topic],
                "ironic": sum(item.gold.irony for item in labelled if item.gold.topic == topic),
            }
            for topic, count in counts.items()
        ],
        "ironic": sum(item.gold.irony for item in labelled),
        "comments": len(comments),
        "needs_context": sum(item.gold.needs_context is True for item in comments),
        "stances": [
            {
                "event": event,
                "target": sources.targets[target].text,
                "first_own": own.get(event) == target,
                "canonical": sources.targets[target].canonical_for is not None,
                "labels": by_label,
            }
            for (event, target), by_label in balance.stance_counts(labelled, stances).items()
        ],
    }


def _profiles(
    sources: Sources, real: Sequence[TextSet], bootstrap: BootstrapConfig, progress: Callable[[str], None]
) -> list[Profile]:
    """Ours and the real ones, kind by kind, then ours as a whole."""
    profiles = []
    by_kind = {kind: documents for kind in KINDS if (documents := sources.of_kind(kind))}
    for kind, documents in by_kind.items():
        own = TextSet(THIS_CORPUS, kind, tuple(document.text for document in documents))
        sizes, threads = common_sizes(own.texts), [document.thread for document in documents]
        profiles.append(profile_of(own, source=OURS, sizes=sizes, threads=threads, bootstrap=bootstrap))
        for other in real:
            if other.kind == kind:
                progress(f"form and diversity of {other.name}")
                profiles.append(profile_of(other, sizes=sizes, sample=len(documents)))
    profiles += [profile for profile in reference_sets.PUBLISHED if profile.kind in by_kind]
    whole = TextSet(THIS_CORPUS, "all", tuple(document.text for document in sources.documents))
    return [*profiles, profile_of(whole, source=OURS, sizes=common_sizes(whole.texts))]


def _plain(sources: Sources, real: Sequence[TextSet], judged_set: Sequence[Document]) -> list[PlainShare]:
    """Plain wording of ours, the real sets and the judged set, whose reposts are as short as comments and count so."""
    own = {kind: [document.text for document in sources.of_kind(kind)] for kind in KINDS}
    judged = [
        TextSet(JUDGED_SET, kind, texts)
        for kind, counted in {"comment": ("comment", "repost"), "post": ("post",)}.items()
        if (texts := tuple(document.text for document in judged_set if document.kind in counted))
    ]
    return reference_sets.plain_shares(own, real, judged)


def _judged_set(external: Path | None) -> tuple[Document, ...]:
    if external is None:
        return ()
    try:
        return load("mission_dev", external).part("test").documents
    except UsageError:
        return ()  # a user's copies rarely hold it; its rows are then absent from the table


def _judgements(sources: Sources, bootstrap: BootstrapConfig) -> dict[str, Any]:
    """Agreement, non-unanimity and low confidence; empty lists where nothing is judged."""
    threads = {document.id: document.thread for document in sources.documents}
    judgements = [located.value for located in sources.judgements]
    split: dict[str, list[tuple[bool, str]]] = {task: [] for task in sources.scheme.judged}  # and the thread
    for document_id, of_document in by_document(judgements).items():
        if document_id in threads and len(of_document) > 1:
            for name, vote in votes(of_document, sources.scheme).items():
                split[name.partition(":")[0]].append((vote.resolution != UNANIMOUS, threads[document_id]))
    if not any(split.values()):
        return {"judged": [], "low_confidence": [], "agreement": []}
    non_unanimous = []
    for task, rows in split.items():
        if rows:
            verdicts, groups = zip(*rows, strict=True)
            share = share_estimates({task: verdicts}, groups, bootstrap)[task]
            non_unanimous.append({"task": task, "n": len(rows), "share": share.to_dict()})
    n_judged = Counter(judgement.annotator for judgement in judgements if judgement.annotator != AUTHOR_LABEL)
    n_low = Counter(judgement.annotator for judgement in judgements if judgement.confidence == "low")
    return {
        "judged": non_unanimous,
        "low_confidence": [
            {"annotator": name, "n": n, "share": n_low[name] / n} for name, n in sorted(n_judged.items())
        ],
        "agreement": [agreement.to_dict() for agreement in measure_release(sources, bootstrap=bootstrap)],
    }


def _disagreement_rows(judged: Sequence[Mapping[str, Any]], judged_set: Sequence[Document]) -> list[dict[str, Any]]:
    """Non-unanimity of ours beside that of the judged real set: outside is what lies beyond the latter's interval."""
    columns: dict[str, list[bool]] = {}
    for document in judged_set:
        for task, labels in document.votes.items():
            if "-" not in labels:  # a reader who sees no target gives no stance
                columns.setdefault(task, []).append(len(set(labels)) > 1)
    rows = []
    for entry in judged:
        if split := columns.get(entry["task"]):
            theirs = share_estimates({"all": split}, [str(row) for row in range(len(split))])["all"]
            ends = {"": theirs.low or 0.0, JUDGED_SET: theirs.high or 0.0}
            row = compare_figure(entry["task"], "non_unanimous", "share", Estimate(**entry["share"]), ends)
            rows.append(to_json(row) | {"sets": {JUDGED_SET: theirs.value}, "lowest": JUDGED_SET, "n": len(split)})
    return rows


def _repetition(sources: Sources) -> dict[str, Any]:
    comments = [document.text for document in sources.of_kind("comment")]
    strings = repeated_strings([document.text for document in sources.documents], names=balance.register_names(sources))
    return {
        "documents": len(sources.documents),
        "limit": LIMITS["strings"].high,
        "strings": [
            {"string": item.string, "documents": len(item.places), "first": sources.documents[item.places[0]].id}
            for item in strings[:_STRINGS_SHOWN]
        ],
        "comments": len(comments),
        "repeated_comments": len(exact_repeats(comments)),
        "repeats_limit": LIMITS["repeats"].high,
        "most_repeated": [{"text": text, "times": times} for text, times in most_repeated(comments, _STRINGS_SHOWN)],
    }


def _counted(values: Iterable[str], order: Sequence[str]) -> dict[str, int]:
    counts = Counter(values)
    return {name: counts[name] for name in order if counts[name]}

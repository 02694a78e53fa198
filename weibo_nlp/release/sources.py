"""The people's files of a repository: composed texts, registers, judgements and gold, each row with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from weibo_nlp.annotation.adjudication import AdjudicatedLabels, read_adjudicated
from weibo_nlp.annotation.judgements import read_judgements
from weibo_nlp.corpus.manifest import is_version
from weibo_nlp.errors import DataError
from weibo_nlp.external.hydration import is_text_key
from weibo_nlp.io.jsonl import read_jsonl
from weibo_nlp.io.names import quoted
from weibo_nlp.io.validation import (
    Located,
    Parser,
    Problem,
    field_types,
    list_type,
    nested_type,
    noting_problems,
    read_records,
    row_parser,
)
from weibo_nlp.io.yaml_file import read_yaml
from weibo_nlp.records import AccountType, Document, Event, Judgement, Kind, Platform, Script, StandoffText, Target
from weibo_nlp.release.segmentation import Segmentation, read_segmentation
from weibo_nlp.scheme import Scheme, load_scheme

T = TypeVar("T")
STANDOFF, WITHDRAWN, STRUCK = "standoff.jsonl", "withdrawn.yaml", "struck.jsonl"
SPECIFICATIONS = "annotations/specifications"
FIRST_BRIEF = "1.1"
"""Brief of documents whose specification names none, or that have none."""
TO_BE_FILLED_IN = "(to be filled in)"
"""Stands in a register, and in an event that was laid out, for what a person has yet to say."""


@dataclass(frozen=True, slots=True)
class StruckText:
    """A document that a reader struck out: its id, why, and the first version without it."""

    document_id: str
    reason: str
    since: str


@dataclass
class Sources:
    """Everything a release is built from; rows that cannot be read are in ``problems``, never dropped in silence.

    What readers struck out, with what is said of it, is set apart: it is not shipped, and :attr:`everything` holds it,
    by which threads, ids and splits stay what they were.
    """

    root: Path
    scheme: Scheme
    events: dict[str, Event] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    texts: list[Located[Document]] = field(default_factory=list)
    judgements: list[Located[Judgement]] = field(default_factory=list)
    gold: list[Located[AdjudicatedLabels]] = field(default_factory=list)
    briefs: dict[str, str] = field(default_factory=dict)
    segmentation: Segmentation = field(default_factory=lambda: Segmentation(Path()))
    standoff: list[Located[StandoffText]] = field(default_factory=list)
    standoff_judgements: list[Located[Judgement]] = field(default_factory=list)
    standoff_gold: list[Located[AdjudicatedLabels]] = field(default_factory=list)
    withdrawn: dict[str, str] = field(default_factory=dict)
    struck: dict[str, Located[StruckText]] = field(default_factory=dict)
    struck_texts: list[Located[Document]] = field(default_factory=list)
    struck_judgements: list[Located[Judgement]] = field(default_factory=list)
    struck_gold: list[Located[AdjudicatedLabels]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def documents(self) -> list[Document]:
        """Documents in file order."""
        return [located.value for located in self.texts]

    @property
    def everything(self) -> Sources:
        """The same with what was struck out where it stands in the files."""
        return replace(
            self,
            texts=_in_file_order(*self.texts, *self.struck_texts),
            judgements=_in_file_order(*self.judgements, *self.struck_judgements),
            gold=_in_file_order(*self.gold, *self.struck_gold),
            struck_texts=[],
            struck_judgements=[],
            struck_gold=[],
        )

    def of_kind(self, kind: str) -> list[Document]:
        """Documents of a kind, in file order."""
        return [located.value for located in self.texts if located.value.kind == kind]

    def files(self) -> list[Path]:
        """Every file read, sorted; the manifest lists them with their checksums."""
        names = ["annotations/scheme.yaml", "corpus/events.yaml", "corpus/targets.yaml"]
        patterns = ["corpus/texts/*/*.jsonl", "annotations/rounds/*/*.jsonl", "annotations/adjudicated/*.jsonl"]
        patterns.append(f"{SPECIFICATIONS}/*.jsonl")
        rows = chain.from_iterable(map(self.root.glob, patterns))
        standoff = [path for name in (STANDOFF, WITHDRAWN, STRUCK) if (path := self.root / "corpus" / name).exists()]
        return sorted([*(self.root / name for name in names), *rows, *standoff, *self.segmentation.files()])


def read_sources(root: Path) -> Sources:
    """Read a repository's people's files, collecting what is wrong with them instead of stopping at the first fault.

    Parameters
    ----------
    root : Path
        The repository: ``corpus/`` and ``annotations/`` lie in it.

    Raises
    ------
    DataError
        If a register or the scheme itself is missing or is no YAML: nothing can be checked without them.
    """
    _yaml(root / "annotations" / "scheme.yaml")
    scheme = load_scheme(root / "annotations" / "scheme.yaml")
    sources = Sources(root, scheme)
    _read_events(sources)
    targets = root / "corpus" / "targets.yaml"
    for target, is_retired in _entries(targets, "targets", _target_parser(), sources):
        sources.targets[target.id] = target
        if is_retired:
            sources.retired.add(target.id)

    def records(pattern: str, read: Callable[[Path], Iterable[Located[T] | Problem]]) -> Iterator[Located[T]]:
        items = (item for path in sorted(root.glob(pattern)) for item in read(path))
        return noting_problems(items, sources.problems)

    for path in sorted(root.glob("corpus/texts/*/*.jsonl")):
        if path.stat().st_size == 0:
            text = "no text of the event is in it yet; compose them by corpus/COMPOSING.md."
            sources.problems.append(Problem(path, 1, 1, "form", text))
    sources.texts += records("corpus/texts/*/*.jsonl", lambda path: read_records(path, document_parser(path.stem)))
    sources.standoff += records(f"corpus/{STANDOFF}", lambda path: read_records(path, _standoff_parser()))
    for judged in records("annotations/rounds/*/*.jsonl", lambda path: read_judgements(path, scheme)):
        of_text = is_text_key(judged.value.document_id)
        (sources.standoff_judgements if of_text else sources.judgements).append(judged)
    for settled in records("annotations/adjudicated/*.jsonl", lambda path: read_adjudicated(path, scheme)):
        (sources.standoff_gold if is_text_key(settled.value.document_id) else sources.gold).append(settled)
    _read_withdrawn(sources)
    for struck in records(f"corpus/{STRUCK}", lambda path: read_records(path, _struck_parser())):
        if struck.value.document_id in sources.struck:
            text = f"{quoted(struck.value.document_id)} stands twice."
            sources.problems.append(struck.problem(1, "id", text))
        sources.struck[struck.value.document_id] = struck
    _set_apart(sources)
    sources.briefs = read_briefs(root)
    sources.segmentation = read_segmentation(root)
    sources.problems += sources.segmentation.problems
    return sources


def _standoff_parser() -> Parser[StandoffText]:
    """Return what makes the record of a text that is not shipped; it has a key and no text."""
    return row_parser(StandoffText, field_types(StandoffText))


def _in_file_order(*placed: Located[T]) -> list[Located[T]]:
    return sorted(placed, key=attrgetter("path", "line"))


def _set_apart(sources: Sources) -> None:
    """Take out what was struck out, and what is said of it."""

    def parted(placed: list[Located[T]], name: str) -> tuple[list[Located[T]], list[Located[T]]]:
        is_struck = [getattr(each.value, name) in sources.struck for each in placed]
        kept = [each for each, out in zip(placed, is_struck, strict=True) if not out]
        return kept, [each for each, out in zip(placed, is_struck, strict=True) if out]

    sources.texts, sources.struck_texts = parted(sources.texts, "id")
    sources.judgements, sources.struck_judgements = parted(sources.judgements, "document_id")
    sources.gold, sources.struck_gold = parted(sources.gold, "document_id")


def _struck_parser() -> Parser[StruckText]:
    """Return what makes the record of a document that is not shipped any more."""

    def struck(**values: str) -> StruckText:
        if not values["reason"].strip():
            raise DataError("reason is empty; say in a word why the text is struck out")
        if not is_version(values["since"]):
            raise DataError(f"since is {quoted(values['since'])}, not a version such as 0.7.0")
        return StruckText(**values)

    return row_parser(struck, field_types(StruckText))


def read_briefs(root: Path) -> dict[str, str]:
    """Brief by document id, of the documents whose specification in a repository names one.

    Raises
    ------
    DataError
        At a specification that cannot be read or names no document.
    """
    briefs = {}
    for path in sorted((root / SPECIFICATIONS).glob("*.jsonl")):
        for line in read_jsonl(path):
            if line.value is None or not isinstance(line.value.get("document_id"), str):
                raise DataError(f"{path}, line {line.number}: {line.reason or 'a document_id of text is expected'}.")
            if "brief" in line.value:
                briefs[line.value["document_id"]] = str(line.value["brief"])
    return briefs


def _read_withdrawn(sources: Sources) -> None:
    """Keys whose judgements were taken back on request, each with the day; the file is optional."""
    path = sources.root / "corpus" / WITHDRAWN
    if not path.exists():
        return
    for key, day in (_yaml(path).get("withdrawn") or {}).items():
        if is_text_key(key):
            sources.withdrawn[key] = str(day)
        else:
            sources.problems.append(
                Problem(path, 0, 1, "id", f"{quoted(key)} is no key of a text, r and 12 hex digits.")
            )


def document_parser(event: str) -> Parser[Document]:
    """Return what makes documents of the rows of an event's file; hashtags, mentions and links are read from texts."""
    from weibo_nlp.text import parse

    def document(composed: bool, **values: Any) -> Document:
        if not composed:
            raise DataError("composed must be true: no text of this corpus is collected")
        for name in ("id", "text", "author"):
            if not values[name].strip():
                raise DataError(f"{name} must be text that is not empty, got {values[name]!r}")
        post = parse(values["text"])
        return Document(
            **values,
            root=None if values["thread"] == values["id"] else values["thread"],
            hashtags=tuple(dict.fromkeys(post.hashtags)),
            mentions=tuple(dict.fromkeys(handle.value for handle in post.handles)),
            urls=tuple(dict.fromkeys(post.urls)),
            event=event,
            flags=("composed",),
        )

    types: dict[str, Any] = dict.fromkeys(("id", "thread", "author", "text"), str)
    types |= dict.fromkeys(("parent", "repost_of", "phase", "title"), str | None)
    types |= {"kind": Kind, "account_type": AccountType, "script": Script, "composed": bool}
    return row_parser(document, types | {"platform": (Platform, "weibo")})


def first_part(event_id: str, events: Mapping[str, Event]) -> Event | None:
    """Event that another is a further part of: `swiss-trains` of `swiss-trains-2`; None where it stands for itself.

    Splits are dealt once for each entry of the register, so that texts that come later stand in a further part. Entries
    without facts, the everyday stream, are of no matter that their parts could share.
    """
    name, _, number = event_id.rpartition("-")
    first = events.get(name) if number.isdecimal() else None
    return first if first is not None and first.facts else None


def line_of_entry(path: Path, entry_id: str) -> int:
    """Line on which a register's entry begins, the last of several; 0 if it cannot be found."""
    lines = enumerate(path.read_text("utf-8").splitlines(), start=1)
    return max((number for number, line in lines if line.strip() == f"- id: {entry_id}"), default=0)


def _read_events(sources: Sources) -> None:
    path = sources.root / "corpus" / "events.yaml"
    known_sources = set(_yaml(path).get("sources") or ())
    for event in _entries(path, "events", _event_parser(), sources):
        sources.events[event.id] = event
        cited = [("fact", fact["text"], fact["source"]) for fact in event.facts]
        cited += [("figure", figure["what"], figure["source"]) for figure in event.figures]
        for kind, text, source in cited:
            if source not in known_sources:
                text = f"event {event.id!r}: {kind} {text[:40]!r} has no known source"
                sources.problems.append(Problem(path, line_of_entry(path, event.id), 3, "reference", text))


def _event_parser() -> Parser[Event]:
    phase = nested_type({"id": str, "date": Any, "zh": str})
    fact = nested_type({"text": str, "source": str})
    figure = nested_type({"value": str, "what": str, "source": str})

    def event(name: Any, start: object, end: object, phases: Any, actors: object, **values: Any) -> Event:
        del actors  # people's notes, which are not released
        values |= {key: tuple(map(dict, values[key])) for key in ("facts", "figures")}
        values |= {"name_zh": name.zh, "name_en": name.en, "start": _date(start), "end": _date(end)}
        return Event(**values, phases=tuple(dict(phase) | {"date": _date(phase.date)} for phase in phases))

    types: dict[str, Any] = dict.fromkeys(("id", "topic"), str) | dict.fromkeys(("start", "end"), Any)
    types |= dict.fromkeys(("hashtags", "targets"), list_type(str)) | {"actors": list_type(Any), "fold": int}
    types |= {"name": nested_type({"zh": str, "en": str}), "near": (str | None, None)}
    types |= {"phases": list_type(phase), "facts": list_type(fact)}
    return row_parser(event, types | {"figures": (list_type(figure), ())})  # everyday events have no figures


def _target_parser() -> Parser[tuple[Target, bool]]:
    """Return what makes a target of an entry, with whether events have given it up."""

    def target(*, retired: bool, **values: Any) -> tuple[Target, bool]:
        return Target(**values), retired

    return row_parser(target, field_types(Target) | {"retired": (bool, False)})


def _entries(path: Path, key: str, parse: Parser[T], sources: Sources) -> Iterator[T]:
    """Yield the entries of a register, each id once; what is no entry, cannot be used or stands twice is noted."""
    entries = _yaml(path).get(key)
    if not isinstance(entries, list):
        raise DataError(f"{path}: a list under {key!r} is expected.")
    seen: set[str] = set()
    for body in entries:
        name = body.get("id") if isinstance(body, dict) else None
        if not isinstance(name, str):
            sources.problems.append(Problem(path, 0, 1, "form", f"{str(body)[:60]!r} under {key!r} has no id of text"))
        elif name in seen:
            line = line_of_entry(path, name)
            sources.problems.append(Problem(path, line, 1, "id", f"id {name!r} stands twice; ids are unique."))
        elif left := list(_left_to_fill(body, "")):
            seen.add(name)
            line = line_of_entry(path, name)
            text = f"{key.removesuffix('s')} {name!r}: {', '.join(left)} is to be filled in."
            sources.problems.append(Problem(path, line, 1, "form", text))
        else:
            seen.add(name)
            try:
                yield parse(body)
            except DataError as error:
                for problem in Problem.all_of(error, path, line_of_entry(path, name)):
                    # YAML reads a bare 180 as a number and a bare `off` as false.
                    hint = " Put it in quotes." if " must be text, got" in problem.text else ""
                    text = f"{key.removesuffix('s')} {name!r}: {problem.text}{hint}"
                    sources.problems.append(replace(problem, text=text))


def _left_to_fill(value: Any, place: str) -> Iterator[str]:
    """Yield the places within an entry at which a person has not said anything yet."""
    if value == TO_BE_FILLED_IN:
        yield place
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _left_to_fill(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _left_to_fill(inner, f"{place}[{number}]")


def _yaml(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise DataError(f"{path}: a mapping is expected, found {type(content).__name__}.")
    return content


def _date(value: object) -> str | None:
    return None if value is None else str(value)

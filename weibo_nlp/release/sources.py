"""The people's files of a repository: composed texts, registers, judgements and gold, each row with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.gold import Gold, read_gold
from weibo_nlp.annotation.judgements import Located, read_judgements
from weibo_nlp.annotation.sheets import Target
from weibo_nlp.errors import DataError
from weibo_nlp.io import read_jsonl
from weibo_nlp.labels import Scheme, load_scheme
from weibo_nlp.records import Document

_REQUIRED = {
    "id",
    "kind",
    "thread",
    "parent",
    "repost_of",
    "phase",
    "author",
    "account_type",
    "title",
    "text",
    "script",
}
_EVENT_KEYS = {"id", "topic", "name", "start", "end", "fold", "phases", "actors", "hashtags", "facts", "targets"}


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule and where: file, line (0 for the whole file), level, rule, sentence."""

    path: Path
    line: int
    level: int
    rule: str
    text: str

    def shown(self, root: Path) -> str:
        """``file:line: level rule: sentence``, the file relative to `root`."""
        path = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        place = f"{path}:{self.line}" if self.line else f"{path}"
        return f"{place}: [{self.level} {self.rule}] {self.text}"


@dataclass(frozen=True)
class Event:
    """One entry of the event register."""

    id: str
    topic: str
    near: str | None
    name_zh: str
    name_en: str
    start: str | None
    end: str | None
    fold: int
    phases: tuple[Mapping[str, Any], ...]
    hashtags: tuple[str, ...]
    facts: tuple[Mapping[str, Any], ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A composed document and the line it stands on."""

    document: Document
    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class PlacedGold:
    """A gold row and the line it stands on."""

    gold: Gold
    path: Path
    line: int


@dataclass
class Sources:
    """Everything a release is built from; rows that cannot be read are in ``problems``, never dropped in silence."""

    root: Path
    scheme: Scheme
    events: dict[str, Event] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    texts: list[PlacedText] = field(default_factory=list)
    judgements: list[Located] = field(default_factory=list)
    gold: list[PlacedGold] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def documents(self) -> list[Document]:
        """Documents in file order."""
        return [placed.document for placed in self.texts]

    def files(self) -> list[Path]:
        """Every file read, sorted; the manifest lists them with their checksums."""
        names = ["annotations/scheme.yaml", "corpus/events.yaml", "corpus/targets.yaml"]
        patterns = ["corpus/texts/*/*.jsonl", "annotations/rounds/*/*.jsonl", "annotations/adjudicated/*.jsonl"]
        found = [self.root / name for name in names]
        found += [path for pattern in patterns for path in self.root.glob(pattern)]
        return sorted(found)


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
    sources = Sources(root, load_scheme(root / "annotations" / "scheme.yaml"))
    _read_events(sources)
    _read_targets(sources)
    for path in sorted(root.glob("corpus/texts/*/*.jsonl")):
        _read_texts(path, sources)
    for path in sorted(root.glob("annotations/rounds/*/*.jsonl")):
        for item in read_judgements(path, sources.scheme):
            if isinstance(item, DataError):
                _note(sources, path, item)
            else:
                sources.judgements.append(item)
    for path in sorted(root.glob("annotations/adjudicated/*.jsonl")):
        for line, gold in read_gold(path, sources.scheme):
            if isinstance(gold, DataError):
                _note(sources, path, gold)
            else:
                sources.gold.append(PlacedGold(gold, path, line))
    return sources


def document_from(row: Mapping[str, Any], event: str) -> Document:
    """Turn a row of a text file into a Document, its hashtags, mentions and addresses read from the text.

    Raises
    ------
    DataError
        For a missing or unknown field or an impossible value.
    """
    from weibo_nlp.text import parse

    if row.get("composed") is not True:
        raise DataError("composed must be true: no text of this corpus is collected")
    if odd := row.keys() ^ (_REQUIRED | {"composed"}):
        raise DataError(f"fields missing or unknown: {', '.join(sorted(odd))}")
    for name in ("id", "text", "author"):
        if not isinstance(row[name], str) or not row[name].strip():
            raise DataError(f"{name} must be text that is not empty, got {row[name]!r}")
    post = parse(row["text"])
    return Document(
        id=row["id"],
        kind=row["kind"],
        text=row["text"],
        thread=row["thread"],
        title=row["title"],
        script=row["script"],
        author=row["author"],
        account_type=row["account_type"],
        parent=row["parent"],
        root=None if row["thread"] == row["id"] else row["thread"],
        repost_of=row["repost_of"],
        hashtags=tuple(dict.fromkeys(post.hashtags)),
        mentions=tuple(dict.fromkeys(handle.value for handle in post.handles)),
        urls=tuple(dict.fromkeys(post.urls)),
        event=event,
        phase=row["phase"],
        flags=("composed",),
    )


def _read_texts(path: Path, sources: Sources) -> None:
    for line in read_jsonl(path):
        if line.value is None:
            sources.problems.append(Problem(path, line.number, 1, "form", f"{line.reason}; one document a line."))
            continue
        try:
            document = document_from(line.value, path.stem)
        except DataError as error:
            sources.problems.append(Problem(path, line.number, 1, "form", f"{error}"))
            continue
        sources.texts.append(PlacedText(document, path, line.number))


def _read_events(sources: Sources) -> None:
    path = sources.root / "corpus" / "events.yaml"
    content = _yaml(path)
    known_sources = set(content.get("sources", {}))
    for body in content["events"]:
        name = body.get("id", "?")
        if missing := _EVENT_KEYS - body.keys():
            text = f"event {name!r}: {', '.join(sorted(missing))} missing"
            sources.problems.append(Problem(path, _line_of(path, name), 1, "form", text))
            continue
        for fact in body["facts"]:
            if fact.get("source") not in known_sources:
                text = f"event {name!r}: fact {fact.get('text', '')[:40]!r} has no known source"
                sources.problems.append(Problem(path, _line_of(path, name), 3, "reference", text))
        sources.events[name] = Event(
            id=name,
            topic=body["topic"],
            near=body.get("near"),
            name_zh=body["name"]["zh"],
            name_en=body["name"]["en"],
            start=_date(body["start"]),
            end=_date(body["end"]),
            fold=body["fold"],
            phases=tuple({"id": p["id"], "date": _date(p["date"]), "zh": p["zh"]} for p in body["phases"]),
            hashtags=tuple(body["hashtags"]),
            facts=tuple(body["facts"]),
            targets=tuple(body["targets"]),
        )


def _read_targets(sources: Sources) -> None:
    path = sources.root / "corpus" / "targets.yaml"
    for body in _yaml(path)["targets"]:
        try:
            sources.targets[body["id"]] = Target(**body)
        except TypeError as error:
            text = f"target {body.get('id')!r}: {error}; it has id, text, canonical_for, favor, against, none"
            sources.problems.append(Problem(path, _line_of(path, body.get("id", "?")), 1, "form", text))


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise DataError(f"{path}: a mapping is expected, found {type(content).__name__}.")
    return content


def _line_of(path: Path, event_id: str) -> int:
    """Line on which a register's entry begins; 0 if it cannot be found."""
    return next(_lines_with(path, f"- id: {event_id}"), 0)


def _lines_with(path: Path, start: str) -> Iterator[int]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.strip() == start:
            yield number


def _date(value: object) -> str | None:
    return None if value is None else str(value)


def _note(sources: Sources, path: Path, error: DataError) -> None:
    place, _, text = str(error).removeprefix(f"{path}:").partition(": ")
    level = 2 if "scheme" in text else 1
    rule = "scheme" if level == 2 else "form"
    sources.problems.append(Problem(path, int(place) if place.isdigit() else 0, level, rule, text))

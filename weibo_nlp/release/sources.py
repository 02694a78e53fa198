"""The people's files of a repository: composed texts, registers, judgements and gold, each row with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.adjudication import Gold, read_gold
from weibo_nlp.annotation.judgements import Located, read_judgements
from weibo_nlp.errors import DataError, LabelError
from weibo_nlp.io import read_jsonl
from weibo_nlp.io.validation import Problem
from weibo_nlp.records import Document, Event, Target
from weibo_nlp.release.segmentation import Segmentation, read_segmentation
from weibo_nlp.scheme import Scheme, load_scheme

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
_OPTIONAL_EVENT_KEYS = {"near", "figures"}
_NO_TOPIC = ("canonical_for", None)
_EVENT_TYPES: Mapping[str, type] = {
    "topic": str, "name": dict, "fold": int, "phases": list, "actors": list, "hashtags": list, "facts": list,
    "targets": list, "figures": list,
}  # fmt: skip


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
    segmentation: Segmentation = field(default_factory=lambda: Segmentation(Path()))
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
        return sorted([*found, *self.segmentation.files()])


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
    sources.segmentation = read_segmentation(root)
    sources.problems += [Problem(*fault) for fault in sources.segmentation.faults]
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
    if not isinstance(row["thread"], str):
        raise DataError(f"thread must be text, got {row['thread']!r}")
    for name in ("title", "parent", "repost_of", "phase"):
        if not isinstance(row[name], str | None):
            raise DataError(f"{name} must be text or null, got {row[name]!r}")
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
    known_sources = set(_yaml(path).get("sources") or ())
    for name, body in _entries(path, "events", sources):
        body.setdefault("figures", [])  # everyday events have none
        faults = [f"{key} missing" for key in sorted(_EVENT_KEYS - body.keys())]
        faults += [f"unknown key {key!r}" for key in sorted(body.keys() - _EVENT_KEYS - _OPTIONAL_EVENT_KEYS)]
        if faults := faults or _event_faults(body):
            text = f"event {name!r}: {', '.join(faults)}"
            sources.problems.append(Problem(path, line_of_entry(path, name), 1, "form", text))
            continue
        for kind, text_of in (("fact", "text"), ("figure", "what")):
            for item in body[f"{kind}s"]:
                if item["source"] in known_sources:
                    continue
                text = f"event {name!r}: {kind} {item[text_of][:40]!r} has no known source"
                sources.problems.append(Problem(path, line_of_entry(path, name), 3, "reference", text))
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
            figures=tuple(body["figures"]),
            facts=tuple(body["facts"]),
            targets=tuple(body["targets"]),
        )


def _read_targets(sources: Sources) -> None:
    path = sources.root / "corpus" / "targets.yaml"
    names = {item.name for item in fields(Target)}
    for name, body in _entries(path, "targets", sources):
        odd = sorted(map(str, body.keys() ^ names))
        if odd := odd or [key for key in names if not isinstance(body[key], str) and (key, body[key]) != _NO_TOPIC]:
            text = f"target {name!r}: {', '.join(odd)} missing, unknown or no text; it has {', '.join(sorted(names))}"
            sources.problems.append(Problem(path, line_of_entry(path, name), 1, "form", text))
            continue
        sources.targets[name] = Target(**body)


def _entries(path: Path, key: str, sources: Sources) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries of a register by id, each once; what is no entry, or stands twice, is noted."""
    content = _yaml(path)
    if not isinstance(content.get(key), list):
        raise DataError(f"{path}: a list under {key!r} is expected.")
    seen: set[str] = set()
    for body in content[key]:
        name = body.get("id") if isinstance(body, dict) else None
        if not isinstance(name, str):
            sources.problems.append(Problem(path, 0, 1, "form", f"{str(body)[:60]!r} under {key!r} has no id of text"))
        elif name in seen:
            line = line_of_entry(path, name)
            sources.problems.append(Problem(path, line, 1, "id", f"id {name!r} stands twice; ids are unique."))
        else:
            seen.add(name)
            yield name, body


def _event_faults(body: Mapping[str, Any]) -> list[str]:
    """Values of an event, all keys being there, that have another form than the register's."""
    faults = [f"{key} is no {kind.__name__}" for key, kind in _EVENT_TYPES.items() if type(body[key]) is not kind]
    inner = {"phases": {"id", "date", "zh"}, "facts": {"text", "source"}, "figures": {"value", "what", "source"}}
    for key, wanted in inner.items():
        if isinstance(body[key], list) and not all(isinstance(i, dict) and i.keys() == wanted for i in body[key]):
            faults.append(f"{key} need {', '.join(sorted(wanted))}")
    if isinstance(body["figures"], list):
        texts = (value for item in body["figures"] if isinstance(item, dict) for value in item.values())
        if not all(isinstance(value, str) for value in texts):
            faults.append("figures hold something else than text; quote bare numbers")
    # YAML reads a bare `off` as false.
    if isinstance(body["phases"], list) and not all(
        isinstance(i, dict) and type(i.get("id")) is str for i in body["phases"]
    ):
        faults.append("phases have an id that is no text; put it in quotes")
    if isinstance(body["name"], dict) and body["name"].keys() != {"zh", "en"}:
        faults.append("name needs zh, en")
    return faults + [
        f"{key} hold something else than text"
        for key in ("hashtags", "targets")
        if isinstance(body[key], list) and not all(isinstance(item, str) for item in body[key])
    ]


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise DataError(f"{path}: a mapping is expected, found {type(content).__name__}.")
    return content


def line_of_entry(path: Path, entry_id: str) -> int:
    """Line on which a register's entry begins, the last of several; 0 if it cannot be found."""
    lines = enumerate(path.read_text("utf-8").splitlines(), start=1)
    return max((number for number, line in lines if line.strip() == f"- id: {entry_id}"), default=0)


def _date(value: object) -> str | None:
    return None if value is None else str(value)


def _note(sources: Sources, path: Path, error: DataError) -> None:
    place, _, text = str(error).removeprefix(f"{path}:").partition(": ")
    level = 2 if isinstance(error, LabelError) else 1
    rule = "scheme" if level == 2 else "form"
    sources.problems.append(Problem(path, int(place) if place.isdigit() else 0, level, rule, text))

"""A new event of the corpus, laid out: entries in the registers and an empty file for its texts, to be filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import pending_file
from weibo_nlp.io.names import quoted
from weibo_nlp.io.yaml_file import read_yaml
from weibo_nlp.release.sources import TO_BE_FILLED_IN
from weibo_nlp.scheme import load_scheme

OTHER = "other"
"""The topic that has no canonical target."""
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_CHARACTERS = 60
_MARK = f'"{TO_BE_FILLED_IN}"'


def lay_out_event(
    root: Path, name: str, topic: str, *, near: str | None = None, targets: Sequence[str] | None = None
) -> tuple[Path, ...]:
    """Enter an event into the registers of a repository, and make the empty file of its texts.

    What a person has to say is marked with :data:`~weibo_nlp.release.sources.TO_BE_FILLED_IN`, which the validator
    names field by field; what stands in the registers stays as it is, comments and all.

    Parameters
    ----------
    root : Path
        The repository: ``corpus/`` and ``annotations/`` lie in it.
    name : str
        Id of the event, by which its file is named: small letters, digits and hyphens.
    topic : str
        A topic of the scheme.
    near : str, optional
        Of an event on none of the topics, the one whose words it borrows.
    targets : sequence of str, optional
        Ids of the event's own stance targets; by default one of the event's name, none where the topic is `OTHER`.

    Returns
    -------
    tuple of Path
        The files that were changed or made.

    Raises
    ------
    UsageError
        If the name or a target is no id or there already, or there is no such topic.
    DataError
        If a register is missing, is no YAML, or does not end in its list of entries; nothing is changed then.
    """
    events, register = root / "corpus" / "events.yaml", root / "corpus" / "targets.yaml"
    topics = load_scheme(root / "annotations" / "scheme.yaml").task("topic").labels
    for what, value in (("topic", topic), ("near", near)):
        if value is not None and value not in topics:
            raise UsageError(f"{what} {quoted(value)} is not one of {', '.join(topics)}.")
    if near is not None and topic != OTHER:
        raise UsageError(f"near is for events of topic {OTHER}, and {name} is of {topic}; leave it out.")
    own = [*(([] if topic == OTHER else [name]) if targets is None else targets)]
    before = read_yaml(register)
    known = _ids(register, before, "targets")
    texts = root / "corpus" / "texts" / topic / f"{name}.jsonl"
    _require_new("event", name, _ids(events, read_yaml(events), "events"), events)
    for target in own:
        _require_new("target", target, known, register)
    if len(set(own)) < len(own):
        raise UsageError("a target is named twice; leave one out.")
    if texts.exists():
        raise UsageError(f"{texts} is there already; name another event.")
    canonical = [each["id"] for each in before["targets"] if each.get("canonical_for") in {topic, near} - {None}]
    changed = {events: ("events", _event(name, topic, near, [*canonical, *own]))}
    if own:
        changed[register] = ("targets", f"\n  # {name}\n" + "".join(map(_target, own)))
    texts.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        pending = []
        for path, (key, entry) in changed.items():
            pending.append(stack.enter_context(pending_file(path)))
            _append(path, pending[-1].path, key, entry)
        pending.append(stack.enter_context(pending_file(texts)))
        for each in pending:
            each.complete()
        for each in reversed(pending):  # the event last: without its entry, the others are nobody's
            each.publish()
    return (*changed, texts)


def _require_new(what: str, id: str, known: Sequence[str], path: Path) -> None:
    if not _ID.fullmatch(id) or len(id) > _MOST_CHARACTERS:
        raise UsageError(
            f"{what} {quoted(id)}: an id is made of small letters and digits with hyphens between, {_MOST_CHARACTERS} "
            "characters at most, as train-barrier-ban."
        )
    if id in known:
        raise UsageError(f"{what} {quoted(id)} stands in {path} already; name another.")


def _ids(path: Path, content: Any, key: str) -> list[str]:
    entries = content.get(key) if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise DataError(f"{path}: a list under {key!r} is expected.")
    return [str(entry.get("id")) for entry in entries if isinstance(entry, dict)]


def _append(path: Path, output: Path, key: str, entry: str) -> None:
    """Write a register with an entry behind its last one, if that is what reading it then gives."""
    before: Mapping[str, Any] = read_yaml(path)
    output.write_text(f"{path.read_text('utf-8').rstrip()}\n{entry}", "utf-8")
    try:
        after = read_yaml(output)
        n_before = len(before[key])
        is_behind = (
            {**after, key: None} == {**before, key: None}
            and after[key][:n_before] == before[key]
            and len(after[key]) > n_before
        )
    except DataError:
        is_behind = False
    if not is_behind:
        raise DataError(
            f"{path}: its list of {key} is not the last thing in it, indented by two spaces; an entry cannot be put "
            "behind it. Move the list to the end."
        )


def _event(name: str, topic: str, near: str | None, targets: Sequence[str]) -> str:
    lines = [
        "",
        f"  - id: {name}",
        f"    topic: {topic}",
        *([f"    near: {near or 'null'}"] if topic == OTHER else []),
        f"    name: {{zh: {_MARK}, en: {_MARK}}}",
        f"    start: {_MARK}  # a day, a month, a year, or null",
        f"    end: {_MARK}",
        f"    fold: {_MARK}  # 0 to 4, the same for one affair",
        "    phases:",
        f"      - {{id: {_MARK}, date: {_MARK}, zh: {_MARK}}}",
        "    actors: []",
        "    hashtags: []",
        "    figures: []",
        "    facts:",
        f"      - {{text: {_MARK}, source: {_MARK}}}  # a key of `sources`",
        f"    targets: [{', '.join(targets)}]",
    ]
    return "\n".join(lines) + "\n"


def _target(id: str) -> str:
    lines = [f"  - id: {id}", f"    text: {_MARK}", "    canonical_for: null"]
    return "\n".join([*lines, *(f"    {label}: {_MARK}" for label in ("favor", "against", "none"))]) + "\n"

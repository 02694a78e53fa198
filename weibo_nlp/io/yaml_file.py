"""YAML files: one mapping in UTF-8, of bounded size and depth; people write them, anyone may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.limits import MAX_DEPTH
from weibo_nlp.io.stable import open_unchanged

MAX_YAML_BYTES = 16 * 1024 * 1024
MAX_NODES = 1_000_000


def read_yaml(path: Path, expected: str = "YAML") -> Any:
    """Read a YAML file.

    Parameters
    ----------
    path : Path
        The file.
    expected : str
        What it is read as, for messages.

    Raises
    ------
    DataError
        If it cannot be read, changes meanwhile, is longer than ``MAX_YAML_BYTES``, nested deeper than ``MAX_DEPTH``,
        has references that stand for more than ``MAX_NODES`` values, or is no YAML.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it
    try:
        with open_unchanged(path) as handle:
            raw = handle.read(MAX_YAML_BYTES + 1)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read as {expected}: {error.strerror}. Name a YAML file in UTF-8."
        ) from error
    try:
        if len(raw) > MAX_YAML_BYTES:
            raise DataError(f"longer than {MAX_YAML_BYTES:,} bytes")
        text = raw.decode("utf-8-sig")
        _require_bounded(text, loader)
        return yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are safe
    # Beside errors of YAML itself: a date such as 2020-13-45, an integer of thousands of digits.
    except (DataError, ValueError, OverflowError, RecursionError, yaml.YAMLError) as error:
        raise DataError(
            f"{path}: cannot be read as {expected}: {str(error).rstrip('.')}. Name a YAML file in UTF-8."
        ) from error


def _require_bounded(text: str, loader: Any) -> None:
    """Refuse depth and what references stand for, by reading events: the tree itself is built by recursion."""
    import yaml

    if text.count("[") + text.count("{") <= MAX_DEPTH and "*" not in text and not _is_indented_beyond(text, MAX_DEPTH):
        return
    open_nodes: list[tuple[str | None, int]] = []  # anchor, and nodes that stood before it
    sizes: dict[str | None, int] = {}
    total = 0
    for event in yaml.parse(text, Loader=loader):
        where = f"line {event.start_mark.line + 1}" if event.start_mark else "somewhere"
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in [anchor for anchor, _ in open_nodes]:
                raise DataError(f"{where}: *{event.anchor} stands within what it refers to")
            total += sizes.get(event.anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, total))
            total += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor is not None:
                sizes[anchor] = total - before
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
        if len(open_nodes) > MAX_DEPTH:
            raise DataError(f"{where}: nested deeper than {MAX_DEPTH} levels")
        if total > MAX_NODES:
            raise DataError(f"{where}: more than {MAX_NODES:,} values, each reference counted as what it stands for")


def _is_indented_beyond(text: str, limit: int) -> bool:
    """Whether a line begins with so many spaces and dashes that it could be nested deeper; each level takes one."""
    return any(len(line) - len(line.lstrip(" -?")) > limit for line in text.splitlines())

"""YAML files: one mapping in UTF-8, of bounded size and depth; people write them, anyone may."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.limits import MAX_DEPTH
from weibo_nlp.io.stable import open_unchanged

MAX_YAML_BYTES = 16 * 1024 * 1024
MAX_NODES = 1_000_000
MAX_NUMBER_CHARACTERS = 100
_NUMERIC = re.compile(r"[-+.0-9][-+.:_0-9a-fA-FxoTtZz \t]*\Z")  # all that numbers and dates are written with
_BOUNDED = ("int", "float", "timestamp")


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
        If it cannot be read, is no regular file, changes meanwhile, is longer than ``MAX_YAML_BYTES``, nested deeper
        than ``MAX_DEPTH``, has references that stand for more than ``MAX_NODES`` values, a mapping with a key twice, or
        a number or date of more than ``MAX_NUMBER_CHARACTERS``, or is no YAML.
    """
    import yaml

    loader = _loader()
    try:
        with open_unchanged(path, regular=True) as handle:
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
        return yaml.load(text, Loader=loader)  # noqa: S506 - it is a safe loader
    # Beside errors of YAML itself: a date such as 2020-13-45.
    except (DataError, ValueError, OverflowError, RecursionError, yaml.YAMLError) as error:
        raise DataError(
            f"{path}: cannot be read as {expected}: {str(error).rstrip('.')}. Name a YAML file in UTF-8."
        ) from error


def _loader() -> Any:
    """Return PyYAML's safe loader, refusing keys that stand twice, of which it would keep the last, and long numbers.

    Numbers in base 60, as 1:30:00, take time by their square.
    """
    import yaml

    # Ten times as fast, where PyYAML was built with it.
    safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(safe):  # type: ignore[misc, valid-type, unused-ignore]
        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            # Before the patterns of YAML see it, which take 60 times the memory of what they look at.
            if kind is yaml.ScalarNode and implicit[0] and len(value) > MAX_NUMBER_CHARACTERS and _NUMERIC.match(value):
                raise DataError(_too_long(value))
            return super().resolve(kind, value, implicit)

        def get_single_node(self) -> Any:
            # Before mappings are merged into others, where a key may stand in both.
            root = super().get_single_node()
            _require_single_keys(self, root)
            return root

    for kind in _BOUNDED:
        Loader.add_constructor(f"tag:yaml.org,2002:{kind}", _bounded(getattr(safe, f"construct_yaml_{kind}")))
    return Loader


def _bounded(construct: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def constructor(loader: Any, node: Any) -> Any:
        if len(node.value) > MAX_NUMBER_CHARACTERS:
            raise DataError(_too_long(node.value))
        return construct(loader, node)

    return constructor


def _require_single_keys(loader: Any, root: Any) -> None:
    """Refuse a mapping with a key twice, in whatever form both are written."""
    import yaml

    seen: set[int] = set()
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
            continue
        keys: set[Hashable] = set()
        for key, value in node.value:
            nodes += (key, value)
            if isinstance(key, yaml.ScalarNode):
                # "<<" and "=" have a meaning and no value.
                name = key.value if key.tag.endswith((":merge", ":value")) else loader.construct_object(key)
                if not isinstance(name, Hashable):  # a list by its tag, which is refused when it is put together
                    continue
                if name in keys:
                    raise DataError(f"line {key.start_mark.line + 1}: key {key.value[:40]!r} stands twice")
                keys.add(name)


def _too_long(value: str) -> str:
    return (
        f"a number or date of {len(value):,} characters ({value[:20]}…), at most {MAX_NUMBER_CHARACTERS} are read; put "
        "quotes around a text"
    )


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

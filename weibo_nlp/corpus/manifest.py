"""The manifest of a release: what its files are, checked when it is read, because a folder may come from anyone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge

from weibo_nlp.corpus import schema
from weibo_nlp.errors import DataError
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.io.names import quoted
from weibo_nlp.io.validation import RowError, checked_json, list_type, mapping_type, nested_type

MANIFEST = "manifest.json"
SHOWN_FAULTS = 20
_NUMBER = r"(?:0|[1-9][0-9]{0,8})"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = r"-[0-9]{5}-of-[0-9]{5}\.parquet"


def is_version(text: object) -> bool:
    """Whether a text is a semantic version of three numbers, as ``0.2.0``."""
    return isinstance(text, str) and _VERSION.fullmatch(text) is not None


def read_release_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a release folder.

    Raises
    ------
    DataError
        If there is none, or it is none of a release that can be read here; everything that is wrong is named.
    """
    path = folder / MANIFEST
    try:
        manifest = read_json_object(path)
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{folder}: no manifest.json, so no release; run scripts/build_corpus.py in a clone.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}. Rebuild or reinstall.") from error
    except DataError as error:
        raise DataError(f"{error} Rebuild or reinstall.") from None
    if missing := {"version", "scheme", "files"} - manifest.keys():
        raise DataError(f"{path}: {', '.join(sorted(missing))} missing; rebuild or reinstall.")
    faults = _form_faults(manifest) or list(_faults(manifest))
    if faults:
        more = f" And {len(faults) - SHOWN_FAULTS:,} more." if len(faults) > SHOWN_FAULTS else ""
        raise DataError(f"{path}: {' '.join(faults[:SHOWN_FAULTS])}{more} Rebuild or reinstall.")
    return manifest


def _types() -> dict[str, Any]:
    """Types of what is read of a manifest; whatever else it says is passed over."""
    entry = nested_type({"rows": Annotated[int, Ge(0)], "sha256": str, "rows_sha256": str})
    predecessor = nested_type({"version": str, "manifest_sha256": str})
    return {
        "version": str,
        "scheme": str,
        "labels": (mapping_type(list_type(str)), {}),
        "files": mapping_type(entry),
        "predecessor": (predecessor | None, None),
        "withdrawn": (list_type(str), []),
        "struck": (list_type(str), []),
    }


def _form_faults(manifest: Mapping[str, Any]) -> list[str]:
    types = _types()
    try:
        checked_json(nested_type(types), {name: manifest[name] for name in types.keys() & manifest.keys()}, types)
    except RowError as error:
        return [str(fault) for fault in error.faults]
    return []


def _faults(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with values of the right types."""
    if not is_version(manifest["version"]):
        yield f"version {quoted(manifest['version'])} is not three numbers such as 0.2.0."
    # Here and not among the types: pydantic has a use of its own for the name.
    number = manifest.get("schema", 1)
    if not (is_known := type(number) is int and 1 <= number <= schema.SCHEMA_VERSION):
        yield f"schema {quoted(number)} is unknown here, 1 to {schema.SCHEMA_VERSION} are read; a newer weibo-nlp may."
    if (before := manifest.get("predecessor")) and not is_version(before["version"]):
        yield f"predecessor {quoted(before['version'])} is not three numbers such as 0.2.0."
    known = schema.configs_of(number if is_known else schema.SCHEMA_VERSION)
    names = {split: re.compile(re.escape(split) + _PART) for split in schema.SPLITS}
    held = set()
    for name, entry in manifest["files"].items():
        config, _, file = name.partition("/")
        splits = schema.splits_of(config) if config in known else ()
        if split := next((split for split in splits if names[split].fullmatch(file)), None):
            held.add((config, split))
        else:
            yield f"files: {quoted(name)} is no file of a release, such as posts/test-00000-of-00001.parquet."
        for key in ("sha256", "rows_sha256"):
            if not _SHA256.fullmatch(entry[key]):
                yield f"{key} of {quoted(name)} is {quoted(entry[key])}, 64 digits in hex are expected."
    wanted = ((config, split) for config in known for split in schema.splits_of(config))
    for config, split in wanted:
        if (config, split) not in held:
            yield f"files: none of {config}/{split}-*.parquet."

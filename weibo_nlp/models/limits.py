"""How large a saved model may be, and the one form its arrays may have: checked before memory is taken for them.

The limits are far beyond what can be trained here, and keep a folder made to harm from asking for all memory.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Mapping
from math import prod
from typing import Any

from weibo_nlp.errors import DataError
from weibo_nlp.io.jsonl import parse_json
from weibo_nlp.io.names import printable, quoted, quoted_list

MAX_LABELS = 1_000
MAX_LABEL_LENGTH = 200  # characters; numpy gives every label the room of the longest
MAX_TARGETS = 10_000
MAX_TARGET_LENGTH = 1_000
MAX_NGRAMS = 4_000_000
MAX_DIMS = 16_384  # numbers in a vector of an encoder
MAX_COEFFICIENTS = 2**27  # one for each label and column: 512 MiB
MAX_CONFIG_BYTES = 4 * 1024 * 1024
MAX_WEIGHTS_BYTES = 2 * 1024**3
MAX_VERSION_LENGTH = 100
MAX_ENCODER_BYTES = 8 * 1024**3  # two thousand million numbers
MAX_TOKENIZER_BYTES = 64 * 1024**2
MAX_ENCODER_LAYERS = 512
MAX_ENCODER_NUMBER = 10_000_000  # of its configuration: tokens, positions, dimensions
_MAX_HEADER_BYTES = 64 * 1024
_MAX_ENCODER_HEADER_BYTES = 4 * 1024**2
_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")  # a spreadsheet takes it for itself

# Of an array with a dimension of one of these names, the file may say how long it is, up to here.
_MAX_LENGTHS = {
    "targets": MAX_TARGETS,
    "ngrams": MAX_NGRAMS,
    "weights": MAX_COEFFICIENTS,
    "rows": MAX_LABELS + 1,
    "dims": MAX_DIMS,
    "vector_columns": MAX_COEFFICIENTS,
}
_WIDTHS = {"F32": 4, "F64": 8, "U32": 4, "U64": 8}

Layout = Mapping[str, tuple[str, tuple[str, ...]]]
"""Name of an array -> its type as safetensors calls it, and the names of its dimensions."""


def require_labels(labels: object) -> None:
    """Refuse what cannot be the labels of a model.

    Raises
    ------
    DataError
        If it is no list of different strings within the limits, each as :func:`require_label` asks.
    """
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise DataError(f"labels must be a list of strings, not {quoted(labels, 60)}")
    if not 0 < len(labels) <= MAX_LABELS:
        raise DataError(f"{len(labels):,} labels; from 1 to {MAX_LABELS:,} are allowed")
    for label in labels:
        require_label(label)
    if len(set(labels)) != len(labels):
        raise DataError(f"labels {quoted_list(labels)} are not all different")


def require_label(label: str) -> None:
    """Refuse what cannot be a label: it goes into tables and onto terminals, whoever the model is from.

    Raises
    ------
    DataError
        If it is empty or too long, holds what is not printable (as line ends, or NUL, which numpy drops), signs without
        a shape or blanks at its ends, or begins like a formula of a spreadsheet, in full width too, and is no number.
    """
    shown = label.isprintable() and printable(label) == label
    if not 0 < len(label) <= MAX_LABEL_LENGTH or not shown or label != label.strip():
        raise DataError(
            f"label {quoted(label)} is not of 1 to {MAX_LABEL_LENGTH} printable characters without blanks at its ends"
        )
    # Some spreadsheets take forms of other widths, and the sign of subtraction, for the plain ones.
    if unicodedata.normalize("NFKC", label[0]) in "=+-@\u2212" and not _NUMBER.fullmatch(label):
        raise DataError(
            f"label {quoted(label)} begins with {label[0]!r}, so that a spreadsheet would take it for a formula"
        )


def require_targets(targets: object) -> None:
    """Refuse what cannot be the targets of a model.

    Raises
    ------
    DataError
        If it is no list of different strings within the limits.
    """
    if not isinstance(targets, list) or not all(isinstance(target, str) for target in targets):
        raise DataError(f"targets must be a list of strings, not {quoted(targets, 60)}")
    if len(targets) > MAX_TARGETS or any(len(target) > MAX_TARGET_LENGTH for target in targets):
        raise DataError(f"more than {MAX_TARGETS:,} targets, or one beyond {MAX_TARGET_LENGTH:,} characters")
    if len(set(targets)) != len(targets):
        raise DataError(f"targets {quoted_list(targets)} are not all different")


def require_version(version: object) -> None:
    """Refuse what cannot be the version of a model: it goes into every prediction file.

    Raises
    ------
    DataError
        If it is no short text on one line.
    """
    if not isinstance(version, str) or not 0 < len(version) <= MAX_VERSION_LENGTH or not version.isprintable():
        raise DataError(f"version {quoted(version)} is no printable text of 1 to {MAX_VERSION_LENGTH} characters")


def require_size(n_labels: int, n_columns: int) -> None:
    """Refuse coefficients that would fill the memory.

    Raises
    ------
    DataError
        If there are more than ``MAX_COEFFICIENTS``.
    """
    if n_labels * n_columns > MAX_COEFFICIENTS:
        raise DataError(
            f"{n_labels:,} labels × {n_columns:,} columns are more than {MAX_COEFFICIENTS:,} coefficients; "
            "raise min_df, or train with fewer targets"
        )


def require_layout(raw: bytes, layout: Layout, lengths: Mapping[str, int]) -> None:
    """Refuse a safetensors file that holds other arrays than a model of this kind writes.

    Parameters
    ----------
    raw : bytes
        The file.
    layout : mapping
        The arrays, and what dimensions they share.
    lengths : mapping of str to int
        Lengths of dimensions that are known already.

    Raises
    ------
    DataError
        If an array is missing, too many, of another type or shape, too long, or its bytes are not those of the file.
    """
    header, start = _header(raw)
    lengths, end = dict(lengths), 0
    for name in header.keys() - layout.keys():
        raise DataError(f"array {quoted(name)} is none of {', '.join(layout)}")
    for name, (dtype, dimensions) in layout.items():
        if name not in header:
            raise DataError(f"array {name!r} is missing")
        entry = header[name]
        if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
            raise DataError(f"array {name!r} is described as {quoted(entry)}")
        if entry["dtype"] != dtype:
            raise DataError(f"array {name!r} is of type {quoted(entry['dtype'])}, expected {dtype}")
        shape = entry["shape"]
        if not _are_counts(shape) or len(shape) != len(dimensions):
            raise DataError(f"array {name!r} has the shape {quoted(shape)}, expected ({', '.join(dimensions)})")
        for dimension, length in zip(dimensions, shape, strict=True):
            if length > (most := _MAX_LENGTHS.get(dimension, MAX_LABELS)):
                raise DataError(f"array {name!r} has {length:,} {dimension}, at most {most:,} are read")
            if lengths.setdefault(dimension, length) != length:
                raise DataError(f"array {name!r} has {length:,} {dimension}, expected {lengths[dimension]:,}")
        offsets = entry["data_offsets"]
        if not _are_counts(offsets) or len(offsets) != 2 or offsets[1] - offsets[0] != prod(shape) * _WIDTHS[dtype]:
            raise DataError(f"array {name!r} has the place {quoted(offsets)}, which does not fit its shape")
        end += prod(shape) * _WIDTHS[dtype]
    if start + end != len(raw):
        raise DataError(f"{len(raw):,} bytes, its arrays take {start + end:,}")


def require_shapes(raw: bytes, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse a safetensors file that holds other than arrays of 32-bit floats of these names and shapes.

    Raises
    ------
    DataError
        If an array is missing, too many, of another type or shape, or its bytes are not those of the file.
    """
    header, start = _header(raw, _MAX_ENCODER_HEADER_BYTES)
    if header.pop("__metadata__", {"format": "pt"}) != {"format": "pt"}:
        raise DataError("its metadata are not those of an encoder")
    if other := header.keys() ^ shapes.keys():
        raise DataError(f"array {quoted(sorted(other)[0])} is missing, or too many for its configuration")
    size = 0
    for name, shape in shapes.items():
        entry, end = header[name], prod(shape) * _WIDTHS["F32"]
        if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
            raise DataError(f"array {quoted(name)} is described as {quoted(entry)}")
        if entry["dtype"] != "F32" or entry["shape"] != list(shape):
            raise DataError(
                f"array {quoted(name)} is of {quoted(entry['dtype'])} and shape {quoted(entry['shape'])}, expected F32 "
                f"and {list(shape)}"
            )
        offsets = entry["data_offsets"]
        if not _are_counts(offsets) or len(offsets) != 2 or offsets[1] - offsets[0] != end:
            raise DataError(f"array {quoted(name)} has the place {quoted(offsets)}, which does not fit its shape")
        size += end
    if start + size != len(raw):
        raise DataError(f"{len(raw):,} bytes, its arrays take {start + size:,}")


def _header(raw: bytes, limit: int = _MAX_HEADER_BYTES) -> tuple[dict[str, Any], int]:
    """Return what a safetensors file says of its arrays, and where the first begins."""
    if len(raw) < 8:
        raise DataError(f"{len(raw)} bytes are no safetensors file")
    (size,) = struct.unpack("<Q", raw[:8])
    if size > min(len(raw) - 8, limit):
        raise DataError(f"a header of {size:,} bytes in a file of {len(raw):,}; at most {limit:,} are read")
    try:
        header = parse_json(raw[8 : 8 + size].decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DataError("its header is no UTF-8") from error
    except ValueError as error:
        raise DataError(f"its header cannot be read as JSON ({error})") from error
    if not isinstance(header, dict):
        raise DataError("its header is no JSON object")
    return header, 8 + size


def _are_counts(values: object) -> bool:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)

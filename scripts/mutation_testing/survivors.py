"""What came of a sample of mutants: the shares that were killed, and the survivors with the reasons given for them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mutation_testing.mutants import Mutant
from mutation_testing.runner import Outcome
from weibo_nlp.errors import DataError
from weibo_nlp.report.markdown import figure_table
from weibo_nlp.stats.proportions import wilson_interval

REASONS = Path(__file__).with_name("reasons.toml")
Key = tuple[str, str, str, str]
_FIELDS = ("path", "function", "before", "after")


def read_reasons(path: Path) -> dict[Key, str]:
    """Read why survivors survive, by `Mutant.key`.

    Raises
    ------
    DataError
        If the file is no TOML, or an entry lacks a field.
    """
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("survivor", [])
        return {
            (entry["path"], entry["function"], entry["before"], entry["after"]): entry["reason"] for entry in entries
        }
    except (tomllib.TOMLDecodeError, KeyError) as error:
        fields = ", ".join((*_FIELDS, "reason"))
        raise DataError(f"{path}: {error}; each [[survivor]] has {fields}.") from error


def without_reason(outcomes: Iterable[Outcome], reasons: Mapping[Key, str]) -> str:
    """Return the survivors that nobody has given a reason for, as entries to be completed; empty if there are none."""
    keys = [o.mutant.key for o in outcomes if o.killed_by is None and o.mutant.key not in reasons]
    return "\n".join(_entry(key) for key in keys)


def _entry(key: Key) -> str:
    lines = [f"{name} = {_toml_string(value)}" for name, value in zip(_FIELDS, key, strict=True)]
    return "\n".join(["[[survivor]]", *lines, 'reason = ""', ""])


def _toml_string(value: str) -> str:
    if "'" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def to_document(outcomes: Sequence[Outcome], places: Mapping[str, int], seed: int, version: str) -> dict[str, Any]:
    """Return a run ready for JSON: `places` are those of each room, `version` that of the package."""
    rows = [{"room": o.room, "killed_by": o.killed_by, **asdict(o.mutant)} for o in outcomes]
    return {"seed": seed, "version": version, "places": dict(places), "outcomes": rows}


def outcomes_of(document: Mapping[str, Any]) -> list[Outcome]:
    """Return the outcomes of a run that was written by `to_document`."""
    return [
        Outcome(row["room"], Mutant(**{name: row[name] for name in Mutant.__dataclass_fields__}), row["killed_by"])
        for row in document["outcomes"]
    ]


def markdown_block(document: Mapping[str, Any], reasons: Mapping[Key, str]) -> str:
    """Return the shares by room and the list of survivors in Markdown; what the latter say is the strict figure's."""
    outcomes = outcomes_of(document)
    rows = [_share_row(room, n, [o for o in outcomes if o.room == room]) for room, n in document["places"].items()]
    rows.append(_share_row("all", sum(document["places"].values()), outcomes))
    table = figure_table(["room", "places", "mutants", "killed", "share", "95 % interval"], rows)
    survivors = sorted((o.mutant for o in outcomes if o.killed_by is None), key=lambda m: (m.path, m.line))
    lines = "".join(_survivor(mutant, reasons.get(mutant.key)) for mutant in survivors)
    return (
        f"{table}\nCode of version {document['version']}, seed {document['seed']}; intervals by Wilson."
        f"\n\n### Survivors\n\n{lines or 'None.' + chr(10)}"
    )


def _share_row(room: str, places: int, outcomes: Sequence[Outcome]) -> list[str]:
    killed, n = sum(o.killed_by is not None for o in outcomes), len(outcomes)
    if n == 0:
        return [room, f"{places:,}", "0", "0", "", ""]
    estimate = wilson_interval(killed, n)
    bounds = f"{_percent(estimate.low)} to {_percent(estimate.high)}"
    return [room, f"{places:,}", str(n), str(killed), _percent(estimate.value), bounds]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _survivor(mutant: Mutant, reason: str | None) -> str:
    return (
        f"- `{mutant.path}`, `{mutant.function}`, {mutant.operator}: {_code(mutant.before)} → {_code(mutant.after)}  \n"
        f"  {reason or 'Not yet read.'}\n"
    )


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence} {text} {fence}" if fence == "``" else f"`{text}`"

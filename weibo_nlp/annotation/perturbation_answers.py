"""Answers of the judges: one sheet's answers read back through the key, and the file that keeps them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.annotation.perturbation_check import UNEDITED
from weibo_nlp.errors import DataError
from weibo_nlp.io import read_jsonl
from weibo_nlp.perturbations.edits import EDITS
from weibo_nlp.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Check:
    """One judged sample, as ``annotations/robustness/checks.jsonl`` keeps it."""

    sample: str
    edit: str
    document_id: str
    target: str | None
    topic: str
    sentiment: str
    irony: bool
    stance: str | None
    readable: bool
    annotator: str
    model: str
    prompt_sha256: str
    seed: int
    lexicon_version: str

    def labels(self) -> dict[str, str]:
        """Labels by task, as the gold spells them; without a target, no stance."""
        found = {"topic": self.topic, "sentiment": self.sentiment, "irony": str(self.irony).lower()}
        return found if self.stance is None else found | {"stance": self.stance}

    def to_row(self) -> dict[str, Any]:
        """Return the row that the file holds."""
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS = tuple(Check.__dataclass_fields__)


def read_answers(
    answers: Path, key: Mapping[str, Mapping[str, Any]], scheme: Scheme, provenance: Mapping[str, Any]
) -> list[Check]:
    """Read one judge's answers back through the key.

    Parameters
    ----------
    answers : Path
        JSON Lines with ``sample``, the labels and ``readable``.
    key : mapping of sample id to key row
        Of the samples this judge was dealt.
    scheme : Scheme
        Labels that are allowed.
    provenance : mapping
        ``annotator``, ``model``, ``prompt_sha256``: the same for the whole file.

    Raises
    ------
    DataError
        If an answer is malformed, doubled, missing or not dealt; all are named.
    """
    problems: list[str] = []
    checks: dict[str, Check] = {}
    for line in read_jsonl(answers):
        where = f"{answers}:{line.number}"
        if line.value is None:
            problems.append(f"{where}: {line.reason}")
            continue
        sample = line.value.get("sample")
        dealt = key.get(sample) if isinstance(sample, str) else None
        if dealt is None or not isinstance(sample, str):
            problems.append(f"{where}: sample {sample!r} was not dealt")
        elif sample in checks:
            problems.append(f"{where}: sample {sample!r} is judged twice")
        else:
            wrong = _wrong(line.value, dealt["target"], scheme)
            problems += [f"{where}: {sentence}" for sentence in wrong]
            if not wrong:
                row = {name: line.value[name] for name in ("topic", "sentiment", "irony", "stance", "readable")}
                known = {name: value for name, value in dealt.items() if name in _FIELDS}
                checks[sample] = Check(**known, **row, **provenance)
    # A sample with a faulty answer has been named above.
    if not problems and (missing := sorted(set(key) - set(checks))):
        problems.append(f"{answers}: {len(missing)} samples are not judged: {', '.join(missing[:20])}")
    if problems:
        raise DataError("\n".join(problems))
    return list(checks.values())


def read_checks(path: Path, scheme: Scheme) -> list[Check]:
    """Read ``checks.jsonl``.

    Raises
    ------
    DataError
        If a row is not a check or a sample stands twice; all are named.
    """
    problems: list[str] = []
    checks: dict[str, Check] = {}
    for line in read_jsonl(path):
        where = f"{path}:{line.number}"
        row = line.value
        if row is None:
            problems.append(f"{where}: {line.reason}")
        elif set(row) != set(_FIELDS):
            problems.append(f"{where}: fields are {', '.join(sorted(row))}; a check has {', '.join(_FIELDS)}")
        elif row["sample"] in checks:
            problems.append(f"{where}: sample {row['sample']!r} stands twice")
        elif row["edit"] not in (*EDITS, UNEDITED):
            problems.append(f"{where}: edit {row['edit']!r} is not one of {', '.join((*EDITS, UNEDITED))}")
        elif wrong := _wrong(row, row["target"], scheme):
            problems += [f"{where}: {sentence}" for sentence in wrong]
        else:
            checks[row["sample"]] = Check(**row)
    if problems:
        raise DataError("\n".join(problems))
    return list(checks.values())


def _wrong(row: Mapping[str, Any], target: str | None, scheme: Scheme) -> list[str]:
    """What is wrong with an answer, in sentences."""
    wrong = [
        f"{task} is {row.get(task)!r}; allowed: {', '.join(scheme.task(task).labels)}"
        for task in ("topic", "sentiment")
        if row.get(task) not in scheme.task(task).labels
    ]
    wrong += [
        f"{name} is {row.get(name)!r}; allowed: true, false"
        for name in ("irony", "readable")
        if not isinstance(row.get(name), bool)
    ]
    if target is None and row.get("stance") is not None:
        wrong.append(f"stance is {row.get('stance')!r}, but the sample has no target; allowed: null")
    if target is not None and row.get("stance") not in scheme.task("stance").labels:
        wrong.append(f"stance is {row.get('stance')!r}; allowed: {', '.join(scheme.task('stance').labels)}")
    return wrong

"""The blind check of the edits: what the judges' answers say about each.

An edit counts as label-preserving only after such a check. Its result ships with the package (``checked.json``); an
edit that is not in it is unchecked, and an unchecked edit is not label-preserving.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

from weibo_nlp.annotation.perturbation_answers import Check, read_answers
from weibo_nlp.annotation.perturbation_check import KEY, UNEDITED, part_name
from weibo_nlp.corpus.release import Release
from weibo_nlp.errors import DataError
from weibo_nlp.io.jsonl import read_jsonl_strictly
from weibo_nlp.perturbations.edits import EDITS
from weibo_nlp.perturbations.lexicon import edit_lexicon
from weibo_nlp.records import GoldLabel

TASKS = ("topic", "sentiment", "irony", "stance")


@dataclass(frozen=True, slots=True)
class Rule:
    """When an edit counts as label-preserving.

    Attributes
    ----------
    readable : float
        Least share of samples that the judges could read.
    below_control : float
        How far the share of samples with all labels as in the gold may lie below that of unedited texts.
    """

    readable: float
    below_control: float


# One reader in twenty may stumble; were it more, a wrong prediction would be no fault of the model's. Judges differ
# from the gold on unedited texts too, so the edited ones are held against those. Where judges agree with three texts in
# four, the difference of two groups of 100 has a standard error of 6 points: with a margin of 5 an edit without effect
# passes four times in five, one that costs 15 points once in twenty. The intervals stand beside the verdict.
RULE = Rule(readable=0.95, below_control=0.05)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Share:
    """A share of samples with Wilson's interval, in fractions."""

    value: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, count: int, n: int, level: float = 0.95) -> Share:
        """Share of `count` in `n`, with the score interval of Wilson (1927).

        Raises
        ------
        DataError
            If `n` is 0.
        """
        if n < 1:
            raise DataError("a share of no samples is not defined; leave the row out.")
        z = NormalDist().inv_cdf((1 + level) / 2)
        share = count / n
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        # The bounds of 0 and n out of n are 0 and 1 exactly; rounding would miss them.
        return cls(share, 0.0 if count == 0 else middle - reach, 1.0 if count == n else middle + reach, n)

    def to_dict(self) -> dict[str, float]:
        """Value and bounds, rounded to what 100 samples can tell."""
        return {"value": round(self.value, 4), "low": round(self.low, 4), "high": round(self.high, 4)}


@dataclass(frozen=True)
class EditCheck:
    """What the judges say of one edit, or of the unedited texts.

    Attributes
    ----------
    n : int
        Samples judged.
    all_equal : Share
        Samples of which every label is the gold's.
    readable : Share
        Samples that could be read.
    tasks : mapping of str to Share
        Samples with the gold's label, by task.
    label_preserving : bool or None
        The verdict by `RULE`; None for the unedited texts.
    """

    n: int
    all_equal: Share
    readable: Share
    tasks: Mapping[str, Share]
    label_preserving: bool | None

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {
            "n": self.n,
            "all_equal": self.all_equal.to_dict(),
            "readable": self.readable.to_dict(),
            "tasks": {task: share.to_dict() for task, share in self.tasks.items()},
            "label_preserving": self.label_preserving,
        }


def summarise(checks: Sequence[Check], gold: Iterable[GoldLabel], rule: Rule = RULE) -> dict[str, EditCheck]:
    """Say of each edit how often its samples got the gold's labels, beside the unedited texts.

    Parameters
    ----------
    checks : sequence of Check
        All judged samples.
    gold : iterable of GoldLabel
        Gold labels of all tasks, those of the judged documents among them.
    rule : Rule
        When an edit is label-preserving.

    Returns
    -------
    dict of str to EditCheck
        ``unedited`` first, then the edits in their order; edits without samples are not in it.

    Raises
    ------
    DataError
        If a sample has no gold label, or no unedited sample was judged.
    """
    settled = {(label.document_id, label.task, label.target): label.label for label in gold}
    by_edit: dict[str, list[dict[str, bool]]] = {}
    readable: dict[str, int] = {}
    for check in checks:
        equal = {}
        for task, label in check.labels().items():
            place = (check.document_id, task, check.target if task == "stance" else None)
            if place not in settled:
                raise DataError(
                    f"sample {check.sample!r}: no gold {task} for {check.document_id!r} (target {place[2]!r}); the "
                    "check was made on another corpus. Draw and judge anew, or use the release it was drawn from."
                )
            equal[task] = settled[place] == label
        by_edit.setdefault(check.edit, []).append(equal)
        readable[check.edit] = readable.get(check.edit, 0) + check.readable
    if UNEDITED not in by_edit:
        raise DataError("no unedited sample was judged; without them nothing can be said about the edits.")
    control = _all_equal(by_edit[UNEDITED])
    summary: dict[str, EditCheck] = {}
    for edit in (UNEDITED, *EDITS):
        if edit not in by_edit:
            continue
        samples = by_edit[edit]
        all_equal, read = _all_equal(samples), Share.of(readable[edit], len(samples))
        # Shares are fractions of whole numbers; rounding in the last bits must not decide at the bound.
        kept = (
            read.value >= rule.readable - _ROUNDING
            and all_equal.value >= control.value - rule.below_control - _ROUNDING
        )
        by_task = {task: [equal[task] for equal in samples if task in equal] for task in TASKS}
        summary[edit] = EditCheck(
            n=len(samples),
            all_equal=all_equal,
            readable=read,
            tasks={task: Share.of(sum(found), len(found)) for task, found in by_task.items() if found},
            label_preserving=None if edit == UNEDITED else kept,
        )
    return summary


def collect(
    sheets: Path, answers: Path, release: Release, *, annotator: str, model: str, prompt_sha256: str
) -> tuple[list[Check], dict[str, Any]]:
    """Read the answers to all parts of a draw, and say what they mean.

    Parameters
    ----------
    sheets : Path
        Folder that `samples.write_deck` wrote.
    answers : Path
        Folder with a file for each part, named like it.
    release : Release
        The corpus the samples were drawn from.
    annotator : str
        Name of a judge: this and the number of the part.
    model, prompt_sha256 : str
        Who judged, and the checksum of the prompt.

    Returns
    -------
    tuple of list of Check and dict
        The checks in the order of the samples, and the content of ``checked.json``.

    Raises
    ------
    DataError
        If the key or an answer cannot be read, an answer is missing, or the samples were drawn with another version
        of the word lists; all faults of the answers are named.
    """
    key = [row for _, row in read_jsonl_strictly(sheets / KEY)]
    versions = sorted({str(row["lexicon_version"]) for row in key})
    if versions != [edit_lexicon().version]:
        raise DataError(
            f"{sheets / KEY}: drawn with word lists {', '.join(versions) or 'of no version'}, installed is "
            f"{edit_lexicon().version}; draw all samples anew, or collect with the version they were drawn with."
        )
    checks: list[Check] = []
    problems: list[str] = []
    for part in sorted({row["part"] for row in key}):
        dealt = {row["sample"]: row for row in key if row["part"] == part}
        who = {"annotator": f"{annotator}{part:02d}", "model": model, "prompt_sha256": prompt_sha256}
        path = answers / part_name(part)
        try:
            checks += read_answers(path, dealt, release.scheme, who)
        except FileNotFoundError:
            problems.append(f"{path}: missing; part {part} has {len(dealt)} samples that nobody judged.")
        except DataError as error:
            problems.append(str(error))
    if problems:
        raise DataError("\n".join(problems))
    checks.sort(key=lambda check: check.sample)
    summary = summarise(checks, [label for task in TASKS for label in release.gold(task)])
    return checks, checked_content(summary, versions[0])


def checked_content(summary: Mapping[str, EditCheck], lexicon_version: str, rule: Rule = RULE) -> dict[str, Any]:
    """Content of ``checked.json``: the summary, the rule, and the version of the lists that were judged."""
    return {
        "lexicon_version": lexicon_version,
        "rule": {"readable": rule.readable, "below_control": rule.below_control},
        "edits": {edit: found.to_dict() for edit, found in summary.items()},
    }


def _all_equal(samples: Sequence[Mapping[str, bool]]) -> Share:
    return Share.of(sum(all(equal.values()) for equal in samples), len(samples))

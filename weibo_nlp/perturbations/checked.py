"""Which edits keep the labels: what the answers of a blind check say of each.

An edit counts as label-preserving only after such a check. Its result ships with the package (``checked.json``); an
edit that is not in it is unchecked, and an unchecked edit is not label-preserving.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from weibo_nlp.errors import DataError, UnknownNameError
from weibo_nlp.perturbations.edits import EDITS
from weibo_nlp.perturbations.lexicon import edit_lexicon
from weibo_nlp.records import GoldLabel
from weibo_nlp.scheme import Scheme
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.proportions import wilson_interval

CHECKED = "checked.json"
UNEDITED = "unedited"
"""The control group: texts as they are, from which the judges' own deviation from the gold labels is known."""


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


@dataclass(frozen=True)
class EditCheck:
    """What the judges say of one edit, or of the unedited texts.

    Attributes
    ----------
    n : int
        Samples judged.
    all_equal : Estimate
        Share of samples of which every label is the gold's.
    readable : Estimate
        Share of samples that could be read.
    tasks : mapping of str to Estimate
        Share of samples with the gold's label, by task.
    label_preserving : bool or None
        The verdict by `RULE`; None for the unedited texts.
    """

    n: int
    all_equal: Estimate
    readable: Estimate
    tasks: Mapping[str, Estimate]
    label_preserving: bool | None

    def to_dict(self) -> dict[str, Any]:
        """Return everything, ready for JSON; shares rounded to what 100 samples can tell."""
        shares = {"all_equal": _rounded(self.all_equal), "readable": _rounded(self.readable)}
        tasks = {task: _rounded(share) for task, share in self.tasks.items()}
        return {"n": self.n, **shares, "tasks": tasks, "label_preserving": self.label_preserving}


@lru_cache(maxsize=1)
def checked() -> Mapping[str, Any]:
    """Content of the ``checked.json`` this version of the package ships; empty before the first check."""
    path = resources.files(__package__).joinpath(CHECKED)
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def is_label_preserving(edit: str) -> bool:
    """Tell whether a blind check found that an edit keeps the labels; false for an edit that was not checked.

    A check of an earlier version of the word lists says nothing about the present one.

    Raises
    ------
    UnknownNameError
        If there is no such edit.
    """
    if not isinstance(edit, str) or edit not in EDITS:
        raise UnknownNameError("robustness edit", edit, EDITS)
    content = checked()
    if content.get("lexicon_version") != edit_lexicon().version:
        return False
    return bool(content["edits"].get(edit, {}).get("label_preserving", False))


def summarise(
    checks: Sequence[Check], gold: Iterable[GoldLabel], scheme: Scheme, rule: Rule = RULE
) -> dict[str, EditCheck]:
    """Say of each edit how often its samples got the gold's labels, beside the unedited texts.

    Parameters
    ----------
    checks : sequence of Check
        All judged samples.
    gold : iterable of GoldLabel
        Gold labels of all tasks, those of the judged documents among them.
    scheme : Scheme
        The tasks.
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
    labels = {(label.document_id, label.task, label.target): label.label for label in gold}
    judged = {edit: [check for check in checks if check.edit == edit] for edit in (UNEDITED, *EDITS)}
    if not judged[UNEDITED]:
        raise DataError("no unedited sample was judged; without them nothing can be said about the edits.")
    summary: dict[str, EditCheck] = {}
    for edit, samples in judged.items():
        if not samples:
            continue
        equal = [_equal(check, labels, scheme) for check in samples]
        by_task = {task: [tasks[task] for tasks in equal if task in tasks] for task in scheme.tasks}
        all_equal, readable = (
            wilson_interval(sum(values), len(samples))
            for values in ((all(tasks.values()) for tasks in equal), (check.readable for check in samples))
        )
        control = summary[UNEDITED].all_equal if summary else all_equal
        # Shares are fractions of whole numbers; rounding in the last bits must not decide at the bound.
        kept = (
            readable.value >= rule.readable - _ROUNDING
            and all_equal.value >= control.value - rule.below_control - _ROUNDING
        )
        summary[edit] = EditCheck(
            n=len(samples),
            all_equal=all_equal,
            readable=readable,
            tasks={task: wilson_interval(sum(values), len(values)) for task, values in by_task.items() if values},
            label_preserving=None if edit == UNEDITED else kept,
        )
    return summary


def checked_content(summary: Mapping[str, EditCheck], lexicon_version: str, rule: Rule = RULE) -> dict[str, Any]:
    """Content of ``checked.json``: the summary, the rule, and the version of the lists that were judged."""
    edits = {edit: check.to_dict() for edit, check in summary.items()}
    return {"lexicon_version": lexicon_version, "rule": asdict(rule), "edits": edits}


def _equal(check: Check, gold: Mapping[tuple[str, str, str | None], str], scheme: Scheme) -> dict[str, bool]:
    """Whether a sample got the gold's label, by task; without a target, there is no stance."""
    equal = {}
    for name, task in scheme.tasks.items():
        if task.targeted and check.target is None:
            continue
        place = (check.document_id, name, check.target if task.targeted else None)
        if place not in gold:
            raise DataError(
                f"sample {check.sample!r}: no gold {name} for {check.document_id!r} (target {place[2]!r}); the "
                "check was made on another corpus. Draw and judge anew, or use the release it was drawn from."
            )
        equal[name] = gold[place] == task.to_label(getattr(check, name))
    return equal


def _rounded(share: Estimate) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 4) for name, value in share.to_dict().items()}

"""Sentences written for this purpose, with the answers that the guideline gives: what weights say of each.

No weights learn from them, and none are chosen by them: they are there to be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.io.jsonl import read_jsonl
from weibo_nlp.labelling import Labeller
from weibo_nlp.report import markdown

BLOCK = "sentences"
"""Name of the table's place in a Markdown file."""
TASKS = ("topic", "sentiment", "stance")


@dataclass(frozen=True)
class Sentence:
    """A sentence and its answers; None where the guideline could be read more than one way, or nobody asks.

    Attributes
    ----------
    target : str or None
        What the stance is on; None for the canonical target of the topic.
    answers : mapping of str to str
        Task -> label.
    excluded : mapping of str to str
        Task -> a label that is wrong, where several are right.
    hard : bool
        Whether irony, double negation, a chain, markup or script stands between the words and the answer.
    """

    id: str
    text: str
    target: str | None
    answers: Mapping[str, str]
    excluded: Mapping[str, str]
    hard: bool

    def wrong(self, labels: Mapping[str, Any]) -> list[str]:
        """Tasks whose label is not the answer."""
        wrong = [task for task, answer in self.answers.items() if labels[task] != answer]
        return wrong + [task for task, label in self.excluded.items() if labels[task] == label]


def read_sentences(path: Path) -> list[Sentence]:
    """Read sentences from JSON Lines, whose keys are the fields and the tasks, ``not_TASK`` for a wrong label."""
    return [
        Sentence(
            id=row["id"],
            text=row["text"],
            target=row.get("target"),
            answers={task: row[task] for task in TASKS if row.get(task) is not None},
            excluded={task: row[f"not_{task}"] for task in TASKS if f"not_{task}" in row},
            hard=row["hard"],
        )
        for line in read_jsonl(path)
        if (row := line.value) is not None
    ]


def labelled(sentences: Sequence[Sentence], weights: str) -> list[dict[str, Any]]:
    """Label sentences as a user would: with the target of each, or with none named."""
    plain = Labeller(weights=weights).label([sentence.text for sentence in sentences])
    return [
        row if sentence.target is None else Labeller(weights=weights, target=sentence.target).label([sentence.text])[0]
        for sentence, row in zip(sentences, plain, strict=True)
    ]


def markdown_table(sentences: Sequence[Sentence], answers: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return sentences as a Markdown table: the right answers, and what each weights say where they are wrong."""
    rows = []
    for place, sentence in enumerate(sentences):
        said = [rows_of[place] for rows_of in answers.values()]
        rows.append(
            (
                sentence.id + (" (hard)" if sentence.hard else ""),
                f"`{sentence.text}`",
                *(_answer(sentence, task) for task in TASKS),
                *(", ".join(f"{task} {labels[task]}" for task in sentence.wrong(labels)) or "✓" for labels in said),
            )
        )
    headings = ("id", "text", "topic", "sentiment", "stance", *(f"wrong, {name}" for name in answers))
    return markdown.markdown_table(headings, rows) + "".join(f"\n{line}\n" for line in _counts(sentences, answers))


def _answer(sentence: Sentence, task: str) -> str:
    if task in sentence.excluded:
        return f"not {sentence.excluded[task]}"
    answer = sentence.answers.get(task, "–")
    return f"{answer} ({sentence.target})" if task == "stance" and sentence.target else answer


def _counts(sentences: Sequence[Sentence], answers: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    lines = []
    for name, rows in answers.items():
        counts = []
        for task in TASKS:
            asked = [(s, row) for s, row in zip(sentences, rows, strict=True) if task in {*s.answers, *s.excluded}]
            right = [s.hard for s, row in asked if task not in s.wrong(row)]
            n_hard = sum(s.hard for s, _ in asked)
            counts.append(f"{task} {len(right)} of {len(asked)} ({sum(right)} of {n_hard} hard ones)")
        lines.append(f"Right with {name} weights: {'; '.join(counts)}.")
    return lines

"""The questions of the task files as texts, for those who ask without lm_eval: the same templates and examples."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jinja2 import BaseLoader, Environment, StrictUndefined

from weibo_nlp.errors import UnknownNameError

FOLDER = Path(__file__).resolve().parent
SHOTS_SEED = 1234
"""What lm_eval draws examples with unless it is told otherwise."""

_JINJA = Environment(loader=BaseLoader, undefined=StrictUndefined, keep_trailing_newline=True)


class Settings(NamedTuple):
    """What all questions share: versions of the prompts and of the corpus, and how long an answer may be.

    No dataclass, because `lm_eval` loads the files of this folder without making them known as modules.
    """

    version: str
    corpus_version: str
    max_tokens: int


class _TaskFile(yaml.SafeLoader):
    """Reads a task file with the names of its functions in place of the functions."""


_TaskFile.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))


def task_file(*parts: str) -> dict[str, Any]:
    """Return what a task file says, without what it includes."""
    found: dict[str, Any] = yaml.load(FOLDER.joinpath(*parts).read_text("utf-8"), _TaskFile)  # noqa: S506 - a SafeLoader
    return found


def settings() -> Settings:
    """Return what the task files say for all tasks that answer in words."""
    metadata = task_file("_logits_yaml")["metadata"]
    max_tokens = task_file("_generate_yaml")["generation_kwargs"]["max_gen_toks"]
    return Settings(str(metadata["version"]), metadata["corpus_version"], max_tokens)


def prompts(task: str) -> dict[str, str]:
    """Return the templates of a task by number."""
    files = sorted(FOLDER.glob(f"{task}/logits_*.yaml"))
    return {re.sub(r"\D", "", path.stem): task_file(task, path.name)["doc_to_text"] for path in files}


def questions(
    rows: Sequence[Mapping[str, Any]],
    task: str,
    prompt: int,
    words: Sequence[str],
    *,
    train: Sequence[Mapping[str, Any]] = (),
    shots: int = 0,
    seed: int = SHOTS_SEED,
) -> list[str]:
    """Ask about every row, after examples that show the answer asked for.

    Parameters
    ----------
    rows : sequence of mapping
        As `documents.rows` gives them, in its order.
    task : str
        Their task.
    prompt : int
        Number of the paraphrase.
    words : sequence of str
        Word that answers for each label, in the order of the labels.
    train : sequence of mapping
        What examples are drawn from.
    shots : int
        How many stand before each question: other ones for each row, those that ``lm_eval --num_fewshot`` draws.
    seed : int
        Of the draws.

    Raises
    ------
    UnknownNameError
        If the task has no such prompt.
    """
    known = prompts(task)
    if str(prompt) not in known:
        raise UnknownNameError(f"prompt of {task}", str(prompt), known)
    template = _JINJA.from_string(known[str(prompt)])
    shared = task_file("_logits_yaml")
    between, after = shared["target_delimiter"], shared["fewshot_delimiter"]
    draw = random.Random(seed)
    asked = []
    for row in rows:
        examples = draw.sample(train, shots)
        shown = [f"{template.render(**each)}{between}{words[each['label']]}{after}" for each in examples]
        asked.append("".join([*shown, template.render(**row)]))
    return asked

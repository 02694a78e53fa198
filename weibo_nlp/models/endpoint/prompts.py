"""What a language model is asked: a codebook, its labels in words, and a text that cannot speak for itself.

The codebooks of the scheme's tasks stand in ``annotations/prompts``, in a folder for each version, in Chinese and made
from the annotation guideline; a codebook of one's own is a file of the same form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from weibo_nlp import _resources
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.names import printable, quoted, quoted_list
from weibo_nlp.io.yaml_file import read_yaml
from weibo_nlp.models.limits import MAX_LABELS, require_label
from weibo_nlp.models.spoken_labels import WORDS
from weibo_nlp.records import Example
from weibo_nlp.scheme import load_scheme

VERSION = "1.0.0"
GENERIC = "generic"
LONGEST_SYSTEM = 100_000  # characters
LONGEST_TEXT, LONGEST_CONTEXT = 8_000, 2_000
"""Characters of a text, and of what stands above it, that are sent; what comes after is left out, and that is said."""

_KEYS = frozenset({"name", "version", "codebook", "labels", "words", "targeted"})
_FRAME_KEYS = ("role", "data", "masks", "answer")
_CUT = "……（后文略）"
# The marks around a text, however they are typed; every other angle bracket becomes one that opens nothing.
_MARKS = "文本|上文|首帖|目标"
_TYPED = re.compile(rf"[<＜〈《‹«﹤]\s*[/／]?\s*({_MARKS})\s*[>＞〉》›»﹥]")
_TEMPLATE = re.compile(r"\[(/?(?:INST|SYS|SYSTEM|USER|ASSISTANT))\]", re.IGNORECASE)
_ANGLES = str.maketrans("<>", "＜＞")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What stands before every text.

    Attributes
    ----------
    name, version : str
        What it is called; a changed word is a new version.
    system : str
        All that is said before a text: role, codebook, labels and the form of the answer.
    words : mapping of str to tuple of str
        Label -> the words it may be answered in; the first one is asked for.
    targeted : bool
        Whether a label is about a target, which every example then has.
    """

    name: str
    version: str
    system: str
    words: Mapping[str, tuple[str, ...]]
    targeted: bool = False

    def messages(self, example: Example, shots: Sequence[tuple[Example, str]] = ()) -> list[dict[str, str]]:
        """Return the messages of a chat about an example.

        Parameters
        ----------
        example : Example
            As it is sent (:func:`weibo_nlp.models.endpoint.masks.sendable`).
        shots : sequence of (Example, str)
            Examples that are answered before it, with their labels.

        Raises
        ------
        DataError
            If labels are about targets, and the example has none.
        """
        if self.targeted and example.target is None:
            raise DataError(
                f"the prompt {self.name!r} asks about a target, and a text has none; give Example(text, target)."
            )
        turns = [{"role": "system", "content": self.system}]
        for shot, label in shots:
            turns.append({"role": "user", "content": _shown(shot)})
            turns.append({"role": "assistant", "content": f'{{"label": "{self.words[label][0]}"}}'})
        return [*turns, {"role": "user", "content": _shown(example)}]


def prompt_for(task: str | Path | None, labels: Sequence[str], *, raw: bool = False) -> Prompt:
    """Return the prompt for labels.

    Parameters
    ----------
    task : str, Path or None
        A task of the scheme, or a file with a codebook; by default the task that has these labels, and where there is
        none, a prompt that knows no more than their names.
    labels : sequence of str
        What is answered with.
    raw : bool
        Whether texts are sent unmasked, so that nothing is said of masks.

    Raises
    ------
    UnknownNameError
        If there is no such task or file.
    UsageError
        If the task or file has other labels.
    DataError
        If the file cannot be read.
    """
    if task is None:
        tasks = load_scheme().tasks
        task = next((name for name, each in tasks.items() if set(each.labels) == set(labels)), GENERIC)
    content = _content(task)
    meanings = content["labels"] or dict.fromkeys(labels, "")
    if set(meanings) != set(labels):
        raise UsageError(
            f"the prompt {quoted(str(task))} is for the labels {quoted_list([*meanings])}, and not for "
            f"{quoted_list(labels)}; name another, or a file with a codebook for these."
        )
    words = {label: _words(content, label) for label in labels}
    if doubled := _doubled(words):
        raise DataError(f"the word {quoted(doubled)} stands for two labels of {quoted(str(task))}; give each its own.")
    frame = _frame()
    of_labels = "\n".join(
        f"- {words[label][0]}{f'：{meanings[label]}' if meanings[label] else ''}" for label in meanings
    )
    answer = frame["answer"] + "、".join(f"“{words[label][0]}”" for label in meanings)
    parts = [frame["role"], content["codebook"], f"标签：\n{of_labels}", frame["data"], frame["masks"], answer]
    system = "\n\n".join(part.strip() for part in parts if not (raw and part is frame["masks"]))
    return Prompt(content["name"], content["version"], system, words, content["targeted"])


def read_prompt(task: str | Path) -> Mapping[str, Any]:
    """Return what stands in a prompt: ``name``, ``version``, ``codebook``, ``labels``, ``words`` and ``targeted``.

    Raises
    ------
    UnknownNameError, DataError
        As of :func:`prompt_for`.
    """
    return _content(task)


def is_file(task: object) -> bool:
    """Whether a task is named by a file with a codebook."""
    return isinstance(task, Path) or (isinstance(task, str) and task.lower().endswith((".yaml", ".yml")))


def _content(task: str | Path) -> dict[str, Any]:
    if is_file(task):
        return _read(Path(task))
    folder = _resources.prompts_dir() / VERSION
    known = sorted(path.stem for path in folder.glob("*.yaml") if path.stem != "frame")
    if task not in known:
        raise UnknownNameError("prompt", task, known, "Or name a file with a codebook of your own, as mine.yaml.")
    return _read(folder / f"{task}.yaml", version=VERSION, words=WORDS.get(str(task), {}))


def _read(path: Path, version: str | None = None, words: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    content = read_yaml(path, "a prompt")
    if not isinstance(content, dict):
        raise DataError(f"{path}: holds no prompt; give the keys codebook and labels.")
    if unknown := sorted(map(str, content.keys() - _KEYS)):
        raise DataError(f"{path}: key {quoted(unknown[0])} is none of {', '.join(sorted(_KEYS))}; correct it.")
    codebook, labels = content.get("codebook"), content.get("labels")
    if not isinstance(codebook, str) or not codebook.strip() or len(codebook) > LONGEST_SYSTEM:
        raise DataError(f"{path}: codebook is no text of up to {LONGEST_SYSTEM:,} characters; write the rules there.")
    if not isinstance(labels, dict) or len(labels) > MAX_LABELS:
        raise DataError(f"{path}: labels must say of each label what it means, as `complaint: 对价格不满`.")
    for label, meaning in labels.items():
        if not isinstance(label, str) or not isinstance(meaning, str | None):
            raise DataError(f"{path}: label {quoted(label)} with {quoted(meaning)} is no text; put both into quotes.")
        try:
            require_label(label)
        except DataError as error:
            raise DataError(f"{path}: {error}.") from None
    targeted = content.get("targeted", False)
    if not isinstance(targeted, bool):
        raise DataError(f"{path}: targeted is {quoted(targeted)}; write true or false.")
    spoken = content.get("words", words or {})
    if not isinstance(spoken, dict | Mapping) or not all(map(_are_words, spoken.values())):
        raise DataError(f"{path}: words must give a list of texts for a label, as `complaint: [投诉, 抱怨]`.")
    if others := sorted(map(str, spoken.keys() - labels.keys())):
        raise DataError(f"{path}: words for {quoted(others[0])}, which is none of its labels; correct it.")
    name, given = content.get("name", path.stem), content.get("version", version)
    digest = sha256(path.read_bytes()).hexdigest()
    return {
        "name": printable(str(name))[:100],
        "version": digest[:12] if given is None else printable(str(given))[:100],
        "codebook": codebook,
        "labels": {label: meaning or "" for label, meaning in labels.items()},
        "words": spoken,
        "targeted": targeted,
    }


@cache
def _frame() -> Mapping[str, str]:
    path = _resources.prompts_dir() / VERSION / "frame.yaml"
    content = read_yaml(path, "the frame of prompts")
    return {key: content[key] for key in _FRAME_KEYS}


def _are_words(words: object) -> bool:
    return isinstance(words, list | tuple) and bool(words) and all(isinstance(word, str) and word for word in words)


def _words(content: Mapping[str, Any], label: str) -> tuple[str, ...]:
    """Words of a label: those of the prompt, and the label itself, which models know from elsewhere."""
    return tuple(dict.fromkeys((*content["words"].get(label, ()), label)))


def _doubled(words: Mapping[str, Sequence[str]]) -> str | None:
    seen: set[str] = set()
    for spoken in words.values():
        for word in spoken:
            if word.lower() in seen:
                return word
            seen.add(word.lower())
    return None


def _shown(example: Example) -> str:
    """What is said of an example: each part between its marks, which nothing inside can close."""
    root = None if example.root == example.parent else example.root
    above = (("目标", example.target), ("首帖", root), ("上文", example.parent))
    marked = [f"<{mark}>{_inert(text, LONGEST_CONTEXT)}</{mark}>" for mark, text in above if text]
    return "\n".join([*marked, f"<文本>{_inert(example.text, LONGEST_TEXT) or '（没有自己的话）'}</文本>"])


def _inert(text: str, most: int) -> str:
    text = text if len(text) <= most else text[:most] + _CUT
    return _TEMPLATE.sub(r"［\1］", _TYPED.sub(r"（\1）", text)).translate(_ANGLES)

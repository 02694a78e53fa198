"""Rows that a model has learnt from: what it says of them is better than of others, so it may not correct itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from weibo_nlp.analysis.labels import scheme_task
from weibo_nlp.corpus.release import open_release
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.external.hydration import own_words
from weibo_nlp.external.hydration import text_key as key_of_text
from weibo_nlp.io import sha256_of_file
from weibo_nlp.io.collection import Collection
from weibo_nlp.io.job_folder import SUMMARY
from weibo_nlp.io.jsonl import read_json_object
from weibo_nlp.labelling.summary_file import summary_path
from weibo_nlp.models.storage import WEIGHTS
from weibo_nlp.models.weights import OPEN
from weibo_nlp.tasks.evaluation_set import full_text
from weibo_nlp.tasks.spec import LEARNT_SPLITS
from weibo_nlp.training.learnt_from import LEARNT_FROM, LearntFrom, learnt_from

"""Summary of a collection that is the folder of a labelling job."""
MAX_SUMMARY_BYTES = 64 * 1024 * 1024
OPEN_SOURCES = ("COLD", "SWSR", "Zhihu", "hot search")
"""Sources of public texts that the weights ``open`` learnt from; others learnt from all."""

Overlap = Callable[[Sequence[str]], list[int]]
"""Texts -> positions of those that a model has learnt from."""


@dataclass(frozen=True, slots=True)
class LabelledBy:
    """What is known of the model behind a label column.

    Attributes
    ----------
    overlap : callable or None
        Tells which texts it has learnt from; ``None`` where that is not known.
    unknown : str or None
        Why it is not, as a sentence.
    """

    overlap: Overlap | None = None
    unknown: str | None = None


def labelled_by(
    collection: Collection, label_columns: Sequence[str], models: Mapping[str, Path]
) -> dict[str, LabelledBy]:
    """Find out which model labelled each column, and what it has learnt from.

    Parameters
    ----------
    collection : Collection
        As ``weibo-nlp label`` wrote it, with the summary that lies beside it.
    label_columns : sequence of str
        Names of label columns.
    models : mapping of str to Path
        Task -> folder of the model that labelled it, where that lies elsewhere than when it was used.

    Raises
    ------
    UsageError
        If a folder is named for what is not a label column, or the model that labelled the collection is not found.
    DataError
        If a folder holds another model than the one that labelled the collection, or what lies beside the collection
        cannot be read.
    """
    tasks = {name: _task_of(name) for name in label_columns}
    if unknown := sorted(set(models) - set(tasks.values())):
        raise UsageError(
            f"--model names {unknown[0]!r}, and labels are of {', '.join(dict.fromkeys(tasks.values()))}; name the "
            "model of one of these."
        )
    summary = _summary(collection)
    return {name: _model_of(task, summary, models.get(task), collection) for name, task in tasks.items()}


def _model_of(task: str, summary: Mapping[str, Any] | None, folder: Path | None, collection: Collection) -> LabelledBy:
    about = {} if summary is None else dict((summary.get("models") or {}).get(task) or {})
    if folder is not None:
        return _own(folder, about, task)
    if summary is None:
        return LabelledBy(
            unknown=f"which model labelled {task} is not known, as no summary of weibo-nlp label lies beside "
            f"{collection.path.name}; make sure that it has not learnt from rows of the sample"
        )
    if not about.get("own"):
        weights = str(summary.get("weights"))
        return LabelledBy(_shipped(weights).overlap)
    if about.get("folder") is None:
        return LabelledBy(
            unknown=f"what the model {about.get('name')} of {task} has learnt from is not known; make sure that no row "
            "of the sample is among it"
        )
    place = Path(str(about["folder"]))
    if not (place / WEIGHTS).is_file() or sha256_of_file(place / WEIGHTS) != about.get("sha256"):
        raise UsageError(
            f"{task} was labelled by a model of your own, which does not lie in {place} (any more), and what it has "
            f"learnt from must not be in the sample; say where it is with --model {task}=FOLDER."
        )
    return _own(place, about, task)


def _own(folder: Path, about: Mapping[str, Any], task: str) -> LabelledBy:
    weights = about.get("sha256")
    if weights is not None and (not (folder / WEIGHTS).is_file() or sha256_of_file(folder / WEIGHTS) != weights):
        raise DataError(f"{folder}: is not the model that labelled {task}; name the folder of that one with --model.")
    if not (folder / LEARNT_FROM).is_file():
        return LabelledBy(
            unknown=f"what the model of {task} has learnt from is not known, as its folder has no {LEARNT_FROM}; make "
            "sure that no row of the sample is among it"
        )
    return LabelledBy(learnt_from(folder).overlap)


@dataclass(frozen=True, slots=True)
class _ShippedTexts:
    """Texts that shipped weights have learnt from: composed ones, and public ones by the keys of the real layer."""

    composed: LearntFrom
    public: frozenset[str]

    def overlap(self, texts: Sequence[str]) -> list[int]:
        composed = set(self.composed.overlap(texts))
        return [place for place, text in enumerate(texts) if place in composed or self._is_public(text)]

    def _is_public(self, text: str) -> bool:
        for form in {text, text.strip(), own_words(text)}:
            try:
                if key_of_text(form) in self.public:
                    return True
            except UnicodeEncodeError:  # half of a surrogate pair, which no text of the layer has
                return False
        return False


@cache
def _shipped(weights: str) -> _ShippedTexts:
    release = open_release()
    composed = [full_text(document) for split in LEARNT_SPLITS for document in release.documents(split)]
    public = {
        str(row["id"])
        for split in LEARNT_SPLITS
        for row in release.rows("real", split)
        if weights != OPEN or row["source"] in OPEN_SOURCES
    }
    return _ShippedTexts(LearntFrom.of(composed), frozenset(public))


def _task_of(label_column: str) -> str:
    task = scheme_task(label_column)
    return label_column if task is None else task.name


def _summary(collection: Collection) -> Mapping[str, Any] | None:
    path = collection.path / SUMMARY if collection.path.is_dir() else summary_path(collection.path)
    if path is None or not path.is_file():
        return None
    content = read_json_object(path, MAX_SUMMARY_BYTES)
    models = content.get("models")
    if models is not None and not (
        isinstance(models, dict) and all(isinstance(each, dict) for each in models.values())
    ):
        raise DataError(f"{path}: models is no summary of weibo-nlp label; label the collection again.")
    return content

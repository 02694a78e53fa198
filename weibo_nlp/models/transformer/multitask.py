"""Several tasks in one encoder, a head for each: learnt together, and asked in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.paths import named_path
from weibo_nlp.models.limits import require_labels
from weibo_nlp.models.transformer.classifier import TransformerClassifier
from weibo_nlp.models.transformer.data import TaskData
from weibo_nlp.models.transformer.folder import SEVERAL, read, write
from weibo_nlp.models.transformer.parameters import Parameters
from weibo_nlp.models.transformer.progress import Progress


class MultiTaskTransformer:
    """An encoder fine-tuned on several tasks at once.

    Parameters
    ----------
    tasks : mapping of str to sequence of str
        Task -> its labels.
    **parameters
        As of :class:`TransformerClassifier`, for all tasks alike. What is read of an example is decided task by task.

    Attributes
    ----------
    history_ : list of dict
        As of :class:`TransformerClassifier`; ``by_task`` has the figures of each task.

    Examples
    --------
    >>> model = MultiTaskTransformer({"topic": ["credit", "other"], "irony": ["false", "true"]}, epochs=2)
    >>> list(model.tasks)
    ['topic', 'irony']
    """

    def __init__(self, tasks: Mapping[str, Sequence[str]], **parameters: Any) -> None:
        if not isinstance(tasks, Mapping) or not tasks:
            raise UsageError("tasks must be a mapping of names to labels, with one task at the least.")
        try:
            require_labels(list(tasks))  # they name heads in files and messages, as labels do columns
        except DataError as error:
            raise UsageError(f"tasks cannot be named so: {error}.") from error
        self.tasks = {name: tuple(labels) for name, labels in tasks.items()}
        self.parameters = Parameters.of(parameters)

    def fit(
        self,
        data: Mapping[str, TaskData],
        validation: Mapping[str, TaskData] | None = None,
        *,
        checkpoints: str | Path | None = None,
        resume: bool = False,
        progress: Progress | None = None,
    ) -> Self:
        """Fine-tune the encoder; see :meth:`TransformerClassifier.fit`.

        Parameters
        ----------
        data : mapping of str to TaskData
            One for each task.
        validation : mapping of str to TaskData, optional
            Texts to stop and calibrate by; of a task that has none here, a part of its data is held out. Other tasks
            may learn from the same texts: give some of your own where a figure shall be believed.
        """
        from weibo_nlp.models.transformer.learning import learn

        self._require_tasks(data, "data")
        if missing := self.tasks.keys() - data.keys():
            raise UsageError(f"there is no data for the task {sorted(missing)[0]!r}; give some for each.")
        models = {name: self._untrained(name) for name in self.tasks}
        checked = {name: models[name]._learnable(data[name]) for name in models}
        self._require_tasks(validation or {}, "validation")
        unseen = {name: models[name]._held_out(each, checked[name]) for name, each in (validation or {}).items()}
        learnt = learn(self.parameters, checked, unseen, checkpoints, resume, progress)
        self._classifiers = {
            name: model._with(learnt.finetuned, name, checked[name].labels, learnt.history)
            for name, model in models.items()
        }
        self.history_ = learnt.history
        return self

    def classifier(self, task: str) -> TransformerClassifier:
        """Return the trained classifier of a task; all of them share the encoder.

        Raises
        ------
        UnknownNameError
            If there is no such task.
        UsageError
            If nothing is trained.
        """
        if task not in self.tasks:
            raise UnknownNameError("task", task, self.tasks)
        if not hasattr(self, "history_"):
            raise UsageError("the model is not trained; call fit first, or load a trained one.")
        return self._classifiers[task]

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the encoder and all heads into one folder, from which ``load_model(folder, task=…)`` reads a head.

        Raises
        ------
        UsageError
            If nothing is trained, the folder cannot be written to, or a file in it would be replaced that no model of
            ours has.
        DataError
            If it is too large to be read again.
        """
        place = named_path(folder, "a folder for a model")
        models = {name: self.classifier(name) for name in self.tasks}
        about = {
            "model": SEVERAL,
            "version": next(iter(models.values())).version,
            "labels": {name: model._saved()[0]["labels"] for name, model in models.items()},
        }
        first = next(iter(models.values()))
        write(place, about, first.finetuned_, list(models), self.parameters, self.history_)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """Read what :meth:`save_pretrained` wrote.

        Raises
        ------
        DataError
            If files are missing, damaged, altered, do not fit each other, or are of a model of one task.
        UsageError
            If the folder is an empty name, or none, or torch or transformers is missing.
        """
        place = named_path(folder, "a folder of a model")
        saved = read(place)
        if saved.kind != SEVERAL:
            raise DataError(f"{place} holds a model of one task; read it by load_model.")
        values = {field.name: getattr(saved.parameters, field.name) for field in fields(Parameters)}
        model = cls({name: head.labels for name, head in saved.finetuned.heads.items()}, **values)
        model._classifiers = {name: TransformerClassifier._of(saved, name) for name in model.tasks}
        model.history_ = saved.history
        return model

    def _untrained(self, task: str) -> TransformerClassifier:
        values = {field.name: getattr(self.parameters, field.name) for field in fields(Parameters)}
        return TransformerClassifier(self.tasks[task], **values)

    def _require_tasks(self, data: Mapping[str, TaskData], what: str) -> None:
        for name in data:
            if name not in self.tasks:
                raise UnknownNameError(f"task in {what}", name, self.tasks)

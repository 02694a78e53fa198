"""Training on the shipped corpus: several tasks in one encoder, or one task, stopped and calibrated on validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from weibo_nlp.benchmark.run import prediction_file
from weibo_nlp.errors import UsageError
from weibo_nlp.evaluation.files import score_set
from weibo_nlp.evaluation.results import Provenance, Result
from weibo_nlp.models.answers import probabilities_of
from weibo_nlp.models.base import Classifier, name_and_version
from weibo_nlp.predictions import ModelReference
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.training.corpus_report import CorpusReport, corpus_card
from weibo_nlp.training.corpus_tasks import CorpusTask
from weibo_nlp.training.folder import write_folder
from weibo_nlp.training.learnt_from import LearntFrom
from weibo_nlp.training.run import TrainingRun, settings_of
from weibo_nlp.training.trainings import MODEL, Steps, Trainings
from weibo_nlp.training.unfinished import UnfinishedTraining, leaves_checkpoints, unfinished_of


@dataclass(frozen=True)
class TrainedOnCorpus:
    """A model of tasks of the corpus, what it is worth on validation, and what it learnt from.

    Attributes
    ----------
    model : Classifier or MultiTaskTransformer
        Trained.
    report : CorpusReport
        Scores on validation, by task.
    learnt_from : LearntFrom
        Keyed hashes of the texts, those of validation included.
    """

    model: Any
    report: CorpusReport
    learnt_from: LearntFrom
    _unfinished: UnfinishedTraining | None = field(default=None, repr=False)

    def save(self, folder: str | Path) -> None:
        """Write the model, a card, all figures and what it learnt from, as :meth:`TrainedModel.save` does.

        Raises
        ------
        UsageError, DataError
            As there.
        """
        write_folder(folder, self.model, self.report.to_dict(), corpus_card(self.report), self.learnt_from)
        if self._unfinished is not None:
            self._unfinished.discard()


def train_on_corpus(
    tasks: Sequence[CorpusTask],
    model: Any,
    *,
    bootstrap: BootstrapConfig = DEFAULT,
    checkpoints: str | Path | None = None,
    resume: bool = False,
    steps: Steps | None = None,
) -> TrainedOnCorpus:
    """Learn tasks of the corpus.

    Parameters
    ----------
    tasks : sequence of CorpusTask
        What is learnt and watched.
    model : Classifier or MultiTaskTransformer
        Untrained, with the labels of the tasks: a classifier for one task; for several, what has a head for each.
    bootstrap : BootstrapConfig
        How intervals are made.
    checkpoints, resume, steps
        As for :func:`weibo_nlp.training.train`.

    Raises
    ------
    UsageError
        If a classifier is given several tasks, or as for :func:`weibo_nlp.training.train`.

    Notes
    -----
    Training is stopped, and probabilities are calibrated, by the rows that are scored here, so that these scores are a
    little too good. Test is left unseen, for whoever has chosen.
    """

    def about() -> dict[str, Any]:
        return {**settings_of(model), **{f"rows of {task.spec.name}": task.digest for task in tasks}}

    has_heads = hasattr(model, "classifier")
    if len(tasks) > 1 and not has_heads:
        names = ", ".join(task.spec.name for task in tasks)
        raise UsageError(f"a {type(model).__name__} learns one task, and there are several: {names}; name one.")
    with unfinished_of(model, checkpoints, about, resume=resume) as unfinished:
        trainings = Trainings(unfinished, steps)
        model = _of_several(model, tasks, trainings) if has_heads else _of_one(model, tasks[0], trainings)
    answering = {task.spec.name: model.classifier(task.spec.name) if has_heads else model for task in tasks}
    results = [_result(task, answering[task.spec.name], bootstrap) for task in tasks]
    baselines = [_result(task, _majority(task), bootstrap) for task in tasks]
    first = answering[tasks[0].spec.name]
    examples = [example for task in tasks for example in (*task.fold.train, *task.watched.examples)]
    report = CorpusReport(
        tuple(results),
        tuple(baselines),
        notes=tuple(note for task in tasks for note in task.notes),
        run=TrainingRun.of(model, first.trained_on_, trainings) if leaves_checkpoints(model) else None,
    )
    return TrainedOnCorpus(model, report, LearntFrom.of(examples), unfinished)


def _of_one(model: Any, task: CorpusTask, trainings: Trainings) -> Any:
    fold = task.fold
    watched = {"validation": (task.watched.examples, task.labels)} if leaves_checkpoints(model) else {}
    return trainings.fit(
        model,
        MODEL,
        fold.train,
        fold.train_labels,
        groups=fold.train_groups,
        sample_weight=fold.train_weights,
        **watched,
    )


def _of_several(model: Any, tasks: Sequence[CorpusTask], trainings: Trainings) -> Any:
    from weibo_nlp.models.transformer import TaskData

    learnt = {
        task.spec.name: TaskData(
            task.fold.train, task.fold.train_labels, task.fold.train_groups, task.fold.train_weights
        )
        for task in tasks
    }
    watched = {task.spec.name: TaskData(task.watched.examples, task.labels) for task in tasks}
    return trainings.fit(model, MODEL, learnt, watched)


def _majority(task: CorpusTask) -> Classifier:
    from weibo_nlp.models import MajorityClassifier

    return MajorityClassifier(task.spec.labels).fit(task.fold.train, task.fold.train_labels)


def _result(task: CorpusTask, model: Classifier, bootstrap: BootstrapConfig) -> Result:
    name, version = name_and_version(model)
    probabilities = probabilities_of(model, task.watched.examples, task.spec.labels)
    file = prediction_file(task.spec, task.watched, probabilities, ModelReference(name, version))
    return Result(
        Provenance.of(task.spec, name, version),
        score_set([file], task.spec, task.watched, bootstrap),
        n_train=len(task.fold.train),
        n_set_aside=task.watched.n_set_aside,
    )

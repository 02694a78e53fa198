"""The classifier that fine-tunes an encoder: slow to train and to ask, and the best where a GPU and examples are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np
from scipy.special import softmax

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.features.preparation import prepared
from weibo_nlp.io.paths import named_path
from weibo_nlp.models.base import Column, FloatArray, Texts, as_examples
from weibo_nlp.models.estimator import Arrays, TextClassifier, TrainingData
from weibo_nlp.models.transformer.data import TaskData
from weibo_nlp.models.transformer.finetuned import FineTuned, Head
from weibo_nlp.models.transformer.folder import ONE, TASK, Saved, read, write
from weibo_nlp.models.transformer.hub import CARD, push_folder
from weibo_nlp.models.transformer.parameters import ENCODER, Parameters, Reads
from weibo_nlp.models.transformer.progress import Progress


class TransformerClassifier(TextClassifier):
    """An encoder of the Hugging Face Hub, or of a folder, fine-tuned with a head for the labels.

    It reads the author's own words, prepared as for every model here, with mentions, links and the signs of hashtags as
    tokens of their own; beside them, where the examples have it, a target, the text that is answered, and the first of
    the thread. It needs the extra ``[transformers]``. Trained twice with one seed on one machine's CPU, it has the same
    weights, bit by bit.

    Parameters
    ----------
    labels : sequence, optional
        Labels in the order of the columns; without them, those of the training data, sorted.
    encoder : str or Path
        Id on the Hub, or a folder with a tokenizer and ``model.safetensors``. It is read when the model is trained;
        code that lies beside it is not run. A saved model keeps of a folder the name alone.
    revision : str, optional
        Commit, tag or branch on the Hub; main without it.
    reads : {"auto", "text", "target", "thread"}
        What is read: the text; the text and its target; or the text, its target where there is one, and the texts
        above it. By default, whatever the training examples have.
    max_length : int
        Tokens of an example that are read, never more than the encoder can. Of what is longer, the texts above go
        first, then the text's end.
    epochs : int
        How often each text is learnt from, at the most.
    batch_size : int
        Texts that are learnt from at a time.
    accumulate : int
        Batches that make one step of the optimiser, where memory holds no larger ones.
    learning_rate : float
        The highest one; it rises over `warmup` and falls to 0.
    warmup : float
        Share of the steps over which the learning rate rises.
    weight_decay : float
        How strongly weights are held towards 0.
    balance : float
        How far labels weigh alike in the loss: from 0, where each example weighs the same, to 1, where each label does.
    patience : int
        Epochs without a better macro-F1 on validation that end the training. The best epoch's weights are kept.
    validation : float
        Share of the examples that are held out for that and for calibration, whole groups of them, unless ``fit`` is
        given others; with 0, nothing is held out, the last weights are kept and probabilities are not calibrated.
    precision : {"auto", "float32", "bfloat16", "float16"}
        Of the computations in training: by default, 16 bits on a GPU and 32 otherwise. Answers are always computed in
        32 bits.
    device : str, optional
        Such as ``cpu`` or ``cuda``; by default a GPU where torch finds one. Training takes the first of several, which
        ``CUDA_VISIBLE_DEVICES`` can choose; answers are computed on any. It is not saved.
    random_state : int
        Seed of the head, the order of texts, and dropout.

    Attributes
    ----------
    classes_ : ndarray, shape (n_labels,)
        The labels.
    history_ : list of dict
        A row an epoch: ``steps``, ``train_loss``, ``validation_loss``, ``macro_f1``, ``by_task`` and ``seconds``; the
        seconds are not saved.
    trained_on_ : dict
        Numbers of examples, what was read, the best epoch, the temperature, and the encoder's commit on the Hub.

    Examples
    --------
    >>> from weibo_nlp.models import TransformerClassifier
    >>> TransformerClassifier(encoder="hfl/chinese-macbert-base").name
    'transformer:chinese-macbert-base'
    """

    kind = "transformer"

    def __init__(
        self,
        labels: Column = None,
        *,
        encoder: str | Path = ENCODER,
        revision: str | None = None,
        reads: Reads = "auto",
        max_length: int = 256,
        epochs: int = 4,
        batch_size: int = 32,
        accumulate: int = 1,
        learning_rate: float = 3e-5,
        warmup: float = 0.1,
        weight_decay: float = 0.01,
        balance: float = 0.5,
        patience: int = 2,
        validation: float = 0.1,
        precision: str = "auto",
        device: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.labels = labels
        self.encoder, self.revision, self.reads, self.max_length = encoder, revision, reads, max_length
        self.epochs, self.batch_size, self.accumulate = epochs, batch_size, accumulate
        self.learning_rate, self.warmup, self.weight_decay = learning_rate, warmup, weight_decay
        self.balance, self.patience, self.validation = balance, patience, validation
        self.precision, self.device, self.random_state = precision, device, random_state

    @property
    def name(self) -> str:  # type: ignore[override]
        """Kind and encoder, such as ``transformer:chinese-roberta-wwm-ext``."""
        return f"{self.kind}:{str(self.encoder).rstrip('/').rpartition('/')[2]}"

    def fit(
        self,
        X: Texts,
        y: Iterable[Any],
        groups: Column = None,
        sample_weight: Column = None,
        *,
        validation: tuple[Texts, Iterable[Any]] | None = None,
        checkpoints: str | Path | None = None,
        resume: bool = False,
        progress: Progress | None = None,
    ) -> Self:
        """Fine-tune the encoder.

        Parameters
        ----------
        X : iterable of str or Example
            All with a target, or none.
        y : iterable
            One label for each text.
        groups : iterable, optional
            Thread of each text: none is torn apart where a part is held out.
        sample_weight : iterable of float, optional
            Weight of each text in the loss, from 1e-9 to 1e9; a text with the weight 0 is left out.
        validation : tuple of (X, y), optional
            Texts and labels to stop and calibrate by, in place of a part of `X`; best are texts as they will be asked.
        checkpoints : str or Path, optional
            Folder for the state of the training, so that it can be resumed.
        resume : bool
            Go on from the state in `checkpoints`, where there is one. On a CPU, the weights are in the end those of a
            training that was not interrupted.
        progress : callable, optional
            Called with a :class:`weibo_nlp.models.transformer.TrainingStep` every few steps and after each epoch.

        Raises
        ------
        DataError
            If lengths differ, a label is unknown, fewer than two labels occur, targets are given for some only, a
            weight is out of range, a label or group is missing, there is too little to hold out from, or a state that
            is resumed is damaged.
        UsageError
            If a parameter cannot be what it is, what is given per text is no column, torch or transformers is missing,
            the encoder cannot be read, or `checkpoints` holds the state of another training, or of any and `resume` is
            not asked for.
        """
        from weibo_nlp.models.transformer.learning import learn

        parameters = self._parameters()
        data = self._learnable(TaskData(X, y, groups, sample_weight))
        unseen = None if validation is None else {TASK: self._held_out(_as_task_data(validation), data)}
        learnt = learn(parameters, {TASK: data}, unseen, checkpoints, resume, progress)
        return self._with(learnt.finetuned, TASK, data.labels, learnt.history)

    def predict_proba(self, X: Texts) -> FloatArray:
        """Return probabilities, shape (n_texts, n_labels), rows summing to 1.

        Raises
        ------
        NotFittedError
            If the model is not trained.
        DataError
            If the model has learnt from targets, and a text has none.
        UsageError
            If the device is none.
        """
        self._require_fitted()
        examples = as_examples(X)
        if not examples:
            return np.zeros((0, len(self.classes_)))
        parameters = self._parameters()
        log_odds = self.finetuned_.log_odds(self.task_, prepared(examples), parameters.batch_size, parameters.device)
        return np.asarray(softmax(log_odds, axis=1))

    def _parameters(self) -> Parameters:
        return Parameters(**{field.name: vars(self)[field.name] for field in fields(Parameters)})

    @property
    def head_(self) -> Head:
        """What is known of the task besides weights."""
        self._require_fitted()
        head: Head = self.finetuned_.heads[self.task_]
        return head

    @property
    def reading_context_(self) -> bool:
        """Whether texts above a text are read with it."""
        return "parent" in self.head_.parts or "root" in self.head_.parts

    @property
    def trained_on_(self) -> Mapping[str, Any]:
        """What it was trained on, in numbers."""
        return self.head_.about

    def _with(self, finetuned: FineTuned, task: str, labels: Any, history: Sequence[Mapping[str, Any]]) -> Self:
        """Take over what was learnt, all at once."""
        self.finetuned_, self.task_, self.history_ = finetuned, task, list(history)
        self.classes_, self.version_ = labels, __version__
        return self

    def _learnable(self, data: TaskData) -> TrainingData:
        checked = self._training_data(data.X, data.y, data.groups, data.sample_weight).weighted()
        if len(codes := np.unique(checked.codes)) < 2:
            labels = checked.labels[codes].tolist()
            raise DataError(f"only {labels} occur; at least two labels are needed to learn a difference.")
        return checked

    def _held_out(self, data: TaskData, learnt: TrainingData) -> TrainingData:
        labels = learnt.labels.tolist()
        checked = self._training_data(data.X, data.y, data.groups, data.sample_weight, labels=labels).weighted()
        if not checked.examples:
            raise DataError("there is no text to validate by; give some, or leave validation out.")
        return checked

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the trained model into a folder that transformers opens as well.

        Of a model that shares its encoder with others, the encoder is written with the head of this one alone.

        Raises
        ------
        NotFittedError, DataError, UsageError
            As of :meth:`weibo_nlp.models.estimator.TextClassifier.save_pretrained`.
        """
        place = named_path(folder, "a folder for a model")
        about, _ = self._saved()
        write(place, about, self.finetuned_, [self.task_], self._parameters(), self.history_)

    @classmethod
    def from_pretrained(cls, folder: str | Path, task: str | None = None) -> Self:
        """Read what :meth:`save_pretrained` wrote, or one head of what a :class:`MultiTaskTransformer` did.

        Parameters
        ----------
        folder : str or Path
            Where it lies.
        task : str, optional
            The head, where there are several; heads that are read from one folder share its encoder in memory.

        Raises
        ------
        DataError
            If files are missing, damaged, altered, or do not fit each other.
        UnknownNameError
            If there is no such head.
        UsageError
            If there are several heads and no task is named, the folder is an empty name, or none, or torch or
            transformers is missing.
        """
        place = named_path(folder, "a folder of a model")
        saved = read(place)
        heads = saved.finetuned.heads
        if saved.kind == ONE:
            task = TASK
        elif task is None:
            raise UsageError(
                f"{place} holds several models: {', '.join(heads)}; name one, as load_model(folder, "
                f"task={next(iter(heads))!r})."
            )
        elif task not in heads:
            raise UnknownNameError("head", task, heads, f"These are in {place}.")
        return cls._of(saved, task)

    @classmethod
    def _of(cls, saved: Saved, task: str) -> Self:
        """A head of what a folder holds."""
        labels = saved.finetuned.heads[task].labels
        values = {field.name: getattr(saved.parameters, field.name) for field in fields(Parameters)}
        model = cls(labels, **values)
        model._with(saved.finetuned, task, np.array(labels), saved.history)
        model.version_ = saved.version
        return model

    def push_to_hub(
        self, repo_id: str, *, private: bool = True, token: str | None = None, card: str | None = None
    ) -> str:
        """Upload the saved model to the Hugging Face Hub.

        Parameters
        ----------
        repo_id, private, token
            As of :func:`weibo_nlp.models.transformer.push_folder`.
        card : str, optional
            Text of its ``README.md``.

        Returns
        -------
        str
            Its address.

        Raises
        ------
        NotFittedError, DataError
            As of :meth:`save_pretrained`.
        UsageError
            If the Hub cannot be reached, or refuses it.
        """
        with TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            if card is not None:
                Path(folder, CARD).write_text(card, "utf-8")
            return push_folder(folder, repo_id, private=private, token=token)

    def _state(self) -> tuple[dict[str, Any], Arrays]:
        return {}, {}  # what there is besides the labels belongs to the encoder, and is written with it

    def _restore(self, config: Mapping[str, Any], arrays: Arrays) -> None:
        raise TypeError(f"a {self.kind} model is read with its encoder")


def _as_task_data(validation: object) -> TaskData:
    if not isinstance(validation, tuple) or len(validation) != 2:
        raise UsageError(f"validation is a {type(validation).__name__}; give a tuple of texts and their labels.")
    return TaskData(*validation)

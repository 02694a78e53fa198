"""The training itself, by Trainer of transformers: weighted loss of all heads, validation, early stopping, state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import log_softmax
from torch.nn import functional
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io.atomic import write_errors
from weibo_nlp.models.base import FloatArray
from weibo_nlp.models.transformer import checkpoints as states
from weibo_nlp.models.transformer.batches import LengthBuckets
from weibo_nlp.models.transformer.finetuned import padded, scores_of
from weibo_nlp.models.transformer.inputs import TextInputs
from weibo_nlp.models.transformer.parameters import Parameters
from weibo_nlp.models.transformer.progress import Progress, TrainingStep, best_epoch, is_finished, is_over
from weibo_nlp.models.transformer.rows import NO_LABEL, JointRows, TaskRows
from weibo_nlp.stats.metrics import confusion_matrix, macro_f1

Seen = Mapping[str, npt.NDArray[np.bool_]]
LOGS_AN_EPOCH = 20


def train(
    network: Any,
    inputs: TextInputs,
    parameters: Parameters,
    device: str,
    *,
    to_learn: Mapping[str, TaskRows],
    held_out: Mapping[str, TaskRows],
    seen: Seen,
    folder: Path,
    is_kept: bool,
    start: Path | None,
    progress: Progress | None,
) -> list[dict[str, Any]]:
    """Train a network in place, up to its best epoch on what is held out; without that, to the last one.

    Parameters
    ----------
    network : Network
        Encoder and heads.
    to_learn, held_out : mapping of str to TaskRows
        Task -> rows; of some tasks, nothing may be held out.
    seen : mapping of str to ndarray of bool
        Task -> which of its labels are learnt.
    folder : Path
        For checkpoints, which are written where they are kept.
    start : Path, optional
        The checkpoint to go on from.

    Returns
    -------
    list of dict
        A row an epoch.

    Raises
    ------
    DataError
        If the loss is no number in the end.
    UsageError
        If the device has too little memory, or cannot compute in the precision asked for.
    """
    history = [] if start is None else states.rows_of(start)
    joint = JointRows.of(list(to_learn.values()))
    per_step = parameters.batch_size * parameters.accumulate
    steps = -(-len(joint.rows) // per_step)
    measure = _Measure(inputs, parameters.batch_size, device, held_out, seen)
    best: dict[str, Any] = {}
    if not is_finished(history, parameters.epochs, parameters.patience):
        arguments = _arguments(parameters, device, folder, steps, is_kept)
        trainer = _EncoderTrainer(network, arguments, joint, inputs, parameters, measure, list(seen.values()), best)
        trainer.add_callback(_Watch(trainer, steps, parameters, folder if is_kept else None, progress))
        trainer.remove_callback(PrinterCallback)
        try:
            with write_errors(folder):
                trainer.train(resume_from_checkpoint=None if start is None else str(start))
        except torch.OutOfMemoryError as error:
            raise UsageError(
                f"the device {device} has too little memory for {parameters.batch_size} texts at a time; give a "
                f"smaller batch_size and as much more accumulate ({str(error).splitlines()[0][:200]})."
            ) from error
        finally:
            # Mixed precision has wrapped what the network computes; it answers in 32 bits.
            trainer.accelerator.unwrap_model(network, keep_fp32_wrapper=False)
        history = states.rows_in(trainer.state.log_history)
    epoch = best_epoch(history)
    if epoch is not None:  # of an epoch before the training was resumed, they lie on disk
        network.load_state_dict(best or states.weights_of(folder, history[epoch]["steps"]))
    return history


class _Measure:
    """Figures of a network on what is held out."""

    def __init__(
        self, inputs: TextInputs, batch_size: int, device: str, held_out: Mapping[str, TaskRows], seen: Seen
    ) -> None:
        self._inputs, self._batch_size, self._device, self._held_out = inputs, batch_size, device, held_out
        self._seen, self._heads = seen, list(seen)

    def __call__(self, network: Any) -> dict[str, dict[str, float]]:
        """Task -> its mean log loss and macro-F1."""
        rows = [row for task in self._held_out.values() for row in task.rows]
        if not rows:
            return {}
        answers = scores_of(network, rows, self._inputs, self._batch_size, self._device)
        figures, start = {}, 0
        for name, task in self._held_out.items():
            stop = start + len(task.rows)
            scores = answers[self._heads.index(name)][start:stop]
            figures[name] = self._figures(scores, task, self._seen[name])
            start = stop
        return figures

    def _figures(self, scores: FloatArray, task: TaskRows, seen: npt.NDArray[np.bool_]) -> dict[str, float]:
        scores[:, ~seen] = -np.inf
        known = seen[task.codes]
        losses = -log_softmax(scores, axis=1)[np.flatnonzero(known), task.codes[known]]
        confusion = confusion_matrix(task.codes, scores.argmax(axis=1), scores.shape[1])
        loss = float(np.average(losses, weights=task.weights[known])) if known.any() else 0.0
        return {"validation_loss": loss, "macro_f1": float(macro_f1(confusion))}


class _EncoderTrainer(Trainer):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Trainer with our loss, order of texts and validation."""

    def __init__(
        self,
        network: Any,
        arguments: Any,
        rows: JointRows,
        inputs: TextInputs,
        parameters: Parameters,
        measure: _Measure,
        seen: Sequence[npt.NDArray[np.bool_]],
        best: dict[str, Any],
    ) -> None:
        def collated(places: Sequence[int]) -> dict[str, Any]:
            batch = padded([rows.rows[place] for place in places], inputs)
            batch["labels"] = torch.from_numpy(rows.codes[list(places)])
            batch["weights"] = torch.from_numpy(rows.weights[list(places)])
            return batch

        places = list(range(len(rows.rows)))
        super().__init__(network, arguments, data_collator=collated, train_dataset=places, eval_dataset=places[:1])
        self.model_accepts_loss_kwargs = True  # the loss below is a mean over all batches of a step
        self.best = best
        self.order = LengthBuckets(
            [len(row.ids) for row in rows.rows],
            parameters.batch_size * parameters.accumulate,
            parameters.random_state,
        )
        self._measure, self._unseen = measure, [torch.from_numpy(~each) for each in seen]
        self._began = monotonic()
        self.control: Any

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Cross-entropy of all labels of a step, each with its weight, over their number."""
        labels, weights = inputs.pop("labels"), inputs.pop("weights")
        outputs = model(**inputs)
        loss = torch.zeros((), device=labels.device)
        for column, (scores, unseen) in enumerate(zip(outputs, self._unseen, strict=True)):
            scores = scores.float().masked_fill(unseen.to(scores.device), -torch.inf)
            each = functional.cross_entropy(scores, labels[:, column], ignore_index=NO_LABEL, reduction="none")
            loss = loss + (each * weights[:, column]).sum()
        loss = loss / num_items_in_batch
        return (loss, outputs) if return_outputs else loss

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Measure what is held out, and log the epoch."""
        by_task = self._measure(self.model)
        mean = {
            name: sum(each[name] for each in by_task.values()) / len(by_task) if by_task else None
            for name in ("validation_loss", "macro_f1")
        }
        before = states.rows_in(self.state.log_history)
        row = {
            "epoch": len(before) + 1,
            "steps": self.state.global_step,
            "train_loss": _mean_loss(self.state.log_history, before[-1]["steps"] if before else 0),
            **mean,
            "by_task": by_task,
            "seconds": round((before[-1]["seconds"] if before else 0.0) + monotonic() - self._began, 1),
        }
        self._began = monotonic()
        if not all(np.isfinite(each) for each in (row["train_loss"], *mean.values()) if each is not None):
            raise DataError("the loss is no number any more; give a lower learning_rate, or a longer warmup.")
        rows = [*before, row]
        if best_epoch(rows) == len(before):
            self.best.clear()
            self.best.update({name: each.detach().cpu().clone() for name, each in self.model.state_dict().items()})
        self.log({"row": row})
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics={})
        return {}

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return self.order


class _Watch(TrainerCallback):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Tells what comes, ends the training in time, and keeps its state."""

    def __init__(
        self,
        trainer: _EncoderTrainer,
        steps: int,
        parameters: Parameters,
        folder: Path | None,
        progress: Progress | None,
    ) -> None:
        self._trainer, self._steps, self._parameters = trainer, steps, parameters
        self._folder, self._progress = folder, progress
        self._began = self._saved = monotonic()
        self._last = (0.0, 0.0)

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._trainer.order.epoch = state.global_step // self._steps

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        is_due = self._folder is not None and monotonic() - self._saved >= states.SAVE_SECONDS
        # At the end of an epoch, what is saved knows its validation.
        if is_due and state.global_step % self._steps:
            control.should_save = control.should_log = True

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        control.should_log = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any], **_: Any) -> None:
        if "loss" in logs:
            self._last = (float(logs["loss"]), float(logs["learning_rate"]))
            if state.global_step % self._steps:
                self._tell(state)

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        rows = states.rows_in(state.log_history)
        row = rows[-1]
        by_task = row["by_task"] if len(row["by_task"]) > 1 else None
        self._tell(
            state,
            validation_loss=row["validation_loss"],
            macro_f1=row["macro_f1"],
            by_task=by_task,
            is_best=best_epoch(rows) == len(rows) - 1,
        )
        control.should_training_stop |= is_over(rows, self._parameters.patience)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._folder is None:
            return
        states.seal(states.checkpoint_of(self._folder, state.global_step))
        rows = states.rows_in(state.log_history)
        best = best_epoch(rows)
        states.keep(self._folder, [state.global_step, *([] if best is None else [rows[best]["steps"]])])
        self._saved = monotonic()

    def _tell(self, state: Any, **figures: Any) -> None:
        if self._progress is None:
            return
        loss, learning_rate = self._last
        self._progress(
            TrainingStep(
                step=state.global_step,
                steps=self._steps * self._parameters.epochs,
                epoch=state.global_step / self._steps,
                epochs=self._parameters.epochs,
                loss=loss,
                learning_rate=learning_rate,
                seconds=monotonic() - self._began,
                **figures,
            )
        )


def _mean_loss(log: Sequence[Mapping[str, Any]], since: int) -> float:
    """Mean loss of the steps since one, by what was logged of them."""
    losses = [(entry["step"], entry["loss"]) for entry in log if "loss" in entry and entry["step"] > since]
    starts = [since, *(step for step, _ in losses[:-1])]
    counts = [step - start for (step, _), start in zip(losses, starts, strict=True)]
    return float(np.average([loss for _, loss in losses], weights=counts))


def _arguments(parameters: Parameters, device: str, folder: Path, steps: int, is_kept: bool) -> Any:
    is_gpu = device.startswith("cuda")
    precision = parameters.precision
    if precision == "auto":
        precision = ("bfloat16" if torch.cuda.is_bf16_supported() else "float16") if is_gpu else "float32"
    if precision == "float16" and not is_gpu:
        raise UsageError(f"the device {device} does not train in float16; give precision='bfloat16' or 'float32'.")
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=parameters.epochs,
        per_device_train_batch_size=parameters.batch_size,
        gradient_accumulation_steps=parameters.accumulate,
        learning_rate=parameters.learning_rate,
        weight_decay=parameters.weight_decay,
        warmup_steps=round(parameters.warmup * steps * parameters.epochs),
        lr_scheduler_type="linear",
        optim="adamw_torch",
        seed=parameters.random_state,
        bf16=precision == "bfloat16",
        fp16=precision == "float16",
        use_cpu=device == "cpu",
        logging_steps=max(1, steps // LOGS_AN_EPOCH),
        logging_nan_inf_filter=False,
        eval_strategy="epoch",
        save_strategy="epoch" if is_kept else "no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=is_gpu,
    )
    if arguments.world_size > 1:
        raise UsageError("the training runs in one process on one device; start it without torchrun.")
    wanted = torch.device(device)
    if wanted.type != arguments.device.type or wanted.index not in (None, arguments.device.index):
        raise UsageError(
            f"training runs on {arguments.device} here, not on {device}; name that, or let CUDA_VISIBLE_DEVICES choose."
        )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # several in one process would each be given a copy of the model
    return arguments

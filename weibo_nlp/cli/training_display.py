"""How a training gets on: a bar on a terminal, and a line for each epoch wherever it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from weibo_nlp.models.transformer import TrainingStep


class TrainingDisplay:
    """Shows trainings and their steps.

    Parameters
    ----------
    bar : Progress
        The bar, which is disabled where nobody sees it.
    task : TaskID
        Its only task.
    quiet : bool
        Whether to print no lines.
    """

    def __init__(self, bar: Progress, task: TaskID, quiet: bool) -> None:
        self._bar, self._task, self._quiet = bar, task, quiet

    def trainings(self, done: int, total: int) -> None:
        """Show how many trainings are done."""
        self._bar.update(self._task, description="Training", completed=done, total=total)

    def steps(self, name: str, step: TrainingStep) -> None:
        """Show how far a training is; after an epoch, print its figures."""
        from weibo_nlp.io.terminal import print_line

        self._bar.update(self._task, description=_called(name), completed=step.step, total=step.steps)
        if step.is_epoch and not self._quiet:
            print_line(epoch_line(name, step), err=True)


def epoch_line(name: str, step: TrainingStep) -> str:
    """Return the figures of an epoch in one line."""
    parts = [f"loss {step.loss:.3f}"]
    if step.validation_loss is not None and step.macro_f1 is not None:
        best = ", best so far" if step.is_best else ""
        parts.append(f"on validation loss {step.validation_loss:.3f}, macro-F1 {step.macro_f1:.3f}{best}")
    if step.by_task:
        parts.append("by task " + ", ".join(f"{task} {each['macro_f1']:.3f}" for task, each in step.by_task.items()))
    return f"{_called(name)}, epoch {int(step.epoch)} of {step.epochs}: {'; '.join(parts)} ({step.seconds:,.0f} s)"


def _called(name: str) -> str:
    return (name or "part").replace("-", " ").capitalize()  # parts of a learning curve have no name


@contextmanager
def training_display(quiet: bool) -> Iterator[TrainingDisplay]:
    """Show a bar on a terminal while the block runs; off it, a bar would fill log files with control characters."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from weibo_nlp.io.terminal import terminal_console

    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = terminal_console(err=True, quiet=quiet)
    with Progress(*bars, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        yield TrainingDisplay(bar, bar.add_task("Training", total=None), quiet)

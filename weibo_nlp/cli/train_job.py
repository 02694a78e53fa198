"""What a call of ``weibo-nlp train`` asks for, whatever it learns from, and how it is gone on with."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.errors import UsageError

LINEAR, TRANSFORMER = "linear", "transformer"


@dataclass(frozen=True, slots=True)
class TrainJob:
    """Options of the command that own labels and the corpus share.

    Attributes
    ----------
    output : Path
        Folder for the model.
    kind : str
        ``linear`` or ``transformer``.
    encoder : str or None
        What is fine-tuned, or what gives vectors to a linear model.
    parameters : mapping
        Of the fine-tuning, those that were given.
    seed, resamples : int
        Of the training, and of the bootstrap.
    resume, quiet : bool
        Whether an unfinished training is gone on with, and whether nothing is shown.
    arguments : sequence of str
        The command line, for the command that goes on.
    """

    output: Path
    kind: str
    encoder: str | None
    parameters: Mapping[str, Any]
    seed: int
    resamples: int
    resume: bool
    quiet: bool
    arguments: Sequence[str]

    def __post_init__(self) -> None:
        """Refuse, before anything is read, what a model cannot be made of.

        Raises
        ------
        UsageError
            If parameters are for the other kind of model, or are none.
        """
        from weibo_nlp.features.encoders import create_encoder

        if self.kind == TRANSFORMER:
            from weibo_nlp.models.transformer.pretrained import require_library
            from weibo_nlp.training.run import parameters_of

            parameters_of(self.untrained())
            require_library()
            return
        if given := ["resume"] * self.resume + [*self.parameters]:
            raise UsageError(
                f"--{given[0].replace('_', '-')} is for an encoder that is fine-tuned; add --model transformer, or "
                "leave it out."
            )
        if self.encoder is not None:
            create_encoder(self.encoder)

    def untrained(self, *, with_targets: bool = False) -> Any:
        """Return the model that is trained."""
        from weibo_nlp.models import EmbeddingClassifier, EmbeddingStanceClassifier, LinearClassifier, StanceClassifier
        from weibo_nlp.training.trained_model import BALANCE

        if self.kind == TRANSFORMER:
            from weibo_nlp.models.transformer import TransformerClassifier

            return TransformerClassifier(**self.fine_tuning)
        if self.encoder is None:
            return (StanceClassifier if with_targets else LinearClassifier)(balance=BALANCE, random_state=self.seed)
        kind = EmbeddingStanceClassifier if with_targets else EmbeddingClassifier
        return kind(encoder=self.encoder, balance=BALANCE, random_state=self.seed)

    @property
    def fine_tuning(self) -> dict[str, Any]:
        """Parameters of a fine-tuning."""
        encoder = {} if self.encoder is None else {"encoder": self.encoder}
        return {**encoder, **self.parameters, "random_state": self.seed}

    @property
    def checkpoints(self) -> Path | None:
        """Folder of the unfinished training, of a model that leaves one: beside that of the model."""
        if self.kind != TRANSFORMER:
            return None
        # Of the folder we are in, or one above it, the path does not tell the name.
        place = self.output if self.output.name not in ("", "..") else self.output.resolve()
        return place.with_name(f"{place.name}.unfinished")


@contextmanager
def going_on(job: TrainJob) -> Iterator[None]:
    """Say, where a training is left unfinished, by which command it is gone on with; also when quiet.

    Where the call was wrong, the same one would be wrong again.
    """
    from weibo_nlp.io.terminal import print_line

    try:
        yield
    except UsageError:
        raise
    except BaseException:
        if job.checkpoints is not None and job.checkpoints.is_dir():
            arguments = [each for each in job.arguments if each != "--resume"]
            print_line(f"Unfinished: {job.checkpoints}", err=True)
            print_line(f"Go on with: {shlex.join(['weibo-nlp', *arguments, '--resume'])}", err=True)
        raise

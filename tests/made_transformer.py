"""What fine-tunes an encoder, in a moment and without torch: n-grams are learnt, and epochs told as encoders do."""

import os
import signal
from contextlib import contextmanager

import pytest

from weibo_nlp.models import LinearClassifier
from weibo_nlp.models.transformer import MultiTaskTransformer, TrainingStep, TransformerClassifier
from weibo_nlp.models.transformer.data import TaskData

ENCODER = "made/encoder"
ABOUT = {"commit": "c0ffee"}


class Log:
    """What was trained: how many texts, whether gone on with, from which epoch; and when Ctrl-C is pressed."""

    def __init__(self):
        self.fits, self.epochs, self.stop_at = [], 0, None


def tell_epochs(log, epochs, checkpoints, resume, progress):
    """Go through the epochs that are not done yet, with a checkpoint behind each; return what each came to."""
    start = 0
    if checkpoints is not None:
        checkpoints.mkdir(exist_ok=True, parents=True)
        if resume and (checkpoints / "checkpoint").exists():
            start = int((checkpoints / "checkpoint").read_text("utf-8"))
    log.fits.append(start)
    for epoch in range(start + 1, epochs + 1):
        if progress is not None:
            told = {"validation_loss": 0.5, "macro_f1": 0.25 * epoch, "is_best": epoch == 1}
            progress(TrainingStep(step=epoch, steps=epochs, epoch=epoch, epochs=epochs, loss=1 / epoch,
                                  learning_rate=1e-5, seconds=0.5, **told))  # fmt: skip
        if checkpoints is not None:
            (checkpoints / "checkpoint").write_text(str(epoch), "utf-8")
        log.epochs += 1
        if log.epochs == log.stop_at:
            os.kill(os.getpid(), signal.SIGINT)
    row = {"steps": 1, "validation_loss": 0.5, "macro_f1": 0.5, "by_task": None, "seconds": 0.5}
    return [{"epoch": epoch, **row, "train_loss": 1 / epoch} for epoch in range(1, epochs + 1)]


class MadeTransformer(TransformerClassifier):
    log = Log()
    trained_on_ = ABOUT

    def fit(
        self,
        X,  # noqa: N803
        y,
        groups=None,
        sample_weight=None,
        *,
        validation=None,
        checkpoints=None,
        resume=False,
        progress=None,
    ):
        self._parameters()
        self.history_ = tell_epochs(self.log, self.epochs, checkpoints, resume, progress)
        self.learnt_, self.watched_ = (list(X), list(y), groups, sample_weight), validation
        self.model_ = LinearClassifier(vars(self)["labels"], C=1.0, min_df=1).fit(X, y, sample_weight=sample_weight)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X):  # noqa: N803
        return self.model_.predict_proba(X)

    def save_pretrained(self, folder):
        self.model_.save_pretrained(folder)


class MadeMultiTask(MultiTaskTransformer):
    def fit(self, data, validation=None, *, checkpoints=None, resume=False, progress=None):
        assert all(isinstance(each, TaskData) for each in (*data.values(), *validation.values()))
        self.history_ = tell_epochs(MadeTransformer.log, self.parameters.epochs, checkpoints, resume, progress)
        self.learnt_ = data
        self._classifiers = {
            name: MadeTransformer(labels, encoder=self.parameters.encoder, epochs=1).fit(
                data[name].X, data[name].y, sample_weight=data[name].sample_weight
            )
            for name, labels in self.tasks.items()
        }
        return self

    def save_pretrained(self, folder):
        next(iter(self._classifiers.values())).save_pretrained(folder)


@contextmanager
def made_transformers():
    """Put the made models in the place of those that need torch; give the log of what they are asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("weibo_nlp.models.transformer.TransformerClassifier", MadeTransformer)
        patch.setattr("weibo_nlp.models.transformer.MultiTaskTransformer", MadeMultiTask)
        patch.setattr("weibo_nlp.models.transformer.pretrained.require_library", lambda: None)
        patch.setattr(MadeTransformer, "log", Log())
        yield MadeTransformer.log

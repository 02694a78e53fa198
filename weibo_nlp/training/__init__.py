"""Models of one's own: labels, or a slow model, in; a model, what it is worth, and what it learnt from out."""

from weibo_nlp.training.corpus import TrainedOnCorpus, train_on_corpus
from weibo_nlp.training.corpus_report import CorpusReport
from weibo_nlp.training.corpus_tasks import CorpusTask, composed_tasks, real_and_composed_tasks
from weibo_nlp.training.curve import CurvePoint, LearningCurve
from weibo_nlp.training.distillation import Distilled, distil, distil_posts
from weibo_nlp.training.distillation_report import DistillationReport
from weibo_nlp.training.learnt_from import LearntFrom, learnt_from
from weibo_nlp.training.report import TrainingReport
from weibo_nlp.training.rows import LabelledRows, RowCounts, read_labels, read_labels_of_table
from weibo_nlp.training.run import TrainingRun
from weibo_nlp.training.trained_model import TrainedModel, train, train_on_rows

__all__ = [
    "CorpusReport",
    "CorpusTask",
    "CurvePoint",
    "DistillationReport",
    "Distilled",
    "LabelledRows",
    "LearningCurve",
    "LearntFrom",
    "RowCounts",
    "TrainedModel",
    "TrainedOnCorpus",
    "TrainingReport",
    "TrainingRun",
    "composed_tasks",
    "distil",
    "distil_posts",
    "learnt_from",
    "read_labels",
    "read_labels_of_table",
    "real_and_composed_tasks",
    "train",
    "train_on_corpus",
    "train_on_rows",
]

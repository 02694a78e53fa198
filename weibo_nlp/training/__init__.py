"""Models of one's own labels: labelled texts in; a model, what it is worth, and what it learnt from out."""

from weibo_nlp.training.curve import CurvePoint, LearningCurve
from weibo_nlp.training.learnt_from import LearntFrom, learnt_from
from weibo_nlp.training.report import TrainingReport
from weibo_nlp.training.rows import LabelledRows, RowCounts, read_labels, read_labels_of_table
from weibo_nlp.training.trained_model import TrainedModel, train, train_on_rows

__all__ = [
    "CurvePoint",
    "LabelledRows",
    "LearningCurve",
    "LearntFrom",
    "RowCounts",
    "TrainedModel",
    "TrainingReport",
    "learnt_from",
    "read_labels",
    "read_labels_of_table",
    "train",
    "train_on_rows",
]

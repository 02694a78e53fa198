"""Evaluation: metrics, intervals over independent units, and the scoring of prediction files.

Imports nothing of `weibo_nlp.models`: what is scored is a file, whoever wrote it.
"""

from weibo_nlp.evaluate.calibration import CalibrationBin, calibration_curve
from weibo_nlp.evaluate.ceiling import AnnotatorScore, annotator_ceiling, release_ceiling
from weibo_nlp.evaluate.figures import Figure
from weibo_nlp.evaluate.intervals import Interval, UnitSums, cluster_bootstrap
from weibo_nlp.evaluate.score import LabelScores, Scores, score
from weibo_nlp.evaluate.slices import SliceScore, corpus_slices, score_slices
from weibo_nlp.evaluate.soft import corpus_votes, judged_labels, vote_shares

__all__ = [
    "AnnotatorScore",
    "CalibrationBin",
    "Figure",
    "Interval",
    "LabelScores",
    "Scores",
    "SliceScore",
    "UnitSums",
    "annotator_ceiling",
    "calibration_curve",
    "cluster_bootstrap",
    "corpus_slices",
    "corpus_votes",
    "judged_labels",
    "release_ceiling",
    "score",
    "score_slices",
    "vote_shares",
]

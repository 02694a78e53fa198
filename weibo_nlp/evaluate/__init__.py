"""Evaluation: metrics, intervals over independent units, and the scoring of prediction files.

Imports nothing of `weibo_nlp.models`: what is scored is a file, whoever wrote it.
"""

from weibo_nlp.evaluate.calibration import CalibrationBin, calibration_curve
from weibo_nlp.evaluate.ceiling import AnnotatorScore, annotator_ceiling, release_ceiling
from weibo_nlp.evaluate.figures import Figure
from weibo_nlp.evaluate.intervals import Interval, UnitSums, cluster_bootstrap
from weibo_nlp.evaluate.multiplicity import holm
from weibo_nlp.evaluate.paired import PairedTest, paired_test
from weibo_nlp.evaluate.prevalence import PrevalenceEstimate, adjusted_count, design_based, saerens_em, uncorrected
from weibo_nlp.evaluate.score import LabelScores, Scores, score
from weibo_nlp.evaluate.slices import SliceScore, corpus_slices, score_slices
from weibo_nlp.evaluate.soft import corpus_votes, judged_labels, vote_shares

__all__ = [
    "AnnotatorScore",
    "CalibrationBin",
    "Figure",
    "Interval",
    "LabelScores",
    "PairedTest",
    "PrevalenceEstimate",
    "Scores",
    "SliceScore",
    "UnitSums",
    "adjusted_count",
    "annotator_ceiling",
    "calibration_curve",
    "cluster_bootstrap",
    "corpus_slices",
    "corpus_votes",
    "design_based",
    "holm",
    "judged_labels",
    "paired_test",
    "release_ceiling",
    "saerens_em",
    "score",
    "score_slices",
    "uncorrected",
    "vote_shares",
]

"""Evaluation: metrics, intervals over independent units, and the scoring of prediction files.

Imports nothing of `weibo_nlp.models`: what is scored is a file, whoever wrote it.
"""

from weibo_nlp.evaluation.annotator_baseline import AnnotatorScore, annotator_ceiling, release_ceiling
from weibo_nlp.evaluation.calibration import CalibrationBin, calibration_curve
from weibo_nlp.evaluation.prevalence import PrevalenceEstimate, adjusted_count, design_based, saerens_em, uncorrected
from weibo_nlp.evaluation.scoring import LabelScores, Scores, score
from weibo_nlp.evaluation.slices import SliceScore, corpus_slices, score_slices
from weibo_nlp.evaluation.soft_labels import corpus_votes, judged_labels, vote_shares
from weibo_nlp.stats.bootstrap import Interval, UnitSums, cluster_bootstrap
from weibo_nlp.stats.estimate import Figure
from weibo_nlp.stats.multiplicity import holm
from weibo_nlp.stats.randomisation import PairedTest, paired_test

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

"""Evaluation: prediction files scored and compared, with intervals over independent units; shares of labels.

Imports nothing of `weibo_nlp.models`: what is scored is a file, whoever wrote it.
"""

from weibo_nlp.evaluation.annotator_baseline import AnnotatorScore, annotator_baseline, release_baseline
from weibo_nlp.evaluation.calibration import CalibrationBin, calibration_curve
from weibo_nlp.evaluation.comparison import FileComparison, compare
from weibo_nlp.evaluation.files import evaluate
from weibo_nlp.evaluation.prevalence import PrevalenceEstimate, adjusted_count, design_based, saerens_em, uncorrected
from weibo_nlp.evaluation.results import Comparison, LabelScores, Provenance, Result, Scores, ranks
from weibo_nlp.evaluation.scoring import score
from weibo_nlp.evaluation.slices import SliceScore, corpus_slices, score_slices
from weibo_nlp.evaluation.soft_labels import corpus_votes, judged_labels, vote_distribution

__all__ = [
    "AnnotatorScore",
    "CalibrationBin",
    "Comparison",
    "FileComparison",
    "LabelScores",
    "PrevalenceEstimate",
    "Provenance",
    "Result",
    "Scores",
    "SliceScore",
    "adjusted_count",
    "annotator_baseline",
    "calibration_curve",
    "compare",
    "corpus_slices",
    "corpus_votes",
    "design_based",
    "evaluate",
    "judged_labels",
    "ranks",
    "release_baseline",
    "saerens_em",
    "score",
    "score_slices",
    "uncorrected",
    "vote_distribution",
]

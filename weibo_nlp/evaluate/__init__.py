"""Evaluation: metrics, intervals over independent units, and the scoring of prediction files.

Imports nothing of `weibo_nlp.models`: what is scored is a file, whoever wrote it.
"""

from weibo_nlp.evaluate.intervals import Interval, UnitSums, cluster_bootstrap
from weibo_nlp.evaluate.score import LabelScores, Scores, score

__all__ = ["Interval", "LabelScores", "Scores", "UnitSums", "cluster_bootstrap", "score"]

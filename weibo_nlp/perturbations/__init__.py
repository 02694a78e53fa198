"""Robustness: edits that keep a text's labels, and the blind check of whether they do."""

from weibo_nlp.perturbations.checked import is_label_preserving
from weibo_nlp.perturbations.edits import EDITS, STRENGTH, Edit, Edited, apply_edit

__all__ = ["EDITS", "STRENGTH", "Edit", "Edited", "apply_edit", "is_label_preserving"]

"""From texts to numbers: what a model may see of a text, and character n-gram counts that are saved without pickle."""

from weibo_nlp.features.ngrams import fit_ngrams
from weibo_nlp.features.preparation import model_text, prepare, prepared

__all__ = ["fit_ngrams", "model_text", "prepare", "prepared"]

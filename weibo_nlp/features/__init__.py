"""From texts to numbers: what a model may see of a text, and character n-gram counts that are saved without pickle."""

from weibo_nlp.features.masking import mask_and_normalise
from weibo_nlp.features.ngrams import fit_ngrams

__all__ = ["fit_ngrams", "mask_and_normalise"]

"""From texts to numbers: what a model may see of a text, and character n-gram counts that are saved without pickle."""

from weibo_nlp.features.ngrams import CharNgrams
from weibo_nlp.features.prepare import prepare

__all__ = ["CharNgrams", "prepare"]

"""Chinese internet discourse: an open corpus, and the toolkit around it.

The names below are loaded when first used, so that importing the package costs next to nothing.

load_corpus
    A configuration of the shipped corpus, as pandas or `datasets`.
label
    Topic, sentiment, irony and stance of texts, as a DataFrame.
load
    A trained model, shipped or saved.
normalise, parse
    Weibo text cleaned without losing offsets, and its grammar.
segment
    A text cut into words; also the room with the segmenters.
load_spacy, hf_tokenizer
    A spaCy pipeline, a tokenizer for Hugging Face models.
corpus, external, evaluation, models, predictions, text
    The rooms behind them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from weibo_nlp._version import __version__

if TYPE_CHECKING:
    from weibo_nlp import corpus, evaluation, external, models, predictions, text
    from weibo_nlp.corpus import load_corpus
    from weibo_nlp.integrations.hf_tokenizer import hf_tokenizer
    from weibo_nlp.integrations.spacy_pipeline import load_spacy
    from weibo_nlp.labelling import label
    from weibo_nlp.models import load
    from weibo_nlp.segmentation.registry import segment
    from weibo_nlp.text import normalise, parse

__all__ = [
    "__version__",
    "corpus",
    "evaluation",
    "external",
    "hf_tokenizer",
    "label",
    "load",
    "load_corpus",
    "load_spacy",
    "models",
    "normalise",
    "parse",
    "predictions",
    "segment",
    "text",
]

_HOMES = {
    "hf_tokenizer": "integrations.hf_tokenizer",
    "load_spacy": "integrations.spacy_pipeline",
    "label": "labelling",
    "segment": "segmentation",
    "load": "models",
    "load_corpus": "corpus",
    "normalise": "text",
    "parse": "text",
}
_ROOMS = frozenset({"corpus", "evaluation", "external", "models", "predictions", "text"})


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"weibo_nlp.{name}")
    if name in _HOMES:
        return getattr(import_module(f"weibo_nlp.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'weibo_nlp' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__

"""Chinese internet discourse: an open corpus, and the toolkit around it.

The names below are loaded when first used, so that importing the package costs next to nothing.

load_corpus
    A configuration of the shipped corpus, as pandas or `datasets`.
hydrate
    The judgements of the corpus on public texts, joined with your own copies of them.
load_model
    A trained model, shipped or saved.
label
    Topic, sentiment, irony and stance of texts, as a DataFrame.
train
    A model of your own labels, with what it is worth.
distil
    A fast model that answers as a slow one does, with what was lost.
segment
    A text cut into words.
normalise, parse
    Weibo text cleaned without losing offsets, and its grammar.
load_spacy, hf_tokenizer
    A spaCy pipeline, a tokenizer for Hugging Face models.
estimate
    Shares of labels with intervals, from a random sample that people labelled.
evaluate, compare
    Prediction files scored, and tested against each other.

The records (`Document`, `Example`, `GoldLabel`, `Judgement`, `Prediction`, `Span`) and the errors (`WeiboNlpError` and
under it `DataError`, `LabelError`, `PredictionError`, `UnknownNameError`, `UsageError`, `WriteError`) stand here as
well; the rooms behind all of them are `corpus`, `evaluation`, `external`, `ingest`, `models`, `predictions`,
`segmentation`, `stats` and `text`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from weibo_nlp import _renamed
from weibo_nlp._version import __version__

if TYPE_CHECKING:
    from weibo_nlp import corpus, evaluation, external, ingest, models, predictions, segmentation, stats, text
    from weibo_nlp.analysis import estimate
    from weibo_nlp.errors import (
        DataError,
        LabelError,
        PredictionError,
        UnknownNameError,
        UsageError,
        WeiboNlpError,
        WriteError,
    )
    from weibo_nlp.evaluation import compare, evaluate
    from weibo_nlp.external.hydration import hydrate
    from weibo_nlp.integrations.hf_tokenizer import hf_tokenizer
    from weibo_nlp.integrations.spacy_pipeline import load_spacy
    from weibo_nlp.labelling import label
    from weibo_nlp.loading import load_corpus
    from weibo_nlp.models import load_model
    from weibo_nlp.records import Document, Example, GoldLabel, Judgement, Prediction, Span
    from weibo_nlp.segmentation import segment
    from weibo_nlp.text import normalise, parse
    from weibo_nlp.training import distil, train

__all__ = [
    "DataError",
    "Document",
    "Example",
    "GoldLabel",
    "Judgement",
    "LabelError",
    "Prediction",
    "PredictionError",
    "Span",
    "UnknownNameError",
    "UsageError",
    "WeiboNlpError",
    "WriteError",
    "__version__",
    "compare",
    "corpus",
    "distil",
    "estimate",
    "evaluate",
    "evaluation",
    "external",
    "hf_tokenizer",
    "hydrate",
    "ingest",
    "label",
    "load_corpus",
    "load_model",
    "load_spacy",
    "models",
    "normalise",
    "parse",
    "predictions",
    "segment",
    "segmentation",
    "stats",
    "text",
    "train",
]

_HOMES = {
    "compare": "evaluation",
    "distil": "training",
    "estimate": "analysis",
    "hf_tokenizer": "integrations.hf_tokenizer",
    "hydrate": "external.hydration",
    "label": "labelling",
    "load_corpus": "loading",
    "load_model": "models",
    "load_spacy": "integrations.spacy_pipeline",
    "normalise": "text",
    "parse": "text",
    "train": "training",
    **dict.fromkeys(("Document", "Example", "GoldLabel", "Judgement", "Prediction", "Span"), "records"),
    **dict.fromkeys(
        ("DataError", "LabelError", "PredictionError", "UnknownNameError", "UsageError", "WeiboNlpError", "WriteError"),
        "errors",
    ),
}
_ROOMS = {"corpus", "evaluation", "external", "ingest", "models", "predictions", "segmentation", "stats", "text"}

_renamed.install()


def __getattr__(name: str) -> Any:
    if name in _ROOMS or name in _renamed.CALLABLE:
        return import_module(f"weibo_nlp.{name}")
    if name in _HOMES:
        return getattr(import_module(f"weibo_nlp.{_HOMES[name]}"), name)
    if name == "load":
        _renamed.warn("weibo_nlp.load", "weibo_nlp.load_model")
        return import_module("weibo_nlp.models").load_model
    raise AttributeError(f"module 'weibo_nlp' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__

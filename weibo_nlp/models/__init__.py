"""Classifiers: one protocol, a registry of what can be trained, and the default models that come with the package.

Nothing here knows of tasks' splits or of the benchmark: models see texts, targets, context and labels. The classes
are loaded when first used, because scikit-learn takes a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from weibo_nlp import _renamed
from weibo_nlp.models.base import Classifier, as_examples, name_and_version
from weibo_nlp.models.registry import built_in, create, is_seeded, load_model, names, register
from weibo_nlp.models.weights import weights_folder, weights_names
from weibo_nlp.records import Example

if TYPE_CHECKING:
    from weibo_nlp.models.embedding import EmbeddingClassifier
    from weibo_nlp.models.embedding_stance import EmbeddingStanceClassifier
    from weibo_nlp.models.endpoint import EndpointClassifier
    from weibo_nlp.models.explanation import Contribution, Explanation
    from weibo_nlp.models.linear import LinearClassifier
    from weibo_nlp.models.majority import MajorityClassifier
    from weibo_nlp.models.stance import StanceClassifier
    from weibo_nlp.models.target_prior import TargetPriorClassifier
    from weibo_nlp.models.transformer import TransformerClassifier

__all__ = [
    "Classifier",
    "Contribution",
    "EmbeddingClassifier",
    "EmbeddingStanceClassifier",
    "EndpointClassifier",
    "Example",
    "Explanation",
    "LinearClassifier",
    "MajorityClassifier",
    "StanceClassifier",
    "TargetPriorClassifier",
    "TransformerClassifier",
    "as_examples",
    "create",
    "is_seeded",
    "load_model",
    "name_and_version",
    "names",
    "register",
    "weights_folder",
    "weights_names",
]


_BUILT_IN = {
    "EmbeddingClassifier": "embedding",
    "EmbeddingStanceClassifier": "embedding_stance",
    "EndpointClassifier": "endpoint",
    "LinearClassifier": "linear",
    "MajorityClassifier": "majority",
    "StanceClassifier": "stance",
    "TargetPriorClassifier": "target_prior",
    "TransformerClassifier": "transformer",
}


def __getattr__(name: str) -> Any:
    if name in _BUILT_IN:
        return built_in(_BUILT_IN[name])
    if name in ("Contribution", "Explanation"):
        return getattr(import_module("weibo_nlp.models.explanation"), name)
    if name == "load":
        _renamed.warn("weibo_nlp.models.load", "weibo_nlp.models.load_model")
        return load_model
    raise AttributeError(f"module 'weibo_nlp.models' has no attribute {name!r}; it has {', '.join(__all__)}")

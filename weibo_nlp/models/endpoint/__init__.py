"""Labels from a language model behind any address that speaks OpenAI's protocol of chat completions.

A codebook in Chinese, the labels and a text go there, with handles, links and numbers masked; a label comes back, or it
is kept apart that none did. Nothing is sent before a text is asked about, and scikit-learn, which takes a second, is
imported with the classifier.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weibo_nlp.models.endpoint.classifier import EndpointClassifier
    from weibo_nlp.models.endpoint.plan import RequestPlan
    from weibo_nlp.models.endpoint.prompts import Prompt, prompt_for
    from weibo_nlp.models.endpoint.replies import ANSWERED, OUTCOMES, REFUSED, UNPARSEABLE, EndpointAnswer

__all__ = [
    "ANSWERED",
    "OUTCOMES",
    "REFUSED",
    "UNPARSEABLE",
    "EndpointAnswer",
    "EndpointClassifier",
    "Prompt",
    "RequestPlan",
    "prompt_for",
]

_ROOMS = {
    "EndpointClassifier": "classifier",
    "RequestPlan": "plan",
    "Prompt": "prompts",
    "prompt_for": "prompts",
}


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"{__name__}.{_ROOMS.get(name, 'replies')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")

"""Labels from a language model behind any address that speaks OpenAI's protocol of chat completions.

A codebook in Chinese, the labels and a text go there, with handles, links and numbers masked; a label comes back, or it
is kept apart that none did. Nothing is imported or sent before a text is asked about.
"""

from weibo_nlp.models.endpoint.classifier import EndpointClassifier
from weibo_nlp.models.endpoint.plan import RequestPlan
from weibo_nlp.models.endpoint.prompts import Prompt, prompt_for, read_prompt
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
    "read_prompt",
]

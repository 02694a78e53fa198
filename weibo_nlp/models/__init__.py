"""Classifiers: one protocol, a registry of what can be trained, and the default models that come with the package.

Nothing here knows of tasks' splits or of the benchmark: models see texts, targets, context and labels.
"""

from weibo_nlp.models.base import Classifier
from weibo_nlp.models.registry import create, is_seeded, load, names, register
from weibo_nlp.records import Example

__all__ = ["Classifier", "Example", "create", "is_seeded", "load", "names", "register"]

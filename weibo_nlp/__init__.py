"""Chinese internet discourse: an open corpus, and the toolkit around it."""

from weibo_nlp._version import __version__

__all__ = ["__version__"]

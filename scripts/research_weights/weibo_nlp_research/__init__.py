"""Weights of weibo_nlp for research; ``weibo_nlp.load_model("topic", weights="research")`` finds them by their name.

What they learnt from, and the terms of it, stand in the LICENSE of this distribution: read it before you use them.
"""

from pathlib import Path


def folder() -> Path:
    """Folder of the models, in which each has a folder called by its task."""
    return Path(__file__).resolve().parent / "models"

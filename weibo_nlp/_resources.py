"""Where the shipped files lie: inside the wheel, or beside the package in a clone of the repository."""

from __future__ import annotations

from pathlib import Path

from weibo_nlp.errors import DataError

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def scheme_path() -> Path:
    """Path of the label scheme this version of the package follows."""
    return _first_of(_PACKAGE / "data" / "scheme.yaml", _CHECKOUT / "annotations" / "scheme.yaml")


def older_schemes_dir() -> Path:
    """Folder of the label schemes that older releases follow, each called by its version."""
    return _first_of(_PACKAGE / "data" / "schemes", _CHECKOUT / "annotations" / "schemes")


def prompts_dir() -> Path:
    """Folder of the prompts for language models, in a folder for each version."""
    return _first_of(_PACKAGE / "data" / "prompts", _CHECKOUT / "annotations" / "prompts")


def corpus_dir() -> Path:
    """Folder of the shipped corpus release."""
    return _first_of(_PACKAGE / "data" / "corpus", _CHECKOUT / "corpus")


def models_dir() -> Path:
    """Folder of the shipped default models."""
    return _PACKAGE / "data" / "models"


def example_path() -> Path:
    """Path of 24 posts to try things out on: texts of the corpus' test part, with their ids."""
    return _PACKAGE / "data" / "example.csv"


def _first_of(installed: Path, checkout: Path) -> Path:
    # In a clone the files beside the package are the truth; a wheel has no checkout around it.
    if (_CHECKOUT / "pyproject.toml").exists() and checkout.exists():
        return checkout
    if installed.exists():
        return installed
    raise DataError(f"neither {installed} nor {checkout} exists; the installation is incomplete, reinstall weibo-nlp.")

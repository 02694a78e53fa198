"""Weights by name: ``open`` are the wheel's own, others come with distributions of their own, as spaCy's models do.

Weights are a distribution of their own where what they learnt from has terms that the package cannot pass on. Such a
distribution names itself by an entry point in the group ``weibo_nlp.weights``: its name is the name of the weights, its
value a function without arguments that gives the folder of the models, or a module with such a function ``folder``::

    [project.entry-points."weibo_nlp.weights"]
    research = "weibo_nlp_research"

The folder lies inside the package that the entry point names. In it, each model has a folder of its own, called by its
task; those of the mode ``accurate``, and those that read context, lie together in one that is called so. The
``version`` in a model's configuration is the version of weibo_nlp that it was made for.

Code of the distribution runs when its weights are asked for: whoever installed it with pip has trusted it already. The
models themselves are data, read as those in any other folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from inspect import ismodule
from pathlib import Path
from typing import Any

from weibo_nlp import _resources
from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.names import quoted
from weibo_nlp.io.paths import is_folder
from weibo_nlp.models.storage import CONFIG

OPEN = "open"
RESEARCH = "research"
GROUP = "weibo_nlp.weights"
FAST = "fast"
ACCURATE = "accurate"
MODES = (FAST, ACCURATE)
"""Models of n-grams alone, and of n-grams and an encoder's vectors."""
CONTEXT = "context"
"""The folder with models of n-grams that read the texts above a text as well, for the tasks that gain by it."""
DOMAIN = "domain"
"""The folder with what tells texts unlike those that weights learnt from, which is no classifier."""
INSTALL_RESEARCH = "pip install ./scripts/research_weights"
"""Installs the weights for research, in a checkout of the repository."""
MAKE_ACCURATE = "python scripts/train_models.py --mode accurate"

_MINOR = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")


def weights_names() -> tuple[str, ...]:
    """Names of the weights on this machine: ``open``, then those of installed distributions; none of these is loaded.

    Examples
    --------
    >>> weights_names()[0]
    'open'
    """
    return (OPEN, *sorted({point.name for point in entry_points(group=GROUP)} - {OPEN}))


def weights_folder(name: str = OPEN) -> Path:
    """Folder with the models of the weights of a name, one folder in it for each.

    Runs code of the distribution that brings them, which is installed and so trusted; ``open`` runs none, and is the
    package's own whatever else is installed.

    Parameters
    ----------
    name : str
        One of :func:`weights_names`.

    Raises
    ------
    UnknownNameError
        If there are no such weights; for ``research``, it says how to install them.
    UsageError
        If the name is no text.
    DataError
        If two distributions use the name, or the one that does fails when it is loaded, gives no folder, one outside
        its package or one without models.
    """
    if not isinstance(name, str):
        raise UsageError(f"weights is {quoted(name)}; give their name as text, such as {OPEN!r}.")
    if name == OPEN:
        return _resources.models_dir()
    points = [point for point in entry_points(group=GROUP) if point.name == name]
    if not points:
        known = weights_names()
        remedy = "" if RESEARCH in known else f"For {RESEARCH}, run in a checkout of the repository: {INSTALL_RESEARCH}"
        raise UnknownNameError("weights", name, known, remedy)
    if len(points) > 1:
        distributions = " and ".join(sorted(map(_distribution, points)))
        raise DataError(f"weights {quoted(name)} are brought by {distributions}; uninstall all but one.")
    return _folder(points[0])


def weights_models(name: str = OPEN, mode: str = FAST) -> dict[str, Path]:
    """Model -> folder of the weights of a name.

    Parameters
    ----------
    name : str
        One of :func:`weights_names`.
    mode : str
        One of ``MODES``, or ``CONTEXT``.

    Raises
    ------
    UnknownNameError, DataError
        As :func:`weights_folder`, or if there is no such mode.
    UsageError
        As there, or if the weights bring no models of the mode.
    """
    if mode not in (*MODES, CONTEXT):
        raise UnknownNameError("mode", mode, MODES)
    folder = weights_folder(name)
    if mode == FAST:
        return models_in(folder)
    if mode == CONTEXT:
        return models_in(folder / mode)
    if not (models := models_in(folder / mode)):
        raise UsageError(
            f"the weights {quoted(name)} bring no models of the mode {mode!r} ({folder / mode}); label by {FAST!r}, or "
            f"make them in a checkout of the repository: {MAKE_ACCURATE} --weights {name}"
        )
    return models


def require_not_newer(config: Mapping[str, Any], folder: Path) -> None:
    """Refuse a model that was made for a later minor version of the package: texts may be prepared otherwise there.

    A configuration without a version, or with another kind of it, is for whoever reads the rest of the model.

    Raises
    ------
    DataError
        If its version is later than this one.
    """
    version, ours = config.get("version"), _minor(__version__)
    made_for = _minor(version) if isinstance(version, str) else None
    if made_for is not None and ours is not None and made_for > ours:
        raise DataError(
            f"{folder / CONFIG}: made for weibo_nlp {quoted(version)}, and this is {__version__}; upgrade weibo-nlp, "
            "or install the weights made for it."
        )


def _minor(version: str) -> tuple[int, int] | None:
    match = _MINOR.match(version)
    return None if match is None else (int(match[1]), int(match[2]))


def _folder(point: EntryPoint) -> Path:
    """Ask an entry point for its folder, and make sure of it."""
    where = f"weights {quoted(point.name)} of {_distribution(point)} ({quoted(point.value)})"
    remedy = "Install them again, or uninstall them."
    try:
        loaded = point.load()
        given = loaded.folder() if ismodule(loaded) else loaded()
        package = import_module(point.module.partition(".")[0])
    except Exception as error:  # whatever code that is not ours raises
        raise DataError(
            f"{where} cannot be loaded: {type(error).__name__}: {str(error).rstrip('.')}. {remedy}"
        ) from error
    if not isinstance(given, str | Path) or not is_folder(Path(given)):
        raise DataError(f"{where} give {quoted(given, 300)}, which is no folder. {remedy}")
    folder = Path(given).resolve()
    if not any(folder.is_relative_to(Path(home).resolve()) for home in getattr(package, "__path__", ())):
        raise DataError(f"{where} give {folder}, which lies outside their package. {remedy}")
    if not models_in(folder):
        raise DataError(f"{where} give {folder}, which holds no model. {remedy}")
    return folder


def models_in(folder: Path) -> dict[str, Path]:
    """Name -> folder of each model that lies in a folder, if that is there."""
    return {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{CONFIG}"))}


def _distribution(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else "an unknown distribution"

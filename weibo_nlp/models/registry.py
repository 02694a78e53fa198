"""Models by name: what can be trained, and what is shipped trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.paths import is_folder, named_path
from weibo_nlp.models.base import Classifier
from weibo_nlp.models.predictor import KINDS, LinearPredictor
from weibo_nlp.models.storage import CONFIG, read_config
from weibo_nlp.models.weights import DOMAIN, FAST, OPEN, require_not_newer, weights_models
from weibo_nlp.scheme import load_scheme

if TYPE_CHECKING:
    from weibo_nlp.models.estimator import TextClassifier

Factory = Callable[..., Classifier]
Reader = Callable[[Path], Classifier]


def built_in(name: str) -> type[TextClassifier]:
    """Import the class of a model of this package: when one is made, because scikit-learn takes a second."""
    class_name = "".join(map(str.capitalize, name.split("_")))
    kind: type[TextClassifier] = getattr(import_module(f"weibo_nlp.models.{name}"), f"{class_name}Classifier")
    return kind


_FACTORIES: dict[str, Factory] = {
    "majority": lambda labels: built_in("majority")(labels),
    "target_prior": lambda labels: built_in("target_prior")(labels),
    "linear": lambda labels, seed: built_in("linear")(labels, random_state=seed),
    "stance": lambda labels, seed: built_in("stance")(labels, random_state=seed),
    "embedding": lambda labels, seed: built_in("embedding")(labels, random_state=seed),
    "embedding_stance": lambda labels, seed: built_in("embedding_stance")(labels, random_state=seed),
}
_SEEDED: set[str] = {"linear", "stance", "embedding", "embedding_stance", "transformer"}
_OF_TARGETS: set[str] = {"target_prior", "stance", "embedding_stance"}
_READERS: dict[str, Reader] = {
    "majority": lambda folder: built_in("majority").from_pretrained(folder),
    "target_prior": lambda folder: built_in("target_prior").from_pretrained(folder),
    "linear": lambda folder: built_in("linear").from_pretrained(folder),
    "stance": lambda folder: built_in("stance").from_pretrained(folder),
    "embedding": lambda folder: built_in("embedding").from_pretrained(folder),
    "embedding_stance": lambda folder: built_in("embedding_stance").from_pretrained(folder),
    "transformer": lambda folder: built_in("transformer").from_pretrained(folder),
    "endpoint": lambda folder: built_in("endpoint").from_pretrained(folder),
}


def _head(folder: Path, task: str | None) -> Classifier:
    from weibo_nlp.models.transformer import TransformerClassifier  # scikit-learn takes a second

    return TransformerClassifier.from_pretrained(folder, task=task)


# Kinds of folders that hold several models, each under the name of its task.
_READERS_OF_SEVERAL: dict[str, Callable[[Path, str | None], Classifier]] = {"multitask_transformer": _head}

# Kinds of models that are made of something besides labels, which stands behind a colon.
_OF_A_SOURCE: dict[str, Callable[[str, Sequence[str], int], Classifier]] = {
    "transformer": lambda source, labels, seed: _fine_tuned(source, labels, seed),
    "endpoint": lambda source, labels, seed: built_in("endpoint").from_spec(f"endpoint:{source}", labels),
}
SOURCES = ("transformer:MODEL_OR_FOLDER", "endpoint:URL?model=NAME")
"""How models are named that are made of something."""


def names(*, targeted: bool = True) -> tuple[str, ...]:
    """Names of the models that can be trained; with `targeted` false, for tasks whose labels are about no target.

    Those of :data:`SOURCES` are not among them: they are made of something that only the user can name.
    """
    return tuple(name for name in _FACTORIES if targeted or name not in _OF_TARGETS)


def require_known(name: str) -> None:
    """Raise UnknownNameError where :func:`create` would."""
    if name not in _FACTORIES and not _kind_and_source(name)[1]:
        raise UnknownNameError("model", name, (*_FACTORIES, *SOURCES))


def is_for(name: str, *, targeted: bool) -> bool:
    """Whether a model can answer tasks about targets, or tasks about no target."""
    return targeted or name not in _OF_TARGETS


def _fine_tuned(source: str, labels: Sequence[str], seed: int) -> Classifier:
    from weibo_nlp.models.transformer.spec import parameters_of

    return built_in("transformer")(labels, **parameters_of(source), random_state=seed)


def _kind_and_source(name: str) -> tuple[str, str]:
    kind, _, source = name.partition(":")
    return (kind, source) if kind in _OF_A_SOURCE else (name, "")


def register(name: str, factory: Factory, reader: Reader | None = None, *, seeded: bool = False) -> None:
    """Add a model of one's own, so that the benchmark and :func:`load_model` know it.

    Parameters
    ----------
    name : str
        Must be free.
    factory : callable
        Takes the labels, gives an untrained Classifier; a seeded one takes ``seed=`` as well.
    reader : callable, optional
        Takes a folder, gives the trained Classifier saved there.
    seeded : bool
        Whether training has randomness in it, so that a benchmark repeats it with several seeds.

    Raises
    ------
    UsageError
        If the name is taken.
    """
    if name in _FACTORIES or name in _OF_A_SOURCE:
        raise UsageError(f"a model called {name!r} is registered already; choose another name.")
    _FACTORIES[name] = factory
    if reader is not None:
        _READERS[name] = reader
    if seeded:
        _SEEDED.add(name)


def create(name: str, labels: Sequence[str], *, seed: int = 0) -> Classifier:
    """Return an untrained model; `seed` is for those that take one.

    Parameters
    ----------
    name : str
        Of :func:`names`, or in a form of :data:`SOURCES`: ``transformer:`` and an encoder (with ``?`` and
        parameters behind it where wanted), or ``endpoint:`` and an address.
    labels : sequence of str
        What it answers with.
    seed : int
        Of its training.

    Raises
    ------
    UnknownNameError
        If there is no such model, listing what there is.
    """
    require_known(name)
    kind, source = _kind_and_source(name)
    if source:
        return _OF_A_SOURCE[kind](source, labels, seed)
    return _FACTORIES[name](labels, seed=seed) if is_seeded(name) else _FACTORIES[name](labels)


def is_seeded(name: str) -> bool:
    """Whether two trainings of a model may differ, so that one of them says little."""
    return _kind_and_source(name)[0] in _SEEDED


def load_model(
    task_or_folder: str | Path, weights: str = OPEN, mode: str = FAST, *, task: str | None = None
) -> Classifier:
    """Load a trained model.

    Parameters
    ----------
    task_or_folder : str or Path
        A task (``topic``, ``sentiment``, ``irony``, ``stance``) for the model shipped for it, or a folder that a model
        was saved to; a Path is always a folder.
    weights : str
        Where a task's model comes from: ``open``, shipped with the package, or the name of weights that were installed
        beside it, as ``research`` (:func:`~weibo_nlp.models.weights_names` lists them). Code of the distribution that
        brings them is run.
    mode : str
        Which of a task's models: ``fast``, of n-grams, or ``accurate``, of n-grams and an encoder's vectors.
    task : str, optional
        Of a folder that holds models of several tasks, which one; of another folder, it is of no consequence.

    Raises
    ------
    UnknownNameError
        If it is neither, or there are no such weights or mode; for ``research``, it says how to install them. Or if a
        folder of several models has none for the task.
    UsageError
        If it is an empty name, or none, a folder of several models is named and no task, or weights or a mode are named
        for a folder, which has its own; or if the weights bring no models of the mode.
    DataError
        If the files are damaged or altered, the labels are not those of the task, the weights are made for a later
        version of the package, or their distribution does not work.

    Warns
    -----
    FutureWarning
        If the folder has no manifest, as those that weibo_nlp 0.2 wrote.

    Examples
    --------
    >>> model = load_model("topic")
    >>> model.predict_proba(["失信被执行人就该上征信黑名单"]).argmax(axis=1).tolist(), model.classes_.tolist()
    ([0], ['credit', 'self_media', 'consumer_nationalism', 'other'])
    """
    folder, config, task_ = _found(task_or_folder, weights, mode)
    kind = config.get("model")
    if isinstance(kind, str) and (of_several := _READERS_OF_SEVERAL.get(kind)):
        return _remembering(of_several(folder, task), folder)
    if not isinstance(kind, str) or kind not in _READERS:
        raise UnknownNameError("kind of model", kind, _READERS, f"Named in {folder / CONFIG}.")
    model = _READERS[kind](folder)
    _require_labels_of(task_, model.classes_.tolist(), folder, weights)
    return model if task_ is not None else _remembering(model, folder)


def _remembering(model: Classifier, folder: Path) -> Classifier:
    """Give a model the folder that it was read from, by which what it learnt from is found."""
    vars(model)["loaded_from"] = folder
    return model


def load_predictor(task: str, weights: str = OPEN, mode: str = FAST) -> LinearPredictor | None:
    """Load the model of a task to answer and not to learn, which takes no scikit-learn.

    Returns
    -------
    LinearPredictor or None
        None where the model is of another kind, which :func:`load_model` reads.

    Raises
    ------
    UnknownNameError, UsageError, DataError
        As of :func:`load_model`.
    """
    folder, config, task_ = _found(task, weights, mode)
    if config.get("model") not in KINDS:
        return None
    model = LinearPredictor.from_pretrained(folder)
    _require_labels_of(task_, model.classes_.tolist(), folder, weights)
    return model


def _found(task_or_folder: str | Path, weights: str, mode: str) -> tuple[Path, dict[str, Any], str | None]:
    """Folder of a model, its configuration, and the task that it is shipped for."""
    given = named_path(task_or_folder, "a model")
    models = {name: folder for name, folder in weights_models(weights, mode).items() if name != DOMAIN}
    task = task_or_folder if isinstance(task_or_folder, str) and task_or_folder in models else None
    folder = given if task is None else models[task]
    if (weights, mode) != (OPEN, FAST) and task is None:
        if isinstance(task_or_folder, Path) or is_folder(given):
            named = weights if mode == FAST else mode
            raise UsageError(f"{given} is a folder, which has its own weights; leave out {named!r}, or name a task.")
        raise UnknownNameError(f"model of the weights {weights!r}", str(task_or_folder), models)
    if not is_folder(folder):
        raise UnknownNameError("model", str(task_or_folder), models, "Or name a folder that a model was saved to.")
    config = read_config(folder)
    if task is not None:
        require_not_newer(config, folder)
    return folder, config, task


def _require_labels_of(task: str | None, labels: list[Any], folder: Path, weights: str) -> None:
    if task is None or task not in (tasks := load_scheme().tasks):
        return
    expected = tasks[task].labels
    if tuple(labels) != expected:
        remedy = "reinstall weibo-nlp" if weights == OPEN else f"install the weights {weights!r} again"
        raise DataError(f"{folder}: labels {', '.join(labels)}, expected {', '.join(expected)}; {remedy}.")

"""``weibo-nlp models``: what is shipped, what was fetched, and fetching what cannot be shipped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from weibo_nlp.cli.options import group
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.terminal import print_line, print_row

if TYPE_CHECKING:
    from weibo_nlp.features.encoders.cache import VectorCache
    from weibo_nlp.models.endpoint.cache import AnswerCache

_Name = Annotated[str, Argument(help="Name of the model, as `weibo-nlp models list` shows it.")]

VECTORS, ANSWERS = "vectors", "answers"
"""Names of what is cached."""

models = group()


@models.command()
def fetch(name: Annotated[str, Argument(help="Name of the model: pkuseg.")]) -> None:
    """Download a model through your pip configuration, verify and convert it, and keep it in the cache.

    The cache is WEIBO_NLP_HOME, or weibo-nlp in the system's cache folder. Needs about 1 GB of memory for some seconds.
    """
    from weibo_nlp.segmentation.fetch import SOURCES
    from weibo_nlp.segmentation.fetch import fetch as fetch_model

    stored = fetch_model(name)
    print_line(f"{name}: {stored.bytes / 1e6:.1f} MB in {stored.path}")
    print_line(SOURCES[name].note, err=True)


@models.command("list")
def list_models() -> None:
    """List models, tab-separated: name, state (shipped, installed, fetched, absent, damaged), size, folder.

    Models of weights that are installed beside the package are called by both names, as research:topic; those of the
    mode accurate, and those that read context, by folder and name, as accurate/topic. The last rows are the caches of
    vectors that encoders gave, and of answers that language models did.
    """
    from weibo_nlp.models.weights import INSTALL_RESEARCH, OPEN, RESEARCH, weights_names
    from weibo_nlp.segmentation.fetch import SOURCES
    from weibo_nlp.segmentation.store import model_folder, stored_model

    for name, folder in _shipped().items():
        print_row((name, "shipped", _size(folder), str(folder)))
    for weights in (names := weights_names()):
        if weights == OPEN:
            continue
        try:
            for name, folder in _all_models(weights).items():
                print_row((f"{weights}:{name}", "installed", _size(folder), str(folder)))
        except DataError as error:
            print_row((weights, "damaged", "-", "-"))
            print_line(f"Warning: {error}", err=True)
    if RESEARCH not in names:
        print_row((RESEARCH, "absent", "-", f"run in a checkout of the repository: {INSTALL_RESEARCH}"))
    for name in SOURCES:
        folder = model_folder(name)
        try:
            if (stored := stored_model(name)) is not None:
                stored.check(SOURCES[name].files)
                print_row((name, "fetched", f"{stored.bytes / 1e6:.1f} MB", str(folder)))
            elif os.path.lexists(folder):
                raise DataError(f"{folder}: without its manifest; run `weibo-nlp models fetch {name}` again.")
            else:
                print_row((name, "absent", "-", f"run: weibo-nlp models fetch {name}"))
        except DataError as error:
            print_row((name, "damaged", "-", str(folder)))
            print_line(f"Warning: {error}", err=True)
    for name, cache in _caches().items():
        size = f"{cache.path.stat().st_size / 1e6:.1f} MB" if cache.path.is_file() else "-"
        print_row((name, "cached" if size != "-" else "absent", size, str(cache.path)))


@models.command()
def path(
    name: _Name,
    weights: Annotated[
        str, Option(help="Where it comes from: open (shipped), or installed weights, as research.")
    ] = "open",
) -> None:
    """Print the folder of a model that is shipped, installed or fetched; research:topic is topic --weights research."""
    from weibo_nlp.models.weights import OPEN
    from weibo_nlp.segmentation.fetch import SOURCES
    from weibo_nlp.segmentation.store import stored_model

    if weights == OPEN and ":" in name:
        weights, _, name = name.partition(":")
    known, fetched = (_shipped(), SOURCES) if weights == OPEN else (_all_models(weights), ())
    if name not in [*known, *fetched]:
        raise UnknownNameError(
            "model" if weights == OPEN else f"model of the weights {weights!r}", name, [*known, *fetched]
        )
    folder = known.get(name)
    if folder is None and (stored := stored_model(name)) is not None:
        folder = stored.path
    if folder is None:
        raise DataError(f"{name} is not on this machine; run `weibo-nlp models fetch {name}`.")
    print_line(str(folder))


@models.command()
def remove(name: _Name) -> None:
    """Delete a fetched model from the cache, or all vectors or answers; a folder that holds other files too stays."""
    from weibo_nlp.models.weights import OPEN, weights_names
    from weibo_nlp.segmentation.fetch import SOURCES
    from weibo_nlp.segmentation.store import model_folder, remove_model

    if (cache := _caches().get(name)) is not None:
        print_line(f"{name}: removed from {cache.path}" if cache.clear() else f"{name}: was not there")
        return
    shipped = _shipped()
    if name.partition(":")[0] in {*weights_names()} - {OPEN}:
        raise UsageError(f"{name} is of a distribution that was installed with pip; uninstall that.")
    if name in shipped:
        raise UsageError(f"{name} is shipped with the package and stays; only fetched models can be removed.")
    if name not in SOURCES:
        raise UnknownNameError("model", name, [*shipped, *SOURCES, VECTORS, ANSWERS])
    removed = remove_model(name, SOURCES[name].files)
    print_line(f"{name}: removed from {model_folder(name)}" if removed else f"{name}: was not there")


def _caches() -> dict[str, VectorCache | AnswerCache]:
    """What is cached, by name."""
    from weibo_nlp.features.encoders.cache import VectorCache, vectors_path
    from weibo_nlp.models.endpoint.cache import AnswerCache, answers_path

    return {VECTORS: VectorCache(vectors_path()), ANSWERS: AnswerCache(answers_path())}


def _shipped() -> dict[str, Path]:
    """Folders of the shipped models, by name: the segmenter, and the labelling models of each task."""
    from weibo_nlp.models.weights import OPEN
    from weibo_nlp.segmentation.shipped import shipped_folder

    return {"fast": shipped_folder(), **_all_models(OPEN)}


def _all_models(weights: str) -> dict[str, Path]:
    """Models of weights by name: those of n-grams by their task, others by the folder they lie in as well."""
    from weibo_nlp.models.weights import ACCURATE, CONTEXT, models_in, weights_folder

    folder = weights_folder(weights)
    others = {
        f"{kind}/{name}": place for kind in (ACCURATE, CONTEXT) for name, place in models_in(folder / kind).items()
    }
    return models_in(folder) | others


def _size(folder: Path) -> str:
    return f"{sum(file.stat().st_size for file in folder.rglob('*') if file.is_file()) / 1e6:.1f} MB"

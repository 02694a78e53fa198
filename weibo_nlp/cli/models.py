"""``weibo-nlp models``: what is shipped, what was fetched, and fetching what cannot be shipped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from typer import Argument

from weibo_nlp.cli.options import group
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.io.terminal import print_line, print_row

_Name = Annotated[str, Argument(help="Name of the model, as `weibo-nlp models list` shows it.")]

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
    """List models, tab-separated: name, state (shipped, fetched, absent, damaged), size, folder."""
    from weibo_nlp.segmentation.fetch import SOURCES
    from weibo_nlp.segmentation.store import model_folder, stored_model

    for name, folder in _shipped().items():
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        print_row((name, "shipped", f"{size / 1e6:.1f} MB", str(folder)))
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


@models.command()
def path(name: _Name) -> None:
    """Print the folder of a model that is shipped or fetched."""
    from weibo_nlp.segmentation.fetch import SOURCES
    from weibo_nlp.segmentation.store import stored_model

    shipped = _shipped()
    if name not in [*shipped, *SOURCES]:
        raise UnknownNameError("model", name, [*shipped, *SOURCES])
    folder = shipped.get(name)
    if folder is None and (stored := stored_model(name)) is not None:
        folder = stored.path
    if folder is None:
        raise DataError(f"{name} is not on this machine; run `weibo-nlp models fetch {name}`.")
    print_line(str(folder))


@models.command()
def remove(name: _Name) -> None:
    """Delete a fetched model from the cache; a folder that holds other files too is left as it is."""
    from weibo_nlp.segmentation.fetch import SOURCES
    from weibo_nlp.segmentation.store import model_folder, remove_model

    shipped = _shipped()
    if name in shipped:
        raise UsageError(f"{name} is shipped with the package and stays; only fetched models can be removed.")
    if name not in SOURCES:
        raise UnknownNameError("model", name, [*shipped, *SOURCES])
    removed = remove_model(name, SOURCES[name].files)
    print_line(f"{name}: removed from {model_folder(name)}" if removed else f"{name}: was not there")


def _shipped() -> dict[str, Path]:
    """Folders of the shipped models, by name: the segmenter, and one labelling model for each task."""
    from weibo_nlp import _resources
    from weibo_nlp.segmentation.shipped import shipped_folder

    tasks = {file.parent.name: file.parent for file in sorted(_resources.models_dir().glob("*/config.json"))}
    return {"fast": shipped_folder(), **tasks}

"""What commands share: options that mean the same everywhere, and how a group of commands is set up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from weibo_nlp.errors import UsageError
from weibo_nlp.io.paths import named_path


def input_path(text: str | Path) -> Path:
    """Path of a file or folder to be read, as it stands on the line; an empty one is not the folder we are in."""
    return named_path(text, "an input")


SecretFile = Annotated[
    Path | None,
    Option(parser=input_path, metavar="PATH", help="Secret that pseudonyms are made with; by default one of your own."),
]


def output_file(text: str | Path) -> Path:
    """Path of a file to be written, as it stands on the line; a Path forgets the slash behind a folder's name.

    Raises
    ------
    UsageError
        If it is empty, or can only be that of a folder.
    """
    path, name = named_path(text, "an output"), text.written if isinstance(text, FolderName) else os.fspath(text)
    if name.endswith(_FOLDER_ENDS):
        raise UsageError(f"cannot write {name}: the name is that of a folder; name a file.")
    return path


def output_folder(text: str | Path) -> Path:
    """Path of a folder to be written into; an empty name, as of an unset variable, is not the folder we are in."""
    return named_path(text, "an output")


class FolderName(type(Path())):  # type: ignore[misc]
    """A path that was written as that of a folder, with a slash behind it, which a Path forgets."""

    written = ""


def output_place(text: str | Path) -> Path:
    """Path of a file, or of a folder where several are written, as it stands on the line."""
    path, name = named_path(text, "an output"), os.fspath(text)
    if name.endswith(_FOLDER_ENDS):
        path = FolderName(path)
        path.written = name
    return path


_FOLDER_ENDS = ("/", os.sep, "/.", f"{os.sep}.")
MAX_SEED = 2**32 - 1  # what scikit-learn takes
Seed = Annotated[int, Option(min=0, max=MAX_SEED, help="Random seed of the bootstrap and of paired tests.")]
Resamples = Annotated[int, Option(min=200, max=100_000, help="Resamples of the bootstrap.")]
Rounds = Annotated[int, Option(min=1000, max=1_000_000, help="Permutations of each paired test, at least.")]
ExternalPath = Annotated[
    Path | None, Option(parser=input_path, metavar="PATH", help="Folder of your copy of an external set.")
]
JsonFile = Annotated[Path | None, Option("--json", parser=output_file, metavar="PATH", help="Write all figures here.")]


def group() -> typer.Typer:
    """Return a group of commands, which explains itself where none is named."""
    return typer.Typer(no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})

"""What commands share: options that mean the same everywhere, and how a group of commands is set up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

MAX_SEED = 2**32 - 1  # what scikit-learn takes
Seed = Annotated[int, Option(min=0, max=MAX_SEED, help="Random seed of the bootstrap and of paired tests.")]
Resamples = Annotated[int, Option(min=200, max=100_000, help="Resamples of the bootstrap.")]
Rounds = Annotated[int, Option(min=1000, max=1_000_000, help="Permutations of each paired test, at least.")]
ExternalPath = Annotated[Path | None, Option(help="Folder of your copy of an external set.")]
JsonFile = Annotated[Path | None, Option("--json", help="Write all figures here.")]


def group() -> typer.Typer:
    """Return a group of commands, which explains itself where none is named."""
    return typer.Typer(no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})

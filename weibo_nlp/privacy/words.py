"""The word lists of the room (``data/words.toml``): names of fields, hosts of platforms, provinces and countries."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def word_lists() -> dict[str, Any]:
    """Return the lists by section, read once."""
    with resources.files(__package__).joinpath("data", "words.toml").open("rb") as file:
        return tomllib.load(file)

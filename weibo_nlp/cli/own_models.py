"""What ``weibo-nlp label --model`` names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from weibo_nlp.errors import UsageError
from weibo_nlp.models.endpoint.prompts import is_file
from weibo_nlp.models.endpoint.spec import is_spec, parameters


def own_models(options: Sequence[str]) -> Mapping[str, Path | str]:
    """Return folders, and names of language models, by what they label.

    Raises
    ------
    UsageError
        If an option is none, or names something twice.
    """
    models: dict[str, Path | str] = {}
    for option in options:
        name, _, model = option.partition("=")
        if not name or not model:
            raise UsageError(
                f"--model {option!r} is not NAME=MODEL; write it as topic=my_model, or topic=endpoint:URL?model=NAME."
            )
        if name in models:
            raise UsageError(f"--model names {name!r} twice; leave one out.")
        models[name] = model if is_spec(model) else Path(model)
    return models


def files_of(models: Mapping[str, Path | str]) -> list[Path]:
    """Return the files and folders that models are read from, which no output may be written into."""
    prompts = (parameters(model).get("task") for model in models.values() if isinstance(model, str))
    return [
        *(model for model in models.values() if isinstance(model, Path)),
        *(Path(str(prompt)) for prompt in prompts if is_file(prompt)),
    ]

"""What asking language models about a file would take: the file is labelled as ever, but nothing is sent or kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from weibo_nlp.io import Table
from weibo_nlp.labelling.endpoints import PlannedModel
from weibo_nlp.labelling.files import label_file
from weibo_nlp.labelling.labeller import Labeller, Models
from weibo_nlp.models.endpoint.plan import RequestPlan


def plans(
    table: Table, models: Models, settings: Mapping[str, Any], columns: Mapping[str, str | None]
) -> dict[str, RequestPlan]:
    """Return what each language model would be asked about the rows of a file.

    A stance whose target depends on a topic that is not known yet is not counted.

    Parameters
    ----------
    table : Table
        The opened input.
    models : mapping
        Task -> model, as for :class:`Labeller`.
    settings : mapping
        Further arguments of the labeller.
    columns : mapping
        Those of :func:`label_file` that name columns.

    Returns
    -------
    dict
        Task -> plan.
    """
    from weibo_nlp.models.endpoint.classifier import EndpointClassifier

    planned = {name: PlannedModel(model) for name, model in models.items() if isinstance(model, EndpointClassifier)}
    every: dict[str, Any] = {**models, **planned}
    labeller = Labeller(every, **settings)
    with TemporaryDirectory() as folder:
        label_file(table, Path(folder) / "planned", labeller, **columns)  # type: ignore[arg-type]
    return {name: model.plan for name, model in planned.items()}

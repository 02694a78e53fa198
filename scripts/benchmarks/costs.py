"""What every class of model costs: seconds to train, posts a second, memory, the size of its folder; not its quality.

Each one is trained on what the corpus' own protocol gives it, in a process of its own, on one core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.adapters import MODELS
from benchmarks.publishing import Column, program_table
from benchmarks.subprocess_runner import Effort, require_known, run_adapter

from weibo_nlp.provenance import described, hardware

BLOCK = "costs"
"""Name of the table's place in a Markdown file."""
N_ANSWERED = 500
EFFORT = Effort(seconds=0.5)
COLUMNS: Mapping[str, Column] = {
    "learnt from": ("n_train", "{:,.0f}"),
    "training": ("train_seconds", "{:,.1f} s"),
    "posts/s": ("posts_per_second", "{:,.0f}"),
    "memory": ("peak_bytes", "{:,.0f} MB", 1e-6),
    "folder": ("folder_bytes", "{:,.1f} MB", 1e-6),
}


def run_costs(
    *,
    models: Sequence[str] = (),
    encoder: str = "",
    n_answered: int = N_ANSWERED,
    effort: Effort = EFFORT,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train, ask and save classes of models, each in a process of its own.

    Parameters
    ----------
    models : sequence of str
        Of `benchmarks.adapters.MODELS`; all when empty.
    encoder : str
        Folder or id of the encoder that the transformer starts from; without it, there is no figure of that class.
    n_answered : int
        Texts of the test part that are answered.
    effort : Effort
        How long answering is measured.
    progress : callable
        Told what is being measured.

    Returns
    -------
    dict
        Ready for JSON; ``results`` has one row for each class.

    Raises
    ------
    UnknownNameError
        If there is no class of a name.
    """
    require_known("model", models, MODELS)
    job = {"encoder": encoder, "n_answered": n_answered, "repeat": effort.repeat, "seconds": effort.seconds}
    rows = []
    for name in dict.fromkeys(models or MODELS):
        progress(f"measuring {name}")
        outcome = run_adapter("train", MODELS[name], job, effort.timeout)
        figures = outcome.figures
        about = {key: figures.get(key) for key in ("task", "n_train", "train_seconds", "folder_bytes", "encoder")}
        called = name if about["task"] is None else f"{name}, {about['task']}"
        rows.append({"name": called, **about, **outcome.to_row("posts_per_second", figures.get("n_answered", 0))})
    return {"n_answered": n_answered, "repeat": effort.repeat, "hardware": hardware(), "results": rows}


def markdown_costs(document: Mapping[str, Any]) -> str:
    """Return a document of `run_costs` as a Markdown table with notes."""
    encoders = {row["encoder"] for row in document["results"] if row["encoder"]}
    notes = [
        "Each class is trained once on the train part of the corpus (for stance, pairs of a text and a target), as the "
        f"benchmark trains it, and answers {document['n_answered']:,} rows of the test part; posts/s is the median of "
        f"{document['repeat']} passes. One core, a fresh process each; vectors are computed and not taken from the "
        "cache. Memory is the largest resident size of the process, with training; the folder is what "
        "`save_pretrained` writes.",
        *(f"The transformer is fine-tuned from {encoder}." for encoder in sorted(encoders)),
        f"Machine: {described(document['hardware'])}.",
    ]
    return program_table("model", COLUMNS, document["results"], notes)

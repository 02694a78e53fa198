"""A text classifier of spaCy, trained by ``spacy train`` on the corpus, beside the linear model on the same rows."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from benchmarks.answers import compare_pairs
from benchmarks.publishing import estimate_cell, made_by, note_list
from spacy.cli.train import train
from spacy.language import Language
from spacy.util import load_model

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.run import SEEDS, ModelRun, Progress, prediction_file, prediction_name, run_task
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError
from weibo_nlp.evaluation.files import score_set
from weibo_nlp.evaluation.results import Provenance, Result
from weibo_nlp.integrations.spacy_corpus import Questions, category, questions, textcat_config
from weibo_nlp.io import sha256_of_file
from weibo_nlp.predictions import ModelReference, PredictionFile, write_predictions
from weibo_nlp.provenance import hardware
from weibo_nlp.report.display import p_value
from weibo_nlp.report.markdown import markdown_table
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig
from weibo_nlp.stats.metrics import FloatArray
from weibo_nlp.stats.randomisation import N_PERMUTATIONS
from weibo_nlp.tasks import COMPOSED_TO_REAL, REAL, STANDARD

BLOCK = "textcat"
"""Name of the table's place in a Markdown file."""
SCRIPT = "python scripts/benchmark_textcat.py"
NAME, OTHER = "textcat", "linear"
TASKS = ("topic", "sentiment", "irony")
PROTOCOLS = (STANDARD, REAL, COMPOSED_TO_REAL)
FORMAT_KEY = "weibo_nlp_textcat"
FORMAT_VERSION = 1
HEADINGS = ("protocol", "task", "n", NAME, OTHER, f"{NAME} less {OTHER}", "p (Holm)", "seeds", "training")


def run_textcat(
    *,
    tasks: Sequence[str] = TASKS,
    protocols: Sequence[str] = (STANDARD,),
    copies: Path | None = None,
    seeds: int = SEEDS,
    config: Path | None = None,
    predictions: Path | None = None,
    bootstrap: BootstrapConfig = DEFAULT,
    n_permutations: int = N_PERMUTATIONS,
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], list[ModelRun]]:
    """Train, score and compare a text classifier on every task under every protocol.

    Parameters
    ----------
    tasks, protocols : sequence of str
        Tasks without a target; protocols of the corpus or of the public texts.
    copies : Path, optional
        The user's copies of the public texts, for the protocols that need them.
    seeds : int
        Trainings of each, with the seeds 0, 1, …
    config : Path, optional
        What to train; the shipped configuration by default.
    predictions : Path, optional
        Folder for the prediction files, which ``weibo-nlp evaluate`` and ``compare`` read.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of the paired tests as well.
    n_permutations : int
        Of each paired test, at least.
    progress : callable, optional
        Told in words what is being done.

    Returns
    -------
    dict, list of ModelRun
        Everything, ready for JSON; and the runs it was made from.
    """
    config = config or textcat_config()
    pairs = []
    for protocol in protocols:
        for task in tasks:
            asked = questions(task, protocol, copies)
            ours = _run(asked, copies, seeds, config, bootstrap, progress)
            spec, evaluation_set = asked.spec, asked.evaluation_set
            pairs.append((ours, run_task(spec, evaluation_set, asked.folds, OTHER, bootstrap=bootstrap)))
            if predictions is not None:
                predictions.mkdir(parents=True, exist_ok=True)
                for file in (file for run in pairs[-1] for file in run.files):
                    path = predictions / prediction_name(file.header)
                    write_predictions(path, file.header, file.predictions, within=predictions)
    tests = compare_pairs(pairs, n_permutations, bootstrap)
    document = {
        FORMAT_KEY: FORMAT_VERSION,
        "command": " ".join([SCRIPT, *(f"--protocol {name}" for name in protocols), f"--seeds {seeds}"]),
        "package": __version__,
        "corpus_version": open_release().version,
        "hardware": hardware(),
        "results": [
            {
                "protocol": ours.spec.protocol,
                "task": ours.spec.name,
                "n": len(ours.evaluation_set.gold),
                "seeds": len(ours.files),
                NAME: ours.result.to_dict(),
                OTHER: other.result.to_dict(),
                "comparison": test.to_dict(),
            }
            for (ours, other), test in zip(pairs, tests, strict=True)
        ],
        "notes": list(dict.fromkeys(note for ours, _ in pairs for note in ours.result.notes)),
    }
    return document, [run for pair in pairs for run in pair]


def markdown_textcat(document: Mapping[str, Any]) -> str:
    """Return a document of `run_textcat` as a Markdown table, with how it came about below it."""
    rows = []
    for row in document["results"]:
        metric, test = row["comparison"]["metric"], row["comparison"]
        figures = (estimate_cell(row[model]["metrics"][metric]) for model in (NAME, OTHER))
        rows.append(
            (
                row["protocol"],
                row["task"],
                f"{row['n']:,}",
                *figures,
                estimate_cell(test["difference"], signed=True),
                p_value(test["p_holm"]),
                str(row["seeds"]),
                f"{row[NAME]['seconds']['train']:.0f} s",
            )
        )
    versions = sorted({row[NAME]["model_version"] for row in document["results"]})
    notes = [
        "Macro-F1, the mean over seeds, with 95 % intervals, bootstrap over threads (of public texts, groups); p: "
        "approximate randomisation, Holm over the rows of this table. Training: of one seed, reading and stopping "
        "included.",
        f"{NAME}: {'; '.join(versions)}.",
        *document["notes"],
        made_by(document),
    ]
    return markdown_table(HEADINGS, rows) + note_list(notes)


def probabilities_of(nlp: Language, texts: Sequence[str], task: str, labels: Sequence[str]) -> FloatArray:  # type: ignore[no-any-unimported, unused-ignore]
    """Ask a trained pipeline, shape (n_texts, n_labels).

    Raises
    ------
    DataError
        If it does not know the labels.
    """
    keys = [category(task, label) for label in labels]
    rows = []
    for doc in nlp.pipe(texts):
        if missing := [key for key in keys if key not in doc.cats]:
            raise DataError(f"the pipeline has no category {', '.join(missing)}; train it with weibo_nlp.Corpus.v1.")
        rows.append([doc.cats[key] for key in keys])
    return np.array(rows, dtype=np.float64).reshape(len(texts), len(keys))


def _run(
    asked: Questions, copies: Path | None, seeds: int, config: Path, bootstrap: BootstrapConfig, progress: Progress
) -> ModelRun:
    spec, evaluation_set = asked.spec, asked.evaluation_set
    reference = ModelReference(NAME, f"spacy {version('spacy')}, {config.name} {sha256_of_file(config)[:8]}")
    seconds = {"train": 0.0, "predict": 0.0}
    files: list[PredictionFile] = []
    for seed in range(seeds):
        found = np.full((len(evaluation_set.gold), len(spec.labels)), np.nan)
        for fold in asked.folds:
            progress(f"{spec.set} {spec.name} {spec.protocol}: {NAME}, fold {fold.name}, seed {seed}")
            start = time.perf_counter()
            with TemporaryDirectory() as folder:
                overrides = {
                    "vars.task": spec.name,
                    "vars.protocol": spec.protocol,
                    "vars.fold": fold.name,
                    "paths.copies": None if copies is None else str(copies),
                    "system.seed": seed,
                }
                with redirect_stdout(sys.stderr):  # its progress; the table goes to the other
                    train(config, folder, overrides=overrides)
                nlp = load_model(Path(folder) / "model-best")
            trained = time.perf_counter()
            texts = [example.text for example, _ in asked.rows("test", fold.name)]
            found[list(fold.held_out)] = probabilities_of(nlp, texts, spec.name, spec.labels)
            seconds["train"] += trained - start
            seconds["predict"] += time.perf_counter() - trained
        files.append(prediction_file(spec, evaluation_set, found, reference, seed))
    result = Result(
        Provenance.of(spec, reference.name, reference.version),
        score_set(files, spec, evaluation_set, bootstrap),
        n_train=max(len(fold.train) for fold in asked.folds),
        seconds={what: value / seeds for what, value in seconds.items()},
        notes=evaluation_set.notes,
        n_set_aside=evaluation_set.n_set_aside,
    )
    return ModelRun(result, spec, evaluation_set, tuple(files), ())

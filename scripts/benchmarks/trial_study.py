"""All trials on the same folds: run, compared with the base by a paired bootstrap, and shown as a table."""

from __future__ import annotations

import gzip
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.feature_trials import TRIALS, IntArray, TrialFold, base
from benchmarks.publishing import estimate_cell, made_by, note_list
from benchmarks.real_layers import CV_C, layer_rows
from benchmarks.word_vectors import Unlabelled, WordVectors
from sklearn.model_selection import StratifiedGroupKFold
from training.rows import RowWeights, TrainingRows

from weibo_nlp._version import __version__
from weibo_nlp.benchmark.run import Progress, find_real_texts
from weibo_nlp.corpus import open_release
from weibo_nlp.errors import DataError, UnknownNameError, UsageError
from weibo_nlp.external import REAL_SETS, load, text_key
from weibo_nlp.features.preparation import model_text, prepared
from weibo_nlp.io.jsonl import json_lines, lines_of
from weibo_nlp.provenance import hardware
from weibo_nlp.report import markdown
from weibo_nlp.report.display import number
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig, FromTotals, bootstrap_estimates, cluster_bootstrap
from weibo_nlp.stats.metrics import FloatArray, macro_f1
from weibo_nlp.stats.units import UnitSums
from weibo_nlp.tasks.real import real_tasks
from weibo_nlp.tasks.spec import REAL

BLOCK = "feature-trials"
"""Name of the table's place in a Markdown file."""
FORMAT_KEY = "weibo_nlp_feature_trials"
FORMAT_VERSION = 1
BASE = "base"
TASKS = ("topic", "sentiment", "stance")
GROUPS, SOURCES = "groups", "sources"
FOLDS = 5
WEIGHTS = RowWeights(public=3.0, short=1.0)
"""Of public posts and reactions, and of questions and titles, beside 1: what `docs/real-layers.md` came to."""
UNLABELLED_SETS = ("COLD", "SWSR")
CALIBRATED = ("skip_gram_vectors", "open_vectors", "encoder_vectors", "class_weights", "smaller_c")
CROSS_SOURCE = ("skip_gram_vectors", "encoder_vectors", "smaller_c")
HEADINGS = ("held out", "labels from", "trial", *TASKS, "CPU")

Row = Mapping[str, Any]


def run_trials(
    copies: Path,
    unlabelled: Path,
    *,
    trials: Sequence[str] = tuple(TRIALS),
    calibrated: Sequence[str] = CALIBRATED,
    cross_source: Sequence[str] = CROSS_SOURCE,
    bootstrap: BootstrapConfig = DEFAULT,
    command: str = "python scripts/benchmark_features.py unlabelled.jsonl.gz",
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Run every trial on every task, and compare it with the base on the same rows.

    Parameters
    ----------
    copies : Path
        The user's copies of the sets that hold the public texts, COLD and SWSR among them.
    unlabelled : Path
        JSON Lines of ``set``, a name of `weibo_nlp.external.REAL_SETS`, and ``text``; may be compressed (``.gz``).
    trials, calibrated, cross_source : sequence of str
        Of ``TRIALS``: those whose labels come from bare margins, and from calibrated ones, on folds that hold out
        groups; and from calibrated ones, on folds that hold out sources.
    bootstrap : BootstrapConfig
        How intervals are made; its seed is that of the folds as well.
    command, progress
        What was called; called with a line about what is being done.

    Returns
    -------
    dict
        Everything, ready for JSON.

    Raises
    ------
    UnknownNameError
        If there is no trial of a name.
    UsageError, DataError
        If texts are not there, or are not what their format promises.
    """
    for name in (*trials, *calibrated, *cross_source):
        if name not in TRIALS:
            raise UnknownNameError("trial", name, TRIALS)
    release = open_release()
    real = find_real_texts(release, copies, progress)
    specs = real_tasks(release.scheme, release.version, (), [REAL])
    sets = {spec.name: _as_learnt(layer_rows(real, spec)) for spec in specs}
    labels = {spec.name: spec.labels for spec in specs}
    targets = {row["canonical_for"]: row["text"] for row in release.rows("targets") if row["canonical_for"]}
    texts = read_unlabelled(unlabelled, copies, without={text_key(text) for text in (real.texts or {}).values()})
    results: list[dict[str, Any]] = []
    for held_out, is_calibrated, names in (
        (GROUPS, False, trials),
        (GROUPS, True, calibrated),
        (SOURCES, True, cross_source),
    ):
        folds = list(make_folds(sets, labels, targets, texts, held_out, bootstrap.seed)) if names else []
        for task in TASKS if names else ():
            progress(f"{task}, by {held_out}{', calibrated' if is_calibrated else ''}")
            own = [replace(fold, task=task, calibrated=is_calibrated) for fold in folds if fold.judged[task].labels]
            results += compare_trials(own, held_out, names, bootstrap, progress)
    return {
        FORMAT_KEY: FORMAT_VERSION,
        "command": command,
        "package": __version__,
        "corpus_version": release.version,
        "hardware": hardware(),
        "unlabelled": len(texts.texts),
        "vectors": {
            name: {"words": len(found.words), "dims": found.vectors.shape[1], "n_bytes": found.vectors.nbytes}
            for name, found in vars(texts).items()
            if isinstance(found, WordVectors)
        },
        "results": results,
    }


def read_unlabelled(path: Path, copies: Path, *, without: Collection[str] = ()) -> Unlabelled:
    """Read texts without labels, those of a file and of COLD and SWSR, as models read them; each once.

    Parameters
    ----------
    path : Path
        JSON Lines of ``set`` and ``text``; compressed if its name ends in ``.gz``.
    copies : Path
        Folder that holds COLD and SWSR.
    without : collection of str
        What `weibo_nlp.external.text_key` makes of texts to leave out.

    Raises
    ------
    UsageError
        If the file, or a set, is not there.
    DataError
        If a line is no such row.
    """
    if not path.is_file():
        raise UsageError(f"{path} is no file; give JSON Lines of unlabelled texts.")
    opened: Any = gzip.open if path.suffix == ".gz" else Path.open
    rows: list[tuple[str, str]] = []
    with opened(path, "rb") as handle:
        for line in json_lines(lines_of(handle)):
            row = line.value or {}
            if row.get("set") not in REAL_SETS or not isinstance(row.get("text"), str):
                raise DataError(
                    f"{path}:{line.number}: {line.reason or 'no row of unlabelled text'}; give a text, and a set of "
                    f"{', '.join(REAL_SETS)}."
                )
            rows.append((row["text"], REAL_SETS[row["set"]].source.name))
    for name in UNLABELLED_SETS:
        parts = load(name, copies).parts.values()
        rows += [(document.text, name) for part in parts for document in part.documents]
    kept = {model_text(text): source for text, source in rows if text_key(text) not in without}
    return Unlabelled(tuple(kept), tuple(kept.values()))


def markdown_table(document: Row) -> str:
    """Return a document of `run_trials` as a Markdown table, with how it came about below it."""
    rows = []
    found: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in document["results"]:
        found.setdefault((row["held_out"], row["labels_from"], row["trial"]), {})[row["task"]] = row
    for (held_out, labels_from, trial), of_task in found.items():
        rows.append(
            (
                held_out,
                labels_from,
                trial.replace("_", " "),
                *(estimate_cell(of_task[task]["macro_f1"], signed=trial != BASE) for task in TASKS),
                f"{sum(row['cpu_seconds'] for row in of_task.values()):,.0f} s",
            )
        )
    return markdown.markdown_table(HEADINGS, rows) + note_list(_notes(document))


def _as_learnt(rows: TrainingRows) -> TrainingRows:
    return replace(rows.weighted(WEIGHTS), examples=tuple(prepared(rows.examples)))


def make_folds(
    sets: Mapping[str, TrainingRows],
    labels: Mapping[str, tuple[str, ...]],
    targets: Mapping[str, str],
    texts: Unlabelled,
    held_out: str,
    seed: int,
) -> Iterator[TrialFold]:
    """Folds that all tasks share, so that one task may read what another says of a text held out."""
    topic = sets[TASKS[0]]
    public = topic.subset([place for place, source in enumerate(topic.sources) if source is not None])
    if held_out == GROUPS:
        splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        parts = [held for _, held in splitter.split(public.labels, public.labels, public.groups)]
    else:
        names = np.array(public.sources)
        parts = [np.flatnonzero(names == name) for name in np.unique(names)]
    for held in parts:
        groups, sources = ({column[place] for place in held} for column in (public.groups, public.sources))
        yield TrialFold(
            task=TASKS[0],
            labels=labels,
            taught={task: rows.without_groups(groups) for task, rows in sets.items()},
            judged={task: _held_out(rows, groups, sources) for task, rows in sets.items()},
            unlabelled=texts if held_out == GROUPS else texts.without(*sources),
            vocabulary=texts,
            targets=targets,
        )


def _held_out(rows: TrainingRows, groups: Collection[str], sources: Collection[str | None]) -> TrainingRows:
    """Rows of groups and sources; what else a group has, of another source, is neither learnt from nor scored."""
    pairs = enumerate(zip(rows.groups, rows.sources, strict=True))
    return rows.subset([place for place, (group, source) in pairs if group in groups and source in sources])


def compare_trials(
    folds: Sequence[TrialFold], held_out: str, names: Sequence[str], bootstrap: BootstrapConfig, progress: Progress
) -> Iterator[dict[str, Any]]:
    """The score of the base, then what each trial adds to it."""
    task = folds[0].task
    labels = folds[0].labels[task]
    gold = np.concatenate([fold.gold for fold in folds])
    groups = [group for fold in folds for group in fold.scored.groups]
    of_base: IntArray | None = None
    for name, trial in ((BASE, base), *((name, TRIALS[name]) for name in names)):
        start = time.process_time()
        predicted = np.concatenate([trial(fold).argmax(axis=1) for fold in folds])
        seconds = time.process_time() - start
        if of_base is None:
            of_base = predicted
            units = UnitSums.from_rows(gold, predicted, groups, len(labels))
            estimate = cluster_bootstrap(units, {"macro_f1": macro_f1}, bootstrap)["macro_f1"]
        else:
            units = UnitSums.from_rows(gold, np.stack([predicted, of_base]), groups, len(labels))
            estimate = bootstrap_estimates(units.sums, _difference(len(labels)), bootstrap)["macro_f1"]
        progress(f"  {name}: {number(estimate.value, signed=name != BASE)}, {seconds:.0f} s")
        yield {
            "held_out": held_out,
            "labels_from": "probabilities" if folds[0].calibrated else "margins",
            "task": task,
            "trial": name,
            "n": len(gold),
            "macro_f1": estimate.to_dict(),
            "cpu_seconds": round(seconds, 1),
        }


def _difference(n_labels: int) -> FromTotals:
    """Macro-F1 of the first of two runs less that of the second, from totals of their confusion counts."""

    def estimate(totals: FloatArray) -> dict[str, FloatArray]:
        first, second = (macro_f1(each.reshape(-1, n_labels, n_labels)) for each in np.split(totals, 2, axis=1))
        return {"macro_f1": first - second}

    return estimate


def _notes(document: Row) -> Iterator[str]:
    yield (
        "Learnt from: the composed documents of train and validation in every fold, and public training texts; "
        f"posts and reactions weigh {WEIGHTS.public:g}, questions and titles {WEIGHTS.short:g}. Scored: public "
        f"training texts of groups that the fold has not seen ({FOLDS} folds), or of a source (each in turn). Stance: "
        "towards the canonical target of the gold topic, over texts on a topic. Nothing else of the public texts was "
        "read."
    )
    yield (
        f"base: macro-F1 of character n-grams of one to three and a linear SVM of C = {CV_C:g}. Other rows: "
        "macro-F1 less that of the base on the same rows. Intervals: 95 %, bootstrap over groups, and of a "
        "difference paired; not corrected for the number of trials."
    )
    yield (
        "Labels from margins: the label of the largest margin. From probabilities: those of a regression over margins "
        "that the SVM gave to training texts it had not seen, as in the linear model."
    )
    sizes = ", ".join(
        f"{name.replace('_', ' ')} {each['words']:,} words of {each['dims']} numbers, {each['n_bytes'] / 1e6:.1f} MB"
        for name, each in document["vectors"].items()
    )
    yield (
        "CPU: of all folds and tasks, the making of vectors with the trial that needs them first. "
        f"Unlabelled: {document['unlabelled']:,} different texts, none of them a text of the public layer; where a "
        f"source is held out, its texts are left out of what vectors are learnt from (words that the encoder "
        f"is asked for are those of all). Vectors: {sizes or 'none'}."
    )
    yield made_by(document)

"""What `lm_eval --log_samples` writes, read as prediction files that `weibo-nlp evaluate` scores with intervals.

A prediction file has one label a row, and an answer that names none is no label. Whoever exports decides what stands
there instead: there is no default, and no label is chosen with an eye on the gold.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weibo_nlp.corpus import Release, open_release
from weibo_nlp.errors import DataError, UsageError
from weibo_nlp.io import read_jsonl
from weibo_nlp.predictions import ModelReference, PredictionHeader, align_predictions
from weibo_nlp.records import Prediction
from weibo_nlp.tasks import CORPUS, STANDARD

MAJORITY = "majority"
_TASK = re.compile(r"weibo_nlp_(?P<task>[a-z]+)_(?P<mode>logits|generate)_(?P<prompt>\d+)")


@dataclass(frozen=True, slots=True)
class Export:
    """Predictions of one task with one prompt, and how many of them no answer stands behind."""

    name: str
    header: PredictionHeader
    predictions: tuple[Prediction, ...]
    refused: int
    unparseable: int

    @property
    def unanswered(self) -> int:
        """Rows whose label is the substitute."""
        return self.refused + self.unparseable


@dataclass(frozen=True, slots=True)
class _Row:
    """What was logged of one row; no scores where text was generated, no label where it named none."""

    document_id: str
    target: str | None
    label: str | None
    refused: bool
    scores: Mapping[str, float]


def read_exports(results: Path, *, unanswered: str | None = None) -> list[Export]:
    """Turn a run's samples into predictions.

    Parameters
    ----------
    results : Path
        ``results_<time>.json`` of the run; its samples lie beside it.
    unanswered : {"majority"}, optional
        What an answer without a label becomes: the commonest label of the training split, as if the model were
        deployed with it to fall back on. The header's model version then says how often. Without it, such answers
        are refused.

    Returns
    -------
    list of Export
        One for each of our tasks in the run, by name. Those by likelihood have scores: the likelihoods of the label
        words, normalised to sum 1.

    Raises
    ------
    DataError
        If the run holds none of our tasks, was cut short (``--limit``), or its samples are not as `lm_eval` logs them.
    UsageError
        If answers name no label and `unanswered` is not given, naming the tasks; if a file cannot be read.
    PredictionError
        If rows are missing, doubled or unknown.
    """
    if unanswered not in (None, MAJORITY):
        raise UsageError(f"unanswered={unanswered!r}; it is {MAJORITY!r} or nothing.")
    run = _read_run(results)
    names = sorted(name for name in run["configs"] if _TASK.fullmatch(name))
    if not names:
        raise DataError(f"{results}: holds no task weibo_nlp_<task>_<logits|generate>_<n>; run lm_eval with them.")
    logged = {name: _read_rows(_samples_beside(results, name), name) for name in names}
    release = open_release(version=_corpus_version(results, run, names))
    for name, rows in logged.items():
        scored = len(release.gold(_parts(name)[0], "test"))
        if len(rows) < scored:
            raise DataError(f"{results}: {name} has {len(rows)} of {scored} rows; run it again without --limit.")
    lacking = {name: sum(row.label is None for row in rows) for name, rows in logged.items()}
    if unanswered is None and any(lacking.values()):
        counts = "; ".join(f"{name} {count} of {len(logged[name])}" for name, count in lacking.items() if count)
        raise UsageError(
            f"{results}: answers name no label ({counts}), and a prediction file needs one for every row. "
            f"--unanswered {MAJORITY} gives these rows the commonest training label and says so in the model's version."
        )
    return [_export(release, run, name, logged[name]) for name in names]


def _export(release: Release, run: Mapping[str, Any], name: str, rows: Sequence[_Row]) -> Export:
    task, mode, prompt = _parts(name)
    substitute = _majority(release, task)
    predictions = [
        Prediction(row.document_id, task, substitute if row.label is None else row.label, row.scores, row.target)
        for row in rows
    ]
    refused = sum(row.refused for row in rows)
    unparseable = sum(row.label is None and not row.refused for row in rows)
    version = _version(run, name, mode)
    if refused or unparseable:
        version += (
            f", {refused + unparseable} of {len(rows)} without an answer ({refused} refused, {unparseable} unparseable)"
            f" given the majority label {substitute}"
        )
    header = PredictionHeader(
        set=CORPUS,
        version=release.version,
        split="test",
        task=task,
        protocol=STANDARD,
        scheme=release.scheme.version,
        model=ModelReference(f"{run['model_name']} ({mode}, prompt {prompt})", version),
    )
    aligned = align_predictions(predictions, release.gold(task, "test"), release.scheme.task(task).labels)
    return Export(name, header, aligned, refused, unparseable)


def _version(run: Mapping[str, Any], name: str, mode: str) -> str:
    """Everything that would make it another system: weights, harness, prompts, shots, template."""
    settings = run["config"]
    parts = [
        f"weights {settings.get('model_sha') or settings.get('model_revision') or 'of unknown version'}",
        f"lm_eval {run['lm_eval_version']}",
        f"tasks {run['versions'][name]}",
        f"{run['n-shot'][name]}-shot",
    ]
    if run["n-shot"][name]:
        parts.append(f"shots seed {settings.get('fewshot_seed')}")
    if run.get("chat_template_sha"):
        parts.append(f"chat template {run['chat_template_sha'][:8]}")
    if run.get("system_instruction_sha"):
        parts.append(f"system instruction {run['system_instruction_sha'][:8]}")
    if mode == "generate" and settings.get("gen_kwargs"):
        parts.append(f"settings {json.dumps(settings['gen_kwargs'], ensure_ascii=False, sort_keys=True)}")
    return ", ".join(parts)


def _majority(release: Release, task: str) -> str:
    counts = Counter(gold.label for gold in release.gold(task, "train"))
    return max(release.scheme.task(task).labels, key=lambda label: counts[label])


def _read_run(path: Path) -> dict[str, Any]:
    try:
        run = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). Name the results_<time>.json of a run.") from None
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error}). Name the results_<time>.json of a run.") from None
    needed = {"configs", "config", "model_name", "lm_eval_version", "n-shot", "versions"}
    missing = needed - (run.keys() if isinstance(run, dict) else set())
    if missing:
        raise DataError(f"{path}: {', '.join(sorted(missing))} missing. Name the results_<time>.json of a run.")
    found: dict[str, Any] = run
    return found


def _corpus_version(results: Path, run: Mapping[str, Any], names: Sequence[str]) -> str:
    versions = {(run["configs"][name].get("metadata") or {}).get("corpus_version") for name in names}
    if len(versions) != 1 or not isinstance(version := versions.pop(), str):
        raise DataError(f"{results}: the tasks do not name one corpus version; run them from scripts/lm_eval.")
    return version


def _samples_beside(results: Path, name: str) -> Path:
    path = results.with_name(f"samples_{name}_{results.stem.removeprefix('results_')}.jsonl")
    if not path.exists():
        raise DataError(f"{path}: missing, though {results.name} has its task; run lm_eval with --log_samples.")
    return path


def _read_rows(path: Path, name: str) -> list[_Row]:
    task, mode, _ = _parts(name)
    labels = open_release().scheme.task(task).labels
    rows = []
    for number, sample in _objects(path):
        try:
            row, (logged_task, _, label) = sample["doc"], sample["macro_f1"]
            if logged_task != task:
                raise ValueError(f"a row of {logged_task}")
            rows.append(
                _Row(
                    document_id=row["document_id"],
                    target=row.get("target"),
                    label=label,
                    refused=mode == "generate" and bool(sample["refused"]),
                    scores=_probabilities(labels, sample["filtered_resps"]) if mode == "logits" else {},
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}:{number}: not a sample of {name} as lm_eval logs it ({error!r}).") from error
    return rows


def _probabilities(labels: Sequence[str], responses: Sequence[Sequence[Any]]) -> dict[str, float]:
    """Softmax of the label words' log-likelihoods: the probability of each, given that it is one of them."""
    likelihoods = [float(likelihood) for likelihood, _ in responses]  # logged as text
    top = max(likelihoods)
    if not math.isfinite(top):
        raise ValueError(f"log-likelihoods {likelihoods}")
    weights = [math.exp(likelihood - top) for likelihood in likelihoods]
    return {label: weight / math.fsum(weights) for label, weight in zip(labels, weights, strict=True)}


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for line in read_jsonl(path):
        if line.value is None:
            raise DataError(f"{path}:{line.number}: {line.reason}; run lm_eval again.")
        yield line.number, line.value


def _parts(name: str) -> tuple[str, str, str]:
    match = _TASK.fullmatch(name)
    if match is None:
        raise UsageError(f"{name!r} is no task of ours.")
    return match["task"], match["mode"], match["prompt"]

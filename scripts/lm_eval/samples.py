"""What lm_eval or inspect_ai has logged, read as prediction files that `weibo-nlp evaluate` scores with intervals.

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
LOG = ".eval"
"""How the names of inspect_ai's logs end."""
_TASK = re.compile(r"weibo_nlp_(?P<task>[a-z]+)_(?P<mode>logits|generate)_(?P<prompt>\d+)")
_INSPECT_TASK, _INSPECT_SCORER = re.compile(r"weibo_nlp_[a-z]+"), "label_named"


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


@dataclass(frozen=True, slots=True)
class _Run:
    """What was logged of one task with one prompt; the version is everything that would make it another system."""

    name: str
    corpus_version: str
    model: str
    version: str
    rows: Sequence[_Row]


def read_exports(results: Path, *, unanswered: str | None = None) -> list[Export]:
    """Turn a run's samples into predictions.

    Parameters
    ----------
    results : Path
        ``results_<time>.json`` of an lm_eval run, whose samples lie beside it; or a ``.eval`` log of inspect_ai.
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
        If the run holds none of our tasks, was cut short (``--limit``), or its samples are not as they are logged.
    UsageError
        If answers name no label and `unanswered` is not given, naming the tasks; if a file cannot be read.
    PredictionError
        If rows are missing, doubled or unknown.
    """
    if unanswered not in (None, MAJORITY):
        raise UsageError(f"unanswered={unanswered!r}; it is {MAJORITY!r} or nothing.")
    runs = [_inspect_run(results)] if results.suffix == LOG else _lm_eval_runs(results)
    for run in runs:
        scored = len(open_release(version=run.corpus_version).gold(_parts(run.name)[0], "test"))
        if len(run.rows) < scored:
            raise DataError(
                f"{results}: {run.name} has {len(run.rows)} of {scored} rows; run it again without --limit."
            )
    lacking = {run.name: sum(row.label is None for row in run.rows) for run in runs}
    if unanswered is None and any(lacking.values()):
        counts = "; ".join(f"{run.name} {lacking[run.name]} of {len(run.rows)}" for run in runs if lacking[run.name])
        raise UsageError(
            f"{results}: answers name no label ({counts}), and a prediction file needs one for every row. "
            f"--unanswered {MAJORITY} gives these rows the commonest training label and says so in the model's version."
        )
    return [_export(run) for run in runs]


def _export(run: _Run) -> Export:
    task, mode, prompt = _parts(run.name)
    release, rows = open_release(version=run.corpus_version), run.rows
    substitute = _majority(release, task)
    predictions = [
        Prediction(row.document_id, task, substitute if row.label is None else row.label, row.scores, row.target)
        for row in rows
    ]
    refused = sum(row.refused for row in rows)
    unparseable = sum(row.label is None and not row.refused for row in rows)
    version = run.version
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
        model=ModelReference(f"{run.model} ({mode}, prompt {prompt})", version),
    )
    aligned = align_predictions(predictions, release.gold(task, "test"), release.scheme.task(task).labels)
    return Export(run.name, header, aligned, refused, unparseable)


def _majority(release: Release, task: str) -> str:
    counts = Counter(gold.label for gold in release.gold(task, "train"))
    return max(release.scheme.task(task).labels, key=lambda label: counts[label])


# inspect_ai


def _inspect_run(path: Path) -> _Run:
    try:
        from inspect_ai.log import read_eval_log
    except ImportError as error:
        raise UsageError(
            f"{path}: a log of inspect_ai, which is not installed; pip install weibo-nlp[inspect]."
        ) from error
    if not path.is_file():
        raise UsageError(f"{path}: no such file. Name the log of a run of scripts/inspect_tasks.")
    try:
        log = read_eval_log(str(path))
    except Exception as error:  # a damaged archive: whatever its reader stumbles over
        raise DataError(f"{path}: cannot be read as a log of inspect_ai ({error!r:.200}).") from error
    task, settings = log.eval.task.rpartition("/")[2], log.eval.task_args
    corpus_version = (log.eval.metadata or {}).get("corpus_version")
    if not (_INSPECT_TASK.fullmatch(task) and settings.keys() >= {"prompt", "shots", "seed"} and corpus_version):
        raise DataError(f"{path}: the log of {log.eval.task!r}, which is no task of scripts/inspect_tasks.")
    if log.status != "success":
        raise DataError(f"{path}: the run ended with {log.status!r}; finish it with `inspect eval-retry {path}`.")
    name = f"{task}_generate_{settings['prompt']}"
    shots = settings["shots"]
    samples = log.samples or []
    served = ", ".join(sorted({sample.output.model for sample in samples}))
    parts = [
        f"weights {served or 'of unknown version'}",
        f"inspect_ai {log.eval.packages.get('inspect_ai')}",
        f"tasks {log.eval.task_version}",
        f"{shots}-shot",
        *([f"shots seed {settings['seed']}"] if shots else []),
        *([f"solver {log.eval.solver}"] if log.eval.solver else []),
        # Headers and the model's own arguments may hold a key.
        f"settings {_shown(log.plan.config.model_dump(exclude_none=True, exclude={'extra_headers', 'extra_body'}))}",
    ]
    rows = [_inspect_row(path, sample) for sample in samples]
    return _Run(name, corpus_version, log.eval.model, ", ".join(parts), rows)


def _inspect_row(path: Path, sample: Any) -> _Row:
    try:
        score, about = sample.scores[_INSPECT_SCORER], sample.metadata
        return _Row(about["document_id"], about["target"], score.answer, bool(score.value["refused"]), {})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: sample {sample.id!r} is not one of scripts/inspect_tasks ({error!r}).") from error


# lm_eval


def _lm_eval_runs(results: Path) -> list[_Run]:
    run = _read_run(results)
    names = sorted(name for name in run["configs"] if _TASK.fullmatch(name))
    if not names:
        raise DataError(f"{results}: holds no task weibo_nlp_<task>_<logits|generate>_<n>; run lm_eval with them.")
    version = _corpus_version(results, run, names)
    return [
        _Run(name, version, run["model_name"], _version(run, name), _read_rows(_samples_beside(results, name), name))
        for name in names
    ]


def _version(run: Mapping[str, Any], name: str) -> str:
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
    if _parts(name)[1] == "generate" and settings.get("gen_kwargs"):
        parts.append(f"settings {_shown(settings['gen_kwargs'])}")
    return ", ".join(parts)


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


def _shown(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, ensure_ascii=False, sort_keys=True, default=str)

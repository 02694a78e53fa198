"""Figures that somebody states, held against the score of the predictions they are said to come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from weibo_nlp.errors import DataError, PredictionError, UsageError
from weibo_nlp.evaluation.files import score_files
from weibo_nlp.io.json_file import read_json_object
from weibo_nlp.io.shown import shown
from weibo_nlp.predictions import PredictionFile
from weibo_nlp.predictions.header import raise_if_any
from weibo_nlp.provenance import described

TOLERANCE = 1e-6
# What is stated about the rows; times, machines and notes cannot be scored again.
FIGURES = (
    "units", "main_metric", "labels", "metrics", "per_class", "confusion", "n", "n_units", "few_units", "bootstrap",
    "calibration", "slices", "seeds",
)  # fmt: skip
_MOST_RESAMPLES = 100_000
_HARDWARE = {"processor": str, "cores": int, "memory_gb": int | float | None, "system": str, "python": str}


def require_same_figures(
    path: Path, files: Sequence[PredictionFile], external_path: Path | None = None
) -> dict[str, str | None]:
    """Refuse a result file whose figures are not those of the predictions.

    Parameters
    ----------
    path : Path
        JSON of `weibo-nlp benchmark`, `weibo-nlp evaluate`, or one result of a leaderboard.
    files : sequence of PredictionFile
        One system's, one for each seed.
    external_path : Path, optional
        Folder of the user's copy, for an external set.

    Returns
    -------
    dict
        ``hardware`` and ``command`` as the file states them, None where it does not.

    Raises
    ------
    PredictionError
        If a figure deviates by more than 1e-6 from the score under the result's own bootstrap seed, or is one that
        cannot be scored again; all are named. If no or more than one result is of this system on this task.
    UsageError
        If the file cannot be read.
    """
    document = _read(path)
    claim = _claim(path, document, files)
    settings = claim.get("bootstrap") or {}
    if not isinstance(settings, dict):
        raise PredictionError(f"{path}: bootstrap is {shown(settings)}, not a JSON object.")
    seed, resamples = settings.get("seed", 0), settings.get("resamples", 2000)
    if type(seed) is not int or seed < 0 or type(resamples) is not int or not 2 <= resamples <= _MOST_RESAMPLES:
        raise PredictionError(
            f"{path}: bootstrap has seed {shown(seed)} and resamples {shown(resamples)}; a whole number from 0, and "
            f"one from 2 to {_MOST_RESAMPLES:,}, are expected."
        )
    spec, _, scores = score_files(files, external_path=external_path, seed=seed, resamples=resamples)
    scored = {"units": spec.units, **scores.to_dict()}
    problems = [
        f"{path}: {problem}"
        for name in FIGURES
        if name in claim
        for problem in _deviations(name, claim[name], scored.get(name))
    ]
    raise_if_any(problems, str(path), "State the figures that `weibo-nlp evaluate` gives, or leave --result out.")
    return {"hardware": _hardware(path, document), "command": _command(path, document)}


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_json_object(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}). Give the path of a file.") from error
    except DataError as error:
        raise PredictionError(f"{error} Name the JSON of a benchmark or of `weibo-nlp evaluate`.") from None


def _claim(path: Path, document: Mapping[str, Any], files: Sequence[PredictionFile]) -> Mapping[str, Any]:
    """Find the one result that speaks of these files."""
    header = files[0].header
    results = document.get("results", [document])
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise PredictionError(f"{path}: results is {shown(results)}, not a list of JSON objects.")
    wanted = {
        "set": header.set,
        "split": header.split,
        "task": header.task,
        "protocol": header.protocol,
        "scheme": header.scheme,
        "model": header.model.name,
        "model_version": header.model.version,
        # A model under zero_shot names the corpus that it learnt from, which a file of predictions does not.
        **({} if header.version is None else {"corpus_version": header.version}),
    }
    flat = [_flattened(result) for result in results]
    fitting = [result for result in flat if all(result.get(name, value) == value for name, value in wanted.items())]
    if len(fitting) != 1:
        many = "several results are" if fitting else "no result is"
        about = ", ".join(f"{name} {shown(value)}" for name, value in wanted.items())
        raise PredictionError(f"{path}: {many} of {about}; one is expected.")
    (claim,) = fitting
    seeds = claim.get("seeds")
    stated = len(seeds["values"]) if isinstance(seeds, dict) and isinstance(seeds.get("values"), list) else 1
    if stated != len(files):
        raise PredictionError(
            f"{path}: states the mean over {stated} seeds, but {len(files)} prediction files were given; give all of "
            "them together."
        )
    metrics, main = claim.get("metrics"), claim.get("main_metric")
    if not isinstance(metrics, dict) or not isinstance(main, str) or main not in metrics:
        raise PredictionError(f"{path}: the result has no metrics with its main_metric; there is nothing to compare.")
    return claim


def _flattened(result: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a leaderboard's result into the shape of a benchmark's."""
    flat = dict(result)
    for nested, names in (("system", {"name": "model", "version": "model_version"}), ("scores", None)):
        inner = flat.pop(nested, None)
        if isinstance(inner, dict):
            flat |= inner if names is None else {names[name]: value for name, value in inner.items() if name in names}
    return flat


def _deviations(where: str, claimed: Any, scored: Any) -> Iterator[str]:
    """Name every figure that is stated and not what was scored; null states nothing."""
    if claimed is None:
        return
    if isinstance(claimed, dict) and isinstance(scored, dict):
        for name, value in claimed.items():
            at = f"{where}.{name}" if name.isidentifier() else f"{where}[{shown(name)}]"
            if name in scored:
                yield from _deviations(at, value, scored[name])
            else:
                yield f"{at} is stated, and cannot be scored again from the predictions."
    elif isinstance(claimed, list) and isinstance(scored, list) and len(claimed) == len(scored):
        for number, (one, other) in enumerate(zip(claimed, scored, strict=True)):
            yield from _deviations(f"{where}[{number}]", one, other)
    elif not _agree(claimed, scored):
        yield f"{where} is {shown(claimed)}, but the predictions score {shown(scored)}."


def _agree(claimed: object, scored: object) -> bool:
    if isinstance(claimed, bool) or isinstance(scored, bool):
        return claimed is scored
    if isinstance(claimed, float) and isinstance(scored, int | float):
        return abs(claimed - scored) <= TOLERANCE
    if isinstance(claimed, int) and isinstance(scored, float):
        # An integer may be too large for a float; those that could agree are small.
        return abs(claimed) < 2**53 and abs(claimed - scored) <= TOLERANCE
    return claimed == scored


def _hardware(path: Path, document: Mapping[str, Any]) -> str | None:
    found = document.get("hardware")
    if found is None or isinstance(found, str):
        return found
    if not isinstance(found, dict) or not all(
        name in found and isinstance(found[name], kind) for name, kind in _HARDWARE.items()
    ):
        raise PredictionError(f"{path}: hardware is {shown(found)}, neither a text nor {', '.join(_HARDWARE)}.")
    return described(found)


def _command(path: Path, document: Mapping[str, Any]) -> str | None:
    found = document.get("command")
    if found is not None and not isinstance(found, str):
        raise PredictionError(f"{path}: command is {shown(found)}, not a text.")
    return found

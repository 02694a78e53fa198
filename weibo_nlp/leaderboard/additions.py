"""Predictions into a leaderboard: scored, kept with their figures, and never changed afterwards."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from weibo_nlp._version import __version__
from weibo_nlp.errors import DataError, PredictionError, UsageError
from weibo_nlp.evaluation.alignment import require_own_seeds
from weibo_nlp.evaluation.files import resolve_evaluation_set, score_set
from weibo_nlp.evaluation.results import Scores
from weibo_nlp.io import atomic_path, sha256_of_file
from weibo_nlp.io.destination import require_kept
from weibo_nlp.io.distinct import require_distinct
from weibo_nlp.io.locks import locked_folder
from weibo_nlp.io.names import printable_name
from weibo_nlp.leaderboard.entries import (
    PREDICTIONS,
    RESULTS,
    Entry,
    entry_stem,
    read_entry,
    require_unlinked,
    seed_order,
    unfit,
)
from weibo_nlp.predictions import PredictionFile, PredictionHeader, read_predictions
from weibo_nlp.predictions.header import is_parquet
from weibo_nlp.provenance import described, hardware
from weibo_nlp.stats.bootstrap import DEFAULT, BootstrapConfig

LONGEST_TEXT = 1_000
State = Literal["added", "present", "restored"]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a prediction file: it is new, was there already, or replaced what was damaged of it.

    ``notes`` and ``n_set_aside`` tell of rows that were not scored, as those of a `Result` do.
    """

    entry: Entry
    path: Path
    state: State
    notes: tuple[str, ...] = ()
    n_set_aside: int = 0


def add_predictions(
    paths: Sequence[Path],
    folder: Path,
    *,
    external_path: Path | None = None,
    hardware_text: str | None = None,
    command: str | None = None,
    bootstrap: BootstrapConfig = DEFAULT,
) -> list[Added]:
    """Score prediction files of one system and keep them, with their figures, in a leaderboard.

    Parameters
    ----------
    paths : sequence of Path
        One file, or one for each seed.
    folder : Path
        The leaderboard; made where it does not exist.
    external_path : Path, optional
        Folder of the user's copy, for an external set.
    hardware_text, command : str, optional
        What the system ran on (without it, this machine), and what was called.
    bootstrap : BootstrapConfig
        How the intervals of the stored figures are made: 95 %, of at most 20,000 resamples.

    Raises
    ------
    PredictionError
        If a file cannot be scored, changes meanwhile, or other predictions of the same system and version are kept
        already, or runs of which this is none: a run more would change the score of a version that stands. Nothing is
        stored then.
    UsageError
        If a file cannot be read, the files are not of one system with different seeds, `bootstrap` is not as above, or
        links in the leaderboard lead out of it where something would be written. The folder itself may be a link.
    """
    if (fault := unfit(bootstrap)) is not None:
        raise UsageError(f"bootstrap: {fault}.")
    checksums = [_checksum(path) for path in paths]
    files = [read_predictions(path) for path in paths]
    _require_one_system(files)
    machine = _text("--hardware", described(hardware()) if hardware_text is None else hardware_text)
    command = None if command is None else _text("--command", command)
    first = files[0]
    spec, evaluation_set = resolve_evaluation_set(first.header, external_path, where=first.where_header)
    scorers = [partial(score_set, [file], spec, evaluation_set) for file in files]
    seeds = [file.header.seed for file in files]
    entries = [
        Entry(
            header=file.header,
            scores=scored(bootstrap),
            units=spec.units,
            hardware=machine,
            command=command,
            package=__version__,
            file=entry_stem(file.header) + (".parquet" if is_parquet(path) else ".jsonl"),
            sha256=checksum,
            runs=tuple(sorted(seeds, key=seed_order)),
            notes=evaluation_set.notes,
        )
        for path, file, checksum, scored in zip(paths, files, checksums, scorers, strict=True)
    ]
    require_distinct(
        {f"the result of {entry.stem},": folder / RESULTS / f"{entry.stem}.json" for entry in entries}, paths
    )
    # All are looked at before the first is written.
    for path, checksum in zip(paths, checksums, strict=True):
        _require_unchanged(path, path, checksum)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Two that look and then write at the same time would each find its place free.
        with locked_folder(folder):
            runs = _kept_runs(entries, paths, folder)
            entries = [replace(entry, runs=runs) for entry in entries]
            steps = zip(entries, files, paths, scorers, strict=True)
            plans = [_plan(entry, file, path, folder, scored) for entry, file, path, scored in steps]
            stored = [_store(plan, path, folder) for plan, path in zip(plans, paths, strict=True)]
            notes, n_set_aside = evaluation_set.notes, evaluation_set.n_set_aside
            return [replace(added, notes=notes, n_set_aside=n_set_aside) for added in stored]
    except OSError as error:
        raise UsageError(f"cannot write into {folder}: {error.strerror}; name a folder that can be made.") from error


def _require_one_system(files: Sequence[PredictionFile]) -> None:
    if not files:
        raise UsageError("no prediction file given; name one, or one for each seed of a system.")
    first = files[0]
    for file in files[1:]:
        if replace(file.header, seed=first.header.seed) != first.header:
            raise UsageError(
                f"{file.where_header}: not the system, version and task of {first.where_header}; "
                "files added together are one system's with different seeds. Add these one by one."
            )
    require_own_seeds(files)


def _kept_runs(entries: Sequence[Entry], paths: Sequence[Path], folder: Path) -> tuple[int | None, ...] | None:
    """Seeds of all runs of the system, those kept already or else those given; refuses a run that is none of the kept.

    Whoever may add seeds one by one, and look at the ranks between, stops where they are best.
    """
    system = entries[0].system
    kept: set[int | None] = set()
    first, stated = None, None
    for stored in sorted((folder / RESULTS).glob("[!.]*.json")):
        try:
            require_unlinked(folder, stored)
            known = read_entry(stored)
        except (DataError, OSError):
            continue  # it says nothing of any system; `standings` sets it aside
        if known.system == system:
            kept |= {known.header.seed, *(known.runs or ())}
            first, stated = first or stored, stated or known.runs
    if first is None:
        return entries[0].runs
    for entry, path in zip(entries, paths, strict=True):
        if entry.header.seed not in kept:
            name, version = printable_name(system.model.name), printable_name(system.model.version, 24)
            runs, run = ", ".join(map(_run, sorted(kept, key=seed_order))), _run(entry.header.seed)
            raise PredictionError(
                f"{path}: {name} {version} is in {first} already, with {runs}, and this run is {run}; a version never "
                "changes its meaning. Give the system with other runs a new version, and add all its runs in one call."
            )
    return stated


def _run(seed: int | None) -> str:
    return "no seed" if seed is None else f"seed {seed}"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done for an entry: with which predictions it is kept, and whether its result is written."""

    entry: Entry
    source: Path
    state: State
    written: bool


def _plan(
    entry: Entry, file: PredictionFile, path: Path, folder: Path, scored: Callable[[BootstrapConfig], Scores]
) -> _Plan:
    stored = folder / RESULTS / f"{entry.stem}.json"
    for place in (stored, *_places(entry, folder)):
        require_kept(folder, place)
    if not stored.exists():
        found, others = _beside(entry, folder)
        if others:
            raise PredictionError(
                f"{path}: {others[0]} is in its place, another file, and no result says what it is; a version never "
                f"changes its meaning. Add {others[0].name} itself if it holds the predictions of this version, or "
                "move it away."
            )
        return _Plan(entry, path, "restored" if found else "added", True)
    try:
        known = read_entry(stored)
    except DataError:
        # A result that says nothing can be replaced where what lies beside it says that it is this system's.
        found, others = _beside(entry, folder)
        if others or not found:
            raise
        return _Plan(entry, path, "restored", True)
    kept = folder / PREDICTIONS / known.file
    unharmed = kept.is_file() and sha256_of_file(kept) == known.sha256
    same_bytes = known.sha256 == entry.sha256
    # Other line ends, another order of rows, Parquet for JSONL: what is predicted is the same.
    same = same_bytes or (unharmed and _content(read_predictions(kept)) == _content(file))
    if known.header != entry.header or not same:
        name, version = printable_name(entry.header.model.name), printable_name(entry.header.model.version, 24)
        raise PredictionError(
            f"{path}: {name} {version} is in {stored} already, with other predictions; a version never changes its "
            "meaning. Give the changed system a new version."
        )
    if not same_bytes:
        entry, path = replace(entry, file=known.file, sha256=known.sha256), kept
    wrong = (known.runs, known.notes) != (entry.runs, entry.notes) or known.difference(
        replace(entry, scores=scored(known.scores.bootstrap))
    ) is not None
    return _Plan(entry, path, "present" if unharmed and not wrong else "restored", wrong)


def _places(entry: Entry, folder: Path) -> list[Path]:
    """Where predictions of an entry may lie."""
    return [folder / PREDICTIONS / f"{entry.stem}{suffix}" for suffix in (".jsonl", ".parquet")]


def _beside(entry: Entry, folder: Path) -> tuple[bool, list[Path]]:
    """Whether predictions lie where those of an entry would, and which of them are others."""
    found = [path for path in _places(entry, folder) if path.is_file()]
    return bool(found), [path for path in found if sha256_of_file(path) != entry.sha256]


def _content(file: PredictionFile) -> tuple[PredictionHeader, dict[tuple[str, str | None], Any]]:
    """What a file says, however it is written; ids and targets have one row each, or it would not have been scored."""
    return file.header, {(row.document_id, row.target): (row.label, row.scores) for row in file.predictions}


def _store(plan: _Plan, path: Path, folder: Path) -> Added:
    entry, stored = plan.entry, folder / RESULTS / f"{plan.entry.stem}.json"
    if plan.state != "present":  # predictions first: a row that is there can always be checked
        for name in (RESULTS, PREDICTIONS):
            (folder / name).mkdir(parents=True, exist_ok=True)
        with atomic_path(folder / PREDICTIONS / entry.file, within=folder) as temporary:
            shutil.copyfile(plan.source, temporary)
            _require_unchanged(temporary, path, entry.sha256)
    if not plan.written:
        return Added(read_entry(stored), stored, plan.state)
    with atomic_path(stored, within=folder) as temporary:
        text = json.dumps(entry.to_dict(), ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
        temporary.write_text(text + "\n", "utf-8", newline="\n")
    return Added(entry, stored, plan.state)


def _require_unchanged(copy: Path, path: Path, checksum: str) -> None:
    if _checksum(copy) != checksum:
        raise PredictionError(f"{path}: changed while it was scored; add it again when it is finished.")


def _checksum(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe could be read once only, and is needed three times
            raise UsageError(f"{path}: is not a file; name a prediction file.")
        return sha256_of_file(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}). Give the path of a file.") from error


def _text(option: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"{option} has {len(text):,} characters; {LONGEST_TEXT:,} are allowed.")
    # An argument that is not UTF-8 arrives with lone surrogates, which JSON in UTF-8 cannot hold.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
